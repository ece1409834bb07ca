// Package steampipe serves a Steampipe plugin without losing its errors.
//
// The SDK (v5.14) can lose an error twice. A scan's error and the end of its rows reach the SDK's row loop
// on two channels, between which Go chooses at random once both are ready; the same again one level up,
// between the scan's error and its last row. With a reader slower than the scan, one error in two was lost
// (measured: 121 of 200), and a failed scan looked like a short one that is complete. For data that people pay
// for this will not do.
//
// [Server] wraps the SDK's in-process server and is served in its place. A List function reports its error
// with [Fail]: the server notes it with the call and returns it when the SDK has sent the rows before it.
//
// A reader that leaves is the SDK's other weak point. What is under way then blocks for ever on its channels, a
// few goroutines and a page of rows per scan. So the server tells the List function ([Begin]) and nobody else,
// and drops the rows that are still coming: the SDK sees a scan that ends as any other.
//
// The SDK's query cache must be off for a table whose List function uses this package ([plugin.Table].Cache). A
// scan that is cached works for all who came to share its rows, and with v5.14.1 they get some of them twice
// and others not at all. What the user has set for the cache is told by [CacheTime].
package steampipe

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	goplugin "github.com/hashicorp/go-plugin"
	sdkgrpc "github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Server is a plugin's gRPC service. It implements the SDK's WrapperPluginServer.
type Server struct {
	*sdkgrpc.PluginServer
	plugin *plugin.Plugin
	host   host
	cache  cacheOptions
}

// freeMemInterval tells the SDK after how many rows to collect garbage and give memory back to the system, by
// default 100. That is quadratic in a process that holds other data: 99,241 rows took a minute next to a
// simulator, and two seconds without. Go's own pacing (see gcPercent) keeps the heap as small.
const freeMemInterval = "STEAMPIPE_FREE_MEM_INTERVAL"

// gcPercent of the plugin's process, unless GOGC is set. What a plugin keeps of long results lives as long as it does:
// with Go's default as much again would become garbage.
const gcPercent = 50

// New makes the server of a plugin. The SDK's set-up runs here, which points the standard logger at
// standard error.
func New(create plugin.PluginFunc) *Server {
	if _, set := os.LookupEnv(freeMemInterval); !set {
		os.Setenv(freeMemInterval, "0")
	}
	s := &Server{}
	s.PluginServer = plugin.Server(&plugin.ServeOpts{PluginFunc: func(ctx context.Context) *plugin.Plugin {
		s.plugin = create(context.WithValue(ctx, hostKey{}, &s.host))
		return s.plugin
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
		Plugins:         map[string]goplugin.Plugin{s.plugin.Name: &shared.WrapperPlugin{Impl: s}},
		GRPCServer:      goplugin.DefaultGRPCServer,
		HandshakeConfig: shared.Handshake,
	})
}

// Execute runs one scan for Steampipe, whose foreign data wrapper does not always send what was meant, and may
// change the request. Otherwise it is Scan.
func (s *Server) Execute(req *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	mend(req)
	err := s.missing(req)
	if err == nil {
		err = s.Scan(req, stream)
	}
	return err
}

// Scan runs one scan and sends its rows to stream; it may change the request. It returns the scan's error, whether or
// not the SDK has lost it, and the context's error if the reader left.
func (s *Server) Scan(req *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	if merges(req) {
		return merge(req, stream, s.scan)
	}
	return s.scan(req, stream)
}

func (s *Server) scan(req *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	reader := stream.Context()
	c := newCall(reader, req, &s.cache)
	defer c.end()
	if s.host.countsLimits {
		c.takeLimits(req)
	}
	ctx := context.WithValue(context.WithoutCancel(reader), callKey{}, c)
	err := s.PluginServer.Execute(req, callStream{stream, ctx, c})
	switch {
	case reader.Err() != nil:
		err = reader.Err()
	case err == nil:
		err = c.failure()
	}
	return err
}

// callStream is a stream whose context outlives its reader and carries the call, which drops what its reader
// no longer wants, and which counts.
type callStream struct {
	proto.WrapperPlugin_ExecuteServer
	ctx  context.Context
	call *call
}

func (s callStream) Send(resp *proto.ExecuteResponse) (err error) {
	if s.call.reader.Err() == nil {
		err = s.WrapperPlugin_ExecuteServer.Send(resp)
	}
	if err != nil || s.call.reader.Err() != nil {
		s.call.end() // which may not have been told yet: a row that nobody gets is no reason to buy more
		return err
	}
	s.call.sent(resp.Connection)
	return nil
}

func (s callStream) Context() context.Context { return s.ctx }
