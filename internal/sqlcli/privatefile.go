package sqlcli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// replacePrivate writes a file that is its owner's alone (0600), whole or not at all: a reader finds what was there
// before or what is new. The directories on the way are made; a symbolic link goes on pointing to the file.
func replacePrivate(name string, content []byte) error {
	name = behindLink(name)
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// Steampipe reads what ends with .spc, which this must not.
	f, err := os.CreateTemp(dir, "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // nothing, once it has its name
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// behindLink is the file that a symbolic link leads to, also one that is still to be made.
func behindLink(name string) string {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		return target
	}
	target, err := os.Readlink(name)
	switch {
	case err != nil:
		return name
	case filepath.IsAbs(target):
		return target
	}
	return filepath.Join(filepath.Dir(name), target)
}

// mayReplace tries whether replacePrivate may write a file, and leaves everything as it is. One that is read-only is
// meant to stay as it is, although it could be replaced.
func mayReplace(name string) error {
	name = behindLink(name)
	present, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err == nil {
		present.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := filepath.Dir(name)
	for dir != filepath.Dir(dir) { // the nearest one that is there
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".serpstat-sql-*")
	var failed *fs.PathError
	if errors.As(err, &failed) { // its path is no name that a user knows
		return fmt.Errorf("no file can be made in the directory %s: %w", dir, failed.Err)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// othersMayRead reports a file that its owner's group, or everybody, may read. Windows has no such modes: there a user's
// directory is closed to others.
func othersMayRead(file string) bool {
	info, err := os.Stat(file)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o044 != 0
}
