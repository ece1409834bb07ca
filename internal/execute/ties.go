package execute

import (
	"cmp"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// ties are rows with one value in the column that the API has sorted by. An ORDER BY of more columns, which the API does
// not have, sorts them by the others once all have come: no other row can come between.
type ties struct {
	rows []tied
}

type tied struct {
	source *plan.Source
	row    table.Row
}

// add keeps a row, or returns those before it if it begins new ones.
func (t *ties) add(source *plan.Source, row table.Row, begins func(before, row table.Row) bool) (before []tied) {
	if len(t.rows) > 0 && begins(t.rows[0].row, row) {
		before, t.rows = t.rows, nil
	}
	t.rows = append(t.rows, tied{source, row})
	return before
}

// sorted are rows by the other columns of an order.
func sorted(rows []tied, of *table.Table, by []plan.Order) []tied {
	compare := comparing(of, by...)
	slices.SortStableFunc(rows, func(a, b tied) int { return compare(a.row, b.row) })
	return rows
}

// comparing compares rows by columns.
func comparing(of *table.Table, by ...plan.Order) func(a, b table.Row) int {
	fields := make([]int, len(by))
	for i, o := range by {
		fields[i] = of.FieldOf(o.Column)
	}
	return func(a, b table.Row) int {
		for i, o := range by {
			c := compareCounts(a.Cell(fields[i]), b.Cell(fields[i]))
			if o.Descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}
}

// compareCounts takes NULL for the largest number, as PostgreSQL does.
func compareCounts(a, b table.Cell) int {
	m, known := a.Count()
	n, alsoKnown := b.Count()
	switch {
	case known && alsoKnown:
		return cmp.Compare(m, n)
	case known:
		return -1
	case alsoKnown:
		return 1
	}
	return 0
}
