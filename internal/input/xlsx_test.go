package input_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
)

// A workbook that excelize writes.
func workbook(t fataler, fill func(f *excelize.File, set func(cell string, value any))) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f, func(cell string, value any) {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatalf("%v", err)
		}
	})
	file := t.TempDir() + "/book.xlsx"
	if err := f.SaveAs(file); err != nil {
		t.Fatalf("%v", err)
	}
	return file
}

func TestAWorkbook(t *testing.T) {
	at := time.Date(2024, 6, 30, 13, 45, 10, 0, time.UTC)
	file := workbook(t, func(f *excelize.File, set func(string, any)) {
		for i, v := range []any{"domain", "links", "share", "zip", "day", "at", "ok", "money", "own date", "clock", "took", "percent", "month"} {
			cell, _ := excelize.CoordinatesToCellName(i+1, 2) // after an empty row
			set(cell, v)
		}
		style := func(cell string, s excelize.Style) {
			id, err := f.NewStyle(&s)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellStyle("Sheet1", cell, cell, id); err != nil {
				t.Fatal(err)
			}
		}
		custom, money, elapsed, month := "dd.mm.yy", `#,##0.00 "€"`, "[h]:mm", "mmmm"
		for i, cell := range []string{"3", "5"} {
			set("A"+cell, "example.com")
			set("B"+cell, 7+i)
			set("C"+cell, 0.25)
			set("D"+cell, "007")
			set("E"+cell, at.Truncate(24*time.Hour))
			style("E"+cell, excelize.Style{NumFmt: 14})
			set("F"+cell, at)
			set("G"+cell, i == 0)
			set("H"+cell, 1234.5)
			style("H"+cell, excelize.Style{CustomNumFmt: &money})
			set("I"+cell, at.Truncate(24*time.Hour))
			style("I"+cell, excelize.Style{CustomNumFmt: &custom})
			set("J"+cell, 0.5)
			style("J"+cell, excelize.Style{NumFmt: 20})
			set("K"+cell, 1.25)
			style("K"+cell, excelize.Style{CustomNumFmt: &elapsed})
			set("L"+cell, 0.125)
			style("L"+cell, excelize.Style{NumFmt: 10})
			set("M"+cell, at.Truncate(24*time.Hour))
			style("M"+cell, excelize.Style{CustomNumFmt: &month})
		}
		if _, err := f.NewSheet("Other"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellValue("Other", "A1", "python.org"); err != nil {
			t.Fatal(err)
		}
	})
	s, rows, err := readFile(t, "book.xlsx", file, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "domain text, links integer, share real, zip text, day text, at text, ok integer, money real, own date text, clock text, took text, percent real, month text" +
		"\n'example.com' | 7 | 0.25 | '007' | '2024-06-30' | '2024-06-30 13:45:10' | 1 | 1234.5 | '2024-06-30' | '12:00:00' | '30:00:00' | 0.125 | '2024-06-30'" +
		"\n'example.com' | 8 | 0.25 | '007' | '2024-06-30' | '2024-06-30 13:45:10' | 0 | 1234.5 | '2024-06-30' | '12:00:00' | '30:00:00' | 0.125 | '2024-06-30'"
	if got := shown(s, rows); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if s.Sheet != "Sheet1" || fmt.Sprint(s.Sheets) != "[Sheet1 Other]" {
		t.Errorf("it says %q of %q", s.Sheet, s.Sheets)
	}
	s, rows, err = readFile(t, "book.xlsx", file, input.Options{Sheet: "other"})
	if err != nil || shown(s, rows) != "domain text\n'python.org'" {
		t.Errorf("the other sheet: %v", err)
	}
	if _, _, err = readFile(t, "book.xlsx", file, input.Options{Sheet: "third"}); err == nil || err.Error() != `book.xlsx: it has no sheet "third": it has Sheet1, Other` {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

// What excelize writes into cells comes back as the same text or number.
func TestAWorkbookComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringMatching(`[a-zа-я0-9 ,;"'<&>.=-]{1,12}`), 1, 6).Draw(rt, "texts")
		numbers := rapid.SliceOfN(rapid.Int32(), len(texts), len(texts)).Draw(rt, "numbers")
		file := workbook(tempDir{rt, t}, func(f *excelize.File, set func(string, any)) {
			set("A1", "t")
			set("B1", "n")
			for i := range texts {
				set(fmt.Sprintf("A%d", i+2), texts[i])
				set(fmt.Sprintf("B%d", i+2), float64(numbers[i])/4)
			}
		})
		_, rows, err := readFile(tempDir{rt, t}, "a.xlsx", file, input.Options{Header: input.HasHeader})
		if err != nil || len(rows) != len(texts) {
			rt.Fatalf("%v %v", rows, err)
		}
		for i, row := range rows {
			if written(row[0]) != texts[i] || written(row[1]) != strconv.FormatFloat(float64(numbers[i])/4, 'f', -1, 64) {
				rt.Fatalf("row %d: %q %v, want %q %v", i, row[0], row[1], texts[i], float64(numbers[i])/4)
			}
		}
	})
}
