// Package pluginserver serves a Steampipe plugin without losing its errors.
//
// The SDK (v5.14) can lose an error twice. A scan's error and the end of its rows reach the SDK's row loop
// on two channels, between which Go chooses at random once both are ready; the same again one level up,
// between the scan's error and its last row. With a reader slower than the scan, one error in two was lost
// (measured: 121 of 200), and a failed scan looked like a short one that is complete. With the query cache
// on, the short result was then kept for others, and at times the process ended ("send on closed channel").
// For data that people pay for this will not do.
//
// [Server] wraps the SDK's in-process server and is served in its place. A List function reports its error
// with [Fail]: the server notes it with the call and returns it when the SDK does not. Fail also sees to it
// that the SDK's cache drops the unfinished result.
//
// A reader that leaves is the SDK's other weak point. What is under way then blocks for ever on its channels, a
// few goroutines and a page of rows per scan, and with the query cache on a List function is not told. So the
// server tells the List function ([Begin]) and nobody else, and drops the rows that are still coming: the SDK
// sees a scan that ends as any other.
package pluginserver

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	sdkgrpc "github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Server is a plugin's gRPC service. It implements the SDK's WrapperPluginServer.
type Server struct {
	*sdkgrpc.PluginServer
	name  string
	calls *calls
}

// freeMemInterval tells the SDK after how many rows to collect garbage and give memory back to the system, by
// default 100. That is quadratic in a process that holds other data: 99,241 rows took a minute next to a
// simulator, and two seconds without. Go's own pacing (see gcPercent) keeps the heap as small.
const freeMemInterval = "STEAMPIPE_FREE_MEM_INTERVAL"

// gcPercent of the plugin's process. Most of its heap is a cache that the SDK sets aside at the start, so that
// Go's default would let as much again become garbage: 100 MB more for 60,000 rows than for 1,000.
const gcPercent = 20

// New makes the server of a plugin. The SDK's set-up runs here, which points the standard logger at
// standard error.
func New(create plugin.PluginFunc) *Server {
	if _, set := os.LookupEnv(freeMemInterval); !set {
		os.Setenv(freeMemInterval, "0")
	}
	s := &Server{calls: &calls{byID: map[string]*call{}}}
	s.PluginServer = plugin.Server(&plugin.ServeOpts{PluginFunc: func(ctx context.Context) *plugin.Plugin {
		p := create(ctx)
		s.name = p.Name
		return p
	}})
	return s
}

// Serve answers Steampipe over go-plugin until the process is told to end. What goes wrong at the start is
// printed on standard output in the form in which Steampipe's plugin manager looks for it.
func Serve(create plugin.PluginFunc) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("%s%v\n", plugin.PluginStartupFailureMessage, r)
		}
	}()
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	s := New(create)
	goplugin.Serve(&goplugin.ServeConfig{
		Plugins:         map[string]goplugin.Plugin{s.name: &shared.WrapperPlugin{Impl: s}},
		GRPCServer:      goplugin.DefaultGRPCServer,
		HandshakeConfig: shared.Handshake,
	})
}

// Execute runs one scan and sends its rows to stream. It returns the scan's error, whether or not the SDK
// has lost it, and the context's error if the reader left.
func (s *Server) Execute(req *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	reader := stream.Context()
	ctx, cancel := context.WithCancel(context.WithoutCancel(reader))
	defer cancel() // ends what Fail holds up
	c := s.calls.begin(reader, req)
	defer s.calls.end(c)
	err := s.PluginServer.Execute(req, callStream{stream, context.WithValue(ctx, callKey{}, c), c})
	switch {
	case reader.Err() != nil:
		return reader.Err()
	case err == nil:
		return c.failure()
	}
	return err
}

// callStream is a stream whose context ends with the call and carries it, which drops what its reader no
// longer wants, and which counts.
type callStream struct {
	proto.WrapperPlugin_ExecuteServer
	ctx  context.Context
	call *call
}

func (s callStream) Send(resp *proto.ExecuteResponse) (err error) {
	if s.call.reader.Err() == nil {
		err = s.WrapperPlugin_ExecuteServer.Send(resp)
	}
	s.call.sent.Add(1)
	return err
}

func (s callStream) Context() context.Context { return s.ctx }

type callKey struct{}

// calls are the scans being executed, by the id that the SDK names their logger with: with the query cache
// on, that is all that the context of a List function keeps of its call.
type calls struct {
	mu   sync.Mutex
	byID map[string]*call
	next atomic.Int64
}

type call struct {
	id, table string
	reader    context.Context // ends when the reader leaves
	registry  *calls
	sent      atomic.Int64 // rows that the reader has got, or that were dropped after it left

	mu    sync.Mutex
	err   error
	lists bool // a List function runs for this call; without one its rows come from the cache or another call
}

const idMark = "#"

// active finds the call that a List function works for, or nil where the plugin is served by something else.
var active sync.Map // id → *call

