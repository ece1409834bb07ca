package output

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// Nothing that people look at has a character that drives a terminal or hides a text.
func TestNothingInvisibleIsShown(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		for _, name := range []string{"table", "line", "markdown", "html"} {
			for _, c := range r.written(t, name, Options{Header: true}) {
				if c != '\n' && Invisible(c) {
					t.Fatalf("%s shows %q", name, c)
				}
			}
		}
	})
}

// All lines of a table on a terminal are as wide as each other, and as the terminal at most.
func TestATableFitsItsTerminal(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		o := Options{Header: rapid.Bool().Draw(t, "header"), Width: rapid.IntRange(12, 120).Draw(t, "width")}
		lines := strings.Split(strings.TrimSuffix(r.written(t, "table", o), "\n"), "\n")
		// A line with a number that would have to be cut takes room beside the table.
		mayBeWider := slices.ContainsFunc(r.rows, func(row []any) bool { return slices.ContainsFunc(row, isNumber) })
		for _, l := range lines {
			if width(l) > o.Width || width(l) < width(lines[0]) || width(l) > width(lines[0]) && !mayBeWider {
				t.Fatalf("%d columns of %d, the first has %d: %q", width(l), o.Width, width(lines[0]), l)
			}
		}
		if header := map[bool]int{true: 2}[o.Header]; len(lines) != 2+header+len(r.rows) {
			t.Fatalf("%d lines of %d rows", len(lines), len(r.rows))
		}
	})
}

func TestATable(t *testing.T) {
	wide := &result{columns: []Column{{Name: "url"}, {Name: "n"}, {Name: "text"}}, rows: [][]any{
		{"https://example.com/a/long/path/to/a/page", int64(7), "日本語"}, {"x", nil, "e\u0301é"}, {"y", int64(1234567890), strings.Repeat("long ", 10)},
	}}
	for terminal, want := range map[int]string{
		0: `
+-------------------------------------------+------------+----------------------------------------------------+
| url                                       | n          | text                                               |
+-------------------------------------------+------------+----------------------------------------------------+
| https://example.com/a/long/path/to/a/page |          7 | 日本語                                             |
| x                                         |       NULL | éé                                                 |
| y                                         | 1234567890 | long long long long long long long long long long  |
+-------------------------------------------+------------+----------------------------------------------------+
`, 60: `
+----------------------+------------+----------------------+
| url                  | n          | text                 |
+----------------------+------------+----------------------+
| https://ex…to/a/page |          7 | 日本語               |
| x                    |       NULL | éé                   |
| y                    | 1234567890 | long long long long… |
+----------------------+------------+----------------------+
`, 32: `
+-------------+------------+---+
| url         | n          | … |
+-------------+------------+---+
| https…/page |          7 | … |
| x           |       NULL | … |
| y           | 1234567890 | … |
+-------------+------------+---+
`,
	} {
		got := wide.written(t, "table", Options{Header: true, Width: terminal})
		if strings.ReplaceAll(got, "e\u0301", "é") != want[1:] {
			t.Errorf("in %d:\n%s", terminal, got)
		}
	}
	if len(wide.told) != 1 || !strings.HasPrefix(wide.told[0], "1 of 3 columns do not fit") {
		t.Errorf("told %q", wide.told)
	}
}

// The first rows decide the widths. What is longer later on is shortened on a terminal, and elsewhere whole.
func TestLaterCellsOfATable(t *testing.T) {
	r := one("a")
	for range sample {
		r.rows = append(r.rows, []any{"short"})
	}
	r.rows = append(r.rows, []any{"longer than all before"})
	if got := r.written(t, "table", Options{Width: 80}); !strings.HasSuffix(got, "| long… |\n+-------+\n") {
		t.Errorf("%q", got[len(got)-60:])
	}
	if got := r.written(t, "table", Options{}); !strings.HasSuffix(got, "| longer than all before |\n+-------+\n") {
		t.Errorf("%q", got[len(got)-60:])
	}
}

