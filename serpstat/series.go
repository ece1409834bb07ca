package serpstat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pagescan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pluginserver"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// splitLate is how much of the row cap a scan with a LIMIT reads before a result past the cap is cut into
// parts: most such scans end long before.
const splitLate = 0.25

// series reads the rows of one source in order: page by page, and past the row cap part by part.
type series struct {
	scan   *scan
	ctx    context.Context
	index  int
	source *outlink.Source
	reader *pagescan.Reader[outlink.Row]

	rows    []outlink.Row // of the page being read
	taken   int64         // rows read, of all parts
	before  int64         // rows streamed by the scan before this series, to see what matched
	total   int64         // of the whole, by its first answer; -1 before
	parts   []outlink.Part
	part    int
	inPart  int64 // rows read of the part
	cut     bool
	last    int64 // links_ext of the row before, to check the order
	anyLast bool
	highest int64 // links_ext of the first row, if they come in descending order; 0 is not known
	ended   bool
}

func (s *scan) open(ctx context.Context, index int) *series {
	q := &series{scan: s, ctx: ctx, index: index, source: &s.plan.Sources[index], before: s.streamed, total: -1}
	q.reader = q.newReader(q.source.Series)
	return q
}

func (q *series) close() { q.reader.Close() }

func (q *series) newReader(of outlink.Series) *pagescan.Reader[outlink.Row] {
	first := q.scan.firstPage()
	return pagescan.NewReader(q.ctx, q.fetcher(of), outlink.NewPager(first), pagescan.Options{
		RowCap: q.scan.input.RowCap, Rate: q.scan.conn.settings.rate, Most: q.scan.conn.settings.concurrency,
	})
}

// fetcher asks for pages of a series, within the budget.
func (q *series) fetcher(of outlink.Series) pagescan.Fetch[outlink.Row] {
	return func(ctx context.Context, page, size, expect int) (pagescan.Page[outlink.Row], error) {
		answer, err := q.scan.buy(ctx, of, page, size, expect)
		if err != nil {
			return pagescan.Page[outlink.Row]{}, err
		}
		rows := make([]outlink.Row, len(answer.Rows))
		for i := range answer.Rows {
			rows[i] = rowOf(&answer.Rows[i])
		}
		return pagescan.Page[outlink.Row]{Rows: rows, Total: answer.Total, Took: answer.Took}, nil
	}
}

// buy asks for one page within the budget; expect is how many rows can come.
func (s *scan) buy(ctx context.Context, of outlink.Series, page, size, expect int) (*serpstatapi.OutlinksPage, error) {
	promised := int64(max(expect, 1))
	if err := s.budget.reserve(of.Domain, promised); err != nil {
		return nil, err
	}
	answer, err := s.conn.client.GetOutlinks(ctx, request(of, page, size))
	if err != nil {
		s.budget.settle(promised, 0)
		return nil, err
	}
	s.budget.settle(promised, answer.Credits)
	return answer, nil
}

// next returns the next row of the source, or ok false after the last.
func (q *series) next() (row *outlink.Row, ok bool, err error) {
	for {
		for len(q.rows) > 0 {
			row = &q.rows[0]
			q.rows = q.rows[1:]
			switch belongs, err := q.place(row); {
			case err != nil:
				return nil, false, err
			case belongs:
				return row, true, nil
			}
		}
		if q.ended {
			return nil, false, nil
		}
		if err := q.page(); err != nil {
			return nil, false, err
		}
	}
}

// place checks a row's place in the order, and whether it belongs to the part being read. The first row
// beyond the part ends it.
func (q *series) place(row *outlink.Row) (belongs bool, err error) {
	if err := q.checkOrder(row.LinksExt); err != nil {
		return false, err
	}
	if !q.cut {
		return true, nil
	}
	part := q.parts[q.part]
	if part.Holds(row.LinksExt) {
		q.inPart++
		return true, nil
	}
	descending := q.source.Series.Order == "desc"
	if beyond := row.LinksExt < part.From == descending; beyond {
		q.rows = nil
		q.endPart()
	}
	return false, nil
}

// checkOrder fails where the API does not sort as it was asked: the rows that come first would not be the
// first ones, and the parts of a result not complete.
func (q *series) checkOrder(linksExt int64) error {
	if q.scan.plan.Order == outlink.Unordered && !q.cut {
		return nil
	}
	if q.anyLast {
		descending := q.source.Series.Order == "desc"
		if descending && linksExt > q.last || !descending && linksExt < q.last {
			return fmt.Errorf("the API's answer for %s is not sorted by links_ext %s as it was asked (%d after %d), so that the first rows cannot be known: leave out the limit and sort a materialized CTE instead",
				q.source.Series.Domain, q.source.Series.Order, linksExt, q.last)
		}
	}
	q.last, q.anyLast = linksExt, true
	return nil
}

