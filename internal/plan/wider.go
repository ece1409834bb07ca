package plan

import (
	"slices"

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

// impliesOne is sure of equal conditions, and of bounds whose meaning is: gte and lte of whole numbers.
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
	have, isNumber := given.Value[0].(int64)
	want, areNumbers := c.Value[0].(int64)
	if !isNumber || !areNumbers {
		return false
	}
	return c.CompareType == table.AtLeast && have >= want || c.CompareType == table.AtMost && have <= want
}
