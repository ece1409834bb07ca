package sqlengine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"modernc.org/sqlite/vtab"

	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// module makes a plugin's table a virtual table of SQLite's.
type module struct {
	engine *Engine
	table  *Table
}

func (m *module) Create(ctx vtab.Context, _ []string) (vtab.Table, error)  { return m.connect(ctx) }
func (m *module) Connect(ctx vtab.Context, _ []string) (vtab.Table, error) { return m.connect(ctx) }

func (m *module) connect(ctx vtab.Context) (vtab.Table, error) {
	return &virtualTable{module: m, plans: map[string]*accessPlan{}}, ctx.Declare(m.table.declaration())
}

type virtualTable struct {
	*module
	plans map[string]*accessPlan // decoded
}

func (t *virtualTable) Open() (vtab.Cursor, error) { return &cursor{table: t}, nil }
func (t *virtualTable) Disconnect() error          { return nil }
func (t *virtualTable) Destroy() error             { return nil }

// accessPlan is a plan that was offered to SQLite, which gives it back with the values. It travels as JSON.
type accessPlan struct {
	Args   []argument
	Limit  int `json:",omitempty"` // positions in the values, from 1; 0 is none
	Offset int `json:",omitempty"`
	Order  string
	Desc   bool `json:",omitempty"`
	// First is how many rows the statement is likely to read here, where no LIMIT says it; 0 is not known.
	First int64 `json:",omitempty"`
	// Columns are those that the statement reads at this place.
	Columns columnSet
}

// argument is a constraint whose value SQLite gives: on a column, with an operator.
type argument struct {
	Column int
	Op     vtab.ConstraintOp
	Local  bool `json:",omitempty"` // not for the plugin: an index over its rows answers it
	List   bool `json:",omitempty"` // the value is a [valueList]
	// Constant is set for a condition on a parameter that is decided for all rows alike (parameters.go).
	Constant bool `json:",omitempty"`
	// Decided is set where SQLite does not check the rows again.
	Decided bool `json:",omitempty"`
}

// Costs that SQLite compares. A scan's cost is that of its rows, which are paid for; a filter's worth is not
// known. Two filtered scans count more than one of all rows, so that SQLite does not read a table once for
// each side of an OR; what cannot work costs more than anything else.
const (
	scanCost       = 1e6
	filteredCost   = 0.6 * scanCost
	indexedCost    = 0.9 * scanCost
	misplacedCost  = 1e100 // a parameter's value comes too late
	impossibleCost = 1e200 // a required value is missing

	scanRows, rangeRows, equalRows = 100_000, 30_000, 1_000
)

// BestIndex says which constraints the table takes and at which cost.
func (t *virtualTable) BestIndex(info *vtab.IndexInfo) error {
	p := accessPlan{Columns: t.columnsOf(info)}
	info.EstimatedCost, info.EstimatedRows = scanCost, scanRows
	limited := slices.ContainsFunc(info.Constraints, func(c vtab.Constraint) bool { return c.Op == vtab.OpLIMIT })
	lists := int64(info.IdxFlags)
	info.IdxFlags = 0
	all, given := true, map[int]bool{} // all: the plugin is told every constraint
	for i := range info.Constraints {
		c := &info.Constraints[i]
		if c.Op == vtab.OpLIMIT || c.Op == vtab.OpOFFSET {
			continue
		}
		told := t.take(c, &p, limited, info)
		if told && isFlagged(lists, i) && c.ArgIndex < maxFlags && t.table.Columns[c.Column].takesList(c.Op) {
			p.Args[c.ArgIndex].List = true
			info.IdxNum |= 1 << c.ArgIndex
		}
		all = all && told
		if told && isEquality(c.Op) {
			given[c.Column] = true
		}
	}
	if slices.ContainsFunc(info.Constraints, t.misplaced) {
		info.EstimatedCost = misplacedCost // whatever else is filtered: the parameter would be null
	}
	for i, c := range t.table.Columns {
		if c.Required && !given[i] {
			info.EstimatedCost = impossibleCost
		}
	}
	t.takeOrder(info, &p)
	if all && (len(info.OrderBy) == 0 || info.OrderByConsumed) {
		takeLimit(info, &p)
	}
	place := 0
	if s := t.engine.statement; s != nil {
		s.places++
		place = s.places
		if !s.confined { // what is only explained is explained as a whole
			p.First = s.firstRows(info, &p)
		}
	}
	b, err := json.Marshal(p)
	info.IdxStr = fmt.Sprint(place, " ", string(b)) // plans are alike at several places
	return err
}

