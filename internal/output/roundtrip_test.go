package output

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// same reports a value that is read as it was written.
func same(got, want any) bool {
	a, isReal := got.(float64)
	b, alsoReal := want.(float64)
	switch w := want.(type) {
	case []byte:
		g, ok := got.([]byte)
		return ok && string(g) == string(w)
	case float64:
		return isReal && alsoReal && a == b
	}
	return got == want
}

func TestJSONComesBack(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		names := distinct(r.columns)
		var rows []json.RawMessage
		if err := json.Unmarshal([]byte(r.written(t, "json", Options{})), &rows); err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(r.written(t, "ndjson", Options{}), "\n")
		if lines = lines[:len(lines)-1]; len(rows) != len(r.rows) || len(lines) != len(r.rows) {
			t.Fatalf("%d and %d of %d rows", len(rows), len(lines), len(r.rows))
		}
		for i, row := range r.rows {
			for _, text := range []string{string(rows[i]), lines[i]} {
				read := jsonRow(t, text)
				for j, v := range row {
					if !same(read[names[j]], ofJSON(v)) {
						t.Fatalf("%#v is read as %#v", v, read[names[j]])
					}
				}
				if len(read) != len(names) {
					t.Fatalf("%d columns of %d", len(read), len(names))
				}
			}
		}
	})
}

// ofJSON is what JSON can hold of a value.
func ofJSON(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ToValidUTF8(v, replacement)
	case []byte:
		return hex.EncodeToString(v)
	}
	return v
}

// jsonRow reads an object by what its values say of themselves: a number with a point or an exponent is no whole one.
func jsonRow(t tb, text string) map[string]any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var row map[string]any
	if err := d.Decode(&row); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for name, v := range row {
		if n, ok := v.(json.Number); ok {
			row[name] = ofNumber(n.String())
		}
	}
	return row
}

func ofNumber(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	f, _ := strconv.ParseFloat(s, 64) // infinite where it is out of range
	return f
}

func TestSeveralResultsAreOneJSON(t *testing.T) {
	var b strings.Builder
	w := newBuffer(&b)
	d := Named("json").New(w, Options{Results: 2})
	for _, n := range []int{0, 2} {
		d.Begin("", []Column{{Name: "a"}})
		for i := range n {
			d.Row([]any{int64(i)})
		}
		d.End()
	}
	d.Close()
	w.Flush()
	var lists [][]map[string]int
	if err := json.Unmarshal([]byte(b.String()), &lists); err != nil || len(lists) != 2 || len(lists[1]) != 2 || lists[1][1]["a"] != 1 {
		t.Errorf("%v, %v: %s", lists, err, b.String())
	}
}

// field of CSV: bare ones without anything are NULL.
type csvField struct {
	text   string
	quoted bool
}

// readCSV reads CSV by RFC 4180, and keeps which fields had quotes.
func readCSV(s string, delimiter rune) (records [][]csvField) {
	var record []csvField
	for s != "" {
		var f csvField
		if rest, ok := strings.CutPrefix(s, `"`); ok {
			f.quoted = true
			for s = rest; ; {
				part, rest, _ := strings.Cut(s, `"`)
				f.text += part
				if s = rest; !strings.HasPrefix(s, `"`) {
					break
				}
				f.text += `"`
				s = s[1:]
			}
		} else {
			i := strings.IndexFunc(s, func(r rune) bool { return r == delimiter || r == '\n' })
			f.text, s = s[:i], s[i:]
		}
		record = append(record, f)
		if rest, ok := strings.CutPrefix(s, "\n"); ok {
			records, record, s = append(records, record), nil, rest
		} else {
			s = strings.TrimPrefix(s, string(delimiter))
		}
	}
	return records
}

// All comes back from CSV that it can say; where a result has one column, NULL is an empty text, as readers drop an
// empty line.
func TestCSVComesBack(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		o := Options{Header: true, Delimiter: rapid.SampledFrom([]rune{0, ';', '|', 'é', '.', '-', '1', 'X', ' '}).Draw(t, "delimiter"), BOM: rapid.Bool().Draw(t, "BOM")}
		name := rapid.SampledFrom([]string{"csv", "tsv"}).Draw(t, "format")
		s := r.written(t, name, o)
		if o.BOM {
			s = strings.TrimPrefix(s, "\xEF\xBB\xBF")
		}
		delimiter := o.Delimiter
		switch {
		case name == "tsv":
			delimiter = '\t'
		case delimiter == 0:
			delimiter = ','
		}
		records := readCSV(s, delimiter)
		if len(records) != len(r.rows)+1 {
			t.Fatalf("%d records of %d rows: %q", len(records), len(r.rows), s)
		}
		for i, c := range r.columns {
			if records[0][i].text != c.Name {
				t.Fatalf("column %q is read as %q", c.Name, records[0][i].text)
			}
		}
		for i, row := range r.rows {
			for j, v := range row {
				f := records[i+1][j]
				isNull := f.text == "" && !f.quoted
				if f.text != Text(v) || isNull != (v == nil && len(row) > 1) {
					t.Fatalf("%#v is read as %q, NULL %t", v, f.text, isNull)
				}
			}
		}
	})
}

// With safe cells no text is a formula to a spreadsheet, numbers are as they are, and it is told how many were changed.
func TestSafeCells(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		changed := 0
		records := readCSV(r.written(t, "csv", Options{SafeCells: true}), ',')
		for i, row := range r.rows {
			for j, v := range row {
				got, want := records[i][j].text, Text(v)
				if s, isText := v.(string); isText && s != "" && strings.Contains("=+-@\t\r", s[:1]) {
					want = "'" + want
					changed++
				}
				if got != want {
					t.Fatalf("%#v is %q", v, got)
				}
			}
		}
		if told := strings.Join(r.told, " "); changed > 0 != strings.HasPrefix(told, strconv.Itoa(changed)+" cell") {
			t.Fatalf("%d are changed, told %q", changed, told)
		}
	})
}

