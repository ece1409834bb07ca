package pagescan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// sizes is a pager that doubles from 4 to 32.
type sizes struct{ offset int64 }

func (p *sizes) Offset() int64 { return p.offset }

func (p *sizes) Next(want, rowCap int64) (page, size int) {
	s := min(max(p.offset, 4), 32)
	if want >= 0 {
		s = min(s, max(want, 1))
	}
	for s = min(s, rowCap-p.offset); p.offset%s != 0; {
		s--
	}
	page = int(p.offset/s) + 1
	p.offset += s
	return page, int(s)
}

// source has the rows 0, 1, 2, … and answers in random time.
type source struct {
	rows    int64
	failAt  int64 // offset of the page that fails; -1 is none
	asked   atomic.Int64
	running atomic.Int64
	most    atomic.Int64
	slow    time.Duration
}

var errBroken = errors.New("broken")

func (s *source) fetch(ctx context.Context, page, size, _ int) (Page[int64], error) {
	defer s.running.Add(-1)
	now := s.running.Add(1)
	for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
	}
	s.asked.Add(int64(size))
	wait := time.Duration(rand.IntN(300)) * time.Microsecond
	select {
	case <-ctx.Done():
		return Page[int64]{}, ctx.Err()
	case <-time.After(wait + s.slow):
	}
	offset := int64(page-1) * int64(size)
	if s.failAt >= offset && s.failAt < offset+int64(size) {
		return Page[int64]{}, errBroken
	}
	p := Page[int64]{Total: s.rows, Took: time.Millisecond + s.slow}
	for i := offset; i < min(offset+int64(size), s.rows); i++ {
		p.Rows = append(p.Rows, i)
	}
	return p, nil
}

func TestEveryRowComesOnceAndInOrder(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		s := &source{rows: rapid.Int64Range(0, 400).Draw(t, "rows"), failAt: -1}
		if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
			s.failAt = rapid.Int64Range(0, 400).Draw(t, "at")
		}
		opts := Options{RowCap: rapid.Int64Range(1, 500).Draw(t, "cap"), Rate: 5000, Most: rapid.IntRange(1, 8).Draw(t, "most")}
		var got []int64
		var err error
		synctest.Test(outer, func(*testing.T) {
			r := NewReader(context.Background(), s.fetch, &sizes{}, opts)
			defer r.Close()
			for err == nil {
				var rows []int64
				rows, err = r.Next(-1)
				got = append(got, rows...)
			}
			if _, again := r.Next(-1); !errors.Is(again, err) {
				outer.Errorf("after %v comes %v", err, again)
			}
		})
		if int(s.most.Load()) > opts.Most {
			t.Fatalf("%d requests at a time, at most %d", s.most.Load(), opts.Most)
		}
		for i, row := range got {
			if row != int64(i) {
				t.Fatalf("row %d stands at %d", row, i)
			}
		}
		reachable := min(s.rows, opts.RowCap)
		switch {
		case errors.Is(err, errBroken) && s.failAt >= 0 && s.failAt < max(reachable, 1)+32:
		case !errors.Is(err, ErrDone) || int64(len(got)) != reachable:
			t.Fatalf("%d rows of %d, and %v", len(got), reachable, err)
		}
		if s.asked.Load() > reachable+32 {
			t.Fatalf("%d rows were asked for, there are %d", s.asked.Load(), reachable)
		}
	})
}

// A reader who stops has paid for what it read and one page at most, before the ramp is over.
func TestNothingIsAskedForThatIsNotWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{rows: 1000, failAt: -1}
		r := NewReader(context.Background(), s.fetch, &sizes{}, Options{RowCap: 1000, Rate: 5000, Most: 8})
		for page := range Ramp {
			if _, err := r.Next(-1); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if asked := s.asked.Load(); asked != 4*int64(page+1) {
				t.Errorf("%d rows were asked for after %d pages", asked, page+1)
			}
		}
		r.Close()

		s = &source{rows: 1000, failAt: -1}
		r = NewReader(context.Background(), s.fetch, &sizes{}, Options{RowCap: 1000, Rate: 5000, Most: 8})
		defer r.Close()
		for want := int64(50); want > 0; {
			rows, err := r.Next(want)
			if err != nil {
				t.Fatal(err)
			}
			want -= int64(len(rows))
		}
		if asked := s.asked.Load(); asked > 50+4 {
			t.Errorf("%d rows were asked for, 50 were wanted", asked)
		}
	})
}

