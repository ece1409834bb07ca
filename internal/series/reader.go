package series

import (
	"context"
	"hash/maphash"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Options say how a reader buys, and what it may be given.
type Options struct {
	Buy Fetch
	// Size is how many rows to ask for in the page after offset rows: at most so many, and a divisor of offset. want is
	// the number of rows wanted from there on, -1 where that is not known.
	Size func(offset, want int64, most int) int
	Rate float64 // requests a second; with the latency it decides how many pages are fetched ahead
	Most int     // requests at a time
	// NoneAhead reports that no page is to be fetched before it is needed; nil is that pages may be.
	NoneAhead func() bool
	// Spare reports that a reader who still needs so many rows can pay for more besides; nil is that it can.
	Spare func(need, more int64) bool
	// Pace is that of whoever takes the rows; nil is that they are taken as they come.
	Pace Pace
	Age  time.Duration
	// Scope is the statement's, whose readers are all given the same rows; nil is none.
	Scope *Scope
	// Recalled is told of rows that an earlier process has bought, and when; nil is nobody.
	Recalled func(rows int, bought time.Time)
}

// Pace is how far whoever takes a reader's rows has come. What is bought and not yet taken is bounded by it: a user who
// pauses may want no more.
type Pace interface {
	// Taken is how many of the reader's pages have been taken to their end.
	Taken() int
	// Await waits until so many have been, or ctx has ended.
	Await(ctx context.Context, pages int)
}

// keeps reports that what is bought is to be kept, for others or for the statement.
func (o Options) keeps() bool { return o.Age > 0 || o.Scope != nil }

// Reader reads a series in its order. It is not safe for concurrent use.
type Reader struct {
	Options
	ctx      context.Context
	store    *Store
	series   *Series
	at       int64 // rows read of the series
	returned int   // pages
	end      error // of all further calls of Next

	read    []uint64       // hashes of the rows that were returned
	again   map[uint64]int // of them, those that come again, since the series was bought anew; nil before
	content bool           // it wants no more than is here
	bound   bool           // another reader of the statement has read the series: this one must read the same rows
}

// Open starts before the first row of a series: of one that is here and may be used, or of a new one. Nothing is asked
// for yet. Close must be called. Nothing is bought for the reader after ctx has ended.
func (st *Store) Open(ctx context.Context, of Of, o Options) *Reader {
	st.recall(of, o)
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.find(of.key(), o.Age, o.Scope)
	if s == nil || !s.goOn() {
		s = st.begin(of, o.keeps())
	}
	return st.join(ctx, s, o)
}

// Find opens a series that differs from one in filter and sort alone, if at all, has all its rows, or a note, and may be
// used: the one with the fewest rows of those that fit. It is nil where none does.
func (st *Store) Find(ctx context.Context, of Of, o Options, fits func(known Of, complete bool, note any) bool) *Reader {
	st.recall(of, o)
	alike := of.common()
	st.mu.Lock()
	defer st.mu.Unlock()
	var found *Series
	for _, s := range st.like[alike] {
		if (s.note != nil || s.complete()) && st.usable(s, o.Age, o.Scope) &&
			(found == nil || s.total < found.total) && fits(s.Of, s.complete(), s.note) {
			found = s
		}
	}
	if found == nil {
		return nil
	}
	return st.joinWhatIsHere(ctx, found, o)
}

// Here tells how many rows of a series are here that may be used, of how many, and since when. A few that would be given
// up are none; total is -1 where it is not known.
func (st *Store) Here(of Of, o Options) (rows, total int64, begun time.Time) {
	st.recall(of, o)
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.find(of.key(), o.Age, o.Scope)
	switch {
	case s == nil:
		return 0, -1, begun
	case s.rows <= few && s.more():
		return 0, s.total, s.begun
	}
	return s.rows, s.total, s.begun
}

// Having opens a series if more than so many of its rows are here, or all that there are, and may be used; else it
// returns nil.
func (st *Store) Having(ctx context.Context, rows int64, of Of, o Options) *Reader {
	st.recall(of, o)
	st.mu.Lock()
	defer st.mu.Unlock()
	if s := st.find(of.key(), o.Age, o.Scope); s != nil && (s.complete() || s.rows > rows) && s.goOn() {
		return st.joinWhatIsHere(ctx, s, o)
	}
	return nil
}

// joinWhatIsHere opens a series for a reader who wants no more than is here.
func (st *Store) joinWhatIsHere(ctx context.Context, s *Series, o Options) *Reader {
	r := st.join(ctx, s, o)
	r.content = true
	return r
}

func (st *Store) join(ctx context.Context, s *Series, o Options) *Reader {
	if len(s.readers) == 0 {
		s.anew = 0 // whoever has read it anew has left: if it moves again, that is another time
	}
	r := &Reader{Options: o, ctx: ctx, store: st, bound: o.Scope.holds(s)}
	r.enter(s)
	return r
}

// enter makes the reader one of a series.
func (r *Reader) enter(s *Series) {
	r.series, r.at = s, 0
	r.store.opened++
	s.used = r.store.opened
	if s.readers[r] = true; r.keeps() && s.whole() {
		r.store.keep(s)
	}
	s.saved = s.saved || r.Age > 0 && len(s.ends) == 0 && r.store.lasts(s.Of)
	r.Scope.add(s)
}

// Close ends the reading. What was asked for and not yet sent is taken back.
func (r *Reader) Close() {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	r.leave()
}

func (r *Reader) leave() {
	s := r.series
	delete(s.readers, r)
	for _, q := range s.queue {
		if q.asker == r && q.state == asked {
			q.cancel()
		}
	}
	s.comesToNothing()
	s.dropRead()
}

// Next returns the next page's rows, which may be fewer than were asked for, or [ErrDone]. want is how many rows the
// caller still needs, counted from the last page returned; -1 means all that there are. Once it has failed, or its
// context has ended, or the reader was closed, it returns no page, not even one that has come.
func (r *Reader) Next(want int64) ([]table.Row, error) {
	if r.end != nil {
		return nil, r.end
	}
	rows, err := r.next(want)
	r.end = err
	return rows, err
}

func (r *Reader) next(want int64) ([]table.Row, error) {
	for {
		p, err := r.page(want)
		if err == ErrDone && len(r.again) > 0 { //nolint:errorlint // it is never wrapped
			err = &ChangedError{r.series.Request.Site(), r.at, r.series.total}
		}
		if err != nil {
			return nil, err
		}
		rows, err := p.all()
		switch {
		case err != nil && p.record != nil:
			r.store.lose(p.of)
			continue
		case err != nil:
			return nil, err
		}
		if rows = r.unread(rows); len(rows) > 0 {
			r.tellRecalled(p, rows)
			if r.returned++; want < 0 && r.returned > Ramp {
				r.askAhead()
			}
			if r.store.lasts(p.of.Of) {
				r.store.Level.Await(r.ctx)
			}
			return rows, nil
		}
	}
}

// tellRecalled tells of rows of a page that an earlier process has bought.
func (r *Reader) tellRecalled(p page, rows []table.Row) {
	if p.record != nil && r.Recalled != nil {
		r.Recalled(len(rows), p.of.begun)
	}
}

// askAhead asks for what comes after the pages that the reader has, so that it does not wait at their end. One who takes what
// is here may want no more.
func (r *Reader) askAhead() {
	if r.content {
		return
	}
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if r.over() == nil && r.series.next == nil && r.series.ended == nil {
		r.ask(-1)
	}
}

// unread leaves out rows that were returned before the series was bought anew, and notes the others.
func (r *Reader) unread(rows []table.Row) []table.Row {
	list := rows[:0]
	for _, row := range rows {
		hash := maphash.String(seed, row.Raw())
		if n := r.again[hash]; n > 0 {
			if r.again[hash]--; n == 1 {
				delete(r.again, hash)
			}
			continue
		}
		r.read = append(r.read, hash)
		list = append(list, row)
	}
	return list
}

// page returns the next page, when it has come.
func (r *Reader) page(want int64) (page, error) {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if r.at == 0 && r.returned == 0 {
		r.beginAnew(want)
	}
	var waited *request
	for {
		if err := r.over(); err != nil {
			return page{}, err
		}
		r.follow()
		s := r.series
		if p := s.pageAt(r.at); p != nil && !r.distrusts(want) {
			r.at = p.end()
			found := *p
			s.dropRead()
			return found, nil
		}
		if s.ended != nil {
			return page{}, s.ended
		}
		if len(s.queue) > 0 && s.queue[0].asker == r {
			waited = s.queue[0]
		}
		if waited != nil && waited.state == failed && (waited.asker == r || isFinal(waited.err)) {
			return page{}, waited.err
		}
		if r.ask(want); s.pageAt(r.at) != nil && !r.distrusts(want) || s.next != nil || s.ended != nil {
			continue // a check was left out
		}
		if len(s.queue) > 0 {
			waited = s.queue[0]
			changed := s.changed
			r.unlocked(func() {
				select {
				case <-changed:
				case <-r.ctx.Done():
				}
			})
			continue
		}
		if !s.more() {
			return page{}, ErrDone
		}
		pages := r.returned - r.depth(want) + 1
		r.unlocked(func() { r.Pace.Await(r.ctx, pages) })
	}
}

// unlocked waits without the store's lock.
func (r *Reader) unlocked(wait func()) {
	r.store.mu.Unlock()
	defer r.store.mu.Lock()
	wait()
}

func isFinal(err error) bool {
	final, ok := err.(Final) //nolint:errorlint // it is the API's own
	return ok && final.Final()
}

// over is why no more is wanted.
func (r *Reader) over() error {
	switch {
	case r.ctx.Err() != nil:
		return context.Cause(r.ctx)
	case !r.series.readers[r]:
		return context.Canceled
	}
	return nil
}

// few is how many rows are bought once more rather than going on behind them, with pages that have to divide their
// number.
const few = 10

// beginAnew gives up a few rows that are here where many more are wanted, and those of an earlier process that cost no more
// than to look whether they are still so.
func (r *Reader) beginAnew(want int64) {
	s := r.series
	alone := len(s.readers) == 1 && len(s.queue) == 0
	if r.over() != nil || !alone || r.bound || s.rows == 0 || !s.more() {
		return
	}
	if s.rows <= few && (want < 0 || want > 2*s.rows) || r.distrusts(want) && s.rows <= s.checkSize() {
		r.leave()
		r.enter(r.store.begin(s.Of, r.keeps()))
	}
}

// follow goes on in the series that has been bought anew in place of the reader's, where it begins again.
func (r *Reader) follow() {
	for r.series.next != nil {
		next := r.series.next
		r.leave()
		r.again = map[uint64]int{}
		for _, hash := range r.read {
			r.again[hash]++
		}
		r.enter(next)
	}
}

// Renewed reports that the series was bought anew while it was read: rows that were returned are not returned again, and
// new ones may belong before them.
func (r *Reader) Renewed() bool { return r.again != nil }

// Total is the number of rows of the series by the last answer, -1 before the first.
func (r *Reader) Total() int64 {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.series.total
}

// LeftLines is how many credits the plan has left by the series' last answer, -1 where it did not say.
func (r *Reader) LeftLines() int64 {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.series.left
}

// Begun is when the first page was asked for; the zero value before it has come.
func (r *Reader) Begun() time.Time {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.series.begun
}

// About is what the owner has said of the series.
func (r *Reader) About() any { return r.series.About }

// Latency is how long an answer takes, by those so far.
func (r *Reader) Latency() time.Duration {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.series.latency
}

// Pages is the number of pages returned so far.
func (r *Reader) Pages() int { return r.returned }

// More reports whether there is a page to read or to ask for.
func (r *Reader) More() bool {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.end == nil && (r.series.pageAt(r.at) != nil || len(r.series.queue) > 0 || r.series.more())
}

// Unbought is how many rows of the series nobody has bought, or asked for, -1 where that is not known yet.
func (r *Reader) Unbought() int64 {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if r.series.total < 0 {
		return -1
	}
	return max(r.series.reach()-r.series.asked(), 0)
}

// Ahead is how many rows are here behind those that were returned.
func (r *Reader) Ahead() int64 {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return max(r.series.rows-r.at, 0)
}

// TakeAsItIs says whether rows of an earlier process are returned without looking whether they are still so, as long as
// there are some. It is for a reader who may want no more than these.
func (r *Reader) TakeAsItIs(is bool) { r.content = is }

// Bought reports that the next page is here, or under way.
func (r *Reader) Bought() bool {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.series.pageAt(r.at) != nil
}

// Note is what readers have noted of the series for those who come later; nil before.
func (r *Reader) Note() any {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.series.note
}

// SetNote notes something for those who read the series later.
func (r *Reader) SetNote(note any) {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	r.series.note = note
	r.series.save(0, nil)
}
