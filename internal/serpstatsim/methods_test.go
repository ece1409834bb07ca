package serpstatsim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

const family = "SerpstatBacklinksProcedure."

var (
	linkMethods   = []string{"getOutlinks", "getLostOutlinks", "getNewBacklinks", "getLostBacklinks"}
	domainMethods = []string{"getOutDomains", "getRefDomains"}
	listMethods   = slices.Concat(linkMethods, domainMethods)
	pageMethods   = []string{"getRedirectedDomains", "getAnchors", "getTopPages", "getIntersect", "getThreats", "getThreatsLinks", "getOutThreats", "getOutThreatsLinks"}
	wholeMethods  = []string{"getTopAnchors", "getSummaryV2", "getBacklinksChangesHistory", "getDistributionSDR", "getDistributionTLD", "getIntersectSummary"}
	allMethods    = slices.Concat(listMethods, pageMethods, wholeMethods) // the last ones have no pages
)

// dataRows are the rows of an answer; an object is one row.
type dataRows []json.RawMessage

func (d *dataRows) UnmarshalJSON(b []byte) error {
	if b[0] == '{' {
		*d = dataRows{slices.Clone(b)}
		return nil
	}
	return json.Unmarshal(b, (*[]json.RawMessage)(d))
}

// reply is an answer of any method that lists or counts links.
type reply struct {
	Result *struct {
		Data        dataRows
		SummaryInfo map[string]any `json:"summary_info"`
	}
	Error *struct {
		Code    int
		Message string
	}
}

// call asks a method, named without its family.
func call(t *testing.T, s *serpstatsim.Server, method, params string) reply {
	t.Helper()
	w := send(s, "/?token=x", fmt.Sprintf(`{"id":"1","method":%q,"params":%s}`, family+method, params))
	var r reply
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil || (r.Result == nil) == (r.Error == nil) {
		t.Fatalf("%s %s: %v in %s", method, params, err, w.Body)
	}
	return r
}

// listed returns the rows of a page that must be answered.
func listed(t *testing.T, s *serpstatsim.Server, method, params string) []json.RawMessage {
	t.Helper()
	r := call(t, s, method, params)
	if r.Error != nil {
		t.Fatalf("%s %s: error %d %s", method, params, r.Error.Code, r.Error.Message)
	}
	return r.Result.Data
}

// values are what rows have under a key, separated by blanks.
func values(t *testing.T, rows []json.RawMessage, key string) string {
	t.Helper()
	var all []string
	for _, raw := range rows {
		var row map[string]any
		if err := json.Unmarshal(raw, &row); err != nil {
			t.Fatal(err)
		}
		value, ok := row[key]
		if !ok {
			t.Fatalf("no %s in %s", key, raw)
		}
		all = append(all, fmt.Sprint(value))
	}
	return strings.Join(all, " ")
}

type recording struct {
	Params json.RawMessage
	Result struct {
		Data        dataRows
		SummaryInfo map[string]any `json:"summary_info"`
	}
}

