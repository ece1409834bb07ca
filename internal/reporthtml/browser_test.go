//go:build browser

package reporthtml

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// make test-browser runs these tests, in Chromium and with axe. They look at the page as its readers do.

// newBrowser starts one with a profile of its own.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "disable-default-apps", "disable-extensions", "disable-dev-shm-usage", "disable-background-timer-throttling", "disable-renderer-backgrounding"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute) // for what hangs
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, _ = chromedp.NewContext(ctx)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err, " (Chromium or Chrome must be there: apt-get install chromium)")
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Error(err)
		}
	})
	return ctx
}

// tab is one of the browser's that shows a page.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	wrong    []string // what the browser complains of
}

// open writes a page to a file and opens it.
func open(t *testing.T, browser context.Context, p *report.Page) *tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(written(t, p)), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	v := &tab{T: t, ctx: ctx}
	address := "file://" + file
	v.check(chromedp.Listen(ctx, func(event any) {
		v.mu.Lock()
		defer v.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if e.Request.URL != address {
				v.requests = append(v.requests, e.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			v.wrong = append(v.wrong, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			v.wrong = append(v.wrong, fmt.Sprint("console.", e.Type))
		case *cdplog.EventEntryAdded:
			v.wrong = append(v.wrong, e.Entry.Text)
		}
	}))
	call(v, network.Enable, network.EnableParams{})
	call(v, cdplog.Enable, cdp.Empty{})
	call(v, runtime.Enable, cdp.Empty{})
	v.look(1600, "light")
	v.do(chromedp.Navigate(address))
	return v
}

func (v *tab) check(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}

func (v *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	v.check(chromedp.Do(v.ctx, steps...))
}

// call sends a command of the browser's protocol.
func call[P, R any](v *tab, command cdp.Command[P, R], params P) R {
	v.Helper()
	r, err := chromedp.Call(v.ctx, command, params)
	v.check(err)
	return r
}

// eval is the value of an expression in the page.
func eval[T any](v *tab, expression string, args ...any) T {
	v.Helper()
	got, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](fmt.Sprintf(expression, args...), chromedp.EvalAwaitPromise))
	if err != nil {
		v.Fatalf("%s: %v", fmt.Sprintf(expression, args...), err)
	}
	return got
}

// look sets how wide the window is, and its color scheme.
func (v *tab) look(width int64, scheme string) {
	v.Helper()
	call(v, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 1000, DeviceScaleFactor: 1, Mobile: width < 600})
	call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// quiet fails if the page has asked anybody for anything, or the browser complained.
func (v *tab) quiet() {
	v.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.requests) > 0 {
		v.Errorf("the page has asked for %q", v.requests)
	}
	if len(v.wrong) > 0 {
		v.Errorf("the browser complains: %q", v.wrong)
	}
}

// column are the texts of a column of a table, in the rows that are shown.
func (v *tab) column(table string, n int) []string {
	v.Helper()
	return eval[[]string](v, `[...document.querySelectorAll('%s tbody tr')].filter(r => r.getBoundingClientRect().height > 0).map(r => r.cells[%d].textContent)`, table, n)
}

// counted is what is said of how many rows are shown.
func (v *tab) counted(table string) string {
	v.Helper()
	return eval[string](v, `document.querySelector('%s [role=status]').textContent`, table)
}

func TestBrowser(t *testing.T) {
	b := newBrowser(t)
	for _, test := range []struct {
		name string
		try  func(t *testing.T, browser context.Context)
	}{
		{"Axe", axe}, {"Fits", fits}, {"Sort", sorting}, {"Search", searching}, {"CSV", saving}, {"Long", long}, {"Hostile", hostile}, {"Paper", paper}, {"WithoutScript", withoutScript}, {"Pictures", pictures},
	} {
		t.Run(test.name, func(t *testing.T) { test.try(t, b) })
	}
}

var (
	widths  = []int64{360, 1600}
	schemes = []string{"light", "dark"}
)

