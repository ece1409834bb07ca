package execute

import (
	"context"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
)

// probe returns the request that can narrow the scan's filter, if one can and is worth its credit.
func (x *Execution) probe() (probe plan.Probe, ok bool) {
	if left := x.Budget.left(); !x.conn.probes(x.plan.Table) || left != plan.NoGuard && left < plan.GuardedFirstPage {
		return probe, false
	}
	return plan.FoldingProbe(x.plan)
}

// learnFolding asks, for one credit, whether contains ignores the case of letters, where ILIKE could be pushed
// if it did, and plans anew; nothing where all rows are here. What the API shows is known for as long as the process lives.
func (x *Execution) learnFolding(ctx context.Context) error {
	probe, ok := x.probe()
	if !ok || x.isHere(ctx) {
		return nil
	}
	answer, err := x.first(ctx, probe.Series)
	shown := false
	if err != nil {
		if _, refused := refusedBy(err); !refused { // a refusal is free, and shows nothing
			return err
		}
	} else if len(answer.rows) > 0 {
		shown = probe.Shows(answer.rows[0])
	}
	x.conn.probed(x.plan.Table, probe, shown)
	x.Log.Debug("serpstat contains", "fields", probe.Fields(), "shown to ignore case", shown)
	return x.replan(x.plan.Input)
}
