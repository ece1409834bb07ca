package serpstat

import (
	"fmt"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// A first value of links_ext with more rows than the cap is divided, and those of its rows that were read before that
// was clear do not come again with the divided parts.
func TestAFirstValuePastTheRowCapComesOnce(t *testing.T) {
	for _, top := range []int{0, 10} { // rows with other values, which come first in descending order
		rows := alikeBut(top, 55)
		r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
		for _, sort := range []string{"", "links_ext asc", "links_ext desc"} {
			for _, limit := range []int64{0, smallCap + 200} {
				t.Run(fmt.Sprintf("%d, %s, %d", top, sort, limit), func(t *testing.T) {
					r.forget()
					got := r.run(query{sort: sort, limit: limit, quals: quals(where("query", "=", "big.com"))})
					seen := map[any]bool{}
					for _, row := range got.rows {
						if seen[row["url_to"]] {
							t.Fatalf("%s comes twice", row["url_to"])
						}
						seen[row["url_to"]] = true
					}
					switch {
					case got.err != nil:
						t.Error(got.err)
					case limit == 0:
						checkAll(t, rows, got.rows, sort)
					case int64(len(got.rows)) != limit:
						t.Errorf("%d rows", len(got.rows))
					}
				})
			}
		}
	}
}
