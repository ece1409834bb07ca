package sqlengine

import (
	"strings"
	"unicode"
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
	Symbol // one character, or one of the operators that have several
)

// Token is a piece of a statement, without comments and blanks.
type Token struct {
	Kind TokenKind
	Text string // of a Name and a String what stands between the quotes, of a Word its small letters, else as it is written
}

// symbols are the operators of several characters, also PostgreSQL's, which SQLite does not know.
var symbols = []string{"->>", "!~~*", "!~*", "::", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>", "->", "~~*", "~~", "~*", "!~", "@>", "<@"}

// Tokens cuts a statement into its tokens. What is not SQL is cut somehow: it is read for hints, by SQLite for what it means.
func Tokens(statement string) (list []Token) {
	for rest := skipBlank(statement); rest != ""; rest = skipBlank(rest) {
		var t Token
		t, rest = nextToken(rest)
		list = append(list, t)
	}
	return list
}

func nextToken(text string) (t Token, rest string) {
	first, width := utf8.DecodeRuneInString(text)
	switch {
	case first == '\'':
		return quoted(String, text, '\'')
	case first == '"' || first == '`':
		return quoted(Name, text, byte(first))
	case first == '[':
		if end := strings.IndexByte(text, ']'); end > 0 {
			return Token{Name, text[1:end]}, text[end+1:]
		}
	case unicode.IsDigit(first):
		end := wordEnd(text, ".")
		return Token{Number, text[:end]}, text[end:]
	case isWord(first):
		end := wordEnd(text, "")
		return Token{Word, strings.ToLower(text[:end])}, text[end:]
	}
	for _, s := range symbols {
		if after, ok := strings.CutPrefix(text, s); ok {
			return Token{Symbol, s}, after
		}
	}
	return Token{Symbol, text[:width]}, text[width:]
}

func isWord(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// wordEnd is where a word ends, to which other characters may belong.
func wordEnd(text, others string) int {
	end := strings.IndexFunc(text, func(r rune) bool { return !isWord(r) && !strings.ContainsRune(others, r) })
	if end < 0 {
		return len(text)
	}
	return end
}

// quoted reads what stands between quotes, of which two are one.
func quoted(kind TokenKind, text string, quote byte) (t Token, rest string) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] == quote {
			if i+1 == len(text) || text[i+1] != quote {
				return Token{kind, b.String()}, text[i+1:]
			}
			i++
		}
		b.WriteByte(text[i])
	}
	return Token{kind, b.String()}, ""
}

// Is reports a word or a symbol.
func (t Token) Is(text string) bool { return (t.Kind == Word || t.Kind == Symbol) && t.Text == text }
