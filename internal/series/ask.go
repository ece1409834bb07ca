package series

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Fetch buys one page; pages count from 1. expect is the number of rows that can come: the size, or less at the end. It
// may be called concurrently. A request that has been sent is to be finished though ctx ends, since it may be paid.
type Fetch func(ctx context.Context, page, size, expect int) (*table.Answer, error)

// Final is an error that comes again if the same is asked again: all who wait for the page are given it.
type Final interface {
	error
	Final() bool
}

// request is one for a page, or one that checks what has come.
type request struct {
	kind       kind
	page, size int
	offset     int64
	state      state
	asker      *Reader
	cancel     context.CancelFunc
	answer     *table.Answer
	err        error
	why        suspicion // of a border
	cleared    bool      // it follows from the page before
}

type kind uint8

const (
	pageRequest   kind = iota
	borderRequest      // for the rows around a border
	endRequest         // for a row behind the last one
)

type state uint8

const (
	open state = iota // nobody asks for it: it is to be asked, or asked again
	asked
	arrived
	failed
)

// Ramp is the number of pages that are read one by one before any is fetched ahead: a reader who wants a few rows has
// left by then.
const Ramp = 2

// ask asks for what a reader at the series' end needs next, and ahead for it as much as rate and latency call for. want
// is the number of rows that it wants, or -1.
func (r *Reader) ask(want int64) {
	s := r.series
	s.trim(r)
	if s.recalled && len(s.queue) == 0 {
		s.checkRecalled()
	}
	unread := s.after(r.at)
	if r.distrusts(want) {
		unread = 0
	}
	for i, q := range s.queue {
		if place := i + unread; place > 0 && place >= r.depth(want) {
			return
		}
		if q.state == failed && !s.leftTo(r, i) {
			return // whoever asked for it is told when its turn comes
		}
		if q.state == failed {
			q = &request{kind: q.kind, page: q.page, size: q.size, offset: q.offset, why: q.why}
			s.queue[i] = q
		}
		if q.state == open && q.kind == borderRequest && !r.affords(q, want) {
			s.skipCheck()
			r.ask(want)
			return
		}
		if q.state == open {
			r.send(q)
		}
		if q.kind != pageRequest {
			return // what comes of it decides
		}
	}
	for s.more() && unread+len(s.queue) < r.depth(want)-r.behind() {
		left, offset := want, s.asked()
		if want >= 0 {
			if left -= offset - r.at; left <= 0 && unread+len(s.queue) > 0 {
				return
			}
			left = max(left, 1)
		}
		size := r.Size(offset, left, s.largestPage())
		q := &request{page: int(offset)/size + 1, size: size, offset: offset}
		s.queue = append(s.queue, q)
		r.send(q)
	}
}

// after is how many pages are here from a row on.
func (s *Series) after(row int64) (n int) {
	for n < len(s.pages) && s.pages[len(s.pages)-1-n].offset >= row {
		n++
	}
	return n
}

// depth is how many requests have to be under way so that neither the rate limit nor this side waits: those that the
// rate sends off while one is answered, and two more. It is one as long as little is known.
func (r *Reader) depth(want int64) int {
	s := r.series
	if s.total < 0 || want < 0 && r.returned < Ramp || r.noneAhead() {
		return 1
	}
	n := int(r.Rate*s.latency.Seconds()) + 2
	return max(min(n, r.Most), 1)
}

func (r *Reader) noneAhead() bool { return r.NoneAhead != nil && r.NoneAhead() }

// behind is how many pages whoever takes the rows is behind, besides the one that is being taken, unless that has to be
// taken first.
func (r *Reader) behind() int {
	if r.Pace == nil || r.returned < Ramp {
		return 0
	}
	behind := r.returned - r.Pace.Taken()
	if !r.noneAhead() {
		behind--
	}
	return max(behind, 0)
}

// affords reports that a check of a border leaves enough for the rows that are needed. One that has to be made is asked
// for in any case.
func (r *Reader) affords(q *request, want int64) bool {
	if r.Spare == nil || q.why != equalRows {
		return true
	}
	need := r.series.reach() - r.series.rows
	if want >= 0 {
		need = min(need, want)
	}
	return r.Spare(need, int64(q.size))
}

