package outlink

import (
	"fmt"
	"time"
)

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

// Residual is the part of a WHERE clause that is checked on this side: all of it, so that what the API
// made of the filter cannot matter. The zero value matches every row.
type Residual struct {
	clauses []clause
}

type clause struct {
	qual   Qual
	match  func(*Row) Truth
	engine Engine
}

// NewResidual prepares the clauses on row columns for matching. It fails where a clause cannot be
// evaluated at all, which is only a LIKE pattern that ends with a backslash.
func NewResidual(quals []Qual, engine Engine) (Residual, error) {
	var r Residual
	for _, q := range quals {
		match, err := matcher(q, engine)
		if err != nil {
			return Residual{}, fmt.Errorf("where %s: %w", q, err)
		}
		r.clauses = append(r.clauses, clause{q, match, engine})
	}
	return r, nil
}

// Match says whether the row satisfies every clause.
func (r Residual) Match(row *Row) Truth {
	all := Yes
	for _, c := range r.clauses {
		if t := c.match(row); t == No {
			return No
		} else if t < all {
			all = t
		}
	}
	return all
}

// Doubt names the clause that makes a row Maybe where one does, and where the database's answer is the same
// for every such row: a list that is either ANY or ALL, a time that may be infinity. Else it returns -1: the rows
// may fare differently.
func (r Residual) Doubt(row *Row) int {
	doubt := -1
	for i, c := range r.clauses {
		if c.match(row) != Maybe {
			continue
		}
		if doubt >= 0 || !c.perhapsInfinite() && !c.anyOrAll(row) {
			return -1
		}
		doubt = i
	}
	return doubt
}

// perhapsInfinite reports that the clause is Maybe only for not knowing whether infinity was meant.
func (c clause) perhapsInfinite() bool {
	if c.qual.List || len(c.qual.Values) != 1 {
		return false
	}
	_, ok := c.qual.Values[0].(PerhapsInfinite)
	return ok
}

// anyOrAll reports that the clause is Maybe only for not knowing which kind of list it is.
func (c clause) anyOrAll(row *Row) bool {
	if !c.qual.List || c.qual.Operator == Equal {
		return false
	}
	for _, v := range c.qual.Values {
		m, err := compare(c.qual.Column, c.qual.Operator, v, c.engine)
		if err != nil || m(row) == Maybe {
			return false
		}
	}
	return true
}

// Clauses lists the clauses as SQL, in the order in which they are checked.
func (r Residual) Clauses() []string {
	list := make([]string, len(r.clauses))
	for i, c := range r.clauses {
		list[i] = c.qual.String()
	}
	return list
}

func matcher(q Qual, engine Engine) (func(*Row) Truth, error) {
	if q.Operator == IsNull || q.Operator == IsNotNull {
		return nullMatcher(q), nil
	}
	q = q.settled()
	each := make([]func(*Row) Truth, len(q.Values))
	for i, v := range q.Values {
		m, err := compare(q.Column, q.Operator, v, engine)
		if err != nil {
			return nil, err
		}
		each[i] = m
	}
	if !q.List && len(each) == 1 {
		return each[0], nil
	}
	if q.Operator == Equal {
		return anyOf(each), nil
	}
	return anyOrAll(each), nil
}

// settled is the clause without a doubt that does not matter: where no row compares so with infinity, and infinity
// was meant, the database keeps no row at all, whatever is streamed.
func (q Qual) settled() Qual {
	if q.List || len(q.Values) != 1 {
		return q
	}
	p, ok := q.Values[0].(PerhapsInfinite)
	if ok && ordered(-p.Sign, q.Operator) == No {
		q.Values = []Value{p.Time}
	}
	return q
}

// anyOf is IN. (`= ALL` of different values matches no row in the end, whatever is streamed.)
func anyOf(each []func(*Row) Truth) func(*Row) Truth {
	return func(row *Row) Truth {
		best := No
		for _, m := range each {
			if t := m(row); t == Yes {
				return Yes
			} else if t > best {
				best = t
			}
		}
		return best
	}
}

