package serpstat

import (
	"fmt"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// A scan that is given the credits of its estimate ends with all its rows, past the row cap and after probes too, and one
// that is given fewer than it costs ends after its first page.
func TestAnEstimateIsEnoughForEveryTable(t *testing.T) {
	world := around(2100, 2)
	s := newTestPlugin(smallCap)
	forDividedTables(t, func(t *testing.T, declared *table.Table) {
		divide, text, order := declared.Sort.Divide, "", " asc"
		if declared.Fields[declared.FieldOf(divide)].Filter.Attests(table.AtMost) {
			order = " desc"
		}
		for _, f := range declared.Fields {
			if f.Filter.How == table.ByText {
				text = f.Column
			}
		}
		for _, q := range []query{
			{sort: divide + order, limit: 30, quals: about(declared, []any{site, "others.com", "third.com"})},
			{sort: divide + order, limit: 40, quals: about(declared, site)},
			{quals: quals(where(text, "~~*", "%C%"))},
			{quals: quals(where(text, "~~*", "%22.COM"))},
			{},
			{sort: divide + order},
			{quals: quals(where(divide, ">=", int64(1)))},
		}[:repetition.Times(4, 7)] {
			q.table, q.columns = declared.Name, []string{"raw"}
			if q.limit == 0 {
				q.quals = about(declared, site, q.quals...)
			}
			estimate := int64(0)
			r := newRigOn(t, s, serpstatsim.Options{RowCap: smallCap, Domains: world}, "")
			if told := r.runContext(Explain(t.Context(), true, func(p execute.ScanPlan) { estimate += p.MaxCredits }), q); told.err != nil {
				t.Fatal(told.err)
			}
			r.forget()
			rows := len(r.must(q))
			_, cost := r.cost()
			if cost > estimate {
				t.Errorf("%v: %d rows for %d credits, and the estimate is %d", q.quals, rows, cost, estimate)
			}
			for budget, enough := range map[int64]bool{estimate: true, int64(rows) - 1: false} {
				if budget <= 0 {
					continue
				}
				r := newRigOn(t, s, serpstatsim.Options{RowCap: smallCap, Domains: world}, fmt.Sprintf("max_credits = %d", budget))
				got := r.run(q)
				if _, spent := r.cost(); (got.err == nil) != enough || spent > budget || !enough && spent > 125+mostQuestions {
					t.Errorf("%v: max_credits = %d: %d rows for %d credits, %v", q.quals, budget, len(got.rows), spent, got.err)
				}
			}
		}
	})
}

// mostQuestions is how many credits a scan may spend on questions before its first page.
const mostQuestions = 4
