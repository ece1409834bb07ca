package input

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
	"github.com/xuri/nfp"
)

// xlsxDocument is one sheet of a workbook. Its cells are read as texts, as they stand in a csv: then the same rule says
// what their types are, and an article number that was kept as a text keeps its zeros.
type xlsxDocument struct {
	file  *excelize.File
	sheet string
	heading
}

func openXLSX(ctx context.Context, file *os.File, _ Format, o Options) (_ document, err error) {
	defer recovered(&err)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(&contextReader{ctx, file})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, damaged(err)
	}
	d := &xlsxDocument{file: book}
	if err := d.prepare(o); err != nil {
		book.Close()
		return nil, err
	}
	return d, nil
}

func (d *xlsxDocument) prepare(o Options) (err error) {
	if d.sheet, err = d.choose(o.Sheet); err != nil {
		return err
	}
	if err := d.writeTimesAsISO(); err != nil {
		return damaged(err)
	}
	rows, err := d.sample()
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("the sheet %s has nothing in it%s", d.sheet, d.others())
	}
	d.heading = headingOf(rows, o.Header)
	return nil
}

func (d *xlsxDocument) Close() error { return d.file.Close() }

func (d *xlsxDocument) about() About {
	return About{Format: XLSX, Header: d.header, Titles: d.titles, Sheet: d.sheet, Sheets: d.file.GetSheetList()}
}

// choose finds a sheet by its name, or the first one that a person sees.
func (d *xlsxDocument) choose(named string) (string, error) {
	sheets := d.file.GetSheetList()
	for _, s := range sheets {
		if visible, err := d.file.GetSheetVisible(s); named == "" && (err != nil || visible) || strings.EqualFold(s, named) {
			return s, nil
		}
	}
	if named == "" && len(sheets) > 0 {
		return sheets[0], nil
	}
	return "", fmt.Errorf("it has no sheet %q: it has %s", named, strings.Join(sheets, ", "))
}

// others says what other sheets there are.
func (d *xlsxDocument) others() string {
	others := slices.DeleteFunc(d.file.GetSheetList(), func(s string) bool { return s == d.sheet })
	if len(others) == 0 {
		return ""
	}
	return ": the others are " + strings.Join(others, ", ")
}

// builtInTimes are the number formats that are known by their number alone, and what of a time each shows. Those from 27
// to 58 are dates of East Asia.
func builtInTimes(id int) string {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id >= 57 && id <= 58:
		return isoDate
	case id >= 18 && id <= 21, id == 45, id == 47, id >= 32 && id <= 35, id == 55, id == 56:
		return isoTime
	case id == 22:
		return isoDate + " " + isoTime
	case id == 46:
		return isoElapsed
	}
	return ""
}

const (
	isoDate    = "yyyy-mm-dd"
	isoTime    = "hh:mm:ss"
	isoElapsed = "[h]:mm:ss"
)

// writeTimesAsISO changes the number formats of the workbook, as it is in memory: those of dates and times to ISO's, with
// what of it each shows, and all others to none, so that numbers come as they are.
func (d *xlsxDocument) writeTimesAsISO() error {
	if d.file.Styles == nil || d.file.Styles.CellXfs == nil {
		return nil
	}
	custom := map[int]string{}
	if d.file.Styles.NumFmts != nil {
		for _, f := range d.file.Styles.NumFmts.NumFmt {
			custom[f.NumFmtID] = timesShown(f.FormatCode)
		}
	}
	count := len(d.file.Styles.CellXfs.Xf)
	made := map[string]*int{}
	for i := range count {
		id := 0
		if old := d.file.Styles.CellXfs.Xf[i].NumFmtID; old != nil {
			id = *old
		}
		shown, isCustom := custom[id] // of dates and times
		if !isCustom {
			shown = builtInTimes(id)
		}
		if shown != "" && made[shown] == nil {
			style, err := d.file.NewStyle(&excelize.Style{CustomNumFmt: &shown})
			if err != nil {
				return err
			}
			made[shown] = d.file.Styles.CellXfs.Xf[style].NumFmtID
		}
		d.file.Styles.CellXfs.Xf[i].NumFmtID = made[shown]
	}
	return nil
}

// timesShown is what a number format shows of a time, in ISO's form; "" where it is one of numbers.
func timesShown(code string) string {
	parser := nfp.NumberFormatParser()
	date, clock, elapsed := false, false, false
	for _, section := range parser.Parse(code)[:1] {
		for _, token := range section.Items {
			value := strings.ToLower(token.TValue)
			switch token.TType {
			case nfp.TokenTypeElapsedDateTimes:
				elapsed = true
			case nfp.TokenTypeDateTimes:
				date = date || strings.ContainsAny(value, "ydge")
				clock = clock || strings.ContainsAny(value, "hs")
				date = date || strings.HasPrefix(value, "mmm")
			}
		}
	}
	switch {
	case elapsed:
		return isoElapsed
	case date && clock:
		return isoDate + " " + isoTime
	case date:
		return isoDate
	case clock:
		return isoTime
	}
	return ""
}

