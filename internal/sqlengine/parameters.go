package sqlengine

import (
	"cmp"

	"modernc.org/sqlite/vtab"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlfunc"
)

// A parameter has the same value in all rows of a scan: the one that the statement gives with =, or the one that the
// plugin takes in its place. So other conditions on it are decided before a row is bought.

// constant reports a condition that may be decided by the values that a parameter is given.
func (c Column) constant(op vtab.ConstraintOp) bool {
	return c.Parameter && !isEquality(op) && operators[op] != ""
}

// constants are the values that a column, a parameter, can have in the rows of a scan; none is that this is not known.
func (t *virtualTable) constants(p *accessPlan, values []vtab.Value, column int) []vtab.Value {
	var listed valueList
	for i, arg := range p.Args {
		switch {
		case arg.Column != column || arg.Constant:
		case arg.List:
			listed = values[i].(valueList)
		default:
			return []vtab.Value{values[i]}
		}
	}
	if c := t.table.Columns[column]; listed == nil && c.hasDefault {
		return []vtab.Value{c.fallback}
	}
	return listed
}

// decide decides a condition on a parameter: for all rows of a scan alike, or not at all.
func (t *virtualTable) decide(p *accessPlan, values []vtab.Value, i int) (holds, ok bool) {
	for n, value := range t.constants(p, values, p.Args[i].Column) {
		h, decided := holdsConstant(p.Args[i].Op, value, values[i])
		if !decided || n > 0 && h != holds {
			return false, false
		}
		holds, ok = h, true
	}
	return holds, ok
}

// holdsConstant compares two values as SQLite does, where these are of one type.
func holdsConstant(op vtab.ConstraintOp, value, with vtab.Value) (holds, ok bool) {
	switch op {
	case vtab.OpISNULL:
		return value == nil, true
	case vtab.OpISNOTNULL:
		return value != nil, true
	}
	if value == nil || with == nil {
		return op == vtab.OpISNOT && (value == nil) != (with == nil), true
	}
	var order int
	switch value := value.(type) {
	case string:
		text, ok := with.(string)
		if !ok {
			return false, false
		}
		if op == vtab.OpLIKE {
			return sqlfunc.Like(text, value, -1), true
		}
		order = cmp.Compare(value, text)
	case int64:
		number, ok := with.(int64)
		if !ok {
			return false, false
		}
		order = cmp.Compare(value, number)
	default:
		return false, false
	}
	switch op {
	case vtab.OpISNOT:
		return order != 0, true
	case vtab.OpGLOB, vtab.OpLIKE:
		return false, false
	}
	return decidable[op](order), true
}
