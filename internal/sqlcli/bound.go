package sqlcli

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// parseParams reads NAME=VALUE as values for parameters. A value is a text, or a number if it is written as one is.
func parseParams(written []string) (args []any, err error) {
	var names []string
	for _, w := range written {
		name, text, ok := strings.Cut(w, "=")
		name = strings.TrimLeft(name, ":@$") // as it stands in the SQL
		switch first, _ := utf8.DecodeRuneInString(name); {
		case !ok || name == "":
			return nil, usage("--param %s: write NAME=VALUE, such as --param domain=example.com for :domain", w)
		case !unicode.IsLetter(first) || !isParameter(":"+name):
			return nil, usage("--param %s: a name begins with a letter, and has letters, digits and _ alone", w)
		case slices.Contains(names, name):
			return nil, usage("--param %s: %s is there twice", w, name)
		}
		names = append(names, name)
		var value any = text
		if number, ok := input.Number(text); ok {
			value = number
		}
		args = append(args, sql.Named(name, value))
	}
	return args, nil
}

func isParameter(text string) bool {
	found := sqlengine.BoundParameters(text)
	return len(found) == 1 && found[0].Text == text
}

// checkParams compares the parameters that statements name with those that have a value: all that are missing are told at
// once, before the first statement runs.
func checkParams(statements []sqlengine.Statement, args []any) error {
	missing, places, err := missingValues(statements, args)
	if err != nil {
		return err
	}
	named := namesIn(statements)
	for _, a := range args {
		if name := a.(sql.NamedArg).Name; !slices.Contains(named, name) {
			return usage("--param %s: no statement has the parameter :%[1]s%s", name, meant(name, missing, named))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return usage("no value for %s: write --param %s=…", strings.Join(places, ", "), strings.Join(missing, "=… --param "))
}

// namesIn are the parameters that statements name.
func namesIn(statements []sqlengine.Statement) (names []string) {
	for _, s := range statements {
		for _, p := range sqlengine.BoundParameters(s.Text) {
			names = append(names, p.Name())
		}
	}
	return names
}

// missingValues are the parameters of statements that have no value, each once, and where they are named first. An error is
// that one has no name.
func missingValues(statements []sqlengine.Statement, args []any) (missing, places []string, err error) {
	var given []string
	for _, a := range args {
		given = append(given, a.(sql.NamedArg).Name)
	}
	for _, s := range statements {
		for _, p := range sqlengine.BoundParameters(s.Text) {
			name := p.Name()
			first, _ := utf8.DecodeRuneInString(name)
			switch {
			case !unicode.IsLetter(first):
				return nil, nil, usage("line %d: the parameter %s has no name: write :NAME in its place, with a letter first, and --param NAME=VALUE", s.Line, p.Text)
			case !slices.Contains(given, name) && !slices.Contains(missing, name):
				missing = append(missing, name)
				places = append(places, fmt.Sprintf("%s (line %d)", p.Text, s.Line))
			}
		}
	}
	return missing, places, nil
}

func meant(name string, lists ...[]string) string {
	if near := nearest(name, lists...); len(near) > 0 {
		return ": did you mean :" + strings.Join(near, " or :") + "?"
	}
	return ""
}

// takeParams makes the command line's values those of the statements.
func (x *execution) takeParams(statements []sqlengine.Statement) (err error) {
	if x.args, err = parseParams(x.flags.params); err != nil {
		return err
	}
	if err := checkParams(statements, x.args); err != nil {
		return err
	}
	if x.flags.verbose && len(x.args) > 0 {
		fmt.Fprintln(x.stderr, describeParams(x.args))
	}
	return nil
}

// describeParams says which values the parameters have, and of which kind.
func describeParams(args []any) string {
	var list []string
	for _, a := range args {
		p := a.(sql.NamedArg)
		list = append(list, fmt.Sprintf(":%s = %s", p.Name, sqlengine.Literal(p.Value)))
	}
	return output.Visible("parameters " + strings.Join(list, ", "))
}
