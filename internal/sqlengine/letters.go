package sqlengine

import (
	"database/sql/driver"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"modernc.org/sqlite"
)

// SQLite's own LIKE, lower() and upper() know the letters of ASCII alone. Those that stand in their place know all, as
// those of its ICU extension do.

// registerLetters puts them in place. They are deterministic: a file may have an index that uses them.
func registerLetters(d *sqlite.Driver) error {
	like := func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) { return likeOf(args) }
	return errors.Join(
		d.RegisterDeterministicScalarFunction("like", 2, like),
		d.RegisterDeterministicScalarFunction("LIKE", 3, like), // to the driver a name has one function; to SQLite it is the same
		d.RegisterDeterministicScalarFunction("lower", 1, ofText(strings.ToLower)),
		d.RegisterDeterministicScalarFunction("upper", 1, ofText(strings.ToUpper)),
	)
}

func ofText(change func(string) string) func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
	return func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		text, ok := textOf(args[0])
		if !ok {
			return nil, nil
		}
		return change(text), nil
	}
}

// textOf is a value as text, as SQLite writes it; null is none.
func textOf(value driver.Value) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		digits, exponent, _ := strings.Cut(strings.TrimPrefix(strconv.FormatFloat(v, 'g', 15, 64), "+"), "e")
		if !math.IsInf(v, 0) && !strings.Contains(digits, ".") {
			digits += ".0"
		}
		if exponent != "" {
			digits += "e" + exponent
		}
		return digits, true
	}
	return "", false
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
	if like(pattern, text, escape) {
		return int64(1), nil
	}
	return int64(0), nil
}

// like goes back to the last % alone where the rest does not match, so that no pattern takes long.
func like(pattern, text string, escape rune) bool {
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
