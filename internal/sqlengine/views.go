package sqlengine

import (
	"context"
	"regexp"
	"strings"
)

// SQLite lets a view see the tables of its own schema alone: one of the user's in the main schema does not find the
// plugin's tables, which are temporary. So each such view has a shadow, a temporary view of the same statement, which
// sees both and comes first where the name is used. The view itself stays where the user has put it, as it was written.

// followViews makes the shadows what the views are now. A shadow that a statement has dropped was meant for the view.
func (e *Engine) followViews(ctx context.Context, dropped []string) error {
	shadows, err := e.made(ctx, "temp", viewPrefix)
	if err != nil {
		return err
	}
	views, err := e.made(ctx, "main", viewPrefix)
	if err != nil {
		return err
	}
	for _, name := range dropped {
		_, there := shadows[name]
		if _, shadowed := e.shadows[name]; !shadowed || there || views[name] == "" {
			continue
		}
		if err := e.exec(ctx, "drop view main."+quoteName(name)); err != nil {
			return err
		}
		delete(views, name)
	}
	for name, create := range e.shadows { // those of views that are gone, or have changed
		if shadows[name] == create && views[name] != create {
			if err := e.exec(ctx, "drop view temp."+quoteName(name)); err != nil {
				return err
			}
			delete(shadows, name)
		}
	}
	e.shadows = map[string]string{}
	for name, create := range views {
		if !e.missesATable(ctx, name) {
			continue
		}
		if shadows[name] == "" {
			if err := e.exec(ctx, "create temp view "+strings.TrimPrefix(create, viewPrefix)); err != nil {
				continue // a temporary table of the user's has its name
			}
			shadows[name] = create
		}
		if shadows[name] == create {
			e.shadows[name] = create
		}
	}
	return nil
}

// viewPrefix is how SQLite begins what it keeps of each CREATE VIEW, TEMP or not; the name follows.
const viewPrefix = "CREATE VIEW "

var noSuchTable = regexp.MustCompile(`no such table: main\.(\w+)`)

// missesATable reports a view that cannot be read for want of a plugin's table or an imported one, its own or that of a view
// that it reads.
func (e *Engine) missesATable(ctx context.Context, view string) bool {
	_, err := e.column(ctx, "explain select 1 from main."+quoteName(view))
	if err == nil {
		return false
	}
	m := noSuchTable.FindStringSubmatch(err.Error())
	return m != nil && (e.tableNamed(m[1]) != nil || e.isImported(m[1]))
}

// alter is whether a statement may be refused for a view: ALTER reads all views, and fails for one that it cannot read.
var alter = regexp.MustCompile(`(?i)^alter\b`)

// lendTables puts the plugin's tables into the main schema for the time of an ALTER, for the views to find them there.
func (e *Engine) lendTables(ctx context.Context) error {
	for _, t := range e.tables {
		if err := e.createVirtual(ctx, "main", t); err != nil {
			if isReadOnly(err) {
				return nil
			}
			return err
		}
		e.lent = append(e.lent, t)
		e.places[place{"main", t.Name}] = true
	}
	return nil
}

// takeTablesBack undoes it. After a crash in between, the next who opens the file does.
func (e *Engine) takeTablesBack(ctx context.Context) error {
	for ; len(e.lent) > 0; e.lent = e.lent[1:] {
		if err := e.exec(ctx, "drop table if exists main."+quoteName(e.lent[0].Name)); err != nil {
			return err
		}
	}
	return nil
}
