package series

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// once spoils the answers to requests that fit, at most so many times.
func once(times int, fits func(number, page, size int) bool, spoil func([]entry, int64) ([]entry, int64)) func(int, int, int, []entry, int64) ([]entry, int64) {
	all := times
	return func(number, page, size int, rows []entry, total int64) ([]entry, int64) {
		if number == 1 {
			times = all // another API
		}
		if times > 0 && fits(number, page, size) {
			times--
			return spoil(rows, total)
		}
		return rows, total
	}
}

// notAgain chooses no rows twice, be they asked for in another page: these do not stay away.
func notAgain(chooses func(number int) bool) func(int, int, int) bool {
	chosen := map[int]bool{}
	return func(number, page, size int) bool {
		offset := (page - 1) * size
		if number == 1 {
			clear(chosen) // another API
		}
		if chosen[offset] || !chooses(number) {
			return false
		}
		chosen[offset] = true
		return true
	}
}

func at(number int) func(int, int, int) bool { return func(n, _, _ int) bool { return n == number } }

func noRows([]entry, int64) ([]entry, int64)             { return nil, 500 }
func noData([]entry, int64) ([]entry, int64)             { return nil, 0 }
func short(rows []entry, total int64) ([]entry, int64)   { return rows[:max(len(rows)-3, 0)], total }
func halved(rows []entry, total int64) ([]entry, int64)  { return rows[:len(rows)/2], total }
func smaller(rows []entry, total int64) ([]entry, int64) { return rows, total / 2 }
func anyRequest(int, int, int) bool                      { return true }
func pageOf(page int) func(int, int, int) bool           { return func(_, p, _ int) bool { return p == page } }

// What is missing is asked for again, at its offset. If it stays away, that is said.
func TestRowsThatStayAway(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(int, int, int, []entry, int64) ([]entry, int64)
		whole bool
		more  int64 // credits beyond the rows
	}{
		"an empty page":                    {once(1, at(3), noRows), true, 5},
		"an empty first page":              {once(1, at(1), noRows), true, 5},
		"no data in the middle":            {once(1, at(4), noData), true, 5},
		"a page that stays empty":          {once(9, pageOf(3), noRows), true, 10},
		"a short page":                     {once(1, at(3), short), true, 5},
		"a short first page":               {once(1, at(1), short), true, 5},
		"a page that stays short":          {once(9, pageOf(3), short), true, 10},
		"empty pages now and then":         {once(5, notAgain(func(n int) bool { return n%3 == 0 }), noRows), true, 20},
		"every page is short":              {once(1<<30, anyRequest, halved), false, 500},
		"all pages stay empty from one on": {once(1<<30, func(n, _, _ int) bool { return n > 3 }, noRows), false, 10},
		"no data from one on":              {once(1<<30, func(n, _, _ int) bool { return n > 3 }, noData), false, 10},
		"a total that is half for once":    {once(1, at(4), smaller), true, 20},
		"a total that is half from one on": {once(1<<30, func(n, _, _ int) bool { return n > 3 }, smaller), true, 20},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range repetition.Times(3, 30) {
				synctest.Test(t, func(t *testing.T) {
					a := &api{rows: count(500), spoil: tt.spoil}
					if seed > 0 {
						a.rows = withTies(rand.New(rand.NewPCG(uint64(seed), 7)), 500)
					}
					want := slices.Clone(a.rows)
					got, err := a.read(t)
					var incomplete *IncompleteError
					switch {
					case tt.whole && (err != nil || !slices.Equal(got, want)):
						t.Errorf("%d rows, %v", len(got), err)
					case !tt.whole && (!errors.As(err, &incomplete) || incomplete.Total != 500 || int(incomplete.Arrived) != len(got) || !slices.Equal(got, want[:len(got)])):
						t.Errorf("%d rows, %v", len(got), err)
					case a.spent() > 500+freeChecks+tt.more:
						t.Errorf("%d credits", a.spent())
					}
				})
			}
		})
	}
}

