package output

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// null is how people are shown that there is no value.
const null = "NULL"

// Text is a value as a text: null is empty, a blob is hexadecimal.
func Text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return "X'" + hex.EncodeToString(v) + "'"
	case float64:
		return number(v)
	}
	return fmt.Sprint(value)
}

// number writes a real number so that it is read as the same one, and never as a whole number.
func number(v float64) string {
	if math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	form := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) { // as in JSON
		form = 'e'
	}
	s := strconv.FormatFloat(v, form, -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// Figure is a number as somebody has written it for people: a text that stands where numbers do.
type Figure string

func isNumber(value any) bool {
	switch value.(type) {
	case int64, float64, Figure:
		return true
	}
	return false
}

// shown is a value as people see it.
func shown(value any) string {
	if value == nil {
		return null
	}
	return Visible(Text(value))
}

// Visible escapes what could drive a terminal or hide text on it: rows hold what strangers wrote.
func Visible(s string) string {
	if strings.IndexFunc(s, Invisible) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if Invisible(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// VisibleLines is Visible of each line of a text, whose lines stay lines. Bytes that are not UTF-8 are replaced.
func VisibleLines(s string) string {
	lines := strings.Split(newlines.Replace(strings.ToValidUTF8(s, replacement)), "\n")
	for i, l := range lines {
		lines[i] = Visible(l)
	}
	return strings.Join(lines, "\n")
}

// Invisible are control characters and those that format text, such as marks that turn its direction.
func Invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// replacement stands for what a format cannot hold.
const replacement = "\uFFFD"

// unicodeOnly counts the texts of which it replaces bytes that are not UTF-8, for formats that hold nothing else.
type unicodeOnly struct{ replaced int64 }

func (u *unicodeOnly) text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	u.replaced++
	return strings.ToValidUTF8(s, replacement)
}

func (u *unicodeOnly) tell(o Options) {
	o.tellCount(u.replaced, "text is not UTF-8: U+FFFD stands for its wrong bytes", "texts are not UTF-8: U+FFFD stands for their wrong bytes")
}

// distinct makes the names of columns distinct, for formats that find values by them.
func distinct(columns []Column) []string {
	names, taken := make([]string, len(columns)), map[string]bool{}
	for i, c := range columns {
		base := strings.ToValidUTF8(c.Name, replacement)
		name := base
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s_%d", base, n)
		}
		taken[name] = true
		names[i] = name
	}
	return names
}
