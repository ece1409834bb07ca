package outlink

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// counted is a result whose rows the API counts and returns, as a splitter sees it.
type counted struct {
	rows   []Row
	counts int
}

func (c *counted) count(f Filter) (n int64, err error) {
	c.counts++
	for i := range c.rows {
		if (reading{}).keeps(f, &c.rows[i]) {
			n++
		}
	}
	return n, nil
}

// read returns what a scan of the parts gets: each part's series in order, until a row is beyond the part.
func (c *counted) read(t *rapid.T, parts []Part, order Order, rowCap int64) (list []Row) {
	sorted := slices.Clone(c.rows)
	slices.SortStableFunc(sorted, func(a, b Row) int {
		if order == Ascending {
			return compareInt(a.LinksExt, b.LinksExt)
		}
		return compareInt(b.LinksExt, a.LinksExt)
	})
	for _, p := range parts {
		if p.Rows > rowCap {
			t.Fatalf("a part has %d rows, the cap is %d", p.Rows, rowCap)
		}
		reached, held := int64(0), int64(0)
		for i := range sorted {
			if !(reading{}).keeps(p.Filter, &sorted[i]) {
				continue
			}
			if !p.Holds(sorted[i].LinksExt) {
				if beyond := sorted[i].LinksExt < p.From == (order != Ascending); beyond {
					break
				}
				reached++
				continue
			}
			if reached++; reached > rowCap {
				t.Fatalf("the rows of %+v are past the cap", p)
			}
			held++
			list = append(list, sorted[i])
		}
		if held != p.Rows {
			t.Fatalf("%+v holds %d rows", p, held)
		}
	}
	return list
}

// Parts hold every row exactly once, in order, and few questions are paid for.
func TestPartsAreCompleteAndDisjoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rowCap := rapid.Int64Range(10, 40).Draw(t, "cap")
		values := rapid.IntRange(1, 400).Draw(t, "values")
		c := &counted{}
		each := map[int64]int64{}
		for i := range rapid.IntRange(int(rowCap)+1, 300).Draw(t, "rows") {
			n := int64(rapid.IntRange(0, values).Draw(t, "links"))
			each[n]++
			c.rows = append(c.rows, Row{URLTo: fmt.Sprintf("https://e.com/%d", i), LinksExt: n})
		}
		largest, most := int64(0), int64(0)
		for n, rows := range each {
			largest, most = max(largest, n), max(most, rows)
		}
		s := Splitter{
			Series: Series{Domain: "e.com"}, Total: int64(len(c.rows)), RowCap: rowCap, Count: c.count,
			Order: rapid.SampledFrom([]Order{Unordered, Ascending, Descending}).Draw(t, "order"),
		}
		if s.Order != Ascending && rapid.Bool().Draw(t, "known") {
			s.Highest = largest
		}
		parts, err := s.Parts()
		var tooMany *TooManyRowsError
		if errors.As(err, &tooMany) && most > rowCap {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got := c.read(t, parts, s.Order, rowCap)
		seen := map[string]bool{}
		for i, row := range got {
			if seen[row.URLTo] {
				t.Fatalf("%s comes twice", row.URLTo)
			}
			seen[row.URLTo] = true
			if i > 0 && (row.LinksExt < got[i-1].LinksExt) == (s.Order == Ascending) && row.LinksExt != got[i-1].LinksExt {
				t.Fatalf("%d after %d", row.LinksExt, got[i-1].LinksExt)
			}
		}
		if len(got) != len(c.rows) {
			t.Fatalf("%d rows of %d in %d parts", len(got), len(c.rows), len(parts))
		}
		if perPart := 2 * bits.Len64(uint64(maxLinksExt)); most <= rowCap && c.counts > perPart*len(parts) {
			t.Fatalf("%d questions for %d parts", c.counts, len(parts))
		}
	})
}

func TestAValuePastTheCapIsDividedByItsURLs(t *testing.T) {
	c := &counted{}
	for i := range 100 {
		c.rows = append(c.rows, Row{URLTo: fmt.Sprintf("https://e.com/%d", i), LinksExt: 7})
	}
	s := Splitter{Series: Series{Domain: "e.com"}, Total: 100, RowCap: 40, Count: c.count}
	parts, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	rows := int64(0)
	for _, p := range parts {
		n, _ := c.count(p.Filter)
		if rows += n; n > 40 || n != p.Rows {
			t.Errorf("%d rows in a part of %d", n, p.Rows)
		}
	}
	if rows != 100 {
		t.Errorf("%d rows of 100", rows)
	}
}

func TestWhatCannotBeCutFailsWithNumbers(t *testing.T) {
	c := &counted{rows: slices.Repeat([]Row{{URLFrom: "https://e.com", URLTo: "https://x.com", LinksExt: 7}}, 100)}
	s := Splitter{Series: Series{Domain: "e.com"}, Total: 100, RowCap: 40, Count: c.count}
	_, err := s.Parts()
	var tooMany *TooManyRowsError
	if !errors.As(err, &tooMany) || tooMany.LinksExt != 7 || !strings.Contains(err.Error(), "e.com has 100 rows") {
		t.Errorf("got %v", err)
	}
	s.Series.LinkPerDomain = 2
	c.counts = 0
	if _, err := s.Parts(); err == nil || c.counts > 0 || !strings.Contains(err.Error(), "link_per_domain") {
		t.Errorf("got %v after %d questions", err, c.counts)
	}
}
