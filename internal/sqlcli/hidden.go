package sqlcli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// SQLite tells a table nothing of a condition on what a function gives. Where one on a column says the same, and reaches
// the API, --explain names it.

// call is a column inside a function, in a condition, and the table that it is said to be of, by its name or alias.
type call struct{ function, of, column string }

func (c call) String() string { return c.function + "(" + c.column + ")" }

// notFunctions are words of SQL's that a parenthesis may follow.
var notFunctions = []string{"and", "or", "not", "in", "where", "on", "is", "like", "glob", "regexp", "between", "when", "then", "else", "case", "exists", "any", "all", "from", "join", "as", "using", "values", "select", "escape", "match", "over", "filter"}

// conditionBegins and conditionEnds are words of SQL's around conditions on rows.
var (
	conditionBegins = []string{"where", "on"}
	conditionEnds   = []string{"select", "from", "join", "group", "having", "order", "limit", "window", "union", "intersect", "except", "values", "set", "returning"}
)

// calls are the functions around names in a statement's conditions, regexp being one of them.
func calls(statement string) (list []call) {
	type level struct {
		condition bool
		function  string // that has been opened; one inside another counts
	}
	levels := []level{{}}
	tokens := sqlengine.Tokens(statement)
	for i, t := range tokens {
		top := &levels[len(levels)-1]
		next := func(n int, text string) bool { return i+n < len(tokens) && tokens[i+n].Is(text) }
		of := ""
		if i > 1 && tokens[i-1].Is(".") {
			of = strings.ToLower(tokens[i-2].Text)
		}
		switch {
		case t.Is("("):
			inside := *top
			if before := tokens[max(i-1, 0)]; i > 0 && before.Kind == sqlengine.Word && !slices.Contains(notFunctions, before.Text) {
				inside.function = before.Text
			}
			levels = append(levels, inside)
		case t.Is(")") && len(levels) > 1:
			levels = levels[:len(levels)-1]
		case t.Kind == sqlengine.Word && slices.Contains(conditionBegins, t.Text):
			top.condition = true
		case t.Kind == sqlengine.Word && slices.Contains(conditionEnds, t.Text):
			*top = level{}
		case t.Kind != sqlengine.Word && t.Kind != sqlengine.Name || !top.condition || next(1, "(") || next(1, "."):
		case next(1, "regexp") || next(1, "not") && next(2, "regexp"):
			list = append(list, call{"regexp", of, strings.ToLower(t.Text)})
		case top.function != "":
			list = append(list, call{top.function, of, strings.ToLower(t.Text)})
		}
	}
	return list
}

// hiddenColumns says of each function around a column of a table what to compare in its place.
func hiddenColumns(statement, name string) (notes []string) {
	t := catalog.Of(name)
	if t == nil {
		return nil
	}
	named := aliases(statement)
	for _, c := range calls(statement) {
		if of, known := named[c.of]; known && of != name {
			continue
		}
		if note := c.note(t); note != "" && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

// aliases are the names that a statement gives to tables of the plugin's, each with its table.
func aliases(statement string) map[string]string {
	named := map[string]string{}
	tokens := sqlengine.Tokens(statement)
	for i, t := range tokens {
		name := strings.ToLower(t.Text)
		if catalog.Of(name) == nil {
			continue
		}
		named[name] = name
		rest := tokens[i+1:]
		if len(rest) > 0 && rest[0].Is("as") {
			rest = rest[1:]
		}
		if len(rest) > 0 && (rest[0].Kind == sqlengine.Word || rest[0].Kind == sqlengine.Name) {
			named[strings.ToLower(rest[0].Text)] = name
		}
	}
	return named
}

// note says what to compare in place of the call, "" where nothing reaches the API.
func (c call) note(t *table.Table) string {
	if same := c.sameAs(t); same != nil {
		if reach := same.Pushes(t, table.SQLite); len(reach) > 0 {
			return fmt.Sprintf("%s is the column %s, whose %s reach the API", c, same.Column, list(reach))
		}
		return ""
	}
	var reach []string
	kind := table.Text
	if i := t.DerivedOf(c.column); i >= 0 {
		reach = t.Derived[i].Pushes(t, table.SQLite)
		if c.function == "lower" && len(reach) > 0 {
			return fmt.Sprintf("%s is in lower case: without lower() its %s reach the API", c.column, list(reach))
		}
	} else if i := t.FieldOf(c.column); i >= 0 {
		exact, inexact := t.Fields[i].Pushes(table.SQLite)
		reach, kind = append(exact, inexact...), t.Fields[i].Kind
	}
	switch {
	case len(reach) == 0:
		return ""
	case c.function == "regexp":
		return fmt.Sprintf("%[1]s regexp … is checked after buying: beside it %[1]s glob '*…*', of a text that all of them have, reaches the API", c.column)
	case kind == table.Time:
		return fmt.Sprintf("%s is checked after buying: of %s itself %s reach the API, such as %[2]s >= '2024-06-01'", c, c.column, list(reach))
	case c.function == "lower" || c.function == "upper":
		return fmt.Sprintf("%s is checked after buying: %s like '…', which ignores case, reaches the API", c, c.column)
	}
	return fmt.Sprintf("%s is checked after buying: of %s itself %s reach the API", c, c.column, list(reach))
}

// sameAs is the derived column that shows what host() or domain() gives, nil where there is none.
func (c call) sameAs(t *table.Table) *table.Derived {
	from := c.column
	if i := t.DerivedOf(c.column); i >= 0 && t.Derived[i].Part == table.HostOfURL {
		from = t.Derived[i].From // whose host this is
	}
	for i, d := range t.Derived {
		switch {
		case d.From != from:
		case c.function == "host" && d.Part == table.HostOfURL, c.function == "domain" && d.Part != table.HostOfURL:
			return &t.Derived[i]
		}
	}
	return nil
}

// list writes several comparisons as one does: a, b and c.
func list(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
