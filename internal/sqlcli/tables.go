package sqlcli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// listTables prints the plugin's tables and the user's own, or the columns of the plugin's that are named.
func (s *session) listTables(ctx context.Context, names []string) error {
	tables := s.engine.Tables()
	if len(names) == 0 {
		rows := make([][]any, len(tables))
		for i, t := range tables {
			rows[i] = []any{t.Name, t.Description}
		}
		own, err := s.ownTables(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, own...)
		return s.write([]string{"table", "description"}, rows)
	}
	for _, name := range names {
		name = strings.TrimSuffix(name, ";")
		err := error(nil)
		if i := slices.IndexFunc(tables, func(t *sqlengine.Table) bool { return t.Name == name }); i >= 0 {
			err = s.listColumns(tables[i])
		} else {
			err = s.listOwnColumns(ctx, name)
		}
		if err != nil {
			return err
		}
	}
	if s.to.width > 0 && s.flags.output == "table" {
		fmt.Fprintln(s.out, "-o line shows what is shortened.")
	}
	return nil
}

func (s *session) listOwnColumns(ctx context.Context, name string) error {
	own, err := s.ownTable(ctx, name)
	if err != nil {
		return s.explainError("", err) // a view of what is not there
	}
	if len(own) == 0 {
		return usage("there is no table %s%s", name, s.hint("", "no such table: "+name))
	}
	return s.write([]string{"column", "type"}, own)
}

func (s *session) listColumns(t *sqlengine.Table) error {
	if s.flags.output == "table" {
		fmt.Fprintf(s.out, "%s: %s\n", t.Name, t.Description)
	}
	var rows [][]any
	for _, c := range t.Columns {
		rows = append(rows, []any{c.Name, strings.ToLower(c.Type), reach(t, c), c.Description})
	}
	return s.write([]string{"column", "type", "where (reaches the API)", "description"}, rows)
}

// reach is what of the clauses on a column reaches the API, as the table's declaration says it.
func reach(t *sqlengine.Table, c sqlengine.Column) string {
	declared := catalog.Of(t.Name)
	switch {
	case declared == nil && c.Required:
		return "required: =, in"
	case declared == nil && c.Parameter:
		return "parameter: =, in"
	case declared == nil:
		return ""
	}
	if i := declared.ParamOf(c.Name); i >= 0 {
		return declared.Params[i].Reach()
	}
	if i := declared.FieldOf(c.Name); i >= 0 {
		return declared.Fields[i].Reach(table.SQLite)
	}
	if i := declared.DerivedOf(c.Name); i >= 0 {
		return declared.Derived[i].Reach(declared, table.SQLite)
	}
	return ""
}

// write prints rows in the chosen format.
func (s *session) write(names []string, rows [][]any) error {
	columns := make([]output.Column, len(names))
	for i, name := range names {
		columns[i].Name = name
	}
	if err := s.document.Begin("", columns); err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.document.Row(row); err != nil {
			return err
		}
	}
	return s.document.End()
}
