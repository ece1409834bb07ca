package sqlcli

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/shell"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// talking says that there is a shell: Ctrl-C is for the statement that runs in it, or the line that is typed.
var talking atomic.Bool

// terminalAsItWas restores the terminal that a shell has, before the process ends at once: that runs no deferred call.
var terminalAsItWas atomic.Pointer[func()]

// talk is a shell on a session: the [shell.Driver] of what is entered.
type talk struct {
	*session
	given     func(flag string) bool
	allowance allowance
	args      []any    // of the statements' parameters
	mode      string   // the format on the screen
	target    []string // of the rows, as --output has it; nil is the screen
	once      []string // of the next statement's
	onceFile  string   // as it was written
	known     *known   // what may be named; nil until it is looked for
	functions []string
	secret    func(entered string) bool // is not kept, nor shown
}

// allowance is what a shell's statements may spend together, without a question.
type allowance struct {
	limited bool
	most    int64
	before  int64 // what had been spent when it was set
}

// left is what is left of it.
func (a *allowance) left(spent int64) int64 { return max(0, a.most-(spent-a.before)) }

// known are the tables, Serpstat's and the user's own, and their columns.
type known struct {
	tables  []string
	columns map[string][]string // by the tables' names in small letters
}

// opensShell reports that nobody says what to run, and somebody sits at the terminal.
func (s *session) opensShell(args []string) bool {
	return len(args) == 0 && s.flags.file == "" && !s.flags.tables && isTerminal(s.stdin) && isTerminal(s.stdout)
}

// checkShell finds flags that a shell makes no sense of.
func (f *flags) checkShell() error {
	switch {
	case f.explain:
		return usage("--explain and --estimate are about a statement: write it as the argument, or .explain in the shell (serpstat-sql without a statement)")
	case f.failOnRows || f.failOnEmpty:
		return usage("--fail-on-rows and --fail-on-empty are for scripts: write the statement as the argument, or -f FILE")
	}
	return nil
}

// runShell is a conversation with whoever sits at the terminal.
func (s *session) runShell(ctx context.Context, version string, given func(string) bool) error {
	if err := s.flags.checkShell(); err != nil {
		return err
	}
	params, err := parseParams(s.flags.params)
	if err != nil {
		return err
	}
	if _, err := s.flags.askAboveSum(); err != nil {
		return err
	}
	account, from, err := s.accountOfShell()
	if err != nil {
		return err
	}
	t := &talk{session: s, given: given, args: params, mode: "table"}
	if s.flags.target != "" {
		t.target = s.flags.outputs
	} else if s.flags.output != "" {
		t.mode = s.flags.output
	}
	if output.Named(t.mode).Binary {
		return usage("%s is nothing for a terminal: write -o report%s", t.mode, output.Named(t.mode).Endings[0])
	}
	if account != nil {
		t.allowance.most, t.allowance.limited = account.MostCredits()
	}
	s.talks = true
	s.progress = newProgress(s.stderr, s.flags.quiet, false)
	s.progress.talk, s.progress.timed = true, true
	talking.Store(true)
	defer talking.Store(false)
	return s.openEngine(ctx, func() error {
		if err := s.importAll(ctx); err != nil {
			return err
		}
		if !s.flags.quiet {
			number, _, _ := strings.Cut(version, " (") // doctor says which commit it is of
			fmt.Fprintf(s.stdout, "serpstat-sql %s, %s. .help shows the commands.\n", number, from)
		}
		t.secret = s.secrets(account)
		return t.converse(ctx)
	})
}

// accountOfShell is the account that statements will ask, nil where that is none, and where its token is from, for the
// first line. Nothing is sent.
func (s *session) accountOfShell() (account *serpstat.Account, from string, err error) {
	if s.flags.demo {
		return nil, "bundled data (--demo)", nil
	}
	arguments, err := s.flags.arguments()
	if err != nil {
		return nil, "", err
	}
	account, err = askOnce(arguments)
	switch {
	case errors.Is(err, serpstat.ErrNoToken):
		return account, "no token yet (serpstat-sql login)", nil
	case err != nil:
		return nil, "", usageError{err}
	case account.FromVariable:
		return account, "token from SERPSTAT_API_TOKEN", nil
	}
	return account, "token from " + output.Visible(shortened(cmp.Or(s.flags.tokenFile, s.flags.config))), nil
}

