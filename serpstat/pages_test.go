package serpstat

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Whatever the API does with its pages, and with rows between two of them, a scan of every table ends with the rows that
// there are, or with an error that says how many of them have come; with and without a LIMIT, in an order or in none.
func TestPagesThatDoNotFitOfEveryTable(t *testing.T) {
	const many = 700
	world := around(many, 1)
	forDividedTables(t, func(t *testing.T, declared *table.Table) {
		divide := declared.Sort.Divide
		all := newRig(t, serpstatsim.Options{Domains: world}, "").must(query{table: declared.Name, columns: []string{"raw", divide}, quals: about(declared, site)})
		place := slices.Index(catalog.Tables(), declared) // in make test each has a third of the combinations
		for number, tt := range []struct {
			name   string
			faults []serpstatsim.Fault
		}{
			{"an empty page", []serpstatsim.Fault{{Kind: serpstatsim.EmptyPage, Request: 3, Times: 1}}},
			{"a page that stays empty", []serpstatsim.Fault{{Kind: serpstatsim.EmptyPage, Page: 2}}},
			{"all pages but one are empty", []serpstatsim.Fault{{Kind: serpstatsim.EmptyPage, Page: 2}, {Kind: serpstatsim.EmptyPage, Page: 3}, {Kind: serpstatsim.EmptyPage, Page: 4}, {Kind: serpstatsim.EmptyPage, Page: 5}, {Kind: serpstatsim.EmptyPage, Page: 6}}},
			{"no data on a page", []serpstatsim.Fault{{Kind: serpstatsim.NoData, Page: 2}}},
			{"no data from a page on", []serpstatsim.Fault{{Kind: serpstatsim.NoData, Page: 2}, {Kind: serpstatsim.NoData, Page: 3}, {Kind: serpstatsim.NoData, Page: 6}, {Kind: serpstatsim.NoData, Page: 11}}},
			{"short pages", []serpstatsim.Fault{{Kind: serpstatsim.ShortPage, Every: 3}}},
			{"a page that stays short", []serpstatsim.Fault{{Kind: serpstatsim.ShortPage, Page: 2}}},
			{"a hundred rows a page", []serpstatsim.Fault{{Kind: serpstatsim.SmallPages}}},
			{"the page is ignored", []serpstatsim.Fault{{Kind: serpstatsim.SamePage}}},
			{"half of the total, for once", []serpstatsim.Fault{{Kind: serpstatsim.HalfTotal, Request: 2, Times: 1}}},
			{"half of the total", []serpstatsim.Fault{{Kind: serpstatsim.HalfTotal, Every: 2}}},
		} {
			for i, sort := range []string{"", divide + " desc", divide + " asc"} {
				if (place+number+i)%repetition.Times(3, 1) != 0 {
					continue
				}
				for _, limit := range slices.Concat([]int64{0, 400, 10}[i:], []int64{0, 400, 10}[:i])[:repetition.Times(1, 3)] {
					r := newRig(t, serpstatsim.Options{Domains: world, Faults: tt.faults}, "")
					got := r.run(query{table: declared.Name, columns: []string{"raw", divide}, quals: about(declared, site), limit: limit, sort: sort})
					if err := judge(got, all, limit, divide, sort); err != nil {
						t.Errorf("%s, limit %d, order %q: %v", tt.name, limit, sort, err)
					}
					if _, credits := r.cost(); credits > 3*many {
						t.Errorf("%s, limit %d, order %q: %d credits", tt.name, limit, sort, credits)
					}
				}
			}
		}
	})
}

// An API that gives at most a hundred rows a page shows that late, where the first page is small because of a guard.
func TestSmallPagesUnderAGuard(t *testing.T) {
	forPagedTables(t, func(t *testing.T, declared *table.Table) {
		for _, many := range []int{250, 330, 700} {
			r := newRig(t, serpstatsim.Options{Domains: around(many, 1), Faults: []serpstatsim.Fault{{Kind: serpstatsim.SmallPages}}}, "max_credits = 2000")
			got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, site)})
			if _, credits := r.cost(); got.err != nil || len(got.rows) != many || credits > 3*int64(many) {
				t.Errorf("%d rows of %d for %d credits, %v", len(got.rows), many, credits, got.err)
			}
		}
	})
}

// judge says what is wrong with an answer of some of all rows.
func judge(got result, all []map[string]any, limit int64, column, sort string) error {
	if got.err != nil {
		if text := got.err.Error(); !strings.Contains(text, "arrived") && !strings.Contains(text, "change while they are read") {
			return got.err
		}
		return nil
	}
	want := len(all)
	if limit > 0 {
		want = min(want, int(limit))
	}
	if len(got.rows) != want {
		return fmt.Errorf("%d rows of %d, and no error", len(got.rows), want)
	}
	left := map[string]int{}
	for _, row := range all {
		left[fmt.Sprint(row["raw"])]++
	}
	for _, row := range got.rows {
		if raw := fmt.Sprint(row["raw"]); left[raw] == 0 {
			return fmt.Errorf("the row %s is one too many", raw)
		} else {
			left[raw]--
		}
	}
	if sort == "" {
		return nil
	}
	numbers := func(rows []map[string]any) (list []int64) {
		for _, row := range rows {
			list = append(list, row[column].(int64))
		}
		return list
	}
	sorted := numbers(all)
	slices.Sort(sorted)
	if strings.HasSuffix(sort, "desc") {
		slices.Reverse(sorted)
	}
	if have := numbers(got.rows); !slices.Equal(have, sorted[:want]) {
		return fmt.Errorf("the order is %v, want %v", have, sorted[:want])
	}
	return nil
}

// A row comes in between two pages, or one goes and another comes.
func TestRowsThatMoveBetweenPages(t *testing.T) {
	rows := serpstatsim.Generate("m.com", 900, 3)
	first, last := serpstatsim.Generate("m.com", 1, 7)[0], serpstatsim.Generate("m.com", 1, 8)[0]
	first.LinksExt, last.LinksExt = 1_000_000, 0
	for name, changed := range map[string][]serpstatsim.Row{
		"one comes first":           append([]serpstatsim.Row{first}, rows...),
		"one comes first, one goes": append([]serpstatsim.Row{first}, rows[:899]...),
		"one comes last":            append(slices.Clone(rows), last),
		"some go":                   rows[300:],
	} {
		all := func(rows []serpstatsim.Row) []map[string]any {
			sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"m.com": rows}}
			return newRig(t, sim, "").must(query{columns: []string{"raw", "links_ext"}, quals: quals(where("query", "=", "m.com"))})
		}
		before, after := all(rows), all(changed)
		for at := 2; at < 2+repetition.Times(3, 12); at++ {
			for i, sort := range []string{"", "links_ext desc", "links_ext asc"} {
				if (at+i)%repetition.Times(3, 1) != 0 {
					continue
				}
				for _, limit := range [][]int64{{0, 700}, {700, 0}, {0, 700}}[i][:repetition.Times(1, 2)] {
					var r *rig
					r = newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"m.com": rows}, Before: func(n int) {
						if n == at {
							r.sim.SetRows("m.com", changed)
						}
					}}, "")
					q := query{columns: []string{"raw", "links_ext"}, quals: quals(where("query", "=", "m.com")), sort: sort, limit: limit}
					got := r.run(q)
					if was, is := judge(got, before, limit, "links_ext", sort), judge(got, after, limit, "links_ext", sort); was != nil && is != nil {
						t.Errorf("%s at request %d, order %q, limit %d: %v; %v", name, at, sort, limit, was, is)
					}
				}
			}
		}
	}
}
