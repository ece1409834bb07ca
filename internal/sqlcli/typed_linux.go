package sqlcli

import (
	"os"

	"golang.org/x/sys/unix"
)

// dropTyped drops what was typed at a terminal before it is asked for. Where that cannot be done it is left.
func dropTyped(f *os.File) { _ = unix.IoctlSetInt(int(f.Fd()), unix.TCFLSH, unix.TCIFLUSH) }
