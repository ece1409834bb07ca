package sqlengine

import "math"

// columnSet are columns of a table, as SQLite counts those that a statement uses of it: a bit for each, and the last bit
// for all that there is no other one for.
type columnSet uint64

const (
	allColumns = columnSet(math.MaxUint64)
	lastBit    = 63
)

func (s columnSet) has(column int) bool { return s>>min(column, lastBit)&1 == 1 }

// within reports that all columns of the set are among others.
func (s columnSet) within(others columnSet) bool { return s&^others == 0 }

// names are the columns that the plugin is asked for. SQLite may want to know of rows only how many there are: then they
// are those whose value the statement has to give, as in Steampipe, or one at least.
func (s columnSet) names(t *Table) (names []string) {
	for i, c := range t.Columns {
		if s.has(i) || c.Required {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		names = []string{t.Columns[0].Name}
	}
	return names
}
