package main

import (
	"bufio"
	"database/sql"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "serpstat-sql" { // else this is the command, which a test has started
		os.Setenv("HOME", "/no-home") // without a config
		os.Unsetenv("STEAMPIPE_INSTALL_DIR")
		os.Setenv("SERPSTAT_CACHE_TTL", "0") // what one command buys changes nothing of another
	}
	testscript.Main(m, map[string]func(){"serpstat-sql": main})
}

const token = "s3cret/token+1"

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			sim := serpstatsim.New(serpstatsim.Options{Token: token, Domains: map[string][]serpstatsim.Row{
				"serpstat.com": serpstatsim.Bundled()["serpstat.com"][:3002],
				"hostile.com":  {hostile},
				"gaps.com":     serpstatsim.Generate("gaps.com", 300, 1),
				"lost.com":     serpstatsim.Generate("lost.com", 300, 1),
			}, Faults: []serpstatsim.Fault{
				{Kind: serpstatsim.EmptyPage, Query: "gaps.com", Page: 2},
				{Kind: serpstatsim.EmptyPage, Query: "gaps.com", Page: 6},
				{Kind: serpstatsim.CutBody, Query: "lost.com", Page: 2, Times: 1},
			}})
			web := httptest.NewServer(sim)
			env.Defer(func() { sim.Close(); web.Close() })
			env.Setenv("URL", web.URL)
			small := serpstatsim.New(serpstatsim.Options{MaxLines: 100, Domains: map[string][]serpstatsim.Row{"gaps.com": serpstatsim.Generate("gaps.com", 300, 1)}})
			smallWeb := httptest.NewServer(small)
			env.Defer(func() { small.Close(); smallWeb.Close() })
			env.Setenv("SMALL", smallWeb.URL)
			env.Setenv("TOKEN", token)
			env.Setenv("SERPSTAT_REQUESTS_PER_SECOND", "1000")
			env.Setenv("SERPSTAT_CACHE_TTL", "0") // what one command buys changes nothing of another
			env.Setenv("SERPSTAT_ASK_ABOVE", "100000")
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "cache"))
			env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector waits a second at the end of each command
			return nil
		},
	})
}

var shown = regexp.MustCompile("(?s)```sql\n(.*?)```\n\n```\n(.*?)```")

// Rows may come in any order, as no ORDER BY gives one.
func TestTheDocsShowWhatTheDemoAnswers(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"../../README.md", "../../docs/index.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		m := shown.FindStringSubmatch(string(text))
		if m == nil {
			t.Errorf("%s shows no statement with its rows", page)
			continue
		}
		cmd := exec.Command(self, "--demo", "--quiet", m[1])
		cmd.Args[0] = "serpstat-sql" // by which TestMain is the command
		out, err := cmd.Output()
		got, want := strings.Split(string(out), "\n"), strings.Split(m[2], "\n")
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s shows\n%s\nthe demo answers\n%s%v", page, m[2], out, err)
		}
	}
}

// A reader may be gone before the command has begun.
func TestAPipeThatIsClosedFromTheStartIsNoFailure(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--demo", "select 1"}, {"--demo", "--quiet", "-o", "csv", "select url_to from serpstat_outlink where query = 'serpstat.com'"},
		{"--tables"}, {"--tables", "serpstat_outlink"}, {"--explain", "select 1"}, {"--help"}, {"--version"},
	} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		reader.Close()
		var stderr strings.Builder
		cmd := exec.Command(self, args...)
		cmd.Args[0] = "serpstat-sql" // by which TestMain is the command
		cmd.Stdout, cmd.Stderr = writer, &stderr
		err = cmd.Run()
		writer.Close()
		if err != nil || strings.Contains(stderr.String(), "serpstat-sql:") {
			t.Errorf("%v: %v: %s", args, err, &stderr)
		}
	}
}

var hostile = serpstatsim.Row{URLFrom: "https://hostile.com/", URLTo: "https://x.org/", LinkText: "a\x1b[31mb\nc,\"d\"\u202e", Nofollow: "follow", LinkType: "href",
	LinksExt: 1, FirstSeen: "2024-01-01", LastVisited: "2024-01-02 00:00:00"}

// held is the command on a simulator that serves a domain of many pages and gives the first one alone: the others
// are held back until the command has ended.
type held struct {
	sim    *serpstatsim.Server
	web    *httptest.Server
	asked  chan struct{} // closed when the second page is asked for
	letGo  chan struct{}
	cmd    *exec.Cmd
	out    io.ReadCloser
	stderr strings.Builder
}

func startHeld(t *testing.T, args ...string) *held {
	t.Helper()
	return startHeldWith(t, func(*exec.Cmd) {}, args...)
}

