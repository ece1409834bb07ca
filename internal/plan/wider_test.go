package plan

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// A series includes another only where every row of that one is among its own, under every reading.
func TestWhichSeriesIncludeOthers(t *testing.T) {
	seriesOf := func(quals ...Qual) Series {
		p, err := New(Input{Table: outlinks, Limit: -1, Quals: append(quals, equalTo("query", "a.com"))})
		if err != nil || len(p.Sources) != 1 {
			t.Fatal(err, p)
		}
		return p.Sources[0].Series
	}
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	more := func(n int64) Series { // which the API takes as gt
		p, err := New(Input{Table: catalog.Of("serpstat_anchor"), Limit: -1, Quals: []Qual{where("links", Greater, n), equalTo("query", "a.com")}})
		if err != nil || p.Sources[0].Series.Request.Filter[0][0].CompareType != table.MoreThan {
			t.Fatal(err, p)
		}
		return p.Sources[0].Series
	}
	all, few := seriesOf(), seriesOf(where("links_ext", Less, int64(50)))
	own := equalTo("complex_filter", `[[{"field":"anchor","compareType":"contains","value":["x"]}]]`)
	for name, tt := range map[string]struct {
		wide, narrow Series
		want         bool
	}{
		"itself":                      {few, few, true},
		"all":                         {all, few, true},
		"not all":                     {few, all, false},
		"a narrower bound":            {few, seriesOf(where("links_ext", Less, int64(9))), true},
		"a wider bound":               {few, seriesOf(where("links_ext", Less, int64(90))), false},
		"a bound from the other side": {few, seriesOf(where("links_ext", Greater, int64(9))), false},
		"a later day":                 {seriesOf(where("first_seen", Greater, day(2024, 3, 1))), seriesOf(where("first_seen", Greater, day(2024, 10, 9))), true},
		"an earlier day":              {seriesOf(where("first_seen", Greater, day(2024, 10, 9))), seriesOf(where("first_seen", Greater, day(2024, 3, 1))), false},
		"a day of a range":            {seriesOf(where("first_seen", Greater, day(2024, 3, 1))), seriesOf(where("first_seen", Greater, day(2024, 3, 1)), equalTo("first_seen", day(2024, 10, 9))), true},
		"until an earlier day":        {seriesOf(where("last_visited", Less, day(2024, 10, 9))), seriesOf(where("last_visited", Less, day(2024, 3, 1))), true},
		"until a later day":           {seriesOf(where("last_visited", Less, day(2024, 3, 1))), seriesOf(where("last_visited", Less, day(2024, 10, 9))), false},
		"a day from the other side":   {seriesOf(where("first_seen", Greater, day(2024, 3, 1))), seriesOf(where("last_visited", Less, day(2024, 10, 9))), false},
		"a range":                     {seriesOf(where("links_ext", Greater, int64(9))), seriesOf(where("links_ext", Greater, int64(10)), where("links_ext", Less, int64(20))), true},
		"one of several":              {seriesOf(where("url_to", Like, "%a%")), seriesOf(where("url_to", Like, "%a%"), where("link_text", Like, "%b%")), true},
		"another text":                {seriesOf(where("url_to", Like, "%a%")), seriesOf(where("url_to", Like, "%b%")), false},
		"a list and one of it":        {seriesOf(equalTo("links_ext", int64(3), int64(9))), seriesOf(where("links_ext", Equal, int64(9))), true},
		"one of a list":               {seriesOf(where("links_ext", Equal, int64(9))), seriesOf(equalTo("links_ext", int64(3), int64(9))), false},
		"the user's filter":           {all, seriesOf(own), false},
		"the user's filter, twice":    {seriesOf(own), seriesOf(own, where("links_ext", Less, int64(9))), true},
		"without the user's filter":   {seriesOf(own), all, false},
		"thinned":                     {seriesOf(equalTo("link_per_domain", int64(2))), seriesOf(equalTo("link_per_domain", int64(2)), own), false},
		"thinned, in another order":   {seriesOf(equalTo("link_per_domain", int64(2))), seriesOf(equalTo("link_per_domain", int64(2)), equalTo("sort_order", "asc")), false},
		"thinned, the other way":      {seriesOf(equalTo("link_per_domain", int64(2)), equalTo("sort_order", "desc")), seriesOf(equalTo("link_per_domain", int64(2)), equalTo("sort_order", "asc")), false},
		"thinned, the same":           {seriesOf(equalTo("link_per_domain", int64(2))), seriesOf(equalTo("link_per_domain", int64(2))), true},
		"in another order":            {all, seriesOf(equalTo("sort_order", "asc")), true},
		"another parameter":           {all, seriesOf(equalTo("search_type", "domain")), false},
		"more than a larger number":   {more(3), more(9), true},
		"more than a smaller number":  {more(9), more(3), false},
		"the default, written":        {all, seriesOf(equalTo("search_type", "domain_with_subdomains")), true},
	} {
		if got := tt.wide.Includes(tt.narrow); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Conditions on one field: whatever passes the narrow filter passes the wide one.
func TestWiderFiltersLetThroughMore(t *testing.T) {
	condition := rapid.Custom(func(t *rapid.T) table.Condition {
		compare := rapid.SampledFrom([]string{table.AtLeast, table.AtMost}).Draw(t, "compare")
		return table.Condition{Field: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "field"), CompareType: compare, Value: []any{rapid.Int64Range(0, 4).Draw(t, "value")}}
	})
	filter := rapid.SliceOfN(rapid.SliceOfN(condition, 1, 3), 0, 3)
	passes := func(f [][]table.Condition, row map[string]int64) bool {
		for _, group := range f {
			all := true
			for _, c := range group {
				n := c.Value[0].(int64)
				all = all && (c.CompareType == table.AtLeast && row[c.Field] >= n || c.CompareType == table.AtMost && row[c.Field] <= n)
			}
			if all {
				return true
			}
		}
		return len(f) == 0
	}
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		wide, narrow := filter.Draw(t, "wide"), filter.Draw(t, "narrow")
		if !wider(wide, narrow) {
			return
		}
		found++
		for a := range int64(6) {
			for b := range int64(6) {
				row := map[string]int64{"a": a, "b": b}
				if passes(narrow, row) && !passes(wide, row) {
					t.Fatalf("%v passes %v and not %v", row, narrow, wide)
				}
			}
		}
	})
	if found == 0 {
		t.Error("no filter was found to be wider")
	}
}

// One of the API's named filters says nothing of another.
func TestNamedFiltersAreNotMixedUp(t *testing.T) {
	named := func(name string) table.Filter { return table.Filter{{{Additional: name}}} }
	if wider(named("new"), named("lost")) || !wider(named("new"), named("new")) {
		t.Error("a filter is taken for another")
	}
}
