package sqlcli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// wholeFile is a file that is written whole or not at all: rows go to a temporary file beside it, which takes its place
// at the end. Devices and pipes are written directly.
type wholeFile struct {
	*os.File
	name   string // what it becomes; "" for what is written directly
	closed bool
}

// openWhole tries whether a file can be written, and leaves it as it is.
func openWhole(name string) (*wholeFile, error) {
	target := linked(name)
	info, err := os.Stat(target)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a directory", name)
	case isDevice(name) || err == nil && !info.Mode().IsRegular():
		f, err := openDirectly(name)
		if err != nil {
			return nil, err
		}
		return &wholeFile{File: f}, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	mode := fs.FileMode(0o666) // less what the user's umask takes
	if err == nil {
		mode = info.Mode().Perm()
		present, err := os.OpenFile(target, os.O_WRONLY, 0) // on Windows it may be open in Excel
		if err != nil {
			return nil, err
		}
		present.Close()
	}
	f, err := createBeside(target, mode)
	if err == nil {
		temporaries.add(f.Name())
		if info != nil {
			copyMode(f, info)
		}
	}
	var failed *fs.PathError
	if errors.As(err, &failed) { // its path is no name that a user knows
		return nil, fmt.Errorf("no file can be made in the directory %s: %w", filepath.Dir(target), failed.Err)
	}
	if err != nil {
		return nil, err
	}
	return &wholeFile{File: f, name: target}, nil
}

// linked is the file that a symbolic link leads to, be it there or not: the link stays one.
func linked(name string) string {
	const most = 40 // links, as in Linux: a circle is then an error of what opens it
	for range most {
		if resolved, err := filepath.EvalSymlinks(name); err == nil {
			return resolved
		}
		next, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(name), next)
		}
		name = next
	}
	return name
}

// isDevice reports a name that is no file's whatever is behind it.
func isDevice(name string) bool {
	return path.Dir(name) == "/dev" || descriptor(name) >= 0 || strings.HasPrefix(name, `\\.\`)
}

// createBeside makes a temporary file in the directory of another one, so that it can take its place, and with the mode
// that it is to have.
func createBeside(target string, mode fs.FileMode) (*os.File, error) {
	for n := 0; ; n++ {
		name := filepath.Join(filepath.Dir(target), fmt.Sprintf(".serpstat-sql-%d-%d%s", os.Getpid(), n, filepath.Ext(target)))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// commit puts the file in its place. What cannot be renamed stays under its temporary name.
func (f *wholeFile) commit() error {
	if f.name == "" {
		f.closed = true
		return f.Close()
	}
	err := f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil // some file systems of networks cannot
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err // it is discarded
	}
	f.closed = true
	temporaries.drop(f.Name())
	if err := os.Rename(f.Name(), f.name); err != nil {
		return fmt.Errorf("%s could not be written: its rows are in %s, whole, and can be renamed: %w", f.name, f.Name(), err)
	}
	return nil
}

// discard removes what is not committed.
func (f *wholeFile) discard() {
	if f.closed {
		return
	}
	f.closed = true
	f.Close()
	if f.name != "" {
		temporaries.remove(f.Name())
	}
}

// named names the file in an error of writing it, in place of the temporary one, which no user knows.
func (f *wholeFile) named(err error) error {
	var failed *fs.PathError
	if f.name != "" && errors.As(err, &failed) && failed.Path == f.Name() {
		return fmt.Errorf("%s could not be written: %w", f.name, failed.Err)
	}
	return err
}
