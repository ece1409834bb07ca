package input

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
)

// csvDocument is a text whose lines have cells between delimiters.
type csvDocument struct {
	textFile
	skip      int64 // characters before the first row: a line that says the delimiter
	skipLines int
	delimiter rune
	literal   bool // quotes mean nothing
	heading
}

func openCSV(ctx context.Context, file *os.File, format Format, o Options) (document, error) {
	text, sample, err := openText(ctx, file, o.Encoding)
	if err != nil {
		return nil, err
	}
	d := &csvDocument{textFile: *text}
	if d.delimiter = told(sample); d.delimiter != 0 {
		_, after, _ := bytes.Cut(sample, []byte("\n"))
		d.skip, d.skipLines = int64(len(sample)-len(after)), 1
		sample = after
	} else {
		d.delimiter = delimiterOf(sample, format)
	}
	d.literal = isLiteral(sample, d.delimiter)
	d.heading = headingOf(sampleRows(sample, d.delimiter, d.literal), o.Header)
	return d, nil
}

func (d *csvDocument) about() About {
	a := About{Format: CSV, Encoding: d.encoding, Delimiter: d.delimiter, Header: d.header, Titles: d.titles}
	if d.delimiter == oneColumn || len(d.columns) == 1 {
		a.Delimiter = 0
	}
	return a
}

func (d *csvDocument) read() (reader, error) {
	text := d.text()
	if _, err := io.CopyN(io.Discard, text, d.skip); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r := &csvReader{newRecords(text, d.delimiter, d.literal), d}
	r.line = d.skipLines
	return r, d.heading.skip(r)
}

// isLiteral reports quotes that are what they are, and not those of csv. Between tabs, and in lists, people write 5" pipe
// and "exact phrase" next: who copies cells of a sheet gets these.
func isLiteral(sample []byte, delimiter rune) bool {
	if delimiter != '\t' && (delimiter != oneColumn || !isList(sample)) {
		return false
	}
	rest := bytes.NewReader(sample)
	c := newRecords(rest, delimiter, false)
	for {
		if _, err := c.next(); err != nil {
			cut := len(sample) > sampleSize/2 && rest.Len()+c.lines.Buffered() == 0 // perhaps inside of a cell of several lines
			return !errors.Is(err, io.EOF) && !cut
		}
	}
}

// isList reports lines that mostly have no delimiters.
func isList(sample []byte) bool {
	lines, divided := 0, 0
	for line := range bytes.Lines(sample) {
		lines++
		if bytes.ContainsAny(line, string(delimiters)) {
			divided++
		}
	}
	return divided*2 < lines
}
