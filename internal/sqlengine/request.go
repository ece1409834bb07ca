package sqlengine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// request is a scan as the plugin is asked for it. Any row that the rows of another request include may come
// too: SQLite checks.
type request struct {
	table    *Table
	columns  columnSet     // that its rows must have
	params   []*proto.Qual // on columns that say which rows there are
	optional []*proto.Qual // on others
	order    order
	limit    int64 // -1 is none
	first    int64 // how many rows to begin with, where there is no limit; 0 is not known
}

// order is a pushed ORDER BY of one column; the zero value is none.
type order struct {
	column string
	desc   bool
}

// keys of a request: the set of rows it is about, and with its filter and its order.
func (r request) baseKey() string { return r.table.Name + " " + keyOf(r.params) }
func (r request) key() string {
	return fmt.Sprintf("%s %s %v", r.baseKey(), keyOf(r.optional), r.order)
}

func keyOf(quals []*proto.Qual) string {
	texts := make([]string, len(quals))
	for i, q := range quals {
		texts[i] = qualKey(q)
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), " ")
}

func qualKey(q *proto.Qual) string {
	return fmt.Sprintf("%q%s%q", q.FieldName, q.GetStringValue(), q.Value.String())
}

// execute is the message that Steampipe would send. cacheTime is how old rows may be that the plugin has kept.
func (r request) execute(connection string, cacheTime time.Duration) *proto.ExecuteRequest {
	context := &proto.QueryContext{Quals: map[string]*proto.Quals{}, Columns: r.columns.names(r.table)}
	for _, q := range slices.Concat(r.params, r.optional) {
		if context.Quals[q.FieldName] == nil {
			context.Quals[q.FieldName] = &proto.Quals{}
		}
		context.Quals[q.FieldName].Append(q)
	}
	by := proto.SortOrder_Asc
	if r.order.desc {
		by = proto.SortOrder_Desc
	}
	// Of a scan without an order too the SDK keeps that of the rows, if it is told of a column: so the same statement has
	// its rows in the same order each time, as people who compare two files expect.
	context.SortOrder = []*proto.SortColumn{{Column: r.order.column, Order: by}}
	data := &proto.ExecuteConnectionData{CacheEnabled: cacheTime > 0, CacheTtl: int64(cacheTime / time.Second)}
	if r.limit >= 0 {
		data.Limit = &proto.NullableInt{Value: r.limit}
	}
	return &proto.ExecuteRequest{
		Table: r.table.Name, Connection: connection, CallId: r.table.Name, QueryContext: context,
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{connection: data},
	}
}
