package serpstatsim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// received is what a client got: the error is that of the request or of its body.
type received struct {
	status int
	header http.Header
	body   string
	err    error
}

// fetch asks a served simulator for a.com, sorted by anchor, and follows no redirect.
func fetch(t *testing.T, s *serpstatsim.Server, params string, limit int64) received {
	t.Helper()
	web := httptest.NewServer(s)
	defer web.Close()
	defer s.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	body := `{"id":"1","method":"` + outlinks + `","params":{"query":"a.com","sort":"anchor","order":"asc"` + params + `}}`
	resp, err := client.Post(web.URL+"/v4/?token=se%2Fcret", "application/json", strings.NewReader(body))
	if err != nil {
		return received{err: err}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	return received{resp.StatusCode, resp.Header, string(b), err}
}

func TestEveryFaultIsSeenByAClient(t *testing.T) {
	contains := func(words ...string) func(received) bool {
		return func(r received) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(r.body, w) })
		}
	}
	status := func(code int) func(received) bool { return func(r received) bool { return r.status == code } }
	valid := func(r received) bool { return json.Valid([]byte(r.body)) }
	for _, test := range []struct {
		kind    serpstatsim.FaultKind
		credits int64 // of three rows
		code    int   // in the log
		checks  []func(received) bool
	}{
		{serpstatsim.RateLimitedObject, 0, 429, []func(received) bool{status(200), valid, contains(`{"id":"1","error":{"code":429,`)}},
		{serpstatsim.RateLimitedStatus, 0, 429, []func(received) bool{status(429)}},
		{serpstatsim.ServerErrorObject, 0, 500, []func(received) bool{status(200), valid, contains(`"error":{"code":500,`)}},
		{serpstatsim.ServerErrorStatus, 0, 500, []func(received) bool{status(500)}},
		{serpstatsim.HTML502, 0, 502, []func(received) bool{status(502), contains("<html>")}},
		{serpstatsim.CreditsExhausted, 0, 402, []func(received) bool{status(200), valid, contains(`"error":{"code":402,`)}},
		{serpstatsim.InvalidToken, 0, 403, []func(received) bool{status(200), valid, contains(`"error":{"code":403,`)}},
		{serpstatsim.FilterRefused, 0, 32117, []func(received) bool{status(200), valid, contains(`"error":{"code":32117,`)}},
		{serpstatsim.Redirect, 0, 302, []func(received) bool{status(302), func(r received) bool {
			return r.header.Get("Location") == "https://elsewhere.example/v4/?token=se%2Fcret"
		}}},
		{serpstatsim.EchoToken, 0, 502, []func(received) bool{status(502), contains("se%2Fcret", "se/cret")}},
		{serpstatsim.RateLimited32000, 0, 32000, []func(received) bool{status(200), valid, contains(`"error":{"code":32000,`)}},
		{serpstatsim.TaskNotFound, 0, -32000, []func(received) bool{status(200), valid, contains(`"error":{"code":-32000,`)}},
		{serpstatsim.NoData, 0, 32017, []func(received) bool{status(200), valid, contains(`"error":{"code":32017,`)}},
		{serpstatsim.HalfTotal, 3, 0, []func(received) bool{valid, contains(`"count":3,"total":1`)}},
		{serpstatsim.CutBody, 3, 0, []func(received) bool{status(200), contains(`{"id":"1","result":{"data":[{"url_from":`), func(r received) bool {
			return errors.Is(r.err, io.ErrUnexpectedEOF) && !json.Valid([]byte(r.body))
		}}},
		{serpstatsim.CloseConnection, 3, 0, []func(received) bool{func(r received) bool { return errors.Is(r.err, io.EOF) }}},
		{serpstatsim.ForeignID, 3, 0, []func(received) bool{status(200), valid, contains(`{"id":"another","result":`)}},
		{serpstatsim.EmptyPage, 1, 0, []func(received) bool{valid, contains(`"data":[]`, `"count":0`, `"total":3`)}},
		{serpstatsim.ShortPage, 2, 0, []func(received) bool{valid, contains(`"count":2`, `"total":3`)}},
		{serpstatsim.BrokenOrder, 3, 0, []func(received) bool{valid, func(r received) bool {
			return strings.Index(r.body, `"link_text":"2"`) < strings.Index(r.body, `"link_text":"0"`)
		}}},
		{serpstatsim.NegativeTotal, 3, 0, []func(received) bool{valid, contains(`"count":3,"total":-1`)}},
		{serpstatsim.AbsurdTotal, 3, 0, []func(received) bool{valid, contains(`"total":1152921504606846976`)}},
		{serpstatsim.HugeBody, 3, 0, []func(received) bool{func(r received) bool { return r.err == nil && len(r.body) == 8<<20 }}},
		{serpstatsim.DeepNesting, 3, 0, []func(received) bool{contains(`{"id":"1","result":{"data":[[[[`, `]]]]}}`), func(r received) bool {
			return strings.Count(r.body, "[") == strings.Count(r.body, "]")
		}}},
		{serpstatsim.WrongType, 3, 0, []func(received) bool{valid, contains(`"data":"none"`)}},
		{serpstatsim.NulBytes, 3, 0, []func(received) bool{valid, contains(`"link_text":"\u00000"`)}},
		{serpstatsim.InvalidUTF8, 3, 0, []func(received) bool{func(r received) bool { return !utf8.ValidString(r.body) }}},
	} {
		t.Run(test.kind.String(), func(t *testing.T) {
			o := links(nil, nil, nil)
			o.Faults = []serpstatsim.Fault{{Kind: test.kind}}
			s := serpstatsim.New(o)
			got := fetch(t, s, "", 8<<20)
			for i, check := range test.checks {
				if !check(got) {
					t.Errorf("check %d fails: HTTP %d, %v, %.200s", i, got.status, got.err, got.body)
				}
			}
			log := s.Requests()
			if s.Credits() != test.credits || log[0].ErrorCode != test.code || log[0].Fault != test.kind.String() {
				t.Errorf("%d credits, want %d; error %d, want %d; fault %q", s.Credits(), test.credits, log[0].ErrorCode, test.code, log[0].Fault)
			}
		})
	}
}

