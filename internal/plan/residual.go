package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Residual is the part of a WHERE clause that is checked on this side: all of it, so that what the API
// made of the filter cannot matter. The zero value matches every row.
type Residual struct {
	clauses []clause
}

type clause struct {
	qual  Qual
	value value
	match test
}

// value is what a clause compares: a field of a row, or a part of it.
type value struct {
	field int
	kind  table.Kind
	part  table.Part // 0 is the field itself
}

// comparedBy finds what clauses on a column compare; ok is false where there is no such column.
func comparedBy(t *table.Table, column string) (v value, ok bool) {
	if i := t.FieldOf(column); i >= 0 {
		return value{field: i, kind: t.Fields[i].Kind}, true
	}
	if i := t.DerivedOf(column); i >= 0 {
		d := t.Derived[i]
		return value{t.FieldOf(d.From), table.Text, d.Part}, true
	}
	return v, false
}

func (v value) of(row table.Row) table.Cell {
	c := row.Cell(v.field)
	if v.part == 0 {
		return c
	}
	text, _ := c.Text()
	if text = Derive(v.part, text); text == "" {
		return table.Cell{}
	}
	return table.TextCell(text)
}

// test says whether a value satisfies a clause.
type test func(table.Cell) Truth

// NewResidual prepares the clauses on row columns for matching. It fails where a clause cannot be
// evaluated at all, which is only a LIKE pattern that ends with a backslash.
func NewResidual(t *table.Table, quals []Qual, engine Engine) (Residual, error) {
	var r Residual
	for _, q := range quals {
		value, ok := comparedBy(t, q.Column)
		if !ok {
			return Residual{}, fmt.Errorf("where %s: there is no column %s to compare", q, q.Column)
		}
		match, err := testOf(value.kind, q, engine)
		if err != nil {
			return Residual{}, fmt.Errorf("where %s: %w", q, err)
		}
		r.clauses = append(r.clauses, clause{q, value, match})
	}
	return r, nil
}

// Match says whether the row satisfies every clause.
func (r Residual) Match(row table.Row) Truth {
	all := Yes
	for _, c := range r.clauses {
		if t := c.match(c.value.of(row)); t == No {
			return No
		} else if t < all {
			all = t
		}
	}
	return all
}

// Clauses lists the clauses as SQL, in the order in which they are checked.
func (r Residual) Clauses() []string {
	list := make([]string, len(r.clauses))
	for i, c := range r.clauses {
		list[i] = c.qual.String()
	}
	return list
}

