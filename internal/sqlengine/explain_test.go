package sqlengine_test

import (
	"context"
	"errors"
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
