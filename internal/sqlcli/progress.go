package sqlcli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// progress counts what the API has answered, shows it on a terminal while it goes on, and sums it up.
type progress struct {
	stderr io.Writer
	quiet  bool

	mu    sync.Mutex
	bar   *progressbar.ProgressBar // nil where standard error is not a terminal
	count counts
	rows  int64            // that the API has sent
	total int64            // that it has for the requests so far
	parts map[string]int64 // total by method and domain
	left  int64            // credits; -1 unknown
}

// counts are what statements have returned and cost.
type counts struct{ rows, requests, credits int64 }

func (c counts) since(before counts) counts {
	return counts{c.rows - before.rows, c.requests - before.requests, c.credits - before.credits}
}

func (c counts) String() string {
	return fmt.Sprintf("%s, %s, %s spent", table.Amount(c.rows, "row"), table.Amount(c.requests, "request"), table.Credits(c.credits))
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

func newProgress(stderr io.Writer, quiet bool) *progress {
	p := &progress{stderr: stderr, quiet: quiet, left: -1, parts: map[string]int64{}}
	if !quiet && isTerminal(stderr) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(stderr), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetRenderBlankState(false),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false))
	}
	return p
}

// warn shows a warning, even where all else is quiet: it says that the result is not what it seems.
func (p *progress) warn(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
	fmt.Fprintf(p.stderr, "serpstat-sql: warning: %s\n", text)
}

// observe counts an event of the plugin.
func (p *progress) observe(e serpstat.Event) {
	if e.Warning != "" {
		p.warn(e.Warning)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count.requests++
	p.count.credits += e.Credits
	p.rows += int64(e.Rows)
	if e.LeftLines >= 0 && (p.left < 0 || e.LeftLines < p.left) { // answers come in any order
		p.left = e.LeftLines
	}
	if e.Total >= 0 && e.Size > 1 { // a request of one row asks for its total only
		part := e.Method + " " + e.Domain
		p.total += e.Total - p.parts[part]
		p.parts[part] = e.Total
	}
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%d of %d rows, %s, %s", p.rows, max(p.total, p.rows), table.Amount(p.count.requests, "request"), table.Credits(p.count.credits)))
		p.bar.Add64(int64(e.Rows)) //nolint:errcheck // a bar that cannot be drawn
	}
}

// clear takes the bar away until the next event.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
}

func (p *progress) clearBar() {
	if p.bar != nil {
		p.bar.Clear() //nolint:errcheck // as above
	}
}

// finish prints the summary line, unless nothing was done.
func (p *progress) finish(ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearBar()
	if p.quiet || !ok && p.count == (counts{}) {
		return
	}
	left := ""
	if p.left >= 0 {
		left = fmt.Sprintf(", %d left", p.left)
	}
	fmt.Fprintf(p.stderr, "%s%s\n", p.count, left)
}
