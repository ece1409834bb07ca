package input

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// class is what a cell looks like, for telling names from values.
type class int

const (
	nothing class = iota
	words
	number
	date
	address // a URL, a domain or an e-mail address
)

var (
	looksNumeric = regexp.MustCompile(`^[-+(]?[$€£₽₴]?\s?\d[\d\s.,'\x{a0}\x{202f}]*(?:[eE][-+]?\d+)?\s?[%$€£₽₴)]?$`)
	looksDated   = regexp.MustCompile(`^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./]\d{1,2}[./]\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?$`)
	looksWritten = regexp.MustCompile(`^[^\s/@:]+(?:\.[^\s/@:.]+)+\.?(?:/\S*)?$`)
)

func classOf(cell string) class {
	cell = strings.TrimSpace(cell)
	switch {
	case cell == "":
		return nothing
	case looksDated.MatchString(cell):
		return date
	case looksNumeric.MatchString(cell):
		return number
	case strings.Contains(cell, "://") || isDomain(cell[strings.LastIndexByte(cell, '@')+1:]):
		return address
	}
	return words
}

// isDomain reports a name that ends in a top-level domain, perhaps with a path behind it: avg.position is none.
func isDomain(text string) bool {
	if !looksWritten.MatchString(text) {
		return false
	}
	host, _, _ := strings.Cut(strings.ToLower(text), "/")
	if ascii, err := idna.ToASCII(host); err == nil { // as the list of suffixes has пример.рф
		host = ascii
	}
	suffix, known := publicsuffix.PublicSuffix(strings.TrimSuffix(host, "."))
	return known && suffix != host || strings.HasSuffix(host, ".example") // which is kept for examples
}

// heading is what stands above the rows of a table.
type heading struct {
	titles  int // rows with words about the table
	header  bool
	columns []string
}

// headingOf finds out whether the first of some rows has names, and gives the names of the columns.
func headingOf(rows [][]string, told Header) (h heading) {
	if len(rows) == 0 {
		return h
	}
	if told == FindHeader {
		h.titles = titlesOf(rows)
		rows = rows[h.titles:]
	}
	if h.header = told == HasHeader || told == FindHeader && hasHeader(rows); h.header {
		h.columns = slices.Clone(rows[0])
		return h
	}
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	h.columns = make([]string, width)
	if width == 1 {
		h.columns[0] = nameOfList(rows)
	}
	return h
}

// skip reads a table's heading.
func (h heading) skip(r reader) error {
	n := h.titles
	if h.header {
		n++
	}
	for range n {
		if _, err := r.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// maxTitles is how many rows may stand above a header.
const maxTitles = 20

// titlesOf counts the rows of words above a header, as exports of Google Ads and Analytics have them: they have fewer cells,
// and the row below them has words above values of a kind.
func titlesOf(rows [][]string) int {
	if len(rows) == 0 {
		return 0
	}
	if votes, _ := headerVotes(rows); votes > 0 {
		return 0
	}
	most := 0
	for i, row := range rows[:min(len(rows), maxTitles+1)] {
		n := filled(row)
		if i > 0 && n > most {
			if votes, _ := headerVotes(rows[i:]); votes > 0 {
				return i
			}
		}
		if most = max(most, n); most > 2 || classOf(row[0]) > words {
			break
		}
	}
	return 0
}

// filled is how many cells a row has, up to the last one that has something.
func filled(row []string) int {
	n := len(row)
	for n > 0 && row[n-1] == "" {
		n--
	}
	return n
}

// nameOfList is what a single column without a name is called: domain where all rows are domains, in whatever way they are
// written, url where some are pages, and nothing else.
func nameOfList(rows [][]string) string {
	name := "domain"
	for _, row := range rows {
		if c := classOf(row[0]); c != address && c != nothing {
			return ""
		}
		_, site, found := strings.Cut(row[0], "://")
		if !found {
			site = row[0]
		}
		if strings.Contains(strings.TrimSuffix(strings.TrimSpace(site), "/"), "/") {
			name = "url"
		}
	}
	return name
}

// hasHeader weighs, column by column, whether the first row is unlike the others. Values of a kind (numbers, dates,
// addresses) speak for one where words stand above them, and against one where the first row has them too. Where all is
// words, a first row that none of the others repeats is one; but a single column of words is a list, unless it begins with
// a name that columns have.
func hasHeader(rows [][]string) bool {
	first, rest := rows[0], rows[1:]
	votes, typed := headerVotes(rows)
	switch {
	case votes != 0 || typed:
		return votes > 0
	case len(first) == 1:
		return isColumnName(first[0])
	}
	return !repeats(first, rest)
}

// headerVotes are those of the columns; typed tells that the first row has more than words.
func headerVotes(rows [][]string) (votes int, typed bool) {
	for i, cell := range rows[0] {
		above, below := classOf(cell), below(rows[1:], i)
		typed = typed || above > words
		switch {
		case above == number && looksLikeYear.MatchString(cell) && !allYears(rows[1:], i):
			// 2023 and 2024 above what was then
		case above == words && below > words:
			votes++
		case above > words && below == above:
			votes--
		}
	}
	return votes, typed
}

var looksLikeYear = regexp.MustCompile(`^(?:19|20)\d\d$`)

func allYears(rows [][]string, column int) bool {
	return !slices.ContainsFunc(rows, func(row []string) bool {
		return column < len(row) && row[column] != "" && !looksLikeYear.MatchString(row[column])
	})
}

// below is what all values of a column look like; words where they differ.
func below(rows [][]string, column int) class {
	found := nothing
	for _, row := range rows {
		if column >= len(row) {
			continue
		}
		switch c := classOf(row[column]); {
		case c == nothing || c == found:
		case found == nothing:
			found = c
		default:
			return words
		}
	}
	return found
}

// repeats reports names that are no names: two alike, none at all, or one that is a value of its column too.
func repeats(first []string, rest [][]string) bool {
	seen := map[string]bool{}
	for i, cell := range first {
		if cell == "" {
			continue
		}
		if seen[cell] || slices.ContainsFunc(rest, func(row []string) bool { return i < len(row) && row[i] == cell }) {
			return true
		}
		seen[cell] = true
	}
	return len(seen) == 0
}

// columnNames are how people call a column of one list.
var columnNames = strings.Fields(`
	anchor anchors brand brands competitor competitors domain domains email host hosts hostname id keyword keywords link
	links name page pages path phrase phrases query queries site sites target targets title url urls value website websites
	адрес анкор анкоры бренд домен домены запрос запросы имя ключ ключи название сайт сайты ссылка ссылки страница страницы
	домени запит запити назва посилання сторінка сторінки`)

func isColumnName(text string) bool {
	return slices.Contains(columnNames, strings.ToLower(strings.TrimSpace(text)))
}
