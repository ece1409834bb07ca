package table

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Rows are the rows of an answer as they came, and each field's place in them: texts are kept once, and values are
// not boxed. They do not change, so that any number of readers can share them.
type Rows struct {
	width int    // cells of a row: the table's fields, and the row as a whole
	text  string // what came
	extra string // texts that were written with escapes, or had bytes that are no UTF-8
	cells []cell
}

// cell is a value in its row: a whole number, the bits of another, seconds since 1970, or where a text is.
type cell struct {
	n    int64
	kind cellKind
}

type cellKind uint8

const (
	isNull cellKind = iota
	isCount
	isTime
	isText  // n is begin<<32 | end in text
	isExtra // … in extra
	isDecimal
)

// Row is one row of an answer.
type Row struct {
	rows *Rows
	at   int
}

// Cell is a value on its own. The zero value is NULL.
type Cell struct {
	kind cellKind
	n    int64
	text string
}

// TextCell returns a text.
func TextCell(s string) Cell { return Cell{kind: isText, text: s} }

// CountCell returns a number.
func CountCell(n int64) Cell { return Cell{kind: isCount, n: n} }

// TimeCell returns a time, to the second.
func TimeCell(t time.Time) Cell { return Cell{kind: isTime, n: t.Unix()} }

// Null reports SQL NULL.
func (c Cell) Null() bool { return c.kind == isNull }

// Text returns a text, and a list as JSON; ok is false for NULL and for a value of another kind.
func (c Cell) Text() (text string, ok bool) { return c.text, c.kind == isText }

// Count returns a whole number; ok is false for NULL and for a value of another kind.
func (c Cell) Count() (n int64, ok bool) { return c.n, c.kind == isCount }

// Decimal returns a number with a fraction; ok is false for NULL and for a value of another kind.
func (c Cell) Decimal() (x float64, ok bool) {
	if c.kind != isDecimal {
		return 0, false
	}
	return math.Float64frombits(uint64(c.n)), true
}

// Time returns a time in UTC; ok is false for NULL and for a value of another kind.
func (c Cell) Time() (t time.Time, ok bool) {
	if c.kind != isTime {
		return t, false
	}
	return time.Unix(c.n, 0).UTC(), true
}

// Value is the value as any: string, int64, float64, time.Time, or nil for NULL.
func (c Cell) Value() any {
	switch c.kind {
	case isText:
		return c.text
	case isCount:
		return c.n
	case isDecimal:
		x, _ := c.Decimal()
		return x
	case isTime:
		t, _ := c.Time()
		return t
	}
	return nil
}

// Len is the number of rows; of nil it is 0.
func (r *Rows) Len() int {
	if r == nil || r.width == 0 {
		return 0
	}
	return len(r.cells) / r.width
}

// All returns the rows one by one.
func (r *Rows) All() []Row {
	all := make([]Row, r.Len())
	for i := range all {
		all[i] = Row{r, i}
	}
	return all
}

// cellBytes is the size of a cell.
const cellBytes = 16

// Bytes is the memory that the rows take, about.
func (r *Rows) Bytes() int64 {
	if r == nil {
		return 0
	}
	return int64(len(r.text) + len(r.extra) + cellBytes*len(r.cells))
}

// Cell returns the value of a field.
func (r Row) Cell(field int) Cell {
	c := r.rows.cells[r.at*r.rows.width+field]
	switch c.kind {
	case isText:
		return TextCell(r.rows.text[c.n>>32 : c.n&0xFFFFFFFF])
	case isExtra:
		return TextCell(r.rows.extra[c.n>>32 : c.n&0xFFFFFFFF])
	}
	return Cell{kind: c.kind, n: c.n}
}

// Raw is the row as JSON, as it came but for what PostgreSQL's jsonb cannot hold, which is U+FFFD: NUL characters,
// halves of surrogate pairs, and bytes that are not UTF-8.
func (r Row) Raw() string {
	raw, _ := r.Cell(r.rows.width - 1).Text()
	return Holdable(raw)
}

