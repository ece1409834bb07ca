package sqlcli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rivo/uniseg"
)

// paging says that a pager has the terminal: Ctrl-C is for it, and nothing is bought ahead of whoever looks at its pages.
var paging atomic.Bool

// pager shows on a terminal what fits on its screen, and the rest through a program that pages. It takes no more than
// the program reads, and a pipe holds, so that rows which nobody looks at are not bought.
type pager struct {
	terminal      io.Writer
	stderr        io.Writer
	width, height int      // of the screen
	command       []string // nil shows all at once
	progress      *progress
	quit          func(cause error) // ends the statement

	mu      sync.Mutex
	held    bytes.Buffer
	lines   int    // of the screen that what is held takes
	last    []byte // the line that has not ended
	cmd     *exec.Cmd
	pipe    *os.File
	ended   chan struct{} // closed when the program has ended
	atEnd   atomic.Bool   // it is to end: all has been written
	failure error
}

const defaultPager = "less"

// pagerCommand is the program that pages: $PAGER, or less where there is one. A warning says that there is none.
func pagerCommand(getenv func(string) (string, bool), lookPath func(string) (string, error)) (command []string, warning string) {
	if terminal, _ := getenv("TERM"); terminal == "dumb" {
		return nil, ""
	}
	said, set := getenv("PAGER")
	if !set {
		if less, err := lookPath(defaultPager); err == nil {
			return []string{less, "-FRSX"}, ""
		}
		return nil, ""
	}
	words := strings.Fields(said)
	switch {
	case len(words) == 0 || words[0] == "cat":
		return nil, ""
	case strings.ContainsAny(words[0], "=$'\"("): // for the shell to read
	default:
		if _, err := lookPath(words[0]); err != nil {
			return nil, fmt.Sprintf("the pager %s of PAGER is not there: rows are shown without", words[0])
		}
	}
	if runtime.GOOS == "windows" {
		return words, ""
	}
	return []string{"sh", "-c", said}, ""
}

// Write holds what fits on the screen. What comes then goes to the program.
func (p *pager) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.cmd != nil:
		return p.pipe.Write(b)
	case p.command == nil:
		return p.write(b)
	}
	p.held.Write(b)
	if p.count(b) < p.height { // the last line is for the prompt
		return len(b), nil
	}
	if err := p.start(); err != nil {
		p.progress.warn(fmt.Sprintf("the pager %s cannot be started: %v", p.command[0], err))
		p.command = nil
		return len(b), p.show(p.write)
	}
	return len(b), p.show(p.pipe.Write)
}

// write writes to the terminal itself.
func (p *pager) write(b []byte) (int, error) {
	p.progress.beforeRows()
	defer p.progress.wrote(b)
	return p.terminal.Write(b)
}

// count counts the lines that what is held takes on the screen: a long one takes several.
func (p *pager) count(b []byte) int {
	onScreen := func(line []byte) int {
		const tab = 8 // at most
		return max(1, (uniseg.StringWidth(string(line))+tab*bytes.Count(line, []byte("\t"))+p.width-1)/p.width)
	}
	p.last = append(p.last, b...)
	for {
		line, rest, whole := bytes.Cut(p.last, []byte("\n"))
		if !whole {
			break
		}
		p.lines += onScreen(line)
		p.last = rest
	}
	if len(p.last) == 0 {
		return p.lines
	}
	return p.lines + onScreen(p.last) - 1
}

// show writes what is held.
func (p *pager) show(write func([]byte) (int, error)) error {
	defer p.held.Reset()
	_, err := write(p.held.Bytes())
	return err
}

func (p *pager) start() error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	shrink(writer)
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = reader, p.terminal, p.stderr
	cmd.Env = pagerEnvironment(os.Environ())
	p.progress.pause()
	paging.Store(true)
	if err := cmd.Start(); err != nil {
		paging.Store(false)
		writer.Close()
		p.progress.resume()
		return err
	}
	p.cmd, p.pipe, p.ended = cmd, writer, make(chan struct{})
	p.atEnd.Store(false)
	go func(ended chan struct{}) {
		defer close(ended)
		err := cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) && (exit.ExitCode() == 126 || exit.ExitCode() == 127) { // of a shell, for what it cannot run
			p.failure = fmt.Errorf("the pager %s cannot be run: set PAGER to another, or use --no-pager", p.command[len(p.command)-1])
		}
		if !p.atEnd.Load() {
			p.quit(cmp.Or(p.failure, errPipeClosed))
		}
	}(p.ended)
	return nil
}

// pagerEnvironment has what less needs to show all letters, and to go away where all fits, unless its user says it.
func pagerEnvironment(environment []string) []string {
	has := func(names ...string) bool {
		for _, variable := range environment {
			for _, name := range names {
				if value, ok := strings.CutPrefix(variable, name+"="); ok && value != "" {
					return true
				}
			}
		}
		return false
	}
	if !has("LESS") {
		environment = append(environment, "LESS=FRSX")
	}
	if !has("LESSCHARSET", "LC_ALL", "LC_CTYPE", "LANG") {
		environment = append(environment, "LESSCHARSET=utf-8")
	}
	return environment
}

// leave ends the pages before a question: whoever looks at what has come is asked when they have seen it. Nothing is shown
// before the returned function is called.
func (p *pager) leave() (back func()) {
	p.mu.Lock()
	p.finish() //nolint:errcheck // the end of the statement tells it
	return p.mu.Unlock
}

// startNoMore shows what is still to come without the program, unless it runs: of a statement that has failed nobody wants
// to look through some rows before they are told why.
func (p *pager) startNoMore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		p.command = nil
	}
}

// end ends a statement's pages.
func (p *pager) end() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.finish()
}

// finish shows what is held, or waits until the program has been left.
func (p *pager) finish() error {
	p.lines, p.last = 0, nil
	if p.cmd == nil {
		if p.held.Len() == 0 {
			return p.failure
		}
		return p.show(p.write)
	}
	p.atEnd.Store(true)
	p.pipe.Close()
	<-p.ended
	paging.Store(false)
	p.cmd = nil
	p.progress.resume()
	return p.failure
}
