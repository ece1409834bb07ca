package serpstatsim_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// row is one of any method.
type row map[string]any

func (r row) text(key string) string { return fmt.Sprint(r[key]) }
func (r row) number(key string) int  { return int(r[key].(float64)) }

// host is that of a URL.
func (r row) host(key string) string { return strings.Split(r.text(key), "/")[2] }

// answersOf are all rows of a request.
func answersOf(t *testing.T, s *serpstatsim.Server, r serpstatsim.Request) []row {
	t.Helper()
	answers, err := s.Answers(r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	rows := make([]row, len(answers))
	for i, raw := range answers {
		if err := json.Unmarshal(raw, &rows[i]); err != nil {
			t.Fatalf("%v in %s", err, raw)
		}
	}
	return rows
}

// groups are rows by what they have in common.
func groups(rows []row, by func(row) string) map[string][]row {
	all := map[string][]row{}
	for _, r := range rows {
		all[by(r)] = append(all[by(r)], r)
	}
	return all
}

// distinct counts what rows have, each once.
func distinct(rows []row, of func(row) string) int { return len(groups(rows, of)) }

func sum(rows []row, key string) (n int) {
	for _, r := range rows {
		n += r.number(key)
	}
	return n
}

func filtered(rows []row, keep func(row) bool) []row {
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !keep(r) })
}

func donorOf(r row) string  { return domainOf(r.host("url_from")) }
func targetOf(r row) string { return domainOf(r.host("url_to")) }
func pageOf(r row) string   { return r.text("url_from") }

func isNofollow(r row) bool { return strings.HasPrefix(r.text("nofollow"), "nofollow") }

func malicious(site string) *serpstatsim.Threat {
	if site != "b.co.uk" && site != "outside.org" {
		return nil
	}
	return &serpstatsim.Threat{Platforms: []string{"windows", "linux"}, Kinds: []string{"malware"}, Date: "2025-01-23"}
}

// same compares two lists whose order is nobody's business.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot  %v\nwant %v", what, got, want)
	}
}

// relatives is a random world with what the methods count, seen by one request.
type relatives struct {
	*testing.T
	s          *serpstatsim.Server
	reading    serpstatsim.Interpretations
	query      string
	searchType string
	in, out    []row // the links to the site and from it
}

func (x *relatives) answers(method string) []row {
	return answersOf(x.T, x.s, serpstatsim.Request{Method: method, Query: x.query, SearchType: x.searchType})
}

// What the lists of links have is what the other methods count. That the lists are right another test says.
func TestTheOtherMethodsCountWhatTheListsHave(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2025))
	for range 15 {
		world := randomWorld(r)
		for _, rows := range world {
			for i := range rows {
				rows[i].LinkText = []string{"", "seo", "seo tool", "a b c", "Käse"}[r.IntN(5)]
			}
		}
		for _, activeOnly := range []bool{false, true} {
			reading := serpstatsim.Interpretations{ActiveOnly: activeOnly, OutDomainsBySite: r.IntN(2) == 1}
			s := serpstatsim.New(serpstatsim.Options{Domains: world, Interpretations: reading, Threats: malicious})
			for _, query := range []string{"a.com", "xa.com", "b.co.uk", "outside.org", "blog.a.com", "nobody.com"} {
				for _, searchType := range []string{"domain", "domain_with_subdomains"} {
					t.Run(fmt.Sprint(query, " ", searchType, " ", activeOnly), func(t *testing.T) {
						x := &relatives{T: t, s: s, reading: reading, query: query, searchType: searchType}
						x.in, x.out = x.answers("getNewBacklinks"), x.answers("getOutlinks")
						x.domainsAddUp()
						x.anchorsAddUp()
						x.pagesAddUp()
						x.historyAddsUp()
						x.distributionsAddUp()
						x.summaryAddsUp()
						x.threatsAddUp()
					})
					if t.Failed() {
						return
					}
				}
				redirectsAreLinks(t, s, query)
				intersectionsAreJoins(t, s, query, reading)
			}
			outlinksAreBacklinks(t, s)
		}
	}
}

func (x *relatives) domainsAddUp() {
	by := func(r row) string { return r.host("url_to") }
	if x.reading.OutDomainsBySite {
		by = targetOf
	}
	want := groups(x.out, by)
	domains := x.answers("getOutDomains")
	for _, d := range domains {
		if len(want[d.text("domain_to")]) != d.number("domain_links") {
			x.Errorf("%v, but %d outlinks", d, len(want[d.text("domain_to")]))
		}
	}
	if sum(domains, "domain_links") != len(x.out) || len(domains) != len(want) {
		x.Errorf("%d hosts with %d links, want %d with %d", len(domains), sum(domains, "domain_links"), len(want), len(x.out))
	}
}

