package sqlengine

import (
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// authorize makes SQLite ask, from here on, whether a statement may do what it is to do. It asks while it compiles,
// before anything is paid for.
func (e *Engine) authorize() error {
	return e.conn.Raw(func(conn any) error {
		return conn.(sqlite.AuthorizerRegisterer).RegisterAuthorizer(func(action sqlite.AuthorizerActionCode, arg1, arg2, schema, _ string) sqlite.AuthorizerReturnCode {
			s := e.statement
			if s == nil || s.own {
				return sqlite.AuthorizerOK
			}
			s.watch(action, arg1)
			s.readsRowids = s.readsRowids || action == sqlite.AuthRead && arg2 == "ROWID" && e.tableNamed(arg1) != nil
			err := e.refusal(s, action, arg1, arg2, schema)
			if err == nil {
				return sqlite.AuthorizerOK
			}
			e.note(err) //nolint:errcheck // SQLite says no more than that it was refused
			return sqlite.AuthorizerDeny
		})
	})
}

func (e *Engine) refusal(s *statement, action sqlite.AuthorizerActionCode, arg1, arg2, schema string) error {
	if s.confined && leaves(action, arg1) {
		return &ConfinedError{}
	}
	at := place{schema, arg1}
	switch action {
	case sqlite.AuthAlterTable:
		at = place{arg1, arg2}
	case sqlite.AuthCreateTable, sqlite.AuthCreateView, sqlite.AuthCreateVTable:
		if t := e.tableNamed(arg1); t != nil && schema == "main" {
			return fmt.Errorf("%[1]s is the name of a table of the plugin's: choose another, such as my_%[1]s", t.Name)
		}
	}
	if text, write := writes[action]; write && e.places[at] {
		return &ReadOnlyError{Table: at.table, text: fmt.Sprintf(text, at.table)}
	}
	return nil
}

func (e *Engine) tableNamed(name string) *Table {
	for _, t := range e.tables {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

func (e *Engine) isImported(name string) bool { return e.imported[strings.ToLower(name)] != "" }

// madeByImport reports the statement of a table that was imported, and has not been altered since.
func (e *Engine) madeByImport(create string) bool {
	for _, made := range e.imported {
		if made == create {
			return true
		}
	}
	return false
}

// writes are what a statement may want to do to a plugin's table, and what it is told. SQLite itself finds that a
// virtual table cannot be written to when it has the rows that are to be changed.
var writes = map[sqlite.AuthorizerActionCode]string{
	sqlite.AuthInsert:     "rows cannot be added to %[1]s: " + copyIt,
	sqlite.AuthUpdate:     "rows of %[1]s cannot be changed: " + copyIt,
	sqlite.AuthDelete:     "rows of %[1]s cannot be deleted: " + copyIt,
	sqlite.AuthDropVTable: "%s cannot be dropped: it can only be read",
	sqlite.AuthAlterTable: "%s cannot be altered: it can only be read",
}

const copyIt = "it can only be read; what can be changed is a copy: create table … as select … from %[1]s where …"

// place is where a table stands: a table of the user's in an attached file may have the name of one of the plugin's.
type place struct{ schema, table string }

// ReadOnlyError says that a statement would write to a plugin's table.
type ReadOnlyError struct{ Table, text string }

func (e *ReadOnlyError) Error() string { return e.text }

// leaves reports what reaches beyond the database: another file, also VACUUM INTO, which attaches one, and the pragmas
// that say where the process has its files.
func leaves(action sqlite.AuthorizerActionCode, arg1 string) bool {
	switch action {
	case sqlite.AuthAttach, sqlite.AuthDetach:
		return true
	case sqlite.AuthPragma:
		return strings.HasSuffix(strings.ToLower(arg1), "_store_directory")
	}
	return false
}

// ConfinedError says that a statement would reach beyond the database, where [Options.Confined] forbids it.
type ConfinedError struct{}

func (*ConfinedError) Error() string {
	return "a statement that is only explained opens no other file and writes none: attach, detach, vacuum into and pragma temp_store_directory are refused"
}

// watch notes what a statement does to the views of the database.
func (s *statement) watch(action sqlite.AuthorizerActionCode, name string) {
	switch action {
	case sqlite.AuthDropTempView:
		s.dropped = append(s.dropped, name)
		s.alters = true
	case sqlite.AuthCreateTable, sqlite.AuthCreateView, sqlite.AuthCreateTempTable, sqlite.AuthCreateTempView, sqlite.AuthDropTable, sqlite.AuthDropTempTable,
		sqlite.AuthDropView, sqlite.AuthAlterTable, sqlite.AuthTransaction, sqlite.AuthSavepoint:
		s.alters = true
	}
}
