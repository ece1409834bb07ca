package sqlengine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

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

// A plugin's rows come as they are read, a few ahead: who pauses, as in less, has not asked for more.
func TestAScanIsNotAheadOfItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := newScan(request{limit: -1})
		defer context.AfterFunc(ctx, s.wake)()
		s.enter()
		come := 0
		go func() {
			for s.receive(ctx, []vtab.Value{int64(come)}) == nil {
				come++
			}
		}()
		for _, read := range []int{5, 6, 200} {
			if row, err := s.row(ctx, read-1); err != nil || row[0] != int64(read-1) {
				t.Fatalf("row %d is %v, %v", read-1, row, err)
			}
			synctest.Wait()
			if come > read+ahead {
				t.Errorf("%d rows have come, and %d are read", come, read)
			}
		}
		cancel()
		synctest.Wait()
	})
}
