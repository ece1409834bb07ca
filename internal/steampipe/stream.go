package steampipe

import (
	"context"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/grpc/metadata"
)

// NewStream makes a stream for [Server.Execute] and [Server.Scan] whose reader is in this process: each response goes
// to send, whose error ends the call, and the reader leaves when ctx ends.
func NewStream(ctx context.Context, send func(*proto.ExecuteResponse) error) proto.WrapperPlugin_ExecuteServer {
	return inProcess{ctx, send}
}

// inProcess is a stream without gRPC: it has neither headers nor trailers.
type inProcess struct {
	ctx  context.Context
	send func(*proto.ExecuteResponse) error
}

func (s inProcess) Send(resp *proto.ExecuteResponse) error { return s.send(resp) }
func (s inProcess) Context() context.Context               { return s.ctx }
func (inProcess) SetHeader(metadata.MD) error              { return nil }
func (inProcess) SendHeader(metadata.MD) error             { return nil }
func (inProcess) SetTrailer(metadata.MD)                   {}
func (inProcess) SendMsg(any) error                        { return nil }
func (inProcess) RecvMsg(any) error                        { return nil }
