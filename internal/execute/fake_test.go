package execute_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

var refDomain = catalog.Of("serpstat_ref_domain")

// host is a row of refDomain; a rank below 0 is none.
type host struct {
	name        string
	links, rank int64
}

// fakeAPI answers requests for refDomain from memory, as the API does.
type fakeAPI struct {
	mu       sync.Mutex
	hosts    map[string][]host // by site
	refuses  []plan.Refusal    // of which it names the first that a filter uses
	mute     bool              // its refusals name nothing
	rowCap   int
	plan     int64 // credits of the plan; 0 is that its answers do not say
	folds    bool  // contains ignores case
	before   func(number int, req table.Request) error
	requests []table.Request
	credits  int64
}

func (a *fakeAPI) Rows(ctx context.Context, t *table.Table, req table.Request) (*table.Answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	payer, cost := table.PayerOf(ctx), int64(0)
	if _, err := payer.Reserve(); err != nil {
		return nil, err
	}
	defer func() { payer.Settle(cost, true) }()
	a.requests = append(a.requests, req)
	if a.before != nil {
		if err := a.before(len(a.requests), req); err != nil {
			return nil, err
		}
	}
	for _, r := range a.refuses {
		if r.Uses(req.Filter) {
			if a.mute {
				r = plan.Refusal{}
			}
			return nil, refusal(r)
		}
	}
	found := slices.DeleteFunc(slices.Clone(a.hosts[req.Site()]), func(h host) bool { return !a.kept(req.Filter, h) })
	slices.SortStableFunc(found, func(x, y host) int {
		c := map[string]int{"domain_links": cmp.Compare(x.links, y.links), "domain_rank": cmp.Compare(x.rank, y.rank)}[req.Sort]
		if req.Order == "desc" {
			c = -c
		}
		return c
	})
	reachable := len(found)
	if a.rowCap > 0 {
		reachable = min(reachable, a.rowCap)
	}
	page := found
	if t.CountsRows {
		from := min((req.Page-1)*req.Size, reachable)
		page = found[from:min(from+req.Size, reachable)]
	}
	var text strings.Builder
	ends := make([]int, len(page))
	for i, h := range page {
		fmt.Fprintf(&text, `{"domain_from":%q,"ref_pages":%d,"domainRank":%d}`, h.name, h.links, h.rank)
		ends[i] = text.Len()
	}
	b, begin := table.NewBuilder(t, text.String(), len(page)), 0
	for i, h := range page {
		b.Begin()
		b.Whole(begin, ends[i])
		begin = ends[i]
		b.Text(0, func(to []byte) []byte { return append(to, h.name...) })
		b.Count(1, h.links)
		if h.rank >= 0 {
			b.Count(2, h.rank)
		}
	}
	answer := &table.Answer{Rows: b.Rows(), Total: int64(len(found)), LeftLines: -1, Credits: t.Cost.Of(len(page))}
	cost = answer.Credits
	a.credits += cost
	if a.plan > 0 {
		answer.LeftLines = a.plan - a.credits
	}
	return answer, nil
}

// kept reports a host that a filter leaves.
func (a *fakeAPI) kept(f table.Filter, h host) bool {
	return len(f) == 0 || slices.ContainsFunc(f, func(group []table.Condition) bool {
		return !slices.ContainsFunc(group, func(c table.Condition) bool { return !a.meets(c, h) })
	})
}

func (a *fakeAPI) meets(c table.Condition, h host) bool {
	if c.Field == "domain_from" {
		name, text := h.name, c.Value[0].(string)
		if a.folds {
			name, text = strings.ToLower(name), strings.ToLower(text)
		}
		return strings.Contains(name, text)
	}
	n := map[string]int64{"domain_links": h.links, "domain_rank": h.rank}[c.Field]
	if c.CompareType != table.AtLeast {
		panic("a comparison that nobody has attested: " + c.CompareType)
	}
	return n >= c.Value[0].(int64)
}

// refusal is the error of a filter that is not taken.
type refusal plan.Refusal

func (r refusal) Error() string { return fmt.Sprintf("refused: %s %s", r.Field, r.CompareType) }

func (r refusal) RefusedFilter() (what table.Refused, refused bool) {
	return table.Refused{Field: r.Field, CompareType: r.CompareType}, true
}

// sink takes rows.
type sink struct {
	hosts []host
	sites []string
	onRow func(rows int)

	awaited []int64 // rows that it was to have got before more was bought
}

func (s *sink) Row(_ context.Context, item *execute.Item) {
	name, _ := item.Row.Cell(0).Text()
	links, _ := item.Row.Cell(1).Count()
	rank, _ := item.Row.Cell(2).Count()
	s.hosts = append(s.hosts, host{name, links, rank})
	s.sites = append(s.sites, item.Spelling[0].(string))
	if s.onRow != nil {
		s.onRow(len(s.hosts))
	}
}

func (s *sink) Consumed(_ context.Context, rows int64) { s.awaited = append(s.awaited, rows) }

func (s *sink) Taken(context.Context) (int64, bool) { return 0, false }

// some makes hosts with 1 to most links.
func some(n, most int) []host {
	list := make([]host, n)
	for i := range list {
		list[i] = host{fmt.Sprintf("h%d.com", i), int64(i%most + 1), int64(i % 101)}
	}
	return list
}

func of(sites ...string) plan.Qual {
	q := plan.Qual{Column: "query", Operator: plan.Equal, List: len(sites) > 1}
	for _, s := range sites {
		q.Values = append(q.Values, s)
	}
	return q
}

func is(column string, op plan.Operator, value plan.Value) plan.Qual {
	return plan.Qual{Column: column, Operator: op, Values: []plan.Value{value}}
}

// run answers a scan.
func run(t *testing.T, conn *execute.Connection, in plan.Input, o execute.Options) (*sink, error) {
	t.Helper()
	s := &sink{}
	if o.Reader == nil {
		o.Reader = s
	}
	if in.Table == nil {
		in.Table = refDomain
	}
	x, err := conn.New(in, o)
	if err != nil {
		t.Fatal(err)
	}
	return s, x.Run(t.Context())
}

func connect(a *fakeAPI) *execute.Connection {
	return &execute.Connection{API: a, Store: series.NewStore(), Rate: 1000, MaxRequests: 4}
}
