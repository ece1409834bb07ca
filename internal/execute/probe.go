package execute

import (
	"context"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// mostProbes is how many requests may ask how contains reads letters before a scan: for a field that may hold anything,
// and for those that have a word in common, each time once more for a piece of the row that has come.
const mostProbes = 4

// probe returns the request that can narrow the scan's filter, if one can and is worth its credit. It is for other
// fields than those that have been asked for.
func (x *Execution) probe(asked map[string]bool) (probe plan.Probe, ok bool) {
	if left := x.Budget.left(); left != plan.NoGuard && left < plan.GuardedFirstPage && (x.demand.Bounded() || left < 2) {
		return probe, false // a LIMIT may be reached without it
	}
	return plan.FoldingProbe(x.plan, asked)
}

// learnFolding asks whether contains ignores the case of letters, where ILIKE could be pushed if it did, and plans
// anew; nothing where all rows are here. It tells for how many credits.
func (x *Execution) learnFolding(ctx context.Context) (credits int64, err error) {
	if _, ok := x.probe(nil); !ok || x.isHere(ctx) {
		return 0, nil
	}
	done, err := x.conn.ask(ctx, x.plan.Table)
	if err != nil {
		return 0, err
	}
	defer done()
	asked := map[string]bool{}
	for {
		if err := x.replan(x.plan.Input); err != nil { // others may have learned something meanwhile
			return credits, err
		}
		probe, ok := x.probe(asked)
		if !ok {
			return credits, nil
		}
		spent, err := x.settle(ctx, probe)
		if credits += spent; err != nil {
			return credits, err
		}
		for _, field := range probe.Asked() {
			asked[field] = true
		}
	}
}

// settle asks what a probe asks, and once more for a piece of the row that has come, where that one shows nothing.
func (x *Execution) settle(ctx context.Context, probe plan.Probe) (credits int64, err error) {
	price := x.plan.Table.Cost.Of(1)
	row, found, err := x.firstRow(ctx, probe.Series)
	credits, shown, weight := price, found && probe.Shows(row), 1
	if found && !shown {
		if of, ok := probe.Of(row); ok {
			probe, weight = of, MaxMisses // whatever comes of it is all there is to know
			row, found, err = x.firstRow(ctx, probe.Series)
			credits, shown = credits+price, found && probe.Shows(row)
		}
	}
	switch {
	case err != nil:
		if _, refused := refusedBy(err); !refused {
			return credits, err
		}
		credits -= price // a refusal is free, and shows nothing
		x.conn.missed(x.plan.Table, probe, 1)
	case shown:
		x.conn.folds(x.plan.Table, probe)
	default:
		x.conn.missed(x.plan.Table, probe, weight)
		if !found {
			x.unfound = append(x.unfound, probe)
		}
	}
	x.Log.Debug("serpstat contains", "fields", probe.Fields(), "shown to ignore case", shown)
	return credits, nil
}

// firstRow asks for one row of a series.
func (x *Execution) firstRow(ctx context.Context, of plan.Series) (row table.Row, found bool, err error) {
	answer, err := x.first(ctx, of)
	if err != nil || len(answer.rows) == 0 {
		return row, false, err
	}
	return answer.rows[0], true, nil
}

// seen looks whether a row of the site that was asked has what a probe has looked for in vain: then contains minds case,
// and nobody need ask again.
func (x *Execution) seen(source *plan.Source, row table.Row) {
	if len(x.unfound) == 0 || source.Key != x.plan.Sources[0].Key {
		return
	}
	x.unfound = slices.DeleteFunc(x.unfound, func(p plan.Probe) bool {
		occurs := p.Occurs(row)
		if occurs {
			x.conn.missed(x.plan.Table, p, MaxMisses)
		}
		return occurs
	})
}
