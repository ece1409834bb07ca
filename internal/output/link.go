package output

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// isAddress reports a text that looks like the address of a page.
func isAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// LinkOf is the address that a value links to, in ASCII: of http and https alone, since a link of another scheme may be
// a program. "" is none.
func LinkOf(value any) string {
	s, ok := value.(string)
	if !ok || !isAddress(s) || strings.ContainsFunc(s, Invisible) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, " <>\"{}|\\^`") {
		return ""
	}
	if strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }) {
		host, err := idna.Lookup.ToASCII(u.Hostname())
		if err != nil {
			return ""
		}
		if port := u.Port(); port != "" {
			host += ":" + port
		}
		u.Host = host
	}
	return u.String()
}
