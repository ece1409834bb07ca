package input

import (
	"bytes"
	"regexp"
	"unicode/utf8"
)

// delimiters, the likelier ones first where several divide all rows alike: a comma may be that of decimals.
var delimiters = []rune{'\t', ';', '|', ','}

// oneColumn is the delimiter of a file with one column: no text has it.
const oneColumn = '\x1f'

// delimiterOf is what divides most rows of a sample into as many cells as the first one, oneColumn where nothing does.
func delimiterOf(sample []byte, format Format) rune {
	best := oneColumn
	most := 0.5
	for _, delimiter := range delimiters {
		share := agreement(sampleRows(sample, delimiter, false))
		if share > 0 && format == TSV && delimiter == '\t' {
			return delimiter
		}
		if share > most {
			best, most = delimiter, share
		}
	}
	return best
}

// agreement is the share of rows that have as many cells as the first one below titles, if that has several: empty ones
// at a row's end do not count.
func agreement(rows [][]string) float64 {
	rows = rows[titlesOf(rows):]
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

// maxSampleRows is how many rows say what a header and a delimiter are.
const maxSampleRows = 200

// sampleRows are the first rows of a sample, up to one that is wrong, which will be told when all rows are read.
func sampleRows(sample []byte, delimiter rune, literal bool) (rows [][]string) {
	c := newRecords(bytes.NewReader(sample), delimiter, literal)
	for len(rows) < maxSampleRows {
		cells, err := c.next()
		if err != nil {
			break
		}
		row := make([]string, len(cells))
		for i, cell := range cells {
			row[i], _ = cell.(string)
		}
		rows = append(rows, row)
	}
	return rows
}

var tellsDelimiter = regexp.MustCompile(`^(?i:"?sep=)([^"\r])"?\r?(?:\n|$)`)

// told is the delimiter that a first line tells, as Excel takes it: sep=;
func told(sample []byte) rune {
	if m := tellsDelimiter.FindSubmatch(sample); m != nil {
		r, _ := utf8.DecodeRune(m[1])
		return r
	}
	return 0
}
