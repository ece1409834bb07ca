package sqlcli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// listTables prints the plugin's tables, or the columns of the named ones.
func (s *session) listTables(names []string) error {
	tables := s.engine.Tables()
	if len(names) == 0 {
		rows := make([][]any, len(tables))
		for i, t := range tables {
			rows[i] = []any{t.Name, t.Description}
		}
		return s.write([]string{"table", "description"}, rows)
	}
	for _, name := range names {
		i := slices.IndexFunc(tables, func(t *sqlengine.Table) bool { return t.Name == strings.TrimSuffix(name, ";") })
		if i < 0 {
			return usage("there is no table %s: serpstat-sql --tables lists them", name)
		}
		if err := s.listColumns(tables[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) listColumns(t *sqlengine.Table) error {
	if s.flags.output == "table" {
		fmt.Fprintf(s.out, "%s: %s\n", t.Name, t.Description)
	}
	var rows [][]any
	for _, c := range t.Columns {
		rows = append(rows, []any{c.Name, strings.ToLower(c.Type), clauses(c), c.Description})
	}
	return s.write([]string{"column", "type", "where (reaches the API's request or saves rows)", "description"}, rows)
}

// clauses are the WHERE clauses that the plugin is told of, as they are written in SQLite.
func clauses(c sqlengine.Column) string {
	var list []string
	for _, operator := range c.Operators {
		switch operator {
		case "=":
			list = append(list, "=", "in")
		case "~~*":
			list = append(list, "like")
		case "~~":
			list = append(list, "glob")
		case "!~~", "!~~*": // SQLite tells no table of NOT LIKE
		default:
			list = append(list, operator)
		}
	}
	text := strings.Join(list, ", ")
	if c.Required {
		text += " (required)"
	}
	if c.Sortable {
		text += "; order by with limit"
	}
	return text
}

// write prints rows in the chosen format.
func (s *session) write(columns []string, rows [][]any) error {
	out, err := formats[s.flags.output](s.out, columns, s.flags.header)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.row(row); err != nil {
			return err
		}
	}
	return out.end()
}
