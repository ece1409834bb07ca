package report_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// linksTo are links to a site from so many others. Each hub has links of this week, of the months before, and lost ones. No
// day is within one of the borders of a week, so that a test may run at midnight.
func linksTo(data map[string][]serpstatsim.Row, site string, hubs, each int) {
	for h := range hubs {
		hub := fmt.Sprintf("hub%d.%s", h, strings.Replace(site, ".", "-", 1)+".test")
		if h%4 == 0 {
			hub = fmt.Sprintf("shared%d.test", h)
		}
		for n, r := range serpstatsim.Generate(hub, each, uint64(h)+7) {
			r.URLTo = fmt.Sprintf("https://%s/page%d", site, n%9)
			days := 30 + (h*each+n)%900
			if (h+n)%10 == 0 {
				days = 3
			}
			day := time.Now().UTC().AddDate(0, 0, -days)
			r.FirstSeen, r.LastVisited, r.DateDel = day.Format(time.DateOnly), day.Format(time.DateTime), nil
			if (h+n)%12 == 5 {
				r.FirstSeen = time.Now().UTC().AddDate(-3, 0, 0).Format(time.DateOnly)
				lost := day.Format(time.DateTime)
				r.DateDel = &lost
			}
			data[hub] = append(data[hub], r)
		}
	}
}

// world has a site that is linked to and links, rivals, a site with few links, and one with rows that lack values.
func world() map[string][]serpstatsim.Row {
	data := map[string][]serpstatsim.Row{
		"site.test": serpstatsim.Generate("site.test", 700, 1),
		"few.test":  serpstatsim.Generate("few.test", 2, 2),
		"gaps.test": serpstatsim.Generate("gaps.test", 40, 3),
	}
	linksTo(data, "site.test", 60, 12)
	linksTo(data, "rival.test", 50, 10)
	linksTo(data, "other.test", 30, 8)
	linksTo(data, "few.test", 1, 2)
	linksTo(data, "gaps.test", 8, 6)
	for _, rows := range data {
		for i := range rows {
			if strings.Contains(rows[i].URLFrom+rows[i].URLTo, "gaps.test") {
				rows[i].LinkText, rows[i].FirstSeen, rows[i].LastVisited, rows[i].Nofollow = "", "", "", ""
			}
		}
	}
	return data
}

// api is a simulator behind real HTTP.
type api struct {
	sim *serpstatsim.Server
	url string
}

func serve(t testing.TB, data map[string][]serpstatsim.Row) *api {
	return serveAs(t, serpstatsim.Options{
		Domains: data, MaxLines: 1 << 40, Interpretations: serpstatsim.Interpretations{ActiveOnly: true},
		Threats: func(site string) *serpstatsim.Threat {
			if site == "hub1.site-test.test" || site == "x.com" || strings.HasPrefix(site, "hub7.") {
				return &serpstatsim.Threat{Platforms: []string{"windows"}, Kinds: []string{"malware"}, Date: "2025-01-23"}
			}
			return nil
		},
	})
}

func serveAs(t testing.TB, o serpstatsim.Options) *api {
	sim := serpstatsim.New(o)
	web := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Close(); web.Close() })
	return &api{sim, web.URL}
}

// meter counts what the API has answered.
type meter struct {
	mu    sync.Mutex
	spent int64
}

func (m *meter) observe(e serpstat.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.spent += e.Credits + e.Unsure
}

func (m *meter) Spent() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.spent
}

func (m *meter) Recalled() int64 { return 0 }

func (a *api) open(t rapid.TB, keep time.Duration) (*sqlengine.Engine, *meter) {
	m := &meter{}
	e, err := sqlengine.Open(context.Background(), sqlengine.Options{
		Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite, Unguarded: true, NoEnvironment: true, Observe: m.observe}),
		Config: fmt.Sprintf("token = \"t\"\nbase_url = %q\nrequests_per_second = 1000", a.url),
		Hidden: serpstat.HiddenColumns, NeverNull: serpstat.NeverNull, Default: serpstat.Default, Words: serpstat.Words, CacheTTL: keep,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e, m
}

// made is a report that was made within a budget.
type made struct {
	sections  []report.Section
	bill      report.Bill
	spent     int64
	notEnough *report.NotEnoughError
	script    *report.Script
	values    []report.Param
	args      []any
}

