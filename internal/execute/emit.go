package execute

import (
	"context"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// emit streams a row that matches, once for each spelling of its parameters. A row that only the database can judge is
// streamed too, and not counted under a LIMIT: the database checks all and cuts.
func (x *Execution) emit(ctx context.Context, source *plan.Source, row table.Row) error {
	x.seen(source, row)
	verdict := x.plan.Residual.Match(row)
	if verdict == plan.No {
		return nil
	}
	for _, spelling := range source.Spellings {
		item := &Item{row, spelling}
		switch {
		case verdict == plan.Yes:
			x.streamed++
			x.send(ctx, item)
		case x.mustHold():
			if err := x.hold(item); err != nil {
				return err
			}
		default:
			x.send(ctx, item)
		}
		if x.full() {
			break
		}
	}
	return ctx.Err()
}

func (x *Execution) send(ctx context.Context, item *Item) {
	x.sent++
	x.Reader.Row(ctx, item)
}

// full reports that the LIMIT is reached.
func (x *Execution) full() bool { return x.plan.Limit >= 0 && x.streamed >= x.plan.Limit }
