package shell

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Several shells add to one file, and none of what they add is lost.
func TestShellsShareAHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "history")
	var all sync.WaitGroup
	for shell := range 4 {
		h, err := OpenHistory(file, keepAll)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for n := range 50 {
				if err := h.Add(fmt.Sprintf("select %d,\n%d;", shell, n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	h, err := OpenHistory(file, keepAll)
	if err != nil || len(h.Entries()) != 200 {
		t.Errorf("%d entries, %v", len(h.Entries()), err)
	}
	for shell := range 4 {
		for n := range 50 {
			if want := fmt.Sprintf("select %d,\n%d;", shell, n); !slices.Contains(h.Entries(), want) {
				t.Errorf("%q is lost", want)
			}
		}
	}
}

// The file has a bound. What is newest stays.
func TestAHistoryIsCut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	h, err := OpenHistory(file, keepAll)
	if err != nil {
		t.Fatal(err)
	}
	const entries = 150
	for n := range entries {
		if err := h.Add(fmt.Sprintf("select %d, '%s';", n, strings.Repeat("x", mostBytes/100))); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() > mostBytes {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
	again, err := OpenHistory(file, keepAll)
	if n := len(again.Entries()); err != nil || n < entries/4 || n >= entries {
		t.Fatalf("%d entries, %v", n, err)
	}
	if last := again.Entries()[len(again.Entries())-1]; !strings.HasPrefix(last, fmt.Sprintf("select %d,", entries-1)) {
		t.Errorf("the last is %.20s", last)
	}
}

func TestWhatIsNoEntry(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(file, []byte("\"select 1;\"\nnonsense\n\"\"\n\"cut off"), 0o644); err != nil {
		t.Fatal(err)
	}
	h, err := OpenHistory(file, func(entry string) bool { return strings.Contains(entry, "token") })
	if err != nil || !slices.Equal(h.Entries(), []string{"select 1;"}) {
		t.Fatal(h.Entries(), err)
	}
	for _, entry := range []string{"select 'token';", "select 2;", "select 2;", "select 'ü<';"} {
		if err := h.Add(entry); err != nil {
			t.Error(err)
		}
	}
	if want := []string{"select 1;", "select 2;", "select 'ü<';"}; !slices.Equal(h.Entries(), want) {
		t.Errorf("%q, want %q", h.Entries(), want)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	again, err := OpenHistory(file, keepAll)
	if want := h.Entries(); err != nil || !slices.Equal(again.Entries(), want) {
		t.Errorf("kept are %q, want %q, %v", again.Entries(), want, err)
	}
	b, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(b), "token") || !strings.HasSuffix(string(b), "\"select 2;\"\n\"select 'ü<';\"\n") {
		t.Errorf("the file has %q, %v", b, err)
	}
}

// Where nothing can be kept, what is entered can be recalled all the same, and it is told once.
func TestAHistoryThatCannotBeKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h, _ := OpenHistory(filepath.Join(file, "history"), keepAll)
	h.Add("select 1;") //nolint:errcheck // told here or above
	if err := h.Add("select 2;"); err != nil {
		t.Errorf("it is told again: %v", err)
	}
	if want := []string{"select 1;", "select 2;"}; !slices.Equal(h.Entries(), want) {
		t.Errorf("%q, want %q", h.Entries(), want)
	}
}
