package execute

import (
	"context"
	"fmt"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Run streams the scan's rows.
func (x *Execution) Run(ctx context.Context) error {
	if !x.isHere(ctx) {
		if err := x.learnFolding(ctx); err != nil {
			return err
		}
	}
	if x.ordered() {
		return x.runOrdered(ctx)
	}
	for _, source := range x.plan.Sources {
		if err := x.readAll(ctx, source.Key); err != nil || x.full() {
			return err
		}
	}
	return x.release(ctx)
}

// heldRows are rows that only the database can judge, kept back while a LIMIT counts rows. Those beyond the
// LIMIT are not needed, unless the database could keep one of them and drop one before it.
type heldRows struct {
	items []Item
	more  bool // than the LIMIT
	doubt int  // the clause in doubt, if it is the same one for all
	mixed bool
}

func (h *heldRows) add(item Item, doubt int, limit int64) {
	h.mixed = h.mixed || doubt < 0 || len(h.items) > 0 && doubt != h.doubt
	h.doubt = doubt
	if int64(len(h.items)) < limit {
		h.items = append(h.items, item)
	} else {
		h.more = true
	}
}

// release streams the rows held back, after the sure ones.
func (x *Execution) release(ctx context.Context) error {
	if h, limit := x.held, x.plan.Limit; h.mixed && (h.more || limit >= 0 && int64(len(h.items)) > limit-x.streamed) {
		return &UndecidedError{Table: x.plan.Table.Name, Clauses: x.plan.Residual.Clauses()}
	}
	for _, item := range x.held.items {
		if x.full() {
			break
		}
		x.stream(ctx, item)
	}
	return ctx.Err()
}

func (x *Execution) readAll(ctx context.Context, source string) error {
	rows := x.openSource(ctx, source)
	defer rows.close()
	for {
		row, ok, err := rows.next()
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
		nexts[i] = streams[i].next
	}
	err := series.Merge(nexts, x.before(), func(i int, row table.Row) (bool, error) {
		err := x.emit(ctx, streams[i].source, row)
		return !x.full(), err
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// before is the scan's order.
func (x *Execution) before() func(a, b table.Row) bool {
	field, descending := x.plan.Table.FieldOf(x.plan.Order.Column), x.plan.Order.Descending
	return func(a, b table.Row) bool {
		m, _ := a.Cell(field).Count()
		n, _ := b.Cell(field).Count()
		if descending {
			return m > n
		}
		return m < n
	}
}

// emit streams a row that matches, once for each spelling of its parameters.
//
// A row that only the database can judge is streamed at once where no LIMIT counts rows. Under a LIMIT it is
// held back until the sure ones are out. Under a LIMIT with an order it can neither wait nor be counted,
// nor can more such rows than the LIMIT has room for where they may fare differently: then the query fails,
// and says how to write it.
func (x *Execution) emit(ctx context.Context, source *plan.Source, row table.Row) error {
	verdict := x.plan.Residual.Match(row)
	if verdict == plan.No {
		return nil
	}
	for _, spelling := range source.Spellings {
		item := Item{row, spelling}
		switch {
		case verdict == plan.Yes || x.plan.Limit < 0:
			x.stream(ctx, item)
		case x.ordered():
			return &UndecidedError{Table: x.plan.Table.Name, Clauses: x.plan.Residual.Clauses()}
		default:
			x.held.add(item, x.plan.Residual.Doubt(row), x.plan.Limit)
		}
		if x.full() {
			break
		}
	}
	return ctx.Err()
}

func (x *Execution) stream(ctx context.Context, item Item) {
	x.streamed++
	x.Reader.Row(ctx, &item)
}

// full reports that the LIMIT is reached.
func (x *Execution) full() bool { return x.plan.Limit >= 0 && x.streamed >= x.plan.Limit }

// UndecidedError says that a LIMIT would have to count rows that only the database can judge.
type UndecidedError struct {
	Table   string
	Clauses []string
}

func (e *UndecidedError) Error() string {
	return fmt.Sprintf("a limit cannot be counted for where %s: the plugin cannot tell ANY from ALL, nor how this database folds letters beyond ASCII; "+
		"write the condition plainly, or let the database cut: with l as materialized (select * from %s where …) select * from l order by … limit …", strings.Join(e.Clauses, " and "), e.Table)
}
