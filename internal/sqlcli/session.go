package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// session is one run of the command.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	flags          flags

	engine   *sqlengine.Engine
	progress *progress
	kept     *keptAnswers
	talks    bool // it is a shell's
	ahead    typedAhead
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
	talks := s.opensShell(args)
	if err := s.flags.imports.check(s.flags.scriptIsInput(args) && !talks); err != nil {
		return err
	}
	if talks {
		return s.runShell(cmd.Context(), cmd.Root().Version, cmd.Flags().Changed)
	}
	x := &execution{session: s}
	if s.flags.tables {
		x.results = max(1, len(args))
		if err := x.checkOutput(); err != nil {
			return err
		}
		return x.withEngine(cmd.Context(), func(ctx context.Context) error { return x.listTables(ctx, args) })
	}
	statements, err := s.statements(args)
	if err != nil {
		return err
	}
	if err := x.takeParams(statements); err != nil {
		return err
	}
	if x.results = countResults(statements); s.flags.writesRows() {
		if err := x.checkOutput(); err != nil {
			return err
		}
	}
	if (s.flags.target == "" || !s.flags.writesRows()) && outputClosed(s.stdout) && (s.flags.explain || slices.ContainsFunc(statements, func(st sqlengine.Statement) bool { return !mayWrite(st.Text) })) {
		return usage("standard output is closed: nobody would get the rows")
	}
	guard, err := x.guard()
	if err != nil {
		return err
	}
	err = x.withEngine(serpstat.Run(cmd.Context(), guard), func(ctx context.Context) error { return x.runScript(ctx, statements) })
	if errors.Is(err, errPipeClosed) {
		return x.unfinished(statements)
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

// withEngine runs work with progress, output and an engine around it.
func (x *execution) withEngine(ctx context.Context, work func(context.Context) error) error {
	return x.withOutput(ctx, func(ctx context.Context) error {
		return x.openEngine(ctx, func() error {
			if err := x.importAll(ctx); err != nil {
				return x.endOutput(err)
			}
			return x.endOutput(work(ctx))
		})
	})
}
