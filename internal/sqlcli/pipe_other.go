//go:build !unix

package sqlcli

import (
	"context"
	"io"
	"os"
)

// outputClosed reports that the command was started without a standard output.
func outputClosed(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := f.Stat()
	return err != nil
}

// watchPipe does nothing where pipes cannot be asked: a closed one is noticed when rows are written.
func watchPipe(context.Context, io.Writer, func()) (stop func()) { return func() {} }
