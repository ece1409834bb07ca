package serpstat

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// A table that forgot it would give wrong rows (readers_test.go at the root shows them).
func TestTheSDKsCacheIsOffForEveryTable(t *testing.T) {
	for name, table := range Plugin(t.Context()).TableMap {
		if table.Cache == nil || table.Cache.Enabled {
			t.Errorf("%s is cached by the SDK", name)
		}
	}
}

// spent is what a query costs, and its rows.
func (r *rig) spent(q query) (credits int64, rows []map[string]any) {
	r.t.Helper()
	_, before := r.cost()
	rows = r.must(q)
	_, after := r.cost()
	return after - before, rows
}

// An equal statement buys nothing, whatever it is made of.
func TestEqualStatementsBuyNothing(t *testing.T) {
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"serpstat.com": serpstatsim.Bundled()["serpstat.com"][:400]}}, "")
	for name, q := range map[string]query{
		"not equal":        {quals: quals(where("links_ext", "<>", int64(3)))},
		"not in":           {quals: quals(where("links_ext", "<>", []any{int64(3), int64(5)}))},
		"like":             {quals: quals(where("url_to", "~~", "%github.com%"))},
		"not like":         {quals: quals(where("url_to", "!~~", "%.com/%"))},
		"ilike":            {quals: quals(where("url_to", "~~*", "%GitHub.com%"))},
		"between":          {quals: quals(where("links_ext", ">=", int64(3)), where("links_ext", "<=", int64(30)))},
		"null":             {quals: quals(where("date_del", "is not null", nil))},
		"a parameter":      {quals: quals(where("search_type", "=", "domain"))},
		"the API's filter": {quals: quals(where("complex_filter", "=", jsonb(`[[{"field":"links_external","compareType":"lte","value":[9]}]]`)))},
		"a residual":       {limit: 3, quals: quals(where("link_type", "=", "href"))},
		"two orders":       {sort: "links_ext asc", limit: 7, quals: quals(where("url_to", "~~", "%a%"))},
		"the summary":      {table: "serpstat_outlink_summary", columns: []string{"query", "total"}},
	} {
		t.Run(name, func(t *testing.T) {
			q.cache = true
			q.quals = append(q.quals, where("query", "=", "serpstat.com"))
			first, rows := r.spent(q)
			second, again := r.spent(q)
			if first == 0 || second != 0 || fmt.Sprint(sortedRows(rows)) != fmt.Sprint(sortedRows(again)) {
				t.Errorf("%d credits for %d rows, then %d for %d", first, len(rows), second, len(again))
			}
		})
	}
}

func sortedRows(rows []map[string]any) []string {
	var list []string
	for _, row := range rows {
		list = append(list, fmt.Sprint(row))
	}
	return sorted(list)
}

// What asks for some of the rows of a scan that has ended buys nothing, and is answered as SQL says.
func TestWhatIsKeptServesNarrowerStatements(t *testing.T) {
	all := serpstatsim.AllInterpretations()
	r := newRig(t, serpstatsim.Options{}, "")
	checks, served := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 5, 40).Draw(rt, "rows")
		wide := rapid.SliceOfN(rapid.Custom(drawClause), 0, 1).Draw(rt, "wide")
		narrow := rapid.SliceOfN(rapid.Custom(drawClause), 0, 2).Draw(rt, "narrow")
		orders := rapid.SampledFrom([][2]string{{"", ""}, {"", "links_ext desc"}, {"links_ext desc", ""}, {"links_ext asc", "links_ext asc"}, {"links_ext desc", "links_ext desc"}}).Draw(rt, "orders")
		limit := int64(rapid.SampledFrom([]int{0, 1, 5}).Draw(rt, "limit"))
		checks++
		domain := fmt.Sprintf("k%d.com", checks)
		r.forget()
		r.sim.SetInterpretations(all[rapid.IntRange(0, len(all)-1).Draw(rt, "reading")])
		r.sim.SetRows(domain, rows)
		first := query{cache: true, sort: orders[0], quals: quals(where("query", "=", domain))}
		for _, c := range wide {
			first.quals = append(first.quals, c.qual())
		}
		if err := r.checkAsDatabase(first, rows, nil, wide...); err != nil {
			rt.Fatalf("the wide statement: %v", err)
		}
		_, before := r.cost()
		second := first
		second.sort, second.limit, second.quals = orders[1], limit, slices.Clone(first.quals)
		for _, c := range narrow {
			second.quals = append(second.quals, c.qual())
		}
		if err := r.checkAsDatabase(second, rows, nil, append(slices.Clone(wide), narrow...)...); err != nil {
			if limit > 0 && strings.Contains(err.Error(), "a limit cannot be counted") {
				return
			}
			rt.Fatalf("the narrow statement: %v", err)
		}
		if _, after := r.cost(); after != before {
			rt.Fatalf("the narrow statement costs %d credits", after-before)
		}
		if before > 0 {
			served++
		}
	})
	if served < checks/3 {
		t.Errorf("%d of %d statements were served from what is kept", served, checks)
	}
}

