package serpstatapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func TestConfigIsCheckedWithoutShowingSecrets(t *testing.T) {
	good := Config{Token: testToken}
	for message, change := range map[string]func(*Config){
		"token is empty: set it in the environment variable SERPSTAT_API_TOKEN":                      func(c *Config) { c.Token = "  " },
		"holds white space or control characters":                                                    func(c *Config) { c.Token = "t0ken-line1\n" },
		"holds characters that an HTTP header cannot: copy it again, or set token_in_header = false": func(c *Config) { c.TokenInHeader = true },
		"has 2000 characters":                                               func(c *Config) { c.Token = strings.Repeat("x", 2000) },
		"requests_per_second is -1: write a number above 0":                 func(c *Config) { c.RequestsPerSecond = -1 },
		"requests_per_second is NaN":                                        func(c *Config) { c.RequestsPerSecond = nan() },
		"max_concurrent_requests is -2: write 1 or more":                    func(c *Config) { c.MaxConcurrentRequests = -2 },
		"request_timeout is -1s: write a time above 0":                      func(c *Config) { c.RequestTimeout = -time.Second },
		"max_retries is -2: write 0 or more":                                func(c *Config) { c.MaxRetries = -2 },
		"base_url is not a URL: write it like https://api.serpstat.com/v4/": func(c *Config) { c.BaseURL = "https://secret%zz" },
		`base_url has the scheme "ftp"`:                                     func(c *Config) { c.BaseURL = "ftp://api.serpstat.com/" },
		`base_url has the scheme ""`:                                        func(c *Config) { c.BaseURL = "api.serpstat.com/v4" },
		"base_url has no host":                                              func(c *Config) { c.BaseURL = "https://:443/v4/" },
		"base_url has a user name or password":                              func(c *Config) { c.BaseURL = "https://user:secret@api.serpstat.com/" },
		"base_url has a query or fragment":                                  func(c *Config) { c.BaseURL = "https://api.serpstat.com/v4/?token=secret" },
		"base_url is http to 10.0.0.1:80, which would send the token unencrypted: use https, or set allow_insecure_base_url = true": func(c *Config) { c.BaseURL = "http://10.0.0.1:80/" },
		"base_url is http to localhost.evil.com": func(c *Config) { c.BaseURL = "http://localhost.evil.com/" },
	} {
		t.Run(message, func(t *testing.T) {
			cfg := good
			change(&cfg)
			_, err := New(cfg)
			if err == nil || !strings.Contains(err.Error(), message) {
				t.Fatalf("got %v", err)
			}
			if text := err.Error(); strings.Contains(text, "secret") || strings.Contains(text, "line1") || strings.Contains(text, "t0k") {
				t.Errorf("shows a secret: %s", text)
			}
		})
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestAddressesThatAreTaken(t *testing.T) {
	for base, want := range map[string]string{
		"":                               "https://api.serpstat.com/v4/?token=a%26b",
		"https://proxy.example/serpstat": "https://proxy.example/serpstat?token=a%26b",
		"https://proxy.example":          "https://proxy.example/?token=a%26b",
		"http://localhost:8091/v4/":      "http://localhost:8091/v4/?token=a%26b",
		"http://127.0.0.2:1":             "http://127.0.0.2:1/?token=a%26b",
		"http://[::1]:8091/":             "http://[::1]:8091/?token=a%26b",
	} {
		c, err := New(Config{Token: "a&b", BaseURL: base})
		if err != nil || c.endpoint != want {
			t.Errorf("%q is posted to %v, %v; want %s", base, c, err, want)
		}
	}
	if _, err := New(Config{Token: "a", BaseURL: "http://10.0.0.1/", AllowInsecure: true}); err != nil {
		t.Error(err)
	}
}

// The parameter is the specification's, and the default; nothing is sent twice.
func TestTheTokenIsInTheURLOrInAHeader(t *testing.T) {
	for inHeader, want := range map[bool]received{
		false: {url: "/v4/?token=t0k%26n%2B%2F%3D%3C%22%25%5C%27", token: headerToken, header: http.Header{}},
		true:  {url: "/v4/", header: http.Header{"Token": {headerToken}}},
	} {
		a := serve(t, apiErr(500, "down"), ok(goodPage))
		c := client(t, a.URL, func(c *Config) { c.Token, c.TokenInHeader = headerToken, inHeader })
		if _, err := c.Rows(t.Context(), outlink, request); err != nil {
			t.Fatal(err)
		}
		got := a.received()
		if len(got) != 2 {
			t.Fatalf("%d requests", len(got))
		}
		for _, r := range got { // the retry too
			if r.url != want.url || r.token != want.token || !slices.Equal(r.header["Token"], want.header["Token"]) || strings.Contains(r.body, "t0k") {
				t.Errorf("in a header %v: %s with the header %q, body %s", inHeader, r.url, r.header["Token"], r.body)
			}
		}
	}
}

func TestNeitherFormOfTheTokenFollowsARedirect(t *testing.T) {
	for _, inHeader := range []bool{false, true} {
		elsewhere := serve(t, ok(goodPage))
		a := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.String(), http.StatusTemporaryRedirect)
		})
		c := client(t, a.URL, func(c *Config) { c.Token, c.TokenInHeader = headerToken, inHeader })
		if _, err := c.Rows(t.Context(), outlink, request); KindOf(err) != KindEndpoint || len(a.received()) != 1 || len(elsewhere.received()) != 0 {
			t.Errorf("in a header %v: %v after %d requests, and %d elsewhere", inHeader, err, len(a.received()), len(elsewhere.received()))
		}
	}
}

