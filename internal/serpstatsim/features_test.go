package serpstatsim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// served is a server of one domain's rows.
func served(rows []serpstatsim.Row) *serpstatsim.Server {
	return serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": rows}})
}

// lost is a link that was found and lost on two days.
func lost(from, to, found, gone string) serpstatsim.Row {
	l := link(from, to)
	l.FirstSeen, l.DateDel = found, &gone
	if gone == "" {
		l.DateDel = nil
	}
	return l
}

func TestParametersOfAnchors(t *testing.T) {
	var rows []serpstatsim.Row
	for _, text := range []string{"", "Serpstat", "serpstat.com", "the SERP tool", "two words", " one ", "100% a_b"} {
		l := link("https://a.com/", "https://t.com/")
		l.LinkText = text
		rows = append(rows, l)
	}
	s := served(rows)
	one, minded := serpstatsim.Interpretations{AnchorsOfOneWord: true}, serpstatsim.Interpretations{ContainsCaseSensitive: true}
	for _, test := range []struct {
		interpretations serpstatsim.Interpretations
		params          string
		want            string
	}{
		{serpstatsim.Interpretations{}, ``, `""," one ","100% a_b","Serpstat","serpstat.com","the SERP tool","two words"`},
		{serpstatsim.Interpretations{}, `,"count":"1"`, `" one ","Serpstat","serpstat.com"`},
		{serpstatsim.Interpretations{}, `,"count":"0"`, `""`},
		{serpstatsim.Interpretations{}, `,"count":"2"`, `"100% a_b","two words"`},
		{one, ``, `" one ","Serpstat","serpstat.com"`},
		{one, `,"count":"3"`, `"the SERP tool"`},
		{serpstatsim.Interpretations{}, `,"anchor":"serp"`, `"Serpstat","serpstat.com","the SERP tool"`},
		{serpstatsim.Interpretations{}, `,"anchor":""`, `""," one ","100% a_b","Serpstat","serpstat.com","the SERP tool","two words"`},
		{minded, `,"anchor":"serp"`, `"serpstat.com"`},
		{minded, `,"anchor":"SERP","count":"3"`, `"the SERP tool"`},
		{one, `,"anchor":"serp"`, `"Serpstat","serpstat.com"`},
		{serpstatsim.Interpretations{TextIsLikePattern: true}, `,"anchor":"a__"`, `"100% a_b","serpstat.com"`},
		{serpstatsim.Interpretations{}, `,"anchor":"o","count":"2","complexFilter":[[` + condition("anchor", "contains", "words") + `]]`, `"two words"`},
	} {
		s.SetInterpretations(test.interpretations)
		var got []string
		for _, raw := range listed(t, s, "getAnchors", `{"query":"t.com","sort":"anchor","order":"asc"`+test.params+`}`) {
			var r struct{ Anchor json.RawMessage }
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatal(err)
			}
			got = append(got, string(r.Anchor))
		}
		if strings.Join(got, ",") != test.want {
			t.Errorf("%s under %+v: %s, want %s", test.params, test.interpretations, got, test.want)
		}
	}
	log := s.Requests()
	if last := log[len(log)-3]; last.Anchor != "serp" || last.WordCount != "" {
		t.Errorf("the log has anchor %q, count %q", last.Anchor, last.WordCount)
	}
	if last := log[len(log)-1]; last.WordCount != "2" {
		t.Errorf("the log has count %q", last.WordCount)
	}
}

func TestTopAnchorsAreTenAtMostAndNoRequestForAnchorsLosesAny(t *testing.T) {
	var rows []serpstatsim.Row
	for i := range 12 {
		for range i + 1 {
			l := link("https://a.com/", "https://t.com/")
			l.LinkText = fmt.Sprint(i)
			rows = append(rows, l)
		}
	}
	s := served(rows)
	for range 2 {
		if got := values(t, listed(t, s, "getTopAnchors", `{"query":"t.com"}`), "anchor"); got != "11 10 9 8 7 6 5 4 3 2" {
			t.Errorf("top anchors %s", got)
		}
		if got := listed(t, s, "getAnchors", `{"query":"t.com"}`); len(got) != 12 {
			t.Errorf("%d anchors", len(got))
		}
	}
	info := call(t, s, "getTopAnchors", `{"query":"t.com"}`).Result.SummaryInfo
	if info["unique_anchors"] != 12.0 || info["backlinks"] != 78.0 || info["referring_domains"] != 1.0 {
		t.Errorf("summary_info %v is not of all anchors", info)
	}
}

