package serpstatapi

import (
	"context"
	"fmt"
	"time"
)

const methodGetOutlinks = "SerpstatBacklinksProcedure.getOutlinks"

// maxSize is the most rows of a page, by the method's specification.
const maxSize = 1000

// OutlinksRequest asks for one page of the external links of a site. It costs a credit a row, or one for none.
type OutlinksRequest struct {
	Query, SearchType string
	Sort, Order       string // "" is not sent
	Page, Size        int    // from 1; size up to 1000
	LinkPerDomain     int64  // 0 is not sent
	ComplexFilter     [][]Condition
}

// Condition is one comparison of complexFilter, whose outer array is OR and whose inner ones are AND.
type Condition struct {
	Field       string `json:"field"`
	CompareType string `json:"compareType"`
	Value       []any  `json:"value"`
}

// Outlink is one link. Times are UTC; a zero time was null, as was a text whose name is in Null. A NUL
// character, which PostgreSQL cannot hold, and bytes that are not UTF-8 have become U+FFFD each.
type Outlink struct {
	URLFrom, URLTo, Nofollow, LinkType, LinkText string
	LinksExt                                     int64
	FirstSeen, LastVisited, DateDel              time.Time
	Null                                         NullTexts
}

// NullTexts marks the text fields of an [Outlink] that were null.
type NullTexts struct{ URLFrom, URLTo, Nofollow, LinkType, LinkText bool }

// OutlinksPage is one answer. Callers of identical requests may be given the same one: it is not to be changed.
type OutlinksPage struct {
	Rows        []Outlink
	Total       int64         // rows of the whole request
	LeftLines   int64         // credits left on the plan; -1 where the answer does not say
	Page, Count int           // the page asked for, and its number of rows
	Credits     int64         // what the answer cost when it was bought; see [WithAnswers]
	Took        time.Duration // from sending to having read the answer, without waiting for the rate limit
}

// outlinkBytes is the size of an [Outlink] without its texts.
const outlinkBytes = 168

func (p *OutlinksPage) size() int64 {
	bytes := int64(len(p.Rows)+1) * outlinkBytes
	for i := range p.Rows {
		o := &p.Rows[i]
		bytes += int64(len(o.URLFrom) + len(o.URLTo) + len(o.LinkText))
	}
	return bytes
}

type outlinksParams struct {
	Query         string        `json:"query"`
	SearchType    string        `json:"searchType"`
	Sort          string        `json:"sort,omitempty"`
	Order         string        `json:"order,omitempty"`
	Page          int           `json:"page"`
	Size          int           `json:"size"`
	LinkPerDomain int64         `json:"linkPerDomain,omitempty"`
	ComplexFilter [][]Condition `json:"complexFilter,omitempty"`
}

// GetOutlinks returns one page. A domain without data is an empty page that cost a credit, not an error. An
// error is an [*Error]. Identical calls that run at the same time are sent once.
func (c *Client) GetOutlinks(ctx context.Context, req OutlinksRequest) (*OutlinksPage, error) {
	if e := req.check(); e != nil {
		return nil, c.finish(methodGetOutlinks, e)
	}
	filter, _ := encode(req.ComplexFilter)
	return do(ctx, c, rpc[*OutlinksPage]{
		method:   methodGetOutlinks,
		params:   outlinksParams(req),
		exchange: Exchange{Domain: req.Query, Page: req.Page, Size: req.Size},
		fields: []any{"domain", req.Query, "search_type", req.SearchType, "page", req.Page, "size", req.Size,
			"sort", req.Sort, "order", req.Order, "link_per_domain", req.LinkPerDomain, "filter", string(filter)},
		decode: func(s *scan, ex *Exchange) (*OutlinksPage, *Error) {
			l, e := readList(s, req.Page, req.Size, readOutlink)
			if e != nil {
				return nil, e
			}
			return outlinksPage(req, l, ex), nil
		},
		noData: func(ex *Exchange) *OutlinksPage { return outlinksPage(req, list[Outlink]{left: -1}, ex) },
		done:   func(page *OutlinksPage, took time.Duration) { page.Took = took },
	})
}

