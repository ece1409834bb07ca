package shell

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/spelling"
)

// Argument is what stands behind a dot command.
type Argument int

// The kinds of arguments.
const (
	None      Argument = iota
	Table              // the name of a table
	Format             // of rows
	File               // a name
	Switch             // on or off
	Parameter          // its name, and a value
	Text               // that only its command knows
	SQL                // a statement, up to its semicolon
	Command            // the name of another one
)

// DotCommand is a command of the shell's, which begins with a dot.
type DotCommand struct {
	Name, Usage, Help string
	Argument          Argument
}

// Commands are all there are, in the order of the help.
var Commands = []DotCommand{
	{".help", "[COMMAND]", "show the commands, or what one does", Command},
	{".tables", "[PATTERN]", "list Serpstat's tables and your own: .tables %link%, .tables my_*", Table},
	{".schema", "TABLE", "show its columns, and which WHERE reach the API; of your own tables how they were made", Table},
	{".explain", "[STATEMENT;]", "what a statement would ask, and cost at most; it sends nothing. Without one: the last", SQL},
	{".estimate", "[STATEMENT;]", "the same with the real figure, for a credit each scan", SQL},
	{".mode", "[FORMAT]", "how rows are written: table, line, csv, json, …", Format},
	{".output", "[FILE]", "each statement's rows take the place of the file, by its ending; without one: the screen", File},
	{".once", "FILE", "write the rows of the next statement to a file", File},
	{".read", "FILE", "run a script, up to its first error", File},
	{".import", "FILE [TABLE]", "read csv, tsv, xlsx, json, ndjson or parquet into a temporary table", File},
	{".param", "[NAME [VALUE]]", "give :NAME a value; without one list them, .param unset NAME drops one", Parameter},
	{".budget", "[N|off]", "what may be spent from now on without a question; off asks above a sum", Text},
	{".credits", "", "what the plan has left; asking is free", None},
	{".timer", "[on|off]", "whether the line after a statement says how long it took", Switch},
	{".quit", "", "leave, as Ctrl-D does", None},
}

// others are names that people try, and what they are called here.
var others = map[string]string{
	".d": ".schema", ".describe": ".schema", ".desc": ".schema", ".columns": ".schema", ".t": ".tables", ".dt": ".tables", ".show": ".help", ".h": ".help",
	".parameter": ".param", ".set": ".param", ".credit": ".credits", ".balance": ".credits", ".format": ".mode", ".headers": ".mode", ".limit": ".budget", ".max-credits": ".budget",
	".open": ".import", ".load": ".import", ".i": ".read", ".o": ".output", ".indexes": ".schema", ".inspect": ".schema", ".cost": ".explain", ".eqp": ".explain",
}

// same are names that do as well.
var same = map[string]string{".exit": ".quit"}

// names are those of all commands.
func names() []string {
	list := make([]string, len(Commands))
	for i, c := range Commands {
		list[i] = c.Name
	}
	return list
}

// Named is the command with a name: its own, one that is the same elsewhere, or the beginning of one alone.
func Named(name string) (DotCommand, error) {
	name = strings.ToLower(name)
	name = cmp.Or(same[name], name)
	var begin []DotCommand
	for _, c := range Commands {
		if c.Name == name {
			return c, nil
		}
		if len(name) > 1 && strings.HasPrefix(c.Name, name) {
			begin = append(begin, c)
		}
	}
	if len(begin) == 1 {
		return begin[0], nil
	}
	meant := others[name]
	if meant == "" && len(begin) > 1 {
		list := make([]string, len(begin))
		for i, c := range begin {
			list[i] = c.Name
		}
		meant = strings.Join(list, " or ")
	}
	if meant == "" {
		if near := spelling.Nearest(name, min(3, len(name)/2), names()); len(near) > 0 {
			meant = near[0]
		}
	}
	if meant == "" {
		return DotCommand{}, fmt.Errorf("there is no command %s: .help lists them", name)
	}
	return DotCommand{}, fmt.Errorf("there is no command %s: did you mean %s?", name, meant)
}

// split is the name of a command, and what stands behind it.
func split(line string) (name, rest string) {
	line = strings.TrimSpace(line)
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return strings.TrimSuffix(line, ";"), ""
	}
	return line[:end], strings.TrimSpace(line[end:])
}

// Words are the arguments in a text: divided by blanks, those with blanks in them in quotes, 'like this' or "like this".
func Words(text string) (words []string, err error) {
	for {
		text = strings.TrimLeft(text, " \t")
		if text == "" {
			return words, nil
		}
		end := strings.IndexAny(text, " \t")
		if quote := text[0]; quote == '\'' || quote == '"' {
			if end = strings.IndexByte(text[1:], quote); end < 0 {
				return nil, errors.New("a quote has no end")
			}
			words, text = append(words, text[1:end+1]), text[end+2:]
			continue
		}
		if end < 0 {
			end = len(text)
		}
		words, text = append(words, text[:end]), text[end:]
	}
}

// most is how many arguments a command takes.
func (c DotCommand) most() int {
	switch {
	case c.Argument == None:
		return 0
	case c.Name == ".import", c.Name == ".param":
		return 2
	}
	return 1
}

// arguments are those of a command, with one of its own for the rest of the line where that is a value.
func (c DotCommand) arguments(rest string) ([]string, error) {
	words, err := Words(rest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	if most := c.most(); len(words) > most {
		if c.Argument == Parameter {
			return []string{words[0], strings.TrimSpace(strings.TrimPrefix(rest, words[0]))}, nil
		}
		if len(words) == most+1 && words[most] == ";" {
			return words[:most], nil
		}
		return nil, fmt.Errorf("write %s; a name with blanks stands in quotes", strings.TrimSpace(c.Name+" "+c.Usage))
	}
	if last := len(words) - 1; last >= 0 && c.Argument != File && c.Argument != Parameter { // people end all with it
		words[last] = strings.TrimSuffix(words[last], ";")
	}
	if len(words) == 0 && c.Usage != "" && !strings.HasPrefix(c.Usage, "[") {
		return nil, fmt.Errorf("write %s %s", c.Name, c.Usage)
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" && c.Argument != Parameter }), nil
}
