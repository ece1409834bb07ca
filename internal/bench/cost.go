package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// costCase is a query whose cost is measured: for the plugin, and for a client that knows only pages.
type costCase struct {
	title string
	query query
	again bool // the second time is measured

	from  []string // domains
	match func(*serpstatsim.Row) bool
	whole bool // all rows must be read before the first one is known: sorting, and no LIMIT

	after *query // what was asked before it, where it is not the same

	interpretations serpstatsim.Interpretations

	credits, requests int64 // at most; -1 is not said

	estimated bool // its estimate is not below its cost
}

const (
	site  = "example.com"
	large = serpstatsim.BigDomain

	rowCap = 60_000 // of the API, for one request
)

func all(*serpstatsim.Row) bool { return true }

func costCases(rows []serpstatsim.Row) []costCase {
	matching := func(match func(*serpstatsim.Row) bool) (n int64) {
		for i := range rows {
			if match(&rows[i]) {
				n++
			}
		}
		return n
	}
	pages := func(n int64) int64 { return (n + 999) / 1000 }
	var list []costCase
	for _, n := range []int64{1, 10, 100, 999, 1001, 2500} {
		list = append(list, costCase{title: fmt.Sprintf("`limit %d`", n), query: query{limit: n}, match: all, credits: n + pages(n), requests: pages(n)})
	}
	for _, n := range []int64{10, 1001} {
		list = append(list, costCase{title: fmt.Sprintf("`order by links_ext desc limit %d`", n), query: query{limit: n, sort: "links_ext", desc: true},
			match: all, whole: true, credits: n + pages(n), requests: pages(n)})
	}
	between := func(r *serpstatsim.Row) bool { return r.LinksExt >= 10 && r.LinksExt <= 20 }
	github := func(r *serpstatsim.Row) bool { return strings.HasPrefix(r.URLTo, "https://github.com/") }
	list = append(list,
		costCase{title: "`links_ext between 10 and 20`", match: between, credits: matching(between) + 1, requests: -1,
			query: query{limit: -1}.and("links_ext", ">=", 10).and("links_ext", "<=", 20)},
		costCase{title: "`url_to like 'https://github.com/%'`", match: github, credits: matching(github) + 1, requests: -1,
			query: query{limit: -1}.and("url_to", "~~", "https://github.com/%")},
	)
	video := func(r *serpstatsim.Row) bool { return strings.Contains(strings.ToLower(r.LinkText), "video") }
	k := int64(len(rows)) / matching(video)
	ilike := func(limit int64) query { return query{limit: limit}.and("link_text", "~~*", "%video%") }
	list = append(list,
		costCase{title: "`link_text ilike '%video%'`, if the API ignores case", match: video, credits: matching(video) + 1, requests: -1, query: ilike(-1)},
		costCase{title: fmt.Sprintf("`link_text ilike '%%video%%' limit 20`, if it does not; one row in %d matches", k), match: video, credits: 2*20*k + 125, requests: -1,
			query: ilike(20), interpretations: serpstatsim.Interpretations{ContainsCaseSensitive: true}},
		costCase{title: "`links_ext < 5 and links_ext > 9`", match: func(*serpstatsim.Row) bool { return false }, whole: true,
			query: query{limit: -1}.and("links_ext", "<", 5).and("links_ext", ">", 9)},
		costCase{title: "`limit 0`", query: query{limit: 0}, match: all},
		costCase{title: "`query in (…10 domains…) limit 10`", query: query{limit: 10}, from: domains(10), match: all, credits: 11, requests: 1},
		costCase{title: "`query in (…10 domains…) order by links_ext desc limit 10`", query: query{limit: 10, sort: "links_ext", desc: true}, from: domains(10), match: all, whole: true, credits: 110, requests: -1},
		costCase{title: "`count(*)`", query: query{limit: -1, count: true}, match: all, whole: true, credits: 1, requests: 1},
		costCase{title: fmt.Sprintf("all %d rows", len(rows)), query: query{limit: -1}, match: all, credits: int64(len(rows)), requests: pages(int64(len(rows))) + 4},
		costCase{title: fmt.Sprintf("all %d rows, past the row cap", serpstatsim.BigDomainRows), query: query{limit: -1}, from: []string{large}, match: all,
			credits: serpstatsim.BigDomainRows * 10005 / 10000, requests: -1, estimated: true},
		costCase{title: "the same rows again, from the cache", query: query{limit: -1, cache: true}, again: true, match: all, whole: true},
		costCase{title: "`order by links_ext limit 10` again, from the cache", query: query{limit: 10, sort: "links_ext", cache: true}, again: true, match: all, whole: true},
		costCase{title: "`limit 300`, after `limit 100`", query: query{limit: 300, cache: true}, again: true, after: &query{limit: 100, cache: true}, match: all, credits: 200, requests: 2},
		costCase{title: "`links_ext < 20`, after `links_ext < 50`", query: query{limit: -1, cache: true}.and("links_ext", "<", 20), again: true,
			after: ptr(query{limit: -1, cache: true}.and("links_ext", "<", 50)), match: func(r *serpstatsim.Row) bool { return r.LinksExt < 20 }},
		costCase{title: "all rows, the reader leaves after 200", query: query{limit: -1, leave: 200}, match: all, credits: 1000, requests: -1},
	)
	return list
}

func ptr(q query) *query { return &q }

func (q query) and(column, operator string, value any) query {
	q.quals = append(q.quals, where(column, operator, value))
	return q
}

type cost struct {
	requests, credits int64
	missing           int // rows that were not read
}