// testOf makes a clause's test of the values of a column.
func testOf(kind table.Kind, q Qual, engine Engine) (test, error) {
	switch q.Operator {
	case IsNull:
		return func(c table.Cell) Truth { return truth(c.Null()) }, nil
	case IsNotNull:
		return func(c table.Cell) Truth { return truth(!c.Null()) }, nil
	}
	q = q.settled()
	each := make([]test, len(q.Values))
	for i, v := range q.Values {
		m, err := compare(kind, q.Operator, v, engine)
		if err != nil {
			return nil, err
		}
		each[i] = m
	}
	switch {
	case !q.List && len(each) == 1:
		return each[0], nil
	case q.Operator == Equal:
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
func anyOf(each []test) test {
	return func(c table.Cell) Truth {
		best := No
		for _, m := range each {
			if t := m(c); t == Yes {
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
func anyOrAll(each []test) test {
	return func(c table.Cell) Truth {
		if len(each) == 0 {
			return Maybe
		}
		lowest, highest := Yes, No
		for _, m := range each {
			t := m(c)
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

func never(table.Cell) Truth     { return No }
func undecided(table.Cell) Truth { return Maybe }

// compare makes the test of a value of some kind against one constant.
func compare(kind table.Kind, op Operator, v Value, engine Engine) (test, error) {
	switch v := v.(type) {
	case nil:
		return never, nil // a comparison with NULL is never true
	case string:
		switch {
		case kind == table.Text:
			return compareText(op, v, engine)
		case kind == table.Words && op == Has:
			return hasWord(v), nil
		}
	case int64:
		if kind.Whole() {
			return compareCount(op, v), nil
		}
	case time.Time:
		if kind == table.Time {
			return compareTime(op, v, engine), nil
		}
	case PerhapsInfinite:
		if kind == table.Time {
			return compareEither(op, v, engine), nil
		}
	}
	return undecided, nil
}

func compareCount(op Operator, n int64) test {
	return func(c table.Cell) Truth {
		have, ok := c.Count()
		if !ok {
			return No
		}
		return ordered(cmp.Compare(have, n), op)
	}
}

func compareTime(op Operator, t time.Time, engine Engine) test {
	earliest, latest := t.Add(-engine.zones()), t.Add(engine.zones())
	return func(c table.Cell) Truth {
		have, ok := c.Time()
		if !ok {
			return No
		}
		first, last := have.Compare(earliest), have.Compare(latest)
		if within := first != last; within && (op == Equal || op == NotEqual) || ordered(first, op) != ordered(last, op) {
			return Maybe
		}
		return ordered(first, op)
	}
}

func compareEither(op Operator, p PerhapsInfinite, engine Engine) test {
	both := p.meanings()
	a, b := compareTime(op, both[0], engine), compareTime(op, both[1], engine)
	return func(c table.Cell) Truth {
		if t := a(c); t == b(c) {
			return t
		}
		return Maybe
	}
}

// hasWord is of a list of texts; one that is written with escapes is left to the database.
func hasWord(word string) test {
	return func(c table.Cell) Truth {
		list, ok := c.Text()
		if !ok {
			return No
		}
		var words []string
		if err := json.Unmarshal([]byte(list), &words); err != nil {
			return Maybe
		}
		return truth(slices.Contains(words, word))
	}
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

func compareText(op Operator, v string, engine Engine) (test, error) {
	var holds func(text string) Truth
	switch op {
	case Equal:
		holds = func(text string) Truth { return truth(text == v) }
	case NotEqual:
		holds = func(text string) Truth { return truth(text != v) }
	case Like, NotLike, ILike, NotILike:
		p, err := parsePattern(v)
		if err != nil {
			return nil, err
		}
		holds = likeTest(p, op, engine)
	default:
		return undecided, nil // an order of texts depends on the database's collation
	}
	return func(c table.Cell) Truth {
		text, ok := c.Text()
		if !ok {
			return No
		}
		return holds(text)
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

// candidates are the values of a column's first = or IN, of those that can be judged, that every clause on the column
// admits.
func candidates(kind table.Kind, quals []Qual, engine Engine) (values []Value, ok bool) {
	i := slices.IndexFunc(quals, func(q Qual) bool { return q.Operator == Equal && q.judged(kind) })
	if i < 0 {
		return nil, false
	}
	tests := make([]test, len(quals))
	for j, q := range quals {
		var err error
		if tests[j], err = testOf(kind, q, engine); err != nil {
			return nil, false
		}
	}
	for _, v := range quals[i].Values {
		cell, _ := cellOf(kind, v)
		if v != nil && !slices.ContainsFunc(tests, func(t test) bool { return t(cell) == No }) {
			values = append(values, v)
		}
	}
	return values, true
}

// judged reports a clause all of whose values are such as a row can hold.
func (q Qual) judged(kind table.Kind) bool {
	return !slices.ContainsFunc(q.Values, func(v Value) bool { _, known := cellOf(kind, v); return !known })
}

// cellOf is a constant as a row would hold it.
func cellOf(kind table.Kind, v Value) (c table.Cell, ok bool) {
	switch v := v.(type) {
	case nil:
		return c, true
	case string:
		return table.TextCell(v), kind == table.Text
	case int64:
		return table.CountCell(v), kind.Whole()
	case time.Time:
		// Rows have whole seconds: another time is in none of them, and is left to the residual.
		return table.TimeCell(v), kind == table.Time && v.Equal(v.Truncate(time.Second))
	}
	return c, false
}