// Holdable is JSON as PostgreSQL's jsonb can hold it: U+FFFD stands for what it cannot.
func Holdable(raw string) string {
	if !utf8.ValidString(raw) {
		raw = string([]rune(raw)) // each byte that is not UTF-8 for itself, as in the columns
	}
	return holdable(raw)
}

// holdable replaces escapes that stand for no character of PostgreSQL's.
func holdable(raw string) string {
	if !strings.Contains(raw, `\u`) {
		return raw
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(raw, '\\')
		if i < 0 || i+1 >= len(raw) {
			break
		}
		b.WriteString(raw[:i])
		length, held := escapeIn(raw[i:])
		if !held {
			b.WriteString(`\uFFFD`)
		} else {
			b.WriteString(raw[i : i+length])
		}
		raw = raw[i+length:]
	}
	b.WriteString(raw)
	return b.String()
}

// escapeIn measures the escape that text begins with, a surrogate pair as one, and reports whether PostgreSQL can
// hold it.
func escapeIn(text string) (length int, held bool) {
	if text[1] != 'u' || len(text) < len(`\u0000`) { // the latter is no JSON
		return 2, true
	}
	const one, pair = len(`\u0000`), len(`\u0000\u0000`)
	char := unit(text)
	switch {
	case char == 0:
		return one, false
	case !utf16.IsSurrogate(char):
		return one, true
	case utf16.DecodeRune(char, unit(text[one:])) == unicode.ReplacementChar:
		return one, false
	}
	return pair, true
}

// unit is the \uXXXX that text begins with, -1 if it does not.
func unit(text string) rune {
	if len(text) < 6 || text[:2] != `\u` {
		return -1
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// NullRow is a row of a table whose values are all NULL.
func NullRow(t *Table) Row {
	b := NewBuilder(t, "", 1)
	b.Begin()
	return Row{b.Rows(), 0}
}

// Builder makes Rows of a text that holds them.
type Builder struct {
	rows  Rows
	extra []byte
}

// NewBuilder begins rows of a table, at most so many, whose texts are for the most part pieces of text.
func NewBuilder(t *Table, text string, most int) *Builder {
	width := len(t.Fields) + 1
	const usual = 1000 // rows of a large page; what may be more seldom is
	return &Builder{rows: Rows{width: width, text: text, cells: make([]cell, 0, min(most, usual)*width)}}
}

// Begin begins a row, whose values are NULL.
func (b *Builder) Begin() {
	for range b.rows.width {
		b.rows.cells = append(b.rows.cells, cell{})
	}
}

func (b *Builder) set(field int, c cell) {
	b.rows.cells[len(b.rows.cells)-b.rows.width+field] = c
}

// Null sets a field of the row to NULL.
func (b *Builder) Null(field int) { b.set(field, cell{}) }

// Count sets a field of the row.
func (b *Builder) Count(field int, n int64) { b.set(field, cell{n, isCount}) }

// Decimal sets a field of the row.
func (b *Builder) Decimal(field int, x float64) {
	b.set(field, cell{int64(math.Float64bits(x)), isDecimal})
}

// Time sets a field of the row.
func (b *Builder) Time(field int, t time.Time) { b.set(field, cell{t.Unix(), isTime}) }

// Piece sets a field of the row to a piece of the text.
func (b *Builder) Piece(field, begin, end int) {
	b.set(field, cell{int64(begin)<<32 | int64(end), isText})
}

// Text sets a field of the row to a text that is no piece of it: to what write appends.
func (b *Builder) Text(field int, write func(to []byte) []byte) {
	if b.extra == nil {
		b.extra = make([]byte, 0, len(b.rows.text)/2)
	}
	begin := int64(len(b.extra))
	b.extra = write(b.extra)
	b.set(field, cell{begin<<32 | int64(len(b.extra)), isExtra})
}

// Whole sets what the row is as a piece of the text.
func (b *Builder) Whole(begin, end int) { b.Piece(b.rows.width-1, begin, end) }

// Len is the number of rows begun.
func (b *Builder) Len() int { return len(b.rows.cells) / b.rows.width }

// Rows ends the building.
func (b *Builder) Rows() *Rows {
	b.rows.extra = string(b.extra)
	return &b.rows
}
