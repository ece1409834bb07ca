package serpstatsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

const outlinks = "SerpstatBacklinksProcedure.getOutlinks"

// answer is a getOutlinks answer as a stranger would read it.
type answer struct {
	ID     json.RawMessage
	Result *struct {
		Data        []serpstatsim.Row
		SummaryInfo struct {
			LeftLines   int64 `json:"left_lines"`
			Page        int
			Count       int
			Total       int
			Sort, Order string
		} `json:"summary_info"`
	}
	Error *struct {
		Code    int
		Message string
		Data    any
	}
}

// send posts a body to the handler without a network.
func send(h http.Handler, url, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, url, strings.NewReader(body)))
	return w
}

// ask sends a getOutlinks request with params as JSON.
func ask(t *testing.T, h http.Handler, params string) answer {
	t.Helper()
	w := send(h, "/v4/?token=any", fmt.Sprintf(`{"id":"1","method":%q,"params":%s}`, outlinks, params))
	if w.Code != http.StatusOK {
		t.Fatalf("HTTP %d: %s", w.Code, w.Body)
	}
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	if (a.Result == nil) == (a.Error == nil) {
		t.Fatalf("not one of result and error: %s", w.Body)
	}
	return a
}

// rowsOf asks for one page of a.com and fails on an error.
func rowsOf(t *testing.T, h http.Handler, params string) []serpstatsim.Row {
	t.Helper()
	a := ask(t, h, `{"query":"a.com",`+params+`}`)
	if a.Error != nil {
		t.Fatalf("%s: error %d %s", params, a.Error.Code, a.Error.Message)
	}
	return a.Result.Data
}

func texts(rows []serpstatsim.Row) []string {
	out := []string{}
	for _, r := range rows {
		out = append(out, r.LinkText)
	}
	return out
}

// links makes rows of a.com; each function changes the row of its place. The anchors are 0, 1, 2 …
func links(changes ...func(*serpstatsim.Row)) serpstatsim.Options {
	var rows []serpstatsim.Row
	for i, change := range changes {
		r := serpstatsim.Row{
			URLFrom: "https://a.com/", URLTo: fmt.Sprintf("https://t%d.com/", i), Nofollow: "follow", LinkType: "href",
			LinksExt: int64(i + 1), LinkText: fmt.Sprint(i), FirstSeen: "2020-01-01", LastVisited: "2020-01-02 03:04:05",
		}
		if change != nil {
			change(&r)
		}
		rows = append(rows, r)
	}
	return serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}
}

func anchors(values ...string) serpstatsim.Options {
	var changes []func(*serpstatsim.Row)
	for _, v := range values {
		changes = append(changes, func(r *serpstatsim.Row) { r.LinkText = v })
	}
	return links(changes...)
}

