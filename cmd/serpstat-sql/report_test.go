package main

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// reportPage is what a report in JSON has that does not depend on when it was made.
type reportPage struct {
	Title    string
	Budget   int64
	Credits  int64
	Recalled int64
	Sections []struct {
		Title, Text, Form string
		LeftOut           string `json:"left_out"`
		Rows              [][]any
		Needs             int64
	}
}

// runReport makes a report with the command, of a simulator.
func runReport(t *testing.T, url, cache string, args ...string) reportPage {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{"report", "-o", "json"}, args...)...)
	cmd.Args[0] = "serpstat-sql" // by which TestMain is the command
	cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN="+token, "SERPSTAT_REQUESTS_PER_SECOND=1000", "SERPSTAT_API_URL="+url, "XDG_CACHE_HOME="+cache, "HOME="+cache, "SERPSTAT_CACHE_TTL=1h", "GORACE=atexit_sleep_ms=0")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) || err != nil {
		t.Fatalf("%v: %v: %s", args, err, &said)
	}
	var page reportPage
	if err := json.Unmarshal(out, &page); err != nil {
		t.Fatal(err)
	}
	return page
}

// What an earlier run has bought is not bought again, and the page is the same, whatever its budget would have for it now.
func TestAReportThatIsMadeAgainCostsNothing(t *testing.T) {
	data := serpstatsim.Bundled()
	delete(data, serpstatsim.BigDomain)
	sim := serpstatsim.New(serpstatsim.Options{Token: token, Domains: data, Interpretations: serpstatsim.Interpretations{ActiveOnly: true}})
	web := httptest.NewServer(sim)
	defer web.Close()
	defer sim.Close()
	for _, args := range [][]string{
		{"backlinks", "--param", "domain=serpstat.com"}, {"backlinks", "--param", "domain=serpstat.com", "--max-credits", "400"},
		{"outlinks", "--param", "domain=serpstat.com"}, {"weekly", "--param", "domain=shop.example"}, {"weekly", "--param", "domain=serpstat.com", "--max-credits", "60"},
		{"link-gap", "--param", "domain=python.org", "--param", "rival=serpstat.com", "--param", "rival2=moz.com", "--max-credits", "400"},
	} {
		cache := t.TempDir()
		first := runReport(t, web.URL, cache, args...)
		spent := sim.Credits()
		if first.Credits != spent {
			t.Errorf("%v: the page says that it has cost %d credits, and it was %d", args, first.Credits, spent)
		}
		sim.Reset()
		for _, more := range [][]string{nil, {"--max-credits", "1"}} {
			second := runReport(t, web.URL, cache, append(slices.Clone(args), more...)...)
			if cost := sim.Credits(); cost > 1 || second.Recalled == 0 {
				t.Errorf("%v: made again it costs %d credits, after %d, with %d rows from the cache", args, cost, spent, second.Recalled)
			}
			sim.Reset()
			for i, s := range first.Sections {
				again := second.Sections[i]
				s.Needs, again.Needs = 0, 0 // a bound, which what is known by now may make another
				if s.LeftOut != "" && again.LeftOut != "" {
					again.LeftOut = s.LeftOut
				}
				if !reflect.DeepEqual(s, again) {
					t.Errorf("%v: %s is\n%v\nand then %v\n%v", args, s.Title, s, more, again)
				}
			}
		}
	}
}

// Ctrl-C leaves the file as it was.
func TestCtrlCEndsAReport(t *testing.T) {
	dir := t.TempDir()
	page, script := filepath.Join(dir, "page.md"), filepath.Join(dir, "all.sql")
	for name, text := range map[string]string{page: "before", script: "-- @report All\n-- @budget 50000\n-- @table All\n-- @optional\nselect url_to from serpstat_outlink where query = 'many.com'"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := startHeld(t, "report", script, "-o", page, "--yes")
	<-h.asked
	h.cmd.Process.Signal(syscall.SIGINT)
	code, _ := h.end()
	text, err := os.ReadFile(page)
	left, err2 := os.ReadDir(dir)
	if err = errors.Join(err, err2); err != nil || code != 130 || string(text) != "before" || len(left) != 2 {
		t.Errorf("exit code %d, the file is %q, in %v, %v: %s", code, text, left, err, h.stderr.String())
	}
	if !mayBeCharged.MatchString(h.stderr.String()) {
		t.Errorf("it does not say what may be charged: %s", h.stderr.String())
	}
}