// shortened is a file's name with ~ for the user's directory.
func shortened(file string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(file, home+string(filepath.Separator)); err == nil && ok {
		return filepath.Join("~", rest)
	}
	return file
}

var setsToken = regexp.MustCompile(`(?i)serpstat_api_token`)

// secrets tells what is not to be kept of what is entered: it has a token, of whatever connection.
func (s *session) secrets(account *serpstat.Account) func(string) bool {
	tokens := []string{os.Getenv("SERPSTAT_API_TOKEN")}
	if file := cmp.Or(s.flags.config, steampipeConfig()); file != "" {
		tokens = append(tokens, tokensIn(file)...)
	}
	return func(entry string) bool {
		return setsToken.MatchString(entry) || account != nil && account.HasToken(entry) ||
			slices.ContainsFunc(tokens, func(token string) bool { return serpstatapi.Holds(entry, token) })
	}
}

// historyFile is where what is entered is kept: in the user's directory for what lasts between runs, "" where there is none.
func historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	home, err := os.UserHomeDir()
	switch {
	case filepath.IsAbs(dir):
	case runtime.GOOS == "windows":
		dir = os.Getenv("LocalAppData")
	case err != nil:
		dir = ""
	case runtime.GOOS == "darwin":
		dir = filepath.Join(home, "Library", "Application Support")
	default:
		dir = filepath.Join(home, ".local", "state")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "serpstat-sql", "history")
}

// converse reads and does what is entered.
func (t *talk) converse(ctx context.Context) error {
	history, err := shell.OpenHistory(historyFile(), t.secret)
	if err != nil {
		t.progress.warn(err.Error())
	}
	in := t.stdin.(*os.File)
	t.ahead.terminal = in
	editor := shell.NewPlainEditor(t.stdout, t.ahead.line)
	if t.canEdit() {
		if state, err := term.GetState(int(in.Fd())); err == nil { // on Windows the editor leaves it with another one
			restore := func() { term.Restore(int(in.Fd()), state) } //nolint:errcheck // there is no other way to restore it
			terminalAsItWas.Store(&restore)
			defer restore()
		}
		setEcho(in, false) // the editor shows what is typed, also what was typed while a statement ran
		if editor, err = shell.NewEditor(&t.ahead, t.stdout.(*os.File), history, t); err != nil {
			return err
		}
	}
	defer editor.Close()
	t.progress.rest()
	err = (&shell.Shell{Editor: editor, History: history, Driver: t}).Run(ctx)
	t.progress.wake()
	if t.InTransaction() {
		t.progress.warn("the transaction that was open is undone: commit ends one")
	}
	return err
}

// InTransaction reports that a statement has begun a transaction, and none has ended it.
func (t *talk) InTransaction() bool {
	open, err := t.engine.InTransaction()
	return err == nil && open
}

// canEdit reports a terminal that moves its cursor.
func (t *talk) canEdit() bool {
	terminal := os.Getenv("TERM")
	return terminal != "dumb" && (terminal != "" || runtime.GOOS == "windows")
}

// Run runs what was entered.
func (t *talk) Run(ctx context.Context, script string) {
	t.busy(ctx, func(ctx context.Context) error { return t.script(ctx, script, "") })
}

// Do does a dot command.
func (t *talk) Do(ctx context.Context, c shell.DotCommand, arguments []string) {
	t.busy(ctx, func(ctx context.Context) error { return t.command(ctx, c, arguments) })
}

// Fail says what is wrong.
func (t *talk) Fail(err error) { fmt.Fprintf(t.stderr, "serpstat-sql: %v\n", err) }

// Hint says what to write.
func (t *talk) Hint(text string) { fmt.Fprintln(t.stderr, text) }

