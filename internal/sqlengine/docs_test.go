package sqlengine_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wasilibs/go-pgquery/parser"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

var update = flag.Bool("update", false, "write the golden results of the examples in docs/")

const docsDir = "../../docs"

// example is a section of a page under docs/tables.
type example struct{ page, title, postgres, sqlite string }

var exampleForm = regexp.MustCompile("(?s)### ([^\n]+)\n[^\n#`]+\n\n```sql\\+postgres\n(.*?)```\n\n```sql\\+sqlite\n(.*?)```\n")

func examples(t *testing.T) (list []example) {
	pages, err := filepath.Glob(docsDir + "/tables/*.md")
	if err != nil || len(pages) != len(catalog.Tables())+2 { // serpstat_credit and serpstat_outlink_summary
		t.Fatalf("pages %v, %v", pages, err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		_, section, _ := strings.Cut(string(text), "## Examples\n")
		found := exampleForm.FindAllStringSubmatch(section, -1)
		if n := strings.Count(section, "\n### "); n != len(found) {
			t.Errorf("%s: %d of %d examples have the form: title, a sentence, both dialects", page, len(found), n)
		}
		if name := strings.TrimSuffix(filepath.Base(page), ".md"); catalog.Of(name) != nil && (len(found) < 4 || found[0][1] != "Basic info") {
			t.Errorf("%s has %d examples, and its first one is not Basic info", page, len(found))
		}
		for _, m := range found {
			list = append(list, example{strings.TrimSuffix(filepath.Base(page), ".md"), m[1], m[2], m[3]})
		}
	}
	return list
}

// bundled is an engine on the bundled data, as serpstat-sql --demo has it.
func bundled(t *testing.T, web *pipehttp.Server) *sqlengine.Engine {
	t.Helper()
	e, err := sqlengine.Open(context.Background(), sqlengine.Options{
		Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite, Unguarded: true, NoEnvironment: true, Transport: pipehttp.NewTransport()}),
		Config: "token = \"t\"\nrequests_per_second = 1000\nrequest_timeout = 3600\nbase_url = \"" + web.URL + "\"",
		Hidden: serpstat.HiddenColumns, NeverNull: serpstat.NeverNull, Default: serpstat.Default, Words: serpstat.Words,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// bundledAPI simulates the API with the bundled data. What it works out of these is kept between the engines of a test.
func bundledAPI(t *testing.T) *pipehttp.Server { return servedAPI(t, serpstatsim.Demo()) }

func servedAPI(t *testing.T, o serpstatsim.Options) *pipehttp.Server {
	o.MaxLines = 1 << 40
	sim := serpstatsim.New(o)
	web := pipehttp.Serve(sim)
	t.Cleanup(func() { sim.Close(); web.Close() })
	return web
}

// fileName makes a title a name that a module may have a file by, which a ' may not be in.
var fileName = strings.NewReplacer(" ", "_", "'", "")

// What the docs' examples answer is held by golden files; go test ./internal/sqlengine -update writes them.
func TestTheExamplesOfTheDocs(t *testing.T) {
	web := bundledAPI(t)
	for _, x := range examples(t) {
		t.Run(x.page+"/"+x.title, func(t *testing.T) {
			p := &pair{rig: &rig{engine: bundled(t, web)}} // of its own: a LIMIT over rows that another example has read may take any
			rows := p.askEngine(t, x.sqlite)
			if len(rows) == 0 && !strings.HasPrefix(x.title, "Warn") {
				t.Error("no rows")
			}
			if !strings.Contains(x.sqlite, "order by") {
				slices.Sort(rows)
			}
			rows = keysAlone(x.sqlite, rows)
			if strings.Contains(x.sqlite, "'now'") || strings.Contains(x.sqlite, "left_lines") {
				return // its rows are not always the same
			}
			golden(t, filepath.Join("testdata/docs", x.page, fileName.Replace(strings.ToLower(x.title))+".txt"), strings.Join(rows, "\n")+"\n")
		})
	}
}

// oneKey is an order by one column alone and a limit, at the end of a statement.
var oneKey = regexp.MustCompile("(?s)^select\n(.*?)\nfrom.*order by\n  (\\w+)(?: desc)?\nlimit [0-9]+;\\s*$")

// keysAlone leaves of rows that are ordered by one column that column: which of those with an equal key come within the
// limit is open.
func keysAlone(statement string, rows []string) []string {
	m := oneKey.FindStringSubmatch(statement)
	if m == nil {
		return rows
	}
	column := slices.IndexFunc(strings.Split(m[1], ",\n"), func(c string) bool { return strings.TrimSpace(c) == m[2] })
	if column < 0 {
		return nil
	}
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = strings.Split(row, "|")[column]
	}
	return keys
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		os.MkdirAll(filepath.Dir(file), 0o755)
		os.WriteFile(file, []byte(got), 0o644)
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s: got\n%swant\n%s%v", file, got, want, err)
	}
}

