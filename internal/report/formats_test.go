package report_test

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// A text has numbers as the page has them, and columns are called as the sites are; who reads it is told of no flag.
func TestATextIsForWhoeverReadsThePage(t *testing.T) {
	column := func(name string) report.Column { return report.Column{Column: output.Column{Name: name}} }
	p := &report.Page{Title: "Gap", Made: time.Unix(0, 0), Params: []report.Param{{Name: "domain", Value: "mine.example"}, {Name: "rival", Value: ""}}, Sections: []report.Section{
		{Shape: report.Bar, Title: "Domains", Form: "the strongest", Price: 99_241, Needs: 99_600, Columns: []report.Column{column("rank"), column(":domain"), column(":rival")}, Rows: [][]any{{"0", int64(12345), nil}, {"1", nil, nil}}},
		{Shape: report.Figures, Title: "At a glance", Columns: []report.Column{column("figure"), column("value")}, Rows: [][]any{{"Links", int64(12345)}, {"Each", 5.25}}},
	}}
	for format, want := range map[string][]string{
		"markdown": {"| rank | mine.example |\n| --- | ---: |\n| 0 | 12,345 |\n| 1 | — |\n", "| Links | 12,345 |\n| Each | 5.25 |\n", "*Shown: the strongest. All of it would cost up to 99,241 credits.*"},
		"table":    {"| 0    |       12,345 |\n| 1    |            — |\n", "| Links  | 12,345 |\n| Each   |   5.25 |\n", "Shown: the strongest. All of it would cost up to 99,241 credits."},
	} {
		var b strings.Builder
		w := bufio.NewWriter(&b)
		if err := report.WriteText(w, p, output.Named(format), output.Options{}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		for _, part := range want {
			if !strings.Contains(b.String(), part) {
				t.Errorf("%s: no %q in\n%s", format, part, b.String())
			}
		}
		if strings.Contains(b.String(), "--max-credits") {
			t.Errorf("%s tells of a flag:\n%s", format, b.String())
		}
	}
	if got := strings.Join(p.More(), "\n"); got != `--max-credits 99600 shows all of "Domains", and of the sections before` {
		t.Error(got)
	}
	var b strings.Builder
	if err := report.WriteJSON(&b, p); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), ":rival") || !strings.Contains(b.String(), `"name": "mine.example"`) {
		t.Error(b.String())
	}
}
