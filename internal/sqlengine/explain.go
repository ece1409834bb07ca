package sqlengine

import (
	"context"
	"errors"
)

// explainPoint is the savepoint that a statement which is only explained is undone to.
const explainPoint = "serpstat_sql_explains"

// Explain runs a statement for what it makes its scans ask, where the context says that they send nothing. It is
// confined as by [Options.Confined], its rows are nobody's, and what it has written is undone. A statement that begins or
// ends a transaction, or cannot stand in one, must not be given.
func (e *Engine) Explain(ctx context.Context, statement string, args ...any) (err error) {
	if err := e.run(ctx, "savepoint "+explainPoint, false); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, e.run(ctx, "rollback to "+explainPoint, false), e.run(ctx, "release "+explainPoint, false))
	}()
	return e.run(ctx, statement, true, args...)
}

// run runs a statement to its end, for nobody's rows.
func (e *Engine) run(ctx context.Context, statement string, confined bool, args ...any) error {
	rows, err := e.query(ctx, statement, confined, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return rows.Close()
}
