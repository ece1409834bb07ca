package sqlengine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// tenSites is a pair with ten sites of 300 rows, whose links_ext are mixed, and a table in both that lists them. L in a
// statement is the list, T the table.
func tenSites(t *testing.T) (p *pair, fill func(statement string) string) {
	p = newPairOn(t, newRig(t, -1), 1)
	t.Cleanup(func() { p.plain.Close() })
	var sites []string
	for i := range 10 {
		site := p.domain(string(rune('a' + i)))
		rows := serpstatsim.Generate(site, 300, uint64(i+1))
		for n := range rows {
			rows[n].LinksExt = int64((n*7 + i*31) % 300)
		}
		p.sim.SetRows(site, rows)
		sites = append(sites, site)
	}
	made, err := p.plainOf(t, catalog.Of("serpstat_outlink"), given{}, sites)
	if err != nil {
		t.Fatal(err)
	}
	list := "('" + strings.Join(sites, "', '") + "')"
	for _, sql := range []string{"create table mine (site text, n)", "insert into mine select value, 1 from json_each('" + strings.NewReplacer("(", "[", ")", "]", "'", `"`).Replace(list) + "')", "insert into mine values (null, 1)"} {
		if _, err := drain(p.engine, context.Background(), sql); err != nil {
			t.Fatal(err)
		}
		if _, err := p.plain.Exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	return p, func(s string) string {
		return strings.ReplaceAll(placeholder.ReplaceAllString(s, made.name), "(L)", list)
	}
}

// The plugin is given a list at once, with the order and the limit of all its rows.
func TestAListIsAskedForAtOnce(t *testing.T) {
	for _, x := range []struct {
		sql     string
		credits int64 // at most
	}{
		{"select links_ext, query, url_to from T where query in (L) limit 10", 10},
		{"select links_ext from T where query in (L) limit 305", 305},
		{"select links_ext from T where query in (L) order by links_ext desc limit 10", 20},
		{"select links_ext from T where query in (L) order by links_ext limit 10 offset 5", 30},
		{"select links_ext, query from T where query in (L) and links_ext in (3, 5, 250, 299) limit 10", 10},
		{"select links_ext, query from T where query in (L) and links_ext in (3, 5)", 20},
		{"select links_ext from T where query in (select site from mine) order by links_ext limit 4", 20},
		{"select links_ext from T where query in (select site from mine where n > 99)", 0},
		{"select links_ext from T where query in (null)", 0},
	} {
		p, fill := tenSites(t)
		s := statement{text: fill(x.sql), order: strings.Contains(x.sql, "order by")}
		if strings.Contains(x.sql, "limit") && !s.order {
			s.all, _, _ = strings.Cut(s.text, " limit")
		}
		p.compare(t, s)
		if credits := p.sim.Credits(); credits > x.credits {
			t.Errorf("%s costs %d, want at most %d", x.sql, credits, x.credits)
		}
	}
}

// A site in several spellings is bought once, and each search type once.
func TestAListOfParameters(t *testing.T) {
	for sql, credits := range map[string]int64{
		"select count(raw) from serpstat_outlink where query in ('a1.com', null, 'A1.COM', 'https://a1.com/')":                          300,
		"select count(raw) from serpstat_outlink where query = 'a1.com' and search_type in ('domain', 'domain_with_subdomains')":        569, // fewer are the domain's own
		"select links_ext from serpstat_outlink where query = 'a1.com' and search_type in ('domain', 'domain_with_subdomains') limit 3": 3,
	} {
		p, _ := tenSites(t)
		if _, err := drain(p.engine, serpstat.Statement(context.Background()), sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		if got := p.sim.Credits(); got != credits {
			t.Errorf("%s costs %d, want %d", sql, got, credits)
		}
	}
}

// Lists mean what SQLite makes of them.
func TestTheValuesOfAList(t *testing.T) {
	p := trapPair(t)
	for _, text := range []string{
		"select links_ext from T where query = 'a.com' and links_ext in (1, 2.0, 2.5, '3', 'x', null, x'34', 1e999)",
		"select links_ext from T where query = 'a.com' and links_ext in (1.5, null)",
		"select links_ext from T where query = 'a.com' and +links_ext in (1, 3)",
		"select link_text from T where query = 'a.com' and link_text in ('blog', 7, x'41', 'É', '')",
		"select link_text from T where query = 'a.com' and link_text in ('BLOG', 'twin') collate nocase",
		"select link_text from T where query = 'a.com' and link_text collate nocase in ('BLOG', 'twin')",
		"select links_ext from T where query = 'a.com' and links_ext not in (1, 3) and links_ext in (1, 2, 4)",
		"select links_ext from T where query = 'a.com' and (links_ext in (1, 2) or link_text in ('twin', 'É'))",
		"select links_ext from T where query = 'a.com' and links_ext in (1, 2) and link_text in ('blog', 'Blog')",
		"select first_seen from T where query = 'a.com' and first_seen in ('2024-03-01', '2024-03-03T00:00:00Z')",
		"select v.column1, o.links_ext from (values (1), (4)) v join T o on o.query = 'a.com' and o.links_ext in (v.column1, v.column1 + 1)",
		"select links_ext, query from T where query in ('a.com', 'b.com') and links_ext in (select links_ext from T where query = 'b.com')",
		"select links_ext from T where query in ('a.com', 'b.com') and (query, links_ext) in (('a.com', 1), ('b.com', 2))",
		"select links_ext from T where query = 'a.com' and links_ext in (with recursive n(x) as (select 1 union all select x + 1 from n where x < 1500) select x from n)",
		"select count(*) from T where query in ('a.com', 'b.com') and date_del is null and link_text in ('BLOG', 'blog')",
	} {
		t.Run(text, func(t *testing.T) { p.check(t, statement{text: text}) })
	}
	for _, order := range []string{"links_ext", "links_ext desc"} {
		for limit := range 6 {
			all := "select links_ext, query from T where query in ('b.com', 'a.com') and links_ext in (1, 2, 3)"
			p.check(t, statement{text: all + " order by " + order + " limit " + string(rune('0'+limit)), all: all})
		}
	}
}
