package execute_test

import (
	"cmp"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
)

// By two columns, of which the API sorts by the first: the first rows are those of both, and no more is bought than the
// rows that are alike in the first one, and the one after them.
func TestAnOrderOfTwoColumns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(700, 40), "b.com": some(300, 33)}}
		all := slices.Concat(a.hosts["a.com"], a.hosts["b.com"])
		for _, first := range []bool{true, false} {
			for _, second := range []bool{true, false} {
				slices.SortStableFunc(all, func(x, y host) int {
					c, d := cmp.Compare(x.links, y.links), cmp.Compare(x.rank, y.rank)
					if first {
						c = -c
					}
					if second {
						d = -d
					}
					return cmp.Or(c, d)
				})
				for _, limit := range []int64{1, 10, 60, -1} {
					a.credits = 0
					got, err := run(t, connect(a), plan.Input{Limit: limit, Order: plan.Order{Column: "links", Descending: first}, Then: []plan.Order{{Column: "domain_rank", Descending: second}},
						Quals: []plan.Qual{of("a.com", "b.com")}}, execute.Options{})
					want := all
					if limit >= 0 {
						want = all[:limit]
					}
					if err != nil || len(got.hosts) != len(want) {
						t.Fatalf("limit %d: %d rows, %v", limit, len(got.hosts), err)
					}
					for i, h := range got.hosts {
						if w := want[i]; h.links != w.links || h.rank != w.rank {
							t.Fatalf("descending %t and %t, limit %d: row %d is %v, want %v", first, second, limit, i, h, w)
						}
					}
					if limit >= 0 && a.credits > 200 {
						t.Errorf("limit %d costs %d credits", limit, a.credits)
					}
				}
			}
		}
	})
}

// NULL comes last in ascending order, and first in descending, as PostgreSQL has it.
func TestAnOrderWithNull(t *testing.T) {
	ranked := *refDomain
	ranked.Fields = slices.Clone(ranked.Fields)
	ranked.Fields[2].Optional = true
	for _, descending := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			a := &fakeAPI{hosts: map[string][]host{"a.com": {{"b", 1, -1}, {"c", 1, 5}, {"d", 1, 2}, {"e", 1, -1}, {"f", 1, 9}}}}
			got, err := run(t, connect(a), plan.Input{Table: &ranked, Limit: -1, Order: plan.Order{Column: "links"}, Then: []plan.Order{{Column: "domain_rank", Descending: descending}},
				Quals: []plan.Qual{of("a.com")}}, execute.Options{})
			want := map[bool]string{false: "dcfbe", true: "befcd"}[descending]
			names := ""
			for _, h := range got.hosts {
				names += h.name
			}
			if err != nil || names != want {
				t.Errorf("descending %t: %s, %v", descending, names, err)
			}
		})
	}
}
