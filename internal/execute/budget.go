package execute

import (
	"fmt"
	"sync"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
)

// Budget is a limit of credits, shared by all executions that it is given to. Nil is no limit.
type Budget struct {
	mu    sync.Mutex
	most  int64
	spent int64 // or promised to requests under way, or perhaps charged
	lost  int64 // of it, perhaps charged: the answer was lost
	unset bool  // nobody has set most
}

// NewBudget returns a budget of so many credits.
func NewBudget(most int64) *Budget { return &Budget{most: most} }

// DefaultBudget returns a budget that nobody has set.
func DefaultBudget(most int64) *Budget { return &Budget{most: most, unset: true} }

// BudgetError says that a scan would cost more than max_credits allows.
type BudgetError struct {
	Site              string
	Cost, Most, Spent int64 // credits: what the scan needs, may spend in all, and has spent
	Lost              int64 // more that may have been charged for answers that were lost
	Known             bool  // Cost is what the API says, not what one more page would make it
	AtLeast           bool  // Cost is what it needs if all rows match
	Unset             bool  // nobody has set Most
}

func (e *BudgetError) Error() string {
	need := fmt.Sprintf("needs more than %d", e.Cost)
	if e.Known {
		need = costs(e.Cost, e.AtLeast)
	}
	lost := ""
	if e.Lost > 0 {
		lost = fmt.Sprintf(" (up to %d more may have been charged for answers that were lost)", e.Lost)
	}
	set, raise := "", "raise max_credits"
	if e.Unset {
		set, raise = " where it is not set", "set max_credits in serpstat.spc to what it may cost, 0 for no limit"
	}
	return fmt.Sprintf("reading %s %s credits, max_credits is %d%s and %d are spent%s: add a LIMIT or a filter, or %s (count(*) costs a credit)", e.Site, need, e.Most, set, e.Spent, lost, raise)
}

func costs(credits int64, atLeast bool) string {
	if atLeast {
		return fmt.Sprintf("costs at least %d", credits)
	}
	return fmt.Sprintf("costs %d", credits)
}

// refusal is the error of what the budget does not allow. The caller holds the lock.
func (b *Budget) refusal(site string, cost int64, known bool) *BudgetError {
	return &BudgetError{Site: site, Cost: cost, Most: b.most, Spent: b.spent - b.lost, Lost: b.lost, Known: known, Unset: b.unset}
}

// PlanError says that a scan would cost more than is left on the plan.
type PlanError struct {
	Site       string
	Cost, Left int64 // credits: what is still to be bought, and what the plan has left
	AtLeast    bool  // Cost is what it needs if all rows match
}

func (e *PlanError) Error() string {
	return fmt.Sprintf("reading %s %s more credits, and the plan has %d left: add a LIMIT or a filter, or wait until the plan is renewed", e.Site, costs(e.Cost, e.AtLeast), e.Left)
}

// reserve promises credits to a request, or refuses.
func (b *Budget) reserve(site string, credits int64) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+credits > b.most {
		return b.refusal(site, b.most, false)
	}
	b.spent += credits
	return nil
}

// left is how many credits may still be spent.
func (b *Budget) left() int64 {
	if b == nil {
		return plan.NoGuard
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.most-b.spent, 0)
}

// settle replaces a promise by what the request cost. Where that is not known, it counts as spent.
func (b *Budget) settle(promised, cost int64, known bool) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !known {
		b.lost += promised
		return
	}
	b.spent += cost - promised
}

// purchase is a request that a budget pays for: a [table.Payer].
type purchase struct {
	budget  *Budget
	site    string
	credits int64 // the most that it costs
	leaves  func()
}

// Reserve is asked when the request has got its turn.
func (p purchase) Reserve() (int64, error) {
	p.leaves()
	return p.credits, p.budget.reserve(p.site, p.credits)
}

func (p purchase) Settle(credits int64, known bool) { p.budget.settle(p.credits, credits, known) }

// checkTotal refuses a scan that needs so many credits beyond those spent, and total in all.
func (b *Budget) checkTotal(site string, credits, total int64, atLeast bool) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+credits > b.most {
		err := b.refusal(site, total, true)
		err.AtLeast = atLeast
		return err
	}
	return nil
}
