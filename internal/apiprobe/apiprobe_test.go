package apiprobe

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// rig is a simulator, and what is kept of its answers.
type rig struct {
	sim    *serpstatsim.Server
	client *serpstatapi.Client
	facts  map[key]execute.Fact
	rowCap int64
	site   string
}

func newRig(t *testing.T, o serpstatsim.Options) *rig {
	t.Helper()
	if o.Domains == nil {
		o.Domains = serpstatsim.Bundled()
		o.Domains["serpstat.com"] = o.Domains["serpstat.com"][:302]
		delete(o.Domains, serpstatsim.BigDomain)
		delete(o.Domains, "python.org")
	}
	if o.RowCap == 0 {
		o.RowCap = 200
	}
	r := &rig{sim: serpstatsim.New(o), facts: map[key]execute.Fact{}, rowCap: int64(o.RowCap), site: "serpstat.com"}
	web := pipehttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.sim.ServeHTTP(w, req) }))
	var err error
	r.client, err = serpstatapi.New(serpstatapi.Config{Token: "token", BaseURL: web.URL, Transport: pipehttp.NewTransport(), RequestsPerSecond: 1000, MaxRetries: 1, RequestTimeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.client.Close(); r.sim.Close(); web.Close() })
	return r
}

func (r *rig) known() []execute.Fact { return slices.Collect(maps.Values(r.facts)) }

func (r *rig) run(ctx context.Context, most int64) (Report, error) {
	return Run(ctx, Options{API: r.client, Site: r.site, Most: most, Known: r.known(), RowCap: r.rowCap, Learn: func(f execute.Fact) {
		f.At = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
		r.facts[key{f.Method, f.Question, f.Of}] = f
	}})
}

func (r *rig) of(method, question string) map[string]string {
	m := map[string]string{}
	for k, f := range r.facts {
		if strings.HasSuffix(k.method, "."+method) && k.question == question {
			m[k.of] = f.Holds
		}
	}
	return m
}

func pick(is bool, ifSo, ifNot string) string {
	if is {
		return ifSo
	}
	return ifNot
}

