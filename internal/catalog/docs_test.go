package catalog

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

var update = flag.Bool("update", false, "write the docs' lists of columns")

const (
	listBegin = "<!-- columns: written by go test ./internal/catalog -update -->\n\n"
	listEnd   = "\n<!-- end of columns -->"
)

// The docs say of each column what the declaration says.
func TestTheDocsListWhatIsDeclared(t *testing.T) {
	for _, declared := range Tables() {
		file := "../../docs/tables/" + declared.Name + ".md"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		before, rest, ok := strings.Cut(string(text), listBegin)
		_, after, ended := strings.Cut(rest, listEnd)
		if !ok || !ended {
			t.Errorf("%s has no list of columns", file)
			continue
		}
		want := before + listBegin + columnList(declared) + listEnd + after
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Error(err)
			}
			continue
		}
		if string(text) != want {
			t.Errorf("%s says otherwise than the declaration: go test ./internal/catalog -update", file)
		}
	}
}

// Whoever looks for a table finds it where tables are listed.
func TestTheListsOfTablesHaveEachTable(t *testing.T) {
	for _, file := range []string{"README.md", "docs/index.md", "CHANGELOG.md"} {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range Tables() {
			if !regexp.MustCompile(declared.Name + `\b`).Match(text) {
				t.Errorf("%s does not list %s", file, declared.Name)
			}
		}
	}
}

func columnList(t *table.Table) string {
	var b strings.Builder
	b.WriteString("| column | type | what reaches the API | what it is |\n|---|---|---|---|\n")
	row := func(column, kind, reach, doc string) {
		if reach == "" {
			reach = "nothing: checked after buying"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", column, kind, strings.ReplaceAll(reach, "|", `\|`), doc)
	}
	kinds := map[table.Kind]string{table.Text: "text", table.Count: "bigint", table.Time: "timestamp", table.Change: "bigint", table.Decimal: "double precision", table.Words: "jsonb"}
	for _, p := range t.Params {
		kind := map[table.Form]string{table.PerDomain: "bigint", table.Digits: "bigint", table.Filters: "jsonb"}[p.Form]
		if kind == "" {
			kind = "text"
		}
		row(p.Column, kind, p.Reach(), p.Doc)
	}
	for _, f := range t.Fields {
		row(f.Column, kinds[f.Kind], f.Reach(table.PostgreSQL), f.Doc)
	}
	for _, d := range t.Derived {
		row(d.Column, "text", d.Reach(t, table.PostgreSQL), d.Doc)
	}
	row("raw", "jsonb", "", "The row as the API gives it, with what no other column shows.")
	return b.String()
}
