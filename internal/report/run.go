package report

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// Meter says what a run has used so far.
type Meter interface {
	// Spent is the credits that were spent, or may have been.
	Spent() int64
	// Recalled is what the rows have cost that were taken from earlier runs.
	Recalled() int64
}

// Bill is what a page will cost at most, before anything is bought.
type Bill struct {
	Most  int64 // credits
	Least int64 // of the cheapest forms, as if nothing had been bought
}

// Bill says what a page costs at most within a budget. Nothing is sent. An error is a [NotEnoughError] where the budget does
// not suffice for the cheapest forms.
func (p *Prepared) Bill(ctx context.Context, budget int64) (Bill, error) {
	bill := Bill{Least: p.reserve(p.script.Blocks, nil, price{})}
	now, paid := map[string]int64{}, map[string]int64{}
	used, short := int64(0), false
	for i, b := range p.script.Blocks {
		found := b.Optional
		for _, f := range b.Forms {
			here, err := p.here(ctx, f)
			if err != nil {
				return Bill{}, err
			}
			cost, worth := here.beyond(now), p.prices[f].beyond(paid)
			if cost == unknown {
				cost = worth
			}
			if cost == unknown { // it will be asked, and then is in full or not
				bill.Most = budget
				continue
			}
			if cost > 0 && worth > budget-used-p.reserve(p.script.Blocks[i+1:], paid, p.prices[f]) {
				continue
			}
			bill.Most, used = bill.Most+cost, used+worth
			here.pay(now)
			p.prices[f].pay(paid)
			found = true
			break
		}
		short = short || !found
	}
	if bill.Most = min(bill.Most, budget); short && bill.Least > budget {
		return bill, &NotEnoughError{Budget: budget, Needs: bill.Least}
	}
	return bill, nil
}

// CheckBudget finds a budget of the script's own that does not suffice, as [Problems]. Nothing is sent.
func (p *Prepared) CheckBudget(ctx context.Context) error {
	if p.script.Budget == 0 {
		return nil
	}
	_, err := p.Bill(ctx, p.script.Budget)
	if few := (*NotEnoughError)(nil); errors.As(err, &few) {
		return Problems{{p.script.budgetLine, fmt.Sprintf("@budget %d: the report needs %s at least", few.Budget, Credits(few.Needs))}}
	}
	return err
}

// here is what a form costs with what has been bought already.
func (p *Prepared) here(ctx context.Context, f *Form) (price, error) {
	if f.SQL == "" {
		return price{}, nil
	}
	here, _, err := priceOf(ctx, p.options.Engine, f.SQL, p.options.Args, false, false)
	return here, err
}

// Run makes the sections, within a budget that is never passed. begin is told of each before it is made.
//
// The cheapest form of each section is paid for first: what is left of the budget goes to the sections in their order. What
// an earlier run has bought counts as if it were bought now, so that a page that is made again is the same; what costs
// nothing is taken in any case.
func (p *Prepared) Run(ctx context.Context, budget int64, m Meter, begin func(i int, title string)) ([]Section, error) {
	own := *p // what the run learns of prices is its own
	own.prices = maps.Clone(p.prices)
	r := &runner{Prepared: &own, before: &p.quote, budget: budget, meter: m, paid: map[string]int64{}}
	for i, b := range p.script.Blocks {
		begin(i, withValues(b.Title, p.options.Values))
		if err := r.block(ctx, i, b); err != nil {
			return nil, fmt.Errorf("line %d%s: %w", r.line, titled(b.Title), err)
		}
	}
	return r.sections, r.dearer(ctx)
}

func titled(title string) string {
	if title == "" {
		return ""
	}
	return " (" + title + ")"
}

// leftOut says why a section has no rows.
func leftOut(s *Section) string {
	if s.Price == unknown {
		return "what it costs is not known before, and more than is left of the budget"
	}
	return "it would cost up to " + Credits(s.Price)
}

// Credits are so many credits in words.
func Credits(n int64) string { return Amount(n, "credit", "credits") }

// runner makes the sections of a page.
type runner struct {
	*Prepared
	before   *quote // what was known before
	budget   int64
	meter    Meter
	paid     map[string]int64 // for scans, by the sections so far
	full     []price          // of the sections so far
	sections []Section
	line     int // of the statement that runs
}

// block makes a section of the dearest form that the budget has.
func (r *runner) block(ctx context.Context, i int, b *Block) error {
	section := Section{Shape: b.Shape, Title: withValues(b.Title, r.options.Values)}
	r.full = append(r.full, r.prices[b.Forms[0]])
	for n, f := range b.Forms {
		r.line = f.At
		known, made, err := r.form(ctx, i, b, f, &section)
		if n == 0 {
			r.full[i] = known
		}
		if err != nil {
			return err
		}
		if !made {
			continue
		}
		if n > 0 {
			section.Form = withValues(f.What, r.options.Values)
		}
		r.sections = append(r.sections, section)
		return nil
	}
	section.SQL, section.Text, section.LeftOut = b.Forms[0].SQL, "", unmade
	r.sections = append(r.sections, section)
	return nil
}

// unmade stands for why a section is left out until all prices are told.
const unmade = "?"

// dearer says what sections cost in full that are not. Answers have told how many rows there are, also where nothing was left
// to ask for it; the budget with which a section is in full is certain only where it had been asked.
func (r *runner) dearer(ctx context.Context) error {
	for i := range r.sections {
		s, whole := &r.sections[i], r.script.Blocks[i].Forms[0]
		if s.Form == "" && s.LeftOut == "" {
			continue
		}
		if s.Price = r.full[i].beyond(nil); s.Price == unknown {
			here, err := r.here(ctx, whole)
			if err != nil {
				return err
			}
			s.Price = here.asIfNew(nil).beyond(nil)
		}
		if s.Needs = r.before.whole(i, r.full); s.Needs != unknown {
			s.Needs = roundUp(s.Needs)
		}
		if s.LeftOut != "" {
			s.LeftOut = leftOut(s)
		}
	}
	return nil
}

