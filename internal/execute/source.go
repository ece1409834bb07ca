package execute

import (
	"context"
	"errors"
	"fmt"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pagescan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// sourceReader reads the rows of one source in order: page by page, and past the row cap part by part.
type sourceReader struct {
	x      *Execution
	ctx    context.Context
	source *plan.Source
	series plan.Series // that is read: the source's, but for its order where the result has to be cut
	pages  *pagescan.Reader[table.Row]

	rows    []table.Row // of the page being read
	taken   int64       // rows read, of all parts
	before  int64       // rows streamed by the scan before this source, to see what matched
	total   int64       // of the whole, by its first answer; -1 before
	parts   []plan.Part // of a result past the row cap, once it is cut
	part    int
	inPart  int64          // rows read of the part
	read    []table.Row    // all of a result that may be cut, until it is
	again   map[string]int // rows that have been streamed and will come again with the parts, as they came
	last    int64          // value of the row before, to check the order
	anyLast bool
	highest int64 // value of the first row, if they come in descending order of the dividing column; 0 is not known
	ended   bool
}

// open starts before the first row of the source with a key.
func (x *Execution) open(ctx context.Context, key string) *sourceReader {
	r := &sourceReader{x: x, ctx: ctx, before: x.streamed, total: -1}
	r.restart(x.plan.Source(key))
	return r
}

// restart reads a source from its first row. Nothing of it has been streamed.
func (r *sourceReader) restart(source *plan.Source) {
	r.source = source
	r.reread(source.Series)
}

// reread reads a series from its first row.
func (r *sourceReader) reread(of plan.Series) {
	if r.pages != nil {
		r.pages.Close()
	}
	r.series = of
	r.pages = r.newPages(of)
	r.rows, r.read, r.taken, r.total = nil, nil, 0, -1
}

func (r *sourceReader) close() { r.pages.Close() }

func (r *sourceReader) newPages(of plan.Series) *pagescan.Reader[table.Row] {
	x := r.x
	pager := plan.NewPager(x.demand.FirstPage(x.Budget.left()), of.Table.Page.MaxSize)
	return pagescan.NewReader(r.ctx, r.fetcher(of), pager, pagescan.Options{RowCap: x.plan.RowCap, Rate: x.conn.Rate, Most: x.conn.MaxRequests})
}

// fetcher asks for pages of a series, within the budget.
func (r *sourceReader) fetcher(of plan.Series) pagescan.Fetch[table.Row] {
	return func(ctx context.Context, page, size, expect int) (pagescan.Page[table.Row], error) {
		answer, err := r.x.buy(ctx, of, page, size, expect)
		if err != nil {
			return pagescan.Page[table.Row]{}, err
		}
		return pagescan.Page[table.Row]{Rows: answer.Rows.All(), Total: answer.Total, Took: answer.Took}, nil
	}
}

// next returns the next row of the source, or ok false after the last.
func (r *sourceReader) next() (row table.Row, ok bool, err error) {
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
	if !r.cut() && !r.x.ordered() {
		return true, nil
	}
	value, _ := row.Cell(r.series.Table.FieldOf(r.series.Order.Column)).Count()
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
		r.endPart()
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
		return fmt.Errorf("the API's answer for %s is not sorted by %s %s as it was asked (%d after %d), so that the first rows cannot be known: leave out the limit and sort a materialized CTE instead",
			r.series.Site(), o.Column, r.series.Request.Order, value, r.last)
	}
	r.last, r.anyLast = value, true
	return nil
}

// page reads the next page.
func (r *sourceReader) page() error {
	if n := r.pages.Pages(); !r.x.demand.Bounded() && n > 0 && n <= pagescan.Ramp && r.part == 0 && r.pages.More() {
		r.x.pauseForReader(r.ctx, r.pages.Latency())
	}
	rows, err := r.pages.Next(r.want())
	switch {
	case errors.Is(err, pagescan.ErrDone):
		return r.finish()
	case err != nil && r.taken == 0:
		return r.replanWithout(err)
	case err != nil:
		return err
	}
	if r.taken == 0 && len(rows) > 0 && r.series.Order == (plan.Order{Column: r.series.Table.Sort.Divide, Descending: true}) {
		r.highest, _ = rows[0].Cell(r.series.Table.FieldOf(r.series.Order.Column)).Count()
	}
	r.taken += int64(len(rows))
	r.rows = rows
	if r.total < 0 {
		r.total = r.pages.Total()
		if err := r.checkTotal(); err != nil {
			return err
		}
	}
	if !r.cut() && r.total > r.x.plan.RowCap && !r.x.demand.SurelyEndsBeforeCap(r.progress()) {
		r.read = append(r.read, rows...)
	}
	return r.cutIfNeeded()
}

// cut reports a result that is read part by part.
func (r *sourceReader) cut() bool { return len(r.parts) > 0 }

// refused is what the API is known not to take by now.
func (r *sourceReader) refused() plan.Refusals { return r.x.conn.knows(r.series.Table).Refused }

func (r *sourceReader) progress() plan.Progress {
	return plan.Progress{Streamed: r.x.streamed, Before: r.before, Spellings: int64(len(r.source.Spellings)), Taken: r.taken, Guard: r.x.Budget.left()}
}

// want is how many rows to ask for from here on; -1 is all that there are.
func (r *sourceReader) want() int64 {
	want := r.x.demand.Next(r.progress())
	if r.cut() {
		want = plan.Within(want, r.parts[r.part].Rows-r.inPart)
	}
	return want
}

// checkTotal checks the budget against the first answer's total.
func (r *sourceReader) checkTotal() error {
	if r.x.demand.Bounded() {
		return nil // each page is checked
	}
	return r.x.Budget.checkTotal(r.series.Site(), (r.total-r.taken)*r.series.Table.Cost.Row, r.total)
}

// finish ends a series of pages: the next part follows, or the source is over.
func (r *sourceReader) finish() error {
	if r.cut() {
		r.endPart()
		return nil
	}
	arrived, total, short := r.pages.Short()
	if short {
		r.warn(arrived, total)
	}
	r.ended = true
	if total > r.x.plan.RowCap {
		return r.series.TooMany(r.total, r.x.plan.RowCap, r.refused())
	}
	return nil
}

func (r *sourceReader) warn(arrived, total int64) {
	r.x.short = true
	site := r.series.Site()
	warning := fmt.Sprintf("%d of %d rows of %s arrived: the data changed while it was read", arrived, total, site)
	r.x.Log.Warn(r.series.Table.Name, "domain", site, "arrived", arrived, "total", total, "warning", warning)
	if r.x.Warn != nil {
		r.x.Warn(site, warning)
	}
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

// learn notes what an API error says of a filter; it reports whether it is a refusal of it.
func (x *Execution) learn(err error, of plan.Series) bool {
	named, ok := refusedBy(err)
	if !ok {
		return false
	}
	var suspects []plan.Refusal // the comparison that the refusal names, or all that it could mean
	for _, group := range of.Request.Filter {
		for _, c := range group {
			if (named.Field == "" || named.Field == c.Field) && (named.CompareType == "" || named.CompareType == c.CompareType) {
				suspects = append(suspects, plan.Refusal{Field: c.Field, CompareType: c.CompareType})
			}
		}
	}
	x.conn.refuse(of.Table, suspects)
	x.Log.Warn("serpstat refuses a filter", "domain", of.Site(), "refused", suspects, "error", err)
	return len(suspects) > 0
}