// Axe finds nothing that keeps anybody from reading the page.
func axe(t *testing.T, browser context.Context) {
	source, err := os.ReadFile("testdata/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err, ": make test-browser installs it")
	}
	v := open(t, browser, sample())
	v.do(chromedp.Evaluate[chromedp.Void](string(source)))
	for _, open := range []bool{false, true} {
		if open {
			v.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => d.open = true)`))
		}
		for _, width := range widths {
			for _, scheme := range schemes {
				v.look(width, scheme)
				found := eval[[]string](v, `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.flatMap(x => x.nodes.map(n => x.id + ': ' + n.target + ': ' + n.failureSummary)))`)
				for _, one := range found {
					t.Errorf("%d pixels, %s: %s", width, scheme, one)
				}
			}
		}
	}
	v.quiet()
}

// Nothing is wider than the window but what has bars of its own, and no letter of a chart is out of its drawing.
func fits(t *testing.T, browser context.Context) {
	for _, p := range []*report.Page{sample(), hard()} {
		v := open(t, browser, p)
		v.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => d.open = true)`))
		charts := 0
		for _, s := range p.Sections {
			if slices.Contains([]report.Shape{report.Bar, report.Stacked, report.Line, report.Donut, report.Scatter}, s.Shape) && s.Title != "Nothing to draw" {
				charts++
			}
		}
		for _, width := range []int64{320, 360, 600, 700, 1024, 1280, 1600} {
			v.look(width, "light")
			if got := eval[int64](v, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%.20s: at %d pixels the page is %d wide", p.Title, width, got)
			}
			out := eval[[]string](v, `[...document.querySelectorAll('svg.chart')].filter(s => s.getBoundingClientRect().width > 0).flatMap(s => {
				const box = s.viewBox.baseVal;
				return [...s.querySelectorAll('text, rect, circle, path.m, line')].filter(e => {
					if (e.closest('defs')) return false;
					const b = e.getBBox();
					return b.x < -1.5 || b.y < -1.5 || b.x + b.width > box.width + 1.5 || b.y + b.height > box.height + 1.5;
				}).map(e => s.querySelector('title').textContent + ': ' + e.outerHTML);
			})`)
			for _, one := range out {
				t.Errorf("at %d pixels out of its drawing: %s", width, one)
			}
			if shown := eval[int](v, `[...document.querySelectorAll('svg.chart')].filter(s => s.getBoundingClientRect().width > 0).length`); shown != charts {
				t.Errorf("at %d pixels %d charts are shown, not %d", width, shown, charts)
			}
		}
		v.quiet()
	}
}

