package serpstat

import (
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// A LIMIT with a clause that the API cannot check: the next page is as large as the share of matching rows so far
// promises, rounded up, and never larger than what was read so far.
func TestPageSizesUnderALimitWithAResidual(t *testing.T) {
	for name, c := range map[string]struct {
		matches func(i int) bool // of the row that comes as number i
		limit   int64
		sort    string
		domains []any
		want    string // of the first domain
	}{
		"all match":                          {func(int) bool { return true }, 40, "", []any{"a.com"}, "40"},
		"the first page's share was a fluke": {func(i int) bool { return i == 0 || i >= 60 }, 60, "", []any{"a.com"}, "60 60"},
		"half match":                         {func(i int) bool { return i%2 == 0 }, 60, "", []any{"a.com"}, "60 60"},
		"nearly all match, rounded up":       {func(i int) bool { return i != 5 && i != 6 && i != 7 }, 60, "", []any{"a.com"}, "60 4"},
		"none match at first":                {func(i int) bool { return i >= 130 }, 60, "", []any{"a.com"}, "60 60 120"},
		"rare ones, another domain follows":  {func(i int) bool { return i%20 == 0 }, 10, "", []any{"a.com", "b.com"}, "10 10 20 40 80 40"},
		"rare ones, in an order":             {func(i int) bool { return i%20 == 0 }, 10, "links_ext desc", []any{"a.com"}, "10 10 20 40 80 40"},
	} {
		t.Run(name, func(t *testing.T) {
			rows := serpstatsim.Generate("a.com", 900, 31)
			for i := range rows {
				rows[i].LinksExt, rows[i].LinkType = int64(900-i), "text"
				if c.matches(i) {
					rows[i].LinkType = "href"
				}
			}
			r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
			got := r.must(query{limit: c.limit, sort: c.sort, quals: quals(where("query", "=", c.domains), where("link_type", "=", "href"))})
			if sizes := r.pageSizes("a.com"); sizes != c.want || int64(len(got)) != c.limit {
				t.Errorf("%d rows with pages of %s, want %s", len(got), sizes, c.want)
			}
		})
	}
}
