package plan

import (
	"math"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// intRange is lo..hi, both included.
type intRange struct{ lo, hi int64 }

// intRanges are disjoint and ascending.
type intRanges []intRange

func (r intRanges) empty() bool { return len(r) == 0 }

func (r intRanges) hold(n int64) bool {
	return slices.ContainsFunc(r, func(one intRange) bool { return one.lo <= n && n <= one.hi })
}

// countRange intersects all clauses on a count, which is never negative. A list counts as the weaker of ANY and ALL.
func countRange(quals []Qual) intRanges { return wholeRange(0, quals) }

// wholeRange intersects all clauses on a whole number that is never below least.
func wholeRange(least int64, quals []Qual) intRanges {
	if values, ok := candidates(table.Count, quals, PostgreSQL); ok {
		return rangesOf(least, values)
	}
	r := intRange{least, math.MaxInt64}
	excluded := map[int64]bool{}
	for _, q := range quals {
		lo, hi, ok := intExtremes(q.Values)
		if !ok {
			continue
		}
		switch q.Operator {
		case GreaterOrEqual:
			r.lo = max(r.lo, lo)
		case Greater:
			if lo == math.MaxInt64 {
				return nil
			}
			r.lo = max(r.lo, lo+1)
		case LessOrEqual:
			r.hi = min(r.hi, hi)
		case Less:
			if hi == math.MinInt64 {
				return nil
			}
			r.hi = min(r.hi, hi-1)
		case NotEqual:
			if !q.List {
				excluded[lo] = true
			}
		}
	}
	for r.lo <= r.hi && excluded[r.lo] && r.lo < math.MaxInt64 {
		r.lo++
	}
	for r.lo <= r.hi && excluded[r.hi] && r.hi > math.MinInt64 {
		r.hi--
	}
	if r.lo > r.hi {
		return nil
	}
	return intRanges{r}
}

// rangesOf merges neighbouring values: 4, 5, 6, 9 become 4..6 and 9..9.
func rangesOf(least int64, values []Value) intRanges {
	var ints []int64
	for _, v := range values {
		if n, ok := v.(int64); ok && n >= least {
			ints = append(ints, n)
		}
	}
	slices.Sort(ints)
	var ranges intRanges
	for _, n := range ints {
		if last := len(ranges) - 1; last >= 0 && n-ranges[last].hi <= 1 {
			ranges[last].hi = n
			continue
		}
		ranges = append(ranges, intRange{n, n})
	}
	return ranges
}

// intExtremes returns the smallest and largest value; ok is false if there is none, or one that is not
// a number.
func intExtremes(values []Value) (lo, hi int64, ok bool) {
	lo, hi = math.MaxInt64, math.MinInt64
	for _, v := range values {
		if v == nil {
			continue
		}
		n, isInt := v.(int64)
		if !isInt {
			return 0, 0, false
		}
		lo, hi, ok = min(lo, n), max(hi, n), true
	}
	return lo, hi, ok
}

// instants is a range of times with optional ends; an end is excluded where its open flag is set.
type instants struct {
	lo, hi         time.Time
	hasLo, hasHi   bool
	openLo, openHi bool
}

func (r instants) empty() bool {
	if !r.hasLo || !r.hasHi {
		return false
	}
	c := r.lo.Compare(r.hi)
	return c > 0 || c == 0 && (r.openLo || r.openHi)
}

// timeRange intersects all clauses on one timestamp column; a list counts as the weaker of ANY and ALL, and a time as the
// weakest of those that may have been meant.
func timeRange(quals []Qual, engine Engine) instants {
	var r instants
	for _, q := range quals {
		lo, hi, ok := timeExtremes(q.Values)
		if !ok {
			continue
		}
		lo, hi = lo.Add(-engine.zones()), hi.Add(engine.zones())
		switch q.Operator {
		case Equal:
			r.atLeast(lo, false)
			r.atMost(hi, false)
		case GreaterOrEqual, Greater:
			r.atLeast(lo, q.Operator == Greater)
		case LessOrEqual, Less:
			r.atMost(hi, q.Operator == Less)
		}
	}
	return r
}

func (r *instants) atLeast(t time.Time, open bool) {
	if c := t.Compare(r.lo); !r.hasLo || c > 0 || c == 0 && open {
		r.lo, r.hasLo, r.openLo = t, true, open
	}
}

func (r *instants) atMost(t time.Time, open bool) {
	if c := t.Compare(r.hi); !r.hasHi || c < 0 || c == 0 && open {
		r.hi, r.hasHi, r.openHi = t, true, open
	}
}

func timeExtremes(values []Value) (lo, hi time.Time, ok bool) {
	for _, v := range values {
		var times []time.Time
		switch v := v.(type) {
		case nil:
		case time.Time:
			times = []time.Time{v}
		case PerhapsInfinite:
			both := v.meanings()
			times = both[:]
		default:
			return lo, hi, false
		}
		for _, t := range times {
			if !ok || t.Before(lo) {
				lo = t
			}
			if !ok || t.After(hi) {
				hi = t
			}
			ok = true
		}
	}
	return lo, hi, ok
}
