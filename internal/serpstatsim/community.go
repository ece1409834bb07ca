package serpstatsim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// member is one of the bundled sites that link to each other: where they are, and what the others call them.
type member struct {
	domain  string
	pages   string // paths that are linked to
	anchors []string
}

// The first ones are queries of their own interest; the others are there for their top level domains.
var community = []member{
	{"shop.example", "/ /books/ /books/seo/ /sale?year=2026 /delivery", []string{"Example Shop", "shop.example", "books", "seo books", "buy books online", "Bücher", ""}},
	{"blog.example", "/ /2025/links/ /2026/anchors/ /about", []string{"Example Blog", "the blog", "how to read a link report", "links", "blog.example"}},
	{"news.example", "/ /world/ /tech/2026/10/ /rss.xml", []string{"news", "Example News", "today's news", "новини", ""}},
	{"forum.example", "/ /t/1 /t/2 /t/3?page=2", []string{"forum", "a discussion", "forum.example", "read the thread"}},
	{"agency.example", "/ /team /cases/", []string{"Example Agency", "agency", "an SEO agency we like", ""}},
	{"catalog.example", "/ /sites/ /sites/seo", []string{"catalog", "catalog of sites", "catalog.example"}},
	{"casino-bonus.example", "/ /win", []string{"casino", "win now", ""}},
	{"free-downloads.example", "/ /setup.exe", []string{"download", "free download"}},
	{"example.com", "/", []string{"example.com", "an example"}},
	{"example.org", "/ /en/", []string{"example.org", "organization"}},
	{"example.de", "/ /blog/", []string{"Beispiel", "example.de"}},
	{"example.co.uk", "/", []string{"example.co.uk", "in Britain"}},
	{"example.com.ua", "/ /uk/", []string{"Приклад", "example.com.ua"}},
	{"example.pl", "/", []string{"Przykład"}},
}

// movedSites redirect, each to where it is now.
var movedSites = map[string]string{
	"old-shop.example": "https://shop.example/", "book-sale.example": "https://shop.example/sale?year=2026", "www.shop-example.com": "https://shop.example/",
	"the-old-forum.example": "https://forum.example/", "blog-archive.example": "https://blog.example/", "yesterday.example": "https://news.example/",
	"agency-team.example": "https://agency.example/team", "sites-catalog.example": "https://catalog.example/",
}

// The links of the community were found and lost up to a day that is past.
var communityEnd = time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)

// addCommunity makes up the sites and their links. None leads to the sites that are there without them, whose numbers
// the docs' examples show.
func addCommunity(data map[string][]Row) {
	r := rand.New(rand.NewPCG(4, 0x5e7957a7))
	for _, m := range community {
		var rows []Row
		for page := 1; page <= 14; page++ {
			from := m.page(r, page)
			links := 1 + r.IntN(6)
			for range links {
				rows = append(rows, m.link(r, from, int64(links)))
			}
		}
		data[m.domain] = rows
	}
	for i, spammer := range slices.Sorted(maps.Keys(spammers)) {
		for n := range 1 + 2*i {
			found := communityEnd.AddDate(0, 0, -17*n-40*i)
			data["forum.example"] = append(data["forum.example"], Row{
				URLFrom: fmt.Sprintf("https://forum.example/t/%d?page=%d", i+n, 2+n), URLTo: fmt.Sprintf("https://%s/go/%d", spammer, n), Nofollow: []string{"ugc", "nofollow,ugc", "follow"}[n%3],
				LinkType: "href", LinksExt: int64(3 + n), LinkText: []string{"click here", "free", "read this"}[n%3], FirstSeen: found.Format(time.DateOnly), LastVisited: found.Add(11 * time.Hour).Format(time.DateTime),
			})
		}
	}
	for host, to := range movedSites {
		row := Row{URLFrom: "http://" + host + "/", URLTo: to, Nofollow: "follow", LinkType: "redirect", LinksExt: 1, FirstSeen: "2025-06-02", LastVisited: "2026-10-20 04:05:06"}
		domain := registrableDomain(host)
		data[domain] = append(data[domain], row)
	}
}

// page is where links are: each site's main page, and pages of its own and of a subdomain.
func (m member) page(r *rand.Rand, n int) string {
	switch {
	case n == 1:
		return "https://" + m.domain + "/"
	case n%5 == 0:
		return fmt.Sprintf("https://www.%s/%s/%d", m.domain, slug(r), n)
	case n%7 == 0:
		return fmt.Sprintf("https://links.%s/%d", m.domain, n)
	}
	return fmt.Sprintf("https://%s/%s/%d-%s", m.domain, sections[r.IntN(len(sections))], n, slug(r))
}

// link is one to another site of the community; the first ones are linked to most.
func (m member) link(r *rand.Rand, from string, links int64) Row {
	other := community[min(int(r.ExpFloat64()*3), len(community)-1)]
	for other.domain == m.domain {
		other = community[r.IntN(len(community))]
	}
	paths := strings.Fields(other.pages)
	found := communityEnd.AddDate(0, 0, -r.IntN(900))
	visited := found.Add(time.Duration(r.Int64N(int64(communityEnd.AddDate(0, 0, 1).Sub(found)))))
	row := Row{
		URLFrom: from, URLTo: "https://" + other.domain + paths[min(int(r.ExpFloat64()), len(paths)-1)], Nofollow: "follow", LinkType: "href", LinksExt: links,
		LinkText: other.anchors[min(int(r.ExpFloat64()*2), len(other.anchors)-1)], FirstSeen: found.Format(time.DateOnly), LastVisited: visited.Format(time.DateTime),
	}
	if r.IntN(3) == 0 {
		row.Nofollow = []string{"nofollow", "nofollow", "ugc", "sponsored", "nofollow,ugc"}[r.IntN(5)]
	}
	if r.IntN(4) == 0 {
		row.LinkType = []string{"image", "image", "image", "canonical", "alternate", "rss", "frame", "form"}[r.IntN(8)]
	}
	if r.IntN(7) == 0 {
		deleted := row.LastVisited
		row.DateDel = &deleted
	}
	return row
}
