package sqlengine

import (
	"bytes"
	"database/sql"
	"reflect"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Rows are a statement's result. Values are nil, int64, float64, string or []byte.
type Rows struct {
	engine  *Engine
	rows    *sql.Rows
	columns []string
	types   []string
	values  []any
	cells   []any // a [cell] for each column
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
	r.fail(r.rows.Scan(r.cells...))
	return r.err == nil
}

// cell takes a value of the current row.
type cell struct {
	rows *Rows
	i    int
}

// Scan is called while the rows cannot be closed.
func (c *cell) Scan(value any) error {
	switch v := value.(type) {
	case time.Time:
		value = c.rows.text(c.i)
	case []byte:
		value = bytes.Clone(v) // it is the driver's
	}
	c.rows.values[c.i] = value
	return nil
}

// text is what SQLite has in a column of the current row. Of a column that is declared DATE, DATETIME or TIMESTAMP the driver
// makes a time of each text that reads as one, and cannot be told not to: how it was written is lost then, so that
// SQLite itself is asked, by the driver's handle of the statement.
func (r *Rows) text(i int) string {
	statement := uintptr(reflect.ValueOf(r.rows).Elem().FieldByName("rowsi").Elem().Elem().FieldByName("pstmt").Uint())
	tls := libc.NewTLS()
	defer tls.Close()
	return libc.GoString(sqlite3.Xsqlite3_column_text(tls, statement, int32(i)))
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
