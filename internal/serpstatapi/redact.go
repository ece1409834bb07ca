package serpstatapi

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

const redacted = "***"

// redactor removes a token from text, however it may have been encoded on its way: as a URL's query or path
// (also twice), in JSON, in HTML, or quoted.
type redactor struct {
	token  *regexp.Regexp
	widest int // bytes of the token in its longest form, about
}

func newRedactor(token string) redactor {
	if token == "" {
		return redactor{}
	}
	var pattern strings.Builder
	for _, char := range token {
		pattern.WriteString(charForms(char))
	}
	return redactor{token: regexp.MustCompile(pattern.String()), widest: 12 * len(token)}
}

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
	forms = append(forms, percent.String(), unicode.String(), fmt.Sprintf(`&#(?:0*%d|[xX]0*(?i:%x));?`, char, char))
	if name, ok := htmlNames[char]; ok {
		forms = append(forms, name)
	}
	return "(?:" + strings.Join(forms, "|") + ")"
}

var htmlNames = map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\'': "&apos;"}

// In a URL any token is removed, be it ours or not, and so are a proxy's user name and password.
var (
	tokenParameter = regexp.MustCompile(`(?i)(token(?:=|%(?:25)*3D))[^&\s"'<>#\\]*`)
	userInfo       = regexp.MustCompile(`//[^/@\s"']*@`)
)

func (r redactor) clean(text string) string {
	if r.token != nil {
		text = r.token.ReplaceAllString(text, redacted)
	}
	text = tokenParameter.ReplaceAllString(text, "${1}"+redacted)
	return userInfo.ReplaceAllString(text, "//"+redacted+"@")
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
