// Package sqlcli is the command serpstat-sql: flags, script, output, progress and exit codes around
// [sqlengine].
package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// Exit codes. The help, the man page and the docs list them.
const (
	exitOK          = 0
	exitFailed      = 1   // a statement is wrong or cannot be answered
	exitUsage       = 2   // the command line, the config or a file is wrong
	exitAPI         = 3   // Serpstat's API, or the way there, failed
	exitGuard       = 4   // it would have cost more than the run may spend, or than the plan has left
	exitIncomplete  = 5   // rows stay away, or change while they are read; what there is was written with --allow-incomplete
	exitAlarm       = 6   // --fail-on-rows or --fail-on-empty
	exitInterrupted = 130 // Ctrl-C
)

// gcPercent of the process, unless GOGC is set. What is kept of a long result is most of its heap, and lives: with Go's
// default as much again would become garbage, and a select of 400,000 rows would need more than 150 MB.
const gcPercent = 50

// Main runs the command for the process and returns its exit code.
func Main(version string) int {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // a closed pipe is an error of Write, not the end
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // else nohup has started it
		ending = append(ending, syscall.SIGHUP)
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, ending...)
	go obey(signals, cancel, func() {
		temporaries.removeAll()
		if restore := terminalAsItWas.Load(); restore != nil {
			(*restore)()
		}
		os.Exit(exitInterrupted)
	})
	return run(ctx, version, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// obey cancels the run at a signal, and ends the process at the next one. In a shell Ctrl-C is the statement's or the line's. While a pager has the terminal, Ctrl-C is for the pager:
// if we ended, it would stay behind, and share the terminal with the shell.
func obey(signals <-chan os.Signal, cancel, end func()) {
	for signal := range signals {
		if signal != os.Interrupt || !talking.Load() {
			break
		}
	}
	cancel()
	for signal := range signals {
		if signal != os.Interrupt || !paging.Load() && !talking.Load() {
			end()
		}
	}
}

// run is the command without the process around it.
func run(ctx context.Context, version string, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := &session{stdin: stdin, stdout: stdout, stderr: stderr}
	cmd := newCommand(s, version)
	cmd.SetArgs(sqlLast(args))
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := pipeError(ctx, cmd.ExecuteContext(ctx))
	switch {
	case err == nil && s.talks:
		return exitOK
	case err == nil && s.progress != nil && s.progress.incomplete():
		return exitIncomplete
	case err == nil && s.alarmed():
		return exitAlarm
	case err == nil || errors.Is(err, errPipeClosed):
		return exitOK
	case ctx.Err() != nil || errors.Is(err, errInterrupted):
		fmt.Fprintln(stderr, "serpstat-sql: interrupted")
		return exitInterrupted
	}
	fmt.Fprintf(stderr, "serpstat-sql: %v\n", err)
	return exitCode(err)
}

// sqlLast lets the SQL, which is the last argument, begin with a comment without being taken for a flag.
func sqlLast(args []string) []string {
	last := len(args) - 1
	if last < 0 || !strings.HasPrefix(args[last], "--") || strings.TrimSpace(args[last][:min(3, len(args[last]))]) != "--" || args[last] == "--" {
		return args
	}
	return append(slices.Clone(args[:last]), "--", args[last])
}

// flags of the command.
type flags struct {
	outputFlags
	file, database          string
	config, connection      string
	tokenFile, baseURL      string
	maxCredits, askAbove    int64
	yes                     bool
	failOnRows, failOnEmpty bool
	demo, explain           bool
	allowIncomplete         bool
	estimate, quiet, tables bool
	verbose, fresh          bool
	cacheTTL                string
	imports                 importFlags
	params                  []string // each NAME=VALUE
}

const long = `Ask SQL of Serpstat's backlink data, with an embedded SQLite and without Steampipe.

The statement is the argument; a script comes from --file or from standard input; with neither, on a terminal, a
shell opens (.help shows its commands). Several statements are separated by semicolons. Each row that the API returns costs a credit of your Serpstat plan: a WHERE clause,
a LIMIT, and a LIMIT with ORDER BY of a column that the API sorts by reach the API and save credits; --tables
TABLE says which columns, --explain how.

The token comes from --config, --token-file, the environment variable SERPSTAT_API_TOKEN, or, where none of them
is given, from Steampipe's own ~/.steampipe/config/serpstat.spc. Other settings have variables too:
SERPSTAT_API_URL, SERPSTAT_REQUESTS_PER_SECOND and SERPSTAT_MAX_CREDITS. A config wins over them.`

const examples = `  serpstat-sql --demo "select url_from, url_to, link_text from serpstat_outlink where query = 'serpstat.com' limit 5"
  serpstat-sql --explain "select * from serpstat_outlink where query = 'example.com' and links_ext < 50"
  serpstat-sql --import sites.csv "select query, total from serpstat_outlink_summary where query in (select domain from sites)"
  serpstat-sql --param domain=example.com "select * from serpstat_outlink where query = :domain limit 10"
  serpstat-sql --output csv --db reports.db -f report.sql > report.csv
  serpstat-sql --tables serpstat_outlink`

func newCommand(s *session, version string) *cobra.Command {
	cmd := &cobra.Command{
		Use:           `serpstat-sql [flags] ["SQL"]`,
		Short:         "Ask SQL of Serpstat's backlink data",
		Long:          long,
		Example:       examples,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, args []string) error { return s.run(cmd, args) },
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usageError{flagError(cmd, err)} })
	s.flags.define(cmd)
	addCommands(cmd,
		newLoginCommand(s),
		newDoctorCommand(s, version),
		newCacheCommand(s),
		newReportCommand(s),
		newManCommand(),
	)
	completeFlags(cmd, &s.flags)
	describe(cmd)
	return cmd
}

