package sqlengine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
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
			want[p.Column] = fmt.Sprint(typeOf(declared, p.Column), p.Form == table.Site, true, false, false, p.Doc)
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
			rows[i].URLFrom, rows[i].URLTo = rows[i].URLTo, rows[i].URLFrom
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
			where := " from " + declared.Name + " where query = '" + site + "'"
			if got := columnsAnswered(t, r.engine, "select *"+where); !slices.Equal(got, shown) || slices.Contains(got, "raw") || hidden != 1 {
				t.Errorf("%s: * is %s, %d columns are hidden", declared.Name, got, hidden)
			}
			if got := columnsAnswered(t, r.engine, "select t.*, raw"+strings.Replace(where, "where", "t where", 1)); !slices.Equal(got, append(shown, "raw")) {
				t.Errorf("%s: t.*, raw is %s", declared.Name, got)
			}
			answers, err := r.sim.Answers(serpstatsim.Request{Method: declared.Method, Query: site})
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
					if !f.Optional && !slices.ContainsFunc(f.Keys, func(key string) bool { _, ok := members[key]; return ok }) {
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
