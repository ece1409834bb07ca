package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func equalTo(column string, values ...Value) Qual {
	return Qual{Column: column, Operator: Equal, Values: values, List: len(values) > 1}
}

// about are the clauses that a table needs.
func about(of *table.Table, sites ...Value) []Qual {
	quals := []Qual{equalTo("query", sites...)}
	for _, p := range of.Params[1:] {
		if p.Required() {
			quals = append(quals, equalTo(p.Column, "other.com"))
		}
	}
	return quals
}

func TestEachDomainIsOneSource(t *testing.T) {
	for _, of := range catalog.Tables() {
		plan, err := New(Input{Table: of, Limit: -1, Quals: about(of, "a.com", "A.com", "https://b.com/", "a.com")})
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Sources) != 2 || plan.Sources[0].Series.Site() != "a.com" || len(plan.Sources[0].Spellings) != 2 || plan.Sources[0].Spellings[1][0] != "A.com" {
			t.Errorf("%s: %+v", of.Name, plan.Sources)
		}
		if of.CountsRows && plan.RowCap != of.Page.RowCap || !of.CountsRows && plan.RowCap != int64(of.Page.MaxSize) || !plan.Exact {
			t.Errorf("%s: the cap is %d, exact is %t", of.Name, plan.RowCap, plan.Exact)
		}
		for i := range plan.Sources {
			if s := &plan.Sources[i]; plan.Source(s.Key) != s {
				t.Errorf("%s: %s is not found by its key", of.Name, s.Series.Site())
			}
		}
		if plan.Source("") != nil {
			t.Errorf("%s: a source without a key", of.Name)
		}
	}
}

