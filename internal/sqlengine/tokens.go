package sqlengine

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// TokenKind is what a token of a statement is.
type TokenKind int

// The kinds of tokens.
const (
	Word   TokenKind = iota // a word of SQL's, or a name without quotes
	Name                    // in double quotes, backquotes or brackets
	String                  // a text in single quotes
	Number
	Parameter // :NAME, @NAME, $NAME, ? or ?1
	Symbol    // one character, or one of the operators that have several
)

// Token is a piece of a statement, without comments and blanks.
type Token struct {
	Kind  TokenKind
	Text  string // of a Name and a String what stands between the quotes, of a Word its small letters, else as it is written
	begin int    // where it stands in the statement, in bytes
}

// symbols are the operators of several characters, also PostgreSQL's, which SQLite does not know.
var symbols = []string{"->>", "!~~*", "!~*", "::", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>", "->", "~~*", "~~", "~*", "!~", "@>", "<@"}

// foreignSymbols are those of which SQLite says that it does not take them for SQL.
var foreignSymbols = []string{"::", ":", "@", "@>", "$", "#", "["}

// Tokens cuts a statement into its tokens, by the rules of SQLite's tokenizer (tokenize.c). What is not SQL to SQLite is cut
// as other databases mean it, or somehow: it is read for hints.
func Tokens(statement string) (list []Token) {
	at := 0
	for {
		at += blankLength(statement[at:])
		if at == len(statement) {
			return list
		}
		t, n := tokenAt(statement[at:])
		t.begin = at
		list = append(list, t)
		at += n
	}
}

// blankLength is the length of the white space and the comments that a text begins with, in bytes.
func blankLength(text string) (n int) {
	for n < len(text) {
		switch {
		case strings.IndexByte(" \t\n\f\r", text[n]) >= 0:
			n++
		case commentLength(text[n:]) > 0:
			n += commentLength(text[n:])
		default:
			return n
		}
	}
	return n
}

// commentLength is the length of the comment that a text begins with, 0 where there is none. One without an end takes all.
func commentLength(text string) int {
	switch {
	case strings.HasPrefix(text, "--"):
		return until(text, 2, "\n")
	case strings.HasPrefix(text, "/*") && len(text) > 2:
		return until(text, 2, "*/")
	}
	return 0
}

// tokenAt is the token that a text begins with, and its length.
func tokenAt(text string) (t Token, n int) {
	switch c := text[0]; {
	case c == '\'':
		return quoted(String, text)
	case c == '"' || c == '`':
		return quoted(Name, text)
	case c == '[':
		if end := strings.IndexByte(text, ']'); end > 0 {
			return Token{Kind: Name, Text: text[1:end]}, end + 1
		}
	case c >= '0' && c <= '9':
		n = tokenLength(text, func(c byte) bool { return isIdentifier(c) || c == '.' })
		return Token{Kind: Number, Text: text[:n]}, n
	case c == '?':
		n = 1 + tokenLength(text[1:], func(c byte) bool { return c >= '0' && c <= '9' })
		return Token{Kind: Parameter, Text: text[:n]}, n
	case c == '$' || c == '@' || c == ':':
		if n = parameterLength(text); n > 0 {
			return Token{Kind: Parameter, Text: text[:n]}, n
		}
	case isIdentifier(c):
		n = tokenLength(text, isIdentifier)
		return Token{Kind: Word, Text: strings.ToLower(text[:n])}, n
	}
	for _, s := range symbols {
		if strings.HasPrefix(text, s) {
			return Token{Kind: Symbol, Text: s}, len(s)
		}
	}
	return Token{Kind: Symbol, Text: text[:1]}, 1
}

// until is the length up to the end of a token, or of the text.
func until(text string, begin int, end string) int {
	if i := strings.Index(text[begin:], end); i >= 0 {
		return begin + i + len(end)
	}
	return len(text)
}

// tokenLength is how many bytes at the beginning of a text are of a kind.
func tokenLength(text string, is func(byte) bool) (n int) {
	for n < len(text) && is(text[n]) {
		n++
	}
	return n
}

func isIdentifier(c byte) bool {
	return c == '_' || c == '$' || c >= utf8.RuneSelf || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// quoted reads what stands between two of the character that a text begins with; two inside are one of it.
func quoted(kind TokenKind, text string) (t Token, n int) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] == text[0] {
			if i+1 == len(text) || text[i+1] != text[0] {
				return Token{Kind: kind, Text: b.String()}, i + 1
			}
			i++
		}
		b.WriteByte(text[i])
	}
	return Token{Kind: kind, Text: b.String()}, len(text)
}

// parameterLength is the length of the name behind a sign, and of the sign; 0 where there is no name. It also takes what
// Tcl writes: $a::b(c).
func parameterLength(text string) int {
	named, i := false, 1
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case isIdentifier(c):
			named = true
			continue
		case c == '(' && named:
			end := strings.IndexAny(text[i:], ") \t\n\v\f\r")
			if end < 0 || text[i+end] != ')' {
				return 0
			}
			return i + end + 1
		case strings.HasPrefix(text[i:], "::"):
			i++
			continue
		}
		break
	}
	if !named {
		return 0
	}
	return i
}

// Is reports a word or a symbol.
func (t Token) Is(text string) bool { return (t.Kind == Word || t.Kind == Symbol) && t.Text == text }

// isForeign reports what SQLite stops at.
func (t Token) isForeign() bool { return t.Kind == Symbol && slices.Contains(foreignSymbols, t.Text) }
