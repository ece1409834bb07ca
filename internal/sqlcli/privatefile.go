package sqlcli

import (
	"os"
	"path/filepath"
	"runtime"
)

// replacePrivate writes a file that is its owner's alone (0600), whole or not at all: a reader finds what was there
// before or what is new. The directories on the way are made; a symbolic link goes on pointing to the file.
func replacePrivate(name string, content []byte) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
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

// othersMayRead reports a file that its owner's group, or everybody, may read. Windows has no such modes: there a user's
// directory is closed to others.
func othersMayRead(file string) bool {
	info, err := os.Stat(file)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o044 != 0
}
