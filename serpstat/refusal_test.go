package serpstat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// A filter that is refused before any row has come is left out, which changes nothing in the answer. Refused later,
// once rows are with their reader, the scan cannot begin anew: each row comes once, or there is an error.
func TestAFilterThatIsRefusedInTheMiddleOfAScan(t *testing.T) {
	rows := numbered(1500, 41)
	for i := range rows {
		rows[i].LinksExt = int64(i % 3)
	}
	for request := 1; request <= 4; request++ {
		for _, limit := range []int64{0, 400} {
			t.Run(fmt.Sprintf("at request %d, limit %d", request, limit), func(t *testing.T) {
				sim := serpstatsim.Options{
					Domains: map[string][]serpstatsim.Row{"a.com": rows},
					Faults:  []serpstatsim.Fault{{Kind: serpstatsim.FilterRefused, Request: request, Times: 1}},
				}
				r := newRig(t, sim, "max_concurrent_requests = 1")
				// 1,000 rows in pages that are read one by one, be there a limit or not.
				got := r.run(query{limit: limit, quals: quals(where("query", "=", "a.com"), where("links_ext", ">=", int64(1)), where("link_type", "=", "href"))})
				seen := map[any]bool{}
				for _, row := range got.rows {
					if seen[row["url_to"]] {
						t.Fatalf("%s comes twice", row["url_to"])
					}
					seen[row["url_to"]] = true
				}
				requests, _ := r.cost()
				want := 1000
				if limit > 0 {
					want = int(limit)
				}
				switch refused := requests >= request; {
				case request == 1 || !refused:
					if got.err != nil || len(got.rows) != want {
						t.Errorf("%d rows, %v, want %d", len(got.rows), got.err, want)
					}
				case got.err == nil || !strings.Contains(got.err.Error(), "filter") || len(got.rows) == 0 || requests != request:
					t.Errorf("%d rows, %v, %d requests", len(got.rows), got.err, requests)
				}
			})
		}
	}
}
