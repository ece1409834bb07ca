package sqlcli

import (
	"bufio"
	"context"
	"os"
)

// readLine reads a line from a terminal. At the context's end it has read nothing that another reader would wait for.
func readLine(ctx context.Context, terminal *os.File) (string, error) {
	in, err := cancelable(terminal)
	if err != nil {
		return "", err
	}
	defer in.Close()
	defer context.AfterFunc(ctx, func() { in.Cancel() })()
	return bufio.NewReader(in).ReadString('\n') // a terminal gives a line at a time: none is lost in the buffer
}
