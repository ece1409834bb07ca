package output

import (
	"bufio"
	"io"
	"regexp"
	"strings"
)

// markdown writes tables as GitHub has them.
type markdown struct {
	unicodeOnly
	w       *bufio.Writer
	o       Options
	columns []Column
	headed  bool // the header is written
	results int
}

func newMarkdown(w *bufio.Writer, o Options) format { return &markdown{w: w, o: o} }

func (m *markdown) begin(title string, columns []Column) error {
	m.columns, m.headed = columns, false
	var b strings.Builder
	if m.results++; m.results > 1 {
		b.WriteByte('\n')
	}
	if title != "" {
		b.WriteString("## " + m.cell(title) + "\n\n")
	}
	return m.write(&b)
}

// head writes the header when the first row has come, whose numbers say how columns are aligned.
func (m *markdown) head(values []any) error {
	m.headed = true
	var names, rule strings.Builder
	for i, c := range m.columns {
		names.WriteString("| " + m.cell(c.Name) + " ")
		if values != nil && isNumber(values[i]) {
			rule.WriteString("| ---: ")
		} else {
			rule.WriteString("| --- ")
		}
	}
	names.WriteString("|\n" + rule.String() + "|\n")
	return m.write(&names)
}

func (m *markdown) row(values []any) error {
	if !m.headed {
		if err := m.head(values); err != nil {
			return err
		}
	}
	var b strings.Builder
	for _, v := range values {
		b.WriteString("| " + m.cell(v) + " ")
	}
	b.WriteString("|\n")
	return m.write(&b)
}

func (m *markdown) end() error {
	if m.headed {
		return nil
	}
	return m.head(nil)
}

func (m *markdown) close() error {
	m.tell(m.o)
	return nil
}

func (m *markdown) write(b *strings.Builder) error {
	_, err := io.WriteString(m.w, b.String())
	return err
}

var (
	// inAddress escapes what would end a cell or an address; a backslash would become a part of it.
	inAddress = strings.NewReplacer("|", "%7C", "\\", "%5C", "<", "%3C", ">", "%3E", "`", "%60", "*", "%2A", "[", "%5B", "]", "%5D", "~", "%7E", "$", "%24")
	inText    = strings.NewReplacer("\\", `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "[", `\[`, "]", `\]`, "~", `\~`, "$", `\$`, "<", "&lt;", ">", "&gt;")
	// entity is what is read as another character. Any other & stays, so that an address in a text remains the same.
	entity = regexp.MustCompile(`&(#?[0-9A-Za-z]+;)`)
	// edges are underscores that may begin or end what is emphasized: not those inside a word.
	edges    = regexp.MustCompile(`\b_+|_+\b`)
	newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")
)

// MarkdownText is a text of people's, or of a page's, as Markdown shows it as it is, in one line.
func MarkdownText(s string) string {
	s = (&markdown{}).cell(s)
	if s != "" && strings.ContainsRune("#-+=", rune(s[0])) {
		return `\` + s
	}
	return s
}

// cell is a value between two bars. No text of a page's makes a picture, a formula, a tag, or a link to another address
// than it shows.
func (m *markdown) cell(value any) string {
	s := m.text(Text(value))
	if LinkOf(value) != "" && !strings.ContainsAny(s, " ") {
		return inAddress.Replace(s)
	}
	lines := strings.Split(newlines.Replace(s), "\n")
	for i, l := range lines {
		l = inText.Replace(entity.ReplaceAllString(Visible(l), "&amp;$1"))
		lines[i] = edges.ReplaceAllStringFunc(l, func(run string) string { return strings.ReplaceAll(run, "_", `\_`) })
	}
	return strings.Join(lines, "<br>")
}
