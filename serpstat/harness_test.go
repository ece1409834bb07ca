package serpstat

import (
	"context"
	"net/http/httptest"
	"os"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pluginserver"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// rig is the plugin in this process, spoken to with Steampipe's own messages, in front of a simulator.
type rig struct {
	t      *testing.T
	sim    *serpstatsim.Server
	server *pluginserver.Server
	plugin *provider
	events []Event
	mu     sync.Mutex
}

const testToken = "s3cret/token+1"

// Tests look at errors; what the SDK logs of them on standard error would only hide them.
func TestMain(m *testing.M) {
	os.Setenv("STEAMPIPE_LOG_LEVEL", "OFF")
	os.Exit(m.Run())
}

// newRig starts both. config is added to the connection's block.
func newRig(t *testing.T, sim serpstatsim.Options, config string) *rig {
	t.Helper()
	return newCachingRig(t, sim, config, 1)
}

// newCachingRig has room for results in the SDK's query cache, which allocates it at once.
func newCachingRig(t *testing.T, sim serpstatsim.Options, config string, cacheMB int64) *rig {
	t.Helper()
	r := &rig{t: t, sim: serpstatsim.New(sim)}
	web := httptest.NewServer(r.sim)
	t.Cleanup(func() { r.sim.Close(); web.Close() })
	r.plugin = newProvider(Options{NoEnvironment: true, Observe: func(e Event) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, e)
	}})
	r.server = pluginserver.New(r.plugin.plugin)
	if !strings.Contains(config, "requests_per_second") {
		config += "\nrequests_per_second = 1000"
	}
	if !strings.Contains(config, "token") {
		config += "\ntoken = \"" + testToken + "\""
	}
	_, err := r.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		MaxCacheSizeMb: cacheMB,
		Configs: []*proto.ConnectionConfig{{
			Connection: "serpstat", Plugin: "serpstat", PluginShortName: "serpstat",
			Config: "base_url = \"" + web.URL + "\"\n" + config,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// forget drops what the plugin has learned of the API, and the simulator's log.
func (r *rig) forget() {
	r.plugin.mu.Lock()
	clear(r.plugin.connections)
	r.plugin.mu.Unlock()
	r.sim.Reset()
	r.mu.Lock()
	r.events = nil
	r.mu.Unlock()
}

// warnings are what the plugin has told its observer of incomplete data.
func (r *rig) warnings() (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Warning != "" {
			list = append(list, e.Warning)
		}
	}
	return list
}

// query is a scan as Steampipe sends it.
type query struct {
	table   string // "" is serpstat_outlink
	columns []string
	quals   []*proto.Qual
	limit   int64 // 0 is none; use zeroLimit for LIMIT 0
	sort    string
	cache   bool
	stop    int // cancel after so many rows; 0 is never
	slow    time.Duration
}

const zeroLimit = -1

type result struct {
	rows []map[string]any
	err  error
}

func (r *rig) run(q query) result {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	return r.runContext(ctx, q)
}

func (r *rig) runContext(ctx context.Context, q query) result {
	if q.table == "" {
		q.table = "serpstat_outlink"
	}
	if q.columns == nil {
		q.columns = []string{"query", "url_from", "url_to", "links_ext"}
	}
	req := &proto.ExecuteRequest{
		Table: q.table, CallId: "call", Connection: "serpstat",
		QueryContext: &proto.QueryContext{Columns: q.columns, Quals: map[string]*proto.Quals{}},
	}
	for _, qual := range q.quals {
		if req.QueryContext.Quals[qual.FieldName] == nil {
			req.QueryContext.Quals[qual.FieldName] = &proto.Quals{}
		}
		req.QueryContext.Quals[qual.FieldName].Append(qual)
	}
	data := &proto.ExecuteConnectionData{CacheEnabled: q.cache, CacheTtl: 300}
	switch {
	case q.limit == zeroLimit:
		data.Limit = &proto.NullableInt{Value: 0}
	case q.limit > 0:
		data.Limit = &proto.NullableInt{Value: q.limit}
	}
	req.ExecuteConnectionData = map[string]*proto.ExecuteConnectionData{"serpstat": data}
	if column, order, ok := strings.Cut(q.sort, " "); ok {
		o := proto.SortOrder_Asc
		if order == "desc" {
			o = proto.SortOrder_Desc
		}
		req.QueryContext.SortOrder = []*proto.SortColumn{{Column: column, Order: o}}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream := &testStream{ctx: ctx, cancel: cancel, stop: q.stop, slow: q.slow}
	err := r.server.Execute(req, stream)
	return result{stream.rows, err}
}

// testStream receives rows as gRPC would send them.
type testStream struct {
	ctx    context.Context
	cancel context.CancelFunc
	stop   int
	slow   time.Duration
	rows   []map[string]any
}

func (s *testStream) Send(resp *proto.ExecuteResponse) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if s.slow > 0 {
		time.Sleep(s.slow)
	}
	row := map[string]any{}
	for name, c := range resp.Row.Columns {
		if !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "sp_") {
			row[name] = plain(c)
		}
	}
	s.rows = append(s.rows, row)
	if len(s.rows) == s.stop {
		s.cancel()
	}
	return nil
}

func plain(c *proto.Column) any {
	switch v := c.Value.(type) {
	case *proto.Column_StringValue:
		return v.StringValue
	case *proto.Column_IntValue:
		return v.IntValue
	case *proto.Column_BoolValue:
		return v.BoolValue
	case *proto.Column_TimestampValue:
		return v.TimestampValue.AsTime().Format(time.DateTime)
	case *proto.Column_JsonValue:
		return string(v.JsonValue)
	}
	return nil
}

func (s *testStream) Context() context.Context     { return s.ctx }
func (s *testStream) SetHeader(metadata.MD) error  { return nil }
func (s *testStream) SendHeader(metadata.MD) error { return nil }
func (s *testStream) SetTrailer(metadata.MD)       {}
func (s *testStream) SendMsg(any) error            { return nil }
func (s *testStream) RecvMsg(any) error            { return nil }

// Clauses as Steampipe's foreign data wrapper sends them.

func where(column, operator string, value any) *proto.Qual {
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: qualValue(value)}
}

func qualValue(value any) *proto.QualValue {
	switch v := value.(type) {
	case nil:
		return &proto.QualValue{}
	case []any:
		list := &proto.QualValueList{}
		for _, e := range v {
			list.Values = append(list.Values, qualValue(e))
		}
		return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}
	case time.Time:
		return &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(v)}}
	case jsonb:
		return &proto.QualValue{Value: &proto.QualValue_JsonbValue{JsonbValue: string(v)}}
	}
	return proto.NewQualValue(value)
}

type jsonb string

// totals of the requests that the simulator has seen.
func (r *rig) cost() (requests int, credits int64) {
	return len(r.sim.Requests()), r.sim.Credits()
}

func values(rows []map[string]any, column string) []string {
	var list []string
	for _, row := range rows {
		s, _ := row[column].(string)
		list = append(list, s)
	}
	sort.Strings(list)
	return list
}

func quals(list ...*proto.Qual) []*proto.Qual { return list }
