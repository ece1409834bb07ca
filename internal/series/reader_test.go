package series

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func TestEveryRowComesOnceAndInOrder(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		n := rapid.Int64Range(0, 400).Draw(t, "rows")
		failAt := int64(-1)
		if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
			failAt = rapid.Int64Range(0, 400).Draw(t, "at")
		}
		a := &api{rows: count(n), fails: func(_, page, size int) error {
			if offset := int64(page-1) * int64(size); failAt >= offset && failAt < offset+int64(size) {
				return errBroken
			}
			return nil
		}}
		rowCap, o := rapid.Int64Range(1, 500).Draw(t, "cap"), a.options()
		o.Most = rapid.IntRange(1, 8).Draw(t, "most")
		o.Size = func(offset, want int64, most int) int {
			return size(offset, want, int(min(int64(most), rowCap-offset)))
		}
		var got []entry
		var err error
		synctest.Test(outer, func(*testing.T) {
			r := NewStore().Open(context.Background(), ascending(rowCap), o)
			defer time.Sleep(time.Minute) // what is under way ends
			defer r.Close()
			got, err = all(r)
			if _, again := r.Next(-1); err != nil && !errors.Is(again, err) || err == nil && !errors.Is(again, ErrDone) {
				outer.Errorf("after %v comes %v", err, again)
			}
		})
		if int(a.most.Load()) > o.Most {
			t.Fatalf("%d requests at a time, at most %d", a.most.Load(), o.Most)
		}
		for i, row := range got {
			if row.n != int64(i) {
				t.Fatalf("row %d stands at %d", row.n, i)
			}
		}
		reachable := min(n, rowCap)
		switch {
		case errors.Is(err, errBroken) && failAt >= 0 && failAt < max(reachable, 1)+32:
		case err != nil || int64(len(got)) != reachable:
			t.Fatalf("%d rows of %d, and %v", len(got), reachable, err)
		}
		if a.spent() > max(reachable, 1)+32 {
			t.Fatalf("%d credits for %d rows", a.spent(), reachable)
		}
	})
}

// A reader who stops has paid for what it read and one page at most, before the ramp is over.
func TestNothingIsAskedForThatIsNotWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(1000)}
		r := NewStore().Open(t.Context(), ascending(1000), a.options())
		for page := range Ramp {
			if _, err := r.Next(-1); err != nil {
				t.Fatal(err)
			}
			if synctest.Wait(); a.spent() != 4*int64(page+1) {
				t.Errorf("%d rows were asked for after %d pages", a.spent(), page+1)
			}
		}
		r.Close()

		a = &api{rows: count(1000)}
		r = NewStore().Open(t.Context(), ascending(1000), a.options())
		defer r.Close()
		take(t, r, 50)
		if a.spent() > 50+4 {
			t.Errorf("%d rows were asked for, 50 were wanted", a.spent())
		}
	})
}

// Closed, a reader gives no page, though some have come, and asks for none. So does one whose context has ended.
func TestAReaderEnds(t *testing.T) {
	for name, end := range map[string]func(r *Reader, cancel func()){
		"closed":    func(r *Reader, _ func()) { r.Close() },
		"cancelled": func(_ *Reader, cancel func()) { cancel() },
	} {
		for _, wait := range []time.Duration{0, time.Second} { // until then, pages that were asked for ahead have come
			t.Run(fmt.Sprint(name, " after ", wait), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					a := &api{rows: count(10_000), slow: 50 * time.Millisecond}
					r := NewStore().Open(ctx, ascending(10_000), a.options())
					for range Ramp + 1 {
						if _, err := r.Next(-1); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(wait)
					synctest.Wait() // what was asked for has been sent
					asked := a.requests()
					end(r, cancel)
					for range 10 {
						if rows, err := r.Next(-1); !errors.Is(err, context.Canceled) {
							t.Errorf("%d rows and %v", len(rows), err)
						}
					}
					time.Sleep(time.Minute) // what is under way ends
					if a.requests() != asked {
						t.Error("more was asked for")
					}
				})
			})
		}
	}
}

// ending is a context that has ended and has not told those made of it, as in the moment in which one ends.
type ending struct{ context.Context }

func (ending) Err() error { return context.Canceled }

