package shell

import (
	"slices"
	"strings"
)

// meant is the command that a line means which is written as in another shell, or without its dot, "" for what is none, or may
// mean several.
func meant(line string) string {
	words := strings.Fields(strings.TrimRight(strings.TrimSpace(line), "; "))
	if len(words) == 0 {
		return ""
	}
	rest := words[1:]
	name := strings.Trim(words[len(words)-1], "`\"")
	switch first := strings.ToLower(words[0]); {
	case len(rest) == 0:
		return alone[first]
	case len(rest) == 1 && slices.Contains([]string{`\d`, `\d+`, "describe", "desc"}, first):
		return ".schema " + name
	case first == "show" && len(rest) == 1 && strings.EqualFold(rest[0], "tables"):
		return ".tables"
	case first == "show" && len(rest) == 3 && strings.EqualFold(rest[0], "columns"), first == "show" && len(rest) == 3 && strings.EqualFold(rest[0]+rest[1], "createtable"):
		return ".schema " + name
	case len(rest) == 1 && (first == `\i` || first == `\.` || first == "source"):
		return ".read " + rest[0]
	}
	return ""
}

// alone are the lines of one word that are a command.
var alone = map[string]string{
	"help": ".help", "?": ".help", `\?`: ".help", `\h`: ".help",
	"quit": ".quit", "exit": ".quit", "bye": ".quit", "logout": ".quit", ":q": ".quit", `\q`: ".quit",
	`\d`: ".tables", `\d+`: ".tables", `\dt`: ".tables", `\dt+`: ".tables", `\dv`: ".tables",
}

// habit is what to write in place of what other databases' shells understand, "" for what is none, or is [meant] here. A
// statement's own words it leaves alone: the line is the first of what is entered.
func habit(line string) string {
	words := strings.Fields(strings.ToLower(strings.TrimRight(strings.TrimSpace(line), "; ")))
	if len(words) == 0 || meant(line) != "" {
		return ""
	}
	switch first := words[0]; {
	case strings.HasPrefix(first, `\`):
		return backslash(first)
	case first == "show":
		return "write .tables, .schema TABLE, .credits or .param"
	case (first == "describe" || first == "desc") && len(words) == 1:
		return "write .schema TABLE"
	case first == "use" && len(words) == 2:
		return "there is one database: .tables lists its tables, --db FILE opens one of your own beside it"
	case first == "set" && len(words) > 1:
		return "write .param NAME VALUE for the parameter :NAME, .mode FORMAT, .timer on or .budget N"
	case first == "go" && len(words) == 1:
		return "a statement ends with ;"
	}
	return ""
}

func backslash(command string) string {
	switch command {
	case `\d`, `\d+`:
		return "write .tables, or .schema TABLE"
	case `\dt`, `\dt+`, `\l`, `\dv`:
		return "write .tables"
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
