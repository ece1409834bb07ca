package sqlcli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
	"github.com/turbot/steampipe-plugin-serpstat/internal/reporthtml"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// reportFlags are those that report alone has.
type reportFlags struct{ check, source bool }

func newReportCommand(s *session) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report [NAME|FILE.sql]",
		Short: "Make a report: a page to hand on, a workbook, a text",
		Long: `Without a name it lists the reports. With one it makes it: a page (-o page.html), a workbook (report.xlsx), Markdown
(report.md) or JSON (report.json); without -o a text.

A report is a SQL script with comments that say how each statement is shown. FILE is one of your own; --source prints a
shipped one, to begin with, and --check says what is wrong with a file, and sends nothing.

It spends no more than --max-credits, or what the report names. Where that does not suffice, a section shows less and says
so, or is left out with its price. Before anything is bought it says what it costs at most; --explain says it of each
section.`,
		Example: `  serpstat-sql report backlinks --param domain=example.com -o page.html
  serpstat-sql report weekly --param domain=example.com -o weekly.xlsx
  serpstat-sql report link-gap --param domain=a.com --param rival=b.com -o gap.md
  serpstat-sql report backlinks --source > mine.sql
  serpstat-sql report --check mine.sql`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) < 2:
				return nil
			case strings.Contains(args[1], "="):
				return usage("%s: a value for a report is written behind --param: %s --param %[1]s", args[1], args[0])
			case slices.Contains(report.Shipped(), args[0]) && isFileName(args[1]):
				return usage("%s: if it is the site, write %s --param domain=%[1]s", args[1], args[0])
			}
			return usage("%d reports: a run makes one", len(args))
		},
		RunE: func(cmd *cobra.Command, args []string) error { return s.report(cmd, &f, args) },
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return report.Shipped(), cobra.ShellCompDirectiveDefault // or a file
		},
	}
	lend(cmd, "param", "output", "max-credits", "ask-above", "yes", "explain", "estimate", "db", "import", "import-encoding", "import-header", "config", "connection", "token-file", "base-url",
		"cache-ttl", "fresh", "allow-incomplete", "demo", "no-pager", "quiet")
	cmd.Flags().BoolVar(&f.check, "check", false, "say what is wrong with a report's file, and send nothing")
	cmd.Flags().BoolVar(&f.source, "source", false, "print the report's script")
	return cmd
}

// report lists the reports, or does with one what is asked.
func (s *session) report(cmd *cobra.Command, f *reportFlags, args []string) error {
	if found := s.flags.defaultConfig(); found != "" && !f.check {
		s.flags.config = found
	}
	s.flags.among = report.Formats
	if err := s.flags.check(cmd.Flags().Changed); err != nil {
		return err
	}
	if len(args) == 0 {
		if f.check || f.source || s.flags.explain || len(s.flags.params) > 0 || s.flags.target != "" {
			return usage("which report? Write one of %s, or a file of your own", strings.Join(report.Shipped(), ", "))
		}
		return s.listReports(cmd.Context())
	}
	text, err := s.reportText(args[0])
	if err != nil {
		return err
	}
	if f.source {
		_, err := fmt.Fprint(s.stdout, text)
		return err
	}
	script, err := report.Parse(args[0], text)
	if err != nil && !f.check {
		return usage("%s: %w", args[0], err)
	}
	if err := s.flags.imports.check(false); err != nil {
		return err
	}
	given, err2 := givenParams(s.flags.params)
	if err2 != nil {
		return err2
	}
	r := &reporting{execution: &execution{session: s}, script: script, file: args[0]}
	switch {
	case f.check:
		return r.check(cmd.Context(), given, err)
	case s.flags.explain:
		return r.explain(cmd.Context(), given)
	}
	return r.make(cmd.Context(), given)
}

// reportText is a shipped report, or a file.
func (s *session) reportText(name string) (string, error) {
	if !isFileName(name) {
		text, err := report.Source(name)
		if err != nil {
			return "", usageError{err}
		}
		return text, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", usage("reading the report: %v", err)
	}
	return s.text(name, b)
}