// check compares what was learned with a reading.
func (r *rig) check(t *testing.T, rd serpstatsim.Interpretations, whole bool) {
	t.Helper()
	want := func(method, question string, expect map[string]string, of ...string) {
		t.Helper()
		got := r.of(method, question)
		for of, holds := range got {
			if expect[of] != holds {
				t.Errorf("%s %s %s: it says %q, and %q is right under %+v", method, question, of, holds, expect[of], rd)
			}
		}
		for _, of := range of {
			if whole && got[of] == "" {
				t.Errorf("%s %s %s: nothing is known, and %q is right under %+v", method, question, of, expect[of], rd)
			}
		}
	}
	same := func(holds string, of ...string) map[string]string {
		m := map[string]string{}
		for _, o := range of {
			m[o] = holds
		}
		return m
	}
	byCase := pick(rd.ContainsCaseSensitive, execute.MindsCase, execute.IgnoresCase)
	for method, of := range map[string][]string{"getOutlinks": {"anchor", "url_from", "url_to"}, "getNewBacklinks": {"anchor", "url_from", "url_to"},
		"getRefDomains": {"domain_from"}, "getOutDomains": {"domain_to"}, "getAnchors": {"anchor"}} {
		of = slices.DeleteFunc(of, func(field string) bool {
			return r.of(method, execute.AskedCompare)[field+" contains"] == execute.IsRefused
		})
		want(method, execute.AskedContains, same(byCase, of...), of...)
	}
	all := rd.CompareTypes == serpstatsim.AllowAll
	wholes := []string{"anchor startsWith", "anchor endsWith", "anchor eq"}
	if all {
		want("getOutlinks", execute.AskedWhole, same(byCase, wholes...), wholes...)
		want("getOutlinks", execute.AskedSpelling, same(execute.IsItself, "url_to"))
	} else {
		want("getOutlinks", execute.AskedWhole, nil)
		want("getOutlinks", execute.AskedSpelling, nil)
	}
	signs := []string{"anchor %", "anchor _"}
	if rd.TextIsLikePattern {
		signs = append(signs, `anchor \`)
	}
	want("getOutlinks", execute.AskedPattern, same(pick(rd.TextIsLikePattern, execute.IsSpecial, execute.IsItself), signs...), signs...)
	want("getOutlinks", execute.AskedSpace, same(pick(rd.TextTrimmed, execute.IsTrimmed, execute.IsItself), ""), "")
	want("getOutlinks", execute.AskedBetween, same(pick(rd.BetweenExclusive, execute.EndsAreOut, execute.EndsAreIn), "links_external"), "links_external")
	want("getNewBacklinks", execute.AskedBetween, same(pick(rd.BetweenExclusive, execute.EndsAreOut, execute.EndsAreIn), "links_external"))
	want("getOutlinks", execute.AskedCheck, same(pick(rd.CheckIsLastVisited, execute.LastVisited, execute.FirstDetected), ""), "")
	if rd.CheckIsLastVisited {
		want("getOutlinks", execute.AskedDay, same(pick(rd.CheckByInstant, execute.Midnight, execute.WholeDay), ""), "")
	} else {
		want("getOutlinks", execute.AskedDay, nil)
	}
	want("getOutlinks", execute.AskedPastCap, same(pick(rd.PastCapEmpty, execute.NoRows, execute.AnError), ""), "")
	want("getOutlinks", execute.AskedAddress, same(pick(rd.NoURLSearch, execute.IsRefused, execute.IsTaken), "url", "part_url"), "url", "part_url")
	want("getAnchors", execute.AskedCount, same(pick(rd.AnchorsOfOneWord, execute.WordsAreOut, execute.WordsAreIn), ""), "")
	for method, pairs := range map[string][]string{
		"getOutlinks":   {"links_external lte", "links_external between", "links_external gte", "links_external eq", "anchor eq", "anchor contains", "check lte"},
		"getRefDomains": {"domain_links lte", "domain_links gte", "domain_from eq"}, "getOutDomains": {"domain_links lte", "domain_links between"},
		"getAnchors": {"total lte", "total gt"},
	} {
		allowed := map[string][]serpstatsim.CompareTypes{
			"links_external gte": {serpstatsim.AllowAll, serpstatsim.AllowAttested}, "links_external lte": {0, 1, 2}, "links_external between": {0, 1, 2}, "anchor contains": {0, 1, 2}, "check lte": {0, 1, 2},
			"domain_links gte": {0, 1, 2}, "total gt": {0, 1, 2},
		}
		got := r.of(method, execute.AskedCompare)
		for _, pair := range pairs {
			takes := all || slices.Contains(allowed[pair], rd.CompareTypes)
			if holds := got[pair]; (whole || holds != "" && !(takes && holds == execute.IsTaken)) && holds != pick(takes, execute.Finds, execute.IsRefused) {
				t.Errorf("%s %s: it says %q under %+v", method, pair, holds, rd)
			}
		}
	}
}

// Whatever holds, what is said is what holds; it costs 40 credits at most; and nothing is asked twice.
func TestWhatIsSaidIsWhatHolds(t *testing.T) {
	readings := []serpstatsim.Interpretations{{}}
	for bits := range 1 << 4 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for types := serpstatsim.AllowAll; types <= serpstatsim.AllowSpecOnly; types++ {
			readings = append(readings, serpstatsim.Interpretations{ContainsCaseSensitive: on(0), TextIsLikePattern: on(1), CheckIsLastVisited: on(2), BetweenExclusive: on(3), CompareTypes: types,
				TextTrimmed: on(0), CheckByInstant: on(1), PastCapEmpty: on(2), NoURLSearch: on(3), AnchorsOfOneWord: on(0), NoDataAsError: on(1)})
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range repetition.Times(8, 200) {
		readings = append(readings, serpstatsim.RandomInterpretations(random))
	}
	dearest := int64(0)
	r := newRig(t, serpstatsim.Options{})
	for i, rd := range readings {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			r.sim.Reset()
			r.sim.SetInterpretations(rd)
			clear(r.facts)
			report, err := r.run(t.Context(), MostCredits)
			if err != nil {
				t.Fatal(err)
			}
			dearest = max(dearest, r.sim.Credits())
			if r.sim.Credits() > MostCredits || r.sim.Credits() != report.Spent {
				t.Errorf("%d credits are spent, and %d are said to be", r.sim.Credits(), report.Spent)
			}
			r.check(t, rd, true)
			if t.Failed() {
				t.Logf("%d credits, %d requests, open: %v", report.Spent, len(r.sim.Requests()), report.Open)
			}
		})
	}
	t.Logf("%d credits at most", dearest)
}

// What is known is not asked again: where all is, a run spends nothing.
func TestNothingIsAskedTwice(t *testing.T) {
	for _, rd := range []serpstatsim.Interpretations{{}, {ContainsCaseSensitive: true, CheckIsLastVisited: true, TextIsLikePattern: true, AnchorsOfOneWord: true, BetweenExclusive: true, CompareTypes: serpstatsim.AllowAttested}} {
		r := newRig(t, serpstatsim.Options{Interpretations: rd})
		for run := 0; ; run++ {
			needs := Needs(r.known(), r.site)
			r.sim.Reset()
			if _, err := r.run(t.Context(), MostCredits); err != nil {
				t.Fatal(err)
			}
			spent := r.sim.Credits()
			if spent > needs {
				t.Errorf("%d credits were said to be needed, and %d are spent", needs, spent)
			}
			if needs == 0 && len(r.sim.Requests()) == 0 {
				break
			}
			if run == 3 {
				t.Fatalf("%d runs have not settled all: %d credits are needed", run, needs)
			}
		}
		r.check(t, rd, true)
	}
}

// Fewer credits buy the answers that save most, and never more than them; the next run goes on.
func TestFewCreditsBuyWhatSavesMost(t *testing.T) {
	for most := int64(1); most < MostCredits; most += 6 {
		rd := serpstatsim.RandomInterpretations(rand.New(rand.NewPCG(uint64(most), 3)))
		r := newRig(t, serpstatsim.Options{Interpretations: rd})
		report, err := r.run(t.Context(), most)
		if err != nil {
			t.Fatal(err)
		}
		if spent := r.sim.Credits(); spent > most || spent != report.Spent {
			t.Errorf("of %d credits %d are spent, %d it says", most, spent, report.Spent)
		}
		r.check(t, rd, false)
		if known := len(r.of("getOutlinks", execute.AskedCompare)); most >= 8 && known == 0 {
			t.Errorf("%d credits have bought nothing", most)
		}
		if _, err := r.run(t.Context(), MostCredits); err != nil {
			t.Fatal(err)
		}
		r.check(t, rd, true)
	}
}

// A fault ends in an error that says what it is, or is got over; what is learned in spite of it is right, and the credits
// are counted, those of lost answers too.
func TestFaultsTeachNothing(t *testing.T) {
	for fault := serpstatsim.RateLimitedObject; fault <= serpstatsim.InvalidUTF8; fault++ {
		if fault == serpstatsim.Stall || fault == serpstatsim.HugeBody || fault == serpstatsim.Redirect {
			continue // which are the client's own
		}
		for _, at := range []int{1, 9} {
			for _, times := range []int{1, 100} {
				synctest.Test(t, func(t *testing.T) { testFault(t, fault, at, times) })
			}
		}
	}
}

func testFault(t *testing.T, fault serpstatsim.FaultKind, at, times int) {
	rd := serpstatsim.RandomInterpretations(rand.New(rand.NewPCG(uint64(at), 4)))
	var faults []serpstatsim.Fault
	for n := range times {
		faults = append(faults, serpstatsim.Fault{Kind: fault, Request: at + n})
	}
	r := newRig(t, serpstatsim.Options{Interpretations: rd, Faults: faults})
	report, err := r.run(t.Context(), MostCredits)
	if spent := r.sim.Credits(); spent > MostCredits || spent > report.Spent+report.Lost {
		t.Errorf("%v at %d: %d credits are spent, and %d and %d are said to be", fault, at, spent, report.Spent, report.Lost)
	}
	before := len(r.facts)
	if err != nil && serpstatapi.KindOf(err) == 0 {
		t.Errorf("%v at %d: %v", fault, at, err)
	}
	if err != nil && times == 100 && at == 9 && before == 0 {
		t.Errorf("%v: nothing is kept of what was learned before", fault)
	}
	if transient := fault == serpstatsim.NoData || fault == serpstatsim.FilterRefused || fault == serpstatsim.NulBytes || fault == serpstatsim.InvalidUTF8 || fault == serpstatsim.TaskNotFound; !transient {
		r.check(t, rd, false)
	}
	if t.Failed() {
		t.Fatalf("%v at %d, %d times: %v, open %v", fault, at, times, err, report.Open)
	}
}

// Whoever interrupts it has what was learned by then, and nothing more is sent.
func TestAnInterruptionKeepsWhatWasLearned(t *testing.T) {
	for _, at := range []int{1, 5, 20} {
		ctx, cancel := context.WithCancel(t.Context())
		r := newRig(t, serpstatsim.Options{Before: func(number int) {
			if number == at {
				cancel()
			}
		}})
		_, err := r.run(ctx, MostCredits)
		if err == nil || ctx.Err() == nil || len(r.sim.Requests()) != at {
			t.Errorf("%v after %d requests of %d", err, len(r.sim.Requests()), at)
		}
		if at == 20 && len(r.facts) == 0 {
			t.Error("nothing is kept")
		}
		r.check(t, serpstatsim.Interpretations{}, false)
	}
}

// Whoever looks on is told of nothing that is not asked any more.
func TestNothingIsNamedWhenTheCreditsAreSpent(t *testing.T) {
	for most := int64(1); most < 12; most++ {
		r := newRig(t, serpstatsim.Options{})
		report, err := Run(t.Context(), Options{API: r.client, Site: r.site, Most: most, RowCap: r.rowCap, Learn: func(execute.Fact) {}, Asking: func(table string) {
			if spent := r.sim.Credits(); spent >= most || !strings.HasPrefix(table, "serpstat_") {
				t.Errorf("of %d credits %d are spent, and it names %s", most, spent, table)
			}
		}})
		if err != nil || !report.Unasked || report.Spent > most {
			t.Errorf("%d credits: %+v, %v", most, report, err)
		}
	}
}

// A site that cannot tell leaves questions open, and is not believed to have answered.
func TestASiteThatCannotTell(t *testing.T) {
	link := serpstatsim.Row{URLFrom: "https://few.com/%D0%B0", URLTo: "https://x.org/%D0%B1", LinkText: "текст", Nofollow: "follow", LinkType: "href", LinksExt: 1, FirstSeen: "2024-01-01", LastVisited: "2024-01-02 00:00:00"}
	for name, rows := range map[string][]serpstatsim.Row{"no link": nil, "an odd link": {link}} {
		rd := serpstatsim.RandomInterpretations(rand.New(rand.NewPCG(7, 7)))
		r := newRig(t, serpstatsim.Options{Interpretations: rd, Domains: map[string][]serpstatsim.Row{"few.com": rows}})
		r.site = "few.com"
		report, err := r.run(t.Context(), MostCredits)
		if err != nil {
			t.Fatal(err)
		}
		r.check(t, rd, false)
		if name == "no link" {
			if len(report.Empty) != 6 || report.Spent != 2 || slices.ContainsFunc(r.known(), func(f execute.Fact) bool { return f.Question != execute.AskedOf }) {
				t.Errorf("%+v, %v", report, r.facts)
			}
		}
		// Of the same site it is not asked again, until another one can tell.
		again, err := r.run(t.Context(), MostCredits)
		if err != nil || Needs(r.known(), r.site) > 0 && name == "no link" || again.Spent > report.Spent/4 || len(again.Empty) != len(report.Empty) || Needs(r.known(), "other.com") == 0 {
			t.Errorf("%s: again %+v, %v", name, again, err)
		}
		if name == "no link" {
			continue
		}
		if len(report.Open) < 4 || !slices.ContainsFunc(report.Open, func(o Open) bool { return o.Question == execute.AskedCheck && o.Why != "" }) {
			t.Errorf("%s: open are %v", name, report.Open)
		}
	}
}
