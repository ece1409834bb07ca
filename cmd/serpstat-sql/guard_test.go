//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whoever sits at a terminal is asked before a run passes the sum, with what it would cost, of how much, and how long it
// would take. Only yes is yes.
func TestAQuestionBeforeItIsDear(t *testing.T) {
	for answer, c := range map[string]struct {
		code int
		rows bool
	}{"y\n": {0, true}, "YES\n": {0, true}, "n\n": {4, false}, "\n": {4, false}, "yesterday\n": {4, false}, "\x04": {4, false}, "\x03": {130, false}} {
		o := startOnTerminal(t, "cat", nil, "--ask-above", "100", "select count(url_to) as n from serpstat_outlink where query = 'some.com'")
		<-o.asked
		o.typed(t, answer)
		code, requests, screen := o.end()
		if code != c.code || strings.Contains(screen, "| 700 |") != c.rows || !c.rows && requests > 1 {
			t.Errorf("%q: exit code %d after %d requests: %s", answer, code, requests, screen)
		}
		if asks := `reading some.com: at most 6\d\d more credits of \d+,\d+ left \(25 spent so far\), about 1 second at 1000 requests a second; go on\? \[y/N\] `; strings.Count(screen, "[y/N]") != 1 || !regexp.MustCompile(asks).MatchString(screen) {
			t.Errorf("it asks %q", screen)
		}
		if said := regexp.MustCompile(`serpstat-sql: stopped, and nothing more was bought: reading some.com costs at most 6\d\d more credits of \d+ left \(25 are spent; --max-credits 7\d\d asks no question\)`); c.code == 4 && !said.MatchString(screen) {
			t.Errorf("%q: it does not say what was stopped: %s", answer, screen)
		}
	}
}

// What cannot be known before is asked about when it comes to it, and not for each request.
func TestAQuestionForEachStatement(t *testing.T) {
	o := startOnTerminal(t, "cat", nil, "--ask-above", "400", "-o", "csv", "select count(url_to) from serpstat_outlink where query = 'some.com'; select count(url_to) from serpstat_outlink where query = 'many.com'")
	<-o.asked
	o.typed(t, "y\n")
	<-o.askedAgain
	o.typed(t, "y\n")
	code, _, screen := o.end()
	if code != 0 || strings.Count(screen, "[y/N]") != 2 || !strings.Contains(screen, "20000") {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// What was typed before the question is no answer to it.
func TestKeysBeforeTheQuestionAreNoAnswer(t *testing.T) {
	typed := make(chan func(), 1)
	o := startOnTerminal(t, "cat", func(number int) {
		if number == 1 {
			(<-typed)()
		}
	}, "--ask-above", "100", "select count(url_to) as n from serpstat_outlink where query = 'some.com'")
	typed <- func() { o.typed(t, "y\n") }
	<-o.asked
	o.typed(t, "n\n")
	if code, requests, screen := o.end(); code != 4 || requests != 1 {
		t.Errorf("exit code %d after %d requests: %s", code, requests, screen)
	}
}

// In a pipe nobody is asked: the other program may have the terminal.
func TestNoQuestionInAPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	o := startOnTerminalTo(t, writer, "cat", nil, "--ask-above", "100", "select count(url_to) as n from serpstat_outlink where query = 'some.com'")
	writer.Close()
	o.keyboard.Write([]byte("n\n")) //nolint:errcheck // it may have ended; if it asks, it is not to wait
	code, requests, screen := o.end()
	if code != 4 || requests != 1 || strings.Contains(screen, "[y/N]") || !strings.Contains(screen, "write --max-credits 7") {
		t.Errorf("exit code %d after %d requests: %s", code, requests, screen)
	}
}

// Whoever says no wants no pager, in which they would have to look at what has come.
func TestNoIsTheEnd(t *testing.T) {
	o := startOnTerminal(t, `touch "$DIR/shown"; cat`, nil, "--ask-above", "100", "select url_to from serpstat_outlink where query = 'some.com'")
	<-o.asked
	o.typed(t, "n\n")
	code, _, screen := o.end()
	if _, err := os.Stat(filepath.Join(o.dir, "shown")); code != 4 || err == nil || !strings.Contains(screen, "| url_to") || !strings.Contains(screen, "serpstat-sql: stopped, and ") {
		t.Errorf("exit code %d, %v: %s", code, err, screen)
	}
}

// A report asks once, before anything is bought.
func TestAReportAsksBeforeItBuys(t *testing.T) {
	script := filepath.Join(t.TempDir(), "all.sql")
	text := "-- @report All\n-- @budget 5000\n-- @table All\n-- @optional\nselect count(url_to) as n from serpstat_outlink where query = 'some.com'"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for answer, c := range map[string]struct {
		code int
		rows bool
	}{"y\n": {0, true}, "n\n": {4, false}, "\x03": {130, false}} {
		o := startOnTerminal(t, "cat", nil, "report", script, "--ask-above", "100")
		<-o.asked
		o.typed(t, answer)
		code, requests, screen := o.end()
		if code != c.code || strings.Contains(screen, "| 700 |") != c.rows || !c.rows && requests > 1 {
			t.Errorf("%q: exit code %d after %d requests: %s", answer, code, requests, screen)
		}
		if strings.Count(screen, "[y/N]") != 1 || !strings.Contains(screen, "the report costs at most 5,000 credits of 1,000,000 left; go on? [y/N]") {
			t.Errorf("it asks %q", screen)
		}
	}
}

// Whoever sits at a terminal is asked before doctor asks the API anything that costs, and only yes is yes: no spends nothing.
func TestAProbeIsAskedFor(t *testing.T) {
	for answer, c := range map[string]struct {
		code  int
		spent bool
	}{"y\n": {0, true}, "n\n": {4, false}, "\n": {4, false}, "\x03": {130, false}} {
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		t.Setenv("SERPSTAT_CACHE_TTL", "1h")
		o := startOnTerminal(t, "cat", nil, "doctor", "--probe=some.com")
		<-o.asked
		o.typed(t, answer)
		code, requests, screen := o.end()
		if code != c.code || (requests > 1) != c.spent || strings.Contains(screen, "credits spent on questions about links of some.com") != c.spent {
			t.Errorf("%q: exit code %d after %d requests: %s", answer, code, requests, screen)
		}
		if asks := `asking Serpstat about links of some.com: at most 40 credits of 1,000,000 left, up to 1 second at 1000 requests a second; go on\? \[y/N\] `; !regexp.MustCompile(asks).MatchString(screen) {
			t.Errorf("it asks %q", screen)
		}
		if c.code == 4 && !strings.Contains(screen, "serpstat-sql: nothing was asked, and no credit spent (--max-credits 40 asks no question)") {
			t.Errorf("%q: it does not say that nothing was spent: %s", answer, screen)
		}
	}
}
