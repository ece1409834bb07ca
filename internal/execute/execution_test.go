package execute_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func sortedHosts(list []host) []string {
	names := make([]string, len(list))
	for i, h := range list {
		names[i] = fmt.Sprint(h)
	}
	slices.Sort(names)
	return names
}

func TestAllRowsComeForTheirCredits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(2500, 9)}}
		got, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com")}}, execute.Options{})
		if err != nil || a.credits != 2500 || !slices.Equal(sortedHosts(got.hosts), sortedHosts(a.hosts["a.com"])) {
			t.Errorf("%d rows for %d credits, %v", len(got.hosts), a.credits, err)
		}
	})
}

// Any number of refusals, in any number of sources, ends in the answer: at the beginning of each source, merged or one
// by one, named or not.
func TestRefusalsEndInTheAnswer(t *testing.T) {
	refusals := []plan.Refusal{{Field: "domain_links", CompareType: table.AtLeast}, {Field: "domain_rank", CompareType: table.AtLeast}, {Field: "domain_from", CompareType: table.Contains}}
	for bits := range 8 {
		for _, order := range []plan.Order{{}, {Column: "links", Descending: true}, {Column: "domain_rank"}} {
			for _, mute := range []bool{false, true} {
				t.Run(fmt.Sprint(bits, order, mute), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						a := &fakeAPI{mute: mute, hosts: map[string][]host{"a.com": some(300, 9), "b.com": some(200, 7), "c.com": some(100, 5)}}
						for i, r := range refusals {
							if bits>>i&1 == 1 {
								a.refuses = append(a.refuses, r)
							}
						}
						in := plan.Input{Limit: -1, Order: order, Quals: []plan.Qual{
							of("a.com", "b.com", "c.com"), is("links", plan.Greater, int64(2)), is("domain_rank", plan.GreaterOrEqual, int64(20)), is("host_from", plan.Like, "%1%"),
						}}
						got, err := run(t, connect(a), in, execute.Options{})
						var want []host
						for _, list := range a.hosts {
							for _, h := range list {
								if h.links > 2 && h.rank >= 20 && strings.Contains(h.name, "1") {
									want = append(want, h)
								}
							}
						}
						if err != nil || !slices.Equal(sortedHosts(got.hosts), sortedHosts(want)) {
							t.Errorf("%d rows, want %d: %v", len(got.hosts), len(want), err)
						}
						if refused := 3 * len(a.refuses); len(a.requests) > refused+3*4 {
							t.Errorf("%d requests", len(a.requests))
						}
					})
				})
			}
		}
	}
}

// A filter of the user's own that is refused is the user's to mend.
func TestAUsersFilterThatIsRefusedIsAnError(t *testing.T) {
	a := &fakeAPI{hosts: map[string][]host{"a.com": some(10, 3)}, refuses: []plan.Refusal{{Field: "domain_links", CompareType: table.AtLeast}}}
	filter := is("complex_filter", plan.Equal, `[[{"field":"domain_links","compareType":"gte","value":[2]}]]`)
	_, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com"), filter, is("links", plan.Greater, int64(1))}}, execute.Options{})
	if err == nil || !strings.Contains(err.Error(), "refused") || len(a.requests) > 2 {
		t.Errorf("%v after %d requests", err, len(a.requests))
	}
}

// A refused comparison is not exact: LIMIT and the cut of a large result go by what is really filtered.
func TestARefusedBoundIsNoLongerExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{rowCap: 2000, refuses: []plan.Refusal{{Field: "domain_links", CompareType: table.AtLeast}}}
		list := make([]host, 5020)
		for i := range list {
			list[i] = host{fmt.Sprintf("h%d.com", i), 50, 1}
			if i < 20 {
				list[i].links = 60
			}
		}
		a.hosts = map[string][]host{"a.com": list}
		in := plan.Input{Limit: 15, RowCap: 2000, Order: plan.Order{Column: "links", Descending: true}, Quals: []plan.Qual{of("a.com"), is("links", plan.Greater, int64(50))}}
		got, err := run(t, connect(a), in, execute.Options{})
		if err != nil || len(got.hosts) != 15 || a.credits != 15 {
			t.Errorf("%d rows for %d credits, %v", len(got.hosts), a.credits, err)
		}
		a.credits = 0
		in.Order = plan.Order{}
		if got, err := run(t, connect(a), in, execute.Options{}); err == nil || len(got.hosts) > 0 || a.credits > 2000 {
			t.Errorf("what the API cannot be asked for: %d rows for %d credits, %v", len(got.hosts), a.credits, err)
		}
	})
}

func TestSourcesAreMergedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(400, 90), "b.com": some(300, 77), "c.com": nil}}
		for _, descending := range []bool{true, false} {
			got, err := run(t, connect(a), plan.Input{Limit: 50, Order: plan.Order{Column: "links", Descending: descending}, Quals: []plan.Qual{of("a.com", "b.com", "c.com")}}, execute.Options{})
			if err != nil || len(got.hosts) != 50 {
				t.Fatalf("%d rows, %v", len(got.hosts), err)
			}
			for i := 1; i < len(got.hosts); i++ {
				if a, b := got.hosts[i-1].links, got.hosts[i].links; descending && a < b || !descending && a > b {
					t.Fatalf("%d before %d", a, b)
				}
			}
		}
	})
}

// A domain in two spellings is read once, and its rows come for each.
func TestSpellingsShareTheirRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(30, 5)}}
		got, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("A.com", "https://a.com/")}}, execute.Options{})
		if err != nil || len(got.hosts) != 60 || a.credits != 30 || !slices.Contains(got.sites, "A.com") || !slices.Contains(got.sites, "https://a.com/") {
			t.Errorf("%d rows for %d credits, %v", len(got.hosts), a.credits, err)
		}
	})
}

// In ascending order, which is all that a lower bound allows, a result past the cap is complete.
func TestAResultPastTheCapIsCutByALowerBoundAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{rowCap: 1000, hosts: map[string][]host{"a.com": some(4000, 300)}}
		got, err := run(t, connect(a), plan.Input{Limit: -1, RowCap: 1000, Quals: []plan.Qual{of("a.com")}}, execute.Options{})
		if err != nil || !slices.Equal(sortedHosts(got.hosts), sortedHosts(a.hosts["a.com"])) || a.credits > 4080 {
			t.Errorf("%d rows for %d credits, %v", len(got.hosts), a.credits, err)
		}
		var tooMany *plan.TooManyRowsError
		got, err = run(t, connect(a), plan.Input{Limit: -1, RowCap: 1000, Order: plan.Order{Column: "links", Descending: true}, Quals: []plan.Qual{of("a.com")}}, execute.Options{})
		if !errors.As(err, &tooMany) || !strings.Contains(err.Error(), "takes no bound from this side") {
			t.Errorf("in descending order: %d rows, %v", len(got.hosts), err)
		}
		a.hosts["a.com"] = some(4000, 1)
		got, err = run(t, connect(a), plan.Input{Limit: -1, RowCap: 1000, Quals: []plan.Qual{of("a.com")}}, execute.Options{})
		if !errors.As(err, &tooMany) || !strings.Contains(err.Error(), "share links = 1, which nothing tells apart") {
			t.Errorf("all alike: %d rows, %v", len(got.hosts), err)
		}
	})
}

// Parts are found by what pages attest alone: what the API has shown once changes nothing in whether a result can be cut.
func TestWhatWasShownDoesNotCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{rowCap: 1000, hosts: map[string][]host{"a.com": some(4000, 300)}}
		conn := connect(a)
		conn.Believe([]execute.Fact{{Method: refDomain.Method, Question: execute.AskedCompare, Of: "domain_links lte", Holds: execute.Finds}})
		in := plan.Input{Limit: -1, RowCap: 1000, Quals: []plan.Qual{of("a.com"), is("sort_by", plan.Equal, "domain_links"), is("sort_order", plan.Equal, "desc")}}
		got, err := run(t, conn, in, execute.Options{})
		if err != nil || !slices.Equal(sortedHosts(got.hosts), sortedHosts(a.hosts["a.com"])) {
			t.Errorf("%d rows, %v", len(got.hosts), err)
		}
	})
}

func TestABudgetIsNotPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for most := int64(1); most < 700; most += 37 {
			a := &fakeAPI{hosts: map[string][]host{"a.com": some(600, 9)}}
			got, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com")}}, execute.Options{Budget: execute.NewBudget(most)})
			var over *execute.BudgetError
			if most >= 600 && (err != nil || len(got.hosts) != 600) || most < 600 && !errors.As(err, &over) {
				t.Errorf("of %d credits: %d rows, %v", most, len(got.hosts), err)
			}
			if a.credits > min(most, 600) || most < 600 && a.credits > plan.GuardedFirstPage {
				t.Errorf("%d credits are spent of %d", a.credits, most)
			}
		}
	})
}

