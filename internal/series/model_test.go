package series

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// world is a store with some series, the APIs behind them, and what must hold of all at any time.
type world struct {
	t     *testing.T
	seed  int
	store *Store
	shelf *shelf   // that outlives processes; nil is none
	other []*Store // of processes that have ended, or run beside
	trouble
	apis   []*api
	ofs    []Of
	scopes []*Scope
	was    [][][]entry // by API: its rows at each moment
}

// trouble is what is wrong with the APIs of a world.
type trouble int

const (
	noTrouble trouble = iota
	errorsAtTimes
	finalErrors
	shortPages
	smallerPages
	lyingTotals
	movingRows
	ties
	noOrder
	troubles
)

// wrongOnce are worlds in which something was wrong that few others show.
var wrongOnce = []int{426, 906, 1712, 3006, 3022, 3824, 5395, 6087, 7747}

// In any world every reader is given the rows that are there, each once and in order, or an error for which there is a
// reason; nothing is bought that is here; what is counted is what is kept; and nobody waits for ever, which the bubble
// finds out.
func TestAnyReadersOfAnyAPI(outer *testing.T) {
	seeds := repetition.Times(120, 8000)
	for i := range seeds + len(wrongOnce) {
		seed := i
		if i >= seeds {
			seed = wrongOnce[i-seeds]
		}
		outer.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newWorld(t, seed).run() })
		})
	}
}

// So it is where readers are of several processes, which share what they have bought, and may be killed before it is
// kept.
func TestAnyReadersInAnyProcess(outer *testing.T) {
	for seed := range repetition.Times(120, 8000) {
		outer.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, rnd := newWorld(t, seed), rand.New(rand.NewPCG(uint64(seed), 13))
				w.shelf = newShelf()
				if rnd.IntN(2) == 0 {
					w.shelf.loses = func() bool { return rnd.IntN(30) == 0 }
				}
				w.store.Level = w.shelf
				for i := range w.ofs {
					w.ofs[i].Account = "me"
				}
				w.run()
			})
		})
	}
}

// process is the store of a visitor.
func (w *world) process(rnd *rand.Rand) *Store {
	if w.shelf != nil && rnd.IntN(2) == 0 {
		st := w.shelf.process()
		st.Most = w.store.Most
		w.other = append(w.other, w.store)
		w.store, w.scopes = st, []*Scope{nil, nil, NewScope(), NewScope()}
	}
	return w.store
}

func newWorld(t *testing.T, seed int) *world {
	rnd := rand.New(rand.NewPCG(uint64(seed), 11))
	w := &world{t: t, seed: seed, store: NewStore(), trouble: trouble(rnd.IntN(int(troubles))), scopes: []*Scope{nil, nil, NewScope(), NewScope()}}
	if rnd.IntN(2) == 0 {
		w.store.Most = 1<<10 + rnd.Int64N(30<<10)
	}
	for i := range 1 + rnd.IntN(3) {
		a := &api{rows: count(int64(rnd.IntN(400))), slow: time.Duration(rnd.IntN(20)) * time.Millisecond}
		of := ascending(1 << 20)
		if rnd.IntN(4) == 0 {
			of.RowCap = 1 + int64(rnd.IntN(300))
		}
		of.Owner, of.Request.Args = i%2, []table.Arg{{Name: "query", Value: fmt.Sprint("numbers", i)}}
		w.vex(rnd, i, a, &of)
		w.apis, w.ofs = append(w.apis, a), append(w.ofs, of)
	}
	return w
}

