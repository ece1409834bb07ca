package serpstatsim

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// The external links of the HTML documentation in Debian's python3.11-doc package: URLs, anchors and the
// number of external links of each page are real, dates and most nofollow values are not.
//
//go:embed data/outlinks-python.org.json.gz
var pythonGzip []byte

// BigDomain is a bundled domain with as many rows as the specification's example counts, more than the API
// gives for one request.
const (
	BigDomain     = "big.example"
	BigDomainRows = 99241
)

// Bundled returns the data that ships with the simulator: serpstat.com with the specification's two rows and
// 3,000 made-up ones, python.org with 3,277 real ones, [BigDomain], [Neighbours] made-up sites that link to the
// first two, and some that link to each other, such as shop.example and blog.example. No date is in the future. Behind
// the links that are there each site has some that are gone. The map is the caller's, the rows are shared and must not be
// changed.
func Bundled() map[string][]Row { return maps.Clone(bundled()) }

// Demo are the options of a server of the bundled data, whose lost links are listed as such alone.
func Demo() Options {
	return Options{Domains: Bundled(), Interpretations: Interpretations{ActiveOnly: true}}
}

var bundled = sync.OnceValue(func() map[string][]Row {
	data := map[string][]Row{
		"serpstat.com": append(specificationRows(), Generate("serpstat.com", 3000, 1)...),
		"python.org":   pythonRows(),
		BigDomain:      Generate(BigDomain, BigDomainRows, 2),
	}
	addNeighbours(data)
	addCommunity(data)
	for domain, rows := range data {
		data[domain] = withLost(rows)
	}
	return data
})

// withLost puts links that are gone behind those that are there: one of the same page to another address for each that
// was made with a day of deletion.
func withLost(rows []Row) []Row {
	all := slices.Clone(rows)
	for i := range rows {
		if lost := rows[i]; lost.DateDel != nil {
			lost.URLTo = strings.TrimSuffix(lost.URLTo, "/") + "/former"
			all[i].DateDel = nil
			all = append(all, lost)
		}
	}
	return all
}

// typesWithoutText are those of links that have no anchor.
var typesWithoutText = strings.Fields("image image redirect image canonical image frame href alternate image form rss")

// Neighbours is how many bundled sites link to serpstat.com and python.org.
const Neighbours = 150

// addNeighbours makes up small sites, each with a few links to the sites that there are, and to others.
func addNeighbours(data map[string][]Row) {
	r := rand.New(rand.NewPCG(3, 0x5e7957a7))
	for added := 0; added < Neighbours; {
		domain := slug(r) + "-" + syllables[r.IntN(len(syllables))] + ".example"
		if data[domain] != nil {
			continue
		}
		rows := Generate(domain, 2+int(r.ExpFloat64()*9), uint64(added)+100)
		for i := range rows {
			switch r.IntN(5) {
			case 0, 1:
				rows[i].URLTo = "https://serpstat.com/" + sections[r.IntN(len(sections))] + "/" + slug(r) + "/"
				rows[i].LinkText = []string{"Serpstat", "serpstat.com", "SEO platform", "", "keyword research", "Серпстат"}[r.IntN(6)]
			case 2:
				rows[i].URLTo = "https://docs.python.org/3/library/" + slug(r) + ".html"
				rows[i].LinkText = []string{"Python", "documentation", "the docs", ""}[r.IntN(4)]
			}
			if rows[i].LinkText == "" {
				rows[i].LinkType = typesWithoutText[(added+i)%len(typesWithoutText)]
			}
		}
		data[domain] = rows
		added++
	}
}

func pythonRows() []Row {
	z, err := gzip.NewReader(bytes.NewReader(pythonGzip))
	if err != nil {
		panic(err) // the data is part of the program
	}
	var rows []Row
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		panic(err)
	}
	for i := range rows {
		rows[i].LastVisited = past(rows[i].LastVisited)
		if rows[i].DateDel != nil {
			deleted := past(*rows[i].DateDel)
			rows[i].DateDel = &deleted
		}
	}
	return rows
}

// past is a time of the made-up ones, some of which are in the future, or one a year or two before.
func past(s string) string {
	for t := instant(s); s > "2026-11-01"; s = t.Format(time.DateTime) {
		t = t.AddDate(-1, 0, 0)
	}
	return s
}

func specificationRows() []Row {
	return []Row{
		{"https://serpstat.com/blog/author/379380-379380/", "https://microsoftedge.microsoft.com/addons/detail/serpstat-website-seo-chec/aidfflgbhbapkopbikhgapbcimkpipbf?hl=en",
			"follow", "href", 13, "Install for Microsoft Edge", "2022-09-16", "2025-02-04 21:37:16", nil},
		{"https://serpstat.com/blog/author/379380-379380/", "https://x.com/serpstat",
			"follow", "href", 13, "", "2025-02-04", "2025-02-04 21:37:16", nil},
	}
}
