package sqlengine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// All tables of the backlinks family show one world of links: what one of them counts, another lists.
func TestTablesAgreeWithEachOther(t *testing.T) {
	hosts := []string{"a.com", "www.a.com", "blog.a.com", "b.co.uk", "news.b.co.uk", "www.b.co.uk", "c.org", "deep.sub.c.org", "d.de"}
	for seed := range uint64(repetition.Times(10, 200)) {
		r := rand.New(rand.NewPCG(seed, 12))
		reading := serpstatsim.RandomInterpretations(r)
		reading.AnchorsOfOneWord, reading.SummaryAWeekOld = false, false // all is shown then, and at one time
		domains := map[string][]serpstatsim.Row{}
		for _, from := range []string{"a.com", "b.co.uk", "c.org", "d.de"} {
			rows := serpstatsim.Generate(from, 40+r.IntN(60), r.Uint64())
			for i := range rows {
				rows[i].URLTo = fmt.Sprintf("https://%s/%d", hosts[r.IntN(len(hosts))], r.IntN(9))
				rows[i].LinkText = []string{"", "one", "two words", "and three words"}[r.IntN(4)]
				rows[i].LinkType = []string{"href", "href", "redirect", "image"}[r.IntN(4)]
			}
			domains[from] = rows
		}
		e := newRig(t, -1)
		e.sim.SetInterpretations(reading)
		for name, rows := range domains {
			e.sim.SetRows(name, rows)
		}
		p := &pair{rig: e}
		for what, sql := range map[string]string{
			"links of out domains": "select sum(links) from serpstat_out_domain where query = 'a.com' union all select count(*) from serpstat_outlink where query = 'a.com'",
			"hosts of out domains": "select count(distinct domain_to) from serpstat_out_domain where query = 'a.com' union all select count(distinct domain_to) from serpstat_outlink where query = 'a.com'",
			"links of anchors":     "select sum(links) from serpstat_anchor where query = 'a.com' union all select count(*) from serpstat_backlink where query = 'a.com'",
			"anchors":              "select link_text, count(*) n from serpstat_backlink where query = 'a.com' group by 1 except select link_text, links from serpstat_anchor where query = 'a.com' union all select 'none', 0 union all select 'none', 0",
			"both ends of a link": "with out as materialized (select * from serpstat_outlink where query = 'a.com'), back as materialized (select * from serpstat_backlink where query = 'b.co.uk') " +
				"select count(*) from out where domain_to = 'b.co.uk' union all select count(*) from back where domain_from = 'a.com'",
			"joined by both addresses": "with out as materialized (select distinct url_from, url_to from serpstat_outlink where query = 'a.com'), back as materialized (select distinct url_from, url_to from serpstat_backlink where query = 'b.co.uk') " +
				"select count(*) from out join back on out.url_from = back.url_from and out.url_to = back.url_to union all select count(*) from out where url_to like 'https://%b.co.uk/%'",
			"weeks of links lost":        "select sum(lost_links) from serpstat_backlink_history where query = 'a.com' union all select count(*) from serpstat_lost_backlink where query = 'a.com'",
			"domains by rank and zone":   "select sum(ref_domains) from serpstat_sdr_distribution where query = 'a.com' union all select sum(ref_domains) from serpstat_tld_distribution where query = 'a.com'",
			"domains that link":          "select sum(ref_domains) from serpstat_sdr_distribution where query = 'a.com' union all select count(distinct domain_from) from serpstat_ref_domain where query = 'a.com'",
			"all of the summary":         "select backlinks from serpstat_backlink_summary where query = 'a.com' union all select count(*) from serpstat_backlink where query = 'a.com'",
			"links out by the summary":   "select external_links from serpstat_backlink_summary where query = 'a.com' union all select count(*) from serpstat_outlink where query = 'a.com'",
			"links of the top anchors":   "select sum(links) from serpstat_top_anchor where query = 'a.com' union all select sum(links) from serpstat_anchor where query = 'a.com'",
			"links of threats":           "select sum(links) from serpstat_threat where query = 'a.com' union all select count(*) from serpstat_threat_link where query = 'a.com'",
			"links to threats":           "select sum(links) from serpstat_out_threat where query = 'a.com' union all select count(*) from serpstat_out_threat_link where query = 'a.com'",
			"an intersection's links":    `select sum(links_1) from serpstat_intersection where query = 'a.com' and "intersect" = 'b.co.uk' and links_2 > 0 union all select sum(links_2) from serpstat_intersection where query = 'b.co.uk' and "intersect" = 'a.com' and links_1 > 0`,
			"an intersection's hosts":    `with theirs as materialized (select host_from from serpstat_ref_domain where query = 'a.com'), ours as materialized (select host_from from serpstat_ref_domain where query = 'b.co.uk') select count(*) from theirs join ours using (host_from) union all select count(*) from serpstat_intersection where query = 'a.com' and "intersect" = 'b.co.uk' and links_1 > 0 and links_2 > 0`,
			"what redirects is a domain": "select count(*) from serpstat_redirected_domain r where query = 'a.com' and host_from not in (select host_from from serpstat_ref_domain where query = 'a.com') union all select 0",
		} {
			rows := p.askEngine(t, sql)
			if len(rows) != 2 || rows[0] != rows[1] {
				t.Errorf("seed %d, %+v: %s: %q", seed, reading, what, rows)
			}
		}
	}
}