// page reads the next page.
func (q *series) page() error {
	q.rest()
	rows, err := q.reader.Next(q.want())
	switch {
	case errors.Is(err, pagescan.ErrDone):
		return q.finish()
	case serpstatapi.KindOf(err) == serpstatapi.KindFilterRefused && q.taken == 0:
		return q.weaken(err)
	case err != nil:
		return err
	}
	if q.taken == 0 && len(rows) > 0 && q.source.Series.Sort == "links_external" && q.source.Series.Order == "desc" {
		q.highest = rows[0].LinksExt
	}
	q.taken += int64(len(rows))
	q.rows = rows
	if q.total < 0 {
		q.total = q.reader.Total()
		if err := q.foresee(); err != nil {
			return err
		}
	}
	return q.cutIfNeeded()
}

// rest waits between the first pages of a scan whose demand is unknown, until the reader has got the rows so
// far, and a moment longer: one who wants no more leaves now.
func (q *series) rest() {
	if pages := q.reader.Pages(); q.scan.demand >= 0 || pages == 0 || pages > pagescan.Ramp || q.part > 0 || !q.reader.More() {
		return
	}
	pluginserver.Consumed(q.ctx, q.scan.streamed)
	select {
	case <-time.After(min(max(q.reader.Latency(), leastGrace), mostGrace)):
	case <-q.ctx.Done():
	}
}

// want is how many rows to ask for from here on; -1 is unknown.
func (q *series) want() int64 {
	s := q.scan
	echoes := len(q.source.Echoes)
	want := int64(-1)
	if q.taken == 0 {
		want = s.firstWant(echoes, len(s.plan.Sources))
	} else if s.demand >= 0 {
		matched := min(divide(s.streamed-q.before, int64(echoes)), q.taken)
		if s.plan.Order != outlink.Unordered && len(s.plan.Sources) > 1 {
			// What the other sources have is not known: what this one has brought is the measure.
			want = min(divide(s.demand-s.streamed, int64(echoes)), q.taken)
		} else {
			want = s.wantAfter(q.taken, matched, echoes)
		}
	}
	if !q.cut {
		return want
	}
	left := max(q.parts[q.part].Rows-q.inPart, 1)
	if want < 0 || want > left {
		want = left
	}
	return want
}

// foresee checks the budget against the first answer's total.
func (q *series) foresee() error {
	if q.scan.demand >= 0 {
		return nil // each page is checked
	}
	return q.scan.budget.foresee(q.source.Series.Domain, q.total-q.taken, q.total)
}

// finish ends a reader: the next part follows, or the series is over.
func (q *series) finish() error {
	if q.cut {
		q.endPart()
		return nil
	}
	arrived, total, short := q.reader.Short()
	if short {
		q.warn(arrived, total)
	}
	q.ended = true
	if total > q.scan.input.RowCap {
		return q.tooMany()
	}
	return nil
}

// endPart goes on with the next part, and says so if the one that has ended had not the rows that were counted.
func (q *series) endPart() {
	if counted := q.parts[q.part].Rows; q.inPart != counted {
		q.warn(q.inPart, counted)
	}
	q.nextPart()
}

func (q *series) warn(arrived, total int64) {
	q.scan.short = true
	warning := fmt.Sprintf("%d of %d rows of %s arrived: the data changed while it was read", arrived, total, q.source.Series.Domain)
	q.scan.logger.Warn("serpstat_outlink", "domain", q.source.Series.Domain, "arrived", arrived, "total", total, "warning", warning)
	q.scan.provider.opts.warn(q.source.Series.Domain, warning)
}

// weaken answers a refused filter: what was refused is remembered and the scan planned without it. Nothing
// has been read yet, and a refusal costs nothing.
func (q *series) weaken(err error) error {
	if !q.learn(err, q.source.Series.Filter) {
		return err
	}
	if err := q.scan.replan(); err != nil {
		return err
	}
	q.reader.Close()
	q.source = &q.scan.plan.Sources[q.index]
	q.reader = q.newReader(q.source.Series)
	return nil
}

// learn notes what an API error says of a filter that this side has made; it reports whether that is news.
func (q *series) learn(err error, filter outlink.Filter) bool {
	var e *serpstatapi.Error
	if !errors.As(err, &e) {
		return false
	}
	var refused []outlink.Refusal
	for _, r := range q.suspects(e, filter) {
		if filter.Uses(r) {
			refused = append(refused, r)
		}
	}
	if !q.scan.conn.refuse(refused...) {
		return false
	}
	q.scan.logger.Warn("serpstat refuses a filter, going on with a weaker one", "domain", q.source.Series.Domain, "refused", refused, "error", e.Message)
	return true
}

// suspects are the comparisons that a refusal can mean: the one that it names, or all that could be.
func (q *series) suspects(e *serpstatapi.Error, filter outlink.Filter) []outlink.Refusal {
	var all []outlink.Refusal
	for _, group := range filter {
		for _, c := range group {
			if (e.Field == "" || e.Field == c.Field) && (e.Compare == "" || e.Compare == c.CompareType) {
				all = append(all, outlink.Refusal{Field: c.Field, CompareType: c.CompareType})
			}
		}
	}
	return all
}
