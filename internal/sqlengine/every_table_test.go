package sqlengine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

func tableOf(t *testing.T, e *sqlengine.Engine, name string) *sqlengine.Table {
	t.Helper()
	i := slices.IndexFunc(e.Tables(), func(of *sqlengine.Table) bool { return of.Name == name })
	if i < 0 {
		t.Fatalf("there is no table %s", name)
	}
	return e.Tables()[i]
}

// What --tables lists are the tables and columns that are declared, and what it says of them is what is declared.
func TestTheTablesAreThoseDeclared(t *testing.T) {
	e := newRig(t, -1).engine
	var names []string
	for _, listed := range e.Tables() {
		names = append(names, listed.Name)
		if listed.Description == "" || len(listed.Columns) == 0 {
			t.Errorf("%s has no description or no columns", listed.Name)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != len(e.Tables()) {
		t.Errorf("tables %s", names)
	}
	for _, declared := range catalog.Tables() {
		listed := tableOf(t, e, declared.Name)
		if listed.Description != declared.Doc {
			t.Errorf("%s: %q", declared.Name, listed.Description)
		}
		want := map[string]string{"raw": fmt.Sprint("TEXT", false, false, false, true)}
		for _, p := range declared.Params {
			want[p.Column] = fmt.Sprint(typeOf(declared, p.Column), p.Form == table.Site || p.Form == table.Sites, true, false, false, p.Doc)
		}
		for _, f := range declared.Fields {
			want[f.Column] = fmt.Sprint(typeOf(declared, f.Column), false, false, f.Sort != "", false, f.Doc)
		}
		for _, d := range declared.Derived {
			want[d.Column] = fmt.Sprint("TEXT", false, false, false, false, d.Doc)
		}
		for _, c := range listed.Columns {
			got := fmt.Sprint(c.Type, c.Required, c.Parameter, c.Sortable, c.Hidden)
			if c.Name != "raw" {
				got = fmt.Sprint(c.Type, c.Required, c.Parameter, c.Sortable, c.Hidden, c.Description)
			}
			if got != want[c.Name] || c.Description == "" {
				t.Errorf("%s.%s: %s, want %s", declared.Name, c.Name, got, want[c.Name])
			}
			delete(want, c.Name)
		}
		if len(want) > 0 {
			t.Errorf("%s lacks the columns %v", declared.Name, want)
		}
	}
}

// Hidden columns are left out of *, in every table, and are there by name: raw is the row as it came.
func TestHiddenColumnsOfEveryTable(t *testing.T) {
	r := newRig(t, -1)
	p := newPairOn(t, r, 1)
	defer p.plain.Close()
	site := p.domain("a")
	rows := serpstatsim.Generate(site, 60, 1)
	for i := range rows {
		if i%2 == 0 { // a link to the site
			rows[i].URLFrom, rows[i].URLTo, rows[i].LinkType = rows[i].URLTo, rows[i].URLFrom, []string{"href", "redirect"}[i/2%2]
		}
	}
	for _, interpretations := range []serpstatsim.Interpretations{{}, {OtherSpellings: true, NumbersAsStrings: true}} {
		r.sim.SetInterpretations(interpretations)
		r.sim.SetRows(site, rows)
		for _, declared := range catalog.Tables() {
			var shown []string
			hidden := 0
			for _, c := range tableOf(t, r.engine, declared.Name).Columns {
				if c.Hidden {
					hidden++
				} else {
					shown = append(shown, c.Name)
				}
			}
			where := " from " + declared.Name + " where query = '" + site + "'" + others(declared, "")
			if got := columnsAnswered(t, r.engine, "select *"+where); !slices.Equal(got, shown) || slices.Contains(got, "raw") || hidden != 1 {
				t.Errorf("%s: * is %s, %d columns are hidden", declared.Name, got, hidden)
			}
			if got := columnsAnswered(t, r.engine, "select t.*, raw"+strings.Replace(where, "where", "t where", 1)); !slices.Equal(got, append(shown, "raw")) {
				t.Errorf("%s: t.*, raw is %s", declared.Name, got)
			}
			answers, err := r.sim.Answers(requestOf(t, declared, site, map[string]any{"intersect": "rival.com", "lang": "en"}))
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, raw := range answers {
				want = append(want, string(raw))
			}
			var raws []string
			for _, row := range p.askEngine(t, "select raw"+where) {
				raw := strings.TrimPrefix(row, "string ")
				raws = append(raws, raw)
				var members map[string]any
				if err := json.Unmarshal([]byte(raw), &members); err != nil {
					t.Errorf("%s: %s: %v", declared.Name, raw, err)
				}
				for _, f := range declared.Fields {
					if !f.Optional && !slices.ContainsFunc(slices.Collect(maps.Keys(members)), f.Has) {
						t.Errorf("%s: %s has none of %s", declared.Name, raw, f.Keys)
					}
				}
			}
			if len(raws) == 0 {
				t.Errorf("%s: no rows", declared.Name)
			}
			slices.Sort(want)
			slices.Sort(raws)
			if !slices.Equal(raws, want) {
				t.Errorf("%s: raw is %s, want %s", declared.Name, raws, want)
			}
		}
	}
}

// others are the clauses that a table needs beside the site, each after an "and".
func others(declared *table.Table, prefix string) (clauses string) {
	for _, p := range declared.Params[1:] {
		if p.Required() {
			clauses += " and " + prefix + inSQL(p.Column) + " = 'rival.com'"
		}
	}
	return clauses
}

func columnsAnswered(t *testing.T, e *sqlengine.Engine, text string) []string {
	t.Helper()
	rows, err := e.Query(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if err := rows.Close(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rows.Columns()
}

// linked makes so many links from a site and to it, of a host each, which are lost.
func linked(site string, n int) (out, in []serpstatsim.Row) {
	for i := range n {
		deleted := "2024-06-01 00:00:00"
		row := serpstatsim.Row{
			URLFrom: fmt.Sprintf("https://%s/p%d", site, i), URLTo: fmt.Sprintf("https://h%d.com/", i), LinkText: fmt.Sprintf("anchor %d", i), Nofollow: "follow", LinkType: "href",
			LinksExt: int64(i * 7 % 91), FirstSeen: "2024-01-01", LastVisited: "2024-05-01 00:00:00", DateDel: &deleted,
		}
		back := row
		back.URLFrom, back.URLTo, back.LinkType = row.URLTo, row.URLFrom, "redirect"
		out, in = append(out, row), append(in, back)
	}
	return out, in
}

// What a statement costs is what it needs, of every table; where pages do not fit, it has all rows or fails.
func TestStatementsOnEveryTable(t *testing.T) {
	const many = 300
	out, in := linked("a.com", many)
	// A request that is under way when a scan fails is finished: what comes after it has a simulator of its own.
	newRig := func() *rig {
		r := newRig(t, -1)
		r.sim.SetRows("a.com", out)
		r.sim.SetRows("others.com", in)
		return r
	}
	r, written := newRig(), newRig()
	type want struct {
		rows    int
		credits int64
	}
	for _, declared := range catalog.Tables() {
		text := declared.Fields[0].Column
		for _, f := range declared.Fields {
			if f.Filter.How == table.ByText {
				text = f.Column
			}
		}
		named := strings.NewReplacer("T", declared.Name, "N", declared.Sort.Divide, "X", text, "'a.com'", "'a.com'"+others(declared, ""), "b.query = 'a.com'", "b.query = 'a.com'"+others(declared, "b."))
		all, err := r.sim.Answers(requestOf(t, declared, "a.com", map[string]any{"intersect": "rival.com", "lang": "en"}))
		if err != nil {
			t.Fatal(err)
		}
		there, price := len(all), declared.Cost.Of(len(all))
		forms := map[string]want{
			"select count(*) from T where query = 'a.com'":       {1, price},
			"select * from T where query = 'a.com'":              {there, price},
			"select * from T where query = 'a.com' limit 3":      {min(3, there), price},
			"select X from T where query in ()":                  {0, 0},
			"select X from T where query = 'a.com' and X is 5.5": {0, price},
		}
		if declared.CountsRows {
			if there != many {
				t.Fatalf("%s: %d rows", declared.Name, there)
			}
			forms["select count(*) from T where query = 'a.com'"] = want{1, 1}
			forms["select * from T where query = 'a.com' limit 3"] = want{3, 3}
			forms["select X from T where query = 'a.com' and X like '%casino%'"] = want{0, many}
			if declared.Fields[declared.FieldOf(text)].Filter.How == table.ByText {
				forms["select X from T where query = 'a.com' and X like '%casino%'"] = want{0, 2}
			}
			if declared.FormOf(table.Digits) >= 0 { // whether rows of several words come is asked too
				forms["select X from T where query = 'a.com' and X like '%casino%'"] = want{0, 4}
			}
			if len(declared.Params) > 1 && declared.Params[1].Required() {
				delete(forms, "select X from T where query in ()")
			} else {
				forms["select a.X from T a join T b on a.X = b.X where a.query = 'a.com' and b.query = 'a.com'"] = want{many, many}
			}
		}
		if declared.Sort.Divide != "" {
			maps.Copy(forms, map[string]want{
				"select N from T where query = 'a.com' order by N desc limit 3":      {3, 3},
				"select max(N) from T where query = 'a.com'":                         {1, 1},
				"select X from T where query = 'a.com' and N is null":                {0, 0},
				"select X from T where query = 'a.com' and (N > 1e999 or N is null)": {0, many},
				"select X from T where query = 'a.com' and N > 1e999":                {0, 0},
			})
			if others(declared, "") == "" {
				forms["select N from T where query in ('a.com', 'b.com') order by N limit 3"] = want{3, 4}
			}
		}
		for form, want := range forms {
			r.sim.Reset()
			sql := named.Replace(form)
			got, err := drain(r.engine, serpstat.Statement(t.Context()), sql)
			if credits := r.sim.Credits(); err != nil || got != want.rows || credits > want.credits {
				t.Errorf("%s: %d rows for %d credits, %v, want %d for %d", sql, got, credits, err, want.rows, want.credits)
			}
		}
		if !declared.CountsRows {
			continue
		}
		faulty := newRig()
		for name, faults := range map[string][]serpstatsim.Fault{
			"an empty page":           {{Kind: serpstatsim.EmptyPage, Request: 2, Times: 1}},
			"a page that stays empty": {{Kind: serpstatsim.EmptyPage, Page: 2}},
			"a hundred rows a page":   {{Kind: serpstatsim.SmallPages}},
			"the page is ignored":     {{Kind: serpstatsim.SamePage}},
		} {
			for form, rows := range map[string]int{"select distinct raw from T where query = 'a.com'": many, "select distinct raw from T where query = 'a.com' order by N desc limit 200": 200} {
				if strings.Contains(form, "N") && declared.Sort.Divide == "" {
					continue
				}
				faulty.sim.SetFaults(faults...)
				if got, err := drain(faulty.engine, serpstat.Statement(t.Context()), named.Replace(form)); err == nil && got != rows {
					t.Errorf("%s: %s: %d rows of %d, and no error", name, named.Replace(form), got, rows)
				}
			}
		}
		for _, form := range []string{"delete from T where query = 'a.com'", "update T set X = '' where query = 'a.com'"} {
			if _, err := drain(written.engine, serpstat.Statement(t.Context()), named.Replace(form)); !errors.As(err, new(*sqlengine.ReadOnlyError)) || len(written.sim.Requests()) > 0 {
				t.Errorf("%s: %v after %d requests", named.Replace(form), err, len(written.sim.Requests()))
			}
		}
	}
}
