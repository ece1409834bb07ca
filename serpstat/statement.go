package serpstat

import (
	"cmp"
	"context"
	"sync"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
)

// Guard is what a run may spend where its user has set no max_credits.
type Guard struct {
	// Most is how many credits it may spend without a word; 0 is as many as it needs.
	Most int64
	// Ask is asked before more is spent. Nil says no.
	Ask func(context.Context, *execute.BudgetError) bool
	// Limit, where it is not nil, says what it may spend at most, whoever is asked, in place of the connection's max_credits.
	Limit func() (most int64, limited bool)
	// Raise is what allows more; the zero value is the command's.
	Raise execute.Raise
}

// run is what the statements of a run share.
type run struct {
	guard  Guard
	once   sync.Once
	budget *execute.Budget
}

type runKey struct{}

// Run returns a context whose scans are those of one run: they share one budget, of the connection's max_credits if it has
// any, else of the guard.
func Run(ctx context.Context, guard Guard) context.Context {
	return context.WithValue(ctx, runKey{}, &run{guard: guard})
}

// Allow returns a context whose scans are those of a run that may spend so many credits and no more, whatever the
// connection's max_credits is. Nobody is asked.
func Allow(ctx context.Context, credits int64) context.Context {
	return Run(ctx, Guard{Limit: func() (int64, bool) { return credits, true }})
}

type explainKey struct{}

type explaining struct {
	estimate bool
	tell     func(execute.ScanPlan)
}

// Explain returns a context whose scans are told, and not made: nothing is sent and no row returned. With estimate the API is
// asked for each scan's total, for one credit.
func Explain(ctx context.Context, estimate bool, tell func(execute.ScanPlan)) context.Context {
	return context.WithValue(ctx, explainKey{}, &explaining{estimate, tell})
}

// explained says how the context's scans are to be told, nil where they are to be made.
func explained(ctx context.Context) *explaining {
	e, _ := ctx.Value(explainKey{}).(*explaining)
	return e
}

type anewKey struct{}

// Anew returns a context whose scans take nothing that was bought before: what they ask, and cost, is then the same whatever
// is here.
func Anew(ctx context.Context) context.Context { return context.WithValue(ctx, anewKey{}, true) }

func anew(ctx context.Context) bool { return ctx.Value(anewKey{}) != nil }

type scopeKey struct{}

// Statement returns a context whose scans are those of one statement: they are given the same rows.
func Statement(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, series.NewScope())
}

// shared is what a scan shares with others of its run and its statement. Steampipe does not tell which they are, so that
// there each scan is on its own.
func shared(ctx context.Context, s settings) (*execute.Budget, *series.Scope) {
	scope, _ := ctx.Value(scopeKey{}).(*series.Scope)
	r, ok := ctx.Value(runKey{}).(*run)
	if !ok {
		return s.budget(), scope
	}
	r.once.Do(func() { r.budget = r.guard.budget(s) })
	return r.budget, scope
}

func (g Guard) budget(s settings) *execute.Budget {
	limit, limited := s.maxCredits, s.maxCredits > 0
	if g.Limit != nil {
		limit, limited = g.Limit()
	}
	raise := cmp.Or(g.Raise, execute.MaxCredits)
	switch {
	case limited:
		return execute.SetRunBudget(limit, raise)
	case g.Most == 0:
		return nil
	}
	return execute.RunBudget(g.Most, raise, g.Ask)
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
