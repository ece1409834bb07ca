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

// outputClosed reports that the command was started without a standard output. Go then opens the null device in its
// place, for reading too, as nobody does who wants the rows to be dropped.
func outputClosed(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	have, err := f.Stat()
	if err != nil {
		return true
	}
	null, err := os.Stat(os.DevNull)
	if err != nil || !os.SameFile(have, null) {
		return false
	}
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}

// watchPipe calls closed when the reader of a pipe has left, which a command that waits for the API would
// notice too late: the answer would be paid for. The returned function ends the watch.
func watchPipe(ctx context.Context, w io.Writer, closed func()) (stop func()) {
	if !isPipe(w) {
		return func() {}
	}
	f := w.(*os.File)
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