func TestSortsOfAnchorsAndPages(t *testing.T) {
	s := served([]serpstatsim.Row{
		anchored("https://a.com/1", "https://t.com/x", "b", "nofollow", "2025-02-05 00:00:00"),
		anchored("https://a.com/2", "https://t.com/x", "b", "ugc", "2025-02-06 00:00:00"),
		anchored("https://a.com/2", "https://t.com/y", "b", "follow", "2025-02-07 00:00:00"),
		anchored("https://b.com/1", "https://t.com/z", "a", "nofollow", "2025-02-08 00:00:00"),
		anchored("https://c.com/1", "https://t.com/z", "a", "Nofollow, ugc", "2025-02-04 21:37:16"),
		anchored("https://c.com/1", "https://t.com", "c", "follow", "2025-02-05 00:00:01"),
	})
	for _, test := range []struct{ method, sort, key, want string }{
		{"getAnchors", "total", "anchor", "c a b"},
		{"getAnchors", "refDomains", "anchor", "b c a"},
		{"getAnchors", "nofollow", "anchor", "c b a"},
		{"getAnchors", "anchor", "anchor", "a b c"},
		{"getAnchors", "lastupdate", "anchor", "c b a"}, // the latest visit of each
		{"getTopPages", "count", "url", "/y  /x /z"},
		{"getTopPages", "domains", "url", "/x /y  /z"},
		{"getTopPages", "url_to", "url", " /x /y /z"},
		{"getTopPages", "lastupdate", "url", " /x /y /z"},
	} {
		if got := values(t, listed(t, s, test.method, fmt.Sprintf(`{"query":"t.com","sort":%q,"order":"asc"}`, test.sort)), test.key); got != test.want {
			t.Errorf("%s by %s: %q, want %q", test.method, test.sort, got, test.want)
		}
	}
	for method, filter := range map[string]string{
		"getAnchors":  condition("refDomains", "eq", 2) + `,` + condition("nofollow", "gte", 2) + `,` + condition("lastupdate", "gte", "8.2.2025"),
		"getTopPages": condition("count", "eq", 2) + `,` + condition("domains", "eq", 2) + `,` + condition("lastupdate", "gte", "08.02.2025"),
	} {
		if got := listed(t, s, method, `{"query":"t.com","complexFilter":[[`+filter+`]]}`); len(got) != 1 {
			t.Errorf("%s, %s: %s", method, filter, got)
		}
	}
}

func anchored(from, to, text, nofollow, visited string) serpstatsim.Row {
	l := link(from, to)
	l.LinkText, l.Nofollow, l.LastVisited = text, nofollow, visited
	return l
}

func TestPathsOfPages(t *testing.T) {
	s := served([]serpstatsim.Row{
		link("https://a.com/", "https://t.com"), link("https://a.com/", "https://T.com:8080/a?b=c/d"), link("https://a.com/", "http://u@www.t.com/"), link("https://a.com/", "https://t.com?q"),
	})
	got := listed(t, s, "getTopPages", `{"query":"t.com","sort":"url_to"}`)
	slices.SortFunc(got, func(a, b json.RawMessage) int { return strings.Compare(string(a), string(b)) })
	if paths := strings.ReplaceAll(values(t, got, "url"), " ", "|"); paths != "|/|/a?b=c/d|?q" {
		t.Errorf("paths %q", paths)
	}
}

func TestAWeekOfTheHistoryBeginsOnMonday(t *testing.T) {
	s := served([]serpstatsim.Row{
		lost("https://a.com/", "https://t.com/", "2025-02-02", ""), // a Sunday
		lost("https://a.com/", "https://t.com/", "2025-02-03", "2025-02-16 23:59:59"),
		lost("https://a.com/", "https://t.com/", "2025-02-09", "2025-02-17 00:00:00"),
		lost("https://a.com/", "https://elsewhere.com/", "2025-01-20", "2025-02-24"),
	})
	rows := listed(t, s, "getBacklinksChangesHistory", `{"query":"t.com"}`)
	if got := values(t, rows, "date"); got != "2025-01-20 2025-01-27 2025-02-03 2025-02-10 2025-02-17 2025-02-24" {
		t.Errorf("weeks %s", got)
	}
	if found, gone := values(t, rows, "new_links"), values(t, rows, "lost_links"); found != "0 1 2 0 0 0" || gone != "0 0 0 1 1 0" {
		t.Errorf("new %s, lost %s", found, gone)
	}
	s.SetInterpretations(serpstatsim.Interpretations{ActiveOnly: true})
	if again := listed(t, s, "getBacklinksChangesHistory", `{"query":"t.com"}`); values(t, again, "new_links") != "0 1 2 0 0 0" {
		t.Errorf("links that are gone were never found: %s", again)
	}
}

