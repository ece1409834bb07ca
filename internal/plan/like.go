package plan

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Engine is the database whose SQL is being answered. It decides what a case-insensitive LIKE folds.
type Engine int

const (
	// PostgreSQL folds as the database's locale says: ASCII letters surely, all others perhaps
	// (Steampipe's own database has the C locale and folds ASCII only, a standalone one mostly does not).
	PostgreSQL Engine = iota
	// SQLite folds as serpstat-sql's LIKE does: ASCII letters with each other, and others by Unicode's simple folding.
	SQLite
)

// pattern is a parsed LIKE pattern: a run of elements, each a literal character, `_` or `%`.
type pattern struct {
	elements []element
}

type element struct {
	kind wildcard
	char rune // of a literal
}

type wildcard uint8

const (
	literalChar wildcard = iota
	anyChar
	anyRun
)

var errTrailingBackslash = errors.New(`LIKE pattern must not end with a backslash, which escapes the next character: write \\ for a backslash itself`)

// parsePattern reads a LIKE pattern as PostgreSQL does: backslash takes the next character literally, and
// a pattern that ends with one is an error. Adjacent `%` are merged, since they mean the same as one.
func parsePattern(like string) (pattern, error) {
	var p pattern
	escaped := false
	for _, r := range like {
		switch {
		case escaped:
			p.elements = append(p.elements, element{literalChar, r})
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			if n := len(p.elements); n == 0 || p.elements[n-1].kind != anyRun {
				p.elements = append(p.elements, element{kind: anyRun})
			}
		case r == '_':
			p.elements = append(p.elements, element{kind: anyChar})
		default:
			p.elements = append(p.elements, element{literalChar, r})
		}
	}
	if escaped {
		return pattern{}, errTrailingBackslash
	}
	return p, nil
}

// runs returns the pattern's literal runs in order, each between wildcards or the pattern's ends.
func (p pattern) runs() []string {
	var runs []string
	var run strings.Builder
	flush := func() {
		if run.Len() > 0 {
			runs = append(runs, run.String())
			run.Reset()
		}
	}
	for _, e := range p.elements {
		if e.kind != literalChar {
			flush()
			continue
		}
		run.WriteRune(e.char)
	}
	flush()
	return runs
}

// contained returns lit where the pattern is `%lit%` and nothing else, so that NOT LIKE is "lacks lit".
func (p pattern) contained() (lit string, ok bool) {
	n := len(p.elements)
	if n < 3 || p.elements[0].kind != anyRun || p.elements[n-1].kind != anyRun {
		return "", false
	}
	for _, e := range p.elements[1 : n-1] {
		if e.kind != literalChar {
			return "", false
		}
		lit += string(e.char)
	}
	return lit, true
}

// match reports whether text matches under the given equality of characters. It runs in
// O(len(text) × len(pattern)) at worst, with no recursion: on a mismatch only the last `%` is retried.
func (p pattern) match(text string, same func(a, b rune) bool) bool {
	el := p.elements
	pi, ti := 0, 0
	retryPattern, retryText := -1, 0
	for ti < len(text) {
		r, width := utf8.DecodeRuneInString(text[ti:])
		switch {
		case pi < len(el) && el[pi].kind == anyRun:
			retryPattern, retryText = pi+1, ti
			pi++
			continue
		case pi < len(el) && (el[pi].kind == anyChar || same(el[pi].char, r)):
			pi++
			ti += width
			continue
		case retryPattern < 0:
			return false
		}
		_, skipped := utf8.DecodeRuneInString(text[retryText:])
		retryText += skipped
		pi, ti = retryPattern, retryText
	}
	for pi < len(el) && el[pi].kind == anyRun {
		pi++
	}
	return pi == len(el)
}

func sameExactly(a, b rune) bool { return a == b }

// sameInSQLite is exactly what internal/sqlfunc compares by.
func sameInSQLite(a, b rune) bool {
	return (a < utf8.RuneSelf) == (b < utf8.RuneSelf) && sameSimpleFold(a, b)
}

// sameInAllLanguages is what a database folds whatever its language: letters of ASCII but i, which in Turkish is not I's.
func sameInAllLanguages(a, b rune) bool {
	return a == b || lowerASCII(a) == lowerASCII(b) && lowerASCII(a) != 'i'
}

// sameUnicodeFold is the widest folding that a database could apply to one character.
func sameUnicodeFold(a, b rune) bool {
	return unicode.ToLower(a) == unicode.ToLower(b) || unicode.ToUpper(a) == unicode.ToUpper(b) || sameSimpleFold(a, b)
}

func sameSimpleFold(a, b rune) bool {
	if a == b {
		return true
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

// odd are the letters whose lower case changes their number (İ, which then is no single `_`), depends on the
// language (ı), or on what stands next to them (Σ): whether they match is left open wherever they occur.
const odd = "İıΣσς"

// like matches text, exactly.
func (p pattern) like(text string) Truth { return truth(p.match(text, sameExactly)) }

// ilike matches text without regard to case, as far as the engine's folding is known.
func (p pattern) ilike(text string, engine Engine) Truth {
	switch {
	case engine == SQLite:
		return truth(p.match(text, sameInSQLite))
	case strings.ContainsAny(text, odd), p.holdsOdd():
		return Maybe
	case p.match(text, sameInAllLanguages):
		return Yes
	case p.match(text, sameUnicodeFold):
		return Maybe
	}
	return No
}

func (p pattern) holdsOdd() bool {
	return slices.ContainsFunc(p.elements, func(e element) bool { return e.kind == literalChar && strings.ContainsRune(odd, e.char) })
}
