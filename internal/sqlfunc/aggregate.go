package sqlfunc

import (
	"database/sql/driver"
	"fmt"
	"math"
	"slices"

	"modernc.org/sqlite"
)

// aggregate is a function of a group of numbers that depends on their order. They are called as those of SQLite's own
// percentile extension, which this build of SQLite does not have: percentile takes 0 to 100, percentile_cont and
// percentile_disc 0 to 1. What they give is PostgreSQL's, as a real number.
type aggregate struct {
	name      string
	arguments int32
	whole     float64 // what stands for all of the values, 0 where there is no such argument
	discrete  bool    // the result is one of the values
}

var aggregates = map[string]aggregate{
	"median":          {"median", 1, 0, false},
	"percentile":      {"percentile", 2, 100, false},
	"percentile_cont": {"percentile_cont", 2, 1, false},
	"percentile_disc": {"percentile_disc", 2, 1, true},
}

func (a aggregate) begin(sqlite.FunctionContext) (sqlite.AggregateFunction, error) {
	return &quantile{aggregate: a, share: 0.5}, nil
}

// quantile keeps the numbers of a group: nothing less tells which is in the middle.
type quantile struct {
	aggregate
	share  float64
	given  bool      // the share was
	values []float64 // in the order in which they came
}

func (q *quantile) Step(_ *sqlite.FunctionContext, args []driver.Value) error {
	if q.whole > 0 {
		if err := q.takeShare(args[1]); err != nil {
			return err
		}
	}
	if args[0] == nil {
		return nil
	}
	x, ok := numberOf(args[0])
	if !ok || math.IsInf(x, 0) {
		text, _ := textOf(args[0])
		return fmt.Errorf("%s: %s is no number", q.name, quote(text))
	}
	q.values = append(q.values, x)
	return nil
}

func (q *quantile) takeShare(value driver.Value) error {
	x, ok := numberOf(value)
	share := x / q.whole
	switch {
	case !ok || share < 0 || share > 1 || math.IsNaN(share):
		return fmt.Errorf("%s: the second argument is a number from 0 to %g", q.name, q.whole)
	case q.given && share != q.share:
		return fmt.Errorf("%s: the second argument is the same for all rows", q.name)
	}
	q.share, q.given = share, true
	return nil
}

// WindowInverse takes the value away that came first.
func (q *quantile) WindowInverse(_ *sqlite.FunctionContext, args []driver.Value) error {
	if args[0] != nil && len(q.values) > 0 {
		q.values = q.values[1:]
	}
	return nil
}

func (q *quantile) WindowValue(*sqlite.FunctionContext) (driver.Value, error) {
	if len(q.values) == 0 {
		return nil, nil
	}
	sorted := slices.Clone(q.values)
	slices.Sort(sorted)
	if q.discrete { // the first value with so large a share of all up to it
		return sorted[max(int(math.Ceil(q.share*float64(len(sorted))))-1, 0)], nil
	}
	at := q.share * float64(len(sorted)-1)
	below := int(at)
	if above := below + 1; above < len(sorted) && sorted[above] != sorted[below] {
		return sorted[below] + (sorted[above]-sorted[below])*(at-float64(below)), nil
	}
	return sorted[below], nil
}

func (q *quantile) Final(*sqlite.FunctionContext) { q.values = nil }
