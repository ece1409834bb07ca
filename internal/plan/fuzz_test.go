package plan

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
)

// LIKE against a regular expression, which cannot be wrong.
func FuzzLike(f *testing.F) {
	for _, seed := range [][2]string{{"abc", "a%c"}, {"a%c", `a\%c`}, {"Жук", "_ук"}, {"", "%"}, {"aab", "%ab"}, {`a\b`, `a\\b`}, {"a\nb", "a_b"}, {"aXbXc", "%X%X%"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, like string) {
		if !utf8.ValidString(text) || !utf8.ValidString(like) || len(like) > 200 {
			return
		}
		p, err := parsePattern(like)
		if err != nil {
			if trailing := len(like) - len(strings.TrimRight(like, `\`)); trailing%2 == 0 {
				t.Fatalf("%q: %v", like, err)
			}
			return
		}
		if want := regexp.MustCompile(likeToRegexp(like, false)).MatchString(text); p.match(text, sameExactly) != want {
			t.Fatalf("%q like %q is %t", text, like, want)
		}
		if run := p.runs(); p.match(text, sameExactly) {
			for _, r := range run {
				if !strings.Contains(text, r) {
					t.Fatalf("%q like %q, without %q", text, like, r)
				}
			}
		}
	})
}

func FuzzNormalizeDomain(f *testing.F) {
	for _, seed := range []string{"serpstat.com", "https://Пример.рф/", "a_b.co", "xn--e1afmkfd.xn--p1ai", "ß.de", "a.com:1", "faß.de", "․com", "[::1]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		name, err := NormalizeDomain(Named{Column: "query"}, written)
		if err != nil {
			return
		}
		if again, err := NormalizeDomain(Named{Column: "query"}, name); err != nil || again != name {
			t.Fatalf("%q became %q, which becomes %q, %v", written, name, again, err)
		}
		if strings.ContainsAny(name, "/:@ ?#%*") || strings.ToLower(name) != name || len(name) > 253 {
			t.Fatalf("%q became %q", written, name)
		}
		for _, c := range []byte(name) {
			if c >= utf8.RuneSelf {
				t.Fatalf("%q became %q", written, name)
			}
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	backlinks := catalog.Of("serpstat_backlink") // it takes additional filters
	for _, seed := range []string{`[[{"field":"anchor","compareType":"contains","value":["x"]}]]`, `[]`, `[[]]`, `[[{"field":1}]]`, `[[{"field":"a","compareType":"b","value":[1e400]}]]`, `[[{"additional_filters":"x"}]]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := ParseFilter(backlinks, text)
		if err != nil {
			return
		}
		b, err := json.Marshal(filter)
		if err != nil {
			t.Fatalf("%s cannot be sent: %v", text, err)
		}
		if again, err := ParseFilter(backlinks, string(b)); err != nil || !again.Equal(filter) {
			t.Fatalf("%s is sent as %s: %v", text, b, err)
		}
	})
}
