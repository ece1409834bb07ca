package steampipe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
)

// numbers is a plugin with one table, whose List function a test sets.
type numbers struct {
	server *Server
	list   atomic.Pointer[listFunc]
}

type listFunc func(ctx context.Context, stream func(int)) error

var theNumbers = sync.OnceValue(func() *numbers { return newNumbers(false) })

// null is the number that is shown as NULL.
const null = math.MinInt

// newNumbers makes a plugin that counts LIMITs itself, or leaves that to the SDK.
func newNumbers(countsLimits bool) *numbers {
	os.Setenv("STEAMPIPE_LOG_LEVEL", "OFF")
	n := &numbers{}
	n.server = New(func(ctx context.Context) *plugin.Plugin {
		if countsLimits {
			CountLimits(ctx)
		}
		return &plugin.Plugin{
			Name: "steampipe-plugin-numbers",
			TableMap: map[string]*plugin.Table{"number": {
				Name:  "number",
				List:  &plugin.ListConfig{Hydrate: n.scan},
				Cache: &plugin.TableCacheOptions{Enabled: false},
				Columns: []*plugin.Column{{Name: "n", Type: proto.ColumnType_INT, Sort: plugin.SortAll, Transform: transform.From(
					func(_ context.Context, d *transform.TransformData) (any, error) {
						if d.HydrateItem == null {
							return nil, nil
						}
						return d.HydrateItem, nil
					})}},
			}},
		}
	})
	var configs []*proto.ConnectionConfig
	for _, name := range append(slices.Clone(connections), "both") {
		configs = append(configs, &proto.ConnectionConfig{Connection: name, Plugin: "numbers", PluginShortName: "numbers"})
	}
	last := configs[len(connections)]
	last.Type, last.ChildConnections = "aggregator", connections
	if _, err := n.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: configs, MaxCacheSizeMb: 32}); err != nil {
		panic(err)
	}
	return n
}

var connections = []string{"one", "two", "three", "four", "five"}

func (n *numbers) scan(sdkCtx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
	ctx := context.WithValue(Begin(sdkCtx, d.Connection.Name), sdkLimit{}, d.QueryContext.GetLimit())
	err := (*n.list.Load())(ctx, func(i int) {
		if ctx.Err() == nil {
			d.StreamListItem(sdkCtx, i)
		}
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, Fail(ctx, err)
	}
	return nil, nil
}

type sdkLimit struct{}

// reader is a stream that a scan is sent to.
type reader struct {
	ctx   context.Context
	onRow func(rows int)
	rows  int
}

func (r *reader) Send(*proto.ExecuteResponse) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	r.rows++
	if r.onRow != nil {
		r.onRow(r.rows)
	}
	return nil
}

// read scans the table of connections, as an aggregator's if there are several, with Steampipe's cache on.
func (n *numbers) read(ctx context.Context, onRow func(rows int), connections ...string) (int, error) {
	r := &reader{ctx: ctx, onRow: onRow}
	req := &proto.ExecuteRequest{
		Table: "number", CallId: "call", Connection: "one", QueryContext: &proto.QueryContext{Columns: []string{"n"}},
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{},
	}
	for _, name := range append(connections, []string{"one"}[min(len(connections), 1):]...) {
		req.ExecuteConnectionData[name] = &proto.ExecuteConnectionData{CacheEnabled: true, CacheTtl: 300}
	}
	if len(connections) > 1 {
		req.Connection = "both"
	}
	err := n.server.Execute(req, NewStream(ctx, r.Send))
	return r.rows, err
}

func (n *numbers) answer(list listFunc) { n.list.Store(&list) }

func rows(count int, err error) listFunc {
	return func(_ context.Context, stream func(int)) error {
		for i := range count {
			stream(i)
		}
		return err
	}
}

// slowly lets others go on before each row is taken.
func slowly(yields int) func(int) {
	return func(int) {
		for range yields {
			runtime.Gosched()
		}
	}
}

// In the SDK one error in two is lost here.
func TestAnErrorAfterRowsReachesItsReader(t *testing.T) {
	n := theNumbers()
	for i := range repetition.Times(100, 1000) {
		i = i * 3 % 300
		n.answer(rows(i, errors.New("broken")))
		if got, err := n.read(t.Context(), slowly(i%3*10)); err == nil || !strings.Contains(err.Error(), "broken") || got != i {
			t.Fatalf("%d rows of %d and the error %v", got, i, err)
		}
		n.answer(rows(i+7, nil))
		if got, err := n.read(t.Context(), nil); err != nil || got != i+7 {
			t.Fatalf("after a failure: %d rows of %d, %v", got, i+7, err)
		}
	}
}

