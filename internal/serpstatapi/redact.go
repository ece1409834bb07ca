package serpstatapi

import (
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const redacted = "***"

// Holds reports a text that has a token in it, as it is or in a form in which no error of a [Client] would show it.
func Holds(text, token string) bool {
	r := newRedactor(token)
	return r.token != nil && (r.token.MatchString(text) || r.hiddenIn(text))
}

// redactor removes a token from text, however it may have been encoded on its way: as a URL's query or path, in
// HTML, in JSON or quoted, also twice, or in base64.
type redactor struct {
	plain  string // without backslashes
	token  *regexp.Regexp
	widest int // bytes of the token in its longest form, about
}

func newRedactor(token string) redactor {
	if token == "" {
		return redactor{}
	}
	var pattern strings.Builder
	for i, char := range token {
		if _, width := utf8.DecodeRuneInString(token[i:]); char == utf8.RuneError && width == 1 {
			pattern.WriteString(byteForms(token[i]))
			continue
		}
		pattern.WriteString(charForms(char))
	}
	for _, form := range base64Forms(token) {
		pattern.WriteString("|" + regexp.QuoteMeta(form))
	}
	return redactor{plain: withoutBackslashes(token), token: regexp.MustCompile(pattern.String()), widest: 24 * len(token)}
}

// base64Forms are what base64 makes of a token wherever in a text it stands, without the characters that hold a part of what is
// beside it.
func base64Forms(token string) (forms []string) {
	for before := range 3 {
		text := append(make([]byte, before), token...)
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			form := e.EncodeToString(text)[(8*before+5)/6 : 8*len(text)/6]
			if len(form) >= leastForm && !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

// leastForm is how many characters of base64 are no coincidence.
const leastForm = 6

// charForms is a pattern for the ways in which encodings write a character.
func charForms(char rune) string {
	forms := []string{`\\*` + regexp.QuoteMeta(string(char))}
	var percent, unicode strings.Builder
	for _, b := range []byte(string(char)) {
		fmt.Fprintf(&percent, `%%(?:25)*(?i:%02x)`, b)
	}
	for _, unit := range utf16.Encode([]rune{char}) {
		fmt.Fprintf(&unicode, `\\+u(?i:%04x)`, unit)
	}
	forms = append(forms, percent.String(), unicode.String(), fmt.Sprintf(ampersand+`#(?:0*%d|[xX]0*(?i:%x));?`, char, char))
	if name, ok := htmlNames[char]; ok {
		forms = append(forms, ampersand+name)
	}
	return "(?:" + strings.Join(forms, "|") + ")"
}

// byteForms is a pattern for a byte that is no part of a character: a text has it as it is, or what stands for it.
func byteForms(b byte) string {
	return fmt.Sprintf(`(?:\x{FFFD}|%%(?:25)*(?i:%02[1]x)|\\+(?:x|u00)(?i:%02[1]x)|\\+u(?i:fffd)|%%(?:25)*(?i:ef%%(?:25)*bf%%(?:25)*bd)|%[2]s#(?:65533|%[1]d|(?i:xfffd|x%02[1]x));?)`, b, ampersand)
}

// ampersand begins what HTML has escaped, once or more often, be it in JSON.
const ampersand = `(?:&|\\+u0026)(?:(?:amp|#0*38|#[xX]0*26);)*`

var htmlNames = map[rune]string{'&': "amp;", '<': "lt;", '>': "gt;", '"': "quot;", '\'': "apos;"}

// In a URL any token is removed, be it ours or not, and so are a proxy's user name and password.
var (
	tokenParameter = regexp.MustCompile(`(?i)(token(?:=|%(?:25)*3D))[^&\s"'<>#\\]*`)
	userInfo       = regexp.MustCompile(`//[^/@\s"']*@`)
)

func (r redactor) clean(text string) string {
	if r.token != nil {
		text = r.token.ReplaceAllString(text, redacted)
		if r.hiddenIn(text) {
			return redacted
		}
	}
	text = tokenParameter.ReplaceAllString(text, "${1}"+redacted)
	return userInfo.ReplaceAllString(text, "//"+redacted+"@")
}

// hiddenIn reports that a text has the token in a mixture of encodings: nobody knows where in it, so that none is shown.
// Which encoding is around which is tried out.
func (r redactor) hiddenIn(text string) bool {
	seen := map[string]bool{text: true}
	for layer := []string{text}; len(layer) > 0 && len(seen) < mostDecodings; {
		var next []string
		for _, text := range layer {
			for _, decode := range decoders {
				if text := decode(text); !seen[text] {
					if strings.Contains(withoutBackslashes(text), r.plain) {
						return true
					}
					seen[text] = true
					next = append(next, text)
				}
			}
		}
		layer = next
	}
	return false
}

const mostDecodings = 64

var decoders = []func(string) string{html.UnescapeString, unescapePercents, unescapeBackslashes}

var (
	percents = regexp.MustCompile(`%[0-9a-fA-F]{2}`)
	units    = regexp.MustCompile(`(?:\\+u[0-9a-fA-F]{4})+`)
	unit     = regexp.MustCompile(`[0-9a-fA-F]{4}`)
)

// withoutBackslashes is how texts are compared: each encoding around another doubles them.
func withoutBackslashes(text string) string { return strings.ReplaceAll(text, `\`, "") }

func unescapePercents(text string) string {
	return percents.ReplaceAllStringFunc(text, func(s string) string {
		b, _ := strconv.ParseUint(s[1:], 16, 8)
		return string([]byte{byte(b)})
	})
}

func unescapeBackslashes(text string) string {
	text = units.ReplaceAllStringFunc(text, func(s string) string {
		var list []uint16
		for _, digits := range unit.FindAllString(s, -1) {
			n, _ := strconv.ParseUint(digits, 16, 16)
			list = append(list, uint16(n))
		}
		return string(utf16.Decode(list))
	})
	return withoutBackslashes(text)
}

// shownBytes is how much of a long text is looked at to show its beginning.
const shownBytes = 8 << 10

// show makes a text fit to be shown: one line of at most so many characters, without control characters and
// without the token. The token goes first: what is cut off in its middle could not be recognised.
func (r redactor) show(text string, most int) string {
	if len(text) > shownBytes+r.widest {
		text = text[:shownBytes+r.widest]
		text = r.clean(text)
		text = text[:max(len(text)-r.widest, 0)] // may end in a part of the token
	} else {
		text = r.clean(text)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// value shows a value of an answer, quoted and shortened to 80 characters.
func (r redactor) value(raw []byte) string {
	if len(raw) == 0 {
		return "missing"
	}
	head := raw[:min(len(raw), shownBytes+r.widest+1)]
	return strconv.Quote(r.show(string(head), 80))
}
