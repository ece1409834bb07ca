package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// recordReader reads rows of cells between delimiters, by RFC 4180. It is ours since encoding/csv does not tell "" from
// nothing, and makes \n of \r\n inside of quotes. A " inside of a cell that does not begin with one is itself, as to all
// who read csv.
type recordReader struct {
	lines     *bufio.Reader
	delimiter string
	literal   bool // quotes mean nothing
	line      int  // lines that were read
	begin     int  // the line on which the row begins
	cells     []any
	quoted    bytes.Buffer
}

func newRecords(r io.Reader, delimiter rune, literal bool) *recordReader {
	return &recordReader{lines: bufio.NewReaderSize(r, 1<<16), delimiter: string(delimiter), literal: literal}
}

// next gives the cells of a row: nil, string, or quotedNothing. Lines with nothing in them are no rows.
func (r *recordReader) next() ([]any, error) {
	line, err := r.readLine()
	for err == nil && withoutEnd(line) == "" {
		line, err = r.readLine()
	}
	if err != nil {
		return nil, err
	}
	r.begin, r.cells = r.line, r.cells[:0]
	for more := true; more; {
		var cell any
		if quoted, ok := strings.CutPrefix(strings.TrimLeft(line, " "), `"`); ok && !r.literal { // "a", "b" is written so too
			cell, line, more, err = r.quotedCell(quoted)
		} else {
			cell, line, more = r.bareCell(line)
		}
		if err != nil {
			return nil, err
		}
		r.cells = append(r.cells, cell)
	}
	return r.cells, nil
}

// bareCell takes a cell without quotes from the beginning of a line; more tells that others follow.
func (r *recordReader) bareCell(line string) (cell any, rest string, more bool) {
	text, rest, more := strings.Cut(line, r.delimiter)
	if !more {
		text = withoutEnd(text)
	}
	if text == "" {
		return nil, rest, more
	}
	return text, rest, more
}

// quotedCell takes a cell whose first quote has been taken; it may go on for lines.
func (r *recordReader) quotedCell(line string) (cell any, rest string, more bool, err error) {
	r.quoted.Reset()
	for {
		text, after, found := strings.Cut(line, `"`)
		r.quoted.WriteString(text)
		switch {
		case !found:
			if line, err = r.readLine(); errors.Is(err, io.EOF) {
				return nil, "", false, fmt.Errorf(`line %d: the quotes of a cell in the row that begins here do not end: write each " inside of a cell twice`, r.begin)
			} else if err != nil {
				return nil, "", false, err
			}
			continue
		case strings.HasPrefix(after, `"`):
			r.quoted.WriteByte('"')
			line = after[1:]
			continue
		}
		rest, more = strings.CutPrefix(after, r.delimiter)
		if !more && withoutEnd(after) != "" {
			return nil, "", false, fmt.Errorf(`line %d: something follows the quotes of a cell (the row begins on line %d): write each " inside of a cell twice`, r.line, r.begin)
		}
		if r.quoted.Len() == 0 {
			return quotedNothing, rest, more, nil
		}
		return r.quoted.String(), rest, more, nil
	}
}

// readLine gives a line with its end.
func (r *recordReader) readLine() (string, error) {
	line, err := r.lines.ReadString('\n')
	if err != nil && (line == "" || !errors.Is(err, io.EOF)) {
		return "", err
	}
	r.line++
	return line, nil
}

// withoutEnd leaves out the end of a line; on Windows some write \r\r\n.
func withoutEnd(line string) string { return strings.TrimRight(line, "\r\n") }

// csvReader reads the rows of a table.
type csvReader struct {
	*recordReader
	document *csvDocument
}

func (r *csvReader) names() []string             { return r.document.columns }
func (r *csvReader) typed(any) (t Type, ok bool) { return Text, false }
func (r *csvReader) close()                      {}
func (r *csvReader) where() string               { return fmt.Sprintf("line %d", r.begin) }

// next makes a row as long as the columns at most: cells past them have to be empty.
func (r *csvReader) next() ([]any, error) {
	cells, err := r.recordReader.next()
	if err != nil {
		return nil, err
	}
	columns := len(r.document.columns)
	for len(cells) > columns && isNothing(cells[len(cells)-1]) {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > columns {
		return nil, fmt.Errorf("%s has %d cells, the rows before it have %d at most: a cell that has the delimiter in it stands in quotes", r.where(), len(cells), columns)
	}
	return cells, nil
}

func isNothing(cell any) bool { return cell == nil || cell == quotedNothing }
