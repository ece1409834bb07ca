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

// Names of questions, and what a fact that answers one is about ([Fact.Of]).
const (
	AskedContains = "contains"     // a field
	AskedCompare  = "compare"      // a field and a comparison, such as links_external lte
	AskedBetween  = "between"      // a field
	AskedCount    = "count"        // the method
	AskedTotal    = "total"        // the method
	AskedWhole    = "whole"        // a field and startsWith, endsWith or eq
	AskedSpelling = "spelling"     // a field
	AskedPattern  = "pattern"      // a field and a sign, such as anchor %
	AskedSpace    = "space"        // a field
	AskedCheck    = "check"        // the method
	AskedDay      = "day"          // the method
	AskedPastCap  = "past the cap" // the method
	AskedAddress  = "address"      // a search type
	// AskedOf is about a site, and a question that its links cannot answer; what holds is why.
	AskedOf = "of"
)

// What holds.
const (
	IgnoresCase = "ignores case"
	MindsCase   = "minds case"
	IsRefused   = "refused"
	// IsTaken is what the API takes, and nothing more is known of: nobody relies on it.
	IsTaken = "taken"
	// Finds is a comparison that has found a row which satisfies it, and not one which does not.
	Finds         = "finds"
	EndsAreIn     = "ends included"
	EndsAreOut    = "ends left out"
	WordsAreIn    = "words come"
	WordsAreOut   = "words stay away"
	IsSpecial     = "special"
	IsItself      = "itself"
	FirstDetected = "first detection"
	LastVisited   = "last visit"
	WholeDay      = "whole day"
	Midnight      = "midnight"
	IsTrimmed     = "trimmed"
	AnError       = "error"
	NoRows        = "no rows"
	MoreRows      = "more rows"
)

// wordsHold says what is known of rows of several words.
var wordsHold = map[words]string{wordsCome: WordsAreIn, wordsStay: WordsAreOut}

// Believe takes what an earlier process has learned for true. It is called before the first execution.
func (c *Connection) Believe(facts []Fact) { c.believed = facts }

// believe takes a fact for true. One that this version does not know is nothing.
func (k *knowledge) believe(f Fact) {
	field, compare, _ := strings.Cut(f.Of, " ")
	switch {
	case f.Question == AskedContains && f.Holds == IgnoresCase:
		k.Folds[f.Of] = true
	case f.Question == AskedContains && f.Holds == MindsCase:
		k.Minds[f.Of], k.misses[f.Of] = true, MaxMisses
	case f.Question == AskedCompare && f.Holds == IsRefused:
		k.Refused[plan.Refusal{Field: field, CompareType: compare}] = true
	case f.Question == AskedCompare && f.Holds == Finds:
		k.Shown[plan.Refusal{Field: field, CompareType: compare}] = true
	case f.Question == AskedBetween && f.Holds == EndsAreIn: // that they are left out an answer without rows may have shown by mistake
		k.Closed[f.Of] = true
	case f.Question == AskedCount:
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
