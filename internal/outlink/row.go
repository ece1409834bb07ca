// Package outlink decides, without any I/O, how a SQL scan of Serpstat's outgoing links is answered:
// which part of the WHERE clause the API may filter ([BuildFilter]), which part is checked on this side
// ([Residual]), which requests a scan is made of ([NewPlan]), how large its pages are ([Pager]) and how a
// result past the API's row cap is cut into complete, disjoint parts ([Splitter]).
//
// Two rules hold everywhere. A filter sent to the API never drops a row that SQL would keep, under any
// reading of the API's documentation that is still open. And no row is asked for that is not needed.
package outlink

import "time"

// Row is one outgoing link as getOutlinks returns it. Times are UTC; a zero time is SQL NULL, as is a
// text field whose bit is set in Null.
type Row struct {
	URLFrom, URLTo, LinkText string
	Nofollow, LinkType       string
	LinksExt                 int64
	FirstSeen, LastVisited   time.Time
	DateDel                  time.Time
	Null                     Nulls
}

// Nulls is the set of text fields of a [Row] that are SQL NULL.
type Nulls uint8

// The members of [Nulls].
const (
	NullURLFrom Nulls = 1 << iota
	NullURLTo
	NullLinkText
	NullNofollow
	NullLinkType
)

// Column names of the table that rows are matched by.
const (
	ColURLFrom     = "url_from"
	ColURLTo       = "url_to"
	ColLinkText    = "link_text"
	ColNofollow    = "nofollow"
	ColLinkType    = "link_type"
	ColLinksExt    = "links_ext"
	ColFirstSeen   = "first_seen"
	ColLastVisited = "last_visited"
	ColDateDel     = "date_del"
)

// text returns a text column of the row; ok is false where it is NULL.
func (r *Row) text(column string) (value string, ok bool) {
	switch column {
	case ColURLFrom:
		return r.URLFrom, r.Null&NullURLFrom == 0
	case ColURLTo:
		return r.URLTo, r.Null&NullURLTo == 0
	case ColLinkText:
		return r.LinkText, r.Null&NullLinkText == 0
	case ColNofollow:
		return r.Nofollow, r.Null&NullNofollow == 0
	case ColLinkType:
		return r.LinkType, r.Null&NullLinkType == 0
	}
	return "", false
}

// instant returns a timestamp column of the row; a zero time is NULL.
func (r *Row) instant(column string) time.Time {
	switch column {
	case ColFirstSeen:
		return r.FirstSeen
	case ColLastVisited:
		return r.LastVisited
	case ColDateDel:
		return r.DateDel
	}
	return time.Time{}
}