// Closed, a reader gives no page, though some have come, and asks for none. So does one whose context has ended.
func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	for name, end := range map[string]func(r *Reader[int64], cancel func()){
		"closed":    func(r *Reader[int64], _ func()) { r.Close() },
		"cancelled": func(_ *Reader[int64], cancel func()) { cancel() },
	} {
		for _, wait := range []time.Duration{0, time.Second} { // until then, pages that were asked for ahead have come
			t.Run(fmt.Sprint(name, " after ", wait), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					s := &source{rows: 10_000, failAt: -1, slow: 50 * time.Millisecond}
					r := NewReader(ctx, s.fetch, &sizes{}, Options{RowCap: 10_000, Rate: 1000, Most: 8})
					for range Ramp + 1 {
						if _, err := r.Next(-1); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(wait)
					end(r, cancel)
					synctest.Wait()
					if n := s.running.Load(); n != 0 {
						t.Errorf("%d requests are under way", n)
					}
					asked := s.asked.Load()
					for range 10 {
						if rows, err := r.Next(-1); !errors.Is(err, context.Canceled) {
							t.Errorf("%d rows and %v", len(rows), err)
						}
					}
					synctest.Wait()
					if s.asked.Load() != asked {
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
	s := &source{rows: 1000, failAt: -1}
	r := NewReader(ending{t.Context()}, s.fetch, &sizes{}, Options{RowCap: 1000, Rate: 5000, Most: 8})
	defer r.Close()
	if rows, err := r.Next(-1); err == nil || s.asked.Load() != 0 {
		t.Errorf("%d rows, %v, after %d were asked for", len(rows), err, s.asked.Load())
	}
}

// The API's total moves, or rows are gone: the reader ends, and knows.
func TestDataThatChanges(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(p *Page[int64], page int)
		short  bool
	}{
		"the same":           {func(*Page[int64], int) {}, false},
		"the total moves":    {func(p *Page[int64], page int) { p.Total += int64(page % 2) }, true},
		"a page comes short": {func(p *Page[int64], page int) { p.Rows = p.Rows[:len(p.Rows)-page%2] }, true},
		"an empty page": {func(p *Page[int64], page int) {
			if page > 2 {
				p.Rows = nil
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &source{rows: 100, failAt: -1}
				r := NewReader(context.Background(), func(ctx context.Context, page, size, expect int) (Page[int64], error) {
					p, err := s.fetch(ctx, page, size, expect)
					tt.change(&p, page)
					return p, err
				}, &sizes{}, Options{RowCap: 1000, Rate: 1000, Most: 1})
				defer r.Close()
				for pages := 0; ; pages++ {
					if _, err := r.Next(-1); errors.Is(err, ErrDone) {
						break
					} else if err != nil || pages > 100 {
						t.Fatalf("page %d: %v", pages, err)
					}
				}
				if arrived, total, short := r.Short(); short != tt.short {
					t.Errorf("%d of %d rows, short: %t", arrived, total, short)
				}
			})
		})
	}
}

// Pages are fetched ahead as far as rate and latency call for: the rate is used up.
func TestPagesAreFetchedAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{rows: 32 * 40, failAt: -1, slow: 20 * time.Millisecond}
		r := NewReader(context.Background(), s.fetch, &sizes{}, Options{RowCap: 1 << 20, Rate: 200, Most: 10})
		defer r.Close()
		for {
			if _, err := r.Next(-1); err != nil {
				break
			}
		}
		// 20 ms at 200 a second are four requests; one more is being read, and one waits.
		if n := s.most.Load(); n < 4 || n > 6 {
			t.Errorf("%d requests at a time, with 200 a second and 20 ms for each", n)
		}
	})
}

// Of equal rows those of the first stream come first, however many streams there are.
func TestMergeTakesEqualRowsInTheOrderOfTheStreams(t *testing.T) {
	streams := make([]func() (int, bool, error), 7)
	for i := range streams {
		left := 5
		streams[i] = func() (int, bool, error) { left--; return 1, left >= 0, nil }
	}
	var order []int
	err := Merge(streams, func(a, b int) bool { return a < b }, func(stream, _ int) (bool, error) {
		order = append(order, stream)
		return true, nil
	})
	if err != nil || len(order) != 35 || !slices.IsSorted(order) {
		t.Errorf("%v, %v", order, err)
	}
}

func TestMergeKeepsTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []int
		var streams []func() (int, bool, error)
		for range rapid.IntRange(1, 5).Draw(t, "streams") {
			rows := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 20).Draw(t, "rows")
			slices.Sort(rows)
			want = append(want, rows...)
			streams = append(streams, func() (row int, ok bool, err error) {
				if len(rows) == 0 {
					return 0, false, nil
				}
				row, rows = rows[0], rows[1:]
				return row, true, nil
			})
		}
		stop := rapid.IntRange(0, 100).Draw(t, "stop")
		var got []int
		err := Merge(streams, func(a, b int) bool { return a < b }, func(_, row int) (bool, error) {
			got = append(got, row)
			return len(got) < stop, nil
		})
		slices.SortFunc(want, cmp.Compare)
		if n := max(stop, 1); n < len(want) {
			want = want[:n]
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v, want %v, %v", got, want, err)
		}
	})
	broken := func() (int, bool, error) { return 0, false, errBroken }
	if err := Merge([]func() (int, bool, error){broken}, func(a, b int) bool { return a < b }, func(int, int) (bool, error) { return true, nil }); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}
