package sqlengine

import (
	"database/sql"
	"strconv"
	"strings"
	"unicode/utf8"
)

// BoundParameter is a place of a statement whose value is given beside it: :NAME, @NAME, $NAME, ? or ?1.
type BoundParameter struct {
	Text  string // as it is written, with the sign before it
	begin int    // in bytes
}

// Name is the name without its sign; "" for those that have none.
func (p BoundParameter) Name() string {
	if p.Text[0] == '?' {
		return ""
	}
	return p.Text[1:]
}

// BoundParameters finds the parameters of a statement, in its order, by the rules of SQLite's tokenizer (tokenize.c): not in
// texts, names and comments. It looks no further than what SQLite does not take for SQL, such as :: in PostgreSQL's casts.
func BoundParameters(statement string) (list []BoundParameter) {
	for at := 0; at < len(statement); {
		n, kind := tokenAt(statement[at:])
		if kind == illegalToken {
			return list
		}
		if kind == parameterToken {
			list = append(list, BoundParameter{statement[at : at+n], at})
		}
		at += n
	}
	return list
}

type tokenKind int

const (
	otherToken tokenKind = iota
	parameterToken
	illegalToken
)

// tokenAt is the length of what a text begins with, in bytes.
func tokenAt(text string) (n int, kind tokenKind) {
	switch c := text[0]; {
	case strings.HasPrefix(text, "--"):
		return until(text, 2, "\n"), otherToken
	case strings.HasPrefix(text, "/*") && len(text) > 2:
		return until(text, 2, "*/"), otherToken
	case c == '\'' || c == '"' || c == '`':
		return quotedLength(text)
	case c == '[':
		return until(text, 1, "]"), otherToken
	case c == '?':
		n = 1
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		return n, parameterToken
	case isIdentifier(c) && c != '$':
		for n < len(text) && isIdentifier(text[n]) {
			n++
		}
		return n, otherToken
	case c == '$' || c == '@' || c == ':':
		return parameterLength(text)
	case c == '#':
		return 1, illegalToken
	}
	return 1, otherToken
}

// until is the length up to the end of a token, or of the text.
func until(text string, begin int, end string) int {
	if i := strings.Index(text[begin:], end); i >= 0 {
		return begin + i + len(end)
	}
	return len(text)
}

func quotedLength(text string) (int, tokenKind) {
	for i := 1; i < len(text); i++ {
		if text[i] != text[0] {
			continue
		}
		if i+1 < len(text) && text[i+1] == text[0] {
			i++
			continue
		}
		return i + 1, otherToken
	}
	return len(text), illegalToken
}

// parameterLength also takes what Tcl writes: $a::b(c).
func parameterLength(text string) (int, tokenKind) {
	named, i := false, 1
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case isIdentifier(c):
			named = true
			continue
		case c == '(' && named:
			end := strings.IndexAny(text[i:], ") \t\n\v\f\r")
			if end < 0 || text[i+end] != ')' {
				return len(text), illegalToken
			}
			return i + end + 1, parameterToken
		case strings.HasPrefix(text[i:], "::"):
			i++
			continue
		}
		break
	}
	if !named {
		return i, illegalToken
	}
	return i, parameterToken
}

func isIdentifier(c byte) bool {
	return c == '_' || c == '$' || c >= utf8.RuneSelf || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// WithNumbers is a statement with its parameters that are whole numbers written out, as literals: what is read from its
// text (firstrows.go) is the same then. args are values of [sql.NamedArg].
func WithNumbers(statement string, args []any) string {
	numbers := map[string]string{}
	for _, arg := range args {
		if named, ok := arg.(sql.NamedArg); ok {
			if n, ok := named.Value.(int64); ok {
				numbers[named.Name] = strconv.FormatInt(n, 10)
			}
		}
	}
	if len(numbers) == 0 {
		return statement
	}
	var b strings.Builder
	done := 0
	for _, p := range BoundParameters(statement) {
		if digits, ok := numbers[p.Name()]; ok {
			b.WriteString(statement[done:p.begin])
			b.WriteString(digits)
			done = p.begin + len(p.Text)
		}
	}
	b.WriteString(statement[done:])
	return b.String()
}
