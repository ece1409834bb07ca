package input

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// newCSV reads records of any length: how long they may be is ours to judge.
func newCSV(r io.Reader, delimiter rune) *csv.Reader {
	c := csv.NewReader(r)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = delimiter, -1, true
	return c
}

type csvReader struct {
	document *csvDocument
	csv      *csv.Reader
	tail     *tail
	columns  []string
	cells    []any
}

func (r *csvReader) names() []string             { return r.columns }
func (r *csvReader) typed(any) (t Type, ok bool) { return Text, false }
func (r *csvReader) close()                      {}

func (r *csvReader) line() int {
	line, _ := r.csv.FieldPos(0)
	return line + r.document.skipLines
}

func (r *csvReader) where() string { return fmt.Sprintf("line %d", r.line()) }

func (r *csvReader) next() ([]any, error) {
	record, err := r.csv.Read()
	if err != nil {
		return nil, r.plain(err)
	}
	r.cells = r.cells[:0]
	for i, text := range record {
		var cell any
		switch {
		case text != "":
			cell = text
		case r.isQuoted(i, len(record)):
			cell = quotedNothing
		}
		r.cells = append(r.cells, cell)
	}
	return fit(r.cells, len(r.columns), r.where())
}

// isQuoted reports that an empty cell is written as "", which encoding/csv does not tell: by where the next one begins, or
// by what stands before the end of the line.
func (r *csvReader) isQuoted(i, of int) bool {
	if i+1 < of {
		_, begin := r.csv.FieldPos(i)
		_, next := r.csv.FieldPos(i + 1)
		return next-begin > utf8.RuneLen(r.csv.Comma)
	}
	end := r.csv.InputOffset()
	for r.tail.at(end-1) == '\n' || r.tail.at(end-1) == '\r' {
		end--
	}
	return r.tail.at(end-1) == '"'
}

// plain says what is wrong with quotes, and where.
func (r *csvReader) plain(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return err
	}
	if errors.Is(p.Err, csv.ErrBareQuote) {
		return fmt.Errorf(`line %d: a " inside of a cell that does not begin with one: put the cell in quotes, and write each " in it twice`, p.Line+r.document.skipLines)
	}
	return fmt.Errorf(`line %d: the quotes of a cell do not end, or something follows them (the row begins on line %d): write each " inside of a cell twice`,
		p.Line+r.document.skipLines, p.StartLine+r.document.skipLines)
}

// fit makes a row as long as the columns at most: cells past them have to be empty.
func fit(cells []any, columns int, where string) ([]any, error) {
	for len(cells) > columns && (cells[len(cells)-1] == nil || cells[len(cells)-1] == quotedNothing) {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > columns {
		return nil, fmt.Errorf("%s has %d cells, the first row has %d: a cell that has the delimiter in it stands in quotes", where, len(cells), columns)
	}
	return cells, nil
}

// tail keeps the end of what was read: encoding/csv has at most its own buffer's 4096 bytes of it still before it.
type tail struct {
	r    io.Reader
	kept []byte
	end  int64
}

const (
	csvBuffer = 4096
	keepTail  = csvBuffer + 16
)

func (t *tail) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	t.end += int64(n)
	t.kept = append(t.kept, b[:n]...)
	if extra := len(t.kept) - 4*keepTail; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-keepTail:]...)
	}
	return n, err
}

// at is the byte at an offset, 0 where it is not kept.
func (t *tail) at(offset int64) byte {
	if i := offset - t.end + int64(len(t.kept)); i >= 0 && i < int64(len(t.kept)) {
		return t.kept[i]
	}
	return 0
}
