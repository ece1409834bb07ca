package serpstatapi

import (
	"context"
	"sync"
	"testing"
)

func roomy(int64) bool { return true }

func TestKeptAnswersAreNotBoughtAgain(t *testing.T) {
	var told exchanges
	a := serve(t, apiErr(403, "no"), ok(goodPage))
	c := client(t, a.URL, func(c *Config) { c.OnExchange = told.add })
	ctx := WithAnswers(t.Context(), NewAnswers(roomy))
	ask := func(ctx context.Context, wantRequests int) {
		t.Helper()
		p, err := c.Rows(ctx, outlink, request)
		if err != nil || p.Rows.Len() != 1 || p.Credits != 1 || len(a.received()) != wantRequests {
			t.Errorf("got %+v, %v after %d requests; want %d requests", p, err, len(a.received()), wantRequests)
		}
	}
	if _, err := c.Rows(ctx, outlink, request); err == nil {
		t.Fatal("no error")
	}
	ask(ctx, 2) // an error is not kept
	ask(ctx, 2)
	ask(ctx, 2)
	ask(t.Context(), 3)
	ask(WithAnswers(t.Context(), NewAnswers(roomy)), 4)
	if _, err := c.GetStats(ctx); err == nil || len(a.received()) != 5 {
		t.Errorf("another method: %v after %d requests", err, len(a.received()))
	}
	if _, err := c.GetStats(ctx); err == nil || len(a.received()) != 6 {
		t.Errorf("a balance is not kept: %v after %d requests", err, len(a.received()))
	}
	if n := len(told.list()); n != 6 {
		t.Errorf("%d exchanges were reported", n)
	}
}

// Whoever asks beside others or after them: one request, however they meet.
func TestNoMomentIsLeftInWhichAnAnswerIsBoughtTwice(t *testing.T) {
	for range 300 {
		a := serve(t, ok(goodPage))
		c := client(t, a.URL)
		ctx := WithAnswers(t.Context(), NewAnswers(roomy))
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 4 {
					if _, err := c.Rows(ctx, outlink, request); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if n := len(a.received()); n != 1 {
			t.Fatalf("%d requests", n)
		}
		c.Close()
		a.Close()
	}
}

// An answer that others share is kept by each who keeps answers.
func TestASharedAnswerIsKeptByAll(t *testing.T) {
	letGo := make(chan struct{})
	a := serve(t, held(letGo, ok(goodPage)))
	c := client(t, a.URL)
	var all sync.WaitGroup
	var contexts []context.Context
	for range 3 {
		contexts = append(contexts, WithAnswers(t.Context(), NewAnswers(roomy)))
	}
	for _, ctx := range contexts {
		all.Go(func() { c.Rows(ctx, outlink, request) })
	}
	close(letGo)
	all.Wait()
	before := len(a.received())
	for _, ctx := range contexts {
		if p, err := c.Rows(ctx, outlink, request); err != nil || p.Rows.Len() != 1 {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if n := len(a.received()); n != before {
		t.Errorf("%d more requests", n-before)
	}
}

func TestAnswersWithoutRoomAreNotKept(t *testing.T) {
	a := serve(t, ok(goodPage))
	c := client(t, a.URL)
	size := int64(0)
	room := true
	answers := NewAnswers(func(bytes int64) bool { size += bytes; return room })
	ctx := WithAnswers(t.Context(), answers)
	ask := func(size, wantRequests int) {
		t.Helper()
		req := request
		req.Size = size
		if _, err := c.Rows(ctx, outlink, req); err != nil || len(a.received()) != wantRequests {
			t.Errorf("%d requests, want %d; %v", len(a.received()), wantRequests, err)
		}
	}
	ask(10, 1)
	if size < 200 || size > 1000 {
		t.Errorf("a page of one row takes %d bytes", size)
	}
	room = false
	ask(20, 2)
	ask(20, 3)
	ask(10, 3)
	answers.Forget()
	ask(10, 4)
	room = true
	ask(10, 5)
	ask(10, 6)
}
