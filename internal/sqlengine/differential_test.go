package sqlengine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// The law of the embedded engine, for every declared table: whatever the statement and however the API reads its
// filters, the answer is that of SQLite for plain tables that hold the same rows. Each site has a few rows.

// statementsEach is how many statements one set of rows and readings is asked.
const statementsEach = 12

// roundsEach is how many sets of rows and readings each table is tried with: all tables share what there is time for,
// but however many they are, each has its 150 statements.
func roundsEach() int {
	return max(repetition.Times(80, 2400)/len(catalog.Tables()), repetition.Times(13, 170))
}

func TestAnswersAreThoseOfAPlainTable(t *testing.T) {
	rigs, pairs := map[string]*rig{}, serpstatsim.Pairs{}
	for _, declared := range catalog.Tables() {
		t.Run(declared.Name, func(tt *testing.T) {
			for round := range roundsEach() {
				check := rapid.MakeCheck(func(rt *rapid.T) { checkRound(t, rt, rigs, pairs, declared, round) })
				if !tt.Run(fmt.Sprint(round), check) {
					return
				}
			}
		})
	}
	if missing := pairs.Missing(); repetition.Times(0, 1) == 1 && len(missing) > 0 {
		t.Errorf("readings that were not tried together: %s", missing)
	}
}

// once makes rapid check each round once more than shrinking needs; the rounds are the loop.
func TestMain(m *testing.M) {
	os.Args = append(os.Args, "-rapid.checks=1", "-rapid.nofailfile")
	os.Exit(m.Run())
}

var tried atomic.Int64

func checkRound(tt *testing.T, t *rapid.T, rigs map[string]*rig, pairs serpstatsim.Pairs, declared *table.Table, round int) {
	seed := rapid.Uint64Range(0, 1<<40).Draw(t, "readings")
	interpretations := serpstatsim.RandomInterpretations(rand.New(rand.NewPCG(seed, uint64(round))))
	t.Logf("the API's reading: %+v", interpretations)
	pairs.Add(interpretations)
	// What an engine has learned of the API stays true with it.
	// Rows kept from one statement answer the next, so that every second engine keeps none.
	ttl := time.Duration(-1)
	if round%2 == 1 {
		ttl = time.Hour
	}
	kind := fmt.Sprint(interpretations.CompareTypes, interpretations.ContainsCaseSensitive, interpretations.AnchorsOfOneWord, ttl)
	if rigs[kind] == nil {
		rigs[kind] = newRig(tt, ttl)
	}
	r := rigs[kind]
	r.sim.SetInterpretations(interpretations)
	p := newPairOn(t, r, tried.Add(1))
	p.oneWord = interpretations.AnchorsOfOneWord
	// Rows are kept for an hour, which is over: some sites are in the rows of every round, and not with the same links.
	now := start.Add(2 * time.Duration(p.number) * time.Hour)
	r.now.Store(&now)
	defer p.plain.Close()
	defer p.drawWorld(t)()
	for range statementsEach {
		p.compare(t, drawStatement(t, p, declared))
	}
}

// drawWorld draws links from the sites and to them, and returns what undoes it: all rounds share the simulator's world.
func (p *pair) drawWorld(t *rapid.T) (undo func()) {
	domains := []string{p.domain("a"), p.domain("b"), p.domain("others")}
	for i, draw := range []func(*rapid.T) serpstatsim.Row{
		func(t *rapid.T) serpstatsim.Row { return p.drawOutgoing(t, domains[0]) },
		func(t *rapid.T) serpstatsim.Row { return p.drawOutgoing(t, domains[1]) },
		p.drawIncoming,
	} {
		least := []int{0, 5, 8}[choose(t, 3)] // rapid favours few
		p.sim.SetRows(domains[i], rapid.SliceOfN(rapid.Custom(draw), least, []int{14, 14, 24}[i]).Draw(t, domains[i][:1]))
	}
	return func() {
		for _, d := range domains {
			p.sim.SetRows(d, nil)
		}
	}
}

// rig is the engine on the simulator.
type rig struct {
	sim      *serpstatsim.Server
	engine   *sqlengine.Engine
	warnings []string                  // of the statements so far
	now      atomic.Pointer[time.Time] // by which kept rows are young or old; nil is the clock
}

func newRig(t *testing.T, ttl time.Duration) *rig { return newRigOn(t, ttl, "") }

// newRigOn opens a database file.
func newRigOn(t *testing.T, ttl time.Duration, file string) *rig {
	return newRigWatched(t, ttl, file, nil)
}