// A table is sorted by a click and by the keyboard: numbers as numbers, dates as dates, NULLs last.
func sorting(t *testing.T, browser context.Context) {
	v := open(t, browser, mixed())
	head := func(n int) chromedp.CSS { return chromedp.CSS(fmt.Sprintf("th:nth-child(%d) button", n+1)) }
	want := func(what string, n int, values ...string) {
		t.Helper()
		if got := v.column("table", n); !slices.Equal(got, values) {
			t.Errorf("%s: %q, want %q", what, got, values)
		}
	}
	state := func(n int) string {
		return eval[string](v, `document.querySelectorAll('th')[%d].getAttribute('aria-sort') ?? ''`, n)
	}

	v.do(chromedp.Click(head(1)))
	want("numbers", 1, "-40.0", "-3.5", "20.0", "1,000.0", "—")
	if state(1) != "ascending" || v.counted(".rows") != "5 rows, by n, ascending" {
		t.Errorf("%q, %q", state(1), v.counted(".rows"))
	}
	v.do(chromedp.Click(head(1)))
	want("numbers down", 1, "1,000.0", "20.0", "-3.5", "-40.0", "—")
	if state(1) != "descending" {
		t.Error(state(1))
	}
	v.do(chromedp.Click(head(1)))
	want("as it came", 0, "b", "a", "Ä", "c", "B")
	if state(1) != "" {
		t.Error(state(1))
	}
	v.do(chromedp.Click(head(2)))
	want("days", 2, "2023-12-31", "2024-01-31", "2024-01-31 10:00:00", "2024-02-01", "—")
	v.do(chromedp.Click(head(3)))
	want("kinds", 3, "1.5", "2.0", "10", "text", "—")
	v.do(chromedp.Click(head(4)), chromedp.Click(head(4)))
	want("large numbers", 4, "9,007,199,254,740,994", "9,007,199,254,740,993", "9,007,199,254,740,992", "-1", "—")

	// From the link before the table: its bars, then the first name.
	v.do(chromedp.Focus(chromedp.CSS(".csv")), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	want("names by keyboard", 0, "a", "Ä", "b", "B", "c")
	if state(0) != "ascending" || state(4) != "" {
		t.Errorf("%q, %q", state(0), state(4))
	}
	v.do(chromedp.KeyEvent(" "))
	want("names down by keyboard", 0, "c", "B", "b", "Ä", "a")
	if focused := eval[string](v, `document.activeElement.textContent`); focused != "name" {
		t.Errorf("the keyboard is at %q", focused)
	}
	v.quiet()
}

// The table of the sample.
const links300 = "#section-10"

// A search shows the rows that have all its words, and says how many.
func searching(t *testing.T, browser context.Context) {
	v := open(t, browser, sample())
	const field = links300 + " input"
	if got := v.counted(links300); got != "300 rows" {
		t.Error(got)
	}
	write := func(text string) {
		v.do(chromedp.Focus(chromedp.CSS(field)), chromedp.Evaluate[chromedp.Void](`document.querySelector('`+field+`').select()`), chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent(text))
	}
	write("КРЕСЛА site-84")
	if got := v.counted(links300); got != "1 of 300 rows" {
		t.Errorf("%q of %q", got, eval[string](v, `document.querySelector('`+field+`').value`))
	}
	for _, text := range v.column(links300, 3) {
		if text != "кресла" {
			t.Errorf("%q", text)
		}
	}
	write("category/category/category/category/category/category/category/category/page") // no cell shows the whole
	if got := v.counted(links300); got != "33 of 300 rows" || len(v.column(links300, 0)) != 33 {
		t.Errorf("%q", got)
	}
	write("nowhere")
	if got := v.counted(links300); got != "0 of 300 rows" || len(v.column(links300, 0)) != 0 {
		t.Errorf("%q", got)
	}
	v.do(chromedp.KeyEvent(kb.Escape)) // which empties a field of this kind
	if got := v.counted(links300); got != "300 rows" || len(v.column(links300, 0)) != 100 {
		t.Errorf("%q", got)
	}
	v.quiet()
}

// Of a long table 100 rows are shown, and all when one asks.
func long(t *testing.T, browser context.Context) {
	p := mixed()
	p.Sections[0].Columns, p.Sections[0].Rows = columns("first_seen", "domain_rank", "url_from", "link_text", "share%", "last_visited"), links(5000)
	v := open(t, browser, p)
	if n := len(v.column("table", 0)); n != 100 {
		t.Errorf("%d rows are shown", n)
	}
	v.do(chromedp.Click(chromedp.CSS("th:nth-child(2) button")))
	if got := v.column("table", 1); len(got) != 100 || got[0] != "0" || got[46] != "0" || got[47] != "1" {
		t.Errorf("sorted, the first 100 rows are %q", got)
	}
	if text := eval[string](v, `document.querySelector('.all').textContent`); text != "Show all 5,000 rows" {
		t.Error(text)
	}
	v.do(chromedp.Click(chromedp.CSS(".all")))
	if n := len(v.column("table", 0)); n != 5000 {
		t.Errorf("%d rows are shown", n)
	}
	if focused := eval[string](v, `document.activeElement.className`); focused != "scroll" {
		t.Errorf("the keyboard is at %q", focused)
	}
	v.quiet()
}

// The link saves what serpstat-sql writes as CSV, and of a long table all of it.
func saving(t *testing.T, b context.Context) {
	long := mixed()
	long.Sections[0].Columns, long.Sections[0].Rows = columns("first_seen", "domain_rank", "url_from", "link_text", "share%", "last_visited"), links(25_000)
	for _, tt := range []struct {
		page    *report.Page
		section int
		file    string
	}{{sample(), 9, "backlink-profile-newest-links.csv"}, {long, 0, "mixed-values.csv"}} {
		v := open(t, b, tt.page)
		dir := t.TempDir()
		yes := true
		done := make(chan *browser.EventDownloadProgress, 16)
		ctx, cancel := context.WithCancel(v.ctx)
		defer cancel()
		v.check(chromedp.ListenBrowser(ctx, func(event any) {
			if e, ok := event.(*browser.EventDownloadProgress); ok && e.State != browser.DownloadProgressStateInProgress {
				done <- e
			}
		}))
		_, err := chromedp.CallBrowser(v.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: &yes})
		v.check(err)
		v.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("#section-%d .csv", tt.section+1))))
		select {
		case e := <-done:
			if e.State != browser.DownloadProgressStateCompleted {
				t.Fatal(e.State)
			}
		case <-v.ctx.Done():
			t.Fatal("nothing was saved")
		}
		got, err := os.ReadFile(filepath.Join(dir, tt.file))
		if err != nil {
			t.Fatal(err)
		}
		s := &tt.page.Sections[tt.section]
		inCSV(t, s, string(got))
		if first, _, _ := strings.Cut(string(got), "\n"); first != "\ufefffirst_seen,domain_rank,url_from,link_text,share,last_visited" {
			t.Errorf("%q", first)
		}
		v.quiet()
	}
}

