package sqlcli

import "testing"

func TestARequestIsSaidInShort(t *testing.T) {
	for params, want := range map[string]string{
		`{"query":"a.com","searchType":"domain_with_subdomains","sort":"links_external","order":"desc"}`:                                                                                                               "a.com, by links_external desc",
		`{"query":"a.com","searchType":"domain","linkPerDomain":1,"complexFilter":[[{"field":"links_external","compareType":"between","value":[1,5]}],[{"field":"anchor","compareType":"contains","value":["seo"]}]]}`: "a.com, links_external between 1 5 or anchor contains seo, linkPerDomain 1, searchType domain",
		`{"query":"a.com","complexFilter":[[{"field":"x","compareType":"eq","value":["1"]},{"field":"y","compareType":"eq","value":["2"]}]]}`:                                                                          "a.com, x eq 1 and y eq 2",
		`{"query":"a.com"}`: "a.com",
		`no object`:         "no object",
	} {
		if got := requestText(params); got != want {
			t.Errorf("%s is said as %s, want %s", params, got, want)
		}
	}
}
