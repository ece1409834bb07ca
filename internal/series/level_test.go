package series

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// shelf is a level in memory.
type shelf struct {
	mu      sync.Mutex
	records map[string]*kept // by key
	loses   func() bool      // what it is told; nil is never
}

// kept is what a shelf has of a series.
type kept struct {
	Entry
	pages   map[int64]*table.Rows
	version int
	gone    bool
}

// hold is one process' record.
type hold struct {
	shelf   *shelf
	kept    *kept
	version int
}

func newShelf() *shelf { return &shelf{records: map[string]*kept{}} }

func (l *shelf) Like(account, common string, since time.Time) (list []Kept) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.records {
		if k.Account == account && k.Common == common && !k.Begun.Before(since) {
			list = append(list, Kept{k.Entry, &hold{l, k, k.version}})
		}
	}
	return list
}

func (l *shelf) Begin(e Entry) Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := &kept{Entry: e, pages: map[int64]*table.Rows{}}
	if old := l.records[e.Key]; old != nil && old.Begun.After(e.Begun) {
		k.gone = true
		return &hold{l, k, 0}
	} else if old != nil {
		old.gone = true
	}
	l.records[e.Key] = k
	return &hold{l, k, 0}
}

func (l *shelf) Await(context.Context) {}

func (h *hold) write(change func(k *kept)) {
	h.shelf.mu.Lock()
	defer h.shelf.mu.Unlock()
	if h.kept.gone || h.version != h.kept.version || h.shelf.loses != nil && h.shelf.loses() {
		h.version = -1
		return
	}
	h.version++
	h.kept.version = h.version
	change(h.kept)
}

func (h *hold) Append(offset int64, rows *table.Rows, e Entry) {
	h.write(func(k *kept) { k.pages[offset], k.Entry = rows, e })
}

func (h *hold) Update(e Entry) { h.write(func(k *kept) { k.Entry = e }) }

func (h *hold) Drop() {
	h.write(func(k *kept) {
		k.gone = true
		delete(h.shelf.records, k.Key)
	})
}

func (h *hold) Page(offset int64) (*table.Rows, error) {
	h.shelf.mu.Lock()
	defer h.shelf.mu.Unlock()
	if rows := h.kept.pages[offset]; rows != nil && !h.kept.gone {
		return table.Unpack(rows.Pack())
	}
	return nil, errors.New("gone")
}

// process is a store that shares a level with others.
func (l *shelf) process() *Store {
	st := NewStore()
	st.Level = l
	return st
}

func owned(of Of) Of {
	of.Account = "me"
	return of
}

// What one process has bought another one reads, and buys only what is missing, and the rows around the border.
func TestRowsOutliveTheProcess(t *testing.T) {
	const border = tailRows
	for name, step := range map[string]struct {
		first, second int64 // rows that are wanted, -1 is all
		change        func(a *api, l *shelf)
		wait          time.Duration
		least, most   int64 // credits of the second one
		same          bool  // the second process' rows are those of the beginning
	}{
		"all":                     {-1, -1, nil, 0, 0, 0, true},
		"some, and as many":       {100, 100, nil, 0, 0, 0, true},
		"some, and then all":      {100, -1, nil, 0, 200, 200, true},
		"some, later all":         {100, -1, nil, longSince, 201, 200 + border, true},
		"a few, and one more":     {4, 5, nil, 0, 1, 1, true},
		"a few, later one more":   {4, 5, nil, longSince, 5, 5, true},
		"ten, later all":          {10, -1, nil, longSince, 300, 300, true},
		"all, and then some":      {-1, 10, nil, 0, 0, 0, true},
		"they are too old":        {-1, -1, nil, 61 * time.Minute, 300, 300, true},
		"they are of the future":  {-1, -1, func(_ *api, l *shelf) { l.each(func(k *kept) { k.Begun = k.Begun.Add(24 * time.Hour) }) }, 0, 300, 300, true},
		"another total":           {100, -1, func(a *api, _ *shelf) { a.rows = slices.Concat([]entry{{0, " "}}, a.rows) }, longSince, 301, 401 + border, false},
		"moved, the same total":   {100, -1, func(a *api, _ *shelf) { a.rows = slices.Concat([]entry{{0, " "}}, a.rows[:299]) }, longSince, 300, 400 + border, false},
		"a page is gone":          {-1, -1, func(_ *api, l *shelf) { l.each(func(k *kept) { delete(k.pages, 32) }) }, 0, 300, 300, true},
		"the last page is gone":   {100, -1, func(_ *api, l *shelf) { l.each(func(k *kept) { k.pages = nil }) }, 0, 300, 300, true},
		"it cannot be read":       {-1, -1, func(_ *api, l *shelf) { l.each(func(k *kept) { k.Memo = k.Memo[1:] }) }, 0, 300, 300, true},
		"it is somebody else's":   {-1, -1, func(_ *api, l *shelf) { l.each(func(k *kept) { k.Account = "other" }) }, 0, 300, 300, true},
		"what is kept has moved":  {-1, -1, func(a *api, _ *shelf) { a.rows = a.rows[:10] }, 0, 0, 0, true},
		"there are fewer by now":  {100, -1, func(a *api, _ *shelf) { a.rows = a.rows[:50] }, longSince, 51, 200, false},
		"there are none any more": {100, -1, func(a *api, _ *shelf) { a.rows = nil }, longSince, 1, 100, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, l := &api{rows: count(300)}, newShelf()
				were := a.rows
				r := l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
				if step.first < 0 {
					if _, err := all(r); err != nil {
						t.Fatal(err)
					}
				} else {
					take(t, r, step.first)
				}
				r.Close()
				time.Sleep(step.wait)
				if step.change != nil {
					step.change(a, l)
				}
				before, recalled := a.spent(), 0
				o := a.options()
				o.Recalled = func(rows int, _ time.Time) { recalled += rows }
				r = l.process().Open(t.Context(), owned(ascending(1<<20)), o)
				defer r.Close()
				want := a.rows
				if step.same {
					want = were
				}
				var got []entry
				var err error
				if step.second < 0 {
					got, err = all(r)
				} else {
					take(t, r, step.second)
					got, want = nil, nil
				}
				if spent := a.spent() - before; err != nil || !slices.Equal(got, want) || spent < step.least || spent > step.most {
					t.Errorf("%d rows of %d, %v; %d credits, want %d to %d", len(got), len(want), err, spent, step.least, step.most)
				}
				if step.most == 0 && recalled == 0 {
					t.Error("nobody is told that rows were here")
				}
			})
		})
	}
}

