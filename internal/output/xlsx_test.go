package output

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func newBuffer(w io.Writer) *bufio.Writer { return bufio.NewWriter(w) }

func open(t tb, s string) *excelize.File {
	f, err := excelize.OpenReader(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A cell has the value with its type, no formula, and what it cannot hold is told.
func TestAWorkbookHasTheValues(t *testing.T) {
	check(t, func(t *rapid.T) {
		r := drawResult(t)
		f := open(t, r.written(t, "xlsx", Options{Header: true}))
		defer f.Close()
		changed := false
		for i, row := range r.rows {
			for j, v := range row {
				cell, _ := excelize.CoordinatesToCellName(j+1, i+2)
				got, err := f.GetCellValue("Result 1", cell, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				if formula, _ := f.GetCellFormula("Result 1", cell); formula != "" {
					t.Fatalf("%#v is the formula %s", v, formula)
				}
				kind, _ := f.GetCellType("Result 1", cell)
				isText := kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString
				switch v := v.(type) {
				case nil:
					if got != "" || isText {
						t.Fatalf("NULL is %q", got)
					}
				case int64:
					if got != Text(v) || isText != (v >= 1e15 || v <= -1e15) {
						t.Fatalf("%d is %q, a text: %t", v, got, isText)
					}
				case float64:
					if isText != math.IsInf(v, 0) {
						t.Fatalf("%v is a text: %t", v, isText)
					}
					want := fmt.Sprintf("%.14e", v) // fifteen digits
					if n, err := strconv.ParseFloat(got, 64); !isText && (err != nil || fmt.Sprintf("%.14e", n) != want) {
						t.Fatalf("%v is %s, want %s", v, got, want)
					} else if n != v && !isText {
						changed = true
					}
				default:
					want := cut(Text(v))
					if isText && got != want {
						t.Fatalf("%.40q is %.40q", want, got)
					}
					changed = changed || isText && got != Text(v)
				}
			}
		}
		if changed && len(r.told) == 0 {
			t.Fatal("what was changed is not told")
		}
	})
}

// cut is what a cell holds of a text, said anew.
func cut(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0xFFFE {
			return 0xFFFD
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	units := 0
	for _, r := range s {
		units += utf16.RuneLen(r)
	}
	if units <= 32767 {
		return s
	}
	units = 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > 32766 {
			return s[:i] + "…"
		}
	}
	return s
}

func TestAWorkbook(t *testing.T) {
	var b bytes.Buffer
	w := newBuffer(&b)
	var told []string
	d := Named("xlsx").New(w, Options{Header: true, Tell: func(s string) { told = append(told, s) }})
	for _, title := range []string{"Links: of a [site], which has a name that is long", "links  of a  site , which has a name", ""} {
		d.Begin(title, []Column{{Name: "url"}, {Name: "day"}, {Name: "time"}, {Name: "n"}})
		d.Row([]any{"https://x.org/?a=1&b=<2>", "2024-01-02", "2024-01-02 03:04:05", int64(5)})
		d.Row([]any{"javascript:y", nil, "2024-01-03", 0.5})
		d.End()
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	f := open(t, b.String())
	defer f.Close()
	if got := fmt.Sprintf("%q", f.GetSheetList()); got != `["Links of a site , which has a" "links of a site , which has (2)" "Result 3"]` {
		t.Error(got)
	}
	sheet := f.GetSheetList()[1]
	if panes, err := f.GetPanes(sheet); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if is, link, _ := f.GetCellHyperLink(sheet, "A2"); !is || link != "https://x.org/?a=1&b=%3C2%3E" && link != "https://x.org/?a=1&b=<2>" {
		t.Errorf("link %t %s", is, link)
	}
	if is, _, _ := f.GetCellHyperLink(sheet, "A3"); is {
		t.Error("a program is a link")
	}
	for cell, want := range map[string]string{"B2": "2024-01-02", "C2": "2024-01-02 03:04:05", "C3": "2024-01-03 00:00:00", "D2": "5", "D3": "0.5", "B3": ""} {
		if got, err := f.GetCellValue(sheet, cell); got != want || err != nil {
			t.Errorf("%s is %q, %v", cell, got, err)
		}
	}
	if raw, _ := f.GetCellValue(sheet, "B2", excelize.Options{RawCellValue: true}); raw != "45293" {
		t.Errorf("a date is %q", raw)
	}
	if w, _ := f.GetColWidth(sheet, "A"); w < 20 {
		t.Errorf("column A has width %v", w)
	}
	if len(told) > 0 {
		t.Errorf("told %q", told)
	}
	xml := part(t, b.String(), "xl/worksheets/sheet1.xml")
	if !strings.Contains(xml, `<col min="1" `) || strings.Index(xml, `<col min="1" `) > strings.Index(xml, `<col min="4" `) || !strings.Contains(xml, `<autoFilter ref="$A$1:$D$3">`) || !strings.HasSuffix(xml, "</hyperlinks></worksheet>") {
		t.Errorf("columns in no order, no filter, or links at another place: %s", xml[max(0, len(xml)-1500):])
	}
}

// Rows past a sheet's last go on in a further one, and links past the last are told. The limits are Excel's, which the
// test takes smaller: the library takes its time for a million rows.
func TestRowsPastASheetsLast(t *testing.T) {
	var b bytes.Buffer
	w := newBuffer(&b)
	var told []string
	x := newXLSX(w, Options{Header: true, Tell: func(s string) { told = append(told, s) }}).(*workbook)
	if x.rowsMost != 1_048_576 || x.links.most != 65_530 {
		t.Errorf("limits %d and %d", x.rowsMost, x.links.most)
	}
	x.rowsMost, x.links.most = 6, 2
	d := &Document{format: x}
	d.Begin("all", []Column{{Name: "a"}})
	for i := range 12 {
		if err := d.Row([]any{fmt.Sprintf("https://x.org/%d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.End(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	f := open(t, b.String())
	defer f.Close()
	var got []string
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(sheet, rows[0], len(rows), rows[len(rows)-1]))
	}
	if want := "all[a] 6 [https://x.org/4] all (2)[a] 6 [https://x.org/9] all (3)[a] 3 [https://x.org/11]"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", got, want)
	}
	if len(told) != 2 || told[0] != "all has more rows than a sheet takes: they go on in further ones" || !strings.HasPrefix(told[1], "6 addresses cannot be clicked") {
		t.Errorf("told %q", told)
	}
}

// A number that Excel cannot hold is rounded, not cut, and told.
func TestNumbersOfMoreDigitsThanExcelKeeps(t *testing.T) {
	r := one("a", 2.0/3, 0.1, 123456789.12345678, 1e300, int64(7))
	f := open(t, r.written(t, "xlsx", Options{}))
	defer f.Close()
	for i, want := range []string{"0.666666666666667", "0.1", "123456789.123457", "1" + strings.Repeat("0", 300), "7"} {
		if got, _ := f.GetCellValue("Result 1", fmt.Sprintf("A%d", i+1), excelize.Options{RawCellValue: true}); got != want {
			t.Errorf("%v is %s, want %s", r.rows[i], got, want)
		}
	}
	if len(r.told) != 1 || r.told[0] != "2 numbers are rounded to the fifteen digits that Excel keeps" {
		t.Errorf("told %q", r.told)
	}
}

func TestWhereAnAddressLeads(t *testing.T) {
	for address, want := range map[string]string{
		"https://x.org/a b": "https://x.org/a%20b", "https://пример.рф/путь": "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C", "http://пример.рф:8080/": "http://xn--e1afmkfd.xn--p1ai:8080/",
		"javascript:alert(1)": "", "javascript://x.org/%0aalert(1)": "", "ftp://x.org/": "", "file://x.org/a": "", "https://": "", "https://a\u202eb.org/": "", "HTTPS://x.org": "", "https://x.org/\u202egpj.exe": "", "https://x.org/\x00": "", `https://a"b.org/`: "", "https://a{b}.org/": "", "https://x.org/%zz": "",
	} {
		if got := LinkOf(address); got != want {
			t.Errorf("%s leads to %q, want %q", address, got, want)
		}
	}
}

// Nothing is left of a workbook or a Parquet file that fails, neither in the output nor on disk.
func TestNothingIsLeftOfWhatFails(t *testing.T) {
	const rows = 1500 // of 16 KB: more than the library holds in memory
	for _, name := range []string{"xlsx", "parquet"} {
		dir := t.TempDir()
		if f := Named(name); !f.Spools {
			t.Errorf("%s does not say that it keeps rows in files", name)
		}
		for _, ends := range []bool{false, true} {
			var b bytes.Buffer
			w := newBuffer(&b)
			d := Named(name).New(w, Options{TempDir: dir})
			d.Begin("", []Column{{Name: "a"}})
			for range rows {
				d.Row([]any{strings.Repeat("x", 1<<14)})
			}
			if ends && name == "xlsx" {
				d.End()
			}
			if files, _ := filepath.Glob(dir + "/*"); len(files) > 0 {
				if info, _ := os.Stat(files[0]); info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
					t.Errorf("%s has mode %v", files[0], info.Mode())
				}
			}
			if err := d.Fail(); err != nil {
				t.Error(err)
			}
			w.Flush()
			if files, _ := os.ReadDir(dir); b.Len() > 0 || len(files) > 0 {
				t.Errorf("%s leaves %d bytes and %v", name, b.Len(), files)
			}
		}
	}
}

// part is a file inside a workbook.
func part(t *testing.T, workbook, name string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
