package sqlcli

import (
	"errors"
	"os"
	"testing"
	"time"
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
	if n, err := writer.Write(make([]byte, pipeBytes)); n != pipeBytes || err != nil {
		t.Fatal(n, err)
	}
	if err := writer.SetWriteDeadline(time.Unix(1, 0)); err != nil { // a write that would wait fails at once
		t.Fatal(err)
	}
	if n, err := writer.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes more, %v", n, err)
	}
}
