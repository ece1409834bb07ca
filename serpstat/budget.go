package serpstat

import (
	"context"
	"sync"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
)

type budgetKey struct{}

// ShareBudget returns a context whose scans share one budget of the connection's max_credits, if it has any:
// that of a statement.
func ShareBudget(ctx context.Context) context.Context {
	var once sync.Once
	var shared *execute.Budget
	return context.WithValue(ctx, budgetKey{}, func(s settings) *execute.Budget {
		once.Do(func() { shared = budgetOf(context.Background(), s) })
		return shared
	})
}

func budgetOf(ctx context.Context, s settings) *execute.Budget {
	if of, ok := ctx.Value(budgetKey{}).(func(settings) *execute.Budget); ok {
		return of(s)
	}
	if s.maxCredits > 0 {
		return execute.NewBudget(s.maxCredits)
	}
	return nil
}