// columnsOf are the columns that SQLite will ask for. That it will ask for rowids it does not say. Where the statement
// names them, they are to tell rows apart in all their columns. Where SQLite tells rows apart itself, at one place of its
// plan, those that this place reads are enough: rows that are equal in them are so for all conditions there.
func (t *virtualTable) columnsOf(info *vtab.IndexInfo) columnSet {
	if s := t.engine.statement; s != nil && s.readsRowids {
		return allColumns
	}
	return columnSet(info.ColUsed)
}

// misplaced reports a constraint that gives a parameter its value where a plan does not know it yet, or leaves out an IN.
func (t *virtualTable) misplaced(c vtab.Constraint) bool {
	return !c.Usable && c.Column >= 0 && t.table.Columns[c.Column].Parameter && isEquality(c.Op)
}

// take adds a constraint to the plan and reports whether the plugin is told of it.
func (t *virtualTable) take(c *vtab.Constraint, p *accessPlan, limited bool, info *vtab.IndexInfo) bool {
	if c.Column < 0 {
		return false // the rowid
	}
	column := t.table.Columns[c.Column]
	operator := operators[c.Op]
	declared := slices.Contains(column.Operators, operator) ||
		c.Op == vtab.OpISNOT && slices.Contains(column.Operators, opIsNotNull)
	switch {
	case c.Usable && column.constant(c.Op):
		c.ArgIndex = len(p.Args)
		p.Args = append(p.Args, argument{Column: c.Column, Op: c.Op, Constant: true})
		return true
	case !c.Usable || !declared && !isEquality(c.Op):
		return false
	}
	c.ArgIndex = len(p.Args)
	c.Omit = t.decides(column, c.Op, c.ArgIndex)
	p.Args = append(p.Args, argument{Column: c.Column, Op: c.Op, Local: !declared, Decided: c.Omit})
	info.EstimatedRows = min(info.EstimatedRows, rangeRows)
	if isEquality(c.Op) && !column.Parameter {
		info.EstimatedRows = equalRows
	}
	switch {
	case column.Parameter:
	case declared:
		info.EstimatedCost = min(info.EstimatedCost, filteredCost)
	case limited:
		// For IN this is dearer than one scan, which ends when the LIMIT is reached.
		info.EstimatedCost *= 1.1
	default:
		info.EstimatedCost = min(info.EstimatedCost, indexedCost)
	}
	return declared
}

// takeOrder takes an ORDER BY of one column that the plugin sorts by.
func (t *virtualTable) takeOrder(info *vtab.IndexInfo, p *accessPlan) {
	if len(info.OrderBy) != 1 || info.OrderBy[0].Column < 0 {
		return
	}
	if column := t.table.Columns[info.OrderBy[0].Column]; column.Sortable {
		p.Order, p.Desc = column.Name, info.OrderBy[0].Desc
		info.OrderByConsumed = true
	}
}

// takeLimit takes LIMIT and OFFSET. SQLite applies both itself; the plugin need not find more rows.
func takeLimit(info *vtab.IndexInfo, p *accessPlan) {
	next := len(p.Args)
	for i := range info.Constraints {
		c := &info.Constraints[i]
		if c.Op != vtab.OpLIMIT && c.Op != vtab.OpOFFSET || !c.Usable {
			continue
		}
		c.ArgIndex = next
		next++
		if c.Op == vtab.OpLIMIT {
			p.Limit = next
		} else {
			p.Offset = next
		}
	}
}

// plan decodes what BestIndex has written.
func (t *virtualTable) plan(text string) (*accessPlan, error) {
	if p, ok := t.plans[text]; ok {
		return p, nil
	}
	p := &accessPlan{}
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return nil, err
	}
	t.plans[text] = p
	return p, nil
}