func recorded(t *testing.T, method string) recording {
	t.Helper()
	b, err := os.ReadFile("testdata/" + method + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// link makes a link with sound dates.
func link(from, to string) serpstatsim.Row {
	return serpstatsim.Row{URLFrom: from, URLTo: to, Nofollow: "follow", LinkType: "href", LinksExt: 13, FirstSeen: "2025-02-04", LastVisited: "2025-02-04 21:37:16"}
}

// recordedRow is a row of any recorded answer.
type recordedRow struct {
	serpstatsim.Row
	LinkNofollow  string `json:"link_nofollow"`
	LinksExternal int64  `json:"links_external"`
	DomainTo      string `json:"domain_to"`
	DomainLinks   int    `json:"domain_links"`
	DomainFrom    string `json:"domain_from"`
	RefPages      int    `json:"ref_pages"`

	Domain     string // of getRedirectedDomains and getIntersect "Domain", which encoding/json takes for domain too
	Anchor     string
	RefDomains int `json:"refDomains"`
	Total      int
	NoFollow   int    `json:"noFollow"`
	Backlinks  int    `json:"backlinks_count"`
	Domains    any    // a number, or names
	DomainsOf  int    `json:"domains_count"`
	PageTo     string `json:"urlTo"`
	DomainsTo  int    `json:"ref_domains"`
	Date       string
	Lost       int      `json:"lost_links"`
	New        int      `json:"new_links"`
	SDR        string   `json:"sdr_range"`
	TLD        string   `json:"tld"`
	DomainLink string   `json:"domain_link"`
	LinksCount int      `json:"links_count"`
	LinkFrom   string   `json:"link_from"`
	LinkTo     string   `json:"link_to"`
	Platforms  []string `json:"platform_type"`
	Threats    []string `json:"threat_type"`
	LastUpdate string   `json:"lastupdate"`
	First      int      `json:"Links count for domain #1 gepur.com"`
	Second     int      `json:"Links count for domain #2 klubok.com"`
	Third      int      `json:"Links count for domain #3 issaplus.com"`
	Donors     int      `json:"referring_domains_count"`
}

// recordedWorld is made of links that must give recorded rows.
type recordedWorld struct {
	site    string // that the rows are about
	links   []serpstatsim.Row
	threats map[string]*serpstatsim.Threat
}

func (w *recordedWorld) add(n int, from, to string, changes ...func(l *serpstatsim.Row, i int)) {
	for i := range n {
		l := link(from, to)
		for _, change := range changes {
			change(&l, i)
		}
		w.links = append(w.links, l)
	}
}

// fromDomains spreads links over pages of so many domains, whose names begin with a prefix.
func fromDomains(prefix string, domains int) func(*serpstatsim.Row, int) {
	return func(l *serpstatsim.Row, i int) { l.URLFrom = fmt.Sprintf("https://%s%d.com/%d", prefix, i%domains, i) }
}

// addRow adds the links of the nth row of a method.
func (w *recordedWorld) addRow(method string, n int, row recordedRow) {
	site, other := "https://"+w.site+"/", fmt.Sprintf("https://other%d.com/", n)
	prefix := fmt.Sprintf("donor%c", 'a'+n)
	switch method {
	case "getOutDomains":
		w.add(row.DomainLinks, site, "https://"+row.DomainTo+"/")
	case "getRefDomains":
		page := func(l *serpstatsim.Row, i int) { l.URLFrom = fmt.Sprintf("https://%s/%d", row.DomainFrom, i) }
		w.add(row.RefPages, "", site, page)
		w.add(row.RefPages, "", site+"again", page)
	case "getRedirectedDomains":
		w.add(1, "https://"+row.Domain+"/", site, func(l *serpstatsim.Row, _ int) { l.LinkType = "redirect" })
		w.add(1, "https://4.no.redirect.com/", site)
	case "getAnchors":
		w.add(row.Total, "", site, fromDomains(prefix, row.RefDomains), func(l *serpstatsim.Row, i int) {
			l.LinkText = row.Anchor
			if i < row.NoFollow {
				l.Nofollow = []string{"nofollow", "nofollow,ugc"}[i%2]
			}
		})
		w.add(1, other, site, func(l *serpstatsim.Row, _ int) { l.LinkText, l.Nofollow = row.Anchor+" of two words", "nofollow" })
	case "getTopAnchors":
		w.add(row.Backlinks, "", site, fromDomains(prefix, row.DomainsOf), func(l *serpstatsim.Row, _ int) { l.LinkText = row.Anchor })
	case "getTopPages":
		w.add(row.RefPages, "", row.PageTo, fromDomains(prefix, row.DomainsTo))
	case "getBacklinksChangesHistory":
		w.addWeek(row)
	case "getDistributionTLD":
		w.add(3-n, "", site, func(l *serpstatsim.Row, i int) { l.URLFrom = fmt.Sprintf("https://d%d%s/", i, row.TLD) })
	case "getIntersect":
		for i, links := range []int{row.First, row.Second, row.Third} {
			w.add(links, "https://"+row.Domain+"/", "https://"+[]string{"gepur.com", "klubok.com", "issaplus.com"}[i]+"/")
		}
	case "getIntersectSummary":
		for name := range strings.SplitSeq(row.Domains.(string), ", ") {
			w.add(row.Donors, "", "https://"+name+"/", fromDomains(prefix, row.Donors))
		}
	case "getThreats":
		w.add(row.LinksCount, row.DomainLink+"/", site)
	case "getOutThreats":
		w.add(row.LinksCount, "https://www."+w.site+"/", row.DomainLink+"/")
	case "getThreatsLinks", "getOutThreatsLinks":
		w.add(1, row.LinkFrom, row.LinkTo)
	case "getDistributionSDR", "getSummaryV2":
		w.add(1, other, site)
	default:
		row.Nofollow += row.LinkNofollow
		row.LinksExt += row.LinksExternal
		w.links = append(w.links, row.Row)
	}
	if row.Threats != nil {
		w.threats[strings.TrimPrefix(row.Domain, "podcasts.")] = &serpstatsim.Threat{Platforms: row.Platforms, Kinds: row.Threats, Date: row.LastUpdate}
	}
}

// addWeek adds links found in the middle of a week, and lost at its end.
func (w *recordedWorld) addWeek(row recordedRow) {
	at := func(r serpstatsim.Row, days int) string {
		monday, err := time.Parse(time.DateOnly, row.Date)
		if err != nil {
			panic(err) // it is in a file of ours
		}
		return monday.AddDate(0, 0, days).Format(time.DateOnly)
	}
	w.add(row.New, "https://new.com/", "https://"+w.site+"/", func(l *serpstatsim.Row, _ int) { l.FirstSeen = at(*l, 2) })
	for i, lost := 0, 0; lost < row.Lost; i++ {
		if l := &w.links[i]; l.DateDel == nil {
			deleted := at(*l, 6) + " 23:59:59"
			l.DateDel = &deleted
			lost++
		}
	}
}

// options are a server's whose world has the links.
func (w *recordedWorld) options() serpstatsim.Options {
	domains := map[string][]serpstatsim.Row{}
	for _, l := range w.links {
		owner := "elsewhere.com"
		if host := strings.Split(l.URLFrom, "/")[2]; host == w.site || strings.HasSuffix(host, "."+w.site) {
			owner = w.site
		}
		domains[owner] = append(domains[owner], l)
	}
	return serpstatsim.Options{Domains: domains, Threats: func(site string) *serpstatsim.Threat { return w.threats[site] }}
}

var (
	// Ranks and addresses are made up; but where a recorded rank is 0, of a subdomain, so is ours.
	madeUp = regexp.MustCompile(`("(?:domain_?[rR]ank|Domain Rank|SDR|ips)":)[1-9]\d*`)
	// No world of ours has millions of domains.
	numbers = regexp.MustCompile(`":-?[\d.]+`)
)

// comparable is a row without what a world of ours cannot have in common with Serpstat's.
func comparable(method string, row []byte) string {
	var compact bytes.Buffer
	if err := json.Compact(&compact, row); err != nil {
		return err.Error()
	}
	s := madeUp.ReplaceAllString(compact.String(), "${1}7")
	if slices.Contains([]string{"getDistributionSDR", "getDistributionTLD", "getSummaryV2"}, method) {
		s = numbers.ReplaceAllString(s, `":7`)
	}
	return s
}

func TestRecordedRequestsHaveTheirRecordedRows(t *testing.T) {
	for _, method := range allMethods {
		r := recorded(t, method)
		var asked struct{ Query string }
		if err := json.Unmarshal(r.Params, &asked); err != nil {
			t.Fatal(err)
		}
		world := &recordedWorld{site: asked.Query, threats: map[string]*serpstatsim.Threat{}}
		var want, got []string
		for n, raw := range r.Result.Data {
			var row recordedRow
			if err := json.Unmarshal(raw, &row); err != nil {
				t.Fatal(method, err)
			}
			world.addRow(method, n, row)
			want = append(want, comparable(method, raw))
		}
		s := serpstatsim.New(world.options())
		answer := call(t, s, method, string(r.Params))
		if answer.Error != nil {
			t.Errorf("%s: %+v", method, answer.Error)
			continue
		}
		for _, raw := range answer.Result.Data {
			got = append(got, comparable(method, raw))
		}
		switch method {
		case "getRefDomains": // sorted by ranks that are made up
			slices.Sort(want)
			slices.Sort(got)
		case "getDistributionSDR": // the recorded answer was cut
			got = got[:len(want)]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %s\nwant %s", method, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
		if len(r.Result.SummaryInfo) != len(answer.Result.SummaryInfo) {
			t.Errorf("%s: summary_info %v, want the keys of %v", method, answer.Result.SummaryInfo, r.Result.SummaryInfo)
		}
		for key, value := range r.Result.SummaryInfo {
			have := answer.Result.SummaryInfo[key]
			if _, isNumber := value.(float64); reflect.TypeOf(have) != reflect.TypeOf(value) || !isNumber && !strings.EqualFold(fmt.Sprint(have), fmt.Sprint(value)) || key == "count" && have != value {
				t.Errorf("%s: summary_info has %v for %s, want %v", method, have, key, value)
			}
		}
		s.SetInterpretations(serpstatsim.Interpretations{CompareTypes: serpstatsim.AllowSpecOnly})
		if a := call(t, s, method, string(r.Params)); a.Error != nil {
			t.Errorf("%s, what the specification shows alone: %+v", method, a.Error)
		}
	}
}

// numberFields are those whose values are numbers.
var numberFields = strings.Fields("links_external domain_links domain_rank total refDomains nofollow noFollow ips count domains links_count links_count1 links_count2 " +
	"links_count3 platform_type threat_type")

// params makes those of a request about a site; more is further ones. What is compared with others is so with b.com.
func params(method, query, more string) string {
	if strings.HasPrefix(method, "getIntersect") {
		more += `,"intersect":["b.com"]`
	}
	return fmt.Sprintf(`{"query":%q%s}`, query, more)
}

func TestEveryMethodTakesItsOwnParametersSortsAndFieldsAlone(t *testing.T) {
	const (
		six      = "url_from anchor link_nofollow links_external link_type url_to"
		pages    = "sort order page size complexFilter"
		perLink  = "searchType linkPerDomain " + pages
		ofPeriod = "no_subdomains only_main_page last_week"
		threats  = "lastupdate domain_link links_count platform_type threat_type"
		dangers  = "lastupdate url_from url_to platform_type threat_type"
		counts   = "domain_rank links_count1 links_count2 links_count3"
	)
	names := strings.Split("url_from|anchor| anchor|link_nofollow|links_external|link_type|url_to|check|lastupdate|add|date_del|first_seen|"+
		"last_visited|link_text|links_ext|domain_links|domain_to|domains_to|domain_from|domain_rank|domainRank|ref_pages|"+
		"domain|Domain|total|refDomains|nofollow|noFollow|ips|count|domains|links_count|links_count1|links_count2|links_count3|links_count4|SDR|"+
		"domain_link|platform_type|threat_type|link_from|urlTo|url|date", "|")
	for _, test := range []struct{ method, params, sorts, standard, fields, words string }{
		{"getOutlinks", perLink, six + " check", "check", six + " check", ""},
		{"getLostOutlinks", perLink, six + " lastupdate", "lastupdate", six + " check", ""},
		{"getNewBacklinks", perLink, six + " check add domain_rank", "check", six + " check add", ofPeriod},
		{"getLostBacklinks", perLink, strings.Replace(six, "anchor", "_anchor", 1) + " check", "check", six + " check", ofPeriod},
		{"getOutDomains", "searchType " + pages, "domain_links domain_to domain_rank", "domain_rank", "domain_links domain_from domain_to domain_rank", "only_subdomains only_hosts last_week"},
		{"getRefDomains", "searchType " + pages, "domain_links domain_from domain_rank check", "check", "domain_links domain_from domain_rank", "no_subdomains only_subdomains only_hosts last_week"},
		{"getRedirectedDomains", pages, "domain domain_rank", "domain_rank", "domain domain_rank", ""},
		{"getAnchors", "searchType anchor count " + pages, "total refDomains nofollow anchor lastupdate", "lastupdate", "total refDomains nofollow noFollow anchor lastupdate", "no_subdomains"},
		{"getTopPages", "searchType " + pages, "ips count domains url_to lastupdate", "lastupdate", "ips count domains url_to lastupdate", "no_subdomains"},
		{"getIntersect", "intersect " + pages, counts, "domain_rank", counts, ""},
		{"getThreats", perLink, threats, "check", threats, ""}, // lastupdate is told so
		{"getOutThreats", perLink, threats, "check", threats, ""},
		{"getThreatsLinks", perLink, dangers, "check", dangers, ""},
		{"getOutThreatsLinks", perLink, dangers, "check", dangers, ""},
		{"getTopAnchors", "searchType", "", "", "", ""},
		{"getSummaryV2", "searchType", "", "", "", ""},
		{"getBacklinksChangesHistory", "searchType", "", "", "", ""},
		{"getDistributionSDR", "searchType", "", "", "", ""},
		{"getDistributionTLD", "searchType lang", "", "", "", ""},
		{"getIntersectSummary", "intersect", "", "", "", ""},
	} {
		s := serpstatsim.New(serpstatsim.Options{})
		takes := func(param string) bool { return slices.Contains(strings.Fields(test.params), param) }
		code := func(more string) int {
			body := params(test.method, "a.com", ","+more)
			if strings.Contains(more, `"intersect"`) {
				body = `{"query":"a.com",` + more + `}`
			}
			if e := call(t, s, test.method, body).Error; e != nil {
				return e.Code
			}
			return 0
		}
		refused := map[bool]int{true: 32117, false: 400}[takes("complexFilter")]
		for _, name := range names {
			taken := slices.Contains(strings.Fields(test.sorts), strings.Replace(name, " ", "_", 1))
			if got := code(fmt.Sprintf(`"sort":%q`, name)); got != map[bool]int{true: 0, false: 400}[taken] {
				t.Errorf("%s: sort %q is answered with %d", test.method, name, got)
			}
			value := map[bool]any{true: 1, false: "1.1.2030"}[slices.Contains(numberFields, name)]
			taken = slices.Contains(strings.Fields(test.fields), name)
			if got := code(`"complexFilter":[[` + condition(name, "eq", value) + `]]`); got != map[bool]int{true: 0, false: refused}[taken] {
				t.Errorf("%s: a filter on %q is answered with %d", test.method, name, got)
			}
		}
		for _, word := range []string{"no_subdomains", "only_subdomains", "only_hosts", "only_main_page", "last_week", "first_week", ""} {
			taken := slices.Contains(strings.Fields(test.words), word)
			if got := code(fmt.Sprintf(`"complexFilter":[[{"additional_filters":%q}]]`, word)); got != map[bool]int{true: 0, false: refused}[taken] {
				t.Errorf("%s: additional filter %q is answered with %d", test.method, word, got)
			}
		}
		info := call(t, s, test.method, params(test.method, "a.com", "")).Result.SummaryInfo
		if takes("page") && (info["sort"] != test.standard || strings.ToUpper(info["order"].(string)) != "DESC" || info["page"] != 1.0) {
			t.Errorf("%s: defaults %v", test.method, info)
		}
		for _, param := range []string{
			`"searchType":"domain"`, `"order":"asc"`, `"page":2`, `"size":1000`, `"linkPerDomain":1`, `"complexFilter":[]`, `"anchor":"a"`, `"count":"2"`, `"intersect":["b.com","c.com"]`, `"lang":"uk"`,
		} {
			name := strings.Split(param, `"`)[1]
			if got := code(param); got != map[bool]int{true: 0, false: 400}[takes(name)] {
				t.Errorf("%s: %s is answered with %d", test.method, param, got)
			}
		}
		s.Reset()
		for _, params := range []string{
			`"searchType":"url"`, `"searchType":""`, `"order":"DESC"`, `"page":0`, `"size":1001`, `"size":"1"`, `"limit":5`, `"Page":1`, `"linkPerDomain":0`,
			`"count":2`, `"count":""`, `"count":"two"`, `"count":"-1"`, `"anchor":1`, `"intersect":[]`, `"intersect":"b.com"`, `"intersect":["b.com",""]`, `"intersect":["b.com","https://c.com/"]`,
			`"intersect":["b.com","c.com","d.com"]`, `"intersect":null`, `"lang":"fr"`, `"lang":""`,
			`"complexFilter":5`, `"complexFilter":[[{"additional_filters":5}]]`, `"complexFilter":[[{"additional_filters":"last_week","field":"url_from"}]]`,
		} {
			want := 400
			if strings.Contains(params, "complexFilter") {
				want = refused
			}
			if got := code(params); got != want {
				t.Errorf("%s: %s is answered with %d, want %d", test.method, params, got, want)
			}
		}
		if s.Credits() != 0 {
			t.Errorf("%s: %d credits spent on refusals", test.method, s.Credits())
		}
	}
}

func TestWhichCompareTypesTheFieldsOfOtherMethodsTake(t *testing.T) {
	for _, test := range []struct{ method, field, attested, spec string }{
		{"getLostOutlinks", "url_from", "contains notContains", "notContains"},
		{"getLostOutlinks", "url_to", "contains notContains", ""},
		{"getLostOutlinks", "link_nofollow", "contains notContains", "contains"},
		{"getLostBacklinks", "links_external", "gte lte between", "lte between"},
		{"getLostBacklinks", "check", "gte lte between", "lte"},
		{"getNewBacklinks", "links_external", "gte lte between", ""},
		{"getNewBacklinks", "anchor", "contains notContains", "notContains"},
		{"getNewBacklinks", "add", "", ""},
		{"getOutDomains", "domain_links", "gte", "gte"},
		{"getOutDomains", "domain_rank", "gte", "gte"},
		{"getOutDomains", "domain_to", "contains", "contains"},
		{"getOutDomains", "domain_from", "", ""},
		{"getRefDomains", "domain_from", "contains", "contains"},
		{"getRefDomains", "domain_links", "gte", "gte"},
		{"getRefDomains", "domain_rank", "gte eq", "gte"},
		{"getRedirectedDomains", "domain_rank", "gte eq", "eq"},
		{"getRedirectedDomains", "domain", "contains", "contains"},
		{"getAnchors", "total", "gt", "gt"},
		{"getAnchors", "noFollow", "gte", "gte"},
		{"getAnchors", "nofollow", "", ""},
		{"getAnchors", "anchor", "contains notContains", "contains"},
		{"getAnchors", "refDomains", "", ""},
		{"getAnchors", "lastupdate", "", ""},
		{"getTopPages", "url_to", "contains notContains", "contains"},
		{"getTopPages", "count", "gte", "gte"},
		{"getTopPages", "ips", "gte", "gte"},
		{"getTopPages", "domains", "gte", "gte"},
		{"getTopPages", "lastupdate", "", ""},
		{"getIntersect", "domain_rank", "gte eq", "gte"},
		{"getIntersect", "links_count1", "gte", "gte"},
		{"getIntersect", "links_count2", "gte", "gte"},
		{"getIntersect", "links_count3", "", ""},
		{"getThreats", "domain_link", "contains", "contains"},
		{"getThreats", "links_count", "gte", "gte"},
		{"getThreats", "platform_type", "contains", "contains"},
		{"getThreats", "threat_type", "contains", ""},
		{"getThreats", "lastupdate", "", ""},
		{"getOutThreats", "domain_link", "contains", "contains"},
		{"getOutThreats", "threat_type", "contains", ""},
		{"getThreatsLinks", "url_from", "contains notContains", "contains"},
		{"getThreatsLinks", "threat_type", "contains", "contains"},
		{"getOutThreatsLinks", "url_to", "contains notContains", "contains"},
		{"getOutThreatsLinks", "platform_type", "contains", "contains"},
	} {
		for types, want := range map[serpstatsim.CompareTypes]string{serpstatsim.AllowAttested: test.attested, serpstatsim.AllowSpecOnly: test.spec} {
			s := serpstatsim.New(serpstatsim.Options{Interpretations: serpstatsim.Interpretations{CompareTypes: types}})
			var taken []string
			for _, op := range []string{"gt", "lt", "gte", "lte", "eq", "neq", "between", "contains", "notContains", "startsWith", "endsWith"} {
				var value any = "1.1.2020"
				if slices.Contains(numberFields, test.field) {
					value = 1
				}
				args := []any{value, value}
				if op != "between" {
					args = args[:1]
				}
				switch e := call(t, s, test.method, params(test.method, "a.com", `,"complexFilter":[[`+condition(test.field, op, args...)+`]]`)).Error; {
				case e == nil:
					taken = append(taken, op)
				case e.Code != 32117 || e.Message != "Not allowed method "+op+" for field "+test.field:
					t.Errorf("%s %s %s: %+v", test.method, test.field, op, e)
				}
			}
			if got := strings.Join(taken, " "); got != want {
				t.Errorf("%s: %s takes %q under reading %d, want %q", test.method, test.field, got, types, want)
			}
		}
	}
}

// hosts of a world in which everyone links to everyone; two domains' names end alike.
var worldHosts = []string{"a.com", "www.a.com", "blog.a.com", "xa.com", "b.co.uk", "news.b.co.uk", "www.b.co.uk", "outside.org", "deep.sub.outside.org"}

var linkTypes = strings.Fields("href redirect image canonical alternate rss frame form")

func domainOf(host string) string {
	for _, d := range []string{"b.co.uk", "xa.com", "a.com", "outside.org"} {
		if host == d || strings.HasSuffix(host, "."+d) {
			return d
		}
	}
	return ""
}

// randomWorld has links with a number for an anchor; pages repeat.
func randomWorld(r *rand.Rand) map[string][]serpstatsim.Row {
	world := map[string][]serpstatsim.Row{}
	for n := range 80 {
		host := func() string { return worldHosts[r.IntN(len(worldHosts))] }
		l := link(fmt.Sprintf("https://%s/%d", host(), r.IntN(4)), fmt.Sprintf("https://%s/%d", host(), r.IntN(3)))
		l.LinkText, l.FirstSeen = fmt.Sprint(n), fmt.Sprintf("2025-01-%02d", 1+r.IntN(28))
		l.LinkType, l.Nofollow = linkTypes[n%len(linkTypes)], []string{"follow", "nofollow", "nofollow,ugc", "UGC"}[r.IntN(4)]
		if r.IntN(3) == 0 {
			deleted := fmt.Sprintf("2025-03-%02d 10:00:00", 1+r.IntN(28))
			l.DateDel = &deleted
		}
		d := domainOf(strings.Split(l.URLFrom, "/")[2])
		world[d] = append(world[d], l)
	}
	return world
}

// truth is what a method lists of a world, by the anchors of links or by host and count, sorted.
func truth(world map[string][]serpstatsim.Row, method, query, searchType string, activeOnly bool) []string {
	var kept []serpstatsim.Row
	out := strings.Contains(method, "Out") || strings.Contains(method, "out")
	lost := strings.HasPrefix(method, "getLost")
	for _, rows := range world {
		for _, r := range rows {
			near := strings.Split(r.URLTo, "/")[2]
			if out {
				near = strings.Split(r.URLFrom, "/")[2]
			}
			about := near == query || near == "www."+query || searchType != "domain" && strings.HasSuffix(near, "."+query)
			if about && (!lost || r.DateDel != nil) && (lost || !activeOnly || r.DateDel == nil) {
				kept = append(kept, r)
			}
		}
	}
	return rowsOfLinks(kept, method)
}

func rowsOfLinks(links []serpstatsim.Row, method string) []string {
	var rows []string
	counts, pages := map[string]int{}, map[string]bool{}
	for _, r := range links {
		switch method {
		case "getOutDomains":
			counts[strings.Split(r.URLTo, "/")[2]]++
		case "getRefDomains":
			if !pages[r.URLFrom] {
				counts[strings.Split(r.URLFrom, "/")[2]]++
			}
			pages[r.URLFrom] = true
		default:
			rows = append(rows, r.LinkText)
		}
	}
	for host, n := range counts {
		rows = append(rows, fmt.Sprint(host, "=", n))
	}
	slices.Sort(rows)
	return rows
}

// told is what a method's rows say, in the form of truth.
func told(t *testing.T, rows []json.RawMessage, method string) []string {
	t.Helper()
	var all []string
	for i := range rows {
		one := rows[i : i+1]
		switch method {
		case "getOutDomains":
			all = append(all, values(t, one, "domain_to")+"="+values(t, one, "domain_links"))
		case "getRefDomains":
			all = append(all, values(t, one, "domain_from")+"="+values(t, one, "ref_pages"))
		default:
			all = append(all, values(t, one, "link_text"))
		}
	}
	slices.Sort(all)
	return all
}

// An outlink of A to B is a backlink of B and the other way round, whoever asks, and the methods for domains
// count what the methods for links list.
func TestAllMethodsShowOneWorld(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2025))
	for range 40 {
		world := randomWorld(r)
		for _, activeOnly := range []bool{false, true} {
			s := serpstatsim.New(serpstatsim.Options{Domains: world, Interpretations: serpstatsim.Interpretations{ActiveOnly: activeOnly}})
			for _, method := range listMethods {
				for _, query := range []string{"a.com", "xa.com", "b.co.uk", "outside.org", "nobody.com"} {
					for _, searchType := range []string{"domain", "domain_with_subdomains"} {
						want := truth(world, method, query, searchType, activeOnly)
						answers, err := s.Answers(serpstatsim.Request{Method: method, Query: query, SearchType: searchType})
						if err != nil {
							t.Fatal(err)
						}
						if got := told(t, answers, method); !slices.Equal(got, want) {
							t.Fatalf("%s of %s, %s, active only %v:\ngot  %v\nwant %v", method, query, searchType, activeOnly, got, want)
						}
					}
				}
			}
		}
	}
}

func TestBacklinksOfASubdomainAreFound(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": {
		link("https://a.com/1", "https://support.google.com/"), link("https://a.com/2", "https://x.support.google.com/"), link("https://a.com/3", "https://google.com/"),
	}}})
	if got := values(t, listed(t, s, "getNewBacklinks", `{"query":"support.google.com","sort":"url_from","order":"asc"}`), "url_from"); got != "https://a.com/1 https://a.com/2" {
		t.Errorf("got %s", got)
	}
}

