package report_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

const whole = `-- Copyright: not shown
-- @report Links to :domain
-- What the page is about,
-- on two lines.
--
-- A second paragraph.
-- @param domain The site, such as example.com
-- @param few=10 How many
-- @budget 500

/* for who reads the script:
-- @table no directive
*/
create temp view mine as select '-- @table no directive either' as text; -- nor this

-- a remark on what is set up
create temp table n as select :few as n;

-- @table All of it
-- @about
-- @unit share percent
-- What it shows.

-- And more.
select text, 1.5 as share from mine -- the view
  where 1 = 1; -- @ the end
-- @or Less of it
-- @optional
select text, 2 as share from mine limit 1;

-- @text
-- The one sentence has {n}.
select n from n;

-- @text How it was made
-- By hand.
`

func TestAScriptIsRead(t *testing.T) {
	s, err := report.Parse("mine", whole)
	if err != nil {
		t.Fatal(err)
	}
	if s.Title != "Links to :domain" || s.Text != "What the page is about, on two lines.\n\nA second paragraph." || s.Budget != 500 {
		t.Errorf("the head is %q, %q, %d", s.Title, s.Text, s.Budget)
	}
	want := []report.Parameter{{Name: "domain", Description: "The site, such as example.com", Line: 7}, {Name: "few", Description: "How many", Default: "10", Optional: true, Line: 8}}
	if !reflect.DeepEqual(s.Params, want) {
		t.Errorf("the parameters are %+v", s.Params)
	}
	if len(s.SetUp) != 2 || !strings.HasPrefix(s.SetUp[0].Text, "create temp view") || s.SetUp[1].Line != 17 {
		t.Errorf("the set-up is %+v", s.SetUp)
	}
	if len(s.Blocks) != 3 || len(s.Blocks[0].Forms) != 2 || !s.Blocks[0].Optional || s.Blocks[1].Optional {
		t.Fatalf("the sections are %+v", s.Blocks)
	}
	all, less := s.Blocks[0].Forms[0], s.Blocks[0].Forms[1]
	if s.Blocks[0].Title != "All of it" || all.Text != "What it shows.\n\nAnd more." || !all.About || all.Units[0].Column != "share" || all.At != 25 || less.What != "Less of it" || less.About {
		t.Errorf("the first section is %+v, %+v, %+v", s.Blocks[0], all, less)
	}
	if last := s.Blocks[2]; last.Title != "How it was made" || last.Forms[0].SQL != "" || last.Forms[0].Text != "By hand." {
		t.Errorf("the text without a statement is %+v", last.Forms[0])
	}
}

func TestAPageSaysByWhatACommandMakesIt(t *testing.T) {
	for given, want := range map[string][2]string{
		"weekly": {"weekly", "weekly"}, "./weekly": {"weekly", "./weekly"}, "mine.sql": {"mine", "mine.sql"}, "/home/me/clients/mine.sql": {"mine", "mine.sql"}, "../mine.txt": {"mine", "mine.txt"},
	} {
		s, err := report.Parse(given, whole)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != want[0] || s.File() != want[1] {
			t.Errorf("%s is called %s, and made by %s", given, s.Name, s.File())
		}
	}
}

func TestNumbersInTextsAreAsPeopleReadThem(t *testing.T) {
	for want, v := range map[string]any{
		"1,234.6%": 1234.56, "-0.04%": -0.04, "-0.1%": -0.06, "—": nil, "-1,234%": int64(-1234), "12%": 12.0, "1e15%": 1e15, "∞%": math.Inf(1),
	} {
		if got := report.Written(v, report.Percent); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

// All numbers of a column have as many decimals.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		unit   report.Unit
		values []any
		want   []string
	}{
		{report.Plain, []any{int64(1234567), int64(-1), int64(0)}, []string{"1,234,567", "-1", "0"}},
		{report.Plain, []any{1234.5, int64(3), 2.0 / 3}, []string{"1,234.50", "3.00", "0.67"}},
		{report.Plain, []any{2.0, 3.0}, []string{"2", "3"}},
		{report.Percent, []any{12.34, int64(7), 0.04}, []string{"12.3%", "7.0%", "0.04%"}},
		{report.Percent, []any{int64(12)}, []string{"12%"}},
		{report.Plain, []any{1e21, -5e-324, math.Inf(1), math.Inf(-1), int64(math.MinInt64)}, []string{"1e21", "-4.94e-324", "∞", "-∞", "-9,223,372,036,854,775,808.00"}},
		{report.Plain, []any{-0.004, 1.25}, []string{"-0.004", "1.25"}},
	} {
		n := report.NumbersOf(tt.unit, tt.values...)
		for i, v := range tt.values {
			if got, want := n.Write(v), tt.want[i]; got != want {
				t.Errorf("%v in %v: %s, want %s", v, tt.values, got, want)
			}
		}
	}
}