func (f *flags) define(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVarP(&f.file, "file", "f", "", "read the SQL from `FILE`")
	f.outputFlags.define(fs)
	fs.StringVar(&f.database, "db", "", "SQLite `FILE` for tables and views that last (default in memory)")
	fs.StringArrayVar(&f.imports.files, "import", nil, "read `FILE[=TABLE]` into a temporary table: csv, tsv, xlsx (FILE#SHEET), json, ndjson, parquet; - is standard input; may be repeated")
	fs.StringVar(&f.imports.encoding, "import-encoding", "", "`ENCODING` of imported text: utf-8, utf-16, windows-1251, windows-1252 (default it is found)")
	fs.StringVar(&f.imports.header, "import-header", "", "whether an imported file begins with the names of its columns: `yes|no|auto` (default auto)")
	fs.StringArrayVar(&f.params, "param", nil, "`NAME=VALUE` for the parameter :NAME of the SQL; may be repeated")
	fs.StringVar(&f.config, "config", "", "read the connection from `FILE`.spc, as Steampipe has it (default ~/.steampipe/config/serpstat.spc, without a token from elsewhere)")
	fs.StringVar(&f.connection, "connection", "", "`NAME` of the connection, if the config has several")
	fs.StringVar(&f.tokenFile, "token-file", "", "read the API token from `FILE`")
	fs.StringVar(&f.baseURL, "base-url", "", "`URL` of the API, such as that of serpstat-sim")
	fs.Int64Var(&f.maxCredits, "max-credits", 0, "most `CREDITS` that the run may spend; without it whoever sits at a terminal is asked above 1,000, and a script ends")
	fs.Int64Var(&f.askAbove, "ask-above", 0, "`CREDITS` that the run may spend without a word (default 1000)")
	fs.BoolVarP(&f.yes, "yes", "y", false, "spend what it costs, without a question: for people who mean it")
	fs.BoolVar(&f.failOnRows, "fail-on-rows", false, "exit code 6 where a statement has rows: an alarm, such as for lost links")
	fs.BoolVar(&f.failOnEmpty, "fail-on-empty", false, "exit code 6 where no statement has rows")
	fs.StringVar(&f.cacheTTL, "cache-ttl", "", "`AGE` up to which answers are used again, also of earlier runs: 90s, 30m, 12h, or 0 for none (default 1h)")
	fs.BoolVar(&f.fresh, "fresh", false, "buy anew what earlier runs have bought")
	fs.BoolVar(&f.allowIncomplete, "allow-incomplete", false, "take what there is where rows stay away: a warning, and exit code 5")
	fs.BoolVar(&f.demo, "demo", false, "answer from bundled data: serpstat.com, python.org, moz.com, shop.example, blog.example, big.example and others; no token needed")
	fs.BoolVar(&f.explain, "explain", false, "print what would be asked of the API and the most it can cost; send nothing")
	fs.BoolVar(&f.estimate, "estimate", false, "like --explain, and ask the API for the real figure (one credit for each scan)")
	fs.BoolVar(&f.tables, "tables", false, "list the tables, or the columns of the named ones, and which WHERE clauses they take")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "print each statement, the comment above it and its cost on standard error")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no summary on standard error")
}

// flagError says what to do about flags that people try.
func flagError(cmd *cobra.Command, err error) error {
	if strings.Contains(err.Error(), "unknown flag: --token") {
		return errors.New("there is no --token: other users could see it among the processes; set SERPSTAT_API_TOKEN, or use --token-file or --config")
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		write := "true or false"
		if invalid.GetFlag().Value.Type() == "int64" {
			write = fmt.Sprintf("a whole number from 1 to %d", math.MaxInt64)
		}
		return fmt.Errorf("--%s %s: write %s", invalid.GetFlag().Name, invalid.GetValue(), write)
	}
	hint := ""
	if name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --"); unknown {
		hint = flagHint(cmd, name)
	}
	return fmt.Errorf("%w%s (see serpstat-sql --help)", err, hint)
}

// otherFlags are flags of other commands, and what to write.
var otherFlags = map[string]string{
	"limit": "limit 10 at the end of the SQL", "format": "-o csv, or -o report.xlsx", "output-format": "-o csv, or -o report.xlsx", "query": "the SQL as the argument, in quotes", "sql": "the SQL as the argument, in quotes",
	"database": "--db FILE", "separator": "--delimiter ';'", "dry-run": "--explain", "parameter": "--param NAME=VALUE", "no-header": "--header=false",
}

// flagHint says which flag is meant by one that there is not: one that begins so, or has nearly such a name.
func flagHint(cmd *cobra.Command, name string) string {
	if f := output.Named(strings.ToLower(name)); f != nil {
		return ": write -o " + f.Name
	}
	var known, near []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		known = append(known, f.Name)
		if strings.HasPrefix(f.Name, name) {
			near = append(near, f.Name)
		}
	})
	known = append(known, slices.Sorted(maps.Keys(otherFlags))...)
	if len(near) == 0 {
		near = nearest(name, known)
	}
	for i, n := range near {
		if instead := otherFlags[n]; instead != "" {
			return ": write " + instead
		}
		near[i] = "--" + n
	}
	if len(near) == 0 {
		return ""
	}
	return didYouMean(near)
}
