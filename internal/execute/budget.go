package execute

import (
	"context"
	"fmt"
	"sync"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Budget is a limit of credits, shared by all executions that it is given to. Nil is no limit.
type Budget struct {
	said  said
	raise Raise                                    // of a run
	ask   func(context.Context, *BudgetError) bool // whether to go on in spite of the limit; nil is no

	asking chan struct{} // holds one while somebody is asked
	mu     sync.Mutex
	most   int64
	spent  int64 // or promised to requests under way, or perhaps charged
	lost   int64 // of it, perhaps charged: the answer was lost
	denied bool  // who was asked has said no
}

// said is who has said how much may be spent.
type said uint8

const (
	byUser    said = iota
	byDefault      // of Steampipe's plugin
	byNobody       // a run has been given no limit
	ofRun          // the user has set it for a run
)

// Raise is what allows a run more.
type Raise struct {
	By      string // a flag or a command, behind which the number stands
	Limit   string // what the limit that holds is called
	FromNow bool   // the number counts from when it is written, and not from the run's beginning
}

// MaxCredits is the Raise of a run of the command, whose limit the config may have set.
var MaxCredits = Raise{By: "--max-credits", Limit: "max_credits"}

// NewBudget returns a budget of so many credits, which the user has set.
func NewBudget(most int64) *Budget { return newBudget(most, byUser, nil) }

// DefaultBudget returns a budget that nobody has set.
func DefaultBudget(most int64) *Budget { return newBudget(most, byDefault, nil) }

// SetRunBudget returns the budget of a run, which the user has set.
func SetRunBudget(most int64, raise Raise) *Budget { return runBudget(most, ofRun, raise, nil) }

// RunBudget returns the budget of a run for which no limit was given: what it may spend without a word. Beyond it ask is
// asked, one question at a time, with what it would cost; nil says no.
func RunBudget(most int64, raise Raise, ask func(context.Context, *BudgetError) bool) *Budget {
	return runBudget(most, byNobody, raise, ask)
}

func runBudget(most int64, said said, raise Raise, ask func(context.Context, *BudgetError) bool) *Budget {
	b := newBudget(most, said, ask)
	b.raise = raise
	return b
}

func newBudget(most int64, said said, ask func(context.Context, *BudgetError) bool) *Budget {
	return &Budget{most: most, said: said, ask: ask, asking: make(chan struct{}, 1)}
}

// BudgetError says that a scan would cost more than max_credits allows.
type BudgetError struct {
	Site              string
	Cost, Most, Spent int64 // credits: what the scan needs beyond those spent, may spend in all, and has spent
	Lost              int64 // more that may have been charged for answers that were lost
	Known             bool  // Cost is what the API says, not what one more page would make it
	AtLeast           bool  // Cost is what it needs if all rows match
	// Needs is what Most would have to be for the scan to come to its end, as far as is known.
	Needs int64
	// Follow is how many domains of a list come after this one, and cost more.
	Follow int64
	// Left is what the plan has left, -1 where that is not known; Requests is about how many it takes, at Rate a second.
	Left, Requests int64
	Rate           float64
	Denied         bool // who was asked whether to go on has said no
	said           said
	raise          Raise
}

// More is how many credits the scan costs beyond those spent, as far as is known.
func (e *BudgetError) More() int64 { return e.Needs - e.Spent - e.Lost }

func (e *BudgetError) Error() string {
	need := fmt.Sprintf("needs more than %d credits", e.Most)
	if e.Known {
		need = costs(e.Cost, e.AtLeast) + " more credits"
	}
	lost := ""
	if e.Lost > 0 {
		lost = fmt.Sprintf(" (up to %d more may have been charged for answers that were lost)", e.Lost)
	}
	if e.said == byNobody || e.said == ofRun {
		return e.ofRun(need, lost)
	}
	set, raise := "", "raise max_credits"
	if e.said == byDefault {
		set, raise = " where it is not set", "set max_credits in serpstat.spc to what it may cost, 0 for no limit"
	}
	return fmt.Sprintf("reading %s %s, max_credits is %d%s and %d are spent%s: add a LIMIT or a filter, or %s (count(*) costs a credit)", e.Site, need, e.Most, set, e.Spent, lost, raise)
}

// ofRun is the error of serpstat-sql, which says what to write.
func (e *BudgetError) ofRun(need, lost string) string {
	left, limit, allow := "", e.raise.Limit+" is", e.Needs
	if e.raise.FromNow {
		allow = max(e.More(), 1)
	}
	if e.Known && !e.AtLeast {
		need = fmt.Sprintf("costs at most %d more credits", e.More())
	}
	if e.Left >= 0 {
		left = fmt.Sprintf(" of %d left", e.Left)
	}
	if e.Denied {
		return fmt.Sprintf("stopped, and nothing more was bought: reading %s %s%s (%d are spent%s; %s %d asks no question)", e.Site, need, left, e.Spent, lost, e.raise.By, allow)
	}
	if e.said == byNobody {
		limit = "a run without " + e.raise.By + " may spend"
	}
	follow, more := "", ""
	if !e.Known {
		more = " or more"
	}
	if e.Follow > 0 {
		follow, more = ", and "+table.Amount(e.Follow, "more domain")+" may follow", " or more"
	}
	return fmt.Sprintf("reading %s %s%s, %s %d and %d are spent%s%s: write %s %d%s, or add a LIMIT or a filter (what was bought is not bought again)",
		e.Site, need, left, limit, e.Most, e.Spent, lost, follow, e.raise.By, allow, more)
}

func costs(credits int64, atLeast bool) string {
	if atLeast {
		return fmt.Sprintf("costs at least %d", credits)
	}
	return fmt.Sprintf("costs %d", credits)
}

// refusal is the error of what the budget does not allow. The caller holds the lock.
func (b *Budget) refusal(site string, cost int64, known bool) *BudgetError {
	return &BudgetError{Site: site, Cost: cost, Most: b.most, Spent: b.spent - b.lost, Lost: b.lost, Known: known, Needs: 2 * b.most, Left: -1, said: b.said, raise: b.raise}
}

// agrees asks whether to go on in spite of the limit, which is raised then.
func (b *Budget) agrees(ctx context.Context, over *BudgetError) bool {
	if b.ask == nil {
		return false
	}
	select {
	case b.asking <- struct{}{}:
		defer func() { <-b.asking }()
	case <-ctx.Done():
		return false
	}
	b.mu.Lock()
	denied, raised := b.denied, b.most > over.Most
	b.mu.Unlock()
	if denied || raised { // another scan has asked meanwhile
		over.Denied = denied
		return raised
	}
	agreed := b.ask(ctx, over)
	over.Denied = !agreed && ctx.Err() == nil
	b.mu.Lock()
	defer b.mu.Unlock()
	b.denied = over.Denied
	if agreed {
		b.most = max(b.most, over.Needs)
	}
	return agreed
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
func (b *Budget) reserve(ctx context.Context, site string, credits int64) error {
	for b != nil {
		over := b.promise(site, credits)
		if over == nil {
			break
		}
		if !b.agrees(ctx, over) {
			return over
		}
	}
	return nil
}

func (b *Budget) promise(site string, credits int64) *BudgetError {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+credits > b.most {
		return b.refusal(site, credits, false)
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
	ctx     context.Context // of the scan: whoever is asked is not asked for ever
	budget  *Budget
	site    string
	credits int64 // the most that it costs
	leaves  func()
}

// Reserve is asked when the request has got its turn.
func (p purchase) Reserve() (int64, error) {
	p.leaves()
	return p.credits, p.budget.reserve(p.ctx, p.site, p.credits)
}

// Pays returns a context whose request is paid for by the budget: it is about a site, and costs so many credits at most.
func (b *Budget) Pays(ctx context.Context, site string, credits int64) context.Context {
	return table.WithPayer(ctx, purchase{ctx, b, site, credits, func() {}})
}

// Spent is how many credits are spent, and how many more may have been charged for answers that were lost.
func (b *Budget) Spent() (spent, lost int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent - b.lost, b.lost
}

func (p purchase) Settle(credits int64, known bool) { p.budget.settle(p.credits, credits, known) }

// need is what a scan needs, as its first answer shows.
type need struct {
	site     string
	credits  int64 // beyond those spent
	most     int64 // of them, with what may come on top
	atLeast  bool  // if all rows match
	left     int64 // on the plan; -1 is not known
	requests int64 // about
	follow   int64 // domains that come after this one
	rate     float64
}

// check refuses a scan that needs more than is left of the budget.
func (b *Budget) check(n need) *BudgetError {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+n.credits <= b.most {
		return nil
	}
	err := b.refusal(n.site, n.credits, true)
	err.AtLeast, err.Needs, err.Left, err.Requests, err.Rate, err.Follow = n.atLeast, b.spent+n.most, n.left, n.requests, n.rate, n.follow
	return err
}