// anyOrAll is a list that may be ANY or ALL: Yes where both hold, No where neither can, else Maybe.
// An empty list is Maybe: ANY of nothing is false, ALL of nothing is true.
func anyOrAll(each []func(*Row) Truth) func(*Row) Truth {
	return func(row *Row) Truth {
		if len(each) == 0 {
			return Maybe
		}
		lowest, highest := Yes, No
		for _, m := range each {
			t := m(row)
			lowest, highest = min(lowest, t), max(highest, t)
		}
		switch {
		case lowest == Yes:
			return Yes
		case highest == No:
			return No
		}
		return Maybe
	}
}

func nullMatcher(q Qual) func(*Row) Truth {
	wantNull := q.Operator == IsNull
	return func(row *Row) Truth {
		switch q.Column {
		case ColFirstSeen, ColLastVisited, ColDateDel:
			return truth(row.instant(q.Column).IsZero() == wantNull)
		case ColLinksExt:
			return truth(!wantNull)
		}
		_, present := row.text(q.Column)
		return truth(present != wantNull)
	}
}

func never(*Row) Truth     { return No }
func undecided(*Row) Truth { return Maybe }

// compare builds the test of one column against one constant.
func compare(column string, op Operator, v Value, engine Engine) (func(*Row) Truth, error) {
	if v == nil {
		return never, nil // a comparison with NULL is never true
	}
	switch column {
	case ColURLFrom, ColURLTo, ColLinkText, ColNofollow, ColLinkType:
		if s, ok := v.(string); ok {
			return compareText(column, op, s, engine)
		}
	case ColLinksExt:
		if n, ok := v.(int64); ok {
			return func(row *Row) Truth { return ordered(compareInt(row.LinksExt, n), op) }, nil
		}
	case ColFirstSeen, ColLastVisited, ColDateDel:
		switch v := v.(type) {
		case time.Time:
			return compareTime(column, op, v), nil
		case PerhapsInfinite:
			both := v.meanings()
			a, b := compareTime(column, op, both[0]), compareTime(column, op, both[1])
			return func(row *Row) Truth {
				if t := a(row); t == b(row) {
					return t
				}
				return Maybe
			}, nil
		}
	}
	return undecided, nil
}

func compareTime(column string, op Operator, t time.Time) func(*Row) Truth {
	return func(row *Row) Truth {
		have := row.instant(column)
		if have.IsZero() {
			return No
		}
		return ordered(have.Compare(t), op)
	}
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func ordered(c int, op Operator) Truth {
	switch op {
	case Equal:
		return truth(c == 0)
	case NotEqual:
		return truth(c != 0)
	case Less:
		return truth(c < 0)
	case LessOrEqual:
		return truth(c <= 0)
	case Greater:
		return truth(c > 0)
	case GreaterOrEqual:
		return truth(c >= 0)
	}
	return Maybe
}

func compareText(column string, op Operator, v string, engine Engine) (func(*Row) Truth, error) {
	var test func(text string) Truth
	switch op {
	case Equal:
		test = func(text string) Truth { return truth(text == v) }
	case NotEqual:
		test = func(text string) Truth { return truth(text != v) }
	case Like, NotLike, ILike, NotILike:
		p, err := parsePattern(v)
		if err != nil {
			return nil, err
		}
		test = likeTest(p, op, engine)
	default:
		return undecided, nil // an order of texts depends on the database's collation
	}
	return func(row *Row) Truth {
		text, ok := row.text(column)
		if !ok {
			return No
		}
		return test(text)
	}, nil
}

func likeTest(p pattern, op Operator, engine Engine) func(string) Truth {
	switch op {
	case Like:
		return p.like
	case NotLike:
		return func(text string) Truth { return Yes - p.like(text) }
	case ILike:
		return func(text string) Truth { return p.ilike(text, engine) }
	}
	return func(text string) Truth { return Yes - p.ilike(text, engine) }
}
