package serpstat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// What was promised for a request and not spent may be spent on the next one. What is spent counts for all that follows,
// to the credit.
func TestWhatMaxCreditsAllows(t *testing.T) {
	domains := map[string][]serpstatsim.Row{}
	for _, n := range []int{0, 10, 60, 99, 100, 101, 5000} {
		for _, letter := range "abcdefghij" {
			name := fmt.Sprintf("%c%d.com", letter, n)
			domains[name] = serpstatsim.Generate(name, n, uint64(n))
		}
	}
	list := func(names ...any) query { return query{quals: quals(where("query", "=", names))} }
	small := []any{"a10.com", "b10.com", "c10.com", "d10.com", "e10.com", "f10.com", "g10.com", "h10.com", "i10.com", "j10.com"}
	refused := serpstatsim.Fault{Kind: serpstatsim.FilterRefused, Request: 1}
	for name, c := range map[string]struct {
		query   query
		faults  []serpstatsim.Fault
		rows    int
		err     string // "" is none
		credits int64
	}{
		"as many rows as credits":                      {list("a100.com"), nil, 100, "", 100},
		"one row more":                                 {list("a101.com"), nil, 25, "reading a101.com costs 76 more credits, max_credits is 100 and 25 are spent", 25},
		"small domains, each promised a page":          {list(small...), nil, 100, "", 100},
		"an empty one costs a credit":                  {list("a99.com", "a0.com"), nil, 99, "", 100},
		"an empty one after the last credit":           {list("a100.com", "a0.com"), nil, -1, "max_credits is 100 and 100 are spent", 100},
		"the second one's total is told, and too much": {list("a60.com", "b60.com"), nil, -1, "reading b60.com costs 35 more credits, max_credits is 100 and 85 are spent", 85},
		"a refused request is free": {query{limit: 100, quals: quals(where("query", "=", "a5000.com"), where("links_ext", ">=", int64(0)),
			where("links_ext", "<=", int64(1_000_000)))}, []serpstatsim.Fault{refused}, 100, "", 100},
		"no limit, a residual": {query{quals: quals(where("query", "=", "a100.com"), where("link_type", "=", "none"))}, nil, 0, "", 100},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: domains, Faults: c.faults}, "max_credits = 100\nmax_concurrent_requests = 1")
			got := r.run(c.query)
			if c.err == "" && got.err != nil || c.err != "" && (got.err == nil || !strings.Contains(got.err.Error(), c.err)) {
				t.Errorf("got the error %v, want %q", got.err, c.err)
			}
			if c.rows >= 0 && len(got.rows) != c.rows {
				t.Errorf("%d rows, want %d", len(got.rows), c.rows)
			}
			if _, credits := r.cost(); credits != c.credits {
				t.Errorf("%d credits, want %d", credits, c.credits)
			}
		})
	}
}

// Without a setting a scan stops at 10,000 credits, after its first page; 0 is no limit. What is not read to its end, or
// only counted, is not held up.
func TestAScanIsGuardedByDefault(t *testing.T) {
	domains := map[string][]serpstatsim.Row{"most.com": serpstatsim.Generate("most.com", 10_000, 1), "more.com": serpstatsim.Generate("more.com", 10_001, 1)}
	of := func(domain string) query { return query{quals: quals(where("query", "=", domain))} }
	limited, counted, stopped := of("more.com"), of("more.com"), of("more.com")
	limited.limit, counted.columns, stopped.stop = 500, []string{"query"}, 300
	for name, tt := range map[string]struct {
		query   query
		config  string
		rows    int // -1 where the reader leaves
		most    int64
		refused bool
	}{
		"as much as it may": {of("most.com"), "", 10_000, 10_000, false},
		"a row more":        {of("more.com"), "", 125, 125, true},
		"no limit":          {of("more.com"), "max_credits = 0", 10_001, 10_001 + 20, false},
		"a limit":           {limited, "", 500, 500, false},
		"a count":           {counted, "", 10_001, 1, false},
		"a reader's end":    {stopped, "", -1, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: domains}, tt.config)
			got := r.run(tt.query)
			_, credits := r.cost()
			if tt.rows >= 0 && len(got.rows) != tt.rows || tt.rows >= 0 && credits > tt.most || (got.err != nil) != tt.refused {
				t.Errorf("%d rows for %d credits, %v", len(got.rows), credits, got.err)
			}
			if tt.refused && tt.rows > 0 {
				for _, said := range []string{"reading more.com costs 9876 more credits", "max_credits is 10000 where it is not set", "serpstat.spc", "count(*) costs a credit"} {
					if !strings.Contains(got.err.Error(), said) {
						t.Errorf("%v does not say %q", got.err, said)
					}
				}
			}
		})
	}
}

// What has come when a scan turns out to be too dear is the reader's: a LIMIT that the database does not pass on may need
// no more.
func TestWhatHasComeOfAScanThatIsTooDearIsEnough(t *testing.T) {
	domains := map[string][]serpstatsim.Row{"more.com": serpstatsim.Generate("more.com", 10_001, 1)}
	for _, sort := range []string{"", "links_ext desc"} {
		r := newRig(t, serpstatsim.Options{Domains: domains}, "")
		got := r.run(query{quals: quals(where("query", "=", "more.com")), sort: sort, stop: 100})
		if got.err != nil && strings.Contains(got.err.Error(), "max_credits") || len(got.rows) != 100 {
			t.Errorf("order by %q: %d rows, %v", sort, len(got.rows), got.err)
		}
		if _, credits := r.cost(); credits != 125 {
			t.Errorf("order by %q: %d credits", sort, credits)
		}
	}
}