// leftTo reports that a reader may ask again for what has failed: for what is next, where another one has failed, who
// is told. What was asked for ahead waits for its turn, so that two who cannot pay do not ask in turn for ever; but
// nobody is told of what one who has left asked for.
func (s *Series) leftTo(r *Reader, i int) bool {
	asker := s.queue[i].asker
	return i == 0 && asker != r || !s.readers[asker]
}

// checkRecalled asks for the rows around the end of what an earlier process has bought, before more is: rows may have
// moved since. Where these rows are all equal they would tell nothing.
func (s *Series) checkRecalled() {
	check, tells := s.borderOf(s.rows, nil, longAgo)
	if s.recalled = check != nil && tells; s.recalled {
		s.queue = append(s.queue, check)
	}
}

// checkSize is how many rows [Series.checkRecalled] asks for.
func (s *Series) checkSize() int64 {
	check, tells := s.borderOf(s.rows, nil, longAgo)
	if check == nil || !tells {
		return 0
	}
	return int64(check.size)
}

// distrusts reports a reader who wants more than an earlier process has bought: rows may have moved since, so that none
// is returned before that is known.
func (r *Reader) distrusts(want int64) bool {
	s := r.series
	return s.recalled && !r.content && s.ended == nil && s.more() && (want < 0 || want > s.rows-r.at)
}

// trim takes back what nobody asks for at the end of what was asked for: the next who asks may need another size.
func (s *Series) trim(r *Reader) {
	idle := func(i int) bool { return s.queue[i].state == open || s.queue[i].state == failed && s.leftTo(r, i) }
	for n := len(s.queue); n > 0 && s.queue[n-1].kind == pageRequest && idle(n-1); n-- {
		s.queue = s.queue[:n-1]
	}
	s.lookBehind()
}

// send sends a request for a reader, who pays for it.
func (r *Reader) send(q *request) {
	s := r.series
	expect := q.size
	if s.total >= 0 && q.kind == pageRequest {
		expect = int(min(int64(q.size), max(s.reach()-q.offset, 0)))
	}
	ctx, cancel := context.WithCancel(r.ctx)
	q.state, q.asker, q.cancel = asked, r, cancel
	begun := s.store.Now()
	before, leaves := s.leaving, make(chan struct{})
	s.leaving = leaves
	ctx = context.WithValue(ctx, leavesKey{}, sync.OnceFunc(func() { close(leaves) }))
	go func() {
		defer cancel()
		if before != nil {
			select {
			case <-before:
			case <-ctx.Done():
			}
		}
		answer, err := r.Buy(ctx, q.page, q.size, expect)
		Leaves(ctx)
		s.store.mu.Lock()
		s.arrive(q, begun, answer, err)
		s.store.mu.Unlock()
		s.store.pack()
	}()
}

type leavesKey struct{}

// Leaves says that the request of a [Fetch], whose context it gets, has got its turn and leaves. Only then does the next
// one of its series line up for the rate limit: what is needed first leaves first.
func Leaves(ctx context.Context) {
	if leaves, ok := ctx.Value(leavesKey{}).(func()); ok {
		leaves()
	}
}

// arrive takes a request's answer.
func (s *Series) arrive(q *request, begun time.Time, answer *table.Answer, err error) {
	defer s.happened()
	if q.err = err; err != nil {
		q.state = failed
		s.comesToNothing()
		return
	}
	q.state, q.answer, s.left = arrived, answer, answer.LeftLines
	s.credits += answer.Credits
	if s.latency == 0 {
		s.latency = answer.Took
	}
	s.latency = (3*s.latency + answer.Took) / 4
	if s.begun.IsZero() {
		s.begun = begun
		s.store.came(s)
	}
	if s.next == nil && s.ended == nil && slices.Contains(s.queue, q) {
		s.settle()
	}
	if s.next != nil { // its reader may have left meanwhile, and never follow
		s.comesToNothing()
	}
}
