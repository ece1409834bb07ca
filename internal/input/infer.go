package input

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Number reads a text as a number, if writing that number gives the same text again: 7 and 0.5, but not 007, +7, 1e5,
// 1.50 or 12345678901234567890. The value is an int64 or a float64.
func Number(text string) (value any, ok bool) {
	switch {
	case len(text) > maxNumber:
		return nil, false
	case whole.MatchString(text):
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, true
		}
	case decimal.MatchString(text) && significant(text) <= maxDigits:
		if f, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(f, 'f', -1, 64) == text {
			return f, true
		}
	}
	return nil, false
}

const (
	maxNumber = 24 // characters
	maxDigits = 15 // that a float64 keeps of any decimal, and that SQLite writes
)

var (
	whole   = regexp.MustCompile(`^(?:0|-?[1-9][0-9]*)$`)
	decimal = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]$`)
)

// significant counts the digits that say what a number is.
func significant(text string) int {
	digits := strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(text), "0")
	return len(digits)
}

// columnTypes find out what the values of columns are.
type columnTypes []columnType

type columnType struct {
	some       bool // values that are not null
	text, real bool
	long       bool   // whole numbers that a float64 would round
	words      bool   // values that are no numbers, however they are written
	unlike     string // a number that would not be written so again
}

func (list *columnTypes) add(r reader, cells []any) {
	for len(*list) < len(cells) {
		*list = append(*list, columnType{})
	}
	for i, cell := range cells {
		if cell != nil && cell != quotedNothing {
			(*list)[i].add(r, cell)
		}
	}
}

func (c *columnType) add(r reader, cell any) {
	c.some = true
	if c.text && c.words {
		return
	}
	t, told := r.typed(cell)
	if !told {
		t = typeOf(cell.(string))
	}
	switch {
	case t == Text && told:
		c.text, c.words = true, true
	case t == Text || c.text:
		c.text = true
		c.notice(cell.(string))
	}
	c.real = c.real || t == Real
	c.long = c.long || t == Whole && isLong(cell)
}

var (
	// plainDecimal is a number as people write it: 1.50, or 1,5 where the comma is that of decimals.
	plainDecimal = regexp.MustCompile(`^-?(?:0|[1-9][0-9]{0,14})(?:[.,][0-9]{1,15})?$`)
	grouped      = regexp.MustCompile(`^-?[1-9][0-9]{0,2}(?:([ ,'\x{a0}\x{202f}])[0-9]{3})+$`)
)

// Group is what divides the thousands of a number, "" where they are not divided: 1,200 has a comma.
func Group(number string) string {
	if m := grouped.FindStringSubmatch(number); m != nil {
		return m[1]
	}
	return ""
}

// notice looks for numbers that keep a column text only by how they are written.
func (c *columnType) notice(text string) {
	if c.words = c.words || !plainDecimal.MatchString(text) && Group(text) == ""; c.words {
		return
	}
	if _, ok := Number(text); !ok && (c.unlike == "" || Group(c.unlike) != "" && Group(text) == "") { // 1,5 says what the comma of 1,200 is
		c.unlike = text
	}
}

// unlikeAt is such a number of a column that has no others.
func (list columnTypes) unlikeAt(i int) string {
	if list.of(i) != Text || i >= len(list) || list[i].words {
		return ""
	}
	return list[i].unlike
}

// of is the type of a column, Text where it has no values.
func (list columnTypes) of(i int) Type {
	if i >= len(list) {
		return Text
	}
	switch c := list[i]; {
	case !c.some || c.text || c.real && c.long:
		return Text
	case c.real:
		return Real
	}
	return Whole
}

// typeOf is the type of a text by what it looks like.
func typeOf(text string) Type {
	value, ok := Number(text)
	if _, real := value.(float64); ok && real {
		return Real
	}
	if ok {
		return Whole
	}
	return Text
}

// isLong reports a whole number with more digits than a real one keeps.
func isLong(cell any) bool {
	n, _ := wholeOf(cell)
	return n > 1e15 || n < -1e15
}

func wholeOf(cell any) (int64, bool) {
	switch v := cell.(type) {
	case int64:
		return v, true
	case string:
		if v == "TRUE" || v == "FALSE" { // of a workbook
			return wholeOf(v == "TRUE")
		}
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		return n, err == nil
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func realOf(cell any) (float64, bool) {
	switch v := cell.(type) {
	case float64:
		return v, true
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f, true
		}
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	n, ok := wholeOf(cell)
	return float64(n), ok
}

// valueOf is a cell as a value of its column's type.
func valueOf(t Type, cell any) any {
	if cell == nil || cell == quotedNothing && t != Text {
		return nil
	}
	switch t {
	case Whole:
		if n, ok := wholeOf(cell); ok {
			return n
		}
	case Real:
		if f, ok := realOf(cell); ok {
			return f
		}
	}
	return textOf(cell)
}

// textOf is a cell of a column of texts.
func textOf(cell any) any {
	switch v := cell.(type) {
	case quoted:
		return ""
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return cell
}

// quotedNothing is an empty cell in quotes: a text, and not the lack of one.
var quotedNothing any = quoted{}

type quoted struct{}
