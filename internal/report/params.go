package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Fill gives the script's parameters their values: those that are given, else their defaults. An error names a given one that
// there is not, or all that are missing, with what they are.
func (s *Script) Fill(given []Param) ([]Param, error) {
	var values []Param
	var missing, names []string
	for _, p := range s.Params {
		names = append(names, p.Name)
		value, ok := find(given, p.Name)
		switch {
		case ok:
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

// exampleOf is what a parameter may be: what its description says behind "such as", else a domain.
func exampleOf(p Parameter) string {
	if _, such, ok := strings.Cut(p.Description, "such as "); ok {
		if words := strings.Fields(such); len(words) > 0 {
			return strings.TrimRight(words[0], ".,;)")
		}
	}
	return "example.com"
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
			value = exampleOf(p)
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
