package sqlengine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite/vtab"
)

// A time is text in SQLite, where '2024-06-30' is less than '2024-06-30 00:00:00' and '2024-06-30T00:00:00Z' is more.
// The columns of times compare by what is meant, as PostgreSQL does: a date alone is the beginning of its day, in UTC.
// They have a collation of their own for it. SQLite takes that of a comparison's left column, be it another table's: so
// what reaches the table is decided by the table, and SQLite does not look again.

// momentCollation is the collation's name.
const momentCollation = "moment"

// momentForms are what SQLite's date functions read, but for a time alone and Julian days.
var momentForms = []string{
	time.DateOnly, "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04", "2006-01-02T15:04:05",
	"2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", time.RFC3339,
}

// momentText writes a time as the columns have it, and leaves other texts as they are. Equal moments have equal texts,
// and their order is that of the texts: so that there is one order of moments and all other texts.
func momentText(text string) (written string, ok bool) {
	if len(text) < len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return text, false
	}
	for _, form := range momentForms {
		if at, err := time.Parse(form, text); err == nil {
			if at = at.UTC(); at.Year() < 0 || at.Year() > 9999 {
				return text, false
			}
			return timeText(at), true
		}
	}
	return text, false
}

// compareMoments is the collation.
func compareMoments(a, b string) int {
	if !inForm(a) {
		a, _ = momentText(a)
	}
	if !inForm(b) {
		b, _ = momentText(b)
	}
	return strings.Compare(a, b)
}

// inForm reports a text that is written as in the columns, or is no moment: as it is, it is in its place.
func inForm(text string) bool {
	return len(text) == len(timeForm) && text[4] == '-' && text[7] == '-' && text[10] == ' ' && text[13] == ':' && text[16] == ':'
}

// decidable are the comparisons that a table can decide, with a value that is not null.
var decidable = map[vtab.ConstraintOp]func(c int) bool{
	vtab.OpEQ: func(c int) bool { return c == 0 }, vtab.OpIS: func(c int) bool { return c == 0 }, vtab.OpNE: func(c int) bool { return c != 0 },
	vtab.OpLT: func(c int) bool { return c < 0 }, vtab.OpLE: func(c int) bool { return c <= 0 },
	vtab.OpGT: func(c int) bool { return c > 0 }, vtab.OpGE: func(c int) bool { return c >= 0 },
}

// maxOmitted is how many constraints SQLite can leave to a table.
const maxOmitted = 16

// decides reports that the table decides a comparison, at a position in the values.
func (t *virtualTable) decides(c Column, op vtab.ConstraintOp, position int) bool {
	s := t.engine.statement
	return c.kind == timeKind && decidable[op] != nil && position < maxOmitted && s != nil && !s.collationUnknown
}

// decision is a comparison of a column with a value that the table decides.
type decision struct {
	column int
	op     vtab.ConstraintOp
	value  vtab.Value
}

// momentsOf are a plan's values with the times among them written as the columns have them, and what the table decides.
func (t *virtualTable) momentsOf(p *accessPlan, values []vtab.Value) ([]vtab.Value, []decision) {
	var decisions []decision
	written := make([]vtab.Value, len(values))
	copy(written, values)
	for i, arg := range p.Args {
		if c := t.table.Columns[arg.Column]; arg.Decided {
			written[i] = t.engine.momentOf(c, values[i])
			decisions = append(decisions, decision{arg.Column, arg.Op, written[i]})
		}
	}
	return written, decisions
}

// momentOf is a value that is compared with a column of times, in the column's form.
func (e *Engine) momentOf(c Column, value vtab.Value) vtab.Value {
	switch v := value.(type) {
	case string:
		text, ok := momentText(v)
		if !ok && !beginsMoment(v) {
			e.warnOfNoMoment(c, v)
		}
		return text
	case int64, float64:
		e.warnOfNoMoment(c, v)
	}
	return value
}

// beginsMoment reports a year or a month, which stands before all its times.
func beginsMoment(text string) bool {
	_, year := time.Parse("2006", text)
	_, month := time.Parse("2006-01", text)
	return year == nil || month == nil
}

// warnOfNoMoment says, once in a statement for each column, that a comparison is not what it seems.
func (e *Engine) warnOfNoMoment(c Column, value vtab.Value) {
	e.warnOnce(c, fmt.Sprintf("%s is compared with %s, which is no time and is compared as text: write '2024-06-30' or '2024-06-30 12:00:00', in UTC", c.Name, Literal(value)))
}

// holds reports that a row's value compares so. By the column's affinity a number is a text here.
func (d decision) holds(value vtab.Value) bool {
	have, ok := value.(string)
	if !ok || d.value == nil {
		return d.op == vtab.OpIS && value == nil && d.value == nil
	}
	switch want := d.value.(type) {
	case string:
		return decidable[d.op](strings.Compare(have, want))
	case int64:
		return decidable[d.op](strings.Compare(have, strconv.FormatInt(want, 10)))
	case float64:
		return decidable[d.op](strings.Compare(have, strconv.FormatFloat(want, 'g', 15, 64)))
	}
	return decidable[d.op](-1) // a blob is after all texts
}
