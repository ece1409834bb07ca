package sqlengine

import "database/sql"

// Rows are a statement's result. Values are nil, int64, float64, string or []byte.
type Rows struct {
	engine  *Engine
	rows    *sql.Rows
	columns []string
	types   []string
	values  []any
	err     error
	closed  bool
}

// Columns are the names of the result's columns; a statement that returns no rows has none.
func (r *Rows) Columns() []string { return r.columns }

// Types are the types of the columns as tables declare them, "" where an expression gives the values. Times of a
// plugin's tables have [TimeType].
func (r *Rows) Types() []string { return r.types }

// Next goes to the next row, and reports whether there is one.
func (r *Rows) Next() bool {
	if r.closed || r.err != nil || !r.rows.Next() {
		r.fail(r.rows.Err())
		return false
	}
	r.values = make([]any, len(r.columns))
	pointers := make([]any, len(r.columns))
	for i := range r.values {
		pointers[i] = &r.values[i]
	}
	r.fail(r.rows.Scan(pointers...))
	return r.err == nil
}

func (r *Rows) fail(err error) {
	if r.err == nil && err != nil && !r.closed {
		r.err = r.engine.cause(err)
	}
}

// Values is the current row.
func (r *Rows) Values() []any { return r.values }

// Err is what has ended the rows before their end.
func (r *Rows) Err() error { return r.err }

// Close ends the statement, and all that the plugin still does for it, and returns [Rows.Err].
func (r *Rows) Close() error {
	if r.closed {
		return r.err
	}
	r.engine.statement.cancel()
	r.closed = true
	r.rows.Close() // what matters of its error is in Err: leaving a statement unfinished is no failure
	if err := r.engine.end(); r.err == nil {
		r.err = err
	}
	return r.err
}