// vex gives an API its trouble.
func (w *world) vex(rnd *rand.Rand, i int, a *api, of *Of) {
	rnd = rand.New(rand.NewPCG(rnd.Uint64(), 0)) // used under the API's lock
	w.was = append(w.was, nil)
	defer func() { w.was[i] = append(w.was[i], slices.Clone(a.rows)) }()
	switch w.trouble {
	case errorsAtTimes:
		a.fails = func(int, int, int) error {
			if rnd.IntN(6) == 0 {
				return errBroken
			}
			return nil
		}
	case finalErrors:
		from := 1 + rnd.IntN(10)
		a.fails = func(number, _, _ int) error {
			if number >= from {
				return final{errBroken}
			}
			return nil
		}
	case shortPages:
		left, silent := 1+rnd.IntN(8), rnd.IntN(2) == 0
		a.spoil = func(_, page, _ int, rows []entry, total int64) ([]entry, int64) {
			if left == 0 || rnd.IntN(3) > 0 {
				return rows, total
			}
			left--
			if rows = rows[:rnd.IntN(len(rows)+1)]; len(rows) == 0 && silent && page > 1 { // on the first page it says that there are none
				total = 0
			}
			return rows, total
		}
	case smallerPages:
		most := 13 + rnd.IntN(30)
		if rnd.IntN(2) == 0 {
			a.rows = withTies(rnd, len(a.rows))
		}
		a.spoil = func(_, page, size int, _ []entry, total int64) ([]entry, int64) {
			size = min(size, most)
			from := min((page-1)*size, len(a.rows))
			return a.rows[from:min(from+size, len(a.rows))], total
		}
	case lyingTotals:
		a.spoil = func(_, page, size int, rows []entry, total int64) ([]entry, int64) {
			if page > 1 && rnd.IntN(3) == 0 { // what the first one says is believed
				total = max(total*int64(rnd.IntN(4))/4, int64((page-1)*size+len(rows)), 1) // a smaller one is malformed
			}
			return rows, total
		}
	case movingRows:
		if rnd.IntN(2) == 0 { // each row is there twice
			for i := range a.rows {
				a.rows[i].n /= 2
			}
		}
		at, next := 2+rnd.IntN(20), int64(1_000_000)
		again, kind := at+1+rnd.IntN(60), rnd.IntN(4) // what moves twice moves in one direction: else nobody can see it
		a.before = func(number, _, _ int) {
			if number != at && number != again {
				return
			}
			rows, n := slices.Clone(a.rows), 1+rnd.IntN(3)
			switch {
			case kind == 2 && number == again, kind > 0 && len(rows) < n:
				return
			case kind == 0:
				for ; n > 0; n-- {
					i := rnd.IntN(len(rows) + 1)
					value := int64(0)
					if i > 0 {
						value = rows[i-1].n
					}
					next++
					rows = slices.Insert(rows, i, entry{value, fmt.Sprintf(`,"x":%d`, next)})
				}
			case kind == 1:
				for ; n > 0; n-- {
					i := rnd.IntN(len(rows))
					rows = slices.Delete(rows, i, i+1)
				}
			case kind == 2:
				rows[rnd.IntN(len(rows))].text = ` `
			default:
				rows = rows[:rnd.IntN(len(rows))]
			}
			a.rows = rows
			w.was[i] = append(w.was[i], slices.Clone(rows))
		}
	case ties:
		if a.rows = withTies(rnd, len(a.rows)); rnd.IntN(3) == 0 {
			a.rows = slices.Repeat([]entry{{7, ""}}, len(a.rows))
		}
	case noOrder:
		rnd.Shuffle(len(a.rows), func(i, j int) { a.rows[i], a.rows[j] = a.rows[j], a.rows[i] })
		of.Order.Known = rnd.IntN(2) == 0
	}
}

func (w *world) failf(format string, args ...any) {
	w.t.Errorf("seed %d, trouble %d: "+format, append([]any{w.seed, w.trouble}, args...)...)
}

func (w *world) run() {
	rnd := rand.New(rand.NewPCG(uint64(w.seed), 12))
	var readers sync.WaitGroup
	generations := make([]int64, len(w.apis))
	for range 1 + rnd.IntN(9) {
		which := rnd.IntN(len(w.apis))
		v := w.visitor(rnd, which)
		generations[which] += 2 // it may begin a new series, and that one be bought anew
		if v.drops {
			readers.Go(func() { time.Sleep(v.begin); v.store.Drop(w.ofs[which].Owner) })
		}
		readers.Go(v.read)
	}
	readers.Wait()
	time.Sleep(time.Minute) // what is under way ends
	for _, st := range append(w.other, w.store) {
		w.check(st)
		if len(st.coming) > 0 {
			w.failf("%d series are still coming", len(st.coming))
		}
	}
	for i, a := range w.apis {
		most := int64(0)
		for _, rows := range w.was[i] {
			most = max(most, int64(len(rows)))
		}
		if a.spent() > generations[i]*(most+200) {
			w.failf("%d credits for %d rows, %d times", a.spent(), most, generations[i])
		}
	}
}