// The tests of every method are of every method that has a file.
func TestEveryMethodIsTested(t *testing.T) {
	files, err := os.ReadDir("spec")
	if err != nil {
		t.Fatal(err)
	}
	var simulated []string
	for _, f := range files {
		simulated = append(simulated, strings.TrimSuffix(f.Name(), ".json"))
	}
	if tested := slices.Sorted(slices.Values(allMethods)); !slices.Equal(tested, simulated) {
		t.Errorf("tested are %q, and simulated %q", tested, simulated)
	}
}

func TestPagesOfEveryMethodTileItsAnswers(t *testing.T) {
	world := randomWorld(rand.New(rand.NewPCG(7, 7)))
	s := serpstatsim.New(serpstatsim.Options{Domains: world, Threats: func(string) *serpstatsim.Threat { return &serpstatsim.Threat{} }})
	for _, method := range allMethods {
		request := serpstatsim.Request{Method: family + method, Query: "a.com"}
		if strings.HasPrefix(method, "getIntersect") {
			request.Intersect = []string{"b.com"}
		}
		answers, err := s.Answers(request)
		if err != nil || len(answers) < 1 || len(answers) < 3 && !slices.Contains(wholeMethods, method) {
			t.Fatalf("%s: %d rows, %v", method, len(answers), err)
		}
		if s.Credits() != 0 {
			t.Errorf("%s: %d credits for nothing", method, s.Credits())
		}
		var got []json.RawMessage
		if slices.Contains(wholeMethods, method) {
			got = listed(t, s, method, params(method, "a.com", ""))
		} else {
			for page := 1; page <= len(answers)/2+1; page++ {
				got = append(got, listed(t, s, method, params(method, "a.com", fmt.Sprintf(`,"size":2,"page":%d`, page)))...)
			}
		}
		if !reflect.DeepEqual(got, answers) {
			t.Errorf("%s: pages have %s\nAnswers %s", method, got, answers)
		}
		if log := s.Requests(); log[0].Method != family+method || log[0].Total != int64(len(answers)) {
			t.Errorf("%s: log entry %+v", method, log[0])
		}
		s.Reset()
	}
}

