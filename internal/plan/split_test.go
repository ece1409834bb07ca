package plan

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// counted is a result whose rows the API counts and returns, as a splitter sees it.
type counted struct {
	of      *table.Table
	records []*record
	reading reading
	refused Refusals
	counts  int
}

// countedRows are rows with these values of the dividing column, whose texts url makes of their index.
func countedRows(of *table.Table, values []int64, url func(i int) string) *counted {
	c := &counted{of: of}
	b := table.NewBuilder(of, "", len(values))
	for i, n := range values {
		b.Begin()
		for j, f := range of.Fields {
			switch {
			case f.Column == of.Sort.Divide:
				b.Count(j, n)
			case f.Filter.How == table.ByText:
				b.Text(j, write(url(i)))
			}
		}
	}
	for _, row := range b.Rows().All() {
		c.records = append(c.records, &record{t: of, row: row})
	}
	return c
}

func (c *counted) value(r *record) int64 {
	n, _ := r.cell(c.of.Sort.Divide).Count()
	return n
}

func (c *counted) count(f table.Filter) (n int64, err error) {
	c.counts++
	for _, r := range own(f) {
		if c.refused[r] {
			panic(fmt.Sprintf("%v is refused, and asked for", r))
		}
	}
	for _, r := range c.records {
		if c.reading.keeps(f, r) {
			n++
		}
	}
	return n, nil
}

func (c *counted) splitter(order Order, rowCap int64) Splitter {
	series := Series{Table: c.of, Request: table.Request{Args: []table.Arg{{Name: "query", Value: "e.com"}}}}
	if series.sort(order, args{}); order == (Order{}) {
		series = series.Dividing()
	}
	first := c.value(c.ordered(series.Order.Descending)[0])
	return Splitter{Series: series, Total: int64(len(c.records)), First: first, RowCap: rowCap, Count: c.count, Refused: c.refused}
}

// ordered are the rows in an order of the dividing column.
func (c *counted) ordered(descending bool) []*record {
	sorted := slices.Clone(c.records)
	slices.SortStableFunc(sorted, func(a, b *record) int {
		if descending {
			a, b = b, a
		}
		return cmp.Compare(c.value(a), c.value(b))
	})
	return sorted
}

// read returns what a scan of the parts gets: each part's series in order, until a row is beyond the part.
func (c *counted) read(t *rapid.T, parts []Part, descending bool, rowCap int64) (list []*record) {
	for _, p := range parts {
		if p.Rows > rowCap {
			t.Fatalf("a part has %d rows, the cap is %d", p.Rows, rowCap)
		}
		reached, held := int64(0), int64(0)
		for _, r := range c.ordered(descending) {
			if !c.reading.keeps(p.Filter, r) {
				continue
			}
			n := c.value(r)
			if beyond := !p.Holds(n) && n < p.From == descending; beyond {
				break
			}
			if reached++; reached > rowCap {
				t.Fatalf("the rows of %+v are past the cap", p)
			}
			if p.Holds(n) {
				held++
				list = append(list, r)
			}
		}
		if held != p.Rows {
			t.Fatalf("%+v holds %d rows", p, held)
		}
	}
	return list
}

// complete checks that a scan has all rows, each once, in order.
func (c *counted) complete(t *rapid.T, got []*record, descending bool) {
	seen := map[*record]bool{}
	for i, r := range got {
		if seen[r] {
			t.Fatalf("%v comes twice", r)
		}
		if seen[r] = true; i == 0 {
			continue
		}
		if last, n := c.value(got[i-1]), c.value(r); n != last && n < last != descending {
			t.Fatalf("%d after %d", n, last)
		}
	}
	if len(got) != len(c.records) {
		t.Fatalf("%d rows of %d", len(got), len(c.records))
	}
}

// drawValues draws more values than the cap, and counts how often the most frequent one is among them.
func drawValues(t *rapid.T, rowCap int64, distinct, rows int) (values []int64, most int64) {
	each := map[int64]int64{}
	for range rapid.IntRange(int(rowCap)+1, rows).Draw(t, "rows") {
		n := int64(rapid.IntRange(0, distinct).Draw(t, "value"))
		each[n]++
		most = max(most, each[n])
		values = append(values, n)
	}
	return values, most
}

// divided are the tables whose results can be cut, and the orders in which they can be.
func divided(refused Refusals) (orders map[*table.Table][]Order) {
	orders = map[*table.Table][]Order{}
	for _, of := range catalog.Tables() {
		if of.Sort.Divide == "" {
			continue
		}
		for _, o := range []Order{{}, {of.Sort.Divide, false}, {of.Sort.Divide, true}} {
			s := Series{Table: of}
			if s.sort(o, args{}); s.Splittable(refused) == "" {
				orders[of] = append(orders[of], o)
			}
		}
	}
	return orders
}

