package sqlengine

import (
	"fmt"
	"slices"
	"strings"

	"modernc.org/sqlite/vtab"
)

// cursor reads a table for one place of a statement's plan. SQLite calls Filter on it again for each turn of
// a loop. Errors are noted with the engine: SQLite passes on that there was one, not always which.
type cursor struct {
	table *virtualTable
	scan  *pluginScan        // nil where no row can match
	reads columnSet          // what SQLite may ask for of a row
	echo  map[int]vtab.Value // parameters, as the statement writes them
	index []int              // of the rows to visit, if an index has chosen them
	chose bool               // index is set
	at    int                // in the index, or in the scan's rows
	row   []vtab.Value       // the current one, nil at the end
	id    int64              // rowid of the current row; 0 before it is asked for
	seen  map[string]int     // how often a row has been given a rowid in this turn
	rules []decision         // what SQLite leaves to the table
}

// Filter starts a turn.
func (c *cursor) Filter(_ int, idxStr string, values []vtab.Value) error {
	return c.table.engine.note(c.filter(idxStr, values))
}

func (c *cursor) filter(idxStr string, values []vtab.Value) error {
	e := c.table.engine
	if e.statement == nil {
		return errNoStatement
	}
	place, idxStr, _ := strings.Cut(idxStr, " ")
	e.statement.come[place] = true
	c.reset()
	idxStr, err := takeLists(idxStr, values)
	if err != nil {
		return err
	}
	p, err := c.table.plan(idxStr)
	if err != nil {
		return err
	}
	values, c.rules = c.table.momentsOf(p, values)
	r, none, err := c.table.requestOf(p, values, e.statement.collationUnknown)
	if err != nil || none {
		return err
	}
	c.reads = p.Columns
	c.echo = map[int]vtab.Value{}
	for i, arg := range p.Args {
		column := c.table.table.Columns[arg.Column]
		if text, ok := values[i].(string); ok && column.Parameter && column.Type == "TEXT" && isEquality(arg.Op) {
			c.echo[arg.Column] = text
		}
	}
	c.scan = e.store.get(e.statement.ctx, e, idxStr, r)
	c.scan.enter()
	if !e.statement.collationUnknown && c.scan.complete() {
		c.choose(p, values)
	}
	return c.read()
}

// choose looks the rows up by an equality, in rows that have all come.
func (c *cursor) choose(p *accessPlan, values []vtab.Value) {
	for i, arg := range p.Args {
		column := c.table.table.Columns[arg.Column]
		if !isEquality(arg.Op) || column.Parameter {
			continue
		}
		rows, ok := c.scan.rowsOf(arg.Column, column, values[i])
		if ok && (!c.chose || len(rows) < len(c.index)) {
			c.index, c.chose = rows, true
		}
	}
}

// rowsOf are the rows whose column equals a value, or one of a list, in the scan's order.
func (s *pluginScan) rowsOf(column int, c Column, value vtab.Value) (rows []int, ok bool) {
	list, isList := value.(valueList)
	if !isList {
		list = valueList{value}
		if value == nil {
			return nil, false // IS may mean it
		}
	}
	for _, v := range list {
		switch {
		case v == nil: // it equals nothing
		case !indexable(c, v):
			return nil, false
		default:
			rows = append(rows, s.where(column, v)...)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows), true
}

// indexable reports a value that equals the column's values where they are the same, and only there.
func indexable(c Column, value vtab.Value) bool {
	switch value.(type) {
	case string:
		return c.Type == "TEXT"
	case int64:
		return c.kind == intKind
	}
	return false
}

// read goes on to the first row, from the current place, that the table's own rules keep.
func (c *cursor) read() error {
	for ; ; c.at++ {
		if err := c.readNext(); err != nil || c.row == nil || !slices.ContainsFunc(c.rules, func(d decision) bool { return !d.holds(c.row[d.column]) }) {
			return err
		}
	}
}

func (c *cursor) readNext() (err error) {
	c.id = 0
	i := c.at
	if c.chose {
		if c.at >= len(c.index) {
			c.row = nil
			return nil
		}
		i = c.index[c.at]
	}
	c.row, err = c.scan.row(c.table.engine.statement.ctx, i)
	return err
}

// Next goes to the next row.
func (c *cursor) Next() error {
	c.at++
	return c.table.engine.note(c.read())
}

// Eof reports that there is no current row.
func (c *cursor) Eof() bool { return c.row == nil }

// Column returns a value of the current row.
func (c *cursor) Column(i int) (vtab.Value, error) {
	if !c.reads.has(i) {
		return nil, c.table.engine.note(fmt.Errorf("%s.%s is read, which SQLite has not said: please report it", c.table.table.Name, c.table.table.Columns[i].Name))
	}
	return c.value(i), nil
}

func (c *cursor) value(i int) vtab.Value {
	if v, ok := c.echo[i]; ok {
		return v
	}
	return c.row[i]
}

// Rowid identifies the current row within the statement. SQLite reads a table twice for the sides of an OR
// and tells the rows that it has already seen by their rowid: so a row must have the same one in every scan.
// Rows of equal values cannot be told apart; they are counted, and are the same number in every scan.
func (c *cursor) Rowid() (int64, error) {
	if c.id == 0 {
		c.id = c.table.engine.statement.rowid(c.identity())
	}
	return c.id, nil
}

func (c *cursor) identity() string {
	var key strings.Builder
	for i := range c.row {
		if !c.reads.has(i) {
			continue
		}
		v := c.value(i)
		fmt.Fprintf(&key, "%T %q ", v, fmt.Sprint(v))
	}
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[key.String()]++
	fmt.Fprintf(&key, "%s %d", c.table.table.Name, c.seen[key.String()])
	return key.String()
}

// Close leaves the scan to other cursors; it ends with the statement.
func (c *cursor) Close() error {
	c.reset()
	return nil
}

func (c *cursor) reset() {
	if c.scan != nil {
		c.scan.leave()
	}
	*c = cursor{table: c.table}
}
