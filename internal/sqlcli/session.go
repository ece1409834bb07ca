package sqlcli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// session is one run of the command.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	flags          flags

	to       *destination
	out      *bufio.Writer
	engine   *sqlengine.Engine
	progress *progress
	kept     *keptAnswers
	args     []any // of the statements' parameters
	plans    []execute.ScanPlan
	bill     bill             // of them, and of those of the statements before
	settle   func() error     // makes what was written into a database last, when the rows are out; nil is nothing
	done     int              // statements
	results  int              // of the script
	document *output.Document // nil where only plans are written
}

func (s *session) run(cmd *cobra.Command, args []string) error {
	if found := s.flags.defaultConfig(); found != "" {
		s.flags.config = found
	}
	if err := s.flags.check(cmd.Flags().Changed); err != nil {
		return err
	}
	if s.flags.verbose && s.flags.config != "" {
		fmt.Fprintf(s.stderr, "settings from %s\n", s.flags.config)
	}
	if err := s.flags.imports.check(s.flags.scriptIsInput(args)); err != nil {
		return err
	}
	if s.flags.tables {
		s.results = max(1, len(args))
		if err := s.checkOutput(); err != nil {
			return err
		}
		return s.withEngine(cmd.Context(), func(ctx context.Context) error { return s.listTables(ctx, args) })
	}
	statements, err := s.statements(args)
	if err != nil {
		return err
	}
	if err := s.takeParams(statements); err != nil {
		return err
	}
	if s.results = countResults(statements); s.flags.writesRows() {
		if err := s.checkOutput(); err != nil {
			return err
		}
	}
	if (s.flags.target == "" || !s.flags.writesRows()) && outputClosed(s.stdout) && (s.flags.explain || slices.ContainsFunc(statements, func(st sqlengine.Statement) bool { return !mayWrite(st.Text) })) {
		return usage("standard output is closed: nobody would get the rows")
	}
	guard, err := s.guard()
	if err != nil {
		return err
	}
	err = s.withEngine(serpstat.Run(cmd.Context(), guard), func(ctx context.Context) error { return s.runScript(ctx, statements) })
	if errors.Is(err, errPipeClosed) {
		return s.unfinished(statements)
	}
	return err
}

// check finds flags that contradict each other or are out of range; given tells which ones the command line has.
func (f *flags) check(given func(name string) bool) error {
	if err := f.choose(given); err != nil {
		return err
	}
	if err := f.checkLimit(given); err != nil {
		return err
	}
	switch {
	case given("cache-ttl") && ageError(f.cacheTTL) != nil:
		return usage("--cache-ttl %s: %w", f.cacheTTL, ageError(f.cacheTTL))
	case given("ask-above") && f.askAbove < 1:
		return usage("--ask-above %d: write a whole number from 1", f.askAbove)
	case f.failOnRows && f.failOnEmpty:
		return usage("--fail-on-rows and --fail-on-empty contradict each other: one of them always fails")
	case f.verbose && f.quiet:
		return usage("--verbose and --quiet contradict each other")
	case f.tables && len(f.params) > 0:
		return usage("--param gives values to statements, and --tables runs none")
	case f.demo && (f.config != "" || f.connection != "" || f.baseURL != "" || f.tokenFile != ""):
		return usage("--demo answers from bundled data: leave out --config, --base-url and --token-file")
	}
	f.explain = f.explain || f.estimate
	return f.checkConnection()
}

// checkLimit finds a limit of credits that is none.
func (f *flags) checkLimit(given func(name string) bool) error {
	switch {
	case given("max-credits") && f.maxCredits < 1:
		return usage("--max-credits %d: write a whole number from 1", f.maxCredits)
	case f.yes && given("max-credits"):
		return usage("--yes and --max-credits contradict each other: the one is no limit, the other one is")
	}
	return nil
}

// checkConnection finds a --connection that there is no file to choose from for.
func (f *flags) checkConnection() error {
	if f.connection != "" && f.config == "" && !f.demo {
		return usage("--connection chooses from a --config FILE")
	}
	return nil
}

// withEngine runs work with an engine, progress and output around it.
func (s *session) withEngine(ctx context.Context, work func(context.Context) error) error {
	return s.withOutput(ctx, func(ctx context.Context) error {
		options, end, err := s.engineOptions()
		if err != nil {
			return err
		}
		defer end()
		defer s.kept.close()
		if s.engine, err = sqlengine.Open(ctx, options); err != nil {
			return err
		}
		defer s.engine.Close()
		if err := s.importAll(ctx); err != nil {
			return s.endOutput(err)
		}
		return s.endOutput(work(ctx))
	})
}

// withOutput runs work with progress and output around it. The work ends the output.
func (s *session) withOutput(ctx context.Context, work func(context.Context) error) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.progress = newProgress(s.stderr, s.flags.quiet || s.flags.tables || s.flags.explain && !s.flags.estimate, isPipe(s.stdout))
	if s.to, err = s.openDestination(cancel); err != nil {
		return err
	}
	defer s.to.discard()
	s.out = bufio.NewWriterSize(s.to.w, s.to.buffer())
	if s.flags.writesRows() {
		s.document = s.newDocument(s.results)
	}
	defer watchPipe(ctx, s.to.stream, func() { cancel(errPipeClosed) })()
	defer func() { err = pipeError(ctx, err) }()
	err = work(ctx)
	written := ""
	if s.to.file != nil {
		written = s.flags.target
	}
	s.progress.finish(err == nil, written)
	return err
}

// pipeError tells a closed pipe from other errors: it is how a reader says that it has enough.
func pipeError(ctx context.Context, err error) error {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || err != nil && errors.Is(context.Cause(ctx), errPipeClosed) {
		return errPipeClosed
	}
	return err
}