// givenParams are the values of the command line, as they are written.
func givenParams(written []string) (list []report.Param, err error) {
	if _, err := parseParams(written); err != nil {
		return nil, err
	}
	for _, w := range written {
		name, value, _ := strings.Cut(w, "=")
		list = append(list, report.Param{Name: strings.TrimLeft(name, ":@$"), Value: value})
	}
	return list, nil
}

// listReports prints the shipped reports.
func (s *session) listReports(ctx context.Context) error {
	for _, name := range report.Shipped() {
		text, err := report.Source(name)
		if err != nil {
			return err
		}
		script, err := report.Parse(name, text)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(script.Text, "\n")
		fmt.Fprintf(s.stdout, "%s\n", name)
		for line := range strings.Lines(filled(first)) {
			fmt.Fprintf(s.stdout, "  %s", line)
		}
		fmt.Fprintln(s.stdout)
		for _, p := range script.Params {
			what := p.Description
			if p.Optional {
				what += " (may be left out)"
			}
			fmt.Fprintf(s.stdout, "  --param %s=…  %s\n", p.Name, what)
		}
		fmt.Fprintf(s.stdout, "  at most %s\n\n", report.Credits(script.Budget))
	}
	fmt.Fprintln(s.stdout, "serpstat-sql report NAME --param domain=example.com -o page.html makes one.")
	return ctx.Err()
}

// reporting is the way of one report.
type reporting struct {
	*execution
	script *report.Script
	file   string // as the command line names it
}

// filledIn are the options with the values that were given, and the defaults of the others.
func (r *reporting) filledIn(given []report.Param) (report.Options, error) {
	values, err := r.script.Fill(given)
	if err != nil {
		return report.Options{}, usageError{err}
	}
	for _, v := range values {
		for _, g := range given {
			if g.Name == v.Name && g.Value != v.Value && !r.flags.quiet {
				fmt.Fprintf(r.stderr, "%s: %s is %s (of %s)\n", output.Visible(r.script.Name), v.Name, output.Visible(v.Value), output.Visible(g.Value))
			}
		}
	}
	return r.options(values)
}

// options are what the report's statements run with.
func (r *reporting) options(values []report.Param) (report.Options, error) {
	written := make([]string, len(values))
	for i, v := range values {
		written[i] = v.Name + "=" + v.Value
	}
	var err error
	if r.args, err = parseParams(written); err != nil {
		return report.Options{}, err
	}
	return report.Options{Args: r.args, Values: values, Phrase: r.explainError}, nil
}

// check says what is wrong with the script: wrong is what reading it has found.
func (r *reporting) check(ctx context.Context, given []report.Param, wrong error) error {
	r.flags.explain = true
	var problems report.Problems
	errors.As(wrong, &problems)
	if r.script != nil {
		options, err := r.options(r.script.Examples(given))
		if err != nil {
			return err
		}
		err = r.withEngine(ctx, func(ctx context.Context) error { return r.checkStatements(ctx, options) })
		var more report.Problems
		if errors.As(err, &more) {
			problems = append(problems, more...)
		} else if err != nil {
			return usage("%s: %w", r.file, err)
		}
	}
	if len(problems) > 0 {
		return usage("%s in %s:\n%s", table.Amount(int64(len(problems)), "mistake"), r.file, visibleLines(problems.InOrder()))
	}
	if !r.flags.quiet {
		fmt.Fprintf(r.stderr, "%s: %s, and nothing is wrong\n", r.file, table.Amount(int64(len(r.script.Blocks)), "section"))
	}
	return nil
}

// visibleLines are problems, a line for each.
func visibleLines(problems report.Problems) string {
	lines := strings.Split(problems.Error(), "\n")
	for i, l := range lines {
		lines[i] = output.Visible(l)
	}
	return strings.Join(lines, "\n")
}

// checkStatements finds what is wrong with the statements, and a budget that does not suffice.
func (r *reporting) checkStatements(ctx context.Context, options report.Options) error {
	options.Engine = r.engine
	prepared, err := r.script.Prepare(ctx, options)
	if err != nil {
		return err
	}
	return prepared.CheckBudget(ctx)
}

