//go:build unix

package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
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

	keyboard *os.File
	web      *httptest.Server
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
	o := &onTerminal{dir: t.TempDir(), screen: make(chan string, 1), asked: make(chan struct{}), askedAgain: make(chan struct{})}
	o.sim = serpstatsim.New(serpstatsim.Options{Before: before, Domains: map[string][]serpstatsim.Row{
		"many.com": serpstatsim.Generate("many.com", 20_000, 1), "few.com": serpstatsim.Generate("few.com", 5, 1), "some.com": serpstatsim.Generate("some.com", 700, 1),
	}})
	o.web = httptest.NewServer(o.sim)
	if err := syscall.Mkfifo(filepath.Join(o.dir, "started"), 0o600); err != nil {
		t.Fatal(err)
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
	o.cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN="+token, "SERPSTAT_REQUESTS_PER_SECOND=1000", "SERPSTAT_API_URL="+o.web.URL, "GORACE=atexit_sleep_ms=0", "TERM=xterm", "SERPSTAT_ASK_ABOVE=100000", "DIR="+o.dir)
	if pager != "" {
		o.cmd.Env = append(o.cmd.Env, "PAGER="+pager)
	}
	o.cmd.Stdin, o.cmd.Stdout, o.cmd.Stderr = slave, slave, slave
	if stdout != nil {
		o.cmd.Stdout = stdout
	}
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	go o.look(master)
	return o
}

// look reads what the terminal gets, until nobody has the other end.
func (o *onTerminal) look(master *os.File) {
	var all strings.Builder
	b := make([]byte, 4096)
	for {
		n, err := master.Read(b)
		all.Write(b[:n])
		for ; o.questions < strings.Count(all.String(), "[y/N]"); o.questions++ {
			switch o.questions {
			case 0:
				close(o.asked)
			case 1:
				close(o.askedAgain)
			}
		}
		if err != nil {
			master.Close()
			o.screen <- strings.ReplaceAll(all.String(), "\r\n", "\n")
			return
		}
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
	o := startOnTerminal(t, `printf '<pager>'; cat >> "$DIR/shown"; printf '</pager>'`, nil, "--ask-above", "400", "-o", "csv", "select url_to from serpstat_outlink where query = 'some.com'")
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
