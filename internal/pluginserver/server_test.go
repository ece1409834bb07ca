package pluginserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
	"google.golang.org/grpc/metadata"
)

// numbers is a plugin with one table, whose List function a test sets. Rows are told apart by the key column
// "test", so that tests do not share what is cached.
type numbers struct {
	server *Server
	list   atomic.Pointer[func(ctx context.Context, stream func(int)) error]
	tests  atomic.Int64 // begun, so that a repeated one finds nothing in the cache
}

func theNumbers() *numbers {
	n := onlyNumbers()
	n.tests.Add(1)
	return n
}

var onlyNumbers = sync.OnceValue(func() *numbers {
	os.Setenv("STEAMPIPE_LOG_LEVEL", "OFF")
	n := &numbers{}
	value := func(_ context.Context, d *transform.TransformData) (any, error) { return d.HydrateItem, nil }
	wait := func(ctx context.Context, d *transform.TransformData) (any, error) {
		if f, ok := d.HydrateItem.(Failed); ok {
			return f.Wait(ctx)
		}
		return value(ctx, d)
	}
	n.server = New(func(context.Context) *plugin.Plugin {
		return &plugin.Plugin{
			Name: "steampipe-plugin-numbers",
			TableMap: map[string]*plugin.Table{"number": {
				Name: "number",
				List: &plugin.ListConfig{
					Hydrate:    n.scan,
					KeyColumns: plugin.KeyColumnSlice{{Name: "test", Require: plugin.Required}},
				},
				Columns: []*plugin.Column{
					{Name: "n", Type: proto.ColumnType_INT, Transform: transform.From(wait)},
					{Name: "test", Type: proto.ColumnType_STRING, Transform: transform.FromQual("test")},
				},
			}},
		}
	})
	_, err := n.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		Configs:        []*proto.ConnectionConfig{{Connection: "numbers", Plugin: "numbers", PluginShortName: "numbers"}},
		MaxCacheSizeMb: 32,
	})
	if err != nil {
		panic(err)
	}
	if _, err := n.server.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: true, Ttl: 300, MaxSizeMb: 32}); err != nil {
		panic(err)
	}
	return n
})

func (n *numbers) scan(sdkCtx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
	ctx, end := Begin(sdkCtx)
	defer end()
	var streamed int64
	err := (*n.list.Load())(ctx, func(i int) {
		if ctx.Err() == nil {
			streamed++
			d.StreamListItem(sdkCtx, i)
		}
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, Fail(sdkCtx, d, streamed, err)
	}
	return nil, nil
}

type reader struct {
	ctx   context.Context
	onRow func(rows int)

	mu   sync.Mutex
	rows int
}

func (r *reader) Send(*proto.ExecuteResponse) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	r.rows++
	if r.onRow != nil {
		r.onRow(r.rows)
	}
	return nil
}

func (r *reader) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows
}

func (r *reader) Context() context.Context     { return r.ctx }
func (r *reader) SetHeader(metadata.MD) error  { return nil }
func (r *reader) SendHeader(metadata.MD) error { return nil }
func (r *reader) SetTrailer(metadata.MD)       {}
func (r *reader) SendMsg(any) error            { return nil }
func (r *reader) RecvMsg(any) error            { return nil }

func (n *numbers) read(ctx context.Context, test string, cache bool, onRow func(rows int)) (int, error) {
	r := &reader{ctx: ctx, onRow: onRow}
	test = fmt.Sprint(test, " ", n.tests.Load())
	qual := &proto.Qual{FieldName: "test", Operator: &proto.Qual_StringValue{StringValue: "="}, Value: proto.NewQualValue(test)}
	err := n.server.Execute(&proto.ExecuteRequest{
		Table: "number", CallId: "call", Connection: "numbers",
		QueryContext:          &proto.QueryContext{Columns: []string{"n"}, Quals: map[string]*proto.Quals{"test": {Quals: []*proto.Qual{qual}}}},
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"numbers": {CacheEnabled: cache, CacheTtl: 300}},
	}, r)
	return r.count(), err
}

