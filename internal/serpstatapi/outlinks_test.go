package serpstatapi

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestRequestsGoOutByteForByte(t *testing.T) {
	outlinks := func(req OutlinksRequest) func(*Client) error {
		return func(c *Client) error { _, err := c.GetOutlinks(t.Context(), req); return err }
	}
	tests := map[string]func(*Client) error{
		"spec_example": outlinks(OutlinksRequest{
			Query: "serpstat.com", SearchType: "domain", Sort: "url_from", Order: "desc", Page: 1, Size: 2, LinkPerDomain: 1,
			ComplexFilter: [][]Condition{
				{
					{"url_from", "notContains", []any{"7654765"}},
					{"link_nofollow", "contains", []any{"follow", "nofollow", "ugc", "sponsored"}},
					{"anchor", "notContains", []any{"лопспрол"}},
					{"check", "lte", []any{"1.1.2030"}},
					{"links_external", "between", []any{1, 500}},
				},
				{{"links_external", "lte", []any{int64(800)}}},
			},
		}),
		"least": outlinks(OutlinksRequest{Query: "serpstat.com", SearchType: "domain_with_subdomains", Page: 3, Size: 1000}),
		"special_characters": outlinks(OutlinksRequest{
			Query: "xn--e1afmkfd.xn--p1ai", SearchType: "domain", Page: 1, Size: 10,
			ComplexFilter: [][]Condition{{{"url_to", "contains", []any{"?a=1&b=<2>"}}, {"anchor", "contains", []any{`"quoted" \ 👍 'x'`}}}},
		}),
		"stats": func(c *Client) error { _, err := c.GetStats(t.Context()); return err },
	}
	for name, send := range tests {
		t.Run(name, func(t *testing.T) {
			a := serve(t, apiErr(400, "enough seen"))
			if err := send(client(t, a.URL)); KindOf(err) != KindBadRequest {
				t.Fatalf("got %v", err)
			}
			want, err := os.ReadFile("testdata/" + name + ".request.json")
			if err != nil {
				t.Fatal(err)
			}
			got := a.received()[0]
			if got.body != strings.TrimSpace(string(want)) {
				t.Errorf("sent\n%s\nwant\n%s", got.body, want)
			}
			if got.method != "POST" || got.token != testToken {
				t.Errorf("sent %s with the token %q", got.method, got.token)
			}
			for header, want := range map[string]string{"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "steampipe-plugin-serpstat"} {
				if h := got.header.Get(header); h != want {
					t.Errorf("%s: %q, want %q", header, h, want)
				}
			}
		})
	}
}