func TestNothingIsAskedForInTheMomentOfTheEnd(t *testing.T) {
	a := &api{rows: count(1000)}
	r := NewStore().Open(ending{t.Context()}, ascending(1000), a.options())
	defer r.Close()
	if rows, err := r.Next(-1); err == nil || a.requests() != 0 {
		t.Errorf("%d rows, %v, after %d requests", len(rows), err, a.requests())
	}
}

// Pages are fetched ahead as far as rate and latency call for: the rate is used up.
func TestPagesAreFetchedAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(32 * 40), slow: 20 * time.Millisecond}
		o := a.options()
		o.Rate, o.Most = 200, 10
		r := NewStore().Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		if rows, err := all(r); err != nil || len(rows) != 32*40 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
		// 20 ms at 200 a second are four requests; one more is being read, and one waits.
		if n := a.most.Load(); n < 4 || n > 6 {
			t.Errorf("%d requests at a time, with 200 a second and 20 ms for each", n)
		}
	})
}

// Readers of every pace, beginning at any time, some of whom leave or are cancelled: each gets every row once and in
// order, and each row is bought once.
func TestReadersShareASeries(outer *testing.T) {
	for round := range repetition.Times(200, 5000) {
		synctest.Test(outer, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(uint64(round), 1))
			n := int64(rnd.IntN(700))
			a := &api{rows: count(n), slow: time.Duration(rnd.IntN(20)) * time.Millisecond}
			st := NewStore()
			var readers sync.WaitGroup
			left := false
			for i := range 1 + rnd.IntN(8) {
				begin, pause, stop := time.Duration(rnd.IntN(60))*time.Millisecond, time.Duration(rnd.IntN(10))*time.Millisecond, -1
				if i > 0 && rnd.IntN(3) == 0 {
					stop, left = rnd.IntN(10), true
				}
				cancels := rnd.IntN(2) == 0
				readers.Go(func() {
					time.Sleep(begin)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					r := st.Open(ctx, ascending(1<<20), a.options())
					defer r.Close()
					var got []entry
					for pages := 0; ; pages++ {
						if pages == stop {
							if cancels {
								cancel()
							}
							return
						}
						page, err := r.Next(-1)
						if errors.Is(err, ErrDone) {
							break
						}
						if err != nil {
							t.Errorf("seed %d: %v", round, err)
							return
						}
						got = append(got, entries(page)...)
						time.Sleep(pause)
					}
					if !slices.Equal(got, a.rows) {
						t.Errorf("seed %d: %d rows of %d, or others", round, len(got), n)
					}
				})
			}
			readers.Wait()
			time.Sleep(time.Minute) // what is under way ends
			if a.spent() != max(n, 1) && !left {
				t.Errorf("seed %d: %d rows for %d credits", round, n, a.spent())
			}
			if a.spent() > max(n, 1)+32 { // a page may be asked for by one who leaves, in another size
				t.Errorf("seed %d: %d rows for %d credits, where readers left", round, n, a.spent())
			}
			if _, counted, sum := st.Size(); counted != sum {
				t.Errorf("seed %d: %d bytes are counted, %d kept", round, counted, sum)
			}
		})
	}
}

// Who asks for a page pays for it. One who cannot pay fails alone, and the others go on.
func TestAReaderFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(500), slow: 10 * time.Millisecond}
		st := NewStore()
		errPoor := errors.New("no credits left")
		poor := a.options()
		var spent atomic.Int64
		poor.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			if spent.Add(int64(size)) > 40 {
				return nil, errPoor
			}
			return a.fetch(ctx, page, size, expect)
		}
		var readers sync.WaitGroup
		for i := range 4 {
			o := a.options()
			if i == 0 {
				o = poor
			}
			readers.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				r := st.Open(t.Context(), ascending(1<<20), o)
				defer r.Close()
				got, err := all(r)
				if i == 0 && !errors.Is(err, errPoor) && err != nil || i > 0 && (err != nil || len(got) != 500) {
					t.Errorf("reader %d: %d rows, %v", i, len(got), err)
				}
			})
		}
		readers.Wait()
		if a.spent() != 500 {
			t.Errorf("%d credits for 500 rows", a.spent())
		}
	})
}

// final is an error that comes again.
type final struct{ error }

func (final) Final() bool { return true }

