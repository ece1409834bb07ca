//go:build unix

package main

import (
	"database/sql"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// kills runs the command on a domain of many rows, and kills it.
type kills struct {
	t        *testing.T
	sim      *serpstatsim.Server
	web      *httptest.Server
	dir      string
	database string
	requests atomic.Int64 // of the run
	first    atomic.Int64 // the number of its first one
	last     atomic.Int64 // at which it is killed; 0 is not at all
	running  chan *os.Process
	waits    bool // until what came is kept, before the run is killed
}

const killedRows = 5000

func newKills(t *testing.T) *kills {
	k := &kills{t: t, dir: t.TempDir(), running: make(chan *os.Process, 1)}
	k.database = filepath.Join(k.dir, "links.db")
	k.sim = serpstatsim.New(serpstatsim.Options{
		Domains: map[string][]serpstatsim.Row{"many.com": serpstatsim.Generate("many.com", killedRows, 1)},
		Before: func(number int) {
			n := k.requests.Add(1)
			if n == 1 {
				k.first.Store(int64(number))
			}
			if n == k.last.Load() {
				for k.waits && k.kept() < k.come() {
					runtime.Gosched()
				}
				go k.kill()
			}
		},
	})
	k.web = httptest.NewServer(k.sim)
	t.Cleanup(func() { k.sim.Close(); k.web.Close() })
	config := "connection \"serpstat\" {\n plugin = \"serpstat\"\n max_concurrent_requests = 1\n}\n"
	if err := os.WriteFile(filepath.Join(k.dir, "serpstat.spc"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

// kill kills the run at a moment that differs.
func (k *kills) kill() {
	process := <-k.running
	for range rand.IntN(20_000) {
		runtime.Gosched()
	}
	process.Kill()
}

// come is how many rows have come in the run's pages: with one request at a time, the client has them when it sends the
// next one.
func (k *kills) come() (rows int) {
	const border = 16 // rows at most around one
	for _, q := range k.sim.Requests() {
		if q.Number >= int(k.first.Load()) && q.Size > border {
			rows = max(rows, (q.Page-1)*q.Size+q.Rows)
		}
	}
	return rows
}

// kept is how many of them the file of answers has.
func (k *kills) kept() (rows int) {
	files, err := filepath.Glob(filepath.Join(k.dir, "*", "answers.db"))
	if err != nil || len(files) == 0 {
		files, _ = filepath.Glob(filepath.Join(k.dir, "*", "*", "*", "answers.db")) // of macOS
	}
	if len(files) == 0 {
		return 0
	}
	db, err := sql.Open("sqlite", files[0]+"?_pragma=busy_timeout(10000)")
	if err != nil {
		k.t.Error(err)
		return killedRows
	}
	defer db.Close()
	if err := db.QueryRow("select coalesce(max(rows), 0) from series").Scan(&rows); err != nil {
		return 0 // it is being made
	}
	return rows
}

// run runs a script that writes, up to a request.
func (k *kills) run(last int64, ttl string) (out string, err error) {
	k.requests.Store(0)
	k.last.Store(last)
	self, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	cmd := exec.Command(self, "--config", filepath.Join(k.dir, "serpstat.spc"), "--db", k.database, "--cache-ttl", ttl, "-o", "csv", "--header=false",
		"create table seen as select url_to from serpstat_outlink where query = 'many.com'; insert into seen values ('the end'); select count(*) as n from seen")
	cmd.Args[0] = "serpstat-sql" // by which TestMain is the command
	cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN="+token, "SERPSTAT_REQUESTS_PER_SECOND=1000", "SERPSTAT_ASK_ABOVE=100000",
		"SERPSTAT_API_URL="+k.web.URL, "XDG_CACHE_HOME="+k.dir, "HOME="+k.dir)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	k.running <- cmd.Process
	err = cmd.Wait()
	select {
	case <-k.running: // nobody has killed it
	default:
	}
	if strings.Contains(stderr.String(), "warning") {
		k.t.Error(stderr.String())
	}
	return stdout.String(), err
}

// A run that is killed leaves all that it was to write into the --db file, or nothing.
func TestARunThatIsKilledHasWrittenNothing(t *testing.T) {
	k := newKills(t)
	for i := range 20 {
		k.run(int64(1+i%8), "0") //nolint:errcheck // it is killed
		if n := countSeen(t, k.database); n != 0 && n != killedRows+1 {
			t.Fatalf("killed at request %d, the database has %d rows", 1+i%8, n)
		}
		os.Remove(k.database)
	}
}

// What a run has bought that was killed is not bought again, but for what was under way, and a handful of rows that show
// whether the rest is still so.
func TestWhatAKilledRunHasBoughtIsKept(t *testing.T) {
	k := newKills(t)
	k.waits = true
	lost := int64(0)
	for i := range 8 {
		if _, err := k.run(int64(1+i%4), "1h"); err != nil {
			lost += 1000 + 16 // the page under way, and the rows around a border
		}
		os.Remove(k.database)
	}
	if out, err := k.run(0, "1h"); err != nil || strings.TrimSpace(out) != "5001" {
		t.Errorf("at last: %q, %v", out, err)
	}
	credits := int64(0)
	for _, q := range k.sim.Requests() {
		credits += q.Credits
	}
	if credits > killedRows+lost {
		t.Errorf("%d credits were spent in all for %d rows, want %d at most", credits, killedRows, killedRows+lost)
	}
	before := len(k.sim.Requests())
	os.Remove(k.database)
	if out, err := k.run(0, "1h"); err != nil || strings.TrimSpace(out) != "5001" || len(k.sim.Requests()) > before {
		t.Errorf("all is kept: %q, %v, and %d requests", out, err, len(k.sim.Requests())-before)
	}
}

// countSeen is the number of rows of the table, 0 where there is none.
func countSeen(t *testing.T, file string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("select count(*) from sqlite_schema").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n > 0 {
		if err := db.QueryRow("select count(*) from seen").Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
