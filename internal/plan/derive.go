package plan

import (
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/internal/weburl"
)

// derivation is how a part of a text is worked out, and what its values tell of the text.
type derivation struct {
	of func(text string) string // "" is NULL
	// from are texts of one of which a value is worked out, if there is any such text at all.
	from func(value string) []string
	// lowers says that a letter of a value may be a capital in the text. Else the value stands in the text as it is.
	lowers bool
}

var derivations = map[table.Part]derivation{
	table.HostOfURL: {weburl.Host, func(host string) []string { return []string{"//" + host + ".:"} }, true},
	table.DomainOfURL: {func(url string) string { return weburl.RegistrableDomain(weburl.Host(url)) }, func(domain string) (urls []string) {
		for _, host := range hostsOf(domain) {
			urls = append(urls, "//"+host+".:")
		}
		return urls
	}, true},
	table.DomainOfHost: {weburl.RegistrableDomain, hostsOf, false},
}

// hostsOf are the domain itself, and a host below it: under kawasaki.jp anybody can register, so that a host below it is of
// another domain. No public suffix has the label.
func hostsOf(domain string) []string { return []string{domain, "_." + domain} }

// Derive works a part of a text out, "" where it has none.
func Derive(part table.Part, text string) string { return derivations[part].of(text) }

// has reports a value that the part of some text is: a host in capitals, or a domain with www, is that of none.
func (d derivation) has(value string) bool {
	return value != "" && slices.ContainsFunc(d.from(value), func(text string) bool { return d.of(text) == value })
}

// admitted are the clauses on a derived column, without the values in = and IN that no text has.
func (d derivation) admitted(quals []Qual) []Qual {
	list := slices.Clone(quals)
	for i, q := range list {
		none := func(v Value) bool { text, ok := v.(string); return ok && !d.has(text) }
		if q.Operator == Equal && slices.ContainsFunc(q.Values, none) {
			list[i].List, list[i].Values = true, slices.DeleteFunc(slices.Clone(q.Values), none)
		}
	}
	return list
}
