package sqlengine_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// A statement that is explained among others sends nothing, gives its plan, and leaves no trace, also inside a transaction.
func TestAnExplainedStatementLeavesNoTrace(t *testing.T) {
	engine, err := sqlengine.Open(context.Background(), sqlengine.Options{Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite, NoEnvironment: true})})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	run := func(statement string) {
		t.Helper()
		rows, err := engine.Query(context.Background(), statement)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tables := func() (n int64) {
		t.Helper()
		rows, err := engine.Query(context.Background(), "select count(*) from sqlite_master")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		rows.Next()
		return rows.Values()[0].(int64)
	}
	run("create table mine (a)")
	for _, open := range []string{"select 1", "begin", "create table second (a)"} {
		run(open)
		before := tables()
		var plans []execute.ScanPlan
		ctx := serpstat.Explain(context.Background(), false, func(p execute.ScanPlan) { plans = append(plans, p) })
		if err := engine.Explain(ctx, "create table links as select * from serpstat_outlink where query = 'example.com' limit 7"); err != nil {
			t.Fatal(err)
		}
		if len(plans) != 1 || plans[0].MaxCredits != 7 || tables() != before {
			t.Errorf("after %s: %v, and %d tables in place of %d", open, plans, tables(), before)
		}
		var confined *sqlengine.ConfinedError
		if err := engine.Explain(ctx, "attach ':memory:' as other"); !errors.As(err, &confined) {
			t.Errorf("attach: %v", err)
		}
	}
	run("commit")
	run("insert into second values (1)")
	run("attach ':memory:' as other")
}

// What a statement reads is told with what of it was not come to, since that depends on rows.
func TestAnOutlineTellsWhatIsReadAndWhatIsNotComeTo(t *testing.T) {
	engine, err := sqlengine.Open(context.Background(), sqlengine.Options{Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite, NoEnvironment: true})})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	const anchors = "(select sum(links) from serpstat_top_anchor where query = 'a.com')"
	for statement, want := range map[string]sqlengine.Outline{
		"select 1 as a, 2 as b":                             {Columns: []string{"a", "b"}},
		"select " + anchors + " as x, " + anchors + " as y": {Columns: []string{"x", "y"}, Reads: 2},
		"select a.links from serpstat_top_anchor as a, serpstat_top_page as p where a.query = 'a.com' and p.query = a.link_text":                                                                                                                        {Columns: []string{"links"}, Reads: 2, Unread: 1},
		"with a as materialized (select * from serpstat_top_anchor where query = 'a.com') select 1 as n from a union all select links from a":                                                                                                           {Columns: []string{"n"}, Reads: 1},
		"select case when " + anchors + " > 0 then " + anchors + " end as n":                                                                                                                                                                            {Columns: []string{"n"}, Reads: 2, Unread: 1},
		"with d(d) as (values ('a.com'), ('b.com')) select (select sum(links) from serpstat_top_anchor where query = d) as x, (select 1 from serpstat_top_anchor as a, serpstat_top_page as p where a.query = d and p.query = a.link_text) as y from d": {Columns: []string{"x", "y"}, Reads: 3, Unread: 1},
		"select value from json_each('[1]')": {Columns: []string{"value"}},
		"select links from serpstat_top_anchor where query = 'a.com' union all select links from serpstat_top_page where query = 'a.com' limit 5": {Columns: []string{"links"}, Reads: 2},
	} {
		ctx := serpstat.Explain(context.Background(), false, func(execute.ScanPlan) {})
		got, err := engine.Outline(ctx, statement)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %+v, %v, and not %+v", statement, got, err, want)
		}
	}
}

// A LIMIT that does not reach the API is no bound of what a statement costs, where it is explained among others.
func TestAHintOfFewRowsIsNoBoundWhereItIsExplained(t *testing.T) {
	engine, err := sqlengine.Open(context.Background(), sqlengine.Options{Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite, NoEnvironment: true})})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	var plans []execute.ScanPlan
	ctx := serpstat.Explain(context.Background(), false, func(p execute.ScanPlan) { plans = append(plans, p) })
	if err := engine.Explain(ctx, "select url_to from serpstat_outlink where query = 'a.com' and url_to not like '%x%' limit 3"); err != nil {
		t.Fatal(err)
	}
	if len(plans) != 1 || plans[0].MaxCredits >= 0 {
		t.Errorf("it is told as %+v", plans)
	}
}

func TestCommentsAreFound(t *testing.T) {
	statements, comments, err := sqlengine.SplitWithComments("-- a\n/* b\n -- b */ select '-- no' -- in it\n; -- behind\n  -- c\nselect \"/* no */\";\n-- d")
	want := []sqlengine.Comment{
		{Text: "-- a", Line: 1, Alone: true}, {Text: "/* b\n -- b */", Line: 2, Alone: true}, {Text: "-- in it", Line: 3, Inside: true},
		{Text: "-- behind", Line: 4, Above: 1}, {Text: "-- c", Line: 5, Alone: true, Above: 1}, {Text: "-- d", Line: 7, Alone: true, Above: 2},
	}
	if err != nil || len(statements) != 2 || !reflect.DeepEqual(comments, want) {
		t.Errorf("%+v, %d statements, %v", comments, len(statements), err)
	}
}
