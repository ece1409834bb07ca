package sqlcli

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text is a value as people read it: null is empty, a blob is hexadecimal.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return "X'" + hex.EncodeToString(v) + "'"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}

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

// visible escapes what could drive a terminal or hide text on it: rows hold what strangers wrote.
func visible(s string) string {
	if strings.IndexFunc(s, invisible) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if invisible(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// invisible are control characters and those that format text, such as marks that turn its direction.
func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}