func TestAnswersFailAsTheAPIWould(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Options{Interpretations: serpstatsim.Interpretations{NoDataAsError: true}, RowCap: 1})
	for _, r := range []serpstatsim.Request{
		{Method: "getStats", Query: "a.com"}, {Query: "a.com"}, {Method: "getOutlinks"}, {Method: "getOutDomains", Query: "a.com", Sort: "check"},
		{Method: "getIntersect", Query: "a.com"}, {Method: "getIntersect", Query: "a.com", Intersect: []string{"b.com"}, SearchType: "domain"}, {Method: "getOutlinks", Query: "a.com", Anchor: "a"},
		{Method: "getSummaryV2", Query: "a.com", Sort: "check"}, {Method: "getAnchors", Query: "a.com", WordCount: "x"}, {Method: "getRefDomains", Query: "a.com", Lang: "en"},
		{Method: "getTopAnchors", Query: "a.com", ComplexFilter: "[]"}, {Method: "getOutlinks", Query: "a.com", SearchType: "url"},
		{Method: "getOutDomains", Query: "a.com", LinkPerDomain: 1}, {Method: "getRefDomains", Query: "a.com", ComplexFilter: `[[{"additional_filters":"only_main_page"}]]`},
	} {
		if rows, err := s.Answers(r); err == nil {
			t.Errorf("%+v has %d rows", r, len(rows))
		}
	}
	if rows, err := s.Answers(serpstatsim.Request{Method: "getRefDomains", Query: "a.com"}); err != nil || rows == nil || len(rows) != 0 {
		t.Errorf("nothing found: %v, %v", rows, err)
	}
}