// An API that gives at most so many rows in a page, and counts pages of that size, whatever it is asked for.
func TestAnAPIWithSmallerPages(t *testing.T) {
	for round := range 39 * repetition.Times(4, 40) {
		most, n := round%39+1, int64(300)
		if round >= 39 {
			n = int64(33 + rand.IntN(70)) // there may be more rows in the page that comes than there are left
		}
		synctest.Test(t, func(t *testing.T) {
			rows := count(n)
			a := &api{rows: rows, spoil: func(_, page, size int, _ []entry, total int64) ([]entry, int64) {
				size = min(size, most)
				from := min((page-1)*size, len(rows))
				return rows[from:min(from+size, len(rows))], total
			}}
			if got, err := a.read(t); err != nil || !slices.Equal(got, rows) || a.spent() > n+int64(10*most) { // pages that were asked for ahead are bought in vain
				t.Errorf("at most %d rows in a page: %d rows of %d for %d credits, %v", most, len(got), n, a.spent(), err)
			}
		})
	}
}

// withTies makes rows of few numbers, of which many are equal.
func withTies(rnd *rand.Rand, n int) []entry {
	rows := make([]entry, n)
	for i := range rows {
		rows[i] = entry{int64(rnd.IntN(20)), strings.Repeat(" ", rnd.IntN(3))}
	}
	slices.SortStableFunc(rows, func(a, b entry) int { return int(a.n - b.n) })
	return rows
}

// Equal rows are ordinary, on both sides of a border, too. To look into them costs little.
func TestTiesAreNoError(t *testing.T) {
	checks, rows := int64(0), int64(0)
	for seed := range repetition.Times(500, 10_000) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(uint64(seed), 3))
			a := &api{rows: withTies(rnd, rnd.IntN(900))}
			most := int64(freeChecks)
			if rnd.IntN(4) == 0 {
				for i := range a.rows {
					a.rows[i] = entry{7, ""}
				}
				most = 0 // all are equal: to look into a border would tell nothing
			}
			got, err := a.read(t)
			if err != nil || !slices.Equal(got, a.rows) {
				t.Errorf("seed %d: %d rows of %d, %v", seed, len(got), len(a.rows), err)
			}
			if more := a.spent() - max(int64(len(a.rows)), 1); more > most {
				t.Errorf("seed %d: %d credits more than rows", seed, more)
			}
			checks, rows = checks+a.spent()-int64(len(a.rows)), rows+int64(len(a.rows))
		})
	}
	if checks == 0 {
		t.Error("no border was looked into")
	}
}

// A row comes in, or one goes and another one comes, before what has been read: the rows after it move. All is read
// again, and what the reader has got is left out; where it has got what is no longer there, it is told.
func TestRowsThatMove(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(rows []entry) []entry
		whole  bool // what was read is still there
	}{
		"a row before":                     {func(rows []entry) []entry { return slices.Insert(rows, 0, entry{n: -1}) }, true},
		"a row before, and one goes after": {func(rows []entry) []entry { return slices.Insert(rows[:len(rows)-1], 0, entry{n: -1}) }, true},
		"a row behind":                     {func(rows []entry) []entry { return append(rows, entry{n: 1000}) }, true},
		"a row goes behind":                {func(rows []entry) []entry { return rows[:len(rows)-1] }, true},
		"a row before goes":                {func(rows []entry) []entry { return rows[1:] }, false},
		"many rows before go":              {func(rows []entry) []entry { return rows[100:] }, false},
	} {
		t.Run(name, func(t *testing.T) {
			for at := 2; at < 15; at++ {
				synctest.Test(t, func(t *testing.T) {
					a := &api{rows: count(300)}
					a.before = func(number, _, _ int) {
						if number == at {
							a.rows = tt.change(slices.Clone(a.rows))
						}
					}
					got, err := a.read(t)
					var changed *ChangedError
					switch {
					case err != nil && (tt.whole || !errors.As(err, &changed)):
						t.Errorf("at request %d: %v", at, err)
					case err == nil && !slices.Equal(sorted(got), sorted(a.rows)) && !slices.Equal(got, count(300)):
						t.Errorf("at request %d: %d rows of %d, or others", at, len(got), len(a.rows))
					case a.spent() > 2*300+100:
						t.Errorf("at request %d: %d credits", at, a.spent())
					}
				})
			}
		})
	}
}

