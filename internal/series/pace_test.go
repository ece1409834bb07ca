package series

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// stalled has taken some pages, and takes more when it is let go.
type stalled struct {
	mu    sync.Mutex
	taken int
	letGo chan struct{}
}

func (p *stalled) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

func (p *stalled) Await(ctx context.Context, _ int) {
	select {
	case <-p.letGo:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.taken = 1 << 20
	case <-ctx.Done():
	}
}

// Whoever takes the rows stops in a page: no more pages are asked for than may be under way besides it, however fast they
// come, until it goes on.
func TestNoMoreIsAskedForThanTheRowsAreTaken(t *testing.T) {
	for stop := Ramp; stop < 8; stop++ {
		synctest.Test(t, func(t *testing.T) {
			a := &api{rows: count(2000)}
			pace := &stalled{taken: stop - 1, letGo: make(chan struct{})}
			o := a.options()
			o.Rate, o.Pace = 1, pace // two pages are asked for ahead
			r := NewStore().Open(t.Context(), ascending(1<<20), o)
			defer r.Close()
			go func() {
				time.Sleep(time.Hour)
				if n := a.requests(); n != stop+2 {
					t.Errorf("stopped in page %d, %d pages were bought", stop, n)
				}
				close(pace.letGo)
			}()
			if rows, err := all(r); err != nil || len(rows) != 2000 {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
	}
}

// What a check of a border would cost is not spent where it would be missing for the rows.
func TestABorderIsNotLookedIntoWithTheLastCredits(t *testing.T) {
	for _, spare := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			a := &api{rows: count(100)}
			for i := range a.rows {
				a.rows[i].n = int64(i+1) / 2 // a page begins with the row with which the one before has ended
			}
			o := a.options()
			o.Spare = func(need, more int64) bool { return spare }
			r := NewStore().Open(t.Context(), ascending(1<<20), o)
			defer r.Close()
			if rows, err := all(r); err != nil || len(rows) != 100 || (a.spent() == 100) == spare {
				t.Errorf("%d rows for %d credits, with credits to spare: %t; %v", len(rows), a.spent(), spare, err)
			}
		})
	}
}

// A check takes from the rows that are wanted, not from all that there are.
func TestABorderIsLookedIntoWithWhatALimitLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(100)}
		for i := range a.rows {
			a.rows[i].n = int64(i+1) / 2
		}
		o, most := a.options(), int64(0)
		o.Spare = func(need, more int64) bool { most = max(most, need); return true }
		r := NewStore().Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		for want := int64(70); want > 0; {
			rows, err := r.Next(want)
			if err != nil {
				t.Fatal(err)
			}
			want -= int64(len(rows))
		}
		if most == 0 || most > 40 { // 32 have come when the first border is looked into
			t.Errorf("%d rows were said to be needed", most)
		}
	})
}
