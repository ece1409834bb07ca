package shell

import "strings"

// habit is what to write in place of what other databases' shells understand, "" for what is none. A statement's own
// words it leaves alone: the line is the first of what is entered.
func habit(line string) string {
	words := strings.Fields(strings.ToLower(strings.TrimRight(strings.TrimSpace(line), "; ")))
	if len(words) == 0 {
		return ""
	}
	second, last := "", ""
	if len(words) > 1 {
		second, last = words[1], strings.Trim(words[len(words)-1], "`\"")
	}
	switch first := words[0]; {
	case strings.HasPrefix(first, `\`):
		return backslash(first, last)
	case first == "show" && (second == "tables" || second == "databases" || second == "schemas"):
		return "write .tables"
	case first == "show" && second == "columns", first == "show" && second == "create":
		return "write .schema " + orTable(last)
	case first == "show":
		return "write .tables, .schema TABLE, .credits or .param"
	case (first == "describe" || first == "desc") && len(words) < 3:
		return "write .schema " + orTable(second)
	case first == "use" && len(words) == 2:
		return "there is one database: .tables lists its tables, --db FILE opens one of your own beside it"
	case first == "set" && len(words) > 1:
		return "write .param NAME VALUE for the parameter :NAME, .mode FORMAT, .timer on or .budget N"
	case first == "go" && len(words) == 1:
		return "a statement ends with ;"
	case first == "source" && len(words) == 2:
		return "write .read " + second
	}
	return ""
}

func backslash(command, argument string) string {
	switch command {
	case `\q`:
		return "write .quit, or press Ctrl-D"
	case `\d`, `\d+`:
		if argument != "" {
			return "write .schema " + argument
		}
		return "write .tables, or .schema TABLE"
	case `\dt`, `\dt+`, `\l`, `\dv`:
		return "write .tables"
	case `\?`, `\h`:
		return "write .help"
	case `\x`:
		return "write .mode line, and .mode table to go back"
	case `\i`, `\.`:
		return "write .read FILE"
	case `\o`:
		return "write .output FILE"
	case `\timing`:
		return "write .timer on"
	case `\set`:
		return "write .param NAME VALUE"
	case `\copy`:
		return "write .import FILE, or .once FILE before a statement"
	}
	return "commands begin with a dot here: .help lists them"
}

func orTable(name string) string {
	if name == "" || name == "columns" || name == "table" {
		return "TABLE"
	}
	return name
}
