package sqlengine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"

	"modernc.org/sqlite"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlfunc"
)

// openDatabase opens SQLite through a driver of its own, since a driver's modules are for all its databases.
func (e *Engine) openDatabase(ctx context.Context, file string) error {
	d := &sqlite.Driver{}
	for _, t := range e.tables {
		if err := d.RegisterModule(t.Name, &module{e, t}); err != nil {
			return err
		}
	}
	if err := sqlfunc.Register(d, e.started); err != nil {
		return err
	}
	if err := d.RegisterCollationUtf8(momentCollation, compareMoments); err != nil {
		return err
	}
	if err := createPrivately(file); err != nil {
		return fmt.Errorf("opening the database %s: %w", file, err)
	}
	e.db = sql.OpenDB(&connector{d, dataSource(file), e.tables})
	var err error
	if e.conn, err = e.db.Conn(ctx); err != nil {
		return fmt.Errorf("opening the database %s: %w", file, err)
	}
	for _, t := range e.tables {
		if err := e.createTable(ctx, t, file); err != nil {
			return err
		}
	}
	return e.authorize()
}

const inMemory = ":memory:"

func dataSource(file string) string {
	if file == "" || file == inMemory {
		return inMemory
	}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?_pragma=busy_timeout(10000)"
}

// createPrivately makes a file that does not exist yet one that its owner alone may read: it will hold what was paid
// for. SQLite would leave that to the umask, and gives its journals the file's own mode.
func createPrivately(file string) error {
	if file == "" || file == inMemory {
		return nil
	}
	f, err := os.OpenFile(file, os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

type connector struct {
	driver *sqlite.Driver
	source string
	tables []*Table
}

func (c *connector) Driver() driver.Driver { return c.driver }

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.source)
	if err != nil {
		return nil, err
	}
	if err := wrapModules(conn, c.tables); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// createTable makes a plugin's table known to the connection. It is temporary: in the file it would keep tools that
// have no such module from reading even the schema. Earlier versions left it there.
func (e *Engine) createTable(ctx context.Context, t *Table, file string) error {
	failed := func(err error) error { return fmt.Errorf("opening the database %s: %w", file, err) }
	made, err := e.column(ctx, "select coalesce(sql, '') from main.sqlite_schema where type in ('table', 'view') and name = ? collate nocase", t.Name)
	switch {
	case err != nil:
		return failed(err)
	case len(made) == 0:
	case moduleOf(made[0]) != t.Name:
		return fmt.Errorf("the database %s has a table or view %s of its own, which hides the plugin's: rename it", file, t.Name)
	default:
		err := e.exec(ctx, "drop table main."+quoteName(t.Name))
		if err != nil && !isReadOnly(err) { // which can stay: what is temporary comes first
			return failed(err)
		}
	}
	if err := e.createVirtual(ctx, "temp", t); err != nil {
		return failed(err)
	}
	return nil
}

func (e *Engine) createVirtual(ctx context.Context, schema string, t *Table) error {
	name := quoteName(t.Name)
	return e.exec(ctx, fmt.Sprintf("create virtual table %s.%s using %s", schema, name, name))
}

var virtual = regexp.MustCompile(`(?is)^CREATE VIRTUAL TABLE\s.*?\sUSING\s+["'\x60[]?(\w+)`)

// moduleOf is the module of a virtual table, by the statement that made it, or "".
func moduleOf(create string) string {
	if m := virtual.FindStringSubmatch(create); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

func isReadOnly(err error) bool {
	const readOnly = 8 // SQLITE_READONLY, in the low byte of extended codes
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == readOnly
}

// column returns the first column of an internal query.
func (e *Engine) column(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := e.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

func (e *Engine) exec(ctx context.Context, statement string) error {
	_, err := e.conn.ExecContext(ctx, statement)
	return err
}

// made are the tables and views of a schema that a statement with such a beginning has made: each with its statement.
func (e *Engine) made(ctx context.Context, schema, beginning string) (map[string]string, error) {
	rows, err := e.conn.QueryContext(ctx, fmt.Sprintf("select name, sql from %s.sqlite_schema where sql like ? || '%%'", quoteName(schema)), beginning)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	made := map[string]string{}
	for rows.Next() {
		var name, create string
		if err := rows.Scan(&name, &create); err != nil {
			return nil, err
		}
		made[name] = create
	}
	return made, rows.Err()
}
