package serpstatsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// encode writes an item as an answer has it.
func (sp *spec) encode(i item, rd Interpretations) []byte {
	b := append(make([]byte, 0, 256), '{')
	for n, k := range sp.Keys {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, k.name(rd)), ':')
		f := factOf(k.Is, rd)
		switch {
		case f.null != nil && f.null(i):
			b = append(b, "null"...)
		case f.number != nil:
			b = append(b, rd.number(f.number(i))...)
		default:
			b = appendText(b, f.text(i))
		}
	}
	return append(b, '}')
}

// appendText writes a JSON text in which <, > and & stand for themselves.
func appendText(b []byte, s string) []byte {
	plain := func(c rune) bool { return ' ' <= c && c <= '~' && c != '"' && c != '\\' }
	if strings.IndexFunc(s, func(c rune) bool { return !plain(c) }) < 0 {
		return append(append(append(b, '"'), s...), '"')
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a text can be encoded
	}
	return append(b, bytes.TrimRight(out.Bytes(), "\n")...)
}
