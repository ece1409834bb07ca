package plan

import (
	"math"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Pages chooses pages of changing size that neither overlap nor leave a gap: the API counts a page's offset
// as (page − 1) × size, so each size divides the number of rows before it.
type Pages struct {
	first  int
	rowCap int64
	whole  int // rows of the one page that has all; 0 where there are several
}

// NewPages chooses pages of a table; first is the size of the first page if the demand is not known. No page reaches
// past rowCap.
func NewPages(t *table.Table, first int, rowCap int64) Pages {
	p := Pages{first: first, rowCap: rowCap}
	if !t.CountsRows {
		p.whole = t.Page.MaxSize
	}
	return p
}

// Size is the size of the page after offset rows, at most most. want is the number of rows wanted from there on, or -1
// if that is not known: then sizes double from the first to the largest.
func (p Pages) Size(offset, want int64, most int) int {
	at := place{offset, int64(most), p.rowCap}
	inPage := min(at.maxSize, p.rowCap-offset)
	switch {
	case p.whole > 0:
		return p.whole
	case want >= 0:
		return at.fit(max(want, 1), inPage)
	case offset == 0:
		return int(min(int64(p.first), inPage))
	}
	return at.largest(min(inPage, offset))
}

// place is where a page is to begin, and what bounds its size.
type place struct{ offset, maxSize, rowCap int64 }

// fit returns the size of the next page on the way to want rows in as few pages as possible, and with as few
// rows too many: pages of one size, and a last one that brings the rest and whose size divides what is
// before it. 1,001 rows are 1,000 and 1; 2,500 are 1,000, 1,000 and 500; 1,009, a prime, come with one more.
func (p place) fit(want, most int64) int {
	before := (want - 1) / p.maxSize // pages before the last
	size, least := int64(0), int64(math.MaxInt64)
	for s := divide(want, before+1); s <= most && least > want; s++ {
		if p.offset%s != 0 {
			continue
		}
		full := before * s
		last := smallestDivisor(p.offset+full, want-full, min(p.maxSize, p.rowCap-p.offset-full))
		if last > 0 && full+last < least {
			size, least = s, full+last
		}
		if before == 0 {
			break // larger ones only cost more
		}
	}
	smaller := p.largest(min(want, most))
	tolerated := max(worthARequest, (p.offset+want)/p.maxSize+1) // a row for each page
	if size == 0 || least-want > tolerated && 2*int64(smaller) >= want {
		return smaller
	}
	return int(size)
}

// worthARequest is how many credits one more request has to save.
const worthARequest = 10

// smallestDivisor returns the smallest number from least to most that divides an offset, 0 if there is none.
func smallestDivisor(offset, least, most int64) int64 {
	for s := least; s <= most; s++ {
		if offset%s == 0 {
			return s
		}
	}
	return 0
}

// divide rounds up.
func divide(a, b int64) int64 { return (a + b - 1) / b }

// largest returns the largest size up to most that divides the offset.
func (p place) largest(most int64) int {
	for s := most; s > 1; s-- {
		if p.offset%s == 0 {
			return int(s)
		}
	}
	return 1
}
