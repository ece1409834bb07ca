package serpstat

import (
	"context"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// summaryTable shows the total of serpstat_outlink's request, by the parameters that decide which rows there are.
func (p *provider) summaryTable() *plugin.Table {
	of := *catalog.Of("serpstat_outlink")
	of.Name = "serpstat_outlink_summary" // what is kept of its scans is no use to those of serpstat_outlink
	summary := &plugin.Table{
		Name:        of.Name,
		Description: "How many external links Serpstat has for a site, for one credit: what serpstat_outlink would cost for the same parameters.",
		List: &plugin.ListConfig{
			Hydrate: p.listing(func(ctx context.Context, d *plugin.QueryData) error { return p.scanTotals(ctx, d, &of) }),
		},
	}
	totals := []*plugin.Column{
		column("total", proto.ColumnType_INT, "The number of links, which is what reading them all costs in credits.",
			func(t *execute.Total) any { return t.Rows }),
		column("left_lines", proto.ColumnType_INT, "The credits that the plan has left after this request, null where the API does not say.",
			func(t *execute.Total) any {
				if t.LeftLines < 0 {
					return nil
				}
				return t.LeftLines
			}),
	}
	docs := map[table.Form]string{
		table.PerDomain: "The most links to count for each linked domain, where the WHERE clause gives it.",
		table.Filters:   "A filter in the API's own form, where the WHERE clause gives one.",
	}
	for i, param := range of.Params {
		if param.Form == table.SortBy || param.Form == table.SortOrder {
			continue
		}
		if doc := docs[param.Form]; doc != "" {
			param.Doc = doc
		}
		if param.Default == "" && !param.Required() { // the totals stand before what a query may leave out
			summary.Columns, totals = append(summary.Columns, totals...), nil
		}
		summary.List.KeyColumns = append(summary.List.KeyColumns, parameter(param))
		summary.Columns = append(summary.Columns, parameterColumn(param, func(t *execute.Total) any { return t.Spelling[i] }))
	}
	return summary
}

// scanTotals asks for one row of each source: its answer tells the total.
func (p *provider) scanTotals(ctx context.Context, d *plugin.QueryData, t *table.Table) error {
	x, err := p.execution(ctx, d, plan.Input{Table: t})
	if x == nil || err != nil {
		return err
	}
	if e := explained(ctx); e != nil {
		x.ExplainTotals(ctx, d.Table.Name, e.tell)
		return nil
	}
	return x.Totals(ctx, func(t execute.Total) { d.StreamListItem(ctx, &t) })
}
