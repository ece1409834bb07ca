package chart

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// number is a value as a number that can be drawn.
func number(value any) (v float64, ok bool) {
	switch n := value.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	return 0, false
}

// scale says where between its ends a number is.
type scale struct{ low, high float64 }

// at is from 0 to 1. Numbers are measured by the larger end, so that neither the largest nor the smallest are too much.
func (s scale) at(v float64) float64 {
	most := max(math.Abs(s.low), math.Abs(s.high))
	if s.low == s.high || most == 0 {
		return 0.5
	}
	low, high := s.low/most, s.high/most
	return min(max((v/most-low)/(high-low), 0), 1)
}

// mark is a place on an axis that has a name.
type mark struct {
	at   float64
	name string
}

// step is a round distance between marks, of which there are about n: 1, 2 or 5 times a power of ten. 0 is none.
func (s scale) step(n int, whole bool) float64 {
	rough := s.high/float64(n) - s.low/float64(n)
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	if !(power > 0) || math.IsInf(power, 0) || math.IsInf(rough, 0) {
		return 0
	}
	step := 10 * power
	for _, f := range []float64{1, 2, 5} {
		if f*power >= rough*0.999 {
			step = f * power
			break
		}
	}
	if whole {
		step = max(step, 1)
	}
	if math.IsInf(step, 0) {
		return 0
	}
	return step
}

// rounded is the scale from mark to mark.
func (s scale) rounded(step float64) scale {
	if step == 0 {
		return s
	}
	r := scale{math.Floor(s.low/step) * step, math.Ceil(s.high/step) * step}
	if math.IsInf(r.low, 0) || math.IsInf(r.high, 0) {
		return s
	}
	return r
}

// marks are the round numbers on an axis.
func (s scale) marks(step float64, percent bool) (marks []mark) {
	if step == 0 {
		return nil
	}
	const enough = 20
	first, last := math.Ceil(s.low/step-1e-9), math.Floor(s.high/step+1e-9)
	for k := first; k <= last && len(marks) < enough; k++ {
		if k+1 == k { // beyond what numbers can tell apart
			return nil
		}
		name := short(k*step, step)
		if percent {
			name += "%"
		}
		marks = append(marks, mark{k * step, name})
	}
	return marks
}

// short writes a round number.
func short(v, step float64) string {
	size, unit := math.Abs(v), ""
	switch {
	case v == 0:
		return "0"
	case size >= 1e15 || size < 1e-6:
		return minus(strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), "e+", "e", 1))
	case size >= 1e12:
		v, step, unit = v/1e12, step/1e12, "T"
	case size >= 1e9:
		v, step, unit = v/1e9, step/1e9, "B"
	case size >= 1e6:
		v, step, unit = v/1e6, step/1e6, "M"
	case size >= 1e4:
		v, step, unit = v/1e3, step/1e3, "k"
	}
	decimals := int(min(max(0, math.Ceil(-math.Log10(step)-1e-9)), 9))
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	if n, err := strconv.ParseInt(whole, 10, 64); err == nil {
		whole = humanize.Comma(n)
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		whole += "." + fraction
	}
	if v < 0 {
		whole = "-" + whole
	}
	return minus(whole) + unit
}

// minus writes the sign as wide as a plus.
func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

// spans are distances between marks of time, with the form of their names.
var spans = []struct {
	months int
	length time.Duration // without months
}{
	{0, time.Minute}, {0, 5 * time.Minute}, {0, 15 * time.Minute}, {0, time.Hour}, {0, 3 * time.Hour}, {0, 6 * time.Hour}, {0, 12 * time.Hour},
	{0, day}, {0, 2 * day}, {0, 7 * day}, {0, 14 * day}, {1, 0}, {2, 0}, {3, 0}, {6, 0}, {12, 0}, {24, 0}, {60, 0}, {120, 0}, {300, 0}, {1200, 0}, {12000, 0},
}

const day = 24 * time.Hour

// times are marks between two times in seconds, n of them at most. A year is said where it is not that of the mark before.
func (s scale) times(n int) (marks []mark) {
	from, to := time.Unix(int64(s.low), 0).UTC(), time.Unix(int64(s.high), 0).UTC()
	for _, span := range spans {
		length := span.length
		if span.months > 0 {
			length = time.Duration(span.months) * 30 * day
		}
		if (s.high-s.low)/length.Seconds() > float64(n) {
			continue
		}
		var t time.Time
		next := func() { t = t.Add(span.length) }
		switch {
		case span.months > 0:
			first := from.Year()*12 + int(from.Month()) - 1
			first = (first + span.months - 1) / span.months * span.months
			t = time.Date(0, 1+time.Month(first), 1, 0, 0, 0, 0, time.UTC)
			if t.Before(from) {
				t = t.AddDate(0, span.months, 0)
			}
			next = func() { t = t.AddDate(0, span.months, 0) }
		default: // weeks begin on Mondays, as the year 1 did
			t = from.Truncate(span.length)
		}
		for t.Before(from) {
			next()
		}
		before := time.Time{}
		for ; !t.After(to) && len(marks) <= n+1; next() {
			form := "2 Jan"
			switch newYear, newDay := before.Year() != t.Year() || before.IsZero(), before.YearDay() != t.YearDay() || before.IsZero(); {
			case span.months >= 12:
				form = "2006"
			case span.months > 0 && newYear:
				form = "Jan 2006"
			case span.months > 0:
				form = "Jan"
			case span.length < day && newDay:
				form = "2 Jan 15:04"
			case span.length < day:
				form = "15:04"
			case newYear:
				form = "2 Jan 2006"
			}
			marks = append(marks, mark{float64(t.Unix()), t.Format(form)})
			before = t
		}
		return marks
	}
	return nil
}

// maxNumber is where sums end.
const maxNumber = math.MaxFloat64
