package serpstatapi

import (
	"bytes"
	"unicode/utf8"
)

// maxDepth is how deep an answer may be nested; the API's are 5 deep.
const maxDepth = 64

// jsonReader reads JSON in place. Answers are charged by the row and come a thousand rows at a time, so this is the
// part of a scan that has to be fast: encoding/json takes five times as long. A value is checked once, as a
// whole, by [jsonReader.valid]; the methods that take it apart rely on that.
type jsonReader struct {
	data   []byte
	pos    int
	redact redactor
}

// valid reports whether data is one JSON value, as RFC 8259 has it, and no deeper than maxDepth.
func (s *jsonReader) valid() bool {
	s.pos = 0
	ok := s.check(0)
	s.space()
	ok = ok && s.pos == len(s.data)
	s.pos = 0
	return ok
}

func (s *jsonReader) check(depth int) bool {
	s.space()
	if s.pos >= len(s.data) || depth > maxDepth {
		return false
	}
	switch s.data[s.pos] {
	case '{':
		return s.checkList('}', depth, true)
	case '[':
		return s.checkList(']', depth, false)
	case '"':
		return s.checkString()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.checkNumber()
}

func (s *jsonReader) checkList(end byte, depth int, keys bool) bool {
	s.pos++
	if s.next() == end {
		s.pos++
		return true
	}
	for {
		if keys {
			if s.next() != '"' || !s.checkString() || s.next() != ':' {
				return false
			}
			s.pos++
		}
		if !s.check(depth + 1) {
			return false
		}
		switch s.next() {
		case ',':
			s.pos++
		case end:
			s.pos++
			return true
		default:
			return false
		}
	}
}

// checkString passes a text. Bytes that are not UTF-8 pass too; they are replaced where the text is read.
func (s *jsonReader) checkString() bool {
	for s.pos++; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return true
		case c == '\\':
			s.pos++
			if !s.checkEscape() {
				return false
			}
		case c < ' ':
			return false
		}
	}
	return false
}

func (s *jsonReader) checkEscape() bool {
	if s.pos >= len(s.data) {
		return false
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		_, ok := hex4(s.data[s.pos+1:])
		s.pos += 4
		return ok
	}
	return false
}

func (s *jsonReader) checkNumber() bool {
	s.pass('-')
	if !s.pass('0') && !s.digits() {
		return false
	}
	if s.pass('.') && !s.digits() {
		return false
	}
	if s.pass('e') || s.pass('E') {
		_ = s.pass('+') || s.pass('-')
		return s.digits()
	}
	return true
}

func (s *jsonReader) pass(c byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *jsonReader) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
	}
	return s.pos > start
}

func (s *jsonReader) word(w string) bool {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(w)) {
		return false
	}
	s.pos += len(w)
	return true
}

func (s *jsonReader) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// next is the next byte that is not space, 0 at the end.
func (s *jsonReader) next() byte {
	s.space()
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// enter goes into a list or an object, if that is what comes next.
func (s *jsonReader) enter(open byte) bool {
	if s.next() != open {
		return false
	}
	s.pos++
	return true
}

// more goes to the next element; at the end it leaves the list or object.
func (s *jsonReader) more(end byte) bool {
	if s.next() == ',' {
		s.pos++
		return true
	}
	return !s.pass(end)
}

// key reads the name of a field. A name with escapes is not one that the API has; it stays as it is written.
func (s *jsonReader) key() []byte {
	s.space()
	start := s.pos + 1
	s.skipString()
	name := s.data[start : s.pos-1]
	s.space()
	s.pos++ // the colon
	return name
}

// raw passes a value and returns it as it is written.
func (s *jsonReader) raw() []byte {
	first := s.next()
	start := s.pos
	switch first {
	case '"':
		s.skipString()
	case '{', '[':
		s.skipList()
	default:
		for s.pos < len(s.data) && !endsWord(s.data[s.pos]) {
			s.pos++
		}
	}
	return s.data[start:s.pos]
}

func endsWord(c byte) bool {
	return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\t' || c == '\r'
}

func (s *jsonReader) skipString() {
	for s.pos++; ; {
		s.pos += bytes.IndexByte(s.data[s.pos:], '"') + 1
		slashes := 0
		for s.data[s.pos-2-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return
		}
	}
}

func (s *jsonReader) skipList() {
	for depth := 0; ; {
		switch s.data[s.pos] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			s.skipString()
			continue
		}
		s.pos++
		if depth == 0 {
			return
		}
	}
}

func isNull(raw []byte) bool { return string(raw) == "null" }

// textOf reads a text. What PostgreSQL cannot hold becomes U+FFFD: NUL characters, bytes that are not UTF-8,
// and halves of surrogate pairs.
func textOf(raw []byte) (text string, ok bool) {
	if !isText(raw) {
		return "", false
	}
	return string(appendText(nil, raw)), true
}

func isText(raw []byte) bool { return len(raw) >= 2 && raw[0] == '"' }

// appendText appends what a text means, as textOf does.
func appendText(to, raw []byte) []byte {
	begin, inner := len(to), raw[1:len(raw)-1]
	for {
		plain := bytes.IndexByte(inner, '\\')
		if plain < 0 {
			break
		}
		to = append(to, inner[:plain]...)
		var char rune
		char, inner = escape(inner[plain:])
		to = utf8.AppendRune(to, char)
	}
	to = append(to, inner...)
	if utf8.Valid(to[begin:]) {
		return to
	}
	return append(to[:begin], replaceInvalid(string(to[begin:]))...)
}

// replaceInvalid replaces each byte that is not UTF-8, as encoding/json does.
func replaceInvalid(s string) string { return string([]rune(s)) }

var plainEscapes = [256]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads the escape that text begins with.
func escape(text []byte) (char rune, rest []byte) {
	if text[1] != 'u' {
		return plainEscapes[text[1]], text[2:]
	}
	char, _ = hex4(text[2:])
	rest = text[6:]
	switch {
	case char == 0:
		return utf8.RuneError, rest
	case char < 0xD800 || char > 0xDFFF:
		return char, rest
	case char < 0xDC00 && len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u':
		if low, _ := hex4(rest[2:]); low >= 0xDC00 && low <= 0xDFFF {
			return (char-0xD800)<<10 | (low - 0xDC00) + 0x10000, rest[6:]
		}
	}
	return utf8.RuneError, rest
}

func hex4(text []byte) (rune, bool) {
	if len(text) < 4 {
		return 0, false
	}
	var v rune
	for _, c := range text[:4] {
		switch {
		case c-'0' <= 9:
			v = v<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = v<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

// object calls field with each name and value of an object; a name that comes twice counts as it comes last.
func object(raw []byte, field func(name string, value []byte)) bool {
	s := jsonReader{data: raw}
	if !s.enter('{') {
		return false
	}
	for s.more('}') {
		field(string(s.key()), s.raw())
	}
	return true
}