// What strangers wrote is a text.
func hostile(t *testing.T, browser context.Context) {
	v := open(t, browser, sample())
	texts := v.column(links300, 3)
	for i, want := range map[int]string{1: "<script>alert(1)</script>", 2: `=HYPERLINK("https://evil.example")`, 4: `right\u202eto left\x00\u200b`, 5: "</td></table><img src=x onerror=alert(1)>"} {
		if texts[i] != want {
			t.Errorf("%q, want %q", texts[i], want)
		}
	}
	if n := eval[int](v, `document.querySelectorAll('script, img, iframe, object, [onmouseover], [style]').length`); n != 1 {
		t.Errorf("%d elements that are none of the page's", n-1)
	}
	if bad := eval[[]string](v, `[...document.links].map(a => a.href).filter(h => !/^(https?:|file:.*#|data:text\/csv;)/.test(h))`); len(bad) > 0 {
		t.Errorf("links to %q", bad)
	}
	v.quiet()
}

// On paper a table is as wide as the paper at most, its head is on each page, and all rows are there.
func paper(t *testing.T, browser context.Context) {
	yes := true
	for name, p := range map[string]*report.Page{"report": sample(), "hard": hard()} {
		v := open(t, browser, p)
		pdf := call(v, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: &yes, PaperWidth: 8.27, PaperHeight: 11.69, PreferCSSPageSize: &yes})
		if !bytes.HasPrefix(pdf.Data, []byte("%PDF-")) {
			t.Fatal("no PDF")
		}
		keep(t, name+".pdf", pdf.Data)
		// A4 less the margins of the page's style, in pixels.
		const width = 687
		call(v, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 1000, DeviceScaleFactor: 1})
		call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		if got := eval[int64](v, `document.documentElement.scrollWidth`); got > width {
			t.Errorf("%s: on paper %d wide, the page is %d", name, width, got)
		}
		for _, one := range eval[[]string](v, `[...document.querySelectorAll('td, th, text')].filter(e => e.getBoundingClientRect().right > %d + 1).map(e => e.outerHTML)`, width) {
			t.Errorf("%s: out of the paper: %s", name, one)
		}
		if got := eval[string](v, `getComputedStyle(document.body).backgroundColor`); got != "rgb(255, 255, 255)" {
			t.Errorf("a dark scheme prints on %s", got)
		}
		// The browser repeats a head that has no buttons in it.
		if n := eval[int](v, `[...document.querySelectorAll('button, input')].filter(e => e.getBoundingClientRect().height > 0).length`); n > 0 {
			t.Errorf("%s: %d buttons and fields", name, n)
		}
		for _, head := range eval[[]string](v, `[...document.querySelectorAll('.rows th')].filter(e => e.checkVisibility() && !e.innerText.trim()).map(e => e.outerHTML)`) {
			t.Errorf("%s: nothing is printed of %s", name, head)
		}
		if name == "report" {
			if n := len(v.column(links300, 0)); n != 300 {
				t.Errorf("%d rows of 300 are printed", n)
			}
		}
		v.quiet()
	}
}

