//go:build unix

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/rivo/uniseg"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// onTerminal is the command on a terminal of 80 columns and 24 lines, with a simulator that serves 20,000 rows of
// many.com, and one domain that is small.
type onTerminal struct {
	dir        string // the pager's
	sim        *serpstatsim.Server
	cmd        *exec.Cmd
	screen     chan string   // what the terminal has got, at its end
	asked      chan struct{} // closed when it asks whether to go on
	askedAgain chan struct{} // closed when it does so for the second time
	questions  int
	prompts    chan struct{} // has one for each prompt of less

	keyboard *os.File
	web      *httptest.Server

	mu    sync.Mutex
	more  *sync.Cond // is told of what the terminal gets
	got   string     // by the terminal
	read  int        // of it, by await
	ended bool       // it gets no more
}

// startOnTerminal starts it with a pager, a script of the shell that finds its directory in $DIR. before is called before
// each request is answered.
func startOnTerminal(t *testing.T, pager string, before func(number int), args ...string) *onTerminal {
	t.Helper()
	return startOnTerminalTo(t, nil, pager, before, args...)
}

// startOnTerminalTo sends the rows elsewhere, if stdout is not nil.
func startOnTerminalTo(t *testing.T, stdout *os.File, pager string, before func(number int), args ...string) *onTerminal {
	t.Helper()
	return startOnTerminalWith(t, func(cmd *exec.Cmd) {
		if stdout != nil {
			cmd.Stdout = stdout
		}
	}, pager, before, args...)
}

