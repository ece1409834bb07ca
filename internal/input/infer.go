package input

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Number reads a text as a number, if writing that number gives the same text again: 7, 0.5 and 1.0, but not 007, +7, 1e5,
// 1.50 or 12345678901234567890. The value is an int64 or a float64.
func Number(text string) (value any, ok bool) {
	if whole.MatchString(text) {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, true
		}
	}
	if decimal.MatchString(text) {
		if f, err := strconv.ParseFloat(text, 64); err == nil && (text == realText(f) || text == strconv.FormatFloat(f, 'f', -1, 64)) {
			return f, true
		}
	}
	return nil, false
}

var (
	whole   = regexp.MustCompile(`^(?:0|-?[1-9][0-9]{0,18})$`)
	decimal = regexp.MustCompile(`^-?(?:(?:0|[1-9][0-9]{0,20})\.[0-9]{1,30}|[1-9](?:\.[0-9]{1,17})?e[-+][0-9]{2,3})$`)
)

// realText writes a real number with all of its digits, as internal/output does: what it writes is read as what it was.
func realText(f float64) string {
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// columnTypes find out what the values of columns are.
type columnTypes []columnType

type columnType struct {
	values, numbers int64 // that are not null
	text, real      bool
	long            bool // whole numbers that a float64 would round
	codes           bool // values with digits that are no numbers, as 007 and A45
	odd             WrittenNumbers
}

// WrittenNumbers is how a column of texts writes numbers, where most of its values are some: as texts they do not compare
// as numbers. It is the zero value where a column is no such one.
type WrittenNumbers struct {
	Example string // one that would not be written so again, as 1.50, 5% or $1,200
	Other   string // a value that is none and has no digits, as N/A
	Extra   string // characters to be left out: those between thousands, and signs of currencies before the number
	Comma   bool   // the comma is that of decimals
}

func (list *columnTypes) add(r reader, cells []any) {
	for len(*list) < len(cells) {
		*list = append(*list, columnType{})
	}
	for i, cell := range cells {
		if !isNothing(cell) {
			(*list)[i].add(r, cell)
		}
	}
}

// plainWords is after how many texts a column that has no more numbers than these is not looked at any longer.
const plainWords = 1000

func (c *columnType) add(r reader, cell any) {
	c.values++
	if c.text && (c.codes || c.values > plainWords && c.numbers < c.values/2) {
		return
	}
	t, told := r.typed(cell)
	text, isText := cell.(string)
	if !told {
		t = typeOf(text)
	}
	switch {
	case t != Text:
		c.numbers++
	case told && isText && digits.MatchString(text):
		c.codes = true // the file says that it is no number
	case isText:
		c.notice(text)
	}
	c.text = c.text || t == Text
	c.real = c.real || t == Real
	c.long = c.long || t == Whole && isLong(cell)
}

var (
	writtenNumber = regexp.MustCompile(`^-?([$€£₽₴¥]?)[\s\x{a0}]?-?(0|[1-9][0-9]{0,14}|[1-9][0-9]{0,2}(?:[ .,'\x{a0}\x{202f}][0-9]{3})+)([.,][0-9]{1,15})?[\s\x{a0}]?[%$€£₽₴¥]?$`)
	digits        = regexp.MustCompile(`\d`)
)

// notice looks for what keeps a column text whose values are numbers to a person.
func (c *columnType) notice(text string) {
	m := writtenNumber.FindStringSubmatch(text)
	switch {
	case m == nil && digits.MatchString(text):
		c.codes = true
	case m == nil && c.odd.Other == "":
		c.odd.Other = text
	}
	if m == nil {
		return
	}
	c.numbers++
	currency, whole, decimals := m[1], m[2], m[3]
	group := strings.TrimLeft(whole, "0123456789")
	comma := strings.HasPrefix(decimals, ",")
	if comma && len(decimals) == 4 && len(whole) <= 3 && whole != "0" { // 1,200 may be either; 1,5 tells
		comma, group = false, ","
	}
	for _, r := range currency + group {
		if !unicode.IsDigit(r) && !strings.ContainsRune(c.odd.Extra, r) {
			c.odd.Extra += string(r)
		}
	}
	if c.odd.Example == "" || comma && !c.odd.Comma {
		c.odd.Example = text
	}
	c.odd.Comma = c.odd.Comma || comma
}

// oddAt is how a column of texts writes its numbers.
func (list columnTypes) oddAt(i int) WrittenNumbers {
	if list.of(i) != Text || i >= len(list) || list[i].codes || list[i].numbers <= list[i].values/2 {
		return WrittenNumbers{}
	}
	odd := list[i].odd
	if odd.Comma {
		odd.Extra = strings.ReplaceAll(odd.Extra, ",", "")
	}
	return odd
}

// some reports a column that has values.
func (list columnTypes) some(i int) bool { return i < len(list) && list[i].values > 0 }

// of is the type of a column, Text where it has no values.
func (list columnTypes) of(i int) Type {
	if i >= len(list) {
		return Text
	}
	switch c := list[i]; {
	case c.values == 0 || c.text || c.real && c.long:
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
		return f, err == nil || math.IsInf(f, 0)
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