// In a mail program there is no script: all is there, and nothing that would need it.
func withoutScript(t *testing.T, browser context.Context) {
	v := open(t, browser, sample())
	call(v, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	v.do(chromedp.Reload())
	if n := len(v.column(links300, 0)); n != 300 {
		t.Errorf("%d rows of 300", n)
	}
	if n := eval[int](v, `[...document.querySelectorAll('button, input')].filter(e => e.getBoundingClientRect().height > 0).length`); n > 0 {
		t.Errorf("%d buttons and fields", n)
	}
	v.quiet()
}

// pictures writes what the pages look like to bin, for people to look at, and those of the docs to bin/pictures: on a
// phone, in the dark, with a table that is sorted and searched.
func pictures(t *testing.T, browser context.Context) {
	for name, p := range map[string]*report.Page{"report": sample(), "hard": hard()} {
		v := open(t, browser, p)
		for _, width := range widths {
			for _, scheme := range schemes {
				v.look(width, scheme)
				height := eval[float64](v, `document.documentElement.scrollHeight`)
				v.picture(fmt.Sprintf("%s-%d-%s.png", name, width, scheme), page.Viewport{Width: float64(width), Height: height, Scale: 1})
			}
		}
		call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}, {Name: "prefers-color-scheme", Value: "dark"}}})
		v.picture(name+"-forced.png", page.Viewport{Width: 1600, Height: eval[float64](v, `document.documentElement.scrollHeight`), Scale: 1})
		v.quiet()
	}
	v := open(t, browser, sample())
	part := func(name string, width int64, scheme, from string, left, height float64) {
		v.look(width, scheme)
		top := eval[float64](v, `document.querySelector('%s').getBoundingClientRect().top + scrollY`, from)
		v.picture("pictures/"+name+".png", page.Viewport{X: left, Y: max(0, top-24), Width: float64(width) - left, Height: height, Scale: 1})
	}
	part("report", 1280, "light", "body", 0, 1080)
	part("report-dark", 1280, "dark", "#section-5", 260, 1010)
	part("report-phone", 360, "light", "#section-3", 0, 760)
	part("report-phone-dark", 360, "dark", "#section-6", 0, 760)
	v.look(1280, "light")
	v.do(chromedp.Click(chromedp.CSS(links300+" th:nth-child(2) button")), chromedp.Click(chromedp.CSS(links300+" th:nth-child(2) button")), chromedp.Focus(chromedp.CSS(links300+" input")), chromedp.KeyEvent("chairs"))
	part("report-table", 1280, "light", links300, 260, 700)
}

func (v *tab) picture(name string, clip page.Viewport) {
	v.Helper()
	yes := true
	shot := call(v, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: &clip, CaptureBeyondViewport: &yes})
	keep(v.T, name, []byte(shot.Data))
}

// keep writes a file to bin.
func keep(t *testing.T, name string, data []byte) {
	t.Helper()
	file := filepath.Join("../../bin", name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
