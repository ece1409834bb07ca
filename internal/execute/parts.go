package execute

import (
	"context"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// cutIfNeeded cuts a result past the row cap into parts once it is clear that its end will be needed: at
// once where no LIMIT ends the scan, and before the big pages are bought.
func (r *sourceReader) cutIfNeeded() error {
	x, demand := r.x, r.demand()
	if r.cut() || r.total <= x.plan.RowCap || !r.divided && demand.EndsBeforeCap(r.progress()) {
		return nil
	}
	if r.wide != nil {
		return r.cutNow()
	}
	refused, of := r.refused(), r.series
	if !x.ordered() && !of.Thinned && of.Splittable(refused) != "" {
		of = of.Dividing()
	}
	switch {
	case of.Order == r.series.Order && !demand.Bounded() && r.pages.Pages() < series.Ramp && r.pages.More():
		return nil // a reader who wants a few rows leaves before any part is looked for
	case of.Order == r.series.Order:
		return r.cutNow()
	case demand.PastCap():
		return r.series.TooMany(r.total, x.plan.RowCap, refused)
	case demand.Bounded():
		return nil // finish says so if the cap comes before the limit
	}
	// The API's own order that the user asks for has no meaning where all rows are returned.
	r.reread(of)
	return nil
}

// cutNow finds the parts, unless somebody has found them before.
func (r *sourceReader) cutNow() error {
	if parts, ok := r.pages.Note().([]plan.Part); ok {
		r.parts = parts
		r.beginFirstPart()
		return nil
	}
	for {
		known := r.x.conn.knows(r.series.Table)
		splitter := plan.Splitter{
			Series: r.series, Total: r.total, First: r.first, AtLeast: r.taken,
			RowCap: r.x.plan.RowCap, Refused: known.Refused, Closed: known.Closed,
		}
		asked := r.series
		splitter.Count = func(f table.Filter) (int64, error) {
			asked = r.series.With(f)
			return r.count(asked)
		}
		parts, err := splitter.Parts()
		if err != nil && r.x.learn(err, asked) && len(r.refused()) > len(known.Refused) {
			continue
		}
		if err != nil {
			return err
		}
		r.pages.SetNote(parts)
		r.parts = parts
		r.beginFirstPart()
		return nil
	}
}

// beginFirstPart goes on with the pages so far, whose rows are the first ones of the first part. Where a value among
// them has more rows than the cap, they are spread over the parts that it was divided into: then the parts are read
// from their first rows, and what has been streamed is left out.
func (r *sourceReader) beginFirstPart() {
	streamed := r.come[:len(r.come)-len(r.rows)]
	if r.come = nil; r.parts[0].Filter.Equal(r.series.Request.Filter) && r.parts[0].Rows >= r.taken {
		r.inPart = int64(len(streamed))
		return
	}
	r.again = map[string]int{}
	for _, row := range streamed {
		r.again[row.Raw()]++
	}
	r.rows = nil
	r.beginPart()
}

// beginPart reads the part that is due from its first row.
func (r *sourceReader) beginPart() {
	r.pages.Close()
	r.inPart, r.anyLast = 0, false
	if r.wide != nil {
		r.pages = r.wide.parts[r.part]
		return
	}
	r.pages = r.open(r.series.With(r.parts[r.part].Filter))
	r.pages.TakeAsItIs(r.tooDear != nil)
}

// unboughtParts is how many rows of a result past the cap are not here, and how many of its first ones are: at least those
// of the series itself.
func (x *Execution) unboughtParts(ctx context.Context, of plan.Series, parts []plan.Part, first int64) (left, here int64) {
	gap := false
	for _, part := range parts {
		has := part.Rows
		if rows := x.part(ctx, of, part); rows != nil {
			rows.Close()
		} else {
			known, o := x.reading(of.With(part.Filter))
			has, _, _ = x.conn.Store.Here(known, o)
			has = min(has, part.Rows)
		}
		if left += max(part.Rows-has, 0); !gap {
			here += has
		}
		gap = gap || has < part.Rows
	}
	return left, max(here, first)
}

// count asks how many rows a series has: a request of one row.
func (r *sourceReader) count(of plan.Series) (int64, error) {
	answer, err := r.x.first(r.ctx, of)
	return answer.total, err
}

// endPart goes on with the next part, if there is one, unless the one that has ended had not the rows that were
// counted.
func (r *sourceReader) endPart() error {
	if counted := r.parts[r.part].Rows; r.inPart != counted {
		err := r.incomplete(&series.IncompleteError{Site: r.series.Site(), Arrived: r.inPart, Total: counted})
		if err != nil {
			return err
		}
	}
	if r.part++; r.part == len(r.parts) {
		r.ended = true
		return nil
	}
	r.beginPart()
	return nil
}
