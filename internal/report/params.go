package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/weburl"
)

// Fill gives the script's parameters their values: those that are given, as [Parameter.Read] reads them, else their defaults.
// An error names a given one that there is not, or cannot be, or all that are missing, with what they are.
func (s *Script) Fill(given []Param) ([]Param, error) {
	var values []Param
	var missing, names []string
	sites := map[string]string{}
	for _, p := range s.Params {
		names = append(names, p.Name)
		value, ok := find(given, p.Name)
		switch {
		case ok:
			value, err := p.Read(value)
			if err != nil {
				return nil, err
			}
			if p.isSite() && value != "" {
				site, _ := siteOf(p.Name, value)
				if other := sites[site]; other != "" {
					return nil, fmt.Errorf("--param %s=%s: that is the site of %s too: write another one", p.Name, value, other)
				}
				sites[site] = p.Name
			}
			values = append(values, Param{p.Name, value})
		case p.Optional:
			values = append(values, Param{p.Name, p.Default})
		default:
			missing = append(missing, fmt.Sprintf("\n  --param %s=…  %s", p.Name, p.Description))
		}
	}
	for _, g := range given {
		if !slices.Contains(names, g.Name) {
			if near := nearest(g.Name, names); near != "" {
				return nil, fmt.Errorf("--param %s: the report has no such parameter: did you mean %s?", g.Name, near)
			}
			return nil, fmt.Errorf("--param %s: the report has no such parameter, but %s", g.Name, strings.Join(names, ", "))
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the report %s needs%s\nas in %s -o %s", s.Name, strings.Join(missing, ""), Command(s.Given, false, s.example(given)), quoted(s.Name+".html"))
	}
	return values, nil
}

// example are the parameters that are given, and those that must be.
func (s *Script) example(given []Param) (list []Param) {
	for i, v := range s.Examples(given) {
		if _, ok := find(given, v.Name); ok || !s.Params[i].Optional {
			list = append(list, v)
		}
	}
	return list
}

// Command is what makes a report, as a shell reads it.
func Command(name string, demo bool, params []Param) string {
	words := []string{"serpstat-sql", "report"}
	if demo {
		words = append(words, "--demo")
	}
	words = append(words, quoted(name))
	for _, p := range params {
		words = append(words, "--param", quoted(p.Name+"="+p.Value))
	}
	return strings.Join(words, " ")
}

// quoted is a word as shells read it.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("_-./=:,@%+", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// example is what a parameter may be, by what its description says behind "such as"; "" where it says nothing.
func (p Parameter) example() string {
	if _, such, ok := strings.Cut(p.Description, "such as "); ok {
		if words := strings.Fields(such); len(words) > 0 {
			return strings.TrimRight(words[0], ".,;)")
		}
	}
	return ""
}

// exampleSite matches the names that are set aside for examples of sites (RFC 2606): page.md, 2.5 and links.csv could be sites
// as well, and are none.
var exampleSite = regexp.MustCompile(`(?i)^([a-z0-9-]+\.)*(example\.(com|net|org)|[a-z0-9-]+\.example)$`)

// isSite reports a parameter whose example is one of a site: it takes a site.
func (p Parameter) isSite() bool { return exampleSite.MatchString(p.example()) }

// isNumber reports a parameter whose default is a number: it takes one.
func (p Parameter) isNumber() bool { return isNumber(p.Default) }

// isNumber reports what SQL is given as a number, and not as a text.
func isNumber(text string) bool {
	_, ok := input.Number(text)
	return ok
}

// siteOf is the domain's name as the API takes it.
func siteOf(param, written string) (string, error) {
	return plan.NormalizeDomain(plan.Named{Column: "--param " + param}, written)
}

// Read makes a value of what somebody has written. A site may be written as the address of its first page; the www. goes, as
// links to www.example.com are links to example.com too, and few would be asked for alone. An error says what it is to be.
func (p Parameter) Read(written string) (string, error) {
	value := strings.TrimSpace(written)
	switch {
	case p.isNumber() && isNumber(value):
		return value, nil
	case p.isNumber():
		return "", fmt.Errorf("--param %s=%s is no number: write one, such as %s  (%s)", p.Name, written, p.Default, p.Description)
	case !p.isSite() || value == "" && p.Optional:
		return written, nil
	case value == "":
		return "", fmt.Errorf("--param %s is empty: write --param %[1]s=%s  (%s)", p.Name, p.example(), p.Description)
	}
	if _, err := siteOf(p.Name, value); err != nil {
		return "", err
	}
	if !strings.Contains(value, "://") {
		value = "//" + value
	}
	site := weburl.Host(value)
	if domain, ok := strings.CutPrefix(site, "www."); ok && weburl.RegistrableDomain(site) != site && !strings.HasPrefix(p.example(), "www.") {
		return domain, nil
	}
	return site, nil
}

// Examples are values for parameters with which a script can be checked: those that are given, the defaults, else examples.
func (s *Script) Examples(given []Param) []Param {
	var values []Param
	for _, p := range s.Params {
		value, ok := find(given, p.Name)
		switch {
		case ok:
		case p.Optional:
			value = p.Default
		default:
			value = cmp.Or(p.example(), "example.com")
		}
		values = append(values, Param{p.Name, value})
	}
	return values
}

func find(params []Param, name string) (value string, ok bool) {
	for _, p := range params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}
