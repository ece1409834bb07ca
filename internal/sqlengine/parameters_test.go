package sqlengine_test

import "testing"

// What is said of a parameter beside = is decided before anything is bought, where it is decided for all rows.
func TestConditionsOnParameters(t *testing.T) {
	const of = "select links_ext, search_type from T where query = 'a.com' and "
	for sql, credits := range map[string]int64{
		of + "link_per_domain < 3":                         0,
		of + "link_per_domain is not null":                 0,
		of + "complex_filter is not null":                  0,
		of + "complex_filter > '['":                        0,
		of + "search_type like 'url%'":                     0,
		of + "search_type <> 'domain_with_subdomains'":     0,
		of + "search_type not null and sort_by is not 'x'": 300,
		of + "search_type is null":                         0,
		of + "search_type > 'z'":                           0,
		of + "query = 'b.com'":                             0,
		of + "query in ('b.com', 'c.com')":                 0,
		of + "query like 'b%'":                             0,
		of + "query <> 'a.com'":                            0,
		of + "query >= 'b'":                                0,
		"select links_ext from T where query in ('a.com', 'b.com') and query > 'z'":                                                                                               0,
		"select links_ext from T where query in ('a.com', 'b.com') and query like 'b%'":                                                                                           600,
		"select links_ext from T where query in ('a.com', 'b.com') and query like 'a%'":                                                                                           600,
		"select links_ext from T where query in ('a.com', 'b.com') and query is not 'b.com'":                                                                                      600,
		"select count(*) from (select links_ext, raw from T where query = 'a.com' and search_type like 'dom%' limit 5)":                                                           5,
		"select count(*) from (select links_ext, raw from T where query = 'a.com' and link_per_domain is null limit 5)":                                                           5,
		"select count(*) from (select raw from T where query in ('a.com', 'b.com') and query glob 'b*' limit 5)":                                                                  600,
		"select count(raw) from T where query = 'a.com' and search_type like 'DOM%' and search_type = search_type || ''":                                                          300,
		"select count(raw) from T where query = 'a.com' and search_type > 'DOMAIN_WITH_SUBDOMAINS' collate nocase":                                                                300,
		"select v.column1, o.links_ext from (values ('a.com'), ('b.com')) v left join T o on o.query = v.column1 and o.query > 'a2' where o.links_ext is null or o.links_ext = 7": 300,
	} {
		if got := costOf(t, sql); got > credits {
			t.Errorf("%s costs %d, want at most %d", sql, got, credits)
		}
	}
}

// A plan that leaves out the IN of a parameter, whose column would then be null, is never the cheapest.
func TestAListOfAParameterIsInEveryPlan(t *testing.T) {
	p := trapPair(t)
	for where, all := range map[string]int{
		"sort_by in ('url_from', 'url_to') and first_seen >= '2024-03-01' and domain_to in ('x.org', 'y.org')": 20,
		"first_seen >= '2024-03-01' and domain_to in ('x.org', 'y.org') and sort_by in ('url_from', 'url_to')": 20,
		"link_per_domain in (8, 9) and links_ext >= 0 and domain_to in ('x.org', 'y.org')":                     17,
		"search_type in ('domain_with_subdomains') and first_seen >= '2024-03-01' and domain_to in ('x.org')":  10,
	} {
		for end, want := range map[string]int{"": all, " limit 3": 3, " order by link_text limit 3": 3, " order by links_ext limit 3": 3} {
			sql := "select links_ext from serpstat_outlink where query = 'a1.com' and " + where + end
			if got := p.askEngine(t, sql); len(got) != want {
				t.Errorf("%s: %d rows, want %d", sql, len(got), want)
			}
		}
	}
}
