package reporthtml

import (
	"encoding/base64"
	"encoding/csv"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

var update = flag.Bool("update", false, "write the pages of testdata, and the sample to bin")

// tb is what fails: a test or one of its generated cases.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func written(t tb, p *report.Page) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withoutConstants leaves out of a page what is the same in each.
func withoutConstants(page string) string {
	page = strings.Replace(page, style, "…", 1)
	page = strings.Replace(page, script, "…", 1)
	page = regexp.MustCompile(`base64,[^"]*`).ReplaceAllString(page, "base64,…")
	return regexp.MustCompile(`(Content-Security-Policy" content=")[^"]*`).ReplaceAllString(page, "$1…")
}

// The pages are as they are in testdata: go test ./internal/reporthtml -update writes them, and the sample to bin.
func TestPages(t *testing.T) {
	small := sample()
	small.Sections = slices.Concat(small.Sections[:3], small.Sections[10:])
	charts := &report.Page{Name: "/home/me/my charts.sql", Title: "Charts", Made: made, Left: -1, Params: []report.Param{{Name: "domain", Value: "it's.example"}}}
	for _, i := range []int{3, 4, 5, 6, 7} {
		s := sample().Sections[i]
		s.Rows = s.Rows[:min(len(s.Rows), 3)]
		charts.Sections = append(charts.Sections, s)
	}
	for name, p := range map[string]*report.Page{
		"small": small, "charts": charts,
		"empty": {Name: "empty", Made: made, Left: -1},
		"table": mixed(),
	} {
		got := withoutConstants(written(t, p))
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what it was: run the test with -update, and read what changes\n%s", file, firstDifference(got, string(want)))
		}
	}
	if *update {
		if err := os.MkdirAll("../../bin", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("../../bin/report-sample.html", []byte(written(t, sample())), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return "got  " + a[i] + "\nwant " + strings.Join(b[min(i, len(b)):min(i+1, len(b))], "")
		}
	}
	return "it ends too soon"
}

// mixed is a page with one table, whose values are of all kinds.
func mixed() *report.Page {
	return &report.Page{Name: "mixed", Title: "Mixed", Left: -1, Made: made, Sections: []report.Section{{Shape: report.Table, Title: "Values", Price: -1, Columns: columns("name", "n", "day", "mixed", "n"), Rows: [][]any{
		{"b", int64(1000), "2024-02-01", int64(2), int64(9007199254740993)},
		{"a", int64(20), "2024-01-31", nil, int64(9007199254740992)},
		{"Ä", nil, "2023-12-31", "text", nil},
		{"c", -3.5, nil, 1.5, int64(-1)},
		{"B", int64(-40), "2024-01-31 10:00:00", "10", int64(9007199254740994)},
	}}}}
}

// nodes are the elements and texts of a page.
func nodes(t tb, page string) (all []*html.Node) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		all = append(all, n)
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// What strangers write into pages, to drive a browser or a spreadsheet, or by accident.
var pieces = []string{
	"a", "Привет", "日本", " ", "1.5", "\x1b[31m", "\u202e", "\u2066", "\u200b", "\x00", "\n", "\n\n", "=1+1", "@", "\"", "'", "`", "<script>alert(1)</script>", "</script>", "</style>", "</td></table>", "<img src=x onerror=alert(1)>",
	"&lt;", "&", "\xff", "https://x.org/a?b=<d>&e=\"f\"", "https://x.org/", "http://[", "javascript:alert(1)", "javascript://x.org/%0aalert(1)", "ftp://x.org/", "data:text/html,x", "JAVASCRIPT:y", "//x.org", "2024-01-02", "2024-01-02 03:04:05", "{{.}}", "${x}", "-->", "<!--", "]]>", " onclick=alert(1) ", "red", "green",
}

func drawText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 4).Draw(t, "text"), "")
}

func drawValue(t *rapid.T) any {
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.SampledFrom([]int64{0, 1, -1, 1234567, math.MaxInt64, math.MinInt64}).Draw(t, "whole")
	case 2:
		return rapid.SampledFrom([]float64{0, 0.5, -0.25, 1234.5, 1e21, 5e-324, math.Inf(1), math.Inf(-1), math.NaN(), 2.0 / 3}).Draw(t, "real")
	case 3:
		return []byte(drawText(t))
	}
	return drawText(t)
}