// The request of the specification, cut only where its answer depends on data that nobody has: here the
// domain has its two rows, and the credits are those that were left.
func TestSpecificationExampleIsAnsweredByteForByte(t *testing.T) {
	rows := serpstatsim.Bundled()["serpstat.com"][:2]
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"serpstat.com": rows}, MaxLines: 971511})
	w := send(s, "/v4/?token=123", `{
  "id": "123", "method": "SerpstatBacklinksProcedure.getOutlinks",
  "params": {
    "query": "serpstat.com", "searchType": "domain", "sort": "url_from", "order": "desc", "page": 1, "size": 2, "linkPerDomain": 1,
    "complexFilter": [
      [
        {"field": "url_from", "compareType": "notContains", "value": ["7654765"]},
        {"field": "link_nofollow", "compareType": "contains", "value": ["follow", "nofollow", "ugc", "sponsored"]},
        {"field": "anchor", "compareType": "notContains", "value": ["лопспрол"]},
        {"field": "check", "compareType": "lte", "value": ["1.1.2030"]},
        {"field": "links_external", "compareType": "between", "value": [1, 500]}
      ],
      [{"field": "links_external", "compareType": "lte", "value": [800]}]
    ]
  }
}`)
	want := `{"id":"123","result":{"data":[` +
		`{"url_from":"https://serpstat.com/blog/author/379380-379380/","url_to":"https://microsoftedge.microsoft.com/addons/detail/serpstat-website-seo-chec/aidfflgbhbapkopbikhgapbcimkpipbf?hl=en","nofollow":"follow","link_type":"href","links_ext":13,"link_text":"Install for Microsoft Edge","first_seen":"2022-09-16","last_visited":"2025-02-04 21:37:16","date_del":null},` +
		`{"url_from":"https://serpstat.com/blog/author/379380-379380/","url_to":"https://x.com/serpstat","nofollow":"follow","link_type":"href","links_ext":13,"link_text":"","first_seen":"2025-02-04","last_visited":"2025-02-04 21:37:16","date_del":null}` +
		`],"summary_info":{"left_lines":971509,"page":1,"count":2,"total":2,"sort":"url_from","order":"DESC"}}}`
	if got := w.Body.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestStatsAreFreeAndInTheFormOfTheNotes(t *testing.T) {
	o := links(nil, nil, nil, nil, nil)
	o.MaxLines = 100000
	s := serpstatsim.New(o)
	ask(t, s, `{"query":"a.com"}`)
	w := send(s, "/v4/?token=x", `{"id":"123","method":"SerpstatLimitsProcedure.getStats"}`)
	want := `{"id":"123","result":{"data":{"max_lines":100000,"used_lines":5,"left_lines":99995,"user_info":{"user_id":"555","ga_client_Id":"1.2","plan_id":"2028"},"plugin_limits":{"hasApiPlugin":true,"delayBetweenRequests":1,"total":10000,"used":10,"left":9990}},"summary_info":{"left_lines":99995}}}`
	if w.Body.String() != want {
		t.Errorf("got  %s\nwant %s", w.Body, want)
	}
	if s.Credits() != 5 {
		t.Errorf("%d credits spent, want 5", s.Credits())
	}
}

func TestBadParamsAreRefusedWith400FreeOfCharge(t *testing.T) {
	s := serpstatsim.New(links(nil))
	for _, params := range []string{
		`{}`, `{"query":""}`, `{"query":7}`, `[]`, `"a.com"`,
		`{"query":"a.com","searchType":"url"}`, `{"query":"a.com","sort":"links_ext"}`, `{"query":"a.com","sort":"first_seen"}`,
		`{"query":"a.com","order":"DESC"}`, `{"query":"a.com","order":"down"}`,
		`{"query":"a.com","page":0}`, `{"query":"a.com","page":-1}`, `{"query":"a.com","page":"1"}`, `{"query":"a.com","page":1.5}`,
		`{"query":"a.com","size":0}`, `{"query":"a.com","size":1001}`, `{"query":"a.com","size":"10"}`,
		`{"query":"a.com","linkPerDomain":0}`, `{"query":"a.com","linkPerDomain":-1}`, `{"query":"a.com","linkPerDomain":"1"}`,
		`{"query":"a.com","limit":5}`,
	} {
		if a := ask(t, s, params); a.Error == nil || a.Error.Code != 400 || a.Error.Message == "" {
			t.Errorf("%s: %+v, want error 400", params, a.Error)
		}
	}
	if s.Credits() != 0 {
		t.Errorf("%d credits spent on refusals", s.Credits())
	}
}

func TestDefaultsAreThoseOfTheSpecification(t *testing.T) {
	var rows []func(*serpstatsim.Row)
	for i := range 150 {
		rows = append(rows, func(r *serpstatsim.Row) {
			r.URLFrom = "https://sub.a.com/" // kept by domain_with_subdomains alone
			r.FirstSeen = fmt.Sprintf("%d-01-01", 1900+i)
		})
	}
	a := ask(t, serpstatsim.New(links(rows...)), `{"query":"a.com"}`)
	info := a.Result.SummaryInfo
	if info.Page != 1 || info.Count != 100 || info.Total != 150 || info.Sort != "check" || info.Order != "DESC" {
		t.Errorf("summary_info %+v", info)
	}
	if got := a.Result.Data[0].FirstSeen; got != "2049-01-01" {
		t.Errorf("first row of %s, want the latest", got)
	}
}

