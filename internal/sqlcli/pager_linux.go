package sqlcli

import (
	"os"

	"golang.org/x/sys/unix"
)

// pipeBytes is what a pager's pipe holds: the least that there is. Its usual 64 KB are a thousand rows.
const pipeBytes = 4096

// shrink makes a pipe hold little.
func shrink(pipe *os.File) {
	if conn, err := pipe.SyscallConn(); err == nil {
		conn.Control(func(fd uintptr) { unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeBytes) }) //nolint:errcheck // it holds more then
	}
}
