package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Operator is a comparison as Steampipe names it.
type Operator string

// The operators that the table's key columns declare.
const (
	Equal          Operator = "="
	NotEqual       Operator = "<>"
	Less           Operator = "<"
	LessOrEqual    Operator = "<="
	Greater        Operator = ">"
	GreaterOrEqual Operator = ">="
	Like           Operator = "~~"
	NotLike        Operator = "!~~"
	ILike          Operator = "~~*"
	NotILike       Operator = "!~~*"
	IsNull         Operator = "is null"
	IsNotNull      Operator = "is not null"
	Has            Operator = "?" // a list of texts has one
)

// Value is a constant of a WHERE clause: string, int64, time.Time, [PerhapsInfinite], or nil for SQL NULL.
// A value of any other type is one that this package cannot judge.
type Value any

// PerhapsInfinite is a timestamp that arrived in a form in which infinity arrives too.
type PerhapsInfinite struct {
	Time time.Time
	Sign int // of the infinity: 1 or -1
}

// Times beyond all that a row can have, for infinity.
var (
	infinity         = time.Date(300_000, 1, 1, 0, 0, 0, 0, time.UTC)
	negativeInfinity = time.Date(-300_000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// meanings are the two times that it can mean.
func (p PerhapsInfinite) meanings() [2]time.Time {
	if p.Sign > 0 {
		return [2]time.Time{p.Time, infinity}
	}
	return [2]time.Time{p.Time, negativeInfinity}
}

// zones is how far a time may be from the one that was meant. Steampipe's foreign data wrapper writes a date, and a
// timestamp without a zone, in the session's time zone and calls it UTC, and nothing tells such a one from a right one.
func (e Engine) zones() time.Duration {
	if e == PostgreSQL {
		return 14 * time.Hour // Kiritimati's
	}
	return 0
}

// Qual is one WHERE clause: column, operator and value. With List set the clause compares with every
// element of Values, and nothing says whether any of them must match (ANY, IN) or all (ALL, NOT IN):
// Steampipe sends the same for both. Without List, Values has one element.
type Qual struct {
	Column   string
	Operator Operator
	Values   []Value
	List     bool
}

// String writes the clause as SQL, for logs and --explain.
func (q Qual) String() string {
	op := map[Operator]string{Like: "like", NotLike: "not like", ILike: "ilike", NotILike: "not ilike"}[q.Operator]
	if op == "" {
		op = string(q.Operator)
	}
	switch {
	case q.Operator == IsNull || q.Operator == IsNotNull:
		return q.Column + " " + op
	case !q.List && len(q.Values) == 1:
		return q.Column + " " + op + " " + literal(q.Values[0])
	}
	elements := make([]string, len(q.Values))
	for i, v := range q.Values {
		elements[i] = literal(v)
	}
	list := "(" + strings.Join(elements, ", ") + ")"
	switch q.Operator {
	case Equal:
		return q.Column + " in " + list
	case NotEqual:
		return q.Column + " not in " + list
	}
	return q.Column + " " + op + " any/all " + list
}

func literal(v Value) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return "'" + v.UTC().Format("2006-01-02 15:04:05.999999") + "'"
	case PerhapsInfinite:
		return literal(v.Time) + " or infinity"
	}
	return fmt.Sprintf("%v", v)
}

// rowQuals are the clauses on columns of the rows themselves.
func rowQuals(in Input) []Qual {
	return slices.DeleteFunc(slices.Clone(in.Quals), func(q Qual) bool { return in.Table.ParamOf(q.Column) >= 0 })
}

func byColumn(quals []Qual) map[string][]Qual {
	m := map[string][]Qual{}
	for _, q := range quals {
		m[q.Column] = append(m[q.Column], q)
	}
	return m
}
