package serpstat

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// pageSizes are the sizes of a domain's requests, in the order in which they came.
func (r *rig) pageSizes(domain string) string {
	var sizes []string
	for _, req := range r.sim.Requests() {
		if req.Query == domain {
			sizes = append(sizes, fmt.Sprint(req.Size))
		}
	}
	return strings.Join(sizes, " ")
}

// An API that does not sort as it was asked is found out, in both directions: on the first page, on a later one, and in
// the parts of a result past the row cap, which hang on the order though the user asked for none.
func TestAnAnswerOutOfOrderIsFoundOut(t *testing.T) {
	rows, big := numbered(1500, 21), numbered(5000, 22)
	for _, sort := range []string{"", "links_ext asc", "links_ext desc"} {
		for name, c := range map[string]struct {
			rows   []serpstatsim.Row
			rowCap int
			limit  int64
			fault  serpstatsim.Fault
			always bool // or only where the user asks for an order
		}{
			"first page":       {rows, 0, 0, serpstatsim.Fault{Request: 1}, false},
			"third page":       {rows, 0, 0, serpstatsim.Fault{Request: 3}, false},
			"a limit":          {rows, 0, 200, serpstatsim.Fault{Request: 1}, false},
			"past the row cap": {big, smallCap, 0, serpstatsim.Fault{Page: 3}, true},
		} {
			t.Run(sort+", "+name, func(t *testing.T) {
				c.fault.Kind = serpstatsim.BrokenOrder
				sim := serpstatsim.Options{RowCap: c.rowCap, Domains: map[string][]serpstatsim.Row{"a.com": c.rows}, Faults: []serpstatsim.Fault{c.fault}}
				r := newRig(t, sim, "max_concurrent_requests = 1")
				got := r.run(query{sort: sort, limit: c.limit, quals: quals(where("query", "=", "a.com"))})
				want := "not sorted by " + cmp.Or(sort, "links_ext desc")
				switch {
				case sort == "" && !c.always:
					if got.err != nil {
						t.Errorf("no order was asked for: %v", got.err)
					}
				case got.err == nil || !strings.Contains(got.err.Error(), want):
					t.Errorf("%d rows and %v, want %q", len(got.rows), got.err, want)
				}
			})
		}
	}
}

// The first rows in an order, of several domains: each of them may have them all, so that each is asked for its share
// first, and then for no more than it has brought.
func TestTheFirstRowsOfSeveralDomainsCostLittle(t *testing.T) {
	of := func(n, from int) []serpstatsim.Row {
		rows := serpstatsim.Generate("x.com", n, uint64(from))
		for i := range rows {
			rows[i].LinksExt = int64(from + i%10)
		}
		return rows
	}
	list := where("query", "=", []any{"a.com", "b.com", "c.com"})
	for name, c := range map[string]struct {
		domains map[string][]serpstatsim.Row
		query   query
		sizes   map[string]string
	}{
		"one has a few more than its share": {
			map[string][]serpstatsim.Row{"a.com": append(of(40, 900), of(400, 0)...), "b.com": append(of(30, 500), of(400, 0)...), "c.com": append(of(30, 500), of(400, 0)...)},
			query{sort: "links_ext desc", limit: 90, quals: quals(list)},
			map[string]string{"a.com": "30 30", "b.com": "30", "c.com": "30"},
		},
		"one has them all": {
			map[string][]serpstatsim.Row{"a.com": of(400, 900), "b.com": of(400, 500), "c.com": of(400, 0)},
			query{sort: "links_ext desc", limit: 90, quals: quals(list)},
			map[string]string{"a.com": "30 30 30", "b.com": "30", "c.com": "30"},
		},
		"the other end": {
			map[string][]serpstatsim.Row{"a.com": of(400, 900), "b.com": of(400, 500), "c.com": of(400, 0)},
			query{sort: "links_ext asc", limit: 90, quals: quals(list)},
			map[string]string{"a.com": "30", "b.com": "30", "c.com": "30 30 30"},
		},
		"no order: the first domain fills the limit": {
			map[string][]serpstatsim.Row{"a.com": of(400, 900), "b.com": of(400, 500), "c.com": of(400, 0)},
			query{limit: 90, quals: quals(list)},
			map[string]string{"a.com": "90", "b.com": "", "c.com": ""},
		},
		"no order: the next one gives the rest": {
			map[string][]serpstatsim.Row{"a.com": of(60, 900), "b.com": of(400, 500), "c.com": of(400, 0)},
			query{limit: 90, quals: quals(list)},
			map[string]string{"a.com": "90", "b.com": "30", "c.com": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			// All requests that are made at a time arrive before the first of them is answered.
			r := newRig(t, serpstatsim.Options{Domains: c.domains, Latency: time.Second}, "")
			r.bubble(func(t *testing.T) {
				if got := r.must(c.query); len(got) != 90 {
					t.Errorf("%d rows", len(got))
				}
				requests, _ := r.cost()
				for domain, want := range c.sizes {
					if got := r.pageSizes(domain); got != want {
						t.Errorf("%s was asked for %q rows, want %q", domain, got, want)
					}
					requests -= len(strings.Fields(want))
				}
				if requests != 0 {
					t.Errorf("%d requests more, whose answers were not awaited", requests)
				}
			})
		})
	}
}
