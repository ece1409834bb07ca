package input

import (
	"bytes"
	"regexp"
	"slices"
	"unicode/utf8"
)

// delimiters, the likelier ones first where several divide all rows alike: a comma may be that of decimals.
var delimiters = []rune{'\t', ';', '|', ','}

// oneColumn is the delimiter of a file with one column whose values have all the others in them.
const oneColumn = '\x1f'

// delimiterOf is what divides most rows of a sample into as many cells as the first one, 0 where nothing does.
func delimiterOf(sample []byte, format Format) (best rune) {
	most := 0.5
	for _, delimiter := range delimiters {
		share := agreement(sampleRows(sample, delimiter))
		if share > 0 && format == TSV && delimiter == '\t' {
			return delimiter
		}
		if share > most {
			best, most = delimiter, share
		}
	}
	return best
}

// agreement is the share of rows that have as many cells as the first one, if that has several: empty ones at
// a row's end do not count.
func agreement(rows [][]string) float64 {
	if len(rows) == 0 || len(rows[0]) < 2 {
		return 0
	}
	alike := 0
	for _, row := range rows {
		for len(row) > len(rows[0]) && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		if len(row) == len(rows[0]) {
			alike++
		}
	}
	return float64(alike) / float64(len(rows))
}

func absentFrom(sample []byte) rune {
	for _, delimiter := range slices.Backward(delimiters) {
		if !bytes.ContainsRune(sample, delimiter) {
			return delimiter
		}
	}
	return oneColumn
}

// maxSampleRows is how many rows say what a header and a delimiter are.
const maxSampleRows = 200

// sampleRows are the first rows of a sample, up to one that is wrong, which will be told when all rows are read.
func sampleRows(sample []byte, delimiter rune) (rows [][]string) {
	c := newCSV(bytes.NewReader(sample), delimiter)
	c.ReuseRecord = false
	for len(rows) < maxSampleRows {
		row, err := c.Read()
		if err != nil {
			break
		}
		rows = append(rows, row)
	}
	return rows
}

var tellsDelimiter = regexp.MustCompile(`^"?sep=(.)"?\r?\n`)

// told is the delimiter that a first line tells, as Excel takes it: sep=;
func told(sample []byte) rune {
	if m := tellsDelimiter.FindSubmatch(sample); m != nil {
		r, _ := utf8.DecodeRune(m[1])
		return r
	}
	return 0
}
