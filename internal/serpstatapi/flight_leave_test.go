package serpstatapi

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// One of two who wait leaves: whoever asks now joins the other, and buys nothing.
func TestARequestIsJoinedAfterOneOfItsCallersHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		letGo := make(chan struct{})
		a := serve(t, held(letGo, ok(goodPage)))
		c := client(t, a.URL)
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Rows(ctx, outlink, request); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		stay := func() {
			if _, err := c.Rows(t.Context(), outlink, request); err != nil {
				t.Error(err)
			}
		}
		wg.Go(stay)
		until(t, "two callers", func() bool { return waiters(c) == 2 })
		leave()
		until(t, "one has left", func() bool { return waiters(c) == 1 })
		wg.Go(stay)
		until(t, "two callers again", func() bool { return waiters(c) == 2 })
		close(letGo)
		wg.Wait()
		if n := len(a.received()); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

// Who leaves in the moment in which the answer has come may find that another request with the same key is under way: it
// stays, and can be joined.
func TestLeavingAnAnsweredRequestLeavesTheNextOneAlone(t *testing.T) {
	answered, next := &flight{done: make(chan struct{}), waiters: 1, cancel: func() {}}, &flight{waiters: 1}
	close(answered.done)
	fs := &flights{running: map[string]*flight{"key": next}}
	fs.leave("key", answered)
	if fs.running["key"] != next || next.waiters != 1 {
		t.Error("the next request can no longer be joined")
	}
	fs.land("key", answered)
	if fs.running["key"] != next {
		t.Error("the next request was taken for the one that has ended")
	}
}

// The last one to leave ends the request. Nobody can join it from then on, though it takes a moment to end.
func TestARequestThatIsGivenUpCannotBeJoined(t *testing.T) {
	fs := &flights{running: map[string]*flight{}}
	given := &flight{done: make(chan struct{}), waiters: 1}
	given.cancel = func() {
		if fs.running["key"] == given {
			t.Error("it can be joined")
		}
		close(given.done)
	}
	fs.running["key"] = given
	fs.leave("key", given)
}
