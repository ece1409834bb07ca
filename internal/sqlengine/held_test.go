package sqlengine

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"modernc.org/sqlite/vtab"
)

// Of a long result that is read once, what has been read is let go; of one that others read too, or that is read again,
// all rows are held.
func TestWhatAScanHolds(t *testing.T) {
	const rows = 3 * maxHeld / 1000
	for name, c := range map[string]struct {
		keep    bool
		readers int
		holds   bool
	}{"read once": {false, 1, false}, "read by two": {false, 2, true}, "read again": {true, 1, true}} {
		s := newScan(request{limit: -1})
		s.keep = c.keep
		for range c.readers {
			s.enter()
		}
		go func() {
			for i := range rows {
				s.receive(context.Background(), []vtab.Value{int64(i), strings.Repeat("x", 1000)}) //nolint:errcheck // there is no end of the context
			}
		}()
		most := int64(0)
		for i := range rows {
			row, err := s.row(context.Background(), i)
			if err != nil || fmt.Sprint(row[0]) != fmt.Sprint(i) {
				t.Fatalf("%s: row %d is %v, %v", name, i, row[0], err)
			}
			s.mu.Lock()
			most = max(most, s.bytes)
			s.mu.Unlock()
		}
		if holds := most > 2*maxHeld; holds != c.holds || s.letGo() == c.holds {
			t.Errorf("%s: it has held %d bytes, and let go of some: %t", name, most, s.letGo())
		}
	}
}
