package serpstatsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// domainData is a domain's rows and what is worked out about them once, under the server's lock.
type domainData struct {
	rows    []Row
	encoded [][]byte // each row as JSON with numbers as numbers, once it was asked for
	orders  map[ordering][]int32
}

// ordering is what the order of a domain's rows depends on.
type ordering struct {
	sort, order        string
	checkIsLastVisited bool
}

func newDomainData(rows []Row) *domainData {
	return &domainData{rows: rows, encoded: make([][]byte, len(rows)), orders: map[ordering][]int32{}}
}

// view is what a request is about: row numbers of a domain, filtered and sorted. It is kept because pages
// come one by one.
type view struct {
	data *domainData
	rows []int32
}

// view returns the rows that a request is about, in its order.
func (s *Server) view(entry Request, filter json.RawMessage) (*view, *rpcError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := fmt.Sprint(entry.Query, "\x00", entry.SearchType, "\x00", entry.Sort, "\x00", entry.Order, "\x00", entry.LinkPerDomain, "\x00", string(filter))
	if v, ok := s.views[key]; ok {
		return v, nil
	}
	matches, e := s.opts.Readings.compile(filter)
	if e != nil {
		return nil, e
	}
	data := s.data[entry.Query]
	if data == nil {
		data = newDomainData(nil)
	}
	kept := s.opts.Readings.keep(data.rows, entry, matches)
	v := &view{data: data, rows: make([]int32, 0, len(data.rows))}
	for _, at := range data.ordered(s.opts.Readings, entry) {
		if kept[at] {
			v.rows = append(v.rows, at)
		}
	}
	v.rows = slices.Clip(v.rows)
	if len(s.views) >= 64 {
		s.views = map[string]*view{}
	}
	s.views[key] = v
	return v, nil
}

// keep marks the rows that a request is about. linkPerDomain counts in the order of the data, so that
// sort does not decide which links there are.
func (rd Readings) keep(rows []Row, entry Request, matches func(*Row) bool) []bool {
	kept, links := make([]bool, len(rows)), map[string]int{}
	for i := range rows {
		r := &rows[i]
		if entry.SearchType == "domain" && !ofDomain(r.URLFrom, entry.Query) {
			continue
		}
		kept[i] = matches(r)
		if entry.LinkPerDomain > 0 && (kept[i] || rd.LinkPerDomainFirst) {
			target := registrableDomain(hostOf(r.URLTo))
			links[target]++
			kept[i] = kept[i] && links[target] <= entry.LinkPerDomain
		}
	}
	return kept
}

// ordered returns all row numbers in a request's order. Equal rows keep the order of the data, so that
// pages never overlap.
func (d *domainData) ordered(rd Readings, entry Request) []int32 {
	key := ordering{entry.Sort, entry.Order, rd.CheckIsLastVisited}
	if kept, ok := d.orders[key]; ok {
		return kept
	}
	numbers := make([]int32, len(d.rows))
	for i := range numbers {
		numbers[i] = int32(i)
	}
	order := rd.order(entry.Sort)
	slices.SortFunc(numbers, func(a, b int32) int {
		c := order(&d.rows[a], &d.rows[b])
		if entry.Order == "desc" {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a, b))
	})
	d.orders[key] = numbers
	return numbers
}

// page encodes rows of the view; a row's JSON is kept for the next time.
func (v *view) page(from, to int, numbersAsStrings bool) [][]byte {
	rows := make([][]byte, 0, to-from)
	for _, at := range v.rows[from:to] {
		if numbersAsStrings {
			rows = append(rows, encodeRow(&v.data.rows[at], true))
			continue
		}
		if v.data.encoded[at] == nil {
			v.data.encoded[at] = encodeRow(&v.data.rows[at], false)
		}
		rows = append(rows, v.data.encoded[at])
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

// registrableDomain is the host itself where the public suffix list knows no better.
func registrableDomain(host string) string {
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

func (rd Readings) order(field string) func(a, b *Row) int {
	switch field {
	case "links_external":
		return func(a, b *Row) int { return cmp.Compare(a.LinksExt, b.LinksExt) }
	case "check":
		return func(a, b *Row) int {
			if rd.CheckIsLastVisited {
				return cmp.Compare(a.LastVisited, b.LastVisited)
			}
			return cmp.Compare(a.FirstSeen, b.FirstSeen)
		}
	}
	return func(a, b *Row) int { return cmp.Compare(filterText(a, field), filterText(b, field)) }
}

func encodeRow(r *Row, numbersAsStrings bool) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		panic(err) // a Row holds texts and numbers only
	}
	encoded := bytes.TrimRight(b.Bytes(), "\n")
	if numbersAsStrings {
		n := strconv.FormatInt(r.LinksExt, 10)
		encoded = bytes.Replace(encoded, []byte(`"links_ext":`+n), []byte(`"links_ext":"`+n+`"`), 1)
	}
	return encoded
}