// Scans that fail, that are left and that are well run beside each other: each gets what is its own.
func TestScansKeepTheirErrorsToThemselves(t *testing.T) {
	n := theNumbers()
	type kind int
	type kindKey struct{}
	n.answer(func(ctx context.Context, stream func(int)) error {
		for i := range 500 {
			stream(i)
		}
		if ctx.Value(kindKey{}) == kind(1) {
			return errors.New("broken")
		}
		return nil
	})
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			ctx, leave := context.WithCancel(context.WithValue(t.Context(), kindKey{}, kind(i%3)))
			defer leave()
			got, err := n.read(ctx, func(rows int) {
				slowly(i % 7)(rows)
				if i%3 == 2 && rows == i {
					leave()
				}
			})
			switch {
			case i%3 == 0 && (err != nil || got != 500), i%3 == 1 && (err == nil || !strings.Contains(err.Error(), "broken")), i%3 == 2 && !errors.Is(err, context.Canceled):
				t.Errorf("scan %d: %d rows, %v", i, got, err)
			}
		})
	}
	all.Wait()
}

// A bubble ends when all its goroutines have, and fails if one is blocked for good.
func TestAReaderWhoLeavesEndsTheScanAndLeavesNothingBehind(t *testing.T) {
	n := theNumbers()
	for i := range 60 {
		synctest.Test(t, func(t *testing.T) {
			ended := false
			n.answer(func(ctx context.Context, stream func(int)) error {
				for i := 0; ctx.Err() == nil; i++ {
					stream(i)
				}
				ended = true
				return ctx.Err()
			})
			ctx, leave := context.WithCancel(t.Context())
			_, err := n.read(ctx, func(rows int) {
				if rows > i*9 {
					leave()
				}
			})
			if !errors.Is(err, context.Canceled) || !ended {
				t.Errorf("the reader who left got %v; the scan has ended: %t", err, ended)
			}
		})
	}
}

// A reader who has left is sent nothing more, and gets its context's error, whatever its stream says: alone and where an
// aggregator's rows are merged.
func TestAReaderWhoHasLeftIsSentNothing(t *testing.T) {
	n := theNumbers()
	for _, names := range [][]string{{"one"}, {"one", "two"}} {
		synctest.Test(t, func(t *testing.T) {
			n.answer(func(_ context.Context, stream func(int)) error {
				for i := range 100 {
					stream(i)
				}
				return nil
			})
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			req := &proto.ExecuteRequest{
				Table: "number", CallId: "call", Connection: "both",
				QueryContext:          &proto.QueryContext{Columns: []string{"n"}, SortOrder: []*proto.SortColumn{{Column: "n", Order: proto.SortOrder_Asc}}},
				ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{},
			}
			for _, name := range names {
				req.ExecuteConnectionData[name] = &proto.ExecuteConnectionData{}
			}
			sent := 0
			err := n.server.Execute(req, NewStream(ctx, func(*proto.ExecuteResponse) error {
				if sent++; sent < 10 {
					return nil
				}
				leave()
				return errors.New("the transport is closing")
			}))
			if !errors.Is(err, context.Canceled) || sent != 10 {
				t.Errorf("%v: %d rows were sent, %v", names, sent, err)
			}
		})
	}
}

// A List function learns of it at the moment in which the reader leaves: it asks before it buys.
func TestAListFunctionEndsWithItsReader(t *testing.T) {
	n := theNumbers()
	reader, leave := context.WithCancel(t.Context())
	n.answer(func(ctx context.Context, stream func(int)) error {
		leave()
		if ctx.Err() == nil {
			t.Error("the List function's context goes on without its reader")
		}
		<-ctx.Done()
		return nil
	})
	if _, err := n.read(reader, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("the reader who left got %v", err)
	}
}

// A List function that buys its rows must not run ahead of a reader who may have enough.
func TestConsumedWaitsForTheReader(t *testing.T) {
	n := theNumbers()
	for range 50 {
		var got, seen atomic.Int64
		n.answer(func(ctx context.Context, stream func(int)) error {
			for i := range 50 {
				stream(i)
			}
			Consumed(ctx, 50)
			seen.Store(got.Load())
			stream(50)
			return nil
		})
		if rows, err := n.read(t.Context(), func(rows int) { slowly(20)(rows); got.Store(int64(rows)) }); err != nil || rows != 51 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		if seen.Load() != 50 {
			t.Fatalf("the reader had got %d of 50 rows", seen.Load())
		}
	}
}

