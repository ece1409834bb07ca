package sqlcli

import (
	"os"

	"golang.org/x/sys/unix"
)

// dropTyped drops what was typed at a terminal before it is asked for. Where that cannot be done it is left.
func dropTyped(f *os.File) {
	const read = 1 // FREAD of sys/fcntl.h
	_ = unix.IoctlSetPointerInt(int(f.Fd()), unix.TIOCFLUSH, read)
}