func TestThePostgresExamplesParse(t *testing.T) {
	for _, x := range examples(t) {
		if _, err := parser.ParseToProtobuf(x.postgres); err != nil {
			t.Errorf("%s, %s: %v", x.page, x.title, err)
		}
	}
	for _, page := range append(recipes(t), docsDir+"/index.md", docsDir+"/steampipe.md", "../../README.md") {
		for _, sql := range append(fenced(t, page, "sql"), fenced(t, page, `sql\+postgres`)...) {
			if strings.Contains(sql, "temp table now") {
				continue // SQLite's
			}
			if _, err := parser.ParseToProtobuf(sql); err != nil {
				t.Errorf("%s: %s: %v", page, sql, err)
			}
		}
	}
}

func recipes(t *testing.T) []string {
	pages, err := filepath.Glob(docsDir + "/recipes/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("recipes %v, %v", pages, err)
	}
	return pages
}

// The recipes run as they stand, and each of their scripts has rows in the demo. Where the two dialects differ, that of
// PostgreSQL comes first.
func TestTheRecipesRun(t *testing.T) {
	web := bundledAPI(t)
	both := regexp.MustCompile("(?s)```sql\\+postgres\n[^`]*```\n\n```sql\\+sqlite\n")
	for _, page := range recipes(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "```sql+postgres\n"); n != len(both.FindAll(text, -1)) {
			t.Errorf("%s: not each of %d scripts for PostgreSQL stands before its twin for SQLite", page, n)
		}
		for _, script := range append(fenced(t, page, "sql"), fenced(t, page, `sql\+sqlite`)...) {
			list, err := sqlengine.Split(script)
			if err != nil {
				t.Fatal(err)
			}
			e, rows := bundled(t, web), 0
			for _, s := range list {
				n, err := drain(e, serpstat.Statement(context.Background()), s.Text)
				if err != nil {
					t.Errorf("%s: %s: %v", page, s.Text, err)
				}
				rows += n
			}
			if rows == 0 {
				t.Errorf("%s: no rows: %s", page, script)
			}
		}
	}
}

// The README's and the demo's SQL runs as it stands there, if on fewer rows of big.example, which has more than the
// row cap.
func TestTheSQLOfTheReadmeRuns(t *testing.T) {
	demo := serpstatsim.Demo()
	demo.Domains[serpstatsim.BigDomain] = demo.Domains[serpstatsim.BigDomain][:2000]
	e := bundled(t, servedAPI(t, demo))
	script, err := os.ReadFile("../../demo.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range append(fenced(t, "../../README.md", "sql"), string(script)) {
		list, err := sqlengine.Split(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			if _, err := drain(e, context.Background(), s.Text); err != nil {
				t.Errorf("%s: %v", s.Text, err)
			}
		}
	}
}

