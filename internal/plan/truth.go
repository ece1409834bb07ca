package plan

// Truth says whether a row matches a WHERE clause: surely, surely not, or depending on what this side
// cannot see (the database's locale, or whether a list was ANY or ALL).
type Truth int8

// The three truths. SQL's own "unknown" (a comparison with NULL) drops the row and is No here.
const (
	No Truth = iota
	Maybe
	Yes
)

func truth(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

func (t Truth) String() string { return [...]string{"no", "maybe", "yes"}[t] }