func (x *relatives) anchorsAddUp() {
	all := groups(x.in, func(r row) string { return r.text("link_text") })
	anchors := x.answers("getAnchors")
	for _, a := range anchors {
		links := all[a.text("anchor")]
		if a.number("total") != len(links) || a.number("refDomains") != distinct(links, donorOf) || a.number("noFollow") != len(filtered(links, isNofollow)) {
			x.Errorf("%v of %v", a, links)
		}
	}
	if len(anchors) != len(all) || sum(anchors, "total") != len(x.in) {
		x.Errorf("%d anchors of %d links, want %d of %d", len(anchors), sum(anchors, "total"), len(all), len(x.in))
	}
	top := x.answers("getTopAnchors")
	slices.SortStableFunc(anchors, func(a, b row) int { return cmp.Compare(b.number("total"), a.number("total")) })
	for i, a := range anchors {
		if top[i].number("backlinks_count") != a.number("total") || len(all[top[i].text("anchor")]) != a.number("total") || top[i].number("domains_count") != distinct(all[top[i].text("anchor")], donorOf) {
			x.Errorf("top anchor %d is %v, want one like %v", i, top[i], a)
		}
	}
	info := call(x.T, x.s, "getTopAnchors", params("getTopAnchors", x.query, fmt.Sprintf(`,"searchType":%q`, x.searchType))).Result.SummaryInfo
	if got, want := fmt.Sprint(info["backlinks"], info["referring_domains"], info["unique_anchors"]), fmt.Sprint(len(x.in), distinct(x.in, donorOf), len(all)); got != want {
		x.Errorf("summary_info of getTopAnchors: %s, want %s", got, want)
	}
}

func (x *relatives) pagesAddUp() {
	all := groups(x.in, func(r row) string { return r.text("url_to") })
	pages := x.answers("getTopPages")
	for _, p := range pages {
		links := all[p.text("urlTo")]
		hosts := distinct(links, func(r row) string { return strings.TrimPrefix(r.host("url_from"), "www.") })
		if p.number("ref_pages") != distinct(links, pageOf) || p.number("ref_domains") != distinct(links, donorOf) || p.number("ips") < 1 || p.number("ips") > hosts {
			x.Errorf("%v of %v", p, links)
		}
		if p.text("urlTo") != "https://"+p.host("urlTo")+p.text("url") {
			x.Errorf("path %q of %v", p.text("url"), p)
		}
	}
	if len(pages) != len(all) {
		x.Errorf("%d pages, want %d", len(pages), len(all))
	}
}

func (x *relatives) historyAddsUp() {
	found := len(x.in)
	lost := len(x.answers("getLostBacklinks"))
	if x.reading.ActiveOnly {
		found += lost
	}
	weeks := x.answers("getBacklinksChangesHistory")
	if sum(weeks, "new_links") != found || sum(weeks, "lost_links") != lost {
		x.Errorf("history of %d new and %d lost links, want %d and %d", sum(weeks, "new_links"), sum(weeks, "lost_links"), found, lost)
	}
}

func (x *relatives) distributionsAddUp() {
	donors := distinct(x.in, donorOf)
	ranks, tlds := x.answers("getDistributionSDR"), x.answers("getDistributionTLD")
	if sum(ranks, "domains") != donors || sum(tlds, "domains") != donors {
		x.Errorf("%d domains by rank, %d by top level domain, want %d", sum(ranks, "domains"), sum(tlds, "domains"), donors)
	}
	for _, tld := range tlds {
		domains := distinct(filtered(x.in, func(r row) bool { return strings.HasSuffix(donorOf(r), tld.text("tld")) }), donorOf)
		if share := tld["percentage"].(float64); tld.number("domains") != domains || math.Abs(share-100*float64(domains)/float64(donors)) > 0.005001 {
			x.Errorf("%v, but %d domains of %d", tld, domains, donors)
		}
	}
}

