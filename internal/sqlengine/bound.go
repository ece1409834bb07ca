package sqlengine

import (
	"database/sql"
	"strconv"
	"strings"
)

// BoundParameter is a place of a statement whose value is given beside it: :NAME, @NAME, $NAME, ? or ?1.
type BoundParameter struct {
	Text  string // as it is written, with the sign before it
	begin int    // in bytes
}

// Name is the name without its sign; "" for those that have none.
func (p BoundParameter) Name() string {
	if p.Text[0] == '?' {
		return ""
	}
	return p.Text[1:]
}

// BoundParameters finds the parameters of a statement, in its order: not in texts, names and comments. It looks no further
// than what SQLite does not take for SQL, such as :: in PostgreSQL's casts.
func BoundParameters(statement string) (list []BoundParameter) {
	for _, t := range Tokens(statement) {
		switch {
		case t.isForeign():
			return list
		case t.Kind == Parameter:
			list = append(list, BoundParameter{t.Text, t.begin})
		}
	}
	return list
}

// WithNumbers is a statement with its parameters that are whole numbers written out, as literals: what is read from its
// text (firstrows.go) is the same then. args are values of [sql.NamedArg].
func WithNumbers(statement string, args []any) string {
	numbers := map[string]string{}
	for _, arg := range args {
		if named, ok := arg.(sql.NamedArg); ok {
			if n, ok := named.Value.(int64); ok {
				numbers[named.Name] = strconv.FormatInt(n, 10)
				if n < 0 {
					numbers[named.Name] = " " + numbers[named.Name] // behind a minus it would begin a comment
				}
			}
		}
	}
	if len(numbers) == 0 {
		return statement
	}
	var b strings.Builder
	done := 0
	for _, p := range BoundParameters(statement) {
		if digits, ok := numbers[p.Name()]; ok {
			b.WriteString(statement[done:p.begin])
			b.WriteString(digits)
			done = p.begin + len(p.Text)
		}
	}
	b.WriteString(statement[done:])
	return b.String()
}
