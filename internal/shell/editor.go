package shell

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"unicode"

	"github.com/ergochat/readline"
	"golang.org/x/term"
)

// lineEditor edits lines on a terminal.
type lineEditor struct {
	instance *readline.Instance
	keys     *keys
	out      *os.File
	history  *History
	names    Names
	above    string
}

// NewEditor reads from a terminal, with editing, history, its search and completion.
func NewEditor(in Keyboard, out *os.File, history *History, names Names) (Editor, error) {
	e := &lineEditor{keys: &keys{from: in}, out: out, history: history, names: names}
	instance, err := readline.NewFromConfig(&readline.Config{
		Stdin: e.keys, Stdout: screen{out, e.keys}, Stderr: out, AutoComplete: e, Painter: paint, FuncFilterInputRune: taken,
		FuncIsTerminal: func() bool { return true }, FuncGetSize: func() (width, height int) { return sizeOf(out) },
		HistoryLimit: math.MaxInt32, HistorySearchFold: true, DisableAutoSaveHistory: true, Undo: true, EOFPrompt: "\n",
	})
	e.instance = instance
	return e, err
}

// sizeOf is how many columns and lines a terminal has.
func sizeOf(terminal *os.File) (width, height int) {
	width, height, err := term.GetSize(int(terminal.Fd()))
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

func (e *lineEditor) Close() { e.instance.Close() }

// An entry of several lines is edited as one: newline stands for the end of a line, and is shown as a sign. It is a
// character of nobody's, so that whatever is typed stays what it is.
const (
	newline = '\uE00A'
	sign    = '⏎'
	// tabulator stands for a tab, which the editor takes for the key.
	tabulator = '\uE009'
)

func paint(line []rune, _ int) []rune {
	shown := make([]rune, len(line))
	for i, r := range line {
		switch shown[i] = r; r {
		case newline:
			shown[i] = sign
		case tabulator:
			shown[i] = ' '
		}
	}
	return shown
}

// taken leaves out control characters that mean nothing to the editor, which would become a part of the line, as the 0 does that
// is left of a Ctrl-D which was typed ahead.
func taken(r rune) (rune, bool) {
	const editing = "\x01\x02\x03\x04\x05\x06\a\b\t\n\v\f\r\x0e\x10\x12\x13\x14\x15\x17\x19\x1a\x1f\x7f"
	return r, r < 0 || r != newline && (!unicode.IsControl(r) || strings.ContainsRune(editing, r))
}

const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
)

func (e *lineEditor) Line(ctx context.Context, prompt, above string) (string, error) {
	e.above = above
	e.keys.begins = above == ""
	e.instance.ResetHistory() // it takes what is recalled for what is edited
	for _, entry := range e.history.Entries() {
		e.instance.SaveToHistory(edited.Replace(entry)) //nolint:errcheck // it writes no file
	}
	e.instance.SetPrompt(prompt)
	defer context.AfterFunc(ctx, func() { e.instance.Close() })()
	e.out.WriteString(pasteOn)                     //nolint:errcheck // reading will fail too
	defer func() { e.out.WriteString(pasteOff) }() //nolint:errcheck // as above
	line, err := e.instance.ReadLine()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case e.keys.ended: // what stands there was not entered
		return "", io.EOF
	case errors.Is(err, readline.ErrInterrupt):
		return "", ErrDropped
	case err != nil:
		return "", err
	}
	return written.Replace(line), nil
}

// Do completes what stands before the cursor.
func (e *lineEditor) Do(line []rune, at int) (rests [][]rune, shared int) {
	before, behind := text(line[:at]), text(line[at:])
	if e.above != "" && strings.TrimSpace(before) == "" {
		return [][]rune{[]rune("  ")}, 0 // it is indented
	}
	c := complete(e.names, e.above, before, behind)
	for _, rest := range c.rests() {
		rests = append(rests, []rune(rest))
	}
	return rests, len([]rune(c.prefix))
}

func text(line []rune) string { return written.Replace(string(line)) }

var (
	edited  = strings.NewReplacer("\n", string(newline), "\t", string(tabulator))
	written = strings.NewReplacer(string(newline), "\n", string(tabulator), "\t")
)
