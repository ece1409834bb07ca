package sqlengine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// importRows imports a table of texts.
func (p *pair) importRows(t *testing.T, name string, columns string, rows ...string) {
	t.Helper()
	if err := p.tryImport(name, columns, rows...); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) tryImport(name string, columns string, rows ...string) error {
	var list []sqlengine.ImportedColumn
	for c := range strings.SplitSeq(columns, " ") {
		list = append(list, sqlengine.ImportedColumn{Name: c, Type: "TEXT"})
	}
	return p.engine.Import(context.Background(), name, list, func(row func([]any) error) error {
		for _, r := range rows {
			if r == "stop" {
				return errors.New("stopped")
			}
			values := make([]any, len(list))
			for i, v := range strings.Split(r, " ") {
				values[i] = v
			}
			if err := row(values); err != nil {
				return err
			}
		}
		return nil
	})
}

// A list of domains that was imported is asked for as one in parentheses is, whether by IN or by a join, and whatever form
// its domains have.
func TestAnImportedListCostsWhatAListDoes(t *testing.T) {
	const three = "('a1.com', 'b1.com', 'c1.com')"
	for _, x := range []struct{ literal, imported string }{
		{"select count(raw) from serpstat_outlink where query in " + three, "select count(raw) from serpstat_outlink where query in (select domain from sites)"},
		{"select count(raw) from serpstat_outlink where query in " + three, "select count(raw) from sites join serpstat_outlink on query = domain"},
		{"select links_ext from serpstat_outlink where query in " + three + " order by links_ext desc limit 10", "select links_ext from serpstat_outlink where query in (select domain from sites) order by links_ext desc limit 10"},
		{"select count(raw) from serpstat_outlink where query in " + three + " and links_ext < 50", "select count(raw) from serpstat_outlink where query in (select domain from sites) and links_ext < 50"},
		{"select sum(total) from serpstat_outlink_summary where query in " + three, "select sum(total) from sites join serpstat_outlink_summary s on s.query = sites.domain"},
		{"select count(raw) from serpstat_outlink where query in " + three, "select count(raw) from serpstat_outlink where query in (select trim(lower(domain)) from untidy)"},
		{"select count(raw) from serpstat_outlink where query in " + three, "select count(raw) from serpstat_outlink where query in (select domain from untidy)"},
	} {
		p, _ := tenSites(t)
		p.importRows(t, "sites", "domain", "a1.com", "b1.com", "c1.com", "a1.com")
		p.importRows(t, "untidy", "domain collation", "https://A1.com/", "\tb1.com", "C1.COM.")
		ask := func(statement string) ([]string, int64) {
			before := p.sim.Credits()
			list := p.askEngine(t, statement)
			return list, p.sim.Credits() - before
		}
		want, cost := ask(x.literal)
		got, paid := ask(x.imported)
		if strings.Contains(x.imported, " join ") { // which has a1.com twice, for no credit more
			got, want = nil, nil
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || paid != cost {
			t.Errorf("%s: %.100q for %d credits, want %.100q for %d", x.imported, got, paid, want, cost)
		}
	}
}

func TestAnImportedTableIsTemporary(t *testing.T) {
	file := t.TempDir() + "/r.db"
	p := openOn(t, file)
	p.importRows(t, "Sites", "domain", "a.com")
	p.run(t, "create table kept as select * from sites", "create view counted as select count(*) n from serpstat_outlink where query in (select domain from sites)")
	if got := p.askEngine(t, "select n from counted"); got[0] != "int64 10" { // a view of the file sees it
		t.Errorf("a view counts %s", got)
	}
	if names, err := p.engine.ImportedTables(context.Background()); err != nil || fmt.Sprint(names) != "[Sites]" {
		t.Errorf("imported are %v %v", names, err)
	}
	p.engine.Close()
	if got := whole(t, file); fmt.Sprint(got) != "[table kept view counted]" {
		t.Errorf("the file has %v", got)
	}
}

// A view that reads nothing else but an imported table is found too, in the run that imports it.
func TestAViewOfAnImportedTable(t *testing.T) {
	file := t.TempDir() + "/r.db"
	another(t, file, "create view domains as select upper(domain) d from sites").Close()
	p := openOn(t, file)
	p.importRows(t, "sites", "domain", "a.com")
	if got := p.askEngine(t, "select d from domains"); got[0] != "string A.COM" {
		t.Errorf("the view has %s", got)
	}
}

func TestNamesThatAreTaken(t *testing.T) {
	p := openOn(t, t.TempDir()+"/r.db")
	p.run(t, "create table Own (a)", "create view seen as select 1")
	p.importRows(t, "sites", "domain", "a.com")
	for name, want := range map[string]string{
		"SERPSTAT_outlink": "a table of the plugin's", "own": "a table of the database file", "Seen": "a view of the database file", "SITES": "a file that is imported before it",
		"sqlite_x": "SQLite itself", "other": "", "it's": "",
	} {
		if got, err := p.engine.NameTaken(context.Background(), name); got != want || err != nil {
			t.Errorf("%s is the name of %q, want %q: %v", name, got, want, err)
		}
	}
}

func TestAFailedImportLeavesNothing(t *testing.T) {
	p := openOn(t, "")
	if err := p.tryImport("sites", "domain", "a.com", "stop"); err == nil || err.Error() != "stopped" {
		t.Errorf("it fails with %v", err)
	}
	if _, err := drain(p.engine, context.Background(), "select * from sites"); err == nil {
		t.Error("there is a table")
	}
	p.importRows(t, "sites", "domain", "b.com")
	if got := p.askEngine(t, "select domain from sites"); fmt.Sprint(got) != "[string b.com]" {
		t.Errorf("the table has %s", got)
	}
}

// A table that has taken the place of an imported one may have collations, which must be minded.
func TestACollationInTheImportsPlace(t *testing.T) {
	for _, changes := range [][]string{
		{"drop table sites", "create temp table sites (text text collate nocase)", "insert into sites values ('BLOG')"},
		{"alter table sites add column text text collate nocase", "update sites set text = 'BLOG'"},
	} {
		p := trapPair(t)
		p.importRows(t, "sites", "collation", "x")
		p.run(t, changes...)
		got := p.askEngine(t, "select count(*) from sites cross join serpstat_outlink o on o.query = '"+p.domain("a")+"' and sites.text = o.link_text")
		want := p.askEngine(t, "select count(*) from serpstat_outlink where query = '"+p.domain("a")+"' and lower(link_text) = 'blog'")
		if fmt.Sprint(got) != fmt.Sprint(want) || want[0] == "int64 0" {
			t.Errorf("%s: %s rows, want %s", changes, got, want)
		}
	}
}

// What a column is called says nothing of collations: a file's "collation" must not keep conditions from the API.
func TestAnImportedNameHidesNoCondition(t *testing.T) {
	p, _ := tenSites(t)
	p.importRows(t, "sites", "collate", "x")
	before := p.sim.Credits()
	if _, err := drain(p.engine, serpstat.Statement(context.Background()), "select url_to from serpstat_outlink where query = 'a1.com' and nofollow = 'follow' and link_text = 'x' limit 1"); err != nil {
		t.Fatal(err)
	}
	with := p.sim.Credits() - before
	p, _ = tenSites(t)
	before = p.sim.Credits()
	if _, err := drain(p.engine, serpstat.Statement(context.Background()), "select url_to from serpstat_outlink where query = 'a1.com' and nofollow = 'follow' and link_text = 'x' limit 1"); err != nil {
		t.Fatal(err)
	}
	if without := p.sim.Credits() - before; with != without {
		t.Errorf("it costs %d with the table, %d without", with, without)
	}
}
