package serpstat

import (
	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pagescan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// cutIfNeeded cuts a result past the row cap into parts once it is clear that its end will be needed: at
// once where no LIMIT ends the scan, and before the big pages are bought.
func (q *series) cutIfNeeded() error {
	s := q.scan
	rowCap := s.input.RowCap
	if q.cut || q.total <= rowCap {
		return nil
	}
	sorted := q.source.Series.Sort == "links_external"
	if s.demand < 0 && sorted && q.reader.Pages() < pagescan.Ramp && q.reader.More() {
		return nil // a reader who wants a few rows leaves before any part is looked for
	}
	if s.demand >= 0 {
		needed := divide(s.demand-s.streamed, int64(len(q.source.Echoes)))
		if needed <= rowCap && (s.plan.Exact || float64(q.taken) < splitLate*float64(rowCap)) {
			return nil
		}
	}
	if !sorted {
		if s.demand > rowCap {
			return q.tooMany()
		}
		if s.demand >= 0 {
			return nil // finish says so if the cap comes before the limit
		}
		return q.restartSorted()
	}
	return q.cutNow()
}

// restartSorted reads the series again in the order that parts need. The API's own order that the user asked
// for has no meaning where all rows are returned.
func (q *series) restartSorted() error {
	q.source.Series.Sort, q.source.Series.Order = "links_external", "desc"
	q.reader.Close()
	q.reader = q.newReader(q.source.Series)
	q.rows, q.taken, q.total = nil, 0, -1
	return nil
}

func (q *series) cutNow() error {
	order := outlink.Descending
	if q.source.Series.Order == "asc" {
		order = outlink.Ascending
	}
	for {
		refused, _ := q.scan.conn.knowledge()
		splitter := outlink.Splitter{
			Series: q.source.Series, Total: q.total, Order: order, Highest: q.highest, AtLeast: q.taken,
			RowCap: q.scan.input.RowCap, Refused: refused,
		}
		var asked outlink.Filter
		splitter.Count = func(f outlink.Filter) (int64, error) {
			asked = f
			return q.count(f)
		}
		parts, err := splitter.Parts()
		if serpstatapi.KindOf(err) == serpstatapi.KindFilterRefused && q.learn(err, asked) {
			continue
		}
		if err != nil {
			return err
		}
		q.parts, q.cut = parts, true
		q.inPart = q.taken - int64(len(q.rows)) // those read before the cut are of the first part
		return nil
	}
}

// count asks how many rows a filter leaves: a request of one row.
func (q *series) count(f outlink.Filter) (int64, error) {
	of := q.source.Series
	of.Filter = f
	answer, err := q.scan.buy(q.ctx, of, 1, 1, 1)
	if err != nil {
		return 0, err
	}
	return answer.Total, nil
}

// nextPart goes on with the next part, or ends the series.
func (q *series) nextPart() {
	q.reader.Close()
	q.part++
	if q.part == len(q.parts) {
		q.ended = true
		return
	}
	q.inPart, q.anyLast = 0, false
	of := q.source.Series
	of.Filter = q.parts[q.part].Filter
	q.reader = q.newReader(of)
}

func (q *series) tooMany() error {
	reason := q.source.Series.Splittable()
	if reason == "" {
		reason = "that in one order only (sort_by, or a limit above them)"
	}
	return &outlink.TooManyRowsError{Domain: q.source.Series.Domain, Total: q.total, Cap: q.scan.input.RowCap, Reason: reason, LinksExt: -1}
}
