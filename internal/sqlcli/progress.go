package sqlcli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// progress counts what the API has answered, shows it on a terminal while it goes on, and sums it up.
type progress struct {
	stderr io.Writer
	quiet  bool

	mu     sync.Mutex
	bar    *progressbar.ProgressBar // nil where standard error is not a terminal, or belongs to what reads the rows
	piped  bool                     // another program reads the rows, which may draw on the terminal
	count  counts
	scans  scans             // of the statement
	before counts            // what is not its own
	number int               // the statement's
	sent   map[int64]promise // by the attempt's number: requests under way
	left   int64             // credits; -1 unknown
	bought time.Time         // when the oldest of the recalled rows were; zero before one is
	unsure int64             // credits that may have been spent besides: their answers were lost
	short  bool              // a result was incomplete
	held   bool              // somebody is asked something on standard error
	paged  bool              // a pager has the terminal
	drawn  bool              // the bar is on the terminal
	inRow  bool              // rows are written to the same terminal, and the last one has not ended
	later  []string
	unit   string // what rows are counted as
	part   string // of a report, which is made
	talk   bool   // a shell's, which sums up each statement
	timed  bool   // and says how long it took
	idle   bool   // no statement runs, and the terminal is a prompt's
	rows   bool   // the statement gives rows
	change string // how many it has changed, in words; "" where it changes none
	began  time.Time
	doubt  int64 // what was unsure when it began
}

// promise is what a request under way costs at most, and the statement that has sent it.
type promise struct {
	credits   int64
	statement int
}

// scans are what is shown of the statement that runs: no figure of it ever falls.
type scans struct {
	rows    int64            // that the API has sent
	totals  map[string]int64 // that it has, by method and domain: of parts that a scan is cut into, the whole
	waiting bool             // the last attempt has failed
}

func (s *scans) add(e serpstat.Event) {
	s.waiting = e.Err != nil
	s.rows += int64(e.Rows)
	scan := e.Method + " " + e.Domain
	s.totals[scan] = max(s.totals[scan], e.Total)
}

// total is how many rows there are, as far as is known: a domain may be asked about in several scans.
func (s *scans) total() int64 {
	total := int64(0)
	for _, t := range s.totals {
		total += t
	}
	return max(total, s.rows)
}

// line says how far a statement is, in as much detail as there is room for.
func (s *scans) line(c counts, width int) string {
	rows := fmt.Sprintf("%d of %d rows", s.rows, s.total())
	credits := table.Credits(c.credits)
	wait := ""
	if s.waiting {
		wait = ", waits to ask again"
	}
	forms := []string{
		fmt.Sprintf("%s, %s, %s%s", rows, table.Amount(c.requests, "request"), credits, wait),
		fmt.Sprintf("%s, %s%s", rows, credits, wait), fmt.Sprintf("%s, %s", rows, credits), rows, fmt.Sprintf("%d/%d", s.rows, s.total()),
	}
	for _, form := range forms {
		if len(form) <= width {
			return form
		}
	}
	return ""
}

// counts are what statements have returned and cost. Recalled are rows that an earlier run has bought.
type counts struct {
	rows, requests, credits, recalled int64
	worth                             int64 // credits that recalled rows have cost
}

func (c counts) since(before counts) counts {
	return counts{c.rows - before.rows, c.requests - before.requests, c.credits - before.credits, c.recalled - before.recalled, c.worth - before.worth}
}

func (c counts) String() string { return c.of("row") }

// of says them with what is counted in place of rows.
func (c counts) of(unit string) string {
	return fmt.Sprintf("%s, %s, %s spent", table.Amount(c.rows, unit), table.Amount(c.requests, "request"), table.Credits(c.credits))
}

func (p *progress) counts() counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

func (p *progress) returnRow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count.rows++
}

func newProgress(stderr io.Writer, quiet, piped bool) *progress {
	p := &progress{stderr: stderr, quiet: quiet, piped: piped, left: -1, unit: "row", sent: map[int64]promise{}}
	if !quiet && isTerminal(stderr) {
		p.bar = newBar(stderr, 100*time.Millisecond)
	}
	p.begin()
	return p
}

// newBar is drawn when there is something new, and not on its own: it would come back where rows have been written.
func newBar(w io.Writer, throttle time.Duration) *progressbar.ProgressBar {
	return progressbar.NewOptions64(-1, progressbar.OptionSetWriter(w), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(throttle), progressbar.OptionSetRenderBlankState(false), progressbar.OptionSetSpinnerChangeInterval(0),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false))
}

