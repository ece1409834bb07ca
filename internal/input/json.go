package input

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// jsonDocument is a list of rows, or one row after the other, as lines have them.
type jsonDocument struct {
	*textFile
	format Format
	listed bool // it begins with [
}

func openJSON(ctx context.Context, file *os.File, format Format, o Options) (document, error) {
	text, sample, err := openText(ctx, file, o.Encoding)
	if err != nil {
		return nil, err
	}
	d := &jsonDocument{textFile: text, format: format}
	list, found := bytes.CutPrefix(bytes.TrimSpace(sample), []byte("["))
	d.listed = found && (format == JSON || bytes.HasPrefix(bytes.TrimSpace(list), []byte("{"))) // whatever the ending says
	return d, nil
}

func (d *jsonDocument) about() About {
	return About{Format: d.format, Encoding: d.encoding, Header: true}
}

func (d *jsonDocument) read() (reader, error) {
	r := &jsonReader{document: d, places: map[string]int{}}
	r.decoder = json.NewDecoder(d.text())
	r.decoder.UseNumber()
	if d.listed {
		if _, err := r.decoder.Token(); err != nil {
			return nil, r.plain(err)
		}
	}
	return r, nil
}

type jsonReader struct {
	document *jsonDocument
	decoder  *json.Decoder
	columns  []string
	places   map[string]int // of the columns
	cells    []any
	rows     int
}

func (r *jsonReader) names() []string { return r.columns }
func (r *jsonReader) where() string   { return fmt.Sprintf("row %d", r.rows) }
func (r *jsonReader) close()          {}

func (r *jsonReader) next() ([]any, error) {
	if r.document.listed && !r.decoder.More() {
		return nil, r.end()
	}
	var row json.RawMessage
	if err := r.decoder.Decode(&row); err != nil {
		return nil, r.plain(err)
	}
	r.rows++
	r.cells = r.cells[:0]
	for range r.columns {
		r.cells = append(r.cells, nil)
	}
	if err := r.fill(row); err != nil {
		return nil, fmt.Errorf("%s: %w", r.where(), err)
	}
	return r.cells, nil
}

// end is the end of the list, and of the file.
func (r *jsonReader) end() error {
	if _, err := r.decoder.Token(); err != nil {
		return r.plain(err)
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the list of rows: a file has one list, or a row on each line")
	}
	return io.EOF
}

// fill takes the values of a row: an object's by their names, a list's by their places, and any other value for itself.
func (r *jsonReader) fill(row json.RawMessage) error {
	decoder := json.NewDecoder(bytes.NewReader(row))
	decoder.UseNumber()
	switch row[0] {
	case '{':
		decoder.Token() //nolint:errcheck // the bracket is there
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return err
			}
			if err := r.take(name.(string), decoder); err != nil {
				return err
			}
		}
	case '[':
		decoder.Token() //nolint:errcheck // the bracket is there
		for i := 1; decoder.More(); i++ {
			if err := r.take(fmt.Sprintf("column%d", i), decoder); err != nil {
				return err
			}
		}
	default:
		return r.take("value", decoder)
	}
	return nil
}

func (r *jsonReader) take(name string, decoder *json.Decoder) error {
	var raw json.RawMessage
	if err := decoder.Decode(&raw); err != nil {
		return err
	}
	place, ok := r.places[name]
	if !ok {
		place = len(r.columns)
		r.places[name] = place
		r.columns = append(r.columns, name)
		r.cells = append(r.cells, nil)
		if len(r.columns) > MaxColumns {
			return errTooManyColumns
		}
	}
	cell, err := jsonCell(raw)
	r.cells[place] = cell
	return err
}

// jsonCell is a value: what is nested stays JSON, as a text.
func jsonCell(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '{', '[':
		var text bytes.Buffer
		err := json.Compact(&text, raw)
		return text.String(), err
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case 'n':
		return nil, nil
	case 't', 'f':
		return raw[0] == 't', nil
	}
	return json.Number(raw), nil
}

// typed tells numbers and booleans from texts, as JSON does. A number whose digits would be lost is a text.
func (r *jsonReader) typed(cell any) (Type, bool) {
	switch v := cell.(type) {
	case bool:
		return Whole, true
	case json.Number:
		return numberType(v), true
	}
	return Text, true
}

func numberType(n json.Number) Type {
	text := n.String()
	if !strings.ContainsAny(text, ".eE") {
		if _, err := n.Int64(); err == nil && text != "-0" {
			return Whole
		}
		return Text
	}
	f, err := n.Float64()
	if text == "1e999" || text == "-1e999" {
		return Real // infinite, as internal/output writes it
	}
	if err != nil || digitsOf(strconv.FormatFloat(f, 'e', -1, 64)) != digitsOf(text) {
		return Text
	}
	return Real
}

// digitsOf are the digits that say what a number is, without its point and its power of ten.
func digitsOf(text string) string {
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	return strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0")
}

// plain says where JSON is wrong.
func (r *jsonReader) plain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) && !r.document.listed:
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the file ends inside of row %d", r.rows+1)
	case !errors.As(err, &syntax):
		return err
	}
	line, counted := r.lineOf(max(r.decoder.InputOffset(), syntax.Offset))
	if counted != nil {
		return err
	}
	return fmt.Errorf("it is no JSON near line %d, in row %d: %w", line, r.rows+1, err)
}

// lineOf counts the lines up to an offset in the text.
func (r *jsonReader) lineOf(offset int64) (line int, err error) {
	counter := &newlines{}
	_, err = io.CopyN(counter, r.document.text(), offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return counter.n + 1, err
}

type newlines struct{ n int }

func (l *newlines) Write(b []byte) (int, error) {
	l.n += bytes.Count(b, []byte("\n"))
	return len(b), nil
}