func TestChangedRowsChangeEveryMethod(t *testing.T) {
	deleted := "2025-02-05 00:00:00"
	gone := link("https://a.com/", "https://b.com/")
	gone.DateDel, gone.LinkType = &deleted, "redirect"
	for _, method := range allMethods {
		query := "b.com"
		if strings.Contains(strings.ToLower(method), "out") {
			query = "a.com"
		}
		s := serpstatsim.New(serpstatsim.Options{
			Domains: map[string][]serpstatsim.Row{"a.com": {}, "c.com": {}}, Threats: func(string) *serpstatsim.Threat { return &serpstatsim.Threat{} },
		})
		if got := listed(t, s, method, params(method, query, "")); len(got) != 0 {
			t.Errorf("%s: %s", method, got)
		}
		s.SetRows("a.com", []serpstatsim.Row{gone})
		if got := listed(t, s, method, params(method, query, "")); len(got) == 0 || len(got) > 1 && method != "getDistributionSDR" {
			t.Errorf("%s: %d rows after SetRows", method, len(got))
		}
	}
}

// What is new in one domain decides which week is the last one everywhere.
func TestTheLastWeekIsTheWorlds(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": {link("https://a.com/", "https://b.com/")}}})
	params := `{"query":"a.com","complexFilter":[[{"additional_filters":"last_week"}]]}`
	if got := listed(t, s, "getOutDomains", params); len(got) != 1 {
		t.Errorf("%d hosts of the last week, want 1", len(got))
	}
	later := link("https://c.com/", "https://d.com/")
	later.FirstSeen = "2025-02-12"
	s.SetRows("c.com", []serpstatsim.Row{later})
	if got := listed(t, s, "getOutDomains", params); len(got) != 0 {
		t.Errorf("%d hosts of a week that is over", len(got))
	}
}

