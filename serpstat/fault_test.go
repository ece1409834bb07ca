package serpstat

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// recoverable faults go away when a request is repeated; the others end the query with an error.
var recoverable = map[serpstatsim.FaultKind]bool{
	serpstatsim.RateLimitedObject: true, serpstatsim.RateLimitedStatus: true, serpstatsim.ServerErrorObject: true, serpstatsim.ServerErrorStatus: true,
	serpstatsim.RateLimited32000: true, serpstatsim.HTML502: true, serpstatsim.EchoToken: true, serpstatsim.CutBody: true, serpstatsim.CloseConnection: true, serpstatsim.Stall: true,
	serpstatsim.ForeignID: true, serpstatsim.NegativeTotal: true, serpstatsim.AbsurdTotal: true, serpstatsim.HugeBody: true,
	serpstatsim.DeepNesting: true, serpstatsim.WrongType: true,
}

// missing faults leave rows out, or give others, so that pages are asked for again.
var missing = map[serpstatsim.FaultKind]bool{serpstatsim.EmptyPage: true, serpstatsim.ShortPage: true, serpstatsim.NoData: true, serpstatsim.SmallPages: true,
	serpstatsim.SamePage: true, serpstatsim.HalfTotal: true}

// Each fault at the first, a middle and the last page, read one page at a time and fetched ahead: the full
// answer, or a clear error; never a row twice.
func TestFaultsEndInAFullAnswerOrAnError(t *testing.T) {
	rows := serpstatsim.Generate("f.com", 510, 5)
	for _, concurrent := range []int{1, 10} {
		for _, request := range []int{1, 2, 4} { // the first, a middle and the last page
			for kind := serpstatsim.RateLimitedObject; kind <= serpstatsim.InvalidUTF8; kind++ {
				if (concurrent+request/2+int(kind))%repetition.Times(2, 1) != 0 {
					continue // in make test each kind comes in both ways, and at each page in one
				}
				domain := fmt.Sprintf("f%d-%d-%d.com", kind, request, concurrent)
				r := newRig(t, serpstatsim.Options{
					Domains: map[string][]serpstatsim.Row{domain: rows},
					Faults:  []serpstatsim.Fault{{Kind: kind, Request: request, Times: 1}},
				}, fmt.Sprintf("max_concurrent_requests = %d\n", concurrent))
				want := len(rows)
				if kind == serpstatsim.NoData && request == 1 {
					want = 0 // as for a domain that has none
				}
				r.bubble(func(t *testing.T) {
					if err := checkFault(r, kind, domain, want); err != nil {
						t.Errorf("%s at request %d, %d at a time: %v", kind, request, concurrent, err)
					}
				})
			}
		}
	}
}

func checkFault(r *rig, kind serpstatsim.FaultKind, domain string, want int) error {
	got := r.run(query{columns: []string{"url_to"}, quals: quals(where("query", "=", domain))})
	requests, _ := r.cost()
	switch {
	case got.err != nil && (recoverable[kind] || missing[kind]):
		return got.err
	case got.err == nil && len(got.rows) != want:
		return fmt.Errorf("%d rows, want %d, and no error", len(got.rows), want)
	case got.err != nil && strings.Contains(got.err.Error(), testToken):
		return fmt.Errorf("the token is in %w", got.err)
	}
	most := 4 + 3
	if missing[kind] {
		most = 14 // all may be read again, or pages are no larger than the one that came short: perhaps the API gives no more
	}
	if len(got.rows) > want || requests > most {
		return fmt.Errorf("%d rows of %d, %d requests", len(got.rows), want, requests)
	}
	return nil
}

