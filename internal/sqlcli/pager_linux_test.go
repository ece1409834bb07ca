package sqlcli

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A pipe that is made small takes a screen or two, and then waits for its reader.
func TestAPagersPipeHoldsLittle(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close()
	shrink(writer)
	conn, err := writer.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []error{nil, unix.EAGAIN} {
		var got error
		if err := conn.Write(func(fd uintptr) bool { _, got = unix.Write(int(fd), make([]byte, pipeBytes)); return true }); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(got, want) {
			t.Errorf("a write of %d bytes: %v, want %v", pipeBytes, got, want)
		}
	}
}
