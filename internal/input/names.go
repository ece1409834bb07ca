package input

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// distinct makes names of columns that differ, also to those who ignore case, and that are none of them empty.
func distinct(names []string) []string {
	taken := map[string]bool{}
	for _, n := range names {
		taken[strings.ToLower(strings.TrimSpace(n))] = true
	}
	used := map[string]bool{}
	list := make([]string, len(names))
	for i, written := range names {
		name := strings.TrimSpace(strings.ReplaceAll(written, "\x00", "")) // which ends SQL
		if name == "" {
			name = freeName(fmt.Sprintf("column%d", i+1), taken, used)
		} else if used[strings.ToLower(name)] {
			name = freeName(name+"_2", taken, used)
		}
		used[strings.ToLower(name)] = true
		list[i] = name
	}
	return list
}

// freeName is a name that nothing else has: the given one, or one with a number behind it.
func freeName(name string, taken, used map[string]bool) string {
	base := strings.TrimSuffix(name, "_2")
	for n := 2; taken[strings.ToLower(name)] || used[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	return name
}

// Identifier makes of a file's base name, without its ending, the name of a table that needs no quotes: sites-2024
// becomes sites_2024, and 2024 becomes t_2024.
func Identifier(base string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(strings.TrimSpace(base)) { // a Mac may write й as и and a sign above
		if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	name := strings.Trim(b.String(), "_")
	switch first, _ := utf8.DecodeRuneInString(name); {
	case name == "":
		return "import"
	case unicode.IsDigit(first):
		return "t_" + name
	}
	return name
}
