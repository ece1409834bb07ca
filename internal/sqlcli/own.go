package sqlcli

import (
	"context"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// ownTable are the columns of a table or view of the user's; none where there is no such.
func (s *session) ownTable(ctx context.Context, name string) ([][]any, error) {
	return s.rowsOf(ctx, "select name, lower(type) from pragma_table_info("+sqlengine.Literal(name)+")")
}

// ownColumns are the columns of the user's tables and views, as far as they can be read.
func (s *session) ownColumns() map[string][]string {
	columns := map[string][]string{}
	ctx := context.Background()
	tables, err := s.ownTables(ctx)
	if err != nil {
		return columns
	}
	for _, t := range tables {
		name := t[0].(string)
		columns[name] = nil
		list, err := s.ownTable(ctx, name)
		if err != nil {
			continue // a view of what is not there
		}
		for _, c := range list {
			columns[name] = append(columns[name], c[0].(string))
		}
	}
	return columns
}

// ofUser is what of a schema's tables and views the user has made: not the plugin's tables, the shadows of views in the
// file, and what SQLite makes for itself.
const ofUser = `type in ('table', 'view') and name not like 'sqlite@_%' escape '@' and coalesce(sql, '') not like 'create virtual table%using%serpstat@_%' escape '@'`

// ownTables are the tables and views of the user's: those that were imported, other temporary ones, and those that stand in
// the database. Each has a name and a description.
func (s *session) ownTables(ctx context.Context) (list [][]any, err error) {
	imported, err := s.engine.ImportedTables(ctx)
	if err != nil {
		return nil, err
	}
	temporary, err := s.rowsOf(ctx, `select name, 'a temporary ' || type || ' of your own' from temp.sqlite_schema where `+ofUser+`
		and not (type = 'view' and name in (select name from main.sqlite_schema where type = 'view')) order by name`)
	if err != nil {
		return nil, err
	}
	for _, name := range imported {
		list = append(list, []any{name, "a table of your own, imported"})
	}
	for _, t := range temporary {
		if !slices.Contains(imported, t[0].(string)) {
			list = append(list, t)
		}
	}
	lasting, err := s.rowsOf(ctx, "select name, 'a ' || type || ' of your own' from main.sqlite_schema where "+ofUser+" order by name")
	return append(list, lasting...), err
}

// made are the statements that have made a table or view of the user's, and what belongs to it.
func (s *session) made(ctx context.Context, name string) (statements []string, err error) {
	for _, schema := range []string{"main", "temp"} {
		rows, err := s.rowsOf(ctx, "select sql from "+schema+".sqlite_schema where sql is not null and lower(tbl_name) = lower("+sqlengine.Literal(name)+") order by type = 'index', type = 'trigger'")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			statements = append(statements, row[0].(string)+";")
		}
		if len(statements) > 0 {
			break // in temp a view of the file has its shadow
		}
	}
	return statements, nil
}

func (s *session) rowsOf(ctx context.Context, sql string, args ...any) (list [][]any, err error) {
	rows, err := s.engine.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		list = append(list, rows.Values())
	}
	return list, rows.Close()
}
