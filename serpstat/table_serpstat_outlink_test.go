package serpstat

import (
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func TestMainQueryReturnsAllRowsForTheirCredits(t *testing.T) {
	r := newRig(t, serpstatsim.Options{Domains: serpstatsim.Bundled()}, "")
	got := r.run(query{quals: quals(where("query", "=", "serpstat.com"))})
	if got.err != nil {
		t.Fatal(got.err)
	}
	requests, credits := r.cost()
	t.Log(requests, credits)
	if len(got.rows) != 3002 || credits != 3002 || requests > 4+4 {
		t.Errorf("%d rows for %d credits in %d requests, want 3002 for 3002 in at most 8", len(got.rows), credits, requests)
	}
	t.Log(got.rows[0])
	r.sim.Reset()
	got = r.run(query{quals: quals(where("query", "=", "big.example"))})
	requests, credits = r.cost()
	t.Log(len(got.rows), got.err, requests, credits)
}
