package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"
)

// What readers of CSV take for something else has quotes, and a formula a mark.
func TestCSVOfTextsThatAreTakenForSomethingElse(t *testing.T) {
	for _, tt := range []struct {
		value      any
		want, safe string
	}{
		{`\.`, `"\."`, `"\."`}, {"\uFEFFx", "\"\uFEFFx\"", "\"\uFEFFx\""}, {" x", `" x"`, `" x"`}, {"x ", "x ", "x "}, {"a\rb", "\"a\rb\"", "\"a\rb\""},
		{"=1", "=1", "'=1"}, {"+1", "+1", "'+1"}, {"-1", "-1", "'-1"}, {"@x", "@x", "'@x"}, {"\tx", "\"\tx\"", "'\tx"}, {"\rx", "\"\rx\"", "\"'\rx\""},
		{int64(-1), "-1", "-1"}, {-0.5, "-0.5", "-0.5"}, {"", `""`, `""`}, {nil, `""`, `""`}, {[]byte{0, 255}, "X'00ff'", "X'00ff'"},
		{1e15, "1000000000000000.0", "1000000000000000.0"}, {1e20, "100000000000000000000.0", "100000000000000000000.0"}, {1e21, "1e+21", "1e+21"}, {1e-6, "0.000001", "0.000001"}, {1e-7, "1e-07", "1e-07"},
	} {
		for safe, want := range map[bool]string{false: tt.want, true: tt.safe} {
			if got := one("a", tt.value).written(t, "csv", Options{SafeCells: safe}); got != want+"\n" {
				t.Errorf("%#v, safe %t: %q", tt.value, safe, got)
			}
		}
	}
}

