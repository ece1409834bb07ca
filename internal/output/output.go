// Package output writes the rows of statements in the formats that people and programs read.
package output

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Format writes one statement's rows. end is called once after them.
type Format interface {
	Row(values []any) error
	End() error
}

// Formats make a writer of rows, by the format's name.
var Formats = map[string]func(w *bufio.Writer, columns []string, header bool) (Format, error){
	"table": newTable,
	"csv":   newCSV,
	"json":  newJSON,
	"jsonl": newJSONLines,
	"line":  newLine,
}

// Names are those of the formats, as people choose among them.
func Names() []string { return []string{"table", "csv", "json", "jsonl", "line"} }

type csvFormat struct {
	w   *csv.Writer
	out *bufio.Writer
}

func newCSV(w *bufio.Writer, columns []string, header bool) (Format, error) {
	f := csvFormat{csv.NewWriter(w), w}
	if header {
		return f, f.write(columns)
	}
	return f, nil
}

func (f csvFormat) Row(values []any) error {
	record := make([]string, len(values))
	for i, v := range values {
		record[i] = text(v)
	}
	return f.write(record)
}

// write passes a record on at once, so that a closed pipe is seen.
func (f csvFormat) write(record []string) error {
	if len(record) == 1 && record[0] == "" {
		f.out.WriteString("\"\"\n") //nolint:errcheck // Flush says it; readers drop an empty line
		return f.out.Flush()
	}
	if err := f.w.Write(record); err != nil {
		return err
	}
	f.w.Flush()
	return f.w.Error()
}

func (f csvFormat) End() error { return nil }

// JSONDocument makes one document of what several statements return: a list of their lists of rows.
type JSONDocument struct {
	W    io.Writer
	some bool
}

// Next is called before each result.
func (d *JSONDocument) Next() error {
	between := "[\n"
	if d.some {
		between = ",\n"
	}
	d.some = true
	_, err := io.WriteString(d.W, between)
	return err
}

func (d *JSONDocument) End() error {
	end := "]\n"
	if !d.some {
		end = "[]\n"
	}
	_, err := io.WriteString(d.W, end)
	return err
}

// jsonFormat writes an object for each row, with its columns in order.
type jsonFormat struct {
	w                        io.Writer
	names                    [][]byte // encoded
	open, between, empty, by string
	rows                     int
}

func newJSON(w *bufio.Writer, columns []string, _ bool) (Format, error) {
	return &jsonFormat{w: w, names: keys(columns), open: "[\n", between: ",\n", empty: "[]\n", by: "\n]\n"}, nil
}

func newJSONLines(w *bufio.Writer, columns []string, _ bool) (Format, error) {
	return &jsonFormat{w: w, names: keys(columns), between: "\n", by: "\n"}, nil
}

// keys makes the columns' names distinct: an object cannot have two of a name.
func keys(columns []string) [][]byte {
	var names []string
	for _, c := range columns {
		name := c
		for n := 2; slices.Contains(names, name); n++ {
			name = fmt.Sprintf("%s_%d", c, n)
		}
		names = append(names, name)
	}
	encoded := make([][]byte, len(names))
	for i, n := range names {
		encoded[i] = encode(n)
	}
	return encoded
}

func (f *jsonFormat) Row(values []any) error {
	var b bytes.Buffer
	if f.rows == 0 {
		b.WriteString(f.open)
	} else {
		b.WriteString(f.between)
	}
	f.rows++
	for i, v := range values {
		b.WriteByte("{,"[min(i, 1)])
		b.Write(f.names[i])
		b.WriteByte(':')
		b.Write(encode(v))
	}
	b.WriteByte('}')
	_, err := f.w.Write(b.Bytes())
	return err
}

func (f *jsonFormat) End() error {
	closing := f.by
	if f.rows == 0 {
		closing = f.empty
	}
	_, err := io.WriteString(f.w, closing)
	return err
}

// encode writes a value as JSON; infinite numbers, which JSON has no word for, as ones beyond all others.
func encode(value any) []byte {
	switch v := value.(type) {
	case []byte:
		value = hex.EncodeToString(v)
	case float64:
		if math.IsInf(v, 0) {
			return []byte(map[bool]string{true: "1e999", false: "-1e999"}[v > 0])
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return []byte("null") // SQLite's values are all encodable
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// lineFormat writes a line for each value, and an empty one between rows.
type lineFormat struct {
	w       io.Writer
	columns []string
	width   int
	rows    int
}

func newLine(w *bufio.Writer, columns []string, _ bool) (Format, error) {
	f := &lineFormat{w: w, columns: columns}
	for _, c := range columns {
		f.width = max(f.width, len([]rune(c)))
	}
	return f, nil
}

func (f *lineFormat) Row(values []any) error {
	var b strings.Builder
	if f.rows > 0 {
		b.WriteByte('\n')
	}
	f.rows++
	for i, v := range values {
		fmt.Fprintf(&b, "%*s = %s\n", f.width, Visible(f.columns[i]), Visible(text(v)))
	}
	_, err := io.WriteString(f.w, b.String())
	return err
}

func (f *lineFormat) End() error { return nil }
