package serpstat

import (
	"cmp"
	"context"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
	"github.com/turbot/steampipe-plugin-sdk/v5/query_cache"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
)

// Operators that key columns declare. LIMIT reaches the plugin only where all clauses use declared ones.
var (
	equalOnly = []string{"="}
	textual   = []string{"=", "<>", "~~", "!~~", "~~*", "!~~*"}
	ordering  = []string{"=", "<>", "<", "<=", ">", ">="}
	nullable  = []string{"=", "<>", "<", "<=", ">", ">=", "is null", "is not null"}
)

func (p *provider) outlinkTable() *plugin.Table {
	return &plugin.Table{
		Name:        "serpstat_outlink",
		Description: "External links of a site: the pages of the analyzed domain that link to other sites, their targets, anchors and dates.",
		List: &plugin.ListConfig{
			Hydrate: p.listOutlinks,
			KeyColumns: plugin.KeyColumnSlice{
				{Name: outlink.ColQuery, Require: plugin.Required, Operators: equalOnly, CacheMatch: query_cache.CacheMatchExact},
				parameter(outlink.ColSearchType),
				parameter(outlink.ColLinkPerDomain),
				parameter(outlink.ColComplexFilter),
				parameter(outlink.ColSortBy),
				parameter(outlink.ColSortOrder),
				{Name: outlink.ColURLFrom, Require: plugin.Optional, Operators: textual},
				{Name: outlink.ColURLTo, Require: plugin.Optional, Operators: textual},
				{Name: outlink.ColLinkText, Require: plugin.Optional, Operators: textual},
				{Name: outlink.ColNofollow, Require: plugin.Optional, Operators: textual},
				{Name: outlink.ColLinkType, Require: plugin.Optional, Operators: textual},
				{Name: outlink.ColLinksExt, Require: plugin.Optional, Operators: ordering},
				{Name: outlink.ColFirstSeen, Require: plugin.Optional, Operators: ordering},
				{Name: outlink.ColLastVisited, Require: plugin.Optional, Operators: ordering},
				{Name: outlink.ColDateDel, Require: plugin.Optional, Operators: nullable},
			},
		},
		Columns: []*plugin.Column{
			stringColumn(outlink.ColQuery, "The domain that is analyzed, as it is written in the WHERE clause. Required.",
				func(r *outlinkItem) any { return r.params.Query }),
			stringColumn(outlink.ColSearchType, "The search mode: domain for the domain alone, domain_with_subdomains (the default) for its subdomains too.",
				func(r *outlinkItem) any { return r.params.SearchType }),
			stringColumn(outlink.ColURLFrom, "The URL of the page of the analyzed domain that holds the link.",
				func(r *outlinkItem) any { return textOf(r.row.URLFrom, r.row.Null&outlink.NullURLFrom) }),
			stringColumn(outlink.ColURLTo, "The URL that the link leads to.",
				func(r *outlinkItem) any { return textOf(r.row.URLTo, r.row.Null&outlink.NullURLTo) }),
			stringColumn(outlink.ColLinkText, "The anchor text of the link, empty if it has none.",
				func(r *outlinkItem) any { return textOf(r.row.LinkText, r.row.Null&outlink.NullLinkText) }),
			stringColumn(outlink.ColNofollow, "What the link's rel attribute says: follow, nofollow, ugc or sponsored, at times several.",
				func(r *outlinkItem) any { return textOf(r.row.Nofollow, r.row.Null&outlink.NullNofollow) }),
			stringColumn(outlink.ColLinkType, "The kind of link, such as href.",
				func(r *outlinkItem) any { return textOf(r.row.LinkType, r.row.Null&outlink.NullLinkType) }),
			sortable(column(outlink.ColLinksExt, proto.ColumnType_INT, "The number of external links on the page that holds the link.",
				func(r *outlinkItem) any { return r.row.LinksExt })),
			column(outlink.ColFirstSeen, proto.ColumnType_TIMESTAMP, "When the link was first found, in UTC.",
				func(r *outlinkItem) any { return instantOf(r.row.FirstSeen) }),
			column(outlink.ColLastVisited, proto.ColumnType_TIMESTAMP, "When the link was last found, in UTC.",
				func(r *outlinkItem) any { return instantOf(r.row.LastVisited) }),
			column(outlink.ColDateDel, proto.ColumnType_TIMESTAMP, "When the link was found deleted, in UTC; null while it is alive.",
				func(r *outlinkItem) any { return instantOf(r.row.DateDel) }),
			stringColumn("host_from", "The host of url_from in lower case, without port.",
				func(r *outlinkItem) any { return presentOf(outlink.Host(r.row.URLFrom)) }),
			stringColumn("host_to", "The host of url_to in lower case, without port.",
				func(r *outlinkItem) any { return presentOf(outlink.Host(r.row.URLTo)) }),
			stringColumn("domain_to", "The registrable domain of url_to by the public suffix list, such as example.co.uk.",
				func(r *outlinkItem) any { return presentOf(outlink.RegistrableDomain(outlink.Host(r.row.URLTo))) }),
			column(outlink.ColLinkPerDomain, proto.ColumnType_INT, "The most links to return for each linked domain, where the WHERE clause gives it.",
				func(r *outlinkItem) any { return valueAt(r.params.LinkPerDomain) }),
			column(outlink.ColComplexFilter, proto.ColumnType_JSON, "A filter in the API's own form, added to the request as it is, where the WHERE clause gives one.",
				func(r *outlinkItem) any { return valueAt(r.params.ComplexFilter) }),
			stringColumn(outlink.ColSortBy, "The field that the API sorts by before a LIMIT cuts, where the WHERE clause gives it.",
				func(r *outlinkItem) any { return valueAt(r.params.SortBy) }),
			stringColumn(outlink.ColSortOrder, "The order in which the API sorts, asc or desc, where the WHERE clause gives it.",
				func(r *outlinkItem) any { return valueAt(r.params.SortOrder) }),
		},
	}
}

