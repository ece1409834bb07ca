package series

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Age is judged when a series is opened, by who opens it.
func TestHowOldASeriesMayBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(100)}
		st := NewStore()
		for i, step := range []struct {
			wait, age time.Duration
			credits   int64
			why       string
		}{
			{0, time.Minute, 100, "nothing is here"},
			{59 * time.Second, time.Minute, 0, "young enough"},
			{30 * time.Second, time.Minute, 100, "too old"},
			{10 * time.Second, 5 * time.Second, 100, "too old for this one"},
			{time.Second, time.Minute, 0, "the new ones serve others"},
			{0, 0, 100, "nothing is to be used again"},
			{0, time.Minute, 0, "which leaves what is here"},
		} {
			time.Sleep(step.wait)
			o := a.options()
			o.Age = step.age
			r := st.Open(t.Context(), ascending(1<<20), o)
			before := a.spent()
			if rows, err := all(r); err != nil || len(rows) != 100 || a.spent()-before != step.credits {
				t.Errorf("%d: %s: %d credits, want %d; %d rows, %v", i, step.why, a.spent()-before, step.credits, len(rows), err)
			}
			r.Close()
		}
	})
}

// Before its first page has come a series is as young as can be: two who want nothing old share it. One who comes later
// does not.
func TestReadersWhoWantNothingOldShareWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(100), slow: time.Second}
		o := a.options()
		o.Age = 0
		st := NewStore()
		var readers sync.WaitGroup
		for i := range 3 {
			readers.Go(func() {
				time.Sleep(time.Duration(i) * 700 * time.Millisecond)
				r := st.Open(t.Context(), ascending(1<<20), o)
				defer r.Close()
				if rows, err := all(r); err != nil || len(rows) != 100 {
					t.Errorf("%d rows, %v", len(rows), err)
				}
			})
		}
		readers.Wait()
		if n, bytes, _ := st.Size(); a.spent() != 200 || n != 0 || bytes != 0 {
			t.Errorf("%d credits, want those of the first two and of the third; %d series are kept", a.spent(), n)
		}
	})
}

// A statement's readers are given the same rows, however old these get.
func TestAStatementReadsTheSameRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(100)}
		st, o := NewStore(), a.options()
		o.Age, o.Scope = 0, NewScope()
		for range 3 {
			r := st.Open(t.Context(), ascending(1<<20), o)
			if rows, err := all(r); err != nil || !slices.Equal(rows, count(100)) {
				t.Errorf("%d rows, %v", len(rows), err)
			}
			r.Close()
			a.rows = count(50)
			time.Sleep(time.Hour)
		}
		o.Scope = NewScope()
		r := st.Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		if rows, err := all(r); err != nil || len(rows) != 50 || a.spent() != 150 {
			t.Errorf("another statement reads %d rows, after %d credits, %v", len(rows), a.spent(), err)
		}
	})
}

// Readers under way keep what they read, whatever becomes of it in the store.
func TestReadersUnderWayKeepTheirSeries(t *testing.T) {
	for name, disturb := range map[string]func(st *Store, a *api){
		"its owner drops it": func(st *Store, _ *api) { st.Drop(nil) },
		"there is no room":   func(st *Store, a *api) { st.Most = 1; a.slow = 0 },
		"another one wants newer rows": func(st *Store, a *api) {
			o := a.options()
			o.Age = 1
			r := st.Open(context.Background(), ascending(1<<20), o)
			defer r.Close()
			all(r) //nolint:errcheck // it is the other one that matters
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{rows: count(300)}
				st := NewStore()
				r := st.Open(t.Context(), ascending(1<<20), a.options())
				defer r.Close()
				first, err := r.Next(-1)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				disturb(st, a)
				rows, err := all(r)
				if rows = append(entries(first), rows...); err != nil || !slices.Equal(rows, count(300)) {
					t.Errorf("%d rows, %v", len(rows), err)
				}
				if _, counted, sum := st.Size(); counted != sum || sum > st.Most {
					t.Errorf("%d bytes are counted, %d kept, at most %d", counted, sum, st.Most)
				}
			})
		})
	}
}

