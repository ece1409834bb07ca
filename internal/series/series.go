// Package series reads a paged, paid API, and keeps what it has bought. A [Series] is all answers to requests that
// differ only in page and size: a list of rows that grows as they are bought, in the API's order, which all who read it
// share. A [Reader] takes what is there. At its end one of the readers buys the next page, with its own credits and at
// its own risk, and the others wait for it.
//
// No page is bought twice, none left out, and none bought that nobody will read. What comes is judged: where pages do
// not fit to each other, or rows are missing, they are asked for again, and if that does not help the readers are told.
//
// A [Store] holds the series of a process, bounded in bytes. How old one may be is said by whoever opens it. Its lock
// guards all that is in it: there are few events, a request and an answer for each page.
package series

import (
	"hash/maphash"
	"slices"
	"sort"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Of says which series.
type Of struct {
	Owner   any           // the series of one owner are dropped together
	Account string        // under which a level keeps them; "" is not at all
	Table   *table.Table  // whose method is asked
	Request table.Request // without page and size
	RowCap  int64         // rows that all requests of the series give
	// Order is by what the rows come sorted, as far as they show it.
	Order Order
	About any // what the owner knows of it besides
	// Counted says that total is the number of rows of the request. Where it is not, the end is an empty page, or total.
	Counted bool
}

// Order is an order by a field of numbers. The zero value is none.
type Order struct {
	Known      bool
	Field      int
	Descending bool
}

// value is what a row is sorted by.
func (o Order) value(row table.Row) int64 {
	n, _ := row.Cell(o.Field).Count()
	return n
}

// precedes reports that a row with value a must stand before one with b.
func (o Order) precedes(a, b int64) bool {
	return o.Known && (a < b && !o.Descending || a > b && o.Descending)
}

// key is the same for equal series.
type key struct {
	owner   any
	request string
	counted bool // a complex_filter of the user's can be the very filter of a clause, and is judged in another way
}

func (of Of) key() key {
	params, err := table.Encode(of.Request)
	if err != nil { // it holds texts and numbers
		panic("series: a request cannot be encoded: " + err.Error())
	}
	return key{of.Owner, of.Table.Method + " " + string(params), of.Counted}
}

// common is the key of a series for the same parameters without filter and sort.
func (of Of) common() key {
	return Of{Owner: of.Owner, Table: of.Table, Request: table.Request{Args: of.Request.Args}}.key()
}

// Series is what has been bought of one.
type Series struct {
	Of
	store *Store
	key   key
	alike key       // of all that differ from it in filter and sort alone
	begun time.Time // when the first page that came was asked for; zero before
	used  int64     // when it was opened last, by the store's count
	kept  bool      // it is in the store
	note  any
	left  int64 // credits left on the plan by the last answer; -1 where it did not say

	credits  int64  // that its answers have cost
	saved    bool   // the level is told of what comes
	record   Record // on the level; nil before there is something to tell
	recalled bool   // all its pages were bought by an earlier process, long ago, and it is not known whether more would follow from them

	pages   []*page
	ends    []int64 // of all pages, also of those that were dropped
	rows    int64   // up to the last page's end
	total   int64   // that the API has; -1 before the first answer
	size    int64   // bytes of the pages
	queue   []*request
	leaving chan struct{} // closed when the last request of all has left; nil before the first
	latency time.Duration // of an answer, smoothed
	readers map[*Reader]bool
	changed chan struct{} // closed, and made anew, when something has happened

	judged
	ended error   // why no more can be bought
	next  *Series // what it was bought anew as
}

// seed of the hashes of rows.
var seed = maphash.MakeSeed()

// happened wakes all who wait.
func (s *Series) happened() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// reach is how many rows the series can give, -1 where that is not known yet.
func (s *Series) reach() int64 { return min(s.total, s.RowCap) }

// asked is the offset behind all that was asked for.
func (s *Series) asked() int64 {
	for _, q := range slices.Backward(s.queue) {
		if q.kind == pageRequest {
			return q.offset + int64(q.size)
		}
	}
	return s.rows
}

// more reports whether there is something left to ask for. Before the first answer there is just its page.
func (s *Series) more() bool {
	if s.total < 0 {
		return s.asked() == 0
	}
	return s.asked() < s.reach()
}

// complete reports that all rows are here, and none is beyond the cap.
func (s *Series) complete() bool {
	return s.ended == nil && s.next == nil && s.total >= 0 && s.rows >= s.total && len(s.queue) == 0 && s.whole()
}

// whole reports that no page has been dropped at the front. All may have been.
func (s *Series) whole() bool {
	return s.next == nil && (s.rows == 0 || len(s.pages) > 0 && s.pages[0].offset == 0)
}

// pageAt is the page with the row at an offset, nil where that has not come.
func (s *Series) pageAt(offset int64) *page {
	i := sort.Search(len(s.pages), func(i int) bool { return s.pages[i].end() > offset })
	if i == len(s.pages) {
		return nil
	}
	return s.pages[i]
}