// prepare finds what is wrong with the script before anything is bought.
func (r *reporting) prepare(ctx context.Context, options report.Options) (*report.Prepared, error) {
	t, err := r.transactionOf(r.script.SetUp)
	if err != nil {
		return nil, err
	}
	r.settle = func() error { return t.commit(ctx, r.session) }
	options.Engine = r.engine
	options.Before = func(ctx context.Context, i int) error { return t.before(ctx, i, r.session) }
	prepared, err := r.script.Prepare(ctx, options)
	var problems report.Problems
	switch {
	case !errors.As(err, &problems):
	case len(problems) == 1:
		err = usage("%s: %w", r.file, problems)
	default: // they may all be of one value that is wrong
		err = usage("%s: %w\n(and %s, which may have the same cause)", r.file, problems[:1], table.Amount(int64(len(problems)-1), "more mistake"))
	}
	return prepared, err
}

// make makes the page.
func (r *reporting) make(ctx context.Context, given []report.Param) error {
	r.results = 1
	if err := r.checkOutput(); err != nil {
		return err
	}
	options, err := r.filledIn(given)
	if err != nil {
		return err
	}
	account, err := r.mostCredits()
	if err != nil {
		return err
	}
	return r.withEngine(ctx, func(ctx context.Context) error {
		r.document = nil // the page is written as a whole
		r.progress.unit = "section"
		prepared, err := r.prepare(ctx, options)
		if err != nil {
			return err
		}
		page, err := r.page(ctx, prepared, account)
		if err != nil {
			return err
		}
		page.Params = options.Values
		for _, line := range page.More() {
			r.progress.hint(line)
		}
		return r.write(page)
	})
}

// mostCredits is what the connection may spend; 0 is not said.
func (r *reporting) mostCredits() (int64, error) {
	if r.flags.demo {
		return r.flags.maxCredits, nil
	}
	config, err := r.flags.connectionConfig()
	if err != nil {
		return 0, err
	}
	account, err := serpstat.NewAccount(config, serpstat.Options{})
	if err != nil {
		return 0, usageError{r.explainError("", err)}
	}
	most, _ := account.MostCredits()
	return most, nil
}

// usualBudget is that of a report which names none.
const usualBudget = 1000

// wanted is what the page may cost by who wants it, and by itself.
func (r *reporting) wanted() int64 { return cmp.Or(r.flags.maxCredits, r.script.Budget, usualBudget) }

// budget is what the page may cost, and what the plan has left.
func (r *reporting) budget(ctx context.Context, account int64) (budget, left int64, err error) {
	if budget = r.wanted(); account > 0 { // which --max-credits stands in for
		budget = min(budget, account)
	}
	rows, err := r.rowsOf(ctx, "select left_lines from serpstat_credit") // free of charge
	if err != nil {
		return 0, 0, r.explainError("", err)
	}
	left, _ = rows[0][0].(int64)
	return budget, left, nil
}

// page makes the sections, within what may be spent.
func (r *reporting) page(ctx context.Context, prepared *report.Prepared, account int64) (*report.Page, error) {
	ctx = serpstat.Statement(ctx) // the sections are given the same rows
	budget, left, err := r.budget(ctx, account)
	if err != nil {
		return nil, err
	}
	before := r.progress.counts()
	bill, err := prepared.Bill(ctx, min(budget, left))
	if few := (*report.NotEnoughError)(nil); errors.As(err, &few) {
		few.Left = left < budget
		return nil, guardError{few}
	}
	if err != nil {
		return nil, err
	}
	if r.progress.clear(); !r.flags.quiet {
		fmt.Fprintf(r.stderr, "%s: at most %s of %s left\n", output.Visible(r.script.Name), report.Credits(bill.Most), humanize.Comma(left))
	}
	if err := r.agree(ctx, bill, account, left); err != nil {
		return nil, err
	}
	budget = min(budget, left)
	sections, err := prepared.Run(ctx, budget, meter{r.progress, before}, func(i int, title string) {
		r.progress.begin()
		r.progress.label(fmt.Sprintf("%d/%d %s", i+1, len(r.script.Blocks), title))
	})
	if err != nil {
		return nil, err
	}
	return r.filled(budget, sections, prepared), nil
}

