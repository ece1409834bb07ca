package serpstatsim

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
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
// 3,000 made-up ones, python.org with 3,277 real ones, [BigDomain], and [Neighbours] made-up sites that link to the
// first two. The map is the caller's, the rows are shared and must not be changed.
func Bundled() map[string][]Row { return maps.Clone(bundled()) }

var bundled = sync.OnceValue(func() map[string][]Row {
	data := map[string][]Row{
		"serpstat.com": append(specificationRows(), Generate("serpstat.com", 3000, 1)...),
		"python.org":   pythonRows(),
		BigDomain:      Generate(BigDomain, BigDomainRows, 2),
	}
	addNeighbours(data)
	return data
})

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
	return rows
}

func specificationRows() []Row {
	return []Row{
		{"https://serpstat.com/blog/author/379380-379380/", "https://microsoftedge.microsoft.com/addons/detail/serpstat-website-seo-chec/aidfflgbhbapkopbikhgapbcimkpipbf?hl=en",
			"follow", "href", 13, "Install for Microsoft Edge", "2022-09-16", "2025-02-04 21:37:16", nil},
		{"https://serpstat.com/blog/author/379380-379380/", "https://x.com/serpstat",
			"follow", "href", 13, "", "2025-02-04", "2025-02-04 21:37:16", nil},
	}
}

var targets = []struct {
	host    string
	anchors []string
}{
	{"x.com", []string{"", "Twitter", "Follow us", "𝕏"}},
	{"www.facebook.com", []string{"Facebook", "", "Our page"}},
	{"www.linkedin.com", []string{"LinkedIn", "Company page"}},
	{"www.youtube.com", []string{"Watch the video", "YouTube", "Смотреть видео"}},
	{"github.com", []string{"source code", "GitHub", "example_repo"}},
	{"developers.google.com", []string{"documentation", "Search Central", "Search Central 100%"}},
	{"support.google.com", []string{"Google's help", "here"}},
	{"ahrefs.com", []string{"Ahrefs", "study", "блог Ahrefs"}},
	{"moz.com", []string{"Moz", "Domain Authority"}},
	{"www.semrush.com", []string{"Semrush", "report"}},
	{"searchengineland.com", []string{"Search Engine Land", "news"}},
	{"blog.hubspot.com", []string{"HubSpot", "inbound marketing"}},
	{"web.dev", []string{"Core Web Vitals", "web.dev"}},
	{"uk.wikipedia.org", []string{"Вікіпедія", "SEO"}},
	{"en.wikipedia.org", []string{"Wikipedia", "Search engine optimization"}},
	{"schema.org", []string{"schema.org", "structured data"}},
	{"www.bbc.co.uk", []string{"BBC", "article"}},
	{"chrome.google.com", []string{"Install for Chrome", ""}},
	{"t.me", []string{"Telegram", "канал"}},
	{"www.w3.org", []string{"W3C", "specification"}},
}

var sections = []string{"blog", "blog/how-to", "users", "api", "features", "ru/blog", "uk/blog", "case", "webinars", "glossary"}

// Generate makes n plausible rows, the same for the same arguments: many links share a page, a few pages
// have very many, and every column has odd values.
func Generate(domain string, n int, seed uint64) []Row {
	r := rand.New(rand.NewPCG(seed, 0x5e7957a7))
	rows := make([]Row, 0, n)
	start := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	for page := 1; len(rows) < n; page++ {
		links := int64(1 + r.ExpFloat64()*14)
		if r.IntN(60) == 0 {
			links = int64(60 + r.ExpFloat64()*110)
		}
		host := domain
		if r.IntN(5) == 0 {
			host = []string{"www.", "help.", "api."}[r.IntN(3)] + domain
		}
		from := fmt.Sprintf("https://%s/%s/%d-%s/", host, sections[r.IntN(len(sections))], page, slug(r))
		for range min(int(links), n-len(rows), 1+r.IntN(int(links)+3)) {
			rows = append(rows, link(r, from, links, start))
		}
	}
	return rows
}

func link(r *rand.Rand, from string, links int64, start time.Time) Row {
	t := targets[min(int(r.ExpFloat64()*4), len(targets)-1)]
	first := start.AddDate(0, 0, r.IntN(2900))
	last := first.Add(time.Duration(r.IntN(500*24*3600)) * time.Second)
	row := Row{
		URLFrom: from, URLTo: "https://" + t.host + "/" + slug(r), Nofollow: "follow", LinkType: "href", LinksExt: links,
		LinkText: t.anchors[r.IntN(len(t.anchors))], FirstSeen: first.Format(time.DateOnly), LastVisited: last.Format(time.DateTime),
	}
	if row.LinkText == "" && r.IntN(2) == 0 {
		row.LinkText = slug(r)
	}
	switch r.IntN(20) {
	case 0, 1, 2, 3, 4, 5:
		row.Nofollow = "nofollow"
	case 6:
		row.Nofollow = "sponsored"
	case 7:
		row.Nofollow = "ugc"
	case 8:
		row.Nofollow = []string{"UGC", "nofollow,ugc", "nofollow,sponsored"}[r.IntN(3)]
	}
	if r.IntN(12) == 0 {
		deleted := last.Format(time.DateTime)
		row.DateDel = &deleted
	}
	if r.IntN(40) == 0 {
		row.URLTo += "?utm_source=serpstat&ref=100%25"
	}
	return row
}

var syllables = strings.Fields("seo link rank site key word crawl index page data trend audit niche brand local voice image video query tool")

func slug(r *rand.Rand) string {
	words := make([]string, 1+r.IntN(3))
	for i := range words {
		words[i] = syllables[r.IntN(len(syllables))]
	}
	return strings.Join(words, "-")
}
