package serpstat

import (
	"context"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// mostMisses is how many probes may fail to show that contains ignores case, before a process takes it that
// it does not: one may have met a domain without rows.
const mostMisses = 2

// probe returns the request that can narrow the scan's filter, if one can and is worth its credit.
func (s *scan) probe() (probe outlink.Probe, ok bool) {
	if !s.conn.probes() || s.budget != nil && s.budget.left() < outlink.GuardedFirstPage {
		return probe, false
	}
	return outlink.FoldingProbe(s.input)
}

// learnFolding asks, for one credit, whether contains ignores the case of letters, where ILIKE could be pushed
// if it did, and plans anew. What the API shows is known for as long as the process lives.
func (s *scan) learnFolding(ctx context.Context) error {
	probe, ok := s.probe()
	if !ok {
		return nil
	}
	answer, err := s.buy(ctx, probe.Series, 1, 1, 1)
	if err != nil && serpstatapi.KindOf(err) != serpstatapi.KindFilterRefused { // a refusal is free, and shows nothing
		return err
	}
	shown := false
	if err == nil && len(answer.Rows) > 0 {
		row := rowOf(&answer.Rows[0])
		shown = probe.Shows(&row)
	}
	s.conn.probed(probe, shown)
	s.logger.Debug("serpstat contains", "fields", probe.Fields(), "shown to ignore case", shown)
	return s.replan()
}
