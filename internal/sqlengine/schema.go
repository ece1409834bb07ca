package sqlengine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Table is a plugin's table as SQL sees it.
type Table struct {
	Name, Description string
	Columns           []Column
}

// Column is a table's column.
type Column struct {
	Name, Description string
	Type              string   // TEXT, INTEGER or REAL; timestamps and JSON are TEXT
	Operators         []string // WHERE operators that the plugin is told of, in PostgreSQL's spelling
	Required          bool     // a query must give its value with =
	// Parameter is a column that says which rows there are: it holds the WHERE clause's value, and rows kept
	// for one value are of no use for another.
	Parameter bool
	Sortable  bool // ORDER BY and LIMIT on it alone reach the plugin
	Hidden    bool // select * leaves it out
	NeverNull bool // it has a value in every row

	kind       kind
	words      []string // of which a text is made, as far as they are known; nil is of any
	fallback   any      // what a parameter is where it is not given, if that is known
	hasDefault bool
}

// kind is what a column's values are, beyond SQLite's types.
type kind int

const (
	textKind kind = iota
	intKind
	realKind
	timeKind // text as "2006-01-02 15:04:05", UTC
	jsonKind
	boolKind // 0 or 1
)

var kinds = map[proto.ColumnType]kind{
	proto.ColumnType_BOOL: boolKind, proto.ColumnType_INT: intKind, proto.ColumnType_DOUBLE: realKind,
	proto.ColumnType_JSON: jsonKind, proto.ColumnType_TIMESTAMP: timeKind,
}

func (k kind) sqlType() string {
	switch k {
	case intKind, boolKind:
		return "INTEGER"
	case realKind:
		return "REAL"
	}
	return "TEXT"
}

// tablesOf reads a plugin's schema; tables are in alphabetical order.
func tablesOf(schema *proto.Schema, o Options) []*Table {
	var tables []*Table
	for name, s := range schema.Schema {
		t := &Table{Name: name, Description: s.Description}
		for _, def := range s.Columns {
			if internal(def.Name) {
				continue
			}
			c := columnOf(def, s.ListCallKeyColumnList)
			c.Hidden = slices.Contains(o.Hidden, c.Name)
			c.NeverNull = o.NeverNull != nil && o.NeverNull(name, c.Name)
			if o.Default != nil {
				c.fallback, c.hasDefault = o.Default(name, c.Name)
			}
			if o.Words != nil {
				c.words = o.Words(name, c.Name)
			}
			t.Columns = append(t.Columns, c)
		}
		tables = append(tables, t)
	}
	slices.SortFunc(tables, func(a, b *Table) int { return strings.Compare(a.Name, b.Name) })
	return tables
}

func columnOf(def *proto.ColumnDefinition, keys []*proto.KeyColumn) Column {
	c := Column{Name: def.Name, Description: def.Description, kind: kinds[def.Type], Sortable: def.SortOrder == proto.SortOrder_All}
	c.Type = c.kind.sqlType()
	for _, key := range keys {
		if key.Name == def.Name {
			c.Operators = key.Operators
			c.Required = key.Require == "required"
			c.Parameter = c.Required || key.CacheMatch == "exact"
		}
	}
	return c
}

func (t *Table) column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// TimeType is the declared type of a column of times, by which what is made of a result tells them from other texts. To
// SQLite it is a type of texts, as it has TEXT in it; the driver would make another value of a TIMESTAMP.
const TimeType = "TIMESTAMP TEXT"

// declaration is the CREATE TABLE statement that SQLite takes a virtual table's columns from.
func (t *Table) declaration() string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		declared := c.Type
		if c.kind == timeKind {
			declared = TimeType
		}
		columns[i] = fmt.Sprintf("%s %s", quoteName(c.Name), declared)
		if c.NeverNull {
			columns[i] += " NOT NULL" // SQLite knows then what IS NULL makes of it, and that min() may begin at the least
		}
		if c.kind == timeKind {
			columns[i] += " COLLATE " + momentCollation
		}
		if c.Hidden {
			columns[i] += " HIDDEN"
		}
	}
	return fmt.Sprintf("CREATE TABLE x(%s)", strings.Join(columns, ", "))
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// internal reports a column that the SDK adds to every table for Steampipe's own use.
func internal(name string) bool {
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, "sp_")
}