func TestSpecificationsAnswerIsRead(t *testing.T) {
	text, err := os.ReadFile("testdata/spec_example.answer.json")
	if err != nil {
		t.Fatal(err)
	}
	a := serve(t, ok(strings.Replace(string(text), `"id": "1"`, `"id": "ID"`, 1)))
	req := request
	req.Size = 2
	got, err := client(t, a.URL).GetOutlinks(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	visited := time.Date(2025, 2, 4, 21, 37, 16, 0, time.UTC)
	want := &OutlinksPage{
		Rows: []Outlink{
			{
				URLFrom:  "https://serpstat.com/blog/author/379380-379380/",
				URLTo:    "https://microsoftedge.microsoft.com/addons/detail/serpstat-website-seo-chec/aidfflgbhbapkopbikhgapbcimkpipbf?hl=en",
				Nofollow: "follow", LinkType: "href", LinksExt: 13, LinkText: "Install for Microsoft Edge",
				FirstSeen: time.Date(2022, 9, 16, 0, 0, 0, 0, time.UTC), LastVisited: visited,
			},
			{
				URLFrom: "https://serpstat.com/blog/author/379380-379380/", URLTo: "https://x.com/serpstat",
				Nofollow: "follow", LinkType: "href", LinksExt: 13,
				FirstSeen: time.Date(2025, 2, 4, 0, 0, 0, 0, time.UTC), LastVisited: visited,
			},
		},
		Total: 99241, LeftLines: 971509, Page: 1, Count: 2, Credits: 2, Took: got.Took,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.Took <= 0 {
		t.Errorf("took %v", got.Took)
	}
}

// decodePage reads an answer as it would come to a request for 2 rows on page 1.
func decodePage(text string) (*OutlinksPage, *Error) {
	c := &Client{redact: newRedactor(testToken)}
	c.cfg = c.cfg.withDefaults()
	result, e := c.readEnvelope(response(200), []byte(strings.ReplaceAll(text, "ID", "1")), "1")
	if e != nil {
		return nil, e
	}
	l, e := readList(&scan{data: result, redact: c.redact}, 1, 2, readOutlink)
	if e != nil {
		return nil, e
	}
	return outlinksPage(OutlinksRequest{Page: 1, Size: 2}, l, &Exchange{}), nil
}

const summary = `{"left_lines":7,"page":1,"count":1,"total":1}`

func TestAnswersOfOtherFormsAreRead(t *testing.T) {
	million := strings.Repeat("я", 1e6)
	tests := map[string]struct {
		answer string
		want   func(*OutlinksPage) any
		is     any
	}{
		"numbers as texts": {page(`{"left_lines":"8","page":"1","count":"1","total":"1"}`, row("links_ext", `"13"`)),
			func(p *OutlinksPage) any { return [3]int64{p.Rows[0].LinksExt, p.Total, p.LeftLines} }, [3]int64{13, 1, 8}},
		"whole number with a point": {page(summary, row("links_ext", "13.0")), func(p *OutlinksPage) any { return p.Rows[0].LinksExt }, int64(13)},
		"id as a number":            {strings.Replace(goodPage, `"ID"`, "ID", 1), func(p *OutlinksPage) any { return p.Count }, 1},
		"no left_lines":             {page(`{"page":1,"count":1,"total":1}`, row()), func(p *OutlinksPage) any { return p.LeftLines }, int64(-1)},
		"left_lines null":           {page(`{"left_lines":null,"total":1}`, row()), func(p *OutlinksPage) any { return p.LeftLines }, int64(-1)},
		"left_lines below zero":     {page(`{"left_lines":-3,"total":1}`, row()), func(p *OutlinksPage) any { return p.LeftLines }, int64(0)},
		"no count, no page":         {page(`{"total":1}`, row()), func(p *OutlinksPage) any { return p.Count }, 1},
		"summary before data": {`{"result":{"summary_info":{"total":1},"data":[` + row() + `]},"id":"ID","error":null}`,
			func(p *OutlinksPage) any { return p.Count }, 1},
		"no rows cost a credit": {page(`{"total":0,"count":0,"page":1}`), func(p *OutlinksPage) any { return [2]int64{int64(p.Count), p.Credits} }, [2]int64{0, 1}},
		"fields that are new": {page(`{"total":1,"x":[{}]}`, strings.Replace(row(), "{", `{"new":{"a":[1,"]}"]},`, 1)),
			func(p *OutlinksPage) any { return p.Rows[0].URLFrom }, "https://a.com/"},
		"null texts": {page(summary, row("link_text", "null", "nofollow", "null", "url_from", "null", "url_to", "null", "link_type", "null")),
			func(p *OutlinksPage) any { return p.Rows[0].Null }, NullTexts{true, true, true, true, true}},
		"an empty text is not null": {page(summary, row("link_text", `""`)), func(p *OutlinksPage) any { return p.Rows[0].Null }, NullTexts{}},
		"dates that are null": {page(summary, row("first_seen", `""`, "last_visited", `"0000-00-00 00:00:00"`, "date_del", `"0000-00-00"`)),
			func(p *OutlinksPage) any {
				return [3]bool{p.Rows[0].FirstSeen.IsZero(), p.Rows[0].LastVisited.IsZero(), p.Rows[0].DateDel.IsZero()}
			}, [3]bool{true, true, true}},
		"no date_del":              {page(summary, row("date_del", "")), func(p *OutlinksPage) any { return p.Rows[0].DateDel.IsZero() }, true},
		"escapes":                  {page(summary, row("link_text", `"\"\\\/\b\f\n\r\t\u0416\uD83D\uDC4D"`)), func(p *OutlinksPage) any { return p.Rows[0].LinkText }, "\"\\/\b\f\n\r\tЖ👍"},
		"half of a surrogate pair": {page(summary, row("link_text", `"a\ud83dz\udc4d\ud83d\u0041"`)), func(p *OutlinksPage) any { return p.Rows[0].LinkText }, "a\uFFFDz\uFFFD\uFFFDA"},
		"NUL characters":           {page(summary, row("link_text", `"a\u0000b\u0000"`)), func(p *OutlinksPage) any { return p.Rows[0].LinkText }, "a\uFFFDb\uFFFD"},
		"bytes that are not UTF-8": {page(summary, row("link_text", "\"a\xff\xc3z\"")), func(p *OutlinksPage) any { return p.Rows[0].LinkText }, "a\uFFFD\uFFFDz"},
		"bytes that are not UTF-8, with an escape": {page(summary, row("link_text", "\"\\n\xff\"")), func(p *OutlinksPage) any { return p.Rows[0].LinkText }, "\n\uFFFD"},
		"a million characters":                     {page(summary, row("link_text", `"`+million+`"`)), func(p *OutlinksPage) any { return p.Rows[0].LinkText }, million},
		"capitals in nofollow":                     {page(summary, row("nofollow", `"UGC,nofollow"`)), func(p *OutlinksPage) any { return p.Rows[0].Nofollow }, "UGC,nofollow"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, e := decodePage(tt.answer)
			if e != nil {
				t.Fatal(e.Message)
			}
			if got := tt.want(p); got != tt.is {
				t.Errorf("got %.100v, want %.100v", got, tt.is)
			}
		})
	}
}

func TestAnswersThatCannotBeTrustedAreErrors(t *testing.T) {
	long := strings.Repeat("x", 500)
	tests := map[string]struct{ answer, message string }{
		"not JSON":                   {`hello`, `the answer is not JSON of the expected form: "hello"`},
		"empty":                      {``, `an empty body`},
		"cut":                        {goodPage[:100], `not JSON of the expected form`},
		"something after it":         {goodPage + "x", `not JSON of the expected form`},
		"a list":                     {`[]`, `not JSON of the expected form: "[]"`},
		"deep nesting":               {strings.Repeat("[", 1e6), `not JSON of the expected form: "[[[`},
		"deep nesting in a row":      {page(summary, row("link_text", strings.Repeat("[", 100)+strings.Repeat("]", 100))), `not JSON`},
		"another id":                 {strings.Replace(goodPage, "ID", "77", 1), `the answer's id is "\"77\"", the request's was "1"`},
		"no id":                      {`{"result":{}}`, `the answer's id is missing`},
		"neither result nor error":   {`{"id":"ID"}`, `neither result nor error`},
		"both null":                  {`{"id":"ID","result":null,"error":null}`, `neither result nor error`},
		"result is a list":           {`{"id":"ID","result":[]}`, `result is "[]", not an object`},
		"no data":                    {`{"id":"ID","result":{"summary_info":{"total":0}}}`, `result.data is missing`},
		"data is null":               {`{"id":"ID","result":{"data":null,"summary_info":{"total":0}}}`, `result.data is "null", not a list`},
		"data is a text":             {`{"id":"ID","result":{"data":"abc","summary_info":{"total":0}}}`, `result.data is "\"abc\"", not a list`},
		"no summary_info":            {`{"id":"ID","result":{"data":[]}}`, `result.summary_info is missing, not an object`},
		"no total":                   {page(`{}`), `result.summary_info.total is missing`},
		"total below zero":           {page(`{"total":-1}`), `result.summary_info.total is "-1", not a number of rows`},
		"absurd total":               {page(`{"total":9223372036854775807}`, row()), `total is "9223372036854775807"`},
		"total beyond 64 bits":       {page(`{"total":1e300}`, row()), `total is "1e300"`},
		"total is an object":         {page(`{"total":{}}`, row()), `total is "{}"`},
		"count is wrong":             {page(`{"total":5,"count":2}`, row()), `count is "2", but result.data has 1 rows`},
		"page is another":            {page(`{"total":5,"count":1,"page":2}`, row()), `page is "2", but page 1 was asked for`},
		"total below the rows":       {page(`{"total":1}`, row(), row()), `total is 1, but page 1 of size 2 has 2 rows`},
		"more rows than asked":       {page(`{"total":9}`, row(), row(), row()), `more rows than the 2`},
		"left_lines is a text":       {page(`{"total":1,"left_lines":"many"}`, row()), `left_lines is "\"many\"", not a number of credits`},
		"a row is null":              {page(`{"total":1}`, "null"), `result.data[0] is "null", not an object`},
		"a row is a list":            {page(`{"total":2}`, row(), "[1]"), `result.data[1] is "[1]", not an object`},
		"a field is missing":         {page(summary, row("last_visited", "")), `result.data[0].last_visited is missing`},
		"links_ext is null":          {page(summary, row("links_ext", "null")), `result.data[0].links_ext is "null", not a number of links`},
		"links_ext is below zero":    {page(summary, row("links_ext", "-1")), `links_ext is "-1"`},
		"links_ext has a fraction":   {page(summary, row("links_ext", "1.5")), `links_ext is "1.5"`},
		"links_ext is true":          {page(summary, row("links_ext", "true")), `links_ext is "true"`},
		"a text is a number":         {page(summary, row("url_to", "5")), `url_to is "5", not a text`},
		"a text is an object":        {page(summary, row("link_text", `{"a":1}`)), `link_text is "{\"a\":1}", not a text`},
		"a date of another form":     {page(summary, row("first_seen", `"16.09.2022"`)), `first_seen is "\"16.09.2022\"", not a date`},
		"a date that does not exist": {page(summary, row("last_visited", `"2025-02-30 00:00:00"`)), `last_visited is "\"2025-02-30 00:00:00\"", not a date`},
		"a date is a number":         {page(summary, row("date_del", "0")), `date_del is "0", not a date`},
		"a long value is shortened":  {page(summary, row("first_seen", `"`+long+`"`)), `first_seen is "\"` + long[:78] + `…", not a date`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, e := decodePage(tt.answer)
			if e == nil {
				t.Fatalf("got %+v", p)
			}
			if e.Kind != KindMalformed || !strings.Contains(e.Message, tt.message) {
				t.Errorf("got %v: %s\nwant %s", e.Kind, e.Message, tt.message)
			}
		})
	}
}

