//go:build !windows

package sqlcli

import (
	"os"

	"github.com/muesli/cancelreader"
)

// cancelable is a terminal of which a read can be given up.
func cancelable(terminal *os.File) (cancelreader.CancelReader, error) {
	return cancelreader.NewReader(terminal)
}
