package serpstatapi

import (
	"context"
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
	err     error
	waiters int
	cancel  context.CancelFunc
}

// share runs do, or joins a run of the same key. The context given to do keeps the first caller's values.
func share[T any](ctx context.Context, fs *flights, key string, do func(context.Context) (T, error)) (T, error) {
	fs.mu.Lock()
	f, ok := fs.running[key]
	if !ok {
		runCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight{done: make(chan struct{}), cancel: cancel}
		fs.running[key] = f
		go func() { // ends with its request, which ends when all waiters have left
			f.value, f.err = do(runCtx)
			fs.forget(key, f)
			cancel()
			close(f.done)
		}()
	}
	f.waiters++
	fs.mu.Unlock()

	var zero T
	select {
	case <-f.done:
		if f.err != nil {
			return zero, f.err
		}
		return f.value.(T), nil
	case <-ctx.Done():
		fs.leave(key, f)
		return zero, interrupted(ctx.Err())
	}
}

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

func (fs *flights) forget(key string, f *flight) {
	fs.mu.Lock()
	if fs.running[key] == f {
		delete(fs.running, key)
	}
	fs.mu.Unlock()
}