func TestBadRequestsAreNotSent(t *testing.T) {
	for name, change := range map[string]func(*OutlinksRequest){
		"query is empty":      func(r *OutlinksRequest) { r.Query = "" },
		"page is 0":           func(r *OutlinksRequest) { r.Page = 0 },
		"size is 0":           func(r *OutlinksRequest) { r.Size = 0 },
		"size is 1001":        func(r *OutlinksRequest) { r.Size = 1001 },
		"linkPerDomain is -1": func(r *OutlinksRequest) { r.LinkPerDomain = -1 },
		"cannot be encoded":   func(r *OutlinksRequest) { r.ComplexFilter = [][]Condition{{{Value: []any{func() {}}}}} },
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, ok(goodPage))
			req := request
			change(&req)
			_, err := client(t, a.URL).GetOutlinks(t.Context(), req)
			if KindOf(err) != KindBadRequest || !strings.Contains(err.Error(), name) || len(a.received()) != 0 {
				t.Errorf("got %v after %d requests", err, len(a.received()))
			}
		})
	}
}

// referencePage is the same reading by way of encoding/json, for comparison.
func referencePage(text []byte) (rows []map[string]any, ok bool) {
	var a struct {
		Result struct{ Data []map[string]any }
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if d.Decode(&a) != nil {
		return nil, false
	}
	return a.Result.Data, true
}

func FuzzDecodeAnswer(f *testing.F) {
	for _, seed := range []string{
		goodPage, page(`{"total":"2","count":2}`, row("links_ext", `"7"`), row("date_del", `"2024-01-01"`)), page(`{"total":0}`),
		page(summary, row("link_text", `"\ud83d\u0000\n"`)), `{"id":"1","error":{"code":"32017","message":null}}`, `{"id":1,"error":"x"}`,
		page(summary, row("links_ext", "-0.0")), goodPage[:80], "[[[[", page(summary, row("link_text", "\"\xff\\\\\"")), `{"id":"ID","result":{"data":[]}}`,
	} {
		f.Add([]byte(strings.ReplaceAll(seed, "ID", "1")))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if (&scan{data: text}).valid() && !json.Valid(text) {
			t.Fatalf("taken for JSON: %q", text)
		}
		p, e := decodePage(string(text))
		if e != nil || p.Count == 0 {
			return
		}
		want, ok := referencePage(text)
		if !ok || len(want) != p.Count {
			return // duplicate or differently spelled names, which encoding/json merges
		}
		for i, o := range p.Rows {
			for name, got := range map[string]string{"url_from": o.URLFrom, "url_to": o.URLTo, "link_text": o.LinkText, "nofollow": o.Nofollow, "link_type": o.LinkType} {
				if w, isText := want[i][name].(string); isText && strings.ReplaceAll(w, "\x00", "\uFFFD") != got {
					t.Errorf("%s is %q, encoding/json reads %q", name, got, w)
				}
			}
			if o.LinksExt < 0 {
				t.Errorf("links_ext %d", o.LinksExt)
			}
		}
	})
}