// boundsRefused is an API that takes no gte and no lte.
func boundsRefused() Refusals {
	refused := Refusals{}
	for _, of := range catalog.Tables() {
		for _, f := range of.Fields {
			refused[Refusal{f.Filter.Field, table.AtLeast}], refused[Refusal{f.Filter.Field, table.AtMost}] = true, true
		}
	}
	return refused
}

// The law of parts: they hold every row exactly once, in order, and few questions are paid for. Rows of one value are
// told apart by the texts that every URL has; tables without URLs say that there are too many. Where the API refuses the
// bounds, between does, of which nobody says whether it includes its ends.
func TestPartsAreCompleteAndDisjoint(t *testing.T) {
	bounded, between := divided(nil), divided(boundsRefused())
	eachTable(t, func(t *rapid.T, of *table.Table) {
		if of.Sort.Divide == "" {
			return
		}
		if len(bounded[of]) == 0 {
			t.Fatal("it cannot be cut in any order")
		}
		orders, refused := bounded, Refusals(nil)
		if rapid.Bool().Draw(t, "refused") && len(between[of]) > 0 {
			orders, refused = between, boundsRefused()
		}
		rowCap := rapid.Int64Range(10, 40).Draw(t, "cap")
		values, most := drawValues(t, rowCap, rapid.IntRange(1, 400).Draw(t, "values"), 200)
		c := countedRows(of, values, func(i int) string { return fmt.Sprintf("https://e.com/%d", i) })
		c.refused, c.reading.betweenExcludes = refused, rapid.Bool().Draw(t, "excludes")
		s := c.splitter(rapid.SampledFrom(orders[of]).Draw(t, "order"), rowCap)
		descending := s.Series.Order.Descending
		s.AtLeast = rapid.Int64Range(0, max(rowCap-most, 0)).Draw(t, "read")
		if rapid.Bool().Draw(t, "filtered") {
			s.Series = s.Series.With(table.Filter{{is(userField, "has", int64(0))}})
			for _, r := range c.records {
				r.user = 1
			}
			c.records = append(c.records, countedRows(of, values[:5], func(int) string { return "https://e.com/" }).records...)
		}
		parts, err := s.Parts()
		c.records = c.records[:len(values)]
		var tooMany *TooManyRowsError
		if errors.As(err, &tooMany) && most > rowCap {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(s.telling()) == 0 && most > rowCap {
			t.Fatalf("%d rows of one value are told apart by %+v", most, parts)
		}
		if parts[0].Rows < s.AtLeast {
			t.Fatalf("%d rows are read, and the first part is %+v", s.AtLeast, parts[0])
		}
		c.complete(t, c.read(t, parts, descending, rowCap), descending)
		perPart := 2 * bits.Len64(uint64(maxCount))
		if descending {
			perPart = bits.Len64(uint64(s.First)) + 1
		}
		if most <= rowCap && c.counts > perPart*len(parts) {
			t.Fatalf("%d questions for %d parts, the first value is %d", c.counts, len(parts), s.First)
		}
	})
}

func TestAValuePastTheCapIsDividedByItsURLs(t *testing.T) {
	for of, orders := range divided(nil) {
		for i := range 2 * len(orders) {
			order, value := orders[i/2], int64(7*(i%2))
			c := countedRows(of, slices.Repeat([]int64{value}, 100), func(i int) string { return fmt.Sprintf("https://e.com/%d", i) })
			s := c.splitter(order, 40)
			parts, err := s.Parts()
			var tooMany *TooManyRowsError
			if len(s.telling()) == 0 {
				if !errors.As(err, &tooMany) || !strings.Contains(err.Error(), fmt.Sprintf("100 of them share %s = %d", of.Sort.Divide, value)) {
					t.Errorf("%s: %+v, %v", of.Name, parts, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v", of.Name, err)
			}
			rows := int64(0)
			for _, p := range parts {
				n, _ := c.count(p.Filter)
				if rows += n; n > 40 || n != p.Rows || p.From != value || p.To != value {
					t.Errorf("%s: %d rows in %+v", of.Name, n, p)
				}
			}
			if rows != 100 {
				t.Errorf("%s: %d rows of 100", of.Name, rows)
			}
		}
	}
}

// What tells rows apart is what every row has, and by comparisons that exclude each other.
func TestWhatTellsRowsApart(t *testing.T) {
	for name, want := range map[string]struct {
		refused Refusals
		fields  []string
	}{
		"serpstat_outlink":    {nil, []string{"url_to", "url_from"}},
		"serpstat_backlink":   {Refusals{{"url_to", table.NotContains}: true}, []string{"url_from"}},
		"serpstat_out_domain": {nil, nil},
		"serpstat_ref_domain": {nil, nil},
	} {
		s := Splitter{Series: Series{Table: catalog.Of(name)}, Refused: want.refused}
		if got := s.telling(); !slices.Equal(got, want.fields) {
			t.Errorf("%s: %v, want %v", name, got, want.fields)
		}
	}
}

func TestWhatCannotBeCutFailsWithNumbers(t *testing.T) {
	c := countedRows(outlinks, slices.Repeat([]int64{7}, 100), func(int) string { return "https://e.com" })
	s := c.splitter(Order{}, 40)
	_, err := s.Parts()
	var tooMany *TooManyRowsError
	if !errors.As(err, &tooMany) || tooMany.Total != 100 || tooMany.Cap != 40 ||
		err.Error() != "e.com has 100 rows for this query, the API gives at most 40 of them and 100 of them share links_ext = 7, which nothing tells apart: add a LIMIT of at most 40, or a filter such as links_ext >= … or url_from like '%…%'" {
		t.Errorf("got %v", err)
	}
	s.Count = func(table.Filter) (int64, error) { return 101, nil }
	if _, err := s.Parts(); err == nil || !strings.Contains(err.Error(), "its rows change while it is read") {
		t.Errorf("got %v", err)
	}
	broken := errors.New("broken")
	s.Count = func(table.Filter) (int64, error) { return 0, broken }
	if _, err := s.Parts(); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	few := countedRows(outlinks, []int64{9, 5, 5, 5, 1}, func(int) string { return "https://e.com" })
	s = few.splitter(Order{}, 3)
	s.AtLeast = 2
	if parts, err := s.Parts(); err != nil || len(parts) != 3 || parts[0].Rows != 1 { // which cannot hold what was read
		t.Errorf("got %+v, %v", parts, err)
	}
}

func TestWhySomeSeriesCannotBeCut(t *testing.T) {
	undivided := *outlinks
	undivided.Sort.Divide = ""
	all := Refusals{{"links_external", table.AtMost}: true, {"links_external", table.Between}: true}
	links := Order{"links_ext", true}
	for name, tt := range map[string]struct {
		series  Series
		refused Refusals
		want    string // "" is splittable
	}{
		"as it is":      {Series{Table: outlinks, Order: links}, nil, ""},
		"the other way": {Series{Table: outlinks, Order: Order{"links_ext", false}}, nil, ""},
		"thinned":       {Series{Table: outlinks, Order: links, Thinned: true}, nil, "a scan with link_per_domain cannot be cut"},
		"undivided":     {Series{Table: &undivided}, nil, "nothing is known by which it can be cut"},
		"unordered":     {Series{Table: outlinks}, nil, "that in one order only"},
		"other order":   {Series{Table: catalog.Of("serpstat_ref_domain"), Order: Order{"domain_rank", true}}, nil, "that in one order only"},
		"bound refused": {Series{Table: outlinks, Order: links}, Refusals{{"links_external", table.AtMost}: true}, ""},
		"all refused":   {Series{Table: outlinks, Order: links}, all, "no parts of them in this order, since the filter of links_ext"},
		"from below":    {Series{Table: outlinks, Order: Order{"links_ext", false}}, all, ""},
		"no bound":      {Series{Table: catalog.Of("serpstat_out_domain"), Order: Order{"links", true}}, nil, "no parts of them in this order, since the filter of links"},
		"its bound":     {Series{Table: catalog.Of("serpstat_out_domain"), Order: Order{"links", false}}, nil, ""},
	} {
		got := tt.series.Splittable(tt.refused)
		if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		asked := false
		s := Splitter{Series: tt.series, Total: 100, RowCap: 10, Refused: tt.refused, Count: func(table.Filter) (int64, error) {
			asked = true
			return 0, nil
		}}
		var tooMany *TooManyRowsError
		if _, err := s.Parts(); tt.want != "" && (asked || !errors.As(err, &tooMany) || tooMany.Reason != got) {
			t.Errorf("%s: %v, asked %t", name, err, asked)
		}
		want := cmp.Or(got, "that in one order only (a limit above them)")
		if err := tt.series.TooMany(100, 10, tt.refused); !errors.As(err, &tooMany) || tooMany.Reason != want || tooMany.Total != 100 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the error advises is a clause that the table's filter takes.
func TestTheHintOfTooManyRows(t *testing.T) {
	undivided := *outlinks
	undivided.Sort.Divide, undivided.Fields = "", nil
	for want, of := range map[string]*table.Table{
		", or a filter such as links >= … or host_to like '%…%'":      catalog.Of("serpstat_out_domain"),
		", or a filter such as links_ext >= … or url_from like '%…%'": catalog.Of("serpstat_lost_backlink"),
		"": &undivided,
	} {
		var tooMany *TooManyRowsError
		if err := (Series{Table: of}).TooMany(9, 5, nil); !errors.As(err, &tooMany) || tooMany.Hint != want || !strings.HasSuffix(err.Error(), "at most 5"+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