// startHeldWith starts it with something more set.
func startHeldWith(t *testing.T, set func(*exec.Cmd), args ...string) *held {
	t.Helper()
	h := &held{asked: make(chan struct{}), letGo: make(chan struct{})}
	asked := sync.OnceFunc(func() { close(h.asked) })
	h.sim = serpstatsim.New(serpstatsim.Options{
		Domains: map[string][]serpstatsim.Row{"many.com": serpstatsim.Generate("many.com", 20_000, 1)},
		Before: func(number int) {
			if number > 1 {
				asked()
				<-h.letGo
			}
		},
	})
	h.web = httptest.NewServer(h.sim)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h.cmd = exec.Command(self, args...)
	h.cmd.Args[0] = "serpstat-sql" // by which TestMain is the command
	h.cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN="+token, "SERPSTAT_REQUESTS_PER_SECOND=1000", "SERPSTAT_ASK_ABOVE=100000", "SERPSTAT_API_URL="+h.web.URL, "GORACE=atexit_sleep_ms=0")
	h.cmd.Stderr = &h.stderr
	if h.out, err = h.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	set(h.cmd)
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return h
}

// end waits for the command, and returns its exit code and the number of requests that it has sent.
func (h *held) end() (code, requests int) {
	h.cmd.Wait()
	close(h.letGo)
	h.sim.Close()
	h.web.Close() // waits for what is under way
	return h.cmd.ProcessState.ExitCode(), len(h.sim.Requests())
}

func TestCtrlCEndsAtOnce(t *testing.T) {
	h := startHeld(t, "--output", "csv", "select url_to from serpstat_outlink where query = 'many.com'")
	lines := bufio.NewScanner(h.out)
	for range 20 {
		lines.Scan()
	}
	h.cmd.Process.Signal(syscall.SIGINT)
	for lines.Scan() {
	}
	code, requests := h.end()
	if code != 130 || !strings.Contains(h.stderr.String(), "interrupted") {
		t.Errorf("exit code %d: %s", code, h.stderr.String())
	}
	if requests > 2 {
		t.Errorf("%d requests for twenty rows", requests)
	}
}

var mayBeCharged = regexp.MustCompile(`credits? spent \(up to [1-9]\d* more may have been charged for answers that were lost\)`)

// What has been sent is charged, though nobody waits for its answer.
func TestCtrlCSaysWhatMayBeCharged(t *testing.T) {
	h := startHeld(t, "select count(url_to) from serpstat_outlink where query = 'many.com'")
	<-h.asked
	h.cmd.Process.Signal(syscall.SIGINT)
	if code, _ := h.end(); code != 130 || !mayBeCharged.MatchString(h.stderr.String()) {
		t.Errorf("exit code %d: %s", code, h.stderr.String())
	}
}

// A reader who leaves has the rows that it wants; a table that was to be filled is not.
func TestAClosedPipeIsAFailureOfAScriptThatWrites(t *testing.T) {
	for script, line := range map[string]string{
		"create table own as select url_to from serpstat_outlink where query = 'many.com'":                                                            "line 1 ",
		"create table own (a);\n insert into own select url_to from serpstat_outlink where query = 'many.com' returning a":                            "line 2 ",
		"select url_to from serpstat_outlink where query = 'many.com';\nselect 1;\nwith x as (select 1) insert into own select * from x":              "line 3 ",
		"create table own (a);\nselect url_to from serpstat_outlink where query = 'many.com';\nselect replace('a', 'a', 'b')":                         "",
		"with x as (select url_to from serpstat_outlink where query = 'many.com') select * from x; pragma user_version; explain select 1; values (1)": "",
	} {
		h := startHeld(t, "--output", "csv", "--db", t.TempDir()+"/own.db", script)
		<-h.asked
		h.out.Close()
		code, _ := h.end()
		if said := h.stderr.String(); code != min(len(line), 1) || line != "" && !strings.Contains(said, "standard output was closed before the script had ended: the statement on "+line+"is not done") {
			t.Errorf("%s: exit code %d: %s", script, code, said)
		}
	}
}

func TestAClosedPipeEndsQuietly(t *testing.T) {
	for _, output := range []string{"csv", "jsonl", "line"} {
		h := startHeld(t, "--output", output, "select url_to from serpstat_outlink where query = 'many.com'")
		bufio.NewReader(h.out).ReadString('\n')
		h.out.Close()
		code, requests := h.end()
		if code != 0 || strings.Contains(h.stderr.String(), "serpstat-sql:") {
			t.Errorf("%s: exit code %d: %s", output, code, h.stderr.String())
		}
		if requests > 2 {
			t.Errorf("%s: %d requests for one row", output, requests)
		}
	}
}

// To explain a script is to read: whoever leaves has what they want, whatever the script would write.
func TestAClosedPipeEndsAnExplanationQuietly(t *testing.T) {
	h := startHeld(t, "--explain", "create table own as select url_to from serpstat_outlink where query = 'many.com'")
	h.out.Close()
	if code, requests := h.end(); code != 0 || requests != 0 {
		t.Errorf("exit code %d after %d requests: %s", code, requests, h.stderr.String())
	}
}

// What stands in a database's log belongs to it: a script is explained with the tables that were made last.
func TestAnExplanationKnowsWhatIsInTheLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"pragma journal_mode = wal", "create table own (a)"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	h := startHeld(t, "--explain", "--db", file, "select * from own")
	said, _ := io.ReadAll(h.out)
	if code, _ := h.end(); code != 0 || !strings.Contains(string(said), "asks nothing of the API") {
		t.Errorf("exit code %d: %s%s", code, said, h.stderr.String())
	}
}