// check looks whether what is counted is what is kept.
func (w *world) check(st *Store) {
	st.mu.Lock()
	defer st.mu.Unlock()
	sum, pages, alike := int64(0), map[*page]bool{}, 0
	for _, list := range st.like {
		alike += len(list)
	}
	if alike != len(st.series) {
		w.failf("%d series can be found of %d", alike, len(st.series))
	}
	for _, s := range st.series {
		size := int64(0)
		for _, p := range s.pages {
			size += p.size
		}
		if size != s.size || !s.kept {
			w.failf("a series' pages have %d bytes, it counts %d", size, s.size)
		}
		sum += size + SeriesBytes
	}
	heavy := int64(0)
	for _, p := range st.loose {
		if pages[p] || p.loose == nil || !slices.Contains(p.of.pages, p) {
			w.failf("a page is loose that is packed, or gone")
		}
		pages[p] = true
		heavy += p.size
	}
	if sum != st.size || sum > st.Most || heavy != st.heavy {
		w.failf("%d bytes are counted, %d kept, of at most %d; loose %d, %d", st.size, sum, st.Most, st.heavy, heavy)
	}
}

// visitor is one who reads.
type visitor struct {
	*world
	store  *Store
	of     Of
	api    *api
	was    *[][]entry
	o      Options
	rnd    *rand.Rand
	reader *Reader

	begin, pause, cancel time.Duration // cancel 0: it is not
	want                 int64         // -1: all
	leaves               int           // after so many pages, -1: not
	credits              int64         // -1: any number of them
	drops, gone          bool
	mu                   sync.Mutex
}

var errPoor = errors.New("no credits left")

func (w *world) visitor(rnd *rand.Rand, which int) *visitor {
	v := &visitor{world: w, store: w.process(rnd), of: w.ofs[which], api: w.apis[which], was: &w.was[which], rnd: rand.New(rand.NewPCG(rnd.Uint64(), 0)), want: -1, leaves: -1, credits: -1}
	v.o = v.api.options()
	v.o.Rate, v.o.Most = float64(10+rnd.IntN(5000)), 1+rnd.IntN(8)
	v.o.Age = []time.Duration{0, time.Hour, time.Hour, time.Millisecond, 100 * time.Millisecond}[rnd.IntN(5)]
	v.o.Scope = w.scopes[rnd.IntN(len(w.scopes))]
	v.o.Size = func(offset, want int64, most int) int {
		return size(offset, want, int(min(int64(most), v.of.RowCap-offset)))
	}
	v.begin, v.drops = time.Duration(rnd.IntN(150))*time.Millisecond, rnd.IntN(12) == 0
	v.pause = []time.Duration{0, time.Millisecond, 20 * time.Millisecond}[rnd.IntN(3)]
	switch rnd.IntN(6) {
	case 0:
		v.want = int64(1 + rnd.IntN(100))
	case 1:
		v.leaves = rnd.IntN(10)
	case 2:
		v.cancel = time.Duration(1 + rnd.IntN(int(150*time.Millisecond)))
	case 3:
		v.credits = int64(rnd.IntN(300))
	}
	turn, left := time.Duration(1+rnd.IntN(5_000))*time.Microsecond, v.credits
	v.o.Buy = func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
		v.mu.Lock()
		if v.gone && ctx.Err() == nil {
			v.failf("one who has left buys")
		}
		poor := v.credits >= 0 && left < int64(expect)
		left -= int64(expect)
		v.mu.Unlock()
		if poor {
			return nil, errPoor
		}
		v.isNew(page, size)
		select {
		case <-time.After(turn): // as the rate limit has it
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		v.mu.Lock()
		gone := v.gone
		v.mu.Unlock()
		if gone && ctx.Err() == nil {
			v.failf("what waited for its turn is bought for one who has left")
		}
		return v.api.fetch(ctx, page, size, expect)
	}
	return v
}

// isNew looks whether nobody has a page, or asks for it.
func (v *visitor) isNew(page, size int) {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	s := v.reader.series
	for _, q := range s.queue {
		if q.kind == pageRequest && q.asker == v.reader && q.state == asked && q.page == page && q.size == size && q.offset < s.rows {
			v.failf("a page is bought at %d that is here up to %d", q.offset, s.rows)
		}
	}
	for i, q := range s.queue {
		if i > 0 && q.kind == pageRequest && s.queue[i-1].kind == pageRequest && s.queue[i-1].offset+int64(s.queue[i-1].size) > q.offset {
			v.failf("a page is asked for at %d, after one at %d of %d", q.offset, s.queue[i-1].offset, s.queue[i-1].size)
		}
	}
}

