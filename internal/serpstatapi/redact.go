package serpstatapi

import (
	"net/url"
	"regexp"
	"strings"
)

const redacted = "***"

// redactor removes a token from text, however it may have been encoded on its way.
type redactor struct{ forms []string }

func newRedactor(token string) redactor {
	var r redactor
	for _, form := range []string{token, url.QueryEscape(token), url.PathEscape(token)} {
		if form != "" {
			r.forms = append(r.forms, form)
		}
	}
	return r
}

// In an URL any token is removed, be it ours or not.
var tokenParameter = regexp.MustCompile(`(?i)(token(?:=|%3D))[^&\s"'<>#]*`)

func (r redactor) clean(text string) string {
	for _, form := range r.forms {
		text = strings.ReplaceAll(text, form, redacted)
	}
	return tokenParameter.ReplaceAllString(text, "${1}"+redacted)
}

// shorten makes a text fit to be shown: one line of at most 200 characters, without control characters.
func shorten(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f || c == ' ' }), " ")
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:199]) + "…"
	}
	return text
}