func (l *shelf) each(change func(*kept)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.records {
		change(k)
	}
}

// What is gone in the middle of a reading is bought anew, and no row comes twice.
func TestPagesThatGoWhileTheyAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, l := &api{rows: count(300)}, newShelf()
		r := l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
		if _, err := all(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
		r = l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
		defer r.Close()
		first, err := r.Next(-1)
		if err != nil {
			t.Fatal(err)
		}
		l.each(func(k *kept) { k.gone = true })
		rest, err := all(r)
		if got := append(entries(first), rest...); err != nil || !slices.Equal(got, count(300)) || a.spent() != 600 {
			t.Errorf("%d rows, %v; %d credits", len(got), err, a.spent())
		}
	})
}

// An answer without rows costs a credit, and is kept too; so is what was noted.
func TestWhatIsKeptBesidesRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, l := &api{}, newShelf()
		r := l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
		if rows, err := all(r); err != nil || len(rows) > 0 {
			t.Fatal(rows, err)
		}
		r.SetNote("empty")
		r.Close()
		r = l.process().Find(t.Context(), owned(ascending(1<<20)), a.options(), func(_ Of, complete bool, note any) bool { return complete && note == "empty" })
		if r == nil {
			t.Fatal("nothing is found")
		}
		defer r.Close()
		if rows, err := all(r); err != nil || len(rows) > 0 || a.spent() != 1 || r.Total() != 0 {
			t.Errorf("%d rows of %d, %v; %d credits", len(rows), r.Total(), err, a.spent())
		}
	})
}

// Rows that stay away are not kept, and those of a reader who wants nothing old are not either.
func TestWhatIsNotKept(t *testing.T) {
	for name, prepare := range map[string]func(a *api, o *Options, of *Of){
		"rows stay away": func(a *api, _ *Options, _ *Of) {
			a.spoil = func(_, page, _ int, rows []entry, total int64) ([]entry, int64) {
				if page > 3 {
					return nil, total
				}
				return rows, total
			}
		},
		"nothing old is wanted": func(_ *api, o *Options, _ *Of) { o.Age, o.Scope = 0, NewScope() },
		"it is nobody's":        func(_ *api, _ *Options, of *Of) { of.Account = "" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, l := &api{rows: count(300)}, newShelf()
				o, of := a.options(), owned(ascending(1<<20))
				prepare(a, &o, &of)
				r := l.process().Open(t.Context(), of, o)
				_, err := all(r)
				r.Close()
				time.Sleep(time.Minute)
				if len(l.records) > 0 {
					t.Errorf("%d series are kept, %v", len(l.records), err)
				}
			})
		})
	}
}

// A younger series takes the place of an older one, whoever began first; two who go on with the same one do not mix
// their pages.
func TestTwoProcessesGoOnWithOneSeries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newShelf()
		a := &api{rows: count(300)}
		r := l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
		take(t, r, 100)
		r.Close()
		one, other := l.process().Open(t.Context(), owned(ascending(1<<20)), a.options()), l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
		take(t, one, 150)
		take(t, other, 250)
		take(t, one, 100)
		one.Close()
		other.Close()
		for _, k := range l.records {
			rows := int64(0)
			for ; k.pages[rows] != nil; rows += int64(k.pages[rows].Len()) {
			}
			if rows != k.Rows {
				t.Errorf("pages up to %d are kept of %d rows", rows, k.Rows)
			}
		}
		before := a.spent()
		r = l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
		defer r.Close()
		if rows, err := all(r); err != nil || !slices.Equal(rows, count(300)) || a.spent()-before > 150+tailRows {
			t.Errorf("%d rows, %v; %d credits", len(rows), err, a.spent()-before)
		}
	})
}

// Memos are read by the same program only, but it may have been killed at any time.
func TestALevelThatLosesWhatItIsTold(t *testing.T) {
	for seed := range 30 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(uint64(seed), 1))
				l, a := newShelf(), &api{rows: count(300)}
				l.loses = func() bool { return rnd.IntN(20) == 0 }
				for range 5 {
					r := l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
					take(t, r, 1+rnd.Int64N(200))
					r.Close()
				}
				r := l.process().Open(t.Context(), owned(ascending(1<<20)), a.options())
				defer r.Close()
				if rows, err := all(r); err != nil || !slices.Equal(rows, count(300)) {
					t.Errorf("%d rows, %v", len(rows), err)
				}
			})
		})
	}
}
