package sqlengine

import (
	"fmt"

	"modernc.org/sqlite"
)

// SQLite finds that a virtual table cannot be written to when it has the rows that are to be changed, which are paid
// for by then. So a statement is refused while it is compiled.

// writes are what a statement may want to do to a plugin's table, and what it is told.
var writes = map[sqlite.AuthorizerActionCode]string{
	sqlite.AuthInsert:     "rows cannot be added to %[1]s: " + copyIt,
	sqlite.AuthUpdate:     "rows of %[1]s cannot be changed: " + copyIt,
	sqlite.AuthDelete:     "rows of %[1]s cannot be deleted: " + copyIt,
	sqlite.AuthDropVTable: "%s cannot be dropped: it can only be read",
	sqlite.AuthAlterTable: "%s cannot be altered: it can only be read",
}

const copyIt = "it can only be read; what can be changed is a copy: create table … as select … from %[1]s where …"

// place is where a table stands: the plugin's may be hidden by a temporary table of the user's.
type place struct{ schema, table string }

// refuseWrites makes SQLite ask, from here on, whether a statement may do what it is to do.
func (e *Engine) refuseWrites() error {
	return e.conn.Raw(func(conn any) error {
		return conn.(sqlite.AuthorizerRegisterer).RegisterAuthorizer(func(action sqlite.AuthorizerActionCode, arg1, arg2, schema, _ string) sqlite.AuthorizerReturnCode {
			at := place{schema, arg1}
			if action == sqlite.AuthAlterTable {
				at = place{arg1, arg2}
			}
			refusal, write := writes[action]
			if !write || !e.places[at] || e.statement == nil {
				return sqlite.AuthorizerOK
			}
			e.note(&ReadOnlyError{Table: at.table, text: fmt.Sprintf(refusal, at.table)}) //nolint:errcheck // SQLite says no more than that it was refused
			return sqlite.AuthorizerDeny
		})
	})
}

// ReadOnlyError says that a statement would write to a plugin's table.
type ReadOnlyError struct{ Table, text string }

func (e *ReadOnlyError) Error() string { return e.text }
