package steampipe

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	protobuf "google.golang.org/protobuf/proto"
)

// An aggregator's scan has several connections. Steampipe trusts its ORDER BY to the plugin, and the SDK tells it to each
// connection and sends their rows as they come: in no order at all. So each connection's scan is made on its own here,
// and their rows are merged.

// merges reports a request whose rows are to come in an order that the SDK does not keep.
func merges(req *proto.ExecuteRequest) bool {
	return len(req.ExecuteConnectionData) > 1 && len(req.GetQueryContext().GetSortOrder()) > 0
}

// merge sends the rows of all connections of a request in its order. scan makes the scan of a request with one of them.
// The first that fails ends all.
func merge(req *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer, scan func(*proto.ExecuteRequest, proto.WrapperPlugin_ExecuteServer) error) error {
	ctx, end := context.WithCancel(stream.Context())
	var all sync.WaitGroup
	var lanes []*lane
	for _, connection := range slices.Sorted(maps.Keys(req.ExecuteConnectionData)) {
		l := &lane{ctx: ctx, rows: make(chan *proto.ExecuteResponse), passed: make(chan struct{})}
		lanes = append(lanes, l)
		all.Go(func() {
			defer close(l.rows)
			l.err = scan(ofConnection(req, connection), NewStream(ctx, l.send))
		})
	}
	err := inOrder(lanes, req.QueryContext.SortOrder, stream.Send)
	end()
	all.Wait()
	if left := stream.Context().Err(); left != nil {
		err = left
	}
	return err
}

// ofConnection is the part of a request that one connection answers. The SDK writes into the requests that it gets.
func ofConnection(req *proto.ExecuteRequest, connection string) *proto.ExecuteRequest {
	return &proto.ExecuteRequest{
		Table: req.Table, QueryContext: protobuf.CloneOf(req.QueryContext), CallId: req.CallId + " " + connection, Connection: req.Connection, TraceContext: req.TraceContext,
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{connection: req.ExecuteConnectionData[connection]},
	}
}

// inOrder sends the lanes' rows, the first one of all each time. Those that are alike come in the lanes' order.
func inOrder(lanes []*lane, by []*proto.SortColumn, send func(*proto.ExecuteResponse) error) error {
	var open []*lane
	for _, l := range lanes {
		if more, err := l.next(); err != nil {
			return err
		} else if more {
			open = append(open, l)
		}
	}
	for len(open) > 0 {
		first := slices.MinFunc(open, func(a, b *lane) int { return compareRows(a.head.GetRow(), b.head.GetRow(), by) })
		if err := send(first.head); err != nil {
			return err
		}
		first.pass()
		if more, err := first.next(); err != nil {
			return err
		} else if !more {
			open = slices.DeleteFunc(open, func(l *lane) bool { return l == first })
		}
	}
	return nil
}

// lane is one connection's rows. Its scan goes on when its row has been sent, and not before: it may pay for the next.
type lane struct {
	ctx    context.Context
	rows   chan *proto.ExecuteResponse // closed when the scan has ended
	passed chan struct{}
	head   *proto.ExecuteResponse

	err error
}

// send gives a row to the merge, and returns when it has been sent to the reader.
func (l *lane) send(row *proto.ExecuteResponse) error {
	select {
	case l.rows <- row:
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
	select {
	case <-l.passed:
		return nil
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
}

// next waits for the lane's next row, or its end.
func (l *lane) next() (more bool, err error) {
	l.head, more = <-l.rows
	if !more {
		return false, l.err
	}
	return true, nil
}

// pass lets the scan go on.
func (l *lane) pass() {
	select {
	case l.passed <- struct{}{}:
	case <-l.ctx.Done():
	}
}
