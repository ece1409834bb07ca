package execute

import (
	"context"

	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Run streams the scan's rows.
func (x *Execution) Run(ctx context.Context) error {
	for _, source := range x.plan.Sources {
		if err := x.checkWords(ctx, source.Series, nil, false); err != nil && !x.anyRowsDo() {
			return err // known from another scan
		}
	}
	if x.countsOnly() {
		return x.runCount(ctx)
	}
	if _, err := x.learnFolding(ctx); err != nil {
		return err
	}
	if x.ordered() {
		return x.runOrdered(ctx)
	}
	for _, source := range x.plan.Sources {
		if err := x.readAll(ctx, source.Key); err != nil || x.full() {
			return err
		}
	}
	held, err := x.released()
	for _, item := range held {
		x.send(ctx, item)
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// next returns a source's next row. Where the LIMIT may be reached, which only the database knows, it is given the time
// to say so before the next page is bought.
func (x *Execution) next(r *sourceReader) (table.Row, bool, error) {
	if limit := x.plan.Limit; len(r.rows) == 0 && limit >= 0 && x.sent > x.streamed && x.sent >= limit {
		x.pauseForReader(r.ctx, r.pages.Latency())
	}
	return r.next()
}

func (x *Execution) readAll(ctx context.Context, source string) error {
	rows := x.openSource(ctx, source)
	defer rows.close()
	for {
		row, ok, err := x.next(rows)
		if err != nil || !ok {
			return err
		}
		if err := x.emit(ctx, rows.source, row); err != nil || x.full() {
			return err
		}
	}
}

// runOrdered streams the sources' rows in one order.
func (x *Execution) runOrdered(ctx context.Context) error {
	streams := make([]*sourceReader, len(x.plan.Sources))
	nexts := make([]func() (table.Row, bool, error), len(streams))
	for i, source := range x.plan.Sources {
		streams[i] = x.openSource(ctx, source.Key)
		defer streams[i].close()
		nexts[i] = func() (table.Row, bool, error) { return x.next(streams[i]) }
	}
	before := x.before()
	err := series.Merge(nexts, before, func(i int, row table.Row) (bool, error) {
		if len(x.plan.Then) == 0 {
			err := x.emit(ctx, streams[i].source, row)
			return !x.full(), err
		}
		err := x.emitAll(ctx, x.ties.add(streams[i].source, row, before))
		return !x.full(), err
	})
	if err == nil {
		err = x.emitAll(ctx, x.ties.rows)
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// emitAll streams rows that the API has not told apart, in the order of the columns that it does not sort by.
func (x *Execution) emitAll(ctx context.Context, rows []tied) error {
	for _, t := range sorted(rows, x.plan.Table, x.plan.Then) {
		if x.full() {
			break
		}
		if err := x.emit(ctx, t.source, t.row); err != nil {
			return err
		}
	}
	return nil
}

// before is the scan's order.
func (x *Execution) before() func(a, b table.Row) bool {
	compare := comparing(x.plan.Table, x.plan.Order)
	return func(a, b table.Row) bool { return compare(a, b) < 0 }
}
