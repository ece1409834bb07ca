package execute

import (
	"context"
	"maps"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

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
		k = &knowledge{Knowledge: plan.Knowledge{Refused: plan.Refusals{}, Shown: map[plan.Refusal]bool{}, Folds: map[string]bool{}, Minds: map[string]bool{}, Closed: map[string]bool{}},
			misses: map[string]int{}, asking: make(chan struct{}, 1)}
		for _, f := range c.believed {
			if f.Method == t.Method {
				k.believe(f)
			}
		}
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
	return plan.Knowledge{Refused: maps.Clone(k.Refused), Shown: maps.Clone(k.Shown), Folds: maps.Clone(k.Folds), Minds: maps.Clone(k.Minds), Closed: maps.Clone(k.Closed)}
}

// refuse remembers comparisons that the API does not take.
func (c *Connection) refuse(t *table.Table, list []plan.Refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list {
		c.of(t).Refused[r] = true
		c.learned(t, Fact{Question: AskedCompare, Of: r.Field + " " + r.CompareType, Holds: IsRefused})
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
		c.learned(t, Fact{Question: AskedContains, Of: field, Holds: IgnoresCase})
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
		if times >= MaxMisses { // else it is a guess, which would make queries dear for a month
			c.learned(t, Fact{Question: AskedContains, Of: field, Holds: MindsCase})
		}
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

// wordsOf is what is known of a table's method.
func (c *Connection) wordsOf(t *table.Table) words {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of(t).words
}

func (c *Connection) learnWords(t *table.Table, w words) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.of(t); k.words == wordsUnknown && w != wordsUnknown {
		k.words = w
		c.learned(t, Fact{Question: AskedCount, Holds: wordsHold[w]})
	}
}