// documentOf is a document of several results.
func documentOf(t *testing.T, name string, o Options, results ...*result) string {
	t.Helper()
	var b strings.Builder
	w := newBuffer(&b)
	d := Named(name).New(w, o)
	for _, r := range results {
		d.Begin("", r.columns)
		for _, row := range r.rows {
			d.Row(row)
		}
		d.End()
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	return b.String()
}

func TestOnlyABeginningHasAMark(t *testing.T) {
	if got := documentOf(t, "csv", Options{BOM: true, Header: true}, one("a", int64(1)), one("b", int64(2))); got != "\uFEFFa\n1\nb\n2\n" {
		t.Errorf("%q", got)
	}
}

// A row of CSV is passed on before the next one: a reader who has left is seen at once.
func TestARowOfCSVIsPassedOn(t *testing.T) {
	var b strings.Builder
	d := Named("csv").New(newBuffer(&b), Options{})
	d.Begin("", []Column{{Name: "a"}})
	d.Row([]any{int64(1)})
	if b.String() != "1\n" {
		t.Errorf("%q", b.String())
	}
}

func TestJSONAsItIsWritten(t *testing.T) {
	if got := one("<a>", "<b>&\u2028").written(t, "ndjson", Options{}); got != `{"<a>":"<b>&\u2028"}`+"\n" {
		t.Errorf("%q", got)
	}
	if got := documentOf(t, "json", Options{Results: 2}); got != "[]\n" {
		t.Errorf("of no results %q", got)
	}
	if got := documentOf(t, "json", Options{Results: 1}, one("a")); got != "[]\n" {
		t.Errorf("of no rows %q", got)
	}
}

func TestLines(t *testing.T) {
	r := &result{columns: []Column{{Name: "a"}, {Name: "long"}}, rows: [][]any{{int64(1), nil}, {"x\ny", 0.5}}}
	if got, want := r.written(t, "line", Options{}), "   a = 1\nlong = NULL\n\n   a = x\\ny\nlong = 0.5\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What fails in the middle of a result is a document all the same.
func TestWhatFailsCanBeRead(t *testing.T) {
	for name, reads := range map[string]func(string) bool{
		"json": func(s string) bool { return json.Valid([]byte(s)) },
		"html": func(s string) bool { return strings.HasSuffix(s, "</table>\n</body>\n</html>\n") },
	} {
		var b strings.Builder
		w := newBuffer(&b)
		d := Named(name).New(w, Options{Results: 2})
		d.Begin("", []Column{{Name: "a"}})
		d.Row([]any{"x"})
		if err := d.Fail(); err != nil {
			t.Fatal(err)
		}
		if w.Flush(); !reads(b.String()) || !strings.Contains(b.String(), "x") {
			t.Errorf("%s: %s", name, b.String())
		}
	}
}

func TestAPage(t *testing.T) {
	got := (&result{columns: []Column{{Name: "a"}}, rows: [][]any{{int64(1)}, {0.5}, {"1"}, {"https://x.org/\"><b>"}}}).written(t, "html", Options{})
	for _, want := range []string{
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
		`<td class="number">1</td>`, `<td class="number">0.5</td>`, `<td>1</td>`, `<a href="https://x.org/%22%3E%3Cb%3E" rel="noopener noreferrer nofollow">https://x.org/&#34;&gt;&lt;b&gt;</a>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func TestMarkdownOfMarks(t *testing.T) {
	for text, want := range map[string]string{"`a`": "\\`a\\`", "a|b": `a\|b`, `\|`: `\\\|`, "*a* ~~b~~": `\*a\* \~\~b\~\~`, "![x](y)": `!\[x\](y)`, "a\r\nb\rc": "a<br>b<br>c", "$a$": `\$a\$`, "<i>": "&lt;i&gt;"} {
		if got := one("a", text).written(t, "markdown", Options{}); got != "| a |\n| --- |\n| "+want+" |\n" {
			t.Errorf("%q is %q", text, got)
		}
	}
}

// A number is not shortened to make room, where a text can be.
func TestATablePrefersWholeNumbers(t *testing.T) {
	r := &result{columns: []Column{{Name: "n"}, {Name: "text"}}, rows: [][]any{{int64(123456789012), "a text of some length"}}}
	if got := r.written(t, "table", Options{Width: 28}); !strings.Contains(got, "| 123456789012 | a text o… |") {
		t.Error(got)
	}
}

// parquetOf is a Parquet file of a column.
func parquetOf(t *testing.T, declared string, values ...any) (*parquet.File, *result) {
	t.Helper()
	r := one("a", values...)
	r.columns[0].Type = declared
	s := r.written(t, "parquet", Options{})
	file, err := parquet.OpenFile(strings.NewReader(s), int64(len(s)))
	if err != nil {
		t.Fatal(err)
	}
	return file, r
}

func valuesOf(t *testing.T, file *parquet.File) (values []parquet.Value) {
	t.Helper()
	for _, group := range file.RowGroups() {
		rows := group.Rows()
		for buffer := make([]parquet.Row, 1); ; {
			n, err := rows.ReadRows(buffer)
			if n == 1 {
				values = append(values, buffer[0][0].Clone())
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		rows.Close()
	}
	return values
}

// Days are counted from 1970, before it too, and times in microseconds.
func TestDaysAndTimesInParquet(t *testing.T) {
	days := []any{"1970-01-01", "1970-01-02", "1969-12-31", "2024-02-29", "0001-01-01", "9999-12-31", nil}
	file, _ := parquetOf(t, "TIMESTAMP TEXT", days...)
	for i, v := range valuesOf(t, file) {
		want, isText := days[i].(string)
		if !isText != v.IsNull() || isText && time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly) != want {
			t.Errorf("%v is %v", days[i], v)
		}
	}
	times := []any{"1970-01-01 00:00:01", "1969-12-31 23:59:59", "2024-12-31 23:59:59", "2024-01-01", nil}
	file, _ = parquetOf(t, "TIMESTAMP TEXT", times...)
	for i, v := range valuesOf(t, file) {
		want, isText := times[i].(string)
		if len(want) == len(time.DateOnly) {
			want += " 00:00:00"
		}
		if !isText != v.IsNull() || isText && time.UnixMicro(v.Int64()).UTC().Format(time.DateTime) != want {
			t.Errorf("%v is %v", times[i], v)
		}
	}
}

// A column keeps its values whatever is declared: one text that is no time makes it texts, a whole number that no real
// one equals too.
func TestTypesInParquetByValues(t *testing.T) {
	for _, tt := range []struct {
		declared string
		values   []any
		want     string
		tells    bool
	}{
		{"TIMESTAMP TEXT", []any{"2024-01-01", "soon"}, "STRING", false}, {"TIMESTAMP TEXT", []any{"2024-02-30"}, "STRING", false}, {"TIMESTAMP TEXT", []any{"2024-01-01 24:00:00"}, "STRING", false},
		{"", []any{"2024-01-01"}, "STRING", false}, {"INTEGER", []any{int64(1), "x"}, "STRING", true}, {"TEXT", []any{int64(1), nil}, "INT(64,true)", false},
		{"", []any{int64(1<<53 + 1), 0.5}, "STRING", true}, {"", []any{int64(-1<<53 - 1), 0.5}, "STRING", true}, {"", []any{int64(1 << 53), int64(-1 << 53), 0.5}, "DOUBLE", false},
	} {
		file, r := parquetOf(t, tt.declared, tt.values...)
		if got := file.Schema().Fields()[0].Type().String(); got != tt.want || tt.tells != (len(r.told) == 1) {
			t.Errorf("%s %v: %s, told %q", tt.declared, tt.values, got, r.told)
		}
	}
}

// A long result has several groups of rows, which bound the memory of who writes and reads it, and none of a few rows.
func TestGroupsOfRowsInParquet(t *testing.T) {
	values := make([]any, 1280)
	for i := range values {
		values[i] = fmt.Sprintf("%d%s", i, strings.Repeat("x", 1<<14))
	}
	file, _ := parquetOf(t, "", values...) // 20 MB
	if n := len(file.RowGroups()); n != 3 {
		t.Errorf("%d groups of 8 MB", n)
	}
	var got []any
	for _, v := range valuesOf(t, file) {
		got = append(got, string(v.ByteArray()))
	}
	if !slices.Equal(got, values) {
		t.Error("not all rows are there")
	}
}

// A column of a workbook has dates only where all of its values are, and those that Excel counts as others do.
func TestDatesInAWorkbook(t *testing.T) {
	r := &result{columns: []Column{{Name: "days"}, {Name: "mixed"}, {Name: "old"}, {Name: "times"}}, rows: [][]any{
		{"1900-03-01", "2024-01-01", "1900-02-28", "2024-01-01 12:00:00"}, {nil, "soon", "2024-01-01", nil}, {"9999-12-31", nil, nil, "2024-01-02 00:00:01"},
	}}
	f := open(t, r.written(t, "xlsx", Options{}))
	defer f.Close()
	for cell, want := range map[string]string{"A1": "61", "A3": "2958465", "B1": "2024-01-01", "B2": "soon", "C1": "1900-02-28", "C2": "45292", "D1": "45292.5"} {
		if got, _ := f.GetCellValue("Result 1", cell, excelize.Options{RawCellValue: true}); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	if got, _ := f.GetCellValue("Result 1", "D3"); got != "2024-01-02 00:00:01" {
		t.Errorf("D3 is %q", got)
	}
}

// An address that Excel does not take is a text, and told.
func TestAnAddressThatIsTooLongToLinkTo(t *testing.T) {
	const most = 2079
	address := "https://x.org/" + strings.Repeat("a", most-14)
	r := one("a", address, address+"a", "https://x.org/"+strings.Repeat("я", most/6)) // in ASCII it is longer
	f := open(t, r.written(t, "xlsx", Options{}))
	defer f.Close()
	for i, want := range []bool{true, false, false} {
		cell := fmt.Sprintf("A%d", i+1)
		if is, _, _ := f.GetCellHyperLink("Result 1", cell); is != want {
			t.Errorf("%s is a link: %t", cell, is)
		}
		if got, _ := f.GetCellValue("Result 1", cell); got != r.rows[i][0] {
			t.Errorf("%s is %q", cell, got)
		}
	}
	if len(r.told) != 1 || !strings.HasPrefix(r.told[0], "2 addresses cannot be clicked") {
		t.Errorf("told %q", r.told)
	}
}