var shapes = []report.Shape{report.Text, report.Figures, report.Table, report.Bar, report.Stacked, report.Line, report.Donut, report.Scatter, report.Alert, report.ToDo, "unknown"}

func drawPage(t *rapid.T) *report.Page {
	p := &report.Page{Name: drawText(t), Title: drawText(t), Text: drawText(t), Params: []report.Param{{Name: drawText(t), Value: drawText(t)}}, Made: made, Left: rapid.Int64Range(-1, 5).Draw(t, "left"), Demo: rapid.Bool().Draw(t, "demo"),
		Recalled: rapid.Int64Range(0, 2).Draw(t, "recalled"), Budget: rapid.Int64Range(0, 9).Draw(t, "budget")}
	for range rapid.IntRange(0, 5).Draw(t, "sections") {
		s := report.Section{Shape: rapid.SampledFrom(shapes).Draw(t, "shape"), Title: drawText(t), Text: drawText(t), SQL: drawText(t), Form: drawText(t), Price: rapid.Int64Range(-1, 3).Draw(t, "price"), About: rapid.Bool().Draw(t, "about")}
		if rapid.IntRange(0, 5).Draw(t, "is left out") == 0 {
			s.LeftOut = drawText(t)
		}
		for range rapid.IntRange(0, 4).Draw(t, "columns") {
			s.Columns = append(s.Columns, report.Column{Column: output.Column{Name: drawText(t)}, Unit: rapid.SampledFrom([]report.Unit{report.Plain, report.Percent}).Draw(t, "unit")})
		}
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			var row []any
			for range rapid.IntRange(max(0, len(s.Columns)-1), len(s.Columns)).Draw(t, "values") {
				row = append(row, drawValue(t))
			}
			s.Rows = append(s.Rows, row)
		}
		p.Sections = append(p.Sections, s)
	}
	return p
}

// The elements of a page are its own: whatever is in a report is a text, an address of the web or the name of a file.
func TestWhatStrangersWriteStaysText(t *testing.T) {
	own := strings.Fields("html head meta title style script body a header h1 bdi p time span b nav ol li main section h2 h3 dl div dt dd ul svg circle path line rect text desc defs pattern figure figcaption details summary label input table caption thead tbody tr th td button footer code pre")
	attributes := strings.Fields("lang charset name content http-equiv class id href datetime aria-label aria-hidden aria-labelledby aria-describedby role tabindex type autocomplete spellcheck download rel title data-n scope viewbox d x y x1 x2 y1 y2 cx cy r width height fill text-anchor patternunits xmlns")
	rapid.Check(t, func(t *rapid.T) {
		page := written(t, drawPage(t))
		scripts, styles, ids := 0, 0, map[string]bool{}
		for _, n := range nodes(t, page) {
			switch n.Type {
			case html.ElementNode:
				if !slices.Contains(own, n.Data) {
					t.Fatalf("an element %s", n.Data)
				}
				for _, a := range n.Attr {
					if key := strings.ToLower(a.Key); !slices.Contains(attributes, key) {
						t.Fatalf("%s has an attribute %s", n.Data, a.Key)
					}
				}
				if id := attribute(n, "id"); id != "" {
					if ids[id] {
						t.Fatalf("two elements are %s", id)
					}
					ids[id] = true
				}
				switch n.Data {
				case "script":
					if scripts++; textOf(n) != script {
						t.Fatalf("a script %q", textOf(n))
					}
				case "style":
					if styles++; textOf(n) != style {
						t.Fatalf("a style %q", textOf(n))
					}
				case "a":
					if href := attribute(n, "href"); !regexp.MustCompile(`^(https?://[^/]|#[a-z]|data:text/csv;charset=utf-8;base64,[A-Za-z0-9+/=]*$)`).MatchString(href) {
						t.Fatalf("a link to %q", href)
					}
				}
			case html.CommentNode:
				t.Fatalf("a comment %q", n.Data)
			case html.TextNode:
				if n.Parent.Data == "script" || n.Parent.Data == "style" {
					continue
				}
				for _, c := range n.Data {
					if c != '\n' && output.Invisible(c) {
						t.Fatalf("%q is invisible", n.Data)
					}
				}
			}
		}
		if scripts != 1 || styles != 1 {
			t.Fatalf("%d scripts, %d styles", scripts, styles)
		}
	})
}

