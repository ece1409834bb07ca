package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Includes reports that all rows of another series are provably among those of this one: its filter is the other's, or
// wider. Which rows are left of those that are thinned out may depend on the order.
func (s Series) Includes(other Series) bool {
	if s.Table.Method != other.Table.Method || !slices.Equal(s.Request.Args, other.Request.Args) || !s.Own.Equal(other.Own) {
		return false
	}
	if s.Thinned || other.Thinned {
		return s.Request.Filter.Equal(other.Request.Filter) && s.Request.Sort == other.Request.Sort && s.Request.Order == other.Request.Order
	}
	return wider(s.Request.Filter, other.Request.Filter)
}

// wider reports that every row that a narrow filter lets through passes a wide one: each of its alternatives makes one
// of the wide filter's true.
func wider(wide, narrow table.Filter) bool {
	if len(wide) == 0 {
		return true
	}
	return len(narrow) > 0 && !slices.ContainsFunc(narrow, func(alternative []table.Condition) bool {
		return !slices.ContainsFunc(wide, func(all []table.Condition) bool { return implies(alternative, all) })
	})
}

// implies reports that rows which meet some conditions meet all of others.
func implies(given, all []table.Condition) bool {
	return !slices.ContainsFunc(all, func(c table.Condition) bool {
		return !slices.ContainsFunc(given, func(g table.Condition) bool { return impliesOne(g, c) })
	})
}

// impliesOne is sure of equal conditions, and of bounds that hold one another: gte and lte of whole numbers, and of days,
// whatever time of a day the API takes for its bound.
func impliesOne(given, c table.Condition) bool {
	if given.Field != c.Field || given.CompareType != c.CompareType || given.Additional != c.Additional {
		return false
	}
	if slices.Equal(given.Value, c.Value) {
		return true
	}
	if len(given.Value) != 1 || len(c.Value) != 1 {
		return false
	}
	order, comparable := compareBounds(given.Value[0], c.Value[0])
	below := c.CompareType == table.AtLeast || c.CompareType == table.MoreThan
	return comparable && (below && order >= 0 || c.CompareType == table.AtMost && order <= 0)
}

// compareBounds compares two whole numbers, or two days.
func compareBounds(a, b any) (order int, ok bool) {
	switch a := a.(type) {
	case int64:
		b, ok := b.(int64)
		return cmp.Compare(a, b), ok
	case string:
		b, _ := b.(string)
		first, err := time.Parse(dayFormat, a)
		second, noDay := time.Parse(dayFormat, b)
		return first.Compare(second), err == nil && noDay == nil
	}
	return 0, false
}
