package serpstat

import (
	"context"
	"slices"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
	"github.com/turbot/steampipe-plugin-sdk/v5/query_cache"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Operators that key columns declare. LIMIT reaches the plugin only where all clauses use declared ones.
var (
	equalOnly = []string{"="}
	textual   = []string{"=", "<>", "~~", "!~~", "~~*", "!~~*"}
	ordering  = []string{"=", "<>", "<", "<=", ">", ">="}
)

// rawColumn shows a row as it came.
const rawColumn = "raw"

// HiddenColumns are columns that say again what others say: where an engine can, select * leaves them out.
var HiddenColumns = []string{rawColumn}

// declaredTable makes a table of its declaration.
func (p *provider) declaredTable(t *table.Table) *plugin.Table {
	return &plugin.Table{
		Name:        t.Name,
		Description: t.Doc,
		List: &plugin.ListConfig{
			Hydrate:    p.listing(func(ctx context.Context, d *plugin.QueryData) error { return p.scan(ctx, d, t) }),
			KeyColumns: keyColumns(t, p.opts.Engine),
		},
		Columns: columns(t),
	}
}

// keyColumns are the columns whose clauses are told to the plugin. Those that are derived are not in Steampipe: its foreign
// data wrapper takes the conditions of a join on two key columns for met by one of them, so that a join which compares a
// domain too would have too many rows.
func keyColumns(t *table.Table, engine plan.Engine) plugin.KeyColumnSlice {
	var keys plugin.KeyColumnSlice
	for _, p := range t.Params {
		keys = append(keys, parameter(p))
	}
	for _, f := range t.Fields {
		if list := operators(f.Kind); len(list) > 0 {
			keys = append(keys, &plugin.KeyColumn{Name: f.Column, Require: plugin.Optional, Operators: list})
		}
	}
	for _, d := range t.Derived {
		if engine == plan.SQLite {
			keys = append(keys, &plugin.KeyColumn{Name: d.Column, Require: plugin.Optional, Operators: operators(table.Text)})
		}
	}
	return keys
}

// parameter is a key column whose value changes which rows exist, which is what CacheMatch says of it.
func parameter(p table.Param) *plugin.KeyColumn {
	key := &plugin.KeyColumn{Name: p.Column, Require: plugin.Optional, Operators: equalOnly, CacheMatch: query_cache.CacheMatchExact}
	if p.Required() {
		key.Require = plugin.Required
	}
	return key
}

// operators are those whose clauses are judged here. Numbers with a fraction are left to the database.
func operators(kind table.Kind) (list []string) {
	switch kind {
	case table.Decimal:
		return nil
	case table.Text:
		list = textual
	case table.Words:
		list = []string{string(plan.Has)}
	default:
		list = ordering
	}
	return append(slices.Clip(list), "is null", "is not null")
}

// columns are those that a row has a value for in any case, then the parameters that a query may leave out.
func columns(t *table.Table) []*plugin.Column {
	var always, optional []*plugin.Column
	for i, p := range t.Params {
		c := parameterColumn(p, func(item *execute.Item) any { return item.Spelling[i] })
		if p.Required() || p.Default != "" {
			always = append(always, c)
		} else {
			optional = append(optional, c)
		}
	}
	for i, f := range t.Fields {
		c := column(f.Column, types[f.Kind], f.Doc, func(item *execute.Item) any { return item.Row.Cell(i).Value() })
		if f.Sort != "" {
			c.Sort = plugin.SortAll
		}
		always = append(always, c)
	}
	for _, d := range t.Derived {
		field := t.FieldOf(d.From)
		always = append(always, column(d.Column, proto.ColumnType_STRING, d.Doc, func(item *execute.Item) any {
			from, _ := item.Row.Cell(field).Text()
			return presentOf(plan.Derive(d.Part, from))
		}))
	}
	// Steampipe's database reads it as JSON in every row, also where none of its columns was asked for: a row that is
	// only counted has NULL.
	raw := column(rawColumn, proto.ColumnType_JSON, "The row as the API gives it, with what no other column shows.", func(item *execute.Item) any { return presentOf(item.Row.Raw()) })
	return append(append(always, optional...), raw)
}

func parameterColumn[T any](p table.Param, get func(*T) any) *plugin.Column {
	kind := proto.ColumnType_STRING
	switch p.Form {
	case table.PerDomain, table.Digits:
		kind = proto.ColumnType_INT
	case table.Filters:
		kind = proto.ColumnType_JSON
	}
	return column(p.Column, kind, p.Doc, get)
}

var types = map[table.Kind]proto.ColumnType{
	table.Text: proto.ColumnType_STRING, table.Count: proto.ColumnType_INT, table.Time: proto.ColumnType_TIMESTAMP,
	table.Change: proto.ColumnType_INT, table.Decimal: proto.ColumnType_DOUBLE, table.Words: proto.ColumnType_JSON,
}

func column[T any](name string, kind proto.ColumnType, description string, get func(*T) any) *plugin.Column {
	return &plugin.Column{
		Name: name, Type: kind, Description: description,
		Transform: transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
			return get(d.HydrateItem.(*T)), nil
		}),
	}
}

func presentOf(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// scan answers one scan of a declared table.
func (p *provider) scan(ctx context.Context, d *plugin.QueryData, t *table.Table) error {
	order, then := pushedOrder(d, t)
	x, err := p.execution(ctx, d, plan.Input{Table: t, Order: order, Then: then})
	if x == nil || err != nil {
		return err
	}
	if e := explained(ctx); e != nil {
		return x.Explain(ctx, e.estimate, e.tell)
	}
	return x.Run(ctx)
}

// stream gives rows to the SDK.
type stream struct{ d *plugin.QueryData }

func (s stream) Row(ctx context.Context, item *execute.Item) { s.d.StreamListItem(ctx, item) }

func (s stream) Consumed(ctx context.Context, rows int64) { steampipe.Consumed(ctx, rows) }

func (s stream) Taken(ctx context.Context) (rows int64, known bool) { return steampipe.Sent(ctx) }
