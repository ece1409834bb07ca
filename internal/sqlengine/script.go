package sqlengine

import (
	"fmt"
	"strings"
	"unicode"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Statement is one statement of a script and the line, from 1, on which it begins.
type Statement struct {
	Text    string
	Line    int
	Comment string // the comments right above it, without blanks at their end
}

// span is where a statement stands in a script, in bytes; its semicolon is the last.
type span struct{ begin, end int }

// Split cuts a script into its statements, at the semicolons that SQLite says end one: not those in texts,
// names, comments and triggers. Parts without a statement are left out. An error says that a text, a name or
// a comment has no end.
func Split(script string) ([]Statement, error) {
	list, _, err := split(script)
	return list, err
}

func split(script string) (list []Statement, spans []span, err error) {
	line, start := 1, 0
	add := func(end int) {
		part := script[start:end]
		text := skipBlank(part)
		if text != "" && text != ";" {
			before := part[:len(part)-len(text)]
			if start > 0 {
				_, before, _ = strings.Cut(before, "\n") // the rest of the line is the statement's that ends there
			}
			list = append(list, Statement{
				Text:    strings.TrimRightFunc(text, unicode.IsSpace),
				Line:    line + strings.Count(part[:len(part)-len(text)], "\n"),
				Comment: lastParagraph(before),
			})
			spans = append(spans, span{end - len(text), end})
		}
		line += strings.Count(part, "\n")
		start = end
	}
	for i := range script {
		if script[i] == ';' && Complete(script[start:i+1]) {
			add(i + 1)
		}
	}
	rest := script[start:]
	if skipBlank(rest) != "" && !Complete(rest+"\n;") {
		return nil, nil, fmt.Errorf("line %d: the statement does not end: a quote, a comment or a trigger's END is missing", line+strings.Count(rest[:len(rest)-len(skipBlank(rest))], "\n"))
	}
	add(len(script))
	return list, spans, nil
}

// Comment is a comment of a script.
type Comment struct {
	Text   string // with its signs, without blanks at its end
	Line   int    // on which it begins, from 1
	Alone  bool   // nothing stands before it on its line
	Above  int    // the statement, from 0, that it stands above or in; behind the last one their number
	Inside bool   // it stands in the statement
}

// SplitWithComments cuts a script into its statements as [Split] does, and finds its comments: not what only looks like
// one inside texts and names.
func SplitWithComments(script string) (list []Statement, comments []Comment, err error) {
	list, spans, err := split(script)
	above := 0
	for at := 0; at < len(script); {
		for above < len(spans) && at >= spans[above].end {
			above++
		}
		n := commentLength(script[at:])
		switch {
		case n > 0:
			before := script[:at]
			comments = append(comments, Comment{
				Text: strings.TrimRightFunc(script[at:at+n], unicode.IsSpace), Line: 1 + strings.Count(before, "\n"),
				Alone: strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:]) == "",
				Above: above, Inside: above < len(spans) && at >= spans[above].begin,
			})
		case script[at] <= ' ':
			n = 1
		default:
			_, n = tokenAt(script[at:])
		}
		at += n
	}
	return list, comments, err
}

// lastParagraph are the lines at the end of a text that no empty line divides from what follows it.
func lastParagraph(text string) string {
	lines := strings.Split(text, "\n")
	if last := len(lines) - 1; strings.TrimSpace(lines[last]) == "" {
		lines = lines[:last]
	}
	first := len(lines)
	for first > 0 && strings.TrimSpace(lines[first-1]) != "" {
		first--
	}
	return strings.TrimRightFunc(strings.Join(lines[first:], "\n"), unicode.IsSpace)
}

// Complete asks SQLite whether a text ends with a whole statement.
func Complete(text string) bool {
	tls := libc.NewTLS()
	defer tls.Close()
	z, err := libc.CString(text)
	if err != nil {
		return false
	}
	defer libc.Xfree(tls, z)
	return sqlite3.Xsqlite3_complete(tls, z) != 0
}

// skipBlank cuts white space and comments from the beginning of a text, also the white space that SQLite does not know, such
// as what web pages have between words.
func skipBlank(text string) string {
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		n := commentLength(text)
		if n == 0 {
			return text
		}
		text = text[n:]
	}
}
