// Package sqlengine answers SQL from a Steampipe plugin's tables without Steampipe: they are virtual tables
// of an embedded SQLite. It knows of the plugin what its schema says. One implementation of the tables serves
// both: the plugin runs in this process, behind the server that Steampipe would start, and is sent the
// messages that Steampipe would send.
//
// SQLite checks every row again. What it offers to a virtual table (comparisons, LIKE, ORDER BY, LIMIT) is
// passed on where the plugin's answer then holds all rows that SQLite will keep; see [meaningOf]. Rows cost
// money, so that a scan is made once and kept: for all places of a statement that read it, and for later
// statements (see store).
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
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"modernc.org/sqlite"

	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// Options say which plugin to ask and where other tables are.
type Options struct {
	Plugin     plugin.PluginFunc
	Connection string        // its name; "" is the plugin's short name
	Config     string        // the connection block's body, in HCL
	Database   string        // a file for tables and views that last; "" keeps them in memory
	CacheTTL   time.Duration // how long the plugin may keep rows for later statements; 0 is five minutes, less is not at all
	Hidden     []string      // columns that select * leaves out, of all tables that have them
}

const defaultTTL = 5 * time.Minute

// Engine runs SQL statements, one at a time. Close must be called.
type Engine struct {
	server     *steampipe.Server
	connection string
	tables     []*Table
	places     map[place]bool // where they stand
	cacheTime  time.Duration
	db         *sql.DB
	conn       *sql.Conn
	store      store

	turn      chan struct{} // holds a token while no statement runs
	statement *statement
	noFolding bool // PRAGMA case_sensitive_like may be on
}

// statement is what is known of the statement that runs.
type statement struct {
	ctx              context.Context
	cancel           context.CancelFunc
	collationUnknown bool // texts may be compared by another collation than their bytes
	rowids           map[string]int64

	mu  sync.Mutex
	err error
}

// quiet keeps the SDK from logging to standard error, where a user's messages are, unless asked for.
var quiet = sync.OnceFunc(func() {
	if _, set := os.LookupEnv(logLevel); !set {
		os.Setenv(logLevel, "OFF")
	}
})

const logLevel = "STEAMPIPE_LOG_LEVEL"

// Open starts a plugin and an SQLite with its tables. The connection's config is not checked before the
// first query needs it. The SDK's log goes to standard error if STEAMPIPE_LOG_LEVEL is set.
func Open(ctx context.Context, o Options) (*Engine, error) {
	quiet()
	e := &Engine{
		connection: o.Connection, cacheTime: o.CacheTTL, turn: make(chan struct{}, 1),
		store: store{loops: map[string]*loop{}}, places: map[place]bool{},
	}
	if o.CacheTTL == 0 {
		e.cacheTime = defaultTTL
	}
	if err := e.startPlugin(ctx, o); err != nil {
		return nil, err
	}
	if err := e.openDatabase(ctx, o.Database); err != nil {
		e.Close()
		return nil, err
	}
	e.turn <- struct{}{}
	return e, nil
}

func (e *Engine) startPlugin(ctx context.Context, o Options) error {
	var made *plugin.Plugin
	e.server = steampipe.New(func(ctx context.Context) *plugin.Plugin {
		made = o.Plugin(ctx)
		return made
	})
	if strings.EqualFold(os.Getenv(logLevel), "off") {
		// For each scan the SDK makes lines that name all key columns, with their nouns put into the plural by regular
		// expressions, and the logger drops them: two thirds of what a small statement takes. They are not made for this one.
		made.Logger = hclog.NewNullLogger()
	}
	short := strings.TrimPrefix(made.Name, "steampipe-plugin-")
	if e.connection == "" {
		e.connection = short
	}
	// -1 leaves the query cache to SetCacheOptions, which switches it off: with it a scan would outlive its
	// reader, and the store is nearer.
	_, err := e.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		MaxCacheSizeMb: -1,
		Configs:        []*proto.ConnectionConfig{{Connection: e.connection, Plugin: short, PluginShortName: short, Config: o.Config}},
	})
	if err != nil {
		return e.plain(err)
	}
	// The SDK makes the cache all the same, of 300 MB if it is not told a size. What the plugin keeps is another matter.
	if _, err := e.server.PluginServer.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: false, MaxSizeMb: 1, Ttl: 1}); err != nil {
		return e.plain(err)
	}
	answer, err := e.server.GetSchema(&proto.GetSchemaRequest{Connection: e.connection})
	if err != nil {
		return e.plain(err)
	}
	e.tables = tablesOf(answer.Schema, o.Hidden)
	return nil
}

// openDatabase opens SQLite through a driver of its own, since a driver's modules are for all its databases.
func (e *Engine) openDatabase(ctx context.Context, file string) error {
	d := &sqlite.Driver{}
	for _, t := range e.tables {
		if err := d.RegisterModule(t.Name, &module{e, t}); err != nil {
			return err
		}
	}
	e.db = sql.OpenDB(&connector{d, dataSource(file)})
	var err error
	if e.conn, err = e.db.Conn(ctx); err != nil {
		return fmt.Errorf("opening the database %s: %w", file, err)
	}
	for _, t := range e.tables {
		if err := e.createTable(ctx, t, file); err != nil {
			return err
		}
	}
	return e.refuseWrites()
}

