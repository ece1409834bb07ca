package sqlcli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// typedAhead is what was typed or pasted at a shell's terminal before a question, which it does not answer: it is read when
// the prompt is back, unless the answer is no or the statement is interrupted.
type typedAhead struct {
	terminal *os.File
	typed    []byte
	refused  bool // the last question was answered by no
}

func (a *typedAhead) add(typed []byte) { a.typed = append(a.typed, typed...) }

// Read reads that, and then the terminal.
func (a *typedAhead) Read(b []byte) (int, error) {
	if len(a.typed) > 0 {
		n := copy(b, a.typed)
		a.typed = a.typed[n:]
		return n, nil
	}
	return a.terminal.Read(b)
}

// More reports that something was typed that is not read.
func (a *typedAhead) More() bool { return len(a.typed) > 0 || pending(a.terminal) }

// line reads a line.
func (a *typedAhead) line(ctx context.Context) (string, error) {
	if end := bytes.IndexByte(a.typed, '\n'); end >= 0 {
		line := string(a.typed[:end+1])
		a.typed = a.typed[end+1:]
		return line, nil
	}
	line, err := readLine(ctx, a.terminal)
	if err == nil {
		line, a.typed = string(a.typed)+line, nil
	}
	return line, err
}

// drop drops what was typed before something, and says what that was. A secret it does not show.
func (a *typedAhead) drop(before string, secret func(string) bool) (said string) {
	text := strings.TrimSpace(terminalKeys.ReplaceAllString(strings.ReplaceAll(string(a.typed), "\r", "\n"), ""))
	a.typed, a.refused = nil, false
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	first := ""
	if !secret(text) {
		first = ": " + output.Visible(short(lines[0]))
		if len(lines) > 1 {
			first += " …"
		}
	}
	return fmt.Sprintf("not run, since it was entered before %s: %s%s", before, table.Amount(int64(len(lines)), "line"), first)
}

// terminalKeys are what a terminal sends around what is pasted, and for keys that are no characters.
var terminalKeys = regexp.MustCompile(`\x1b\[[0-9;]*[~A-Za-z]`)

// short is the beginning of a text.
func short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
