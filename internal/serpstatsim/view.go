package serpstatsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
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
	key := fmt.Sprintf("%s %q %s %q %s %d %q %q %q %q %s", sp.Method, entry.Query, entry.SearchType, entry.Sort, entry.Order, entry.LinkPerDomain,
		entry.Anchor, entry.WordCount, entry.Intersect, entry.Lang, complexFilter)
	if v, ok := s.views[key]; ok {
		return v, nil
	}
	rd := s.opts.Interpretations
	f, e := rd.compile(sp, entry, complexFilter)
	if e != nil {
		return nil, e
	}
	l := s.listing(sp, entry, f.words)
	if t := sp.Top; t != nil {
		l.cut(ordering{factOf(t.By, rd), true}, t.Rows)
	}
	linkPerDomain := entry.LinkPerDomain
	if sp.Params["linkPerDomain"].Ignored {
		linkPerDomain = 0
	}
	kept := l.keep(rd, linkPerDomain, f)
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
// overlap; so do all where there is nothing to sort by.
func (l *listing) ordered(o ordering) []int32 {
	if kept, ok := l.orders[o]; ok {
		return kept
	}
	numbers := make([]int32, len(l.items))
	for n := range numbers {
		numbers[n] = int32(n)
	}
	switch {
	case o.by == nil:
	case o.by.number != nil:
		sortBy(numbers, l.items, o.by.number, o.desc)
	default:
		sortBy(numbers, l.items, o.by.text, o.desc)
	}
	l.orders[o] = numbers
	return numbers
}

// cut leaves the first items in an order, and does nothing the second time.
func (l *listing) cut(o ordering, most int) {
	var first []item
	for _, at := range l.ordered(o)[:min(most, len(l.items))] {
		first = append(first, l.items[at])
	}
	l.items = first
	clear(l.orders)
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
			encoded[at] = v.of.encode(v.of.items[at], rd)
		}
		rows = append(rows, encoded[at])
	}
	return rows
}

// encode writes an item as an answer has it.
func (l *listing) encode(i item, rd Interpretations) []byte {
	b := append(make([]byte, 0, 256), '{')
	for _, k := range l.spec.Keys {
		if k.Site > len(l.sites) {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		name := k.name(rd)
		if k.Site > 0 {
			name += l.sites[k.Site-1]
		}
		b = append(appendText(b, name), ':')
		b = rd.value(b, factOf(k.Is, rd), i)
	}
	return append(b, '}')
}