// begin starts the figures of a statement.
func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scans, p.before = scans{totals: map[string]int64{}}, p.count
	p.number++
	if p.talk {
		p.began, p.bought, p.doubt, p.rows, p.inRow, p.change = time.Now(), time.Time{}, p.unsure, false, false, ""
	}
}

// ofStatement is what the statement has cost so far.
func (p *progress) ofStatement() counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count.since(p.before)
}

// promise notes a request that is sent.
func (p *progress) promise(number, credits int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[number] = promise{credits, p.number}
}

// underWay is what requests under way may cost: those of a shell's statement, or all.
func (p *progress) underWay(all bool) (credits int64) {
	for _, sent := range p.sent {
		if all || sent.statement == p.number {
			credits += sent.credits
		}
	}
	return credits
}

// rest leaves the terminal to a prompt: what comes late is told with the next statement.
func (p *progress) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
	p.idle = true
}

// wake takes the terminal back from the prompt.
func (p *progress) wake() { p.take(&p.idle) }

// givesRows notes that the statement is one that gives rows.
func (p *progress) givesRows() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = true
}

// changed notes how many rows the statement has changed, and how.
func (p *progress) changed(rows int64, how string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change = grouped(rows, table.Amount(rows, "row")) + " " + how
}

// spent is what was spent, also on answers that were lost.
func (p *progress) spent() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count.credits + p.unsure
}

// committed is what was spent, and what requests under way may cost.
func (p *progress) committed() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count.credits + p.unsure + p.underWay(true)
}

// beforeRows takes the bar away where rows are about to be written; for good where they go to another program, such as
// a pager.
func (p *progress) beforeRows() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
	if p.piped {
		p.bar = nil
	}
}

// wrote notes what was written to the terminal: in the middle of a row nothing is drawn, which would wipe it.
func (p *progress) wrote(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(b) > 0 {
		p.inRow = b[len(b)-1] != '\n'
	}
}

// width is how much room the bar leaves for its text.
func (p *progress) width() int {
	const usual, around = 80, 6
	width := usual
	if f, ok := p.stderr.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			width = w
		}
	}
	return width - around
}

// warn shows a warning, even where all else is quiet: it says that the result is not what it seems.
func (p *progress) warn(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paged || p.idle {
		p.later = append(p.later, text)
		return
	}
	p.clearBar()
	p.endRow()
	fmt.Fprintf(p.stderr, "serpstat-sql: warning: %s\n", text)
}

// hint shows what may help, unless all is to be quiet.
func (p *progress) hint(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quiet {
		return
	}
	p.clearBar()
	p.endRow()
	fmt.Fprintf(p.stderr, "serpstat-sql: hint: %s\n", text)
}

// pause leaves the terminal to a pager. Warnings wait until it has ended.
func (p *progress) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
	p.paged = true
}

// resume takes the terminal back.
func (p *progress) resume() { p.take(&p.paged) }

// take takes the terminal from whoever has it, and shows the warnings that have waited.
func (p *progress) take(has *bool) {
	p.mu.Lock()
	later := p.later
	*has, p.later = false, nil
	p.mu.Unlock()
	for _, text := range later {
		p.warn(text)
	}
}

