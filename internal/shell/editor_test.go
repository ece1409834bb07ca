//go:build unix

package shell

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// typist types on a pipe, and waits behind each key for what it does.
type typist struct{ *os.File }

func (typist) More() bool { return false }

// typing is an editor that is typed to.
func typing(t *testing.T, entries ...string) (e *lineEditor, keyboard *os.File) {
	t.Helper()
	in, keyboard, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	history, err := OpenHistory("", keepAll)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if err := history.Add(entry); err != nil {
			t.Fatal(err)
		}
	}
	made, err := NewEditor(typist{in}, out, history, named{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close(); made.Close(); in.Close(); out.Close() })
	return made.(*lineEditor), keyboard
}

func TestLinesThatAreTyped(t *testing.T) {
	e, keyboard := typing(t, "select 1,\n2;", ".timer on")
	const up = "\x1b[A"
	for _, tt := range []struct{ typed, above, want string }{
		{"select 1;\r", "", "select 1;"},
		{up + "\r", "", ".timer on"},
		{up + up + "\r", "", "select 1,\n2;"},
		{up + up + "\x7f, 3;\r", "", "select 1,\n2, 3;"},
		{up + "\r", "select\n", ".timer on"},
		{"sel\t1;\r", "", "select 1;"},
		{"\tfrom lin\tl;\r", "select *\n", "  from links l;"},
		{"select 'ü\x00\x0f⏎';\r", "", "select 'ü⏎';"},
		{pasteBegins + "select\tse" + pasteEnds + "\r", "", "select\tse"}, // as it is written, also inside a text
		{"sel\t\t\x03select 2;\r", "", "select 2;"},                       // Ctrl-C drops the line, whatever is listed below it
	} {
		if _, err := keyboard.WriteString(tt.typed); err != nil {
			t.Fatal(err)
		}
		line, err := e.Line(t.Context(), prompt, tt.above)
		if strings.Contains(tt.typed, "\x03") && errors.Is(err, ErrDropped) {
			line, err = e.Line(t.Context(), prompt, tt.above)
		}
		if line != tt.want || err != nil {
			t.Errorf("%q: %q, %v, want %q", tt.typed, line, err, tt.want)
		}
	}
}

func TestLinesThatAreNotEntered(t *testing.T) {
	e, keyboard := typing(t)
	keyboard.WriteString("select 1;\x03\x04") //nolint:errcheck // else the next fails
	if line, err := e.Line(t.Context(), prompt, ""); !errors.Is(err, ErrDropped) {
		t.Errorf("Ctrl-C: %q, %v", line, err)
	}
	if line, err := e.Line(t.Context(), prompt, ""); !errors.Is(err, io.EOF) {
		t.Errorf("Ctrl-D: %q, %v", line, err)
	}
	keyboard.WriteString("select 1;") //nolint:errcheck // as above
	keyboard.Close()
	if line, err := e.Line(t.Context(), prompt, ""); !errors.Is(err, io.EOF) {
		t.Errorf("the terminal's end: %q, %v", line, err)
	}
	e, _ = typing(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if line, err := e.Line(ctx, prompt, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("the context's end: %q, %v", line, err)
	}
}
