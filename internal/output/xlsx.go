package output

import (
	"bufio"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// What Excel takes at most, by its specification and limits.
const (
	sheetRows  = excelize.TotalRows // 1,048,576, the header's among them
	sheetLinks = 65_530
	cellUnits  = excelize.TotalCellChars     // 32,767 units of UTF-16
	nameUnits  = excelize.MaxSheetNameLength // 31
	linkBytes  = 2079                        // of an address
	safeDigits = 1_000_000_000_000_000       // Excel keeps fifteen digits of a number
	widest     = 60                          // of a column, in characters: a longer text is cut on the screen alone
)

// workbook writes a workbook with a sheet for each result. The library wants the widths of columns before the rows, so
// that rows are spooled first. What it would cut without a word is shortened here, and counted.
type workbook struct {
	unicodeOnly
	w       *bufio.Writer
	o       Options
	file    *excelize.File
	styles  styles
	names   map[string]bool // of sheets, in small letters
	links   links
	begun   int // results
	result  *spool
	columns []Column
	title   string
	held    []contents
	widths  []int

	rowsMost                                int // of a sheet
	controls, cut, asText, inexact, noLinks int64
}

// gcPercent of the process while a sheet is written: the library makes much garbage of its cells, beside its buffers and
// what the rows were made of.
const gcPercent = 20

type styles struct{ header, link, day, time int }

func newXLSX(w *bufio.Writer, o Options) format {
	return &workbook{w: w, o: o, rowsMost: sheetRows, links: links{most: sheetLinks}, names: map[string]bool{"history": true}} // which Excel has for itself
}

func (x *workbook) begin(title string, columns []Column) (err error) {
	if x.file == nil {
		if err := x.open(); err != nil {
			return err
		}
	}
	x.begun++
	x.title, x.columns = title, columns
	x.held, x.widths = make([]contents, len(columns)), make([]int, len(columns))
	x.result, err = newSpool(x.o.TempDir, len(columns))
	return err
}

func (x *workbook) open() (err error) {
	x.file = excelize.NewFile(excelize.Options{TmpDir: x.o.TempDir})
	day, second := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	for to, style := range map[*int]*excelize.Style{
		&x.styles.header: {Font: &excelize.Font{Bold: true}},
		&x.styles.link:   {Font: &excelize.Font{Color: "0563C1", Underline: "single"}},
		&x.styles.day:    {CustomNumFmt: &day},
		&x.styles.time:   {CustomNumFmt: &second},
	} {
		if *to, err = x.file.NewStyle(style); err != nil {
			return err
		}
	}
	return nil
}

func (x *workbook) row(values []any) error {
	for i, v := range values {
		x.held[i].add(v)
		x.widths[i] = min(widest, max(x.widths[i], cellWidth(v)))
	}
	return x.result.add(values)
}

// cellWidth is how wide a value is on the screen: a text's longest line, as far as it matters.
func cellWidth(value any) int {
	s := Text(value)
	if len(s) > 16*widest {
		s = s[:16*widest]
	}
	most := 0
	for l := range strings.Lines(s) {
		most = max(most, width(strings.TrimRight(l, "\r\n")))
	}
	return most
}

func (x *workbook) end() error {
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	s := &sheet{workbook: x}
	if x.result.rows == 0 {
		if err := s.open(); err != nil {
			return err
		}
	}
	if err := x.result.each(s.add); err != nil {
		return err
	}
	err := s.close()
	if closed := x.result.close(); err == nil {
		err = closed
	}
	x.result = nil
	return err
}

func (x *workbook) close() error {
	x.tell(x.o)
	x.o.tellCount(x.controls, "text has control characters, which a cell cannot hold: U+FFFD stands for them", "texts have control characters, which a cell cannot hold: U+FFFD stands for them")
	x.o.tellCount(x.cut, "text is longer than the 32,767 characters of a cell, and is cut", "texts are longer than the 32,767 characters of a cell, and are cut")
	x.o.tellCount(x.asText, "number is written as text, since Excel keeps fifteen digits", "numbers are written as texts, since Excel keeps fifteen digits")
	x.o.tellCount(x.inexact, "number is rounded to the fifteen digits that Excel keeps", "numbers are rounded to the fifteen digits that Excel keeps")
	x.o.tellCount(x.noLinks, "address cannot be clicked: a sheet takes 65,530 links, of at most 2,079 characters", "addresses cannot be clicked: a sheet takes 65,530 links, of at most 2,079 characters")
	if x.file == nil {
		return nil
	}
	err := x.links.write(x.file, x.w)
	x.abandon()
	return err
}

// abandon removes what is on disk.
func (x *workbook) abandon() {
	if x.result != nil {
		x.result.close() //nolint:errcheck // nobody reads it any more
	}
	if x.file != nil {
		x.file.Close() //nolint:errcheck // it removes the library's temporary files
	}
	x.result, x.file = nil, nil
}

// sheet writes the rows of a result. Those for which a sheet has no room go on in a further one.
type sheet struct {
	*workbook
	stream *excelize.StreamWriter
	name   string
	number int // of the sheets of this result
	rows   int // of this sheet, with the header
}

func (s *sheet) add(values []any) error {
	if s.stream == nil || s.rows == s.rowsMost {
		if err := s.close(); err != nil {
			return err
		}
		if err := s.open(); err != nil {
			return err
		}
	}
	cells := make([]any, len(values))
	for i, v := range values {
		cells[i] = s.cell(i, v)
	}
	return s.write(cells)
}

func (s *sheet) write(cells []any) error {
	s.rows++
	return s.stream.SetRow(fmt.Sprintf("A%d", s.rows), cells)
}

func (s *sheet) open() (err error) {
	if s.number++; s.number == 2 {
		s.o.tell("%s has more rows than a sheet takes: they go on in further ones", s.name)
	}
	s.rows = 0
	s.name = s.sheetName(s.title, s.begun, s.number)
	if len(s.names) == 2 { // the first: a new file has one
		err = s.file.SetSheetName("Sheet1", s.name)
	} else {
		_, err = s.file.NewSheet(s.name)
	}
	if err != nil {
		return err
	}
	if s.stream, err = s.file.NewStreamWriter(s.name); err != nil {
		return err
	}
	for i, w := range slices.Backward(s.widths) { // the library puts each before those that it has
		if s.o.Header {
			w = max(w, min(widest, width(s.columns[i].Name)+3)) // and the filter's button
		}
		if s.held[i].areTimes() {
			w = max(w, len(dayForm))
		}
		if err := s.stream.SetColWidth(i+1, i+1, float64(w+2)); err != nil {
			return err
		}
	}
	if !s.o.Header {
		return nil
	}
	if err := s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	names := make([]any, len(s.columns))
	for i, c := range s.columns {
		names[i] = excelize.Cell{StyleID: s.styles.header, Value: s.fitting(c.Name)}
	}
	return s.write(names)
}

func (s *sheet) close() error {
	if s.stream == nil {
		return nil
	}
	if s.o.Header {
		last, err := excelize.CoordinatesToCellName(len(s.columns), s.rows)
		if err != nil {
			return err
		}
		if err := s.file.AutoFilter(s.name, "A1:"+last, nil); err != nil {
			return err
		}
	}
	return s.stream.Flush()
}

// cell is a value as a cell with a type.
func (s *sheet) cell(column int, value any) any {
	switch v := value.(type) {
	case nil:
		return nil
	case int64:
		if v >= safeDigits || v <= -safeDigits {
			s.asText++
			return Text(v)
		}
		return v
	case float64:
		if !math.IsInf(v, 0) {
			return s.rounded(v)
		}
	case string:
		if s.held[column].areTimes() {
			if t, _, ok := Moment(v); ok && inCalendar(t) {
				return excelize.Cell{StyleID: s.timeStyle(column), Value: t}
			}
		}
		if link := LinkOf(v); link != "" && s.link(column, link) {
			return excelize.Cell{StyleID: s.styles.link, Value: s.fitting(v)}
		}
		return s.fitting(v)
	}
	return s.fitting(Text(value))
}

// rounded is a number in the fifteen digits that Excel keeps: the library cuts the others off.
func (x *workbook) rounded(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil || r == v { // it is beyond all others when it is rounded
		return v
	}
	x.inexact++
	return r
}

func (s *sheet) link(column int, address string) bool {
	if len(address) > linkBytes || !s.links.add(s.stream.SheetID, column+1, s.rows+1, address) {
		s.noLinks++
		return false
	}
	return true
}

func (s *sheet) timeStyle(column int) int {
	if s.held[column].times == s.held[column].midnights {
		return s.styles.day
	}
	return s.styles.time
}

// inCalendar reports a time that Excel counts as all others do: it takes 1900 for a leap year.
func inCalendar(t time.Time) bool {
	return !t.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)) && t.Year() <= 9999
}

