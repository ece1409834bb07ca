package serpstatsim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

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
