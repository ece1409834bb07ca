package sqlcli

import (
	"context"

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
	tables, err := s.rowsOf(ctx, "select name from main.sqlite_schema where type in ('table', 'view') and name not like 'sqlite@_%' escape '@'")
	if err != nil {
		return columns
	}
	imported, err := s.importedTables(ctx)
	if err != nil {
		return columns
	}
	for _, t := range append(tables, imported...) {
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

// importedTables are those that were made of files.
func (s *session) importedTables(ctx context.Context) (list [][]any, err error) {
	names, err := s.engine.ImportedTables(ctx)
	for _, name := range names {
		list = append(list, []any{name, "a table of your own, imported"})
	}
	return list, err
}

// ownTables are the tables and views that stand in the database file, after those that were imported.
func (s *session) ownTables(ctx context.Context) (list [][]any, err error) {
	imported, err := s.importedTables(ctx)
	if err != nil || s.flags.database == "" {
		return imported, err
	}
	lasting, err := s.rowsOf(ctx, "select name, 'a ' || type || ' of your own' from main.sqlite_schema where type in ('table', 'view') and name not like 'sqlite@_%' escape '@' order by name")
	return append(imported, lasting...), err
}

func (s *session) rowsOf(ctx context.Context, sql string) (list [][]any, err error) {
	rows, err := s.engine.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		list = append(list, rows.Values())
	}
	return list, rows.Close()
}