// Each value of a table is in its cell and in the CSV.
func TestATableHasAllItsValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPage(t)
		for i := range p.Sections {
			p.Sections[i].Shape = report.Table
		}
		var tables []*html.Node
		var files []string
		for _, n := range nodes(t, written(t, p)) {
			if n.Type == html.ElementNode && n.Data == "tbody" {
				tables = append(tables, n)
			}
			if attribute(n, "class") == "csv" {
				files = append(files, attribute(n, "href"))
			}
		}
		for _, s := range p.Sections {
			if s.LeftOut != "" || len(s.Rows) == 0 {
				continue
			}
			body := tables[0]
			tables = tables[1:]
			var rows []*html.Node
			for n := range body.ChildNodes() {
				if n.Type == html.ElementNode {
					rows = append(rows, n)
				}
			}
			if len(rows) != len(s.Rows) {
				t.Fatalf("%d rows of %d", len(rows), len(s.Rows))
			}
			for i, row := range rows {
				j := 0
				for cell := range row.ChildNodes() {
					var v any
					if j < len(s.Rows[i]) {
						v = s.Rows[i][j]
					}
					whole := textOf(cell)
					if title := attribute(cell, "title"); title != "" {
						whole = title
					} else if link := cell.FirstChild; link != nil && link.Data == "a" && attribute(link, "title") != "" {
						whole = attribute(link, "title")
					}
					want := output.VisibleLines(output.Text(v))
					if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
						want = whole
					}
					if exact := attribute(cell, "data-n"); exact != "" {
						whole = exact
					}
					if v == nil {
						want = "—"
					}
					if whole != want {
						t.Fatalf("%#v is %q", v, whole)
					}
					j++
				}
				if j != len(s.Columns) {
					t.Fatalf("%d cells of %d", j, len(s.Columns))
				}
			}
			text, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(files[0], "data:text/csv;charset=utf-8;base64,"))
			files = files[1:]
			if err != nil {
				t.Fatal(err)
			}
			inCSV(t, &s, string(text))
		}
	})
}

// inCSV fails unless a text has the values of a section, none of which a spreadsheet takes for a formula.
func inCSV(t tb, s *report.Section, text string) {
	t.Helper()
	rest, marked := strings.CutPrefix(text, "\ufeff")
	lines := csv.NewReader(strings.NewReader(rest))
	records, err := lines.ReadAll()
	if err != nil || !marked || len(records) != 1+len(s.Rows) && len(s.Columns) > 0 {
		t.Fatalf("%v: %q", err, text)
	}
	for i, record := range records[min(1, len(records)):] {
		for j, got := range record {
			var v any
			if j < len(s.Rows[i]) {
				v = s.Rows[i][j]
			}
			want := output.Text(v)
			if _, isText := v.(string); isText && want != "" && strings.ContainsRune("=+-@\t\r", rune(want[0])) {
				want = "'" + want
			}
			if got != want {
				t.Fatalf("%#v is %q in %q", v, got, text)
			}
		}
	}
}

// The policy of a page allows its own style and script, and nothing else.
func TestThePolicyAllowsNothingElse(t *testing.T) {
	for _, n := range nodes(t, written(t, sample())) {
		if attribute(n, "http-equiv") != "Content-Security-Policy" {
			continue
		}
		got := attribute(n, "content")
		if !strings.HasPrefix(got, "default-src 'none'; script-src 'sha256-") || strings.Contains(got, "unsafe") || strings.Contains(got, "*") || strings.Count(got, "sha256-") != 2 {
			t.Error(got)
		}
		return
	}
	t.Error("no policy")
}

// Letters take room, and not bytes.
func TestShortTextsOfAnyScriptStayOnOneLine(t *testing.T) {
	if c := newCell("Великий каталог сайтів", report.Numbers{}); c.Class != "" {
		t.Errorf("22 letters are of the class %s", c.Class)
	}
	if f := figures(&report.Section{Columns: columns("name", "value"), Rows: [][]any{{"Towns", "Одеса, Київ"}}}); f[0].Long {
		t.Error("a figure of 11 letters is long")
	}
}

