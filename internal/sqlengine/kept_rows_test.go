package sqlengine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// newPair has a few hundred rows of two domains, and keeps them for an hour.
func newPair(t *testing.T) *pair {
	p := newPairOn(t, newRig(t, time.Hour), 1)
	t.Cleanup(func() { p.plain.Close() })
	for i, name := range []string{"a", "b"} {
		rows := serpstatsim.Generate(p.domain(name), 300, uint64(i+1))
		for n := range rows {
			rows[n].LinksExt = int64(n * 7 % 300)
		}
		p.sim.SetRows(p.domain(name), rows)
	}
	return p
}

// costOf is what a statement costs of which nothing is here. It is answered as by a plain table.
func costOf(t *testing.T, sql string) (credits int64) {
	p := newPair(t)
	p.check(t, statement{text: sql})
	return p.sim.Credits()
}

// What a statement has left serves the next one only as far as it goes.
func TestRowsOfALimitAreNotTakenForAllRows(t *testing.T) {
	for _, statements := range [][]string{
		{"select url_to from T where query = 'a.com' limit 5", "select links_ext from T where query = 'a.com' order by links_ext limit 3"},
		{"select url_to from T where query = 'a.com' limit 5", "select links_ext from T where query = 'a.com' order by links_ext desc limit 5"},
		{"select url_to from T where query = 'a.com' limit 5", "select count(*) from T where query = 'a.com'"},
		{"select links_ext from T where query = 'a.com' order by links_ext limit 5", "select links_ext from T where query = 'a.com' order by links_ext desc limit 3"},
		{"select links_ext from T where query = 'a.com' order by links_ext limit 5", "select links_ext from T where query = 'a.com' order by links_ext limit 8"},
		{"select links_ext from T where query = 'a.com' order by links_ext limit 5", "select links_ext from T where query = 'a.com' and links_ext > 9 order by links_ext limit 2"},
		{"select links_ext from T where query = 'a.com' and links_ext < 9", "select links_ext from T where query = 'a.com' order by links_ext desc limit 3"},
		{"select links_ext from T where query = 'a.com'", "select links_ext from T where query = 'b.com' order by links_ext limit 3"},
		// All of a limit that is not reached, and all rows in another order.
		{"select links_ext from T where query = 'a.com' and links_ext < 9 limit 100", "select links_ext from T where query = 'a.com' and links_ext < 9 order by links_ext desc"},
		{"select links_ext from T where query = 'a.com'", "select links_ext from T where query = 'a.com' order by links_ext desc limit 3"},
	} {
		t.Run(strings.Join(statements, "; "), func(t *testing.T) {
			p := newPair(t)
			for i, text := range statements {
				s := statement{text: text, order: strings.Contains(text, "order by")}
				if i == 0 && strings.Contains(text, "limit") && !s.order {
					s.all, _, _ = strings.Cut(text, " limit")
				}
				p.check(t, s)
			}
		})
	}
}

// Rows that a statement has read are given in an order that it asks for besides.
func TestRowsThatAreHereAreSorted(t *testing.T) {
	for _, text := range []string{
		"select (select sum(links_ext) from T where query = 'a.com'), (select links_ext from T where query = 'a.com' order by links_ext limit 1 offset 2), (select links_ext from T where query = 'a.com' order by links_ext desc limit 1)",
		"select (select sum(links_ext) from T where query = 'a.com' and links_ext > 5), (select group_concat(links_ext) from (select links_ext from T where query = 'a.com' and links_ext > 5 order by links_ext desc))",
	} {
		if credits := costOf(t, text); credits > 300 {
			t.Errorf("%s costs %d", text, credits)
		}
	}
}

// A loop's many values are read with one scan of all rows. A LIMIT of each turn is not one of that scan.
func TestALimitInALoopIsNotOneOfAllItsRows(t *testing.T) {
	for _, text := range []string{
		"with recursive n(x) as (select 100 union all select x + 1 from n where x < 119) select n.x, (select o.url_to from T o where o.query = 'a.com' and o.links_ext = n.x limit 1) from n",
		"with recursive n(x) as (select 100 union all select x + 1 from n where x < 219) select n.x, (select o.url_to from T o where o.query = 'a.com' and o.links_ext = n.x limit 1) from n", // too many for a scan each
		"with recursive n(x) as (select 100 union all select x + 1 from n where x < 119) select n.x, (select o.links_ext from T o where o.query = 'a.com' and o.links_ext >= n.x order by o.links_ext limit 1) from n",
		"with recursive n(x) as (select 100 union all select x + 1 from n where x < 119) select n.x, (select count(*) from (select * from T o where o.query = 'a.com' and o.links_ext > n.x limit 3)) from n",
	} {
		t.Run(text, func(t *testing.T) { newPair(t).check(t, statement{text: text}) }) // a pair each: what is kept would serve
	}
}