func TestExchangesAreReported(t *testing.T) {
	var told exchanges
	a := serve(t, ok(`<html>`), apiErr(429, "too many"), ok(page(`{"left_lines":70,"page":1,"count":2,"total":99}`, row(), row())))
	c := client(t, a.URL, func(c *Config) { c.OnExchange = told.add })
	if _, err := c.Rows(t.Context(), outlink, request); err != nil {
		t.Fatal(err)
	}
	got := told.list()
	if len(got) != 3 {
		t.Fatalf("%d exchanges: %+v", len(got), got)
	}
	for i, ex := range got {
		if ex.Attempt != i+1 || ex.Method != outlink.Method || ex.Domain != "serpstat.com" || ex.Page != 1 || ex.Size != 100 || ex.Duration <= 0 {
			t.Errorf("attempt %d: %+v", i+1, ex)
		}
	}
	if KindOf(got[0].Err) != KindMalformed || got[0].Credits != 0 || KindOf(got[1].Err) != KindRateLimited {
		t.Errorf("failed attempts: %+v", got[:2])
	}
	if ex := got[2]; ex.Err != nil || ex.Rows != 2 || ex.Credits != 2 || ex.Total != 99 || ex.LeftLines != 70 {
		t.Errorf("good attempt: %+v", ex)
	}
}

func TestRequestIDsAreUnique(t *testing.T) {
	a := serve(t, ok(`<html>`), ok(goodPage))
	c := client(t, a.URL)
	for range 3 {
		if _, err := c.Rows(t.Context(), outlink, request); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, r := range a.received() {
		ids = append(ids, strings.Split(r.body, `"`)[3])
	}
	if got := strings.Join(ids, " "); got != "1 2 3 4" {
		t.Errorf("ids %s", got)
	}
}

func TestRequestsLeaveNoFasterThanTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate, n = 50, 6
		a := serve(t, apiErr(500, "down"), ok(goodPage))
		var clients []*Client
		for i := range 2 { // one token, one limiter; the latest client's rate is everyone's
			clients = append(clients, client(t, a.URL, func(c *Config) { c.RequestsPerSecond = []float64{20 * rate, rate}[i]; c.MaxConcurrentRequests = 2 }))
		}
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				req := request
				req.Page = 1
				req.Size = i + 1
				if _, err := clients[i%2].Rows(t.Context(), outlink, req); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got := a.received()
		if len(got) != n+1 {
			t.Fatalf("%d requests", len(got))
		}
		for i := 1; i <= n; i++ {
			if after := got[i].at.Sub(got[i-1].at); after < time.Second/rate-time.Microsecond {
				t.Errorf("request %d, a retry among them, came %v after the one before", i+1, after)
			}
		}
	})
}

func TestConcurrentRequestsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		a := serve(t, func(w http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
			ok(goodPage)(w, r)
		})
		c := client(t, a.URL, func(c *Config) { c.MaxConcurrentRequests = 3 })
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				req := request
				req.Size = i + 1
				if _, err := c.Rows(t.Context(), outlink, req); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := most.Load(); n != 3 {
			t.Errorf("%d at a time, want 3", n)
		}
	})
}

func TestOwnWaitIsCalledBeforeEachAttempt(t *testing.T) {
	var config, own atomic.Int32
	count := func(n *atomic.Int32) func(context.Context) error {
		return func(context.Context) error { n.Add(1); return nil }
	}
	a := serve(t, ok(`<html>`), ok(goodPage))
	c := client(t, a.URL, func(c *Config) { c.Wait = count(&config) })
	if _, err := c.Rows(WithWait(t.Context(), count(&own)), outlink, request); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Rows(t.Context(), outlink, request); err != nil {
		t.Fatal(err)
	}
	if own.Load() != 2 || config.Load() != 1 {
		t.Errorf("own wait %d times, config's %d; want 2 and 1", own.Load(), config.Load())
	}
}