func TestHowAPageWasMade(t *testing.T) {
	p := &report.Page{Name: "my links.sql", Params: []report.Param{{Name: "domain", Value: "it's.example"}, {Name: "n", Value: "10"}}, Made: made, Budget: 1000, Requests: 1, Credits: 1234, Left: -1}
	if got, want := command(p), `serpstat-sql report 'my links.sql' --param 'domain=it'\''s.example' --param n=10 --max-credits 1000 -o page.html`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	want := []fact{{"Calls", "1 request to Serpstat"}, {"Credits", "1,234 spent of a budget of 1,000"}}
	if got := asked(p); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	want = []fact{{"Made", "23 November 2026, 07:00 UTC"}, {"Kept rows", "none: all rows are as Serpstat had them when the page was made"}}
	if got := about(p); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	untitled := &report.Page{Left: -1, Sections: []report.Section{{Shape: report.Text, Text: "One."}, {Shape: report.Text, Text: "Two.", SQL: "select 'Two.'"}}}
	if got := written(t, untitled); !strings.Contains(got, "<summary>SQL of <bdi>section 2</bdi></summary>") {
		t.Errorf("a section without a title is not called by its number:\n%s", withoutConstants(got))
	}
	p.Left, p.Recalled, p.Bought, p.Demo = 5000, 1, made.Add(-90*time.Minute), true
	p.Sections = []report.Section{{Title: "A", About: true}, {Title: "B"}, {About: true}}
	p.Sections[1].Form, p.Sections[1].Needs = "a few", 5000
	want = []fact{{"Calls", "1 request to Serpstat"}, {"Credits", "1,234 spent of a budget of 1,000; 5,000 left in the plan"}, {"For more", `--max-credits 5000 shows all of "B", and of the sections before`}}
	if got := asked(p); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	want = []fact{{"Made", "23 November 2026, 07:00 UTC"},
		{"Kept rows", "1 row was bought by an earlier run and cost nothing again; the oldest on 23 November 2026, 05:30 UTC, 1 hour before this page was made"},
		{"Estimates", "The figures of these sections are Serpstat’s estimates, not counts: A; section 3"}, {"Data", "bundled with the program, and of no real site"}}
	if got := about(p); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A part of the rows is called one, in its heading, above it and in its drawing, in words for who knows no command: that is at
// the foot of the page. Columns are called as the sites are, and what was not given is nowhere.
func TestWhatIsNotWholeSaysSo(t *testing.T) {
	p := &report.Page{Name: "gap", Made: made, Left: -1, Params: []report.Param{{Name: "domain", Value: "mine.example"}, {Name: "rival", Value: "other.example"}, {Name: "rival2", Value: ""}}, Sections: []report.Section{
		{Shape: report.Bar, Title: "Anchors", Form: "the anchors of 200 links", Price: 99_241, Needs: 99_600, Columns: columns("anchor", ":domain", ":rival", ":rival2"), Rows: [][]any{{"here", int64(12), int64(3), nil}}},
		{Shape: report.Table, Title: "Links", LeftOut: "it costs at most 24,000 credits: --max-credits 26000 has it", Price: 24_000, Needs: 26_000},
	}}
	page := written(t, p)
	body, foot, _ := strings.Cut(page[strings.Index(page, "<body"):], "<footer")
	for _, want := range []string{
		`<bdi>Anchors</bdi> <span class="badge">in part</span>`, "Shown: the anchors of 200 links. All of it would cost up to 99,241 credits.", "Anchors: the anchors of 200 links</title>",
		"Left out. All of it would cost up to 24,000 credits.", ">mine.example</th>", ">other.example</th>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if strings.Contains(body, "--max-credits") || strings.Contains(body, "rival2") {
		t.Error("who reads the page is told of flags and parameters")
	}
	for _, want := range []string{"--max-credits 99600 shows all of &#34;Anchors&#34;, and of the sections before", "--max-credits 26000 shows all of &#34;Links&#34;"} {
		if !strings.Contains(foot, want) {
			t.Errorf("%q is not at its foot", want)
		}
	}
}

// The script's numbers and the template's are the same.
func TestTheScriptKnowsHowManyRowsAreShown(t *testing.T) {
	if !strings.Contains(script, "const atOnce = 100;") || atOnce != 100 {
		t.Error("page.js and table.go differ")
	}
}
