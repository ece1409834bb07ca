package output

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
)

// jsonRows writes an object for each row, with its columns in order.
type jsonRows struct {
	unicodeOnly
	w       *bufio.Writer
	o       Options
	lines   bool // of objects, without a document around them
	names   [][]byte
	rows    int64
	results int
}

func newJSON(w *bufio.Writer, o Options) format { return &jsonRows{w: w, o: o} }

func newNDJSON(w *bufio.Writer, o Options) format { return &jsonRows{w: w, o: o, lines: true} }

// several reports a document with a list for each result.
func (j *jsonRows) several() bool { return !j.lines && j.o.Results > 1 }

func (j *jsonRows) begin(_ string, columns []Column) error {
	j.names, j.rows = nil, 0
	for _, name := range distinct(columns) { // an object cannot have two of a name
		j.names = append(j.names, j.encode(name))
	}
	j.results++
	switch {
	case !j.several():
		return nil
	case j.results == 1:
		return j.write("[\n")
	}
	return j.write(",\n")
}

func (j *jsonRows) row(values []any) error {
	var b bytes.Buffer
	switch {
	case j.lines:
	case j.rows == 0:
		b.WriteString("[\n")
	default:
		b.WriteString(",\n")
	}
	j.rows++
	for i, v := range values {
		b.WriteByte("{,"[min(i, 1)])
		b.Write(j.names[i])
		b.WriteByte(':')
		b.Write(j.encode(v))
	}
	b.WriteByte('}')
	if j.lines {
		b.WriteByte('\n')
	}
	_, err := j.w.Write(b.Bytes())
	return err
}

func (j *jsonRows) end() error {
	switch {
	case j.lines:
		return nil
	case j.rows == 0:
		return j.write("[]\n")
	}
	return j.write("\n]\n")
}

func (j *jsonRows) close() error {
	j.tell(j.o)
	switch {
	case !j.several():
		return nil
	case j.results == 0:
		return j.write("[]\n")
	}
	return j.write("]\n")
}

func (j *jsonRows) write(s string) error {
	_, err := io.WriteString(j.w, s)
	return err
}

// encode writes a value as JSON; infinite numbers, which JSON has no word for, as ones beyond all others.
func (j *jsonRows) encode(value any) []byte {
	switch v := value.(type) {
	case []byte:
		value = hex.EncodeToString(v)
	case string:
		value = j.text(v)
	case float64:
		if math.IsInf(v, 0) {
			return []byte(map[bool]string{true: "1e999", false: "-1e999"}[v > 0])
		}
		return []byte(number(v))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return []byte("null") // SQLite's values are all encodable
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
