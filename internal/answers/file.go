// Package answers keeps what was bought in one file, for later runs of the program: a [series.Level] in an SQLite database.
// Several processes may use a file at once, and each may be killed at any time. What cannot be read or written is bought
// anew; it is never an error of a query.
package answers

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Defaults and bounds of [Options].
const (
	DefaultBytes = 1 << 30
	LeastBytes   = 1 << 20
	MostBytes    = 1 << 40
)

// tooOld is after what time rows are dropped, however long a user wants to use them again.
const tooOld = 31 * 24 * time.Hour

// MostAge is how old rows can be that are used again.
const MostAge = 30 * 24 * time.Hour

// ParseAge reads how old rows may be that are used again; 0 is none.
func ParseAge(text string) (time.Duration, error) {
	age, err := time.ParseDuration(text)
	if err != nil || age != 0 && age < time.Second || age > MostAge {
		return 0, fmt.Errorf("write how old answers may be that are used again, from 1s to %dh, such as 90s, 30m or 12h, or 0 for none", int(MostAge.Hours()))
	}
	return age, nil
}

// Options of a [File].
type Options struct {
	Most int64            // bytes of the file, from [LeastBytes]; 0 is [DefaultBytes]
	Warn func(string)     // is told why nothing is kept, or that a file was set aside; nil is nobody
	Now  func() time.Time // nil is the clock
}

// File is a file of answers. It implements [series.Level].
type File struct {
	Options
	path string
	salt []byte
	db   *sql.DB

	mu      sync.Mutex
	broken  bool // nothing is read or written any more
	queue   []op
	waiting int64         // bytes of the queue
	changed chan struct{} // closed, and made anew, when something was written
	wake    chan struct{}
	ended   chan struct{} // closed when all is written
	closed  bool
}

// DefaultPath is the user's own file: in the directory for caches that the system has ($XDG_CACHE_HOME, ~/.cache,
// ~/Library/Caches or %LocalAppData%).
func DefaultPath() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "serpstat-sql", "answers.db"), nil
}

// Open opens a file, or makes it, for its owner alone. One that cannot be read, or that a newer version of the program has
// made, is set aside. Close must be called.
func Open(path string, o Options) (*File, error) {
	if o.Most == 0 {
		o.Most = DefaultBytes
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &File{Options: o, path: path, changed: make(chan struct{}), wake: make(chan struct{}, 1), ended: make(chan struct{})}
	err := f.open()
	if why := unusable(err); why != "" {
		if err = f.setAside(why); err == nil {
			err = f.open()
		}
	}
	if err != nil {
		f.closeDatabase()
		return nil, fmt.Errorf("what is bought cannot be kept in %s: %w", path, err)
	}
	go f.write()
	return f, nil
}

// Account is the name under which a token's answers are kept: a hash, from which the token cannot be had. Another
// address of the API is another account.
func (f *File) Account(token, address string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q %q", f.salt, token, address))
	return hex.EncodeToString(sum[:16])
}

// Close writes what waits, and closes the file.
func (f *File) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.poke()
	<-f.ended
	f.closeDatabase()
}
