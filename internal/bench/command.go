package main

import (
	"bufio"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

const sqlBinary = "serpstat-sql"

// build makes the program, in a directory of its own. remove removes it.
func build() (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "bench"); err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, sqlBinary), "./cmd/serpstat-sql").CombinedOutput(); err != nil {
		remove()
		return "", nil, fmt.Errorf("%w: %s", err, out)
	}
	return dir, remove, nil
}

// command runs the program with a cache of its own, in the directory that it is in.
func command(dir, url string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(dir, sqlBinary), append([]string{"--quiet", "--yes"}, args...)...)
	cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN=bench", "SERPSTAT_REQUESTS_PER_SECOND=1000", "SERPSTAT_API_URL="+url, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	return cmd
}

// keptAnswer measures how long after its start the program writes the first row of what an earlier run has bought.
func keptAnswer() ([]measure, error) {
	dir, remove, err := build()
	if err != nil {
		return nil, err
	}
	defer remove()
	sim := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{site: serpstatsim.Generate(site, scanRows, 1)}})
	defer sim.Close()
	web := httptest.NewServer(sim)
	defer web.Close()
	var took []float64
	const runs = 15
	paid := int64(0)
	for run := range runs + 1 {
		ms, err := firstLine(command(dir, web.URL, "-o", "csv", "--header=false", query{limit: -1}.of(site).sql()))
		switch {
		case err != nil:
			return nil, err
		case run == 0:
			paid = sim.Credits() // the one that buys
			continue
		case sim.Credits() != paid:
			return nil, fmt.Errorf("%d credits were spent on what is kept", sim.Credits()-paid)
		}
		took = append(took, ms)
	}
	slices.Sort(took)
	return []measure{{name: "SQLite: from the start of serpstat-sql to the first row of a kept answer", unit: " ms", value: took[runs/2], bound: 100,
		detail: fmt.Sprintf("median of %d, %d rows are kept", runs, scanRows)}}, nil
}

// firstLine is how long a command takes for its first line, in milliseconds. It is left to write the others.
func firstLine(cmd *exec.Cmd) (ms float64, err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if ms == 0 {
			ms = float64(time.Since(begun).Microseconds()) / 1000
		}
	}
	return ms, cmd.Wait()
}
