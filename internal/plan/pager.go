package plan

import (
	"math"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Pager chooses pages of changing size that neither overlap nor leave a gap: the API counts a page's offset
// as (page − 1) × size, so each size divides the number of rows before it.
type Pager struct {
	offset  int64
	first   int
	maxSize int64
	whole   bool // there is one page, which has all rows
}

// NewPager starts before the first row of a table's series; first is the size of the first page if the demand is not
// known.
func NewPager(t *table.Table, first int) *Pager {
	return &Pager{first: first, maxSize: int64(t.Page.MaxSize), whole: !t.CountsRows}
}

// Offset is the number of rows before the next page.
func (p *Pager) Offset() int64 { return p.offset }

// Next returns the next page and its size. want is the number of rows still wanted, or -1 if that is not
// known: then sizes double from the first to the largest. No page reaches past rowCap.
func (p *Pager) Next(want, rowCap int64) (page, size int) {
	most := min(p.maxSize, rowCap-p.offset)
	switch {
	case p.whole:
		size = int(p.maxSize)
	case want >= 0:
		size = p.fit(max(want, 1), most, rowCap)
	case p.offset == 0:
		size = int(min(int64(p.first), most))
	default:
		size = p.largest(min(most, p.offset))
	}
	page = int(p.offset/int64(size)) + 1
	p.offset += int64(size)
	return page, size
}

// fit returns the size of the next page on the way to want rows in as few pages as possible, and with as few
// rows too many: pages of one size, and a last one that brings the rest and whose size divides what is
// before it. 1,001 rows are 1,000 and 1; 2,500 are 1,000, 1,000 and 500; 1,009, a prime, come with one more.
func (p *Pager) fit(want, most, rowCap int64) int {
	before := (want - 1) / p.maxSize // pages before the last
	size, least := int64(0), int64(math.MaxInt64)
	for s := divide(want, before+1); s <= most && least > want; s++ {
		if p.offset%s != 0 {
			continue
		}
		full := before * s
		last := smallestDivisor(p.offset+full, want-full, min(p.maxSize, rowCap-p.offset-full))
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
func (p *Pager) largest(most int64) int {
	for s := most; s > 1; s-- {
		if p.offset%s == 0 {
			return int(s)
		}
	}
	return 1
}
