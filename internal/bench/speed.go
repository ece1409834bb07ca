package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

const (
	scanRows = 60_000
	rounds   = 15 // of the throughput's measurement
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
func throughput() ([]measure, error) {
	api := newReplay(serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{site: serpstatsim.Generate(site, scanRows, 1)}}))
	replayed := options()
	replayed.Transport = api
	ours := serpstat.New(replayed)
	var items []any
	memory := func(ctx context.Context) *plugin.Plugin {
		p := serpstat.New(replayed)(ctx)
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
		return nil, err
	}
	b, err := newSteampipe(memory, config)
	if err != nil {
		return nil, err
	}
	var ratios []float64
	var seconds [2]float64
	for round := range rounds + 1 {
		var took [2]float64
		for i, s := range []*host{a, b} {
			runtime.GC()
			start := time.Now()
			if rows, err := s.run(context.Background(), query{limit: -1}.of(site), nil); err != nil || rows != scanRows {
				return nil, fmt.Errorf("throughput: %d rows, %w", rows, err)
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
	return []measure{{
		name: "Steampipe: rows per second at no latency, compared with the same rows from memory", value: ratios[rounds/2], bound: 0.9, atLeast: true,
		detail: fmt.Sprintf("%.0f and %.0f rows/s", scanRows*rounds/seconds[0], scanRows*rounds/seconds[1]),
	}}, nil
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
func pace(rate, bound float64) ([]measure, error) {
	const rows, latency = 10_217, 500 * time.Millisecond
	var list []measure
	for _, kind := range engines {
		e, sim, end, err := openPaced(kind, rows, rate, latency)
		if err != nil {
			return nil, err
		}
		start := time.Now()
		got, err := e.run(context.Background(), query{limit: -1}.of(site), nil)
		took := time.Since(start)
		requests := len(sim.Requests())
		end()
		if err != nil || got != rows {
			return nil, fmt.Errorf("pace: %d rows, %w", got, err)
		}
		// How many rows there are is in the first answer: nothing follows it sooner than that, nor than the rate allows.
		each := time.Duration(float64(time.Second) / rate)
		floor := max(each, latency) + time.Duration(requests-2)*each + latency
		list = append(list, measure{
			name:  fmt.Sprintf("%s: time of a scan of %d rows at %g request/s and %v latency, compared with its floor", kind.name, rows, rate, latency),
			value: took.Seconds() / floor.Seconds(), bound: bound,
			detail: fmt.Sprintf("%.1f s, floor %.1f s, %d requests", took.Seconds(), floor.Seconds(), requests),
		})
	}
	return list, nil
}

// openPaced is an engine in front of a simulator with a rate limit (0 is none) and a latency.
func openPaced(kind engineKind, rows int, rate float64, latency time.Duration) (engine, *serpstatsim.Server, func(), error) {
	sim := serpstatsim.New(serpstatsim.Options{
		Domains:           map[string][]serpstatsim.Row{site: serpstatsim.Generate(site, rows, 1)},
		RequestsPerSecond: rate, Latency: latency,
	})
	web := httptest.NewServer(sim)
	if rate == 0 {
		rate = 1000
	}
	e, err := kind.open(options(), fmt.Sprintf("base_url = %q\nrequests_per_second = %g", web.URL, rate))
	if err != nil {
		return nil, nil, nil, err
	}
	return e, sim, func() { e.close(); sim.Close(); web.Close() }, nil
}

// firstRow measures after how many round trips the first row is there.
func firstRow() ([]measure, error) {
	const latency = 400 * time.Millisecond
	var list []measure
	for _, kind := range engines {
		e, _, end, err := openPaced(kind, 5000, 0, latency)
		if err != nil {
			return nil, err
		}
		start, first := time.Now(), time.Duration(0)
		_, err = e.run(context.Background(), query{limit: -1, leave: 1}.of(site), func(int64) { first = time.Since(start) })
		end()
		if err != nil {
			return nil, err
		}
		list = append(list, measure{name: kind.name + ": round trips before the first row", value: first.Seconds() / latency.Seconds(), bound: 1.5,
			detail: fmt.Sprintf("%d ms, each takes %d ms", first.Milliseconds(), latency.Milliseconds())})
	}
	return list, nil
}

// pausing measures how many pages have been paid for beyond the one that a reader pauses in, at a request a second.
func pausing() ([]measure, error) {
	const row, pause = 600, 6 * time.Second // of its fourth page
	ends := []int64{125, 250, 500, 1000}
	var list []measure
	for _, kind := range engines {
		e, sim, end, err := openPaced(kind, 10_000, 1, 0)
		if err != nil {
			return nil, err
		}
		paid := int64(0)
		_, err = e.run(context.Background(), query{limit: -1, leave: row}.of(site), func(n int64) {
			if n == row {
				time.Sleep(pause)
				paid = sim.Credits()
			}
		})
		end()
		if err != nil {
			return nil, err
		}
		beyond := paid - ends[3]
		list = append(list, measure{name: kind.name + ": pages paid for beyond the one that a reader pauses in, at 1 request/s",
			value: float64(beyond) / 1000, bound: 2, detail: fmt.Sprintf("%d credits, paused in row %d for %v", paid, row, pause)})
	}
	return list, nil
}