func (x *relatives) summaryAddsUp() {
	summary := x.answers("getSummaryV2")
	if len(x.in)+len(x.out) == 0 {
		if len(summary) > 0 {
			x.Errorf("a summary of nothing: %v", summary)
		}
		return
	}
	isMalicious := func(of func(row) string) func(row) bool {
		return func(r row) bool { return malicious(of(r)) != nil }
	}
	ofType := func(linkType string) []row {
		return filtered(x.in, func(r row) bool { return r["link_type"] == linkType })
	}
	want := map[string]int{
		"referring_domains": distinct(x.in, donorOf), "redirected_domains": distinct(ofType("redirect"), donorOf),
		"referring_malicious_domains": distinct(filtered(x.in, isMalicious(donorOf)), donorOf),
		"backlinks":                   len(x.in), "backlinks_from_mainpages": 0,
		"nofollow_backlinks": len(filtered(x.in, isNofollow)), "dofollow_backlinks": len(x.in) - len(filtered(x.in, isNofollow)),
		"text_backlinks": len(ofType("href")), "external_domains": distinct(x.out, targetOf), "external_links": len(x.out),
		"external_malicious_domains": distinct(filtered(x.out, isMalicious(targetOf)), targetOf),
	}
	for _, linkType := range linkTypes[1:] {
		want[linkType+"_backlinks"] = len(ofType(linkType))
	}
	for key, n := range want {
		if summary[0].number(key) != n {
			x.Errorf("%s is %d, want %d", key, summary[0].number(key), n)
		}
	}
	hosts := distinct(x.in, func(r row) string { return strings.TrimPrefix(r.host("url_from"), "www.") })
	if ips, nets := summary[0].number("referring_ip_addresses"), summary[0].number("referring_subnets"); ips > hosts || nets > ips || (nets == 0) != (hosts == 0) {
		x.Errorf("%d addresses in %d nets of %d hosts", ips, nets, hosts)
	}
}

func (x *relatives) threatsAddUp() {
	for _, end := range []struct {
		threats, links, far string
		all                 []row
		site                func(row) string
	}{
		{"getThreats", "getThreatsLinks", "url_from", x.in, donorOf}, {"getOutThreats", "getOutThreatsLinks", "url_to", x.out, targetOf},
	} {
		dangerous := filtered(end.all, func(r row) bool { return malicious(end.site(r)) != nil })
		var got, want []string
		for _, r := range x.answers(end.links) {
			if r.text("domain") != strings.TrimPrefix(r.host(strings.Replace(end.far, "url", "link", 1)), "www.") {
				x.Errorf("domain of %v", r)
			}
			got = append(got, r.text("link_from")+" "+r.text("link_to"))
		}
		for _, r := range dangerous {
			want = append(want, r.text("url_from")+" "+r.text("url_to"))
		}
		same(x.T, end.links, got, want)
		hosts := groups(dangerous, func(r row) string { return strings.TrimPrefix(r.host(end.far), "www.") })
		threats := x.answers(end.threats)
		for _, r := range threats {
			if r.number("links_count") != len(hosts[r.text("domain")]) || strings.TrimPrefix(r.host("domain_link"), "www.") != r.text("domain") || r.text("platform_type") != "[windows linux]" || r.text("lastupdate") != "2025-01-23" {
				x.Errorf("%v, but %d links", r, len(hosts[r.text("domain")]))
			}
		}
		if len(threats) != len(hosts) {
			x.Errorf("%s: %d hosts, want %d", end.threats, len(threats), len(hosts))
		}
	}
}

func redirectsAreLinks(t *testing.T, s *serpstatsim.Server, query string) {
	t.Helper()
	links := filtered(answersOf(t, s, serpstatsim.Request{Method: "getNewBacklinks", Query: query}), func(r row) bool { return r["link_type"] == "redirect" })
	var got []string
	for _, r := range answersOf(t, s, serpstatsim.Request{Method: "getRedirectedDomains", Query: query}) {
		got = append(got, r.text("Domain"))
	}
	same(t, "hosts that redirect to "+query, got, slices.Collect(maps.Keys(groups(links, func(r row) string { return r.host("url_from") }))))
}

func note(of map[string]map[string]bool, key, site string) {
	if of[key] == nil {
		of[key] = map[string]bool{}
	}
	of[key][site] = true
}

