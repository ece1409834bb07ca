package serpstatapi

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/go-hclog"
)

// held is an answer that is given when it is let go.
func held(letGo <-chan struct{}, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-letGo:
			answer(w, r)
		case <-r.Context().Done():
		}
	}
}

// waiters is how many callers wait for requests under way.
func waiters(c *Client) (n int) {
	c.flights.mu.Lock()
	defer c.flights.mu.Unlock()
	for _, f := range c.flights.running {
		n += f.waiters
	}
	return n
}

// until waits until all goroutines of the test's bubble wait, and fails unless that is then so.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	if synctest.Wait(); !done() {
		t.Fatal("never: " + what)
	}
}

func TestIdenticalConcurrentRequestsAreSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told exchanges
		letGo := make(chan struct{})
		a := serve(t, held(letGo, ok(goodPage)))
		c := client(t, a.URL, func(c *Config) { c.OnExchange = told.add })
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if p, err := c.Rows(t.Context(), outlink, request); err != nil || p.Rows.Len() != 1 {
					t.Error(p, err)
				}
			})
		}
		other := request
		other.Order = "asc"
		wg.Go(func() {
			if _, err := c.Rows(t.Context(), outlink, other); err != nil {
				t.Error(err)
			}
		})
		until(t, "six callers", func() bool { return waiters(c) == 6 })
		close(letGo)
		wg.Wait()
		if n := len(a.received()); n != 2 {
			t.Errorf("%d requests, want one for the five and one for the other", n)
		}
		shared, credits := 0, int64(0)
		for _, ex := range told.list() {
			credits += ex.Credits
			if ex.Shared {
				shared++
			}
		}
		if len(told.list()) != 2 || shared != 1 || credits != 2 {
			t.Errorf("reported %+v", told.list())
		}
		if _, err := c.Rows(t.Context(), outlink, request); err != nil || len(a.received()) != 3 {
			t.Errorf("a later request is a new one: %v, %d requests", err, len(a.received()))
		}
	})
}

func TestSharedErrorsAreEveryones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		letGo := make(chan struct{})
		a := serve(t, held(letGo, apiErr(403, "no")))
		c := client(t, a.URL)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := c.GetStats(t.Context()); KindOf(err) != KindToken {
					t.Error(err)
				}
			})
		}
		until(t, "three callers", func() bool { return waiters(c) == 3 })
		close(letGo)
		wg.Wait()
		if n := len(a.received()); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestOneCallersEndLeavesTheRequestToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		letGo := make(chan struct{})
		a := serve(t, held(letGo, ok(goodPage)))
		c := client(t, a.URL)
		first, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Rows(first, outlink, request); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		until(t, "the first caller", func() bool { return waiters(c) == 1 && len(a.received()) == 1 })
		wg.Go(func() {
			if _, err := c.Rows(t.Context(), outlink, request); err != nil {
				t.Error(err)
			}
		})
		until(t, "both callers", func() bool { return waiters(c) == 2 })
		leave()
		until(t, "the first has left", func() bool { return waiters(c) == 1 })
		close(letGo)
		wg.Wait()
		if n := len(a.received()); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestTheLastCallersEndEndsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		a := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); close(gone) }, ok(goodPage))
		var told exchanges
		var log lockedBuffer
		c := client(t, a.URL, func(c *Config) { c.OnExchange = told.add; c.Logger = hclog.New(&hclog.LoggerOptions{Output: &log}) })
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := c.Rows(ctx, outlink, request); !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
		until(t, "three callers", func() bool { return waiters(c) == 3 && len(a.received()) == 1 })
		leave()
		wg.Wait()
		<-gone
		if ex := told.list(); len(ex) != 1 || !errors.Is(ex[0].Err, context.Canceled) || !ex[0].Shared || log.String() != "" {
			t.Errorf("reported %+v, logged %s", ex, log.String())
		}
		if _, err := c.Rows(t.Context(), outlink, request); err != nil {
			t.Errorf("a new caller is not given the ended request: %v", err)
		}
	})
}
