package sqlcli

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// statements is the script to run.
func (s *session) statements(args []string) ([]sqlengine.Statement, error) {
	script, err := s.script(args)
	if err != nil {
		return nil, err
	}
	list, err := sqlengine.Split(script)
	if err != nil {
		return nil, usageError{err}
	}
	if len(list) == 0 {
		return nil, usage(`no SQL: write serpstat-sql "select …", or -f FILE, or send it to standard input (see serpstat-sql --help)`)
	}
	return list, nil
}

// scriptIsInput reports that the SQL comes from standard input.
func (f *flags) scriptIsInput(args []string) bool {
	switch {
	case f.tables:
		return false
	case len(args) > 0:
		return args[0] == "-"
	}
	return f.file == "" || f.file == "-"
}

func (s *session) script(args []string) (string, error) {
	switch {
	case len(args) > 1:
		return "", usage("%d arguments: put the SQL in quotes, as one argument", len(args))
	case len(args) == 1 && s.flags.file != "":
		return "", usage("SQL comes from the argument or from --file, not from both")
	case len(args) == 1 && args[0] != "-":
		return strings.TrimPrefix(args[0], "\uFEFF"), nil
	case s.flags.file != "" && s.flags.file != "-":
		b, err := os.ReadFile(s.flags.file)
		if err != nil {
			return "", usage("reading the SQL: %v", err)
		}
		return s.text(s.flags.file, b)
	}
	if isTerminal(s.stdin) {
		return "", nil // nobody means to type a script without a prompt
	}
	b, err := io.ReadAll(s.stdin)
	if err != nil {
		return "", fmt.Errorf("reading the SQL: %w", err)
	}
	return s.text("standard input", b)
}

func (s *session) text(from string, b []byte) (string, error) {
	text, err := plainText(b)
	if err != nil {
		return "", usage("reading the SQL: %s %v", from, err)
	}
	return text, nil
}

// countResults counts the statements that are there for their rows.
func countResults(statements []sqlengine.Statement) (n int) {
	for _, st := range statements {
		if hasResult(st.Text) {
			n++
		}
	}
	return n
}

// hasResult reports a statement that is there for its rows.
func hasResult(statement string) bool {
	setting := firstWord(statement) == "pragma" && strings.Contains(statement, "=")
	return !mayWrite(statement) && !setting || returning.MatchString(statement)
}

var returning = regexp.MustCompile(`(?i)\breturning\b`)

// mayWrite reports a statement that is not there for its rows alone.
func mayWrite(statement string) bool {
	switch firstWord(statement) {
	case "select", "values", "explain", "pragma":
		return false
	case "with":
		return changes.MatchString(statement)
	}
	return true
}

var changes = regexp.MustCompile(`(?i)\b(insert|replace|update|delete)\b`)

// firstWord is what a statement begins with, in small letters.
func firstWord(statement string) string {
	word := strings.FieldsFunc(statement, func(r rune) bool { return !unicode.IsLetter(r) })
	if len(word) == 0 {
		return ""
	}
	return strings.ToLower(word[0])
}
