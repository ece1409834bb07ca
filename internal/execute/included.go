package execute

import (
	"context"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// included is a series that is here with all its rows, which include those of another one.
type included struct {
	series plan.Series
	pages  *series.Reader
	parts  []*series.Reader // where the result is past the row cap; they hold the rows of the parts
}

func (in *included) close() {
	in.pages.Close()
	for _, part := range in.parts {
		part.Close()
	}
}

// included opens a series that has been bought with all its rows, and includes those of a series of the plan: the same,
// or one whose filter is provably wider. It is nil where there is none. The residual leaves out what is too much.
func (x *Execution) included(ctx context.Context, of plan.Series) *included {
	known, o := x.reading(of)
	pages := x.conn.Store.Find(ctx, known, o, func(known series.Of, complete bool, note any) bool {
		other := aboutOf(known.Table, known.About)
		return (complete || note != nil) && other.Includes(of) && x.orders(other, of)
	})
	if pages == nil {
		return nil
	}
	in := &included{series: aboutOf(of.Table, pages.About()), pages: pages}
	parts, _ := pages.Note().([]plan.Part)
	for _, part := range parts {
		rows := x.part(ctx, in.series, part)
		if rows == nil {
			in.close()
			return nil
		}
		in.parts = append(in.parts, rows)
	}
	return in
}

// part opens a part of a result past the row cap if its rows are here, and one behind them, which ends it: its series
// goes on with those of the parts after it. It is nil where they are not.
func (x *Execution) part(ctx context.Context, of plan.Series, part plan.Part) *series.Reader {
	known, o := x.reading(of.With(part.Filter))
	return x.conn.Store.Having(ctx, part.Rows, known, o)
}

// isHere reports that nothing has to be bought.
func (x *Execution) isHere(ctx context.Context) bool {
	for _, source := range x.plan.Sources {
		in := x.included(ctx, source.Series)
		if in == nil {
			return false
		}
		in.close()
	}
	return true
}

// orders reports that rows of one series can be given in the order of another: they come in it, nobody asks for it, or
// they show what it goes by.
func (x *Execution) orders(have, want plan.Series) bool {
	return want.Free || x.ordered() || have.Request.Sort == want.Request.Sort && have.Request.Order == want.Request.Order
}

// readSorted reads all rows of a series that is here, and sorts them.
func readSorted(next func() (table.Row, bool, error), compare func(a, b table.Row) int) ([]table.Row, error) {
	var rows []table.Row
	for {
		row, ok, err := next()
		if err != nil {
			return nil, err
		}
		if !ok {
			slices.SortStableFunc(rows, compare)
			return rows, nil
		}
		rows = append(rows, row)
	}
}