// parameter is a key column whose value changes which rows exist: a cached result serves only the same value.
func parameter(name string) *plugin.KeyColumn {
	return &plugin.KeyColumn{Name: name, Require: plugin.Optional, Operators: equalOnly, CacheMatch: query_cache.CacheMatchExact}
}

// outlinkItem is a row as it is streamed: many rows share their parameters.
type outlinkItem struct {
	row    *outlink.Row
	params *outlink.Params
}

func column[T any](name string, kind proto.ColumnType, description string, get func(*T) any) *plugin.Column {
	return &plugin.Column{
		Name: name, Type: kind, Description: description,
		Transform: transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
			return get(d.HydrateItem.(*T)), nil
		}),
	}
}

func stringColumn[T any](name, description string, get func(*T) any) *plugin.Column {
	return column(name, proto.ColumnType_STRING, description, get)
}

func sortable(c *plugin.Column) *plugin.Column {
	c.Sort = plugin.SortAll
	return c
}

func textOf(s string, null outlink.Nulls) any {
	if null != 0 {
		return nil
	}
	return s
}

func presentOf(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func instantOf(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func valueAt[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func (p *provider) listOutlinks(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
	return nil, p.list(ctx, d, p.scanOutlinks)
}

// scanOutlinks answers one scan of serpstat_outlink.
func (p *provider) scanOutlinks(ctx context.Context, d *plugin.QueryData) error {
	quals, answers := scanQuals(d, p.opts.Engine)
	if !answers {
		return nil
	}
	s := p.newScan(ctx, d)
	s.input = outlink.PlanInput{Quals: quals, Limit: s.limit, Order: pushedOrder(d), Engine: p.opts.Engine, RowCap: cmp.Or(p.opts.RowCap, outlink.RowCap)}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if p.opts.Explain != nil {
		return s.explain(ctx)
	}
	return s.keeping(ctx, s.run)
}
