//go:build unix

package sqlcli

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pipeCheck is how often the output is asked whether anybody still reads it.
const pipeCheck = 50 * time.Millisecond

// watchPipe calls closed when the reader of a pipe has left, which a command that waits for the API would
// notice too late: the answer would be paid for. The returned function ends the watch.
func watchPipe(ctx context.Context, w io.Writer, closed func()) (stop func()) {
	f, ok := w.(*os.File)
	if !ok {
		return func() {}
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		poll(ctx, f, closed)
	}()
	return func() { cancel(); <-done }
}

func poll(ctx context.Context, f *os.File, closed func()) {
	tick := time.NewTicker(pipeCheck)
	defer tick.Stop()
	for {
		fds := []unix.PollFd{{Fd: int32(f.Fd())}}
		if _, err := unix.Poll(fds, 0); err == nil && fds[0].Revents&(unix.POLLERR|unix.POLLNVAL) != 0 {
			closed()
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