func TestSearchTypeDomainKeepsTheDomainAndWww(t *testing.T) {
	pages := []string{
		"https://a.com/", "http://www.a.com/x", "https://A.COM:8443/", "https://u:p@a.com/", "https://a.com/100%", "https://a.com?q=1",
		"https://blog.a.com/", "https://a.com.evil.org/", "https://nota.com/", "https://www.blog.a.com/",
	}
	var rows []func(*serpstatsim.Row)
	for _, p := range pages {
		rows = append(rows, func(r *serpstatsim.Row) { r.URLFrom = p })
	}
	s := serpstatsim.New(links(rows...))
	if got := rowsOf(t, s, `"searchType":"domain_with_subdomains"`); len(got) != len(pages) {
		t.Errorf("with subdomains: %d rows, want all %d", len(got), len(pages))
	}
	got := texts(rowsOf(t, s, `"searchType":"domain"`))
	slices.Sort(got)
	if want := []string{"0", "1", "2", "3", "4", "5"}; !slices.Equal(got, want) {
		t.Errorf("domain: rows %v, want %v", got, want)
	}
}

func TestEverySortHasItsOrder(t *testing.T) {
	o := links(
		func(r *serpstatsim.Row) {
			r.URLFrom, r.URLTo, r.Nofollow, r.LinkType = "https://a.com/b", "https://t.com/a", "ugc", "img"
			r.LinksExt, r.FirstSeen, r.LastVisited = 9, "2020-03-01", "2024-01-01 00:00:00"
		},
		func(r *serpstatsim.Row) {
			r.URLFrom, r.URLTo, r.Nofollow, r.LinkType = "https://a.com/a", "https://t.com/c", "follow", "href"
			r.LinksExt, r.FirstSeen, r.LastVisited = 100, "2020-01-01", "2024-01-01 10:00:00"
		},
		func(r *serpstatsim.Row) {
			r.URLFrom, r.URLTo, r.Nofollow, r.LinkType = "https://a.com/a", "https://t.com/b", "follow", "href"
			r.LinksExt, r.FirstSeen, r.LastVisited = 20, "2020-02-01", "2024-01-01 09:00:00"
		},
	)
	for _, test := range []struct{ sort, asc, desc string }{
		{"url_from", "120", "012"},
		{"url_to", "021", "120"},
		{"anchor", "012", "210"},
		{"link_nofollow", "120", "012"},
		{"link_type", "120", "012"},
		{"links_external", "021", "120"}, // as numbers: "9" comes before "20"
		{"check", "120", "021"},
	} {
		for order, want := range map[string]string{"asc": test.asc, "desc": test.desc} {
			got := strings.Join(texts(rowsOf(t, serpstatsim.New(o), fmt.Sprintf(`"sort":%q,"order":%q`, test.sort, order))), "")
			if got != want {
				t.Errorf("%s %s: rows %s, want %s", test.sort, order, got, want)
			}
		}
	}
	o.Interpretations.CheckIsLastVisited = true
	if got := strings.Join(texts(rowsOf(t, serpstatsim.New(o), `"order":"asc"`)), ""); got != "021" {
		t.Errorf("check as last visit: rows %s, want 021", got)
	}
}

func TestPagesTileTheRows(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 57, 3)
	s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}})
	all := rowsOf(t, s, `"size":1000,"sort":"link_nofollow"`)
	for _, size := range []int{1, 7, 56, 57, 58, 1000} {
		var got []serpstatsim.Row
		for page := 1; page <= 57/size+2; page++ {
			got = append(got, rowsOf(t, s, fmt.Sprintf(`"size":%d,"page":%d,"sort":"link_nofollow"`, size, page))...)
		}
		if !slices.EqualFunc(got, all, sameRow) {
			t.Errorf("size %d: pages do not tile the rows: %d of %d", size, len(got), len(all))
		}
	}
}

func sameRow(a, b serpstatsim.Row) bool {
	aj, _ := json.Marshal(a)
	bj, _ := json.Marshal(b)
	return string(aj) == string(bj)
}

