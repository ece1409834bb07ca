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
		if !of.CountsRows {
			return
		}
		rowCap := rapid.Int64Range(1, min(of.Page.RowCap, 5000)).Draw(t, "cap")
		largest := rapid.SampledFrom([]int{of.Page.MaxSize, 1, 7, 100}).Draw(t, "largest")
		p := NewPages(&table.Table{CountsRows: true}, rapid.IntRange(1, 1000).Draw(t, "first"), rowCap)
		for offset := int64(0); offset < rowCap; {
			want := rapid.Int64Range(-1, 3000).Draw(t, "want")
			size := p.Size(offset, want, largest)
			if size < 1 || size > largest || offset%int64(size) != 0 || offset+int64(size) > rowCap {
				t.Fatalf("a page of %d rows at %d, cap %d", size, offset, rowCap)
			}
			offset += int64(size)
		}
	})
}

func costOf(of *table.Table, n int64) (rows, pages int64) {
	p := NewPages(of, FirstPage, of.Page.RowCap)
	for ; rows < n; pages++ {
		rows += int64(p.Size(rows, n-rows, of.Page.MaxSize))
	}
	return rows, pages
}

// A limit costs its rows, and at most one more per thousand where no page sizes fit.
func TestALimitCostsItsRows(t *testing.T) {
	of := outlinks
	for _, n := range []int64{1, 10, 999, 1000, 1001, 1007, 2000, 2500, 3001, 60_000} {
		if rows, pages := costOf(of, n); rows != n || pages != (n+999)/1000 {
			t.Errorf("%d rows cost %d in %d pages", n, rows, pages)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, of.Page.RowCap).Draw(t, "n")
		for _, of := range catalog.Tables() {
			if !of.CountsRows {
				continue
			}
			pages := divide(n, int64(of.Page.MaxSize))
			if rows, asked := costOf(of, n); asked != pages || rows > n+pages {
				t.Fatalf("%s: %d rows cost %d in %d pages", of.Name, n, rows, asked)
			}
		}
	})
}

func TestAScanOfUnknownDemandStartsSmall(t *testing.T) {
	p := NewPages(outlinks, FirstPage, outlinks.Page.RowCap)
	offset := int64(0)
	for i, want := range []int{125, 125, 250, 500, 1000, 1000} {
		size := p.Size(offset, -1, outlinks.Page.MaxSize)
		if size != want {
			t.Errorf("page %d has %d rows, want %d", i+1, size, want)
		}
		offset += int64(size)
	}
}

// A method without pages is asked once, whatever is wanted.
func TestAMethodWithoutPagesHasOne(t *testing.T) {
	whole := *outlinks
	whole.CountsRows, whole.Page = false, table.Page{MaxSize: 300, RowCap: 300}
	for _, want := range []int64{-1, 1, 299, 300, 1000} {
		if size := NewPages(&whole, FirstPage, whole.Page.RowCap).Size(0, want, 300); size != 300 {
			t.Errorf("of %d rows wanted %d are asked for", want, size)
		}
	}
	if r := (Series{Table: &whole}).At(1, 300); r.Page != 0 || r.Size != 0 {
		t.Errorf("page %d and size %d are sent", r.Page, r.Size)
	}
}
