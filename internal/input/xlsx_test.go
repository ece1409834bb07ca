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

// What the text of a cell does not tell: booleans from texts, numbers of more digits than Excel shows from what reads so.
func TestCellsThatAreNotWhatTheyRead(t *testing.T) {
	for _, x := range []struct {
		name   string
		values []any
		want   string
	}{
		{"booleans", []any{true, false}, "v integer\n1\n0"},
		{"texts that read as booleans", []any{"TRUE", "FALSE"}, "v text\n'TRUE'\n'FALSE'"},
		{"both, and a number", []any{true, "TRUE", 7}, "v text\n'true'\n'TRUE'\n'7'"},
		{"numbers that are small", []any{1.2345678901e-5, 1e-7, 2, 0.1 + 0.2}, "v real\n1.2345678901e-05\n1e-07\n2\n0.3"},
		{"whole numbers that are long", []any{int64(12345678901234567), int64(9223372036854775807), -1}, "v integer\n12345678901234567\n9223372036854775807\n-1"},
		{"texts that read as numbers with a power", []any{"1.2345678901E-05", "3E+10"}, "v text\n'1.2345678901E-05'\n'3E+10'"},
		{"codes of many digits", []any{"00123456789012345678", "12345678901234567890"}, "v text\n'00123456789012345678'\n'12345678901234567890'"},
		{"errors", []any{5, "#N/A", "#DIV/0!", 7}, "v integer\n5\nnull\nnull\n7"},
	} {
		file := workbook(t, func(_ *excelize.File, set func(string, any)) {
			set("A1", "name")
			set("B1", "v")
			for i, v := range x.values {
				set(fmt.Sprintf("A%d", 2*i+2), "x") // with empty rows between them
				set(fmt.Sprintf("B%d", 2*i+2), v)
			}
		})
		s, rows, err := readFile(t, "a.xlsx", file, input.Options{Header: input.HasHeader})
		if err != nil {
			t.Fatal(err)
		}
		s.Columns = s.Columns[1:]
		for i := range rows {
			rows[i] = rows[i][1:]
		}
		if got := shown(s, rows); got != x.want {
			t.Errorf("%s: got\n%s\nwant\n%s", x.name, got, x.want)
		}
	}
}

func TestWhatStandsAroundATable(t *testing.T) {
	file := workbook(t, func(f *excelize.File, set func(string, any)) {
		set("A1", "Links of example.com")
		for cell, v := range map[string]any{"A3": "domain", "B3": "links", "A4": "a.com", "B4": 7, "A5": "b.com", "B5": 8, "D5": "a note"} {
			set(cell, v)
		}
		bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("Sheet1", "F3", "G9", bold); err != nil { // with nothing in them
			t.Fatal(err)
		}
		for _, sheet := range []string{"Empty", "Data"} {
			if _, err := f.NewSheet(sheet); err != nil {
				t.Fatal(err)
			}
		}
	})
	s, rows, err := readFile(t, "a.xlsx", file, input.Options{})
	if err != nil || s.Titles != 1 || shown(s, rows) != "domain text, links integer, column3 text, column4 text\n'a.com' | 7 | null | null\n'b.com' | 8 | null | 'a note'" {
		t.Errorf("with %d titles: %v", s.Titles, err)
	}
	if _, _, err := readFile(t, "a.xlsx", file, input.Options{Sheet: "empty"}); err == nil || err.Error() != "a.xlsx: the sheet Empty has nothing in it: the others are Sheet1, Data" {
		t.Errorf("an empty sheet: %v", err)
	}
}

// The first sheet that a person sees is read; times that only a number of a format tells are times.
func TestASheetThatIsHidden(t *testing.T) {
	file := workbook(t, func(f *excelize.File, set func(string, any)) {
		set("A1", "hidden")
		if _, err := f.NewSheet("Seen"); err != nil {
			t.Fatal(err)
		}
		f.SetActiveSheet(1)
		if err := f.SetSheetVisible("Sheet1", false); err != nil {
			t.Fatal(err)
		}
		for i, x := range []struct{ format, value any }{{14, 45473.0}, {18, 0.5}, {21, 0.25}, {22, 45473.75}, {46, 1.5}, {2, 7.5}} {
			name, _ := excelize.CoordinatesToCellName(i+1, 1)
			cell, _ := excelize.CoordinatesToCellName(i+1, 2)
			style, err := f.NewStyle(&excelize.Style{NumFmt: x.format.(int)})
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{f.SetCellValue("Seen", name, fmt.Sprint("f", x.format)), f.SetCellValue("Seen", cell, x.value), f.SetCellStyle("Seen", cell, cell, style)} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
	s, rows, err := readFile(t, "a.xlsx", file, input.Options{Header: input.HasHeader})
	if want := "f14 text, f18 text, f21 text, f22 text, f46 text, f2 real\n'2024-06-30' | '12:00:00' | '06:00:00' | '2024-06-30 18:00:00' | '36:00:00' | 7.5"; err != nil || shown(s, rows) != want {
		t.Errorf("got\n%s\nwant\n%s\n%v", shown(s, rows), want, err)
	}
}
