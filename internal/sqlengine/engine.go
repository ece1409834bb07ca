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
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

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
	// NeverNull tells of columns that have a value in every row, which a plugin's schema does not; nil knows of none.
	NeverNull func(table, column string) bool
	// Default tells what a parameter's column has where no clause gives its value; nil knows of none.
	Default func(table, column string) (value any, ok bool)
	// Words tells of which words a column's text is made; nil is of any. The list may lack new ones.
	Words    func(table, column string) []string
	Warn     func(string)     // is told what a statement may not have meant; nil is nobody
	Now      func() time.Time // the clock; nil is the system's
	Confined bool             // no statement opens another file, nor says where files are: for those that are only explained
}

const defaultTTL = 5 * time.Minute

// Engine runs SQL statements, one at a time. Close must be called.
type Engine struct {
	server     *steampipe.Server
	connection string
	tables     []*Table
	places     map[place]bool    // where they stand
	imported   map[string]string // temporary tables: what made each, by their names in small letters
	cacheTime  time.Duration
	confined   bool
	now        func() time.Time
	warn       func(string)
	shadows    map[string]string // of views that read a plugin's table: what made each
	lent       []*Table          // what stands in the main schema while a statement runs
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
	text             string
	began            time.Time
	cancel           context.CancelFunc
	collationUnknown bool // texts may be compared by another collation than their bytes
	rowids           map[string]int64
	readsRowids      bool            // it names the rowid of a plugin's table
	warned           map[string]bool // columns
	confined         bool            // it reaches no other file
	places           int             // of its plan that read a table of the plugin's, with those that SQLite has thought of alone
	come             map[string]bool // which of them it has come to
	own              bool            // what runs is the engine's own, before or after the statement
	alters           bool            // views may have come, gone or changed
	dropped          []string        // temporary views

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
		connection: o.Connection, cacheTime: o.CacheTTL, confined: o.Confined, warn: o.Warn, turn: make(chan struct{}, 1),
		store: store{loops: map[string]*loop{}}, now: o.Now, imported: map[string]string{},
	}
	if e.now == nil {
		e.now = time.Now
	}
	if o.CacheTTL == 0 {
		e.cacheTime = defaultTTL
	}
	if err := e.startPlugin(ctx, o); err != nil {
		return nil, err
	}
	err := e.openDatabase(ctx, o.Database)
	if err == nil {
		err = e.followViews(ctx, nil)
	}
	if err != nil {
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
	// What the plugin keeps is another matter.
	if _, err := e.server.PluginServer.SetCacheOptions(steampipe.NoQueryCache()); err != nil {
		return e.plain(err)
	}
	answer, err := e.server.GetSchema(&proto.GetSchemaRequest{Connection: e.connection})
	if err != nil {
		return e.plain(err)
	}
	e.tables = tablesOf(answer.Schema, o)
	return nil
}

// Tables lists the plugin's tables by name.
func (e *Engine) Tables() []*Table { return e.tables }

// InTransaction reports that a statement has begun a transaction which none has ended. No statement may run meanwhile.
func (e *Engine) InTransaction() (open bool, err error) {
	err = e.conn.Raw(func(conn any) error {
		handle, err := handleOf(conn)
		if err == nil {
			tls := libc.NewTLS()
			defer tls.Close()
			open = sqlite3.Xsqlite3_get_autocommit(tls, handle) == 0
		}
		return err
	})
	return open, err
}

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
// are closed. args are values for the statement's parameters, of [sql.NamedArg]; it need not have all of them.
func (e *Engine) Query(ctx context.Context, statement string, args ...any) (*Rows, error) {
	return e.query(ctx, statement, e.confined, args...)
}