func (c cost) String() string {
	text := fmt.Sprintf("%d / %d", c.credits, c.requests)
	if c.missing > 0 {
		text += fmt.Sprintf(", %d rows missing", c.missing)
	}
	return text
}

// measureCosts returns the cost table as Markdown, and what is above its bound.
func measureCosts() (table string, above []string, err error) {
	rows := serpstatsim.Generate(site, 10_000, 1)
	data := map[string][]serpstatsim.Row{site: rows, large: serpstatsim.Bundled()[large][:serpstatsim.BigDomainRows]}
	for _, name := range domains(10) {
		data[name] = serpstatsim.Generate(name, 500, 3)
	}
	var b strings.Builder
	b.WriteString("| query | Steampipe: credits / requests | serpstat-sql | pages of 1,000 | pages of 100 |\n|---|---|---|---|---|\n")
	for _, c := range costCases(rows) {
		if c.from == nil {
			c.from = []string{site}
		}
		fmt.Fprintf(&b, "| %s |", c.title)
		for _, kind := range engines {
			ours, err := c.measure(kind, data)
			if err != nil {
				return "", nil, fmt.Errorf("%s, %s: %w", kind.name, c.title, err)
			}
			fmt.Fprintf(&b, " **%v** |", ours)
			if ours.credits > c.credits || c.requests >= 0 && ours.requests > c.requests {
				above = append(above, fmt.Sprintf("%s, %s: %v, at most %d / %d", kind.name, c.title, ours, c.credits, c.requests))
			}
			fmt.Fprintf(os.Stderr, "%s, %s: %v, at most %d\n", kind.name, c.title, ours, c.credits)
			if !c.estimated {
				continue
			}
			estimate, err := c.estimate(kind, data)
			if err != nil {
				return "", nil, fmt.Errorf("the estimate of %s, %s: %w", kind.name, c.title, err)
			}
			if estimate < ours.credits {
				above = append(above, fmt.Sprintf("%s, %s: estimated at %d credits, cost %d", kind.name, c.title, estimate, ours.credits))
			}
			fmt.Fprintf(os.Stderr, "%s, %s: estimated at %d, at least %d\n", kind.name, c.title, estimate, ours.credits)
		}
		fmt.Fprintf(&b, " %v | %v |\n", c.naive(data, 1000), c.naive(data, 100))
	}
	return b.String(), above, nil
}

// open is an engine in front of a simulator of its own.
func (c costCase) open(kind engineKind, o serpstat.Options, data map[string][]serpstatsim.Row) (engine, *serpstatsim.Server, func(), error) {
	sim := serpstatsim.New(serpstatsim.Options{Domains: data, Interpretations: c.interpretations})
	web := httptest.NewServer(sim)
	e, err := kind.open(o, fmt.Sprintf("base_url = %q\nrequests_per_second = 1000", web.URL))
	end := func() { sim.Close(); web.Close() }
	if err != nil {
		end()
		return nil, nil, nil, err
	}
	return e, sim, func() { e.close(); end() }, nil
}

// asked is the case's query with its domains.
func (c costCase) asked() query {
	q := c.query
	if len(c.from) == 1 {
		return q.of(c.from[0])
	}
	q.quals = append(q.quals, in("query", c.from...))
	return q
}

func (c costCase) measure(kind engineKind, data map[string][]serpstatsim.Row) (cost, error) {
	e, sim, end, err := c.open(kind, options(), data)
	if err != nil {
		return cost{}, err
	}
	defer end()
	q := c.asked()
	if c.again {
		before := q
		if c.after != nil {
			before = c.after.of(c.from[0])
		}
		if _, err := e.run(context.Background(), before, nil); err != nil {
			return cost{}, err
		}
		sim.Reset()
	}
	got, err := e.run(context.Background(), q, nil)
	if err != nil {
		return cost{}, err
	}
	if want := c.expected(data); got != want {
		return cost{}, fmt.Errorf("%d rows, want %d", got, want)
	}
	return cost{requests: int64(len(sim.Requests())), credits: sim.Credits()}, nil
}

// estimate is what the case is said to cost at most, before.
func (c costCase) estimate(kind engineKind, data map[string][]serpstatsim.Row) (credits int64, err error) {
	e, _, end, err := c.open(kind, options(), data)
	if err != nil {
		return 0, err
	}
	defer end()
	ctx := serpstat.Explain(context.Background(), true, func(p execute.ScanPlan) { credits += p.MaxCredits })
	_, err = e.run(ctx, c.asked(), nil)
	return credits, err
}

func (c costCase) expected(data map[string][]serpstatsim.Row) (n int64) {
	for _, name := range c.from {
		for i := range data[name] {
			if c.match(&data[name][i]) {
				n++
			}
		}
	}
	switch {
	case c.query.leave > 0:
		return c.query.leave
	case c.query.limit >= 0:
		return min(n, c.query.limit)
	}
	return n
}

// naive is what a client pays that filters and sorts on its own side and buys whole pages, one after the
// other, until it has enough or has reached the row cap.
func (c costCase) naive(data map[string][]serpstatsim.Row, size int) (sum cost) {
	want := c.query.limit
	if c.query.leave > 0 {
		want = c.query.leave
	}
	found := int64(0)
	for _, name := range c.from {
		rows := data[name][:min(len(data[name]), rowCap)]
		for start := 0; start < len(rows); start += size {
			page := rows[start:min(start+size, len(rows))]
			sum.requests++
			sum.credits += int64(len(page))
			for i := range page {
				if c.match(&page[i]) {
					found++
				}
			}
			if want >= 0 && !c.whole && found >= want {
				return sum
			}
		}
		sum.missing += len(data[name]) - len(rows)
	}
	return sum
}
