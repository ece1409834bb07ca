// Package apiprobe settles questions that Serpstat's documentation leaves open, for one account: by requests of a row or
// two, each for a row that is known to be there, in words in which only one answer finds it. It spends no more than it was
// allowed, tells each answer as soon as it is sure, and says what a site's data cannot decide. It guesses nothing.
package apiprobe

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// MostCredits is what the questions may cost together, whatever is answered.
const MostCredits = 40

// DefaultSite is a site whose links can tell: there are more than one request gives, of many pages, old and new.
const DefaultSite = "serpstat.com"

// Options say what is asked, and of whom.
type Options struct {
	API    execute.API
	Site   string             // a domain, as the API takes it
	Most   int64              // credits that may be spent
	Known  []execute.Fact     // is not asked
	Learn  func(execute.Fact) // is told of each answer
	Asking func(table string) // is told before something is asked; nil is nobody
	RowCap int64              // rows that the API gives for one request; 0 is the declared number
}

// Report is what has come of it.
type Report struct {
	Spent, Lost int64 // credits; those lost may have been charged for answers that did not arrive
	Open        []Open
	Empty       []*table.Table // that have no rows of the site, which then can tell nothing of them
	Unasked     bool           // some were not asked, since the credits that were allowed are spent
}

// Open is a question without an answer, and why.
type Open struct {
	Question string
	Table    *table.Table
	Why      string
}

// Untold are the questions that sites could not answer.
func Untold(known []execute.Fact) (list []Open) {
	p := newProber(context.Background(), Options{Known: known})
	for _, s := range steps() {
		for _, f := range known {
			_, question, _ := strings.Cut(f.Of, " ")
			if f.Method == s.table.Method && f.Question == execute.AskedOf && question == s.question && f.Holds != string(noRows) && len(s.unknown(p, s.table)) > 0 {
				list = append(list, Open{s.question, s.table, f.Holds})
			}
		}
	}
	return list
}

// Site is a domain in the form in which the API takes it.
func Site(written string) (string, error) {
	return plan.NormalizeDomain(plan.Named{Column: "the site"}, written)
}

// Needs is what questions cost at most that nobody knows the answer of, and the site may tell, 0 where there are none. ""
// is a site of which nothing is known. Several runs may be needed where that is [MostCredits].
func Needs(known []execute.Fact, site string) (credits int64) {
	p := newProber(context.Background(), Options{Known: known, Site: site})
	looked := map[*table.Table]bool{}
	for _, s := range steps() {
		if len(s.unknown(p, s.table)) == 0 || p.cannotTell(s) != "" {
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

func (p *prober) askAll() error {
	for _, s := range steps() {
		unknown := s.unknown(p, s.table)
		if len(unknown) == 0 {
			continue
		}
		err := error(p.cannotTell(s))
		if err == untold("") {
			if spent, lost := p.budget.Spent(); spent+lost >= p.Most {
				p.report.Unasked = true
				return nil
			}
			err = p.settle(s, unknown)
		}
		var why undecided
		var lacks untold
		switch {
		case err == nil:
		case errors.Is(err, spentAll):
			p.report.Unasked = true
		case errors.As(err, &lacks):
			p.lack(s, lacks)
		case errors.As(err, &why):
			p.report.Open = append(p.report.Open, Open{s.question, s.table, string(why)})
		default:
			return err
		}
	}
	return nil
}

// lack notes that the site cannot answer a step's question.
func (p *prober) lack(s step, why untold) {
	switch {
	case why != noRows:
		p.report.Open = append(p.report.Open, Open{s.question, s.table, string(why)})
	case !slices.Contains(p.report.Empty, s.table):
		p.report.Empty = append(p.report.Empty, s.table)
	}
	if p.cannotTell(s) == "" {
		p.learn(s.table, execute.AskedOf, p.Site+" "+s.question, string(why))
	}
}

func (p *prober) settle(s step, unknown []string) error {
	if p.Asking != nil {
		p.Asking(s.table.Name)
	}
	on, err := p.subject(s.table)
	if err != nil {
		return err
	}
	return s.ask(p, on, unknown)
}
