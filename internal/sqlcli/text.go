package sqlcli

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// plainText reads a file's text, without the mark that some editors put before it. An error says what the file is.
func plainText(b []byte) (string, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}), bytes.HasPrefix(b, []byte{0xFE, 0xFF}), bytes.IndexByte(b, 0) >= 0:
		return "", errors.New("is UTF-16 or no text: save it as UTF-8")
	case !utf8.Valid(b):
		return "", errors.New("is not UTF-8: save it so")
	}
	return strings.TrimPrefix(string(b), "\uFEFF"), nil
}

// curly are the quotes that word processors and web pages put in place of straight ones.
const curly = "‘’‚‛“”„‟«»‹›′″"

// grouped is the text of an amount, which begins with its number, with commas between thousands.
func grouped(n int64, text string) string {
	return humanize.Comma(n) + strings.TrimPrefix(text, strconv.FormatInt(n, 10))
}

// creditsOf is a number of credits, for people.
func creditsOf(n int64) string { return grouped(n, table.Credits(n)) }

// called is a text with the names that a shell has for what flags are to a run.
func (s *session) called(text string) string {
	if !s.talks {
		return text
	}
	return strings.NewReplacer("serpstat-sql --tables", ".tables", "--tables TABLE", ".schema TABLE", "--estimate", ".estimate", "--explain", ".explain", "-o line", ".mode line").Replace(text)
}