// busy has the terminal for work, which Ctrl-C ends, however often it is pressed, and nothing else.
func (t *talk) busy(ctx context.Context, work func(context.Context) error) {
	t.progress.wake()
	untilInterrupt, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	terminal := t.stdin.(*os.File)
	flushes := keepTyped(terminal)
	err := work(untilInterrupt)
	t.progress.rest() // what a request says that ends now is not drawn into what is said here
	flushes()
	t.known = nil
	switch {
	case err == nil || errors.Is(err, errPipeClosed): // the pager was left
	case ctx.Err() != nil: // the shell's end says it
	case untilInterrupt.Err() != nil:
		fmt.Fprintln(t.stderr, "interrupted")
	default:
		t.Fail(err)
	}
	if err != nil && t.once != nil && ctx.Err() == nil {
		t.once = nil // it was for what has failed
		t.Hint(".once " + output.Visible(t.onceFile) + " is off: write it again")
	}
	switch {
	case untilInterrupt.Err() != nil && ctx.Err() == nil: // also where the statement had just ended
		t.ahead.add(takeTyped(terminal))
		t.dropAhead("Ctrl-C")
	case t.ahead.refused:
		t.dropAhead("the answer")
	}
}

func (t *talk) dropAhead(before string) {
	if said := t.ahead.drop(before, t.secret); said != "" {
		t.Hint(said)
	}
}

// script runs statements, with their rows where rows go now. file is where they are from, "" what was entered.
func (t *talk) script(ctx context.Context, text, file string) error {
	statements, err := sqlengine.Split(text)
	if err != nil || len(statements) == 0 {
		return err
	}
	to := t.target
	if t.once != nil {
		to = t.once
	}
	x := t.execution(statements)
	x.file = file
	if x.results == 0 {
		to = nil // there is nothing to write
	}
	if err := t.writeTo(to); err != nil {
		return err
	}
	if err := x.checkOutput(); err != nil {
		return err
	}
	err = t.execute(ctx, x, statements)
	if err == nil && x.results > 0 {
		t.once = nil
	}
	return err
}

func (t *talk) execution(statements []sqlengine.Statement) *execution {
	return &execution{session: t.session, args: t.args, results: countResults(statements)}
}

// writeTo makes the screen, or what --output would say, the place of the rows.
func (t *talk) writeTo(to []string) error {
	t.flags.outputs = to
	if to == nil {
		t.flags.outputs = []string{t.mode}
	}
	return t.flags.choose(func(flag string) bool { // those for cells are for the formats that have some
		cells := t.flags.output == "csv" || t.flags.output == "tsv" && flag != "delimiter"
		return t.given(flag) && (cells || !slices.Contains(cellFlags, flag))
	})
}

// execute executes statements as a run does, within what a shell may spend.
func (t *talk) execute(ctx context.Context, x *execution, statements []sqlengine.Statement) error {
	switch missing, places, err := missingValues(statements, x.args); {
	case err != nil:
		return errors.New(strings.ReplaceAll(err.Error(), "--param NAME=VALUE", ".param NAME VALUE"))
	case len(missing) > 0:
		return fmt.Errorf("no value for %s: write .param %s VALUE", strings.Join(places, ", "), missing[0])
	}
	guard, err := x.guard()
	if err != nil {
		return err
	}
	spent := t.progress.committed()
	guard.Raise = execute.Raise{By: ".budget", Limit: ".budget", FromNow: true}
	guard.Limit = func() (int64, bool) { return t.allowance.left(spent), t.allowance.limited }
	err = x.withOutput(serpstat.Run(ctx, guard), func(ctx context.Context) error {
		return x.endOutput(x.runScript(ctx, statements))
	})
	if err != nil && x.undo != nil {
		if failed := x.undo(); failed != nil {
			t.Fail(failed)
		}
	}
	if errors.Is(err, errPipeClosed) && len(statements) > 1 {
		return x.unfinished(statements)
	}
	return err
}

