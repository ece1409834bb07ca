package sqlengine_test

import (
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// What SQLite does not say of how many rows it will read costs no more than these, and as many more as they are followed
// by: the answer is right in any case.
func TestTheFirstRowsAreBoughtFirst(t *testing.T) {
	const from = " from T where query = 'a.com' and "
	for _, x := range []struct {
		sql     string
		credits int64
	}{
		{"select max(links_ext) from T where query = 'a.com'", 1},
		{"select min(links_ext) from T where query = 'a.com'", 1},
		{"select max(links_ext)" + from + "links_ext < 50", 1},
		{"select min(links_ext)" + from + "links_ext > 500", 1}, // an empty answer costs one too
		{"select (select min(links_ext) from T where query = 'a.com'), (select max(links_ext) from T where query = 'a.com')", 2},
		{"select min(links_ext)" + from + "link_text not like '%zzz%'", 1},
		{"select links_ext" + from + "link_text not like 'zzz%' limit 5", 5},
		{"select links_ext" + from + "link_text not like 'zzz%' limit 5 offset 2", 7},
		{"select links_ext" + from + "link_text not like 'zzz%' limit 2, 5", 7},
		{"select links_ext" + from + "domain_to <> '' limit 5", 5},
		{"select links_ext" + from + "links_ext not in (1, 2) order by links_ext limit 3;", 6},
		{"select links_ext" + from + "(links_ext = 5 or links_ext = 9) limit 2", 2},
		{"select links_ext" + from + "(links_ext >= 200 or url_to like '%zzz%') limit 2", 2},
		{"select links_ext" + from + "not (links_ext > 10) limit 5", 300}, // which come last,
		// What has no limit at its end, or reads all, begins as ever.
		{"select count(*)" + from + "link_text not like 'zzz%' limit 5", 300},
		{"select links_ext" + from + "domain_to <> '' limit 2000", 300},
		{"select count(*) from (select *" + from + "link_text not like 'zzz%') limit 1", 300},
		{"select distinct links_ext" + from + "links_ext not in (1, 2) order by links_ext limit 400", 300},
	} {
		p := newPair(t)
		s := statement{text: x.sql, order: strings.Contains(x.sql, "order by")}
		if strings.Contains(x.sql, " limit") && !strings.Contains(x.sql, "count") && !s.order {
			s.all, _, _ = strings.Cut(x.sql, " limit")
		}
		p.check(t, s)
		if credits := p.sim.Credits(); credits > x.credits {
			t.Errorf("%s costs %d, want at most %d", x.sql, credits, x.credits)
		}
	}
}

// A scan that goes on beyond its first rows gives each row once, however alike they are, and in its order.
func TestAScanThatGoesOnBeyondItsFirstRows(t *testing.T) {
	p := newPairOn(t, newRig(t, -1), 1)
	defer p.plain.Close()
	rows := serpstatsim.Generate(p.domain("a"), 40, 1)
	for i := range rows {
		rows[i] = rows[i%4]
		rows[i].LinksExt = int64(i / 8)
	}
	p.sim.SetRows(p.domain("a"), rows)
	for _, sql := range []string{
		"select links_ext, url_to from T where query = 'a.com' and links_ext not in (9, 8)",
		"select links_ext from T where query = 'a.com' and links_ext not in (4, 3) order by links_ext desc",
		"select links_ext from T where query = 'a.com' and not (links_ext between 0 and 2) order by links_ext",
		"select links_ext from T where query = 'a.com' and (links_ext = 1 or links_ext = 3)",
	} {
		for _, limit := range []string{"1", "3", "7", "16", "39", "41"} {
			p.check(t, statement{text: sql + " limit " + limit, all: sql, order: strings.Contains(sql, "order by")})
		}
	}
}

// IS NULL of a column that has a value in every row is decided without one, but not at the outer side of a join.
func TestColumnsThatAreNeverNull(t *testing.T) {
	for sql, credits := range map[string]int64{
		"select * from T where query = 'a.com' and links_ext is null":                                                                             0,
		"select * from T where query = 'a.com' and url_to is null":                                                                                0,
		"select links_ext from T where query = 'a.com' and url_to is not null order by links_ext limit 3":                                         3,
		"select count(x) from (select link_text x from T where query = 'a.com' and link_text is not null limit 3)":                                3,
		"select * from T where query = 'a.com' and search_type is null":                                                                           0,
		"select * from T where query = 'a.com' and links_ext = null":                                                                              0,
		"select links_ext from T where query = 'a.com' and links_ext is not null order by links_ext limit 3":                                      3,
		"select o.links_ext from (values (1000), (7)) v left join T o on o.query = 'a.com' and o.links_ext = v.column1 where o.links_ext is null": 2,
		"select count(*), count(links_ext), min(links_ext) from T where query = 'a.com'":                                                          300,
	} {
		if got := costOf(t, sql); got != credits {
			t.Errorf("%s costs %d, want %d", sql, got, credits)
		}
	}
}
