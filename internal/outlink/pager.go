package outlink

import "math"

// MaxPageSize is the API's largest size.
const MaxPageSize = 1000

// First pages of a scan whose demand is unknown: small enough not to waste credits on a reader who wants
// five rows, large enough to reach full pages in four requests. With a credit limit to be checked against
// the first answer's total, smaller still.
const (
	FirstPage        = 125
	GuardedFirstPage = 25
)

// Pager chooses pages of changing size that neither overlap nor leave a gap: the API counts a page's offset
// as (page − 1) × size, so each size divides the number of rows before it.
type Pager struct {
	offset int64
	first  int
}

// NewPager starts before the first row; first is the size of the first page if the demand is not known.
func NewPager(first int) *Pager { return &Pager{first: first} }

// Offset is the number of rows before the next page.
func (p *Pager) Offset() int64 { return p.offset }

// Next returns the next page and its size. want is the number of rows still wanted, or -1 if that is not
// known: then sizes double from the first to MaxPageSize. No page reaches past rowCap.
func (p *Pager) Next(want, rowCap int64) (page, size int) {
	most := min(int64(MaxPageSize), rowCap-p.offset)
	switch {
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
	before := (want - 1) / MaxPageSize // pages before the last
	size, least := int64(0), int64(math.MaxInt64)
	for s := divide(want, before+1); s <= most && least > want; s++ {
		if p.offset%s != 0 {
			continue
		}
		full := before * s
		last := dividing(p.offset+full, want-full, min(MaxPageSize, rowCap-p.offset-full))
		if last > 0 && full+last < least {
			size, least = s, full+last
		}
		if before == 0 {
			break // larger ones only cost more
		}
	}
	smaller := p.largest(min(want, most))
	tolerated := max(worthARequest, (p.offset+want)/MaxPageSize+1) // a row for each page
	if size == 0 || least-want > tolerated && 2*int64(smaller) >= want {
		return smaller
	}
	return int(size)
}

// worthARequest is how many credits one more request has to save.
const worthARequest = 10

// dividing returns the smallest number from least to most that divides an offset, 0 if there is none.
func dividing(offset, least, most int64) int64 {
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

// RoundUp returns the next size that has many divisors (2^a·3^b·5^c), for a first page that is likely to
// be followed by smaller ones: the sizes after it have to divide it.
func RoundUp(n int64) int64 {
	for ; n < MaxPageSize; n++ {
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
