package input_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
)

func TestMain(m *testing.M) {
	os.Args = append(os.Args, "-rapid.checks="+strconv.Itoa(repetition.Times(30, 3000)), "-rapid.nofailfile")
	os.Exit(m.Run())
}

var cells = []*rapid.Generator[string]{
	rapid.SampledFrom([]string{"", "0", "7", "007", "+7", "-7", "-0", "1.5", "1.50", "0.1", "-0.25", ".5", "5.", "1e5", "1,5", "12345678901234567890", "9223372036854775807",
		"0.1234567890123456789", "123456789012345.5", "NaN", "Inf", "0x10", "1_000", "TRUE", "null", "2024-06-30", " 7", "7 ", "a.com", "x;y\t|", "\"", "a\"b", "line\nbreak", "sep=;"}),
	rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,18})?(e[+-][0-9]{2})?`),
	rapid.Custom(func(t *rapid.T) string {
		return strings.Map(func(r rune) rune {
			if r == 0 { // which is a sign of UTF-16
				return 'r'
			}
			return r
		}, rapid.String().Draw(t, "text"))
	}),
}

// A number is written as the text that it was.
func TestANumberIsItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(cells...).Draw(t, "text")
		switch v, ok := input.Number(text); v := v.(type) {
		case int64:
			if strconv.FormatInt(v, 10) != text {
				t.Fatalf("%q is %d", text, v)
			}
		case float64:
			if text = strings.TrimSuffix(text, ".0"); strconv.FormatFloat(v, 'f', -1, 64) != text && strconv.FormatFloat(v, 'e', -1, 64) != text {
				t.Fatalf("%q is %v", text, v)
			}
		default:
			if ok {
				t.Fatalf("%q is %v", text, v)
			}
		}
	})
	for text, want := range map[string]any{"7": int64(7), "-12": int64(-12), "0": int64(0), "1.5": 1.5, "-0.25": -0.25, "9223372036854775807": int64(math.MaxInt64), "9223372036854775808": nil, "": nil, "0.123456789012345": 0.123456789012345, "0.3333333333333333": 1.0 / 3, "0.1234567890123456789": nil, "1.0": 1.0, "1.00": nil, "-0.0": math.Copysign(0, -1), "1e+300": 1e300, "1e300": nil, "1e+22": 1e22, "100000000000000000000.0": 1e20, "1e5": nil, "0.0000001": 1e-7, "1e-07": 1e-7} {
		if got, _ := input.Number(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// Whatever encoding/csv writes comes back cell by cell, as the same text, whatever is taken for a number; and the columns
// that can be numbers are.
func TestACSVComesBackCellByCell(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(2, 4).Draw(rt, "columns")
		var columns []*rapid.Generator[string]
		header := []string{}
		for i := range width {
			columns = append(columns, rapid.OneOf(cells[rapid.IntRange(0, 2).Draw(rt, "cells"):]...))
			header = append(header, fmt.Sprintf("name %d", i))
		}
		delimiter := rapid.SampledFrom([]rune{',', ';', '\t', '|'}).Draw(rt, "delimiter")
		var content strings.Builder
		w := csv.NewWriter(&content)
		w.Comma = delimiter
		w.UseCRLF = rapid.Bool().Draw(rt, "crlf")
		records := [][]string{header}
		for range rapid.IntRange(0, 6).Draw(rt, "rows") {
			var record []string
			for _, c := range columns {
				record = append(record, c.Draw(rt, "cell"))
			}
			records = append(records, record)
		}
		if err := w.WriteAll(records); err != nil {
			rt.Fatal(err)
		}
		s, rows, err := read(tempDir{rt, t}, "a.csv", "sep="+string(delimiter)+"\n"+content.String(), input.Options{Header: input.HasHeader, Encoding: input.UTF8})
		if err != nil {
			rt.Fatalf("%v\n%s", err, content.String())
		}
		if len(rows) != len(records)-1 || s.Delimiter != delimiter {
			rt.Fatalf("%d rows of %d, delimiter %q\n%s", len(rows), len(records)-1, s.Delimiter, content.String())
		}
		for i, row := range rows {
			for j, v := range row {
				was := records[i+1][j]
				if w.UseCRLF { // what encoding/csv makes of ends of lines in cells
					was = strings.ReplaceAll(strings.ReplaceAll(was, "\r", ""), "\n", "\r\n")
				}
				if !sameAs(v, was) {
					rt.Fatalf("row %d: %q was %q\n%s", i, v, records[i+1][j], content.String())
				}
			}
		}
		for j, c := range s.Columns {
			numbers := 0
			for _, record := range records[1:] {
				if _, ok := input.Number(record[j]); !ok && record[j] != "" {
					numbers = -1
					break
				} else if ok {
					numbers++
				}
			}
			if numbers > 0 && c.Type == input.Text && !reals.MatchString(content.String()) || numbers <= 0 && c.Type != input.Text {
				rt.Fatalf("column %d is %s\n%s", j, c.Type, content.String())
			}
		}
	})
}

var reals = regexp.MustCompile(`[0-9](\.|e[+-])[0-9]`)

// sameAs reports the value of a text: a number is one that is written so, but that a column of real numbers has 7 as 7.0.
func sameAs(value any, text string) bool {
	if f, ok := value.(float64); ok {
		switch n, _ := input.Number(text); n := n.(type) {
		case int64:
			return float64(n) == f
		case float64:
			return n == f
		}
		return false
	}
	return written(value) == text
}

// written is a value as its text.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return v.(string)
}

// tempDir is a rapid.T with the temporary directories of its test.
type tempDir struct {
	*rapid.T
	t *testing.T
}

func (d tempDir) TempDir() string { return d.t.TempDir() }

// An empty cell in quotes is a text, one without is the lack of one, wherever it stands.
func TestQuotedNothingIsNotNull(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var content strings.Builder
		content.WriteString("a,b,c\n")
		var want [][]any
		for range rapid.IntRange(1, 8).Draw(rt, "rows") {
			texts := rapid.SliceOfN(rapid.SampledFrom([]string{``, `""`, `x`, `"x"`, `"x` + "\n" + `y"`, strings.Repeat("long", 1100)}), 3, 3).Draw(rt, "row")
			content.WriteString(strings.Join(texts, ",") + rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(rt, "end"))
			var row []any
			for _, text := range texts {
				if row = append(row, any(strings.Trim(text, `"`))); text == "" {
					row[len(row)-1] = nil
				}
			}
			want = append(want, row)
		}
		_, rows, err := read(tempDir{rt, t}, "a.csv", content.String(), input.Options{Header: input.HasHeader})
		if err != nil || fmt.Sprintf("%#v", rows) != fmt.Sprintf("%#v", want) {
			rt.Fatalf("got  %#v\nwant %#v\n%v", rows, want, err)
		}
	})
}