// costOf is what it costs to read an owner's series to its end, with one request at a time.
func (a *api) costOf(t *testing.T, st *Store, owner int) (credits int64) {
	of := ascending(1 << 20)
	of.Owner = owner
	before := a.spent()
	o := a.options()
	o.Most = 1
	r := st.Open(t.Context(), of, o)
	defer r.Close()
	if rows, err := all(r); err != nil || !slices.Equal(rows, a.rows) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	synctest.Wait()
	if _, counted, sum := st.Size(); counted != sum || sum > st.Most {
		t.Errorf("%d bytes are counted, %d kept, at most %d", counted, sum, st.Most)
	}
	return a.spent() - before
}

// What was opened longest ago goes first, and is packed before it goes. A request takes time: a page is packed
// before the next one comes.
func TestWhatNoLongerFitsGoesByAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(500), slow: time.Second}
		st := NewStore()
		st.Most = 16 << 10
		read := func(owner int) int64 { return a.costOf(t, st, owner) }
		read(1)
		if again := read(1); again != 0 {
			t.Fatalf("one series does not fit: %d", again)
		}
		read(2)
		if _, _, bytes := st.Size(); bytes < 6<<10 {
			t.Fatal("two series take little")
		}
		if first, second := read(2), read(1); first != 0 || second == 0 {
			t.Errorf("%d credits for what was read last, %d for what was read before it", first, second)
		}
	})
}

// What a statement has read, and for which there was no room, is read again: that nothing of it is here does not mean
// that there is nothing.
func TestAStatementReadsAgainWhatThereIsNoRoomFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(300)}
		st, o := NewStore(), a.options()
		st.Most, o.Scope = 2<<10, NewScope()
		for range 3 {
			r := st.Open(t.Context(), ascending(1<<20), o)
			if rows, err := all(r); err != nil || !slices.Equal(rows, count(300)) {
				t.Errorf("%d rows, %v", len(rows), err)
			}
			r.Close()
		}
	})
}

// A series that nobody wants kept is let go of, also if nothing of it ever came.
func TestNothingIsLeftOfWhatNobodyWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(300), slow: time.Second, fails: func(int, int, int) error { return errBroken }}
		st, o := NewStore(), a.options()
		o.Age = 0
		for owner, asks := range []bool{false, true, true} {
			of := ascending(1 << 20)
			of.Owner = owner
			r := st.Open(t.Context(), of, o)
			if asks {
				go r.Next(-1) //nolint:errcheck // it fails, or is left
			}
			if synctest.Wait(); owner == 2 {
				time.Sleep(time.Minute)
			}
			r.Close()
		}
		// One whose rows have moved, while its reader leaves.
		a.fails, a.before = nil, func(number, _, _ int) { a.rows = count(400)[number:] }
		r := st.Open(t.Context(), ascending(1<<20), o)
		for range 2 {
			if _, err := r.Next(-1); err != nil {
				t.Fatal(err)
			}
		}
		go r.Next(-1) //nolint:errcheck // it is left
		time.Sleep(1500 * time.Millisecond)
		r.Close()
		if time.Sleep(time.Minute); len(st.coming) > 0 {
			t.Errorf("%d series are still here", len(st.coming))
		}
	})
}

// What was opened longest ago goes, not what was bought longest ago. Few rows that are young stay as they came.
func TestWhatWasOpenedLastStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(1)}
		st := NewStore()
		read := func(owner int) int64 { return a.costOf(t, st, owner) }
		read(1)
		_, one, _ := st.Size()
		st.Most = one * 5 / 2
		if len(st.loose) == 0 {
			t.Error("a page is packed at once")
		}
		read(2)
		read(1)
		read(3)
		if first, second := read(1), read(2); first != 0 || second != 1 {
			t.Errorf("%d credits for what was opened before the last one, %d for what was opened before that", first, second)
		}
	})
}

// Nothing is used again where nothing may be, also by a clock that stands still.
func TestAClockThatStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(10)}
		st, now := NewStore(), time.Now()
		st.Now = func() time.Time { return now }
		for i, age := range []time.Duration{time.Hour, 0, 1} {
			o := a.options()
			o.Age = age
			r := st.Open(t.Context(), ascending(1<<20), o)
			if rows, err := all(r); err != nil || len(rows) != 10 || a.spent() != []int64{10, 20, 20}[i] {
				t.Errorf("age %v: %d rows after %d credits, %v", age, len(rows), a.spent(), err)
			}
			r.Close()
		}
	})
}