// observe counts an event of the plugin.
func (p *progress) observe(e serpstat.Event) {
	if e.Warning != "" {
		p.warn(e.Warning)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.short = true
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Recalled > 0 {
		p.recall(e)
		return
	}
	p.count.requests++
	p.count.credits += e.Credits
	p.unsure += e.Unsure
	sent, paid := p.sent[e.Number]
	delete(p.sent, e.Number)
	late := paid && sent.statement != p.number
	if late { // the line of the statement that has sent it has said what it may cost
		p.before.requests++
		p.before.credits += e.Credits
		if p.talk {
			p.doubt += e.Unsure
		}
	}
	if e.LeftLines >= 0 && (p.left < 0 || e.LeftLines < p.left) { // answers come in any order
		p.left = e.LeftLines
	}
	if late {
		return
	}
	p.scans.add(e)
	if p.bar != nil && !p.held && !p.paged && !p.idle && !p.inRow {
		p.drawn = true
		p.bar.Describe(p.line())
		p.bar.Add64(int64(e.Rows)) //nolint:errcheck // a bar that cannot be drawn
	}
}

// line says what is done, and how far it is.
func (p *progress) line() string {
	width, part := p.width(), ""
	if p.part != "" && len(p.part)+minFigures < width {
		part = output.Visible(p.part) + ": "
	}
	return part + p.scans.line(p.count.since(p.before), width-len(part))
}

// minFigures is how much room the figures behind a name take.
const minFigures = 30

// label says which part of a report is made from here on.
func (p *progress) label(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.part = part
}

// doing shows what is being done.
func (p *progress) doing(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && !p.held {
		p.drawn = true
		p.bar.Describe(what)
		p.bar.Add64(1) //nolint:errcheck // a bar that cannot be drawn
	}
}

// recall counts rows that an earlier run has bought.
func (p *progress) recall(e serpstat.Event) {
	p.count.recalled += int64(e.Recalled)
	if i := slices.IndexFunc(catalog.Tables(), func(t *table.Table) bool { return t.Method == e.Method }); i >= 0 {
		p.count.worth += catalog.Tables()[i].Cost.Of(e.Recalled)
	}
	if p.bought.IsZero() || e.Bought.Before(p.bought) {
		p.bought = e.Bought
	}
}

// hold asks something on standard error, where nothing is drawn before release.
func (p *progress) hold(question string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
	p.endRow()
	p.held = true
	fmt.Fprint(p.stderr, question)
}

func (p *progress) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = false
}

// clear takes the bar away until the next event.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
}

func (p *progress) clearBar() {
	if p.bar != nil && p.drawn && !p.paged {
		p.bar.Clear() //nolint:errcheck // as above
		p.drawn = false
	}
}

// endRow begins a line for a message where a row has not ended.
func (p *progress) endRow() {
	if p.inRow && isTerminal(p.stderr) {
		fmt.Fprintln(p.stderr)
		p.inRow = false
	}
}

// finish prints the summary line, unless nothing was done: of a run, or, in a shell, of the statement. file is what was
// written, "" is none.
func (p *progress) finish(ok bool, file string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
	count := p.count
	if p.talk {
		count = count.since(p.before)
	}
	underWay := p.underWay(!p.talk)
	maybe := p.unsure - p.doubt + underWay
	nothing := maybe == 0 && (count == (counts{}) || p.unit == "section" && count.rows == 0 && count.credits == 0) // a report asks for the balance first
	if p.talk {
		defer p.close()
	}
	if p.quiet || !ok && nothing {
		return
	}
	sum, number := count.of(p.unit), strconv.FormatInt(p.left, 10)
	if p.talk {
		sum, number = p.sentence(ok, count), humanize.Comma(p.left)
	}
	if count.recalled > 0 {
		sum += fmt.Sprintf(", %s from the cache (%s old)", table.Amount(count.recalled, "row"), execute.Age(time.Since(p.bought)))
	}
	switch {
	case maybe > 0 && p.talk && underWay > 0:
		sum += fmt.Sprintf(" (up to %s more for requests under way)", humanize.Comma(maybe))
	case maybe > 0: // a run that ends waits for no answer
		sum += fmt.Sprintf(" (up to %d more may have been charged for answers that were lost)", maybe)
	}
	if p.left >= 0 {
		sum += ", " + number + " left"
	}
	if ok && file != "" {
		sum += ", written to " + output.Visible(file)
	}
	fmt.Fprintln(p.stderr, sum)
}

// close ends a shell's statement: what comes later is none of the next one's.
func (p *progress) close() {
	p.before, p.doubt = p.count, p.unsure
	p.number++
}

// sentence is how the line after a statement of a shell begins.
func (p *progress) sentence(ok bool, count counts) string {
	done, in := "done", " in "
	switch {
	case p.rows && (ok || count.rows > 0):
		done = grouped(count.rows, table.Amount(count.rows, "row"))
	case !ok:
		done, in = "stopped", " after "
	case p.change != "":
		done = p.change
	}
	if p.timed {
		done += in + seconds(time.Since(p.began))
	}
	return fmt.Sprintf("%s, %s spent", done, creditsOf(count.credits))
}

// seconds is how long something took, to the digits that matter.
func seconds(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// incomplete reports that a result was, which its user has allowed.
func (p *progress) incomplete() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.short
}
