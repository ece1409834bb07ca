// Package execute runs plans against an API: page by page within a budget, part by part past the row cap, several
// sources merged in one order, with what is learned of the API meanwhile. It knows no SDK and no HTTP, and no SQL but
// in the advice of an error.
package execute

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// API answers requests, each of which costs credits, and has each attempt paid for by the context's [table.Payer]. A filter that it does not take is an error with the method
// [RefusedFilter] has; the request is free of charge then.
type API interface {
	Rows(ctx context.Context, t *table.Table, req table.Request) (*table.Answer, error)
}

// RefusedFilter is an error of the API that refuses a filter.
type RefusedFilter interface {
	error
	RefusedFilter() (what table.Refused, refused bool)
}

// refusedBy reports what an error refuses.
func refusedBy(err error) (what table.Refused, ok bool) {
	var e RefusedFilter
	if !errors.As(err, &e) {
		return what, false
	}
	return e.RefusedFilter()
}

// Connection is what the executions of a connection share: the API, and what was learned of it by asking. It is kept
// for as long as the process lives. It is safe for concurrent use.
type Connection struct {
	API         API
	Store       *series.Store // of what has been bought
	Account     string        // under which that outlives the process, where the store has a level for it; "" is not at all
	Rate        float64       // requests a second
	MaxRequests int           // at a time
	NoneAhead   func() bool   // as in series.Options

	mu    sync.Mutex
	known map[*table.Table]*knowledge
}

type knowledge struct {
	plan.Knowledge
	misses    map[string]int // by filter field: probes that have not shown that contains ignores case
	asking    chan struct{}  // holds one while somebody asks
	miscounts bool           // total was found to count other rows than those that come
	words     words          // where the parameter that counts words is left out
}

// of returns what is known of a table's method. The caller holds the lock.
func (c *Connection) of(t *table.Table) *knowledge {
	k := c.known[t]
	if k == nil {
		k = &knowledge{Knowledge: plan.Knowledge{Refused: plan.Refusals{}, Folds: map[string]bool{}, Minds: map[string]bool{}},
			misses: map[string]int{}, asking: make(chan struct{}, 1)}
		if c.known == nil {
			c.known = map[*table.Table]*knowledge{}
		}
		c.known[t] = k
	}
	return k
}

// knows returns a copy of what is known of a table's method, for planning.
func (c *Connection) knows(t *table.Table) plan.Knowledge {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.of(t)
	return plan.Knowledge{Refused: maps.Clone(k.Refused), Folds: maps.Clone(k.Folds), Minds: maps.Clone(k.Minds)}
}

// refuse remembers comparisons that the API does not take.
func (c *Connection) refuse(t *table.Table, list []plan.Refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list {
		c.of(t).Refused[r] = true
	}
}

// MaxMisses is how many probes of a field may fail to show that contains ignores case, before a process takes it that it
// does not: one may have met a domain without such texts.
const MaxMisses = 2

// ask waits for its turn to ask how contains reads letters: what one learns, all know. done ends it.
func (c *Connection) ask(ctx context.Context, t *table.Table) (done func(), err error) {
	c.mu.Lock()
	asking := c.of(t).asking
	c.mu.Unlock()
	select {
	case asking <- struct{}{}:
		return func() { <-asking }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// folds remembers that contains ignores case, as a probe has shown.
func (c *Connection) folds(t *table.Table, probe plan.Probe) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, field := range probe.Fields() {
		c.of(t).Folds[field] = true
	}
}

// missed remembers so many probes that have shown nothing.
func (c *Connection) missed(t *table.Table, probe plan.Probe, times int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.of(t)
	for _, field := range probe.Asked() {
		k.misses[field] += times
		k.Minds[field] = k.misses[field] >= MaxMisses
	}
}

// miscounts reports that the API's total was found to count other rows than those that come.
func (c *Connection) miscounts(t *table.Table) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of(t).miscounts
}

// miscounted notes that rows stay away which the API counts, and reports whether that is new: from now on rows are read
// to be counted.
func (c *Connection) miscounted(t *table.Table) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.of(t)
	isNew := !known.miscounts
	known.miscounts = true
	return isNew
}
