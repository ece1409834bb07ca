package sqlcli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// transaction makes a run that writes into a --db file all or nothing: what a run has not finished is not there, and the
// next one begins where this one did.
type transaction struct {
	from, to int // statements; from is where it begins, to the first one after its end
	open     bool
}

// transactionOf says which statements of a script are one transaction: from the first that writes to the end, but for
// those behind that cannot stand in one. A script that has transactions of its own is left to itself.
func (s *session) transactionOf(statements []sqlengine.Statement) (*transaction, error) {
	none := &transaction{from: len(statements), to: len(statements)}
	if s.flags.database == "" || s.flags.explain || slices.ContainsFunc(statements, func(st sqlengine.Statement) bool { return isTransaction(st.Text) }) {
		return none, nil
	}
	t := &transaction{from: slices.IndexFunc(statements, func(st sqlengine.Statement) bool { return mayWrite(st.Text) && !standsOutside(st.Text) }), to: len(statements)}
	if t.from < 0 {
		return none, nil
	}
	for t.to > t.from && standsOutside(statements[t.to-1].Text) {
		t.to--
	}
	for _, st := range statements[t.from:t.to] {
		if standsOutside(st.Text) {
			return nil, usage("line %d: %s cannot stand among statements that write into the --db file, since these are one transaction: put it before or behind them, or write begin and commit where they are to be",
				st.Line, strings.ToUpper(firstWord(st.Text)))
		}
	}
	return t, nil
}

// isTransaction reports a statement that begins or ends a transaction.
func isTransaction(statement string) bool {
	switch firstWord(statement) {
	case "begin", "commit", "end", "rollback", "savepoint", "release":
		return true
	}
	return false
}

// standsOutside reports a statement that SQLite does not take in a transaction, or that does nothing there.
func standsOutside(statement string) bool {
	switch firstWord(statement) {
	case "vacuum", "detach":
		return true
	case "pragma":
		return strings.Contains(statement, "=")
	}
	return false
}

// before begins the transaction where it is due. A file that another program writes to is told of before anything is
// bought.
func (t *transaction) before(ctx context.Context, i int, s *session) error {
	switch {
	case i == t.from && t.from < t.to:
		err := s.exec(ctx, "begin immediate")
		if err != nil && strings.Contains(err.Error(), "within a transaction") {
			return nil // one that a shell's user has begun
		}
		if err != nil {
			return fmt.Errorf("writing into %s: %w", s.flags.database, err)
		}
		t.open = true
	case i == t.to:
		return t.commit(ctx, s)
	}
	return nil
}

// commit makes what was written last. It is called when all that the run was to give has been given.
func (t *transaction) commit(ctx context.Context, s *session) error {
	if !t.open {
		return nil
	}
	if err := s.exec(ctx, "commit"); err != nil {
		return fmt.Errorf("writing into %s: %w", s.flags.database, err) // it is still open
	}
	t.open = false
	return nil
}

// undo undoes what a script has written that has failed. A run ends without.
func (t *transaction) undo(ctx context.Context, s *session) error {
	if !t.open {
		return nil
	}
	t.open = false
	return s.exec(context.WithoutCancel(ctx), "rollback")
}

// exec runs a statement to its end. Its rows are nobody's.
func (s *session) exec(ctx context.Context, statement string, args ...any) error {
	rows, err := s.engine.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return rows.Close()
}