func script(t rapid.TB, name string) *report.Script {
	text, err := report.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := report.Parse(name, text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

func fill(t rapid.TB, s *report.Script, params ...report.Param) (values []report.Param, args []any) {
	values, err := s.Fill(params)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		args = append(args, sql.Named(v.Name, v.Value))
	}
	return values, args
}

func (a *api) make(t rapid.TB, s *report.Script, budget int64, params ...report.Param) (m made) {
	e, counted := a.open(t, time.Hour)
	defer e.Close()
	m.script = s
	m.values, m.args = fill(t, s, params...)
	ctx := serpstat.Statement(context.Background())
	before := a.sim.Credits()
	prepared, err := s.Prepare(ctx, report.Options{Engine: e, Args: m.args, Values: m.values})
	if err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	m.bill, err = prepared.Bill(ctx, budget)
	if a.sim.Credits() != before {
		t.Fatalf("%s: %d credits were spent before anything was bought", s.Name, a.sim.Credits()-before)
	}
	if errors.As(err, &m.notEnough) {
		return m
	}
	if err != nil {
		t.Fatal(err)
	}
	if m.sections, err = prepared.Run(ctx, budget, counted, func(int, string) {}); err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	m.spent = a.sim.Credits() - before
	return m
}

// truth answers statements without a budget.
type truth struct {
	*sqlengine.Engine
	known map[string][][]any
}

func (a *api) truth(t rapid.TB) *truth {
	e, _ := a.open(t, -1) // which rows of equal ones a LIMIT takes is then the API's to say, as it is for a report
	if c, ok := t.(interface{ Cleanup(func()) }); ok {
		c.Cleanup(func() { e.Close() })
	}
	return &truth{e, map[string][][]any{}}
}

func (tr *truth) rows(t rapid.TB, statement string, args []any) [][]any {
	key := fmt.Sprint(statement, args)
	if rows, ok := tr.known[key]; ok {
		return rows
	}
	found, err := tr.Query(context.Background(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for found.Next() {
		rows = append(rows, found.Values())
	}
	if err := found.Close(); err != nil {
		t.Fatal(err)
	}
	tr.known[key] = rows
	return rows
}

// check compares each section with what SQL says of its form.
func (m made) check(t rapid.TB, tr *truth, budget int64) {
	if m.spent > budget || m.spent > m.bill.Most {
		t.Errorf("%s %v: %d credits were spent of %d, at most %d were announced", m.script.Name, m.values, m.spent, budget, m.bill.Most)
	}
	for i, s := range m.sections {
		block := m.script.Blocks[i]
		if s.LeftOut != "" {
			if len(s.Rows) > 0 || !block.Optional {
				t.Errorf("%s: %s is left out: %s, with %d rows", m.script.Name, s.Title, s.LeftOut, len(s.Rows))
			}
			continue
		}
		form := block.Forms[0]
		for _, f := range block.Forms[1:] {
			if s.Form != "" && filledIn(f.What, m.values) == s.Form {
				form = f
			}
		}
		if form.SQL != s.SQL {
			t.Errorf("%s: %s shows the statement\n%s\nas %q", m.script.Name, s.Title, s.SQL, s.Form)
		}
		if want := tr.rows(t, form.SQL, m.args); !slices.Equal(texts(s.Rows), texts(want)) {
			t.Errorf("%s %v: %s (%s) shows %d rows\n%v\nSQL says %d\n%v", m.script.Name, m.values, s.Title, s.Form, len(s.Rows), s.Rows, len(want), want)
		}
	}
}

// filledIn is a form's words with the values of parameters in them.
func filledIn(what string, values []report.Param) string {
	for _, v := range values {
		what = regexp.MustCompile(`:`+v.Name+`\b`).ReplaceAllLiteralString(what, v.Value)
	}
	return what
}

// texts are rows as texts, in one order: SQL leaves open which of equal ones comes first.
func texts(rows [][]any) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = fmt.Sprintf("%#v", row)
	}
	slices.Sort(list)
	return list
}

func drawParams(t *rapid.T, name string) []report.Param {
	params := []report.Param{{Name: "domain", Value: rapid.SampledFrom([]string{"site.test", "few.test", "gaps.test", "unknown.test"}).Draw(t, "domain")}}
	if name == "link-gap" {
		params = append(params, report.Param{Name: "rival", Value: "rival.test"})
		if rapid.Bool().Draw(t, "two rivals") {
			params = append(params, report.Param{Name: "rival2", Value: "other.test"})
		}
	}
	return params
}

// Whatever the budget, it is kept; what is shown is what SQL says of a form; a budget that is said to suffice does.
func TestNoBudgetIsPassedAndNothingShownIsWrong(t *testing.T) {
	a := serve(t, world())
	tr := a.truth(t)
	rapid.Check(t, func(r *rapid.T) {
		s := script(r, rapid.SampledFrom(report.Shipped()).Draw(r, "report"))
		params := drawParams(r, s.Name)
		budget := rapid.OneOf(rapid.Int64Range(1, 400), rapid.Int64Range(400, 4000)).Draw(r, "budget")
		m := a.make(r, s, budget, params...)
		if m.notEnough != nil {
			if m.notEnough.Needs <= budget {
				r.Fatalf("%d credits do not suffice, %v", budget, m.notEnough)
			}
			budget = m.notEnough.Needs
			if m = a.make(r, s, budget, params...); m.notEnough != nil {
				r.Fatalf("%d credits were said to suffice: %v", budget, m.notEnough)
			}
		}
		m.check(r, tr, budget)
		var less []int
		for i, s := range m.sections {
			if s.Needs <= 0 {
				continue
			}
			if len(less) > 0 && s.Needs < m.sections[less[len(less)-1]].Needs {
				r.Errorf("%s: %d credits are to have all up to %s, and a section before it needs %d", params, s.Needs, s.Title, m.sections[less[len(less)-1]].Needs)
			}
			less = append(less, i)
		}
		if len(less) > 0 {
			i := rapid.SampledFrom(less).Draw(r, "section")
			again := a.make(r, s, m.sections[i].Needs, params...)
			if got := again.sections[i]; got.Form != "" || got.LeftOut != "" {
				r.Errorf("%s %v, %s: %d credits were to have it, after %d, and it is %q, %q", s.Name, params, got.Title, m.sections[i].Needs, budget, got.Form, got.LeftOut)
			}
			again.check(r, tr, m.sections[i].Needs)
		}
	})
}

// With a large budget every section is in full.
func TestALargeBudgetShowsAllInFull(t *testing.T) {
	a := serve(t, world())
	tr := a.truth(t)
	for _, name := range report.Shipped() {
		for _, domain := range []string{"site.test", "few.test", "gaps.test", "unknown.test"} {
			params := []report.Param{{Name: "domain", Value: domain}}
			if name == "link-gap" {
				params = append(params, report.Param{Name: "rival", Value: "rival.test"})
			}
			m := a.make(t, script(t, name), 1_000_000, params...)
			m.check(t, tr, 1_000_000)
			for _, s := range m.sections {
				if s.Form != "" || s.LeftOut != "" || s.Price != 0 {
					t.Errorf("%s of %s: %s is not in full: %q, %q", name, domain, s.Title, s.Form, s.LeftOut)
				}
				if s.Title == "Followed or not" { // UGC is ugc
					for _, row := range s.Rows {
						if row[0] != strings.ToLower(row[0].(string)) {
							t.Errorf("%s of %s: %v", name, domain, s.Rows)
						}
					}
				}
			}
		}
	}
}

// What all of it costs is known of every section once one has asked: cheaper forms that cost more together do not stand in.
func TestCheaperFormsThatCostMoreDoNotStandIn(t *testing.T) {
	a := serve(t, world())
	s, err := report.Parse("own.sql", `-- @report Hosts
-- @param domain The site, such as example.com
-- @figures How many
with d as materialized (select * from serpstat_ref_domain where query = :domain)
select 'Hosts' as figure, count(*) as value from d;
-- @or Of the 50 strongest
with d as materialized (select * from serpstat_ref_domain where query = :domain order by domain_rank desc limit 50)
select 'Hosts' as figure, count(*) as value from d;
-- @table Hosts
select host_from, links from serpstat_ref_domain where query = :domain;
-- @or The 50 with the most links
select host_from, links from serpstat_ref_domain where query = :domain order by links desc limit 50;
`)
	if err != nil {
		t.Fatal(err)
	}
	m := a.make(t, s, 101, report.Param{Name: "domain", Value: "site.test"})
	m.check(t, a.truth(t), 101)
	for i, s := range m.sections {
		if s.Form != "" {
			t.Errorf("section %d shows %q", i+1, s.Form)
		}
	}
	if hosts := int64(len(m.sections[1].Rows)); hosts <= 50 || m.spent != hosts {
		t.Errorf("%d hosts were bought for %d credits", hosts, m.spent)
	}
}

// What answers have told of a price is said, also where nothing was left to ask for it.
func TestASmallBudgetKnowsWhatAllWouldCost(t *testing.T) {
	a := serve(t, world())
	m := a.make(t, script(t, "weekly"), 27, report.Param{Name: "domain", Value: "site.test"})
	var prices []int64
	for _, s := range m.sections {
		if s.Form != "" || s.LeftOut != "" {
			prices = append(prices, s.Price)
			if s.Price <= 0 {
				t.Errorf("%s (%q, %q) costs %d", s.Title, s.Form, s.LeftOut, s.Price)
			}
		}
	}
	if len(prices) < 2 {
		t.Errorf("prices are %v", prices)
	}
}

// giant is a site with as many links as the specification's example counts, to it and from it.
func giant() map[string][]serpstatsim.Row {
	data := map[string][]serpstatsim.Row{"giant.test": serpstatsim.Generate("giant.test", 99_241, 9)}
	linksTo(data, "giant.test", 2_000, 50)
	linksTo(data, "rival.test", 2_000, 50)
	linksTo(data, "other.test", 500, 20)
	return data
}

func TestAGiantDomainIsReportedOnForAThousandCredits(t *testing.T) {
	data := giant()
	all, nofollow := 0, 0
	for _, r := range data["giant.test"] {
		if r.DateDel == nil {
			all++
			if strings.Contains(r.Nofollow, "nofollow") {
				nofollow++
			}
		}
	}
	a := serve(t, data)
	for _, name := range report.Shipped() {
		params := []report.Param{{Name: "domain", Value: "giant.test"}}
		if name == "link-gap" {
			params = append(params, report.Param{Name: "rival", Value: "rival.test"}, report.Param{Name: "rival2", Value: "other.test"})
		}
		m := a.make(t, script(t, name), 1000, params...)
		if m.notEnough != nil || m.spent > 1000 {
			t.Fatalf("%s: %d credits, %v", name, m.spent, m.notEnough)
		}
		m.check(t, a.truth(t), 1000)
		shown, rows := 0, 0
		for _, s := range m.sections {
			if s.LeftOut == "" {
				shown++
				rows += len(s.Rows)
			}
			if (s.Form != "" || s.LeftOut != "") && (s.Price < 1000 && s.Price+m.spent < 1000 || s.Needs < 1000) {
				t.Errorf("%s: %s costs %d, needs %d: %q %q", name, s.Title, s.Price, s.Needs, s.Form, s.LeftOut)
			}
		}
		for _, s := range m.sections {
			if s.Title == "Followed or not" && fmt.Sprint(s.Rows) != fmt.Sprint([][]any{{"without nofollow", all - nofollow}, {"nofollow", nofollow}}) {
				t.Errorf("the shares of links are %v (%s), of %d with nofollow among %d", s.Rows, s.Form, nofollow, all)
			}
		}
		t.Logf("%s: %d credits, %d of %d sections, %d rows", name, m.spent, shown, len(m.sections), rows)
		if shown < len(m.sections)-3 {
			t.Errorf("%s: %d sections of %d are shown", name, shown, len(m.sections))
		}
	}
}

// What is to be done is told of domains, however many of their hosts there are; where there are too many, the last says how
// many more, and the table has all. Malicious sites are a problem in each report.
func TestTasksAreOfDomainsAndSayHowManyMoreThereAre(t *testing.T) {
	data := map[string][]serpstatsim.Row{}
	for d := range 12 {
		for h := range 1 + d%2 {
			host := fmt.Sprintf("bad%d.test", d)
			if h > 0 {
				host = "www." + host
			}
			for n, r := range serpstatsim.Generate(host, 2, uint64(d)) {
				r.URLTo, r.DateDel = fmt.Sprintf("https://site.test/page%d", n), nil
				data[host] = append(data[host], r)
			}
		}
	}
	a := serveAs(t, serpstatsim.Options{Domains: data, MaxLines: 1 << 40, Threats: func(string) *serpstatsim.Threat {
		return &serpstatsim.Threat{Platforms: []string{"windows"}, Kinds: []string{"malware"}, Date: "2025-01-23"}
	}})
	for _, name := range []string{"weekly", "backlinks"} {
		m := a.make(t, script(t, name), 1000, report.Param{Name: "domain", Value: "site.test"})
		rows := map[string]string{}
		for _, s := range m.sections {
			rows[s.Title] = fmt.Sprint(s.Rows)
			if s.Title == "Malicious sites that link to site.test" && len(s.Rows) <= 12 {
				t.Errorf("%s: %d malicious hosts", name, len(s.Rows))
			}
		}
		tasks := rows["What to do"]
		if n := strings.Count(tasks, "Disavow "); n != 11 || !strings.Contains(tasks, "links from 2 of its hosts") || strings.Contains(tasks, "www.") ||
			!strings.Contains(tasks, "Disavow 2 more domains malicious: the table “Malicious sites that link to site.test” has all") {
			t.Errorf("%s: %d tasks: %s", name, n, tasks)
		}
		if !regexp.MustCompile(`\[red \d+ malicious domains link`).MatchString(rows["What stands out"]) {
			t.Errorf("%s: %s", name, rows["What stands out"])
		}
		if all, ok := rows["The linking domains"]; ok && (strings.Contains(all, "www.") || !strings.Contains(all, "bad1.test")) {
			t.Errorf("hosts are among the domains: %s", all)
		}
	}
}
