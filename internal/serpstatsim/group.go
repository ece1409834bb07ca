package serpstatsim

import "strings"

// grouping makes rows of links.
type grouping struct {
	facts []string // that its rows have
	whole []string // that are known of all rows together
	both  bool     // it is made of the links of both directions
	rows  func(*material) grouped
	reads func(Interpretations) Interpretations // the readings that its rows depend on; nil is none
}

type grouped struct {
	items []item
	whole item
}

// groupings are by their names in a spec. Hosts, not sites, are the rows of the methods for domains: the recorded
// answer of getOutDomains has support.google.com beside chrome.google.com, and getRefDomains takes only_subdomains
// and no_subdomains, which would be pointless if its rows could not be subdomains. www.a.com is a host of its own;
// nothing recorded shows one. What is counted as a domain, as in refDomains and referring_domains, is a registrable one:
// it alone has a rank, by which getDistributionSDR counts. Nothing recorded decides it.
var groupings = map[string]*grouping{
	"": {
		facts: strings.Fields("url_from url_to nofollow link_type link_text first_seen last_visited date_del links_ext rank_from"),
		rows:  eachLink,
	},
	"host_links": {
		facts: strings.Fields("host latest_visit count rank site_rank"),
		rows:  func(m *material) grouped { return byHost(m, m.far, nil) },
	},
	"host_pages": {
		facts: strings.Fields("host latest_visit count rank site_rank"),
		rows:  func(m *material) grouped { return byHost(m, m.far, func(r *Row) string { return r.URLFrom }) },
	},
	"host_or_domain_links": {
		facts: strings.Fields("host latest_visit count rank site_rank"),
		rows: func(m *material) grouped {
			if m.readings.OutDomainsBySite {
				return byHost(m, func(r *Row) string { return m.domain(m.far(r)) }, nil)
			}
			return byHost(m, m.far, nil)
		},
		reads: func(rd Interpretations) Interpretations {
			return Interpretations{OutDomainsBySite: rd.OutDomainsBySite}
		},
	},
	"anchors": {
		facts: strings.Fields("link_text word_count latest_visit count domains nofollows"),
		whole: strings.Fields("referring_domains backlinks unique_anchors"),
		rows:  byAnchor,
	},
	"pages": {
		facts: strings.Fields("url_to path_to latest_visit pages domains addresses"),
		rows: func(m *material) grouped {
			items, _ := byText(m, func(r *Row) string { return r.URLTo })
			return grouped{items: items}
		},
	},
	"threats": {
		facts: strings.Fields("malicious_host origin count platforms threats threat_date"),
		rows:  byThreat,
	},
	"threat_links": {
		facts: strings.Fields("url_from url_to malicious_host platforms threats threat_date"),
		rows:  eachThreatLink,
	},
	"summary": {
		facts: append(counterNames(), "rank"),
		both:  true,
		rows:  summary,
		reads: func(rd Interpretations) Interpretations {
			return Interpretations{ActiveOnly: rd.ActiveOnly, SummaryAWeekOld: rd.SummaryAWeekOld}
		},
	},
	"weeks": {facts: strings.Fields("label count lost"), rows: byWeek},
	"ranks": {facts: strings.Fields("label domains"), rows: byRank},
	"tlds":  {facts: strings.Fields("label domains share country country_code"), whole: strings.Fields("tld_count domains_count biggest_share"), rows: byTLD},
	"donors": {
		facts: strings.Fields("host rank links_1 links_2 links_3"),
		rows:  byDonor,
		reads: func(rd Interpretations) Interpretations {
			return Interpretations{IntersectOfTwo: rd.IntersectOfTwo}
		},
	},
	"combinations": {
		facts: strings.Fields("label domains"),
		rows:  byCombination,
		reads: func(rd Interpretations) Interpretations {
			return Interpretations{IntersectAtLeast: rd.IntersectAtLeast}
		},
	},
}

func eachLink(m *material) grouped {
	links := m.links()
	items := make([]item, len(links))
	for i, r := range links {
		items[i].Row = r
	}
	return grouped{items: items}
}

// byHost counts links by a host, those that are equal in what distinct says once. Hosts come in the order in which
// they are met.
func byHost(m *material, hostOf, distinct func(*Row) string) grouped {
	var items []item
	groups, seen := map[string]*group{}, map[string]bool{}
	for _, r := range m.links() {
		host := hostOf(r)
		g := groups[host]
		switch {
		case host == "":
			continue // what leads nowhere is of no host
		case g == nil:
			g = &group{host: host, rank: shownRank(host), siteRank: siteRank(host)}
			groups[host] = g
			items = append(items, item{Row: r, group: g})
		}
		g.latestVisit = max(g.latestVisit, r.LastVisited)
		if distinct != nil {
			if seen[distinct(r)] {
				continue
			}
			seen[distinct(r)] = true
		}
		g.count++
	}
	return grouped{items: items}
}

// byText makes a row of the backlinks that have a text in common, in the order in which the texts are met, and tells
// what all of them have together.
func byText(m *material, text func(*Row) string) ([]item, tally) {
	var items []item
	groups, tallies, all := map[string]*group{}, map[string]tally{}, newTally()
	for _, r := range m.links() {
		key := text(r)
		g := groups[key]
		if g == nil {
			g = &group{}
			groups[key], tallies[key] = g, newTally()
			items = append(items, item{Row: r, group: g})
		}
		g.count++
		g.latestVisit = max(g.latestVisit, r.LastVisited)
		if hasNofollow(r) {
			g.nofollow++
		}
		tallies[key].add(m, r)
		all.add(m, r)
	}
	for key, t := range tallies {
		groups[key].pages, groups[key].domains, groups[key].addresses = int64(len(t.pages)), int64(len(t.domains)), int64(len(t.addresses))
	}
	return items, all
}

// tally is what some backlinks come from, each once.
type tally struct {
	pages, domains map[string]bool
	addresses      map[uint32]bool
}

func newTally() tally { return tally{map[string]bool{}, map[string]bool{}, map[uint32]bool{}} }

func (t tally) add(m *material, r *Row) {
	t.pages[r.URLFrom] = true
	if host := hostOf(r.URLFrom); host != "" {
		t.domains[m.domain(host)] = true
		t.addresses[addressOf(host)] = true
	}
}

func byAnchor(m *material) grouped {
	items, all := byText(m, func(r *Row) string { return r.LinkText })
	counters := map[string]int64{"referring_domains": int64(len(all.domains)), "backlinks": int64(len(m.links())), "unique_anchors": int64(len(items))}
	return grouped{items, item{group: &group{counters: counters}}}
}

// byThreat makes a row of each malicious host; the site's domain is what is malicious.
func byThreat(m *material) grouped {
	var items []item
	groups := map[string]*group{}
	for _, r := range m.links() {
		name := withoutWww(m.far(r))
		g := groups[name]
		if g == nil {
			g = m.malicious(r)
			groups[name] = g
			items = append(items, item{Row: r, group: g})
		}
		g.count++
	}
	return grouped{items: items}
}

func eachThreatLink(m *material) grouped {
	links := m.links()
	items := make([]item, len(links))
	for i, r := range links {
		items[i] = item{Row: r, group: m.malicious(r)}
	}
	return grouped{items: items}
}

// malicious is the malicious end of a link. The recorded domain_link has the scheme of a link, http or https.
func (m *material) malicious(r *Row) *group {
	host := m.far(r)
	scheme, _, _ := strings.Cut(m.spec.far(r), "://")
	return &group{maliciousHost: withoutWww(host), origin: scheme + "://" + host, threat: m.threats.find(host)}
}
