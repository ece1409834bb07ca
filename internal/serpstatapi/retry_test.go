package serpstatapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func cut(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, `{"id":"1","result":{`)
}

func closed(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func status(code int, text string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		body(code, text)(w, r)
	}
}

const htmlPage = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

func TestFaultsThatMayPassAreRetried(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{
		"429 object":                apiErr(429, "too many queries"),
		"32000 object":              apiErr(32000, "Too many requests"),
		"32000 as text":             ok(`{"id":"ID","error":{"code":"32000"}}`),
		"32000 with HTTP 403":       body(403, `{"id":"ID","error":{"code":32000,"message":"slow down"}}`),
		"429 status":                status(429, "slow down"),
		"500 object":                apiErr(500, "oops"),
		"500 status":                status(500, ""),
		"503 with a no-data object": body(503, `{"id":"ID","error":{"code":404,"message":"no"}}`),
		"502 page":                  status(502, htmlPage),
		"408 status":                status(408, ""),
		"page with 200":             ok(htmlPage),
		"empty body":                ok(""),
		"cut body":                  cut,
		"closed":                    closed,
		"foreign id":                ok(strings.Replace(goodPage, "ID", "999", 1)),
		"foreign error":             ok(`{"id":"999","error":{"code":32017,"message":"Data not found"}}`),
		"error, no code":            ok(`{"id":"ID","error":"sorry"}`),
		"HTTP 204":                  status(204, ""),
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, fault, fault, ok(goodPage))
			p, err := client(t, a.URL).Rows(t.Context(), outlink, request)
			if err != nil || p.Rows.Len() != 1 || len(a.received()) != 3 {
				t.Errorf("got %+v, %v after %d requests", p, err, len(a.received()))
			}
		})
	}
}

func TestRetriesAreBounded(t *testing.T) {
	for name, tt := range map[string]struct {
		fault    http.HandlerFunc
		retries  int
		requests int
		kind     Kind
	}{
		"default":                             {status(500, ""), 0, 6, KindServer},
		"one":                                 {closed, 1, 2, KindNetwork},
		"none":                                {apiErr(429, ""), -1, 1, KindRateLimited},
		"32000":                               {apiErr(32000, ""), 2, 3, KindRateLimited},
		"-32000":                              {apiErr(-32000, "Task not found"), 0, 1, KindBadRequest},
		"pages of a proxy":                    {ok(htmlPage), 0, 3, KindMalformed},
		"whole answers, which are charged":    {ok(page(`{"total":9,"count":2}`, row())), 0, 2, KindMalformed},
		"a value that would be charged again": {ok(page(summary, row("first_seen", `"soon"`))), 0, 1, KindMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, tt.fault)
			_, err := client(t, a.URL, func(c *Config) { c.MaxRetries = tt.retries }).Rows(t.Context(), outlink, request)
			if n := len(a.received()); n != tt.requests || KindOf(err) != tt.kind {
				t.Errorf("%v after %d requests; want %v after %d", err, n, tt.kind, tt.requests)
			}
		})
	}
}

// payer notes what it is told.
type payer struct {
	left     int
	reserved int
	settled  []string
}

func (p *payer) Reserve() (int64, error) {
	if p.left--; p.left < 0 {
		return 0, errors.New("no credits left")
	}
	p.reserved++
	return 100, nil
}

func (p *payer) Settle(credits int64, known bool) {
	p.settled = append(p.settled, fmt.Sprint(credits, " ", known))
}

