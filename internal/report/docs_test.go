package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

const docs = "../../docs/reports.md"

var fenced = regexp.MustCompile("(?s)```sql\n(.*?)```")

// Each example of the docs is right as it stands, has rows of the bundled data, and shows each shape and directive once at
// least.
func TestTheDocsExamplesRun(t *testing.T) {
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	demo := serpstatsim.Demo()
	delete(demo.Domains, serpstatsim.BigDomain) // nothing is said of it
	a := serveAs(t, demo)
	var shapes []report.Shape
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		example := m[1]
		if !strings.HasPrefix(example, "-- @report") {
			example = "-- @report Example\n-- @param domain The site\n\n" + example
		}
		s, err := report.Parse("docs", example)
		if err != nil {
			t.Errorf("%s\n%v", example, err)
			continue
		}
		made := a.make(t, s, 1000, report.Param{Name: "domain", Value: "serpstat.com"})
		for i, section := range made.sections {
			shapes = append(shapes, section.Shape)
			if len(section.Rows) == 0 && s.Blocks[i].Forms[0].SQL != "" || section.LeftOut != "" || section.Shape == report.Text && section.Text == "" {
				t.Errorf("%s\n%s has no rows: %s", example, section.Title, section.LeftOut)
			}
		}
	}
	for _, shape := range report.Shapes {
		if !slices.Contains(shapes, shape) {
			t.Errorf("the docs have no example of @%s", shape)
		}
	}
	for _, word := range []string{"report", "param", "budget", "or", "optional", "about", "unit"} {
		if !strings.Contains(string(text), "`-- @"+word) {
			t.Errorf("the docs do not say what @%s is", word)
		}
	}
}

// The docs name the fields of the JSON, and no others.
func TestTheDocsNameTheJSONsFields(t *testing.T) {
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "## JSON")
	var named []string
	for line := range strings.Lines(part) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
				named = append(named, m[1])
			}
		}
	}
	var b bytes.Buffer
	page := &report.Page{Sections: []report.Section{{Columns: []report.Column{{}}}}, Made: time.Unix(0, 0)}
	if err := report.WriteJSON(&b, page); err != nil {
		t.Fatal(err)
	}
	var of map[string]any
	if err := json.Unmarshal(b.Bytes(), &of); err != nil {
		t.Fatal(err)
	}
	var fields []string
	for name := range of {
		fields = append(fields, name)
	}
	for name := range of["sections"].([]any)[0].(map[string]any) {
		fields = append(fields, name)
	}
	slices.Sort(named)
	slices.Sort(fields)
	if named, fields = slices.Compact(named), slices.Compact(fields); !slices.Equal(named, fields) {
		t.Errorf("the docs name\n%v\nthe JSON has\n%v", named, fields)
	}
}
