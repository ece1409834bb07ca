package outlink

import (
	"testing"

	"pgregory.net/rapid"
)

// Pages tile the rows: no gap, no overlap, never past the cap or the API's largest size.
func TestPagesNeitherOverlapNorLeaveAGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rowCap := rapid.Int64Range(1, 5000).Draw(t, "cap")
		p := NewPager(rapid.IntRange(1, 1000).Draw(t, "first"))
		for offset := int64(0); offset < rowCap; {
			want := rapid.Int64Range(-1, 3000).Draw(t, "want")
			page, size := p.Next(want, rowCap)
			if size < 1 || size > MaxPageSize || int64(page-1)*int64(size) != offset || offset+int64(size) > rowCap {
				t.Fatalf("page %d of %d rows at %d, cap %d", page, size, offset, rowCap)
			}
			if offset += int64(size); p.Offset() != offset {
				t.Fatalf("the offset is %d, want %d", p.Offset(), offset)
			}
		}
	})
}

func costOf(n int64) (rows, pages int64) {
	p := NewPager(FirstPage)
	for ; rows < n; pages++ {
		_, size := p.Next(n-rows, RowCap)
		rows += int64(size)
	}
	return rows, pages
}

// A limit costs its rows, and at most one more per thousand where no page sizes fit.
func TestALimitCostsItsRows(t *testing.T) {
	for _, n := range []int64{1, 10, 999, 1000, 1001, 1007, 2000, 2500, 3001, 60_000} {
		if rows, pages := costOf(n); rows != n || pages != (n+999)/1000 {
			t.Errorf("%d rows cost %d in %d pages", n, rows, pages)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, RowCap).Draw(t, "n")
		pages := (n + 999) / 1000
		if rows, asked := costOf(n); asked != pages || rows > n+pages {
			t.Fatalf("%d rows cost %d in %d pages", n, rows, asked)
		}
	})
}

func TestAScanOfUnknownDemandStartsSmall(t *testing.T) {
	p := NewPager(FirstPage)
	for i, want := range []int{125, 125, 250, 500, 1000, 1000} {
		if _, size := p.Next(-1, RowCap); size != want {
			t.Errorf("page %d has %d rows, want %d", i+1, size, want)
		}
	}
}