func TestWhatIsKeptDoesNotServeWiderStatements(t *testing.T) {
	base := quals(where("query", "=", "a.com"))
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 400, 1)}}
	few := append(base[:1:1], where("links_ext", "<", int64(50)))
	for name, tt := range map[string]struct{ first, second query }{
		"fewer clauses":     {query{quals: few}, query{quals: base}},
		"other clauses":     {query{quals: few}, query{quals: append(base[:1:1], where("links_ext", "<", int64(60)))}},
		"another parameter": {query{quals: base}, query{quals: append(base[:1:1], where("search_type", "=", "domain"))}},
		"a limit before":    {query{limit: 10, quals: base}, query{quals: base}},
		"a larger limit":    {query{limit: 10, quals: base}, query{limit: 20, quals: base}},
		"another order":     {query{quals: base}, query{sort: "links_ext asc", limit: 10, quals: base}},
		"an order of the API's before": {query{quals: append(base[:1:1], where("sort_by", "=", "anchor"))},
			query{sort: "links_ext desc", limit: 10, quals: append(base[:1:1], where("sort_by", "=", "anchor"))}},
		"another table": {query{quals: base}, query{table: "serpstat_outlink_summary", columns: []string{"query", "total"}, quals: base}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, sim, "")
			tt.first.cache, tt.second.cache = true, true
			r.must(tt.first)
			want, fresh := tt.second, newRig(t, sim, "")
			want.cache = false
			wanted := fresh.must(want)
			before := len(r.sim.Requests())
			got := r.must(tt.second)
			asked := func(requests []serpstatsim.Request) (list []string) {
				for _, q := range requests {
					list = append(list, fmt.Sprint(q.Query, q.SearchType, q.Sort, q.Order, q.Page, q.Size, q.ComplexFilter))
				}
				return sorted(list)
			}
			if have, want := asked(r.sim.Requests()[before:]), asked(fresh.sim.Requests()); len(got) != len(wanted) || !slices.Equal(have, want) {
				t.Errorf("%d rows, want %d; asked %v, want %v", len(got), len(wanted), have, want)
			}
		})
	}
}

// Whoever reads kept answers keeps them to the end, though another may not use them, or the config has changed.
func TestReadersUnderWayKeepTheirAnswers(t *testing.T) {
	for name, disturb := range map[string]func(r *rig, q query){
		"another wants newer rows": func(r *rig, q query) {
			q.ttl = 1
			r.must(q)
		},
		"the config changes": func(r *rig, q query) {
			r.configure(r.config+"\nmax_retries = 3", false)
			r.must(q)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, k := own(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 900, 1)}})
			now := time.Now()
			k.Now = func() time.Time { return now }
			q := query{cache: true, quals: quals(where("query", "=", "a.com"))}
			r.must(q)
			now = now.Add(time.Minute)
			slow := q
			slow.onRow = func(rows int) {
				if rows == 100 {
					disturb(r, q)
				}
			}
			if got := r.must(slow); len(got) != 900 {
				t.Errorf("%d rows", len(got))
			}
			if _, credits := r.cost(); credits != 1800 {
				t.Errorf("%d credits, want those of the first scan and of the one that may not use its answers", credits)
			}
			credits, _ := r.spent(q)
			if scans, counted, sum := k.Size(); credits != 0 || scans != 1 || counted != sum {
				t.Errorf("then %d credits; %d scans are kept, %d bytes of %d", credits, scans, counted, sum)
			}
		})
	}
}

