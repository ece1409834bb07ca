package serpstatsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// view returns the rows that a request is about, in its order. Equal rows keep the order of the data, so
// that pages never overlap.
func (s *Server) view(entry Request, filter json.RawMessage) (*view, *rpcError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := fmt.Sprint(entry.Query, "\x00", entry.SearchType, "\x00", entry.Sort, "\x00", entry.Order, "\x00", entry.LinkPerDomain, "\x00", string(filter))
	if v, ok := s.views[key]; ok {
		return v, nil
	}
	rd := s.opts.Readings
	matches, e := rd.compile(filter)
	if e != nil {
		return nil, e
	}
	data := s.opts.Domains[entry.Query]
	rows := make([]*Row, 0, len(data))
	for i := range data {
		if entry.SearchType == "domain_with_subdomains" || ofDomain(data[i].URLFrom, entry.Query) {
			rows = append(rows, &data[i])
		}
	}
	if entry.LinkPerDomain > 0 && rd.LinkPerDomainFirst {
		rows = perDomain(rows, entry.LinkPerDomain)
	}
	rows = slices.DeleteFunc(rows, func(r *Row) bool { return !matches(r) })
	if entry.LinkPerDomain > 0 && !rd.LinkPerDomainFirst {
		rows = perDomain(rows, entry.LinkPerDomain)
	}
	order := rd.order(entry.Sort)
	slices.SortStableFunc(rows, func(a, b *Row) int {
		if entry.Order == "desc" {
			return order(b, a)
		}
		return order(a, b)
	})
	v := &view{rows: rows, encoded: make([][]byte, len(rows))}
	for i, r := range rows {
		v.encoded[i] = encodeRow(r, rd.NumbersAsStrings)
	}
	if len(s.views) > 64 {
		s.views = map[string]*view{}
	}
	s.views[key] = v
	return v, nil
}

func ofDomain(rawURL, domain string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && (strings.EqualFold(u.Hostname(), domain) || strings.EqualFold(u.Hostname(), "www."+domain))
}

// perDomain keeps at most n links to each registrable domain.
func perDomain(rows []*Row, n int) []*Row {
	seen := map[string]int{}
	return slices.DeleteFunc(rows, func(r *Row) bool {
		host := ""
		if u, err := url.Parse(r.URLTo); err == nil {
			host = strings.ToLower(u.Hostname())
		}
		if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			host = d
		}
		seen[host]++
		return seen[host] > n
	})
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
