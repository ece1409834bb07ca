package output

import (
	"bufio"
	"io"
	"strings"
)

const (
	// sample is how many rows decide the widths of a table's columns. A result needs little memory, and starts at once.
	sample = 200
	// narrow is the least width of a column that is shortened.
	narrow = 8
	// numeric is the most that a column of numbers gets without being shortened: a number that is cut is another one.
	numeric = 24
	// frame is what a column takes besides its width; a table takes one more.
	frame = 3
)

// table draws a table for people. Where no width is given nothing is shortened: a longer value later on makes its line
// longer.
type table struct {
	w       *bufio.Writer
	o       Options
	columns []Column
	rows    [][]string // of the sample
	right   []bool     // columns of numbers
	widths  []int      // nil before the sample is drawn; of the columns that are shown
	spare   int        // columns of the terminal beside the table
	hidden  int        // columns that do not fit
}

func newTable(w *bufio.Writer, o Options) format { return &table{w: w, o: o} }

func (t *table) begin(_ string, columns []Column) error {
	t.columns, t.rows, t.widths, t.hidden = columns, nil, nil, 0
	t.right = make([]bool, len(columns))
	return nil
}

func (t *table) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = shown(v)
	}
	if t.widths != nil {
		return t.draw(cells)
	}
	for i, v := range values {
		t.right[i] = t.right[i] || isNumber(v)
	}
	if t.rows = append(t.rows, cells); len(t.rows) < sample {
		return nil
	}
	return t.drawSample()
}

func (t *table) end() error {
	if t.widths == nil {
		if err := t.drawSample(); err != nil {
			return err
		}
	}
	if t.hidden > 0 {
		t.o.tell("%d of %d columns do not fit on a terminal of %d columns: -o line shows all, and so does a file or a pipe", t.hidden, len(t.columns), t.o.Width)
	}
	return t.rule()
}

func (t *table) close() error { return nil }

// drawSample draws what has come, with the header.
func (t *table) drawSample() error {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = Visible(c.Name)
	}
	t.measure(names)
	if err := t.rule(); err != nil {
		return err
	}
	if t.o.Header {
		right := t.right
		t.right = make([]bool, len(right))
		err := t.draw(names)
		if t.right = right; err != nil {
			return err
		}
		if err := t.rule(); err != nil {
			return err
		}
	}
	for _, cells := range t.rows {
		if err := t.draw(cells); err != nil {
			return err
		}
	}
	t.rows = nil
	return nil
}

// measure finds the widths of the sample's cells, and fits them to the terminal's.
func (t *table) measure(names []string) {
	t.widths = make([]int, len(t.columns))
	if t.o.Header {
		for i, name := range names {
			t.widths[i] = width(name)
		}
	}
	for _, cells := range t.rows {
		for i, cell := range cells {
			t.widths[i] = max(t.widths[i], width(cell))
		}
	}
	if t.o.Width > 0 {
		t.widths = fit(t.widths, t.right, t.o.Width)
		t.hidden = len(t.columns) - len(t.widths)
		t.spare = t.o.Width - width(t.ruled())
	}
}

// fit makes the widths of columns so small that the table is as wide as the terminal at most: the widest are made
// narrower, and where that is not enough, the last columns are left out. Room for their sign is kept then.
func fit(widths []int, numbers []bool, terminal int) []int {
	least := make([]int, len(widths))
	for i, w := range widths {
		if least[i] = min(w, narrow); numbers[i] {
			least[i] = min(w, numeric)
		}
	}
	shown, taken := 0, 1
	for i := range widths {
		taken += least[i] + frame
		sign := width(ellipsis) + frame
		if i == len(widths)-1 {
			sign = 0
		}
		if taken+sign > terminal && i > 0 {
			break
		}
		shown++
	}
	room := terminal - 1 - shown*frame
	if shown < len(widths) {
		room -= width(ellipsis) + frame
	}
	for most := max(room, 1); ; most-- { // the widest that a column may be
		fitted, sum := make([]int, shown), 0
		for i := range fitted {
			fitted[i] = max(least[i], min(widths[i], most))
			if i == 0 && shown == 1 {
				fitted[i] = min(fitted[i], max(room, 1))
			}
			sum += fitted[i]
		}
		if sum <= room || most <= 1 {
			return fitted
		}
	}
}

// draw writes a row. A number that is longer than those of the sample is shortened only where there is no room beside the
// table: what is left of it would be another number.
func (t *table) draw(cells []string) error {
	var b strings.Builder
	spare := t.spare
	for i, w := range t.widths {
		cell := cells[i]
		if more := width(cell) - w; t.o.Width > 0 && more > 0 {
			if t.right[i] && more <= spare {
				spare -= more
			} else {
				cell = Shorten(cell, w)
			}
		}
		b.WriteString("| ")
		b.WriteString(pad(cell, w, t.right[i]))
		b.WriteByte(' ')
	}
	if t.hidden > 0 {
		b.WriteString("| " + ellipsis + " ")
	}
	b.WriteString("|\n")
	_, err := io.WriteString(t.w, b.String())
	return err
}

// rule writes a line between a table's parts.
func (t *table) rule() error {
	_, err := io.WriteString(t.w, t.ruled()+"\n")
	return err
}

func (t *table) ruled() string {
	var b strings.Builder
	for _, w := range t.widths {
		b.WriteByte('+')
		b.WriteString(strings.Repeat("-", w+2))
	}
	if t.hidden > 0 {
		b.WriteString("+" + strings.Repeat("-", width(ellipsis)+2))
	}
	b.WriteByte('+')
	return b.String()
}
