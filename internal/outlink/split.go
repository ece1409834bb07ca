package outlink

import (
	"fmt"
	"math"
)

// Part is one of several series that together hold every row of a result past the row cap exactly once:
// the rows with From <= links_ext <= To among those of its filter. In the part's order they come first;
// a row beyond them ends the part.
type Part struct {
	Filter   Filter
	From, To int64
	Rows     int64 // as counted when the result was cut
}

// Holds reports whether a row of the part's series belongs to the part.
func (p Part) Holds(linksExt int64) bool { return p.From <= linksExt && linksExt <= p.To }

// TooManyRowsError says that a result past the row cap cannot be cut into parts below it.
type TooManyRowsError struct {
	Domain   string
	Total    int64 // rows of the result
	Cap      int64 // rows that one series gives
	Reason   string
	LinksExt int64 // the value of links_ext that too many rows share; -1 if that is not the reason
}

func (e *TooManyRowsError) Error() string {
	return fmt.Sprintf("%s has %d rows for this query, the API gives at most %d of them and %s: add a LIMIT of at most %d, or a filter such as links_ext between … or url_to like '%%…%%'",
		e.Domain, e.Total, e.Cap, e.Reason, e.Cap)
}

// Splitter cuts a result past the row cap into parts by ranges of links_ext, found by bisection on the
// number of rows from a bound on. Ranges need one comparison only (lte for a descending scan, gte for an
// ascending one), because the rows beyond a part's other end come after it. A single value that is past
// the cap itself is cut further by texts that a URL holds or lacks, which excludes and exhausts under
// every reading for literals without letters.
type Splitter struct {
	Series  Series
	Total   int64
	Order   Order // Ascending, or anything else for descending
	Highest int64 // the first row's links_ext where it is known, else 0
	AtLeast int64 // rows that have been read already: the first part must hold them
	RowCap  int64
	Refused Refusals
	// Count returns the number of rows of the series with another filter: one request of size 1.
	Count func(Filter) (int64, error)

	parts []Part
}

// Splittable says why a series cannot be cut without changing its meaning, or "".
func (s Series) Splittable() string {
	if s.LinkPerDomain > 0 {
		return "a scan with link_per_domain cannot be cut into parts (which link of a domain is kept would change)"
	}
	return ""
}

// Parts returns the parts in the scan's order.
func (s *Splitter) Parts() ([]Part, error) {
	s.parts = nil
	if reason := s.Series.Splittable(); reason != "" {
		return nil, s.fail(reason)
	}
	target := s.RowCap
	if s.Order == Ascending && s.Refused.has(FieldLinksExternal, AtLeast) {
		target -= s.RowCap / 10 // between, one wider, repeats the rows of one value
	}
	start, remaining := int64(-1), s.Total
	for remaining > target {
		next, left, err := s.boundary(start, remaining, target)
		if err != nil {
			return nil, err
		}
		if rows := remaining - left; start < 0 && rows < s.AtLeast {
			return nil, s.fail(fmt.Sprintf("%d were read before that was clear", s.AtLeast))
		} else if rows <= target {
			s.add(s.from(start), start, next, rows)
		} else if err := s.splitValue(s.before(next), rows); err != nil {
			return nil, err
		}
		start, remaining = next, left
	}
	if remaining > 0 {
		s.add(s.from(start), start, -1, remaining)
	}
	return s.parts, nil
}

// Positions are values of links_ext, taken in the scan's order; -1 is the position before the first and
// after the last row. The methods below translate them for both orders.

// from is the filter for the rows at a position and after it.
func (s *Splitter) from(position int64) Filter {
	if position < 0 {
		return s.Series.Filter
	}
	var conditions []Condition
	if s.Order == Ascending {
		conditions = LinksBetween(position, math.MaxInt64, s.Refused)
	} else {
		conditions = LinksBetween(0, position, s.Refused)
	}
	if len(conditions) == 0 {
		return s.Series.Filter
	}
	return s.Series.Filter.And(Filter{conditions})
}

// before is the position just before another in the scan's order.
func (s *Splitter) before(position int64) int64 {
	switch {
	case s.Order == Ascending && position < 0:
		return s.last()
	case s.Order == Ascending:
		return position - 1
	case position < 0:
		return 0
	}
	return position + 1
}

// last is a value that no row is beyond in an ascending scan.
func (s *Splitter) last() int64 { return maxLinksExt - 1 }

// add appends the part from one position to just before another.
func (s *Splitter) add(filter Filter, start, next, rows int64) {
	part := Part{Filter: filter, From: 0, To: math.MaxInt64, Rows: rows}
	if s.Order == Ascending {
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

// boundary finds where the next part begins and how many rows are left from there on: as far as target
// rows reach, or, where even one value has more, just behind that value.
func (s *Splitter) boundary(start, remaining, target int64) (next, left int64, err error) {
	near, far, rank := s.span(start) // ranks grow in the scan's order
	nearLeft, farLeft := remaining, int64(0)
	for far-near > 1 {
		middle := s.middle(near, far)
		left, err := s.Count(s.from(rank(middle)))
		if err != nil {
			return 0, 0, err
		}
		if left > nearLeft || left < farLeft {
			return 0, 0, s.fail("its rows change while it is read (run the query again)")
		}
		rows := remaining - left
		if rows > target {
			far, farLeft = middle, left
			continue
		}
		near, nearLeft = middle, left
		if rows > 0 && (start >= 0 || rows >= s.AtLeast) && (left <= target || rows >= target-target/4) {
			break // no part fewer, or nearly full: good enough to stop paying for probes
		}
	}
	if nearLeft < remaining {
		return rank(near), nearLeft, nil
	}
	return rank(far), farLeft, nil
}

// middle is the next rank to count at. Values of links_ext are small and their upper end unknown, so an
// ascending search first doubles.
func (s *Splitter) middle(near, far int64) int64 {
	if doubled := 2*near + 64; s.Order == Ascending && doubled < far/2 {
		return doubled
	}
	return near + (far-near)/2
}

// span returns the ranks between which a boundary lies and the translation of a rank to a position.
func (s *Splitter) span(start int64) (near, far int64, rank func(int64) int64) {
	if s.Order == Ascending {
		return max(start, 0), s.last() + 1, func(r int64) int64 { return r }
	}
	high := start
	if high < 0 {
		high = s.last()
		if s.Highest > 0 {
			high = s.Highest
		}
	}
	return 0, high + 1, func(r int64) int64 { return high - r }
}

func (s *Splitter) fail(reason string) error {
	return &TooManyRowsError{Domain: s.Series.Domain, Total: s.Total, Cap: s.RowCap, Reason: reason, LinksExt: -1}
}
