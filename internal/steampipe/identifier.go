package steampipe

import (
	"slices"
	"strings"
)

// reserved are words of SQL that a column can be called only in quotes: those of PostgreSQL and of SQLite's that a
// plugin is likely to use.
var reserved = strings.Fields("all and any array as asc both case cast check collate column constraint create default desc distinct do else end except " +
	"false fetch for foreign from grant group having in index initially intersect into join leading limit natural not null offset on only or order " +
	"placing primary references returning select set some table then to trailing transaction true union unique user using values when where window with")

// Identifier is a column's name as it is written in SQL.
func Identifier(name string) string {
	if slices.Contains(reserved, name) {
		return `"` + name + `"`
	}
	return name
}