// A join of three tables, each with the sites that the one before names, costs what a client has to buy that reads the
// first, and then of each site what it needs: no row twice.
func TestAJoinOfThreeTablesCostsItsRows(t *testing.T) {
	const chain = `with top as materialized (select domain_to, links from serpstat_out_domain where query = 'a.com' order by links desc limit 4)
		select top.domain_to, count(distinct r.host_from), max(h.new_links), (select count(*) from serpstat_lost_backlink l where l.query = top.domain_to)
		from top join serpstat_ref_domain r on r.query = top.domain_to join serpstat_backlink_history h on h.query = top.domain_to group by 1 order by 1`
	data := map[string][]serpstatsim.Row{}
	for i := range 30 {
		for j := range 3 + i%4 {
			row := serpstatsim.Generate("x.com", 1, uint64(i*7+j))[0]
			row.URLFrom, row.URLTo = fmt.Sprintf("https://h%d.com/%d", i, j), fmt.Sprintf("https://t%d.com/", (i+j)%6)
			data[fmt.Sprintf("h%d.com", i)] = append(data[fmt.Sprintf("h%d.com", i)], row)
			row.URLFrom = fmt.Sprintf("https://a.com/%d-%d", i, j)
			data["a.com"] = append(data["a.com"], row)
		}
	}
	r := newRig(t, -1)
	for name, rows := range data {
		r.sim.SetRows(name, rows)
	}
	count := func(of, site string) (n int64) {
		rows, err := r.sim.Answers(serpstatsim.Request{Method: catalog.Of(of).Method, Query: site})
		if err != nil {
			t.Fatal(err)
		}
		return int64(len(rows))
	}
	p := &pair{rig: r}
	top := p.askEngine(t, "select domain_to from serpstat_out_domain where query = 'a.com' order by links desc limit 4")
	want := int64(4)
	for _, text := range top {
		site := text[len("string "):]
		lost := int64(1) // count(*) tells it
		want += max(count("serpstat_ref_domain", site), 1) + 1 + lost
	}
	before := r.sim.Credits()
	rows, err := drain(r.engine, serpstat.Statement(t.Context()), chain)
	if credits := r.sim.Credits() - before; err != nil || rows != 4 || credits != want {
		t.Errorf("%d rows for %d credits, want 4 for %d; %v", rows, credits, want, err)
	}
	if answered := p.askEngine(t, chain); !slices.IsSorted(answered) || len(answered) != 4 {
		t.Errorf("%q", answered)
	}
}

// A table that is said to have another one's groups for fewer credits has all of them.
func TestACheaperTableHasTheSameGroups(t *testing.T) {
	r := newRig(t, -1)
	out := serpstatsim.Generate("a.com", 400, 1)
	in := serpstatsim.Generate("b.com", 80, 2)
	for i := range in {
		in[i].URLFrom, in[i].URLTo = fmt.Sprintf("https://www.h%d.com/%d", i%30, i), fmt.Sprintf("https://a.com/%d", i%20)
		in[i].LinkText = fmt.Sprintf("the words of %d", i%25)
	}
	r.sim.SetRows("a.com", out)
	r.sim.SetRows("b.com", in)
	p, compared := &pair{rig: r}, 0
	for _, declared := range catalog.Tables() {
		for _, cheaper := range declared.Cheaper {
			other := catalog.Of(cheaper.Table)
			switch {
			case other == nil:
				t.Errorf("%s: there is no %s", declared.Name, cheaper.Table)
				continue
			case !shows(other, cheaper.Column):
				continue // it has them under another name, or counted for ranges of them
			}
			groups := func(of string) []string {
				return p.askEngine(t, fmt.Sprintf("select distinct %s from %s where query = 'a.com' order by 1", cheaper.Column, of))
			}
			compared++
			if want, got := groups(declared.Name), groups(cheaper.Table); len(want) < 11 || !slices.Equal(got, want) {
				t.Errorf("%s of %s: %q, and %s has %q", cheaper.Column, declared.Name, want, cheaper.Table, got)
			}
		}
	}
	if compared < 6 {
		t.Errorf("%d columns were compared", compared)
	}
}

func shows(of *table.Table, column string) bool {
	return of.FieldOf(column) >= 0 || slices.ContainsFunc(of.Derived, func(d table.Derived) bool { return d.Column == column })
}
