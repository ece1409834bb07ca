package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// hostProfile maps a name as browsers do for a look-up (lower case, IDN to punycode) but lets underscores
// pass, which occur in real host names.
var hostProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// NormalizeDomain turns what people write for a site into what the API takes: white space, http(s)://
// and a trailing slash or dot are dropped, letters lowered, an international name becomes punycode. A path,
// a port or a user is refused, since dropping it would answer another question than was asked. pages is the column
// that shows pages of the site, "" where none does.
func NormalizeDomain(written, pages string) (string, error) {
	name := strings.TrimSpace(written)
	if name == "" {
		return "", errors.New("query is empty: write the domain to analyze, such as query = 'serpstat.com'")
	}
	fail := func(problem, hint string) (string, error) {
		return "", fmt.Errorf("query %s %s: %s", quote(written), problem, hint)
	}
	if name == "?" { // a driver's placeholder, or what Steampipe's foreign data wrapper sends for a value that it does not know yet
		return fail("is a placeholder without a value", "write the domain, such as query = 'serpstat.com'; for one that a subquery looks up write query in (select …), or join the table that has the domains")
	}
	lower := strings.ToLower(name)
	for _, scheme := range []string{"https://", "http://"} {
		if strings.HasPrefix(lower, scheme) {
			name = name[len(scheme):]
			break
		}
	}
	if i := strings.Index(name, "://"); i >= 0 {
		return fail("has the scheme "+quote(name[:i]), "write the domain alone, such as 'serpstat.com'")
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".")
	switch {
	case strings.ContainsAny(name, "/?#") && pages != "":
		return fail("has a path", "write the domain alone and filter its pages with "+pages+" like '…'")
	case strings.ContainsAny(name, "/?#"):
		return fail("has a path", "write the domain alone, such as 'serpstat.com'")
	case strings.Contains(name, "@"):
		return fail("has a user name", "write the domain alone, such as 'serpstat.com'")
	case strings.Contains(name, ":"):
		return fail("has a port", "write the domain alone, such as 'serpstat.com'")
	case strings.ContainsAny(name, "*%"):
		return fail("has a wildcard", "write one domain, or several with query in ('…', '…'); search_type = 'domain_with_subdomains' includes subdomains")
	}
	ascii, err := hostProfile.ToASCII(name)
	if again, failed := hostProfile.ToASCII(ascii); failed != nil || again != ascii { // such as bytes that are not UTF-8
		err = errors.Join(err, errors.New("no stable form"))
	}
	if err != nil || !validHost(ascii) {
		return fail("is not a domain name", "write it like 'serpstat.com'")
	}
	return ascii, nil
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_"

func validHost(host string) bool {
	if len(host) > 253 || !strings.Contains(host, ".") {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range label {
			if !strings.ContainsRune(hostCharacters, c) {
				return false
			}
		}
	}
	return true
}

// Host returns the host of a URL in lower case, without user and port, or "" where there is none. It never
// fails on what the web really holds: url.Parse refuses many a real link for a character in its path.
func Host(rawURL string) string {
	rest := rawURL
	if i := strings.Index(rest, "://"); i >= 0 && !strings.ContainsAny(rest[:i], "/?#") {
		rest = rest[i+3:]
	} else if after, ok := strings.CutPrefix(rest, "//"); ok {
		rest = after
	} else {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	if strings.HasPrefix(rest, "[") { // an IPv6 address
		if i := strings.IndexByte(rest, ']'); i >= 0 {
			return strings.ToLower(rest[:i+1])
		}
		return ""
	}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		rest = rest[:i]
	}
	return strings.ToLower(strings.TrimSuffix(rest, "."))
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

// quote shows what a user wrote, shortened so that a message stays readable.
func quote(s string) string {
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:79]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
