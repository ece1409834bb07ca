package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// hostProfile maps a name as browsers do for a look-up (lower case, IDN to punycode) but lets underscores
// pass, which occur in real host names.
var hostProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// Named is the column in which a site is written, and what else there is to write.
type Named struct {
	Column  string
	Pages   string   // the column that shows pages of the site, "" where none does
	Search  string   // the column of the search mode
	Listed  bool     // it may be one of several: column in (…)
	Address []string // its words with which the site is the address of a page
}

// NormalizeDomain turns what people write for a site into what the API takes: white space, http(s)://
// and a trailing slash or dot are dropped, letters lowered, an international name becomes punycode. A path,
// a port or a user is refused, since dropping it would answer another question than was asked.
func NormalizeDomain(of Named, written string) (string, error) {
	name := strings.TrimSpace(written)
	if name == "" {
		return "", fmt.Errorf("%[1]s is empty: write the domain to analyze, such as %[1]s = 'serpstat.com'", of.Column)
	}
	_, name, err := of.cutScheme(written, name, "write the domain alone, such as 'serpstat.com'")
	if err != nil {
		return "", err
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".")
	if strings.ContainsAny(name, "/?#") {
		return "", of.refuse(written, "has a path", of.withoutPath())
	}
	return of.host(written, name)
}

// NormalizeAddress turns the address of a page into what the API takes: its host becomes as a domain does, all else stays
// as it is written.
func NormalizeAddress(of Named, word, written string) (string, error) {
	scheme, name, err := of.cutScheme(written, strings.TrimSpace(written), of.withPath(word))
	if err != nil {
		return "", err
	}
	i := strings.IndexAny(name, "/?#")
	switch {
	case i < 0 || name[i] != '/':
		return "", of.refuse(written, "has no path", of.withPath(word))
	case strings.ContainsAny(name, " \t\r\n#"):
		return "", of.refuse(written, "has a blank or a #", of.withPath(word))
	}
	host, err := of.host(written, name[:i])
	return scheme + host + name[i:], err
}

func (of Named) refuse(written, problem, hint string) error {
	return fmt.Errorf("%s %s %s: %s", of.Column, quote(written), problem, hint)
}

// withoutPath says what to write in place of a domain with a path.
func (of Named) withoutPath() string {
	hint := "write the domain alone, such as 'serpstat.com'"
	if of.Pages != "" {
		hint = "write the domain alone and filter its pages with " + of.Pages + " like '…'"
	}
	if len(of.Address) > 0 {
		hint += fmt.Sprintf(", or add %s = '%s'", of.Search, strings.Join(of.Address, "' or '"))
	}
	return hint
}

func (of Named) withPath(word string) string {
	return fmt.Sprintf("with %s = '%s' write the address of a page, such as 'https://serpstat.com/blog/'", of.Search, word)
}

// cutScheme cuts http:// or https:// off.
func (of Named) cutScheme(written, name, hint string) (scheme, rest string, err error) {
	if name == "?" { // a driver's placeholder, or what Steampipe's foreign data wrapper sends for a value that it does not know yet
		return "", "", of.refuse(written, "is a placeholder without a value",
			fmt.Sprintf("write the domain, such as %[1]s = 'serpstat.com'; for one that a subquery looks up write %[1]s in (select …), or join the table that has the domains", of.Column))
	}
	lower := strings.ToLower(name)
	for _, known := range []string{"https://", "http://"} {
		if strings.HasPrefix(lower, known) {
			return known, name[len(known):], nil
		}
	}
	if i := strings.Index(name, "://"); i >= 0 {
		return "", "", of.refuse(written, "has the scheme "+quote(name[:i]), hint)
	}
	return "", name, nil
}

func (of Named) host(written, name string) (string, error) {
	const alone = "write the domain alone, such as 'serpstat.com'"
	switch {
	case strings.Contains(name, "@"):
		return "", of.refuse(written, "has a user name", alone)
	case strings.Contains(name, ":"):
		return "", of.refuse(written, "has a port", alone)
	case strings.ContainsAny(name, "*%"):
		hint := alone
		if of.Listed {
			hint = fmt.Sprintf("write one domain, or several with %s in ('…', '…'); search_type = 'domain_with_subdomains' includes subdomains", of.Column)
		}
		return "", of.refuse(written, "has a wildcard", hint)
	}
	ascii, err := hostProfile.ToASCII(name)
	if again, failed := hostProfile.ToASCII(ascii); failed != nil || again != ascii { // such as bytes that are not UTF-8
		err = errors.Join(err, errors.New("no stable form"))
	}
	if err != nil || !validHost(ascii) {
		return "", of.refuse(written, "is not a domain name", "write it like 'serpstat.com'")
	}
	return ascii, nil
}

// splitNames reads a list of domains: separated by commas, or as a JSON list of texts.
func splitNames(written string) ([]string, error) {
	text := strings.TrimSpace(written)
	if !strings.HasPrefix(text, "[") {
		return strings.Split(text, ","), nil
	}
	var names []string
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, errors.New("is no list of texts")
	}
	return names, nil
}

// rivals are the domains of a list, which are not the site itself.
func rivals(p table.Param, written, site string) (table.Names, error) {
	of := Named{Column: `"` + p.Column + `"`} // which is a word of SQL's
	hint := fmt.Sprintf(`write one to %d other domains, such as %s = 'example.com, example.org'`, p.Most, of.Column)
	written = strings.TrimSpace(written)
	if written == "" || written == "[]" {
		return "", of.refuse(written, "is empty", hint)
	}
	names, err := splitNames(written)
	if err != nil {
		return "", of.refuse(written, err.Error(), hint)
	}
	var list []string
	for _, name := range names {
		domain, err := NormalizeDomain(of, name)
		switch {
		case strings.TrimSpace(name) == "":
			return "", of.refuse(written, "has a comma without a domain", hint)
		case err != nil:
			return "", err
		case domain == site:
			return "", of.refuse(written, "has the domain that is analyzed itself", hint)
		case slices.Contains(list, domain):
			return "", of.refuse(written, "has "+domain+" twice", hint)
		}
		list = append(list, domain)
	}
	if len(list) > p.Most {
		return "", of.refuse(written, fmt.Sprintf("has %d domains", len(list)), hint)
	}
	return table.Names(strings.Join(list, ",")), nil
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

// quote shows what a user wrote, shortened so that a message stays readable.
func quote(s string) string {
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:79]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