// head is a head that nothing is wrong with, of three lines.
const head = "-- @report Title\n-- @param domain The site\n\n"

func TestWhatIsWrongIsToldWithItsLineAndWhatToWrite(t *testing.T) {
	a := serve(t, map[string][]serpstatsim.Row{})
	for _, c := range []struct {
		script string
		says   []string // each the beginning of a problem
	}{
		{"select 1", []string{"line 1: it is no report: begin it with -- @report TITLE"}},
		{"-- @report\nselect 1 as a", []string{"line 1: @report has no title"}},
		{"-- @report A\n-- @report B\n-- @table T\nselect 1", []string{"line 2: @report is there twice"}},
		{"-- @report A", []string{"line 1: the report shows nothing"}},
		{head + "-- @tabel T\nselect 1;\n-- @pie P\nselect 1", []string{"line 4: there is no @tabel: did you mean @table?", "line 6: there is no @pie: there are @report"}},
		{head + "-- @table T", []string{"line 4: there is no statement below it"}},
		{head + "-- @table T\n-- @bar B\nselect 1, 2", []string{"line 4: there is no statement below it"}},
		{head + "-- @table\nselect 1", []string{"line 4: @table has no title"}},
		{head + "-- @or Less\nselect 1;\n-- @table T\nselect 1", []string{"line 4: @or is a cheaper form of the section before it"}},
		{head + "-- @table T\nselect 1\n-- @unit a percent\n;", []string{"line 6: @unit stands in a statement: put it above the statement, or a semicolon"}},
		{head + "-- @table T\nselect 1; -- @about", []string{"line 5: @about stands in a statement, or behind one"}},
		{head + "-- @about\nselect 1;\n-- @table T\nselect 1", []string{"line 4: @about is said of the statement below"}},
		{head + "-- @table T\n-- @unit a euro\nselect 1 as a", []string{"line 5: @unit a euro: write -- @unit COLUMN percent"}},
		{head + "-- @budget much\n-- @table T\nselect 1;\n-- @param late A", []string{"line 4: @budget much: write the credits", "line 7: @param belongs to the head"}},
		{"-- @report A\n-- @param\n-- @param 1x A\n-- @param x\n-- @param x B\n-- @table T\nselect 1", []string{"line 2: @param : write", "line 3: @param 1x A: write", "line 4: @param x has no description", "line 5: @param x is there twice"}},
		{head + "-- @table T\nselect 'a", []string{"line 5: the statement does not end"}},

		{head + "-- @donut D\nselect 1;\n-- @alert A\nselect 1, 2, 3;\n-- @line L\nselect 1", []string{
			"line 5: @donut has 2 columns (a label, and its part), and the statement has 1 column: 1", "line 7: @alert has 2 columns (", "line 9: @line has 2 columns or more ("}},
		{head + "-- @figures F\nselect 1;\n-- @todo T\nselect 1, 2, 3, 4;\n-- @scatter S\nselect 1;\n-- @text T\nselect 1, 2", []string{
			"line 5: @figures has 2 to 4 columns", "line 7: @todo has 2 to 3 columns", "line 9: @scatter has 2 to 3 columns", "line 11: @text has 1 column (the sentence"}},
		{head + "-- @text T\n-- It is {b}.\nselect 1 as a", []string{"line 4: {b}: the statement has no such column, but a"}},
		{head + "-- @table T\n-- @unit b percent\nselect 1 as a", []string{"line 5: @unit b: the statement has no such column, but a"}},
		{"-- @report Of :domian\n-- @param domain A site\n-- @table T, as :now\n-- Of :domains.\nselect 1", []string{"line 1: no parameter :domian is declared: did you mean :domain?", "line 3: no parameter :domains is declared: did you mean :domain?"}},
		{head + "-- @table T\nselect :domian, :n", []string{"line 5: no parameter :domian is declared (did you mean :domain?)", "line 5: no parameter :n is declared: write -- @param n DESCRIPTION"}},
		{head + "-- @table T\nselect missing from (select 1 as a)", []string{"line 5: SQL logic error: no such column: missing"}},
		{head + "select 1;\n-- @table T\nselect 1", []string{"line 4: its rows are shown nowhere"}},
		{head + "create temp table t as select * from serpstat_outlink where query = :domain limit 10;\n-- @table T\nselect 1", []string{"line 4: a statement without a shape buys no rows"}},
		{head + "begin;\n-- @table T\nselect 1", []string{"line 4: BEGIN has no place in a report"}},
		{head + "-- @table T\ncreate table t (a)", []string{"line 5: a section shows what a SELECT finds, and this statement begins with CREATE"}},
		{head + "-- @table T\nselect url_to from serpstat_outlink where query = :domain", []string{"line 5: the price has no bound: it costs a credit for each row"}},
		{head + "-- @table T\nselect url_to from serpstat_outlink where query = :domain;\n-- @or More\nselect 1;\n-- @or Most\nselect url_to from serpstat_outlink where query = :domain limit 9",
			[]string{"line 8: @or is to be cheaper than what stands before it: that costs 0 credits at most, and this 9"}},
		{head + "-- @table T\nselect * from serpstat_top_anchor as a, serpstat_top_page as p where a.query = :domain and p.query = a.link_text",
			[]string{"line 5: the price has no bound: what it asks depends on rows"}},
	} {
		t.Run(strings.ReplaceAll(c.script, head, ""), func(t *testing.T) {
			s, err := report.Parse("x", c.script)
			if err == nil {
				e, _ := a.open(t, time.Hour)
				defer e.Close()
				values := s.Examples(nil)
				var args []any
				for _, v := range values {
					args = append(args, sql.Named(v.Name, v.Value))
				}
				_, err = s.Prepare(context.Background(), report.Options{Engine: e, Args: args, Values: values})
			}
			var problems report.Problems
			if !errors.As(err, &problems) || len(problems) != len(c.says) {
				t.Fatalf("it says\n%v", err)
			}
			lines := strings.Split(err.Error(), "\n")
			for i, says := range c.says {
				if !strings.HasPrefix(lines[i], says) {
					t.Errorf("it says\n%s\nand not\n%s", lines[i], says)
				}
			}
		})
	}
	if len(a.sim.Requests()) > 0 {
		t.Errorf("the API was asked: %+v", a.sim.Requests()[0])
	}
}