// An API that gives fewer rows than it is asked for, and one that does not mind the page.
func TestFaultsOfPages(t *testing.T) {
	o := links(make([]func(*serpstatsim.Row), 300)...)
	for kind, want := range map[serpstatsim.FaultKind]struct{ rows, firstNot int }{serpstatsim.SmallPages: {100, 150}, serpstatsim.SamePage: {150, 150}} {
		o.Faults = []serpstatsim.Fault{{Kind: kind}}
		plain := links(make([]func(*serpstatsim.Row), 300)...)
		whole := fetch(t, serpstatsim.New(plain), `,"page":1,"size":300`, 8<<20).body
		got := fetch(t, serpstatsim.New(o), `,"page":2,"size":150`, 8<<20).body
		texts := regexp.MustCompile(`"link_text":"(\d+)"`)
		all, page := texts.FindAllStringSubmatch(whole, -1), texts.FindAllStringSubmatch(got, -1)
		begin := map[serpstatsim.FaultKind]int{serpstatsim.SmallPages: 100, serpstatsim.SamePage: 0}[kind]
		if len(all) != 300 || len(page) != want.rows || page[0][1] != all[begin][1] || page[0][1] == all[want.firstNot][1] {
			t.Errorf("%s: %d rows, of %d", kind, len(page), len(all))
		}
	}
}

func TestAStalledAnswerEndsWithTheClientOrTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := links(nil)
		o.Faults = []serpstatsim.Fault{{Kind: serpstatsim.Stall}}
		s := serpstatsim.New(o)
		client, end := pipes(s)
		defer end()
		client.Timeout = time.Minute
		start := time.Now()
		if _, err := client.Post("?token=x"); err == nil || time.Since(start) != time.Minute {
			t.Errorf("a stalled answer came, or %v after %s", err, time.Since(start))
		}
		client.Timeout = 0
		time.AfterFunc(time.Hour, s.Close)
		if _, err := client.Post("?token=x"); err == nil || time.Since(start) != time.Hour+time.Minute {
			t.Errorf("after Close: %v in %s", err, time.Since(start))
		}
	})
}

func TestFaultsOfAnErrorAnswerStayJSON(t *testing.T) {
	o := links(nil)
	o.Faults = []serpstatsim.Fault{{Kind: serpstatsim.ForeignID}}
	got := fetch(t, serpstatsim.New(o), `,"size":0`, 1<<20)
	if !json.Valid([]byte(got.body)) || !strings.HasPrefix(got.body, `{"id":"another","error":{"code":400,`) {
		t.Errorf("got %s", got.body)
	}
}

