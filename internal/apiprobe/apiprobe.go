// Package apiprobe settles questions that Serpstat's documentation leaves open, for one account: by requests of a row or
// two, each for a row that is known to be there, in words in which only one answer finds it. It spends no more than it was
// allowed, tells each answer as soon as it is sure, and says what a site's data cannot decide. It guesses nothing.
package apiprobe

import (
	"context"
	"errors"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// MostCredits is what the questions may cost together, whatever is answered.
const MostCredits = 40

// DefaultSite is a site whose links can tell: there are more than one request gives, of many pages, old and new.
const DefaultSite = "serpstat.com"

// Options say what is asked, and of whom.
type Options struct {
	API    execute.API
	Site   string              // a domain, as the API takes it
	Most   int64               // credits that may be spent
	Known  []execute.Fact      // is not asked
	Learn  func(execute.Fact)  // is told of each answer
	Asking func(method string) // is told before something is asked; nil is nobody
	RowCap int64               // rows that the API gives for one request; 0 is the declared number
}

// Report is what has come of it.
type Report struct {
	Spent, Lost int64 // credits; those lost may have been charged for answers that did not arrive
	Open        []Open
	Empty       []string // methods that give no rows of the site, which then can tell nothing
	Unasked     bool     // some were not asked, since the credits that were allowed are spent
}

// Open is a question without an answer, and why.
type Open struct{ Question, Method, Why string }

// Site is a domain in the form in which the API takes it.
func Site(written string) (string, error) {
	return plan.NormalizeDomain(plan.Named{Column: "the site"}, written)
}

// Needs is what questions cost at most that nobody knows the answer of, 0 where all are known. Several runs may be needed
// where that is [MostCredits].
func Needs(known []execute.Fact) (credits int64) {
	p := newProber(context.Background(), Options{Known: known})
	looked := map[*table.Table]bool{}
	for _, s := range steps() {
		if len(s.unknown(p, s.table)) == 0 {
			continue
		}
		if credits += s.most; !looked[s.table] {
			looked[s.table], credits = true, credits+looks(s.table)+1 // to see that the row is still there
		}
	}
	return min(credits, MostCredits)
}

// Run asks what nobody knows, what saves most first, until all is asked or no credit is left. An error is one of the API,
// or of ctx; what was learned before it stays.
func Run(ctx context.Context, o Options) (Report, error) {
	p := newProber(ctx, o)
	err := p.askAll()
	p.report.Spent, p.report.Lost = p.budget.Spent()
	return p.report, err
}

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

const (
	spentAll undecided = "the credits that were allowed are spent"
	noRows   undecided = "there are no rows of the site"
)

func (p *prober) askAll() error {
	for _, s := range steps() {
		unknown := s.unknown(p, s.table)
		if len(unknown) == 0 {
			continue
		}
		if p.Asking != nil {
			p.Asking(s.table.Method)
		}
		err := p.settle(s, unknown)
		var why undecided
		switch {
		case err == nil:
		case errors.Is(err, spentAll):
			p.report.Unasked = true
		case errors.Is(err, noRows):
			if !slices.Contains(p.report.Empty, s.table.Method) {
				p.report.Empty = append(p.report.Empty, s.table.Method)
			}
		case errors.As(err, &why):
			p.report.Open = append(p.report.Open, Open{s.question, s.table.Method, string(why)})
		default:
			return err
		}
	}
	return nil
}

func (p *prober) settle(s step, unknown []string) error {
	on, err := p.subject(s.table)
	if err != nil {
		return err
	}
	return s.ask(p, on, unknown)
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

// The tables whose questions are asked: the others have their facts from queries.
var (
	outlinks   = catalog.Of("serpstat_outlink")
	backlinks  = catalog.Of("serpstat_backlink")
	refDomains = catalog.Of("serpstat_ref_domain")
	outDomains = catalog.Of("serpstat_out_domain")
	anchors    = catalog.Of("serpstat_anchor")
	topPages   = catalog.Of("serpstat_top_page")
)
