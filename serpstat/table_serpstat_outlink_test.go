package serpstat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// bundledRig answers from the simulator's own data.
func bundledRig(t *testing.T, config string) *rig {
	return newRig(t, serpstatsim.Demo(), config)
}

func (r *rig) must(q query) []map[string]any {
	r.t.Helper()
	got := r.run(q)
	if got.err != nil {
		r.t.Fatal(got.err)
	}
	return got.rows
}

func TestMainQueryReturnsAllRowsForTheirCredits(t *testing.T) {
	r := bundledRig(t, "")
	rows := r.must(query{quals: quals(where("query", "=", "serpstat.com"))})
	requests, credits := r.cost()
	if len(rows) != 3002 || credits != 3002 || requests > 4+4 {
		t.Errorf("%d rows for %d credits in %d requests, want 3002 for 3002 in at most 8", len(rows), credits, requests)
	}
	i := slices.IndexFunc(rows, func(row map[string]any) bool { return row["link_text"] == "Install for Microsoft Edge" })
	want := "map[complex_filter:<nil> date_del:<nil> domain_to:microsoft.com first_seen:2022-09-16 00:00:00 host_from:serpstat.com " +
		"host_to:microsoftedge.microsoft.com last_visited:2025-02-04 21:37:16 link_per_domain:<nil> link_text:Install for Microsoft Edge " +
		`link_type:href links_ext:13 nofollow:follow query:serpstat.com raw:{"url_from":"https://serpstat.com/blog/author/379380-379380/",` +
		`"url_to":"https://microsoftedge.microsoft.com/addons/detail/serpstat-website-seo-chec/aidfflgbhbapkopbikhgapbcimkpipbf?hl=en",` +
		`"nofollow":"follow","link_type":"href","links_ext":13,"link_text":"Install for Microsoft Edge","first_seen":"2022-09-16",` +
		`"last_visited":"2025-02-04 21:37:16","date_del":null} ` + "search_type:domain_with_subdomains sort_by:<nil> sort_order:<nil> " +
		"url_from:https://serpstat.com/blog/author/379380-379380/ url_to:https://microsoftedge.microsoft.com/addons/detail/serpstat-website-seo-chec/aidfflgbhbapkopbikhgapbcimkpipbf?hl=en]"
	if i < 0 || fmt.Sprint(rows[i]) != want {
		t.Errorf("the specification's row is not as it should be: %v", rows[max(i, 0)])
	}
}

func TestParametersAreEchoedAsTheyWereWritten(t *testing.T) {
	r := bundledRig(t, "")
	filter := `[[{"field": "links_external", "compareType": "lte", "value": [20]}]]`
	rows := r.must(query{limit: 3, quals: quals(where("query", "=", "https://WWW.Serpstat.com/"), where("search_type", "=", "domain"))})
	if len(rows) != 0 && (rows[0]["query"] != "https://WWW.Serpstat.com/" || rows[0]["search_type"] != "domain") {
		t.Errorf("echo: %v", rows[0])
	}
	rows = r.must(query{limit: 3, quals: quals(where("query", "=", "Serpstat.com"), where("complex_filter", "=", jsonb(filter)),
		where("link_per_domain", "=", int64(2)), where("sort_by", "=", "anchor"), where("sort_order", "=", "asc"))})
	if len(rows) != 3 || rows[0]["complex_filter"] != filter || rows[0]["link_per_domain"] != int64(2) || rows[0]["sort_by"] != "anchor" || rows[0]["sort_order"] != "asc" {
		t.Errorf("echo: %v", rows)
	}
	last := r.sim.Requests()[len(r.sim.Requests())-1]
	if last.Sort != "anchor" || last.Order != "asc" || last.LinkPerDomain != 2 || last.Query != "serpstat.com" ||
		strings.ReplaceAll(last.ComplexFilter, " ", "") != strings.ReplaceAll(filter, " ", "") {
		t.Errorf("request: %+v", last)
	}
}

func TestBadInputIsRefusedBeforeARequestIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		query  query
		config string
		want   []string
	}{
		"empty domain":         {query: query{quals: quals(where("query", "=", " "))}, want: []string{"query is empty", "'serpstat.com'"}},
		"path":                 {query: query{quals: quals(where("query", "=", "a.com/blog"))}, want: []string{`"a.com/blog"`, "path"}},
		"port":                 {query: query{quals: quals(where("query", "=", "a.com:8080"))}, want: []string{"port"}},
		"no domain":            {query: query{quals: quals(where("query", "=", "not a domain"))}, want: []string{"not a domain name"}},
		"search_type":          {query: query{quals: quals(where("query", "=", "a.com"), where("search_type", "=", "subdomain"))}, want: []string{`search_type "subdomain"`, "'domain_with_subdomains'"}},
		"sort_by":              {query: query{quals: quals(where("query", "=", "a.com"), where("sort_by", "=", "links_ext"))}, want: []string{`sort_by "links_ext"`, "'links_external'"}},
		"sort_order":           {query: query{quals: quals(where("query", "=", "a.com"), where("sort_order", "=", "up"))}, want: []string{`sort_order "up"`, "'asc', 'desc'"}},
		"link_per_domain":      {query: query{quals: quals(where("query", "=", "a.com"), where("link_per_domain", "=", int64(0)))}, want: []string{"link_per_domain 0", "from 1"}},
		"complex_filter":       {query: query{quals: quals(where("query", "=", "a.com"), where("complex_filter", "=", jsonb(`[{"field":"x"}]`)))}, want: []string{"complex_filter", "array (or) of arrays (and)"}},
		"trailing backslash":   {query: query{quals: quals(where("query", "=", "a.com"), where("url_to", "~~", `a\`))}, want: []string{"backslash"}},
		"no token":             {config: `token = ""`, query: query{quals: quals(where("query", "=", "a.com"))}, want: []string{"SERPSTAT_API_TOKEN", "no Serpstat API token"}},
		"rate":                 {config: `requests_per_second = 0`, query: query{quals: quals(where("query", "=", "a.com"))}, want: []string{"requests_per_second = 0"}},
		"timeout":              {config: `request_timeout = -1`, query: query{quals: quals(where("query", "=", "a.com"))}, want: []string{"request_timeout = -1"}},
		"retries":              {config: `max_retries = 100`, query: query{quals: quals(where("query", "=", "a.com"))}, want: []string{"max_retries = 100"}},
		"concurrency":          {config: `max_concurrent_requests = 0`, query: query{quals: quals(where("query", "=", "a.com"))}, want: []string{"max_concurrent_requests = 0"}},
		"credits":              {config: `max_credits = -5`, query: query{quals: quals(where("query", "=", "a.com"))}, want: []string{"max_credits = -5"}},
		"second of two is bad": {query: query{quals: quals(where("query", "=", []any{"a.com", "b"}))}, want: []string{`"b" is not a domain name`}},
		"no query":             {query: query{}, want: []string{"query"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := bundledRig(t, c.config)
			got := r.run(c.query)
			if got.err == nil {
				t.Fatalf("no error, %d rows", len(got.rows))
			}
			for _, w := range c.want {
				if !strings.Contains(got.err.Error(), w) {
					t.Errorf("%q does not say %q", got.err, w)
				}
			}
			if n, _ := r.cost(); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestListsAreScannedOncePerDomainAndNoRowComesTwice(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 40, 3)
	for i := range rows {
		rows[i].LinksExt = int64(i % 10)
	}
	all := where("query", "=", "a.com")
	for name, c := range map[string]struct {
		quals    []any
		want     int // rows that the database keeps
		requests int
	}{
		"not in":           {[]any{"links_ext", "<>", []any{int64(1), int64(2)}}, 40, 1}, // those of 1 and 2 may be kept by <> any
		"one element":      {[]any{"links_ext", "<>", []any{int64(1)}}, 36, 1},
		"in":               {[]any{"links_ext", "=", []any{int64(1), int64(2), int64(2)}}, 8, 1},
		"like any":         {[]any{"url_from", "~~", []any{"%a.com%", "%/%"}}, 40, 1},
		"greater than all": {[]any{"links_ext", ">", []any{int64(5), int64(7)}}, 16, 1},
		"with null":        {[]any{"links_ext", "=", []any{int64(1), nil}}, 4, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
			got := r.must(query{quals: quals(all, where(c.quals[0].(string), c.quals[1].(string), c.quals[2]))})
			if n, _ := r.cost(); len(got) != c.want || n != c.requests {
				t.Errorf("%d rows in %d requests, want %d in %d", len(got), n, c.want, c.requests)
			}
		})
	}
}

func TestQueryIn(t *testing.T) {
	domains := map[string][]serpstatsim.Row{}
	var list []any
	for i := range 10 {
		d := fmt.Sprintf("d%d.com", i)
		domains[d] = serpstatsim.Generate(d, 12, uint64(i))
		list = append(list, d)
	}
	r := newRig(t, serpstatsim.Options{Domains: domains}, "")

	t.Run("all rows of all domains", func(t *testing.T) {
		r.sim.Reset()
		if got := r.must(query{quals: quals(where("query", "=", list))}); len(got) != 120 {
			t.Errorf("%d rows, want 120", len(got))
		}
		if n, credits := r.cost(); n != 10 || credits != 120 {
			t.Errorf("%d requests, %d credits", n, credits)
		}
	})
	t.Run("a limit ends with the first domain that fills it", func(t *testing.T) {
		r.sim.Reset()
		if got := r.must(query{limit: 10, quals: quals(where("query", "=", list))}); len(got) != 10 {
			t.Errorf("%d rows, want 10", len(got))
		}
		if n, credits := r.cost(); n != 1 || credits > 11 {
			t.Errorf("%d requests, %d credits", n, credits)
		}
	})
	t.Run("an order holds across domains", func(t *testing.T) {
		var want []int64
		for _, rows := range domains {
			for _, row := range rows {
				want = append(want, row.LinksExt)
			}
		}
		slices.SortFunc(want, func(a, b int64) int { return int(b - a) })
		for _, limit := range []int64{0, 7, 50} {
			var got []int64
			for _, row := range r.must(query{limit: limit, sort: "links_ext desc", quals: quals(where("query", "=", list))}) {
				got = append(got, row["links_ext"].(int64))
			}
			n := len(want)
			if limit > 0 {
				n = int(limit)
			}
			if !slices.Equal(got, want[:n]) {
				t.Errorf("limit %d: %v, want %v", limit, got, want[:n])
			}
		}
	})
	t.Run("one domain in two spellings is paid for once and answers both", func(t *testing.T) {
		r.sim.Reset()
		got := r.must(query{quals: quals(where("query", "=", []any{"d1.com", "D1.com", "https://d1.com"}))})
		if n, credits := r.cost(); len(got) != 36 || credits != 12 || n != 1 {
			t.Errorf("%d rows, %d requests, %d credits", len(got), n, credits)
		}
		if v := slices.Compact(values(got, "query")); len(v) != 3 {
			t.Errorf("spellings: %v", v)
		}
	})
	t.Run("two search types are two scans", func(t *testing.T) {
		r.sim.Reset()
		got := r.must(query{quals: quals(where("query", "=", "d1.com"), where("search_type", "=", []any{"domain", "domain_with_subdomains"}))})
		if v := slices.Compact(values(got, "search_type")); len(v) != 2 {
			t.Errorf("search types: %v", v)
		}
	})
}

func TestOrderIsPushedAndChecked(t *testing.T) {
	r := bundledRig(t, "")
	for _, order := range []string{"links_ext asc", "links_ext desc"} {
		var last int64 = -1
		rows := r.must(query{sort: order, quals: quals(where("query", "=", "python.org"))})
		for i, row := range rows {
			n := row["links_ext"].(int64)
			if i > 0 && (n < last) == (order == "links_ext asc") && n != last {
				t.Fatalf("%s: %d after %d at row %d", order, n, last, i)
			}
			last = n
		}
		if len(rows) != 3277 {
			t.Errorf("%d rows, want 3277", len(rows))
		}
	}
	r.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.BrokenOrder})
	got := r.run(query{sort: "links_ext desc", quals: quals(where("query", "=", "python.org"))})
	if got.err == nil || !strings.Contains(got.err.Error(), "not sorted") {
		t.Errorf("a broken order went through: %v", got.err)
	}
}

// The table of the issue: what a query may cost at most, measured on the simulator.
func TestQueriesCostNoMoreThanTheyNeed(t *testing.T) {
	type bound struct {
		query             query
		requests, credits int64
	}
	q := func(limit int64, sort string, more ...any) query {
		list := quals(where("query", "=", "serpstat.com"))
		for i := 0; i+2 < len(more); i += 3 {
			list = append(list, where(more[i].(string), more[i+1].(string), more[i+2]))
		}
		return query{limit: limit, sort: sort, quals: list}
	}
	cases := map[string]bound{
		"impossible":        {q(0, "", "links_ext", "<", int64(5), "links_ext", ">", int64(9)), 0, 0},
		"limit 0":           {query{limit: zeroLimit, quals: quals(where("query", "=", "serpstat.com"))}, 0, 0},
		"null":              {q(0, "", "url_to", "=", nil), 0, 0},
		"full":              {q(0, ""), 3002/1000 + 1 + 4, 3002},
		"two ranges at odd": {q(0, "", "links_ext", "=", []any{int64(5), int64(9)}, "links_ext", "<", int64(5)), 0, 0},
	}
	for _, n := range []int64{1, 10, 100, 999, 1001, 2500} {
		pages := (n + 999) / 1000
		cases[fmt.Sprint("limit ", n)] = bound{q(n, ""), pages, n + pages}
		cases[fmt.Sprint("limit with filter ", n)] = bound{q(n, "", "links_ext", ">=", int64(2)), pages, n + pages}
		cases[fmt.Sprint("top ", n)] = bound{q(n, "links_ext desc"), pages, n + pages}
		cases[fmt.Sprint("bottom ", n)] = bound{q(n, "links_ext asc"), pages, n + pages}
	}
	r := bundledRig(t, "")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r.sim.Reset()
			got := r.must(c.query)
			if c.query.limit > 0 && int64(len(got)) != c.query.limit {
				t.Errorf("%d rows, want %d", len(got), c.query.limit)
			}
			if requests, credits := r.cost(); int64(requests) > c.requests || credits > c.credits {
				t.Errorf("%d requests, %d credits; at most %d and %d", requests, credits, c.requests, c.credits)
			}
		})
	}
	t.Run("a filter that the API can express costs its rows and one", func(t *testing.T) {
		for _, c := range [][]any{
			{"links_ext", ">", int64(200)},
			{"url_to", "~~", "%github.com%"},
			{"link_text", "=", "structured data"},
			{"link_text", "!~~*", "%moz%"},
		} {
			r.forget()
			got := r.must(q(0, "", c...))
			if _, credits := r.cost(); credits > int64(len(got))+1 {
				t.Errorf("%v: %d rows for %d credits", c, len(got), credits)
			}
		}
	})
	t.Run("a residual that keeps one row in k", func(t *testing.T) {
		rows := serpstatsim.Generate("k.com", 5000, 9)
		for i := range rows {
			rows[i].LinkType = "text"
			if i%20 == 0 {
				rows[i].LinkType = "href"
			}
			rows[i].LinksExt = int64(i % 7)
		}
		r.sim.SetRows("k.com", rows)
		for _, n := range []int64{1, 5, 20} {
			r.sim.Reset()
			got := r.must(query{limit: n, quals: quals(where("query", "=", "k.com"), where("link_type", "=", "href"))})
			if _, credits := r.cost(); int64(len(got)) != n || credits > 2*n*20+125 {
				t.Errorf("limit %d: %d rows for %d credits", n, len(got), credits)
			}
		}
	})
}

func TestTheSameStatementTwiceCostsNothingTheSecondTime(t *testing.T) {
	for _, order := range []string{"", "links_ext desc", "links_ext asc"} {
		for _, limit := range []int64{0, 10, 1500} {
			r := bundledRig(t, "")
			q := query{cache: true, sort: order, limit: limit, quals: quals(where("query", "=", "serpstat.com"))}
			first := r.must(q)
			_, before := r.cost()
			second := r.must(q)
			if _, after := r.cost(); after != before || len(first) != len(second) {
				t.Errorf("order %q limit %d: %d more credits, %d and %d rows", order, limit, after-before, len(first), len(second))
			}
			if order != "" && fmt.Sprint(first) != fmt.Sprint(second) {
				t.Errorf("the cached rows are in another order")
			}
		}
	}
}

func TestTheCacheDoesNotAnswerAnotherQuestion(t *testing.T) {
	r := bundledRig(t, "")
	base := quals(where("query", "=", "serpstat.com"))
	all := len(r.must(query{cache: true, quals: base}))
	if n := len(r.must(query{cache: true, quals: append(base[:1:1], where("search_type", "=", "domain"))})); n >= all || n == 0 {
		t.Errorf("search_type: %d rows of %d", n, all)
	}
	if n := len(r.must(query{cache: true, quals: append(base[:1:1], where("link_per_domain", "=", int64(1)))})); n > 25 {
		t.Errorf("link_per_domain: %d rows", n)
	}
	if n := len(r.must(query{cache: true, quals: append(base[:1:1], where("complex_filter", "=", jsonb(`[[{"field":"links_external","compareType":"lte","value":[1]}]]`)))})); n >= all {
		t.Errorf("complex_filter: %d rows", n)
	}
	// An ordered result is not given for another limit, clause or direction.
	top := r.must(query{cache: true, sort: "links_ext desc", limit: 5, quals: base})
	more := r.must(query{cache: true, sort: "links_ext desc", limit: 8, quals: base})
	low := r.must(query{cache: true, sort: "links_ext asc", limit: 5, quals: base})
	few := r.must(query{cache: true, sort: "links_ext desc", limit: 5, quals: append(base[:1:1], where("links_ext", "<", int64(50)))})
	if len(top) != 5 || len(more) != 8 || low[0]["links_ext"].(int64) >= top[0]["links_ext"].(int64) || few[0]["links_ext"].(int64) >= 50 {
		t.Errorf("ordered results are mixed up: %d %d %v %v", len(top), len(more), low[0], few[0])
	}
}

func TestACancelledScanBuysNothingMore(t *testing.T) {
	for _, cache := range []bool{false, true} {
		for _, stop := range []int{1, 5, 125, 200, 1700} {
			t.Run(fmt.Sprintf("cache %t, after %d rows", cache, stop), func(t *testing.T) {
				r := bundledRig(t, "max_credits = 0")
				r.bubble(func(t *testing.T) {
					got := r.run(query{cache: cache, stop: stop, quals: quals(where("query", "=", "big.example"))})
					n, credits := r.cost()
					synctest.Wait()
					time.Sleep(time.Minute)
					if later, _ := r.cost(); later != n || len(got.rows) != stop {
						t.Errorf("%d rows; %d requests after the scan was cancelled", len(got.rows), later-n)
					}
					// A page at a time at first; then as many as rate and latency call for, and those of 1,000 rows.
					if most := int64(max(125, 2*stop)); stop <= 250 && credits > most || credits > int64(stop)+12_000 {
						t.Errorf("%d credits for %d rows", credits, len(got.rows))
					}
				})
			})
		}
	}
}
