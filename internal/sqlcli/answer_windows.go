package sqlcli

import "os"

// console is the terminal itself: Windows gives up a read from it at Ctrl-C.
type console struct{ *os.File }

func cancelable(terminal *os.File) (console, error) { return console{terminal}, nil }

func (console) Cancel() {}

// Close leaves the terminal open.
func (console) Close() error { return nil }
