package plan

import "github.com/turbot/steampipe-plugin-serpstat/internal/table"

// Parts returns the parts in the scan's order.
func (s *Splitter) Parts() ([]Part, error) {
	if reason := s.Series.Splittable(s.Refused); reason != "" {
		return nil, s.fail(reason)
	}
	s.parts, s.field = nil, s.Series.divider()
	if err := s.learnEnds(); err != nil {
		return nil, err
	}
	start, remaining := int64(-1), s.Total
	for remaining > s.RowCap {
		next, left, err := s.boundary(start, remaining)
		if err != nil {
			return nil, err
		}
		if rows := remaining - left; rows <= s.RowCap {
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

// learnEnds asks whether between includes its ends, where it takes the place of a bound: some rows have the first one's
// value, and all rows have it or come after it.
func (s *Splitter) learnEnds() error {
	if s.ends = includedEnds; s.Series.bounding(s.Refused) != table.Between || s.Closed[s.field.Filter.Field] {
		return nil
	}
	from, to := s.First, int64(maxCount)
	if !s.ascending() {
		from, to = -1, s.First
	}
	all := table.Condition{Field: s.field.Filter.Field, CompareType: table.Between, Value: []any{from, to}}
	rows, err := s.Count(s.Series.Request.Filter.And(table.Filter{{all}}))
	if rows < s.Total {
		s.ends = unknownEnds
	}
	return err
}

// boundary finds where the next part begins and how many rows are left from there on: as far as the row cap reaches, or,
// where even one value has more rows, just behind that value.
func (s *Splitter) boundary(start, remaining int64) (next, left int64, err error) {
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
		if rows > s.RowCap {
			far, farLeft = middle, left
			continue
		}
		near, nearLeft = middle, left
		if rows > 0 && (start >= 0 || rows >= s.AtLeast) && (left <= s.RowCap || rows >= s.RowCap-s.RowCap/4) {
			break // no part fewer, or nearly full: good enough to stop paying for probes
		}
	}
	if nearLeft < remaining {
		return rank(near), nearLeft, nil
	}
	return rank(far), farLeft, nil
}

// middle is the next rank to count at. Values are small and their upper end unknown, so an
// ascending search first doubles.
func (s *Splitter) middle(near, far int64) int64 {
	if doubled := 2*near + 64; s.ascending() && doubled < far/2 {
		return doubled
	}
	return near + (far-near)/2
}

// span returns the ranks between which a boundary lies and the translation of a rank to a position.
func (s *Splitter) span(start int64) (near, far int64, rank func(int64) int64) {
	if s.ascending() {
		return max(start, 0), s.last() + 1, func(r int64) int64 { return r }
	}
	high := start
	if high < 0 {
		high = s.First
	}
	return 0, high + 1, func(r int64) int64 { return high - r }
}
