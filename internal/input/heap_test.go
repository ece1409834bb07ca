package input_test

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
)

// Reading holds a row at a time: a file that is many times as long needs no more memory.
func TestReadingHoldsNoRows(t *testing.T) {
	file := t.TempDir() + "/a.csv"
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("x", 1000) + ",1\n"
	for range 5_000 {
		if _, err := out.WriteString(line); err != nil {
			t.Fatal(err)
		}
	}
	out.Close()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	before, most := liveHeap(), uint64(0)
	s, err := input.Open(context.Background(), "a.csv", in, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	err = s.Each(context.Background(), func([]any) error {
		if n++; n%1000 == 0 {
			most = max(most, liveHeap())
		}
		return nil
	})
	if err != nil || n != 5_000 {
		t.Fatalf("%d rows: %v", n, err)
	}
	if most > before+2<<20 {
		t.Errorf("%d kB are held of a file of 5 MB", (most-before)>>10)
	}
}

// liveHeap is what is in use when all else has been collected.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
