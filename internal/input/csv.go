package input

import (
	"bufio"
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
	header    bool
	columns   []string
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
	} else if d.delimiter = delimiterOf(sample, format); d.delimiter == 0 {
		d.delimiter = absentFrom(sample)
	}
	rows := sampleRows(sample, d.delimiter)
	if d.literal = isLiteral(sample, d.delimiter); d.literal {
		rows = literalRows(sample)
	}
	d.header, d.columns = headerOf(rows, o.Header)
	return d, nil
}

func (d *csvDocument) about() About {
	a := About{Format: CSV, Encoding: d.encoding, Delimiter: d.delimiter, Header: d.header}
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
	rows := csvReader{document: d, tail: &tail{r: text}, columns: d.columns}
	var r reader
	if d.literal {
		r = &literalReader{csvReader: rows, lines: bufio.NewReader(text), n: d.skipLines}
	} else {
		rows.csv = newCSV(rows.tail, d.delimiter)
		r = &rows
	}
	if d.header {
		if _, err := r.next(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	return r, nil
}
