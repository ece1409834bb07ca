package sqlengine

import (
	"context"
	"errors"
	"strings"
)

// explainPoint is the savepoint that a statement which is only explained is undone to.
const explainPoint = "serpstat_sql_explains"

// Explain runs a statement for what it makes its scans ask, where the context says that they send nothing. It is
// confined as by [Options.Confined], its rows are nobody's, and what it has written is undone. A statement that begins or
// ends a transaction, or cannot stand in one, must not be given.
func (e *Engine) Explain(ctx context.Context, statement string, args ...any) error {
	return e.traceless(ctx, func() error {
		_, _, err := e.run(ctx, statement, true, args...)
		return err
	})
}

// Outline is what a statement is, by what SQLite makes of it without rows.
type Outline struct {
	Columns []string
	// Reads are the places of its plan that read a table of the plugin's.
	Reads int
	// Unread are those of them that were not come to: what they ask depends on the rows of others, or on a condition.
	Unread int
}

// Outline explains a statement as [Engine.Explain] does, and says what it is.
func (e *Engine) Outline(ctx context.Context, statement string, args ...any) (o Outline, err error) {
	err = e.traceless(ctx, func() error {
		var err error
		if o.Reads, err = e.Reads(ctx, statement, args...); err != nil {
			return err
		}
		var come int
		o.Columns, come, err = e.run(ctx, statement, true, args...)
		o.Unread = max(0, o.Reads-come)
		return err
	})
	return o, err
}

// traceless does work whose traces in the database are undone.
func (e *Engine) traceless(ctx context.Context, work func() error) (err error) {
	if _, _, err := e.run(ctx, "savepoint "+explainPoint, false); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		_, _, undone := e.run(ctx, "rollback to "+explainPoint, false)
		_, _, released := e.run(ctx, "release "+explainPoint, false)
		err = errors.Join(err, undone, released)
	}()
	return work()
}

// Reads counts the places of a statement's plan that read a table of the plugin.
func (e *Engine) Reads(ctx context.Context, statement string, args ...any) (n int, err error) {
	rows, err := e.query(ctx, "explain query plan "+statement, true, args...)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		for _, v := range rows.Values() {
			if line, ok := v.(string); ok && strings.Contains(line, "VIRTUAL TABLE") && !strings.Contains(line, "json_") {
				n++
			}
		}
	}
	return n, rows.Close()
}

// run runs a statement to its end, for nobody's rows, names its columns, and counts the places of its plan that it has
// come to.
func (e *Engine) run(ctx context.Context, statement string, confined bool, args ...any) (columns []string, come int, err error) {
	rows, err := e.query(ctx, statement, confined, args...)
	if err != nil {
		return nil, 0, err
	}
	s := e.statement
	for rows.Next() {
	}
	return rows.Columns(), len(s.come), rows.Close()
}
