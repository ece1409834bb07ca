package serpstatsim

import (
	"strings"
	"testing"
)

func TestSlipsInASpecAreFound(t *testing.T) {
	for _, test := range []struct{ method, old, new, want string }{
		{"getRefDomains", `"about"`, `"abuot"`, "unknown field"},
		{"getRefDomains", `"links": "in"`, `"links": "up"`, `links "up"`},
		{"getRefDomains", `"links": "in"`, `"links": "both"`, `links "both" of host_pages`},
		{"getRefDomains", `"host_pages"`, `"host_page"`, `grouped "host_page"`},
		{"getRefDomains", `"sort": {"default": "check"}`, `"sort": {"default": "lastupdate"}`, "no default of sort"},
		{"getRefDomains", `"sort": {"default": "check"},`, ``, "sort is a parameter, or is none"},
		{"getRefDomains", `"check": "latest_visit"`, `"check": "last_visited"`, `no fact "last_visited" of such rows`},
		{"getRefDomains", `"check": "latest_visit"`, `"check": "nothing"`, `no fact "nothing"`},
		{"getRefDomains", `"check": "latest_visit"`, `"": "latest_visit"`, "no name"},
		{"getRefDomains", `{"key": "domain_from", "is": "host"}`, `{"key": "domain_from", "is": "url_from"}`, `no fact "url_from" of such rows`},
		{"getRefDomains", `{"key": "domain_from", "is": "host"}`, `{"key": "domain_from", "is": "host", "site": 1}`, "key domain_from: no site 1"},
		{"getRefDomains", `"kind": "number", "attested": ["gte"], "recorded": ["gte"]`, `"kind": "integer", "attested": [], "recorded": []`, `no kind "integer"`},
		{"getRefDomains", `"kind": "number", "attested": ["gte"], "recorded": ["gte"]`, `"kind": "text", "attested": [], "recorded": []`, "a text is not count"},
		{"getRefDomains", `"kind": "number", "attested": ["gte"], "recorded": ["gte"]`, `"kind": "codes", "attested": [], "recorded": []`, "a codes is not count"},
		{"getRefDomains", `"attested": ["gte"]`, `"attested": ["contains"]`, `no compareType "contains" of a number`},
		{"getRefDomains", `"recorded": ["gte"]`, `"recorded": ["goe"]`, `no compareType "goe" of a number`},
		{"getRefDomains", `"is": "rank", "kind": "number"`, `"is": "rnak", "kind": "number"`, `"rnak"`},
		{"getRefDomains", `"only_hosts"`, `"only_guests"`, `no additional filter "only_guests"`},
		{"getRefDomains", `"complexFilter": {}`, `"complexfilter": {}`, "a filter without the parameter complexFilter"},
		{"getRefDomains", `"page": {"minimum"`, `"pages": {"minimum"`, `no parameter "pages"`},

		{"getAnchors", `"is": "word_count"`, `"is": "words"`, `parameter count: no fact "words"`},
		{"getAnchors", `"is": "word_count"`, `"is": "link_text"`, "parameter count: a number is not link_text"},
		{"getAnchors", `"compareType": "eq"`, `"compareType": "contains"`, `parameter count: no compareType "contains" of a number`},
		{"getTopAnchors", `"by": "count"`, `"by": "link_text"`, `top 10 by "link_text"`},
		{"getTopAnchors", `"rows": 10`, `"rows": 0`, `top 0 by "count"`},
		{"getTopAnchors", `"price": 1`, `"price": -1`, "price -1"},
		{"getTopAnchors", `"is": "backlinks"`, `"is": "links"`, `summary_info backlinks: no "links" of an answer`},
		{"getTopAnchors", `"key": "sort", "value": ""`, `"key": "sort"`, "summary_info sort"},
		{"getTopAnchors", `"key": "sort", "value": ""`, `"key": "sort", "value": "", "is": "total"`, "summary_info sort"},
		{"getSummaryV2", `"both"`, `"in"`, `links "in" of summary`},
		{"getSummaryV2", `"ever": true`, `"ever": true, "lost": true`, "lost and ever"},
		{"getSummaryV2", `"is": "form_backlinks_change"`, `"is": "from_backlinks_change"`, `no fact "from_backlinks_change"`},
		{"getThreats", `"grouped"`, `"one": true, "grouped"`, "one row has no pages"},
		{"getThreats", `"kind": "codes"`, `"kind": "text"`, "a text is not platforms"},
		{"getThreats", `"sortEcho": {"lastupdate"`, `"sortEcho": {"last"`, `sortEcho of "last"`},
		{"getOutThreats", `"orderEcho": "lower"`, `"orderEcho": "small"`, `orderEcho "small"`},
		{"getIntersect", `"site": 3`, `"site": 4`, "no site 4"},
	} {
		b, err := specFiles.ReadFile("spec/" + test.method + ".json")
		if err != nil {
			t.Fatal(err)
		}
		good := string(b)
		if _, err := readSpec(b); err != nil {
			t.Fatal(err)
		}
		bad := strings.Replace(good, test.old, test.new, 1)
		if bad == good {
			t.Errorf("%s is not in the spec of %s", test.old, test.method)
		}
		if _, err := readSpec([]byte(bad)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.new, err, test.want)
		}
	}
}