func TestParquetComesBack(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		s := r.written(t, "parquet", Options{})
		file, err := parquet.OpenFile(strings.NewReader(s), int64(len(s)))
		if err != nil {
			t.Fatal(err)
		}
		names := distinct(r.columns)
		for i, f := range file.Schema().Fields() {
			if f.Name() != names[i] {
				t.Fatalf("column %q is %q", names[i], f.Name())
			}
		}
		var rows []parquet.Row
		for _, group := range file.RowGroups() {
			reader := group.Rows()
			for {
				buffer := make([]parquet.Row, 1)
				n, err := reader.ReadRows(buffer)
				if n == 1 {
					rows = append(rows, buffer[0].Clone())
				}
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			reader.Close()
		}
		if len(rows) != len(r.rows) {
			t.Fatalf("%d of %d rows", len(rows), len(r.rows))
		}
		for i, row := range r.rows {
			for j, v := range row {
				if got, want := ofParquet(rows[i][j], file.Schema().Fields()[j].Type()), r.inParquet(j, v); !same(got, want) {
					t.Fatalf("%#v is read as %#v, want %#v", v, got, want)
				}
			}
		}
	})
}

func ofParquet(v parquet.Value, of parquet.Type) any {
	switch {
	case v.IsNull():
		return nil
	case v.Kind() == parquet.Int64 && of.LogicalType() == nil, v.Kind() == parquet.Int64 && strings.HasPrefix(of.String(), "INT"):
		return v.Int64()
	case v.Kind() == parquet.Double:
		return v.Double()
	case of.String() == "STRING":
		return string(v.ByteArray())
	case v.Kind() == parquet.ByteArray:
		return append([]byte{}, v.ByteArray()...)
	}
	return of.String() // a time
}

// inParquet is what a column's type makes of a value, said anew: of the column's values, all as they are or all texts.
func (r *result) inParquet(column int, v any) any {
	if v == nil {
		return nil
	}
	kinds, exact, days, moments := map[string]bool{}, true, 0, 0
	for _, row := range r.rows {
		switch v := row[column].(type) {
		case int64:
			kinds["whole"] = true
			exact = exact && v <= 1<<53 && v >= -(1<<53)
		case float64:
			kinds["real"] = true
		case string:
			kinds["text"] = true
			if len(v) == 10 && v[4] == '-' {
				days++
			} else if len(v) == 19 && v[4] == '-' {
				moments++
			}
		case []byte:
			kinds["blob"] = true
		}
	}
	values := 0
	for _, row := range r.rows {
		if row[column] != nil {
			values++
		}
	}
	numbers := kinds["whole"] && kinds["real"] && len(kinds) == 2
	switch s := v.(type) {
	case int64:
		if numbers && exact {
			return float64(s)
		}
	case string:
		if r.columns[column].Type == "TIMESTAMP TEXT" && days+moments == values {
			if moments > 0 {
				return "TIMESTAMP(isAdjustedToUTC=false,unit=MICROS)"
			}
			return "DATE"
		}
		return strings.ToValidUTF8(s, replacement)
	}
	if len(kinds) > 1 && (!numbers || !exact) {
		if f, ok := v.(float64); ok && math.IsInf(f, 0) {
			return Text(v)
		}
		return Text(v)
	}
	return v
}

func TestParquetTypesOfColumnsWithoutValues(t *testing.T) {
	for declared, want := range map[string]string{"INTEGER": "INT(64,true)", "REAL": "DOUBLE", "BLOB": "BYTE_ARRAY", "": "STRING", "varchar(9)": "STRING", "TIMESTAMP TEXT": "TIMESTAMP(isAdjustedToUTC=false,unit=MICROS)"} {
		r := one("a", nil)
		r.columns[0].Type = declared
		s := r.written(t, "parquet", Options{})
		file, err := parquet.OpenFile(strings.NewReader(s), int64(len(s)))
		if err != nil {
			t.Fatal(err)
		}
		if got := file.Schema().Fields()[0].Type().String(); got != want {
			t.Errorf("%s: %s, want %s", declared, got, want)
		}
	}
}

func TestParquetTellsOfMixedColumns(t *testing.T) {
	r := one("a", "x", int64(1))
	r.written(t, "parquet", Options{})
	if len(r.told) != 1 || r.told[0] != "column a has values of several kinds: it is written as text" {
		t.Errorf("%q", r.told)
	}
}

// Excel reads a file without a mark in the letters of the system: whoever writes one is told.
func TestAHintOnLettersBeyondASCII(t *testing.T) {
	for _, tt := range []struct {
		format string
		value  any
		bom    bool
		hints  int
	}{{"csv", "Привет", false, 1}, {"tsv", "é", false, 1}, {"csv", "Привет", true, 0}, {"csv", "plain", false, 0}, {"csv", int64(1), false, 0}, {"json", "Привет", false, 0}} {
		var hints []string
		one("a", tt.value, tt.value).written(t, tt.format, Options{BOM: tt.bom, Hint: func(s string) { hints = append(hints, s) }})
		if len(hints) != tt.hints || tt.hints > 0 && !strings.Contains(hints[0], "--bom") {
			t.Errorf("%s of %v, BOM %t: %q", tt.format, tt.value, tt.bom, hints)
		}
	}
}
