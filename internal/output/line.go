package output

import (
	"bufio"
	"io"
	"strings"
)

// line writes a line for each value, and an empty one between rows.
type line struct {
	w     *bufio.Writer
	names []string // as wide as each other
	rows  int64
}

func newLine(w *bufio.Writer, _ Options) format { return &line{w: w} }

func (l *line) begin(_ string, columns []Column) error {
	widest := 0
	l.names, l.rows = make([]string, len(columns)), 0
	for i, c := range columns {
		l.names[i] = Visible(c.Name)
		widest = max(widest, width(l.names[i]))
	}
	for i, name := range l.names {
		l.names[i] = pad(name, widest, true)
	}
	return nil
}

func (l *line) row(values []any) error {
	var b strings.Builder
	if l.rows > 0 {
		b.WriteByte('\n')
	}
	l.rows++
	for i, v := range values {
		b.WriteString(l.names[i] + " = " + shown(v) + "\n")
	}
	_, err := io.WriteString(l.w, b.String())
	return err
}

func (l *line) end() error   { return nil }
func (l *line) close() error { return nil }