// Whoever leaves is not sent another request.
func TestACancelledExecutionAsksNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(5000, 9)}}
		ctx, cancel := context.WithCancel(t.Context())
		s := &sink{onRow: func(rows int) {
			if rows == 200 {
				cancel()
			}
		}}
		x, err := connect(a).New(plan.Input{Table: refDomain, Limit: -1, Quals: []plan.Qual{of("a.com")}}, execute.Options{Reader: s})
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Run(ctx); !errors.Is(err, context.Canceled) || a.credits > 250 || len(s.hosts) > 200 {
			t.Errorf("%d rows for %d credits, %v", len(s.hosts), a.credits, err)
		}
	})
}

func TestAnErrorInTheMiddleEndsTheExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := errors.New("it is gone")
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(900, 9)}, before: func(_ int, req table.Request) error {
			if req.Size == 250 {
				return failed
			}
			return nil
		}}
		got, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com")}}, execute.Options{})
		if !errors.Is(err, failed) || len(got.hosts) != 250 {
			t.Errorf("%d rows, %v", len(got.hosts), err)
		}
	})
}

func TestTotalsCostOneCreditEach(t *testing.T) {
	a := &fakeAPI{hosts: map[string][]host{"a.com": some(90, 9), "b.com": some(5, 2)}}
	x, err := connect(a).New(plan.Input{Table: refDomain, Limit: -1, Quals: []plan.Qual{of("a.com", "A.com", "b.com")}}, execute.Options{Reader: &sink{}})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	if err := x.Totals(t.Context(), func(total execute.Total) { told = append(told, fmt.Sprint(total.Spelling[0], total.Rows)) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(told)
	if got := fmt.Sprint(told); got != "[A.com90 a.com90 b.com5]" || a.credits != 2 {
		t.Errorf("%s for %d credits", got, a.credits)
	}
}

func TestAnExplanationSendsNothing(t *testing.T) {
	a := &fakeAPI{hosts: map[string][]host{"a.com": some(90, 9)}}
	x, err := connect(a).New(plan.Input{Table: refDomain, Limit: 20, Quals: []plan.Qual{of("a.com"), is("links", plan.Greater, int64(3)), is("links", plan.Less, int64(9)), is("domain_rank", plan.NotEqual, int64(5))}}, execute.Options{Reader: &sink{}})
	if err != nil {
		t.Fatal(err)
	}
	var plans []execute.ScanPlan
	if err := x.Explain(t.Context(), false, func(p execute.ScanPlan) { plans = append(plans, p) }); err != nil || len(plans) != 1 || len(a.requests) != 0 {
		t.Fatalf("%v: %d plans, %d requests", err, len(plans), len(a.requests))
	}
	text := plans[0].String()
	for _, want := range []string{"domain       a.com\n", "order        domain_links asc\n", `[[{"field":"domain_links","compareType":"gte","value":[4]}]]`, "links > 3 (filtered by the API)\n", "links < 9 (checked here)\n", "domain_rank <> 5 (checked here)"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nlacks %s", text, want)
		}
	}
}

// What one method refuses, another may take: a field of the same name is filtered there as before.
func TestWhatIsLearnedIsOfOneMethod(t *testing.T) {
	a := &fakeAPI{hosts: map[string][]host{"a.com": some(20, 5)}, refuses: []plan.Refusal{{Field: "domain_links", CompareType: table.AtLeast}}}
	conn := connect(a)
	in := plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com"), is("links", plan.Greater, int64(2))}}
	if _, err := run(t, conn, in, execute.Options{}); err != nil {
		t.Fatal(err)
	}
	for name, pushed := range map[string]bool{"serpstat_ref_domain": false, "serpstat_out_domain": true} {
		in.Table = catalog.Of(name)
		x, err := conn.New(in, execute.Options{Reader: &sink{}})
		if err != nil {
			t.Fatal(err)
		}
		err = x.Explain(t.Context(), false, func(p execute.ScanPlan) {
			if strings.Contains(p.Filter, "domain_links") != pushed {
				t.Errorf("%s is asked for %s", name, p.Filter)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A method that has no pages, and a price for each request, is asked once: whatever the LIMIT, no row is left out.
func TestAMethodWithoutPagesIsAskedOnce(t *testing.T) {
	whole := *refDomain
	whole.CountsRows, whole.Page, whole.Cost = false, table.Page{MaxSize: 300}, table.Cost{Request: 5}
	if err := whole.Check(); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int64{-1, 1, 200, 299} {
		synctest.Test(t, func(t *testing.T) {
			a := &fakeAPI{hosts: map[string][]host{"a.com": some(300, 9)}}
			in := plan.Input{Table: &whole, Limit: limit, Quals: []plan.Qual{of("a.com")}}
			got, err := run(t, connect(a), in, execute.Options{Budget: execute.NewBudget(5)})
			want := limit
			if limit < 0 {
				want = 300
			}
			if err != nil || int64(len(got.hosts)) != want || len(a.requests) != 1 || a.credits != 5 {
				t.Errorf("limit %d: %d rows in %d requests for %d credits, %v", limit, len(got.hosts), len(a.requests), a.credits, err)
			}
			if r := a.requests[0]; r.Page != 0 || r.Size != 0 {
				t.Errorf("page %d and size %d were sent", r.Page, r.Size)
			}
			var over *execute.BudgetError
			if _, err := run(t, connect(a), in, execute.Options{Budget: execute.NewBudget(4)}); !errors.As(err, &over) || a.credits != 5 {
				t.Errorf("with too few credits: %v, and %d are spent", err, a.credits)
			}
			for _, estimate := range []bool{false, true} {
				x, err := connect(a).New(in, execute.Options{Reader: &sink{}})
				if err != nil {
					t.Fatal(err)
				}
				err = x.Explain(t.Context(), estimate, func(p execute.ScanPlan) {
					if p.MaxCredits != 5 || p.MaxRequests != 1 || !strings.Contains(p.String(), "5 credits\n") {
						t.Errorf("%s", p)
					}
				})
				if err != nil || a.credits != 5 {
					t.Errorf("an estimate: %v, and %d credits are spent", err, a.credits)
				}
			}
		})
	}
}

// A question that would be answered by all rows of a method without pages is paid for as such, or not asked.
func TestTheTotalOfAMethodWithoutPagesIsPaidInFull(t *testing.T) {
	whole := *refDomain
	whole.CountsRows, whole.Page = false, table.Page{MaxSize: 300}
	a := &fakeAPI{hosts: map[string][]host{"a.com": some(200, 9)}}
	for most, refused := range map[int64]bool{299: true, 300: false} {
		x, err := connect(a).New(plan.Input{Table: &whole, Limit: -1, Quals: []plan.Qual{of("a.com")}}, execute.Options{Reader: &sink{}, Budget: execute.NewBudget(most)})
		if err != nil {
			t.Fatal(err)
		}
		rows := int64(-1)
		err = x.Totals(t.Context(), func(total execute.Total) { rows = total.Rows })
		if over := errors.As(err, new(*execute.BudgetError)); over != refused || !refused && (err != nil || rows != 200) {
			t.Errorf("of %d credits: %d rows, %v", most, rows, err)
		}
	}
	if len(a.requests) != 1 {
		t.Errorf("%d requests", len(a.requests))
	}
}

// What --explain says of the price is the declaration's.
func TestAnExplanationSaysTheDeclaredPrice(t *testing.T) {
	dear := *refDomain
	for _, test := range []struct {
		cost  table.Cost
		limit int64
		want  string
	}{
		{table.Cost{Row: 1}, -1, "at most 1 credit for each row (--estimate counts them, for 1 credit)"},
		{table.Cost{Row: 2}, -1, "at most 2 credits for each row (--estimate counts them, for 2 credits)"},
		{table.Cost{Row: 1, Request: 5}, -1, "at most 1 credit for each row, and 5 credits for each request (--estimate counts"},
		{table.Cost{Row: 1, Request: 5}, 3, "at most 8 credits\n"},
		{table.Cost{Row: 3}, 2500, "at most 7500 credits\n"},
		{table.Cost{Request: 5}, 2500, "at most 15 credits\n"},
	} {
		dear.Cost = test.cost
		x, err := connect(&fakeAPI{}).New(plan.Input{Table: &dear, Limit: test.limit, Quals: []plan.Qual{of("a.com")}}, execute.Options{Reader: &sink{}})
		if err != nil {
			t.Fatal(err)
		}
		err = x.Explain(t.Context(), false, func(p execute.ScanPlan) {
			if !strings.Contains(p.String(), test.want) {
				t.Errorf("%+v with limit %d:\n%s\nlacks %s", test.cost, test.limit, p, test.want)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Past the cap a LIMIT's price has room for the requests of a row that find the parts.
func TestALimitPastTheCapIsExplainedWithItsProbes(t *testing.T) {
	x, err := connect(&fakeAPI{}).New(plan.Input{Table: refDomain, Limit: 70_000, Quals: []plan.Qual{of("a.com")}}, execute.Options{Reader: &sink{}})
	if err != nil {
		t.Fatal(err)
	}
	err = x.Explain(t.Context(), false, func(p execute.ScanPlan) {
		if p.MaxCredits != 70_070 || p.MaxRequests != 70 {
			t.Errorf("%d credits in %d requests", p.MaxCredits, p.MaxRequests)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A filter that is refused when rows have come is an error: the scan does not begin again with rows that it has given.
func TestARefusalInTheMiddleIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(900, 9)}, before: func(_ int, req table.Request) error {
			if req.Size == 250 {
				return refusal{Field: "domain_links", CompareType: table.AtLeast}
			}
			return nil
		}}
		got, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com"), is("links", plan.Greater, int64(1))}}, execute.Options{})
		if !errors.As(err, new(refusal)) || len(got.hosts) != 250 {
			t.Errorf("%d rows, %v", len(got.hosts), err)
		}
	})
}

// Rows that have come count for what a LIMIT still needs: one that is reached within the credits is no error.
func TestALimitMayTakeTheLastCredit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(300, 8)}}
		in := plan.Input{Limit: 100, Quals: []plan.Qual{of("a.com"), is("links", plan.Less, int64(9))}} // which the API cannot be asked for
		got, err := run(t, connect(a), in, execute.Options{Budget: execute.NewBudget(100)})
		if err != nil || len(got.hosts) != 100 || a.credits != 100 {
			t.Errorf("%d rows for %d credits, %v", len(got.hosts), a.credits, err)
		}
	})
}

// What the plan has left may be spent, to the last credit. Where it is not enough the scan ends after its first page.
func TestAPlanMayBeUsedUp(t *testing.T) {
	for _, have := range []int64{599, 600} {
		synctest.Test(t, func(t *testing.T) {
			a := &fakeAPI{plan: have, hosts: map[string][]host{"a.com": some(600, 9)}}
			got, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com")}}, execute.Options{})
			var tooFew *execute.PlanError
			if have == 600 && (err != nil || len(got.hosts) != 600) || have < 600 && (!errors.As(err, &tooFew) || a.credits > plan.FirstPage) {
				t.Errorf("%d credits: %d rows for %d, %v", have, len(got.hosts), a.credits, err)
			}
		})
	}
}

// What a LIMIT of some of the rows costs is known only if all of them match.
func TestAPlanThatIsTooSmallForALimitOfSomeRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{plan: 1400, hosts: map[string][]host{"a.com": some(1500, 9)}}
		in := plan.Input{Limit: 1450, Quals: []plan.Qual{of("a.com"), is("links", plan.Less, int64(10))}} // which the API cannot be asked for
		_, err := run(t, connect(a), in, execute.Options{})
		if err == nil || !strings.Contains(err.Error(), "costs at least 725 more credits, and the plan has 675 left") || a.credits != 725 {
			t.Errorf("%d credits, %v", a.credits, err)
		}
	})
}

// Whether contains ignores case is asked once where that narrows a scan, and not where all rows are here.
func TestWhenTheFoldingIsAsked(t *testing.T) {
	like := plan.Qual{Column: "host_from", Operator: plan.ILike, Values: []plan.Value{"%ALPHA%"}}
	sites := map[string][]host{}
	for _, site := range []string{"a.com", "b.com", "c.com", "d.com"} {
		sites[site] = append(some(200, 9), host{"alpha.org", 3, 3})
	}
	for _, folds := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			a := &fakeAPI{hosts: sites, folds: folds}
			conn, kept := connect(a), execute.Options{Age: time.Hour}
			if _, err := run(t, conn, plan.Input{Limit: -1, Quals: []plan.Qual{of("d.com")}}, kept); err != nil {
				t.Fatal(err)
			}
			for _, site := range []string{"d.com", "a.com", "b.com", "c.com"} {
				before := a.credits
				got, err := run(t, conn, plan.Input{Limit: -1, Quals: []plan.Qual{of(site), like}}, kept)
				most := map[bool]int64{true: 2, false: 202}[folds]
				if site == "d.com" {
					most = 0
				}
				if spent := a.credits - before; err != nil || len(got.hosts) != 1 || spent > most {
					t.Errorf("ignores case %t, %s: %d rows for %d credits, %v", folds, site, len(got.hosts), spent, err)
				}
			}
			probes := 0
			for _, req := range a.requests {
				if req.Size == 1 && len(req.Filter) > 0 {
					probes++
				}
			}
			if probes != 1 {
				t.Errorf("ignores case %t: it was asked %d times", folds, probes)
			}
		})
	}
}

