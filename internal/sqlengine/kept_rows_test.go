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

// A loop's many values are read with one scan of all rows. A LIMIT of each turn is not one of that scan.
func TestALimitInALoopIsNotOneOfAllItsRows(t *testing.T) {
	for _, text := range []string{
		"with recursive n(x) as (select 100 union all select x + 1 from n where x < 119) select n.x, (select o.url_to from T o where o.query = 'a.com' and o.links_ext = n.x limit 1) from n",
		"with recursive n(x) as (select 100 union all select x + 1 from n where x < 119) select n.x, (select o.links_ext from T o where o.query = 'a.com' and o.links_ext >= n.x order by o.links_ext limit 1) from n",
		"with recursive n(x) as (select 100 union all select x + 1 from n where x < 119) select n.x, (select count(*) from (select * from T o where o.query = 'a.com' and o.links_ext > n.x limit 3)) from n",
	} {
		t.Run(text, func(t *testing.T) { newPair(t).check(t, statement{text: text}) }) // a pair each: what is kept would serve
	}
}

// Kept rows are as old as their scan, however often they are read.
func TestKeptRowsGoWithTheirTime(t *testing.T) {
	p := newPair(t)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p.engine.SetClock(func() time.Time { return now })
	for _, step := range []struct {
		after time.Duration // since the step before
		sql   string
		cost  int64
	}{
		{0, "select count(*) from T where query = 'a.com'", 300},
		{40 * time.Minute, "select count(*) from T where query = 'a.com'", 0},
		{0, "select links_ext from T where query = 'a.com' order by links_ext limit 3", 0}, // sorted now, and not younger
		{20*time.Minute - 1, "select count(*) from T where query = 'a.com'", 0},
		{0, "select links_ext from T where query = 'a.com' order by links_ext limit 3", 0},
		{1, "select links_ext from T where query = 'a.com' order by links_ext limit 3", 3},
		{0, "select count(*) from T where query = 'a.com'", 300},
	} {
		now = now.Add(step.after)
		before := p.sim.Credits()
		p.askEngine(t, strings.NewReplacer("T", "serpstat_outlink", "a.com", p.domain("a")).Replace(step.sql))
		if cost := p.sim.Credits() - before; cost != step.cost {
			t.Errorf("at %s: %s costs %d, want %d", now.Format(time.TimeOnly), step.sql, cost, step.cost)
		}
	}
}

// Rows that came short are not all: a later statement asks again, and what is wrong is told again.
func TestRowsThatCameShortServeNoLaterStatement(t *testing.T) {
	for _, kind := range []serpstatsim.FaultKind{serpstatsim.EmptyPage, serpstatsim.ShortPage} {
		t.Run(kind.String(), func(t *testing.T) {
			p := newPair(t)
			p.sim.SetFaults(serpstatsim.Fault{Kind: kind, Page: 2})
			ask := func(sql string) (rows []string, warnings int) {
				t.Helper()
				before := len(p.warnings)
				rows = p.askEngine(t, strings.NewReplacer("T", "serpstat_outlink", "a.com", p.domain("a")).Replace(sql))
				return rows, len(p.warnings) - before
			}
			for range 2 {
				for _, sql := range []string{
					"select count(*) from T where query = 'a.com'",
					"select (select count(*) from T where query = 'a.com'), (select links_ext from T where query = 'a.com' order by links_ext limit 1)",               // one scan, and sorted
					"select a.n, b.n from (select count(*) n from T where query = 'a.com') a, (select count(*) n from T where query = 'a.com' and domain_to <> '') b", // one scan
				} {
					if _, warnings := ask(sql); warnings != 1 {
						t.Errorf("%s: %d warnings", sql, warnings)
					}
				}
			}
			p.sim.SetFaults()
			for _, tt := range []struct{ sql, want string }{
				{"select count(*) from T where query = 'a.com' and links_ext < 20", "int64 20"},
				{"select links_ext from T where query = 'a.com' order by links_ext limit 1", "int64 0"},
				{"select count(*) from T where query = 'a.com'", "int64 300"},
			} {
				if got, warnings := ask(tt.sql); warnings != 0 || len(got) != 1 || got[0] != tt.want {
					t.Errorf("%s: %v, want %s, with %d warnings", tt.sql, got, tt.want, warnings)
				}
			}
		})
	}
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