// fitting is what a cell can hold of a text.
func (x *workbook) fitting(s string) string {
	s = x.text(s)
	if strings.ContainsFunc(s, notInXML) {
		x.controls++
		s = strings.Map(func(r rune) rune {
			if notInXML(r) {
				return utf8.RuneError
			}
			return r
		}, s)
	}
	if short := units(s, cellUnits); len(short) < len(s) {
		x.cut++
		s = units(s, cellUnits-1) + ellipsis
	}
	return s
}

// notInXML are the characters that no XML document has, and so no cell.
func notInXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// units is the beginning of a text that has so many units of UTF-16, in whole characters.
func units(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for i, r := range s {
		if most -= max(1, utf16.RuneLen(r)); most < 0 {
			return s[:i]
		}
	}
	return s
}

// words is units that end with a whole word, where that leaves half of them.
func words(s string, most int) string {
	cut := units(s, most)
	if at := strings.LastIndexByte(cut, ' '); len(cut) < len(s) && s[len(cut)] != ' ' && at >= len(cut)/2 {
		return cut[:at]
	}
	return cut
}

// sheetName makes a name that Excel takes and no other sheet has: of a result's title, or its number.
func (x *workbook) sheetName(title string, result, number int) string {
	base := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`:\/?*[]`, r) || unicode.IsSpace(r):
			return ' '
		case r == '\'':
			return '’'
		case Invisible(r) || r == utf8.RuneError || notInXML(r):
			return -1
		}
		return r
	}, title)
	base = strings.TrimSpace(strings.Join(strings.Fields(base), " "))
	if base == "" {
		base = fmt.Sprintf("Result %d", result)
	}
	for n := number; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprintf(" (%d)", n)
		}
		name := strings.TrimSpace(words(base, nameUnits-len(suffix))) + suffix
		if key := strings.ToLower(name); !x.names[key] {
			x.names[key] = true
			return name
		}
	}
}
