package report

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/mitchellh/go-wordwrap"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// Note says which part a section shows, or that it is left out, and what all of it would cost, for who is given the page; ""
// is nothing.
func (s *Section) Note() string {
	whole := ""
	if s.Price > 0 {
		whole = " All of it would cost up to " + Credits(s.Price) + "."
	}
	switch {
	case s.LeftOut != "" && whole != "":
		return "Left out." + whole
	case s.LeftOut != "":
		return "Left out: " + s.LeftOut + "."
	case s.Form == "":
		return ""
	}
	return "Shown: " + s.Form + "." + whole
}

// More says with which --max-credits sections are whole that are not, for who makes the page: a line for each budget.
func (p *Page) More() (lines []string) {
	titles := map[int64][]string{}
	var budgets []int64
	for _, s := range p.Sections {
		if (s.Form != "" || s.LeftOut != "") && s.Needs > 0 {
			if titles[s.Needs] == nil {
				budgets = append(budgets, s.Needs)
			}
			titles[s.Needs] = append(titles[s.Needs], strconv.Quote(s.Title))
		}
	}
	for _, n := range budgets {
		lines = append(lines, fmt.Sprintf("--max-credits %d shows all of %s, and of the sections before", n, strings.Join(titles[n], ", ")))
	}
	return lines
}

const aboutNote = "Serpstat's own estimate."