func TestACreditARowAndOneForNothing(t *testing.T) {
	s := serpstatsim.New(links(nil, nil, nil))
	spent := int64(0)
	for _, test := range []struct {
		params string
		credit int64
	}{
		{`{"query":"a.com"}`, 3},
		{`{"query":"a.com"}`, 3}, // charged again
		{`{"query":"a.com","size":2,"page":2}`, 1},
		{`{"query":"a.com","page":9}`, 1},
		{`{"query":"nobody.com"}`, 1},
		{`{"query":"a.com","size":5000}`, 0},
	} {
		a := ask(t, s, test.params)
		spent += test.credit
		if s.Credits() != spent {
			t.Errorf("%s: %d credits spent so far, want %d", test.params, s.Credits(), spent)
		}
		if a.Result != nil && a.Result.SummaryInfo.LeftLines != 1000000-spent {
			t.Errorf("%s: left_lines %d, want %d", test.params, a.Result.SummaryInfo.LeftLines, 1000000-spent)
		}
	}
	log := s.Requests()
	if got := []int64{log[0].Credits, log[3].Credits, log[5].Credits}; !slices.Equal(got, []int64{3, 1, 0}) {
		t.Errorf("credits in the log: %v", got)
	}
}

func TestUsedUpCreditsAreError402(t *testing.T) {
	o := links(nil, nil, nil)
	o.MaxLines = 5
	s := serpstatsim.New(o)
	ask(t, s, `{"query":"a.com"}`)
	if a := ask(t, s, `{"query":"a.com"}`); a.Error == nil || a.Error.Code != 402 {
		t.Errorf("three rows for two credits: %+v, want error 402", a)
	}
	if a := ask(t, s, `{"query":"a.com","size":2}`); a.Error != nil || a.Result.SummaryInfo.LeftLines != 0 {
		t.Errorf("two rows for two credits: %+v", a)
	}
	if s.Credits() != 5 {
		t.Errorf("%d credits spent of 5", s.Credits())
	}
}

// Two requests at a time must not spend the same credit.
func TestConcurrentRequestsNeverOverspend(t *testing.T) {
	o := links(nil, nil, nil)
	o.MaxLines = 50
	s := serpstatsim.New(o)
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() { send(s, "/?token=x", `{"id":"1","method":"`+outlinks+`","params":{"query":"a.com"}}`) })
	}
	wg.Wait()
	if s.Credits() != 48 {
		t.Errorf("%d credits spent, want 48 of 50 at three each", s.Credits())
	}
}

func TestRowsPastTheCapAreOutOfReach(t *testing.T) {
	o := links(nil, nil, nil, nil, nil, nil)
	o.RowCap = 4
	s := serpstatsim.New(o)
	if got := rowsOf(t, s, `"size":3,"page":2`); len(got) != 1 {
		t.Errorf("the page across the cap has %d rows, want 1", len(got))
	}
	a := ask(t, s, `{"query":"a.com","size":2,"page":3}`)
	if a.Error == nil || a.Error.Code != 402 || a.Error.Message != "To get more than 4 use export report methods" {
		t.Errorf("past the cap: %+v", a.Error)
	}
	s.SetInterpretations(serpstatsim.Interpretations{PastCapEmpty: true})
	if a := ask(t, s, `{"query":"a.com","size":2,"page":3}`); a.Error != nil || len(a.Result.Data) != 0 || a.Result.SummaryInfo.Total != 6 {
		t.Errorf("past the cap, read as empty: %+v", a)
	}
}

func TestAbsurdPageNumbersAreEmptyPages(t *testing.T) {
	s := serpstatsim.New(links(nil, nil))
	for _, page := range []string{"1000000", "9223372036854775807"} {
		if got := rowsOf(t, s, `"size":1000,"page":`+page); len(got) != 0 {
			t.Errorf("page %s has %d rows", page, len(got))
		}
	}
}

func TestRateBeyondTheLimitIsError429(t *testing.T) {
	now := time.Unix(1000, 0)
	o := links(nil)
	o.RequestsPerSecond, o.Now = 2, func() time.Time { return now }
	s := serpstatsim.New(o)
	for i, test := range []struct {
		after time.Duration
		code  int
	}{{0, 0}, {time.Millisecond, 0}, {time.Millisecond, 429}, {900 * time.Millisecond, 429}, {60 * time.Millisecond, 0}, {0, 0}, {0, 429}} {
		now = now.Add(test.after)
		a := ask(t, s, `{"query":"a.com"}`)
		if code := s.Requests()[i].ErrorCode; code != test.code || (a.Error != nil) != (code != 0) {
			t.Errorf("request %d: error %d, want %d", i+1, code, test.code)
		}
	}
	if s.Credits() != 4 {
		t.Errorf("%d credits spent, want 4: a refusal is free", s.Credits())
	}
}