// filled is the page with all that is known of it.
func (r *reporting) filled(budget int64, sections []report.Section, prepared *report.Prepared) *report.Page {
	title, text := prepared.Head()
	p := &report.Page{Name: r.script.File(), Title: title, Text: text, Sections: sections, Made: time.Now(), Budget: budget, Demo: r.flags.demo}
	for range sections {
		r.progress.returnRow()
	}
	if p.Incomplete = r.progress.incomplete(); p.Incomplete {
		p.Text = strings.TrimSpace("Incomplete: rows stayed away while this was made, and figures may be too low.\n\n" + p.Text)
	}
	r.progress.mu.Lock()
	defer r.progress.mu.Unlock()
	c := r.progress.count
	p.Requests, p.Credits, p.Recalled, p.Bought, p.Left = c.requests, c.credits, c.recalled, r.progress.bought, r.progress.left
	return p
}

// agree asks whoever sits at a terminal whether so much is to be spent, as a run does. A script must have said so. What the
// connection may spend is such a word.
func (r *reporting) agree(ctx context.Context, bill report.Bill, account, left int64) error {
	guard, err := r.guard()
	if err != nil || guard.Most == 0 || r.flags.maxCredits > 0 || account > 0 || bill.Most <= guard.Most {
		return err
	}
	if guard.Ask == nil {
		return guardError{fmt.Errorf("the report costs at most %s, and a run without --max-credits may spend %s: write --max-credits %d", report.Credits(bill.Most), humanize.Comma(guard.Most), bill.Most)}
	}
	if !r.confirm(ctx, fmt.Sprintf("the report costs at most %s of %s left; go on? [y/N] ", report.Credits(bill.Most), humanize.Comma(left)), r.to.pages) {
		return guardError{fmt.Errorf("stopped, and nothing was bought (--max-credits %d asks no question)", bill.Most)}
	}
	return nil
}

// meter counts what a page has used.
type meter struct {
	progress *progress
	before   counts
}

func (m meter) Spent() int64 { return m.progress.committed() - m.before.credits }

func (m meter) Recalled() int64 { return m.progress.counts().since(m.before).worth }

// write writes the page.
func (r *reporting) write(page *report.Page) error {
	options := output.Options{Header: true, Width: r.to.width, TempDir: r.to.dir, Tell: r.progress.warn}
	switch r.flags.output {
	case "html":
		return reporthtml.Write(r.out, page)
	case "xlsx":
		return report.WriteWorkbook(r.out, page, options)
	case "json":
		return report.WriteJSON(r.out, page)
	}
	return report.WriteText(r.out, page, r.flags.format(), options)
}

// explain prints what each section's forms cost.
func (r *reporting) explain(ctx context.Context, given []report.Param) error {
	options, err := r.filledIn(given)
	if err != nil {
		return err
	}
	return r.withEngine(serpstat.Statement(ctx), func(ctx context.Context) error {
		prepared, err := r.prepare(ctx, options)
		if err != nil {
			return err
		}
		lines, err := prepared.Explain(ctx, r.flags.estimate)
		if err != nil {
			return err
		}
		r.writeLines(lines)
		budget := r.wanted()
		bill, err := prepared.Bill(ctx, budget)
		within := fmt.Sprintf("at most %s; it needs a budget of %s at least", report.Credits(bill.Most), humanize.Comma(bill.Least))
		few := (*report.NotEnoughError)(nil)
		if errors.As(err, &few) {
			within = fmt.Sprintf("it does not fit: it needs a budget of %s at least", humanize.Comma(bill.Least))
		}
		fmt.Fprintf(r.out, "All of it, within %s\n  %s\n", report.Credits(budget), within)
		if few != nil {
			return guardError{few}
		}
		return err
	})
}

// writeLines prints the prices of sections and their forms.
func (r *reporting) writeLines(lines []report.PriceLine) {
	for _, l := range lines {
		price := "a credit for each row (--estimate counts them, for 1 credit)"
		switch {
		case l.Credits >= 0 && l.Here:
			price = fmt.Sprintf("at most %s, with what is here", report.Credits(l.Credits))
		case l.Credits >= 0:
			price = "at most " + report.Credits(l.Credits)
		case l.Open:
			price = "not known: it depends on rows"
		}
		if l.Form == "" {
			fmt.Fprintf(r.out, "%s\n  %s\n", output.Visible(l.Title), price)
		} else {
			fmt.Fprintf(r.out, "  or %s\n    %s\n", output.Visible(l.Form), price)
		}
		if l.Optional {
			fmt.Fprintln(r.out, "  or left out")
		}
	}
}
