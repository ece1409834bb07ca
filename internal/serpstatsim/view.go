package serpstatsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// shape is what an item's JSON depends on beside the item.
type shape struct{ numbersAsStrings, otherSpellings bool }

// ordering is what the order of a listing depends on.
type ordering struct {
	by   *fact
	desc bool
}

// view is what a request is about: numbers of a listing's items, filtered and sorted. It is kept because pages
// come one by one.
type view struct {
	of    *listing
	items []int32
}

// view returns the items that a request is about, in its order.
func (s *Server) view(sp *spec, entry Request, complexFilter json.RawMessage) (*view, *rpcError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := fmt.Sprint(sp.Method, "\x00", entry.Query, "\x00", entry.SearchType, "\x00", entry.Sort, "\x00", entry.Order, "\x00", entry.LinkPerDomain, "\x00", string(complexFilter))
	if v, ok := s.views[key]; ok {
		return v, nil
	}
	rd := s.opts.Interpretations
	f, e := rd.compile(sp, complexFilter)
	if e != nil {
		return nil, e
	}
	l := s.listing(sp, entry, f.words)
	kept := l.keep(rd, entry.LinkPerDomain, f)
	v := &view{of: l, items: make([]int32, 0, len(l.items))}
	for _, at := range l.ordered(ordering{factOf(sp.Sort[entry.Sort], rd), entry.Order == "desc"}) {
		if kept[at] {
			v.items = append(v.items, at)
		}
	}
	v.items = slices.Clip(v.items)
	if len(s.views) >= 64 {
		clear(s.views)
	}
	s.views[key] = v
	return v, nil
}

// keep marks the items that a request is about. linkPerDomain counts in the order of the data, so that
// sort does not decide which links there are. It counts the links of a site at their far end.
func (l *listing) keep(rd Interpretations, linkPerDomain int, f *filter) []bool {
	kept, links := make([]bool, len(l.items)), map[string]int{}
	for n, i := range l.items {
		kept[n] = f.keeps(i)
		if linkPerDomain > 0 && (kept[n] || rd.LinkPerDomainFirst) {
			site := registrableDomain(hostOf(l.spec.far(i.Row)))
			links[site]++
			kept[n] = kept[n] && links[site] <= linkPerDomain
		}
	}
	return kept
}

// ordered returns all item numbers in an order. Equal items keep the order of the data, so that pages never
// overlap.
func (l *listing) ordered(o ordering) []int32 {
	if kept, ok := l.orders[o]; ok {
		return kept
	}
	numbers := make([]int32, len(l.items))
	for n := range numbers {
		numbers[n] = int32(n)
	}
	if o.by.number != nil {
		sortBy(numbers, l.items, o.by.number, o.desc)
	} else {
		sortBy(numbers, l.items, o.by.text, o.desc)
	}
	l.orders[o] = numbers
	return numbers
}

// sortBy asks for each key once: a rank is looked up in the list of public suffixes.
func sortBy[K cmp.Ordered](numbers []int32, items []item, of func(item) K, desc bool) {
	keys := make([]K, len(items))
	for n, i := range items {
		keys[n] = of(i)
	}
	slices.SortFunc(numbers, func(a, b int32) int {
		c := cmp.Compare(keys[a], keys[b])
		if desc {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a, b))
	})
}

// page encodes items of the view; an item's JSON is kept for the next time. The caller holds the lock.
func (v *view) page(from, to int, rd Interpretations) [][]byte {
	as := shape{rd.NumbersAsStrings, rd.OtherSpellings}
	encoded := v.of.encoded[as]
	if encoded == nil {
		encoded = make([][]byte, len(v.of.items))
		v.of.encoded[as] = encoded
	}
	rows := make([][]byte, 0, to-from)
	for _, at := range v.items[from:to] {
		if encoded[at] == nil {
			encoded[at] = v.of.spec.encode(v.of.items[at], rd)
		}
		rows = append(rows, encoded[at])
	}
	return rows
}

func ofDomain(rawURL, domain string) bool {
	host := hostOf(rawURL)
	return host == domain || host == "www."+domain
}

// hostOf returns a URL's host in lower case, without user and port, "" where it has none. It takes what
// url.Parse refuses: links with a bare % in their path are real.
func hostOf(rawURL string) string {
	_, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		rest = rest[:i]
	}
	return strings.ToLower(rest)
}

// platforms are sites whose subdomains are domains to Serpstat, though the public suffix list does not say so:
// in the recorded getLostBacklinks yonoo88.tistory.com has a rank and is listed under no_subdomains.
var platforms = []string{"tistory.com"}

// registrableDomain is the host itself where the public suffix list knows no better.
func registrableDomain(host string) string {
	for _, p := range platforms {
		if name, ok := strings.CutSuffix(host, "."+p); ok {
			return name[strings.LastIndexByte(name, '.')+1:] + "." + p
		}
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}
