package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

const (
	scanRows = 60_000
	rounds   = 25 // of the throughput's measurement
)

// measure is a ratio or a size, and its bound.
type measure struct {
	name, unit   string
	value, bound float64
	atLeast      bool
	detail       string
}

func (m measure) ok() bool {
	if m.atLeast {
		return m.value >= m.bound
	}
	return m.value <= m.bound
}

func (m measure) String() string {
	relation := "at most"
	if m.atLeast {
		relation = "at least"
	}
	return fmt.Sprintf("| %s | %.2f%s | %s %g%s | %s |", m.name, m.value, m.unit, relation, m.bound, m.unit, m.detail)
}

// throughput compares the plugin with its own table streaming the same rows from memory: what the SDK alone
// needs. The API's answers are replayed, so that the simulator's work is not measured. Both are measured in
// turn, and the median of the ratios counts: a machine's speed changes from second to second.
func throughput() (measure, error) {
	api := newReplay(serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{site: serpstatsim.Generate(site, scanRows, 1)}}))
	ours := serpstat.New(serpstat.Options{NoEnvironment: true, Unguarded: true, Transport: api})
	var items []any
	memory := func(ctx context.Context) *plugin.Plugin {
		p := serpstat.New(serpstat.Options{NoEnvironment: true, Unguarded: true, Transport: api})(ctx)
		list := p.TableMap["serpstat_outlink"].List
		scan := list.Hydrate
		list.Hydrate = func(ctx context.Context, d *plugin.QueryData, h *plugin.HydrateData) (any, error) {
			if items == nil { // the first time: what the scan streams
				stream := d.StreamListItem
				d.StreamListItem = func(ctx context.Context, more ...any) { items = append(items, more...); stream(ctx, more...) }
				defer func() { d.StreamListItem = stream }()
				return scan(ctx, d, h)
			}
			for _, item := range items {
				d.StreamListItem(ctx, item)
			}
			return nil, nil
		}
		return p
	}
	config := "base_url = \"http://127.0.0.1:1\"\nrequests_per_second = 1000"
	a, err := newSteampipe(ours, config)
	if err != nil {
		return measure{}, err
	}
	b, err := newSteampipe(memory, config)
	if err != nil {
		return measure{}, err
	}
	var ratios []float64
	var seconds [2]float64
	for round := range rounds + 1 {
		var took [2]float64
		for i, s := range []*host{a, b} {
			runtime.GC()
			start := time.Now()
			if rows, err := s.run(query{limit: -1}.of(site)); err != nil || rows != scanRows {
				return measure{}, fmt.Errorf("throughput: %d rows, %w", rows, err)
			}
			took[i] = time.Since(start).Seconds()
		}
		if round > 0 { // the first fills what is replayed
			ratios = append(ratios, took[1]/took[0])
			seconds[0] += took[0]
			seconds[1] += took[1]
		}
	}
	slices.Sort(ratios)
	return measure{
		name: "rows per second, compared with the same rows from memory", value: ratios[rounds/2], bound: 0.9, atLeast: true,
		detail: fmt.Sprintf("%.0f and %.0f rows/s", scanRows*rounds/seconds[0], scanRows*rounds/seconds[1]),
	}, nil
}

func (q query) of(name string) query {
	q.quals = append(q.quals, domain(name))
	return q
}

// replay answers a request as a simulator did the first time.
type replay struct {
	api     http.Handler
	mu      sync.Mutex
	answers map[string][2][]byte // what comes before and after the id
}

func newReplay(api http.Handler) *replay { return &replay{api: api, answers: map[string][2][]byte{}} }

func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	req.Body.Close()
	if err != nil {
		return nil, err
	}
	var envelope struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	key := strings.Replace(string(body), envelope.ID, "", 1)
	r.mu.Lock()
	parts, ok := r.answers[key]
	r.mu.Unlock()
	if !ok {
		recorder := httptest.NewRecorder()
		r.api.ServeHTTP(recorder, httptest.NewRequest(req.Method, req.URL.String(), bytes.NewReader(body)))
		parts[0], parts[1], _ = bytes.Cut(recorder.Body.Bytes(), []byte(envelope.ID))
		r.mu.Lock()
		r.answers[key] = parts
		r.mu.Unlock()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(io.MultiReader(bytes.NewReader(parts[0]), strings.NewReader(envelope.ID), bytes.NewReader(parts[1]))),
	}, nil
}

// pace compares a scan's time with the least that the rate limit and the latency allow.
func pace(rate float64, latency time.Duration) (measure, error) {
	sim := serpstatsim.New(serpstatsim.Options{
		Domains:           map[string][]serpstatsim.Row{site: serpstatsim.Generate(site, scanRows, 1)},
		RequestsPerSecond: rate, Latency: latency,
	})
	web := httptest.NewServer(sim)
	defer func() { sim.Close(); web.Close() }()
	s, err := newSteampipe(serpstat.New(serpstat.Options{NoEnvironment: true, Unguarded: true}), fmt.Sprintf("base_url = %q\nrequests_per_second = %g", web.URL, rate))
	if err != nil {
		return measure{}, err
	}
	start := time.Now()
	if rows, err := s.run(query{limit: -1}.of(site)); err != nil || rows != scanRows {
		return measure{}, fmt.Errorf("pace: %d rows, %w", rows, err)
	}
	took := time.Since(start)
	requests := len(sim.Requests())
	// How many rows there are is in the first answer: nothing follows it sooner than that, nor than the rate allows.
	each := time.Duration(float64(time.Second) / rate)
	floor := max(each, latency) + time.Duration(requests-2)*each + latency
	return measure{
		name: fmt.Sprintf("time of a 60,000-row scan, %g request/s and %v latency, compared with its floor", rate, latency), value: took.Seconds() / floor.Seconds(), bound: 1.15,
		detail: fmt.Sprintf("%.1f s, floor %.1f s, %d requests", took.Seconds(), floor.Seconds(), requests),
	}, nil
}

// memory measures how much more a plugin process needs at its peak for a long scan than for a short one.
func memory() (measure, error) {
	m := measure{name: "peak memory of the process, 60,000 rows above 1,000", unit: " MB", bound: 30}
	if runtime.GOOS != "linux" {
		m.detail = "measured on Linux only"
		return m, nil
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "serpstat.plugin")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return m, fmt.Errorf("building the plugin: %s", out)
	}
	var peaks [2]float64
	for i, rows := range []int{1000, scanRows} {
		if peaks[i], err = peakOf(binary, rows); err != nil {
			return m, err
		}
	}
	m.value = peaks[1] - peaks[0]
	m.detail = fmt.Sprintf("%.0f and %.0f MB", peaks[0], peaks[1])
	return m, nil
}

func peakOf(binary string, rows int) (mb float64, err error) {
	sim := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{site: serpstatsim.Generate(site, rows, 1)}})
	web := httptest.NewServer(sim)
	defer func() { sim.Close(); web.Close() }()
	cmd := exec.Command(binary)
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
	if _, err := p.SetAllConnectionConfigs(connection(fmt.Sprintf("base_url = %q\nrequests_per_second = 1000\nmax_credits = 0", web.URL))); err != nil {
		return 0, err
	}
	stream, _, cancel, err := p.Execute(query{limit: -1}.of(site).request())
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
