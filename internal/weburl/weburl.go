// Package weburl takes addresses of the web apart as they really are: links hold what [net/url] refuses, such as a
// percent sign or a blank in a path, and a fragment of an address is no error but has no such part.
package weburl

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"
)

// Host returns the host of a URL in lower case, without user and port, or "" where there is none. It never
// fails on what the web really holds: url.Parse refuses many a real link for a character in its path.
func Host(rawURL string) string {
	host, _, ok := cut(rawURL)
	if !ok {
		return ""
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if strings.HasPrefix(host, "[") { // an IPv6 address
		if i := strings.IndexByte(host, ']'); i >= 0 {
			return lower(host[:i+1])
		}
		return ""
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	return lower(strings.TrimSuffix(host, "."))
}

// cut cuts a URL behind its scheme into what names the host, with user and port, and the rest; ok is false where it
// names none.
func cut(rawURL string) (authority, rest string, ok bool) {
	if i := strings.Index(rawURL, "://"); i >= 0 && !strings.ContainsAny(rawURL[:i], "/?#") {
		rest = rawURL[i+3:]
	} else if rest, ok = strings.CutPrefix(rawURL, "//"); !ok {
		return "", "", false
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		return rest[:i], rest[i:], true
	}
	return rest, "", true
}

// lower makes no letter of ASCII of one that is beyond it, as the Kelvin sign and the Turkish İ are: so a letter of ASCII
// in a host is one in its URL, whatever its case, and the API can be asked for it.
func lower(host string) string {
	return strings.Map(func(r rune) rune {
		if l := unicode.ToLower(r); l > unicode.MaxASCII || r <= unicode.MaxASCII {
			return l
		}
		return r
	}, host)
}

// RegistrableDomain returns the domain that was registered for a host (example.co.uk for
// www.example.co.uk) by the public suffix list, or "" for an address, a bare suffix or nothing at all.
func RegistrableDomain(host string) string {
	if host == "" || host[0] == '[' {
		return ""
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return domain
}

// Path returns the path of a URL as it is written, "/" where a host has none behind it. ok is false where the URL names no
// host, so that what its path is cannot be told.
func Path(rawURL string) (path string, ok bool) {
	_, rest, ok := cut(rawURL)
	if !ok {
		return "", false
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	if rest == "" {
		rest = "/"
	}
	return rest, true
}

// Param returns the first value of a parameter in the query of a URL, decoded as a browser's form is; one that cannot be
// decoded is as it is written. ok is false where there is none of that name.
func Param(rawURL, name string) (value string, ok bool) {
	rawURL, _, _ = strings.Cut(rawURL, "#")
	_, query, _ := strings.Cut(rawURL, "?")
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' }) {
		if key, value, _ := strings.Cut(pair, "="); decoded(key) == name {
			return decoded(value), true
		}
	}
	return "", false
}

func decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
