package plan

import "math"

// First pages of a scan whose demand is unknown: small enough not to waste credits on a reader who wants
// five rows, large enough to reach full pages in four requests. With a limit of credits to be checked against
// the first answer's total, smaller still: a fortieth of it, down to GuardedFirstPage.
const (
	FirstPage        = 125
	GuardedFirstPage = 25
	guardShare       = 40
)

// NoGuard is the guard of a scan without a limit of credits.
const NoGuard = -1

// Demand says how many rows a scan asks for next. It is the one place where that is decided: from the LIMIT, from how
// well the filter fits, and from what has come so far.
type Demand struct {
	limit   int64 // rows; -1 for all that there are
	exact   bool
	ordered bool
	sources int64
	maxPage int64
	rowCap  int64
}

// Demand returns the demand of the plan's scan.
func (p *Plan) Demand() Demand {
	return Demand{
		limit: p.Limit, exact: p.Exact, ordered: p.Order != Order{}, sources: int64(len(p.Sources)),
		maxPage: int64(p.Table.Page.MaxSize), rowCap: p.RowCap,
	}
}

// All is the demand for all rows there are, whatever the LIMIT is.
func (d Demand) All() Demand {
	d.limit = -1
	return d
}

// Bounded reports that a LIMIT says how many rows are wanted.
func (d Demand) Bounded() bool { return d.limit >= 0 }

// Progress is how far a source has been read.
type Progress struct {
	Streamed  int64 // rows that the scan has streamed, of all sources
	Before    int64 // of them, before this source was begun
	Spellings int64 // of the source: each row is streamed so often
	Taken     int64 // rows of the source that have come
	Guard     int64 // credits that may still be spent, or NoGuard
}

// FirstPage is the size of a source's first page where the demand is unknown.
func (d Demand) FirstPage(guard int64) int {
	if guard == NoGuard {
		return FirstPage
	}
	return int(max(min(max(guard/guardShare, GuardedFirstPage), FirstPage, guard), 1))
}

// Next is how many more rows of a source are wanted, or -1 for all that there are.
func (d Demand) Next(at Progress) int64 {
	switch {
	case d.limit < 0:
		return -1
	case at.Taken == 0:
		return d.first(at)
	case d.ordered && d.sources > 1:
		// What the other sources have is not known: what this one has brought is the measure.
		return min(d.Left(at), at.Taken)
	}
	return d.after(at)
}

// Left is how many rows of a source would do if all of them matched.
func (d Demand) Left(at Progress) int64 { return divide(d.limit-at.Streamed, at.Spellings) }

func (d Demand) first(at Progress) int64 {
	want := d.Left(at)
	if d.ordered {
		want = divide(want, d.sources) // each of them may have the first rows
	}
	if !d.exact && want < d.maxPage {
		want = d.roundUp(want)
	}
	if at.Guard != NoGuard && want > at.Guard {
		return int64(d.FirstPage(at.Guard)) // what it would cost is known after it
	}
	return want
}

// after is what the share of matching rows so far promises, but never more than were taken, so that a LIMIT n which
// one row in k satisfies costs at most twice n·k.
func (d Demand) after(at Progress) int64 {
	left := d.Left(at)
	matched := min(divide(at.Streamed-at.Before, at.Spellings), at.Taken)
	switch matched {
	case 0:
		return at.Taken
	case at.Taken:
		return left
	}
	return min(int64(math.Ceil(float64(left)*float64(at.Taken)/float64(matched))), at.Taken)
}

// roundUp returns the next size that has many divisors (2^a·3^b·5^c), for a first page that is likely to
// be followed by smaller ones: the sizes after it have to divide it.
func (d Demand) roundUp(n int64) int64 {
	for ; n < d.maxPage; n++ {
		rest := n
		for _, p := range []int64{2, 3, 5} {
			for rest%p == 0 && rest > 1 {
				rest /= p
			}
		}
		if rest <= 1 {
			return n
		}
	}
	return n
}

// Least is how many rows of a source a scan needs at least, of so many that are left of it: fewer only where a LIMIT
// ends it. ok is false where that cannot be known.
func (d Demand) Least(at Progress, left int64) (rows int64, ok bool) {
	switch {
	case d.limit < 0:
		return left, true
	case d.ordered && d.sources > 1:
		return 0, false
	}
	return min(d.Left(at), left), true
}

// Within bounds a demand by what is left of a part.
func Within(want, left int64) int64 {
	if left = max(left, 1); want < 0 || want > left {
		return left
	}
	return want
}

// splitLate is how much of the row cap a scan with a LIMIT reads before a result past the cap is cut into
// parts: most such scans end long before.
const splitLate = 0.25

// EndsBeforeCap reports a LIMIT that is likely to end the scan within the rows that one series gives.
func (d Demand) EndsBeforeCap(at Progress) bool {
	return d.SurelyEndsBeforeCap(at) || d.limit >= 0 && d.Left(at) <= d.rowCap && float64(at.Taken) < splitLate*float64(d.rowCap)
}

// SurelyEndsBeforeCap reports a LIMIT that ends the scan there, since all rows count.
func (d Demand) SurelyEndsBeforeCap(at Progress) bool {
	return d.limit >= 0 && d.exact && d.Left(at) <= d.rowCap
}

// PastCap reports a LIMIT that one series cannot reach.
func (d Demand) PastCap() bool { return d.limit > d.rowCap }
