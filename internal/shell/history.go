package shell

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// The file of what was entered has an entry a line, each a text of JSON. It is cut to its newer half, in entries, when it
// has grown past mostBytes.
const (
	mostBytes   = 1 << 20
	mostEntries = 2000 // that a shell begins with
)

// History is what was entered, by this shell and by those before it, oldest first. Several shells may add to one file.
type History struct {
	file    string // "" keeps it in memory
	secret  func(entry string) bool
	entries []string
}

// OpenHistory reads a file, which need not be there. secret tells what is not to be kept; "" as the file keeps nothing. A
// history is returned also with an error, without a file then.
func OpenHistory(file string, secret func(entry string) bool) (*History, error) {
	h := &History{secret: secret}
	if file == "" {
		return h, nil
	}
	b, err := lockedfile.Read(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return h, fmt.Errorf("what is entered is not kept: %w", err)
	}
	h.file = file
	h.entries = entriesOf(b)
	h.entries = h.entries[max(0, len(h.entries)-mostEntries):]
	return h, nil
}

// entriesOf reads entries. A line that is none, as when the disk was full, is left out.
func entriesOf(b []byte) (list []string) {
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 2*mostBytes)
	for lines.Scan() {
		var entry string
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry != "" {
			list = append(list, entry)
		}
	}
	return list
}

// Entries are what was entered, oldest first.
func (h *History) Entries() []string { return h.entries }

// Add adds what was entered, unless it is what was entered last, or a secret.
func (h *History) Add(entry string) error {
	if entry == "" || h.secret(entry) || len(h.entries) > 0 && h.entries[len(h.entries)-1] == entry {
		return nil
	}
	h.entries = append(h.entries, entry)
	if h.file == "" {
		return nil
	}
	if err := h.write(entry); err != nil {
		h.file = "" // it is told once
		return fmt.Errorf("what is entered is not kept: %w", err)
	}
	return nil
}

// write adds an entry to the file, which belongs to its owner alone.
func (h *History) write(entry string) (err error) {
	if err := os.MkdirAll(filepath.Dir(h.file), 0o700); err != nil {
		return err
	}
	f, err := lockedfile.OpenFile(h.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if runtime.GOOS != "windows" { // where a user's directory is closed to others
		if err := f.Chmod(0o600); err != nil {
			return err
		}
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	line := lineOf(entry)
	if last := []byte("\n"); end > 0 {
		if _, err := f.ReadAt(last, end-1); err != nil {
			return err
		}
		if last[0] != '\n' { // as when the disk was full
			line = append([]byte("\n"), line...)
		}
	}
	if end+int64(len(line)) <= mostBytes {
		_, err := f.Write(line)
		return err
	}
	return replaceByNewer(f, entry)
}

func lineOf(entry string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(entry) //nolint:errcheck // of a text there is none
	return b.Bytes()
}

// replaceByNewer keeps the newer half of a file's entries, and one more.
func replaceByNewer(f *lockedfile.File, entry string) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	entries := entriesOf(b)
	var kept []byte
	for _, e := range append(entries[len(entries)/2:], entry) {
		kept = append(kept, lineOf(e)...)
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(kept, 0)
	return err
}