// An intersection has the donors of all sites with the links to each; how many link to which counts domains.
func intersectionsAreJoins(t *testing.T, s *serpstatsim.Server, query string, reading serpstatsim.Interpretations) {
	t.Helper()
	others := slices.DeleteFunc([]string{"xa.com", "b.co.uk"}, func(site string) bool { return site == query })
	sites := append([]string{query}, others...)
	links := map[string]int{}
	hosts, linked := map[string]map[string]bool{}, map[string]map[string]bool{}
	for _, site := range sites {
		for _, r := range answersOf(t, s, serpstatsim.Request{Method: "getNewBacklinks", Query: site}) {
			host := r.host("url_from")
			links[host+" "+site]++
			note(hosts, host, site)
			note(linked, domainOf(host), site)
		}
	}
	for _, two := range []bool{false, true} {
		reading.IntersectOfTwo, reading.IntersectAtLeast = two, two
		s.SetInterpretations(reading)
		var got, want []string
		for _, r := range answersOf(t, s, serpstatsim.Request{Method: "getIntersect", Query: query, Intersect: others}) {
			line := r.text("Domain")
			for n, site := range sites {
				line += fmt.Sprint(" ", r.number(fmt.Sprintf("Links count for domain #%d %s", n+1, site)))
			}
			if len(r) != 2+len(sites) {
				t.Errorf("keys of %v", r)
			}
			got = append(got, line)
		}
		for host, of := range hosts {
			line := host
			for _, site := range sites {
				line += fmt.Sprint(" ", links[host+" "+site])
			}
			if !two || len(of) > 1 {
				want = append(want, line)
			}
		}
		same(t, fmt.Sprintf("donors of %v, of two %v", sites, two), got, want)

		counts := map[string]int{}
		for _, of := range linked {
			for combination := 1; combination < 1<<len(sites); combination++ {
				var names []string
				for n, site := range sites {
					if combination>>n&1 == 1 {
						names = append(names, site)
					}
				}
				all := !slices.ContainsFunc(names, func(site string) bool { return !of[site] })
				if all && (two || len(of) == len(names)) {
					counts[strings.Join(names, ", ")]++
				}
			}
		}
		summary := map[string]int{}
		for _, r := range answersOf(t, s, serpstatsim.Request{Method: "getIntersectSummary", Query: query, Intersect: others}) {
			summary[r.text("domains")] = r.number("referring_domains_count")
		}
		if !maps.Equal(summary, counts) {
			t.Errorf("combinations of %v, at least %v: %v, want %v", sites, two, summary, counts)
		}
	}
	reading.IntersectOfTwo, reading.IntersectAtLeast = false, false
	s.SetInterpretations(reading)
}

func outlinksAreBacklinks(t *testing.T, s *serpstatsim.Server) {
	t.Helper()
	link := func(r row) string { return r.text("url_from") + " " + r.text("url_to") + " " + r.text("link_text") }
	sites := []string{"a.com", "xa.com", "b.co.uk", "outside.org"}
	for _, a := range sites {
		for _, b := range sites {
			var out, in []string
			for _, r := range answersOf(t, s, serpstatsim.Request{Method: "getOutlinks", Query: a}) {
				if targetOf(r) == b {
					out = append(out, link(r))
				}
			}
			for _, r := range answersOf(t, s, serpstatsim.Request{Method: "getNewBacklinks", Query: b}) {
				if donorOf(r) == a {
					in = append(in, link(r))
				}
			}
			same(t, "links of "+a+" to "+b, out, in)
		}
	}
}

func TestPrices(t *testing.T) {
	deleted := "2025-02-05 00:00:00"
	var links []serpstatsim.Row
	for i := range 3 {
		l := link(fmt.Sprintf("https://d%d.com/", i), fmt.Sprintf("https://b.com/%d", i))
		l.LinkText, l.LinkType, l.DateDel = fmt.Sprint(i), "redirect", &deleted
		out := l
		out.URLFrom, out.URLTo = l.URLTo, l.URLFrom
		links = append(links, l, out)
	}
	o := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"d.com": links, "b.com": links}, Threats: func(string) *serpstatsim.Threat { return &serpstatsim.Threat{} }}
	price := map[string]int64{"getTopAnchors": 1, "getBacklinksChangesHistory": 1, "getDistributionSDR": 1, "getDistributionTLD": 1, "getSummaryV2": 5, "getIntersectSummary": 1}
	for _, method := range allMethods {
		s := serpstatsim.New(o)
		rows := len(listed(t, s, method, params(method, "b.com", "")))
		want, perRequest := price[method]
		if !perRequest {
			want = int64(rows)
			if rows < 3 {
				t.Errorf("%s has %d rows", method, rows)
			}
		}
		if s.Credits() != want || s.Requests()[0].Credits != want {
			t.Errorf("%s: %d rows cost %d credits, want %d", method, rows, s.Credits(), want)
		}
		s.Reset()
		for _, noData := range []bool{false, true} {
			s.SetInterpretations(serpstatsim.Interpretations{NoDataAsError: noData})
			body := `{"query":"nobody.com"}`
			if strings.HasPrefix(method, "getIntersect") {
				body = `{"query":"nobody.com","intersect":["nothing.com"]}`
			}
			a := call(t, s, method, body)
			switch {
			case noData && (a.Error == nil || a.Error.Code != 32017):
				t.Errorf("%s: nothing is answered with %+v, want error 32017", method, a)
			case !noData && (a.Error != nil || len(a.Result.Data) != 0):
				t.Errorf("%s: nothing is answered with %+v, want none", method, a)
			}
			if log := s.Requests(); log[len(log)-1].Credits != 1 {
				t.Errorf("%s: an empty answer costs %d credits, want 1", method, log[len(log)-1].Credits)
			}
		}
	}
}
