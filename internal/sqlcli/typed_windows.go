package sqlcli

import (
	"os"

	"golang.org/x/sys/windows"
)

// takeTyped drops what was typed at a terminal before it is asked for: an input of Windows' has also events that nobody has typed.
// Where that cannot be done it is left.
func takeTyped(f *os.File) []byte {
	_ = windows.FlushConsoleInputBuffer(windows.Handle(f.Fd()))
	return nil
}

// setEcho does nothing: what is typed is shown where it is read.
func setEcho(*os.File, bool) (restore func()) { return func() {} }

// pending cannot tell here.
func pending(*os.File) bool { return false }

// keepTyped cannot change it here.
func keepTyped(*os.File) (restore func()) { return func() {} }
