package plan

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Part is one of several series that together hold every row of a result past the row cap exactly once:
// the rows with From <= the dividing column <= To among those of its filter. In the part's order they come first;
// a row beyond them ends the part.
type Part struct {
	Filter   table.Filter
	From, To int64
	Rows     int64 // as counted when the result was cut
}

// Holds reports whether a row of the part's series belongs to the part.
func (p Part) Holds(n int64) bool { return p.From <= n && n <= p.To }

// TooManyRowsError says that a result past the row cap cannot be cut into parts below it.
type TooManyRowsError struct {
	Site   string
	Total  int64 // rows of the result
	Cap    int64 // rows that one series gives
	Reason string
	Hint   string // a clause that would help, "" if there is none
}

func (e *TooManyRowsError) Error() string {
	return fmt.Sprintf("%s has %d rows for this query, the API gives at most %d of them and %s: add a LIMIT of at most %d%s",
		e.Site, e.Total, e.Cap, e.Reason, e.Cap, e.Hint)
}

// tooMany makes the error for a series.
func (s Series) tooMany(total, rowCap int64, reason string) error {
	hint := ""
	for _, f := range s.Table.Fields {
		switch {
		case f.Column == s.Table.Sort.Divide && f.Filter.How == table.ByNumber:
			hint = " or a filter such as " + f.Column + " >= …" + hint
		case hint == "" && f.Filter.How == table.ByText:
			hint = " or " + f.Column + " like '%…%'"
		}
	}
	if hint != "" {
		hint = "," + hint
	}
	return &TooManyRowsError{Site: s.Site(), Total: total, Cap: rowCap, Reason: reason, Hint: hint}
}

// Splitter cuts a result past the row cap into parts by ranges of the dividing column, found by bisection on the
// number of rows from a bound on. Ranges need one comparison only (lte for a descending scan, gte for an
// ascending one), because the rows beyond a part's other end come after it. Where the API does not take that, between
// does, of which a question tells whether it includes its ends. A single value that is past
// the cap itself is cut further by texts that a URL holds or lacks, which excludes and exhausts under
// every reading for literals without letters.
type Splitter struct {
	Series  Series // in the order of the dividing column
	Total   int64
	First   int64 // the first row's value
	AtLeast int64 // rows that have been read already: the first part holds them if it can
	RowCap  int64
	Refused Refusals
	Closed  map[string]bool // as in [Knowledge]
	// Count returns the number of rows of the series with another filter: one request of size 1.
	Count func(table.Filter) (int64, error)

	field *table.Field
	ends  ends // of between, where it is asked for
	parts []Part
}

// MostProbes is about how many requests of a row it takes at most to cut a series into parts: a bisection for each
// border, of parts that are three quarters full at least. first is the first row's value of the dividing column, -1 if
// that is not known. A value that has to be divided itself takes more.
func (s Series) MostProbes(total, rowCap, first int64) int64 {
	if total <= rowCap {
		return 0
	}
	highest := int64(maxCount)
	if s.Dividable() && s.Order.Descending && first >= 0 {
		highest = first
	}
	return divide(4*total, 3*rowCap) * int64(bits.Len64(uint64(highest))+1)
}

func (s *Splitter) ascending() bool { return !s.Series.Order.Descending }

// Splittable says why a series cannot be cut into parts, or "". It must be in the dividing column's order, and its
// filter bound that column from where the rows come.
func (s Series) Splittable(refused Refusals) string {
	t := s.Table
	switch {
	case s.Thinned:
		return "a scan with " + t.ColumnOf(table.PerDomain) + " cannot be cut into parts (which link of a domain is kept would change)"
	case t.Sort.Divide == "":
		return "nothing is known by which it can be cut into parts"
	case !s.Dividable():
		return "that in one order only (" + cmp.Or(t.ColumnOf(table.SortBy), "order by") + ", or a limit above them)"
	}
	if s.bounding(refused) == "" {
		return "no parts of them in this order, since the filter of " + s.divider().Column + " takes no bound from this side"
	}
	return ""
}

// Dividable reports that the rows come in the dividing column's order.
func (s Series) Dividable() bool {
	return s.Table.Sort.Divide != "" && s.Order.Column == s.Table.Sort.Divide
}

// divider is the field by whose ranges the series is cut.
func (s Series) divider() *table.Field { return &s.Table.Fields[s.Table.FieldOf(s.Table.Sort.Divide)] }

// bounding is the comparison that leaves out the rows before a position of the series, "" where the API takes none.
func (s Series) bounding(refused Refusals) string {
	bounds := []string{table.AtLeast, table.MoreThan, table.Between}
	if s.Order.Descending {
		bounds = []string{table.AtMost, table.Between}
	}
	i := slices.IndexFunc(bounds, func(compare string) bool { return takes(s.divider(), compare, refused) })
	if i < 0 {
		return ""
	}
	return bounds[i]
}

// Dividing returns the series in the order in which it can be cut.
func (s Series) Dividing() Series {
	s.sort(Order{}, args{})
	return s
}

// TooMany is the error of a series past the row cap that is not cut.
func (s Series) TooMany(total, rowCap int64, refused Refusals) error {
	reason := s.Splittable(refused)
	if reason == "" {
		reason = "that in one order only (a limit above them)"
	}
	return s.tooMany(total, rowCap, reason)
}

// Positions are values of the dividing column, taken in the scan's order; -1 is the position before the first and
// after the last row. The methods below translate them for both orders.

// from is the filter for the rows at a position and after it.
func (s *Splitter) from(position int64) table.Filter {
	if position < 0 {
		return s.Series.Request.Filter
	}
	var conditions []table.Condition
	if s.ascending() {
		conditions, _ = numberBetween(s.field, position, math.MaxInt64, Knowledge{Refused: s.Refused}, s.ends)
	} else {
		conditions, _ = numberBetween(s.field, 0, position, Knowledge{Refused: s.Refused}, s.ends)
	}
	if len(conditions) == 0 {
		return s.Series.Request.Filter
	}
	return s.Series.Request.Filter.And(table.Filter{conditions})
}

// before is the position just before another in the scan's order.
func (s *Splitter) before(position int64) int64 {
	switch {
	case s.ascending() && position < 0:
		return s.last()
	case s.ascending():
		return position - 1
	case position < 0:
		return 0
	}
	return position + 1
}

// last is a value that no row is beyond in an ascending scan.
func (s *Splitter) last() int64 { return maxCount - 1 }

// add appends the part from one position to just before another.
func (s *Splitter) add(filter table.Filter, start, next, rows int64) {
	part := Part{Filter: filter, From: 0, To: math.MaxInt64, Rows: rows}
	if s.ascending() {
		if start >= 0 {
			part.From = start
		}
		if next >= 0 {
			part.To = next - 1
		}
	} else {
		if start >= 0 {
			part.To = start
		}
		if next >= 0 {
			part.From = next + 1
		}
	}
	s.parts = append(s.parts, part)
}

func (s *Splitter) fail(reason string) error {
	return s.Series.tooMany(s.Total, s.RowCap, reason)
}
