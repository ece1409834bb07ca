package sqlengine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// The plugin is asked for the columns that a statement reads, as Steampipe asks it: for what only counts rows, the
// parameters alone.
func TestTheColumnsThatAreRead(t *testing.T) {
	all := "everything"
	for sql, want := range map[string][]string{
		"select count(*) from T where query = 'a.com'":                                                                              {"query"},
		"select query, count(*) from T where query in ('a.com', 'b.com') group by 1":                                                {"query"},
		"select count(*) from T where query = 'a.com' and search_type = 'domain'":                                                   {"query search_type"},
		"select exists (select 1 from T where query = 'a.com')":                                                                     {"query"},
		"select url_to from T where query = 'a.com' and links_ext > 3 order by first_seen limit 2":                                  {"query url_to links_ext first_seen"},
		"select count(*) from (select * from T where query = 'a.com')":                                                              {"query"},
		"select o.url_to from T o join T n using (query, link_text) where query = 'a.com' and n.links_ext >= 0":                     {"query url_to link_text", "query link_text links_ext"},
		"select links_ext from T where query = 'a.com' and (links_ext = 1 or url_to like '%x%')":                                    {"query url_to links_ext"},
		"select rowid from T where query = 'a.com'":                                                                                 {all},
		"select count(*) from T a join T b on a.rowid = b.oid where a.query = 'a.com' and b.query = 'a.com'":                        {all},
		"select (select count(*) from T where query = 'a.com'), (select max(links_ext) from T where query = 'a.com' and raw <> '')": {"query", "query links_ext raw"},
		"select (select group_concat(links_ext) from T where query = 'a.com'), (select count(*) from T where query = 'a.com')":      {"query links_ext"},
		"select count(*) from serpstat_credit":                                                                                      {"max_lines"},
	} {
		var lock sync.Mutex
		var scans []string
		r := newRigWatched(t, -1, "", func(d *plugin.QueryData) {
			lock.Lock()
			defer lock.Unlock()
			scans = append(scans, strings.Join(d.QueryContext.Columns, " "))
		})
		for _, site := range []string{"a.com", "b.com"} {
			r.sim.SetRows(site, serpstatsim.Generate(site, 10, 1))
		}
		if _, err := drain(r.engine, serpstat.Statement(context.Background()), strings.ReplaceAll(sql, "T", "serpstat_outlink")); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		for i, scan := range scans {
			if strings.Contains(scan, "url_to") && strings.Contains(scan, "raw") && strings.Contains(scan, "sort_order") {
				scans[i] = all
			}
		}
		slices.Sort(scans)
		slices.Sort(want)
		if scans, want := slices.Compact(scans), slices.Compact(want); fmt.Sprint(scans) != fmt.Sprint(want) || len(scans) != len(want) {
			t.Errorf("%s asks for %q, want %q", sql, scans, want)
		}
	}
}

// Scans that differ in their columns are shared where one has all columns of the other, and cost nothing in any case.
func TestScansOfOtherColumnsCostNothing(t *testing.T) {
	for _, sql := range []string{
		"select a.url_to, b.link_text from T a join T b on a.domain_to = b.domain_to and a.url_to < b.url_to where a.query = 'a.com' and b.query = 'a.com'",
		"select url_to, (select max(b.link_text) from T b where b.query = 'a.com' and b.domain_to = a.domain_to) from T a where a.query = 'a.com'",
	} {
		if credits := costOf(t, sql); credits != 300 {
			t.Errorf("%s costs %d, want 300", sql, credits)
		}
	}
}