func TestALinkToNoHostIsNoDomains(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": {link("https://a.com/", "mailto:me"), link("https://a.com/", "https://b.com/")}}})
	if got := values(t, listed(t, s, "getOutDomains", `{"query":"a.com"}`), "domain_to"); got != "b.com" {
		t.Errorf("domains %q, want b.com", got)
	}
}

// Pages would overlap otherwise.
func TestEqualBacklinksKeepTheOrderOfTheWorld(t *testing.T) {
	var rows []serpstatsim.Row
	var want []string
	for i := range 60 {
		rows = append(rows, link("https://a.com/", fmt.Sprintf("https://h%d.b.com/%d", i%20, i)))
		want = append(want, rows[i].URLTo)
	}
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}})
	if got := values(t, listed(t, s, "getNewBacklinks", `{"query":"b.com"}`), "url_to"); got != strings.Join(want, " ") {
		t.Errorf("got %s", got)
	}
}

func TestAnswersAreTheCallersOwn(t *testing.T) {
	l := link("https://a.com/", "https://b.com/?a=1&b=<2>\"\u2028")
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": {l}}})
	for range 2 {
		rows, err := s.Answers(serpstatsim.Request{Method: "getOutlinks", Query: "a.com"})
		if err != nil || !strings.Contains(string(rows[0]), `"https://b.com/?a=1&b=<2>\"\u2028"`) {
			t.Fatalf("%s, %v", rows, err)
		}
		clear(rows[0])
	}
}

// A domain's rows include its subdomains'; a subdomain with rows of its own must not double them.
func TestTheWorldHasALinkOnceThatTwoDomainsList(t *testing.T) {
	on := func(page string, deleted ...string) serpstatsim.Row {
		l := link("https://"+page, "https://b.com/")
		for i := range deleted {
			l.DateDel = &deleted[i]
		}
		return l
	}
	const day, other = "2025-02-05 00:00:00", "2025-02-06 00:00:00"
	for name, test := range map[string]struct {
		domains map[string][]serpstatsim.Row
		want    int
	}{
		"the same":              {map[string][]serpstatsim.Row{"a.com": {on("x.a.com/"), on("x.a.com/1")}, "x.a.com": {on("x.a.com/1"), on("x.a.com/")}}, 2},
		"more of the domain":    {map[string][]serpstatsim.Row{"a.com": {on("x.a.com/"), on("x.a.com/")}, "x.a.com": {on("x.a.com/")}}, 2},
		"more of the subdomain": {map[string][]serpstatsim.Row{"a.com": {on("x.a.com/")}, "x.a.com": {on("x.a.com/"), on("x.a.com/"), on("x.a.com/1")}}, 3},
		"three levels": {map[string][]serpstatsim.Row{
			"a.com": {on("y.x.a.com/")}, "x.a.com": {on("y.x.a.com/"), on("y.x.a.com/")}, "y.x.a.com": {on("y.x.a.com/"), on("y.x.a.com/")}}, 2},
		"lost at one time":  {map[string][]serpstatsim.Row{"a.com": {on("x.a.com/", day)}, "x.a.com": {on("x.a.com/", day)}}, 1},
		"lost at two times": {map[string][]serpstatsim.Row{"a.com": {on("x.a.com/", day)}, "x.a.com": {on("x.a.com/", other), on("x.a.com/")}}, 3},
		"two domains":       {map[string][]serpstatsim.Row{"a.com": {on("x.a.com/")}, "xa.com": {on("x.a.com/")}}, 2},
	} {
		if got := listed(t, serpstatsim.New(serpstatsim.Options{Domains: test.domains}), "getNewBacklinks", `{"query":"b.com"}`); len(got) != test.want {
			t.Errorf("%s: %d backlinks, want %d", name, len(got), test.want)
		}
	}
}

func TestRanksAreOfSitesAndHiddenForSubdomains(t *testing.T) {
	var links []serpstatsim.Row
	hosts := []string{"google.com", "www.google.com", "support.google.com", "user.github.io", "yonoo88.tistory.com", "x.co.uk"}
	for _, h := range hosts {
		links = append(links, link("https://a.com/", "https://"+h+"/"), link("https://"+h+"/", "https://a.com/"))
	}
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": links}})
	ranks := map[string]map[string]string{}
	for _, test := range []struct{ method, host, key string }{{"getOutDomains", "domain_to", "domain_rank"}, {"getRefDomains", "domain_from", "domainRank"}, {"getNewBacklinks", "url_from", "domain_rank"}} {
		rows := listed(t, s, test.method, `{"query":"a.com"}`)
		names, of := strings.Fields(values(t, rows, test.host)), strings.Fields(values(t, rows, test.key))
		ranks[test.method] = map[string]string{}
		for i, name := range names {
			ranks[test.method][strings.Trim(strings.TrimPrefix(name, "https://"), "/")] = of[i]
		}
	}
	out := ranks["getOutDomains"]
	for _, h := range hosts {
		if out[h] != ranks["getRefDomains"][h] || out[h] != ranks["getNewBacklinks"][h] || (out[h] == "0") != (h == "support.google.com") {
			t.Errorf("%s: rank %s of getOutDomains, %s of getRefDomains, %s of getNewBacklinks", h, out[h], ranks["getRefDomains"][h], ranks["getNewBacklinks"][h])
		}
	}
	if out["google.com"] != out["www.google.com"] {
		t.Errorf("www has another rank: %v", out)
	}

	byRank := `{"query":"a.com","sort":"domain_rank","complexFilter":[[` + condition("domain_rank", "gte", 1) + `]]}`
	if got := values(t, listed(t, s, "getOutDomains", byRank), "domain_to"); !strings.Contains(got, "google.com www.google.com support.google.com") {
		t.Errorf("getOutDomains hides the rank that it filters and sorts by: %s", got)
	}
	if got := values(t, listed(t, s, "getRefDomains", byRank), "domain_from"); strings.Contains(got, "support") || len(strings.Fields(got)) != len(hosts)-1 {
		t.Errorf("getRefDomains filters by the rank that it shows: %s", got)
	}
}

