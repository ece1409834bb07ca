package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// memory measures the peak of each program's process while all rows of a large site are read, none of them kept by the
// reader: of serpstat-sql in each format, and how much more a plugin's needs for a long scan than for a short one.
func memory() ([]measure, error) {
	if runtime.GOOS != "linux" {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for binary, of := range map[string]string{pluginBinary: ".", sqlBinary: "./cmd/serpstat-sql"} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, binary), of).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building %s: %s", of, out)
		}
	}
	peaks := map[int]float64{}
	var list []measure
	for _, rows := range []int{1000, scanRows, manyRows} {
		sim := serpstatsim.New(serpstatsim.Options{MaxLines: 100 * manyRows, Domains: map[string][]serpstatsim.Row{site: serpstatsim.Generate(site, rows, 1)}})
		web := httptest.NewServer(sim)
		peaks[rows], err = peakOfPlugin(dir, web.URL, rows)
		if err == nil && rows == manyRows {
			list, err = peaksOfFormats(dir, web.URL)
		}
		sim.Close()
		web.Close()
		if err != nil {
			return nil, err
		}
	}
	return append(list,
		measure{name: fmt.Sprintf("Steampipe: peak memory of the process, %d rows", manyRows), unit: " MB", value: peaks[manyRows], bound: 150, detail: fmt.Sprintf("%.0f MB for 1,000 rows", peaks[1000])},
		measure{name: "Steampipe: peak memory of the process, 60,000 rows above 1,000", unit: " MB", value: peaks[scanRows] - peaks[1000], bound: 30, detail: fmt.Sprintf("%.0f and %.0f MB", peaks[1000], peaks[scanRows])}), nil
}

const (
	manyRows     = 400_000
	pluginBinary = "serpstat.plugin"
)

// formats are those of serpstat-sql whose memory does not follow from the number of rows: all but table, which says so.
var formats = []string{"csv", "tsv", "json", "ndjson", "markdown", "html", "line", "xlsx", "parquet"}

// peaksOfFormats buys all rows for a file of each format.
func peaksOfFormats(dir, url string) (list []measure, err error) {
	for _, format := range formats {
		mb, err := peakOfCommand(command(dir, url, "--fresh", "-o", format, "-o", filepath.Join(dir, "rows.out"), query{limit: -1}.of(site).sql()))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", format, err)
		}
		list = append(list, measure{name: fmt.Sprintf("SQLite: peak memory of serpstat-sql -o %s, %d rows", format, manyRows), unit: " MB", value: mb, bound: 150})
	}
	return list, nil
}

// peakOfCommand looks until the command has ended: what Linux says of a process that has is more, since what its parent
// had in memory counts too.
func peakOfCommand(cmd *exec.Cmd) (peak float64, err error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return 0, fmt.Errorf("%w: %s", err, stderr.Bytes())
			}
			return peak, nil
		case <-time.After(10 * time.Millisecond):
			if mb, err := peakMemory(cmd.Process.Pid); err == nil {
				peak = mb
			}
		}
	}
}

func peakOfPlugin(dir, url string, rows int) (mb float64, err error) {
	cmd := exec.Command(filepath.Join(dir, pluginBinary))
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: shared.Handshake, Plugins: map[string]goplugin.Plugin{serpstat.Name: &shared.WrapperPlugin{}}, Cmd: cmd,
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(), SyncStderr: io.Discard,
	})
	defer client.Kill()
	rpc, err := client.Client()
	if err != nil {
		return 0, err
	}
	raw, err := rpc.Dispense(serpstat.Name)
	if err != nil {
		return 0, err
	}
	p := raw.(shared.WrapperPluginClient)
	if _, err := p.SetAllConnectionConfigs(connection(fmt.Sprintf("base_url = %q\nrequests_per_second = 1000\nmax_credits = 0", url))); err != nil {
		return 0, err
	}
	stream, _, cancel, err := p.Execute(query{limit: -1, cache: true}.of(site).request())
	if err != nil {
		return 0, err
	}
	defer cancel()
	got := 0
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		if resp.Row != nil {
			got++
		}
	}
	if got != rows {
		return 0, fmt.Errorf("memory: %d rows of %d", got, rows)
	}
	return peakMemory(cmd.Process.Pid)
}

// peakMemory is the most memory that a process has used, from Linux's /proc.
func peakMemory(pid int) (mb float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kb, err := strconv.ParseFloat(fields[1], 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("the peak memory is not shown in /proc")
}
