package catalog

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func TestDeclarationsAreSound(t *testing.T) {
	var names, methods []string
	for _, declared := range Tables() {
		if err := declared.Check(); err != nil {
			t.Error(err)
		}
		if slices.Contains(names, declared.Name) || slices.Contains(methods, declared.Method) {
			t.Errorf("%s, or its method, is declared twice", declared.Name)
		}
		names, methods = append(names, declared.Name), append(methods, declared.Method)
		if Of(declared.Name) != declared {
			t.Errorf("%s is not found by its name", declared.Name)
		}
	}
}

// host_… is a host, which may be a subdomain, and domain_… its registrable domain, of the URL or the host of that side.
func TestDerivedColumnsAreWhatTheyAreCalled(t *testing.T) {
	parts := map[[2]string]table.Part{
		{"host", "url"}: table.HostOfURL, {"domain", "url"}: table.DomainOfURL, {"domain", "host"}: table.DomainOfHost,
	}
	for _, declared := range Tables() {
		for _, d := range declared.Derived {
			what, side, _ := strings.Cut(d.Column, "_")
			from, sameSide, _ := strings.Cut(d.From, "_")
			if part, known := parts[[2]string{what, from}]; !known || part != d.Part || side != sameSide {
				t.Errorf("%s: %s is made of %s otherwise than it is called", declared.Name, d.Column, d.From)
			}
		}
	}
}

// vocabulary is what the vendor's OpenAPI export of September 2025 says of the methods: the names that exist, and the
// comparisons that its recorded requests make.
type vocabulary struct {
	Methods map[string]struct {
		Params, SearchType, Sort, Filter, Keys []string
		DefaultSort                            string              `json:"default_sort"`
		AdditionalFilters                      []string            `json:"additional_filters"`
		Recorded                               map[string][]string // comparisons by field, in requests of this method
	}
	Family map[string][]string // in requests of any method of the family
}

// attestedFields are filter fields that no recorded request of the method itself uses, but one of a sibling method does,
// for the same field of a link. A field that is only in the vendor's list of names is not attested: getOutDomains'
// list has domain_from, which its rows lack.
var attestedFields = map[string][]string{
	"getOutlinks": {"url_to"}, "getLostOutlinks": {"url_to"}, "getLostBacklinks": {"url_to"},
	"getNewBacklinks": {"url_to", "link_nofollow", "links_external"}, "getThreats": {"threat_type"}, "getOutThreats": {"threat_type"},
}

// addressed are the methods for which the vendor's older pages or its clients show the search types url and part_url.
var addressed = []string{"getOutlinks", "getLostOutlinks", "getNewBacklinks", "getLostBacklinks", "getOutDomains", "getAnchors"}

// attestedByPages are comparisons that no recorded request of the export makes, and the vendor's pages on sibling
// methods show for the very field.
var attestedByPages = map[string][]string{
	"url_to": {table.NotContains}, "links_external": {table.AtLeast}, "check": {table.AtLeast},
}

func TestEveryNameIsKnownToTheVendor(t *testing.T) {
	text, err := os.ReadFile("testdata/vocabulary.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vocabulary
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	var allKeys []string
	for _, m := range v.Methods {
		allKeys = append(allKeys, m.Keys...)
	}
	for _, declared := range Tables() {
		m, ok := v.Methods[declared.Method]
		if !ok {
			t.Errorf("%s: the vendor has no method %s", declared.Name, declared.Method)
			continue
		}
		check := func(ok bool, what string, name any) {
			t.Helper()
			if !ok {
				t.Errorf("%s: the vendor does not know the %s %q", declared.Name, what, name)
			}
		}
		_, method, _ := strings.Cut(declared.Method, ".")
		searches := m.SearchType
		if slices.Contains(addressed, method) {
			searches = append(slices.Clone(searches), "url", "part_url")
		}
		for _, p := range declared.Params {
			check(p.Name == "" || slices.Contains(m.Params, p.Name), "parameter", p.Name)
			check(p.Name != "searchType" || slices.Equal(p.Words, searches), "search types", p.Words)
			check(p.Form != table.Additional || slices.Equal(p.Words, m.AdditionalFilters), "additional filters", p.Words)
			check(p.Form != table.Filters || slices.Contains(m.Params, "complexFilter"), "parameter", "complexFilter")
		}
		check(slices.Equal(declared.Sort.Words, m.Sort), "sorts", declared.Sort.Words)
		check(declared.Sort.Default == m.DefaultSort, "default sort", declared.Sort.Default)
		for _, f := range declared.Fields {
			keys := m.Keys
			if f.Optional { // a column of all tables of links, which not each of them fills
				keys = allKeys
			}
			check(slices.ContainsFunc(keys, f.Has), "key", f.Keys)
			field := f.Filter.Field
			named := slices.Contains(m.Filter, field) && slices.Contains(attestedFields[method], field)
			check(field == "" || m.Recorded[field] != nil || named, "filter field", field)
			for _, compare := range f.Filter.Takes {
				check(slices.Contains(v.Family[field], compare) || slices.Contains(attestedByPages[field], compare), "comparison", field+" "+compare)
			}
		}
		for _, key := range m.Keys {
			check(slices.ContainsFunc(declared.Fields, func(f table.Field) bool { return f.Has(key) }), "column for the key", key)
		}
	}
}
