package sqlengine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// run runs statements, of which none may fail.
func (p *pair) run(t *testing.T, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := drain(p.engine, context.Background(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// another opens a file as another tool does, which has no tables of ours.
func another(t *testing.T, file string, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1) // writable_schema is a connection's
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return db
}

// earlier makes what a file of an earlier version has: the plugin's table itself.
var earlier = []string{
	"pragma writable_schema = on",
	`insert into sqlite_schema values ('table', 'serpstat_outlink', 'serpstat_outlink', 0, 'CREATE VIRTUAL TABLE "serpstat_outlink" using "serpstat_outlink"')`,
	"create view sites as select count(*) n from serpstat_outlink where query = 'a.com'",
	"create table kept as select 7 as n",
}

func openOn(t *testing.T, file string) *pair {
	p := &pair{rig: newRigOn(t, -1, file)}
	p.sim.SetRows("a.com", serpstatsim.Generate("a.com", 10, 1))
	return p
}

// whole reads all of a file as another tool does.
func whole(t *testing.T, file string) (names []string) {
	t.Helper()
	db := another(t, file)
	rows, err := db.Query("select type || ' ' || name from sqlite_schema order by 1")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	for _, name := range names {
		kind, name, _ := strings.Cut(name, " ")
		if kind != "table" {
			continue
		}
		for _, query := range []string{"select * from pragma_table_info('%s')", "select * from %s"} {
			if rows, err := db.Query(fmt.Sprintf(query, name)); err != nil {
				t.Errorf("%s: %v", name, err)
			} else {
				rows.Close()
			}
		}
	}
	return names
}

func TestAFileIsCleanForOtherTools(t *testing.T) {
	file := t.TempDir() + "/r.db"
	p := openOn(t, file)
	p.run(t, "create table own as select * from serpstat_outlink where query = 'a.com'", "create view sites as select count(*) n from serpstat_outlink where query = 'a.com'")
	p.engine.Close()
	if got := whole(t, file); fmt.Sprint(got) != "[table own view sites]" {
		t.Errorf("the file has %v", got)
	}
}

func TestAFileOfAnEarlierVersionIsCleaned(t *testing.T) {
	file := t.TempDir() + "/r.db"
	another(t, file, earlier...).Close()
	p := openOn(t, file)
	if got := p.askEngine(t, "select s.n, k.n from sites s, kept k"); got[0] != "int64 10|int64 7" {
		t.Errorf("its view and table: %v", got)
	}
	p.engine.Close()
	if got := whole(t, file); fmt.Sprint(got) != "[table kept view sites]" {
		t.Errorf("the file has %v", got)
	}
}

func TestAFileOfAnEarlierVersionThatCannotBeWrittenIsRead(t *testing.T) {
	file := t.TempDir() + "/r.db"
	another(t, file, earlier...).Close()
	if err := os.Chmod(file, 0o400); err != nil {
		t.Fatal(err)
	}
	if f, err := os.OpenFile(file, os.O_RDWR, 0); err == nil {
		f.Close()
		t.Skip("this user may write to any file")
	}
	p := openOn(t, file)
	if got := p.askEngine(t, "select s.n, k.n from sites s, kept k"); got[0] != "int64 10|int64 7" {
		t.Errorf("its view and table: %v", got)
	}
}

// Each list of statements runs on a file that is opened anew for the last one.
func TestViewsOfThePluginsTablesInAFile(t *testing.T) {
	const view = "create view v as select count(*) n from serpstat_outlink where query = 'a.com'"
	for name, c := range map[string]struct {
		statements []string
		want       string // of select * from v
	}{
		"one":                     {[]string{view}, "int64 10"},
		"with a table":            {[]string{"create table most(n)", "insert into most values (3)", "create view v as select count(*) from (select * from serpstat_outlink where query = 'a.com' limit (select n from most))"}, "int64 3"},
		"altered":                 {[]string{view, "alter table v rename to x"}, "fails"},
		"over one":                {[]string{"create view w as select url_to from serpstat_outlink where query = 'a.com'", "create view v as select count(*) + 1 from w"}, "int64 11"},
		"made where there is one": {[]string{view, "create view v as select 1"}, "fails"},
		"if there is none":        {[]string{view, "create view if not exists v as select 1"}, "int64 10"},
		"made anew":               {[]string{view, "drop view if exists v", "create view v as select count(*) + 5 from serpstat_outlink where query = 'a.com'"}, "int64 15"},
		"made anew, of a table":   {[]string{view, "drop view main.v", "create table x as select 4 as n", "create view v as select n from x"}, "int64 4"},
		"dropped":                 {[]string{view, "drop view v", "select * from v"}, "fails"},
		"dropped in vain":         {[]string{view, "begin", "drop view v", "rollback"}, "int64 10"},
		"made in vain":            {[]string{"begin", view, "rollback", "create view v as select 2"}, "int64 2"},
		"a table is renamed":      {[]string{"create table t as select 'a.com' d, 1 as x", "create view v as select count(*) n from t join serpstat_outlink on query = t.d", "alter table t rename to u", "alter table u rename column d to e", "alter table u drop column x"}, "int64 10"},
		"named with quotes":       {[]string{`create view "a ""b"" c" as select url_to from serpstat_outlink where query = 'a.com'`, `create view v as select count(*) from "a ""b"" c"`}, "int64 10"},
		"with a comment":          {[]string{"create /* x */ view\n -- y\n v (n) as select count(*) from serpstat_outlink where query = 'a.com' -- z"}, "int64 10"},
	} {
		t.Run(name, func(t *testing.T) {
			file := t.TempDir() + "/r.db"
			p := openOn(t, file)
			for i, sql := range c.statements {
				if _, err := drain(p.engine, context.Background(), sql); err != nil {
					if i != len(c.statements)-1 || c.want != "fails" {
						t.Fatalf("%s: %v", sql, err)
					}
					return
				}
			}
			if c.want == "fails" {
				t.Fatal("did not fail")
			}
			if got := p.askEngine(t, "select * from v"); got[0] != c.want {
				t.Errorf("at once %v", got)
			}
			p.engine.Close()
			if got := openOn(t, file).askEngine(t, "select * from v"); got[0] != c.want {
				t.Errorf("opened again %v", got)
			}
			for _, have := range whole(t, file) {
				if strings.Contains(have, "serpstat") {
					t.Errorf("the file has %s", have)
				}
			}
		})
	}
}

// What a file has under the name of a plugin's table would be taken for Serpstat's.
func TestAFileWhoseTableOfThatNameIsSomethingElse(t *testing.T) {
	for kind, create := range map[string]string{
		"table":             "create table serpstat_outlink(a)",
		"in capitals":       "create table Serpstat_OUTLINK(a)",
		"view":              "create view serpstat_outlink as select 1",
		"virtual":           "create virtual table serpstat_outlink using fts5(query, url_to)",
		"virtual, our name": `create virtual table serpstat_outlink using fts5(query, "using serpstat_outlink")`,
	} {
		t.Run(kind, func(t *testing.T) {
			file := t.TempDir() + "/r.db"
			another(t, file, create).Close()
			engine, err := sqlengine.Open(context.Background(), sqlengine.Options{Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite}), Database: file})
			if err == nil {
				engine.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "r.db has a table or view serpstat_outlink of its own") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestWritesToAPluginsTableInAnAttachedFileAreRefused(t *testing.T) {
	file := t.TempDir() + "/other.db"
	another(t, file, earlier...).Close()
	p := openOn(t, "")
	p.run(t, "attach '"+file+"' as other")
	for _, sql := range []string{
		"delete from other.serpstat_outlink where query = 'a.com'", "update other.serpstat_outlink set url_to = '' where query = 'a.com'",
		"insert into other.serpstat_outlink (query) select url_to from serpstat_outlink where query = 'a.com'", "drop table other.serpstat_outlink",
		"alter table other.serpstat_outlink rename to x", "delete from serpstat_outlink where query = 'a.com'",
	} {
		if _, err := drain(p.engine, context.Background(), sql); !errors.As(err, new(*sqlengine.ReadOnlyError)) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if n := len(p.sim.Requests()); n > 0 {
		t.Errorf("%d requests", n)
	}
}

// A file holds what was paid for.
func TestANewFileIsItsOwnersAlone(t *testing.T) {
	file := t.TempDir() + "/r.db"
	p := openOn(t, file)
	p.run(t, "pragma journal_mode = wal", "create table own as select * from serpstat_outlink where query = 'a.com'")
	for _, name := range []string{file, file + "-wal"} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestConfinedStatementsReachNoOtherFile(t *testing.T) {
	dir := t.TempDir()
	other := dir + "/other.db"
	another(t, other, "create table seen as select 'x' as u").Close()
	before, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := sqlengine.Open(context.Background(), sqlengine.Options{Plugin: serpstat.New(serpstat.Options{Engine: plan.SQLite}), Confined: true})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, sql := range []string{
		"attach '" + other + "' as o", "attach '" + dir + "' || '/new.db' as o", "vacuum into '" + dir + "/new.db'", "pragma temp_store_directory = '" + dir + "'", "detach main",
	} {
		if _, err := drain(engine, context.Background(), sql); !errors.As(err, new(*sqlengine.ConfinedError)) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for _, sql := range []string{"create table t as select 1 as a", "insert into t values (2)", "pragma table_info(t)", "pragma user_version = 3", "drop table t"} {
		if _, err := drain(engine, context.Background(), sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if after, err := os.ReadFile(other); err != nil || string(after) != string(before) {
		t.Errorf("the other file has changed: %v", err)
	}
	if _, err := os.Stat(dir + "/new.db"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a new file: %v", err)
	}
}

// A table of one's own may have columns of dates, as a database of another tool's has: they are texts, as they were written.
func TestDatesOfOnesOwnAreAsTheyWereWritten(t *testing.T) {
	p := newPair(t)
	p.run(t, "create table mine (n integer, d date, s datetime, t timestamp)")
	read := func(n int, statement string, args ...any) []any {
		rows, err := p.engine.Query(context.Background(), statement, append(args, sql.Named("n", n))...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		return rows.Values()
	}
	for n, v := range []any{"2024-01-02", "2024-01-02 03:04", "2024-01-02T03:04:05+02:00", "2024-01-02 00:00:00", "2024-01-02 03:04:05.120 +0000 UTC m=+1.5", "02.01.2024", "", nil, int64(20240102), 2.5} {
		want := fmt.Sprintf("%#v", []any{v, v, v})
		if got := fmt.Sprintf("%#v", read(n, "insert into mine values (:n, :v, :v, :v) returning d, s, t", sql.Named("v", v))); got != want {
			t.Errorf("%#v was returned as %s", v, got)
		}
		if got := fmt.Sprintf("%#v", read(n, "select d, s, t from mine where n = :n")); got != want {
			t.Errorf("%#v came back as %s", v, got)
		}
	}
}
