package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

// plainEditor reads lines from a terminal that can do no more than that (TERM=dumb), such as an editor's window.
type plainEditor struct {
	out  io.Writer
	read func(context.Context) (string, error)
}

// NewPlainEditor reads lines without editing. read reads one, and is given up at its context's end.
func NewPlainEditor(out io.Writer, read func(context.Context) (string, error)) Editor {
	return &plainEditor{out, read}
}

// Line waits for a line. At Ctrl-C the terminal drops what was typed of it.
func (p *plainEditor) Line(ctx context.Context, prompt, _ string) (string, error) {
	untilInterrupt, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	fmt.Fprint(p.out, prompt) // whoever sees it can press Ctrl-C
	line, err := p.read(untilInterrupt)
	switch {
	case err == nil:
		return strings.TrimRight(line, "\r\n"), nil
	case ctx.Err() != nil:
		err = ctx.Err()
	case untilInterrupt.Err() != nil:
		err = ErrDropped
	case errors.Is(err, io.EOF):
		err = io.EOF // what stands there was not entered
	}
	fmt.Fprintln(p.out)
	return "", err
}

func (*plainEditor) Close() {}