// A request that fails for now is asked again by who waits for it; what the API says no to is everyone's answer.
func TestWhoSharesAnError(t *testing.T) {
	for name, tt := range map[string]struct {
		err      error
		fail     int // readers
		requests int
	}{
		"for now": {errBroken, 1, 1 + 500/32 + 5},
		"for all": {final{errBroken}, 3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{rows: count(500), slow: time.Millisecond, fails: func(number, _, _ int) error {
					if number == 1 {
						return tt.err
					}
					return nil
				}}
				st := NewStore()
				var readers sync.WaitGroup
				var mu sync.Mutex
				failed := 0
				for range 3 {
					readers.Go(func() {
						r := st.Open(t.Context(), ascending(1<<20), a.options())
						defer r.Close()
						if got, err := all(r); errors.Is(err, errBroken) || err == tt.err { //nolint:errorlint // it is this one
							mu.Lock()
							failed++
							mu.Unlock()
						} else if err != nil || len(got) != 500 {
							t.Errorf("%d rows, %v", len(got), err)
						}
					})
				}
				readers.Wait()
				if failed != tt.fail || a.requests() > tt.requests {
					t.Errorf("%d readers failed, want %d, after %d requests", failed, tt.fail, a.requests())
				}
			})
		})
	}
}

// What waits for its turn is taken back when its reader leaves; what has been sent is kept when it comes.
func TestWhatBecomesOfRequestsWhoseReaderHasLeft(t *testing.T) {
	for _, sent := range []bool{true, false} {
		t.Run(fmt.Sprint("sent: ", sent), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{rows: count(20)}
				o := a.options()
				turn := make(chan struct{})
				o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
					if sent {
						answer, err := a.fetch(ctx, page, size, expect)
						<-turn
						return answer, err
					}
					select {
					case <-turn:
					case <-ctx.Done():
						return nil, ctx.Err()
					}
					return a.fetch(ctx, page, size, expect)
				}
				st := NewStore()
				ctx, leave := context.WithCancel(t.Context())
				r := st.Open(ctx, ascending(1<<20), o)
				go r.Next(-1) //nolint:errcheck // it is left
				synctest.Wait()
				leave()
				synctest.Wait()
				r.Close()
				close(turn)
				synctest.Wait()
				if want := map[bool]int{true: 1, false: 0}[sent]; a.requests() != want {
					t.Errorf("%d requests, want %d", a.requests(), want)
				}
				r = st.Open(t.Context(), ascending(1<<20), a.options())
				defer r.Close()
				if rows, err := all(r); err != nil || len(rows) != 20 || a.spent() != 20 {
					t.Errorf("%d rows for %d credits, %v", len(rows), a.spent(), err)
				}
			})
		})
	}
}

// Two who cannot pay for what is asked for ahead do not ask for it in turn as long as they wait.
func TestThoseWhoCannotPayDoNotAskInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a := &api{rows: count(500), slow: 20 * time.Millisecond}
		o := a.options()
		var refused atomic.Int64
		o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			if page*size <= 64 {
				return a.fetch(ctx, page, size, expect)
			}
			if refused.Add(1) > 1000 {
				cancel()
			}
			return nil, errBroken
		}
		st := NewStore()
		var readers sync.WaitGroup
		for range 3 {
			readers.Go(func() {
				r := st.Open(ctx, ascending(1<<20), o)
				defer r.Close()
				if got, err := all(r); !errors.Is(err, errBroken) || len(got) != 64 {
					t.Errorf("%d rows, %v", len(got), err)
				}
			})
		}
		if readers.Wait(); refused.Load() > 3*8 {
			t.Errorf("%d requests were refused", refused.Load())
		}
	})
}

// One who has left does not begin anew, where just a few rows are here.
func TestOneWhoHasLeftBeginsNothing(t *testing.T) {
	for name, leave := range map[string]func(r *Reader, cancel func()){
		"closed":    func(r *Reader, _ func()) { r.Close() },
		"cancelled": func(_ *Reader, cancel func()) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{rows: count(300)}
				st := NewStore()
				other := st.Open(t.Context(), ascending(1<<20), a.options())
				if _, err := other.Next(5); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				r := st.Open(ctx, ascending(1<<20), a.options())
				if name == "cancelled" {
					other.Close()
				}
				leave(r, cancel)
				if rows, err := r.Next(-1); err == nil || a.spent() != 5 {
					t.Errorf("%d rows for %d credits", len(rows), a.spent())
				}
				again := st.Open(t.Context(), ascending(1<<20), a.options())
				defer again.Close()
				if rows, err := again.Next(5); err != nil || len(rows) != 5 || a.spent() != 5 {
					t.Errorf("%d rows for %d credits, %v: what was here is gone", len(rows), a.spent(), err)
				}
			})
		})
	}
}