// Where a host counts all rows under a LIMIT and nobody but the database knows of any whether it counts, they must all
// have room.
func TestRowsInDoubtOnly(t *testing.T) {
	doubt := plan.Qual{Column: "links", Operator: plan.NotEqual, List: true, Values: []plan.Value{int64(7), int64(8)}} // ANY or ALL
	for _, rows := range []int{3, 4} {
		a := &fakeAPI{hosts: map[string][]host{"a.com": slices.Repeat([]host{{"a.org", 7, 1}}, rows)}}
		got, err := run(t, connect(a), plan.Input{Limit: 3, Quals: []plan.Qual{of("a.com"), doubt}}, execute.Options{AllCount: true})
		undecided := errors.As(err, new(*execute.UndecidedError))
		if rows == 3 && (err != nil || len(got.hosts) != 3) || rows > 3 && (!undecided || len(got.hosts) > 0) {
			t.Errorf("of %d: %d rows, %v", rows, len(got.hosts), err)
		}
	}
}

// A scan that needs no column is answered by the total where no condition is on the rows, and else by these.
func TestRowsAreCountedByTheTotal(t *testing.T) {
	a := &fakeAPI{hosts: map[string][]host{"a.com": some(90, 9)}}
	for _, quals := range [][]plan.Qual{{of("a.com")}, {of("a.com"), is("links", plan.Less, int64(4))}} {
		a.credits = 0
		got, err := run(t, connect(a), plan.Input{Limit: -1, Bare: true, Quals: quals}, execute.Options{})
		if counted := len(quals) == 1; err != nil || counted && (len(got.hosts) != 90 || a.credits != 1) || !counted && len(got.hosts) != 30 {
			t.Errorf("%v: %d rows for %d credits, %v", quals, len(got.hosts), a.credits, err)
		}
	}
}