// form makes a section of a form, if the budget has it. known is what it costs, as far as that was found out.
func (r *runner) form(ctx context.Context, i int, b *Block, f *Form, s *Section) (known price, made bool, err error) {
	known = r.prices[f]
	if f.SQL == "" {
		s.Text = withValues(f.Text, r.options.Values)
		return known, true, nil
	}
	after := r.script.Blocks[i+1:]
	// What may be spent so that there is still enough for the cheapest form of this section, and of those after it: this one
	// may turn out to cost more.
	cheapest, most := r.cheapest(b, r.paid)
	spare := r.budget - r.used() - most - r.reserve(after, r.paid, r.prices[cheapest])
	here, err := r.here(ctx, f)
	if err != nil {
		return known, false, err
	}
	cost := here.beyond(nil)
	worth, asked := known.beyond(r.paid), int64(0)
	if cost == unknown && worth == unknown && !known.open {
		if spare < here.unknowns() {
			return known, false, nil
		}
		before := r.used()
		if here, _, err = priceOf(serpstat.Allow(ctx, spare), r.options.Engine, f.SQL, r.options.Args, false, true); err != nil {
			return known, false, passed(err)
		}
		asked = r.used() - before
		spare -= asked
		cost = here.beyond(nil)
	}
	if worth == unknown {
		known, worth = here.asIfNew(nil), here.asIfNew(r.paid).beyond(nil)
		r.learn(f, known)
		if worth != unknown {
			worth = max(worth-asked, 0) // the row that told it is one of them
		}
	}
	left := r.budget - r.used() - r.reserve(after, r.paid, known)
	if cost != 0 && worth != unknown && worth > left {
		return known, false, nil
	}
	guard := spare
	if worth != unknown {
		guard = max(spare, min(worth+asked, left))
	}
	if f == cheapest {
		guard = left
	}
	if cost != 0 && guard <= 0 {
		return known, false, nil
	}
	if err := r.rows(serpstat.Allow(ctx, max(guard, 0)), b, f, s); err != nil {
		return known, false, passed(err)
	}
	known.pay(r.paid)
	return known, true, nil
}

// used is what the budget has less: what was spent, and what rows of earlier runs have cost.
func (r *runner) used() int64 { return r.meter.Spent() + r.meter.Recalled() }

// passed is nil for an error by which a statement would have cost more than it was allowed.
func passed(err error) error {
	var over *execute.BudgetError
	var plan *execute.PlanError
	if errors.As(err, &over) || errors.As(err, &plan) {
		return nil
	}
	return err
}

// rows runs a form, and takes its rows into a section.
func (r *runner) rows(ctx context.Context, b *Block, f *Form, s *Section) error {
	rows, err := r.options.Engine.Query(ctx, f.SQL, r.options.Args...)
	if err != nil {
		return r.options.phrase(f.SQL, err)
	}
	s.SQL, s.About, s.Rows, s.Columns = f.SQL, f.About, nil, b.columns(f, rows.Columns(), rows.Types())
	for rows.Next() {
		s.Rows = append(s.Rows, rows.Values())
	}
	if err := rows.Close(); err != nil {
		return r.options.phrase(f.SQL, err)
	}
	s.Text = withValues(b.textOf(f), r.options.Values)
	if b.Shape == Text {
		s.Text = withFigures(b.textOf(f), r.options.Values, s.Columns, s.Rows)
	}
	return checkLevels(b, s.Rows)
}

// checkLevels finds an alert that is of no colour.
func checkLevels(b *Block, rows [][]any) error {
	for _, row := range rows {
		if level, _ := row[0].(string); b.Shape == Alert && level != "green" && level != "amber" && level != "red" {
			return fmt.Errorf("an alert is green, amber or red, and the statement has %q in its first column", fmt.Sprint(row[0]))
		}
	}
	return nil
}

// Head is the page's title and text.
func (p *Prepared) Head() (title, text string) {
	return withValues(p.script.Title, p.options.Values), withValues(p.script.Text, p.options.Values)
}

// PriceLine is what a form of a section costs.
type PriceLine struct {
	Title, Form string // the section's, and the form's; "" is the section in full
	Credits     int64  // at most; -1 is as many as there are rows
	Open, Here  bool   // it depends on rows; some of it is here
	Optional    bool   // it is the last form, and the section may be left out
}

// Explain says what each form of each section costs. With estimate the API is asked for what is not known, for a credit each.
func (p *Prepared) Explain(ctx context.Context, estimate bool) ([]PriceLine, error) {
	var list []PriceLine
	for _, b := range p.script.Blocks {
		for n, f := range b.Forms {
			l := PriceLine{Title: withValues(b.Title, p.options.Values), Form: withValues(f.What, p.options.Values), Optional: b.Optional && n == len(b.Forms)-1}
			if f.SQL != "" {
				now, _, err := priceOf(ctx, p.options.Engine, f.SQL, p.options.Args, false, estimate)
				if err != nil {
					return nil, err
				}
				l.Credits, l.Open = now.beyond(nil), now.open
				worth := p.prices[f].beyond(nil)
				l.Here = worth != unknown && l.Credits < worth
			}
			list = append(list, l)
		}
	}
	return list, nil
}