func TestTheSummarysChangesAreOfTheWorldsLastWeek(t *testing.T) {
	rows := []serpstatsim.Row{
		lost("https://old.com/", "https://t.com/", "2025-01-01", ""),
		lost("https://old.com/2", "https://t.com/", "2025-01-31", "2025-02-02"), // gone before the week
		lost("https://old.com/3", "https://t.com/", "2025-01-02", "2025-02-03"), // gone on its first day
		lost("https://gone.com/", "https://t.com/", "2025-01-02", "2025-02-10"), // the last day
		lost("https://new.com/", "https://t.com/", "2025-02-03", ""),
		lost("https://new.com/2", "https://t.com/", "2025-02-10", ""),
		lost("https://new.com/3", "https://t.com/", "2025-02-04", "2025-02-05"), // came and went
		lost("https://t.com/", "https://x.com/", "2025-02-10", ""),
	}
	rows[0].LinkType = "image"
	s := served(rows)
	s.SetRows("t.com", rows[7:])
	s.SetRows("z.com", rows[:7])
	for _, test := range []struct {
		interpretations serpstatsim.Interpretations
		want            string
	}{
		{serpstatsim.Interpretations{}, "backlinks 7 0, referring_domains 3 0, image_backlinks 1 0, external_links 1 1"},
		{serpstatsim.Interpretations{ActiveOnly: true}, "backlinks 3 0, referring_domains 2 0, image_backlinks 1 0, external_links 1 1"},
		{serpstatsim.Interpretations{ActiveOnly: true, SummaryAWeekOld: true}, "backlinks 3 0, referring_domains 2 0, image_backlinks 1 0, external_links 0 0"},
		{serpstatsim.Interpretations{SummaryAWeekOld: true}, "backlinks 4 0, referring_domains 2 0, image_backlinks 1 0, external_links 0 0"},
	} {
		s.SetInterpretations(test.interpretations)
		got := listed(t, s, "getSummaryV2", `{"query":"t.com"}`)
		var parts []string
		for _, key := range strings.Fields("backlinks referring_domains image_backlinks external_links") {
			parts = append(parts, key+" "+values(t, got, key)+" "+values(t, got, key+"_change"))
		}
		if told := strings.Join(parts, ", "); told != test.want {
			t.Errorf("%+v:\ngot  %s\nwant %s", test.interpretations, told, test.want)
		}
	}
	s.SetRows("z.com", append(rows[:7:7], lost("https://even.newer.com/", "https://t.com/", "2025-02-09", "")))
	s.SetInterpretations(serpstatsim.Interpretations{})
	if got := listed(t, s, "getSummaryV2", `{"query":"t.com"}`); values(t, got, "backlinks_change") != "1" || values(t, got, "referring_domains_change") != "1" {
		t.Errorf("one more: %s", got)
	}
}

