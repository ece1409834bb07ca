package execute

import (
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Facts keeps what was learned of the API for later processes. What it cannot keep is asked again: it has no errors.
type Facts interface {
	Learn(account string, f Fact)
}

// Fact is an answer to one of the [Questions], of a method and an account.
type Fact struct {
	Method   string    // of the API
	Question string    // its Name
	Of       string    // the filter's field, of a comparison also its word; "" where the question is about the method
	Holds    string    // one of the words below
	At       time.Time // when it was learned, which whoever keeps it knows
}

// MaxFactAge is how long a fact is believed: the API may change.
const MaxFactAge = 30 * 24 * time.Hour

// Names of questions.
const (
	askedContains = "contains"
	askedCompare  = "compare"
	askedBetween  = "between"
	askedCount    = "count"
	askedTotal    = "total"
)

// What holds.
const (
	ignoresCase = "ignores case"
	mindsCase   = "minds case"
	isRefused   = "refused"
	wordsAreIn  = "words come"
	wordsAreOut = "words stay away"
)

// wordsHold says what is known of rows of several words.
var wordsHold = map[words]string{wordsCome: wordsAreIn, wordsStay: wordsAreOut}

// Believe takes what an earlier process has learned for true. It is called before the first execution.
func (c *Connection) Believe(facts []Fact) { c.believed = facts }

// believe takes a fact for true. One that this version does not know is nothing.
func (k *knowledge) believe(f Fact) {
	switch {
	case f.Question == askedContains && f.Holds == ignoresCase:
		k.Folds[f.Of] = true
	case f.Question == askedContains && f.Holds == mindsCase:
		k.Minds[f.Of], k.misses[f.Of] = true, MaxMisses
	case f.Question == askedCompare && f.Holds == isRefused:
		field, compare, _ := strings.Cut(f.Of, " ")
		k.Refused[plan.Refusal{Field: field, CompareType: compare}] = true
	case f.Question == askedCount:
		for w, holds := range wordsHold {
			if holds == f.Holds {
				k.words = w
			}
		}
	}
}

// learned keeps a fact about a table's method.
func (c *Connection) learned(t *table.Table, f Fact) {
	if c.Facts != nil && c.Account != "" {
		f.Method = t.Method
		c.Facts.Learn(c.Account, f)
	}
}
