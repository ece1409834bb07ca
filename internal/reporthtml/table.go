package reporthtml

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// table is rows as they are.
type table struct {
	ID      string
	Label   string
	Columns []column
	Rows    template.HTML // of its body
	Count   string        // how many rows there are
	Search  bool          // there are enough to search in
	CSV     template.URL
	File    string // what the CSV is called
	Many    bool   // of columns, for paper
	MoreOf  string // how many rows there are, where not all are shown at once
}

type column struct {
	Name   string
	Number bool
}

// cell is a value as it is shown.
type cell struct {
	Text   string
	Link   string // an address of http or https
	Title  string // the whole, where Text is not
	Exact  string // of a number, where Text is not how it is written in programs
	Number bool
	Null   bool
	Class  string
}

const (
	searched   = 10  // rows from which on one searches
	atOnce     = 100 // rows that are shown before one asks for all. page.js has the same number
	fewColumns = 8
	address    = 52 // letters of an address
	short      = 34 // letters of a text that stays on one line
)

func newTable(s *report.Section, id, file string) (*table, error) {
	t := &table{ID: id, Label: shown(s.Title), Count: report.Amount(int64(len(s.Rows)), "row", "rows"), Search: len(s.Rows) >= searched}
	if t.Label == "" {
		t.Label = "Rows"
	}
	var numbers []report.Numbers
	for i, c := range s.Columns {
		t.Columns = append(t.Columns, column{Name: words(c.Name), Number: report.AllNumbers(s.Rows, i)})
		numbers = append(numbers, report.NumbersOfColumn(c.Unit, s.Rows, i))
	}
	t.Many = len(t.Columns) > fewColumns
	if len(s.Rows) > atOnce {
		t.MoreOf = t.Count
	}
	var b strings.Builder
	for i, row := range s.Rows {
		b.WriteString("<tr")
		if i >= atOnce { // shown when one asks for it, where there is a script
			b.WriteString(` class="more"`)
		}
		b.WriteString(">")
		for j := range s.Columns {
			var v any
			if j < len(row) {
				v = row[j]
			}
			c := newCell(v, numbers[j])
			if c.Null && t.Columns[j].Number {
				c.Class += " none-of-numbers"
			}
			c.write(&b)
		}
		b.WriteString("</tr>\n")
	}
	t.Rows = template.HTML(b.String())
	csv, err := csvOf(s)
	t.CSV, t.File = csv, fileName(file, s.Title, id)
	return t, err
}

// newCell is a value as it is shown.
func newCell(value any, n report.Numbers) cell {
	if value == nil {
		return cell{Text: "—", Null: true, Class: "null"}
	}
	if _, ok := report.Float(value); ok {
		c := cell{Text: n.Write(value), Number: true, Class: "n"}
		if exact := output.Text(value); exact != c.Text {
			c.Exact = exact
		}
		if n.Loses(value) {
			c.Title = c.Exact
		}
		return c
	}
	c := cell{Text: output.VisibleLines(output.Text(value)), Link: output.LinkOf(value)}
	s, _ := value.(string)
	_, _, isMoment := output.Moment(s)
	switch {
	case c.Link != "":
		c.Class = "a"
		if cut := output.Shorten(c.Text, address); cut != c.Text {
			c.Text, c.Title = cut, c.Text
		}
	case isMoment:
		c.Class = "d"
	case utf8.RuneCountInString(c.Text) > short:
		c.Class = "t"
	}
	return c
}

// write writes a cell of a table. A template takes ten times as long, and tables have many.
func (c cell) write(b *strings.Builder) {
	attribute := func(name, value string) {
		if value != "" {
			b.WriteString(" " + name + `="` + template.HTMLEscapeString(value) + `"`)
		}
	}
	b.WriteString("<td")
	attribute("class", c.Class)
	attribute("data-n", c.Exact)
	if c.Link == "" {
		attribute("title", c.Title)
		b.WriteString(">" + template.HTMLEscapeString(c.Text) + "</td>")
		return
	}
	b.WriteString("><a")
	attribute("href", c.Link)
	attribute("rel", "noopener noreferrer nofollow")
	attribute("title", c.Title)
	b.WriteString(">" + template.HTMLEscapeString(c.Text) + "</a></td>")
}

// csvOf is an address that holds the rows: whoever follows it saves them, without any script.
func csvOf(s *report.Section) (template.URL, error) {
	var b strings.Builder
	b.WriteString("data:text/csv;charset=utf-8;base64,")
	encoder := base64.NewEncoder(base64.StdEncoding, &b)
	w := bufio.NewWriterSize(encoder, 1<<16)
	d := output.Named("csv").New(w, output.Options{Header: true, SafeCells: true, BOM: true})
	columns := s.FileColumns()
	if err := d.Begin(s.Title, columns); err != nil {
		return "", err
	}
	for _, row := range s.Rows {
		values := make([]any, len(columns))
		copy(values, row)
		if err := d.Row(values); err != nil {
			return "", err
		}
	}
	if err := d.End(); err != nil {
		return "", err
	}
	if err := d.Close(); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	err := encoder.Close()
	return template.URL(b.String()), err
}

// fileName is one that each system takes.
func fileName(report, title, id string) string {
	report = strings.TrimSuffix(report[strings.LastIndexAny(report, `/\`)+1:], ".sql")
	var words []string
	for _, s := range []string{report, title} {
		words = append(words, strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	name := strings.Join(words, "-")
	const most = 60
	if r := []rune(name); len(r) > most {
		name = string(r[:most])
	}
	if strings.TrimSpace(title) == "" || name == "" {
		name = strings.TrimPrefix(fmt.Sprintf("%s-%s", name, id), "-")
	}
	return name + ".csv"
}
