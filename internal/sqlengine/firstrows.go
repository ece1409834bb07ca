package sqlengine

import (
	"regexp"
	"slices"
	"strconv"

	"modernc.org/sqlite/vtab"
)

// A LIMIT reaches a table only with all conditions beside it, and min() and max() do not say at all that one row will
// do. Then the statement's text gives a hint of how many rows will be read. It is no bound: a scan begins with so many
// rows, and goes on if SQLite reads further. What was bought for them is not bought again.

var (
	endsWithLimit = regexp.MustCompile(`(?is)\blimit\s+(\d{1,6})(?:\s+offset\s+(\d{1,6})|\s*,\s*(\d{1,6}))?[\s;]*$`)
	extreme       = regexp.MustCompile(`(?i)\b(?:min|max)\s*\(`)
	ofAllRows     = regexp.MustCompile(`(?i)\border\s+by\b|\bgroup\s+by\b|\bdistinct\b|\bover\b|\b(?:count|sum|avg|total|min|max|\w*group_\w+)\s*\(`)
	endsBefore    = regexp.MustCompile(`(?i)\b(?:limit|exists)\b`)
)

// maxFirstRows is how many rows are worth a hint: a scan without one begins with about as many.
const maxFirstRows = 100

// firstRows are how many rows a place of a statement is likely to read; 0 says nothing.
func (s *statement) firstRows(info *vtab.IndexInfo, p *accessPlan) int64 {
	limited := slices.ContainsFunc(info.Constraints, func(c vtab.Constraint) bool { return c.Op == vtab.OpLIMIT })
	switch {
	case p.Limit > 0 || len(info.OrderBy) > 0 && !info.OrderByConsumed:
		return 0
	case info.OrderByConsumed && !limited && extreme.MatchString(s.text):
		return 1
	case !info.OrderByConsumed && ofAllRows.MatchString(s.text):
		return 0
	}
	m := endsWithLimit.FindStringSubmatch(s.text)
	if m == nil {
		return 0
	}
	sum := int64(0)
	for _, digits := range m[1:] {
		n, _ := strconv.ParseInt(digits, 10, 64) // "" is none
		sum += n
	}
	if sum > maxFirstRows {
		return 0
	}
	return sum
}

// readsToItsEnd reports a statement that, by its text, reads what its tables have, and does not stop before.
func (s *statement) readsToItsEnd() bool {
	return !endsBefore.MatchString(s.text)
}