// requestOf is what a plan asks of the plugin with its values. none says that no row can match. collationUnknown says
// that the statement may compare texts in another way than by their bytes.
func (t *virtualTable) requestOf(p *accessPlan, values []vtab.Value, collationUnknown bool) (r request, none bool, err error) {
	r = request{table: t.table, columns: p.Columns, order: order{p.Order, p.Desc}, limit: p.limit(values), first: p.First}
	given := map[string]bool{}
	for i, arg := range p.Args {
		column := t.table.Columns[arg.Column]
		if arg.Constant {
			holds, ok := t.decide(p, values, i)
			if ok = ok && !collationUnknown; ok && !holds {
				t.warnOfNoParameter(column, arg.Op, t.constants(p, values, arg.Column))
				return r, true, nil
			}
			if !ok {
				r.limit = -1
			}
			continue
		}
		m := meaningOf(column, arg.Op, values[i])
		if arg.List {
			m = meaningOfList(column, values[i].(valueList))
		}
		if (collationUnknown || column.kind == timeKind && !arg.Decided) && comparesText(column, arg.Op) && values[i] != nil {
			m = unknown
		}
		if column.Parameter && isEquality(arg.Op) && !m.none && len(m.quals) == 0 {
			return r, false, &ParameterValueError{Table: t.table.Name, Column: column.Name, Value: values[i], Whole: column.kind == intKind}
		}
		t.warnOfOtherKind(column, values[i])
		if isEquality(arg.Op) {
			t.warnOfOtherWords(column, values[i])
		}
		if m.none {
			return r, true, nil
		}
		if !m.exact || collationUnknown {
			r.limit = -1 // rows that SQLite will drop must not be counted
		}
		if column.Parameter {
			r.params = append(r.params, m.quals...)
			given[column.Name] = given[column.Name] || len(m.quals) > 0
		} else {
			r.optional = append(r.optional, m.quals...)
		}
	}
	for _, c := range t.table.Columns {
		if c.Required && !given[c.Name] {
			return r, false, &MissingValueError{Table: t.table.Name, Column: c.Name}
		}
	}
	return r, r.limit == 0, nil
}

// comparesText reports a comparison that a collation may change.
func comparesText(c Column, op vtab.ConstraintOp) bool {
	return !c.Parameter && c.Type == "TEXT" && op != vtab.OpLIKE && op != vtab.OpGLOB
}

// limit is how many rows SQLite will read, or -1.
func (p *accessPlan) limit(values []vtab.Value) int64 {
	number := func(position int) int64 {
		if position == 0 {
			return 0
		}
		n, _ := values[position-1].(int64)
		return n
	}
	limit, offset := number(p.Limit), max(number(p.Offset), 0)
	if p.Limit == 0 || limit < 0 || limit > maxLimit || offset > maxLimit {
		return -1
	}
	return limit + offset
}

const maxLimit = 1 << 40

// MissingValueError says that a query gives no value for a column that needs one.
type MissingValueError struct{ Table, Column string }

func (e *MissingValueError) Error() string {
	return fmt.Sprintf("%[1]s needs a value for %[2]s: add where %[2]s = '…'; put parentheses around an OR beside it: %[2]s = '…' and (a or b); a function around it hides the value too, and so does a RIGHT or FULL JOIN: "+
		"join a CTE in its place, with t as materialized (select * from %[1]s where %[2]s = '…')", e.Table, steampipe.Identifier(e.Column))
}

// ParameterValueError says that a parameter is given a value that it cannot have, so that no row could show it.
type ParameterValueError struct {
	Table, Column string
	Value         any
	Whole         bool // it is a whole number, else a text
}

func (e *ParameterValueError) Error() string {
	what := "a text"
	if e.Whole {
		what = "a whole number"
	}
	return fmt.Sprintf("%s: %s %s is not possible: write %s", e.Table, steampipe.Identifier(e.Column), Literal(e.Value), what)
}

var errNoStatement = errors.New("the table was read outside of a statement")
