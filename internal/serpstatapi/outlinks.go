package serpstatapi

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

const methodGetOutlinks = "SerpstatBacklinksProcedure.getOutlinks"

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
// character, which PostgreSQL cannot hold, and bytes that are not UTF-8 have become U+FFFD.
type Outlink struct {
	URLFrom, URLTo, Nofollow, LinkType, LinkText string
	LinksExt                                     int64
	FirstSeen, LastVisited, DateDel              time.Time
	Null                                         NullTexts
}

// NullTexts marks the text fields of an [Outlink] that were null.
type NullTexts struct{ URLFrom, URLTo, Nofollow, LinkType, LinkText bool }

// OutlinksPage is one answer.
type OutlinksPage struct {
	Rows      []Outlink
	Total     int64         // rows of the whole request
	LeftLines int64         // credits left on the plan; -1 where the answer does not say
	Credits   int64         // what the answer cost
	Took      time.Duration // from sending to the last byte, without waiting for the rate limit
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

// GetOutlinks returns one page. A domain without data is an empty page, not an error. Identical calls that
// run at the same time are sent once.
func (c *Client) GetOutlinks(ctx context.Context, req OutlinksRequest) (*OutlinksPage, error) {
	params := outlinksParams(req)
	key, err := encode(params)
	if err != nil {
		return nil, &Error{Kind: KindBadRequest, Message: err.Error(), method: "getOutlinks"}
	}
	return share(ctx, &c.flights, methodGetOutlinks+string(key), func(ctx context.Context) (*OutlinksPage, error) {
		return c.getOutlinks(ctx, params)
	})
}

func (c *Client) getOutlinks(ctx context.Context, params outlinksParams) (*OutlinksPage, error) {
	var page *OutlinksPage
	filter, _ := encode(params.ComplexFilter)
	err := c.call(ctx, rpcCall{
		method:   methodGetOutlinks,
		params:   params,
		exchange: Exchange{Domain: params.Query, Page: params.Page, Size: params.Size},
		decode: func(result json.RawMessage, ex *Exchange) (e *Error) {
			if page, e = decodeOutlinks(result, params.Page, params.Size); e != nil {
				return e
			}
			page.Credits = int64(max(len(page.Rows), 1))
			ex.Rows, ex.Total, ex.LeftLines, ex.Credits = len(page.Rows), page.Total, page.LeftLines, page.Credits
			return nil
		},
		noData: func(ex *Exchange) {
			page = &OutlinksPage{LeftLines: -1, Credits: 1}
			ex.Total, ex.Credits = 0, 1
		},
		took: func(d time.Duration) { page.Took = d },
		fields: []any{"method", "getOutlinks", "domain", params.Query, "search_type", params.SearchType, "page", params.Page,
			"size", params.Size, "sort", params.Sort, "order", params.Order, "filter", string(filter)},
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

type outlinksResult struct {
	Data    *[]wireOutlink `json:"data"`
	Summary *struct {
		LeftLines json.RawMessage `json:"left_lines"`
		Page      json.RawMessage `json:"page"`
		Count     json.RawMessage `json:"count"`
		Total     json.RawMessage `json:"total"`
	} `json:"summary_info"`
}

type wireOutlink struct {
	URLFrom     *string         `json:"url_from"`
	URLTo       *string         `json:"url_to"`
	Nofollow    *string         `json:"nofollow"`
	LinkType    *string         `json:"link_type"`
	LinksExt    json.RawMessage `json:"links_ext"`
	LinkText    *string         `json:"link_text"`
	FirstSeen   *string         `json:"first_seen"`
	LastVisited *string         `json:"last_visited"`
	DateDel     *string         `json:"date_del"`
}

// absurdTotal is more rows than the API can mean.
const absurdTotal = 1e12

func decodeOutlinks(result json.RawMessage, page, size int) (*OutlinksPage, *Error) {
	var wire outlinksResult
	if err := json.Unmarshal(result, &wire); err != nil {
		return nil, jsonError("result", err)
	}
	switch {
	case wire.Data == nil:
		return nil, malformed("result.data is missing")
	case wire.Summary == nil:
		return nil, malformed("result.summary_info is missing")
	case len(*wire.Data) > size:
		return nil, malformed("result.data has %d rows, %d were asked for", len(*wire.Data), size)
	}
	out := &OutlinksPage{LeftLines: -1}
	total, err := parseInt(wire.Summary.Total)
	if err != nil || total < 0 || total > absurdTotal {
		return nil, malformed("summary_info.total is %s", shown(wire.Summary.Total))
	}
	out.Total = total
	if count, err := parseInt(wire.Summary.Count); len(wire.Summary.Count) > 0 && (err != nil || count != int64(len(*wire.Data))) {
		return nil, malformed("summary_info.count is %s, result.data has %d rows", shown(wire.Summary.Count), len(*wire.Data))
	}
	if p, err := parseInt(wire.Summary.Page); len(wire.Summary.Page) > 0 && (err != nil || p != int64(page)) {
		return nil, malformed("summary_info.page is %s, page %d was asked for", shown(wire.Summary.Page), page)
	}
	if left, err := parseInt(wire.Summary.LeftLines); err == nil && len(wire.Summary.LeftLines) > 0 {
		out.LeftLines = left
	}
	before := int64(page-1) * int64(size)
	if got := int64(len(*wire.Data)); got > 0 && before+got > total {
		return nil, malformed("summary_info.total is %d, but page %d of size %d has %d rows", total, page, size, got)
	}
	out.Rows = make([]Outlink, len(*wire.Data))
	for i := range *wire.Data {
		if e := (*wire.Data)[i].decode(&out.Rows[i], i); e != nil {
			return nil, e
		}
	}
	return out, nil
}

func (w *wireOutlink) decode(into *Outlink, index int) *Error {
	into.URLFrom, into.Null.URLFrom = text(w.URLFrom)
	into.URLTo, into.Null.URLTo = text(w.URLTo)
	into.Nofollow, into.Null.Nofollow = text(w.Nofollow)
	into.LinkType, into.Null.LinkType = text(w.LinkType)
	into.LinkText, into.Null.LinkText = text(w.LinkText)
	n, err := parseInt(w.LinksExt)
	if err != nil || n < 0 {
		return malformed("data[%d].links_ext is %s, not a number of links", index, shown(w.LinksExt))
	}
	into.LinksExt = n
	for _, d := range []struct {
		name string
		from *string
		to   *time.Time
	}{
		{"first_seen", w.FirstSeen, &into.FirstSeen},
		{"last_visited", w.LastVisited, &into.LastVisited},
		{"date_del", w.DateDel, &into.DateDel},
	} {
		if *d.to, err = parseDate(d.from); err != nil {
			return malformed("data[%d].%s is %s, not a date", index, d.name, shown([]byte(*d.from)))
		}
	}
	return nil
}

func text(s *string) (value string, null bool) {
	if s == nil {
		return "", true
	}
	if strings.IndexByte(*s, 0) >= 0 {
		return strings.ReplaceAll(*s, "\x00", "\uFFFD"), false
	}
	return *s, false
}
