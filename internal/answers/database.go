package answers

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// version of the tables in the file, as its user_version.
const version = 1

const schema = `
create table series (
	id integer primary key,
	account text not null,
	key blob not null,       -- a hash
	common blob not null,    -- a hash
	method text not null,
	params text not null,
	begun integer not null,  -- in nanoseconds since 1970
	rows integer not null,
	total integer not null,
	credits integer not null,
	bytes integer not null,
	version integer not null,
	memo blob not null,
	checksum integer not null,
	unique (account, key)
);
create index series_common on series (account, common);
create index series_begun on series (begun);
create table page (
	series integer not null references series (id) on delete cascade,
	first integer not null,
	rows blob not null,
	checksum integer not null,
	unique (series, first)
);
create table salt (salt blob not null);`

// errNewer says that a newer version has made the file.
var errNewer = errors.New("a newer version of serpstat-sql has made it")

func (f *File) open() error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	// SQLite gives its journals the file's own mode.
	made, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(made.Chmod(0o600), made.Close())
	if err != nil {
		return err
	}
	pragmas := url.Values{"_pragma": {"busy_timeout(10000)", "auto_vacuum(full)", "foreign_keys(on)", "synchronous(normal)", "trusted_schema(off)"}, "_txlock": {"immediate"}}
	if f.db, err = sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(f.path)}).EscapedPath()+"?"+pragmas.Encode()); err != nil {
		return err
	}
	f.db.SetMaxOpenConns(2) // one reads while the other writes
	return f.prepare()
}

// prepare makes the tables of a new file, and looks whose version an old one is.
func (f *File) prepare() error {
	tx, err := f.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	var is int
	if err := tx.QueryRow("pragma user_version").Scan(&is); err != nil {
		return err
	}
	switch {
	case is > version:
		return errNewer
	case is == 0:
		if _, err := tx.Exec(schema); err != nil {
			return err
		}
		if _, err := tx.Exec("insert into salt values (?)", random()); err != nil {
			return err
		}
		if _, err := tx.Exec(fmt.Sprintf("pragma user_version = %d", version)); err != nil {
			return err
		}
	}
	if err := tx.QueryRow("select salt from salt").Scan(&f.salt); err != nil {
		return err
	}
	if _, err := tx.Exec(factSchema); err != nil {
		return err
	}
	for _, drop := range []string{"delete from series where begun < ?", "delete from fact where learned < ?"} {
		if _, err := tx.Exec(drop, f.Now().Add(-tooOld).UnixNano()); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func random() []byte {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return b
}

// unusable says why a file cannot be used as it is, "" where the file is not at fault.
func unusable(err error) string {
	var e *sqlite.Error
	switch {
	case errors.Is(err, errNewer):
		return err.Error()
	case errors.Is(err, sql.ErrNoRows):
		return "it is damaged"
	case !errors.As(err, &e):
		return ""
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_FORMAT, lib.SQLITE_ERROR, lib.SQLITE_MISMATCH, lib.SQLITE_CONSTRAINT:
		return "it is damaged"
	}
	return ""
}

// setAside renames a file that cannot be used.
func (f *File) setAside(why string) error {
	f.closeDatabase()
	aside := f.path + ".unusable"
	if err := os.Rename(f.path, aside); err != nil {
		return err
	}
	_ = os.Remove(f.path + "-journal") // it belongs to that file
	f.warn(fmt.Sprintf("the answers kept in %s cannot be used: %s. It was renamed to %s, and what is needed is bought anew", f.path, why, filepath.Base(aside)))
	return nil
}

func (f *File) warn(text string) {
	if f.Warn != nil {
		f.Warn(text)
	}
}

func (f *File) closeDatabase() {
	if f.db != nil {
		f.db.Close() //nolint:errcheck // all is committed
	}
}

// usable reports that the file can be read and written.
func (f *File) usable() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.broken
}

// fail ends the use of the file, with a warning. A damaged one is set aside.
func (f *File) fail(err error) {
	f.mu.Lock()
	first := !f.broken
	f.broken = true
	f.mu.Unlock()
	if !first || errors.Is(err, context.Canceled) {
		return
	}
	if why := unusable(err); why != "" {
		if f.setAside(why) == nil {
			return
		}
	}
	f.warn(fmt.Sprintf("what is bought is not kept for later runs: %s: %v", f.path, err))
}