// What encoding/json writes comes back: texts and whole numbers as they are, objects as JSON.
func TestJSONComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type row struct {
			Text  string  `json:"text"`
			Whole int64   `json:"whole"`
			Real  float64 `json:"real"`
			Flag  bool    `json:"flag"`
			More  []int   `json:"more"`
		}
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
			return row{strings.ToValidUTF8(rapid.String().Draw(t, "text"), ""), rapid.Int64().Draw(t, "whole"), float64(rapid.Int32().Draw(t, "real")) / 8, rapid.Bool().Draw(t, "flag"), rapid.SliceOfN(rapid.Int(), 1, 3).Draw(t, "more")}
		}), 1, 5).Draw(rt, "rows")
		list, _ := json.Marshal(rows)
		var lines bytes.Buffer
		for _, r := range rows {
			line, _ := json.Marshal(r)
			lines.Write(append(line, '\n'))
		}
		for name, content := range map[string]string{"a.json": string(list), "a.ndjson": lines.String(), "lines.json": lines.String()} {
			_, got, err := read(tempDir{rt, t}, name, content, input.Options{})
			if err != nil || len(got) != len(rows) {
				rt.Fatalf("%s: %v %v", name, got, err)
			}
			for i, r := range rows {
				more, _ := json.Marshal(r.More)
				real, _ := strconv.ParseFloat(fmt.Sprint(got[i][2]), 64)
				flag := map[bool]int64{true: 1}[r.Flag]
				if got[i][0] != r.Text || got[i][1] != r.Whole || real != r.Real || got[i][3] != flag || got[i][4] != string(more) {
					rt.Fatalf("%s: got %v, want %v", name, got[i], r)
				}
			}
		}
	})
}
