package sqlcli

import (
	"bufio"
	"context"
	"fmt"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// execution is a script's way through a session: a run has one, a shell one for each statement that is entered.
type execution struct {
	*session
	args     []any // of the statements' parameters
	results  int   // that the script has
	to       *destination
	out      *bufio.Writer
	document *output.Document // nil where only plans are written
	plans    []execute.ScanPlan
	bill     bill         // of them, and of those of the statements before
	settle   func() error // makes what was written into a database last, when the rows are out; nil is nothing
	undo     func() error // undoes it
	done     int          // statements
	listing  bool         // what it writes is no result, and is not summed up
	file     string       // that a shell's statements are read from, "" where they were entered
}

// withOutput runs work with progress and output around it. The work ends the output.
func (x *execution) withOutput(ctx context.Context, work func(context.Context) error) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if x.progress == nil { // that of a shell serves all it executes
		x.progress = newProgress(x.stderr, x.flags.quiet || x.flags.tables || x.flags.explain && !x.flags.estimate, isPipe(x.stdout))
	}
	if x.to, err = x.openDestination(cancel); err != nil {
		return err
	}
	defer x.to.discard()
	x.out = bufio.NewWriterSize(x.to.w, x.to.buffer())
	if x.flags.writesRows() {
		x.document = x.newDocument(x.results)
	}
	defer watchPipe(ctx, x.to.stream, func() { cancel(errPipeClosed) })()
	defer func() { err = pipeError(ctx, err) }()
	err = work(ctx)
	written := ""
	if x.to.file != nil {
		written = x.flags.target
	}
	if !x.listing {
		x.progress.finish(err == nil, written)
	}
	return err
}

// runScript runs the statements one after the other, up to the first that fails.
func (x *execution) runScript(ctx context.Context, statements []sqlengine.Statement) error {
	t, err := x.transactionOf(statements)
	if err != nil {
		return err
	}
	x.settle = func() error { return t.commit(ctx, x.session) }
	x.undo = func() error { return t.undo(ctx, x.session) }
	if x.talks && len(statements) == 1 {
		t.to = t.from // it is one by itself
	}
	for i, statement := range statements {
		x.progress.begin()
		if err := t.before(ctx, i, x.session); err != nil {
			return err
		}
		if err := x.runStatement(serpstat.Statement(ctx), statement); err != nil {
			if left := int64(len(statements) - i - 1); left > 0 && isA[*execute.BudgetError](err) {
				err = fmt.Errorf("%w; %s after it may cost more (%s says what)", err, table.Amount(left, "statement"), x.called("--explain"))
			}
			if len(statements) > 1 || x.file != "" {
				return fmt.Errorf("line %d: %w", statement.Line, err)
			}
			return err
		}
		x.done++
		if x.talks && i < len(statements)-1 && !x.listing {
			x.progress.finish(true, "")
		}
	}
	return x.writeBill()
}

// unfinished is the error of a script that was to write too, when its reader has left.
func (x *execution) unfinished(statements []sqlengine.Statement) error {
	for _, left := range statements[x.done:] {
		if mayWrite(left.Text) && !x.flags.explain {
			return fmt.Errorf("standard output was closed before the script had ended: the statement on line %d is not done", left.Line)
		}
	}
	return errPipeClosed
}

func (x *execution) runStatement(ctx context.Context, statement sqlengine.Statement) error {
	warnOfOtherMeaning(statement.Text, x.progress.warn)
	switch {
	case x.flags.explain:
		return x.explainOne(ctx, statement.Text)
	case !x.flags.verbose || x.talks:
		return x.runOne(ctx, statement)
	}
	fmt.Fprintln(x.stderr)
	if statement.Comment != "" {
		fmt.Fprintln(x.stderr, statement.Comment)
	}
	fmt.Fprintln(x.stderr, statement.Text)
	err := x.runOne(ctx, statement)
	x.progress.clear()
	fmt.Fprintf(x.stderr, "%s\n", x.progress.ofStatement())
	return err
}

// runOne runs a statement and writes its rows, if it is one that has any.
func (x *execution) runOne(ctx context.Context, statement sqlengine.Statement) error {
	rows, err := x.engine.Query(ctx, statement.Text, x.args...)
	if err != nil {
		return x.explainError(statement.Text, err)
	}
	defer rows.Close()
	if len(rows.Columns()) == 0 || x.flags.whole() && !hasResult(statement.Text) {
		for rows.Next() {
		}
		if err := rows.Close(); err != nil {
			return x.explainError(statement.Text, err)
		}
		return x.countChanges(ctx, statement.Text)
	}
	x.progress.givesRows()
	if err := x.document.Begin(x.titleOf(statement), columnsOf(rows)); err != nil {
		return err
	}
	for rows.Next() {
		x.progress.returnRow()
		if err := x.document.Row(rows.Values()); err != nil {
			return err
		}
	}
	if err := rows.Close(); err != nil {
		return x.explainError(statement.Text, err)
	}
	if err := x.document.End(); err != nil {
		return err
	}
	return x.endPages()
}

// countChanges notes how many rows a statement has changed, which a shell says.
func (x *execution) countChanges(ctx context.Context, statement string) error {
	done, ok := map[string]string{"insert": "inserted", "update": "updated", "delete": "deleted", "replace": "replaced", "with": "changed"}[firstWord(statement)]
	if !ok || !x.talks {
		return nil
	}
	rows, err := x.rowsOf(ctx, "select changes()")
	if err == nil {
		x.progress.changed(rows[0][0].(int64), done)
	}
	return err
}

// titleOf is the title of one of several results, or of a sheet; a single one needs none.
func (x *execution) titleOf(statement sqlengine.Statement) string {
	if x.results < 2 && x.flags.output != "xlsx" {
		return ""
	}
	return title(statement)
}

func columnsOf(rows *sqlengine.Rows) []output.Column {
	types := rows.Types()
	columns := make([]output.Column, len(types))
	for i, name := range rows.Columns() {
		columns[i] = output.Column{Name: name, Type: types[i]}
	}
	return columns
}
