package serpstat

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
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
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"serpstat.com": serpstatsim.Bundled()["serpstat.com"][:400]}}
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
			r := newRig(t, sim, "")
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

// What a statement costs after another one: what it needs and has not been bought. Each is answered as if it were alone.
func TestAStatementBuysWhatIsMissing(t *testing.T) {
	base := quals(where("query", "=", "a.com"))
	and := func(more ...*proto.Qual) []*proto.Qual { return append(base[:1:1], more...) }
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 400, 1)}}
	ranked := query{sort: "links_ext desc", limit: 100, quals: base}
	for name, tt := range map[string]struct {
		first, second query
		free          int64 // credits that the second one saves
	}{
		"all after some":                    {query{limit: 100, quals: base}, query{quals: base}, 100},
		"more after some":                   {query{limit: 100, quals: base}, query{limit: 200, quals: base}, 100},
		"some after all":                    {query{quals: base}, query{limit: 100, quals: base}, 100},
		"all of an order after the top":     {ranked, query{sort: "links_ext desc", quals: base}, 100},
		"all after the top":                 {ranked, query{quals: base}, 100},
		"a single row is bought again":      {query{limit: 1, quals: base}, query{quals: base}, 0},
		"fewer clauses":                     {query{quals: and(where("links_ext", "<", int64(50)))}, query{quals: base}, 0},
		"a narrower range":                  {query{quals: and(where("links_ext", "<", int64(60)))}, query{quals: and(where("links_ext", "<", int64(50)))}, -1},
		"a wider range":                     {query{quals: and(where("links_ext", "<", int64(50)))}, query{quals: and(where("links_ext", "<", int64(60)))}, 0},
		"the same range":                    {query{quals: and(where("links_ext", "<=", int64(49)))}, query{quals: and(where("links_ext", "<", int64(50)))}, -1},
		"another parameter":                 {query{quals: base}, query{quals: and(where("search_type", "=", "domain"))}, 0},
		"a default that is written":         {query{quals: base}, query{quals: and(where("search_type", "=", "domain_with_subdomains"))}, -1},
		"another spelling":                  {query{quals: base}, query{quals: quals(where("query", "=", "HTTPS://A.com/"))}, -1},
		"another order":                     {query{quals: base}, query{sort: "links_ext asc", limit: 10, quals: base}, -1},
		"another order of some":             {query{limit: 100, quals: base}, query{sort: "links_ext asc", limit: 10, quals: base}, 0},
		"the API's filter":                  {query{quals: base}, query{quals: and(where("complex_filter", "=", jsonb(`[[{"field":"links_external","compareType":"lte","value":[9]}]]`)))}, 0},
		"the API's order":                   {query{quals: base}, query{limit: 10, quals: and(where("sort_by", "=", "anchor"))}, 0},
		"an order after the API's":          {query{quals: and(where("sort_by", "=", "anchor"))}, query{sort: "links_ext desc", limit: 10, quals: base}, -1},
		"the total of what is here":         {query{quals: base}, query{table: "serpstat_outlink_summary", columns: []string{"query", "total"}, quals: base}, 1},
		"a method's rows are not another's": {query{quals: base}, query{table: "serpstat_lost_outlink", columns: []string{"query"}, quals: base}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, fresh := newRig(t, sim, ""), newRig(t, sim, "")
			tt.first.cache, tt.second.cache = true, true
			r.must(tt.first)
			alone, wanted := fresh.spent(tt.second)
			if tt.free < 0 {
				tt.free = alone
			}
			cost, got := r.spent(tt.second)
			if cost != alone-tt.free || len(got) != len(wanted) {
				t.Errorf("%d rows for %d credits, want %d for %d", len(got), cost, len(wanted), alone-tt.free)
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
		"the connection is deleted, and made anew": func(r *rig, q query) {
			r.remove()
			r.configure(r.config, true)
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
func own(t *testing.T, sim serpstatsim.Options) (*rig, *series.Store) {
	p := newTestPlugin(0)
	return newRigOn(t, p, sim, ""), p.provider.store
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

// What was bought for a scan that ended early, or failed, is not bought again.
func TestWhatAnEndedScanHasBoughtIsKept(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 900, 1)
	for name, spoil := range map[string]func(*rig, *query){
		"cancelled": func(_ *rig, q *query) { q.stop = 10 },
		"failed": func(r *rig, _ *query) {
			r.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.CreditsExhausted, Request: 3})
		},
		"over its budget": func(r *rig, q *query) { q.limit = 901 },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "max_credits = 900")
			q := query{cache: true, quals: quals(where("query", "=", "a.com"))}
			spoiled := q
			spoil(r, &spoiled)
			r.run(spoiled)
			r.sim.SetFaults()
			got := r.must(q)
			if _, credits := r.cost(); credits != 900 || len(got) != 900 {
				t.Errorf("%d rows for %d credits in all", len(got), credits)
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

// What no longer fits goes by age. Most of it is packed by then, and comes out as it was.
func TestWhatIsKeptIsBoundedInBytes(t *testing.T) {
	domains := map[string][]serpstatsim.Row{}
	for i := range 24 {
		domains[fmt.Sprintf("d%d.com", i)] = serpstatsim.Generate("d.com", 250, 1)
	}
	domains["large.com"] = serpstatsim.Generate("l.com", 5000, 1)
	r, k := own(t, serpstatsim.Options{Domains: domains})
	k.Most = 400 << 10 // the answers to a scan of 250 rows take 115 KB as they are, and a fifth of it packed
	var raw []string
	ask := func(domain string) int64 {
		credits, rows := r.spent(query{cache: true, columns: []string{"raw"}, quals: quals(where("query", "=", domain))})
		if len(rows) != len(domains[domain]) {
			t.Errorf("%s: %d rows", domain, len(rows))
		}
		if domain != "large.com" {
			var got []string
			for _, row := range rows {
				got = append(got, fmt.Sprint(row["raw"]))
			}
			if slices.Sort(got); raw == nil {
				raw = got
			} else if !slices.Equal(raw, got) {
				t.Errorf("%s has other rows", domain)
			}
		}
		if _, counted, sum := k.Size(); counted != sum || sum > k.Most {
			t.Errorf("%d bytes are counted, %d kept, of at most %d", counted, sum, k.Most)
		}
		return credits
	}
	for i := range 24 {
		ask(fmt.Sprintf("d%d.com", i))
	}
	if first, second, last := ask("d18.com"), ask("d23.com"), ask("d0.com"); first != 0 || second != 0 || last != 250 {
		t.Errorf("%d and %d credits for what was asked for at last, %d for what was first", first, second, last)
	}
	if kept := ask("d23.com"); kept != 0 {
		t.Errorf("%d credits for what was asked for between", kept)
	}
	if first, second := ask("large.com"), ask("large.com"); first != 5000 || second != 5000 {
		t.Errorf("more rows than there is room for: %d credits, then %d", first, second)
	}
}

// Many small scans, as a join with a long list of domains makes, are bounded too.
func TestKeptScansAreBoundedInNumber(t *testing.T) {
	r, k := own(t, serpstatsim.Options{})
	k.Most = 10 * series.SeriesBytes
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
	r.remove()
	if scans, _, bytes := k.Size(); scans != 0 || bytes != 0 {
		t.Errorf("the answers of %d scans are kept for a connection that was deleted, %d bytes", scans, bytes)
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

// A result past the row cap is in several series. Together they serve what asks for some of its rows, in any order.
func TestPartsServeNarrowerStatements(t *testing.T) {
	rows := numbered(5000, 8)
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
	all := query{cache: true, columns: []string{"url_to", "links_ext"}, quals: quals(where("query", "=", "big.com"))}
	if credits, got := r.spent(all); credits < 5000 || len(got) != 5000 {
		t.Fatalf("%d rows for %d credits", len(got), credits)
	}
	middle := rows[len(rows)/2].LinksExt
	few := 0
	for _, row := range rows {
		if row.LinksExt >= middle {
			few++
		}
	}
	narrow, top, last := all, all, all
	narrow.quals = append(narrow.quals[:1:1], where("links_ext", ">=", middle))
	top.sort, top.limit = "links_ext desc", 10
	last.sort, last.limit = "links_ext asc", 2500
	for name, tt := range map[string]struct {
		query query
		rows  int
	}{"the same": {all, 5000}, "a bound": {narrow, few}, "the first": {top, 10}, "the last, past the cap": {last, 2500}} {
		credits, got := r.spent(tt.query)
		if credits != 0 || len(got) != tt.rows {
			t.Errorf("%s: %d rows for %d credits, want %d for none", name, len(got), credits, tt.rows)
		}
		if tt.query.sort != "" && !slices.IsSortedFunc(got, func(a, b map[string]any) int {
			c := cmp.Compare(a["links_ext"].(int64), b["links_ext"].(int64))
			if strings.HasSuffix(tt.query.sort, "desc") {
				c = -c
			}
			return c
		}) {
			t.Errorf("%s: not in order", name)
		}
	}
}

// The scans of a statement are given the same rows, whatever the cache is set to; those of a run spend one budget.
func TestTheScansOfAStatement(t *testing.T) {
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 300, 1), "b.com": serpstatsim.Generate("b.com", 300, 2)}}
	r := newRig(t, sim, "max_credits = 400")
	for range 2 {
		statement := Statement(Run(context.Background(), Guard{}))
		for i, domain := range []string{"a.com", "a.com", "b.com"} {
			_, before := r.cost()
			got := r.runContext(statement, query{quals: quals(where("query", "=", domain))})
			_, after := r.cost()
			switch spent := after - before; {
			case i < 2 && (got.err != nil || len(got.rows) != 300 || spent != int64(300*(1-i))):
				t.Errorf("scan %d of one domain: %d rows for %d credits, %v", i+1, len(got.rows), spent, got.err)
			case i == 2 && (got.err == nil || !strings.Contains(got.err.Error(), "max_credits is 400") || spent > 100):
				t.Errorf("another domain: %d rows for %d credits, %v", len(got.rows), spent, got.err)
			}
		}
	}
}
