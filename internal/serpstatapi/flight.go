package serpstatapi

import (
	"context"
	"slices"
	"sync"
)

// flights lets identical requests that are under way at the same time share one answer, since each would
// be charged. A request is given up when all who wait for it have.
type flights struct {
	mu      sync.Mutex
	running map[string]*flight
}

type flight struct {
	done    chan struct{}
	value   any
	err     *Error
	waiters int
	joined  bool       // there has been more than one
	keepers []*Answers // of those who have waited
	cancel  context.CancelFunc
	fs      *flights
}

type flightKey struct{}

// shared reports whether more than one caller waits for the request that ctx belongs to.
func shared(ctx context.Context) bool {
	f, ok := ctx.Value(flightKey{}).(*flight)
	if !ok {
		return false
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.joined
}

// share takes the caller's kept answer for a key, or joins a run of the same key, or runs do. The context given
// to do keeps the first caller's values. An answer is kept before its run is over for others, so that none who
// asks meanwhile runs another.
func share[T any](ctx context.Context, fs *flights, key string, do func(context.Context) (T, *Error)) (T, *Error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, interrupted(err)
	}
	answers := answersOf(ctx)
	fs.mu.Lock()
	if kept, ok := answers.get(key); ok {
		fs.mu.Unlock()
		return kept.(T), nil
	}
	f, ok := fs.running[key]
	if !ok {
		f = &flight{done: make(chan struct{}), fs: fs}
		runCtx, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), flightKey{}, f))
		f.cancel = cancel
		fs.running[key] = f
		go func() { // ends with its request, which ends when all waiters have left
			value, err := do(runCtx)
			f.value, f.err = value, err
			fs.land(key, f)
			cancel()
			close(f.done)
		}()
	}
	f.waiters++
	f.joined = f.waiters > 1 || f.joined
	if answers != nil && !slices.Contains(f.keepers, answers) {
		f.keepers = append(f.keepers, answers)
	}
	fs.mu.Unlock()

	select {
	case <-f.done:
	case <-ctx.Done():
		fs.leave(key, f)
		return zero, interrupted(ctx.Err())
	}
	if f.err != nil {
		return zero, f.err
	}
	return f.value.(T), nil
}

// leave gives up waiting. The last one to leave ends the request, and sees it end: nothing is left behind.
func (fs *flights) leave(key string, f *flight) {
	fs.mu.Lock()
	f.waiters--
	last := f.waiters == 0
	if last && fs.running[key] == f {
		delete(fs.running, key)
	}
	fs.mu.Unlock()
	if last {
		f.cancel()
		<-f.done
	}
}

// land gives a flight's answer to those who keep it, and lets the next one with its key start.
func (fs *flights) land(key string, f *flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f.err == nil {
		for _, answers := range f.keepers {
			answers.put(key, f.value)
		}
	}
	if fs.running[key] == f {
		delete(fs.running, key)
	}
}