func (v *visitor) read() {
	time.Sleep(v.begin)
	ctx, cancel := context.WithCancel(v.t.Context())
	defer cancel()
	if v.cancel > 0 {
		defer time.AfterFunc(v.cancel, cancel).Stop()
	}
	v.reader = v.store.Open(ctx, v.of, v.o)
	got, err := v.pages(ctx)
	v.reader.Close()
	v.mu.Lock()
	v.gone = true
	v.mu.Unlock()
	v.judge(got, err)
	for range 2 {
		if rows, err := v.reader.Next(-1); err == nil {
			v.failf("one who has left is given %d rows", len(rows))
		}
	}
}

// errLeft is how a visitor ends that has got what it wanted.
var errLeft = errors.New("left")

func (v *visitor) pages(ctx context.Context) (got []entry, err error) {
	for pages := 0; pages != v.leaves; pages++ {
		want := int64(-1)
		if v.want >= 0 {
			if want = v.want - int64(len(got)); want <= 0 {
				break
			}
		}
		ended := ctx.Err()
		page, err := v.reader.Next(want)
		if ended != nil && err == nil {
			v.failf("one whose context has ended is given %d rows", len(page))
		}
		v.check(v.store)
		if errors.Is(err, ErrDone) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		if len(page) == 0 {
			v.failf("an empty page")
		}
		got = append(got, entries(page)...)
		time.Sleep(time.Duration(v.rnd.Int64N(int64(v.pause) + 1)))
	}
	return got, errLeft
}

// judge looks whether what has come is what was to come.
func (v *visitor) judge(got []entry, err error) {
	var incomplete *IncompleteError
	var changed *ChangedError
	switch {
	case err == nil, errors.Is(err, errLeft):
	case v.trouble == errorsAtTimes && errors.Is(err, errBroken), v.trouble == finalErrors && err == final{errBroken}, //nolint:errorlint // it is this one
		v.credits >= 0 && errors.Is(err, errPoor), v.cancel > 0 && errors.Is(err, context.Canceled):
	case v.trouble == shortPages && errors.As(err, &incomplete):
	case v.trouble == movingRows && errors.As(err, &changed):
	case v.trouble == movingRows && errors.As(err, &incomplete) && v.allGo(): // it says that it has no data, as it does where rows stay away
	default:
		v.failf("after %d rows: %v", len(got), err)
	}
	if v.trouble == movingRows {
		v.judgeMoved(got, err)
		return
	}
	rows := (*v.was)[0]
	rows = rows[:min(int64(len(rows)), v.of.RowCap)]
	if len(got) > len(rows) || !slices.Equal(got, rows[:len(got)]) {
		v.failf("%d rows of %d are others, %v", len(got), len(rows), err)
	}
	if err == nil && len(got) != len(rows) {
		v.failf("%d rows of %d, without an error", len(got), len(rows))
	}
}

// allGo reports that at some moment there are no rows.
func (v *visitor) allGo() bool {
	v.api.mu.Lock()
	defer v.api.mu.Unlock()
	return slices.ContainsFunc(*v.was, func(rows []entry) bool { return len(rows) == 0 })
}

// judgeMoved looks whether what has come is of one moment.
func (v *visitor) judgeMoved(got []entry, err error) {
	order := func(a, b entry) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	got = slices.SortedFunc(slices.Values(got), order)
	twice, most := 1, 1
	for i := range got {
		if twice++; i == 0 || got[i] != got[i-1] {
			twice = 1
		}
		most = max(most, twice)
	}
	if most > 2 {
		v.failf("a row comes %d times", most)
	}
	if err != nil {
		return
	}
	v.api.mu.Lock()
	defer v.api.mu.Unlock()
	for _, rows := range *v.was {
		rows = slices.SortedFunc(slices.Values(rows[:min(int64(len(rows)), v.of.RowCap)]), order)
		if slices.Equal(got, rows) {
			return
		}
	}
	v.failf("%d rows are of no moment: %d", len(got), len((*v.was)[0]))
}
