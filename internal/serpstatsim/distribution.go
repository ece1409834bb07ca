package serpstatsim

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
)

// donors are the registrable domains that link to a site, in order.
func (m *material) donors(links []*Row) []string {
	found := map[string]bool{}
	for _, r := range links {
		found[m.domain(hostOf(r.URLFrom))] = true
	}
	delete(found, "")
	return slices.Sorted(maps.Keys(found))
}

// byRank makes a row of each range of ranks: 0, 1 to 9, and by tens up to 90 to 100. All ranges are there, those
// without a domain too, if the site has any.
func byRank(m *material) grouped {
	ranges := []item{{group: &group{label: "0"}}, {group: &group{label: "1 - 9"}}}
	for from := 10; from <= 90; from += 10 {
		ranges = append(ranges, item{group: &group{label: fmt.Sprintf("%d - %d", from, from+9+from/90)}})
	}
	donors := m.donors(m.links())
	if len(donors) == 0 {
		return grouped{}
	}
	for _, domain := range donors {
		at := min(siteRank(domain)/10+1, 10)
		if siteRank(domain) == 0 {
			at = 0
		}
		ranges[at].domains++
	}
	return grouped{items: ranges}
}

// byTLD makes a row of each top level domain, those of the most domains first.
func byTLD(m *material) grouped {
	donors := m.donors(m.links())
	counts := map[string]int64{}
	for _, domain := range donors {
		counts[domain[strings.LastIndexByte(domain, '.')+1:]]++
	}
	var items []item
	for _, tld := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) }) {
		share := math.Round(float64(counts[tld]) * 10000 / float64(len(donors)))
		items = append(items, item{group: &group{label: "." + tld, domains: counts[tld], share: int64(share), country: countryOf(tld, m.lang)}})
	}
	whole := map[string]int64{"tld_count": int64(len(items)), "domains_count": int64(len(donors))}
	if len(items) > 0 {
		whole["biggest_share"] = items[0].share
	}
	return grouped{items, item{group: &group{counters: whole}}}
}

// country is that of a top level domain, if it has one.
type country struct{ code, name string }

// The codes and names of countries by top level domain, the names in the languages that getDistributionTLD knows.
//
//go:embed data/countries.json
var countriesFile []byte

type countryNames struct {
	Code  string            `json:"code"` // "" is the top level domain
	Names map[string]string `json:"names"`
}

var countries = sync.OnceValue(func() (all map[string]countryNames) {
	if err := json.Unmarshal(countriesFile, &all); err != nil {
		panic(err) // the data is part of the program
	}
	return all
})

func countryOf(tld, lang string) country {
	c, ok := countries()[tld]
	if !ok {
		return country{}
	}
	return country{cmp.Or(c.Code, tld), c.Names[lang]}
}
