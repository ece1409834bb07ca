package serpstatapi

import (
	"context"
	"fmt"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Rows asks a declared method for one page of rows. No data for a request is an answer without rows that cost a
// credit, not an error. An error is an [*Error]. Once it has been sent, a request is finished though ctx ends.
func (c *Client) Rows(ctx context.Context, t *table.Table, req table.Request) (*table.Answer, error) {
	if e := checkRequest(t, req); e != nil {
		return nil, c.finish(t.Method, e)
	}
	page, size := req.Page, req.Size
	if !t.CountsRows {
		page, size = 1, t.Page.MaxSize
	}
	answer, err := do(ctx, c, rpc[*table.Answer]{
		method:   t.Method,
		params:   req,
		paid:     true,
		exchange: Exchange{Domain: req.Site(), Page: page, Size: size},
		fields:   logFields(req),
		decode: func(s *jsonReader, ex *Exchange) (*table.Answer, *Error) {
			answer, e := readAnswerRows(t, s, page, size)
			if e != nil {
				return nil, e
			}
			return cost(t, answer, ex), nil
		},
		noData: func(ex *Exchange) *table.Answer { return cost(t, &table.Answer{LeftLines: -1}, ex) },
		done:   func(a *table.Answer, took time.Duration) { a.Took = took },
	})
	return answer, err
}

// cost notes what an answer cost.
func cost(t *table.Table, a *table.Answer, ex *Exchange) *table.Answer {
	a.Credits = t.Cost.Of(a.Rows.Len())
	ex.Rows, ex.Total, ex.LeftLines, ex.Credits = a.Rows.Len(), a.Total, a.LeftLines, a.Credits
	return a
}

// checkRequest refuses what the API would refuse, or charge for nothing.
func checkRequest(t *table.Table, req table.Request) *Error {
	problem := ""
	switch {
	case req.Site() == "":
		problem = "query is empty: write a domain"
	case !t.CountsRows:
		return nil
	case req.Page < 1:
		problem = fmt.Sprintf("page is %d: write 1 or more", req.Page)
	case req.Size < 1 || req.Size > t.Page.MaxSize:
		problem = fmt.Sprintf("size is %d: write 1 to %d", req.Size, t.Page.MaxSize)
	default:
		return nil
	}
	return &Error{Kind: KindBadRequest, Message: problem}
}

func logFields(req table.Request) []any {
	fields := []any{"domain", req.Site()}
	for _, a := range req.Args[1:] {
		fields = append(fields, a.Name, a.Value)
	}
	filter, _ := table.Encode(req.Filter)
	return append(fields, "page", req.Page, "size", req.Size, "sort", req.Sort, "order", req.Order, "filter", string(filter))
}

// absurdTotal is more rows than the API can mean.
const absurdTotal = 1e12

// readAnswerRows reads a page of a method's rows, and checks that the answer agrees with the request and with itself.
func readAnswerRows(t *table.Table, s *jsonReader, page, size int) (*table.Answer, *Error) {
	out := &table.Answer{LeftLines: -1}
	if s.next() != '{' {
		return nil, malformed("result is %s, not an object", s.redact.value(s.data))
	}
	var summary []byte
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case t.Rows:
			var e *Error
			if out.Rows, e = readRows(t, s, size); e != nil {
				return nil, e
			}
		case "summary_info":
			summary = s.raw()
		default:
			s.raw()
		}
	}
	switch {
	case out.Rows == nil && t.One:
		out.Rows = newRowReader(t, s, 0).rows.Rows()
	case out.Rows == nil:
		return nil, malformed("result.%s is missing", t.Rows)
	}
	return out, readSummary(t, out, s, summary, page, size)
}

func readRows(t *table.Table, s *jsonReader, size int) (*table.Rows, *Error) {
	if t.One {
		return readOne(t, s)
	}
	if s.next() != '[' {
		return nil, malformed("result.%s is %s, not a list", t.Rows, s.redact.value(s.raw()))
	}
	r := newRowReader(t, s, size)
	for s.enter('['); s.more(']'); {
		if r.rows.Len() == size {
			return nil, malformed("result.%s has more rows than the %d that were asked for", t.Rows, size)
		}
		if s.next() != '{' {
			return nil, unreadable("result.%s[%d] is %s, not an object", t.Rows, r.rows.Len(), s.redact.value(s.raw()))
		}
		if e := r.row(); e != nil {
			return nil, e
		}
	}
	return r.rows.Rows(), nil
}

// readOne reads the row of a method that gives one. Where it has none, PHP may write a list without elements.
func readOne(t *table.Table, s *jsonReader) (*table.Rows, *Error) {
	r := newRowReader(t, s, 1)
	if s.next() == '{' {
		e := r.row()
		return r.rows.Rows(), e
	}
	if raw := s.raw(); !isNull(raw) && string(raw) != "[]" {
		return nil, malformed("result.%s is %s, not an object", t.Rows, s.redact.value(raw))
	}
	return r.rows.Rows(), nil
}

func readSummary(t *table.Table, out *table.Answer, s *jsonReader, raw []byte, page, size int) *Error {
	var total, count, pageNumber, left []byte
	rows, ok := int64(out.Rows.Len()), false
	if out.Total = rows; !t.CountsRows && (absent(raw) || string(raw) == "[]") {
		return nil
	}
	isObject := object(raw, func(name string, value []byte) {
		switch name {
		case "total":
			total = value
		case "count":
			count = value
		case "page":
			pageNumber = value
		case "left_lines":
			left = value
		}
	})
	if !isObject {
		return malformed("result.summary_info is %s, not an object", s.redact.value(raw))
	}
	if t.CountsRows {
		if out.Total, ok = intOf(total); !ok || out.Total < 0 || out.Total > absurdTotal {
			return malformed("result.summary_info.total is %s, not a number of rows", s.redact.value(total))
		}
	}
	// Where the total counts nothing, neither may a count of 0, nor need a page be numbered from 1.
	if n, ok := intOf(count); !absent(count) && (!ok || n != rows && (t.CountsRows || n != 0)) {
		return malformed("result.summary_info.count is %s, but result.%s has %d rows", s.redact.value(count), t.Rows, rows)
	}
	if n, ok := intOf(pageNumber); t.CountsRows && !absent(pageNumber) && (!ok || n != int64(page)) {
		return malformed("result.summary_info.page is %s, but page %d was asked for", s.redact.value(pageNumber), page)
	}
	if rows > out.Total { // by how many rows were before, those who know what has come judge
		return malformed("result.summary_info.total is %d, but result.%s has %d rows", out.Total, t.Rows, rows)
	}
	if absent(left) {
		return nil
	}
	if out.LeftLines, ok = intOf(left); !ok {
		return malformed("result.summary_info.left_lines is %s, not a number of credits", s.redact.value(left))
	}
	out.LeftLines = max(out.LeftLines, 0) // a plan that is overdrawn has none left
	return nil
}
