package serpstat

import (
	"context"
	"sync"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
)

// statement is what the scans of a statement share.
type statement struct {
	once   sync.Once
	budget *execute.Budget
	scope  *series.Scope
}

type statementKey struct{}

// Statement returns a context whose scans are those of one statement: they share one budget of the connection's
// max_credits, if it has any, and are given the same rows.
func Statement(ctx context.Context) context.Context {
	return context.WithValue(ctx, statementKey{}, &statement{scope: series.NewScope()})
}

// statementOf is what a scan shares with others of its statement. Steampipe does not tell which they are, so that there
// each scan is on its own.
func statementOf(ctx context.Context, s settings) (*execute.Budget, *series.Scope) {
	shared, ok := ctx.Value(statementKey{}).(*statement)
	if !ok {
		return s.budget(), nil
	}
	shared.once.Do(func() { shared.budget = s.budget() })
	return shared.budget, shared.scope
}

func (s settings) budget() *execute.Budget {
	switch {
	case s.maxCredits == 0:
		return nil
	case s.guarded:
		return execute.DefaultBudget(s.maxCredits)
	}
	return execute.NewBudget(s.maxCredits)
}
