package serpstatsim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

const goodRow = `{"url_from":"https://a.com/","url_to":"https://b.com/","nofollow":"follow","link_type":"href","links_ext":3,"link_text":"","first_seen":"2020-01-01","last_visited":"2020-01-02 10:00:00","date_del":null}`

func TestDataFilesAreReadAsTheSpecificationHasRows(t *testing.T) {
	deleted := strings.Replace(goodRow, "null", `"2021-01-01"`, 1)
	data, err := serpstatsim.ReadData(strings.NewReader(`{"a.com":[` + goodRow + "," + deleted + `],"b.com":[]}`))
	if err != nil || len(data) != 2 || len(data["a.com"]) != 2 || data["a.com"][0].DateDel != nil || *data["a.com"][1].DateDel != "2021-01-01" {
		t.Errorf("%+v, %v", data, err)
	}
	real := serpstatsim.Bundled()
	delete(real, serpstatsim.BigDomain) // 35 MB of JSON would show no more
	bundled, _ := json.Marshal(real)
	if _, err := serpstatsim.ReadData(strings.NewReader(string(bundled))); err != nil {
		t.Errorf("the bundled data: %v", err)
	}
}

func TestBadDataFilesNameThePlace(t *testing.T) {
	row := func(old, new string) string {
		return "{\n\"a.com\": [\n" + goodRow + ",\n" + strings.Replace(goodRow, old, new, 1) + "\n]}"
	}
	for data, want := range map[string]string{
		"":                                      "line 1: the data ends too early",
		"[]":                                    "line 1: expected an object of domains",
		`{"a.com":{}}`:                          `line 1: domain "a.com": expected an array of rows`,
		"{\"a.com\":[],\n\"a.com\":[]}":         `line 2: domain "a.com" comes twice`,
		`{"A.com":[]}`:                          `domain "A.com": write it like "example.com", in lower case`,
		`{"https://a.com":[]}`:                  "write it like",
		`{"a.com":[]} {}`:                       "something follows",
		`{"a.com":[` + goodRow:                  "ends too early",
		row(`"links_ext":3`, `"links_ext":"3"`): `line 4: domain "a.com", row 2: links_ext must be a whole number`,
		row(`"links_ext":3`, `"links_ext":-3`):  `row 2: links_ext must not be negative`,
		row(`"link_text":"",`, ``):              `row 2: link_text is missing`,
		row(`"link_text":""`, `"link_text":null`):       `row 2: link_text must be a text`,
		row(`"link_text"`, `"anchor":"","link_text"`):   `row 2: anchor is not a field of a row`,
		row(`"2020-01-01"`, `"1.1.2020"`):               `row 2: first_seen "1.1.2020" must be like`,
		row(`"2020-01-02 10:00:00"`, `"2020-01-02T10"`): `row 2: last_visited "2020-01-02T10" must be like`,
		row(`null`, `"2020-02-30"`):                     `row 2: date_del "2020-02-30" must be like`,
		row(`"2020-01-01"`, `"2020-01-03"`):             `row 2: first_seen 2020-01-03 is after last_visited`,
		row(`https://a.com/`, `a.com`):                  `row 2: url_from "a.com" has no host`,
		"{\"a.com\":[7]}":                               `row 1: not an object`,
	} {
		_, err := serpstatsim.ReadData(strings.NewReader(data))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", data, err, want)
		}
	}
}

func FuzzReadData(f *testing.F) {
	for _, seed := range []string{`{"a.com":[` + goodRow + `]}`, `{}`, `{"a.com":[null]}`, `{"a.com":[{"first_seen":"2020"}]}`, `{"a":`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		domains, err := serpstatsim.ReadData(strings.NewReader(data))
		if err != nil {
			return
		}
		again, _ := json.Marshal(domains)
		if _, err := serpstatsim.ReadData(strings.NewReader(string(again))); err != nil {
			t.Errorf("accepted, but not what it means: %v\n%s", err, again)
		}
	})
}

func FuzzAsk(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1","method":"` + outlinks + `","params":{"query":"a.com","page":2,"size":1}}`,
		`{"id":"1","method":"` + outlinks + `","params":{"query":"a.com","complexFilter":[[{"field":"anchor","compareType":"contains","value":["\\%_"]}]]}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getOutDomains","params":{"query":"a.com","complexFilter":[[{"additional_filters":"last_week"}]]}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getRefDomains","params":{"query":"t0.com","sort":"check"}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getNewBacklinks","params":{"query":"t0.com","linkPerDomain":1}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getAnchors","params":{"query":"t0.com/","searchType":"part_url","anchor":"%","count":"1"}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getIntersect","params":{"query":"t0.com","intersect":["t1.com","a.com"],"sort":"links_count3"}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getOutThreats","params":{"query":"a.com","complexFilter":[[{"field":"platform_type","compareType":"contains","value":["1"]}]]}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getBacklinksChangesHistory","params":{"query":"t0.com"}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getDistributionTLD","params":{"query":"t0.com","lang":"uk"}}`,
		`{"id":"1","method":"SerpstatBacklinksProcedure.getSummaryV2","params":{"query":"a.com"}}`,
		`{"id":{},"method":"SerpstatLimitsProcedure.getStats","params":[]}`, `[`, `null`, `{"params":null}`,
	} {
		f.Add(seed)
	}
	o := links(nil, nil)
	o.Interpretations.TextIsLikePattern = true
	s := serpstatsim.New(o)
	f.Fuzz(func(t *testing.T, body string) {
		s.Reset() // the log would grow without end
		if got := send(s, "/?token=x", body).Body.Bytes(); !json.Valid(got) {
			t.Errorf("%q is answered with %.200s", body, got)
		}
	})
}
