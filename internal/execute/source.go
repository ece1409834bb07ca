package execute

import (
	"context"
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
	pager := plan.NewPager(of.Table, x.demand.FirstPage(x.Budget.left()))
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

func (r *sourceReader) warn(arrived, total int64) {
	r.x.short = true
	site := r.series.Site()
	warning := fmt.Sprintf("%d of %d rows of %s arrived: the data changed while it was read", arrived, total, site)
	r.x.Log.Warn(r.series.Table.Name, "domain", site, "arrived", arrived, "total", total, "warning", warning)
	if r.x.Warn != nil {
		r.x.Warn(site, warning)
	}
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
