package sqlfunc

import (
	"database/sql/driver"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SQLite's own LIKE, lower() and upper() know the letters of ASCII alone. Those that stand in their place know all, as
// those of its ICU extension do.

var letters = []scalar{
	{"like", 2, 2, likeOf},
	{"LIKE", 3, 3, likeOf}, // to the driver a name has one function; to SQLite it is the same
	{"lower", 1, 1, ofText(strings.ToLower)},
	{"upper", 1, 1, ofText(strings.ToUpper)},
}

// likeOf is LIKE: a pattern, a text, and perhaps the character that takes the next one literally.
func likeOf(args []driver.Value) (driver.Value, error) {
	escape := rune(-1)
	if len(args) == 3 {
		text, ok := textOf(args[2])
		if !ok {
			return nil, nil
		}
		if utf8.RuneCountInString(text) != 1 {
			return nil, errors.New("ESCAPE expression must be a single character")
		}
		escape, _ = utf8.DecodeRuneInString(text)
	}
	pattern, one := textOf(args[0])
	text, two := textOf(args[1])
	if !one || !two {
		return nil, nil
	}
	if Like(pattern, text, escape) {
		return int64(1), nil
	}
	return int64(0), nil
}

// Like reports that a text is like a pattern; escape takes the next character literally, -1 is none.
//
// It goes back to the last % alone where the rest does not match, so that no pattern takes long.
func Like(pattern, text string, escape rune) bool {
	afterMany, from := "", "" // where to go on after the last %, and the text that it has not taken yet
	many := false
	for text != "" {
		c, width := utf8.DecodeRuneInString(pattern)
		rest, literal := pattern[width:], false
		if width > 0 && c == escape {
			c, width = utf8.DecodeRuneInString(rest)
			rest, literal = rest[width:], true
		}
		have, step := utf8.DecodeRuneInString(text)
		switch {
		case width > 0 && c == '%' && !literal:
			afterMany, from, many = rest, text, true
			pattern = rest
			continue
		case width > 0 && (c == '_' && !literal || sameLetter(c, have)):
			pattern, text = rest, text[step:]
			continue
		case !many:
			return false
		}
		_, step = utf8.DecodeRuneInString(from)
		from = from[step:]
		pattern, text = afterMany, from
	}
	for strings.HasPrefix(pattern, "%") && escape != '%' {
		pattern = pattern[1:]
	}
	return pattern == ""
}

// sameLetter compares without regard to case. The letters of ASCII are the same as each other only: not as the sign for
// Kelvin or the long s, so that what the API is asked about them holds.
func sameLetter(a, b rune) bool {
	if a == b {
		return true
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return (a < utf8.RuneSelf) == (b < utf8.RuneSelf)
		}
	}
	return false
}