// benchmarkAnswer has a page of rows as PHP writes them, with escaped slashes and letters.
func benchmarkAnswer(rows int) []byte {
	var all []string
	for i := range rows {
		all = append(all, row("url_from", fmt.Sprintf(`"https:\/\/serpstat.com\/blog\/author\/%d-379380\/"`, i),
			"url_to", `"https:\/\/microsoftedge.microsoft.com\/addons\/detail\/serpstat-website-seo-chec\/aidfflgbhbapkopbikh?hl=en"`,
			"link_text", `"\u0423\u0441\u0442\u0430\u043d\u043e\u0432\u0438\u0442\u044c for Microsoft Edge"`, "links_ext", fmt.Sprint(i)))
	}
	return []byte(strings.ReplaceAll(page(fmt.Sprintf(`{"left_lines":971509,"page":1,"count":%d,"total":99241}`, rows), all...), "ID", "1"))
}

func BenchmarkDecodePage(b *testing.B) {
	text := benchmarkAnswer(1000)
	c := &Client{}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		result, e := c.readEnvelope(response(200), text, "1")
		if e != nil {
			b.Fatal(e)
		}
		if _, e := readList(&scan{data: result}, 1, 1000, readOutlink); e != nil {
			b.Fatal(e)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "rows/s")
}