func dataSource(file string) string {
	if file == "" {
		return ":memory:"
	}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?_pragma=busy_timeout(10000)"
}

type connector struct {
	driver *sqlite.Driver
	source string
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.source) }
func (c *connector) Driver() driver.Driver                        { return c.driver }

// createTable makes a plugin's table known to the database. It stands in the main schema, so that views in
// the file can read it; in a file that cannot be written it is temporary.
func (e *Engine) createTable(ctx context.Context, t *Table, file string) error {
	var made string
	err := e.conn.QueryRowContext(ctx, "select coalesce(sql, '') from sqlite_schema where name = ?", t.Name).Scan(&made)
	if err == nil {
		if strings.HasPrefix(strings.ToUpper(made), "CREATE VIRTUAL TABLE") {
			e.places[place{"main", t.Name}] = true
			return nil
		}
		return fmt.Errorf("the database %s has a table %s of its own, which hides the plugin's: rename it", file, t.Name)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("opening the database %s: %w", file, err)
	}
	create := "create virtual table %s." + quoteName(t.Name) + " using " + quoteName(t.Name)
	schema := "main"
	_, err = e.conn.ExecContext(ctx, fmt.Sprintf(create, schema))
	if isReadOnly(err) {
		schema = "temp"
		_, err = e.conn.ExecContext(ctx, fmt.Sprintf(create, schema))
	}
	if err != nil {
		return fmt.Errorf("opening the database %s: %w", file, err)
	}
	e.places[place{schema, t.Name}] = true
	return nil
}

func isReadOnly(err error) bool {
	const readOnly = 8 // SQLITE_READONLY, in the low byte of extended codes
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == readOnly
}

// Tables lists the plugin's tables by name.
func (e *Engine) Tables() []*Table { return e.tables }

// Close ends the engine. Rows that are still open must be closed first.
func (e *Engine) Close() error {
	var err error
	if e.conn != nil {
		err = e.conn.Close()
	}
	if e.db != nil {
		err = errors.Join(err, e.db.Close())
	}
	return err
}

// Query runs one statement. Its rows come as they are read, and the plugin works no further than that. The
// context's values reach the plugin, and its end ends the statement. The next statement waits until the rows
// are closed.
func (e *Engine) Query(ctx context.Context, statement string) (*Rows, error) {
	select {
	case <-e.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := e.begin(ctx, statement); err != nil {
		e.end()
		return nil, err
	}
	rows, err := e.conn.QueryContext(e.statement.ctx, statement)
	if err != nil {
		err = e.cause(err)
		e.end()
		return nil, err
	}
	columns, err := rows.Columns()
	if err != nil {
		rows.Close()
		e.end()
		return nil, err
	}
	return &Rows{engine: e, rows: rows, columns: columns}, nil
}

func (e *Engine) begin(ctx context.Context, text string) error {
	s := &statement{rowids: map[string]int64{}}
	s.ctx, s.cancel = context.WithCancel(ctx)
	e.statement = s
	e.noFolding = e.noFolding || strings.Contains(strings.ToLower(text), "case_sensitive_like")
	collates, err := e.collates(s.ctx, text)
	s.collationUnknown = e.noFolding || collates
	return err
}

func (e *Engine) end() {
	e.statement.cancel()
	e.store.endStatement()
	e.statement = nil
	e.turn <- struct{}{}
}

var collate = regexp.MustCompile(`(?i)\bcollate\b`)

// collates reports that a comparison of the statement may use a collation, which SQLite does not tell virtual
// tables: the word stands in the statement or in the schema of a database.
func (e *Engine) collates(ctx context.Context, text string) (bool, error) {
	if collate.MatchString(text) {
		return true, nil
	}
	databases, err := e.column(ctx, "select name from pragma_database_list")
	if err != nil {
		return false, err
	}
	for _, name := range databases {
		found, err := e.column(ctx, fmt.Sprintf("select 1 from %s.sqlite_schema where sql like '%%collate%%' limit 1", quoteName(name)))
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}

// column returns the first column of an internal query.
func (e *Engine) column(ctx context.Context, query string) ([]string, error) {
	rows, err := e.conn.QueryContext(ctx, query)
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

// cause is the error that made a statement fail: a cursor's, or the context's, or SQLite's own.
func (e *Engine) cause(err error) error {
	s := e.statement
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case s.err != nil:
		return s.err
	}
	return err
}

// rowid numbers the distinct rows that were asked for.
func (s *statement) rowid(row string) int64 {
	id, ok := s.rowids[row]
	if !ok {
		id = int64(len(s.rowids) + 1)
		s.rowids[row] = id
	}
	return id
}