// A statement that was told of rows that stay away asks again where it reads them again.
func TestAStatementAsksAgainForRowsThatStayedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(100), spoil: func(_, page, _ int, rows []entry, total int64) ([]entry, int64) {
			if page > 1 {
				rows = nil
			}
			return rows, total
		}}
		st, o := NewStore(), a.options()
		o.Scope = NewScope()
		r := st.Open(t.Context(), ascending(1<<20), o)
		if rows, err := all(r); err == nil {
			t.Errorf("%d rows, without an error", len(rows))
		}
		r.Close()
		a.spoil = nil
		r = st.Open(t.Context(), ascending(1<<20), o)
		defer r.Close()
		if rows, err := all(r); err != nil || len(rows) != 100 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
}

// Of the series that fit, the one with the fewest rows is read.
func TestTheSmallestThatFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := NewStore()
		for _, n := range []int64{50, 20, 90, 5} {
			a, of := &api{rows: count(n)}, ascending(1<<20)
			of.About = n
			of.Request.Filter = table.Filter{{{Field: "n", CompareType: table.AtMost, Value: []any{n}}}}
			if n == 5 {
				of.Request.Args = []table.Arg{{Name: "query", Value: "others"}}
			}
			r := st.Open(t.Context(), of, a.options())
			if _, err := all(r); err != nil {
				t.Error(err)
			}
			r.Close()
		}
		r := st.Find(t.Context(), ascending(1<<20), Options{Age: time.Hour}, func(_ Of, complete bool, _ any) bool { return complete })
		defer r.Close()
		if n := r.About(); n != int64(20) {
			t.Errorf("one of %d rows", n)
		}
	})
}

// Of a series that goes on, so many rows are here only where one more is: it says that they have ended.
func TestWhatIsHereOfASeriesThatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, st := &api{rows: count(100)}, NewStore()
		r := st.Open(t.Context(), ascending(1<<20), a.options())
		defer r.Close()
		if _, err := r.Next(30); err != nil {
			t.Fatal(err)
		}
		for rows, here := range map[int64]bool{29: true, 30: false, 31: false} {
			if having := st.Having(t.Context(), rows, ascending(1<<20), a.options()); (having != nil) != here {
				t.Errorf("more than %d rows are here: %t", rows, having != nil)
			} else if here {
				having.Close()
			}
		}
	})
}

// One who fails at a series that is coming takes it from nobody: another asks again, and who comes then shares what comes.
func TestASeriesThatIsComingOutlivesOneWhoFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(100), slow: time.Second, fails: func(number, _, _ int) error {
			if number == 1 {
				return errBroken
			}
			return nil
		}}
		st, o := NewStore(), a.options()
		o.Age = 0
		var readers sync.WaitGroup
		for i := range 3 {
			readers.Go(func() {
				time.Sleep(time.Duration(i) * 700 * time.Millisecond) // the last one when it has been asked for again
				r := st.Open(t.Context(), ascending(1<<20), o)
				defer r.Close()
				if rows, err := all(r); i == 0 && err == nil || i > 0 && (err != nil || len(rows) != 100) {
					t.Errorf("reader %d: %d rows, %v", i, len(rows), err)
				}
			})
		}
		if readers.Wait(); a.spent() != 100 {
			t.Errorf("%d credits for 100 rows", a.spent())
		}
	})
}

// All rows are here only where nobody has to ask whether there are more.
func TestRowsOfWhichItIsNotKnownWhetherTheyAreAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{rows: count(40), spoil: func(number, page, size int, rows []entry, total int64) ([]entry, int64) {
			if number > 1 {
				total = int64((page-1)*size + len(rows)) // as if it ended there
			}
			return rows, total
		}}
		st := NewStore()
		r := st.Open(t.Context(), ascending(1<<20), a.options())
		for range 2 {
			if _, err := r.Next(10); err != nil {
				t.Fatal(err)
			}
		}
		r.Close()
		if r := st.Find(t.Context(), ascending(1<<20), Options{Age: time.Hour}, func(_ Of, complete bool, _ any) bool { return complete }); r != nil {
			t.Error("20 of 40 rows are all, it says")
			r.Close()
		}
	})
}