// Source says of what a page was made, when and for how much.
func (p *Page) Source() string {
	from := "Serpstat's data"
	if p.Demo {
		from = "bundled example data"
	}
	text := fmt.Sprintf("Made of %s at %s for %s in %s", from, p.Made.UTC().Format("2006-01-02 15:04 UTC"), Credits(p.Credits), Amount(p.Requests, "request", "requests"))
	if p.Recalled > 0 {
		text += fmt.Sprintf(", and of %s bought since %s", Amount(p.Recalled, "row", "rows"), p.Bought.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return text + "."
}

// textWriter writes pages as text: for a terminal, or as Markdown.
type textWriter struct {
	w      *bufio.Writer
	format *output.Format
	o      output.Options
	marked bool // Markdown
}

// WriteText writes a page as Markdown, or as a text for people if the format is table.
func WriteText(w *bufio.Writer, p *Page, format *output.Format, o output.Options) error {
	p = p.shown()
	o.Results, o.Header = 1, true
	t := &textWriter{w: w, format: format, o: o, marked: format.Name == "markdown"}
	t.heading(1, p.Title)
	t.paragraphs(p.Text)
	for i := range p.Sections {
		if err := t.section(&p.Sections[i]); err != nil {
			return err
		}
	}
	t.note(p.Source())
	_, err := t.w.WriteString("") // a buffer's error stays
	return err
}

func (t *textWriter) heading(level int, text string) {
	switch {
	case text == "":
	case t.marked:
		fmt.Fprintf(t.w, "%s %s\n\n", strings.Repeat("#", level), output.MarkdownText(text))
	default:
		text = output.Visible(text)
		fmt.Fprintf(t.w, "%s\n%s\n\n", text, strings.Repeat(string(" =-"[level]), min(len([]rune(text)), t.width())))
	}
}

// width is how long lines are.
func (t *textWriter) width() int {
	if t.o.Width > 0 {
		return min(t.o.Width, 100)
	}
	return 80
}

func (t *textWriter) paragraphs(text string) {
	for _, p := range strings.Split(text, "\n\n") {
		switch {
		case p == "":
		case t.marked:
			fmt.Fprintf(t.w, "%s\n\n", output.MarkdownText(p))
		default:
			fmt.Fprintf(t.w, "%s\n\n", wordwrap.WrapString(output.Visible(p), uint(t.width())))
		}
	}
}

func (t *textWriter) note(text string) {
	if t.marked && text != "" {
		fmt.Fprintf(t.w, "*%s*\n\n", output.MarkdownText(text))
		return
	}
	t.paragraphs(text)
}

func (t *textWriter) section(s *Section) error {
	t.heading(2, s.Title)
	t.note(s.Note())
	t.paragraphs(s.Text)
	if s.About {
		t.note(aboutNote)
	}
	switch {
	case s.LeftOut != "" || s.Shape == Text && s.Text != "":
		return nil
	case len(s.Rows) == 0:
		t.paragraphs("None.")
		return nil
	case s.Shape == Alert:
		for _, row := range s.Rows {
			t.item(strings.ToUpper(Written(row[0], Plain)), Written(row[1], Plain))
		}
	case s.Shape == ToDo:
		for _, row := range s.Rows {
			text := Written(row[0], Plain)
			if why := row[1]; why != nil && why != "" {
				text += ": " + Written(why, Plain)
			}
			if len(row) > 2 && row[2] != nil && row[2] != "" {
				text += " (" + Written(row[2], Plain) + ")"
			}
			t.item("", text)
		}
	default:
		return t.table(s)
	}
	fmt.Fprintln(t.w)
	return nil
}

// item is one of a list: of alerts with their level, or of what is to be done.
func (t *textWriter) item(level, text string) {
	switch {
	case t.marked && level != "":
		fmt.Fprintf(t.w, "- **%s** %s\n", level, output.MarkdownText(text))
	case t.marked:
		fmt.Fprintf(t.w, "- [ ] %s\n", output.MarkdownText(text))
	default:
		mark := "[ ] "
		if level != "" {
			mark = fmt.Sprintf("%-6s", level)
		}
		lines := wordwrap.WrapString(output.Visible(text), uint(t.width()-len(mark)))
		fmt.Fprintf(t.w, "%s%s\n", mark, strings.ReplaceAll(lines, "\n", "\n"+strings.Repeat(" ", len(mark))))
	}
}

func (t *textWriter) table(s *Section) error {
	d := t.format.New(t.w, t.o)
	if err := d.Begin("", s.FileColumns()); err != nil {
		return err
	}
	var numbers []Numbers
	for i, c := range s.Columns {
		numbers = append(numbers, NumbersOfColumn(c.Unit, s.Rows, i))
	}
	for _, row := range s.Rows {
		values := make([]any, len(row))
		for i, v := range row {
			values[i] = v
			if _, number := Float(v); number && s.Shape == Figures { // each is of its own
				values[i] = output.Figure(Written(v, s.Columns[i].Unit))
			} else if number {
				values[i] = output.Figure(numbers[i].Write(v))
			} else if v == nil {
				values[i] = none
			}
		}
		if err := d.Row(values); err != nil {
			return err
		}
	}
	if err := d.End(); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	fmt.Fprintln(t.w)
	return nil
}

// WriteWorkbook writes a page as a workbook: a sheet that says what it is, and one for each section.
func WriteWorkbook(w *bufio.Writer, p *Page, o output.Options) error {
	d := output.Named("xlsx").New(w, o)
	err := writeSheets(d, p.shown())
	if err != nil {
		d.Fail() //nolint:errcheck // the first error is the one to report
		return err
	}
	return d.Close()
}

func writeSheets(d *output.Document, p *Page) error {
	about := [][]any{{"Report", p.Title}, {"Text", p.Text}}
	for _, v := range p.Params {
		about = append(about, []any{v.Name, v.Value})
	}
	about = append(about, []any{"Source", p.Source()})
	for i := range p.Sections {
		s := &p.Sections[i]
		text := s.Text
		if s.About {
			text = strings.TrimSpace(text + " " + aboutNote)
		}
		about = append(about, []any{s.Title, strings.TrimSpace(s.Note() + " " + text)})
	}
	if err := sheet(d, "Report", []output.Column{{Name: "what"}, {Name: "text"}}, about); err != nil {
		return err
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		if s.LeftOut != "" || s.Shape == Text {
			continue
		}
		if err := sheet(d, s.Title, s.FileColumns(), s.Rows); err != nil {
			return err
		}
	}
	return nil
}

func sheet(d *output.Document, title string, columns []output.Column, rows [][]any) error {
	if err := d.Begin(title, columns); err != nil {
		return err
	}
	for _, row := range rows {
		if err := d.Row(row); err != nil {
			return err
		}
	}
	return d.End()
}

// Formats are the names of the formats that a page is written in.
var Formats = []string{"html", "xlsx", "markdown", "json", "table"}
