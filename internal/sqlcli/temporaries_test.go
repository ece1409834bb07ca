package sqlcli

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The first signal cancels, the next one ends the process; while a pager has the terminal, Ctrl-C is the pager's.
func TestWhatSignalsDo(t *testing.T) {
	for _, tt := range []struct {
		paged           bool
		sent            []os.Signal
		cancelled, ends int
	}{
		{false, []os.Signal{os.Interrupt}, 1, 0}, {false, []os.Signal{os.Interrupt, os.Interrupt}, 1, 1}, {false, []os.Signal{syscall.SIGTERM, os.Interrupt}, 1, 1},
		{true, []os.Signal{os.Interrupt, os.Interrupt, os.Interrupt}, 1, 0}, {true, []os.Signal{os.Interrupt, os.Interrupt, syscall.SIGTERM}, 1, 1},
	} {
		paging.Store(tt.paged)
		signals := make(chan os.Signal, len(tt.sent))
		for _, s := range tt.sent {
			signals <- s
		}
		close(signals)
		cancelled, ends := 0, 0
		obey(signals, func() { cancelled++ }, func() { ends++ })
		if cancelled != tt.cancelled || ends != tt.ends {
			t.Errorf("paged %t, %v: cancelled %d times, ended %d times", tt.paged, tt.sent, cancelled, ends)
		}
	}
	paging.Store(false)
}

// What is removed at the end is what is still there and not to stay.
func TestTemporariesAreRemoved(t *testing.T) {
	var s pathSet
	dir := t.TempDir()
	for _, name := range []string{"removed", "stays", "gone"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Join(path, "inside"), 0o700); err != nil {
			t.Fatal(err)
		}
		s.add(path)
	}
	s.drop(filepath.Join(dir, "stays"))
	s.remove(filepath.Join(dir, "gone"))
	s.removeAll()
	if files, _ := os.ReadDir(dir); len(files) != 1 || files[0].Name() != "stays" {
		t.Errorf("%v", files)
	}
}
