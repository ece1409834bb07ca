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
	oldest   time.Time          // the oldest of all dates of both kinds, known with newest
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

// backlinks returns the links to what a request is about, in the order of the world.
func (w *world) backlinks(of scope) []*Row {
	var found []int32
	for host, links := range w.byTarget {
		if of.hasHost(host) {
			found = append(found, links...)
		}
	}
	slices.Sort(found)
	rows := make([]*Row, 0, len(found))
	for _, at := range found {
		if of.hasPath(w.links[at].URLTo) {
			rows = append(rows, w.links[at])
		}
	}
	return rows
}

// lastWeek is the week that ends with the newest date that a link was first seen, or was deleted: real time
// would give other answers tomorrow.
func (w *world) lastWeek(deleted bool) (from time.Time) {
	w.findDays()
	return w.newest[deleted].AddDate(0, 0, -7)
}

// days are the first and the last on which anything changed.
func (w *world) days() (first, last time.Time) {
	w.findDays()
	last = w.newest[false]
	if w.newest[true].After(last) {
		last = w.newest[true]
	}
	return w.oldest, last
}

func (w *world) findDays() {
	if len(w.newest) > 0 {
		return
	}
	w.newest[false], w.newest[true] = time.Time{}, time.Time{}
	for _, r := range w.links {
		for _, deleted := range []bool{false, true} {
			d := dayOf(appeared(r, deleted))
			if d.After(w.newest[deleted]) {
				w.newest[deleted] = d
			}
			if !d.IsZero() && (w.oldest.IsZero() || d.Before(w.oldest)) {
				w.oldest = d
			}
		}
	}
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
	sites   []string // the site asked about, and those that it is compared with
	items   []item
	whole   item               // what is known of all of them together
	encoded map[shape][][]byte // each item as JSON, once it was asked for
	orders  map[ordering][]int32
}

// listingKey is all that a listing depends on.
type listingKey struct {
	method, query, searchType string
	others, lang              string          // of the parameters intersect and lang
	readings                  Interpretations // the rest is as in the zero value
	words                     string          // additional filters
}

// maxListings bounds what is kept; far more sites are asked about only by soak tests.
const maxListings = 1024

// listing returns the listing of a request. The caller holds the lock.
func (s *Server) listing(sp *spec, entry Request, words []string) *listing {
	key := listingKey{sp.Method, entry.Query, entry.SearchType, strings.Join(entry.Intersect, " "), entry.Lang, sp.readings(s.opts.Interpretations), strings.Join(words, " ")}
	if l, ok := s.listings[key]; ok {
		return l
	}
	l := &listing{spec: sp, sites: append([]string{entry.Query}, entry.Intersect...), encoded: map[shape][][]byte{}, orders: map[ordering][]int32{}}
	made := groupings[sp.Grouped].rows(s.material(sp, l.sites, key, words))
	l.items, l.whole = made.items, made.whole
	if len(s.listings) >= maxListings {
		clear(s.listings)
	}
	s.listings[key] = l
	return l
}

// readings are the answers to those questions that the method's rows depend on.
func (sp *spec) readings(rd Interpretations) (needed Interpretations) {
	if reads := groupings[sp.Grouped].reads; reads != nil {
		needed = reads(rd)
	}
	if !sp.Lost && !sp.Ever {
		needed.ActiveOnly = rd.ActiveOnly
	}
	return needed
}

// forget drops what other rows of a domain change: all but what comes from other domains' rows alone.
func (s *Server) forget(domain string) {
	s.world = nil
	clear(s.views)
	maps.DeleteFunc(s.listings, func(k listingKey, l *listing) bool {
		host := scopeOf(k.query, k.searchType).host
		return l.spec.Links != "out" || k.words != "" || host == domain || strings.HasSuffix(host, "."+domain)
	})
}

// site is a site with the links that a method is about.
type site struct {
	name    string
	in, out []*Row
}

// material is what rows are made of.
type material struct {
	spec     *spec
	readings Interpretations // those that the rows depend on
	lang     string
	sites    []site
	world    func() *world
	threats  *threatList
	domains  map[string]string // registrable, by host
}

// links are those of the site that was asked about, at the end that the method is about.
func (m *material) links() []*Row {
	if m.spec.Links == "out" {
		return m.sites[0].out
	}
	return m.sites[0].in
}

// far is the host at the other end of a link.
func (m *material) far(r *Row) string { return hostOf(m.spec.far(r)) }

// domain is the registrable domain of a host.
func (m *material) domain(host string) string {
	d, known := m.domains[host]
	if !known {
		d = registrableDomain(host)
		m.domains[host] = d
	}
	return d
}

func (s *Server) material(sp *spec, names []string, key listingKey, words []string) *material {
	m := &material{
		spec: sp, readings: key.readings, lang: key.lang, world: s.theWorld,
		threats: &threatList{of: s.opts.Threats, hosts: map[string]*Threat{}}, domains: map[string]string{},
	}
	tests := m.tests(words)
	for _, name := range names {
		of, one := scopeOf(name, key.searchType), site{name: name}
		if sp.Links != "out" {
			one.in = keepLinks(s.theWorld().backlinks(of), tests)
		}
		if sp.Links != "in" {
			one.out = keepLinks(s.outlinks(of), tests)
		}
		m.sites = append(m.sites, one)
	}
	return m
}

// tests are what a link must pass to be one that the method is about.
func (m *material) tests(words []string) (tests []func(*Row) bool) {
	sp := m.spec
	switch {
	case sp.Lost:
		tests = append(tests, func(r *Row) bool { return r.DateDel != nil })
	case m.readings.ActiveOnly && !sp.Ever:
		tests = append(tests, func(r *Row) bool { return r.DateDel == nil })
	}
	if sp.LinkType != "" {
		tests = append(tests, func(r *Row) bool { return r.LinkType == sp.LinkType })
	}
	if sp.Malicious {
		tests = append(tests, func(r *Row) bool { return m.threats.find(m.far(r)) != nil })
	}
	for _, word := range words {
		tests = append(tests, additionalFilters[word](sp, m.world()))
	}
	return tests
}

func keepLinks(links []*Row, tests []func(*Row) bool) []*Row {
	kept := make([]*Row, 0, len(links))
	for _, r := range links {
		if !slices.ContainsFunc(tests, func(test func(*Row) bool) bool { return !test(r) }) {
			kept = append(kept, r)
		}
	}
	return kept
}

// outlinks are the links from what a request is about, whether they are gone or not. The rows of a domain are its
// outlinks, whatever their pages are called: tests have pages of odd hosts. A subdomain without rows of its own has
// those of its pages that the domain above it has.
func (s *Server) outlinks(of scope) []*Row {
	owner := of.host
	rows, ok := s.data[owner]
	for !ok && owner != "" {
		_, owner, _ = strings.Cut(owner, ".")
		rows, ok = s.data[owner]
	}
	links := make([]*Row, 0, len(rows))
	for i := range rows {
		if owner == of.host && of.searchType == withSubdomains || of.has(rows[i].URLFrom) {
			links = append(links, &rows[i])
		}
	}
	return links
}
