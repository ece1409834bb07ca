package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Between tabs quotes are often what they are: who copies cells of a sheet gets 5" pipe, and not "5"" pipe". So a text with
// tabs whose quotes are not those of csv has none that mean anything.

// isLiteral reports such a text, by its sample.
func isLiteral(sample []byte, delimiter rune) bool {
	if delimiter != '\t' {
		return false
	}
	c := newCSV(bytes.NewReader(sample), delimiter)
	for {
		_, err := c.Read()
		cut := len(sample) > sampleSize/2 && c.InputOffset() == int64(len(sample)) // perhaps inside of a cell of several lines
		if err != nil {
			return !errors.Is(err, io.EOF) && !cut
		}
	}
}

// literalRows are the first rows of such a sample.
func literalRows(sample []byte) (rows [][]string) {
	for line := range strings.Lines(string(sample)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && len(rows) < maxSampleRows {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

// literalReader reads lines of cells between tabs.
type literalReader struct {
	csvReader
	lines *bufio.Reader
	n     int
}

func (r *literalReader) where() string { return fmt.Sprintf("line %d", r.n) }

func (r *literalReader) next() ([]any, error) {
	for {
		line, err := r.lines.ReadString('\n')
		if err != nil && (line == "" || !errors.Is(err, io.EOF)) {
			return nil, err
		}
		r.n++
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			continue
		}
		r.cells = r.cells[:0]
		for text := range strings.SplitSeq(line, "\t") {
			var cell any
			if text != "" {
				cell = text
			}
			r.cells = append(r.cells, cell)
		}
		return fit(r.cells, len(r.columns), r.where())
	}
}
