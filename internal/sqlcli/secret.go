package sqlcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxSecret is how much of standard input is read for a secret, in bytes.
const maxSecret = 64 << 10

// errInterrupted says that a person has pressed Ctrl-C where it is no signal.
var errInterrupted = errors.New("interrupted")

// readSecret is a line that is not shown: it is asked for at a terminal, whose echo is off before it sees the prompt, or
// comes on a standard input that is none. At Ctrl-C and at the context's end the terminal is left as it was, and the error
// is errInterrupted.
func readSecret(ctx context.Context, stdin io.Reader, stderr io.Writer, prompt string) (string, error) {
	read := func() ([]byte, error) { return io.ReadAll(io.LimitReader(stdin, maxSecret)) }
	newline := "" // behind a prompt that nobody has answered
	if isTerminal(stdin) {
		fd := int(stdin.(*os.File).Fd())
		state, err := term.MakeRaw(fd)
		if err != nil {
			return "", err
		}
		defer term.Restore(fd, state) //nolint:errcheck // there is no other way to restore it
		asking := term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{untilCtrlC{stdin}, stderr}, "")
		newline = "\r\n"
		read = func() ([]byte, error) {
			line, err := asking.ReadPassword(prompt)
			return []byte(line), err
		}
	}
	type result struct {
		secret []byte
		err    error
	}
	done := make(chan result, 1)
	go func() {
		b, err := read()
		done <- result{b, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			fmt.Fprint(stderr, newline)
		}
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", r.err
		}
		return oneLine(r.secret)
	case <-ctx.Done():
		fmt.Fprint(stderr, newline)
		return "", errInterrupted // the read goes on, to the end of the process
	}
}

// untilCtrlC ends a terminal's input at Ctrl-C, which is a character like others while the echo is off.
type untilCtrlC struct{ io.Reader }

func (r untilCtrlC) Read(b []byte) (int, error) {
	const ctrlC = 3
	n, err := r.Reader.Read(b)
	if bytes.IndexByte(b[:n], ctrlC) >= 0 {
		return 0, errInterrupted
	}
	return n, err
}

// oneLine is the only line of a text, without white space around it. An error does not show it.
func oneLine(b []byte) (string, error) {
	text, err := plainText(b)
	if err != nil {
		return "", fmt.Errorf("it %w", err)
	}
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") {
		return "", errors.New("it has several lines")
	}
	return text, nil
}