func sorted(rows []entry) []entry {
	return slices.SortedFunc(slices.Values(rows), func(a, b entry) int { return int(a.n - b.n) })
}

// An API that always gives the first page, or whose rows move again and again, is found out.
func TestAnAPIThatCannotBeRead(t *testing.T) {
	for name, spoil := range map[string]func(number, page, size int, rows []entry, total int64) ([]entry, int64){
		"the page is ignored": func(_, _, size int, rows []entry, total int64) ([]entry, int64) { return count(int64(size)), total },
		"rows move again and again": func(number, page, size int, rows []entry, total int64) ([]entry, int64) {
			from := max((page-1)*size-number, 0)
			return count(300)[from:min(from+size, 300)], total
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{rows: count(300), spoil: spoil}
				got, err := a.read(t)
				var changed *ChangedError
				if !errors.As(err, &changed) || changed.Total != 300 || a.spent() > 100 {
					t.Errorf("%d rows for %d credits, %v", len(got), a.spent(), err)
				}
			})
		})
	}
}

// Where the API does not sort as it was asked the rows are all the same those that there are.
func TestRowsInNoOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(300)}
		rand.New(rand.NewPCG(1, 2)).Shuffle(300, func(i, j int) { a.rows[i], a.rows[j] = a.rows[j], a.rows[i] })
		if got, err := a.read(t); err != nil || !slices.Equal(got, a.rows) {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
}

// Where total counts other rows than those that come, their end is an empty page.
func TestATotalThatCountsOtherRows(t *testing.T) {
	for _, total := range []int64{500, 101, 100, 60, 1} {
		synctest.Test(t, func(t *testing.T) {
			a := &api{rows: count(100), spoil: func(_, _, _ int, rows []entry, _ int64) ([]entry, int64) { return rows, total }}
			of := ascending(1 << 20)
			of.Counted = false
			r := NewStore().Open(t.Context(), of, a.options())
			defer r.Close()
			got, err := all(r)
			time.Sleep(time.Minute)                                            // what is under way ends
			if err != nil || !slices.Equal(got, a.rows) || a.spent() > 101+8 { // the end was looked for ahead
				t.Errorf("a total of %d: %d rows for %d credits, %v", total, len(got), a.spent(), err)
			}
		})
	}
}

// What was asked for ahead in pages that the API does not give is taken back while it waits for its turn.
func TestPagesThatAreNotGivenAreTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := count(300)
		a := &api{rows: rows, spoil: func(_, page, size int, _ []entry, total int64) ([]entry, int64) {
			size = min(size, 20)
			return rows[min((page-1)*size, len(rows)):min(page*size, len(rows))], total
		}}
		o := a.options()
		var bought atomic.Int64
		o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			if page > 2 && size == 32 {
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-time.After(time.Second):
					bought.Add(1)
				}
			}
			return a.fetch(ctx, page, size, expect)
		}
		r := NewStore().Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		got, err := all(r)
		if time.Sleep(time.Minute); err != nil || !slices.Equal(got, rows) || bought.Load() > 0 {
			t.Errorf("%d rows, %v, and %d pages that nobody can read", len(got), err, bought.Load())
		}
	})
}

// Pages may look like the one before where it is no longer here.
func TestPagesThatRepeatWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: slices.Repeat([]entry{{7, ""}, {7, " "}, {7, ""}, {7, "  "}}, 500)}
		o := a.options()
		o.Age = 0
		r := NewStore().Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		if got, err := all(r); err != nil || !slices.Equal(got, a.rows) || a.spent() > 2000+freeChecks+maxCleared*tailRows {
			t.Errorf("%d rows for %d credits, %v", len(got), a.spent(), err)
		}
	})
}