// An estimate is the most that a scan costs, also where equal rows on both sides of a border are looked into, and where
// the folding is asked.
func TestAnEstimateIsAnUpperBound(t *testing.T) {
	twins := make([]host, 600)
	for i := range twins {
		twins[i] = host{fmt.Sprint(i / 2), int64(i / 2), 1} // the first page ends in the middle of two that are equal
	}
	for name, x := range map[string]struct {
		hosts []host
		more  []plan.Qual
	}{
		"a border": {twins, nil},
		"a probe":  {some(100, 9), []plan.Qual{{Column: "host_from", Operator: plan.ILike, Values: []plan.Value{"%ALPHA%"}}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &fakeAPI{hosts: map[string][]host{"a.com": x.hosts}}
			in, most := plan.Input{Table: refDomain, Limit: -1, Quals: append(x.more, of("a.com"))}, int64(0)
			scan, err := connect(a).New(in, execute.Options{Reader: &sink{}})
			if err != nil {
				t.Fatal(err)
			}
			if err := scan.Explain(t.Context(), true, func(p execute.ScanPlan) { most = p.MaxCredits }); err != nil {
				t.Fatal(err)
			}
			a.credits = 0
			if _, err := run(t, connect(a), in, execute.Options{}); err != nil || a.credits <= int64(len(x.hosts)) || a.credits > most {
				t.Errorf("%s: %d credits, at most %d; %v", name, a.credits, most, err)
			}
		})
	}
}

