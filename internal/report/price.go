package report

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// unlimited is more than any budget.
const unlimited = 1 << 50

// unknown is a price that has no bound yet.
const unknown = -1

// price is what a statement can cost.
type price struct {
	scans map[string]int64 // credits at most, unknown for as many as there are rows, by what is asked
	had   map[string]int64 // what the rows of scans have cost that are here
	open  bool             // what else it asks depends on rows
}

// asIfNew is what it costs with what is here, but for what this run has paid for.
func (p price) asIfNew(paid map[string]int64) price {
	all := price{scans: maps.Clone(p.scans), open: p.open}
	for of, cost := range p.had {
		if _, ours := paid[of]; !ours && all.scans[of] != unknown {
			all.scans[of] += cost
		}
	}
	return all
}

// beyond is what it costs at most where some has been paid for already; unknown where there is no bound.
func (p price) beyond(paid map[string]int64) (credits int64) {
	for of, most := range p.scans {
		if most == unknown {
			return unknown
		}
		credits += max(0, most-paid[of])
	}
	if p.open {
		return unknown
	}
	return credits
}

// with is the price where what some scans cost has been told.
func (p price) with(told map[string]int64) price {
	scans := maps.Clone(p.scans)
	for of, most := range scans {
		if credits, ok := told[of]; ok && most == unknown {
			scans[of] = credits
		}
	}
	return price{scans: scans, had: p.had, open: p.open}
}

// told are the bounds of scans that have none in this price.
func (p price) told(by price) map[string]int64 {
	bounds := map[string]int64{}
	for of, most := range p.scans {
		if now, ok := by.scans[of]; ok && most == unknown && now != unknown {
			bounds[of] = now
		}
	}
	return bounds
}

// pay notes that it has been paid for, as far as its price is known.
func (p price) pay(paid map[string]int64) {
	for of, most := range p.scans {
		if most != unknown {
			paid[of] = max(paid[of], most)
		}
	}
}

// priceOf explains a statement. With anew it is told as if nothing had been bought; with estimate the API is asked where
// there is no other bound, for a credit each.
func priceOf(ctx context.Context, e *sqlengine.Engine, sql string, args []any, anew, estimate bool) (p price, o sqlengine.Outline, err error) {
	p.scans, p.had = map[string]int64{}, map[string]int64{}
	if anew {
		ctx = serpstat.Anew(ctx)
	}
	if !estimate { // nothing is spent: the price is the same whatever the connection may spend
		ctx = serpstat.Allow(ctx, unlimited)
	}
	ctx = serpstat.Explain(ctx, estimate, func(s execute.ScanPlan) {
		of := strings.Join([]string{s.Table, s.Domain, strings.Join(s.Params, ","), s.Sort, s.Order, s.Filter}, "\x00")
		if before, told := p.scans[of]; !told || before != unknown && (s.MaxCredits == unknown || s.MaxCredits > before) {
			p.scans[of] = s.MaxCredits
		}
		if s.Here > 0 {
			p.had[of] = s.Cost.Of(int(s.Here))
		}
	})
	o, err = e.Outline(ctx, sql, args...)
	p.open = o.Unread > 0
	return p, o, err
}

// quote is what the forms of a script can cost, as if nothing had been bought.
type quote struct {
	script *Script
	prices map[*Form]price
}

// learn takes what a form turned out to cost into the prices of all forms that read the same.
func (q *quote) learn(f *Form, known price) {
	told := q.prices[f].told(known)
	for form, p := range q.prices {
		q.prices[form] = p.with(told)
	}
}

// cheapest is the form of a block that costs least where some has been paid for, and what it costs at most. Where none has a
// bound it is nil, and so it is where the section may be left out: for nothing.
func (q *quote) cheapest(b *Block, paid map[string]int64) (form *Form, credits int64) {
	if b.Optional {
		return nil, 0
	}
	for _, f := range b.Forms {
		if most := q.prices[f].beyond(paid); most != unknown && (form == nil || most < credits) {
			form, credits = f, most
		}
	}
	return form, credits
}

// reserve is what the cheapest forms of sections cost together, where some has been paid for and a form before them is.
func (q *quote) reserve(blocks []*Block, paid map[string]int64, before price) (credits int64) {
	sum := map[string]int64{}
	maps.Copy(sum, paid)
	before.pay(sum)
	for _, b := range blocks {
		form, most := q.cheapest(b, sum)
		if credits += most; form != nil {
			q.prices[form].pay(sum)
		}
	}
	return credits
}

// whole is the budget with which it is certain that a section is in full: what those up to it cost in full, with the cheapest
// forms of those behind it, and at each of them what asking for its price takes beside its cheapest form. It is unknown where
// the price of one is.
func (q *quote) whole(of int, full []price) (credits int64) {
	paid, sum := map[string]int64{}, int64(0)
	for i, p := range full[:of+1] {
		blocks := q.script.Blocks[i:]
		asking := q.prices[blocks[0].Forms[0]].unknowns()
		credits = max(credits, sum+q.reserve(blocks, paid, price{})+asking)
		most := p.beyond(paid)
		if most == unknown {
			return unknown
		}
		sum += most + asking // a site without rows has none of which the one that told it is
		p.pay(paid)
	}
	return max(credits, sum+q.reserve(q.script.Blocks[of+1:], paid, price{}))
}

// unknowns are the scans whose price has no bound.
func (p price) unknowns() (n int64) {
	for _, most := range p.scans {
		if most == unknown {
			n++
		}
	}
	return n
}

// roundUp leaves three digits of a number.
func roundUp(n int64) int64 {
	unit := int64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	return (n + unit - 1) / unit * unit
}

// NotEnoughError says that a budget does not suffice for the cheapest forms of a report's sections.
type NotEnoughError struct {
	Budget, Needs int64
	Left          bool // the budget is what the plan has left
}

func (e *NotEnoughError) Error() string {
	if e.Left {
		return fmt.Sprintf("the report needs a budget of %d credits at least, and the plan has %d left: wait until it is renewed", e.Needs, e.Budget)
	}
	return fmt.Sprintf("the report needs a budget of %d credits at least, and may spend %d: write --max-credits %[1]d", e.Needs, e.Budget)
}
