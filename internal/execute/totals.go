package execute

import (
	"context"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
)

// Total is what one request of one row tells of a source.
type Total struct {
	Spelling  plan.Spelling
	Rows      int64 // that the API has for it
	LeftLines int64 // credits left on the plan; -1 where the API does not say
}

// Totals asks how many rows the API has for each source, and tells it for each of its spellings, as many as the LIMIT
// allows.
func (x *Execution) Totals(ctx context.Context, tell func(Total)) error {
	for _, source := range x.plan.Sources {
		answer, err := x.first(ctx, source.Series)
		if err != nil {
			return err
		}
		for _, spelling := range source.Spellings {
			tell(Total{spelling, answer.total, answer.leftLines})
			if x.streamed++; x.full() {
				return nil
			}
		}
	}
	return nil
}
