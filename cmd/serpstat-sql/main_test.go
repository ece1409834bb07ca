package main

import (
	"bufio"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"serpstat-sql": main})
}

const token = "s3cret/token+1"

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			sim := serpstatsim.New(serpstatsim.Options{Token: token, Domains: map[string][]serpstatsim.Row{
				"serpstat.com": serpstatsim.Bundled()["serpstat.com"],
				"hostile.com":  {hostile},
			}})
			web := httptest.NewServer(sim)
			env.Defer(func() { sim.Close(); web.Close() })
			env.Setenv("URL", web.URL)
			env.Setenv("TOKEN", token)
			env.Setenv("SERPSTAT_REQUESTS_PER_SECOND", "1000")
			return nil
		},
	})
}

var hostile = serpstatsim.Row{URLFrom: "https://hostile.com/", URLTo: "https://x.org/", LinkText: "a\x1b[31mb\nc,\"d\"\u202e", Nofollow: "follow", LinkType: "href",
	LinksExt: 1, FirstSeen: "2024-01-01", LastVisited: "2024-01-02 00:00:00"}

// slow is the command on a simulator that serves a domain of many pages, half a second for each.
type slow struct {
	sim *serpstatsim.Server
	cmd *exec.Cmd
}

func newSlow(t *testing.T, args ...string) *slow {
	t.Helper()
	s := &slow{sim: serpstatsim.New(serpstatsim.Options{
		Domains: map[string][]serpstatsim.Row{"many.com": serpstatsim.Generate("many.com", 20_000, 1)}, Latency: 100 * time.Millisecond,
	})}
	web := httptest.NewServer(s.sim)
	t.Cleanup(func() { s.sim.Close(); web.Close() })
	binary := t.TempDir() + "/serpstat-sql"
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.cmd = exec.Command(binary, args...)
	s.cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN="+token, "SERPSTAT_REQUESTS_PER_SECOND=2", "SERPSTAT_API_URL="+web.URL)
	return s
}

// settled is the number of requests, after a while in which no other may come.
func (s *slow) settled(t *testing.T) int {
	n := len(s.sim.Requests())
	time.Sleep(700 * time.Millisecond)
	if later := len(s.sim.Requests()); later != n {
		t.Errorf("%d requests when the command had ended, %d later", n, later)
	}
	return n
}

func TestCtrlCEndsAtOnce(t *testing.T) {
	s := newSlow(t, "--output", "csv", "select url_to from serpstat_outlink where query = 'many.com'")
	var stderr strings.Builder
	s.cmd.Stderr = &stderr
	out, _ := s.cmd.StdoutPipe()
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 20 {
		lines.Scan()
	}
	s.cmd.Process.Signal(syscall.SIGINT)
	go io.Copy(io.Discard, out)
	s.cmd.Wait()
	if code := s.cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if n := s.settled(t); n > 3 {
		t.Errorf("%d requests for twenty rows", n)
	}
}

func TestAClosedPipeEndsQuietly(t *testing.T) {
	for _, output := range []string{"csv", "jsonl", "line"} {
		s := newSlow(t, "--output", output, "select url_to from serpstat_outlink where query = 'many.com'")
		var stderr strings.Builder
		s.cmd.Stderr = &stderr
		out, _ := s.cmd.StdoutPipe()
		if err := s.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		bufio.NewReader(out).ReadString('\n')
		out.Close()
		s.cmd.Wait()
		if code := s.cmd.ProcessState.ExitCode(); code != 0 || strings.Contains(stderr.String(), "serpstat-sql:") {
			t.Errorf("%s: exit code %d: %s", output, code, stderr.String())
		}
		if n := s.settled(t); n > 3 {
			t.Errorf("%s: %d requests for one row", output, n)
		}
	}
}