// What a request may cost is what can come: at the end that is less than was asked for.
func TestWhatIsExpectedOfARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, expected := &api{rows: count(105)}, int64(0)
		o := a.options()
		o.Most = 1
		o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			expected += int64(expect)
			return a.fetch(ctx, page, size, expect)
		}
		r := NewStore().Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		if rows, err := all(r); err != nil || len(rows) != 105 || expected != 105 {
			t.Errorf("%d rows, %d were expected, %v", len(rows), expected, err)
		}
	})
}

// Whoever is cancelled is told at once, though the request that has been sent is not answered yet.
func TestNobodyWaitsOnAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(100), slow: time.Hour}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, begun := NewStore().Open(ctx, ascending(1<<20), a.options()), time.Now()
		if _, err := r.Next(-1); err == nil || time.Since(begun) != time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		r.Close()
		time.Sleep(2 * time.Hour) // what is under way ends
	})
}

// A statement that has read a few rows reads these again, whatever has become of them meanwhile.
func TestAStatementsFewRowsAreNotBoughtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, st := &api{rows: count(100)}, NewStore()
		o := a.options()
		o.Scope = NewScope()
		first := st.Open(t.Context(), ascending(1<<20), o)
		if _, err := first.Next(5); err != nil {
			t.Fatal(err)
		}
		first.Close()
		second := st.Open(t.Context(), ascending(1<<20), o)
		rows, err := all(second)
		second.Close()
		if time.Sleep(time.Minute); err != nil || len(rows) != 100 || a.spent() != 100 {
			t.Errorf("%d rows for %d credits, %v", len(rows), a.spent(), err)
		}
	})
}

// What total counts may differ between series whose requests are the same: they are two.
func TestSeriesThatAreCountedAndNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, st := &api{rows: count(100)}, NewStore()
		a.spoil = func(number, _, _ int, rows []entry, total int64) ([]entry, int64) {
			if number == 3 { // the end of a series that is not counted
				return nil, total
			}
			return rows, total
		}
		for _, counted := range []bool{false, true} {
			of := ascending(1 << 20)
			of.Counted = counted
			r := st.Open(t.Context(), of, a.options())
			if rows, err := all(r); counted && (err != nil || len(rows) != 100) {
				t.Errorf("%d rows, %v", len(rows), err)
			}
			r.Close()
			time.Sleep(time.Minute)
		}
	})
}

// A few rows that are here are bought again where many more are wanted, and else not.
func TestWhenAFewRowsAreBoughtAgain(t *testing.T) {
	for want, credits := range map[int64]int64{6: 6, 10: 10, 11: 5 + 11, -1: 5 + 100} {
		synctest.Test(t, func(t *testing.T) {
			a, st := &api{rows: count(100)}, NewStore()
			for _, n := range []int64{5, want} {
				r := st.Open(t.Context(), ascending(1<<20), a.options())
				for got := int64(0); n < 0 || got < n; {
					rows, err := r.Next(max(n-got, min(n, 0)))
					if err != nil {
						break
					}
					got += int64(len(rows))
				}
				r.Close()
			}
			if a.spent() != credits {
				t.Errorf("%d credits for 5 rows and %d, want %d", a.spent(), want, credits)
			}
		})
	}
}

// What others have bought, or have under way, nobody has to pay for any more.
func TestWhatIsStillToBeBought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, st := &api{rows: count(500), slow: time.Second}, NewStore()
		other := st.Open(t.Context(), ascending(1<<20), a.options())
		defer time.Sleep(time.Minute) // what is under way ends
		defer other.Close()
		for range Ramp {
			if _, err := other.Next(-1); err != nil {
				t.Fatal(err)
			}
		}
		go other.Next(-1) //nolint:errcheck // it asks ahead
		synctest.Wait()
		r := st.Open(t.Context(), ascending(1<<20), a.options())
		defer r.Close()
		if _, err := r.Next(-1); err != nil {
			t.Fatal(err)
		}
		a.mu.Lock()
		left := int64(500)
		for _, asked := range a.asked {
			left -= int64(asked.size)
		}
		a.mu.Unlock()
		if n := r.Unbought(); n != left || left > 500-4-4-16 {
			t.Errorf("%d rows are still to be bought, want %d", n, left)
		}
	})
}
