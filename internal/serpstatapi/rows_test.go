package serpstatapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// outlink is the table whose answers the tests read.
var outlink = catalog.Of("serpstat_outlink")

// cell is a value of an answer's first row.
func cell(a *table.Answer, column string) any {
	return a.Rows.All()[0].Cell(outlink.FieldOf(column)).Value()
}

func of(site, searchType string) table.Request {
	return table.Request{Args: []table.Arg{{Name: "query", Value: site}, {Name: "searchType", Value: searchType}}}
}

func TestRequestsGoOutByteForByte(t *testing.T) {
	rows := func(req table.Request) func(*Client) error {
		return func(c *Client) error { _, err := c.Rows(t.Context(), outlink, req); return err }
	}
	spec := of("serpstat.com", "domain")
	spec.Args = append(spec.Args, table.Arg{Name: "linkPerDomain", Value: int64(1)})
	spec.Sort, spec.Order, spec.Page, spec.Size = "url_from", "desc", 1, 2
	is := func(field, compareType string, values ...any) table.Condition {
		return table.Condition{Field: field, CompareType: compareType, Value: values}
	}
	spec.Filter = table.Filter{
		{
			is("url_from", "notContains", "7654765"),
			is("link_nofollow", "contains", "follow", "nofollow", "ugc", "sponsored"),
			is("anchor", "notContains", "лопспрол"),
			is("check", "lte", "1.1.2030"),
			is("links_external", "between", 1, 500),
		},
		{is("links_external", "lte", int64(800))},
	}
	least := of("serpstat.com", "domain_with_subdomains")
	least.Page, least.Size = 3, 1000
	special := of("xn--e1afmkfd.xn--p1ai", "domain")
	special.Page, special.Size = 1, 10
	special.Filter = table.Filter{{is("url_to", "contains", "?a=1&b=<2>"), is("anchor", "contains", `"quoted" \ 👍 'x'`), {Additional: "last_week"}}}
	tests := map[string]func(*Client) error{
		"spec_example": rows(spec), "least": rows(least), "special_characters": rows(special),
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
	got, err := client(t, a.URL).Rows(t.Context(), outlink, req)
	if err != nil {
		t.Fatal(err)
	}
	visited := time.Date(2025, 2, 4, 21, 37, 16, 0, time.UTC)
	want := []map[string]any{
		{
			"url_from": "https://serpstat.com/blog/author/379380-379380/",
			"url_to":   "https://microsoftedge.microsoft.com/addons/detail/serpstat-website-seo-chec/aidfflgbhbapkopbikhgapbcimkpipbf?hl=en",
			"nofollow": "follow", "link_type": "href", "links_ext": int64(13), "link_text": "Install for Microsoft Edge",
			"first_seen": time.Date(2022, 9, 16, 0, 0, 0, 0, time.UTC), "last_visited": visited, "date_del": nil,
		},
		{
			"url_from": "https://serpstat.com/blog/author/379380-379380/", "url_to": "https://x.com/serpstat",
			"nofollow": "follow", "link_type": "href", "links_ext": int64(13), "link_text": "",
			"first_seen": time.Date(2025, 2, 4, 0, 0, 0, 0, time.UTC), "last_visited": visited, "date_del": nil,
		},
	}
	for i, row := range got.Rows.All() {
		for j, f := range outlink.Fields {
			if v := row.Cell(j).Value(); v != want[i][f.Column] {
				t.Errorf("row %d: %s is %v, want %v", i, f.Column, v, want[i][f.Column])
			}
		}
		if !json.Valid([]byte(row.Raw())) || !strings.Contains(row.Raw(), want[i]["url_to"].(string)) {
			t.Errorf("row %d as it came: %s", i, row.Raw())
		}
	}
	if got.Rows.Len() != 2 || got.Total != 99241 || got.LeftLines != 971509 || got.Credits != 2 || got.Took <= 0 {
		t.Errorf("%d rows, %+v", got.Rows.Len(), got)
	}
}

// decodePage reads an answer as it would come to a request for 2 rows on page 1.
func decodePage(text string) (*table.Answer, *Error) {
	c := &Client{redact: newRedactor(testToken)}
	c.cfg = c.cfg.withDefaults()
	result, e := c.readEnvelope(response(200), []byte(strings.ReplaceAll(text, "ID", "1")), "1")
	if e != nil {
		return nil, e
	}
	a, e := readAnswerRows(outlink, &jsonReader{data: result, redact: c.redact}, 1, 2)
	if e != nil {
		return nil, e
	}
	cost(outlink, a, &Exchange{})
	return a, nil
}

const summary = `{"left_lines":7,"page":1,"count":1,"total":1}`

func TestAnswersOfOtherFormsAreRead(t *testing.T) {
	million := strings.Repeat("я", 1e6)
	tests := map[string]struct {
		answer string
		want   func(*table.Answer) any
		is     any
	}{
		"numbers as texts": {page(`{"left_lines":"8","page":"1","count":"1","total":"1"}`, row("links_ext", `"13"`)),
			func(p *table.Answer) any { return [3]any{cell(p, "links_ext"), p.Total, p.LeftLines} }, [3]any{int64(13), int64(1), int64(8)}},
		"whole number with a point": {page(summary, row("links_ext", "13.0")), func(p *table.Answer) any { return cell(p, "links_ext") }, int64(13)},
		"id as a number":            {strings.Replace(goodPage, `"ID"`, "ID", 1), func(p *table.Answer) any { return p.Rows.Len() }, 1},
		"no left_lines":             {page(`{"page":1,"count":1,"total":1}`, row()), func(p *table.Answer) any { return p.LeftLines }, int64(-1)},
		"left_lines null":           {page(`{"left_lines":null,"total":1}`, row()), func(p *table.Answer) any { return p.LeftLines }, int64(-1)},
		"left_lines below zero":     {page(`{"left_lines":-3,"total":1}`, row()), func(p *table.Answer) any { return p.LeftLines }, int64(0)},
		"no count, no page":         {page(`{"total":1}`, row()), func(p *table.Answer) any { return p.Rows.Len() }, 1},
		"summary before data": {`{"result":{"summary_info":{"total":1},"data":[` + row() + `]},"id":"ID","error":null}`,
			func(p *table.Answer) any { return p.Rows.Len() }, 1},
		"no rows cost a credit": {page(`{"total":0,"count":0,"page":1}`), func(p *table.Answer) any { return [2]int64{int64(p.Rows.Len()), p.Credits} }, [2]int64{0, 1}},
		"fields that are new": {page(`{"total":1,"x":[{}]}`, strings.Replace(row(), "{", `{"new":{"a":[1,"]}"]},`, 1)),
			func(p *table.Answer) any { return cell(p, "url_from") }, "https://a.com/"},
		"null texts": {page(summary, row("link_text", "null", "nofollow", "null", "link_type", "null")),
			func(p *table.Answer) any {
				return [3]any{cell(p, "link_text"), cell(p, "nofollow"), cell(p, "link_type")}
			}, [3]any{}},
		"one value in two spellings": {page(summary, row("links_ext", `5,"links_external":5`)), func(p *table.Answer) any { return cell(p, "links_ext") }, int64(5)},
		"null in another spelling":   {page(summary, row("nofollow", `"ugc","link_nofollow":null`)), func(p *table.Answer) any { return cell(p, "nofollow") }, "ugc"},
		"null in one spelling":       {page(summary, row("nofollow", `null,"link_nofollow":"ugc"`)), func(p *table.Answer) any { return cell(p, "nofollow") }, "ugc"},
		"an empty text is not null":  {page(summary, row("link_text", `""`)), func(p *table.Answer) any { return cell(p, "link_text") }, ""},
		"dates that are null": {page(summary, row("first_seen", `""`, "last_visited", `"0000-00-00 00:00:00"`, "date_del", `"0000-00-00"`)),
			func(p *table.Answer) any {
				return [3]bool{cell(p, "first_seen") == nil, cell(p, "last_visited") == nil, cell(p, "date_del") == nil}
			}, [3]bool{true, true, true}},
		"no date_del":              {page(summary, row("date_del", "")), func(p *table.Answer) any { return cell(p, "date_del") == nil }, true},
		"escapes":                  {page(summary, row("link_text", `"\"\\\/\b\f\n\r\t\u0416\uD83D\uDC4D"`)), func(p *table.Answer) any { return cell(p, "link_text") }, "\"\\/\b\f\n\r\tЖ👍"},
		"half of a surrogate pair": {page(summary, row("link_text", `"a\ud83dz\udc4d\ud83d\u0041"`)), func(p *table.Answer) any { return cell(p, "link_text") }, "a\uFFFDz\uFFFD\uFFFDA"},
		"NUL characters":           {page(summary, row("link_text", `"a\u0000b\u0000"`)), func(p *table.Answer) any { return cell(p, "link_text") }, "a\uFFFDb\uFFFD"},
		"bytes that are not UTF-8": {page(summary, row("link_text", "\"a\xff\xc3z\"")), func(p *table.Answer) any { return cell(p, "link_text") }, "a\uFFFD\uFFFDz"},
		"bytes that are not UTF-8, with an escape": {page(summary, row("link_text", "\"\\n\xff\"")), func(p *table.Answer) any { return cell(p, "link_text") }, "\n\uFFFD"},
		"a million characters":                     {page(summary, row("link_text", `"`+million+`"`)), func(p *table.Answer) any { return cell(p, "link_text") }, million},
		"capitals in nofollow":                     {page(summary, row("nofollow", `"UGC,nofollow"`)), func(p *table.Answer) any { return cell(p, "nofollow") }, "UGC,nofollow"},
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
		"total below the rows":       {page(`{"total":1}`, row(), row()), `total is 1, but result.data has 2 rows`},
		"more rows than asked":       {page(`{"total":9}`, row(), row(), row()), `more rows than the 2`},
		"left_lines is a text":       {page(`{"total":1,"left_lines":"many"}`, row()), `left_lines is "\"many\"", not a number of credits`},
		"a row is null":              {page(`{"total":1}`, "null"), `result.data[0] is "null", not an object`},
		"a row is a list":            {page(`{"total":2}`, row(), "[1]"), `result.data[1] is "[1]", not an object`},
		"a field is missing":         {page(summary, row("last_visited", "")), `result.data[0].last_visited is missing`},
		"… of a later row":           {page(`{"total":2}`, row(), row("links_ext", "")), `result.data[1].links_ext is missing`},
		"two values of a field":      {page(summary, row("links_ext", `5,"links_external":7`)), `result.data[0].links_external is "7", and "5" under another of its names`},
		"a text and another":         {page(summary, row("nofollow", `"follow","link_nofollow":"ugc"`)), `link_nofollow is "\"ugc\"", and "\"follow\"" under`},
		"url_to is null":             {page(`{"total":1}`, row("url_to", "null")), `result.data[0].url_to is "null", not a text`},
		"links_ext is null":          {page(summary, row("links_ext", "null")), `result.data[0].links_ext is "null", not a whole number from 0`},
		"links_ext is below zero":    {page(summary, row("links_ext", "-1")), `links_ext is "-1"`},
		"a number with a blank":      {page(summary, row("links_ext", `"1 234"`)), `links_ext is "\"1 234\"", not a whole number from 0`},
		"a number beyond 64 bits":    {page(summary, row("links_ext", "9223372036854775808")), `links_ext is "9223372036854775808", not a whole number from 0`},
		"a date with a zone":         {page(summary, row("last_visited", `"2025-02-04T21:37:16Z"`)), `last_visited is "\"2025-02-04T21:37:16Z\"", not a date`},
		"data is an object":          {`{"id":"ID","result":{"data":{},"summary_info":{"total":0}}}`, `result.data is "{}", not a list`},
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
	for name, change := range map[string]func(*table.Request){
		"query is empty":    func(r *table.Request) { r.Args = []table.Arg{{Name: "query", Value: ""}} },
		"page is 0":         func(r *table.Request) { r.Page = 0 },
		"size is 0":         func(r *table.Request) { r.Size = 0 },
		"size is 1001":      func(r *table.Request) { r.Size = 1001 },
		"cannot be encoded": func(r *table.Request) { r.Filter = table.Filter{{{Value: []any{func() {}}}}} },
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, ok(goodPage))
			req := request
			change(&req)
			_, err := client(t, a.URL).Rows(t.Context(), outlink, req)
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
		if (&jsonReader{data: text}).valid() && !json.Valid(text) {
			t.Fatalf("taken for JSON: %q", text)
		}
		p, e := decodePage(string(text))
		if e != nil || p.Rows.Len() == 0 {
			return
		}
		want, ok := referencePage(text)
		if !ok || len(want) != p.Rows.Len() {
			return // duplicate or differently spelled names, which encoding/json merges
		}
		for i, row := range p.Rows.All() {
			for j, f := range outlink.Fields {
				got, ok := row.Cell(j).Text()
				if w, isText := want[i][f.Column].(string); ok && isText && strings.ReplaceAll(w, "\x00", "\uFFFD") != got {
					t.Errorf("%s is %q, encoding/json reads %q", f.Column, got, w)
				}
				if n, ok := row.Cell(j).Count(); ok && n < 0 {
					t.Errorf("%s %d", f.Column, n)
				}
			}
			if raw := row.Raw(); !json.Valid([]byte(raw)) || !utf8.ValidString(raw) {
				t.Errorf("a row as it came is %q", raw)
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
		if _, e := readAnswerRows(outlink, &jsonReader{data: result}, 1, 1000); e != nil {
			b.Fatal(e)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "rows/s")
}

// recording is a request and its answer, as a method's documentation shows them.
type recording struct {
	Params struct{ Page, Size int }
	Result json.RawMessage
}

// recordingOf reads what was recorded of a method, or in the folder by_hand what was written where that shows no rows.
// The count of an answer of which the first three rows were kept is theirs.
func recordingOf(t *testing.T, folder string, declared *table.Table) (r recording, known bool) {
	t.Helper()
	text, err := os.ReadFile("../catalog/testdata/" + folder + "/" + shortMethod(declared.Method) + ".json")
	if err != nil {
		return r, false
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	rows, info := rowsOf(t, r.Result)
	if count, ok := info["count"].(float64); ok && len(rows) == 3 && count > 3 {
		r.Result = bytes.Replace(r.Result, fmt.Appendf(nil, `"count": %v`, count), []byte(`"count": 3`), 1)
	}
	return r, string(r.Result) != "null"
}

// rowsOf are the rows of a result, or its one object.
func rowsOf(t *testing.T, raw json.RawMessage) (rows []map[string]any, info map[string]any) {
	t.Helper()
	var result struct {
		Data    json.RawMessage
		Summary map[string]any `json:"summary_info"`
	}
	if err := json.Unmarshal(raw, &result); err != nil {
		t.Fatal(err)
	}
	if len(result.Data) > 0 && result.Data[0] == '{' {
		result.Data = fmt.Appendf(nil, "[%s]", result.Data)
	}
	if len(result.Data) > 0 {
		if err := json.Unmarshal(result.Data, &rows); err != nil {
			t.Fatal(err)
		}
	}
	return rows, result.Summary
}

func (r recording) read(declared *table.Table) (*table.Answer, *Error) {
	s := &jsonReader{data: r.Result}
	if !s.valid() {
		return nil, malformed("it is no JSON")
	}
	if !declared.CountsRows {
		r.Params.Page, r.Params.Size = 1, declared.Page.MaxSize
	}
	return readAnswerRows(declared, s, r.Params.Page, r.Params.Size)
}

// Every recorded answer of a declared method is read, each of its keys into a column or into the row as it came.
func TestTheRecordedAnswerOfEveryMethodIsRead(t *testing.T) {
	for _, declared := range catalog.Tables() {
		t.Run(shortMethod(declared.Method), func(t *testing.T) {
			r, ok := recordingOf(t, "by_hand", declared)
			if !ok {
				if r, ok = recordingOf(t, "recorded", declared); !ok {
					t.Fatal("nothing is recorded")
				}
			}
			answer, e := r.read(declared)
			if e != nil {
				t.Fatal(e)
			}
			rows, info := rowsOf(t, r.Result)
			left, total := int64(-1), int64(len(rows))
			if n, ok := info["left_lines"].(float64); ok {
				left = int64(n)
			}
			if declared.CountsRows {
				total = int64(info["total"].(float64))
			}
			if answer.Total != total || answer.LeftLines != left || answer.Rows.Len() != len(rows) || len(rows) == 0 {
				t.Errorf("%+v of %+v", answer, info)
			}
			for i, row := range answer.Rows.All() {
				checkRecorded(t, declared, row, rows[i])
			}
		})
	}
}

// What is a placeholder in the documentation is no row.
func TestAPlaceholderIsNoRow(t *testing.T) {
	history := catalog.Of("serpstat_backlink_history")
	r, _ := recordingOf(t, "recorded", history)
	if _, e := r.read(history); e == nil || !strings.Contains(e.Error(), `result.data[0].date is "\"string\"", not a date`) {
		t.Error(e)
	}
}

func checkRecorded(t *testing.T, declared *table.Table, row table.Row, recorded map[string]any) {
	t.Helper()
	var raw map[string]any
	if err := json.Unmarshal([]byte(row.Raw()), &raw); err != nil || !reflect.DeepEqual(raw, recorded) {
		t.Errorf("as it came it is %v, recorded as %v", raw, recorded)
	}
	shown := map[string]bool{}
	for i, f := range declared.Fields {
		for key, want := range recorded {
			if !f.Has(key) {
				continue
			}
			shown[key] = true
			if got := written(row.Cell(i), want); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, recorded as %v", f.Column, got, want)
			}
		}
	}
	for key := range recorded {
		if !shown[key] {
			t.Errorf("no column shows %s", key)
		}
	}
}

// written is a value in the form in which it was recorded.
func written(c table.Cell, recorded any) any {
	if n, ok := c.Count(); ok {
		return float64(n)
	}
	if at, ok := c.Time(); ok {
		layout := time.DateTime
		if len(recorded.(string)) == len(time.DateOnly) {
			layout = time.DateOnly
		}
		return at.Format(layout)
	}
	if _, isList := recorded.([]any); isList {
		list, _ := c.Text()
		var words []any
		if json.Unmarshal([]byte(list), &words) == nil {
			return words
		}
	}
	return c.Value()
}

// A method that does not count its rows has no pages: its request says none, and its answer is all there is, whatever
// its total says.
func TestAnswersWithoutPagesAreWhole(t *testing.T) {
	whole := *catalog.Of("serpstat_ref_domain")
	whole.CountsRows, whole.Page = false, table.Page{MaxSize: 3}
	row := `{"domain_from":"a.com","ref_pages":1,"domainRank":2}`
	for summary, message := range map[string]string{
		``: "", `,"summary_info":null`: "", `,"summary_info":{"total":0,"left_lines":7}`: "", `,"summary_info":{"total":"many"}`: "",
		`,"summary_info":[]`: "", `,"summary_info":{"page":0,"count":0,"total":null}`: "",
		`,"summary_info":{"count":3}`: `count is "3"`, `,"summary_info":7`: "not an object",
	} {
		a := serve(t, ok(`{"id":"ID","result":{"data":[`+row+`,`+row+`]`+summary+`}}`))
		got, err := client(t, a.URL).Rows(t.Context(), &whole, of("a.com", "domain"))
		switch {
		case message != "":
			if err == nil || !strings.Contains(err.Error(), message) {
				t.Errorf("%s: %v", summary, err)
			}
		case err != nil || got.Total != 2 || got.Rows.Len() != 2:
			t.Errorf("%s: %+v, %v", summary, got, err)
		}
		if body := a.received()[0].body; strings.Contains(body, "page") || strings.Contains(body, "size") {
			t.Errorf("sent %s", body)
		}
	}
	a := serve(t, ok(`{"id":"ID","result":{"data":[`+strings.Repeat(row+",", 3)+row+`]}}`))
	if got, err := client(t, a.URL).Rows(t.Context(), &whole, of("a.com", "domain")); KindOf(err) != KindMalformed {
		t.Errorf("more rows than there can be: %+v, %v", got, err)
	}
}

// answering is a client of an API whose result this is.
func answering(t *testing.T, declared *table.Table, result []byte) (*table.Answer, error) {
	t.Helper()
	a := serve(t, ok(fmt.Sprintf(`{"id":"ID","result":%s}`, result)))
	req := table.Request{Args: []table.Arg{{Name: "query", Value: "a.com"}}}
	if declared.CountsRows {
		req.Page, req.Size = 1, declared.Page.MaxSize
	}
	return client(t, a.URL).Rows(t.Context(), declared, req)
}

// resultOf writes a result whose only row has members.
func resultOf(t *testing.T, declared *table.Table, members map[string]any) []byte {
	t.Helper()
	row, err := table.Encode(members)
	if err != nil {
		t.Fatal(err)
	}
	if declared.One {
		return fmt.Appendf(nil, `{"data":%s,"summary_info":{"left_lines":7}}`, row)
	}
	return fmt.Appendf(nil, `{"data":[%s],"summary_info":{"left_lines":7,"page":1,"count":1,"total":1}}`, row)
}

// For every table: a member that is missing, or is something else than it must be, is an error that names the method,
// the member and what it is; one that may be missing is NULL, and what is not declared is in the row as it came.
func TestEveryMemberOfEveryTableIsReadStrictly(t *testing.T) {
	for _, declared := range catalog.Tables() {
		t.Run(declared.Name, func(t *testing.T) {
			r, known := recordingOf(t, "by_hand", declared)
			if !known {
				r, _ = recordingOf(t, "recorded", declared)
			}
			rows, _ := rowsOf(t, r.Result)
			read := func(change func(map[string]any)) (*table.Answer, error) {
				members := maps.Clone(rows[0])
				change(members)
				return answering(t, declared, resultOf(t, declared, members))
			}
			if a, err := read(func(m map[string]any) { m["something new"] = []any{1, "x"} }); err != nil || !strings.Contains(a.Rows.All()[0].Raw(), `"something new":[1,"x"]`) {
				t.Errorf("a member more: %v", err)
			}
			for i, f := range declared.Fields {
				key := ""
				for k := range rows[0] {
					if f.Has(k) {
						key = k
					}
				}
				fails := func(value any, change func(map[string]any)) {
					t.Helper()
					a, err := read(change)
					if err == nil {
						t.Errorf("%s = %v is read as %v", f.Column, value, a.Rows.All()[0].Cell(i).Value())
						return
					}
					shown, _ := table.Encode(value)
					for _, part := range []string{shortMethod(declared.Method), "result.data[0]."} {
						if !strings.Contains(err.Error(), part) {
							t.Errorf("%s = %v: %v lacks %s", f.Column, value, err, part)
						}
					}
					if value != nil && !strings.Contains(err.Error(), fmt.Sprintf("%q", shown)) {
						t.Errorf("%s = %v: %v does not show it", f.Column, value, err)
					}
					if KindOf(err) != KindMalformed || strings.Contains(err.Error(), testToken) {
						t.Errorf("%s = %v: %v", f.Column, value, err)
					}
				}
				if missing := func(m map[string]any) { delete(m, key) }; !f.Optional {
					fails(nil, missing)
				} else if a, err := read(missing); err != nil || !a.Rows.All()[0].Cell(i).Null() {
					t.Errorf("%s is missing: %v", f.Column, err)
				}
				if key == "" {
					continue
				}
				wrong := []any{true, map[string]any{"x": 1}, []any{[]any{}}}
				switch f.Kind {
				case table.Count:
					wrong = append(wrong, -1, 1.5, "1 234", "1,234", "x", "", 1e30, json.Number("9223372036854775808"), []any{1})
				case table.Change:
					wrong = append(wrong, 1.5, "1 234", "x", json.Number("-9223372036854775809"))
				case table.Decimal:
					wrong = append(wrong, "1,5", "x", "", "1.2.3", json.Number("1e3"), json.Number("0.12345678901234567"))
				case table.Time:
					wrong = append(wrong, 20240101, "2024-13-01", "2024-02-30", "01.02.2024", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00+02:00", "string")
				case table.Words:
					wrong = append(wrong, "windows", []any{1}, []any{"windows", nil})
				case table.Text:
					wrong = append(wrong, 1)
				}
				for _, value := range wrong {
					fails(value, func(m map[string]any) { m[key] = value })
				}
				if f.Kind == table.Time {
					for _, none := range []any{"", "0000-00-00", "0000-00-00 00:00:00", nil} {
						if a, err := read(func(m map[string]any) { m[key] = none }); err != nil || !a.Rows.All()[0].Cell(i).Null() {
							t.Errorf("%s = %v: %v", f.Column, none, err)
						}
					}
				}
				if f.Kind == table.Words { // as jsonb can hold it
					for list, want := range map[string]string{`["windows" , "osx"]`: `["windows" , "osx"]`, `[]`: `[]`, `["a\u0000b","\u0416"]`: `["a\uFFFDb","\u0416"]`, "[\"a\xffb\"]": "[\"a\uFFFDb\"]"} {
						result := bytes.Replace(resultOf(t, declared, withMember(rows[0], key, "LIST")), []byte(`"LIST"`), []byte(list), 1)
						a, err := answering(t, declared, result)
						if err != nil {
							t.Fatalf("%s = %s: %v", f.Column, list, err)
						}
						if got, _ := a.Rows.All()[0].Cell(i).Text(); got != want {
							t.Errorf("%s = %s is read as %s", f.Column, list, got)
						}
					}
				}
				if f.Kind == table.Text { // as it came, but for what is no character
					for text, want := range map[string]string{`&lt;b&gt; &amp; &#39;`: `&lt;b&gt; &amp; &#39;`, `a"b\c`: `a"b\c`, "a\xffb": "a\uFFFDb"} {
						a, err := read(func(m map[string]any) { m[key] = text })
						if err != nil {
							t.Fatalf("%s = %q: %v", f.Column, text, err)
						}
						if got, _ := a.Rows.All()[0].Cell(i).Text(); got != want {
							t.Errorf("%s = %q is read as %q", f.Column, text, got)
						}
					}
				}
			}
		})
	}
}

func withMember(members map[string]any, key string, value any) map[string]any {
	changed := maps.Clone(members)
	changed[key] = value
	return changed
}

// For every table: a result whose rows are no list, or no object where there is one, is an error.
func TestRowsOfAnotherFormAreAnError(t *testing.T) {
	for _, declared := range catalog.Tables() {
		for _, data := range []string{`{"0":{}}`, `"x"`, `5`, `null`, `[null]`, `["x"]`, `[[]]`} {
			if declared.One && data == `null` {
				continue // there is none
			}
			a, err := answering(t, declared, fmt.Appendf(nil, `{"data":%s,"summary_info":{"left_lines":7,"page":1,"count":1,"total":1}}`, data))
			if err == nil || !strings.Contains(err.Error(), "result.data") || !strings.Contains(err.Error(), shortMethod(declared.Method)) {
				t.Errorf("%s of %s: %+v, %v", declared.Name, data, a, err)
			}
		}
		if a, err := answering(t, declared, []byte(`{"summary_info":{"left_lines":7,"page":1,"count":0,"total":0}}`)); !declared.One && err == nil || declared.One && (err != nil || a.Rows.Len() != 0) {
			t.Errorf("%s without rows: %+v, %v", declared.Name, a, err)
		}
	}
	summary := catalog.Of("serpstat_backlink_summary")
	for _, none := range []string{`null`, `[]`} {
		if a, err := answering(t, summary, fmt.Appendf(nil, `{"data":%s,"summary_info":{"left_lines":7}}`, none)); err != nil || a.Rows.Len() != 0 || a.Credits != 1 {
			t.Errorf("%s: %+v, %v", none, a, err)
		}
	}
}