// newRigWatched tells of each scan that the plugin is asked for.
func newRigWatched(t *testing.T, ttl time.Duration, file string, watch func(*plugin.QueryData)) *rig {
	t.Helper()
	r := &rig{sim: serpstatsim.New(serpstatsim.Options{Threats: everyThreat})}
	web := pipehttp.Serve(r.sim)
	observe := func(e serpstat.Event) {
		if e.Warning != "" {
			r.warnings = append(r.warnings, e.Warning)
		}
	}
	clock := func() time.Time {
		if now := r.now.Load(); now != nil {
			return *now
		}
		return time.Now()
	}
	made := serpstat.New(serpstat.Options{Engine: plan.SQLite, Unguarded: true, NoEnvironment: true, Transport: pipehttp.NewTransport(), Observe: observe, Now: clock})
	var err error
	r.engine, err = sqlengine.Open(context.Background(), sqlengine.Options{
		Plugin:   watched(made, watch),
		Config:   fmt.Sprintf("token = \"t\"\nbase_url = %q\nrequests_per_second = 1000\nrequest_timeout = 3600", web.URL),
		CacheTTL: ttl, Database: file, Hidden: serpstat.HiddenColumns, NeverNull: serpstat.NeverNull, Default: serpstat.Default, Words: serpstat.Words,
		Warn: func(text string) { r.warnings = append(r.warnings, text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.engine.Close(); r.sim.Close(); web.Close() })
	return r
}

// everyThreat makes every site malicious, in different ways.
func everyThreat(site string) *serpstatsim.Threat {
	all := []string{"windows", "linux", "osx", "android"}
	return &serpstatsim.Threat{Platforms: all[len(site)%3:], Kinds: [][]string{{"threat_type_unspecified"}, {"malware", "threat_type_unspecified"}, {"malware"}}[len(site)%3], Date: "2024-05-01"}
}

// watched is a plugin whose scans are told of.
func watched(made plugin.PluginFunc, watch func(*plugin.QueryData)) plugin.PluginFunc {
	if watch == nil {
		return made
	}
	return func(ctx context.Context) *plugin.Plugin {
		p := made(ctx)
		for _, t := range p.TableMap {
			list := t.List.Hydrate
			t.List.Hydrate = func(ctx context.Context, d *plugin.QueryData, h *plugin.HydrateData) (any, error) {
				watch(d)
				return list(ctx, d, h)
			}
		}
		return p
	}
}

// statement is SQL about plain tables, and what of its answer is determined.
type statement struct {
	text  string
	order bool   // rows come in this order exactly
	all   string // what the rows are some of, where a LIMIT leaves open which; the first column is in order
}

// check compares the answers to a statement about T, which is serpstat_outlink, and the sites a.com and b.com.
func (p *pair) check(t fataler, s statement) {
	made, err := p.plainOf(t, catalog.Of("serpstat_outlink"), given{}, p.sites()[:2])
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, text := range []*string{&s.text, &s.all} {
		*text = placeholder.ReplaceAllString(*text, made.name)
		*text = strings.NewReplacer("'a.com'", "'"+p.domain("a")+"'", "'b.com'", "'"+p.domain("b")+"'").Replace(*text)
	}
	p.compare(t, s)
}

var (
	placeholder = regexp.MustCompile(`\bT\b`)
	plainPrefix = regexp.MustCompile(`\bplain\d+_`)
)

// compare asks the engine for what a statement asks of the plain tables.
func (p *pair) compare(t fataler, s statement) {
	want := p.ask(t, s.text)
	p.sim.Reset()
	text := plainPrefix.ReplaceAllString(s.text, "")
	got, err := p.tryEngine(text)
	if err != nil && strings.Contains(err.Error(), "only the rows whose link_text has one word") && p.oneWord {
		return // what all rows are cannot be found out then, and is said
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	fail := func() {
		t.Fatalf("%s\ngot  %s\nwant %s\nrequests %+v", text, strings.Join(got, "\n     "), strings.Join(want, "\n     "), p.sim.Requests())
	}
	switch {
	case s.all != "":
		all := p.ask(t, s.all)
		if fmt.Sprint(firsts(got)) != fmt.Sprint(firsts(want)) && strings.Contains(s.text, "order by") || len(got) != len(want) {
			fail()
		}
		for _, row := range got {
			i := slices.Index(all, row)
			if i < 0 {
				fail()
			}
			all = slices.Delete(all, i, i+1)
		}
	default:
		if !s.order {
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			fail()
		}
	}
}

func firsts(rows []string) (list []string) {
	for _, row := range rows {
		first, _, _ := strings.Cut(row, "|")
		list = append(list, first)
	}
	return list
}

func (p *pair) ask(t fataler, query string) (list []string) {
	rows, err := p.plain.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	values := make([]any, len(names))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			t.Fatalf("%v", err)
		}
		plain := make([]any, len(values))
		for i, v := range values {
			plain[i] = *v.(*any)
		}
		list = append(list, rowText(plain))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

func (p *pair) askEngine(t fataler, query string) []string {
	list, err := p.tryEngine(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

func (p *pair) tryEngine(query string) (list []string, err error) {
	rows, err := p.engine.Query(serpstat.Statement(context.Background()), query)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		list = append(list, rowText(rows.Values()))
	}
	return list, rows.Close()
}

func rowText(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprintf("%T %v", v, v)
	}
	return strings.Join(texts, "|")
}