// Each attempt is reserved before it leaves. What of it may have been charged is told, and another attempt is not sent
// where it could not be paid.
func TestEachAttemptIsPaidFor(t *testing.T) {
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		left    int
		settled string
		err     string // "" is none
	}{
		"a good answer":                      {[]http.HandlerFunc{ok(goodPage)}, 9, "[1 true]", ""},
		"no data":                            {[]http.HandlerFunc{apiErr(32017, "Data not found")}, 9, "[1 true]", ""},
		"errors of the API are free":         {[]http.HandlerFunc{apiErr(429, ""), apiErr(500, ""), status(429, ""), ok(goodPage)}, 9, "[0 true 0 true 0 true 1 true]", ""},
		"a refusal is free":                  {[]http.HandlerFunc{apiErr(32117, "no")}, 9, "[0 true]", "filter refused"},
		"a gateway says nothing":             {[]http.HandlerFunc{status(504, ""), ok(goodPage)}, 9, "[0 false 1 true]", ""},
		"a cut answer may have been charged": {[]http.HandlerFunc{cut, closed, ok(goodPage)}, 9, "[0 false 0 false 1 true]", ""},
		"a whole answer that is wrong":       {[]http.HandlerFunc{ok(page(`{"total":9,"count":2}`, row()))}, 9, "[0 false 0 false]", "count"},
		"no credits for another attempt":     {[]http.HandlerFunc{cut, ok(goodPage)}, 1, "[0 false]", "no credits left (after serpstat getOutlinks: network: the answer was cut off"},
		"no credits at all":                  {[]http.HandlerFunc{ok(goodPage)}, 0, "[]", "no credits left"},
	} {
		t.Run(name, func(t *testing.T) {
			a, p := serve(t, tt.answers...), &payer{left: tt.left}
			var told exchanges
			c := client(t, a.URL, func(c *Config) { c.OnExchange = told.add })
			_, err := c.Rows(table.WithPayer(t.Context(), p), outlink, request)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %v, want %q", err, tt.err)
			}
			if got := fmt.Sprint(p.settled); got != tt.settled || len(a.received()) != p.reserved {
				t.Errorf("%s of %d attempts, %d reserved", got, len(a.received()), p.reserved)
			}
			for i, ex := range told.list() {
				if unsure := strings.HasSuffix(p.settled[i], "false"); (ex.Unsure == 100) != unsure {
					t.Errorf("attempt %d may have cost %d", i+1, ex.Unsure)
				}
			}
		})
	}
}

func TestAttemptTimesOutAndIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ok(goodPage))
		c := client(t, a.URL, func(c *Config) { c.RequestTimeout = 20 * time.Second })
		if _, err := c.Rows(t.Context(), outlink, request); err != nil || len(a.received()) != 2 {
			t.Errorf("got %v after %d requests", err, len(a.received()))
		}
	})
}

func TestWaitsBeforeRetries(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		fault       http.HandlerFunc
		rate        float64
		least, most []time.Duration // of each wait
	}{
		"doubling with jitter":          {status(500, ""), 100, ms(250, 500, 1000, 2000, 4000), ms(500, 1000, 2000, 4000, 8000)},
		"429: a rate interval at least": {apiErr(429, ""), 0.5, ms(2000, 2000, 2000, 2000, 4000), ms(2000, 2000, 2000, 4000, 8000)},
		"32000: a rate interval too":    {apiErr(32000, ""), 0.5, ms(2000, 2000, 2000, 2000, 4000), ms(2000, 2000, 2000, 4000, 8000)},
		"Retry-After with 32000":        {status(200, `{"id":"ID","error":{"code":32000}}`, "Retry-After", "7"), 100, ms(7000), ms(7000)},
		"Retry-After in seconds":        {status(429, "", "Retry-After", "7"), 100, ms(7000), ms(7000)},
		"Retry-After as a date":         {status(503, "", "Retry-After", now.Add(9*time.Second).Format(http.TimeFormat)), 100, ms(9000), ms(9000)},
		"Retry-After with an object":    {status(429, `{"id":"ID","error":{"code":429,"message":"x"}}`, "Retry-After", "7"), 100, ms(7000), ms(7000)},
		"Retry-After beyond bounds":     {status(429, "", "Retry-After", "99999999999999999999"), 100, ms(120000), ms(120000)},
		"Retry-After below zero":        {status(503, "", "Retry-After", "-5"), 100, ms(250), ms(500)},
		"Retry-After in the past":       {status(503, "", "Retry-After", now.Add(-time.Hour).Format(http.TimeFormat)), 100, ms(250), ms(500)},
		"Retry-After that is none":      {status(503, "", "Retry-After", "NaN"), 100, ms(250), ms(500)},
		"Retry-After below the rate":    {status(429, "", "Retry-After", "1"), 0.25, ms(4000), ms(4000)},
	} {
		t.Run(name, func(t *testing.T) {
			var s sleeps
			a := serve(t, tt.fault)
			c := client(t, a.URL, func(c *Config) {
				c.sleep = s.sleep
				c.now = func() time.Time { return now }
				c.MaxRetries = len(tt.least)
			})
			c.cfg.RequestsPerSecond = tt.rate // for the waits alone, so that the test is quick
			if _, err := c.Rows(t.Context(), outlink, request); err == nil {
				t.Fatal("no error")
			}
			if len(s.waits) != len(tt.least) {
				t.Fatalf("waited %v", s.waits)
			}
			for i, wait := range s.waits {
				if wait < tt.least[i] || wait > tt.most[i] {
					t.Errorf("wait %d is %v, want %v to %v", i+1, wait, tt.least[i], tt.most[i])
				}
			}
		})
	}
}

