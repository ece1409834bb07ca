package execute

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// ScanPlan is how one scan of one domain would be answered.
type ScanPlan struct {
	Table, Domain           string
	Params                  []string // of the request, but for the domain, as name = value
	Sort, Order             string
	Filter                  string   // complexFilter as JSON, "" is none
	Clauses                 []Clause // on columns of the rows
	Limit                   int64    // -1 is none
	PageSizes               []int    // of the first requests
	MaxCredits, MaxRequests int64    // -1: as many as the domain has rows
	Total                   int64    // rows that the API has for it; -1 where it was not asked
	Cost                    table.Cost
	Here                    int64     // rows of it that have been bought
	Bought                  time.Time // when they were
	Notes                   []string
}

// Clause is a WHERE clause and what the API's filter achieves for it. Each is checked on this side too.
type Clause struct {
	SQL    string
	Pushed plan.Pushed
}

// Explain tells the scan's plan, for each source that it would read, and sends nothing but the questions for totals
// where estimate is set.
func (x *Execution) Explain(ctx context.Context, estimate bool, tell func(ScanPlan)) error {
	if len(x.plan.Sources) == 0 {
		p := ScanPlan{Table: x.plan.Table.Name, Limit: x.plan.Limit, Total: -1, Notes: []string{"no row can match: nothing is asked"}}
		for _, c := range x.plan.Residual.Clauses() {
			p.Clauses = append(p.Clauses, Clause{SQL: c})
		}
		tell(p)
	}
	probe, probed := x.probe(nil)
	learned := int64(0)
	if probed && estimate {
		var err error
		if learned, err = x.learnFolding(ctx); err != nil {
			return err
		}
	}
	for i, source := range x.plan.Sources {
		have := x.here(ctx, source.Series)
		p := x.describe(source, have)
		if probed && i == 0 && !have.all {
			p.Notes = append(p.Notes, fmt.Sprintf("before it, for %s and %d at most, it is asked whether the API's contains ignores case in %s; where it does, the filter also looks for letters",
				table.Credits(p.Cost.Of(1)), mostProbes*p.Cost.Of(1), strings.Join(probe.Fields(), ", ")))
		}
		if estimate && x.plan.Table.CountsRows && !have.all {
			answer, err := x.first(ctx, source.Series)
			if err == nil {
				err = x.checkWords(ctx, source.Series, answer.rows, false)
			}
			if err != nil {
				return err
			}
			p.Total = answer.total
			if most := x.most(source.Series, answer, have); p.MaxCredits < 0 || p.MaxCredits > most {
				p.MaxCredits = most
			}
			if probed && i == 0 {
				p.MaxCredits += learned
			}
		}
		if !have.all {
			x.addAdvice(&p, source)
		}
		tell(p)
	}
	return nil
}

// here is what has been bought of a series, and may be used.
type here struct {
	all         bool  // that is needed of it
	rows, total int64 // total is -1 where it is not known
	bought      time.Time
	recheck     int64 // credits at most, before more is bought, to see whether the rows are still so
}

func (x *Execution) here(ctx context.Context, of plan.Series) here {
	if in := x.included(ctx, of); in != nil {
		defer in.close()
		return here{true, in.pages.Total(), in.pages.Total(), in.pages.Begun(), 0}
	}
	known, o := x.reading(of)
	rows, total, bought := x.conn.Store.Here(known, o)
	if rows > 0 && total > x.plan.RowCap {
		r := x.open(ctx, of)
		if parts, found := r.Note().([]plan.Part); found {
			_, rows = x.unboughtParts(ctx, of, parts, rows)
		}
		r.Close()
	}
	recheck := int64(0)
	if rows > 0 {
		recheck = x.conn.Store.Rechecked(bought) * of.Table.Cost.Of(1)
	}
	return here{false, rows, total, bought, recheck}
}

// addAdvice notes what else a source may cost, and what would cost less.
func (x *Execution) addAdvice(p *ScanPlan, source plan.Source) {
	if more := x.wordQuestions(source); more > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("where no row of several words comes, it is asked whether they do, for %s at most", table.Credits(more)))
		if p.MaxCredits >= 0 {
			p.MaxCredits += more
		}
	}
	for _, cheaper := range x.plan.Table.Cheaper {
		if x.plan.Only == cheaper.Column {
			p.Notes = append(p.Notes, fmt.Sprintf("if it is to be grouped by %s: %s has %s", cheaper.Column, cheaper.Table, cheaper.Has))
		}
	}
}