// command does a dot command.
func (t *talk) command(ctx context.Context, c shell.DotCommand, arguments []string) error {
	argument := ""
	if len(arguments) > 0 {
		argument = arguments[0]
	}
	switch c.Name {
	case ".tables":
		return t.list(ctx, func(x *execution) error { return x.listMatching(ctx, argument) })
	case ".schema":
		return t.list(ctx, func(x *execution) error { return x.listSchema(ctx, argument) })
	case ".explain", ".estimate":
		return t.explain(ctx, argument, c.Name == ".estimate")
	case ".mode":
		return t.setMode(argument)
	case ".output", ".once":
		return t.setTarget(c.Name, argument)
	case ".read":
		return t.read(ctx, argument)
	case ".import":
		return t.bringIn(ctx, arguments)
	case ".param":
		return t.setParam(arguments)
	case ".budget":
		return t.setBudget(argument)
	case ".credits":
		return t.showCredits(ctx)
	case ".timer":
		return t.setTimer(argument)
	}
	return fmt.Errorf("%s is not for here", c.Name)
}

// list writes a list on the screen.
func (t *talk) list(ctx context.Context, write func(x *execution) error) error {
	if err := t.writeTo(nil); err != nil {
		return err
	}
	x := &execution{session: t.session, results: 1, listing: true}
	return x.withOutput(ctx, func(context.Context) error { return x.endOutput(write(x)) })
}

// explain says what statements would ask.
func (t *talk) explain(ctx context.Context, text string, estimate bool) error {
	statements, err := sqlengine.Split(text)
	if err != nil {
		return err
	}
	if err := t.writeTo(nil); err != nil {
		return err
	}
	t.flags.explain, t.flags.estimate = true, estimate
	defer func() { t.flags.explain, t.flags.estimate = false, false }()
	x := t.execution(statements)
	x.listing = !estimate
	return t.execute(ctx, x, statements)
}

func (t *talk) setMode(format string) error {
	if format == "" {
		fmt.Fprintf(t.stdout, "%s (of %s)\n", t.mode, strings.Join(t.Formats(), ", "))
		return nil
	}
	f := output.Named(format)
	switch {
	case f == nil:
		hint := ""
		if near := nearest(format, output.Names()); len(near) > 0 {
			hint = didYouMean(near)
		}
		return fmt.Errorf(".mode %s: write one of %s%s", format, strings.Join(t.Formats(), ", "), hint)
	case f.Binary:
		return fmt.Errorf("%s is nothing for a terminal: write .once report%s before the statement", f.Name, f.Endings[0])
	}
	t.mode = f.Name
	return nil
}

// setTarget says where rows go, and tries whether they can.
func (t *talk) setTarget(command, file string) error {
	to := []string{withHome(file)}
	switch {
	case file == "" || file == "stdout" || file == "screen":
		to = nil
	case output.Named(file) != nil && !isFileName(file):
		return fmt.Errorf("%s %s is a format and no file: write .mode %[2]s, or %[1]s report.%[2]s", command, file)
	case output.Of(file) == nil:
		to = []string{t.mode, to[0]}
	}
	if to != nil && !isFileName(to[len(to)-1]) {
		to[len(to)-1] = "." + string(filepath.Separator) + to[len(to)-1]
	}
	if err := t.writeTo(to); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), "--output", command))
	}
	if to != nil {
		f, err := openWhole(to[len(to)-1])
		if err != nil {
			return fmt.Errorf("%s %s: %w", command, file, err)
		}
		f.discard()
	}
	if t.once = nil; command == ".once" {
		t.once, t.onceFile = to, file
	} else {
		t.target = to
	}
	return nil
}

// withHome is a file's name with the user's directory in place of ~.
func withHome(file string) string {
	rest, ok := strings.CutPrefix(file, "~"+string(filepath.Separator))
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return file
}