func TestASummaryOfNothingIsAnEmptyArray(t *testing.T) {
	got := send(serpstatsim.New(serpstatsim.Options{}), "/?token=x", `{"id":"1","method":"`+family+`getSummaryV2","params":{"query":"nobody.com"}}`).Body.String()
	if want := `{"id":"1","result":{"summary_info":{"sort":null,"order":null,"left_lines":999999},"data":[]}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRangesOfRanks(t *testing.T) {
	var rows []serpstatsim.Row
	for i := range 600 {
		rows = append(rows, link(fmt.Sprintf("https://sub.d%d.com/", i), "https://t.com/"), link(fmt.Sprintf("https://d%d.com/", i), "https://t.com/"))
	}
	s := served(rows)
	want := map[string]int{}
	for _, raw := range listed(t, s, "getRefDomains", `{"query":"t.com","size":1000,"complexFilter":[[{"additional_filters":"no_subdomains"}]]}`) {
		var r struct{ DomainRank int }
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		switch from := r.DomainRank / 10 * 10; {
		case r.DomainRank == 0:
			want["0"]++
		case from == 0:
			want["1 - 9"]++
		case from >= 90:
			want["90 - 100"]++
		default:
			want[fmt.Sprintf("%d - %d", from, from+9)]++
		}
	}
	got := listed(t, s, "getDistributionSDR", `{"query":"t.com"}`)
	for i, label := range []string{"0", "1 - 9", "10 - 19", "20 - 29", "30 - 39", "40 - 49", "50 - 59", "60 - 69", "70 - 79", "80 - 89", "90 - 100"} {
		if have := string(got[i]); have != fmt.Sprintf(`{"sdr_range":%q,"domains":%d}`, label, want[label]) || want[label] == 0 {
			t.Errorf("%s, want %s of %d domains", have, label, want[label])
		}
	}
}

func TestTopLevelDomainsHaveCountriesInALanguage(t *testing.T) {
	var rows []serpstatsim.Row
	for _, host := range []string{"a.com", "b.com", "www.b.com", "c.de", "d.de", "e.co.uk", "f.example", "g.com"} {
		rows = append(rows, link("https://"+host+"/", "https://t.com/"))
	}
	s := served(rows)
	for lang, names := range map[string][2]string{"en": {"Germany", "United Kingdom"}, "ru": {"Германия", "Великобритания"}, "uk": {"Німеччина", "Велика Британія"}, "de": {"Deutschland", "Vereinigtes Königreich"}, "se": {"Tyskland", "Storbritannien"}} {
		want := fmt.Sprintf(`{"tld":".com","country_name":"","country_code":"","percentage":42.86,"domains":3} {"tld":".de","country_name":%q,"country_code":"de","percentage":28.57,"domains":2} `+
			`{"tld":".example","country_name":"","country_code":"","percentage":14.29,"domains":1} {"tld":".uk","country_name":%q,"country_code":"gb","percentage":14.29,"domains":1}`, names[0], names[1])
		var got []string
		for _, raw := range listed(t, s, "getDistributionTLD", `{"query":"t.com","lang":"`+lang+`"}`) {
			got = append(got, string(raw))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\ngot  %s\nwant %s", lang, strings.Join(got, " "), want)
		}
	}
	const info = `"summary_info":{"tld_count":4,"domains_count":7,"biggest_tld_percentage":42.86,"left_lines":`
	for in, want := range map[bool]string{false: `]},` + info, true: `],` + info} {
		s.SetInterpretations(serpstatsim.Interpretations{InfoInResult: in})
		got := send(s, "/?token=x", `{"id":"1","method":"`+family+`getDistributionTLD","params":{"query":"t.com"}}`).Body.String()
		if !strings.Contains(got, want) || !json.Valid([]byte(got)) {
			t.Errorf("in result %v: %s", in, got)
		}
	}
	s.SetInterpretations(serpstatsim.Interpretations{NumbersAsStrings: true})
	if got := values(t, listed(t, s, "getDistributionTLD", `{"query":"t.com"}`)[:1], "percentage"); got != "42.86" {
		t.Errorf("percentage %s", got)
	}
	if got := listed(t, s, "getDistributionTLD", `{"query":"t.com"}`)[0]; !strings.Contains(string(got), `"percentage":"42.86"`) {
		t.Errorf("a number is no string in %s", got)
	}
	log := s.Requests()
	if log[0].Lang == "" || log[len(log)-1].Lang != "en" {
		t.Errorf("languages %q and %q in the log", log[0].Lang, log[len(log)-1].Lang)
	}
}

func TestAnIntersectionNamesItsSitesByPosition(t *testing.T) {
	s := served([]serpstatsim.Row{
		link("https://p.org/", "https://a.com/"), link("https://p.org/", "https://b.com/"), link("https://p.org/", "https://b.com/2"), link("https://p.org/", "https://sub.c.com/"),
		link("https://q.org/", "https://b.com/"),
	})
	for body, want := range map[string]string{
		`{"query":"a.com","intersect":["b.com"],"sort":"links_count2"}`:               `"Links count for domain #1 a.com":1,"Links count for domain #2 b.com":2} {"Domain":"q.org"`,
		`{"query":"b.com","intersect":["c.com","a.com"],"sort":"links_count1"}`:       `"Links count for domain #1 b.com":2,"Links count for domain #2 c.com":1,"Links count for domain #3 a.com":1} {"Domain":"q.org"`,
		`{"query":"b.com","intersect":["c.com"],"sort":"links_count3","order":"asc"}`: `"Links count for domain #1 b.com":2,"Links count for domain #2 c.com":1} {"Domain":"q.org"`,
	} {
		var got []string
		for _, raw := range listed(t, s, "getIntersect", body) {
			got = append(got, string(raw))
		}
		if !strings.Contains(strings.Join(got, " "), want) || strings.Contains(got[0], "#3") != strings.Contains(body, "c.com\",\"a") {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	filter := `{"query":"a.com","intersect":["b.com"],"complexFilter":[[` + condition("links_count1", "gte", 1) + `,` + condition("links_count2", "gte", 2) + `]]}`
	if got := values(t, listed(t, s, "getIntersect", filter), "Domain"); got != "p.org" {
		t.Errorf("links to both: %s", got)
	}
	rows := listed(t, s, "getIntersectSummary", `{"query":"a.com","intersect":["b.com","c.com"]}`)
	if got := string(rows[0]) + string(rows[1]); got != `{"referring_domains_count":1,"domains":"b.com"}{"referring_domains_count":1,"domains":"a.com, b.com, c.com"}` {
		t.Errorf("summary %s", got)
	}
	s.SetInterpretations(serpstatsim.Interpretations{IntersectAtLeast: true})
	got := strings.ReplaceAll(values(t, listed(t, s, "getIntersectSummary", `{"query":"a.com","intersect":["b.com","c.com"]}`), "domains"), ", ", "+")
	if got != "a.com b.com a.com+b.com c.com a.com+c.com b.com+c.com a.com+b.com+c.com" {
		t.Errorf("combinations in the order %s", got)
	}
	if log := s.Requests(); !slices.Equal(log[len(log)-1].Intersect, []string{"b.com", "c.com"}) {
		t.Errorf("the log has %q", log[len(log)-1].Intersect)
	}
}

func TestFiltersOfThreats(t *testing.T) {
	threats := map[string]*serpstatsim.Threat{
		"w.com": {Platforms: []string{"windows"}, Kinds: []string{"malware"}, Date: "2025-01-23"},
		"x.com": {Platforms: []string{"windows", "osx"}, Kinds: []string{"threat_type_unspecified"}, Date: "2025-01-24"},
		"y.com": {Platforms: []string{"chrome_os"}, Kinds: []string{"social_engineering", "malware"}, Date: "2025-01-25"},
	}
	rows := []serpstatsim.Row{
		link("https://w.com/1", "https://t.com/"), link("http://www.x.com/1", "https://t.com/"), link("https://sub.x.com/1", "https://t.com/2"), link("https://x.com/3", "https://t.com/2"),
		link("https://y.com/1", "https://t.com/"), link("https://harmless.com/", "https://t.com/"), link("https://z.com/", "mailto:me"),
	}
	for _, l := range rows[:6] {
		l.URLFrom, l.URLTo = strings.Replace(l.URLTo, "t.com", "z.com", 1), l.URLFrom
		rows = append(rows, l)
	}
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": rows}, Threats: func(site string) *serpstatsim.Threat { return threats[site] }})
	for _, test := range []struct{ filter, want string }{
		{``, "sub.x.com w.com x.com y.com"},
		{condition("platform_type", "contains", "1"), "sub.x.com w.com x.com"},
		{condition("platform_type", "contains", 1), "sub.x.com w.com x.com"},
		{condition("platform_type", "contains", 4, "8"), "sub.x.com x.com y.com"},
		{condition("platform_type", "notContains", 1), "y.com"},
		{condition("platform_type", "contains", 2), ""},
		{condition("platform_type", "contains", 99), ""},
		{condition("threat_type", "contains", 9), "sub.x.com x.com"},
		{condition("threat_type", "contains", 1), "w.com y.com"},
		{condition("threat_type", "eq", "2"), "y.com"},
		{condition("threat_type", "neq", "2"), "sub.x.com w.com x.com"},
		{condition("lastupdate", "gte", "24.01.2025"), "sub.x.com x.com y.com"},
		{condition("lastupdate", "gte", "2025-01-24"), "sub.x.com x.com y.com"},
		{condition("lastupdate", "between", "2025-01-24", "24.1.2025"), "sub.x.com x.com"},
	} {
		for method, query := range map[string]string{"getThreats": "t.com", "getThreatsLinks": "t.com", "getOutThreats": "z.com", "getOutThreatsLinks": "z.com"} {
			got := strings.Fields(values(t, listed(t, s, method, fmt.Sprintf(`{"query":%q,"complexFilter":[[%s]]}`, query, test.filter)), "domain"))
			slices.Sort(got)
			if got = slices.Compact(got); strings.Join(got, " ") != test.want {
				t.Errorf("%s, %s: %s, want %s", method, test.filter, got, test.want)
			}
		}
	}
	s.SetInterpretations(serpstatsim.Interpretations{ContainsAllValues: true})
	if got := values(t, listed(t, s, "getThreats", `{"query":"t.com","sort":"domain_link","complexFilter":[[`+condition("platform_type", "contains", 1, 4)+`]]}`), "domain_link"); got != "https://sub.x.com http://www.x.com" {
		t.Errorf("all of two platforms: %s", got)
	}
	for _, bad := range []string{condition("platform_type", "contains", "windows"), condition("platform_type", "startsWith", 1), condition("lastupdate", "gte", "01/24/2025"), condition("lastupdate", "gte", 5)} {
		if a := call(t, s, "getThreats", `{"query":"t.com","complexFilter":[[`+bad+`]]}`); a.Error == nil || a.Error.Code != 32117 {
			t.Errorf("%s: %+v", bad, a.Error)
		}
	}
}

func TestSortsOfThreats(t *testing.T) {
	threats := map[string]*serpstatsim.Threat{
		"a.com": {Platforms: []string{"windows"}, Kinds: []string{"malware"}, Date: "2025-01-23"},
		"b.com": {Platforms: []string{"linux"}, Kinds: []string{"unwanted_software"}, Date: "2025-01-25"},
		"c.com": {Platforms: []string{"osx", "ios"}, Kinds: []string{"phishing"}, Date: "2025-01-24"},
	}
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": {
		link("https://c.com/1", "https://t.com/1"), link("https://c.com/1", "https://t.com/0"), link("https://b.com/9", "https://t.com/3"), link("http://a.com/1", "https://t.com/2"),
		link("http://a.com/1", "https://t.com/2"), link("http://a.com/1", "https://t.com/2"),
	}}, Threats: func(site string) *serpstatsim.Threat { return threats[site] }})
	for _, test := range []struct{ method, sort, want string }{
		{"getThreats", "lastupdate", "a.com c.com b.com"},
		{"getThreats", "domain_link", "a.com b.com c.com"},
		{"getThreats", "links_count", "b.com c.com a.com"},
		{"getThreats", "platform_type", "b.com c.com a.com"},
		{"getThreats", "threat_type", "a.com c.com b.com"},
		{"getThreatsLinks", "lastupdate", "a.com a.com a.com c.com c.com b.com"},
		{"getThreatsLinks", "url_from", "a.com a.com a.com b.com c.com c.com"},
		{"getThreatsLinks", "url_to", "c.com c.com a.com a.com a.com b.com"},
		{"getThreatsLinks", "platform_type", "b.com c.com c.com a.com a.com a.com"},
	} {
		a := call(t, s, test.method, fmt.Sprintf(`{"query":"t.com","sort":%q,"order":"asc"}`, test.sort))
		if got := values(t, a.Result.Data, "domain"); got != test.want {
			t.Errorf("%s by %s: %s, want %s", test.method, test.sort, got, test.want)
		}
		if told := a.Result.SummaryInfo["sort"]; told != strings.Replace(test.sort, "lastupdate", "check", 1) || a.Result.SummaryInfo["order"] != "ASC" {
			t.Errorf("%s by %s is told as %v", test.method, test.sort, a.Result.SummaryInfo)
		}
	}
	if info := call(t, s, "getOutThreats", `{"query":"z.com","order":"asc"}`).Result.SummaryInfo; info["order"] != "asc" { // as it was recorded
		t.Errorf("getOutThreats tells %v", info)
	}
}

func TestLinkPerDomainOfThreatsCountsHosts(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": {
		link("https://a.com/1", "https://t.com/1"), link("https://a.com/2", "https://t.com/1"), link("https://x.a.com/2", "https://t.com/2"), link("https://b.com/3", "https://t.com/1"),
	}}, Threats: func(string) *serpstatsim.Threat { return &serpstatsim.Threat{} }})
	for _, test := range []struct {
		method string
		want   int
	}{{"getThreats", 2}, {"getThreatsLinks", 4}} { // the recorded links of one domain are two with it
		if got := listed(t, s, test.method, `{"query":"t.com","linkPerDomain":1}`); len(got) != test.want {
			t.Errorf("%s: %d rows, want %d", test.method, len(got), test.want)
		}
	}
}

func TestSomeSitesAreMaliciousByThemselves(t *testing.T) {
	var rows []serpstatsim.Row
	for i := range 800 {
		rows = append(rows, link(fmt.Sprintf("https://www.d%d.example/", i), "https://t.com/"), link(fmt.Sprintf("https://www.d%d.com/", i), "https://t.com/"))
	}
	got := listed(t, served(rows), "getThreats", `{"query":"t.com","size":1000}`)
	if len(got) < 70 || len(got) > 130 {
		t.Errorf("%d of 800 sites, want about one in eight", len(got))
	}
	if strings.Contains(values(t, got, "domain"), ".com") {
		t.Error("a name that may be somebody's is malicious")
	}
	words := values(t, got, "platform_type") + values(t, got, "threat_type")
	for _, word := range []string{"windows", "android", "osx", "threat_type_unspecified", "malware", "social_engineering"} {
		if !strings.Contains(words, word) {
			t.Errorf("no site has %s", word)
		}
	}
	if again := listed(t, served(rows), "getThreats", `{"query":"t.com","size":1000}`); values(t, again, "lastupdate") != values(t, got, "lastupdate") {
		t.Error("another time other sites")
	}
}

func TestOnePageAndAllBelowAPath(t *testing.T) {
	deleted := "2025-02-05 00:00:00"
	pages := []string{"https://a.com/blog", "http://A.com/blog/", "https://a.com/blog/x", "https://a.com/blog/x?q=1", "https://a.com/", "https://sub.a.com/blog/x", "https://a.com/Blog/x", "https://www.a.com/blog/x"}
	var rows []serpstatsim.Row
	for i, page := range pages {
		out, in := link(page, fmt.Sprintf("https://t%d.org/", i)), link(fmt.Sprintf("https://t%d.org/", i), page)
		for _, l := range []*serpstatsim.Row{&out, &in} {
			l.DateDel, l.LinkText = &deleted, fmt.Sprint(i)
		}
		rows = append(rows, out, in)
	}
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows, "other.com": rows}})
	methods := map[string]string{"getOutlinks": "link_text", "getLostOutlinks": "link_text", "getNewBacklinks": "link_text", "getLostBacklinks": "link_text", "getAnchors": "anchor", "getOutDomains": "domain_to"}
	for _, test := range []struct{ searchType, query, want string }{
		{"url", "https://a.com/blog", "0"},
		{"url", "a.com/blog/", "1"},
		{"url", "A.COM/blog/x", "2"},
		{"url", "http://a.com/blog/x?q=1", "3"},
		{"url", "https://a.com/", "4"},
		{"url", "sub.a.com/blog/x", "5"},
		{"url", "www.a.com/blog/x", "7"},
		{"url", "a.com/nothing", ""},
		{"part_url", "a.com/blog/", "1 2 3"},
		{"part_url", "https://a.com/blog", "0 1 2 3"},
		{"part_url", "a.com/", "0 1 2 3 4 6"},
		{"part_url", "a.com/blog/x?", "3"},
	} {
		for method, key := range methods {
			rows := listed(t, s, method, fmt.Sprintf(`{"query":%q,"searchType":%q}`, test.query, test.searchType))
			got := strings.Fields(strings.NewReplacer("t", "", ".org", "").Replace(values(t, rows, key)))
			slices.Sort(got)
			if got = slices.Compact(got); strings.Join(got, " ") != test.want {
				t.Errorf("%s, %s of %s: %s, want %s", method, test.searchType, test.query, got, test.want)
			}
		}
	}
	code := func(method, searchType, query string) int {
		if e := call(t, s, method, fmt.Sprintf(`{"query":%q,"searchType":%q}`, query, searchType)).Error; e != nil {
			return e.Code
		}
		return 0
	}
	for _, method := range slices.Concat(listMethods, pageMethods, wholeMethods) {
		_, takes := methods[method]
		if strings.HasPrefix(method, "getIntersect") || method == "getRedirectedDomains" {
			continue
		}
		for _, searchType := range []string{"url", "part_url"} {
			if got := code(method, searchType, "a.com/blog"); (got == 0) != takes || got != 0 && got != 400 {
				t.Errorf("%s, %s: error %d", method, searchType, got)
			}
			for _, query := range []string{"a.com", "https://a.com", "a.com?q", "/blog"} {
				if got := code(method, searchType, query); got != 400 {
					t.Errorf("%s, %s of %q, which has no path: error %d", method, searchType, query, got)
				}
			}
		}
		for _, searchType := range []string{"domain", "domain_with_subdomains"} {
			if got := code(method, searchType, "a.com/blog"); got != 400 {
				t.Errorf("%s, %s of a path: error %d", method, searchType, got)
			}
		}
		s.SetInterpretations(serpstatsim.Interpretations{NoURLSearch: true})
		if got := code(method, "url", "a.com/blog"); got != 400 {
			t.Errorf("%s: the newest enum has no url, but error %d", method, got)
		}
		s.SetInterpretations(serpstatsim.Interpretations{})
	}
}

func TestASubdomainHasTheRowsOfItsPages(t *testing.T) {
	on := func(page, to string) serpstatsim.Row { return link("https://"+page, to) }
	data := map[string][]serpstatsim.Row{"a.com": {on("a.com/", "https://x.com/0"), on("docs.a.com/1", "https://x.com/1"), on("v2.docs.a.com/2", "https://x.com/2"), on("notdocs.a.com/3", "https://x.com/3")}}
	s := serpstatsim.New(serpstatsim.Options{Domains: data})
	paths := func(query, searchType string) string {
		return values(t, listed(t, s, "getOutlinks", fmt.Sprintf(`{"query":%q,"searchType":%q,"sort":"url_to","order":"asc"}`, query, searchType)), "url_to")
	}
	for _, test := range []struct{ query, searchType, want string }{
		{"docs.a.com", "domain_with_subdomains", "https://x.com/1 https://x.com/2"},
		{"docs.a.com", "domain", "https://x.com/1"},
		{"v2.docs.a.com", "domain", "https://x.com/2"},
		{"nothing.a.com", "domain_with_subdomains", ""},
		{"com", "domain_with_subdomains", ""},
		{"nota.com", "domain", ""},
	} {
		if got := paths(test.query, test.searchType); got != test.want {
			t.Errorf("%s, %s: %s, want %s", test.query, test.searchType, got, test.want)
		}
	}
	if got := values(t, listed(t, s, "getSummaryV2", `{"query":"docs.a.com"}`), "external_links"); got != "2" {
		t.Errorf("the summary counts %s links from it", got)
	}
	s.SetRows("a.com", data["a.com"][:2])
	if got := paths("docs.a.com", "domain_with_subdomains"); got != "https://x.com/1" {
		t.Errorf("after the domain's rows changed: %s", got)
	}
	s.SetRows("docs.a.com", []serpstatsim.Row{on("docs.a.com/own", "https://x.com/own")})
	if got := paths("docs.a.com", "domain_with_subdomains"); got != "https://x.com/own" {
		t.Errorf("with rows of its own: %s", got)
	}
	s.SetRows("docs.a.com", nil)
	if got := paths("docs.a.com", "domain_with_subdomains"); got != "" {
		t.Errorf("with none of its own: %s", got)
	}
}

func TestOutDomainsAreHostsOrDomains(t *testing.T) {
	s := served([]serpstatsim.Row{link("https://z.com/", "https://a.com/"), link("https://z.com/", "https://www.a.com/"), link("https://z.com/", "https://x.a.com/"), link("https://z.com/", "https://b.co.uk/"), link("https://z.com/", "mailto:me")})
	for bySite, want := range map[bool]string{false: "a.com b.co.uk www.a.com x.a.com", true: "a.com b.co.uk"} {
		s.SetInterpretations(serpstatsim.Interpretations{OutDomainsBySite: bySite})
		rows := listed(t, s, "getOutDomains", `{"query":"z.com","sort":"domain_to","order":"asc"}`)
		if got := values(t, rows, "domain_to"); got != want {
			t.Errorf("by domain %v: %s, want %s", bySite, got, want)
		}
		if links := values(t, rows, "domain_links"); bySite && links != "3 1" {
			t.Errorf("links of domains: %s", links)
		}
	}
}

// A fault finds something to spoil in an answer of every form, and no answer falls apart by one that finds nothing.
func TestFaultsOfAnswersWithoutPagesOrTotal(t *testing.T) {
	var rows []serpstatsim.Row
	for i := range 4 {
		l := lost(fmt.Sprintf("https://d%d.com/", i), fmt.Sprintf("https://t.com/%d", i), fmt.Sprintf("2025-01-%02d", 1+7*i), "2025-02-05")
		l.LinkText, l.LinkType = fmt.Sprint(i), "redirect"
		rows = append(rows, l)
	}
	ask := func(method string, kind serpstatsim.FaultKind) (string, serpstatsim.Request) {
		s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": rows, "t.com": rows}, Threats: func(string) *serpstatsim.Threat { return &serpstatsim.Threat{} }})
		if kind != 0 {
			s.SetFaults(serpstatsim.Fault{Kind: kind})
		}
		body := send(s, "/?token=x", fmt.Sprintf(`{"id":"1","method":%q,"params":%s}`, family+method, params(method, "t.com", ""))).Body.String()
		return body, s.Requests()[0]
	}
	for _, method := range allMethods {
		plain, _ := ask(method, 0)
		for _, kind := range []serpstatsim.FaultKind{serpstatsim.EmptyPage, serpstatsim.ShortPage, serpstatsim.SmallPages, serpstatsim.SamePage, serpstatsim.HalfTotal, serpstatsim.BrokenOrder, serpstatsim.NegativeTotal, serpstatsim.AbsurdTotal, serpstatsim.NulBytes} {
			body, log := ask(method, kind)
			if !json.Valid([]byte(body)) || !strings.HasPrefix(body, `{"id":"1","result":{`) || log.ErrorCode != 0 || log.Fault != kind.String() {
				t.Errorf("%s, %s: %s", method, kind, body)
			}
			if kind == serpstatsim.EmptyPage && (!strings.Contains(body, `"data":[]`) || log.Credits != 1) {
				t.Errorf("%s: an empty page of %d credits: %s", method, log.Credits, body)
			}
			whole := slices.Contains(wholeMethods, method)
			if kind >= serpstatsim.SmallPages && kind <= serpstatsim.HalfTotal && whole && body != plain {
				t.Errorf("%s, %s: %s, want %s: it has no pages and no total", method, kind, body, plain)
			}
			if several := strings.Contains(plain, "},{"); kind == serpstatsim.ShortPage && several && len(body) >= len(plain) {
				t.Errorf("%s: no row is missing in %s", method, body)
			}
		}
	}
}