// own is a rig whose plugin is its own, so that its clock and its memory can be set.
func own(t *testing.T, sim serpstatsim.Options) (*rig, *execute.Kept) {
	p := newTestPlugin(0)
	return newRigOn(t, p, sim, ""), p.provider.kept
}

func TestKeptAnswersAreAsOldAsTheUserWants(t *testing.T) {
	r, k := own(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 300, 1)}})
	now := time.Now()
	k.Now = func() time.Time { return now }
	q := query{cache: true, ttl: 300, quals: quals(where("query", "=", "a.com"))}
	for _, step := range []struct {
		wait time.Duration
		ttl  int64
		off  bool
		want int64
		why  string
	}{
		{0, 300, false, 300, "nothing is kept yet"},
		{299 * time.Second, 300, false, 0, "just within the time"},
		{2 * time.Second, 300, false, 300, "too old"},
		{60 * time.Second, 59, false, 300, "another session wants newer rows, as after .cache clear"},
		{10 * time.Second, 300, false, 0, "which serve the first one as well"},
		{0, 300, true, 300, "a session without cache"},
		{0, 0, false, 300, "no cache time"},
		{0, 300, false, 0, "neither of which took the kept ones away"},
	} {
		now = now.Add(step.wait)
		q.ttl, q.cache = step.ttl, !step.off
		if q.ttl == 0 {
			q.ttl = noTTL
		}
		if got, rows := r.spent(q); got != step.want || len(rows) != 300 {
			t.Errorf("%s: %d credits, want %d; %d rows", step.why, got, step.want, len(rows))
		}
	}
}

// What ends early, fails, or comes short is no answer for another query.
func TestOnlyWholeScansAreKept(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 900, 1)
	for name, spoil := range map[string]func(*rig, *query){
		"cancelled": func(_ *rig, q *query) { q.stop = 10 },
		"failed": func(r *rig, _ *query) {
			r.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.CreditsExhausted, Request: 3})
		},
		"short": func(r *rig, _ *query) { r.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.ShortPage, Request: 3}) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "max_concurrent_requests = 1")
			q := query{cache: true, quals: quals(where("query", "=", "a.com"))}
			spoiled := q
			spoil(r, &spoiled)
			if got := r.run(spoiled); got.err == nil && len(got.rows) == 900 {
				t.Fatal("nothing was spoiled")
			}
			r.sim.SetFaults()
			if credits, got := r.spent(q); credits != 900 || len(got) != 900 {
				t.Errorf("%d rows for %d credits, want all anew", len(got), credits)
			}
			if credits, got := r.spent(q); credits != 0 || len(got) != 900 {
				t.Errorf("%d rows for %d credits", len(got), credits)
			}
		})
	}
}

// Many equal scans at once, of which some are left, while the first one's reader waits for them, as the sides of a
// join do: each gets all rows, which are bought once.
func TestEqualScansAtOnceBuyTheirRowsOnce(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 700, 1)
	for round := range repetition.Times(3, 24) {
		r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
		others := func() {
			var all sync.WaitGroup
			for i := range 10 {
				all.Go(func() {
					q := query{cache: true, quals: quals(where("query", "=", "a.com"))}
					if i%4 == 3 {
						q.stop = 1 + i*2*(round%3) // within the first page: none is under way that would be given up
					}
					got := r.run(q)
					if q.stop == 0 && (got.err != nil || len(got.rows) != 700) {
						t.Errorf("%d rows, %v", len(got.rows), got.err)
					}
				})
			}
			all.Wait()
		}
		first := r.run(query{cache: true, quals: quals(where("query", "=", "a.com")), onRow: func(rows int) {
			if rows == 1+round*120%300 {
				others()
			}
		}})
		if _, credits := r.cost(); credits != 700 || first.err != nil || len(first.rows) != 700 {
			t.Errorf("%d credits; %d rows, %v", credits, len(first.rows), first.err)
		}
	}
}

