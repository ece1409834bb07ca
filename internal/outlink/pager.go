package outlink

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
	if p.offset == 0 {
		size = int(min(int64(p.first), most))
		if want >= 0 {
			size = int(min(evenly(want), most))
		}
	} else if want < 0 {
		size = p.largest(min(most, p.offset))
	} else {
		size = p.enough(evenly(want), most)
	}
	page = int(p.offset/int64(size)) + 1
	p.offset += int64(size)
	return page, size
}

// evenly is the page size that gets want rows in as few pages as possible, with as few rows too many.
func evenly(want int64) int64 {
	pages := max((want+MaxPageSize-1)/MaxPageSize, 1)
	return max((want+pages-1)/pages, 1)
}

// largest returns the largest size up to most that divides the offset.
func (p *Pager) largest(most int64) int {
	for s := most; s > 1; s-- {
		if p.offset%s == 0 {
			return int(s)
		}
	}
	return 1
}

// enough returns the smallest size from want to most that divides the offset, or else the largest below.
func (p *Pager) enough(want, most int64) int {
	for s := want; s <= most; s++ {
		if p.offset%s == 0 {
			return int(s)
		}
	}
	return p.largest(min(want, most))
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