// A source is known by its parameters alone: a plan that has learned something, or is without a clause, has the same.
func TestAKeyIsOfTheParametersAlone(t *testing.T) {
	keys := func(in Input) (list []string) {
		in.Table, in.Limit = outlinks, -1
		plan, err := New(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range plan.Sources {
			list = append(list, s.Key)
		}
		return list
	}
	domain, few := equalTo("query", "a.com"), where("links_ext", Less, int64(5))
	user := equalTo("complex_filter", `[[{"field":"anchor","compareType":"contains","value":["x"]}]]`)
	want := keys(Input{Quals: []Qual{domain}})
	for name, in := range map[string]Input{
		"a clause":      {Quals: []Qual{domain, few}},
		"a refusal":     {Quals: []Qual{domain, few}, Known: Knowledge{Refused: Refusals{{"links_external", "lte"}: true}}},
		"an order":      {Quals: []Qual{domain}, Order: Order{"links_ext", false}},
		"the default":   {Quals: []Qual{domain, equalTo("search_type", "domain_with_subdomains")}},
		"another host":  {Quals: []Qual{equalTo("query", "http://A.com")}},
		"another limit": {Quals: []Qual{domain}, RowCap: 5},
	} {
		if got := keys(in); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for name, q := range map[string]Qual{
		"search_type": equalTo("search_type", "domain"), "link_per_domain": equalTo("link_per_domain", int64(1)), "complex_filter": user,
		"sort_by": equalTo("sort_by", "anchor"), "sort_order": equalTo("sort_order", "asc"),
	} {
		if got := keys(Input{Quals: []Qual{domain, q}}); len(got) != 1 || got[0] == want[0] {
			t.Errorf("%s: %v is no key of its own", name, got)
		}
	}
}

// What the parameters become in the request, for each form of parameter.
func TestParametersAreSent(t *testing.T) {
	backlinks := catalog.Of("serpstat_backlink")
	user := `[[{"field":"anchor","compareType":"contains","value":["x"]}],[{"additional_filters":"no_subdomains"}]]`
	plan, err := New(Input{Table: backlinks, Limit: -1, Quals: []Qual{
		equalTo("query", "A.com"), equalTo("search_type", "domain"), equalTo("link_per_domain", int64(3)),
		equalTo("additional_filter", "last_week"), equalTo("complex_filter", user), where("links_ext", Less, int64(5)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := plan.Sources[0].Series
	week := table.Condition{Additional: "last_week"}
	want := table.Filter{{week, is("anchor", "contains", "x")}, {week, {Additional: "no_subdomains"}}}
	if !slices.Equal(got.Request.Args, []table.Arg{{Name: "query", Value: "a.com"}, {Name: "searchType", Value: "domain"}, {Name: "linkPerDomain", Value: int64(3)}}) || !got.Request.Filter.Equal(want) || !got.Thinned {
		t.Errorf("%+v", got)
	}
	if plan.Exact {
		t.Error("a clause that is not pushed is exact")
	}
	if r := got.At(3, 50); r.Page != 3 || r.Size != 50 || got.Request.Page != 0 {
		t.Errorf("%+v of %+v", r, got.Request)
	}
	if other := got.With(nil); other.Request.Filter != nil || len(got.Request.Filter) != 2 {
		t.Errorf("%+v of %+v", other.Request, got.Request)
	}
}

func TestWhatNoRowSatisfiesHasNoSource(t *testing.T) {
	domain := equalTo("query", "a.com")
	for name, in := range map[string]Input{
		"limit 0":          {Limit: 0, Quals: []Qual{domain}},
		"no domain":        {Limit: -1},
		"two domains":      {Limit: -1, Quals: []Qual{domain, equalTo("query", "b.com")}},
		"null":             {Limit: -1, Quals: []Qual{equalTo("query", Value(nil))}},
		"two search types": {Limit: -1, Quals: []Qual{domain, equalTo("search_type", "domain"), equalTo("search_type", "domain_with_subdomains")}},
		"a contradiction":  {Limit: -1, Quals: []Qual{domain, where("links_ext", Less, int64(0))}},
	} {
		in.Table = outlinks
		if plan, err := New(in); err != nil || len(plan.Sources) > 0 {
			t.Errorf("%s: %+v, %v", name, plan, err)
		}
	}
}

func TestBadInputIsExplained(t *testing.T) {
	domain := equalTo("query", "a.com")
	for want, quals := range map[string][]Qual{
		`query is empty`:                                {equalTo("query", "  ")},
		`query "a b" is not a domain name`:              {equalTo("query", "a b")},
		`write query in (select …)`:                     {equalTo("query", "?")},
		`query "a.com/x" has a path`:                    {equalTo("query", "a.com/x")},
		`search_type "page" is not known: write one of`: {domain, equalTo("search_type", "page")},
		`sort_by "links_ext" is not known`:              {domain, equalTo("sort_by", "links_ext")},
		`sort_order "down" is not known`:                {domain, equalTo("sort_order", "down")},
		`link_per_domain 0 is not possible`:             {domain, equalTo("link_per_domain", int64(0))},
		`additional_filter "x" is not known: write one`: {domain, equalTo("additional_filter", "x")},
		`complex_filter: "{" is not a JSON array`:       {domain, equalTo("complex_filter", "{")},
		`write one below 2^53`:                          {domain, equalTo("complex_filter", `[[{"field":"links_external","compareType":"gte","value":[1,9007199254740994]}]]`)},
		`complex_filter 5 is not JSON text`:             {domain, equalTo("complex_filter", int64(5))},
		`query takes only = and in`:                     {where("query", NotEqual, "a.com")},
		`must not end with a backslash`:                 {domain, where("url_to", Like, `a\`)},
		`there is no column page to compare`:            {domain, where("page", Equal, "a")},
	} {
		if _, err := New(Input{Table: catalog.Of("serpstat_backlink"), Limit: -1, Quals: quals}); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "serpstat_backlink: ") {
			t.Errorf("want serpstat_backlink: … %s, got %v", want, err)
		}
	}
}

// With some search types the site is the address of a page: its host is written in one way, and the rest as it is.
func TestAddressesArePages(t *testing.T) {
	for written, want := range map[string]string{
		"https://Serpstat.com/Blog/?a=%20#": "", "serpstat.com/": "serpstat.com/", " HTTPS://WWW.Serpstat.com/Blog/?A=1 ": "https://www.serpstat.com/Blog/?A=1",
		"http://bücher.de/Straße": "http://xn--bcher-kva.de/Straße", "serpstat.com": "", "https://serpstat.com": "", "https://serpstat.com?x": "", "ftp://serpstat.com/": "",
		"a.com:80/x": "", "u@a.com/x": "", "com/x": "", "a.com/two words": "", "": "", "?": "",
	} {
		for _, word := range []string{"url", "part_url"} {
			p, err := New(Input{Table: outlinks, Limit: -1, Quals: []Qual{equalTo("query", written), equalTo("search_type", word)}})
			switch {
			case want == "" && (err == nil || !strings.Contains(err.Error(), "write")):
				t.Errorf("%s %q: %+v, %v", word, written, p, err)
			case want != "" && (err != nil || p.Sources[0].Series.Site() != want || p.Sources[0].Spellings[0][0] != written):
				t.Errorf("%s %q: %+v, %v, want %s", word, written, p, err, want)
			}
		}
	}
	for want, quals := range map[string][]Qual{
		`query "a.com" has no path: with search_type = 'part_url' write the address of a page, such as 'https://serpstat.com/blog/'`:               {equalTo("query", "a.com"), equalTo("search_type", "part_url")},
		`query "a.com/x" has a path: write the domain alone and filter its pages with url_from like '…', or add search_type = 'url' or 'part_url'`: {equalTo("query", "a.com/x")},
	} {
		if _, err := New(Input{Table: outlinks, Limit: -1, Quals: quals}); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// Each value of query meets each of search_type: a pair that does not fit is said.
	if _, err := New(Input{Table: outlinks, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), equalTo("search_type", "domain", "url")}}); err == nil {
		t.Error("a domain is looked for as a page")
	}
}

// A list of domains is written in any way that people write lists, sent as one, and shown as it was written.
func TestSeveralSitesAreAList(t *testing.T) {
	of := catalog.Of("serpstat_intersection")
	planned := func(query, written Value) (*Plan, error) {
		return New(Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", query), equalTo("intersect", written)}})
	}
	for written, want := range map[string]string{
		"b.com": `["b.com"]`, " B.com , https://c.com/ ": `["b.com","c.com"]`, `["b.com","bücher.de"]`: `["b.com","xn--bcher-kva.de"]`,
	} {
		p, err := planned("a.com", written)
		if err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		sent, _ := table.Encode(p.Sources[0].Series.Request.Args[1].Value)
		if string(sent) != want || p.Sources[0].Spellings[0][1] != written {
			t.Errorf("%s is sent as %s", written, sent)
		}
	}
	for written, want := range map[Value]string{
		"": "is empty", "[]": "is empty", "a.com": "has the domain that is analyzed itself", "b.com,A.com": "has the domain that is analyzed itself", "b.com,B.com": "has b.com twice",
		"b.com,c.com,d.com": "has 3 domains", `["b.com"`: "is no list of texts", `[1]`: "is no list of texts", "b.com,": "has a comma without a domain", "b.com/x": "has a path", "two words": "is not a domain name", "?": "is a placeholder", int64(5): "write a text",
	} {
		if _, err := planned("a.com", written); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "intersect") {
			t.Errorf("%v: %v, want %s", written, err, want)
		}
	}
	if p, err := New(Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com")}}); err != nil || len(p.Sources) > 0 {
		t.Errorf("without any: %+v, %v", p, err)
	}
	// One list written in two ways is one source.
	if p, err := New(Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), equalTo("intersect", "b.com,c.com", `["B.com","c.com"]`)}}); err != nil || len(p.Sources) != 1 || len(p.Sources[0].Spellings) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestTextsAndNumbersAsParameters(t *testing.T) {
	of := catalog.Of("serpstat_anchor")
	p, err := New(Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), equalTo("anchor", ` it"s \ `), equalTo("word_count", int64(3))}})
	if err != nil {
		t.Fatal(err)
	}
	sent, _ := table.Encode(p.Sources[0].Series.At(1, 10))
	if want := `{"query":"a.com","searchType":"domain_with_subdomains","anchor":" it\"s \\ ","count":"3","sort":"total","order":"asc","page":1,"size":10}`; string(sent) != want {
		t.Errorf("sent %s, want %s", sent, want)
	}
	for column, values := range map[string][]Value{"anchor": {"", int64(1)}, "word_count": {int64(0), int64(-1), "2", "1 234"}} {
		for _, v := range values {
			if _, err := New(Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), equalTo(column, v)}}); err == nil || !strings.Contains(err.Error(), column) || !strings.Contains(err.Error(), "write a") {
				t.Errorf("%s = %v: %v", column, v, err)
			}
		}
	}
}

// SQLite passes numbers on as they are written.
func TestALargeNumberInAFilterArrivesFromSQLite(t *testing.T) {
	filter := equalTo("complex_filter", `[[{"field":"links_external","compareType":"gte","value":[9007199254740993]}]]`)
	p, err := New(Input{Table: outlinks, Limit: -1, Engine: SQLite, Quals: []Qual{equalTo("query", "a.com"), filter}})
	if err != nil || fmt.Sprint(p.Sources[0].Series.Request.Filter[0][0].Value) != "[9007199254740993]" {
		t.Errorf("%v", err)
	}
}

// What an error advises can be written in the very table.
func TestAdviceIsOfTheTable(t *testing.T) {
	for name, want := range map[string][2]string{
		"serpstat_outlink":       {"url_from like", `"field":"links_external","compareType":"gte"`},
		"serpstat_lost_outlink":  {"url_from like", `"field":"links_external","compareType":"gte"`},
		"serpstat_backlink":      {"url_to like", `"field":"links_external","compareType":"gte"`},
		"serpstat_lost_backlink": {"url_to like", `"field":"links_external","compareType":"gte"`},
		"serpstat_out_domain":    {"such as 'serpstat.com'", `"field":"domain_links","compareType":"gte"`},
		"serpstat_ref_domain":    {"such as 'serpstat.com'", `"field":"domain_links","compareType":"gte"`},
	} {
		in := Input{Table: catalog.Of(name), Limit: -1, Quals: []Qual{equalTo("query", "a.com/x")}}
		if _, err := New(in); err == nil || !strings.Contains(err.Error(), want[0]) {
			t.Errorf("%s of a path: %v", name, err)
		}
		in.Quals = []Qual{equalTo("query", "a.com"), equalTo("complex_filter", "{}")}
		if _, err := New(in); err == nil || !strings.Contains(err.Error(), want[1]) {
			t.Errorf("%s of a filter: %v", name, err)
		}
	}
}

// What is refused is forgotten, and nothing else: where the API names what the filter has not, all of it.
func TestSuspectsOfARefusal(t *testing.T) {
	contains, gte, lte, date := Refusal{"url_to", table.Contains}, Refusal{"links_external", table.AtLeast}, Refusal{"links_external", table.AtMost}, Refusal{"check", table.AtLeast}
	all := []Refusal{contains, gte, lte, date}
	of := Series{Table: outlinks}
	for _, r := range all {
		of.Request.Filter = append(of.Request.Filter, []table.Condition{{Field: r.Field, CompareType: r.CompareType}})
	}
	for name, c := range map[string]struct {
		refused table.Refused
		want    []Refusal
	}{
		"nothing named":         {table.Refused{}, all},
		"a field":               {table.Refused{Field: "links_external"}, []Refusal{gte, lte}},
		"a field and a word":    {table.Refused{Field: "links_external", CompareType: "gte"}, []Refusal{gte}},
		"a comparison":          {table.Refused{CompareType: "gte"}, []Refusal{gte, date}},
		"a date":                {table.Refused{Date: true}, []Refusal{date}},
		"what the filter lacks": {table.Refused{Field: "links_e***ternal", CompareType: "gte"}, all},
	} {
		if got := Suspects(of, c.refused); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A filter of the user's own with many alternatives leaves room for what is pushed beside it.
func TestAUsersLargeFilterIsNarrowed(t *testing.T) {
	var groups []string
	for i := range 20 {
		groups = append(groups, fmt.Sprintf(`[{"field":"url_to","compareType":"contains","value":["%d"]}]`, i))
	}
	p, err := New(Input{Table: outlinks, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), equalTo("complex_filter", "["+strings.Join(groups, ",")+"]"), where("links_ext", Less, int64(9))}})
	if err != nil || !p.Exact || len(p.Sources) != 1 || len(p.Sources[0].Series.Request.Filter) != 20 || len(p.Sources[0].Series.Request.Filter[19]) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

// A series is sorted by the column by which it can be divided, unless somebody asks for another order.
func TestTheOrderOfASeries(t *testing.T) {
	domain := equalTo("query", "a.com")
	links := Order{"links_ext", true}
	tests := map[string]struct {
		of    string
		in    Input
		want  string
		shown Order
	}{
		"limit":               {"serpstat_outlink", Input{Limit: 5, Quals: []Qual{domain}}, "links_external desc", links},
		"no limit":            {"serpstat_outlink", Input{Limit: -1, Quals: []Qual{domain}}, "links_external desc", links},
		"limit, unsure":       {"serpstat_outlink", Input{Limit: 5, Quals: []Qual{domain, where("url_to", Like, "%x%")}}, "links_external desc", links},
		"limit above a cap":   {"serpstat_outlink", Input{Limit: 60_001, Quals: []Qual{domain}}, "links_external desc", links},
		"ascending":           {"serpstat_outlink", Input{Limit: 5, Order: Order{"links_ext", false}, Quals: []Qual{domain}}, "links_external asc", Order{"links_ext", false}},
		"the user's":          {"serpstat_outlink", Input{Limit: 5, Quals: []Qual{domain, equalTo("sort_by", "anchor")}}, "anchor desc", Order{}},
		"the user's order":    {"serpstat_outlink", Input{Limit: 5, Quals: []Qual{domain, equalTo("sort_order", "asc")}}, "check asc", Order{}},
		"the user's, shown":   {"serpstat_outlink", Input{Limit: 5, Quals: []Qual{domain, equalTo("sort_by", "links_external"), equalTo("sort_order", "asc")}}, "links_external asc", Order{"links_ext", false}},
		"SQL's over theirs":   {"serpstat_outlink", Input{Limit: 5, Order: links, Quals: []Qual{domain, equalTo("sort_by", "anchor")}}, "links_external desc", links},
		"bounded from below":  {"serpstat_out_domain", Input{Limit: 5, Quals: []Qual{domain}}, "domain_links asc", Order{"links", false}},
		"from the other end":  {"serpstat_ref_domain", Input{Limit: 5, Order: Order{"links", true}, Quals: []Qual{domain}}, "domain_links desc", Order{"links", true}},
		"by another column":   {"serpstat_ref_domain", Input{Limit: 5, Order: Order{"domain_rank", true}, Quals: []Qual{domain}}, "domain_rank desc", Order{"domain_rank", true}},
		"the default of lost": {"serpstat_lost_outlink", Input{Limit: 5, Quals: []Qual{domain, equalTo("sort_order", "desc")}}, "lastupdate desc", Order{}},
	}
	for name, tt := range tests {
		tt.in.Table = catalog.Of(tt.of)
		plan, err := New(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		s := plan.Sources[0].Series
		if got := s.Request.Sort + " " + s.Request.Order; got != tt.want || s.Order != tt.shown {
			t.Errorf("%s: %s %+v, want %s %+v", name, got, s.Order, tt.want, tt.shown)
		}
		if free := tt.in.Order == (Order{}) && !strings.Contains(name, "user's") && !strings.Contains(name, "default"); s.Free != free {
			t.Errorf("%s: nothing asks for its order: %t", name, s.Free)
		}
	}
	for _, of := range catalog.Tables() {
		undivided := *of
		undivided.Sort.Divide = ""
		series := Series{Table: &undivided}
		series.sort(Order{}, args{})
		if want := cmp.Or(of.Sort.Few, of.Sort.Default); series.Request.Sort != want || (series.Request.Order == "desc") != (want != "") || !series.Free {
			t.Errorf("%s, undivided: %+v", of.Name, series)
		}
		if i := slices.IndexFunc(of.Fields, func(f table.Field) bool { return f.Sort != "" && f.Sort == series.Request.Sort }); i >= 0 && series.Order != (Order{of.Fields[i].Column, true}) {
			t.Errorf("%s, undivided: what is shown of its order is %+v", of.Name, series.Order)
		}
	}
}

func TestComplexFilterIsReadStrictly(t *testing.T) {
	good := `[[{"field":"anchor","compareType":"contains","value":["Пример 1"]},{"field":"links_external","compareType":"lte","value":[50]}],[{"field":"check","compareType":"between","value":["1.1.2024","2.1.2024"]}]]`
	if f, err := ParseFilter(outlinks, good); err != nil || len(f) != 2 || len(f[0]) != 2 {
		t.Errorf("%v, %v", f, err)
	}
	for bad, want := range map[string]string{
		`[[{"additional_filters":"last_week"}]]`: "not every table takes", `[[{"field":"a","compareType":"b","value":[1],"additional_filters":"x"}]]`: "stands alone",
		`null`: "is not a JSON array", `{}`: "is not a JSON array", `[]`: "the array is empty", `[[]]`: "element 1 is not a filled array",
		`[{}]`: "element 1 is not", `[[{}]]`: `condition 1 of array 1 has no "field"`, `[[1]]`: "condition 1 of array 1 is not an object",
		`[[{"field":"a"}]]`: `has no "compareType"`, `[[{"field":"a","compareType":"lte"}]]`: `has no "value"`,
		`[[{"field":"a","compareType":"lte","value":[]}]]`:         `has no "value"`,
		`[[{"field":"a","compareType":"lte","value":5}]]`:          "is not an object",
		`[[{"field":"a","compareType":"lte","value":[null]}]]`:     "neither text nor a number",
		`[[{"field":"a","compareTyp":"lte","value":[1]}]]`:         "is not an object",
		`[[{"field":"a","compareType":"lte","value":[1]}]] garble`: "is not a JSON array",
	} {
		if _, err := ParseFilter(outlinks, bad); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "such as") {
			t.Errorf("%s: got %v, want %s", bad, err, want)
		}
	}
}

func TestDomainsAreNormalised(t *testing.T) {
	for written, want := range map[string]string{
		"serpstat.com": "serpstat.com", " Serpstat.COM ": "serpstat.com", "https://serpstat.com/": "serpstat.com", "http://www.a.co.uk": "www.a.co.uk",
		"пример.рф": "xn--e1afmkfd.xn--p1ai", "bücher.de": "xn--bcher-kva.de", "a_b.example.com": "a_b.example.com", "a.com.": "a.com",
	} {
		if got, err := NormalizeDomain(Named{Column: "query"}, written); err != nil || got != want {
			t.Errorf("%q became %q, %v", written, got, err)
		}
	}
	for written, want := range map[string]string{
		"": "is empty", "com": "is not a domain name", "a.com/b": "has a path", "a.com?x": "has a path", "?": "is a placeholder without a value", "a.com:80": "has a port", "u@a.com": "has a user name",
		"ftp://a.com": "has the scheme", "*.a.com": "has a wildcard", "1.2.3.4": "is not a domain name", "-a.com": "is not", "a..com": "is not", "a b.com": "is not",
	} {
		if got, err := NormalizeDomain(Named{Column: "query"}, written); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q became %q, %v; want an error with %q", written, got, err, want)
		}
	}
}