func (n *numbers) answer(list func(ctx context.Context, stream func(int)) error) { n.list.Store(&list) }

func rows(count int, err error) func(context.Context, func(int)) error {
	return func(_ context.Context, stream func(int)) error {
		for i := range count {
			stream(i)
		}
		return err
	}
}

func bothCaches(t *testing.T, test func(t *testing.T, cache bool)) {
	for _, cache := range []bool{false, true} {
		t.Run(fmt.Sprintf("cache=%t", cache), func(t *testing.T) { test(t, cache) })
	}
}

// In the SDK one error in two is lost here.
func TestAnErrorAfterRowsReachesItsReader(t *testing.T) {
	bothCaches(t, func(t *testing.T, cache bool) {
		n := theNumbers()
		for i := range 60 {
			test := fmt.Sprint("error", cache, i)
			slow := func(int) { time.Sleep(time.Duration(i%3) * 100 * time.Microsecond) }
			n.answer(rows(i, errors.New("broken")))
			if got, err := n.read(t.Context(), test, cache, slow); err == nil || !strings.Contains(err.Error(), "broken") {
				t.Fatalf("%d rows of %d and the error %v", got, i, err)
			}
			n.answer(rows(i+7, nil))
			if got, err := n.read(t.Context(), test, cache, nil); err != nil || got != i+7 {
				t.Fatalf("after a failure: %d rows of %d, %v", got, i+7, err)
			}
		}
	})
}