func TestTokens(t *testing.T) {
	o := links(nil)
	o.Token = "a+b/c"
	s := serpstatsim.New(o)
	body := `{"id":"1","method":"` + outlinks + `","params":{"query":"a.com"}}`
	for url, ok := range map[string]bool{"/?token=a%2Bb%2Fc": true, "/?token=a+b/c": false, "/?token=": false, "/": false, "/?token=other": false} {
		got := send(s, url, body).Body.String()
		if ok != strings.Contains(got, `"result"`) || !ok && !strings.Contains(got, `"code":403`) {
			t.Errorf("%s: %.80s", url, got)
		}
	}
	if got := send(serpstatsim.New(links(nil)), "/", body).Body.String(); !strings.Contains(got, `"code":403`) {
		t.Errorf("no token where any will do: %.80s", got)
	}
}

func TestTheEnvelopeIsJSONRPC(t *testing.T) {
	s := serpstatsim.New(links(nil))
	for _, test := range []struct{ body, want string }{
		{`{"id":"x y","method":"` + outlinks + `","params":{"query":"a.com"}}`, `{"id":"x y","result":`},
		{`{"id":7,"method":"` + outlinks + `","params":{"query":"a.com"}}`, `{"id":7,"result":`},
		{`{"id":"1","method":"Nobody.knows"}`, `{"id":"1","error":{"code":-32601,`},
		{`{"id":"1"}`, `{"id":"1","error":{"code":-32600,`},
		{`[]`, `{"id":null,"error":{"code":-32600,`},
		{`{"id":`, `{"id":null,"error":{"code":-32700,`},
		{``, `{"id":null,"error":{"code":-32700,`},
	} {
		if got := send(s, "/?token=x", test.body).Body.String(); !strings.HasPrefix(got, test.want) || !json.Valid([]byte(got)) {
			t.Errorf("%s: %.90s, want %s…", test.body, got, test.want)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?token=x", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" || !strings.Contains(w.Body.String(), "-32600") {
		t.Errorf("GET: HTTP %d %s", w.Code, w.Body)
	}
}

func TestTheLogHoldsWhatWasAskedAndAnswered(t *testing.T) {
	var told []int
	o := links(nil, nil, nil)
	o.OnRequest = func(r serpstatsim.Request) { told = append(told, r.Number) }
	s := serpstatsim.New(o)
	ask(t, s, `{"query":"a.com","searchType":"domain","sort":"url_to","order":"asc","page":2,"size":2,"linkPerDomain":4,"complexFilter":[[{"field":"anchor","compareType":"contains","value":[""]}]]}`)
	ask(t, s, `{"query":"a.com","sort":"nothing"}`)
	log := s.Requests()
	want := serpstatsim.Request{
		Number: 1, At: log[0].At, Duration: log[0].Duration, Method: outlinks, Query: "a.com", SearchType: "domain", Sort: "url_to", Order: "asc",
		Page: 2, Size: 2, LinkPerDomain: 4, ComplexFilter: `[[{"field":"anchor","compareType":"contains","value":[""]}]]`, Rows: 1, Total: 3, Credits: 1,
	}
	if !reflect.DeepEqual(log[0], want) {
		t.Errorf("got  %+v\nwant %+v", log[0], want)
	}
	if log[1].ErrorCode != 400 || log[1].Credits != 0 || !slices.Equal(told, []int{1, 2}) {
		t.Errorf("second request %+v, told %v", log[1], told)
	}
	s.Reset()
	if len(s.Requests()) != 0 || s.Credits() != 0 {
		t.Error("Reset left something behind")
	}
	ask(t, s, `{"query":"a.com"}`)
	if s.Requests()[0].Number != 1 {
		t.Error("numbers do not start anew after Reset")
	}
}

func TestDataCanChangeBetweenTwoRequests(t *testing.T) {
	var s *serpstatsim.Server
	o := links(nil, nil, nil)
	o.Before = func(number int) {
		if number == 2 {
			s.SetRows("a.com", o.Domains["a.com"][:1])
		}
	}
	s = serpstatsim.New(o)
	first, second := rowsOf(t, s, `"size":5`), rowsOf(t, s, `"size":5`)
	if len(first) != 3 || len(second) != 1 {
		t.Errorf("%d, then %d rows; want 3, then 1", len(first), len(second))
	}
}

func TestNoDataIsEmptyOrAnErrorAndACreditBothWays(t *testing.T) {
	s := serpstatsim.New(links(nil))
	if a := ask(t, s, `{"query":"b.com"}`); a.Error != nil || a.Result.Data == nil || len(a.Result.Data) != 0 || a.Result.SummaryInfo.Total != 0 {
		t.Errorf("empty data: %+v", a)
	}
	s.SetInterpretations(serpstatsim.Interpretations{NoDataAsError: true})
	if a := ask(t, s, `{"query":"b.com"}`); a.Error == nil || a.Error.Code != 32017 || a.Error.Message != "Data not found" {
		t.Errorf("as an error: %+v", a)
	}
	if s.Credits() != 2 {
		t.Errorf("%d credits, want 2", s.Credits())
	}
}

func TestNumbersCanBeStrings(t *testing.T) {
	o := links(func(r *serpstatsim.Row) { r.LinkText, r.LinksExt = `"links_ext":13`, 13 })
	o.Interpretations.NumbersAsStrings = true
	s := serpstatsim.New(o)
	got := send(s, "/?token=x", `{"id":"1","method":"`+outlinks+`","params":{"query":"a.com"}}`).Body.String()
	for _, want := range []string{`"links_ext":"13",`, `"link_text":"\"links_ext\":13"`, `"left_lines":"999999","page":"1","count":"1","total":"1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if got := send(s, "/?token=x", `{"id":"1","method":"SerpstatLimitsProcedure.getStats"}`).Body.String(); !strings.Contains(got, `"max_lines":"1000000"`) {
		t.Errorf("stats: %s", got)
	}
}

func TestLatencyEndsWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := links(nil)
		o.Latency = time.Hour
		s := serpstatsim.New(o)
		client, end := pipes(s)
		defer end()
		start := time.Now()
		if resp, err := client.Post("?token=x"); err != nil || resp.StatusCode != http.StatusOK || time.Since(start) != time.Hour {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		time.AfterFunc(time.Minute, s.Close)
		if _, err := client.Post("?token=x"); err == nil || time.Since(start) != time.Hour+time.Minute {
			t.Errorf("an answer came early, or %v after %s", err, time.Since(start))
		}
	})
}

// piped is a client of a simulator, through pipes.
type piped struct {
	*http.Client
	url string
}

func (p piped) Post(query string) (*http.Response, error) {
	resp, err := p.Client.Post(p.url+query, "", strings.NewReader("{}"))
	if err == nil {
		resp.Body.Close()
	}
	return resp, err
}

func pipes(s *serpstatsim.Server) (client piped, end func()) {
	web, transport := pipehttp.Serve(s), pipehttp.NewTransport()
	return piped{&http.Client{Transport: transport}, web.URL}, func() {
		s.Close()
		transport.CloseIdleConnections()
		web.Close()
	}
}

func TestBundledDataIsWhatItSays(t *testing.T) {
	data := serpstatsim.Bundled()
	there := func(domain string) []serpstatsim.Row {
		i := slices.IndexFunc(data[domain], func(r serpstatsim.Row) bool { return r.DateDel != nil })
		if i < 0 || slices.ContainsFunc(data[domain][i:], func(r serpstatsim.Row) bool { return r.DateDel == nil }) {
			t.Errorf("%s: what is lost is not behind what is there", domain)
		}
		return data[domain][:i]
	}
	if n := len(there("serpstat.com")); n != 3002 {
		t.Errorf("serpstat.com has %d links", n)
	}
	if n := len(there("python.org")); n != 3277 {
		t.Errorf("python.org has %d links", n)
	}
	big := there(serpstatsim.BigDomain)
	perValue := map[int64]int{}
	for _, r := range big {
		perValue[r.LinksExt]++
	}
	most := 0
	for _, n := range perValue {
		most = max(most, n)
	}
	if len(big) != 99241 || most > 60000 || len(perValue) < 100 {
		t.Errorf("big.example: %d rows, %d values of links_ext, %d rows of one", len(big), len(perValue), most)
	}
	for domain, rows := range data {
		for i, r := range rows {
			latest := r.LastVisited
			if r.DateDel != nil {
				latest = max(latest, *r.DateDel)
			}
			if r.FirstSeen > r.LastVisited || latest > "2026-11-01" || r.DateDel != nil && *r.DateDel < r.LastVisited || r.LinksExt < 1 || !strings.Contains(r.URLFrom, domain) {
				t.Fatalf("%s row %d: %+v", domain, i, r)
			}
		}
	}
	delete(data, "python.org")
	if len(serpstatsim.Bundled()["python.org"]) == 0 {
		t.Error("the map is shared between its callers")
	}
}

// What each method can show of the bundled data.
func TestBundledDataHasRowsForEveryMethod(t *testing.T) {
	s := serpstatsim.New(serpstatsim.Demo())
	for _, method := range allMethods {
		sites := []string{"shop.example", "blog.example", "news.example", "forum.example", "agency.example", "catalog.example"}
		if !strings.Contains(strings.ToLower(method), "outthreats") {
			sites = append(sites, "serpstat.com", "python.org", "docs.python.org") // of what real sites link to nothing bad is said
		}
		for _, site := range sites {
			body := strings.Replace(params(method, site, ""), "b.com", "moz.com", 1)
			if got := listed(t, s, method, body); len(got) == 0 {
				t.Errorf("%s has nothing of %s", method, site)
			}
		}
	}
	for method, least := range map[string]int{"getAnchors": 5, "getTopPages": 4, "getDistributionTLD": 5, "getRedirectedDomains": 3, "getThreats": 2, "getLostBacklinks": 10} {
		if got := listed(t, s, method, `{"query":"shop.example"}`); len(got) < least {
			t.Errorf("%s has %d rows of shop.example, want %d at least", method, len(got), least)
		}
	}
	rows := listed(t, s, "getIntersectSummary", `{"query":"serpstat.com","intersect":["python.org","moz.com"]}`)
	if len(rows) != 7 {
		t.Errorf("combinations of three sites: %s", rows)
	}
	changed := listed(t, s, "getSummaryV2", `{"query":"forum.example"}`)
	if values(t, changed, "backlinks_change") == "0" {
		t.Errorf("nothing happened in the last week: %s", changed)
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	a, b, c := serpstatsim.Generate("a.com", 50, 1), serpstatsim.Generate("a.com", 50, 1), serpstatsim.Generate("a.com", 50, 2)
	if !slices.EqualFunc(a, b, sameRow) || slices.EqualFunc(a, c, sameRow) {
		t.Error("the same seed must give the same rows, another one others")
	}
}

// The rate of pages over rows that are known bounds what benchmarks of the plugin can show.
func BenchmarkPage(b *testing.B) {
	s := serpstatsim.New(serpstatsim.Options{Domains: serpstatsim.Bundled(), MaxLines: 1 << 60})
	body := `{"id":"1","method":"` + outlinks + `","params":{"query":"big.example","size":1000,"page":7}}`
	send(s, "/?token=x", body)
	for b.Loop() {
		send(s, "/?token=x", body)
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "rows/s")
}

// What a probe for total costs while a result is being divided: a new filter each time.
func BenchmarkNewFilter(b *testing.B) {
	s := serpstatsim.New(serpstatsim.Options{Domains: serpstatsim.Bundled(), MaxLines: 1 << 60})
	for i := 0; b.Loop(); i++ {
		send(s, "/?token=x", fmt.Sprintf(`{"id":"1","method":%q,"params":{"query":"big.example","size":1,"complexFilter":[[{"field":"links_external","compareType":"gte","value":[%d]}]]}}`, outlinks, i))
	}
}
