//go:build unix

package shell

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// Ctrl-C drops the line as soon as its prompt is shown. Where it is lost, this waits for ever.
func TestCtrlCAtAPromptThatIsJustShown(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	defer signal.Stop(signals)
	editor := NewPlainEditor(whenWritten(func() {
		syscall.Kill(os.Getpid(), syscall.SIGINT) //nolint:errcheck // nothing comes of it then
		<-signals                                 // whoever was to be told has been told
	}), func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
	if _, err := editor.Line(t.Context(), "> ", ""); !errors.Is(err, ErrDropped) {
		t.Errorf("the line ends with %v", err)
	}
}

// whenWritten is called at each Write.
type whenWritten func()

func (w whenWritten) Write(b []byte) (int, error) {
	w()
	return len(b), nil
}