func TestAReaderWhoLeavesEndsTheScanAndLeavesNothingBehind(t *testing.T) {
	bothCaches(t, func(t *testing.T, cache bool) {
		n := theNumbers()
		var running atomic.Int64
		n.answer(func(ctx context.Context, stream func(int)) error {
			running.Add(1)
			defer running.Add(-1)
			for i := 0; ctx.Err() == nil; i++ {
				stream(i)
			}
			return ctx.Err()
		})
		for i := range 30 {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := n.read(ctx, fmt.Sprint("leaves", cache, i), cache, func(rows int) {
				if rows > i*9 {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("the reader who left got %v", err)
			}
		}
		if left := eventuallyNone(func() int { return int(running.Load()) + sdkGoroutines() }); left != 0 {
			t.Errorf("%d goroutines are left", left)
		}
	})
}

func TestRowsOfAReaderWhoLeftAreNotTakenForAll(t *testing.T) {
	n := theNumbers()
	for i := range 20 {
		test := fmt.Sprint("partial", i)
		ctx, cancel := context.WithCancel(t.Context())
		n.answer(func(ctx context.Context, stream func(int)) error {
			for row := range i {
				stream(row)
			}
			cancel() // while nothing is under way
			<-ctx.Done()
			return nil
		})
		n.read(ctx, test, true, nil)
		n.answer(rows(200, nil))
		if got, err := n.read(t.Context(), test, true, nil); err != nil || got != 200 {
			t.Fatalf("%d rows of 200, %v", got, err)
		}
	}
}

func TestAReaderWhoSharesRowsGetsThemAllWhenTheFirstLeaves(t *testing.T) {
	n := theNumbers()
	first, leave := context.WithCancel(t.Context())
	started, joined := make(chan bool), make(chan bool)
	n.answer(func(ctx context.Context, stream func(int)) error {
		stream(0)
		close(started)
		<-joined
		for i := range 300 {
			stream(i + 1)
		}
		return ctx.Err()
	})
	done := make(chan error, 1)
	go func() {
		_, err := n.read(first, "share", true, nil)
		done <- err
	}()
	<-started
	second := make(chan string, 1)
	go func() {
		got, err := n.read(t.Context(), "share", true, nil)
		second <- fmt.Sprint(got, " ", err)
	}()
	awaitSharers(2)
	leave()
	close(joined)
	if got := <-second; got != "301 <nil>" {
		t.Errorf("the second reader got %s", got)
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the first reader got %v", err)
	}
}

// A List function that buys its rows must not run ahead of a reader who may have enough.
func TestConsumedWaitsForTheReader(t *testing.T) {
	bothCaches(t, func(t *testing.T, cache bool) {
		n := theNumbers()
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
		slow := func(rows int) { time.Sleep(200 * time.Microsecond); got.Store(int64(rows)) }
		if rows, err := n.read(t.Context(), fmt.Sprint("consumed", cache), cache, slow); err != nil || rows != 51 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		if seen.Load() != 50 {
			t.Errorf("the reader had got %d of 50 rows", seen.Load())
		}
	})
}

func TestConsumedEndsWhenTheReaderLeaves(t *testing.T) {
	bothCaches(t, func(t *testing.T, cache bool) {
		n := theNumbers()
		n.answer(func(ctx context.Context, stream func(int)) error {
			for i := range 50 {
				stream(i)
			}
			Consumed(ctx, 60) // which do not come
			return ctx.Err()
		})
		ctx, leave := context.WithCancel(t.Context())
		_, err := n.read(ctx, fmt.Sprint("consumed, left", cache), cache, func(rows int) {
			if rows == 3 {
				leave()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the reader who left got %v", err)
		}
	})
}

// A reader who does not read holds nobody up who shares its rows.
func TestConsumedEndsWhenAnotherHasTheRows(t *testing.T) {
	n := theNumbers()
	joined, bought, free := make(chan bool), make(chan bool), make(chan bool)
	n.answer(func(ctx context.Context, stream func(int)) error {
		<-joined
		for i := range 50 {
			stream(i)
		}
		Consumed(ctx, 50)
		close(bought)
		stream(50)
		return ctx.Err()
	})
	done := make(chan string, 2)
	read := func(onRow func(int)) {
		got, err := n.read(t.Context(), "consumed, shared", true, onRow)
		done <- fmt.Sprint(got, " ", err)
	}
	go read(func(rows int) {
		if rows == 3 {
			<-free
		}
	})
	awaitSharers(1)
	go read(nil)
	awaitSharers(2)
	close(joined)
	<-bought // while the first one does not read
	close(free)
	for range 2 {
		if got := <-done; got != "51 <nil>" {
			t.Errorf("a reader got %s", got)
		}
	}
}

func TestAScanEndsWhenAllWhoShareItHaveLeft(t *testing.T) {
	n := theNumbers()
	ended := make(chan bool)
	n.answer(func(ctx context.Context, stream func(int)) error {
		defer close(ended)
		<-ctx.Done()
		return ctx.Err()
	})
	var left []context.CancelFunc
	done := make(chan error, 2)
	for i := range 2 {
		ctx, leave := context.WithCancel(t.Context())
		left = append(left, leave)
		go func() {
			_, err := n.read(ctx, "both leave", true, nil)
			done <- err
		}()
		awaitSharers(i + 1)
	}
	left[0]()
	select {
	case <-ended:
		t.Error("the scan ended while one reader waited")
	case <-time.After(20 * time.Millisecond):
	}
	left[1]()
	<-ended
	for range left {
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("a reader who left got %v", err)
		}
	}
}

func eventuallyNone(count func() int) (left int) {
	for range 100 {
		if left = count(); left == 0 {
			return 0
		}
		time.Sleep(20 * time.Millisecond)
	}
	return left
}

// sdkGoroutines counts the goroutines in which the SDK works for a scan.
func sdkGoroutines() int { return goroutines("plugin.(*QueryData)") }

// goroutines counts those that are in a function.
func goroutines(function string) (n int) {
	stacks := make([]byte, 4<<20)
	for g := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(g, function) {
			n++
		}
	}
	return n
}

// awaitSharers waits until so many readers get the rows of one scan.
func awaitSharers(count int) {
	for goroutines("(*setRequestSubscriber).readRowsAsync") < count {
		time.Sleep(time.Millisecond)
	}
}