// check refuses what the API would refuse, or charge for nothing.
func (req OutlinksRequest) check() *Error {
	problem := ""
	switch {
	case req.Query == "":
		problem = "query is empty: write a domain"
	case req.Page < 1:
		problem = fmt.Sprintf("page is %d: write 1 or more", req.Page)
	case req.Size < 1 || req.Size > maxSize:
		problem = fmt.Sprintf("size is %d: write 1 to %d", req.Size, maxSize)
	case req.LinkPerDomain < 0:
		problem = fmt.Sprintf("linkPerDomain is %d: write 1 or more", req.LinkPerDomain)
	default:
		return nil
	}
	return &Error{Kind: KindBadRequest, Message: problem}
}

// outlinksPage makes a page and notes in ex what it cost: a credit a row, or one for none.
func outlinksPage(req OutlinksRequest, l list[Outlink], ex *Exchange) *OutlinksPage {
	count := len(l.rows)
	credits := int64(max(count, 1))
	ex.Rows, ex.Total, ex.LeftLines, ex.Credits = count, l.total, l.left, credits
	return &OutlinksPage{Rows: l.rows, Total: l.total, LeftLines: l.left, Page: req.Page, Count: count, Credits: credits}
}

// outlinkFields are the fields of a row; the specification requires them all, so that one that is missing is
// an answer of another form. Only date_del may be left out, which is taken for null.
var outlinkFields = [...]string{"url_from", "url_to", "nofollow", "link_type", "links_ext", "link_text", "first_seen", "last_visited", "date_del"}

const requiredOutlinkFields = 1<<8 - 1 // a bit for each, without date_del

func readOutlink(s *scan, o *Outlink, index int) *Error {
	seen := 0
	for s.enter('{'); s.more('}'); {
		name, raw := s.key(), s.raw()
		field, ok := -1, true
		switch string(name) {
		case "url_from":
			field = 0
			o.URLFrom, o.Null.URLFrom, ok = nullableText(raw)
		case "url_to":
			field = 1
			o.URLTo, o.Null.URLTo, ok = nullableText(raw)
		case "nofollow":
			field = 2
			o.Nofollow, o.Null.Nofollow, ok = nullableWord(raw)
		case "link_type":
			field = 3
			o.LinkType, o.Null.LinkType, ok = nullableWord(raw)
		case "links_ext":
			field = 4
			o.LinksExt, ok = intOf(raw)
			ok = ok && o.LinksExt >= 0
		case "link_text":
			field = 5
			o.LinkText, o.Null.LinkText, ok = nullableText(raw)
		case "first_seen":
			field = 6
			o.FirstSeen, ok = dateOf(raw)
		case "last_visited":
			field = 7
			o.LastVisited, ok = dateOf(raw)
		case "date_del":
			field = 8
			o.DateDel, ok = dateOf(raw)
		}
		if !ok {
			return unreadable("result.data[%d].%s is %s, not %s", index, name, s.redact.value(raw), outlinkType(field))
		}
		if field >= 0 {
			seen |= 1 << field
		}
	}
	if seen&requiredOutlinkFields != requiredOutlinkFields {
		return unreadable("result.data[%d].%s is missing", index, missing(seen))
	}
	return nil
}

// outlinkType says what a field should have been.
func outlinkType(field int) string {
	switch {
	case field == 4:
		return "a number of links"
	case field >= 6:
		return "a date"
	}
	return "a text"
}

func missing(seen int) string {
	for i, name := range outlinkFields {
		if seen&(1<<i) == 0 {
			return name
		}
	}
	return ""
}

func nullableText(raw []byte) (text string, null, ok bool) {
	if isNull(raw) {
		return "", true, true
	}
	text, ok = textOf(raw)
	return text, false, ok
}

// nullableWord is nullableText for fields that have the same few words in all rows: those take no memory.
func nullableWord(raw []byte) (text string, null, ok bool) {
	switch string(raw) {
	case `"follow"`:
		return "follow", false, true
	case `"nofollow"`:
		return "nofollow", false, true
	case `"href"`:
		return "href", false, true
	}
	return nullableText(raw)
}
