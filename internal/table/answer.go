package table

import "time"

// Answer is one page of rows, as the API gave it. Callers of identical requests may be given the same one: it is not
// to be changed.
type Answer struct {
	Rows      *Rows
	Total     int64         // rows of the whole request
	LeftLines int64         // credits left on the plan; -1 where the answer does not say
	Credits   int64         // what the answer cost when it was bought
	Took      time.Duration // from sending to having read the answer, without waiting for a rate limit
}
