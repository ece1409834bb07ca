package serpstat

import (
	"context"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/query_cache"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
)

func (p *provider) summaryTable() *plugin.Table {
	return &plugin.Table{
		Name:        "serpstat_outlink_summary",
		Description: "How many external links Serpstat has for a site, for one credit: what serpstat_outlink would cost for the same parameters.",
		List: &plugin.ListConfig{
			Hydrate: p.listSummaries,
			KeyColumns: plugin.KeyColumnSlice{
				{Name: outlink.ColQuery, Require: plugin.Required, Operators: equalOnly, CacheMatch: query_cache.CacheMatchExact},
				parameter(outlink.ColSearchType),
				parameter(outlink.ColLinkPerDomain),
				parameter(outlink.ColComplexFilter),
			},
		},
		Columns: []*plugin.Column{
			stringColumn(outlink.ColQuery, "The domain that is analyzed, as it is written in the WHERE clause. Required.",
				func(s *summary) any { return s.params.Query }),
			stringColumn(outlink.ColSearchType, "The search mode: domain for the domain alone, domain_with_subdomains (the default) for its subdomains too.",
				func(s *summary) any { return s.params.SearchType }),
			column("total", proto.ColumnType_INT, "The number of links, which is what reading them all costs in credits.",
				func(s *summary) any { return s.total }),
			column("left_lines", proto.ColumnType_INT, "The credits that the plan has left after this request, null where the API does not say.",
				func(s *summary) any {
					if s.left < 0 {
						return nil
					}
					return s.left
				}),
			column(outlink.ColLinkPerDomain, proto.ColumnType_INT, "The most links to count for each linked domain, where the WHERE clause gives it.",
				func(s *summary) any { return valueAt(s.params.LinkPerDomain) }),
			column(outlink.ColComplexFilter, proto.ColumnType_JSON, "A filter in the API's own form, where the WHERE clause gives one.",
				func(s *summary) any { return valueAt(s.params.ComplexFilter) }),
		},
	}
}

type summary struct {
	params      *outlink.Params
	total, left int64
}

func (p *provider) listSummaries(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
	return nil, p.list(ctx, d, p.scanSummaries)
}

// scanSummaries asks for one row of each series: its answer tells the total.
func (p *provider) scanSummaries(ctx context.Context, d *plugin.QueryData) error {
	quals, answers := scanQuals(d, p.opts.Engine)
	if !answers {
		return nil
	}
	s := p.newScan(ctx, d)
	s.input = outlink.PlanInput{Quals: quals, Limit: s.limit, Engine: p.opts.Engine}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if p.opts.Explain != nil {
		for _, source := range s.plan.Sources {
			p.opts.Explain(ScanPlan{Table: d.Table.Name, Domain: source.Series.Domain, SearchType: source.Series.SearchType,
				LinkPerDomain: source.Series.LinkPerDomain, Limit: 1, PageSizes: []int{1}, MaxCredits: 1, MaxRequests: 1, Total: -1})
		}
		return nil
	}
	return s.keeping(ctx, s.summarize)
}

func (s *scan) summarize(ctx context.Context) error {
	for i := range s.plan.Sources {
		source := &s.plan.Sources[i]
		answer, err := s.buy(ctx, source.Series, 1, 1, 1)
		if err != nil {
			return err
		}
		for j := range source.Echoes {
			s.data.StreamListItem(ctx, &summary{&source.Echoes[j], answer.Total, answer.LeftLines})
			if s.streamed++; s.full() {
				return nil
			}
		}
	}
	return nil
}