// An error after rows is never lost, be the reader slow or the cache on: without internal/steampipe one
// in two was, in the SDK.
func TestAnErrorAfterRowsIsNeverLost(t *testing.T) {
	rows := serpstatsim.Generate("e.com", 130, 1)
	r := newRig(t, serpstatsim.Options{}, "")
	for i := range repetition.Times(12, 300) {
		domain := fmt.Sprintf("e%d.com", i)
		r.sim.SetRows(domain, rows)
		r.sim.Reset()
		r.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.InvalidToken, Request: 2})
		q := query{cache: i%2 == 0, slow: i % 3 * 20, quals: quals(where("query", "=", domain))}
		if got := r.run(q); got.err == nil || !strings.Contains(got.err.Error(), "Invalid token") {
			t.Fatalf("round %d: %d rows and the error %v", i, len(got.rows), got.err)
		}
		r.sim.SetFaults()
		if got := r.run(q); got.err != nil || len(got.rows) != 130 {
			t.Fatalf("round %d: the failed scan has left %d rows in the cache (%v)", i, len(got.rows), got.err)
		}
	}
}

// Many scans at a time with random faults: right or failed, and nothing left behind, which the bubble sees to.
func TestSoak(t *testing.T) {
	scans, size := repetition.Times(30, 200), repetition.Times(400, 1300)
	rows := serpstatsim.Generate("s.com", size, 4)
	var faults []serpstatsim.Fault
	for _, k := range []serpstatsim.FaultKind{serpstatsim.RateLimitedObject, serpstatsim.ServerErrorStatus, serpstatsim.CutBody, serpstatsim.CloseConnection, serpstatsim.ForeignID} {
		faults = append(faults, serpstatsim.Fault{Kind: k, Probability: 0.01})
	}
	domains := map[string][]serpstatsim.Row{}
	for i := range scans {
		domains[fmt.Sprintf("s%d.com", i)] = rows
	}
	r := newRig(t, serpstatsim.Options{Domains: domains, Faults: faults}, "max_concurrent_requests = 20\n")
	r.bubble(func(t *testing.T) {
		var wg sync.WaitGroup
		for i := range scans {
			wg.Go(func() {
				got := r.run(query{stop: map[bool]int{true: 40}[i%10 == 0], quals: quals(where("query", "=", fmt.Sprintf("s%d.com", i)))})
				if i%10 != 0 && (got.err != nil || len(got.rows) != size) {
					t.Errorf("scan %d: %d rows, %v", i, len(got.rows), got.err)
				}
			})
		}
		wg.Wait()
	})
}

// Rows go while they are read, so that those after them move. Some have been streamed: the answer cannot be whole.
func TestDataThatChangesWhileItIsReadIsAnError(t *testing.T) {
	rows := serpstatsim.Generate("c.com", 3000, 6)
	var r *rig
	change := func(n int) {
		if n == 4 {
			r.sim.SetRows("c.com", rows[:2400])
		}
	}
	r = newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"c.com": rows}, Before: change}, "max_concurrent_requests = 1\n")
	got := r.run(query{quals: quals(where("query", "=", "c.com"))})
	if got.err == nil || !strings.Contains(got.err.Error(), "change while they are read") || len(got.rows) > 3000 {
		t.Errorf("%d rows, %v", len(got.rows), got.err)
	}
}

// Rows that stay away are an error, which says how many there are, or with allow_incomplete a warning.
func TestRowsThatStayAwayAreAnError(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		t.Run(fmt.Sprint("allowed: ", allowed), func(t *testing.T) {
			domain := fmt.Sprintf("away-%t.com", allowed)
			r := newRig(t, serpstatsim.Options{
				Domains: map[string][]serpstatsim.Row{domain: serpstatsim.Generate("away.com", 510, 5)},
				Faults:  []serpstatsim.Fault{{Kind: serpstatsim.EmptyPage, Probability: 1}},
			}, fmt.Sprintf("allow_incomplete = %t\n", allowed))
			got := r.run(query{quals: quals(where("query", "=", domain))})
			if warned := len(r.warnings(domain)) > 0; warned != allowed || allowed != (got.err == nil) {
				t.Errorf("%d rows, warned: %t, %v", len(got.rows), warned, got.err)
			}
			if !allowed && (got.err == nil || !strings.Contains(got.err.Error(), "0 of 510 rows")) {
				t.Errorf("the error is %v", got.err)
			}
		})
	}
}
