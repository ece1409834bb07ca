package serpstat

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// A reader who pauses, as a cursor or less does, has paid for two pages beyond the one that it is in, at a request a
// second; none is asked for while it pauses, and when it goes on it gets all.
func TestAReaderWhoPausesPaysForLittleMore(t *testing.T) {
	ends := []int64{125, 250, 500, 1000, 2000, 3000, 4000, 5000} // of pages
	world := around(5000, 1)
	forPagedTables(t, func(t *testing.T, declared *table.Table) {
		pauses, rates := []int{1500, 260, 1, 100, 130, 600, 2999}, []int{1, 1000}
		for i := range repetition.Times(1, len(pauses)*len(rates)) {
			i += slices.Index(catalog.Tables(), declared) // in make test each table has another
			pause, rate := pauses[i%len(pauses)], rates[i%len(rates)]
			r := newRig(t, serpstatsim.Options{Domains: world}, fmt.Sprintf("requests_per_second = %d", rate))
			r.bubble(func(t *testing.T) {
				paid := int64(0)
				got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, site), onRow: func(rows int) {
					if rows == pause {
						time.Sleep(time.Hour)
						_, paid = r.cost()
					}
				}})
				page := 0
				for ends[page] < int64(pause) {
					page++
				}
				if most := ends[min(page+2, len(ends)-1)]; paid > most {
					t.Errorf("a reader who pauses in row %d at %d requests a second has paid %d credits, want %d at most", pause, rate, paid, most)
				}
				if _, credits := r.cost(); got.err != nil || len(got.rows) != 5000 || credits != 5000 {
					t.Errorf("then %d rows for %d credits, %v", len(got.rows), credits, got.err)
				}
			})
		}
	})
}

// A scan that is read as fast as it comes takes little longer than the rate and the latency do: its first pages are read
// one by one, and then none waits for another.
func TestAScanKeepsThePaceOfTheRateLimit(t *testing.T) {
	for rate, most := range map[int]float64{10: 1.25, 1: 1.01} {
		const latency = 500 * time.Millisecond
		r := newRig(t, serpstatsim.Options{Domains: around(10_217, 1), Latency: latency}, fmt.Sprintf("max_credits = 0\nrequests_per_second = %d", rate))
		r.bubble(func(t *testing.T) {
			begun := time.Now()
			got := r.run(query{columns: []string{"raw"}, quals: quals(where("query", "=", site))})
			took := time.Since(begun)
			requests, _ := r.cost()
			each := time.Second / time.Duration(rate)
			// How many rows there are is in the first answer: nothing follows it sooner.
			floor := max(each, latency) + time.Duration(requests-2)*each + latency
			if ratio := took.Seconds() / floor.Seconds(); got.err != nil || len(got.rows) != 10_217 || ratio > most {
				t.Errorf("%d requests a second: %d rows, %v; %d requests took %v, %.2f of the least, want %.2f", rate, len(got.rows), got.err, requests, took, ratio, most)
			}
			t.Logf("%d requests a second: %d requests took %v, the least is %v", rate, requests, took, floor)
		})
	}
}
