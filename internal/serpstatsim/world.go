package serpstatsim

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// world is the union of all domains' links, found by where they lead.
type world struct {
	links    []*Row // by domain, each domain's in its order
	byTarget map[string][]int32
	newest   map[bool]time.Time // the newest first_seen (false) and date_del (true), once asked for
}

// theWorld is built when it is first asked for, and dropped by SetRows. The caller holds the lock.
func (s *Server) theWorld() *world {
	if s.world == nil {
		s.world = newWorld(s.data)
	}
	return s.world
}

func newWorld(data map[string][]Row) *world {
	w := &world{byTarget: map[string][]int32{}, newest: map[bool]time.Time{}}
	for _, domain := range slices.Sorted(maps.Keys(data)) {
		known := linksOfParents(data, domain)
		rows := data[domain]
		for i := range rows {
			if n := linkKey(&rows[i]); known[n] > 0 {
				known[n]--
				continue
			}
			host := hostOf(rows[i].URLTo)
			w.byTarget[host] = append(w.byTarget[host], int32(len(w.links)))
			w.links = append(w.links, &rows[i])
		}
	}
	return w
}

// linksOfParents counts the links of the domains that a domain is part of: theirs include its own, and the
// world has each link once. A domain that has no parents, as most, costs nothing here.
func linksOfParents(data map[string][]Row, domain string) map[Row]int {
	var known map[Row]int
	for parent := domain; ; {
		_, after, ok := strings.Cut(parent, ".")
		if !ok {
			return known
		}
		parent = after
		counts := map[Row]int{}
		for i := range data[parent] {
			counts[linkKey(&data[parent][i])]++
		}
		for k, n := range counts {
			if known == nil {
				known = map[Row]int{}
			}
			known[k] = max(known[k], n)
		}
	}
}

// linkKey is a link by value: two links are one where every text is the same.
func linkKey(r *Row) Row {
	k := *r
	if k.DateDel != nil {
		k.LastVisited, k.DateDel = k.LastVisited+"\x00"+*k.DateDel, nil
	}
	return k
}

// backlinks returns the links to a site, in the order of the world.
func (w *world) backlinks(site, searchType string) []*Row {
	var found []int32
	for host, links := range w.byTarget {
		if host == site || host == "www."+site || searchType == withSubdomains && strings.HasSuffix(host, "."+site) {
			found = append(found, links...)
		}
	}
	slices.Sort(found)
	rows := make([]*Row, len(found))
	for i, at := range found {
		rows[i] = w.links[at]
	}
	return rows
}

// lastWeek is the week that ends with the newest date that a link was first seen, or was deleted: real time
// would give other answers tomorrow.
func (w *world) lastWeek(deleted bool) (from time.Time) {
	if _, ok := w.newest[deleted]; !ok {
		var newest time.Time
		for _, r := range w.links {
			if d := dayOf(appeared(r, deleted)); d.After(newest) {
				newest = d
			}
		}
		w.newest[deleted] = newest
	}
	return w.newest[deleted].AddDate(0, 0, -7)
}

// appeared is when a link got onto its list: when it was first seen, and on those of lost links when it was
// deleted. The recorded getLostBacklinks of February 2025 has links of October under last_week.
func appeared(r *Row, lost bool) string {
	if lost {
		return or(r.DateDel, "")
	}
	return r.FirstSeen
}

// dayOf is the zero time for what is no date.
func dayOf(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s[:min(len(s), len(time.DateOnly))])
	if err != nil {
		return time.Time{}
	}
	return t
}

// additionalFilters are the words that stand for a condition on a whole request; the methods take different
// ones. They judge a link by its far end: by where a backlink comes from, by where an outlink leads. All of
// it is a guess at what the words mean.
var additionalFilters = map[string]func(*spec, *world) func(*Row) bool{
	"no_subdomains": ofSubdomains(false),
	// www is none: the recorded getOutDomains of serpstat.com lists support.google.com first, with 340 links,
	// where every page of that site links to www.facebook.com.
	"only_subdomains": ofSubdomains(true),
	// The opposite of only_subdomains: getOutDomains, which takes no no_subdomains, has no other word for it.
	"only_hosts": ofSubdomains(false),
	"only_main_page": func(*spec, *world) func(*Row) bool {
		return func(r *Row) bool { return isMainPage(r.URLFrom) }
	},
	"last_week": func(sp *spec, w *world) func(*Row) bool {
		from := w.lastWeek(sp.Lost)
		return func(r *Row) bool { return !dayOf(appeared(r, sp.Lost)).Before(from) }
	},
}