// wordQuestions is what [Execution.checkWords] may ask for.
func (x *Execution) wordQuestions(source plan.Source) int64 {
	if !source.Series.MayLackWords() || x.conn.wordsOf(x.plan.Table) != wordsUnknown {
		return 0
	}
	return 2 * x.plan.Table.Cost.Of(1)
}

// most is what it can cost to read all rows of a series of which some are here: the others' price, what looking into
// borders takes, and past the row cap what finding parts takes.
func (x *Execution) most(of plan.Series, known first, have here) int64 {
	price := of.Table.Cost
	credits := price.Of(int(known.total))
	if have.rows > 0 {
		credits = price.Of(int(known.total-have.rows)) + have.recheck
	}
	if known.total > int64(x.demand.FirstPage(x.Budget.left())) {
		credits += series.MostChecks(known.total) * price.Of(1)
	}
	first := int64(-1)
	if len(known.rows) > 0 && of.Dividable() {
		first, _ = known.rows[0].Cell(of.Table.FieldOf(of.Order.Column)).Count()
	}
	return credits + of.MostProbes(known.total, x.plan.RowCap, first)*price.Of(1)
}

// ExplainTotals tells the plan of [Execution.Totals].
func (x *Execution) ExplainTotals(ctx context.Context, name string, tell func(ScanPlan)) {
	for _, source := range x.plan.Sources {
		p := about(x.plan, source)
		p.Table, p.Limit, p.PageSizes, p.MaxCredits, p.MaxRequests = name, 1, []int{1}, x.plan.Table.Cost.Of(1), 1
		if have := x.here(ctx, source.Series); have.total >= 0 {
			p.costsNothing(have)
		}
		tell(p)
	}
}

func about(p *plan.Plan, source plan.Source) ScanPlan {
	out := ScanPlan{Table: p.Table.Name, Domain: source.Series.Site(), Sort: source.Series.Request.Sort, Order: source.Series.Request.Order,
		Limit: p.Limit, MaxCredits: -1, MaxRequests: -1, Total: -1, Cost: p.Table.Cost}
	for _, a := range source.Series.Request.Args[1:] {
		out.Params = append(out.Params, fmt.Sprintf("%s = %v", columnOf(p.Table, a), a.Value))
	}
	return out
}

// columnOf is the column of a parameter that is sent.
func columnOf(t *table.Table, a table.Arg) string {
	for _, p := range t.Params {
		if p.Name == a.Name {
			return p.Column
		}
	}
	return a.Name
}

// shownPages is how many pages' sizes a plan shows.
const shownPages = 5

// costsNothing says that what is needed is here.
func (p *ScanPlan) costsNothing(have here) {
	p.PageSizes, p.MaxRequests, p.MaxCredits, p.Total = nil, 0, 0, have.total
	p.Here, p.Bought = max(have.rows, 1), have.bought
}

