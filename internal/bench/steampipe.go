package main

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// host speaks to a plugin in this process as Steampipe does.
type host struct{ server *steampipe.Server }

func (s *host) close() {}

func newSteampipe(create plugin.PluginFunc, config string) (*host, error) {
	s := &host{steampipe.New(create)}
	_, err := s.server.SetAllConnectionConfigs(connection(config))
	return s, err
}

func connection(config string) *proto.SetAllConnectionConfigsRequest {
	return &proto.SetAllConnectionConfigsRequest{MaxCacheSizeMb: 64, Configs: []*proto.ConnectionConfig{{
		Connection: "serpstat", Plugin: "serpstat", PluginShortName: "serpstat", Config: "token = \"bench\"\n" + config,
	}}}
}

// query is a scan, in the terms of Steampipe's foreign data wrapper.
type query struct {
	table string // "" is serpstat_outlink
	quals []*proto.Qual
	limit int64 // -1 is none
	sort  string
	desc  bool
	cache bool
	leave int64 // the reader leaves after so many rows; 0 is never
	count bool  // no column of the rows is asked for, as for count(*)
}

func (q query) from() string { return cmp.Or(q.table, "serpstat_outlink") }

func (q query) request() *proto.ExecuteRequest {
	req := &proto.ExecuteRequest{
		Table: q.from(), CallId: "bench", Connection: "serpstat",
		QueryContext: &proto.QueryContext{
			Columns: []string{"query"},
			Quals:   map[string]*proto.Quals{},
		},
	}
	for _, f := range catalog.Of(q.from()).Fields {
		if q.count {
			break
		}
		req.QueryContext.Columns = append(req.QueryContext.Columns, f.Column)
	}
	for _, qual := range q.quals {
		if req.QueryContext.Quals[qual.FieldName] == nil {
			req.QueryContext.Quals[qual.FieldName] = &proto.Quals{}
		}
		req.QueryContext.Quals[qual.FieldName].Append(qual)
	}
	data := &proto.ExecuteConnectionData{CacheEnabled: q.cache, CacheTtl: 300}
	if q.limit >= 0 {
		data.Limit = &proto.NullableInt{Value: q.limit}
	}
	req.ExecuteConnectionData = map[string]*proto.ExecuteConnectionData{"serpstat": data}
	if q.sort != "" {
		order := proto.SortOrder_Asc
		if q.desc {
			order = proto.SortOrder_Desc
		}
		req.QueryContext.SortOrder = []*proto.SortColumn{{Column: q.sort, Order: order}}
	}
	return req
}

// run answers a query and counts its rows.
func (s *host) run(ctx context.Context, q query, onRow func(rows int64)) (rows int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var read atomic.Int64
	err = s.server.Execute(q.request(), steampipe.NewStream(ctx, func(*proto.ExecuteResponse) error {
		n := read.Add(1)
		if onRow != nil {
			onRow(n)
		}
		if n == q.leave {
			cancel()
		}
		return nil
	}))
	if q.leave > 0 && ctx.Err() != nil {
		err = nil
	}
	return read.Load(), err
}

func where(column, operator string, value any) *proto.Qual {
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: proto.NewQualValue(value)}
}

func in(column string, values ...string) *proto.Qual {
	list := &proto.QualValueList{}
	for _, v := range values {
		list.Values = append(list.Values, proto.NewQualValue(v))
	}
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: "="}, Value: &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}}
}

func domain(name string) *proto.Qual { return where("query", "=", name) }

func domains(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("site%d.example", i+1))
	}
	return names
}
