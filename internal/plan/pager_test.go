package plan

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Pages tile the rows: no gap, no overlap, never past the cap or the API's largest size.
func TestPagesNeitherOverlapNorLeaveAGap(t *testing.T) {
	eachTable(t, func(t *rapid.T, of *table.Table) {
		rowCap := rapid.Int64Range(1, min(of.Page.RowCap, 5000)).Draw(t, "cap")
		largest := rapid.SampledFrom([]int{of.Page.MaxSize, 1, 7, 100}).Draw(t, "largest")
		p := NewPager(rapid.IntRange(1, 1000).Draw(t, "first"), largest)
		for offset := int64(0); offset < rowCap; {
			want := rapid.Int64Range(-1, 3000).Draw(t, "want")
			page, size := p.Next(want, rowCap)
			if size < 1 || size > largest || int64(page-1)*int64(size) != offset || offset+int64(size) > rowCap {
				t.Fatalf("page %d of %d rows at %d, cap %d", page, size, offset, rowCap)
			}
			if offset += int64(size); p.Offset() != offset {
				t.Fatalf("the offset is %d, want %d", p.Offset(), offset)
			}
		}
	})
}

func costOf(of table.Page, n int64) (rows, pages int64) {
	p := NewPager(FirstPage, of.MaxSize)
	for ; rows < n; pages++ {
		_, size := p.Next(n-rows, of.RowCap)
		rows += int64(size)
	}
	return rows, pages
}

// A limit costs its rows, and at most one more per thousand where no page sizes fit.
func TestALimitCostsItsRows(t *testing.T) {
	of := outlinks.Page
	for _, n := range []int64{1, 10, 999, 1000, 1001, 1007, 2000, 2500, 3001, 60_000} {
		if rows, pages := costOf(of, n); rows != n || pages != (n+999)/1000 {
			t.Errorf("%d rows cost %d in %d pages", n, rows, pages)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, of.RowCap).Draw(t, "n")
		for _, of := range catalog.Tables() {
			pages := divide(n, int64(of.Page.MaxSize))
			if rows, asked := costOf(of.Page, n); asked != pages || rows > n+pages {
				t.Fatalf("%s: %d rows cost %d in %d pages", of.Name, n, rows, asked)
			}
		}
	})
}

func TestAScanOfUnknownDemandStartsSmall(t *testing.T) {
	p := NewPager(FirstPage, outlinks.Page.MaxSize)
	for i, want := range []int{125, 125, 250, 500, 1000, 1000} {
		if _, size := p.Next(-1, outlinks.Page.RowCap); size != want {
			t.Errorf("page %d has %d rows, want %d", i+1, size, want)
		}
	}
}