func (x *Execution) describe(source plan.Source, have here) ScanPlan {
	p := about(x.plan, source)
	p.Here, p.Bought, p.Total = have.rows, have.bought, have.total
	if filter := source.Series.Request.Filter; len(filter) > 0 {
		b, _ := table.Encode(filter) // texts and numbers
		p.Filter = string(b)
	}
	for _, d := range source.Decisions {
		p.Clauses = append(p.Clauses, Clause{d.Qual.String(), d.Pushed})
	}
	if have.all || x.countsOnly() && have.total >= 0 {
		p.costsNothing(have)
		return p
	}
	if x.countsOnly() {
		p.PageSizes, p.MaxRequests, p.MaxCredits = []int{1}, 1, p.Cost.Of(1)
		p.Notes = append(p.Notes, "the rows are only counted: the API's total says how many there are")
		return p
	}
	if t := x.plan.Table; !t.CountsRows {
		p.PageSizes, p.MaxRequests, p.MaxCredits = []int{t.Page.MaxSize}, 1, p.Cost.Of(t.Page.MaxSize)
		return p
	}
	guard, rowCap := x.Budget.left(), x.plan.RowCap
	pages := plan.NewPages(x.plan.Table, x.demand.FirstPage(guard), rowCap)
	// As if every row matched, and none of another source came before it.
	at := plan.Progress{Spellings: int64(len(source.Spellings)), Guard: guard}
	limit := x.demand.Left(at)
	requests, credits := int64(0), int64(0)
	if have.rows > 0 {
		at.Taken, at.Streamed, credits = have.rows, have.rows*at.Spellings, have.recheck
	}
	for ; at.Taken < rowCap && (x.demand.Bounded() || requests < shownPages); requests++ {
		want := x.demand.Next(at)
		if x.demand.Bounded() && want <= 0 {
			break
		}
		size := pages.Size(at.Taken, want, x.plan.Table.Page.MaxSize)
		if requests < shownPages {
			p.PageSizes = append(p.PageSizes, size)
		}
		at.Taken, at.Streamed, credits = at.Taken+int64(size), at.Streamed+int64(size)*at.Spellings, credits+p.Cost.Of(size)
	}
	if requests == 0 {
		credits = 0
	}
	switch maxSize := int64(x.plan.Table.Page.MaxSize); {
	case x.demand.Bounded() && x.plan.Exact:
		if x.ordered() && requests > 1 {
			credits += series.MostChecks(limit) * p.Cost.Of(1)
		}
		p.MaxRequests, p.MaxCredits = requests, credits
		if more := limit - at.Taken; more > 0 { // past the cap, in parts that requests of a row find
			p.MaxRequests += (more + maxSize - 1) / maxSize
			p.MaxCredits += p.Cost.Of(int(more)) + limit/maxSize*p.Cost.Of(1)
		}
	case have.total >= 0:
		p.MaxCredits = x.most(source.Series, first{total: have.total}, have)
	case x.demand.Bounded():
		p.Notes = append(p.Notes, "more pages follow if rows of the first do not match")
	}
	return p
}

// String lays the plan out for a terminal.
func (p ScanPlan) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "%s\n", p.Table)
	if p.Domain != "" {
		line("domain", "%s", p.Domain)
	}
	for _, param := range p.Params {
		name, value, _ := strings.Cut(param, " = ")
		line(strings.ReplaceAll(name, "_", " "), "%s", value)
	}
	if p.Sort != "" {
		line("order", "%s %s", p.Sort, p.Order)
	}
	if p.Filter != "" {
		line("filter", "%s", p.Filter)
	}
	for _, c := range p.Clauses {
		line("where", "%s (%s)", c.SQL, pushedWords[c.Pushed])
	}
	if p.Limit >= 0 {
		line("limit", "%d rows", p.Limit)
	}
	if len(p.PageSizes) > 0 {
		line("pages", "%s rows", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(p.PageSizes)), ", "), "[]")+p.more())
	}
	if p.Total >= 0 {
		line("total", "%d rows", p.Total)
	}
	if p.Here > 0 {
		line("cache", "%s, %s old", table.Amount(p.Here, "row"), Age(time.Since(p.Bought)))
	}
	switch {
	case p.Domain == "":
		line("cost", "0 credits")
	case p.MaxCredits >= 0:
		line("cost", "at most %s", table.Credits(p.MaxCredits))
	default:
		line("cost", "at most %s (--estimate counts them, for %s)", p.Cost, table.Credits(p.Cost.Of(1)))
	}
	for _, n := range p.Notes {
		line("note", "%s", n)
	}
	return b.String()
}

// Age writes how long ago something was, in its largest unit.
func Age(d time.Duration) string {
	for _, unit := range []struct {
		name string
		is   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if d >= unit.is {
			return table.Amount(int64(d/unit.is), unit.name)
		}
	}
	return table.Amount(int64(max(d, 0)/time.Second), "second")
}

var pushedWords = map[plan.Pushed]string{
	plan.Exact:       "filtered by the API",
	plan.Inexact:     "filtered by the API in part, checked here",
	plan.Unsupported: "checked here",
}

func (p ScanPlan) more() string {
	if p.Limit < 0 || p.MaxRequests > int64(len(p.PageSizes)) {
		return ", …"
	}
	return ""
}