func ms(all ...int) (out []time.Duration) {
	for _, n := range all {
		out = append(out, time.Duration(n)*time.Millisecond)
	}
	return out
}

func TestBackoffIsBounded(t *testing.T) {
	c := &Client{cfg: Config{RequestsPerSecond: 1}}
	for attempt := 1; attempt < 100; attempt++ {
		if wait := c.backoff(&Error{Kind: KindServer}, attempt); wait <= 0 || wait > maxBackoff {
			t.Errorf("attempt %d waits %v", attempt, wait)
		}
	}
	c.cfg.RequestsPerSecond = 1e-6
	if wait := c.backoff(&Error{Kind: KindRateLimited}, 1); wait != maxRetryAfter {
		t.Errorf("waits %v", wait)
	}
}

func TestSleepIsReal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := sleep(t.Context(), 20*time.Millisecond); err != nil || time.Since(start) != 20*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestBodyIsBounded(t *testing.T) {
	sent := 0
	gigabytes := func(w http.ResponseWriter, r *http.Request) {
		chunk := []byte(strings.Repeat(" ", 1<<16))
		for sent = 0; sent < 4<<30; {
			n, err := w.Write(chunk)
			if sent += n; err != nil {
				return
			}
		}
	}
	a := serve(t, gigabytes)
	c := client(t, a.URL, func(c *Config) { c.MaxBody = 1 << 20; c.MaxRetries = -1 })
	_, err := c.Rows(t.Context(), outlink, request)
	if KindOf(err) != KindMalformed || !strings.Contains(err.Error(), "larger than 1048576 bytes") {
		t.Errorf("got %v", err)
	}
	a.Close() // waits for the handler
	if sent > 64<<20 {
		t.Errorf("%d bytes were taken", sent)
	}
}

// What comes again is told to all who wait for it; a fault that may pass, and one caller's end, are not.
func TestWhichErrorsComeAgain(t *testing.T) {
	for name, x := range map[string]struct {
		err   *Error
		final bool
	}{
		"a refused filter":   {apiError(32117, "not allowed field x"), true},
		"no credits":         {apiError(402, ""), true},
		"a server's fault":   {apiError(500, ""), false},
		"a caller who left":  {interrupted(context.Canceled), false},
		"a caller's time":    {interrupted(context.DeadlineExceeded), false},
		"a value unreadable": {unreadable("x"), true},
	} {
		if x.err.Final() != x.final {
			t.Errorf("%s comes again: %t", name, x.err.Final())
		}
	}
}