// What is left of a number that is shortened is another number: it may use the room beside the table.
func TestLaterNumbersOfATable(t *testing.T) {
	r := one("n")
	for i := range sample + 1 {
		r.rows = append(r.rows, []any{int64(i)})
	}
	r.rows = append(r.rows, []any{int64(1234567)})
	if got := r.written(t, "table", Options{Width: 80}); !strings.HasSuffix(got, "| 200 |\n| 1234567 |\n+-----+\n") {
		t.Errorf("%q", got[len(got)-60:])
	}
	for terminal, want := range map[int]string{11: "| 1234567 |", 10: "| 12… |"} {
		if got := r.written(t, "table", Options{Width: terminal}); !strings.HasSuffix(got, "\n"+want+"\n+-----+\n") {
			t.Errorf("in %d: %q", terminal, got[len(got)-60:])
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		text string
		to   int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"https://x.org/12345", 9, "http…2345"}, {"abc", 1, "…"}, {"abc", 0, ""},
	} {
		if got := Shorten(tt.text, tt.to); got != tt.want {
			t.Errorf("%q to %d: %q, want %q", tt.text, tt.to, got, tt.want)
		}
	}
}

// A table of Markdown has as many cells in each row as columns, whatever is in them, and no text becomes a link.
func TestMarkdownKeepsItsCells(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		lines := strings.Split(strings.TrimSuffix(r.written(t, "markdown", Options{}), "\n"), "\n")
		if len(lines) != len(r.rows)+2 {
			t.Fatalf("%d lines of %d rows", len(lines), len(r.rows))
		}
		for _, l := range lines {
			bars := 0
			for i := 0; i < len(l); i++ {
				switch l[i] {
				case '\\':
					i++
				case '|':
					bars++
				}
			}
			if bars != len(r.columns)+1 || strings.Contains(l, "<script") || strings.Contains(l, "[x](") {
				t.Fatalf("%d bars of %d columns: %s", bars, len(r.columns), l)
			}
		}
	})
}

func TestMarkdown(t *testing.T) {
	r := &result{columns: []Column{{Name: "link_text"}, {Name: "n"}}, rows: [][]any{
		{"a|b\nc_d _e_ <b>", int64(1)}, {"https://x.org/a_b|c", nil}, {"see https://x.org/?a=1&b=2 & pay $5, $6", nil}, {"&lt;b&gt; &copy; &#36;", nil},
	}}
	const want = `| link_text | n |
| --- | ---: |
| a\|b<br>c_d \_e\_ &lt;b&gt; | 1 |
| https://x.org/a_b%7Cc |  |
| see https://x.org/?a=1&b=2 & pay \$5, \$6 |  |
| &amp;lt;b&amp;gt; &amp;copy; &amp;#36; |  |
`
	if got := r.written(t, "markdown", Options{}); got != want {
		t.Error(got)
	}
}

// A page has the texts of a result as texts: no other element, and no link but to http and https.
func TestHTMLHasTextsAlone(t *testing.T) {
	known := map[string]bool{"html": true, "head": true, "meta": true, "title": true, "style": true, "body": true, "table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true, "a": true}
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		doc, err := html.Parse(strings.NewReader(r.written(t, "html", Options{})))
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if !known[n.Data] {
				t.Fatalf("there is a <%s>", n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "href" && !isAddress(a.Val) || strings.HasPrefix(a.Key, "on") {
					t.Fatalf("there is %s=%q", a.Key, a.Val)
				}
			}
			if n.Data == "td" {
				cells = append(cells, textOf(n))
			}
		}
		var want []string
		var u unicodeOnly
		for _, row := range r.rows {
			for _, v := range row {
				lines := strings.Split(newlines.Replace(u.text(Text(v))), "\n")
				for i := range lines {
					lines[i] = Visible(lines[i])
				}
				want = append(want, strings.Join(lines, "\n"))
			}
		}
		if strings.Join(cells, "\x00") != strings.Join(want, "\x00") {
			t.Fatalf("%q, want %q", cells, want)
		}
	})
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