// sample are the first rows that have something.
func (d *xlsxDocument) sample() (list [][]string, err error) {
	defer recovered(&err)
	rows, err := d.file.Rows(d.sheet)
	if err != nil {
		return nil, damaged(err)
	}
	defer rows.Close()
	for n := 0; rows.Next() && len(list) < maxSampleRows; n++ {
		row, err := rows.Columns()
		if err != nil {
			return nil, damaged(err)
		}
		if !isBlank(row) {
			list = append(list, slices.Clone(row[:filled(row)]))
		}
	}
	return list, rows.Error()
}

func isBlank(row []string) bool { return filled(row) == 0 }

func (d *xlsxDocument) read() (_ reader, err error) {
	defer recovered(&err)
	rows, err := d.file.Rows(d.sheet)
	if err != nil {
		return nil, damaged(err)
	}
	r := &xlsxReader{document: d, rows: rows, columns: slices.Clone(d.columns)}
	if err := d.skip(r); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

type xlsxReader struct {
	document *xlsxDocument
	rows     *excelize.Rows
	row      int
	columns  []string
	cells    []any

	raw    *excelize.Rows // the same, as they are stored: read where the text of a cell does not say what it is
	rawRow int
	stored []string // of the row rawRow
}

func (r *xlsxReader) names() []string { return r.columns }
func (r *xlsxReader) where() string {
	return fmt.Sprintf("row %d of the sheet %s", r.row, r.document.sheet)
}

func (r *xlsxReader) close() {
	r.rows.Close() //nolint:errcheck // it was read only
	if r.raw != nil {
		r.raw.Close() //nolint:errcheck // it was read only
	}
}

// typed leaves types to be inferred, but for what surely is a boolean or a number.
func (r *xlsxReader) typed(cell any) (Type, bool) {
	switch v := cell.(type) {
	case bool:
		return Whole, true
	case json.Number:
		return numberType(v), true
	}
	return Text, false
}

func (r *xlsxReader) next() (cells []any, err error) {
	defer recovered(&err)
	for r.rows.Next() {
		r.row++
		row, err := r.rows.Columns()
		if err != nil {
			return nil, damaged(err)
		}
		if row = row[:filled(row)]; len(row) == 0 {
			continue
		}
		for len(r.columns) < len(row) {
			r.columns = append(r.columns, "") // what stands beside a table without a name
		}
		r.cells = r.cells[:0]
		for i, text := range row {
			cell, err := r.cell(i, text)
			if err != nil {
				return nil, damaged(err)
			}
			r.cells = append(r.cells, cell)
		}
		return r.cells, nil
	}
	if err := r.rows.Error(); err != nil {
		return nil, damaged(err)
	}
	return nil, io.EOF
}

// sheetErrors are the values of a formula that has none.
var sheetErrors = strings.Fields("#N/A #DIV/0! #REF! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #UNKNOWN! #GETTING_DATA")

// These are how excelize writes a number of more than fifteen digits.
var (
	powerOfTen = regexp.MustCompile(`^-?\d(?:\.\d+)?E[-+]\d{2,3}$`)
	manyDigits = regexp.MustCompile(`^-?\d{16,}$`)
)

// cell is what a cell holds, by its text. What reads TRUE may be a text, and a number may have lost digits: what is stored
// tells.
func (r *xlsxReader) cell(i int, text string) (any, error) {
	isBool := text == "TRUE" || text == "FALSE"
	switch {
	case text == "" || slices.Contains(sheetErrors, text):
		return nil, nil
	case !isBool && !powerOfTen.MatchString(text) && !manyDigits.MatchString(text):
		return text, nil
	}
	stored, err := r.storedAt(i)
	switch {
	case err != nil:
		return nil, err
	case stored == text:
		return text, nil
	case isBool:
		return text == "TRUE", nil
	case whole.MatchString(stored) || !powerOfTen.MatchString(text):
		return json.Number(stored), nil
	}
	return json.Number(text), nil // the digits that Excel keeps
}

// storedAt is a cell of the current row as it is stored.
func (r *xlsxReader) storedAt(i int) (_ string, err error) {
	if r.raw == nil {
		if r.raw, err = r.document.file.Rows(r.document.sheet); err != nil {
			return "", err
		}
	}
	for r.rawRow < r.row && r.raw.Next() {
		r.rawRow++
		if r.stored, err = r.raw.Columns(excelize.Options{RawCellValue: true}); err != nil {
			return "", err
		}
	}
	if i >= len(r.stored) {
		return "", errors.New("it has changed while it was read")
	}
	return r.stored[i], nil
}
