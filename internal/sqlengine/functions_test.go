package sqlengine_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// atTime opens an engine with a clock that goes on whenever it is looked at.
func atTime(t *testing.T, now time.Time) *sqlengine.Engine {
	t.Helper()
	looks := -1
	e, err := sqlengine.Open(context.Background(), sqlengine.Options{
		Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite, Unguarded: true, NoEnvironment: true}),
		Config: `token = "t"`,
		Now:    func() time.Time { looks++; return now.Add(time.Duration(looks) * time.Hour) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// valuesFrom are the rows of a statement.
func valuesFrom(e *sqlengine.Engine, sql string) (list [][]any, err error) {
	rows, err := e.Query(serpstat.Statement(context.Background()), sql)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		list = append(list, rows.Values())
	}
	return list, rows.Close()
}

// A row of the list of functions: the function, what it gives, an example and its result.
var listedFunction = regexp.MustCompile("(?m)^\\|(.*)\\| .* \\| `(.+)` \\| `(.+)` \\|$")

func TestTheListOfFunctions(t *testing.T) {
	page, err := os.ReadFile(docsDir + "/serpstat-sql.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Functions\n")
	section, _, _ = strings.Cut(section, "\n## ")
	found := listedFunction.FindAllStringSubmatch(section, -1)
	if lines := strings.Count(section, "\n| ") - 1; len(found) < 15 || len(found) != lines {
		t.Errorf("%d of %d lines have an example and its result", len(found), lines)
	}
	for _, m := range found {
		e := atTime(t, time.Date(2026, 11, 30, 12, 34, 56, 0, time.UTC))
		example := strings.ReplaceAll(m[2], `\|`, "|")
		rows, err := valuesFrom(e, "select "+example)
		if err != nil {
			t.Errorf("%s: %v", example, err)
			continue
		}
		if got := fmt.Sprint(rows[0][0]); got != m[3] {
			t.Errorf("%s is %s, and listed as %s", example, got, m[3])
		}
	}
	for _, name := range []string{"regexp", "lower", "upper", "like", "split_part", "format_number", "greatest", "least", "host", "domain", "url_path", "url_param", "now", "date_trunc", "date_part", "median", "percentile", "percentile_cont", "percentile_disc", "string_agg"} {
		if !regexp.MustCompile(`(?m)^\|[^|]*\b` + name + `\b`).MatchString(section) {
			t.Errorf("%s is not listed", name)
		}
	}
}

func TestAStatementHasOneTime(t *testing.T) {
	e := atTime(t, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	for i := range 2 {
		rows, err := valuesFrom(e, "with recursive n(x) as (select 1 union all select x + 1 from n where x < 50) select min(now()) = max(now()), min(now()) from n")
		if want := fmt.Sprintf("[1 2026-11-30 %d:00:00]", 12+i); err != nil || fmt.Sprint(rows[0]) != want {
			t.Errorf("%v, %v, want %s", rows, err, want)
		}
	}
}

// What a function will refuse is found before a row is bought, if the statement says it.
func TestRefusedArgumentsCostNothing(t *testing.T) {
	const from = " from serpstat_outlink where query = 'a.com'"
	for sql, want := range map[string]string{
		"select url_to" + from + " and url_to regexp '(a'":                     "the pattern '(a' is refused",
		"select url_to" + from + " and not url_to not REGEXP '(a'":             "the pattern '(a' is refused",
		"select url_to" + from + " and regexp('a(?=b)', url_to)":               "is refused at '(?=', character 2",
		"select date_trunc('weak', first_seen), count(*)" + from:               "'weak' is no unit of time",
		"select date_part ( 'dau', first_seen), count(*)" + from:               "'dau' is no unit of time",
		"select date_trunc(datetime(first_seen, '+2 hours'), 'Months')" + from: "date_trunc: the unit stands first: write date_trunc('Months', x)",
		"select date_part(first_seen, 'year')" + from:                          "date_part: the unit stands first: write date_part('year', x)",
		"select url_to" + from + " and url_to regexp 'it''s (' limit 1":        "the pattern 'it''s (' is refused",
	} {
		r := newRig(t, -1)
		_, err := drain(r.engine, context.Background(), sql)
		if err == nil || !strings.Contains(err.Error(), want) || len(r.sim.Requests()) > 0 {
			t.Errorf("%s: %v after %d requests, want %s", sql, err, len(r.sim.Requests()), want)
		}
	}
	r := newRig(t, -1)
	for _, sql := range []string{
		"select 'regexp ''(''', \"regexp\", x from (select 1 as \"regexp\", '(' as x) -- regexp '('", "select 'a' regexp '(' || 'a)'", "select date_trunc('da' || 'y', now())", "select date_trunc('day', '2024-01-01'), date_trunc('month', max('2024', 'day')), coalesce(null, 'day')", "select 'date_trunc(''x''' /* date_trunc('x', 1) */",
	} {
		if _, err := drain(r.engine, context.Background(), sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// host() and domain() give what the columns have, of every URL that there is.
func TestPartsOfURLsAreThoseOfTheColumns(t *testing.T) {
	e := bundled(t, bundledAPI(t))
	for _, sql := range []string{
		"select count(*) from serpstat_outlink where query = 'serpstat.com' and (host(url_to) is not host_to or domain(url_to) is not domain_to or host(url_from) is not host_from)",
		"select count(*) from serpstat_ref_domain where query = 'shop.example' and domain(host_from) is not domain_from",
	} {
		rows, err := valuesFrom(e, sql)
		if err != nil || fmt.Sprint(rows[0][0]) != "0" {
			t.Errorf("%s: %v, %v", sql, rows, err)
		}
	}
}

func TestTokens(t *testing.T) {
	for sql, want := range map[string]string{
		"Select a.\"B c\",'it''s'||`d`[e f] -- x\n<> 1.5e3::Date/* ' */;": "select a . B c , it's || d e f <> 1.5e3 :: date ;",
		"x ~* 'y' and Ж!~~*é->>'$.a'":                                     "x ~* y and ж !~~* é ->> $.a",
		"'unfinished":                                                     "unfinished",
		"\"":                                                              "",
		"[x":                                                              "[ x",
		"":                                                                "",
	} {
		var got []string
		for _, token := range sqlengine.Tokens(sql) {
			got = append(got, token.Text)
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: %s, want %s", sql, text, want)
		}
	}
}
