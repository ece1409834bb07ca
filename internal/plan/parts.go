package plan

// Parts returns the parts in the scan's order.
func (s *Splitter) Parts() ([]Part, error) {
	if reason := s.Series.Splittable(s.Refused); reason != "" {
		return nil, s.fail(reason)
	}
	s.parts, s.field = nil, s.Series.divider()
	target := s.RowCap
	if !takes(s.field, s.Series.bound(), s.Refused) {
		target -= s.RowCap / 10 // between, one wider, repeats the rows of one value
	}
	start, remaining := int64(-1), s.Total
	for remaining > target {
		next, left, err := s.boundary(start, remaining, target)
		if err != nil {
			return nil, err
		}
		if rows := remaining - left; rows <= target {
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
		high = s.last()
		if s.Highest > 0 {
			high = s.Highest
		}
	}
	return 0, high + 1, func(r int64) int64 { return high - r }
}