// Rows go, and a page that was asked for ahead has come before: those that would be in between are not asked for
// without end.
func TestRowsGoBeforeAPageThatHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fewer atomic.Bool
		a := &api{rows: count(19), slow: time.Millisecond, spoil: func(number, page, size int, rows []entry, total int64) ([]entry, int64) {
			if offset := (page - 1) * size; fewer.Load() || offset == 8 {
				fewer.Store(fewer.Load() || number > 3)
				return rows[:max(min(9-offset, len(rows)), 0)], 9
			}
			return rows, total
		}}
		o := a.options()
		o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			if page == 2 && size == 8 && !fewer.Load() {
				time.Sleep(time.Second) // the page behind comes first
			}
			return a.fetch(ctx, page, size, expect)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		r := NewStore().Open(ctx, ascending(1<<20), o)
		defer r.Close()
		if got, err := all(r); err != nil || !slices.Equal(got, count(9)) || a.spent() > 19+9+5 {
			t.Errorf("%d rows for %d credits, %v", len(got), a.spent(), err)
		}
	})
}

// A page that was asked for ahead and has come without rows, since they are gone, is no reason to buy all anew.
func TestAnEmptyPageBehindTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(19), slow: time.Millisecond}
		a.before = func(number, _, _ int) {
			if number == 3 { // two pages have come
				a.rows = a.rows[:9]
			}
		}
		o := a.options()
		o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			answer, err := a.fetch(ctx, page, size, expect)
			if page == 2 && size == 8 {
				time.Sleep(time.Second) // the page behind comes first
			}
			return answer, err
		}
		r := NewStore().Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		if got, err := all(r); err != nil || !slices.Equal(got, count(9)) || a.spent() > 9+1+3+1 { // the empty page, a border, and whether it is the end
			t.Errorf("%d rows for %d credits, %v", len(got), a.spent(), err)
		}
	})
}

// A total that is too small for once is looked into also where the page behind was given up.
func TestATotalThatEndsBeforeWhatWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(300), spoil: func(_, page, size int, rows []entry, total int64) ([]entry, int64) {
			if page*size == 32 {
				return rows, 32
			}
			return rows, total
		}}
		st, poor := NewStore(), a.options()
		poor.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			if page*size > 32 {
				return nil, errBroken
			}
			return a.fetch(ctx, page, size, expect)
		}
		r := st.Open(t.Context(), ascending(1<<20), poor)
		if got, err := all(r); !errors.Is(err, errBroken) {
			t.Errorf("%d rows, %v", len(got), err)
		}
		r.Close()
		r = st.Open(t.Context(), ascending(1<<20), a.options())
		defer r.Close()
		if got, err := all(r); err != nil || !slices.Equal(got, a.rows) {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
}

// A total that has changed is looked into also where equal rows stand on both sides of each border, and there as far as
// needed to see rows that have moved.
func TestRowsThatMoveAmongTies(t *testing.T) {
	for at := 2; at < 30; at++ {
		synctest.Test(t, func(t *testing.T) {
			rows := count(500)
			for i := range rows {
				rows[i].n = int64(i+1) / 2 // the last one of a page, and the first one of the next
			}
			a := &api{rows: rows}
			a.before = func(number, _, _ int) {
				if number == at {
					a.rows = rows[1:]
				}
			}
			got, err := a.read(t)
			var changed *ChangedError
			if !errors.As(err, &changed) && (err != nil || !slices.Equal(got, rows) && !slices.Equal(got, rows[1:])) {
				t.Errorf("a row goes at request %d: %d rows, %v", at, len(got), err)
			}
		})
	}
}

// A check that comes short itself tells nothing, and is made again.
func TestACheckThatComesShort(t *testing.T) {
	for _, total := range []int64{0, 299} {
		for at := 2; at < 15; at++ {
			synctest.Test(t, func(t *testing.T) {
				shorts := 2
				a := &api{rows: count(300), spoil: func(_, _, size int, rows []entry, n int64) ([]entry, int64) {
					if (size == 2 || size == 3) && shorts > 0 {
						shorts--
						return nil, total
					}
					return rows, n
				}}
				a.before = func(number, _, _ int) {
					if number == at {
						a.rows = a.rows[1:]
					}
				}
				got, err := a.read(t)
				var changed *ChangedError
				if !errors.As(err, &changed) && (err != nil || !slices.Equal(got, count(300)) && !slices.Equal(got, count(300)[1:])) {
					t.Errorf("a row goes at request %d: %d rows, %v", at, len(got), err)
				}
			})
		}
	}
}

