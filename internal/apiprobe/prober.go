package apiprobe

import (
	"context"
	"errors"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// prober is one run.
type prober struct {
	Options
	ctx      context.Context
	budget   *execute.Budget
	known    map[key]string // what holds
	subjects map[*table.Table]*subject
	report   Report
}

type key struct{ method, question, of string }

func newProber(ctx context.Context, o Options) *prober {
	p := &prober{Options: o, ctx: ctx, budget: execute.NewBudget(o.Most), known: map[key]string{}, subjects: map[*table.Table]*subject{}}
	for _, f := range o.Known {
		p.known[key{f.Method, f.Question, f.Of}] = f.Holds
	}
	return p
}

// holds is what is known of a question, "" where nothing is.
func (p *prober) holds(t *table.Table, question, of string) string {
	return p.known[key{t.Method, question, of}]
}

func (p *prober) learn(t *table.Table, question, of, holds string) {
	p.known[key{t.Method, question, of}] = holds
	p.Learn(execute.Fact{Method: t.Method, Question: question, Of: of, Holds: holds})
}

// Undecided is an error that leaves one question open, in words.
type undecided string

func (e undecided) Error() string { return string(e) }

const spentAll undecided = "the credits that were allowed are spent"

// untold is an error that leaves a question open which the site's links cannot answer, in words: it is not asked again of
// the same site.
type untold string

func (e untold) Error() string { return string(e) }

const noRows untold = "there are no rows of the site"

// cannotTell is why a site is known not to answer a step's question, "" where it may.
func (p *prober) cannotTell(s step) untold {
	return untold(p.holds(s.table, execute.AskedOf, p.Site+" "+s.question))
}

// answer is what has come of a request.
type answer struct {
	rows  []table.Row
	total int64
}

// nothing reports that there are no such rows: none came, and none are counted.
func (a answer) nothing() bool { return len(a.rows) == 0 && a.total == 0 }

// send asks for a page of a method's rows within the budget. An error is an [undecided] one where only this question
// cannot be asked.
func (p *prober) send(t *table.Table, r table.Request) (answer, error) {
	got, err := p.API.Rows(p.budget.Pays(p.ctx, r.Site(), t.Cost.Of(r.Size)), t, r)
	var over *execute.BudgetError
	switch {
	case errors.As(err, &over):
		return answer{}, spentAll
	case p.ctx.Err() != nil:
		return answer{}, context.Cause(p.ctx)
	case err != nil:
		return answer{}, err
	}
	return answer{got.Rows.All(), got.Total}, nil
}

// find asks for one row by a filter. A filter that is refused leaves the question open.
func (p *prober) find(t *table.Table, filter table.Filter) (answer, error) {
	got, err := p.send(t, p.request(t, filter, 1))
	switch serpstatapi.KindOf(err) {
	case serpstatapi.KindFilterRefused, serpstatapi.KindBadRequest:
		return got, undecided("Serpstat refuses the request by which it is asked: " + err.Error())
	}
	return got, err
}

// request is one for the first rows of the site, by a filter.
func (p *prober) request(t *table.Table, filter table.Filter, size int) table.Request {
	r := table.Request{Filter: filter, Page: 1, Size: size}
	for _, param := range t.Params {
		switch {
		case param.Form == table.Site:
			r.Args = append(r.Args, table.Arg{Name: param.Name, Value: p.Site})
		case param.Default != "":
			r.Args = append(r.Args, table.Arg{Name: param.Name, Value: param.Default})
		}
	}
	if by := t.FieldOf(t.Sort.Divide); by >= 0 {
		r.Sort, r.Order = t.Fields[by].Sort, "desc"
	}
	return r
}

// with returns the request with another value of a parameter, or with one more.
func with(t *table.Table, r table.Request, name, value string) table.Request {
	var args []table.Arg
	for _, param := range t.Params { // in their order
		i := slices.IndexFunc(r.Args, func(a table.Arg) bool { return a.Name == param.Name })
		switch {
		case param.Name == "":
		case param.Name == name:
			args = append(args, table.Arg{Name: name, Value: value})
		case i >= 0:
			args = append(args, r.Args[i])
		}
	}
	r.Args = args
	return r
}

func (p *prober) rowCap(t *table.Table) int64 {
	if p.RowCap > 0 {
		return p.RowCap
	}
	return t.Page.RowCap
}

// unknown are those of which nothing is known.
func (p *prober) unknown(t *table.Table, question string, list ...string) []string {
	return slices.DeleteFunc(list, func(of string) bool { return p.holds(t, question, of) != "" })
}

// takes reports a comparison that is not known to be refused.
func (p *prober) takes(t *table.Table, field, compare string) bool {
	return p.holds(t, execute.AskedCompare, field+" "+compare) != execute.IsRefused
}

// finds reports a comparison that is known to find what it should.
func (p *prober) finds(t *table.Table, field, compare string) bool {
	return p.holds(t, execute.AskedCompare, field+" "+compare) == execute.Finds
}

func fieldOf(t *table.Table, filter string) int {
	return slices.IndexFunc(t.Fields, func(f table.Field) bool { return f.Filter.Field == filter })
}
