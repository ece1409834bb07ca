package serpstatsim

import (
	"slices"
	"strings"
)

// maxSites is how many sites can be compared: sort and filter of getIntersect have words for three.
const maxSites = 3

// byDonor makes a row of each host that links to any of the sites, in the order in which they are met: a recorded row
// has no link to the third site. Hosts, as in getRefDomains, so that the rows of both can be joined.
func byDonor(m *material) grouped {
	var items []item
	groups := map[string]*group{}
	for n, s := range m.sites {
		for _, r := range s.in {
			host := hostOf(r.URLFrom)
			g := groups[host]
			switch {
			case host == "":
				continue
			case g == nil:
				g = &group{host: host, rank: shownRank(host)}
				groups[host] = g
				items = append(items, item{group: g})
			}
			g.links[n]++
		}
	}
	if m.readings.IntersectOfTwo {
		items = slices.DeleteFunc(items, func(i item) bool { return linkedSites(i.group) < 2 })
	}
	return grouped{items: items}
}

func linkedSites(g *group) (n int) {
	for _, links := range g.links {
		if links > 0 {
			n++
		}
	}
	return n
}

// byCombination counts domains by the sites that they link to, in the recorded order: the first site, the second, both,
// the third … A combination that nobody links to is left out: it would be a row that costs a credit and says nothing.
// Its counts are of domains, as those of getSummaryV2.
//
// A domain counts in the combination that it links to exactly. The recorded 131 domains for gepur.com and klubok.com
// are fewer than the 233 that getIntersect found two minutes later with a rank above 0 and links to both.
func byCombination(m *material) grouped {
	linked := map[string]int{} // a bit for each site
	for n, s := range m.sites {
		for _, domain := range m.donors(s.in) {
			linked[domain] |= 1 << n
		}
	}
	var items []item
	for combination := 1; combination < 1<<len(m.sites); combination++ {
		g := &group{label: m.names(combination)}
		for _, sites := range linked {
			if sites == combination || m.readings.IntersectAtLeast && sites&combination == combination {
				g.domains++
			}
		}
		if g.domains > 0 {
			items = append(items, item{group: g})
		}
	}
	return grouped{items: items}
}

func (m *material) names(combination int) string {
	var names []string
	for n, s := range m.sites {
		if combination>>n&1 == 1 {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, ", ")
}
