package sqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// ImportedColumn is a column of a table whose rows come from elsewhere. Type is SQLite's: TEXT, INTEGER or REAL.
type ImportedColumn struct{ Name, Type string }

// Import makes a temporary table and fills it, in one transaction. each calls its function for every row, whose values are
// nil, string, int64, float64 or []byte; the function's error is to end it, and so is the context's. A failed import leaves
// nothing. The name must be
// free: see [Engine.NameTaken].
func (e *Engine) Import(ctx context.Context, name string, columns []ImportedColumn, each func(row func(values []any) error) error) (err error) {
	select {
	case <-e.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.turn <- struct{}{} }()
	tx, err := e.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tx.Rollback() //nolint:errcheck // the first error says what happened
		}
	}()
	definitions := make([]string, len(columns))
	for i, c := range columns {
		definitions[i] = quoteName(c.Name) + " " + c.Type
	}
	table := "temp." + quoteName(name)
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("create table %s (%s)", table, strings.Join(definitions, ", "))); err != nil {
		return err
	}
	values := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	insert, err := tx.PrepareContext(ctx, fmt.Sprintf("insert into %s values (%s)", table, values))
	if err != nil {
		return err
	}
	defer insert.Close()
	err = each(func(values []any) error {
		_, err := insert.ExecContext(context.WithoutCancel(ctx), values...) // else each row has a goroutine that waits for the end
		return err
	})
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	made, err := e.column(ctx, "select sql from temp.sqlite_schema where name = ?", name)
	if err != nil {
		return err
	}
	e.imported[strings.ToLower(name)] = strings.Join(made, "")
	return e.followViews(ctx, nil) // some may read the table
}

// IsKeyword reports a name of letters and digits that SQL takes for a word of its own, as index and order.
func (e *Engine) IsKeyword(ctx context.Context, name string) bool {
	_, err := e.column(ctx, "select 1 from (select 1) as "+name)
	return err != nil && ctx.Err() == nil
}

// NameTaken says what has a name that a table is to be imported as: it would hide that, or be hidden. "" is nothing.
func (e *Engine) NameTaken(ctx context.Context, name string) (by string, err error) {
	switch {
	case e.tableNamed(name) != nil:
		return "a table of the plugin's", nil
	case strings.HasPrefix(strings.ToLower(name), "sqlite_"):
		return "SQLite itself", nil
	}
	temporary, err := e.column(ctx, "select type from temp.sqlite_schema where name = ? collate nocase", name)
	switch {
	case err != nil:
		return "", err
	case len(temporary) > 0 && e.isImported(name):
		return "a file that is imported before it", nil
	case len(temporary) > 0:
		return "a temporary " + temporary[0], nil
	}
	tables, err := e.column(ctx, "select type || ' of the database file' from main.sqlite_schema where name = ? collate nocase", name)
	if err != nil || len(tables) == 0 {
		return "", err
	}
	return "a " + tables[0], nil
}

// ImportedTables are the names of the tables that were imported.
func (e *Engine) ImportedTables(ctx context.Context) (names []string, err error) {
	names, err = e.column(ctx, "select name from temp.sqlite_schema where type = 'table' order by name")
	return slices.DeleteFunc(names, func(name string) bool { return !e.isImported(name) }), err
}
