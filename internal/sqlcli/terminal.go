package sqlcli

import (
	"io"
	"os"
	"strconv"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// isTerminal reports a stream that a person looks at.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// isPipe reports a stream that another program reads.
func isPipe(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// forTerminal passes a text on to a terminal with the characters escaped that could drive it. Files and pipes get them
// as they are.
type forTerminal struct {
	w    io.Writer
	rest []byte // the beginning of a character whose other bytes are still to come
}

func (t *forTerminal) Write(b []byte) (int, error) {
	text := append(t.rest, b...)
	shown := make([]byte, 0, len(text))
	for len(text) > 0 && utf8.FullRune(text) {
		r, width := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && width == 1:
			shown = append(shown, `\x`+strconv.FormatUint(uint64(text[0]), 16)...)
		case r != '\n' && r != '\t' && output.Invisible(r):
			quoted := strconv.QuoteRuneToASCII(r)
			shown = append(shown, quoted[1:len(quoted)-1]...)
		default:
			shown = append(shown, text[:width]...)
		}
		text = text[width:]
	}
	t.rest = append([]byte(nil), text...)
	if _, err := t.w.Write(shown); err != nil {
		return 0, err
	}
	return len(b), nil
}
