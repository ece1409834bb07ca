//go:build linux || darwin

package sqlcli

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// takeTyped takes what was typed at a terminal before it is asked for. Where that cannot be done it is left.
func takeTyped(f *os.File) (typed []byte) {
	fd := int(f.Fd())
	lines, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil
	}
	keys := *lines
	keys.Lflag &^= unix.ICANON | unix.ECHO
	keys.Cc[unix.VMIN], keys.Cc[unix.VTIME] = 0, 1 // of a long paste the terminal has not all at once
	if unix.IoctlSetTermios(fd, setTermios, &keys) != nil {
		return nil
	}
	defer unix.IoctlSetTermios(fd, setTermios, lines) //nolint:errcheck // there is no other way to restore it
	for b := make([]byte, 4096); ; {
		n, err := unix.Read(fd, b)
		if n > 0 {
			typed = append(typed, b[:n]...)
		} else if err != unix.EINTR {
			return typed
		}
	}
}

// pending reports that more was typed at a terminal, or comes at once: of a paste the terminal may not have all yet.
func pending(f *os.File) bool {
	fd := int(f.Fd())
	for {
		var from unix.FdSet
		from.Set(fd)
		wait := unix.NsecToTimeval(int64(10 * time.Millisecond)) // nobody types so fast
		n, err := unix.Select(fd+1, &from, nil, nil, &wait)
		if err != unix.EINTR {
			return err == nil && n > 0
		}
	}
}

// keepTyped makes a terminal keep at Ctrl-C what was typed before. It returns how to make it as it was.
func keepTyped(f *os.File) (restore func()) {
	return change(f, func(t *unix.Termios) { t.Lflag |= unix.NOFLSH })
}

// setEcho makes a terminal show what is typed, or not. It returns how to make it as it was.
func setEcho(f *os.File, on bool) (restore func()) {
	return change(f, func(t *unix.Termios) {
		if t.Lflag &^= unix.ECHO; on {
			t.Lflag |= unix.ECHO
		}
	})
}

func change(f *os.File, how func(*unix.Termios)) (restore func()) {
	fd := int(f.Fd())
	was, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return func() {}
	}
	now := *was
	how(&now)
	unix.IoctlSetTermios(fd, setTermios, &now)                  //nolint:errcheck // it is left as it is
	return func() { unix.IoctlSetTermios(fd, setTermios, was) } //nolint:errcheck // as above
}