func (cs *calls) begin(reader context.Context, req *proto.ExecuteRequest) *call {
	id := fmt.Sprintf("%p-%d", cs, cs.next.Add(1))
	req.CallId += idMark + id
	c := &call{id: id, table: tableKey(req), reader: reader, registry: cs}
	cs.mu.Lock()
	cs.byID[id] = c
	cs.mu.Unlock()
	active.Store(id, c)
	return c
}

func (cs *calls) end(c *call) {
	active.Delete(c.id)
	cs.mu.Lock()
	delete(cs.byID, c.id)
	cs.mu.Unlock()
}

func tableKey(req *proto.ExecuteRequest) string { return req.Connection + "/" + req.Table }

func (c *call) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// fail notes an error for the call, and for those that wait for the same rows: the SDK lets a second, equal
// query share the rows of a first that is still running, and can lose the first one's error there too.
func (c *call) fail(err error) {
	for _, failed := range append(c.sharers(), c) {
		failed.mu.Lock()
		if failed.err == nil {
			failed.err = err
		}
		failed.mu.Unlock()
	}
}

// sharers are the other scans of the same table that may be waiting for this call's rows.
func (c *call) sharers() (list []*call) {
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	for _, other := range c.registry.byID {
		if other == c || other.table != c.table {
			continue
		}
		other.mu.Lock()
		if !other.lists {
			list = append(list, other)
		}
		other.mu.Unlock()
	}
	return list
}

// readers are the calls whose readers are still there and get this call's rows.
func (c *call) readers() []*call {
	return slices.DeleteFunc(append(c.sharers(), c), func(o *call) bool { return o.reader.Err() != nil })
}

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	name := plugin.Logger(ctx).Name()
	i := strings.LastIndex(name, idMark)
	if i < 0 {
		return nil
	}
	if c, ok := active.Load(name[i+len(idMark):]); ok {
		return c.(*call)
	}
	return nil
}

// Begin tells the server that a List function runs for the call of ctx, and returns a context that also
// ends when the call's reader has left, and others who wait for the same rows. A List function that
// ends for this must call [Fail], lest its rows be taken for all of them, and must stream with the context
// that it got from the SDK: the SDK takes the end of any other for the end of the rows.
func Begin(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	c := callOf(ctx)
	if c == nil {
		return ctx, cancel
	}
	c.mu.Lock()
	c.lists = true
	c.mu.Unlock()
	stop := context.AfterFunc(c.reader, func() {
		for ctx.Err() == nil && len(c.readers()) > 0 {
			time.Sleep(lookAgain)
		}
		cancel()
	})
	return ctx, func() { stop(); cancel() }
}

// Consumed waits until so many rows, which a List function has streamed, were sent to their reader, or to
// another who shares them, or ctx ends. The SDK takes rows much faster than their reader may want them: a List
// function that pays for its rows waits here before it buys more.
func Consumed(ctx context.Context, rows int64) {
	c := callOf(ctx)
	for c != nil && ctx.Err() == nil && !slices.ContainsFunc(c.readers(), func(o *call) bool { return !o.waiting(rows) }) {
		time.Sleep(lookAgain)
	}
}

// Failed is the item that [Fail] streams last. A column's transform that meets one returns [Failed.Wait].
type Failed struct{}

// Wait holds the row back until the scan has ended, so that the SDK cannot take the end of the rows for the
// end of a complete scan before it has seen the error.
func (Failed) Wait(ctx context.Context) (any, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// Fail reports that a List function has failed, after it has streamed so many rows, and returns what the
// function must return.
//
// Where nothing is cached, that is nil: the SDK then delivers the rows before the failure and ends the scan
// as usual, and the server returns the error in its place.
//
// Where the rows go into the query cache, the SDK must see the error, or it would keep an unfinished result.
// But it must not see it before the rows have reached their reader: the cache's subscriber would send the
// rest on a channel that is closed by then, which ends the process. So Fail waits for the reader. Then it
// streams an item whose row is held up until the scan has ended, so that the SDK cannot find the end of the
// rows before it finds the error.
func Fail(ctx context.Context, d *plugin.QueryData, streamed int64, err error) error {
	c := callOf(ctx)
	if c == nil {
		return err // served by something else, such as Steampipe's own extensions
	}
	if d.QueryContext.CacheEnabled {
		c.awaitReaders(ctx, streamed)
		c.fail(err)
		d.StreamListItem(ctx, Failed{})
		return err
	}
	c.fail(err)
	return nil
}

// How long Fail waits for another query that may share the rows of this one, or not, and how often it looks.
const (
	shareWait = 5 * time.Second
	lookAgain = 500 * time.Microsecond
)

// awaitReaders waits until so many rows were sent to the call's reader, and to others who share them.
func (c *call) awaitReaders(ctx context.Context, rows int64) {
	start := time.Now()
	for ctx.Err() == nil && (c.waiting(rows) || c.othersWait(rows) && time.Since(start) < shareWait) {
		time.Sleep(lookAgain)
	}
}

func (c *call) waiting(rows int64) bool { return c.sent.Load() < rows }

func (c *call) othersWait(rows int64) bool {
	return slices.ContainsFunc(c.sharers(), func(o *call) bool { return o.waiting(rows) })
}