// Rows are counted for each connection of an aggregator: one's must not be taken for another's.
func TestConsumedCountsTheConnectionsRows(t *testing.T) {
	n := theNumbers()
	otherIsDone := make(chan bool)
	n.answer(func(ctx context.Context, stream func(int)) error {
		l, _ := listOf(ctx)
		if l.connection == "two" {
			for i := range 100 {
				stream(i)
			}
			Consumed(ctx, 100)
			close(otherIsDone)
			return nil
		}
		<-otherIsDone
		reached := l.call.reached(l.connection, 1)
		select {
		case <-reached:
			t.Error("rows of connection two are counted for connection one")
		default:
		}
		stream(0)
		Consumed(ctx, 1)
		return nil
	})
	if rows, err := n.read(t.Context(), nil, "one", "two"); err != nil || rows != 101 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestConsumedEndsWhenTheReaderLeaves(t *testing.T) {
	n := theNumbers()
	n.answer(func(ctx context.Context, stream func(int)) error {
		for i := range 50 {
			stream(i)
		}
		Consumed(ctx, 60) // which do not come
		return ctx.Err()
	})
	ctx, leave := context.WithCancel(t.Context())
	_, err := n.read(ctx, func(rows int) {
		if rows == 3 {
			leave()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the reader who left got %v", err)
	}
}

// What the user has set for the cache is told, though the SDK is not asked to cache.
func TestTheUsersCacheTimeIsTold(t *testing.T) {
	defer theNumbers().server.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: true, MaxSizeMb: 32, Ttl: 3600})
	for name, tt := range map[string]struct {
		server  *proto.SetCacheOptionsRequest
		request *proto.ExecuteRequest
		want    time.Duration
	}{
		"on":              {nil, connectionData(true, 300), 5 * time.Minute},
		"off":             {nil, connectionData(false, 300), 0},
		"cleared just so": {nil, connectionData(true, 0), 0},
		"negative":        {nil, connectionData(true, -5), 0},
		"off for all":     {&proto.SetCacheOptionsRequest{Enabled: false, MaxSizeMb: 32, Ttl: 3600}, connectionData(true, 300), 0},
		"at most":         {&proto.SetCacheOptionsRequest{Enabled: true, MaxSizeMb: 32, Ttl: 60}, connectionData(true, 300), time.Minute},
		"less than most":  {&proto.SetCacheOptionsRequest{Enabled: true, MaxSizeMb: 32, Ttl: 60}, connectionData(true, 30), 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			n := theNumbers()
			if tt.server == nil {
				tt.server = &proto.SetCacheOptionsRequest{Enabled: true, MaxSizeMb: 32, Ttl: 3600}
			}
			if _, err := n.server.SetCacheOptions(tt.server); err != nil {
				t.Fatal(err)
			}
			got := time.Duration(-1)
			n.answer(func(ctx context.Context, _ func(int)) error { got = CacheTime(ctx); return nil })
			tt.request.Table, tt.request.Connection, tt.request.QueryContext = "number", "one", &proto.QueryContext{Columns: []string{"n"}}
			if err := n.server.Execute(tt.request, NewStream(t.Context(), (&reader{ctx: t.Context()}).Send)); err != nil || got != tt.want {
				t.Errorf("%v, want %v (%v)", got, tt.want, err)
			}
		})
	}
	if got := CacheTime(t.Context()); got != 0 {
		t.Errorf("without a server, which knows what the user wants: %v", got)
	}
}

func connectionData(enabled bool, ttl int64) *proto.ExecuteRequest {
	return &proto.ExecuteRequest{ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"one": {CacheEnabled: enabled, CacheTtl: ttl}}}
}

// Served by something else, a List function's errors are the SDK's.
func TestWithoutTheServerTheSDKGetsTheError(t *testing.T) {
	broken := errors.New("broken")
	ctx := Begin(t.Context(), "one")
	Consumed(ctx, 1000)
	if err := Fail(ctx, broken); !errors.Is(err, broken) || fmt.Sprint(ctx) != fmt.Sprint(t.Context()) {
		t.Errorf("got %v", err)
	}
}
