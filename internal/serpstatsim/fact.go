package serpstatsim

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"
)

// item is what a row of an answer is made from: a link, or a group of links.
type item struct {
	*Row
	*group
}

// group is a host with its links.
type group struct {
	host           string
	count          int64
	rank, siteRank int64
	latestVisit    string
}

// fact is something that is known about an item: a text or a number.
type fact struct {
	name     string
	ofGroups bool
	text     func(item) string
	number   func(item) int64
	null     func(item) bool // whether an answer has null for it; nil is never
}

var facts = map[string]*fact{
	"url_from":     {text: func(i item) string { return i.URLFrom }},
	"url_to":       {text: func(i item) string { return i.URLTo }},
	"nofollow":     {text: func(i item) string { return i.Nofollow }},
	"link_type":    {text: func(i item) string { return i.LinkType }},
	"link_text":    {text: func(i item) string { return i.LinkText }},
	"first_seen":   {text: func(i item) string { return i.FirstSeen }},
	"last_visited": {text: func(i item) string { return i.LastVisited }},
	"date_del":     {text: func(i item) string { return or(i.DateDel, "") }, null: func(i item) bool { return i.DateDel == nil }},
	"links_ext":    {number: func(i item) int64 { return i.LinksExt }},
	"rank_from":    {number: func(i item) int64 { return shownRank(hostOf(i.URLFrom)) }},

	"host":         {ofGroups: true, text: func(i item) string { return i.host }},
	"latest_visit": {ofGroups: true, text: func(i item) string { return i.latestVisit }},
	"count":        {ofGroups: true, number: func(i item) int64 { return i.count }},
	"rank":         {ofGroups: true, number: func(i item) int64 { return i.rank }},
	"site_rank":    {ofGroups: true, number: func(i item) int64 { return i.siteRank }},
}

func init() {
	for name, f := range facts {
		f.name = name
	}
}

// factOf finds a fact by its name in a spec. What check is depends on the readings.
func factOf(name string, rd Interpretations) *fact {
	switch {
	case name == "lost_check" && rd.LostCheckIsDeleted:
		name = "date_del"
	case (name == "check" || name == "lost_check") && rd.CheckIsLastVisited:
		name = "last_visited"
	case name == "check" || name == "lost_check":
		name = "first_seen"
	}
	return facts[name]
}

// siteRank is made up, the same for all hosts of a site.
func siteRank(host string) int64 {
	h := fnv.New32a()
	h.Write([]byte(registrableDomain(host)))
	return int64(h.Sum32() % 101)
}

// shownRank is 0 for a subdomain, as the recorded support.google.com is; www is no subdomain: the recorded
// www.topicalauthority.digital has a rank.
func shownRank(host string) int64 {
	if isSubdomain(host) {
		return 0
	}
	return siteRank(host)
}

func isSubdomain(host string) bool {
	return strings.TrimPrefix(host, "www.") != strings.TrimPrefix(registrableDomain(host), "www.")
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