// startOnTerminalWith starts it with something more set.
func startOnTerminalWith(t *testing.T, set func(*exec.Cmd), pager string, before func(number int), args ...string) *onTerminal {
	t.Helper()
	o := &onTerminal{dir: t.TempDir(), screen: make(chan string, 1), asked: make(chan struct{}), askedAgain: make(chan struct{}), prompts: make(chan struct{}, 100)}
	o.more = sync.NewCond(&o.mu)
	o.sim = serpstatsim.New(serpstatsim.Options{Before: before, Domains: map[string][]serpstatsim.Row{
		"many.com": serpstatsim.Generate("many.com", 20_000, 1), "few.com": serpstatsim.Generate("few.com", 5, 1), "some.com": serpstatsim.Generate("some.com", 700, 1),
	}})
	o.web = httptest.NewServer(o.sim)
	for _, name := range []string{"started", "go"} {
		if err := syscall.Mkfifo(filepath.Join(o.dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	o.keyboard = master
	o.cmd = exec.Command(self, args...)
	o.cmd.Args[0] = "serpstat-sql" // by which TestMain is the command
	o.cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN="+token, "SERPSTAT_REQUESTS_PER_SECOND=1000", "SERPSTAT_API_URL="+o.web.URL, "GORACE=atexit_sleep_ms=0", "TERM=xterm", "SERPSTAT_ASK_ABOVE=100000", "XDG_STATE_HOME="+filepath.Join(o.dir, "state"), "DIR="+o.dir)
	if pager != "" {
		o.cmd.Env = append(o.cmd.Env, "PAGER="+pager)
	}
	o.cmd.Stdin, o.cmd.Stdout, o.cmd.Stderr = slave, slave, slave
	set(o.cmd)
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	go o.look(master)
	return o
}

// lessPrompt is what less writes on its last line.
const lessPrompt = ":\x1b[K"

// look reads what the terminal gets, until nobody has the other end.
func (o *onTerminal) look(master *os.File) {
	var all strings.Builder
	b, seen := make([]byte, 4096), 0
	for {
		n, err := master.Read(b)
		all.Write(b[:n])
		o.gets(string(b[:n]), err != nil)
		for ; o.questions < strings.Count(all.String(), "[y/N]"); o.questions++ {
			switch o.questions {
			case 0:
				close(o.asked)
			case 1:
				close(o.askedAgain)
			}
		}
		for range strings.Count(all.String(), lessPrompt) - seen {
			seen++
			o.prompts <- struct{}{}
		}
		if err != nil {
			master.Close()
			o.screen <- strings.ReplaceAll(all.String(), "\r\n", "\n")
			return
		}
	}
}

// gets notes what the terminal gets, and whether that was all.
func (o *onTerminal) gets(text string, ended bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.got, o.ended = o.got+text, ended
	o.more.Broadcast()
}

// await waits until the terminal has got a text, behind the one that was waited for before, and returns what came up to it.
func (o *onTerminal) await(t *testing.T, text string) string {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if at := strings.Index(o.got[o.read:], text); at >= 0 {
			came := o.got[o.read : o.read+at]
			o.read += at + len(text)
			return came
		}
		if o.ended {
			t.Fatalf("the terminal does not get %q, but %q", text, o.got[o.read:])
		}
		o.more.Wait()
	}
}

// typed types a text, which the terminal keeps until it is read.
func (o *onTerminal) typed(t *testing.T, text string) {
	t.Helper()
	if _, err := o.keyboard.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// end waits for the command.
func (o *onTerminal) end() (code, requests int, screen string) {
	o.cmd.Wait()
	requests = len(o.sim.Requests())
	o.sim.Close()
	o.web.Close()
	return o.cmd.ProcessState.ExitCode(), requests, <-o.screen
}

func (o *onTerminal) file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(o.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const all = "select * from serpstat_outlink where query = 'many.com'"

// Whoever leaves a pager has seen enough: what it has not shown is not bought, but for two pages.
func TestAPagerThatIsLeftEndsThePurchase(t *testing.T) {
	for _, output := range []string{"table", "line", "csv", "json"} {
		o := startOnTerminal(t, `head -n 40 > "$DIR/shown"`, nil, "-o", output, all)
		code, requests, screen := o.end()
		shown := o.file(t, "shown")
		if code != 0 || strings.Contains(screen, "serpstat-sql:") && output != "table" {
			t.Errorf("%s: exit code %d: %s", output, code, screen)
		}
		if strings.Count(shown, "\n") != 40 {
			t.Errorf("%s: shown is %q", output, shown)
		}
		if requests > 4 {
			t.Errorf("%s: %d requests for 40 lines", output, requests)
		}
		for l := range strings.Lines(shown) {
			if w := uniseg.StringWidth(strings.TrimSuffix(l, "\n")); output == "table" && w > 80 {
				t.Errorf("a line has %d columns: %s", w, l)
			}
		}
	}
}

// screenLines are what less shows of rows on the terminal.
const screenLines = 23

// bought is how many rows came, and how many of them with the last page.
func (o *onTerminal) bought() (all, last int) {
	for _, r := range o.sim.Requests() {
		all, last = all+r.Rows, r.Rows
	}
	return all, last
}

// most is how far rows are read ahead of a pager: two pages and a bit, which its pipe and our buffer hold.
const most = 5 * screenLines / 2

// No page of the API's is bought that begins further on than that after what a pager shows.
func TestAPagerBuysNoFurtherThanItShows(t *testing.T) {
	for _, output := range []string{"csv", "table", "json"} {
		for _, shows := range []int{30, 300, 800} {
			pager := fmt.Sprintf(`n=0; while [ $n -lt %d ] && IFS= read -r line; do n=$((n+1)); echo "$line"; done > "$DIR/shown"`, shows)
			o := startOnTerminal(t, pager, nil, "-o", output, all)
			code, _, said := o.end()
			shown := o.file(t, "shown")
			if lines := strings.Count(shown, "\n"); code != 0 || lines != shows {
				t.Errorf("%s: exit code %d, %d lines of %d: %s", output, code, lines, shows, said)
			}
			least := shows
			if output == "table" {
				least = max(shows, 200) // which decide its widths
			}
			bought, last := o.bought()
			if bought-last >= least+most {
				t.Errorf("%s: %d rows are bought for %d lines, the last %d of them too early", output, bought, shows, last)
			}
			var taken int
			for _, m := range regexp.MustCompile(`(\d+) rows, \d+ requests?, `).FindAllStringSubmatch(said, -1) {
				taken, _ = strconv.Atoi(m[1]) // the last is the sum
			}
			if taken < shows-4 || taken > least+most {
				t.Errorf("%s: %d rows are taken for %d lines", output, taken, shows)
			}
		}
	}
}

// Whoever leaves while the API has not answered waits no longer for it.
func TestAPagerThatIsLeftBeforeTheAPIAnswers(t *testing.T) {
	asked, letGo := make(chan struct{}, 100), make(chan struct{})
	o := startOnTerminal(t, `n=0; while [ $n -lt 120 ] && IFS= read -r line; do n=$((n+1)); done; read line < "$DIR/go"`, func(number int) {
		if number > 1 {
			asked <- struct{}{}
			<-letGo
		}
	}, "-o", "csv", "select url_to from serpstat_outlink where query = 'many.com'")
	<-asked
	leave, err := os.OpenFile(filepath.Join(o.dir, "go"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer leave.Close()
	leave.WriteString("\n")
	o.cmd.Wait()
	close(letGo)
	if code, requests, screen := o.end(); code != 0 || requests != 2 || strings.Contains(screen, "serpstat-sql:") {
		t.Errorf("exit code %d, %d requests: %s", code, requests, screen)
	}
}

// Of less itself: each page is bought when it is asked for.
func TestLessBuysPageByPage(t *testing.T) {
	if _, err := exec.LookPath("less"); err != nil {
		t.Skip("there is no less")
	}
	o := startOnTerminal(t, "less -FRSX", nil, "-o", "csv", all)
	const pages = 30
	for range pages - 1 {
		<-o.prompts
		o.typed(t, " ")
	}
	<-o.prompts
	o.typed(t, "q")
	code, requests, screen := o.end()
	rows, last := o.bought()
	if shown := pages * screenLines; code != 0 || rows < shown-1 || rows-last >= shown+most {
		t.Errorf("exit code %d, %d rows in %d requests for %d pages: %s", code, rows, requests, pages, screen)
	}
}

// A statement that comes after a result that is left is not run.
func TestAPagerThatIsLeftEndsTheScript(t *testing.T) {
	o := startOnTerminal(t, `head -n 40 > "$DIR/shown"`, nil, all+"; select url_to from serpstat_outlink where query = 'few.com'")
	if code, _, screen := o.end(); code != 0 || strings.Contains(screen, "| url_to") {
		t.Errorf("exit code %d: %s", code, screen)
	}
	o = startOnTerminal(t, `head -n 40 > "$DIR/shown"`, nil, "--db", filepath.Join(o.dir, "own.db"), all+"; create table own(a)")
	if code, _, screen := o.end(); code != 1 || !strings.Contains(screen, "the statement on line 1 is not done") {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// What a pager has is the whole result, the terminal is its own meanwhile, and the next result has a pager of its own.
func TestAPagerHasTheTerminalAlone(t *testing.T) {
	o := startOnTerminal(t, `printf '<pager>'; cat >> "$DIR/shown"; printf '</pager>'`, nil, "-o", "csv", "select url_to from serpstat_outlink where query = 'some.com'; select url_from from serpstat_outlink where query = 'some.com'; select 1 as small")
	code, _, screen := o.end()
	if lines := strings.Count(o.file(t, "shown"), "\n"); code != 0 || lines != 1402 {
		t.Errorf("exit code %d, %d lines: %s", code, lines, screen)
	}
	if strings.Count(screen, "<pager></pager>") != 2 || !strings.Contains(screen, "small\n1\n") || !regexp.MustCompile(`1401 rows, \d+ requests, \d+ credits spent`).MatchString(screen) {
		t.Errorf("the terminal has %q", screen)
	}
}

func TestNoPagerWhereNoneIsNeeded(t *testing.T) {
	for _, tt := range []struct {
		pager string
		args  []string
		says  string
	}{
		{`touch "$DIR/shown"; cat`, []string{"select url_to from serpstat_outlink where query = 'few.com'"}, "| url_to"},
		{`touch "$DIR/shown"; cat`, []string{"--no-pager", "-o", "csv", "select url_to from serpstat_outlink where query = 'some.com'"}, "700 rows, "},
		{"cat", []string{"select url_to from serpstat_outlink where query = 'some.com'"}, "700 rows, "},
		{"no-such-pager -x", []string{"select url_to from serpstat_outlink where query = 'some.com'"}, "warning: the pager no-such-pager of PAGER is not there"},
	} {
		o := startOnTerminal(t, tt.pager, nil, tt.args...)
		code, _, screen := o.end()
		if _, err := os.Stat(filepath.Join(o.dir, "shown")); code != 0 || err == nil || !strings.Contains(screen, tt.says) {
			t.Errorf("%s %v: exit code %d: %s", tt.pager, tt.args, code, screen)
		}
	}
}

func TestAPagerThatCannotBeRun(t *testing.T) {
	o := startOnTerminal(t, "X=1 no-such-pager", nil, all)
	if code, _, screen := o.end(); code != 1 || !strings.Contains(screen, "serpstat-sql: the pager X=1 no-such-pager cannot be run: set PAGER to another, or use --no-pager") {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// Whoever is asked whether to go on has left the pager with what came before, and has another one for the rest.
func TestAQuestionWaitsForThePager(t *testing.T) {
	// The question may come when a few rows are still to be written: those before must fill the screen.
	o := startOnTerminal(t, `printf '<pager>'; cat >> "$DIR/shown"; printf '</pager>'`, nil, "--ask-above", "400", "-o", "csv", "select url_to || printf('%.600c', '-') from serpstat_outlink where query = 'some.com'")
	<-o.asked
	o.typed(t, "y\n")
	code, _, screen := o.end()
	if lines := strings.Count(o.file(t, "shown"), "\n"); code != 0 || lines != 701 {
		t.Errorf("exit code %d, %d lines: %s", code, lines, screen)
	}
	if !regexp.MustCompile(`(?s)^[^<]*<pager></pager>[^<]*go on\? \[y/N\] [^<]*<pager></pager>[^<]*$`).MatchString(screen) {
		t.Errorf("the terminal has %q", screen)
	}
}

// Ctrl-C ends the purchase; what has been bought can be looked at as long as the pager is there.
func TestCtrlCUnderAPager(t *testing.T) {
	letGo := make(chan struct{})
	o := startOnTerminal(t, `x=1; trap '' INT; echo > "$DIR/started"; cat > "$DIR/shown"`, func(number int) {
		if number > 3 {
			<-letGo
		}
	}, "-o", "csv", "select url_to from serpstat_outlink where query = 'many.com'")
	if _, err := os.ReadFile(filepath.Join(o.dir, "started")); err != nil { // waits for the pager
		t.Fatal(err)
	}
	o.cmd.Process.Signal(syscall.SIGINT)
	o.cmd.Wait()
	close(letGo)
	code, requests, screen := o.end()
	if lines := strings.Count(o.file(t, "shown"), "\n"); code != 130 || !strings.Contains(screen, "serpstat-sql: interrupted") || lines < 24 || requests > 6 {
		t.Errorf("exit code %d, %d lines, %d requests: %s", code, lines, requests, screen)
	}
}

// A second Ctrl-C ends the command at once, and leaves no temporary file.
func TestNothingIsLeftOfASecondCtrlC(t *testing.T) {
	for _, name := range []string{"links.csv", "links.xlsx"} {
		dir, temporary := t.TempDir(), t.TempDir()
		said, full := fullPipe(t)
		h := startHeldWith(t, func(cmd *exec.Cmd) {
			cmd.Stderr = full // whoever is interrupted waits here to say so
			cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
		}, "-o", filepath.Join(dir, name), "select url_to from serpstat_outlink where query = 'many.com'")
		<-h.asked
		ended := make(chan struct{})
		go func() {
			h.cmd.Wait()
			close(ended)
		}()
		for over := false; !over; {
			select {
			case <-ended:
				over = true
			default:
				h.cmd.Process.Signal(syscall.SIGINT)
				runtime.Gosched()
			}
		}
		full.Close()
		said.Close()
		if code, _ := h.end(); code != 130 {
			t.Errorf("%s: exit code %d", name, code)
		}
		for _, d := range []string{dir, temporary} {
			if files, err := os.ReadDir(d); len(files) > 0 || err != nil {
				t.Errorf("%s leaves %v, %v", name, files, err)
			}
		}
	}
}

// fullPipe is a pipe that takes no more.
func fullPipe(t *testing.T) (reader, writer *os.File) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := writer.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	conn.Write(func(fd uintptr) bool {
		for size := 4096; size > 0; size /= 2 {
			for err := error(nil); err == nil; {
				_, err = syscall.Write(int(fd), make([]byte, size))
			}
		}
		return true
	})
	return reader, writer
}