// Rows that have moved for one reader may move again for one who comes later: for that one, too, all is read again.
func TestRowsThatMoveForOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, st := &api{rows: count(300)}, NewStore()
		for round := range 3 {
			from := a.requests()
			a.before = func(number, _, _ int) {
				if number == from+2 {
					a.rows = slices.Insert(slices.Clone(a.rows), 0, entry{n: int64(-1 - round)})
				}
			}
			r := st.Open(t.Context(), ascending(1<<20), a.options())
			var got int64
			for want := int64(30 * (round + 1)); got < want; {
				rows, err := r.Next(min(want-got, 15))
				if err != nil {
					t.Fatalf("round %d: after %d rows: %v", round, got, err)
				}
				got += int64(len(rows))
			}
			r.Close()
			if int64(len(a.rows)) != 301+int64(round) {
				t.Errorf("round %d: no row has come in", round)
			}
		}
	})
}

// What is known of the rows is known also where they have moved and are bought anew: a total that is too small then is
// not the end.
func TestATotalThatIsTooSmallWhenRowsHaveMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(300)}
		a.before = func(number, _, _ int) {
			if number == 3 {
				a.rows = slices.Insert(slices.Clone(a.rows), 0, entry{n: -1})
			}
		}
		a.spoil = func(number, page, size int, rows []entry, total int64) ([]entry, int64) {
			if number > 4 {
				total = max(200, int64((page-1)*size+len(rows)))
			}
			return rows, total
		}
		if got, err := a.read(t); err != nil || !slices.Equal(sorted(got), a.rows) {
			t.Errorf("%d rows of %d, %v", len(got), len(a.rows), err)
		}
	})
}

// A first page that comes empty, and then short, is bought once.
func TestAFirstPageThatComesEmptyAndThenShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(60), spoil: func(number, page, size int, rows []entry, total int64) ([]entry, int64) {
			if number == 1 {
				return nil, total
			}
			return rows[:min(len(rows), 10)], total
		}}
		o := a.options()
		o.Most = 1
		r := NewStore().Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		var got []entry
		for len(got) < 60 {
			rows, err := r.Next(int64(60 - len(got)))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, entries(rows)...)
		}
		time.Sleep(time.Minute) // what is under way ends
		if !slices.Equal(got, a.rows) || a.spent() != 1+60 {
			t.Errorf("%d rows for %d credits", len(got), a.spent())
		}
	})
}

// Where rows that are alike come in another order each time, a border with equal rows never fits. That is no error.
func TestTiesInAnotherOrderEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := count(200)
		for i := range rows {
			rows[i].n = int64(i+1) / 2 // the last one of a page, and the first one of the next
		}
		a := &api{rows: rows, spoil: func(_, _, size int, rows []entry, total int64) ([]entry, int64) {
			if size < 4 {
				rows = slices.Clone(rows)
				rows[0].text = " "
			}
			return rows, total
		}}
		if got, err := a.read(t); err != nil || !slices.Equal(got, rows) {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
}

// Nothing is asked for behind the rows that the API gives, also where its total changes. That they are here is not all.
func TestNothingIsAskedForBehindTheCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(300), spoil: func(number, _, _ int, rows []entry, total int64) ([]entry, int64) {
			if number > 2 {
				total = 200
			}
			return rows, total
		}}
		o := a.options()
		o.Size = func(offset, want int64, most int) int { return size(offset, want, int(min(int64(most), 96-offset))) }
		st := NewStore()
		r := st.Open(t.Context(), ascending(96), o)
		if got, err := all(r); err != nil || !slices.Equal(got, count(96)) {
			t.Errorf("%d rows, %v", len(got), err)
		}
		r.Close()
		for _, asked := range a.asked {
			if (asked.page-1)*asked.size >= 96 {
				t.Errorf("page %d of %d was asked for", asked.page, asked.size)
			}
		}
		if r := st.Having(t.Context(), 1<<20, ascending(96), o); r != nil {
			t.Error("all rows are here, it says")
			r.Close()
		}
	})
}
