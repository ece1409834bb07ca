package reporthtml

import (
	"fmt"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// columns are columns of names, those that end in % of percentages.
func columns(names ...string) (all []report.Column) {
	for _, name := range names {
		c := report.Column{Column: output.Column{Name: strings.TrimSuffix(name, "%")}}
		if strings.HasSuffix(name, "%") {
			c.Unit = report.Percent
		}
		all = append(all, c)
	}
	return all
}

var made = time.Date(2026, 11, 23, 7, 0, 12, 0, time.UTC)

// sample is a page with all shapes, as an agency might send it.
func sample() *report.Page {
	days := func(from time.Time, n, step int) (days []string) {
		for i := range n {
			days = append(days, from.AddDate(0, 0, i*step).Format(time.DateOnly))
		}
		return days
	}
	p := &report.Page{
		Name: "backlink-profile", Title: "Backlink profile of shop.example", Made: made,
		Text:   "Who links to the site, with which words, and what has changed since last month. The figures are those of Serpstat’s index; a link counts from the day on which Serpstat has first seen it.",
		Params: []report.Param{{Name: "domain", Value: "shop.example"}, {Name: "since", Value: "2026-10-23"}},
		Budget: 2000, Requests: 14, Credits: 1312, Recalled: 2480, Bought: made.Add(-6*24*time.Hour - 3*time.Hour), Left: 96_430, Demo: true,
	}
	add := func(s report.Section) {
		s.Price = max(s.Price, -1)
		p.Sections = append(p.Sections, s)
	}
	add(report.Section{Shape: report.Figures, Title: "At a glance", SQL: "select 'Referring domains' as figure, referring_domains as value, referring_domains_change as change, null as note\nfrom serpstat_backlink_summary where query = :domain;",
		Columns: columns("figure", "value", "change", "note"), Rows: [][]any{
			{"Referring domains", int64(1284), int64(37), "since 23 October"},
			{"Backlinks", int64(48213), int64(-1190), "many were one site’s footer"},
			{"Links that follow", "71.4%", nil, "of all links"},
			{"Domain rank", int64(46), int64(0), "Serpstat’s SDR"},
		}})
	add(report.Section{Shape: report.Text, Title: "In a sentence", Price: -1, SQL: "select count(*) as n, sum(nofollow) as nofollow from serpstat_backlink where query = :domain;", Columns: columns("n", "nofollow"), Rows: [][]any{{int64(48213), int64(13789)}},
		Text: "1,284 domains link to shop.example with 48,213 links, of which 13,789 are nofollow. Three of the ten strongest were first seen this month.\n\nThe loss of 1,190 links is that of one footer, and no cause for concern."})
	add(report.Section{Shape: report.Alert, Title: "What to look at", SQL: "select level, sentence from checks order by level;", Columns: columns("level", "sentence", "page"), Rows: [][]any{
		{"red", "12 links come from sites that Serpstat calls malicious.", "https://shop.example/wp-content/uploads/2021/04/old-landing-page"},
		{"amber", "38% of all anchors are the same commercial phrase; below 20% is usual.", nil},
		{"green", "No strong domain was lost since last month.", nil},
	}})
	months := days(time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), 12, 30)
	var history [][]any
	for i, day := range months {
		row := []any{day, int64(980 + i*27 + (i*i*37)%60), int64(612 + i*19 + (i*53)%41), int64(402 + i*4)}
		if i == 5 {
			row[2] = nil
		}
		history = append(history, row)
	}
	add(report.Section{Shape: report.Line, Title: "Referring domains over a year", Text: "Compared with two competitors. Of rival.example Serpstat has no figure for the end of April.", Columns: columns("day", "shop.example", "rival.example", "another-shop.example"), Rows: history, About: true,
		SQL: "select day, domains from serpstat_backlink_history where query in (:domain, 'rival.example', 'another-shop.example');"})
	add(report.Section{Shape: report.Bar, Title: "Anchors", Text: "The commonest anchors, by the domains that use them.", Form: "the ten commonest of 12,480 anchors", Price: 12_480, Needs: 14_000, Columns: columns("anchor", "domains"), Rows: [][]any{
		{"shop.example", int64(412)}, {"buy garden chairs online", int64(388)}, {"https://shop.example/", int64(176)}, {"here", int64(94)}, {"Gartenstühle günstig kaufen – große Auswahl an Holz, Metall und Kunststoff", int64(61)},
		{"<script>alert('anchor')</script>", int64(22)}, {"кресла для сада", int64(18)}, {"كراسي الحديقة", int64(7)}, {"庭の椅子", int64(5)}, {"", int64(3)},
	}, SQL: "select link_text, ref_domains from serpstat_top_anchor where query = :domain order by ref_domains desc;"})
	add(report.Section{Shape: report.Stacked, Title: "Follow and nofollow by domain rank", Columns: columns("domain_rank", "follow", "nofollow", "sponsored"), Rows: [][]any{
		{"80 to 100", int64(14), int64(9), int64(1)}, {"60 to 79", int64(88), int64(41), int64(4)}, {"40 to 59", int64(203), int64(77), int64(12)}, {"20 to 39", int64(341), int64(96), int64(20)}, {"0 to 19", int64(271), int64(107), nil},
	}, SQL: "select rank, follow, nofollow, sponsored from ranks;"})
	add(report.Section{Shape: report.Donut, Title: "Links by top-level domain", Columns: columns("tld", "domains"), About: true, Rows: [][]any{
		{".com", int64(612)}, {".de", int64(288)}, {".org", int64(141)}, {".net", int64(96)}, {".co.uk", int64(54)}, {".fr", int64(38)}, {".info", int64(22)}, {".io", int64(18)}, {".museum", int64(1)},
	}, SQL: "select tld, domains from serpstat_tld_distribution where query = :domain;"})
	var points [][]any
	for i, name := range []string{"news.example", "blog.garden.example", "directory.example", "wiki.example", "forum.example", "tips.example", "magazine.example", "furniture-and-more.example", "city.example", "coupon.example"} {
		points = append(points, []any{int64(12 + (i*29)%83), int64(3 + (i*i*17)%140), name})
	}
	add(report.Section{Shape: report.Scatter, Title: "Rank of a domain and its links", Columns: columns("domain rank", "links", "domain"), Rows: points, SQL: "select domain_rank, count(*), domain_from from serpstat_backlink where query = :domain group by 3;"})
	add(report.Section{Shape: report.Bar, Title: "New and lost links by week", Columns: columns("week", "new", "lost"), Rows: [][]any{
		{"2026-10-26", int64(214), int64(-96)}, {"2026-11-02", int64(187), int64(-131)}, {"2026-11-09", nil, int64(-1042)}, {"2026-11-16", int64(240), int64(-88)},
	}, SQL: "select week, new, -lost from weeks;"})
	add(report.Section{Shape: report.Table, Title: "Newest links", Text: "All links that Serpstat has first seen since 23 October.", Columns: columns("first_seen", "domain_rank", "url_from", "link_text", "share%", "last_visited"), Rows: links(300),
		SQL: "select first_seen, domain_rank, url_from, link_text, share, last_visited\nfrom serpstat_backlink\nwhere query = :domain and first_seen >= :since\norder by first_seen desc, domain_rank desc;"})
	add(report.Section{Shape: report.ToDo, Title: "What to do next", SQL: "select what, why, address from todo;", Columns: columns("what", "why", "where"), Rows: [][]any{
		{"Have the page back, or redirect it", "214 domains link to it, and it answers 404.", "https://shop.example/wp-content/uploads/2021/04/garden-furniture-catalogue-spring-edition-with-prices.pdf"},
		{"Ask for another anchor", "blog.garden.example links with the commercial phrase from 38 pages.", "https://blog.garden.example/partners"},
		{"Disavow the malicious sites", "They bring nothing, and may cost trust.", nil},
	}})
	add(report.Section{Shape: report.Table, Title: "Links that competitors have", LeftOut: "it costs at most 24,000 credits: --max-credits 26000 has it", Price: 24_000, Needs: 26_000, SQL: "select * from serpstat_intersection where query = :domain;"})
	add(report.Section{Shape: report.Table, Title: "Lost links of strong domains", Columns: columns("domain"), SQL: "select domain from lost where rank > 60;"})
	return p
}

// links are rows of a table, a few of them hostile.
func links(n int) (rows [][]any) {
	texts := []string{"garden chairs", "shop.example", "here", "buy garden chairs online", "read the whole comparison of eleven garden chairs that we have tried over two summers, with pictures", "кресла", "كراسي"}
	for i := range n {
		day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -i/10)
		row := []any{day.Format(time.DateOnly), int64(i * 37 % 100), fmt.Sprintf("https://site-%d.example/%spage-%d.html", i*7%n, strings.Repeat("category/", i%9), i), texts[i%len(texts)],
			float64(i*13%691) / 7, day.AddDate(0, 0, i%9).Format(time.DateOnly) + " 04:05:06"}
		if i%17 == 3 {
			row[1], row[4] = nil, nil
		}
		rows = append(rows, row)
	}
	if n > 10 {
		rows[1][3] = "<script>alert(1)</script>"
		rows[2][3] = "=HYPERLINK(\"https://evil.example\")"
		rows[3][2] = "javascript:alert(1)"
		rows[4][3] = "right\u202eto left\x00\u200b"
		rows[5][3] = "</td></table><img src=x onerror=alert(1)>"
		rows[6][2] = "https://evil.example/\"onmouseover=\"alert(1)"
	}
	return rows
}
