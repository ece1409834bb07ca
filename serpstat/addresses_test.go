package serpstat

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Where a method searches for pages, the site is an address, and the rows are those of the page or of all below it; the
// API's refusal of what it may not take any more is free, and says which parameter it is.
func TestAddressesOfEveryTable(t *testing.T) {
	world := map[string][]serpstatsim.Row{}
	for i, path := range []string{"blog/a", "blog/a", "blog/b", "shop/a", ""} {
		row := around(1, 1)[site][0]
		row.URLFrom, row.URLTo, row.LinkText = fmt.Sprintf("https://%s/%s", site, path), fmt.Sprintf("https://h%d.com/%d", i, i), fmt.Sprintf("two words %d", i)
		back := row
		back.URLFrom, back.URLTo = row.URLTo, row.URLFrom
		world[site], world["others.com"] = append(world[site], row), append(world["others.com"], back)
	}
	for _, row := range world[site][:2] { // each link of its own
		world["others.com"] = append(world["others.com"], serpstatsim.Row{URLFrom: "https://nowhere.com/", URLTo: "https://nowhere.org/", FirstSeen: row.FirstSeen, LastVisited: row.LastVisited})
	}
	tables := 0
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		i := slices.IndexFunc(declared.Params, func(p table.Param) bool { return len(p.Address) > 0 })
		if i < 0 {
			return
		}
		tables++
		search := declared.Params[i].Column
		r := newRig(t, serpstatsim.Options{Domains: world}, "")
		for written, want := range map[string]map[string]int{
			"https://Site.com/blog/a": {"url": 2, "part_url": 2}, "site.com/blog/": {"url": 0, "part_url": 3}, "http://SITE.COM/": {"url": 1, "part_url": 5}, "site.com/blog/c": {"url": 0, "part_url": 0},
		} {
			for word, rows := range want {
				r.forget()
				got := r.run(query{table: declared.Name, columns: []string{"query", search, "raw"}, quals: quals(where("query", "=", written), where(search, "=", word))})
				if _, credits := r.cost(); got.err != nil || len(got.rows) != rows || rows > 0 && credits != int64(rows) {
					t.Errorf("%s of %s: %d rows of %d for %d credits, %v", word, written, len(got.rows), rows, credits, got.err)
				}
				for _, row := range got.rows {
					if row["query"] != written || row[search] != word {
						t.Errorf("%s of %s is echoed as %v of %v", word, written, row[search], row["query"])
					}
				}
			}
		}
		for _, wrong := range []struct{ query, word, want string }{
			{"site.com", "url", "has no path: with search_type = 'url' write the address of a page, such as 'https://serpstat.com/blog/'"},
			{"https://site.com", "part_url", "has no path: with search_type = 'part_url' write"},
			{"https://site.com/blog/", "domain", "or add search_type = 'url' or 'part_url'"},
			{"https://site.com:80/", "url", "has a port"},
			{"ftp://site.com/", "url", `has the scheme "ftp"`},
		} {
			r.forget()
			got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: quals(where("query", "=", wrong.query), where(search, "=", wrong.word))})
			if requests, _ := r.cost(); got.err == nil || !strings.Contains(got.err.Error(), wrong.want) || requests > 0 {
				t.Errorf("%s of %s: %v after %d requests, want %s", wrong.word, wrong.query, got.err, requests, wrong.want)
			}
		}
		r = newRig(t, serpstatsim.Options{Domains: world, Interpretations: serpstatsim.Interpretations{NoURLSearch: true}}, "")
		got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: quals(where("query", "=", "site.com/blog/"), where(search, "=", "part_url"))})
		if _, credits := r.cost(); got.err == nil || !strings.Contains(got.err.Error(), "searchType") || credits > 0 {
			t.Errorf("refused: %d rows for %d credits, %v", len(got.rows), credits, got.err)
		}
	})
	if tables != 6 {
		t.Errorf("%d tables take addresses", tables)
	}
}

// A name in Unicode and its punycode are one site: what is bought of one serves the other, in every table.
func TestInternationalNamesAreOneSite(t *testing.T) {
	world := around(5, 1)
	row := world[site][0]
	row.URLFrom = "https://xn--bcher-kva.de/p"
	world["xn--bcher-kva.de"] = []serpstatsim.Row{row}
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		r := newRig(t, serpstatsim.Options{Domains: world}, "")
		q := query{table: declared.Name, columns: []string{"query", "raw"}, quals: about(declared, []any{"bücher.de", "XN--BCHER-KVA.de"}), cache: true}
		both := r.run(q)
		requests, credits := r.cost()
		q.quals = about(declared, "Bücher.de")
		one := r.run(q)
		if again, more := r.cost(); both.err != nil || one.err != nil || len(both.rows) != 2*len(one.rows) || requests > 2 || again > requests+1 || more > credits+wordQuestions(declared)/2 {
			t.Errorf("%d rows in %d requests for %d credits, then %d in %d for %d; %v, %v", len(both.rows), requests, credits, len(one.rows), again, more, both.err, one.err)
		}
		echoed := map[any]int{}
		for _, row := range both.rows {
			echoed[row["query"]]++
		}
		if echoed["bücher.de"] != len(one.rows) || echoed["XN--BCHER-KVA.de"] != len(one.rows) {
			t.Errorf("the rows are of %v", echoed)
		}
	})
}
