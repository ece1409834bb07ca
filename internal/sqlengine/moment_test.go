package sqlengine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// datedPair has a link for each of ten days of December 2024, each visited at noon of the next day.
func datedPair(t *testing.T) *pair {
	p := &pair{rig: newRig(t, -1)}
	var rows []serpstatsim.Row
	for day := 1; day <= 10; day++ {
		rows = append(rows, serpstatsim.Row{URLFrom: "https://a.com/", URLTo: fmt.Sprintf("https://x%d.org/", day), Nofollow: "follow", LinkType: "href", LinksExt: int64(day),
			FirstSeen: fmt.Sprintf("2024-12-%02d", day), LastVisited: fmt.Sprintf("2024-12-%02d 12:00:00", day+1)})
	}
	p.sim.SetRows("a.com", rows)
	p.run(t, "create table days as select '2024-12-08' as day", "create table texts (at text)", "insert into texts values ('2024-12-08T00:00:00Z'), ('2024-12-09 00:00')")
	return p
}

func TestTimesAreComparedAsTheyAreMeant(t *testing.T) {
	p := datedPair(t)
	const all = "with o as materialized (select * from serpstat_outlink where query = 'a.com') "
	for _, c := range []struct {
		from, where string
		want        int
	}{
		{"", "first_seen = '2024-12-08'", 1}, {"", "'2024-12-08' = first_seen", 1}, {"", "first_seen is '2024-12-08'", 1}, {"", "first_seen <> '2024-12-08'", 9},
		{"", "first_seen between '2024-12-01' and '2024-12-08'", 8}, {"", "first_seen in ('2024-12-08', '2024-12-09T00:00:00Z', '2024-12-08 00:00')", 2},
		{"", "first_seen > '2024-12-08'", 2}, {"", "first_seen < '2024-12-08'", 7}, {"", "first_seen >= '2024-12-08'", 3}, {"", "first_seen <= '2024-12-08'", 8},
		{"", "first_seen = '2024-12-08T00:00:00Z'", 1}, {"", "first_seen = '2024-12-08T02:00:00+02:00'", 1}, {"", "first_seen >= '2024-12-08 00:00:00.5'", 2},
		{"", "last_visited >= '2024-12-08' and last_visited < '2024-12-09'", 1}, {"", "last_visited = '2024-12-08'", 0}, {"", "last_visited = '2024-12-08 12:00'", 1},
		{"", "first_seen >= '2024-12'", 10}, {"", "first_seen < '2025'", 10}, {"", "first_seen >= date('2024-12-12', '-4 days')", 3},
		{"", "not (first_seen > '2024-12-08')", 8}, {"", "(first_seen = '2024-12-08' or links_ext = 1)", 2}, {"", "(first_seen = '2024-12-08' or first_seen > '2024-12-09')", 2},
		{"", "case when first_seen = '2024-12-08' then 1 end", 1}, {"", "first_seen not in ('2024-12-08')", 9}, {"", "first_seen in (select at from texts)", 2}, {"", "first_seen = null", 0},
		{"", "first_seen = (select day from days)", 1},
		{"days", "days.day = first_seen", 1}, {"days", "days.day < first_seen", 2}, {"days", "first_seen = days.day", 1}, {"texts", "texts.at = first_seen", 2},
		{"o", "first_seen = '2024-12-08'", 1}, {"o", "first_seen <= '2024-12-08'", 8},
	} {
		sql := "select count(*) from serpstat_outlink where query = 'a.com' and " + c.where
		switch c.from {
		case "o":
			sql = all + "select count(*) from o where " + c.where
		case "days", "texts":
			sql = "select count(*) from " + c.from + " cross join serpstat_outlink where query = 'a.com' and " + c.where
		}
		if got := p.askEngine(t, sql); got[0] != fmt.Sprintf("int64 %d", c.want) {
			t.Errorf("%s: %s, want %d", sql, got[0], c.want)
		}
	}
	for sql, want := range map[string]string{
		// SQLite gives the LIMIT to the table, which must count the rows that are kept.
		"select count(*) from (select 1 from serpstat_outlink where query = 'a.com' and first_seen > '2024-12-08' limit 5)":                                            "int64 2",
		"select (select count(*) from (select 1 from serpstat_outlink where query = 'a.com' and days.day = first_seen limit 5)) from days":                             "int64 1",
		"select (select count(*) from (select 1 from serpstat_outlink where query = 'a.com' and days.day < first_seen limit 1)) from days":                             "int64 1",
		"select count(o.url_to) from texts left join serpstat_outlink o on o.query = 'a.com' and o.first_seen = texts.at":                                              "int64 2",
		"select count(*) from (select first_seen from serpstat_outlink where query = 'a.com' union select day from days)":                                              "int64 10",
		"select min(first_seen) || ' ' || max(first_seen) from serpstat_outlink where query = 'a.com' and first_seen between '2024-12-03' and '2024-12-08'":            "string 2024-12-03 00:00:00 2024-12-08 00:00:00",
		"select group_concat(links_ext) from (select links_ext from serpstat_outlink where query = 'a.com' and first_seen >= '2024-12-08' order by first_seen desc)":   "string 10,9,8",
		"select count(*) from serpstat_outlink where query = 'a.com' and first_seen = '2024-12-08' collate binary":                                                     "int64 0",
		"select count(*) from serpstat_outlink a join serpstat_outlink b on a.first_seen = b.first_seen where a.query = 'a.com' and b.query = 'a.com' and a.links_ext": "int64 10",
	} {
		if got := p.askEngine(t, sql); got[0] != want {
			t.Errorf("%s: %s, want %s", sql, got[0], want)
		}
	}
}

// More than SQLite leaves to a table.
func TestManyBoundsOfOneTime(t *testing.T) {
	p := datedPair(t)
	sql := "select count(*) from (select 1 from serpstat_outlink where query = 'a.com'" + strings.Repeat(" and first_seen > '2024-12-02'", 12) + strings.Repeat(" and first_seen <= '2024-12-08'", 12) + " limit 5)"
	if got := p.askEngine(t, sql); got[0] != "int64 5" {
		t.Errorf("%s", got)
	}
	// With days.day at the left SQLite compares texts: the link of that day, which comes first, is not kept then.
	bounds := ""
	for n := range 20 {
		bounds += fmt.Sprintf(" and links_ext > -%d", n)
	}
	sql = "select (select count(*) from (select 1 from serpstat_outlink where query = 'a.com'" + bounds + " and days.day >= first_seen limit 1)) from days"
	if got := p.askEngine(t, sql); got[0] != "int64 1" {
		t.Errorf("%s", got)
	}
}

func TestWhatIsNoTimeIsWarnedOfOnce(t *testing.T) {
	p := datedPair(t)
	for where, want := range map[string]string{
		"first_seen between '01.06.2024' and '30.06.2024'": "first_seen is compared with '01.06.2024', which is no time and is compared as text: write '2024-06-30'",
		"first_seen > 1709337600":                          "first_seen is compared with 1709337600",
		"first_seen > 'it''s'":                             "first_seen is compared with 'it''s', which is no time",
		"first_seen >= '2024-12-08'":                       "", "first_seen >= '2024-12'": "", "first_seen < '2025'": "", "first_seen > datetime('now')": "", "first_seen is null": "",
		"link_text > '01.06.2024'": "",
	} {
		p.warnings = nil
		p.askEngine(t, "select count(*) from serpstat_outlink where query = 'a.com' and "+where)
		if got := strings.Join(p.warnings, "\n"); !strings.Contains(got, want) || len(p.warnings) > 1 || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", where, got, want)
		}
	}
}
