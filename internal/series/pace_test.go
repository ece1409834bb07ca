package series

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
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
		take(t, r, 70)
		if most == 0 || most > 40 { // 32 have come when the first border is looked into
			t.Errorf("%d rows were said to be needed", most)
		}
	})
}

// Where a border is not looked into, no row is asked for in its place.
func TestABorderThatIsLeftOutCostsNothing(t *testing.T) {
	for want := int64(1); want <= 100; want++ {
		synctest.Test(t, func(t *testing.T) {
			a := &api{rows: count(200)}
			for i := range a.rows {
				a.rows[i].n = int64(i+1) / 2
			}
			o := a.options()
			o.Spare = func(need, more int64) bool { return false }
			r := NewStore().Open(t.Context(), ascending(1<<20), o)
			defer r.Close()
			take(t, r, want)
			if a.spent() > want {
				t.Errorf("%d rows were asked for, %d were wanted", a.spent(), want)
			}
		})
	}
}

// What is needed first leaves first, where the rate limit lets one request go at a time.
func TestPagesAreAskedForInTheirOrder(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			a := &api{rows: count(1000)}
			o := a.options()
			turn := make(chan struct{}, 1)
			o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
				turn <- struct{}{}
				time.Sleep(time.Millisecond)
				<-turn
				return a.fetch(ctx, page, size, expect)
			}
			r := NewStore().Open(t.Context(), ascending(1<<20), o)
			defer r.Close()
			if rows, err := all(r); err != nil || len(rows) != 1000 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			for i, end := 0, 0; i < len(a.asked); i++ {
				if asked := a.asked[i]; (asked.page-1)*asked.size != end {
					t.Fatalf("request %d of %v begins at row %d, want %d", i, a.asked, (asked.page-1)*asked.size, end)
				}
				end += a.asked[i].size
			}
		})
	}
}

// A reader that takes a while for each page has the next ones on their way meanwhile: it never waits for one, but for
// the first.
func TestPagesAreAskedForWhileOthersAreTaken(t *testing.T) {
	for _, each := range []time.Duration{time.Millisecond, 20 * time.Millisecond, 99 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			const latency = 100 * time.Millisecond
			a := &api{rows: count(2000), slow: latency}
			o := a.options()
			o.Rate, o.Most = float64(time.Second/each), 1000
			r := NewStore().Open(t.Context(), ascending(1<<20), o)
			defer r.Close()
			begun, pages := time.Now(), 0
			for ; ; pages++ {
				if _, err := r.Next(-1); err == ErrDone { //nolint:errorlint // it is never wrapped
					break
				} else if err != nil {
					t.Fatal(err)
				}
				time.Sleep(each)
			}
			// The first pages are read one by one, and then there is nothing that would be on its way.
			most := (Ramp+1)*latency + time.Duration(pages)*(each+time.Millisecond)
			if took := time.Since(begun); took > most {
				t.Errorf("%d pages, each taken in %v, took %v, want %v at most", pages, each, took, most)
			}
		})
	}
}

// What is packed is not held unpacked besides.
func TestAnswersAreNotHeldBesideTheirPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(300)}
		var answers []weak.Pointer[table.Rows]
		o := a.options()
		o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			answer, err := a.fetch(ctx, page, size, expect)
			a.mu.Lock()
			defer a.mu.Unlock()
			answers = append(answers, weak.Make(answer.Rows))
			return answer, err
		}
		st := NewStore()
		st.Most = 200 << 10
		for i := range 20 {
			of := ascending(1 << 20)
			of.Owner = i
			r := st.Open(t.Context(), of, o)
			defer r.Close()
			if rows, err := all(r); err != nil || len(rows) != 300 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
		}
		synctest.Wait()
		runtime.GC()
		held := 0
		for _, rows := range answers {
			if rows.Value() != nil {
				held++
			}
		}
		if loose := len(st.loose); held > loose+1 || loose > len(answers)/4 {
			t.Errorf("of %d answers %d are held, %d pages are loose", len(answers), held, loose)
		}
	})
}
