package serpstat

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
)

// ScanPlan is how one scan of one domain would be answered.
type ScanPlan struct {
	Table, Domain, SearchType string
	Sort, Order               string
	LinkPerDomain             int64    // 0 is none
	Filter                    string   // complexFilter as JSON, "" is none
	Residual                  []string // WHERE clauses that are checked on this side
	Limit                     int64    // -1 is none
	PageSizes                 []int    // of the first requests
	MaxCredits, MaxRequests   int64    // -1: as many as the domain has rows
	Total                     int64    // rows that the API has for it; -1 where it was not asked
	Notes                     []string
}

// explain reports the scan's plan, for each series that it would read, and sends nothing but the questions
// for totals that were asked for.
func (s *scan) explain(ctx context.Context) error {
	if len(s.plan.Sources) == 0 {
		s.provider.opts.Explain(ScanPlan{Table: s.data.Table.Name, Limit: s.limit, Total: -1, Residual: s.plan.Residual.Clauses(),
			Notes: []string{"no row can match: nothing is asked"}})
	}
	probe, probed := s.probe()
	if probed && s.provider.opts.Estimate {
		if err := s.learnFolding(ctx); err != nil {
			return err
		}
	}
	for i := range s.plan.Sources {
		source := &s.plan.Sources[i]
		p := s.describe(source)
		if probed && i == 0 {
			p.Notes = append(p.Notes, fmt.Sprintf("before it, 1 credit asks whether the API's contains ignores case in %s; where it does, the filter also looks for letters",
				strings.Join(probe.Fields(), ", ")))
		}
		if s.provider.opts.Estimate {
			page, err := s.conn.client.GetOutlinks(ctx, request(source.Series, 1, 1))
			if err != nil {
				return err
			}
			p.Total = page.Total
			if p.MaxCredits < 0 || p.MaxCredits > max(page.Total, 1) {
				p.MaxCredits = max(page.Total, 1)
			}
			if probed && i == 0 {
				p.MaxCredits++
			}
		}
		s.provider.opts.Explain(p)
	}
	return nil
}

// shownPages is how many pages' sizes a plan shows.
const shownPages = 5

func (s *scan) describe(source *outlink.Source) ScanPlan {
	p := ScanPlan{
		Table: s.data.Table.Name, Domain: source.Series.Domain, SearchType: source.Series.SearchType,
		Sort: source.Series.Sort, Order: source.Series.Order, LinkPerDomain: source.Series.LinkPerDomain,
		Residual: s.plan.Residual.Clauses(), Limit: s.limit, MaxCredits: -1, MaxRequests: -1, Total: -1,
	}
	if len(source.Series.Filter) > 0 {
		b, _ := json.Marshal(conditions(source.Series.Filter))
		p.Filter = string(b)
	}
	pager := outlink.NewPager(s.firstPage())
	want := s.firstWant(len(source.Echoes), 1)
	rows, requests := int64(0), int64(0)
	for ; rows < min(want, s.input.RowCap) || want < 0 && requests < shownPages; requests++ {
		left := int64(-1)
		if want >= 0 {
			left = want - rows
		}
		_, size := pager.Next(left, s.input.RowCap)
		if requests < shownPages {
			p.PageSizes = append(p.PageSizes, size)
		}
		rows += int64(size)
	}
	if want >= 0 && s.plan.Exact {
		p.MaxRequests, p.MaxCredits = requests+divide(want-rows, outlink.MaxPageSize), max(rows, want+want/1000*min(want/s.input.RowCap, 1))
	}
	if want >= 0 && !s.plan.Exact {
		p.Notes = append(p.Notes, "more pages follow if rows of the first do not match")
	}
	return p
}

// String lays the plan out for a terminal.
func (p ScanPlan) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "%s\n", p.Table)
	if p.Domain != "" {
		line("domain", "%s (%s)", p.Domain, p.SearchType)
		line("order", "%s %s", p.Sort, p.Order)
	}
	if p.LinkPerDomain > 0 {
		line("per domain", "%d links", p.LinkPerDomain)
	}
	if p.Filter != "" {
		line("filter", "%s", p.Filter)
	}
	if len(p.Residual) > 0 {
		line("checked here", "%s", strings.Join(p.Residual, " and "))
	}
	if p.Limit >= 0 {
		line("limit", "%d rows", p.Limit)
	}
	if len(p.PageSizes) > 0 {
		line("pages", "%s rows", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(p.PageSizes)), ", "), "[]")+p.more())
	}
	if p.Total >= 0 {
		line("total", "%d rows", p.Total)
	}
	switch {
	case p.Domain == "":
		line("cost", "0 credits")
	case p.MaxCredits >= 0 && p.Limit < 0:
		line("cost", "%d credits", p.MaxCredits)
	case p.MaxCredits >= 0:
		line("cost", "at most %d credits", p.MaxCredits)
	default:
		line("cost", "at most a credit for each row that the API has (use --estimate to ask, for one credit)")
	}
	for _, n := range p.Notes {
		line("note", "%s", n)
	}
	return b.String()
}

func (p ScanPlan) more() string {
	if p.Limit < 0 || p.MaxRequests > int64(len(p.PageSizes)) {
		return ", …"
	}
	return ""
}