func TestSortsOfTheOtherMethods(t *testing.T) {
	change := func(l serpstatsim.Row, first, last, del string) serpstatsim.Row {
		l.FirstSeen, l.LastVisited, l.DateDel = first, last, &del
		l.LinkText = l.URLFrom[len("https://"):len("https://x")]
		return l
	}
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": {
		change(link("https://c.com/", "https://t.com/"), "2025-01-01", "2025-02-02 00:00:00", "2025-03-03 00:00:00"),
		change(link("https://b.com/", "https://t.com/"), "2025-01-02", "2025-02-03 00:00:00", "2025-03-01 00:00:00"),
		change(link("https://a.com/", "https://t.com/"), "2025-01-03", "2025-02-01 00:00:00", "2025-03-02 00:00:00"),
		change(link("https://a.com/", "https://t.com/2"), "2025-01-03", "2025-02-04 00:00:00", "2025-03-02 00:00:00"),
		change(link("https://b.com/2", "https://t.com/"), "2025-01-02", "2025-01-03 00:00:00", "2025-03-01 00:00:00"),
		change(link("https://b.com/3", "https://t.com/"), "2025-01-02", "2025-01-03 00:00:00", "2025-03-01 00:00:00"),
	}}})
	visited := serpstatsim.Interpretations{CheckIsLastVisited: true}
	deleted := serpstatsim.Interpretations{LostCheckIsDeleted: true, CheckIsLastVisited: true}
	for _, test := range []struct {
		method, sort    string
		interpretations serpstatsim.Interpretations
		key, want       string
	}{
		{"getNewBacklinks", "add", visited, "link_text", "c b b b a a"},
		{"getNewBacklinks", "check", visited, "link_text", "b b a c b a"},
		{"getNewBacklinks", "check", deleted, "link_text", "b b a c b a"},
		{"getNewBacklinks", "check", serpstatsim.Interpretations{}, "link_text", "c b b b a a"},
		{"getLostBacklinks", " anchor", serpstatsim.Interpretations{}, "link_text", "a a b b b c"},
		{"getLostBacklinks", "check", serpstatsim.Interpretations{}, "link_text", "c b b b a a"},
		{"getLostBacklinks", "check", visited, "link_text", "b b a c b a"},
		{"getLostBacklinks", "check", deleted, "link_text", "b b b a a c"},
		{"getRefDomains", "check", serpstatsim.Interpretations{}, "domain_from", "c.com b.com a.com"}, // the latest visit of each
		{"getRefDomains", "domain_links", serpstatsim.Interpretations{}, "domain_from", "c.com a.com b.com"},
		{"getRefDomains", "domain_from", serpstatsim.Interpretations{}, "domain_from", "a.com b.com c.com"},
	} {
		s.SetInterpretations(test.interpretations)
		if got := values(t, listed(t, s, test.method, fmt.Sprintf(`{"query":"t.com","sort":%q,"order":"asc"}`, test.sort)), test.key); got != test.want {
			t.Errorf("%s by %q under %+v: %s, want %s", test.method, test.sort, test.interpretations, got, test.want)
		}
	}
	s.SetInterpretations(deleted)
	if got := values(t, listed(t, s, "getLostOutlinks", `{"query":"z.com","order":"asc"}`), "link_text"); got != "b b b a a c" {
		t.Errorf("lastupdate is not date_del: %s", got)
	}
	for interpretations, want := range map[serpstatsim.Interpretations]int{{}: 2, visited: 3, deleted: 0} {
		s.SetInterpretations(interpretations)
		filter := `{"query":"t.com","complexFilter":[[` + condition("check", "lte", "01.02.2025") + `,` + condition("check", "gte", "03.01.2025") + `]]}`
		if got := listed(t, s, "getLostBacklinks", filter); len(got) != want {
			t.Errorf("check of lost links under %+v: %d rows, want %d", interpretations, len(got), want)
		}
	}
}

func TestAdditionalFiltersActOnTheWholeRequest(t *testing.T) {
	week, before, deleted := "2025-02-04", "2025-01-27", "2025-02-04 10:00:00"
	at := func(from, first string) serpstatsim.Row {
		l := link(from, "https://t.com/")
		l.FirstSeen, l.LinkText = first, strings.TrimPrefix(from, "https://")
		return l
	}
	old := at("https://old.com/", "2020-01-01")
	old.DateDel = &deleted
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"any.com": {
		at("https://main.com/", week), at("https://www.bare.com", before), at("https://sub.main.com/", "2025-01-28"), at("https://main.com/page", before), at("https://main.com/?q", before), old,
	}}})
	for _, test := range []struct{ method, filter, key, want string }{
		{"getNewBacklinks", `[[{"additional_filters":"no_subdomains"}]]`, "link_text", "main.com/ main.com/?q main.com/page old.com/ www.bare.com"},
		{"getNewBacklinks", `[[{"additional_filters":"only_main_page"}]]`, "link_text", "main.com/ old.com/ sub.main.com/ www.bare.com"},
		{"getNewBacklinks", `[[{"additional_filters":"last_week"}]]`, "link_text", "main.com/ sub.main.com/"},
		{"getNewBacklinks", `[[` + condition("anchor", "contains", "main") + `],[{"additional_filters":"only_main_page"},{"additional_filters":"no_subdomains"}]]`, "link_text", "main.com/"},
		{"getNewBacklinks", `[[` + condition("anchor", "contains", "main") + `,{"additional_filters":"only_main_page"}],[` + condition("anchor", "contains", "page") + `]]`, "link_text", "main.com/ sub.main.com/"},
		{"getLostBacklinks", `[[{"additional_filters":"last_week"}]]`, "link_text", "old.com/"}, // lost in that week
		{"getRefDomains", `[[{"additional_filters":"only_subdomains"}]]`, "domain_from", "sub.main.com"},
		{"getRefDomains", `[[{"additional_filters":"no_subdomains"}]]`, "domain_from", "main.com old.com www.bare.com"},
		{"getRefDomains", `[[{"additional_filters":"only_hosts"}]]`, "domain_from", "main.com old.com www.bare.com"},
		{"getRefDomains", `[[{"additional_filters":"last_week"}]]`, "domain_from", "main.com sub.main.com"},
		{"getRefDomains", `[[{"additional_filters":"last_week"},` + condition("domain_links", "gte", 2) + `]]`, "domain_from", ""}, // the page of that week alone counts
	} {
		got := strings.Fields(values(t, listed(t, s, test.method, `{"query":"t.com","complexFilter":`+test.filter+`}`), test.key))
		slices.Sort(got)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s %s: %v, want %s", test.method, test.filter, got, test.want)
		}
	}
	if got := values(t, listed(t, s, "getOutDomains", `{"query":"any.com","complexFilter":[[{"additional_filters":"last_week"}]]}`), "domain_links"); got != "2" {
		t.Errorf("getOutDomains counts %s links of the last week, want 2", got)
	}
}

