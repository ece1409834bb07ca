package steampipe

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// call is one Execute: a scan of a table by one reader, of one connection or, through an aggregator, of several.
type call struct {
	reader    context.Context          // ends when the reader leaves
	work      context.Context          // of the List functions: ends with the reader, and when one of them has failed
	end       context.CancelFunc       // ends the work
	cacheTime map[string]time.Duration // by connection
	limits    map[string]int64         // by connection, which the SDK is not told; nil where it counts

	mu     sync.Mutex
	err    error
	counts map[string]*count // by connection
}

// count is how many rows of a connection were sent, and who waits for that.
type count struct {
	sent    int64
	waiting []waiter
}

type waiter struct {
	rows    int64
	reached chan struct{}
}

func newCall(reader context.Context, req *proto.ExecuteRequest, cache *cacheOptions) *call {
	c := &call{reader: reader, cacheTime: cache.times(req), counts: map[string]*count{}}
	c.work, c.end = context.WithCancel(reader)
	return c
}

// takeLimits takes the LIMIT off what the SDK is told.
func (c *call) takeLimits(req *proto.ExecuteRequest) {
	c.limits = map[string]int64{}
	for connection, data := range req.ExecuteConnectionData {
		if data.GetLimit() != nil {
			c.limits[connection], data.Limit = data.Limit.Value, nil
		}
	}
}

func (c *call) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *call) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	c.end() // what other connections of an aggregator would still buy is for a scan that has failed
}

// of is a connection's count. The caller holds the lock.
func (c *call) of(connection string) *count {
	if c.counts[connection] == nil {
		c.counts[connection] = &count{}
	}
	return c.counts[connection]
}

// sent counts a row that the reader has got.
func (c *call) sent(connection string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.of(connection)
	n.sent++
	n.waiting = slices.DeleteFunc(n.waiting, func(w waiter) bool {
		if w.rows > n.sent {
			return false
		}
		close(w.reached)
		return true
	})
}

// reached is closed when so many rows of a connection were sent.
func (c *call) reached(connection string, rows int64) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, w := c.of(connection), waiter{rows, make(chan struct{})}
	if n.sent >= rows {
		close(w.reached)
	} else {
		n.waiting = append(n.waiting, w)
	}
	return w.reached
}

// got is how many rows of a connection were sent.
func (c *call) got(connection string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of(connection).sent
}

type callKey struct{}

// list is a List function's part of a call.
type list struct {
	call       *call
	connection string
}

type listKey struct{}

func listOf(ctx context.Context) (list, bool) {
	l, ok := ctx.Value(listKey{}).(list)
	return l, ok
}

// listContext ends with the reader, at the moment when the reader leaves, and has the values of the SDK's context.
type listContext struct {
	context.Context // the work's
	sdk             context.Context
}

// Value prefers the reader's: the context package finds by a value of its own whom to end with whom.
func (c listContext) Value(key any) any {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.sdk.Value(key)
}

// Begin returns the context of a List function that works for a connection: that of the SDK, and besides it ends when
// the reader has left, or the List function of another connection has failed. A List function that ends for this must
// call [Fail]. It must stream with the context that it got from the SDK: the SDK takes the end of any other for the end
// of the rows.
//
// Where the plugin is served by something else, such as Steampipe's own extensions, it is the SDK's context.
func Begin(sdk context.Context, connection string) context.Context {
	c, ok := sdk.Value(callKey{}).(*call)
	if !ok {
		return sdk
	}
	return context.WithValue(listContext{c.work, sdk}, listKey{}, list{c, connection})
}

// Fail reports that a List function has failed, and returns what the function must return. ctx is from [Begin].
//
// That is nil: the SDK then delivers the rows before the failure and ends the scan as usual, and the server
// returns the error in its place.
func Fail(ctx context.Context, err error) error {
	l, ok := listOf(ctx)
	if !ok {
		return err // served by something else
	}
	l.call.fail(err)
	return nil
}

// Consumed waits until so many rows, which a List function has streamed, were sent to their reader, or ctx
// ends, which is from [Begin]. The SDK takes rows much faster than their reader may want them: a List function
// that pays for its rows waits here before it buys more.
func Consumed(ctx context.Context, rows int64) {
	l, ok := listOf(ctx)
	if !ok {
		return
	}
	select {
	case <-l.call.reached(l.connection, rows):
	case <-ctx.Done():
	}
}

// Sent is how many rows, of those that a List function has streamed, were sent to their reader. ok is false where that
// cannot be known. ctx is from [Begin].
func Sent(ctx context.Context) (rows int64, ok bool) {
	l, ok := listOf(ctx)
	if !ok {
		return 0, false
	}
	return l.call.got(l.connection), true
}

// CacheTime is how old an answer may be, by the user's setting, that a List function uses again; 0 where nothing
// is to be used again. Steampipe shortens it when the user clears the cache. ctx is from [Begin].
func CacheTime(ctx context.Context) time.Duration {
	l, ok := listOf(ctx)
	if !ok {
		return 0
	}
	return max(l.call.cacheTime[l.connection], 0)
}
