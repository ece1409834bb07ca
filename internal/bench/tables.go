package main

import (
	"context"
	"fmt"
	"math"
	"net/http/httptest"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// tables measures for every declared table that all of its rows cost their price, a LIMIT and the first rows of an order
// theirs, a count of them one credit where the API's total tells, and what has been bought nothing.
func tables() ([]measure, error) {
	var list []measure
	for _, kind := range engines {
		above, statements := int64(0), 0
		for _, of := range catalog.Tables() {
			more, n, err := tableCost(kind, of)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", kind.name, of.Name, err)
			}
			above, statements = above+more, statements+n
		}
		list = append(list, measure{name: kind.name + ": credits above the least", value: float64(above), bound: 0,
			detail: fmt.Sprintf("%d statements, of %d tables", statements, len(catalog.Tables()))})
	}
	return list, nil
}

// tableCost is what a table's statements cost above the least.
func tableCost(kind engineKind, of *table.Table) (above int64, statements int, err error) {
	sim := serpstatsim.New(serpstatsim.Options{MaxLines: math.MaxInt32, Threats: everyThreat, Domains: map[string][]serpstatsim.Row{site: mixedLinks(site, 3000, 5)}})
	web := httptest.NewServer(sim)
	defer func() { sim.Close(); web.Close() }()
	answers, err := sim.Answers(request(of, site))
	if err != nil {
		return 0, 0, err
	}
	rows := int64(len(answers))
	price := of.Cost.Of(int(rows))
	type priced struct {
		query
		least int64
	}
	all := query{table: of.Name, limit: -1}
	list := []priced{{all, price}}
	if of.CountsRows {
		first := all
		first.limit = 10
		counted := all
		counted.count = true
		list = append(list, priced{first, min(10, rows)}, priced{counted, 1})
		if first.sort = of.Sort.Divide; first.sort != "" {
			list = append(list, priced{first, min(10, rows)})
		}
	}
	if of.FormOf(table.Digits) >= 0 { // whether rows of several words come too is asked, where the rows do not tell
		for i := range list[1:] {
			list[1+i].least += 2
		}
	}
	kept := all
	kept.cache = true
	list = append(list, priced{kept, price}, priced{kept, 0})
	e, err := kind.open(options(), fmt.Sprintf("base_url = %q\nrequests_per_second = 1000", web.URL))
	if err != nil {
		return 0, 0, err
	}
	defer func() { e.close() }()
	for i, p := range list {
		if i < len(list)-1 { // which is about what the one before has bought
			e.close()
			if e, err = kind.open(options(), fmt.Sprintf("base_url = %q\nrequests_per_second = 1000", web.URL)); err != nil {
				return 0, 0, err
			}
		}
		sim.Reset()
		if _, err := e.run(context.Background(), p.about(of, site), nil); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", p.sql(), err)
		}
		if more := sim.Credits() - p.least; more > 0 {
			above += more
		}
	}
	return above, len(list), nil
}

// rival is what a site is compared with, where a table needs that.
const rival = "rival.example"

// request is for all rows of a site.
func request(of *table.Table, site string) serpstatsim.Request {
	r := serpstatsim.Request{Method: of.Method, Query: site}
	if of.FormOf(table.Sites) >= 0 {
		r.Intersect = []string{rival}
	}
	return r
}

// about is the query about a site, with what the table needs besides.
func (q query) about(of *table.Table, site string) query {
	q = q.of(site)
	if i := of.FormOf(table.Sites); i >= 0 {
		q.quals = append(q.quals, where(of.Params[i].Column, "=", rival))
	}
	return q
}

// everyThreat makes every site malicious, since some day.
func everyThreat(site string) *serpstatsim.Threat {
	return &serpstatsim.Threat{Platforms: []string{"windows"}, Kinds: []string{"malware"}, Date: fmt.Sprintf("2024-05-%02d", 1+len(site)%28)}
}

// mixedLinks are links from a site and, each second one, to it, of which some redirect.
func mixedLinks(site string, n int, seed uint64) []serpstatsim.Row {
	rows := serpstatsim.Generate(site, n, seed)
	for i := range rows {
		if i%2 == 0 {
			rows[i].URLFrom, rows[i].URLTo, rows[i].LinkType = rows[i].URLTo, rows[i].URLFrom, []string{"href", "redirect"}[i/2%2]
		}
	}
	return rows
}