// What is here already costs nothing and counts for nothing: a budget of what is missing is enough, whatever the limit. One
// credit less is not, and nothing is bought then.
func TestWhatIsHereCountsForNothing(t *testing.T) {
	const all = 3000
	few := is("links", plan.Less, int64(1000)) // which the API cannot be asked for, and all rows meet
	for _, rowCap := range []int64{0, 1000} {
		for _, kept := range []int64{0, 100, 600, 1600, 2500} {
			for _, limit := range []int64{-1, 101, 601, 1600, 1700, 2900} {
				for _, quals := range [][]plan.Qual{{of("a.com")}, {of("a.com"), few}} {
					ask := func(budget *execute.Budget) (got []host, credits, explained int64, ended error) {
						synctest.Test(t, func(t *testing.T) {
							a := &fakeAPI{hosts: map[string][]host{"a.com": some(all, 200)}, rowCap: int(rowCap)}
							conn, o := connect(a), execute.Options{Age: time.Hour}
							if kept > 0 {
								if _, err := run(t, conn, plan.Input{Limit: kept, Quals: quals, RowCap: rowCap}, o); err != nil {
									t.Fatal(err)
								}
							}
							in := plan.Input{Table: refDomain, Limit: limit, Quals: quals, RowCap: rowCap}
							x, err := conn.New(in, o)
							if err != nil {
								t.Fatal(err)
							}
							if err := x.Explain(t.Context(), false, func(p execute.ScanPlan) { explained = p.MaxCredits }); err != nil {
								t.Fatal(err)
							}
							o.Budget = budget
							before := a.credits
							s, err := run(t, conn, in, o)
							got, credits, ended = s.hosts, a.credits-before, err
						})
						return got, credits, explained, ended
					}
					name := fmt.Sprintf("%d are here, limit %d, %d conditions, row cap %d", kept, limit, len(quals), rowCap)
					want := all
					if limit >= 0 {
						want = int(limit)
					}
					check := func(with string, budget *execute.Budget) (cost, explained int64) {
						got, cost, explained, err := ask(budget)
						seen := map[host]bool{}
						for _, h := range got {
							seen[h] = true
						}
						if err != nil || len(got) != want || len(seen) != want {
							t.Errorf("%s, %s: %d rows, %d of them others, for %d credits, %v", name, with, len(got), len(seen), cost, err)
						}
						return cost, explained
					}
					cost, explained := check("no budget", nil)
					if rowCap > 0 && limit > rowCap {
						explained = -1 // what finding parts takes is estimated for the API's cap, which is 60 pages
					}
					if explained >= 0 && cost > explained {
						t.Errorf("%s: %d credits, explained as %d", name, cost, explained)
					}
					if cost > 0 {
						check("asked", execute.RunBudget(1, execute.MaxCredits, func(context.Context, *execute.BudgetError) bool { return true }))
					}
					if rowCap == 0 || cost == 0 {
						check(fmt.Sprint("with ", cost), execute.NewBudget(cost))
					}
					if explained > 0 {
						check(fmt.Sprint("with ", explained), execute.NewBudget(explained))
					}
					if cost == 0 || kept == 0 {
						continue
					}
					var over *execute.BudgetError
					if _, credits, _, err := ask(execute.NewBudget(cost - 1)); !errors.As(err, &over) || credits > 0 && len(quals) == 1 && rowCap == 0 {
						t.Errorf("%s, with %d: %d credits, %v", name, cost-1, credits, err)
					}
				}
			}
		}
	}
}

