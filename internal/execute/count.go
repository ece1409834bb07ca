package execute

import (
	"context"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// countsOnly reports a scan of which nothing matters but how many rows there are, as of count(*), and which the API's
// totals tell: no clause restricts the rows, and total counts them.
func (x *Execution) countsOnly() bool {
	if !x.plan.Bare || x.ReadToCount || x.conn.miscounts(x.plan.Table) {
		return false
	}
	for _, source := range x.plan.Sources {
		if !source.Series.Counted || len(source.Decisions) > 0 {
			return false
		}
	}
	return true
}

// runCount asks for one row of each source, and streams as many rows as there are, which have their parameters alone.
func (x *Execution) runCount(ctx context.Context) error {
	none := table.NullRow(x.plan.Table)
	for i := range x.plan.Sources {
		source := &x.plan.Sources[i]
		first, err := x.first(ctx, source.Series)
		if err != nil {
			return err
		}
		if err := x.checkWords(ctx, source.Series, first.rows, true); err != nil {
			return err
		}
		for range first.total {
			if err := x.emit(ctx, source, none); err != nil || x.full() {
				return err
			}
		}
	}
	return ctx.Err()
}
