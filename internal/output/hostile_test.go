package output

import (
	"bufio"
	"bytes"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// result is a result to write, and what was told of it.
type result struct {
	columns []Column
	rows    [][]any
	told    []string
}

// pieces are what strangers write into pages, to drive a terminal, a spreadsheet or a browser, or by accident.
var pieces = []string{
	"a", "Привет", "日本", "e\u0301", "👩‍👩‍👧", " ", "0", "1.5", "\x1b[31m", "\u009b0m", "\x1b]0;title\a", "\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\x7f",
	"=1+1", "+", "-", "@", "\t", "\r", "\n", "\r\n", ",", ";", "|", "\"", "'", "\\", `\.`, "`", "*", "_", "[x](javascript:y)", "![", "<script>alert(1)</script>",
	"</td>", "&lt;", "&", "_x0041_", "\xff", "\xc3", "\ufffe", "\u2028", "https://x.org/a|b?c=<d>&e=\"f\"", "http://[", "javascript:y", "2024-01-02", "2024-01-02 03:04:05", "NULL", "~~", "#", "$x$", "&copy;",
}

func drawText(t *rapid.T, name string) string {
	s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 4).Draw(t, name), "")
	if rapid.IntRange(0, 300).Draw(t, "long") == 300 {
		s += strings.Repeat("x"+s, 1<<16/(1+len(s)))
	}
	return s
}

func drawValue(t *rapid.T) any {
	switch rapid.IntRange(0, 8).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.SampledFrom([]int64{0, 1, -1, 1 << 53, 1<<53 + 1, math.MaxInt64, math.MinInt64, 999_999_999_999_999, 1_000_000_000_000_000}).Draw(t, "whole")
	case 2:
		return rapid.SampledFrom([]float64{0, 1, -0.5, 0.1, 1e21, 1e-7, 1234567.5, 2.0 / 3, 0.30000000000000004, 123456789.12345679, -1.2345678901234567e17, math.Inf(1), math.Inf(-1), math.MaxFloat64, 1.79e308, 5e-324}).Draw(t, "real")
	case 3:
		return []byte(drawText(t, "blob"))
	}
	return drawText(t, "text")
}

// drawResult draws columns whose values are of any kinds; in some all are of one.
func drawResult(t *rapid.T) *result {
	r := &result{}
	for range rapid.IntRange(1, 4).Draw(t, "columns") {
		r.columns = append(r.columns, Column{
			Name: rapid.SampledFrom([]string{"a", "a", "A", "a_2", "", drawText(t, "name")}).Draw(t, "column"),
			Type: rapid.SampledFrom([]string{"", "TEXT", "INTEGER", "REAL", "BLOB", "TIMESTAMP TEXT"}).Draw(t, "type"),
		})
	}
	kinds := make([]int, len(r.columns))
	for i := range kinds {
		kinds[i] = rapid.IntRange(0, 5).Draw(t, "of")
	}
	for range rapid.IntRange(0, 5).Draw(t, "rows") {
		row := make([]any, len(r.columns))
		for i := range row {
			v := drawValue(t)
			switch kinds[i] {
			case 1:
				v = rapid.Int64().Draw(t, "whole")
			case 2:
				v = rapid.SampledFrom([]any{nil, int64(3), 0.5, 2.0}).Draw(t, "number")
			case 3:
				v = rapid.SampledFrom([]any{nil, "2024-01-02", "1999-12-31"}).Draw(t, "day")
			case 4:
				v = rapid.SampledFrom([]any{nil, "2024-01-02 03:04:05", "2024-01-02", "1899-01-01 00:00:00"}).Draw(t, "time")
			}
			row[i] = v
		}
		r.rows = append(r.rows, row)
	}
	return r
}

// tb is what fails: a test or one of its generated cases.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// written is a result in a format.
func (r *result) written(t tb, name string, o Options) string {
	t.Helper()
	o.Tell = func(s string) { r.told = append(r.told, s) }
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	d := Named(name).New(w, o)
	err := d.Begin("", r.columns)
	for _, row := range r.rows {
		if err == nil {
			err = d.Row(row)
		}
	}
	if err == nil {
		err = d.End()
	}
	if err == nil {
		err = d.Close()
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func one(column string, values ...any) *result {
	r := &result{columns: []Column{{Name: column}}}
	for _, v := range values {
		r.rows = append(r.rows, []any{v})
	}
	return r
}

// check tries a law on many results.
func check(t *testing.T, law func(t *rapid.T)) {
	t.Helper()
	rapid.Check(t, law)
}
