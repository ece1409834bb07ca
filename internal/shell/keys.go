package shell

import (
	"io"
	"os"
	"strings"
)

// keys are what is typed at a terminal, read one by one: what is typed ahead stays in the terminal, for whoever reads it
// next, such as a pager.
type keys struct {
	from    Keyboard
	answers string // what comes first: of the terminal, or in place of a key
	last    string // what came last
	pasting bool   // what comes was not typed, but pasted
	begins  bool   // an entry: its first key is still to come
	ended   bool   // nothing comes any more
}

// Keyboard is a terminal's input.
type Keyboard interface {
	io.Reader
	// More reports that something is there behind what was read, as in the middle of what is pasted, and never for someone who
	// waits for what a key does.
	More() bool
}

const (
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"
)

func (k *keys) Read(b []byte) (int, error) {
	if len(k.answers) > 0 {
		return k.answer(b), nil
	}
	if k.begins { // a paste goes on, unless its end was read by someone else, such as a pager, or dropped
		k.begins, k.pasting = false, k.pasting && k.from.More()
	}
	n, err := k.from.Read(b[:1])
	if err != nil {
		k.ended = true
	}
	if n == 0 {
		return n, err
	}
	k.last = (k.last + string(b[:1]))[max(0, len(k.last)+1-len(pasteBegins)):]
	switch {
	case k.last == pasteBegins:
		k.pasting = true
	case k.last == pasteEnds:
		k.pasting = false
	case b[0] == '\t' && (k.pasting || k.from.More()): // nobody asks for completion
		k.answers = string(tabulator)
		return k.answer(b), nil
	case b[0] == interrupt: // the first one would close what completion lists, and leave the line
		k.answers = bell + string(interrupt)
		return k.answer(b), nil
	}
	return n, err
}

func (k *keys) answer(b []byte) int {
	n := copy(b, k.answers)
	k.answers = k.answers[n:]
	return n
}

const (
	interrupt = '\x03'
	bell      = "\a" // ends completion and search
)

// screen is a terminal that is not asked where its cursor is: some do not answer, and an answer comes among the keys. Each
// line begins at the left.
type screen struct {
	out  *os.File
	keys *keys
}

const whereIsIt = "\x1b[6n"

func (s screen) Write(b []byte) (int, error) {
	if strings.Contains(string(b), whereIsIt) {
		s.keys.answers += "\x1b[1;1R"
		b = []byte(strings.ReplaceAll(string(b), whereIsIt, ""))
		n, err := s.out.Write(b)
		return n + len(whereIsIt), err
	}
	return s.out.Write(b)
}
