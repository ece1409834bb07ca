package table

import "strings"

// Dialect is the SQL in which clauses are named.
type Dialect int

// The dialects. SQLite's LIKE ignores case, as ILIKE does, and its GLOB does not; it tells a table of no NOT LIKE.
const (
	PostgreSQL Dialect = iota
	SQLite
)

// Pushes lists the clauses on the column that reach the API's filter: those that it answers exactly, and those whose
// rows are checked on this side too.
func (f Field) Pushes(d Dialect) (exact, inexact []string) {
	p := f.Filter
	from, until := p.Bounds()
	switch p.How {
	case ByNumber:
		switch {
		case from && until:
			exact = append(exact, "=", "in", "between")
		case p.Attests(Equals):
			exact = append(exact, "=", "in")
		default:
			inexact = append(inexact, "=", "in", "between")
		}
		exact = append(exact, bounds(from, until)...)
	case FromDay, UntilDay:
		inexact = append(append(inexact, "="), bounds(from, until)...)
	case ByWord:
		inexact = append(inexact, "=", "in")
	case ByCode:
		if d == PostgreSQL {
			inexact = append(inexact, "?")
		}
	case ByText:
		if p.Attests(Contains) {
			inexact = append(inexact, partsOfText(d)...)
		}
		if p.Attests(NotContains) && d == PostgreSQL {
			inexact = append(inexact, "not like", "not ilike")
		}
	}
	return exact, inexact
}

func bounds(from, until bool) (list []string) {
	if until {
		list = append(list, "<", "<=")
	}
	if from {
		list = append(list, ">", ">=")
	}
	return list
}

// Pushes lists the clauses on a derived column of a table that reach the API's filter; what comes is checked on this side
// too. In Steampipe they are left to its database.
func (c Derived) Pushes(t *Table, d Dialect) []string {
	if from := t.Fields[t.FieldOf(c.From)].Filter; d == SQLite && from.How == ByText && from.Attests(Contains) {
		return partsOfText(d)
	}
	return nil
}

// partsOfText are the clauses that say what is in a text.
func partsOfText(d Dialect) []string {
	return []string{"=", "in", "like", map[Dialect]string{PostgreSQL: "ilike", SQLite: "glob"}[d]}
}

// Reach says in words what of the clauses on a derived column reaches the API, "" where nothing does.
func (c Derived) Reach(t *Table, d Dialect) string { return reach(nil, c.Pushes(t, d)) }

// Reach says in words what of the clauses on the column reaches the API, "" where nothing does.
func (f Field) Reach(d Dialect) string {
	words := reach(f.Pushes(d))
	switch {
	case f.Sort == "":
		return words
	case words == "":
		return "order by"
	}
	return words + "; order by"
}

func reach(exact, inexact []string) string {
	var parts []string
	if len(exact) > 0 {
		parts = append(parts, "exactly: "+strings.Join(exact, ", "))
	}
	if len(inexact) > 0 {
		parts = append(parts, "in part: "+strings.Join(inexact, ", "))
	}
	return strings.Join(parts, "; ")
}

// Reach says in words how a parameter is given.
func (p Param) Reach() string {
	switch {
	case p.Required():
		return "required: =, in"
	case p.Form == PerDomain:
		return "parameter: =, in; nothing else then reaches the API"
	}
	return "parameter: =, in"
}