// A site is read as people write it; an example that is one, or a default that is a number, says what a parameter is.
func TestParametersAreRead(t *testing.T) {
	s, err := report.Parse("x", `-- @report A
-- @param site The site, such as example.com
-- @param www A site, such as www.example.com
-- @param rival= Another site, such as example.org
-- @param most=2.5 How much
-- @param word=a What stands in texts, such as seo
-- @param least The lowest rank, such as 2.5
-- @param file A file, such as page.md
-- @param code=007 A code
-- @param shop A shop, such as shop.example
-- @table T
select 1;
`)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ written, value, wrong string }{
		{" example.com ", "example.com", ""},
		{"HTTPS://www.Example.com/", "example.com", ""},
		{"www.example.co.uk.", "example.co.uk", ""},
		{"www.com", "www.com", ""},
		{"www2.example.com", "www2.example.com", ""},
		{"пример.рф", "пример.рф", ""},
		{"example", "", "is not a domain name"},
		{"example.com/blog", "", "has a path"},
		{"*.example.com", "", "has a wildcard: write the domain alone"},
		{" ", "", "--param site is empty: write --param site=example.com"},
	} {
		got, err := s.Params[0].Read(c.written)
		if got != c.value || (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%d, %q: %q, %v", i, c.written, got, err)
		}
	}
	for i, written := range []string{"example.com", "www.example.com", "", "2", " www.word.com/ ", "30", "/tmp/Page.md", "A12", "shop.com"} {
		if got, err := s.Params[i].Read(written); got != written || err != nil {
			t.Errorf("%s: %q, %v", s.Params[i].Name, got, err)
		}
	}
	for _, n := range []string{"", "many", "NaN", "1,5", "+7", "1e5"} {
		if _, err := s.Params[3].Read(n); err == nil || !strings.Contains(err.Error(), "is no number: write one, such as 2.5") {
			t.Errorf("%q: %v", n, err)
		}
	}
}

