package execute

import (
	"context"
	"fmt"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// sourceReader reads the rows of one source in order: page by page, and past the row cap part by part.
type sourceReader struct {
	x      *Execution
	ctx    context.Context
	source *plan.Source
	series plan.Series // that is read: the source's, but for its order where the result has to be cut, or one that includes it
	pages  *series.Reader
	pace   *pace
	wide   *included   // where a series is read that includes the source's, and is here; nil otherwise
	sorted []table.Row // its rows in the scan's order, where that is another
	field  int         // by which the series is sorted, -1 where no column shows it

	rows    []table.Row // of the page being read
	taken   int64       // rows read, of all parts
	before  int64       // rows streamed by the scan before this source, to see what matched
	total   int64       // of the whole, by its first answer; -1 before
	tooDear error       // why no more is bought than what is here, once it is known what all would cost
	divided bool        // somebody has found the parts of the result: to cut it costs nothing
	parts   []plan.Part // of a result past the row cap, once it is cut
	part    int
	inPart  int64          // rows read of the part
	come    []table.Row    // all of a result that may be cut, until it is
	again   map[string]int // rows that have been streamed and will come again with the parts, as they came
	last    int64          // value of the row before, to check the order
	anyLast bool
	first   int64 // value of the first row, where rows come in the order of the dividing column
	ended   bool
}

// openSource starts before the first row of the source with a key.
func (x *Execution) openSource(ctx context.Context, key string) *sourceReader {
	r := &sourceReader{x: x, ctx: ctx, before: x.streamed, total: -1}
	r.restart(x.plan.Source(key))
	return r
}

// restart reads a source from its first row. Nothing of it has been streamed.
func (r *sourceReader) restart(source *plan.Source) {
	r.close()
	r.source = source
	if r.wide = r.x.included(r.ctx, source.Series); r.wide != nil {
		r.read(r.wide.series, r.wide.pages)
		return
	}
	r.reread(source.Series)
}

// reread reads a series from its first row.
func (r *sourceReader) reread(of plan.Series) {
	if r.pages != nil {
		r.pages.Close()
	}
	r.read(of, r.open(of))
}

// open starts to read a series at the pace of the scan's reader.
func (r *sourceReader) open(of plan.Series) *series.Reader {
	known, o := r.x.reading(of)
	r.pace = &pace{x: r.x, ctx: r.ctx}
	o.Pace = r.pace
	return r.x.conn.Store.Open(r.ctx, known, o)
}

func (r *sourceReader) read(of plan.Series, pages *series.Reader) {
	r.series, r.pages, r.field = of, pages, -1
	if of.Order != (plan.Order{}) {
		r.field = of.Table.FieldOf(of.Order.Column)
	}
	r.rows, r.come, r.taken, r.total, r.tooDear = nil, nil, 0, -1, nil
	_, r.divided = pages.Note().([]plan.Part)
}

func (r *sourceReader) close() {
	if r.pages != nil {
		r.pages.Close()
	}
	if r.wide != nil {
		r.wide.close()
	}
}

// cut reports a result that is read part by part.
func (r *sourceReader) cut() bool { return len(r.parts) > 0 }

// refused is what the API is known not to take by now.
func (r *sourceReader) refused() plan.Refusals { return r.x.conn.knows(r.series.Table).Refused }

func (r *sourceReader) progress() plan.Progress {
	return plan.Progress{Streamed: r.x.streamed, Before: r.before, Spellings: int64(len(r.source.Spellings)), Taken: r.taken, Guard: r.x.Budget.left()}
}

// demand is the scan's; what is here is read to its end.
func (r *sourceReader) demand() plan.Demand {
	if r.wide != nil {
		return r.x.demand.All()
	}
	return r.x.demand
}

// want is how many rows to ask for from here on; -1 is all that there are.
func (r *sourceReader) want() int64 {
	want := r.demand().Next(r.progress())
	if r.cut() {
		want = plan.Within(want, r.parts[r.part].Rows-r.inPart)
	}
	return want
}

// incomplete tells the user that rows stay away, where they take what there is.
func (r *sourceReader) incomplete(err *series.IncompleteError) error {
	if r.x.conn.miscounted(r.series.Table) {
		r.x.Log.Warn("serpstat counts other rows than it gives: from now on rows are read to be counted", "table", r.series.Table.Name, "domain", err.Site)
	}
	if r.x.Warn == nil {
		return err
	}
	r.x.Log.Warn(r.series.Table.Name, "domain", err.Site, "arrived", err.Arrived, "total", err.Total)
	r.x.Warn(err.Site, fmt.Sprintf("%d of %d rows of %s arrived, the others stay away", err.Arrived, err.Total, err.Site))
	return nil
}

// learn notes what an API error says of a filter; it reports whether it is a refusal of it.
func (x *Execution) learn(err error, of plan.Series) bool {
	what, ok := refusedBy(err)
	if !ok {
		return false
	}
	suspects := plan.Suspects(of, what)
	x.conn.refuse(of.Table, suspects)
	x.Log.Warn("serpstat refuses a filter", "domain", of.Site(), "refused", suspects, "error", err)
	return len(suspects) > 0
}
