//go:build unix

package sqlcli

import (
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// copyMode gives a file the owner and the mode of the one whose place it will take, as far as its user may. Where the
// group stays another one, that group may do what all others may.
func copyMode(f *os.File, from fs.FileInfo) {
	mode := from.Mode().Perm()
	if owner, ok := from.Sys().(*syscall.Stat_t); ok && f.Chown(int(owner.Uid), int(owner.Gid)) != nil && f.Chown(-1, int(owner.Gid)) != nil {
		mode = mode&^0o070 | mode&0o007<<3
	}
	f.Chmod(mode) //nolint:errcheck // a file system without modes
}

// descriptor is the number of the open file that a name means to a process; -1 is none.
func descriptor(name string) int {
	if name == "/dev/stderr" {
		return 2
	}
	for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if number, ok := strings.CutPrefix(name, dir); ok {
			if n, err := strconv.ParseUint(number, 10, 16); err == nil {
				return int(n)
			}
		}
	}
	return -1
}

// openDirectly opens a device or a pipe. What is open already goes on at its end: Linux would open a file behind
// /dev/stderr anew, and write over its beginning.
func openDirectly(name string) (*os.File, error) {
	n := descriptor(name)
	if n < 0 {
		return os.OpenFile(name, os.O_WRONLY, 0)
	}
	flags, err := unix.FcntlInt(uintptr(n), unix.F_GETFL, 0)
	if err == nil && flags&unix.O_ACCMODE == unix.O_RDONLY {
		err = unix.EBADF
	}
	if err == nil {
		n, err = unix.FcntlInt(uintptr(n), unix.F_DUPFD_CLOEXEC, 3)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return os.NewFile(uintptr(n), name), nil
}