// A site is named once.
func TestSitesOfAReportAreDifferent(t *testing.T) {
	s := script(t, "link-gap")
	for _, c := range [][2]string{{"a.com", ""}, {"b.com", "https://www.A.com"}, {"b.com", "B.com."}} {
		_, err := s.Fill([]report.Param{{Name: "domain", Value: "a.com"}, {Name: "rival", Value: c[0]}, {Name: "rival2", Value: c[1]}})
		if err == nil || !strings.Contains(err.Error(), "that is the site of") {
			t.Errorf("%v: %v", c, err)
		}
	}
	if _, err := s.Fill([]report.Param{{Name: "domain", Value: "a.com"}, {Name: "rival", Value: "blog.a.com"}, {Name: "rival2", Value: ""}}); err != nil {
		t.Error(err)
	}
}

// A budget that is wanted for more than a section's bounded forms is not one for a section whose price nobody knows.
func TestABudgetTooSmallForACheaperFormIsRefused(t *testing.T) {
	a := serve(t, world())
	s, err := report.Parse("x", head+"-- @table T\nselect host_from from serpstat_ref_domain where query = 'site.test';\n-- @or Ten\nselect host_from from serpstat_ref_domain where query = 'site.test' order by links desc limit 10;")
	if err != nil {
		t.Fatal(err)
	}
	site := report.Param{Name: "domain", Value: "site.test"}
	if m := a.make(t, s, 9, site); m.notEnough == nil || m.notEnough.Needs != 10 {
		t.Errorf("9 credits: %+v", m)
	}
	if m := a.make(t, s, 10, site); m.notEnough != nil || m.sections[0].Form != "Ten" {
		t.Errorf("10 credits: %+v", m)
	}
}

// What a text says is of the rows; a parameter stands in texts as it is given.
func TestTextsHaveFiguresAndValues(t *testing.T) {
	a := serve(t, map[string][]serpstatsim.Row{})
	s, err := report.Parse("x", head+`-- @text Of :domain
-- At 10:30, see https://x.test/:domain, {name} has {n} of {share}; {none}, {other}, a:domain.
-- @unit share percent
select 'A' as name, 12345 as n, 12.34 as share, null as none, 1234.0 as other union all select 'B', 1, 2, 3, 4.55;
-- @text Nothing
-- There is {n}.
select 1 as n where false;
-- @text
select 'One of ' || :domain union all select null union all select 'two';
-- @alert A
select 'yellow', 'x'`)
	if err != nil {
		t.Fatal(err)
	}
	e, m := a.open(t, time.Hour)
	defer e.Close()
	values, args := fill(t, s, report.Param{Name: "domain", Value: "{n}.test"})
	prepared, err := s.Prepare(context.Background(), report.Options{Engine: e, Args: args, Values: values})
	if err != nil {
		t.Fatal(err)
	}
	_, err = prepared.Run(context.Background(), 1, m, func(int, string) {})
	if err == nil || !strings.Contains(err.Error(), `line 14 (A): an alert is green, amber or red, and the statement has "yellow"`) {
		t.Errorf("an alert of no colour: %v", err)
	}
	s.Blocks = s.Blocks[:3]
	if prepared, err = s.Prepare(context.Background(), report.Options{Engine: e, Args: args, Values: values}); err != nil {
		t.Fatal(err)
	}
	sections, err := prepared.Run(context.Background(), 1, m, func(int, string) {})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sections {
		got = append(got, s.Title, s.Text)
	}
	want := []string{
		"Of {n}.test", "At 10:30, see https://x.test/{n}.test, A has 12,345 of 12.3%; —, 1,234, a:domain.\n\nAt 10:30, see https://x.test/{n}.test, B has 1 of 2%; 3, 4.55, a:domain.",
		"Nothing", "", "", "One of {n}.test\n\ntwo",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the texts are\n%q\nand not\n%q", got, want)
	}
}