// How long what was bought serves later statements is the engine's to say.
func TestLaterStatementsAreServedWithinTheCacheTime(t *testing.T) {
	for ttl, want := range map[time.Duration]int64{time.Hour: 300, 0: 300, -1: 600} {
		p := newPairOn(t, newRig(t, ttl), 1)
		p.sim.SetRows("a.com", serpstatsim.Generate("a.com", 300, 1))
		for range 2 {
			if rows := p.askEngine(t, "select url_to from serpstat_outlink where query = 'a.com'"); len(rows) != 300 {
				t.Errorf("%d rows", len(rows))
			}
		}
		if got := p.sim.Credits(); got != want {
			t.Errorf("with a cache time of %v two statements cost %d, want %d", ttl, got, want)
		}
	}
}

// Where rows stay away a statement fails, whatever it makes of them, and so does the next. Nothing of it is kept.
func TestAStatementFailsWhereRowsStayAway(t *testing.T) {
	p := newPair(t)
	p.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.EmptyPage})
	statements := map[string]string{
		"select count(*) from T where query = 'a.com' and links_ext < 20":                                                                                    "int64 20",
		"select links_ext from T where query = 'a.com' order by links_ext limit 1":                                                                           "int64 0",
		"select count(*) from T where query = 'a.com' and url_to <> ''":                                                                                      "int64 300",
		"select count(*) from T where query = 'a.com' and domain_to <> '' limit 1":                                                                           "int64 300",
		"select (select count(*) from T where query = 'a.com' and url_to <> ''), (select links_ext from T where query = 'a.com' order by links_ext limit 1)": "int64 300|int64 0",
	}
	for range 2 {
		for sql := range statements {
			_, err := drain(p.engine, context.Background(), p.named(sql))
			if err == nil || !strings.Contains(err.Error(), "rows of "+p.domain("a")+" arrived, and the others stay away") {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	p.sim.SetFaults()
	for sql, want := range statements {
		if got := p.askEngine(t, p.named(sql)); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want %s", sql, got, want)
		}
	}
}

// named puts this pair's names into a statement.
func (p *pair) named(sql string) string {
	return strings.NewReplacer("T", "serpstat_outlink", "a.com", p.domain("a")).Replace(sql)
}

// Rows that differ in nothing have rowids of their own, and the same ones in every scan, whatever it asks for.
func TestEqualRowsStayApart(t *testing.T) {
	p := trapPair(t)
	for _, text := range []string{
		"select count(*), count(distinct rowid) from T where query = 'a.com'",
		"select count(*), count(distinct rowid) from T where query = 'a.com' and link_text = 'twin'",
		"select count(*) from T a join T b on a.rowid = b.rowid where a.query = 'a.com' and b.query = 'a.com' and b.links_ext >= 4",
		"select count(*) from T a join T b on a.rowid < b.rowid where a.query = 'a.com' and b.query = 'a.com' and a.link_text = 'twin' and b.links_ext = 4",
		"select count(*) from T where (query = 'a.com' and links_ext >= 1) or (query = 'b.com' and links_ext = 1)",
		"select count(*) from T where (query = 'a.com' and link_text = 'twin') or (query = 'a.com' and links_ext = 4) or (query = 'b.com' and links_ext >= 0)",
	} {
		t.Run(text, func(t *testing.T) { p.check(t, statement{text: text}) })
	}
}

// Where LIKE minds case the plugin, which is told to ignore it, gives rows that SQLite drops: they must not be counted.
func TestALimitUnderACollationOrACaseSensitiveLike(t *testing.T) {
	for _, c := range []struct{ before, where string }{
		{"pragma case_sensitive_like = on", "link_text like 'blog'"},
		{"pragma case_sensitive_like = on", "link_text like 'Bl%'"},
		{"pragma case_sensitive_like = on", "link_text like '%B%' and links_ext >= 1"},
		{"pragma case_sensitive_like = on", "links_ext = 1 and link_text like '_log'"},
		{"select 1", "link_text = 'BLOG' collate nocase"},
		{"select 1", "links_ext <= 2 and link_text > 'a' collate nocase"},
	} {
		t.Run(c.before+"; "+c.where, func(t *testing.T) {
			p := trapPair(t)
			if _, err := drain(p.engine, context.Background(), c.before); err != nil {
				t.Fatal(err)
			}
			if _, err := p.plain.Exec(c.before); err != nil {
				t.Fatal(err)
			}
			all := "select links_ext, link_text from T where query = 'a.com' and " + c.where
			for limit := range 4 {
				p.check(t, statement{text: fmt.Sprintf("%s limit %d", all, limit), all: all})
				for _, order := range []string{"asc", "desc"} { // the rows to be dropped come first in one of the two
					p.check(t, statement{text: fmt.Sprintf("%s order by links_ext %s limit %d", all, order, limit), all: all})
				}
			}
		})
	}
}
