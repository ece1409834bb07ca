package sqlengine_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wasilibs/go-pgquery/parser"
	"gopkg.in/yaml.v2"
)

// What the tools of the recipes make of a statement before PostgreSQL sees it, by the language of its block: values for
// those of their placeholders that a reader meets there.
var tools = map[string][]struct{ what, becomes string }{
	"postgresql": {},
	"psql": {
		{`(?m)^\\set .*$`, ""}, {` \\gset\b`, ";"}, {`:'domain'`, "'shop.example'"}, {`:'since'`, "'2026-09-01'"},
	},
	"grafana": {
		{`\$__timeFilter\((\w+)\)`, "$1 BETWEEN '2026-09-01T10:00:01.123Z' AND '2026-11-30T10:00:01.123Z'"}, {`\$\{domain:sqlstring\}`, "'shop.example','blog.example'"},
	},
	"metabase": {
		{`\{\{(domain|rank|since)\}\}`, "$$1"}, {`\[\[(.*?)\]\]`, "$1"},
	},
	"jinja": {
		{`(?s)\{%.*?%\}`, ""}, {`\{\{ config\(.*?\) \}\}`, ""}, {`\{\{ source\('serpstat', '(serpstat_\w+)'\) \}\}`, `"steampipe"."serpstat"."$1"`},
		{`\{\{ ref\('(\w+)'\) \}\}`, `"steampipe"."public"."$1"`}, {`\{\{ var\("domains"\) \| join\("', '"\) \}\}`, "shop.example', 'blog.example"}, {`\{\{ since \}\}`, "2026-09-01"},
	},
}

// unfilled is what PostgreSQL would not understand, or would take for something else.
var unfilled = regexp.MustCompile(`\{[{%]|\$_|\$\{|\[\[|:'|(?m:^\\)`)

// The statements for Steampipe's port are PostgreSQL's, as psql, dbt, Grafana and Metabase send them. (What each costs
// there was looked at by hand, in Steampipe with the simulator.)
func TestTheStatementsForToolsOnSteampipesPortParse(t *testing.T) {
	found := 0
	for _, page := range recipes(t) {
		for language, replaced := range tools {
			for _, sql := range fenced(t, page, language) {
				found++
				sent := sql
				for _, r := range replaced {
					sent = regexp.MustCompile(r.what).ReplaceAllString(sent, r.becomes)
				}
				if left := unfilled.FindString(sent); left != "" {
					t.Errorf("%s: nobody fills in %s of\n%s", page, left, sql)
				}
				if _, err := parser.ParseToProtobuf(sent); err != nil {
					t.Errorf("%s: %v:\n%s", page, err, sent)
				}
			}
		}
	}
	if found < 12 {
		t.Errorf("only %d statements are found", found)
	}
}

// A page shows the script beside it, for whoever reads before running.
func TestTheRecipesShowTheirScripts(t *testing.T) {
	scripts, err := filepath.Glob(docsDir + "/recipes/*.psql")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("scripts %v, %v", scripts, err)
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		shown := false
		for _, page := range recipes(t) {
			for _, block := range fenced(t, page, "psql") {
				shown = shown || block == string(text)
			}
		}
		if !shown {
			t.Errorf("no page shows %s as it is", script)
		}
	}
}

// Settings in YAML are that, and no key is there twice.
func TestTheYAMLOfTheRecipesIsYAML(t *testing.T) {
	found := 0
	for _, page := range recipes(t) {
		for _, text := range fenced(t, page, "yaml") {
			found++
			var settings map[string]any
			if err := yaml.UnmarshalStrict([]byte(text), &settings); err != nil || len(settings) == 0 {
				t.Errorf("%s: %v:\n%s", page, err, text)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d settings are found", found)
	}
}

var (
	ofARecipe  = regexp.MustCompile(`\]\(([^)#:]*\.(?:md|sh|sql|psql))(?:#[^)]*)?\)`)
	inTheIndex = "https://github.com/turbot/steampipe-plugin-serpstat/blob/main/docs/recipes/"
)

// What a recipe links to is there, and README and index list each recipe.
func TestTheRecipesAreLinked(t *testing.T) {
	index, err := os.ReadFile(docsDir + "/index.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range recipes(t) {
		name := filepath.Base(page)
		if !strings.Contains(string(index), inTheIndex+name+")") || !strings.Contains(string(readme), "](docs/recipes/"+name+")") {
			t.Errorf("README or docs/index.md has no link to %s", name)
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range ofARecipe.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(docsDir, "recipes", link[1])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}
