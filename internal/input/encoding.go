package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is how a text is written as bytes.
type Encoding string

// The encodings.
const (
	UTF8        Encoding = "utf-8"
	UTF16       Encoding = "utf-16" // which its mark tells: little endian without one
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1251 Encoding = "windows-1251" // Cyrillic
	Windows1252 Encoding = "windows-1252" // western Europe, and what calls itself ISO-8859-1
)

var decoders = map[Encoding]encoding.Encoding{
	UTF8:        encoding.Nop,
	UTF16:       unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	UTF16LE:     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	UTF16BE:     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	Windows1251: charmap.Windows1251,
	Windows1252: charmap.Windows1252,
}

// ParseEncoding reads the name of an encoding. ok is false where it is none.
func ParseEncoding(name string) (e Encoding, ok bool) {
	e, ok = map[string]Encoding{
		"utf8": UTF8, "utf16": UTF16, "utf16le": UTF16LE, "utf16be": UTF16BE,
		"windows1251": Windows1251, "cp1251": Windows1251, "1251": Windows1251,
		"windows1252": Windows1252, "cp1252": Windows1252, "1252": Windows1252, "latin1": Windows1252, "iso88591": Windows1252,
	}[strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))]
	return e, ok
}

// detect finds the encoding of a text: by its mark; UTF-16 by its zeros; UTF-8 where all of it is; else of Windows-1251
// and 1252 the one whose letters stand as those of words do.
func detect(r io.Reader) (Encoding, error) {
	var found byteCounts
	block := make([]byte, 1<<16)
	for {
		n, err := io.ReadFull(r, block)
		if found.total == 0 {
			if e := byMark(block[:n]); e != "" {
				return e, nil
			}
		}
		found.add(block[:n])
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return found.encoding(), nil
		}
		if err != nil {
			return "", err
		}
	}
}

func byMark(text []byte) Encoding {
	for mark, e := range map[string]Encoding{"\xef\xbb\xbf": UTF8, "\xff\xfe": UTF16, "\xfe\xff": UTF16} {
		if bytes.HasPrefix(text, []byte(mark)) {
			return e
		}
	}
	return ""
}

// byteCounts are what tells encodings apart.
type byteCounts struct {
	total      int64
	zeros      [2]int64 // at even and at odd places
	newlines   int64
	characters int64 // of UTF-8 beyond ASCII
	invalid    int64 // bytes that are none
	among      int64 // pairs of a byte beyond ASCII and a letter of ASCII beside it
	together   int64 // pairs of bytes beyond ASCII, as letters of one word are
	last       byteKind
	rest       []byte // of a character whose end is in the next block
}

func (c *byteCounts) add(block []byte) {
	for i, b := range block {
		kind := kindOf[b]
		switch {
		case kind == zeroByte:
			c.zeros[(c.total+int64(i))%2]++
		case b == '\n':
			c.newlines++
		case kind == cyrillic && c.last == cyrillic:
			c.together++
		case kind == cyrillic && c.last == latin, kind == latin && c.last == cyrillic:
			c.among++
		}
		c.last = kind
	}
	c.total += int64(len(block))
	c.countCharacters(append(c.rest, block...))
}

func (c *byteCounts) countCharacters(text []byte) {
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			text = text[1:]
			continue
		}
		if !utf8.FullRune(text) {
			break
		}
		r, width := utf8.DecodeRune(text)
		if r == utf8.RuneError && width == 1 {
			c.invalid++
		} else {
			c.characters++
		}
		text = text[width:]
	}
	c.rest = bytes.Clone(text)
}

// encoding decides. A text that is UTF-8 but for a few bytes is that, and wrong: it must not be shown as another one.
func (c *byteCounts) encoding() Encoding {
	invalid := c.invalid + int64(len(c.rest))
	switch {
	case c.isUTF16(1, 0):
		return UTF16LE
	case c.isUTF16(0, 1):
		return UTF16BE
	case invalid == 0 || c.characters >= invalid:
		return UTF8
	case c.together > c.among:
		return Windows1251
	}
	return Windows1252
}

// isUTF16 reports zeros of which each line has one at least, and all stand in one byte of two: in other texts there may be
// a stray one.
func (c *byteCounts) isUTF16(here, there int) bool {
	return c.zeros[here] > 0 && c.zeros[here] >= c.newlines && c.zeros[here] > 10*c.zeros[there]
}

// byteKind is what a byte may be in a text of one byte a character.
type byteKind byte

const (
	otherByte byteKind = iota
	zeroByte
	latin    // a letter of ASCII
	cyrillic // a letter of Windows-1251 that Russian, Ukrainian and Belarusian have
)

// kindOf tells the bytes apart. In Windows-1252 most of those that are Cyrillic letters in the other are letters with
// accents, which stand alone among those of ASCII; words in Cyrillic are made of them altogether.
var kindOf = func() (kinds [256]byteKind) {
	kinds[0] = zeroByte
	for b := range 256 {
		switch {
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			kinds[b] = latin
		case b >= 0xc0 || strings.IndexByte("\xa1\xa2\xa5\xa8\xaa\xaf\xb2\xb3\xb4\xb8\xba\xbf", byte(b)) >= 0:
			kinds[b] = cyrillic
		}
	}
	return kinds
}()

// decode makes UTF-8 of a text, without its mark. Bytes that are no text are an error that says on which line.
func decode(r io.Reader, e Encoding, lines string) io.Reader {
	v := &validator{encoding: e, line: 1, onlyReturns: lines == "\r", first: true}
	return transform.NewReader(r, transform.Chain(decoders[e].NewDecoder(), v))
}

// lineEnd is how the lines of a text end: "\r" where nothing else does, as Excel on a Mac once wrote them.
func lineEnd(text []byte) string {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 {
		return "\r"
	}
	return "\n"
}

// validator passes text on that is UTF-8, and counts its lines.
type validator struct {
	encoding    Encoding
	line        int
	first       bool
	onlyReturns bool
}

func (v *validator) Reset() {}

func (v *validator) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		if !atEOF && !utf8.FullRune(rest) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, width := utf8.DecodeRune(rest)
		if r == utf8.RuneError && (width == 1 || v.encoding != UTF8) || v.encoding != UTF8 && r >= 0x80 && r < 0xa0 {
			return nDst, nSrc, v.invalid(rest[0])
		}
		if nDst+width > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nSrc += width
		if v.first {
			v.first = false
			if r == '\uFEFF' {
				continue
			}
		}
		if r == '\r' && v.onlyReturns {
			r = '\n'
		}
		if r == '\n' {
			v.line++
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
	}
	return nDst, nSrc, nil
}

func (v *validator) invalid(b byte) error {
	what := fmt.Sprintf("a byte that is not %s (0x%02X)", v.encoding, b)
	switch v.encoding {
	case UTF8:
	case Windows1251, Windows1252:
		what = "a byte that is no character of " + string(v.encoding)
	default:
		what = "half of a character of " + string(v.encoding)
	}
	return fmt.Errorf("line %d has %s: mend it, or say in which encoding the file is", v.line, what)
}
