// Package shell reads statements and dot commands that a person types at a terminal: lines with a history, a search in it
// and completion, put together until they are a statement. What they do is a [Driver]'s.
package shell

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// Driver does what is entered, and writes what comes of it, errors too.
type Driver interface {
	Names
	// InTransaction reports that a transaction is open, which the prompt shows.
	InTransaction() bool
	// Run runs a script: one statement or several that were entered together.
	Run(ctx context.Context, script string)
	// Do does a dot command other than .help and .quit. Of those whose argument is SQL the statement is the only one.
	Do(ctx context.Context, c DotCommand, arguments []string)
	// Help shows all commands, or one.
	Help(c *DotCommand)
	// Fail says what is wrong with what was entered.
	Fail(err error)
	// Hint says what to write in its place.
	Hint(text string)
}

const (
	prompt = "serpstat> "
	within = "serpstat*> " // a transaction
	more   = "     ...> "
)

// ErrDropped is an editor's error for a line that was given up, by Ctrl-C.
var ErrDropped = errors.New("dropped")

// Editor reads lines.
type Editor interface {
	// Line reads a line behind a prompt. above are the lines of the statement before it, each with its end. The error is
	// ErrDropped, or io.EOF where there are no more, or the context's.
	Line(ctx context.Context, prompt, above string) (string, error)
	Close()
}

// Shell is a conversation.
type Shell struct {
	Editor  Editor
	History *History
	Driver  Driver

	last string // statement
}

// Run goes on until the end of the input, .quit or the context's end, whose error it returns.
func (s *Shell) Run(ctx context.Context) error {
	for {
		entered, err := s.entry(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, ErrDropped):
			continue
		case err != nil:
			return err
		}
		if leave := s.do(ctx, entered); leave {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// entry is what a person enters: a line that is no SQL, or statements, or a command that takes one, which go on until a
// semicolon ends them.
func (s *Shell) entry(ctx context.Context) (string, error) {
	before := prompt
	if s.Driver.InTransaction() {
		before = within
	}
	line, err := s.Editor.Line(ctx, before, "")
	if err != nil {
		return "", err
	}
	_, sql := beginsSQL(line)
	if sql == "" {
		return line, nil
	}
	var above strings.Builder
	above.WriteString(line)
	for !ends(sql) {
		above.WriteByte('\n')
		if line, err = s.Editor.Line(ctx, more, above.String()); err != nil {
			return "", err
		}
		above.WriteString(line)
		sql += "\n" + line
	}
	return above.String(), nil
}

// beginsSQL is the SQL that an entry begins with its first line, "" where there is none, and the command before it.
func beginsSQL(line string) (command, sql string) {
	if strings.HasPrefix(strings.TrimSpace(line), ".") {
		name, rest := split(line)
		if c, err := Named(name); err == nil && c.Argument == SQL {
			return c.Name, rest
		}
		return "", ""
	}
	if meant(line) != "" || habit(line) != "" {
		return "", ""
	}
	return "", line
}

// ends reports a text that ends with a whole statement, or has none.
func ends(sql string) bool {
	if sqlengine.Complete(sql + "\n") { // a comment that nothing ends may stand behind it
		return true
	}
	list, err := sqlengine.Split(sql)
	return err == nil && len(list) == 0 // comments, white space
}

// do does what was entered. It reports that the shell is to end.
func (s *Shell) do(ctx context.Context, entered string) (leave bool) {
	entered = strings.TrimSpace(strings.TrimPrefix(entered, "\uFEFF"))
	if entered == "" {
		return false
	}
	if command := meant(entered); command != "" {
		entered = command
	}
	if !leaves(entered) {
		if err := s.History.Add(entered); err != nil {
			s.Driver.Fail(err)
		}
	}
	if hint := habit(entered); hint != "" {
		s.Driver.Hint(hint)
		return false
	}
	if !strings.HasPrefix(entered, ".") {
		if list, err := sqlengine.Split(entered); err == nil && len(list) == 0 {
			return false
		}
		s.last = entered
		s.Driver.Run(ctx, entered)
		return false
	}
	leave, err := s.command(ctx, entered)
	if err != nil {
		s.Driver.Fail(err)
	}
	return leave
}

// leaves reports a command that ends the shell, however it is written.
func leaves(entered string) bool {
	name, _ := split(entered)
	c, err := Named(name)
	return err == nil && c.Name == ".quit"
}

func (s *Shell) command(ctx context.Context, entered string) (leave bool, err error) {
	name, rest := split(entered)
	c, err := Named(name)
	if err != nil {
		return false, err
	}
	if c.Argument == SQL {
		if rest == "" {
			rest = s.last
		}
		if rest == "" {
			return false, errors.New("write " + c.Name + " and a statement, which ends with ;")
		}
		s.last = rest
		s.Driver.Do(ctx, c, []string{rest})
		return false, nil
	}
	arguments, err := c.arguments(rest)
	if err != nil {
		return false, err
	}
	switch c.Name {
	case ".quit":
		return true, nil
	case ".help":
		return false, s.help(arguments)
	}
	s.Driver.Do(ctx, c, arguments)
	return false, nil
}

func (s *Shell) help(arguments []string) error {
	if len(arguments) == 0 {
		s.Driver.Help(nil)
		return nil
	}
	name := arguments[0]
	if !strings.HasPrefix(name, ".") {
		name = "." + name
	}
	c, err := Named(name)
	if err == nil {
		s.Driver.Help(&c)
	}
	return err
}
