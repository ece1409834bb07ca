package serpstatapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testToken has characters that URLs, JSON and HTML write differently.
const testToken = `t0k&n+/=<"é%\'`

// headerToken is like it, but of characters that a header can have.
const headerToken = `t0k&n+/=<"%\'`

// api is a server that plays its answers one after the other, the last one again and again.
type api struct {
	*pipehttp.Server
	mu       sync.Mutex
	answers  []http.HandlerFunc
	requests []received
}

type received struct {
	method, url, token, body string
	header                   http.Header
	at                       time.Time
}

func serve(t *testing.T, answers ...http.HandlerFunc) *api {
	t.Helper()
	a := &api{answers: answers}
	a.Server = pipehttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		n := min(len(a.requests), len(a.answers)-1)
		a.requests = append(a.requests, received{r.Method, r.URL.String(), r.URL.Query().Get("token"), string(body), r.Header, time.Now()})
		a.mu.Unlock()
		a.answers[n](w, r.WithContext(context.WithValue(r.Context(), bodyKey{}, string(body))))
	}))
	t.Cleanup(a.Close)
	return a
}

type bodyKey struct{}

func (a *api) received() []received {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]received(nil), a.requests...)
}

// idOf is the id of a request, to be mirrored.
func idOf(r *http.Request) string {
	body, _ := r.Context().Value(bodyKey{}).(string)
	_, after, _ := strings.Cut(body, `"id":"`)
	id, _, _ := strings.Cut(after, `"`)
	return id
}

// answers with a body in which ID stands for the request's id.
func body(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, strings.ReplaceAll(text, "ID", idOf(r)))
	}
}

func ok(text string) http.HandlerFunc { return body(200, text) }

func apiErr(code int, message string) http.HandlerFunc {
	return ok(fmt.Sprintf(`{"id":"ID","error":{"code":%d,"message":%q,"data":null}}`, code, message))
}

// row is a row as the API writes it, with some of its fields replaced, such as `links_ext`, `"13"`.
func row(replace ...string) string {
	fields := []string{"url_from", `"https://a.com/"`, "url_to", `"https://b.org/"`, "nofollow", `"follow"`, "link_type", `"href"`, "links_ext", "13",
		"link_text", `"text"`, "first_seen", `"2022-09-16"`, "last_visited", `"2025-02-04 21:37:16"`, "date_del", "null"}
	var members []string
	for i := 0; i < len(fields); i += 2 {
		value := fields[i+1]
		for j := 0; j < len(replace); j += 2 {
			if replace[j] == fields[i] {
				value = replace[j+1]
			}
		}
		if value != "" {
			members = append(members, `"`+fields[i]+`":`+value)
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// page is an answer with these rows and this summary_info.
func page(summary string, rows ...string) string {
	return `{"id":"ID","result":{"data":[` + strings.Join(rows, ",") + `],"summary_info":` + summary + `}}`
}

var goodPage = page(`{"left_lines":7,"page":1,"count":1,"total":1}`, row())

// sleeps notes how long was waited, without waiting.
type sleeps struct {
	mu    sync.Mutex
	waits []time.Duration
}

func (s *sleeps) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits = append(s.waits, d)
	return ctx.Err()
}

// client makes a client of a server that does not wait between requests.
func client(t testing.TB, url string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{Token: testToken, BaseURL: url + "/v4/", RequestsPerSecond: 1e6, RequestTimeout: time.Minute, sleep: (&sleeps{}).sleep, Transport: pipehttp.NewTransport()}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// exchanges notes what OnExchange is told.
type exchanges struct {
	mu  sync.Mutex
	all []Exchange
}

func (e *exchanges) add(ex Exchange) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ex)
}

func (e *exchanges) list() []Exchange {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Exchange(nil), e.all...)
}

var request = func() table.Request {
	r := of("serpstat.com", "domain")
	r.Page, r.Size = 1, 100
	return r
}()

func response(status int) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}}
}