// read runs a script.
func (t *talk) read(ctx context.Context, file string) error {
	b, err := os.ReadFile(withHome(file))
	if err != nil {
		return fmt.Errorf(".read: %w", err)
	}
	text, err := plainText(b)
	if err != nil {
		return fmt.Errorf(".read %s: it %w", file, err)
	}
	statements, err := sqlengine.Split(text)
	for _, st := range statements {
		if strings.HasPrefix(st.Text, ".") {
			return fmt.Errorf(".read %s: line %d: a script has statements alone, and %s is a command of the shell's", file, st.Line, strings.Fields(st.Text)[0])
		}
	}
	if err != nil {
		return fmt.Errorf(".read %s: %w", file, err)
	}
	if len(statements) == 0 {
		return fmt.Errorf(".read %s: there is no statement in it", file)
	}
	if err := t.script(ctx, text, file); err != nil {
		return fmt.Errorf(".read %s: %w", file, err)
	}
	return nil
}

// bringIn makes a table of a file.
func (t *talk) bringIn(ctx context.Context, arguments []string) error {
	written := withHome(arguments[0])
	if len(arguments) > 1 {
		written += "=" + arguments[1]
	}
	i := parseImport(written)
	if i.isInput() {
		return errors.New(".import: standard input is the terminal: name a file")
	}
	if err := t.importOne(ctx, i); err != nil {
		return fmt.Errorf(".import %w", err)
	}
	return nil
}

// setParam gives a parameter its value, or shows those that have one.
func (t *talk) setParam(arguments []string) error {
	if len(arguments) == 0 {
		if len(t.args) == 0 {
			fmt.Fprintln(t.stdout, "no parameter has a value: .param domain example.com gives :domain one")
		}
		for _, a := range t.args {
			p := a.(sql.NamedArg)
			fmt.Fprintln(t.stdout, output.Visible(fmt.Sprintf(":%s = %s", p.Name, sqlengine.Literal(p.Value))))
		}
		return nil
	}
	name := strings.TrimLeft(arguments[0], ":@$")
	named := func(a any) bool { return a.(sql.NamedArg).Name == name }
	switch {
	case len(arguments) == 2 && (name == "unset" || name == "set" && strings.ContainsAny(arguments[1], " \t")):
		target, value, _ := strings.Cut(strings.TrimSpace(arguments[1]), " ")
		if name == "set" {
			return t.setParam([]string{target, strings.TrimSpace(value)})
		}
		name = strings.TrimLeft(target, ":@$")
		if !slices.ContainsFunc(t.args, named) {
			return fmt.Errorf(".param unset %s: it has no value", name)
		}
		t.args = slices.DeleteFunc(slices.Clone(t.args), named)
		return nil
	case len(arguments) == 1 && strings.Contains(name, "="):
		name, value, _ := strings.Cut(name, "=")
		return t.setParam([]string{name, value})
	case len(arguments) == 1:
		return fmt.Errorf("write .param %s VALUE, or .param unset %[1]s", name)
	}
	parsed, err := parseParams([]string{name + "=" + arguments[1]})
	if err != nil {
		return errors.New(strings.ReplaceAll(strings.ReplaceAll(err.Error(), "--param", ".param"), "NAME=VALUE", "NAME VALUE"))
	}
	t.args = append(slices.DeleteFunc(slices.Clone(t.args), named), parsed...)
	return nil
}

// setBudget says what may be spent from now on, or shows it.
func (t *talk) setBudget(text string) error {
	spent := t.progress.spent()
	switch text {
	case "":
	case "off":
		t.allowance = allowance{}
	default:
		n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
		if err != nil || n < 1 {
			return fmt.Errorf(".budget %s: write how many credits may be spent from now on, from 1, or off", text)
		}
		t.allowance = allowance{limited: true, most: n, before: spent}
	}
	above, _ := t.flags.askAboveSum() // it was looked at before
	sum := "spent so far: " + creditsOf(spent)
	switch {
	case t.allowance.limited:
		fmt.Fprintf(t.stdout, "%s may be spent without a question, and no more; %s\n", creditsOf(t.allowance.left(spent)), sum)
	case t.flags.demo:
		fmt.Fprintf(t.stdout, "no limit: bundled data costs nothing\n")
	case t.flags.yes:
		fmt.Fprintf(t.stdout, "no limit, and no question (--yes); %s\n", sum)
	default:
		fmt.Fprintf(t.stdout, "no limit; a statement asks before it spends more than %s; %s\n", creditsOf(above), sum)
	}
	return nil
}