func TestRetryAfterIsWholeSecondsRoundedUp(t *testing.T) {
	for after, want := range map[time.Duration]string{0: "", time.Millisecond: "1", 2 * time.Second: "2", 2500 * time.Millisecond: "3"} {
		o := links(nil)
		o.Faults = []serpstatsim.Fault{{Kind: serpstatsim.RateLimitedStatus, RetryAfter: after}}
		if got := fetch(t, serpstatsim.New(o), "", 100).header.Get("Retry-After"); got != want {
			t.Errorf("%s: Retry-After %q, want %q", after, got, want)
		}
	}
}

func TestFaultsChooseTheirRequests(t *testing.T) {
	hit := func(pages []int, faults ...serpstatsim.Fault) (numbers []int) {
		o := links(nil, nil, nil)
		o.Faults = faults
		s := serpstatsim.New(o)
		for _, page := range pages {
			body, _ := json.Marshal(map[string]any{"id": "1", "method": outlinks, "params": map[string]any{"query": "a.com", "size": 1, "page": page}})
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/?token=x", bytes.NewReader(body)))
		}
		for _, r := range s.Requests() {
			if r.Fault != "" {
				numbers = append(numbers, r.Number)
			}
		}
		return numbers
	}
	kind := serpstatsim.EmptyPage
	ten := []int{1, 2, 3, 1, 2, 3, 1, 2, 3, 1}
	for name, test := range map[string]struct {
		faults []serpstatsim.Fault
		want   []int
	}{
		"every request":  {[]serpstatsim.Fault{{Kind: kind}}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		"one request":    {[]serpstatsim.Fault{{Kind: kind, Request: 4}}, []int{4}},
		"every third":    {[]serpstatsim.Fault{{Kind: kind, Every: 3}}, []int{3, 6, 9}},
		"a page":         {[]serpstatsim.Fault{{Kind: kind, Page: 2}}, []int{2, 5, 8}},
		"a page, once":   {[]serpstatsim.Fault{{Kind: kind, Page: 2, Times: 1}}, []int{2}},
		"twice":          {[]serpstatsim.Fault{{Kind: kind, Times: 2}}, []int{1, 2}},
		"even, page two": {[]serpstatsim.Fault{{Kind: kind, Every: 2, Page: 2}}, []int{2, 8}},
		"a domain":       {[]serpstatsim.Fault{{Kind: kind, Query: "a.com", Page: 3}}, []int{3, 6, 9}},
		"another domain": {[]serpstatsim.Fault{{Kind: kind, Query: "b.com"}}, nil},
		"two faults":     {[]serpstatsim.Fault{{Kind: kind, Request: 1}, {Kind: kind, Request: 3}}, []int{1, 3}},
	} {
		if got := hit(ten, test.faults...); !slices.Equal(got, test.want) {
			t.Errorf("%s: strikes %v, want %v", name, got, test.want)
		}
	}
	many := make([]int, 1000)
	for i := range many {
		many[i] = 1
	}
	a := hit(many, serpstatsim.Fault{Kind: kind, Probability: 0.05, Seed: 1})
	b := hit(many, serpstatsim.Fault{Kind: kind, Probability: 0.05, Seed: 1})
	c := hit(many, serpstatsim.Fault{Kind: kind, Probability: 0.05, Seed: 2})
	if len(a) < 25 || len(a) > 90 || !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("5 %% of 1000: %d and %d strikes, with another seed %d", len(a), len(b), len(c))
	}
}

func TestStatsHaveNoPageForAFaultToStrike(t *testing.T) {
	o := links(nil)
	o.Faults = []serpstatsim.Fault{{Kind: serpstatsim.ServerErrorObject, Page: 1}}
	s := serpstatsim.New(o)
	if got := send(s, "/?token=x", `{"id":"1","method":"SerpstatLimitsProcedure.getStats"}`).Body.String(); !strings.Contains(got, `"result"`) {
		t.Errorf("got %s", got)
	}
	if a := ask(t, s, `{"query":"a.com"}`); a.Error == nil {
		t.Error("a request without page is not one for page 1")
	}
}

func TestARedirectGoesWhereItIsTold(t *testing.T) {
	o := links(nil)
	o.Faults = []serpstatsim.Fault{{Kind: serpstatsim.Redirect, Location: "http://127.0.0.1:9/x"}}
	if got := fetch(t, serpstatsim.New(o), "", 100).header.Get("Location"); got != "http://127.0.0.1:9/x" {
		t.Errorf("Location %q", got)
	}
}
