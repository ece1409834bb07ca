package sqlengine

import (
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlfunc"
)

// checkFunctions finds what a function will refuse, where the statement says it in so many words: at the first row it
// would be too late, since that is paid for.
func checkFunctions(text string) error {
	tokens := Tokens(text)
	if err := checkLastArguments(tokens); err != nil {
		return err
	}
	for i, t := range tokens {
		rest := tokens[i+1:]
		if len(rest) > 0 && rest[0].Is("(") {
			rest = rest[1:]
		}
		if t.Kind != Word || len(rest) == 0 || rest[0].Kind != String || len(rest) > 1 && rest[1].Is("||") {
			continue
		}
		err := sqlfunc.CheckUnit(t.Text, rest[0].Text)
		if t.Text == "regexp" {
			err = sqlfunc.CheckPattern(rest[0].Text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkLastArguments finds a unit of time where other databases have it: behind the time.
func checkLastArguments(tokens []Token) error {
	var functions []string // whose parentheses are open
	for i, t := range tokens {
		switch last := len(functions) - 1; {
		case t.Is("(") && i > 0:
			functions = append(functions, tokens[i-1].Text)
		case t.Is("("):
			functions = append(functions, "")
		case t.Is(")") && last >= 0:
			if tokens[i-1].Kind == String && tokens[i-2].Is(",") {
				if err := sqlfunc.CheckLast(functions[last], tokens[i-1].Text); err != nil {
					return err
				}
			}
			functions = functions[:last]
		}
	}
	return nil
}

// started is when the statement that runs has begun: it has one time, as in PostgreSQL.
func (e *Engine) started() time.Time {
	if e.statement == nil {
		return e.now()
	}
	return e.statement.began
}
