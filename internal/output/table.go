package output

import (
	"bufio"
	"io"
	"strings"

	prettytable "github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"
)

// chunk is how many rows are laid out at a time. The first ones decide the widths; a longer value later on
// makes its line longer and is never cut. So that a long result needs little memory, and starts at once.
const chunk = 200

// tableFormat draws a table for people.
type tableFormat struct {
	w       io.Writer
	columns []string
	header  bool
	rows    [][]string
	right   []bool // columns of numbers
	widths  []int  // nil before the first chunk
	bottom  string
}

func newTable(w *bufio.Writer, columns []string, header bool) (Format, error) {
	return &tableFormat{w: w, columns: columns, header: header, right: make([]bool, len(columns))}, nil
}

func (t *tableFormat) Row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = Visible(text(v))
		switch v.(type) {
		case int64, float64:
			t.right[i] = true
		}
	}
	t.rows = append(t.rows, cells)
	if len(t.rows) < chunk {
		return nil
	}
	return t.flush()
}

func (t *tableFormat) End() error {
	if len(t.rows) > 0 || t.widths == nil {
		if err := t.flush(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(t.w, t.bottom)
	return err
}

// flush draws the rows so far, without the line at the bottom, which may not be the end.
func (t *tableFormat) flush() error {
	first := t.widths == nil
	if first {
		t.measure()
	}
	lines := strings.SplitAfter(t.draw(first && t.header)+"\n", "\n")
	lines = lines[:len(lines)-1] // what follows the last line
	if !first {
		lines = lines[1:]
	}
	t.bottom = lines[len(lines)-1]
	t.rows = t.rows[:0]
	_, err := io.WriteString(t.w, strings.Join(lines[:len(lines)-1], ""))
	return err
}

func (t *tableFormat) measure() {
	t.widths = make([]int, len(t.columns))
	for i, c := range t.columns {
		if t.header {
			t.widths[i] = prettytext.StringWidthWithoutEscSequences(Visible(c))
		}
	}
	for _, row := range t.rows {
		for i, cell := range row {
			t.widths[i] = max(t.widths[i], prettytext.StringWidthWithoutEscSequences(cell))
		}
	}
}

func (t *tableFormat) draw(header bool) string {
	w := prettytable.NewWriter()
	style := prettytable.StyleDefault
	style.Format.Header = prettytext.FormatDefault
	w.SetStyle(style)
	var configs []prettytable.ColumnConfig
	for i, width := range t.widths {
		c := prettytable.ColumnConfig{Number: i + 1, WidthMin: width, AlignHeader: prettytext.AlignLeft}
		if t.right[i] {
			c.Align = prettytext.AlignRight
		}
		configs = append(configs, c)
	}
	w.SetColumnConfigs(configs)
	if header {
		w.AppendHeader(cellsOf(t.columns))
	}
	for _, row := range t.rows {
		w.AppendRow(cellsOf(row))
	}
	return w.Render()
}

func cellsOf(texts []string) prettytable.Row {
	row := make(prettytable.Row, len(texts))
	for i, s := range texts {
		row[i] = Visible(s)
	}
	return row
}