func (e *Engine) query(ctx context.Context, statement string, confined bool, args ...any) (*Rows, error) {
	select {
	case <-e.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := e.begin(ctx, WithNumbers(statement, args), confined); err != nil {
		return nil, errors.Join(err, e.end())
	}
	if err := checkFunctions(statement); err != nil {
		return nil, errors.Join(err, e.end())
	}
	rows, err := e.conn.QueryContext(e.statement.ctx, statement, args...)
	if err != nil {
		return nil, errors.Join(e.cause(err), e.end())
	}
	columns, err := rows.ColumnTypes()
	if err != nil {
		rows.Close()
		return nil, errors.Join(err, e.end())
	}
	r := &Rows{engine: e, rows: rows}
	for i, c := range columns {
		r.columns, r.types, r.cells = append(r.columns, c.Name()), append(r.types, c.DatabaseTypeName()), append(r.cells, &cell{r, i})
	}
	return r, nil
}

func (e *Engine) begin(ctx context.Context, text string, confined bool) error {
	s := &statement{text: text, confined: confined, began: e.now(), rowids: map[string]int64{}, warned: map[string]bool{}, come: map[string]bool{}, own: true}
	defer func() { s.own = false }()
	s.ctx, s.cancel = context.WithCancel(ctx)
	e.statement = s
	e.noFolding = e.noFolding || strings.Contains(strings.ToLower(text), "case_sensitive_like")
	schemas, err := e.column(s.ctx, "select name from pragma_database_list union select 'temp'")
	if err != nil {
		return err
	}
	if err := e.findTables(s.ctx, schemas); err != nil {
		return err
	}
	collates, err := e.collates(s.ctx, schemas, text)
	if err != nil {
		return err
	}
	s.collationUnknown = e.noFolding || collates
	e.warnOfEmptyList(text)
	if len(e.shadows) > 0 && alter.MatchString(text) {
		return e.lendTables(s.ctx)
	}
	return nil
}

var emptyList = regexp.MustCompile(`(?i)\b(\w+)"?\s+in\s*\(\s*\)`)

// warnOfEmptyList says why there are no rows: SQLite does not even ask the table then.
func (e *Engine) warnOfEmptyList(text string) {
	m := emptyList.FindStringSubmatch(text)
	if m == nil || e.warn == nil {
		return
	}
	for _, t := range e.tables {
		if slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Required && strings.EqualFold(c.Name, m[1]) }) {
			e.warn(fmt.Sprintf("%s in () is an empty list: it gives no row", strings.ToLower(m[1])))
			return
		}
	}
}

// end ends a statement, whatever has become of it.
func (e *Engine) end() error {
	s := e.statement
	ctx := context.WithoutCancel(s.ctx)
	s.cancel()
	e.store.endStatement()
	s.own = true
	err := e.takeTablesBack(ctx)
	if err == nil && s.alters {
		err = e.followViews(ctx, s.dropped)
	}
	e.statement = nil
	e.turn <- struct{}{}
	return err
}

// findTables looks for the plugin's tables: files of earlier versions have some too, and can be attached.
func (e *Engine) findTables(ctx context.Context, schemas []string) error {
	e.places = map[place]bool{}
	for _, schema := range schemas {
		made, err := e.made(ctx, schema, "create virtual table")
		if err != nil {
			return err
		}
		for name, create := range made {
			if e.tableNamed(moduleOf(create)) != nil {
				e.places[place{schema, name}] = true
			}
		}
	}
	return nil
}

var collate = regexp.MustCompile(`(?i)\bcollate\b`)

// collates reports that a comparison of the statement may use a collation, which SQLite does not tell virtual
// tables: the word stands in the statement or in the schema of a database.
func (e *Engine) collates(ctx context.Context, schemas []string, text string) (bool, error) {
	if collate.MatchString(text) {
		return true, nil
	}
	for _, schema := range schemas {
		found, err := e.column(ctx, fmt.Sprintf("select sql from %s.sqlite_schema where sql like '%%collate%%'", quoteName(schema)))
		if schema == "temp" { // an imported table has none, as long as it is as it was made: a column of it may be called so
			found = slices.DeleteFunc(found, e.madeByImport)
		}
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
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