func TestKeptAnswersAreBoundedInBytes(t *testing.T) {
	domains := map[string][]serpstatsim.Row{}
	for i := range 6 {
		domains[fmt.Sprintf("d%d.com", i)] = serpstatsim.Generate("d.com", 500, 1)
	}
	domains["large.com"] = serpstatsim.Generate("l.com", 5000, 1)
	r, k := own(t, serpstatsim.Options{Domains: domains})
	ask := func(domain string) int64 {
		credits, rows := r.spent(query{cache: true, quals: quals(where("query", "=", domain))})
		if len(rows) != len(domains[domain]) {
			t.Errorf("%s: %d rows", domain, len(rows))
		}
		if _, counted, sum := k.Size(); counted != sum || sum > k.Most {
			t.Errorf("%d bytes are counted, %d kept, of at most %d", counted, sum, k.Most)
		}
		return credits
	}
	ask("d5.com")
	_, size, _ := k.Size()
	if size < execute.KeptScanBytes+500*200 || size > execute.KeptScanBytes+500*600 {
		t.Errorf("500 rows take %d bytes", size)
	}
	k.Most = size * 5 / 2 // room for two
	for i, want := range []int64{500, 500, 0, 500, 0, 500} {
		domain := []string{"d0.com", "d1.com", "d0.com", "d2.com", "d0.com", "d1.com"}[i] // d1 was asked for longest ago
		if got := ask(domain); got != want {
			t.Errorf("%d: %s for %d credits, want %d", i, domain, got, want)
		}
	}
	if first, second := ask("large.com"), ask("large.com"); first != 5000 || second != 5000 {
		t.Errorf("more rows than there is room for: %d credits, then %d", first, second)
	}
}

// Many small scans, as a join with a long list of domains makes, are bounded too.
func TestKeptScansAreBoundedInNumber(t *testing.T) {
	r, k := own(t, serpstatsim.Options{})
	k.Most = 10 * execute.KeptScanBytes
	for i := range 30 {
		domain := fmt.Sprintf("n%d.com", i)
		r.sim.SetRows(domain, serpstatsim.Generate(domain, 1, 1))
		r.must(query{cache: true, quals: quals(where("query", "=", domain))})
	}
	if n, _, _ := k.Size(); n < 5 || n > 10 {
		t.Errorf("%d scans are kept", n)
	}
}

func TestKeptAnswersGoWithTheConfig(t *testing.T) {
	r, k := own(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 300, 1)}})
	q := query{cache: true, quals: quals(where("query", "=", "a.com"))}
	r.must(q)
	r.configure(strings.ReplaceAll(r.config, testToken, "another"), false)
	if credits, _ := r.spent(q); credits != 300 {
		t.Errorf("%d credits with another token", credits)
	}
	if scans, _, _ := k.Size(); scans != 1 {
		t.Errorf("the answers of %d scans are kept", scans)
	}
}

// An equal scan asks as the first one has, though a guard had changed what that one asked for.
func TestAnEqualScanNearMaxCreditsBuysNothing(t *testing.T) {
	domains := map[string][]serpstatsim.Row{}
	var list []any
	for i := range 3 {
		name := fmt.Sprintf("g%d.com", i)
		rows := serpstatsim.Generate(name, []int{60, 60, 5}[i], uint64(i))
		for j := range rows {
			rows[j].LinkType = []string{"href", "image"}[j%2]
		}
		domains[name], list = rows, append(list, name)
	}
	for most := 60; most < 190; most += 13 {
		for limit := int64(20); limit < 90; limit += 7 {
			r := newRig(t, serpstatsim.Options{Domains: domains}, fmt.Sprint("max_credits = ", most))
			q := query{cache: true, limit: limit, quals: quals(where("query", "=", list), where("link_type", "=", "href"))}
			first := r.run(q)
			if first.err != nil {
				continue
			}
			if credits, rows := r.spent(q); credits != 0 || len(rows) != len(first.rows) {
				t.Errorf("max_credits %d, limit %d: %d credits for %d rows", most, limit, credits, len(rows))
			}
		}
	}
}

// A kept answer costs nothing: a scan that just fits into max_credits can be repeated.
func TestKeptAnswersFitIntoTheBudgetAgain(t *testing.T) {
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 300, 1)}}, "max_credits = 300")
	q := query{cache: true, quals: quals(where("query", "=", "a.com"))}
	for range 3 {
		r.must(q)
	}
	if _, credits := r.cost(); credits != 300 {
		t.Errorf("%d credits", credits)
	}
}
