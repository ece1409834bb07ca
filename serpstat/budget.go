package serpstat

import (
	"context"
	"fmt"
	"sync"
)

// budget is a limit of credits, shared by all scans that it is given to.
type budget struct {
	mu    sync.Mutex
	most  int64
	spent int64 // or promised to requests under way
}

// BudgetError says that a scan would cost more than max_credits allows.
type BudgetError struct {
	Domain            string
	Cost, Most, Spent int64 // credits: what the scan needs, may spend in all, and has spent
	Known             bool  // Cost is what the API says, not what one more page would make it
}

func (e *BudgetError) Error() string {
	need := fmt.Sprintf("needs more than %d", e.Cost)
	if e.Known {
		need = fmt.Sprintf("costs %d", e.Cost)
	}
	return fmt.Sprintf("reading %s %s credits, max_credits is %d and %d are spent: add a LIMIT or a filter, or raise max_credits", e.Domain, need, e.Most, e.Spent)
}

// reserve promises credits to a request, or refuses.
func (b *budget) reserve(domain string, credits int64) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+credits > b.most {
		return &BudgetError{Domain: domain, Cost: b.most, Most: b.most, Spent: b.spent}
	}
	b.spent += credits
	return nil
}

// left is how many credits may still be spent.
func (b *budget) left() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.most-b.spent, 0)
}

// settle replaces a promise by what the request cost.
func (b *budget) settle(promised, cost int64) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent += cost - promised
}

// foresee refuses a scan that needs so many credits beyond those spent.
func (b *budget) foresee(domain string, credits, total int64) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+credits > b.most {
		return &BudgetError{Domain: domain, Cost: total, Most: b.most, Spent: b.spent, Known: true}
	}
	return nil
}

type budgetKey struct{}

// ShareBudget returns a context whose scans share one budget of the connection's max_credits, if it has any:
// that of a statement. It reaches a scan only with the SDK's query cache off.
func ShareBudget(ctx context.Context) context.Context {
	var once sync.Once
	var shared *budget
	return context.WithValue(ctx, budgetKey{}, func(s settings) *budget {
		once.Do(func() { shared = budgetOf(context.Background(), s) })
		return shared
	})
}

func budgetOf(ctx context.Context, s settings) *budget {
	if of, ok := ctx.Value(budgetKey{}).(func(settings) *budget); ok {
		return of(s)
	}
	if s.maxCredits > 0 {
		return &budget{most: s.maxCredits}
	}
	return nil
}