func TestTextFiltersOfDomainsKeepTheReadings(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": {
		link("https://a-b.com/", "https://t.com/"), link("https://axb.com/", "https://t.com/"), link("https://b.org/", "https://t.com/"),
	}}})
	for _, test := range []struct {
		interpretations serpstatsim.Interpretations
		values          []any
		want            string
	}{
		{serpstatsim.Interpretations{}, []any{"A_B"}, ""},
		{serpstatsim.Interpretations{TextIsLikePattern: true}, []any{"A_B"}, "a-b.com axb.com"},
		{serpstatsim.Interpretations{TextIsLikePattern: true, ContainsCaseSensitive: true}, []any{"A_B"}, ""},
		{serpstatsim.Interpretations{}, []any{"a", ".org"}, "a-b.com axb.com b.org"},
		{serpstatsim.Interpretations{ContainsAllValues: true}, []any{"a", "-"}, "a-b.com"},
		{serpstatsim.Interpretations{TextTrimmed: true}, []any{" .org "}, "b.org"},
	} {
		s.SetInterpretations(test.interpretations)
		params := `{"query":"t.com","sort":"domain_from","order":"asc","complexFilter":[[` + condition("domain_from", "contains", test.values...) + `]]}`
		if got := values(t, listed(t, s, "getRefDomains", params), "domain_from"); got != test.want {
			t.Errorf("%v under %+v: %s, want %s", test.values, test.interpretations, got, test.want)
		}
		out := strings.NewReplacer("domain_from", "domain_to", "t.com", "z.com").Replace(params)
		if got := listed(t, s, "getOutDomains", out); len(got) != 0 {
			t.Errorf("getOutDomains finds %s", got)
		}
	}
}

func TestLinkPerDomainOfBacklinksCountsTheirDonors(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"z.com": {
		link("https://a.com/1", "https://t.com/1"), link("https://x.a.com/2", "https://t.com/2"), link("https://b.com/3", "https://t.com/1"),
	}}})
	for k, want := range map[int]int{1: 2, 2: 3} {
		if got := listed(t, s, "getNewBacklinks", fmt.Sprintf(`{"query":"t.com","linkPerDomain":%d}`, k)); len(got) != want {
			t.Errorf("%d for each domain: %d rows, want %d", k, len(got), want)
		}
	}
}

func TestKeysHaveTheSpellingOfTheSchemaOnDemand(t *testing.T) {
	deleted := "2025-02-05 00:00:00"
	l := link("https://a.com/", "https://b.com/")
	l.DateDel = &deleted
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": {l}}})
	for _, test := range []struct{ method, query, recorded, schema string }{
		{"getLostOutlinks", "a.com", `"link_nofollow":"follow","link_type":"href","links_external":13,`, `"nofollow":"follow","link_type":"href","links_ext":13,`},
		{"getOutDomains", "a.com", `{"domain_to":"b.com","domain_links":1,`, `{"domains_to":"b.com","domain_links":1,`},
		{"getRefDomains", "b.com", `{"domain_from":"a.com","ref_pages":1,"domainRank":`, `{"domain_from":"a.com","ref_pages":1,"domainRank":`},
		{"getOutlinks", "a.com", `"nofollow":"follow","link_type":"href","links_ext":13,`, `"nofollow":"follow","link_type":"href","links_ext":13,`},
	} {
		for other, want := range map[bool]string{false: test.recorded, true: test.schema} {
			s.SetInterpretations(serpstatsim.Interpretations{OtherSpellings: other})
			if got := listed(t, s, test.method, `{"query":"`+test.query+`"}`); len(got) != 1 || !strings.Contains(string(got[0]), want) {
				t.Errorf("%s, other spellings %v: %s, want %s", test.method, other, got, want)
			}
			s.SetInterpretations(serpstatsim.Interpretations{OtherSpellings: other, NumbersAsStrings: true})
			if got := listed(t, s, test.method, `{"query":"`+test.query+`"}`); regexp.MustCompile(`":\d`).Match(got[0]) {
				t.Errorf("%s: a number is no string in %s", test.method, got)
			}
		}
	}
	if got := string(listed(t, s, "getNewBacklinks", `{"query":"b.com"}`)[0]); strings.Contains(got, "date_del") {
		t.Errorf("a date_del in %s", got)
	}
}

func TestFaultsStrikeEveryMethod(t *testing.T) {
	deleted := "2025-02-05 00:00:00"
	l := link("https://a.com/", "https://b.com/")
	l.DateDel, l.LinkText, l.LinkType = &deleted, "text", "redirect"
	threats := func(string) *serpstatsim.Threat { return &serpstatsim.Threat{} }
	for _, other := range []bool{false, true} {
		for _, method := range allMethods {
			if method == "getSummaryV2" {
				continue // has no text
			}
			for kind, want := range map[serpstatsim.FaultKind]string{serpstatsim.NulBytes: `":"\u0000`, serpstatsim.InvalidUTF8: "\":\"\xff\xfe"} {
				s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": {l}, "b.com": {l}}, Interpretations: serpstatsim.Interpretations{OtherSpellings: other}, Threats: threats})
				s.SetFaults(serpstatsim.Fault{Kind: kind, Page: 1, Query: "b.com"})
				for query, hit := range map[string]bool{"a.com": false, "b.com": true} {
					body := send(s, "/?token=x", fmt.Sprintf(`{"id":"1","method":%q,"params":%s}`, family+method, params(method, query, ""))).Body.String()
					if strings.Contains(body, want) != hit {
						t.Errorf("%s %s of %s: %q", method, kind, query, body)
					}
				}
				send(s, "/?token=x", fmt.Sprintf(`{"id":"1","method":%q,"params":%s}`, family+method, params(method, "b.com", `,"page":2`)))
				if log := s.Requests(); log[2].Fault != "" {
					t.Errorf("%s: the fault strikes page 2", method)
				}
			}
		}
	}
}
