package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// next returns the next row of the source, or ok false after the last.
func (r *sourceReader) next() (row table.Row, ok bool, err error) {
	if r.wide == nil || !r.x.ordered() || r.wide.series.Order == r.x.plan.Order {
		return r.nextRow()
	}
	if r.sorted == nil {
		if r.sorted, err = readSorted(r.nextRow, comparing(r.x.plan.Table, r.x.plan.Order)); err != nil {
			return row, false, err
		}
	}
	if len(r.sorted) == 0 {
		return row, false, nil
	}
	row, r.sorted = r.sorted[0], r.sorted[1:]
	return row, true, nil
}

// nextRow is the next row as the series has it.
func (r *sourceReader) nextRow() (row table.Row, ok bool, err error) {
	for {
		for len(r.rows) > 0 {
			row = r.rows[0]
			r.rows = r.rows[1:]
			switch belongs, err := r.accept(row); {
			case err != nil:
				return row, false, err
			case belongs:
				return row, true, nil
			}
		}
		if r.ended {
			return row, false, nil
		}
		if err := r.page(); err != nil {
			return row, false, err
		}
	}
}

// accept checks a row's place in the order, and whether it belongs to the part being read. The first row
// beyond the part ends it.
func (r *sourceReader) accept(row table.Row) (belongs bool, err error) {
	if !r.cut() && (!r.x.ordered() || r.field < 0) {
		return true, nil
	}
	value, _ := row.Cell(r.field).Count()
	if err := r.checkOrder(value); err != nil {
		return false, err
	}
	if !r.cut() {
		return true, nil
	}
	part := r.parts[r.part]
	if part.Holds(value) {
		r.inPart++
		return !r.comesAgain(row), nil
	}
	if beyond := value < part.From == r.series.Order.Descending; beyond {
		r.rows = nil
		return false, r.endPart()
	}
	return false, nil
}

// comesAgain reports a row that has been streamed before the result was cut. Each is left out as often as it was
// streamed.
func (r *sourceReader) comesAgain(row table.Row) bool {
	if len(r.again) == 0 {
		return false
	}
	raw := row.Raw()
	if r.again[raw] == 0 {
		return false
	}
	if r.again[raw]--; r.again[raw] == 0 {
		delete(r.again, raw)
	}
	return true
}

// checkOrder fails where the API does not sort as it was asked: the rows that come first would not be the
// first ones, and the parts of a result not complete.
func (r *sourceReader) checkOrder(value int64) error {
	if o := r.series.Order; r.anyLast && (o.Descending && value > r.last || !o.Descending && value < r.last) {
		if r.pages.Renewed() { // a new row belongs before those that have been streamed
			return &series.ChangedError{Site: r.series.Site(), Arrived: r.taken, Total: r.pages.Total()}
		}
		return fmt.Errorf("the API's answer for %s is not sorted by %s %s as it was asked (%d after %d), so that the first rows cannot be known: leave out the limit and sort a materialized CTE instead",
			r.series.Site(), o.Column, r.series.Request.Order, value, r.last)
	}
	r.last, r.anyLast = value, true
	return nil
}

// page reads the next page.
func (r *sourceReader) page() error {
	demand := r.demand()
	r.pace.end(r.pages.Pages())
	if err := r.weigh(); err != nil {
		return err
	}
	if r.tooDear != nil && r.pages.Ahead() == 0 {
		r.x.pauseForReader(r.ctx, r.pages.Latency())
		if r.tooDear = r.agreed(r.tooDear); r.tooDear != nil {
			return r.tooDear
		}
		r.pages.TakeAsItIs(false)
	}
	if n := r.pages.Pages(); !demand.Bounded() && n > 0 && n <= series.Ramp && r.part == 0 && !r.pages.Bought() && r.pages.More() {
		r.x.pauseForReader(r.ctx, r.pages.Latency())
	}
	rows, err := r.pages.Next(r.want())
	var incomplete *series.IncompleteError
	switch {
	case errors.Is(err, series.ErrDone):
		return r.finish()
	case errors.As(err, &incomplete):
		if err := r.incomplete(incomplete); err != nil {
			return err
		}
		return r.finish()
	case err != nil && r.taken == 0:
		return r.replanWithout(r.advised(err))
	case err != nil:
		return err
	}
	// Which rows are the first ones of an order has to be known before they are streamed.
	if err := r.x.checkWords(r.ctx, r.series, rows, r.x.ordered() && demand.Bounded()); err != nil && !r.x.anyRowsDo() {
		return err
	}
	if r.taken == 0 && r.series.Dividable() {
		r.first, _ = rows[0].Cell(r.field).Count()
	}
	r.taken += int64(len(rows))
	r.rows = rows
	if r.total < 0 {
		r.total = r.pages.Total()
		if r.tooDear, err = r.checkTotal(); err != nil {
			return err
		}
	}
	if !r.cut() && r.total > r.x.plan.RowCap && (r.divided || !demand.SurelyEndsBeforeCap(r.progress())) {
		r.come = append(r.come, rows...)
	}
	if r.tooDear != nil && !r.divided {
		return nil // to find them costs too
	}
	return r.cutIfNeeded()
}

// advised is an error with the credits that the scan's LIMIT, or its first page, takes, where the budget refuses it before
// anything is known of it.
func (r *sourceReader) advised(err error) error {
	over, ok := err.(*BudgetError) //nolint:errorlint // what is around another kind is to stay
	if !ok || over.Known {
		return err
	}
	rows, advised := int64(plan.FirstPage), *over
	if d := r.demand(); d.Bounded() {
		rows = d.Left(r.progress())
	}
	advised.Needs = max(over.Needs, over.Spent+over.Lost+r.series.Table.Cost.Of(int(rows)))
	return &advised
}

