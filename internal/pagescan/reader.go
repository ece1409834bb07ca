// Package pagescan reads a paged, paid API in order: no page twice, none left out, none bought that nobody
// will read. It knows nothing of what a row is.
package pagescan

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Page is one answer. Total is the number of rows of the whole series as the API counts them.
type Page[R any] struct {
	Rows  []R
	Total int64
	Took  time.Duration // from sending to the last byte, without waiting for a rate limit
}

// Fetch asks for one page; pages count from 1. expect is the number of rows that can come: the size, or less
// at the end. It may be called concurrently.
type Fetch[R any] func(ctx context.Context, page, size, expect int) (Page[R], error)

// Pager chooses the next page and size; want is the number of rows wanted, -1 for all there are.
type Pager interface {
	Next(want, rowCap int64) (page, size int)
	Offset() int64
}

// Ramp is the number of pages that are read one by one before any is fetched ahead: a reader who wants a
// few rows has left by then.
const Ramp = 2

// Options of a [Reader].
type Options struct {
	RowCap int64   // rows that one series gives
	Rate   float64 // requests per second; with the latency it decides how many pages are fetched ahead
	Most   int     // most requests at a time
}

// ErrDone is the error of [Reader.Next] after the last page.
var ErrDone = errors.New("no more pages")

// Reader reads the pages of one series in order. It is not safe for concurrent use.
type Reader[R any] struct {
	fetch  Fetch[R]
	pager  Pager
	opts   Options
	given  context.Context
	ctx    context.Context // of requests: ends with the given one, and when the reader is closed
	cancel context.CancelFunc
	wg     sync.WaitGroup

	queue   []*request[R] // asked for and not yet taken, in order
	ahead   int64         // rows that the queue asks for
	pages   int           // pages taken
	taken   int64         // rows taken
	total   int64         // -1 before the first answer
	changed bool          // total was not the same in all answers
	end     error         // of all further calls of Next: what has ended the series
	latency time.Duration // of the answers so far, smoothed
}

type request[R any] struct {
	size   int
	answer chan answer[R]
}

type answer[R any] struct {
	page Page[R]
	err  error
}

// NewReader starts before the first page; nothing is asked for yet. Close must be called.
func NewReader[R any](ctx context.Context, fetch Fetch[R], pager Pager, opts Options) *Reader[R] {
	r := &Reader[R]{fetch: fetch, pager: pager, opts: opts, total: -1, given: ctx}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// Close ends what is still being fetched and waits for it.
func (r *Reader[R]) Close() {
	r.cancel()
	r.wg.Wait()
}

// Next returns the next page's rows, which may be fewer than were asked for, or [ErrDone]. want is how many
// rows the caller still needs, counted from the last page returned; -1 means all that there are. Once it has
// failed, or its context has ended, or the reader was closed, it returns no page, not even one that has come.
func (r *Reader[R]) Next(want int64) ([]R, error) {
	if r.end != nil {
		return nil, r.end
	}
	rows, err := r.next(want)
	if err != nil {
		r.end = err
		r.cancel() // what was fetched ahead is of no use
	}
	return rows, err
}

func (r *Reader[R]) next(want int64) ([]R, error) {
	if err := r.over(); err != nil {
		return nil, err
	}
	if len(r.queue) == 0 {
		if !r.More() {
			return nil, ErrDone
		}
		r.ask(want)
	}
	r.fill(want)
	head := r.queue[0]
	var a answer[R]
	select {
	case a = <-head.answer:
	case <-r.ctx.Done():
	}
	if err := r.over(); err != nil { // asked again: of two events that have come, select takes either
		return nil, err
	}
	r.queue = r.queue[1:]
	r.ahead -= int64(head.size)
	if a.err != nil {
		return nil, a.err
	}
	r.take(a)
	if len(a.page.Rows) == 0 {
		return nil, ErrDone
	}
	return a.page.Rows, nil
}

// over is why no more is wanted. The given context is asked first: those made of it end a moment after it has, in
// which a page could be bought.
func (r *Reader[R]) over() error {
	for _, ctx := range []context.Context{r.given, r.ctx} {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

func (r *Reader[R]) take(a answer[R]) {
	if r.total >= 0 && a.page.Total != r.total {
		r.changed = true
	}
	r.total = a.page.Total
	r.pages++
	r.taken += int64(len(a.page.Rows))
	if r.latency == 0 {
		r.latency = a.page.Took
	}
	r.latency = (3*r.latency + a.page.Took) / 4
}

// More reports whether there is a page to ask for. Before the first answer there is just that one.
func (r *Reader[R]) More() bool {
	if r.end != nil {
		return false
	}
	if r.total < 0 {
		return r.pager.Offset() == 0
	}
	return r.pager.Offset() < min(r.total, r.opts.RowCap)
}

// fill asks for pages ahead: after the ramp, or as soon as the total is known when the demand is.
func (r *Reader[R]) fill(want int64) {
	if r.total < 0 || want < 0 && r.pages < Ramp {
		return
	}
	for len(r.queue) < r.depth() && r.More() {
		if want >= 0 && r.ahead >= want {
			return
		}
		r.ask(want)
	}
}

// depth is how many requests have to be under way so that neither the rate limit nor this side waits: those
// that the rate sends off while one is answered, and one that is being read.
func (r *Reader[R]) depth() int {
	n := int(r.opts.Rate*r.latency.Seconds()) + 2
	return max(min(n, r.opts.Most), 1)
}

func (r *Reader[R]) ask(want int64) {
	if want >= 0 {
		want = max(want-r.ahead, 1)
	}
	before := r.pager.Offset()
	page, size := r.pager.Next(want, r.opts.RowCap)
	expect := size
	if r.total >= 0 {
		expect = int(min(int64(size), max(r.total-before, 0)))
	}
	req := &request[R]{size: size, answer: make(chan answer[R], 1)}
	r.queue = append(r.queue, req)
	r.ahead += int64(size)
	r.wg.Go(func() {
		p, err := r.fetch(r.ctx, page, size, expect)
		req.answer <- answer[R]{p, err}
	})
}

// Total is the number of rows of the series by the last answer, -1 before the first.
func (r *Reader[R]) Total() int64 { return r.total }

// Latency is how long an answer takes, by those so far.
func (r *Reader[R]) Latency() time.Duration { return r.latency }

// Pages is the number of pages returned so far.
func (r *Reader[R]) Pages() int { return r.pages }

// Short says how many rows of how many have arrived where that is not all within the cap, or the total has
// changed while they were read.
func (r *Reader[R]) Short() (arrived, total int64, short bool) {
	reachable := min(r.total, r.opts.RowCap)
	return r.taken, r.total, r.total >= 0 && (r.changed || r.taken != reachable)
}
