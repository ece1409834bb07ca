package serpstatsim

import (
	"strings"
	"testing"
)

func TestSlipsInASpecAreFound(t *testing.T) {
	b, err := specFiles.ReadFile("spec/getRefDomains.json")
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	if _, err := readSpec(b); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, new, want string }{
		{`"about"`, `"abuot"`, "unknown field"},
		{`"links": "in"`, `"links": "both"`, `links "both"`},
		{`"host_pages"`, `"host_page"`, `grouped "host_page"`},
		{`"sort": {"default": "check"}`, `"sort": {"default": "lastupdate"}`, "no default of sort"},
		{`"check": "latest_visit"`, `"check": "last_visited"`, `no fact "last_visited" of such rows`},
		{`"check": "latest_visit"`, `"check": "nothing"`, `no fact "nothing"`},
		{`"check": "latest_visit"`, `"": "latest_visit"`, "no name"},
		{`{"key": "domain_from", "is": "host"}`, `{"key": "domain_from", "is": "url_from"}`, `no fact "url_from" of such rows`},
		{`"kind": "number", "attested": ["gte"], "recorded": ["gte"]`, `"kind": "integer", "attested": [], "recorded": []`, `no kind "integer"`},
		{`"kind": "number", "attested": ["gte"], "recorded": ["gte"]`, `"kind": "text", "attested": [], "recorded": []`, "a text is not count"},
		{`"attested": ["gte"]`, `"attested": ["contains"]`, `no compareType "contains" of a number`},
		{`"recorded": ["gte"]`, `"recorded": ["goe"]`, `no compareType "goe" of a number`},
		{`"is": "rank", "kind": "number"`, `"is": "rnak", "kind": "number"`, `"rnak"`},
		{`"only_hosts"`, `"only_guests"`, `no additional filter "only_guests"`},
	} {
		bad := strings.Replace(good, test.old, test.new, 1)
		if bad == good {
			t.Errorf("%s is not in the spec", test.old)
		}
		if _, err := readSpec([]byte(bad)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.new, err, test.want)
		}
	}
}