// weigh looks before anything is bought whether what is missing of a series can be paid, where some of it is here.
func (r *sourceReader) weigh() (err error) {
	if r.wide != nil || r.taken > 0 || r.pages.Total() < 0 || r.pages.Ahead() == 0 {
		return nil
	}
	r.total = r.pages.Total()
	r.tooDear, err = r.checkTotal()
	r.total = -1 // it is an earlier answer's
	r.pages.TakeAsItIs(r.tooDear != nil)
	return err
}

// checkTotal is the error of a scan that cannot be paid to its end. Where its reader may need no more than what is here,
// since it may have a LIMIT that was not passed on, it is only told why no more is to be bought.
func (r *sourceReader) checkTotal() (tooDear, err error) {
	switch dear := r.price(); {
	case dear == nil:
		return nil, nil
	case !r.demand().Bounded():
		return dear, nil
	default:
		return nil, r.agreed(dear)
	}
}

// price is the error of a scan whose rows that are not here yet cannot be paid.
func (r *sourceReader) price() error {
	left, probes, here := r.pages.Unbought(), int64(0), r.taken+r.pages.Ahead()
	switch past := r.total > r.x.plan.RowCap; {
	case past && r.divided:
		left, here = r.x.unboughtParts(r.ctx, r.series, r.pages.Note().([]plan.Part), here)
	case past:
		left, probes = r.total-here, r.series.MostProbes(r.total, r.x.plan.RowCap, r.first)
	}
	at := r.progress()
	at.Taken, at.Streamed = here, at.Streamed+at.Spellings*here // if all that is here matches
	rows, known := r.demand().Least(at, left)
	if !known || rows <= 0 {
		return nil
	}
	if r.demand().EndsBeforeCap(at) {
		probes = 0
	}
	price := r.series.Table.Cost
	n := need{
		site: r.series.Site(), credits: rows*price.Row + probes*price.Of(1),
		atLeast: r.demand().Bounded() && !r.x.plan.Exact, left: r.x.leftLines.Load(), rate: r.x.conn.Rate,
	}
	if n.most = n.credits + series.MostChecks(rows)*price.Of(1); n.atLeast {
		n.most = (r.total-here)*price.Row + series.MostChecks(r.total)*price.Of(1)
	}
	n.requests = r.requests(here, rows) + probes
	n.follow = r.x.sourcesAfter(r.source.Key)
	over := r.x.Budget.check(n)
	if over != nil && over.Left < 0 {
		n.left = r.x.balance(r.ctx)
		over.Left = n.left
	}
	switch {
	case n.left >= 0 && n.credits > n.left:
		return &PlanError{Site: n.site, Cost: n.credits, Left: n.left, AtLeast: n.atLeast}
	case over != nil:
		return over
	}
	return nil
}

// balance asks, free of charge, how many credits the plan has left, where no answer has told it; -1 is not known.
func (x *Execution) balance(ctx context.Context) int64 {
	if x.conn.Balance == nil {
		return -1
	}
	left, err := x.conn.Balance(ctx)
	if err != nil {
		return -1
	}
	x.leftLines.Store(left)
	return left
}

// sourcesAfter is how many sources are read after the one with a key, where they are read one after the other.
func (x *Execution) sourcesAfter(key string) int64 {
	if x.ordered() {
		return 0
	}
	i := slices.IndexFunc(x.plan.Sources, func(s plan.Source) bool { return s.Key == key })
	return int64(len(x.plan.Sources) - 1 - i)
}

// requests is in how many pages so many rows come, behind those that are here.
func (r *sourceReader) requests(here, rows int64) (n int64) {
	pages := plan.NewPages(r.series.Table, r.demand().FirstPage(r.x.Budget.left()), r.x.plan.RowCap)
	for ; rows > 0; n++ {
		size := int64(pages.Size(here%r.x.plan.RowCap, -1, r.series.Table.Page.MaxSize))
		here, rows = here+size, rows-size
	}
	return n
}

// agreed is the error of a scan that is too dear, unless its user wants to go on in spite of it.
func (r *sourceReader) agreed(err error) error {
	if over, ok := err.(*BudgetError); ok && r.x.Budget.agrees(r.ctx, over) { //nolint:errorlint // it is checkTotal's own
		return nil
	}
	return err
}

// finish ends a series of pages: the next part follows, or the source is over.
func (r *sourceReader) finish() error {
	if r.cut() {
		return r.endPart()
	}
	r.ended = true
	if err := r.x.checkWords(r.ctx, r.series, nil, true); err != nil {
		return err
	}
	if total := r.pages.Total(); total > r.x.plan.RowCap {
		return r.series.TooMany(r.total, r.x.plan.RowCap, r.refused())
	}
	return nil
}

// replanWithout answers a refused filter: what was refused is remembered, and the source read by a plan without it.
// Nothing of it has been read yet, and a refusal costs nothing. Each time the filter gets shorter; where it does not,
// what is refused is the user's own, and the error is theirs.
func (r *sourceReader) replanWithout(err error) error {
	refused := r.series.Request.Filter
	if !r.x.learn(err, r.series) {
		return err
	}
	if err := r.x.replan(r.x.plan.Input); err != nil {
		return err
	}
	source := r.x.plan.Source(r.source.Key)
	if source.Series.Request.Filter.Equal(refused) {
		return err
	}
	r.restart(source)
	return nil
}
