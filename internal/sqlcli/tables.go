package sqlcli

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// listMatching prints the tables whose names have a pattern: of LIKE, of GLOB, or a part of them. "" is all.
func (x *execution) listMatching(ctx context.Context, pattern string) error {
	condition := "instr(lower(:name), lower(:pattern)) > 0"
	switch {
	case strings.ContainsAny(pattern, "*?["):
		condition = "lower(:name) glob lower(:pattern)"
	case strings.Contains(pattern, "%"):
		condition = ":name like :pattern"
	}
	all, err := x.allTables(ctx)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, row := range all {
		matches, err := x.rowsOf(ctx, "select "+condition, sql.Named("name", row[0]), sql.Named("pattern", pattern))
		if err != nil {
			return err
		}
		if matches[0][0] == int64(1) {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return fmt.Errorf("no table is called so: %s%s", pattern, x.hint("", "no such table: "+pattern))
	}
	return x.write([]string{"table", "description"}, rows)
}

// listSchema prints the columns of a table of the plugin's, and what has made one of the user's.
func (x *execution) listSchema(ctx context.Context, name string) error {
	name = strings.Trim(name, "\"`[]")
	for _, t := range x.engine.Tables() {
		if !strings.EqualFold(t.Name, name) {
			continue
		}
		fmt.Fprintf(x.out, "%s: %s\n", t.Name, t.Description)
		var rows [][]any
		for _, c := range t.Columns {
			rows = append(rows, []any{c.Name, strings.ToLower(c.Type), reach(t, c)})
		}
		if err := x.write([]string{"column", "type", "where (reaches the API)"}, rows); err != nil {
			return err
		}
		return x.out.Flush()
	}
	made, err := x.made(ctx, name)
	if err != nil {
		return err
	}
	if len(made) == 0 {
		return fmt.Errorf("there is no table %s%s", name, x.hint("", "no such table: "+name))
	}
	for _, statement := range made {
		fmt.Fprintln(x.out, statement)
	}
	return nil
}

// allTables are the plugin's tables and the user's own, each with a description.
func (x *execution) allTables(ctx context.Context) (rows [][]any, err error) {
	for _, t := range x.engine.Tables() {
		rows = append(rows, []any{t.Name, t.Description})
	}
	own, err := x.ownTables(ctx)
	return append(rows, own...), err
}

// listTables prints the plugin's tables and the user's own, or the columns of the plugin's that are named.
func (x *execution) listTables(ctx context.Context, names []string) error {
	tables := x.engine.Tables()
	if len(names) == 0 {
		rows, err := x.allTables(ctx)
		if err != nil {
			return err
		}
		return x.write([]string{"table", "description"}, rows)
	}
	for _, name := range names {
		name = strings.TrimSuffix(name, ";")
		err := error(nil)
		if i := slices.IndexFunc(tables, func(t *sqlengine.Table) bool { return t.Name == name }); i >= 0 {
			err = x.listColumns(tables[i])
		} else {
			err = x.listOwnColumns(ctx, name)
		}
		if err != nil {
			return err
		}
	}
	if x.to.width > 0 && x.flags.output == "table" {
		fmt.Fprintln(x.out, "-o line shows what is shortened.")
	}
	return nil
}

func (x *execution) listOwnColumns(ctx context.Context, name string) error {
	own, err := x.ownTable(ctx, name)
	if err != nil {
		return x.explainError("", err) // a view of what is not there
	}
	if len(own) == 0 {
		return usage("there is no table %s%s", name, x.hint("", "no such table: "+name))
	}
	return x.write([]string{"column", "type"}, own)
}

func (x *execution) listColumns(t *sqlengine.Table) error {
	if x.flags.output == "table" {
		fmt.Fprintf(x.out, "%s: %s\n", t.Name, t.Description)
	}
	var rows [][]any
	for _, c := range t.Columns {
		rows = append(rows, []any{c.Name, strings.ToLower(c.Type), reach(t, c), c.Description})
	}
	return x.write([]string{"column", "type", "where (reaches the API)", "description"}, rows)
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
func (x *execution) write(names []string, rows [][]any) error {
	columns := make([]output.Column, len(names))
	for i, name := range names {
		columns[i].Name = name
	}
	if err := x.document.Begin("", columns); err != nil {
		return err
	}
	for _, row := range rows {
		if err := x.document.Row(row); err != nil {
			return err
		}
	}
	return x.document.End()
}