func (s *session) engineOptions() (o sqlengine.Options, end func(), err error) {
	end = func() {}
	o.Database, o.Hidden = s.flags.database, serpstat.HiddenColumns
	o.Warn, o.NeverNull, o.Default, o.Words = s.progress.warn, serpstat.NeverNull, serpstat.Default, serpstat.Words
	if o.Config, err = s.flags.connectionConfig(); err != nil {
		return o, end, err
	}
	plugin := serpstat.Options{Engine: plan.SQLite, Unguarded: true, Observe: s.progress.observe, NoneAhead: paging.Load, CacheTTL: defaultCacheTTL}
	o.CacheTTL = answers.MostAge // the plugin knows what its user wants
	if s.kept = (&keptAnswers{warn: s.progress.warn}); !s.flags.demo {
		plugin.Answers = s.kept.open
	}
	if s.flags.fresh {
		plugin.Since = time.Now()
	}
	if s.flags.demo {
		url, stop, err := serveDemo()
		if err != nil {
			return o, end, err
		}
		end = stop
		plugin.NoEnvironment = true
		o.Config += fmt.Sprintf("token = \"demo\"\nbase_url = %q\nrequests_per_second = 1000\n", url)
	}
	if s.flags.explain {
		o.Confined = true
		copied, remove, err := copyDatabase(s.flags.database)
		stop := end
		o.Database, end = copied, func() { remove(); stop() }
		if err != nil {
			end()
			return o, end, err
		}
	}
	o.Plugin = serpstat.New(plugin)
	return o, end, nil
}

// serveDemo serves the bundled data on a free port of this machine alone.
func serveDemo() (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	sim := serpstatsim.New(serpstatsim.Demo())
	server := &http.Server{Handler: sim}
	go server.Serve(listener) //nolint:errcheck // it ends with Close
	return "http://" + listener.Addr().String(), func() { server.Close(); sim.Close() }, nil
}

// runScript runs the statements one after the other, up to the first that fails.
func (s *session) runScript(ctx context.Context, statements []sqlengine.Statement) error {
	t, err := s.transactionOf(statements)
	if err != nil {
		return err
	}
	s.settle = func() error { return t.commit(ctx, s) }
	for i, statement := range statements {
		s.progress.begin()
		if err := t.before(ctx, i, s); err != nil {
			return err
		}
		if err := s.runStatement(serpstat.Statement(ctx), statement); err != nil {
			if left := int64(len(statements) - i - 1); left > 0 && isA[*execute.BudgetError](err) {
				err = fmt.Errorf("%w; %s after it may cost more (--explain says what)", err, table.Amount(left, "statement"))
			}
			if len(statements) > 1 {
				return fmt.Errorf("line %d: %w", statement.Line, err)
			}
			return err
		}
		s.done++
	}
	return s.writeBill()
}

// unfinished is the error of a script that was to write too, when its reader has left.
func (s *session) unfinished(statements []sqlengine.Statement) error {
	for _, left := range statements[s.done:] {
		if mayWrite(left.Text) && !s.flags.explain {
			return fmt.Errorf("standard output was closed before the script had ended: the statement on line %d is not done", left.Line)
		}
	}
	return errPipeClosed
}

func (s *session) runStatement(ctx context.Context, statement sqlengine.Statement) error {
	warnOfOtherMeaning(statement.Text, s.progress.warn)
	switch {
	case s.flags.explain:
		return s.explainOne(ctx, statement.Text)
	case !s.flags.verbose:
		return s.runOne(ctx, statement)
	}
	before := s.progress.counts()
	fmt.Fprintln(s.stderr)
	if statement.Comment != "" {
		fmt.Fprintln(s.stderr, statement.Comment)
	}
	fmt.Fprintln(s.stderr, statement.Text)
	err := s.runOne(ctx, statement)
	s.progress.clear()
	fmt.Fprintf(s.stderr, "%s\n", s.progress.counts().since(before))
	return err
}

// runOne runs a statement and writes its rows, if it is one that has any.
func (s *session) runOne(ctx context.Context, statement sqlengine.Statement) error {
	rows, err := s.engine.Query(ctx, statement.Text, s.args...)
	if err != nil {
		return s.explainError(statement.Text, err)
	}
	defer rows.Close()
	if len(rows.Columns()) == 0 || s.flags.whole() && !hasResult(statement.Text) {
		for rows.Next() {
		}
		return s.explainError(statement.Text, rows.Close())
	}
	if err := s.document.Begin(s.titleOf(statement), columnsOf(rows)); err != nil {
		return err
	}
	for rows.Next() {
		s.progress.returnRow()
		if err := s.document.Row(rows.Values()); err != nil {
			return err
		}
	}
	if err := rows.Close(); err != nil {
		return s.explainError(statement.Text, err)
	}
	if err := s.document.End(); err != nil {
		return err
	}
	return s.endPages()
}

// titleOf is the title of one of several results, or of a sheet; a single one needs none.
func (s *session) titleOf(statement sqlengine.Statement) string {
	if s.results < 2 && s.flags.output != "xlsx" {
		return ""
	}
	return title(statement)
}

func columnsOf(rows *sqlengine.Rows) []output.Column {
	types := rows.Types()
	columns := make([]output.Column, len(types))
	for i, name := range rows.Columns() {
		columns[i] = output.Column{Name: name, Type: types[i]}
	}
	return columns
}

// outputWriter takes the progress away from the terminal before rows are written to it.
type outputWriter struct {
	w        io.Writer
	progress *progress
}

func (o *outputWriter) Write(b []byte) (int, error) {
	o.progress.beforeRows()
	return o.w.Write(b)
}
