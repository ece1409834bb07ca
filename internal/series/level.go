package series

import (
	"bytes"
	"context"
	"encoding/gob"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Level is where series outlive the process. Its methods may be called concurrently. What it is told is written later, in
// the order in which it is told; what cannot be written is lost, and bought anew by whoever asks for it next.
type Level interface {
	// Like lists what is kept for an account under a common key, begun at since or later, and may wait for a disk.
	Like(account, common string, since time.Time) []Kept
	// Begin makes a record, which takes the place of an older one with the same key. Nothing is kept of it where there is
	// a younger one.
	Begin(Entry) Record
	// Await returns when not too much waits to be written, or ctx has ended.
	Await(ctx context.Context)
}

// Record is a series on a level. Where another process has changed or dropped it, nothing more is written to it.
type Record interface {
	// Append adds the rows that begin at an offset. The entry is that of the series with them.
	Append(offset int64, rows *table.Rows, e Entry)
	// Update says that only the entry has changed.
	Update(Entry)
	// Drop forgets the record: its rows are no longer those of the API.
	Drop()
	// Page reads the rows that begin at an offset, which may be gone.
	Page(offset int64) (*table.Rows, error)
}

// Entry is what a level keeps of a series besides its rows.
type Entry struct {
	Account, Key, Common string
	Method, Params       string // of the request, the latter as JSON; for people
	Begun                time.Time
	Rows, Total          int64
	Credits              int64  // that it has cost
	Memo                 []byte // what the store needs to go on
}

// Kept is a series that a level has.
type Kept struct {
	Entry
	Record Record
}

// memo is what a series is made of again, with encoding/gob. The types of About and Note have to be registered there.
type memo struct {
	Request         table.Request
	Order           Order
	Counted         bool
	About, Note     any
	Total, TopTotal int64
	Lies            bool
	Most            int
	Left            int64
	Ends            []int64 // of the pages
}

func init() { gob.Register(table.Names("")) }

// name is a key as a level has it: the same in all processes, for rows that are packed alike.
func (of Of) name(k key) string {
	counted := ""
	if k.counted {
		counted = " counted"
	}
	return of.Table.Fingerprint() + counted + " " + k.request
}

// lasts reports that a level keeps series of this kind.
func (st *Store) lasts(of Of) bool { return of.Account != "" && st.Level != nil }

// entry is what the level is told of the series as it is now.
func (s *Series) entry() Entry {
	m := memo{Request: s.Request, Order: s.Order, Counted: s.Counted, About: s.About, Note: s.note, Total: s.total, TopTotal: s.topTotal, Lies: s.lies, Most: s.most, Left: s.left, Ends: s.ends}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(m); err != nil {
		panic("series: a request cannot be encoded: " + err.Error())
	}
	method, params, _ := strings.Cut(s.key.request, " ")
	return Entry{
		Account: s.Account, Key: s.name(s.key), Common: s.name(s.alike), Method: method, Params: params,
		Begun: s.begun, Rows: s.rows, Total: s.total, Credits: s.credits, Memo: b.Bytes(),
	}
}

// save tells the level of rows that have come, or with none that something else has changed.
func (s *Series) save(offset int64, rows *table.Rows) {
	switch {
	case !s.saved:
		return
	case s.record == nil:
		s.record = s.store.Level.Begin(s.entry())
	}
	if rows.Len() == 0 {
		s.record.Update(s.entry())
		return
	}
	s.record.Append(offset, rows, s.entry())
}

// unsave takes a series from the level: its rows are no longer those of the API.
func (s *Series) unsave() {
	if s.record != nil {
		s.record.Drop()
	}
	s.record, s.saved = nil, false
}