// showCredits asks what the plan has left, which is free.
func (t *talk) showCredits(ctx context.Context) error {
	rows, err := t.rowsOf(ctx, "select left_lines, used_lines, max_lines from serpstat_credit")
	if err != nil {
		return t.explainError("", err)
	}
	t.progress.clear()
	for _, row := range rows {
		fmt.Fprintf(t.stdout, "%s left, %s used of %s\n", creditsOf(row[0].(int64)), humanize.Comma(row[1].(int64)), humanize.Comma(row[2].(int64)))
	}
	return nil
}

func (t *talk) setTimer(word string) error {
	switch strings.ToLower(word) {
	case "on", "off":
		t.progress.timed = strings.EqualFold(word, "on")
	case "":
		fmt.Fprintf(t.stdout, "the timer is %s\n", map[bool]string{true: "on", false: "off"}[t.progress.timed])
	default:
		return fmt.Errorf(".timer %s: write on or off", word)
	}
	return nil
}

// Help shows the commands, or what one does.
func (t *talk) Help(c *shell.DotCommand) {
	if c != nil {
		fmt.Fprintf(t.stdout, "%s\n  %s\n", strings.TrimSpace(c.Name+" "+c.Usage), c.Help)
		return
	}
	width := 0
	for _, c := range shell.Commands {
		width = max(width, len(c.Name)+1+len(c.Usage))
	}
	fmt.Fprintln(t.stdout, "A statement ends with ; and may have several lines.")
	for _, c := range shell.Commands {
		indent := strings.Repeat(" ", width+2)
		text := strings.ReplaceAll(wrapped(c.Help, screenWidth-width-2), "\n", "\n"+indent)
		fmt.Fprintf(t.stdout, "%-*s  %s\n", width, c.Name+" "+c.Usage, text)
	}
	fmt.Fprintln(t.stdout, wrapped("Tab completes, Ctrl-R searches what was entered, Ctrl-C ends a statement or drops a line, Ctrl-D leaves.", screenWidth))
}

// names are what may be named now.
func (t *talk) names() *known {
	if t.known == nil {
		t.known = &known{columns: map[string][]string{}}
		own := t.ownColumns()
		for _, name := range slices.Sorted(maps.Keys(own)) {
			t.known.add(name, own[name])
		}
		for _, plugins := range t.engine.Tables() {
			var columns []string
			for _, c := range plugins.Columns {
				columns = append(columns, c.Name)
			}
			t.known.add(plugins.Name, columns)
		}
	}
	return t.known
}

func (k *known) add(table string, columns []string) {
	k.tables = append(k.tables, table)
	k.columns[strings.ToLower(table)] = columns
}

// Tables are those that there are, Serpstat's and the user's own.
func (t *talk) Tables() []string { return t.names().tables }

// Columns are those of a table.
func (t *talk) Columns(table string) []string { return t.names().columns[strings.ToLower(table)] }

// Functions are those of statements.
func (t *talk) Functions() []string {
	if t.functions == nil {
		t.functions = t.functionNames()
	}
	return t.functions
}

// Words are those that a column's text is one of, as far as they are known; nil is any.
func (t *talk) Words(name, column string) []string {
	of := catalog.Of(strings.ToLower(name))
	if of == nil {
		return nil
	}
	for _, p := range of.Params {
		switch {
		case p.Column != column:
		case p.Form == table.SortBy:
			return of.Sort.Words
		case p.Form == table.SortOrder:
			return []string{"asc", "desc"}
		default:
			return p.Words
		}
	}
	return serpstat.Words(of.Name, column)
}

// Formats are those of rows.
func (t *talk) Formats() []string {
	return slices.DeleteFunc(output.Names(), func(name string) bool { return output.Named(name).Binary }) // which are for files
}

// Parameters are those that have a value.
func (t *talk) Parameters() (names []string) {
	for _, a := range t.args {
		names = append(names, a.(sql.NamedArg).Name)
	}
	return names
}