// What the README says of LIMIT and of joins is so, to the number: whoever mends the engine mends the README.
func TestWhatTheReadmeSaysOfCost(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := serpstatsim.Generate("a.com", 1000, 1)
	for i := range rows {
		rows[i].LinksExt = int64(i%100 + 1)
	}
	const from = " from serpstat_outlink o where query = 'a.com' and "
	joined := func(values int) string {
		return fmt.Sprintf("with recursive n(x) as (select 1 union all select x + 1 from n where x < %d) select count(*) from n cross join serpstat_outlink o on o.query = 'a.com' and o.links_ext <= n.x", values)
	}
	for _, x := range []struct {
		says, sql string
		credits   int64
	}{
		{"`=`, `<>`, `<`", "select *" + from + "links_ext <> 7 limit 5", 5},
		{"`between`, `like`", "select *" + from + "links_ext between 1 and 90 and url_to glob '*/*' limit 5", 5},
		{"begins with so many rows all the same", "select *" + from + "links_ext > 0 limit 5", 5},
		{"begins with so many rows all the same", "select *" + from + "domain_to <> '' limit 5", 5},
		{"`in`, `between`, `like`, `glob`", "select *" + from + "links_ext in (7, 8, 9) limit 15", 15},
		{"`not like`", "select *" + from + "link_text not like 'zzz%' limit 5", 5},
		{"`not in`", "select *" + from + "links_ext not in (7, 8) limit 5", 5},
		{"`not between`", "select *" + from + "links_ext not between 7 and 8 limit 5", 5},
		{"`not (…)`", "select *" + from + "not (links_ext = 7) limit 5", 5},
		{"(`glob 'https://*'`)", "select *" + from + "url_to glob 'http*' limit 5", 5},
		{"`is null` and `is not null`", "select *" + from + "link_text is not null limit 5", 5},
		{"nor `is not null` of a number or a URL", "select *" + from + "url_to is not null limit 5", 5},
		{"is decided without a row", "select *" + from + "url_to is null", 0},
		{"goes on with twice as many", "select *" + from + "links_ext not in (100, 99) limit 5", 40},
		{"`LIMIT` of 100 at most", "select *" + from + "link_text not like 'zzz%' limit 101", 125},
		{"costs 1 credit in `serpstat-sql`", "select max(links_ext)" + from + "links_ext < 50", 1},
		{"Both of them in one `select`", "select min(links_ext), max(links_ext)" + from + "links_ext < 50", 490},
		{"costs 2", "select (select min(links_ext)" + from + "1), (select max(links_ext)" + from + "1)", 2},
		{"only what is new is bought", joined(15), 10 * 15},
		{"up to 15 scans", joined(16), 1000},
		{"and then reads what is left of the whole table", strings.Replace(joined(16), "<=", "=", 1), 10*15 + 1000},
		{"A table that is joined with itself is read once", "select count(b.raw) from serpstat_outlink o join serpstat_outlink b on b.links_ext = o.links_ext + 1 where b.query = 'a.com' and o.query = 'a.com'", 1000},
		{"and so is one that a subquery reads again for each of its rows", "select count((select max(b.raw) from serpstat_outlink b where b.query = 'a.com' and b.domain_to = o.domain_to))" + from + "1", 1000},
		{"`=`, `in`, `LIKE` on `host_from`, `host_to`", "select *" + from + "domain_to = 'nowhere.example'", 2},
		{"A materialized CTE is bought once", "with l as materialized (select * from serpstat_outlink where query = 'a.com'), n as (select links_ext x from l limit 40) select count(*) from n join l on l.links_ext <= n.x", 1000},
	} {
		if !strings.Contains(string(text), x.says) {
			t.Errorf("the README does not say %s", x.says)
		}
		r := newRig(t, -1)
		r.sim.SetRows("a.com", rows)
		before := r.sim.Credits()
		if _, err := drain(r.engine, serpstat.Statement(context.Background()), x.sql); err != nil {
			t.Errorf("%s: %v", x.sql, err)
		}
		if cost := r.sim.Credits() - before; cost != x.credits {
			t.Errorf("%s costs %d, want %d", x.sql, cost, x.credits)
		}
	}
}

func fenced(t *testing.T, file, language string) (list []string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		list = append(list, m[1])
	}
	return list
}

// The settings in docs/index.md are those of config/serpstat.spc, to the letter.
func TestTheDocsShowTheConfig(t *testing.T) {
	config, err := os.ReadFile("../../config/serpstat.spc")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(fenced(t, docsDir+"/index.md", "hcl"), string(config)) {
		t.Error("docs/index.md#configuration is not config/serpstat.spc")
	}
}

// The fault that the README's simulator has strikes the statement that it shows.
func TestTheReadmesSimulatorStrikes(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?s)serpstat-sim --fault (\S+).*?serpstat-sql --base-url \S+ "(.*?)"`).FindStringSubmatch(string(text))
	if shown == nil {
		t.Fatal("the README shows no simulator with a fault")
	}
	fault, err := serpstatsim.ParseFault(shown[1])
	if err != nil || fault.Every < 2 {
		t.Fatalf("%s: %+v, %v", shown[1], fault, err)
	}
	sim := serpstatsim.New(serpstatsim.Demo())
	web := pipehttp.Serve(sim)
	t.Cleanup(func() { sim.Close(); web.Close() })
	if _, err := drain(bundled(t, web), serpstat.Statement(context.Background()), shown[2]); err != nil || len(sim.Requests()) < fault.Every {
		t.Errorf("%d requests, %v: none of them is refused with %s", len(sim.Requests()), err, shown[1])
	}
}
