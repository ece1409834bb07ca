package serpstat

import (
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// count(*), as Steampipe asks for it, costs a credit for each domain; where the total counts other rows than those that
// are asked for, it costs them.
func TestCountsOfEveryTable(t *testing.T) {
	const many = 300
	world := around(many, 1)
	forDividedTables(t, func(t *testing.T, declared *table.Table) {
		count := func(more query) query {
			more.table, more.columns = declared.Name, []string{"query", "sp_connection_name", "_ctx"}
			if len(more.quals) == 0 || more.quals[0].FieldName != "query" {
				more.quals = about(declared, site, more.quals...)
			}
			return more
		}
		field := declared.Fields[declared.FieldOf(declared.Sort.Divide)].Column
		for name, tt := range map[string]struct {
			query  query
			config string
			rows   int // -1 is what there are
			most   int64
			least  int64
		}{
			"all":                  {query{}, "", many, 1, 1},
			"a limit":              {query{limit: 7}, "", 7, 1, 1},
			"a limit beyond":       {query{limit: 1000}, "", many, 1, 1},
			"two domains":          {query{quals: about(declared, []any{site, "nobody.example"})}, "", many, 2, 2},
			"two spellings":        {query{quals: about(declared, []any{site, strings.ToUpper(site)})}, "", 2 * many, 1, 1},
			"of a search type":     {query{quals: quals(where("search_type", "=", "domain"))}, "", -1, 1, 1},
			"nothing":              {query{quals: nobody(declared)}, "", 0, 1, 1},
			"within max_credits":   {query{}, "max_credits = 1", many, 1, 1},
			"a clause on the rows": {query{quals: quals(where(field, ">=", int64(0)))}, "", many, many + 20, many},
			"a filter of the user": {query{quals: quals(where("complex_filter", "=", filterOf(declared)))}, "", many, many + 20, many},
			"switched off":         {query{}, "count_from_total = false", many, many + 20, many},
		} {
			if name == "of a search type" && declared.ParamOf("search_type") < 0 {
				continue
			}
			if name == "two domains" && declared.FormOf(table.Sites) >= 0 {
				tt.rows = 2 * many // as what is compared has links
			}
			if name == "nothing" {
				tt.most += wordQuestions(declared) / 2 // the first finds nothing
			}
			t.Run(name, func(t *testing.T) {
				r := newRig(t, serpstatsim.Options{Domains: world}, tt.config)
				got := r.run(count(tt.query))
				if _, credits := r.cost(); got.err != nil || tt.rows >= 0 && len(got.rows) != tt.rows || credits < tt.least || credits > tt.most {
					t.Fatalf("%d rows for %d credits, %v", len(got.rows), credits, got.err)
				}
				for _, row := range got.rows {
					if q, _ := row["query"].(string); !strings.EqualFold(q, site) && q != "nobody.example" {
						t.Fatalf("a row of %v", row)
					}
				}
				if tt.rows < 0 {
					all := count(tt.query)
					all.columns = []string{"raw"}
					if rows := r.must(all); len(rows) != len(got.rows) {
						t.Errorf("%d rows are counted, there are %d", len(got.rows), len(rows))
					}
				}
			})
		}
		for _, p := range declared.Params {
			if p.Form != table.PerDomain && p.Form != table.Additional {
				continue
			}
			t.Run(p.Column, func(t *testing.T) {
				value := any(int64(1))
				if p.Form == table.Additional {
					value = p.Words[0]
				}
				r := newRig(t, serpstatsim.Options{Domains: world}, "")
				q := count(query{quals: quals(where(p.Column, "=", value))})
				counted := r.must(q)
				q.columns = []string{"raw"}
				if rows := r.must(q); len(rows) != len(counted) {
					t.Errorf("%d rows are counted, there are %d", len(counted), len(rows))
				}
			})
		}
		t.Run("past the row cap", func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: world, RowCap: 100}, "")
			if rows, credits := r.must(count(query{})), r.sim.Credits(); len(rows) != many || credits != 1 {
				t.Errorf("%d rows for %d credits", len(rows), credits)
			}
		})
		t.Run("what a scan has read", func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: world}, "")
			q := count(query{cache: true})
			counted, _ := r.spent(q)
			all := q
			all.columns = []string{"raw"}
			read, rows := r.spent(all)
			again, _ := r.spent(q)
			if counted != 1 || read > many || again != 0 || len(rows) != many {
				t.Errorf("%d credits to count, %d to read, %d to count again; %d rows", counted, read, again, len(rows))
			}
		})
	})
}

// Where rows stay away that the API counts, its total is no longer believed.
func TestATotalThatWasWrongIsNotBelieved(t *testing.T) {
	r := newRig(t, serpstatsim.Options{Domains: around(300, 1)}, "allow_incomplete = true")
	q := query{columns: []string{"query"}, quals: quals(where("query", "=", site))}
	if rows := r.must(q); len(rows) != 300 {
		t.Errorf("%d rows", len(rows))
	}
	r.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.EmptyPage, Page: 2}, serpstatsim.Fault{Kind: serpstatsim.EmptyPage, Page: 6})
	all := q
	all.columns = []string{"raw"}
	some := len(r.must(all))
	r.sim.SetFaults()
	_, before := r.cost()
	if rows := r.must(q); len(rows) != 300 || some == 300 || r.sim.Credits()-before < 300 {
		t.Errorf("%d rows for %d credits, after %d of 300 had come", len(rows), r.sim.Credits()-before, some)
	}
}