// ofSubdomains judges a link by whether its far end is a subdomain.
func ofSubdomains(wanted bool) func(*spec, *world) func(*Row) bool {
	return func(sp *spec, _ *world) func(*Row) bool {
		return func(r *Row) bool { return isSubdomain(hostOf(sp.far(r))) == wanted }
	}
}

func isMainPage(rawURL string) bool {
	_, rest, _ := strings.Cut(rawURL, "://")
	i := strings.IndexAny(rest, `/?#\`)
	return i < 0 || rest[i:] == "/"
}

// listing is what a method has to say about a site before filter, sort and page, and what is worked out
// about it once.
type listing struct {
	spec    *spec
	items   []item
	encoded map[shape][][]byte // each item as JSON, once it was asked for
	orders  map[ordering][]int32
}

// listingKey is all that a listing depends on.
type listingKey struct {
	method, query, searchType string
	activeOnly                bool
	words                     string // additional filters
}

// maxListings bounds what is kept; far more sites are asked about only by soak tests.
const maxListings = 1024

// listing returns the listing of a request. The caller holds the lock.
func (s *Server) listing(sp *spec, entry Request, words []string) *listing {
	key := listingKey{sp.Method, entry.Query, entry.SearchType, s.opts.Interpretations.ActiveOnly && !sp.Lost, strings.Join(words, " ")}
	if l, ok := s.listings[key]; ok {
		return l
	}
	l := &listing{spec: sp, items: s.items(sp, key, words), encoded: map[shape][][]byte{}, orders: map[ordering][]int32{}}
	if len(s.listings) >= maxListings {
		clear(s.listings)
	}
	s.listings[key] = l
	return l
}

// forget drops what other rows of a domain change: all but what comes from other domains' rows alone.
func (s *Server) forget(domain string) {
	s.world = nil
	clear(s.views)
	maps.DeleteFunc(s.listings, func(k listingKey, l *listing) bool {
		return k.query == domain || l.spec.Links == "in" || k.words != ""
	})
}

func (s *Server) items(sp *spec, key listingKey, words []string) []item {
	var tests []func(*Row) bool
	for _, word := range words {
		tests = append(tests, additionalFilters[word](sp, s.theWorld()))
	}
	var links []*Row
	for _, r := range s.links(sp, key) {
		gone := r.DateDel != nil
		if sp.Lost && !gone || key.activeOnly && gone || slices.ContainsFunc(tests, func(test func(*Row) bool) bool { return !test(r) }) {
			continue
		}
		links = append(links, r)
	}
	if sp.Grouped != "" {
		return groupings[sp.Grouped](sp, links)
	}
	items := make([]item, len(links))
	for i, r := range links {
		items[i].Row = r
	}
	return items
}

// links are those of a site, whether they are gone or not. The rows of a domain are its outlinks, whatever
// their pages are called: tests have pages of odd hosts.
func (s *Server) links(sp *spec, key listingKey) []*Row {
	if sp.Links == "in" {
		return s.theWorld().backlinks(key.query, key.searchType)
	}
	rows := s.data[key.query]
	links := make([]*Row, 0, len(rows))
	for i := range rows {
		if key.searchType == withSubdomains || ofDomain(rows[i].URLFrom, key.query) {
			links = append(links, &rows[i])
		}
	}
	return links
}

// groupings make rows of links. They group by host, not by site: the recorded answer of getOutDomains has
// support.google.com beside chrome.google.com, and getRefDomains takes only_subdomains and no_subdomains,
// which would be pointless if its rows could not be subdomains. www.a.com is a host of its own; nothing
// recorded shows one.
var groupings = map[string]func(*spec, []*Row) []item{
	"host_links": func(sp *spec, links []*Row) []item { return byHost(sp, links, nil) },
	"host_pages": func(sp *spec, links []*Row) []item {
		return byHost(sp, links, func(r *Row) string { return r.URLFrom })
	},
}

// byHost counts links by the host of their far end, those that are equal in what distinct says once. Hosts
// come in the order in which they are met.
func byHost(sp *spec, links []*Row, distinct func(*Row) string) []item {
	var items []item
	groups, seen := map[string]*group{}, map[string]bool{}
	for _, r := range links {
		host := hostOf(sp.far(r))
		g := groups[host]
		switch {
		case host == "":
			continue // what leads nowhere is of no host
		case g == nil:
			g = &group{host: host, rank: shownRank(host), siteRank: siteRank(host)}
			groups[host] = g
			items = append(items, item{group: g})
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
	return items
}
