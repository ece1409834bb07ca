package execute_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// pastCap is a scan whose result is cut into parts of at most 1,000 rows.
func pastCap(quals ...plan.Qual) plan.Input {
	return plan.Input{Limit: -1, RowCap: 1000, Quals: append([]plan.Qual{of("a.com")}, quals...)}
}

// What has been bought in parts serves equal and narrower scans, also such as would be cut into others, and counts for no
// budget.
func TestPartsServeOtherScans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{rowCap: 1000, hosts: map[string][]host{"a.com": some(4000, 300)}}
		conn, kept := connect(a), execute.Options{Age: time.Hour}
		if _, err := run(t, conn, pastCap(), kept); err != nil {
			t.Fatal(err)
		}
		bought := a.credits
		kept.Budget = execute.NewBudget(1)
		for _, least := range []int64{0, 10, 137, 290} {
			got, err := run(t, conn, pastCap(is("links", plan.GreaterOrEqual, least)), kept)
			want := slices.DeleteFunc(slices.Clone(a.hosts["a.com"]), func(h host) bool { return h.links < least })
			if err != nil || a.credits != bought || !slices.Equal(sortedHosts(got.hosts), sortedHosts(want)) {
				t.Errorf("links >= %d: %d rows of %d for %d credits, %v", least, len(got.hosts), len(want), a.credits-bought, err)
			}
		}
	})
}

// What is kept holds none of the scans that read it, however early they ended: there may be any number of them.
func TestAScanThatHasEndedIsLetGoOf(t *testing.T) {
	a := &fakeAPI{rowCap: 1000, hosts: map[string][]host{"a.com": some(2500, 300)}}
	conn := connect(a)
	var scans []weak.Pointer[sink]
	if _, err := run(t, conn, pastCap(), execute.Options{Age: time.Hour}); err != nil {
		t.Fatal(err)
	}
	bought := a.credits
	for _, limit := range []int64{1, 1100, -1} {
		in, s := pastCap(), &sink{}
		in.Limit = limit
		if _, err := run(t, conn, in, execute.Options{Age: time.Hour, Reader: s}); err != nil {
			t.Fatal(err)
		}
		scans = append(scans, weak.Make(s))
	}
	if a.credits != bought {
		t.Errorf("%d more credits were spent", a.credits-bought)
	}
	runtime.GC()
	for i, scan := range scans {
		if scan.Value() != nil {
			t.Errorf("scan %d is still held", i+1)
		}
	}
	runtime.KeepAlive(conn)
}

// The first part holds what has been read before the result was cut, which is not bought again.
func TestTheFirstPartIsNotBoughtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hosts := some(1100, 300)
		for i := range hosts {
			hosts[i].links += 100
			if i < 150 { // fewer than are read by then, and enough to leave one part
				hosts[i].links = int64(i % 60)
			}
		}
		a := &fakeAPI{rowCap: 1000, hosts: map[string][]host{"a.com": hosts}}
		got, err := run(t, connect(a), pastCap(), execute.Options{})
		if err != nil || !slices.Equal(sortedHosts(got.hosts), sortedHosts(hosts)) || a.credits > 1100+40 {
			t.Errorf("%d rows of %d for %d credits, %v", len(got.hosts), len(hosts), a.credits, err)
		}
	})
}

// A LIMIT within the cap needs no parts, and no credits to find them. One beyond it, in an order in which there are none,
// is refused before it has bought what would not do.
func TestALimitAndTheCap(t *testing.T) {
	for _, x := range []struct {
		limit, budget int64
		order         plan.Order
		sort          string // the API's own
		tooMany       bool
		credits       int64 // at most
	}{
		{1700, 1700, plan.Order{}, "", false, 1700},
		{1700, 1700, plan.Order{Column: "domain_rank", Descending: true}, "", false, 1700},
		{4000, 9000, plan.Order{Column: "domain_rank", Descending: true}, "", true, 1000},
		{4000, 9000, plan.Order{}, "domain_from", true, 1000},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &fakeAPI{rowCap: 2000, hosts: map[string][]host{"a.com": some(5000, 300)}}
			in := plan.Input{Limit: x.limit, RowCap: 2000, Order: x.order, Quals: []plan.Qual{of("a.com")}}
			if x.sort != "" {
				in.Quals = append(in.Quals, is("sort_by", plan.Equal, x.sort))
			}
			got, err := run(t, connect(a), in, execute.Options{Budget: execute.NewBudget(x.budget)})
			tooMany := errors.As(err, new(*plan.TooManyRowsError))
			if tooMany != x.tooMany || !tooMany && (err != nil || int64(len(got.hosts)) != x.limit) || a.credits > x.credits {
				t.Errorf("limit %d, %v: %d rows for %d credits, %v", x.limit, x.order, len(got.hosts), a.credits, err)
			}
		})
	}
}

// A part that has fewer rows than were counted is no answer.
func TestAPartLacksRowsThatWereCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{rowCap: 1000, hosts: map[string][]host{"a.com": some(4000, 300)}}
		a.before = func(_ int, req table.Request) error {
			if len(req.Filter) > 0 && req.Size > 1 { // the second part is read
				least := req.Filter[0][0].Value[0].(int64)
				a.hosts["a.com"] = slices.DeleteFunc(a.hosts["a.com"], func(h host) bool { return h.links == least+1 })
				a.before = nil
			}
			return nil
		}
		var incomplete *series.IncompleteError
		if got, err := run(t, connect(a), pastCap(), execute.Options{}); !errors.As(err, &incomplete) || a.before != nil {
			t.Errorf("%d rows, %v", len(got.hosts), err)
		}
	})
}