func TestFailedWaitEndsTheRequest(t *testing.T) {
	a := serve(t, ok(goodPage))
	c := client(t, a.URL, func(c *Config) { c.MaxConcurrentRequests = 1 })
	for range 2 { // the place among the concurrent requests is given back
		_, err := c.Rows(WithWait(t.Context(), func(context.Context) error { return errors.New("no such limiter: " + testToken) }), outlink, request)
		if KindOf(err) != KindNetwork || !strings.Contains(err.Error(), "waiting to send: no such limiter") || strings.Contains(err.Error(), testToken) {
			t.Fatalf("got %v", err)
		}
	}
	if n := len(a.received()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestEndOfContextEndsEveryWait(t *testing.T) {
	stall := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		config func(*Config)
		free   bool // a request that costs nothing
	}{
		"the answer": {stall, func(*Config) {}, true},
		"a cut body": {func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("{"))
			w.(http.Flusher).Flush()
			stall(w, r)
		}, func(*Config) {}, true},
		"the rate limit": {ok(`<html>`), func(c *Config) { c.RequestsPerSecond = 0.001; c.sleep = nil }, false},
		"a backoff":      {apiErr(429, ""), func(c *Config) { c.sleep = sleep }, false},
		"the own wait":   {ok(goodPage), func(c *Config) { c.Wait = func(ctx context.Context) error { <-ctx.Done(); return errors.New("gone") } }, false},
	} {
		for cause, makeContext := range map[error]func(*testing.T) (context.Context, context.CancelFunc){
			context.Canceled: func(t *testing.T) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(50*time.Millisecond, cancel)
				return ctx, cancel
			},
			context.DeadlineExceeded: func(t *testing.T) (context.Context, context.CancelFunc) {
				return context.WithTimeout(t.Context(), 50*time.Millisecond)
			},
		} {
			t.Run(fmt.Sprintf("%s, %v", name, cause), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := serve(t, tt.answer)
					c := client(t, a.URL, tt.config)
					ctx, cancel := makeContext(t)
					defer cancel()
					start := time.Now()
					var err error
					if tt.free {
						_, err = c.GetStats(ctx)
					} else {
						_, err = c.Rows(ctx, outlink, request)
					}
					if took := time.Since(start); took != 50*time.Millisecond {
						t.Errorf("it took %v", took)
					}
					if !errors.Is(err, cause) || KindOf(err) != KindNetwork {
						t.Errorf("got %v", err)
					}
					if text := err.Error(); strings.Contains(text, "check the network") || !strings.HasPrefix(text, "serpstat get") {
						t.Errorf("misleading: %s", text)
					}
				})
			})
		}
	}
}

// What has been sent may be charged: its answer is taken, though nobody waits for it any more. It is not sent again.
func TestAPaidRequestIsFinishedThoughItsCallerHasLeft(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		rows   int
	}{
		"an answer":               {ok(goodPage), 1},
		"an error that may go by": {apiErr(500, "busy"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				letGo := make(chan struct{})
				a := serve(t, func(w http.ResponseWriter, r *http.Request) {
					<-letGo
					tt.answer(w, r)
				})
				c := client(t, a.URL)
				ctx, leave := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					answer, err := c.Rows(ctx, outlink, request)
					if answer != nil && answer.Rows.Len() != tt.rows || (err == nil) != (tt.rows > 0) {
						t.Errorf("%v, %v", answer, err)
					}
				}()
				synctest.Wait()
				leave()
				synctest.Wait()
				close(letGo)
				<-ended
				if n := len(a.received()); n != 1 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// Closing the client ends what is under way, which may be charged.
func TestCloseEndsPaidRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var promised int64
		var ended exchanges
		c := client(t, serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }).URL, func(c *Config) {
			c.OnPromise = func(number, credits int64) { promised = number }
			c.OnExchange = ended.add
		})
		time.AfterFunc(time.Second, c.Close)
		start := time.Now()
		p := &payer{left: 100}
		_, err := c.Rows(table.WithPayer(t.Context(), p), outlink, request)
		if list := ended.list(); len(list) != 1 || list[0].Unsure != 100 || list[0].Number != promised || promised == 0 {
			t.Errorf("attempt %d was promised, and became %+v", promised, list)
		}
		if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestNothingIsSentForAContextThatHasEnded(t *testing.T) {
	a := serve(t, ok(goodPage))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client(t, a.URL).Rows(ctx, outlink, request); !errors.Is(err, context.Canceled) || len(a.received()) != 0 {
		t.Errorf("got %v after %d requests", err, len(a.received()))
	}
}

func TestLogHasOneLineForEachRequestAndRetry(t *testing.T) {
	var log lockedBuffer
	a := serve(t, apiErr(429, "slow down"), ok(goodPage))
	c := client(t, a.URL, func(c *Config) { c.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &log}) })
	req := request
	req.Filter = table.Filter{{{Field: "url_to", CompareType: "contains", Value: []any{"a<b " + testToken}}}}
	if _, err := c.Rows(t.Context(), outlink, req); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("log:\n%s", log.String())
	}
	for i, want := range [][]string{
		{"[DEBUG]", "serpstat request", "attempt=1", "error=", "429"},
		{"[WARN]", "serpstat request failed, retrying", "attempt=1", "wait=", "slow down"},
		{"[DEBUG]", "serpstat request: method=getOutlinks domain=serpstat.com", "page=1", "size=100", "sort=", "order=", "filter=", "a<b ***", "rows=1", "total=1", "credits_left=7", "duration="},
	} {
		for _, part := range want {
			if !strings.Contains(lines[i], part) {
				t.Errorf("line %d lacks %s:\n%s", i+1, part, lines[i])
			}
		}
	}
	if strings.Contains(log.String(), "t0k") {
		t.Errorf("log has the token:\n%s", log.String())
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
