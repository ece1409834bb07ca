package sqlcli

import (
	"strings"
	"testing"
)

// In place of a function in a condition --explain names the column that reaches the API.
func TestExplainNamesTheColumnUnderAFunction(t *testing.T) {
	const outlinks = "select lower(url_from), domain(url_to) from serpstat_outlink o where query = 'a.com' and "
	for sql, want := range map[string]string{
		outlinks + "host(url_to) = 'x.com'":                         "host(url_to) is the column host_to, whose =, in, like and glob reach the API",
		outlinks + "Domain( o.\"url_to\" ) in ('x.com')":            "domain(url_to) is the column domain_to, whose =, in, like and glob reach the API",
		outlinks + "domain(host_to) = 'x.com'":                      "domain(host_to) is the column domain_to",
		outlinks + "domain(url_from) = 'x.com'":                     "domain(url_from) is checked after buying: of url_from itself =, in, like and glob reach the API",
		outlinks + "lower(host_to) = 'x.com'":                       "host_to is in lower case: without lower() its =, in, like and glob reach the API",
		outlinks + "lower(url_to) like '%x.com%'":                   "lower(url_to) is checked after buying: url_to like '…', which ignores case, reaches the API",
		outlinks + "not (url_to = 'x' or upper((link_text)) = 'X')": "upper(link_text) is checked after buying: link_text like '…'",
		outlinks + "url_to not regexp 'a'":                          "url_to regexp … is checked after buying: beside it url_to glob '*…*'",
		outlinks + "date_trunc('month', first_seen) = '2024-12-01'": "of first_seen itself =, > and >= reach the API, such as first_seen >= '2024-06-01'",
		outlinks + "abs(links_ext) > 3":                             "abs(links_ext) is checked after buying: of links_ext itself =, in, between, <, <=, > and >= reach the API",
		outlinks + "exists (select 1 from serpstat_ref_domain r where r.query = 'b.com' and domain(r.host_from) = 'x.com')":                              "", // it is not explained
		"select * from serpstat_ref_domain r join serpstat_backlink as b on b.query = r.query where r.query = 'a.com' and domain(r.host_from) = 'x.com'": "domain(host_from) is the column domain_from",
		"select * from serpstat_ref_domain where query = 'a.com' and domain(host_from) = 'x.com'":                                                        "domain(host_from) is the column domain_from, whose =, in, like and glob reach the API",
		"select * from serpstat_outlink a join serpstat_outlink b on lower(b.host_to) = a.host_to and b.query = 'b.com' where a.query = 'a.com'":         "host_to is in lower case",
		outlinks + "link_text = coalesce((select 'a' where url_to = 'x'), 'b')":                                                                          "",
		outlinks + "length(link_type) > 3":                                                      "",
		outlinks + "host_to = host('https://x.com/') and (url_to = 'host(url_to)')":             "",
		outlinks + "links_ext > 3 group by lower(url_to) having max(links_ext) > 3":             "",
		outlinks + "url_to in (select lower(x) from (select 'x' as x)) order by abs(links_ext)": "",
	} {
		code, stdout, stderr := runDemo("--explain", sql)
		if code != exitOK || !strings.Contains(stdout, want) {
			t.Errorf("%s: %d, %s%s, want %s", sql, code, stdout, stderr, want)
		}
		notes := strings.Count(stdout, "  note         ") - strings.Count(stdout, "more pages follow") - strings.Count(stdout, "before it, for") - strings.Count(stdout, "the statement reads tables") - strings.Count(stdout, "if it is to be grouped")
		if (notes == 0) != (want == "") || notes > 1 {
			t.Errorf("%s: %s", sql, stdout)
		}
	}
}