// Rows that move between two pages, while as many come as go, are seen under a LIMIT with an order: no row comes twice.
func TestRowsThatMoveUnderALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(3000, 3000)}}
		a.before = func(number int, _ table.Request) error {
			if number == 2 {
				hosts := a.hosts["a.com"]
				a.hosts["a.com"] = append([]host{{"new.com", 0, 0}}, hosts[:len(hosts)-1]...)
			}
			return nil
		}
		got, err := run(t, connect(a), plan.Input{Limit: 1500, Order: plan.Order{Column: "links"}, Quals: []plan.Qual{of("a.com")}}, execute.Options{Budget: execute.NewBudget(5000)})
		if names := sortedHosts(got.hosts); err == nil && len(slices.Compact(names)) != 1500 {
			t.Errorf("%d rows, of which some come twice", len(got.hosts))
		}
	})
}

// Nobody knows how many rows a reader wants who has no LIMIT: they are to have got the first page before the second is
// bought, and that one before the third.
func TestTheFirstPagesWaitForTheirReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{hosts: map[string][]host{"a.com": some(2000, 9)}}
		got, err := run(t, connect(a), plan.Input{Limit: -1, Quals: []plan.Qual{of("a.com")}}, execute.Options{})
		if err != nil || len(got.hosts) != 2000 || !slices.Equal(got.awaited, []int64{125, 250}) {
			t.Errorf("%d rows, awaited were %v, %v", len(got.hosts), got.awaited, err)
		}
	})
}
