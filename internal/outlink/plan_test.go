package outlink

import (
	"strings"
	"testing"
)

func equalTo(column string, values ...Value) Qual {
	return Qual{Column: column, Operator: Equal, Values: values, List: len(values) > 1}
}

func TestEachDomainIsOneSource(t *testing.T) {
	plan, err := NewPlan(PlanInput{Limit: -1, Quals: []Qual{equalTo(ColQuery, "a.com", "A.com", "https://b.com/", "a.com")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Sources) != 2 || plan.Sources[0].Series.Domain != "a.com" || len(plan.Sources[0].Echoes) != 2 || plan.Sources[0].Echoes[1].Query != "A.com" {
		t.Errorf("%+v", plan.Sources)
	}
}

func TestWhatNoRowSatisfiesHasNoSource(t *testing.T) {
	for name, in := range map[string]PlanInput{
		"limit 0":          {Limit: 0, Quals: []Qual{equalTo(ColQuery, "a.com")}},
		"two domains":      {Limit: -1, Quals: []Qual{equalTo(ColQuery, "a.com"), equalTo(ColQuery, "b.com")}},
		"null":             {Limit: -1, Quals: []Qual{equalTo(ColQuery, Value(nil))}},
		"two search types": {Limit: -1, Quals: []Qual{equalTo(ColQuery, "a.com"), equalTo(ColSearchType, "domain"), equalTo(ColSearchType, "domain_with_subdomains")}},
	} {
		if plan, err := NewPlan(in); err != nil || len(plan.Sources) > 0 {
			t.Errorf("%s: %+v, %v", name, plan.Sources, err)
		}
	}
}

func TestBadInputIsExplained(t *testing.T) {
	domain := equalTo(ColQuery, "a.com")
	for want, quals := range map[string][]Qual{
		`query is empty`:                               {equalTo(ColQuery, "  ")},
		`query "a b" is not a domain name`:             {equalTo(ColQuery, "a b")},
		`query "a.com/x" has a path`:                   {equalTo(ColQuery, "a.com/x")},
		`search_type "url" is not known: write one of`: {domain, equalTo(ColSearchType, "url")},
		`sort_by "links_ext" is not known`:             {domain, equalTo(ColSortBy, "links_ext")},
		`sort_order "down" is not known`:               {domain, equalTo(ColSortOrder, "down")},
		`link_per_domain 0 is not possible`:            {domain, equalTo(ColLinkPerDomain, int64(0))},
		`complex_filter: "{" is not a JSON array`:      {domain, equalTo(ColComplexFilter, "{")},
		`query takes only = and in`:                    {{Column: ColQuery, Operator: NotEqual, Values: []Value{"a.com"}}},
		`must not end with a backslash`:                {domain, {Column: ColURLTo, Operator: Like, Values: []Value{`a\`}}},
	} {
		if _, err := NewPlan(PlanInput{Limit: -1, Quals: quals}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

func TestTheOrderOfASeries(t *testing.T) {
	domain := equalTo(ColQuery, "a.com")
	like := Qual{Column: ColURLTo, Operator: Like, Values: []Value{"%x%"}}
	for name, tt := range map[string]struct {
		in   PlanInput
		want string
	}{
		"limit":             {PlanInput{Limit: 5, Quals: []Qual{domain}}, "check desc"},
		"no limit":          {PlanInput{Limit: -1, Quals: []Qual{domain}}, "links_external desc"},
		"limit, unsure":     {PlanInput{Limit: 5, Quals: []Qual{domain, like}}, "links_external desc"},
		"limit above a cap": {PlanInput{Limit: RowCap + 1, Quals: []Qual{domain}}, "links_external desc"},
		"ascending":         {PlanInput{Limit: 5, Order: Ascending, Quals: []Qual{domain}}, "links_external asc"},
		"the user's":        {PlanInput{Limit: 5, Quals: []Qual{domain, equalTo(ColSortBy, "anchor")}}, "anchor desc"},
		"the user's order":  {PlanInput{Limit: 5, Quals: []Qual{domain, equalTo(ColSortOrder, "asc")}}, "check asc"},
	} {
		plan, err := NewPlan(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if s := plan.Sources[0].Series; s.Sort+" "+s.Order != tt.want {
			t.Errorf("%s: %s %s, want %s", name, s.Sort, s.Order, tt.want)
		}
	}
}

func TestComplexFilterIsReadStrictly(t *testing.T) {
	good := `[[{"field":"anchor","compareType":"contains","value":["Пример 1"]},{"field":"links_external","compareType":"lte","value":[50]}],[{"field":"check","compareType":"between","value":["1.1.2024","2.1.2024"]}]]`
	if f, err := ParseFilter(good); err != nil || len(f) != 2 || len(f[0]) != 2 {
		t.Errorf("%v, %v", f, err)
	}
	for bad, want := range map[string]string{
		`null`: "is not a JSON array", `{}`: "is not a JSON array", `[]`: "the array is empty", `[[]]`: "element 1 is not a filled array",
		`[{}]`: "element 1 is not", `[[{}]]`: `condition 1 of array 1 has no "field"`, `[[1]]`: "condition 1 of array 1 is not an object",
		`[[{"field":"a"}]]`: `has no "compareType"`, `[[{"field":"a","compareType":"lte"}]]`: `has no "value"`,
		`[[{"field":"a","compareType":"lte","value":[]}]]`:         `has no "value"`,
		`[[{"field":"a","compareType":"lte","value":5}]]`:          "is not an object",
		`[[{"field":"a","compareType":"lte","value":[null]}]]`:     "neither text nor a number",
		`[[{"field":"a","compareTyp":"lte","value":[1]}]]`:         "is not an object",
		`[[{"field":"a","compareType":"lte","value":[1]}]] garble`: "is not a JSON array",
	} {
		if _, err := ParseFilter(bad); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "such as") {
			t.Errorf("%s: got %v, want %s", bad, err, want)
		}
	}
}

func TestDomainsAreNormalised(t *testing.T) {
	for written, want := range map[string]string{
		"serpstat.com": "serpstat.com", " Serpstat.COM ": "serpstat.com", "https://serpstat.com/": "serpstat.com", "http://www.a.co.uk": "www.a.co.uk",
		"пример.рф": "xn--e1afmkfd.xn--p1ai", "bücher.de": "xn--bcher-kva.de", "a_b.example.com": "a_b.example.com", "a.com.": "a.com",
	} {
		if got, err := NormalizeDomain(written); err != nil || got != want {
			t.Errorf("%q became %q, %v", written, got, err)
		}
	}
	for written, want := range map[string]string{
		"": "is empty", "com": "is not a domain name", "a.com/b": "has a path", "a.com?x": "has a path", "a.com:80": "has a port", "u@a.com": "has a user name",
		"ftp://a.com": "has the scheme", "*.a.com": "has a wildcard", "1.2.3.4": "is not a domain name", "-a.com": "is not", "a..com": "is not", "a b.com": "is not",
	} {
		if got, err := NormalizeDomain(written); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q became %q, %v; want an error with %q", written, got, err, want)
		}
	}
}

func TestHostsOfURLs(t *testing.T) {
	for url, want := range map[string][2]string{
		"https://www.Example.co.uk:443/a?b": {"www.example.co.uk", "example.co.uk"}, "//a.b.github.io/x": {"a.b.github.io", "b.github.io"},
		"http://u:p@a.com": {"a.com", "a.com"}, "https://1.2.3.4/": {"1.2.3.4", ""}, "https://[::1]:8/": {"[::1]", ""}, "mailto:x@a.com": {"", ""}, "": {"", ""},
		"https://a.com/%zz": {"a.com", "a.com"}, "/path": {"", ""}, "https://com/": {"com", ""},
	} {
		host := Host(url)
		if got := [2]string{host, RegistrableDomain(host)}; got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}
