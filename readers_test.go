package main

import (
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"golang.org/x/sync/errgroup"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// The promises of the plugin's process to each of many readers at once, spoken to as Steampipe does with its
// query cache on, which is its default.

// started is a process in front of a simulator of its own.
func started(t *testing.T, sim serpstatsim.Options) (*process, *serpstatsim.Server) {
	t.Helper()
	sim.Token = token
	api := serpstatsim.New(sim)
	web := httptest.NewServer(api)
	t.Cleanup(func() { api.Close(); web.Close() })
	return start(t, web.URL, "OFF"), api
}

// rowSet counts rows, told apart by all that a test compares.
type rowSet map[string]int

func (s rowSet) add(row *proto.Row) {
	c := row.Columns
	s[fmt.Sprint(c["url_from"].GetStringValue(), "|", c["url_to"].GetStringValue(), "|", c["link_text"].GetStringValue(), "|", c["links_ext"].GetIntValue(),
		"|", c["first_seen"].GetTimestampValue().AsTime().Format(time.DateOnly), "|", c["last_visited"].GetTimestampValue().AsTime().Format(time.DateTime))]++
}

func rowSetOf(rows []serpstatsim.Row) rowSet {
	s := rowSet{}
	for _, r := range rows {
		s[fmt.Sprint(r.URLFrom, "|", r.URLTo, "|", r.LinkText, "|", r.LinksExt, "|", r.FirstSeen, "|", r.LastVisited)]++
	}
	return s
}

// differs says how many rows came too often and how many are missing.
func (s rowSet) differs(want rowSet) error {
	doubled, missing := 0, 0
	for row, n := range s {
		doubled += max(n-want[row], 0)
	}
	for row, n := range want {
		missing += max(n-s[row], 0)
	}
	if doubled+missing > 0 {
		return fmt.Errorf("%d rows came too often, %d are missing", doubled, missing)
	}
	return nil
}

// pace says what a reader does after so many rows: it reads in bursts, and lets others go on between them.
type pace struct{ burst, pause int }

func (p pace) after(rows int) {
	if p.burst > 0 && rows%p.burst == 0 {
		for range p.pause {
			runtime.Gosched()
		}
	}
}

var paces = []pace{{}, {1, 1}, {1, 20}, {10, 200}, {100, 2000}, {999, 5000}, {1000, 20}, {1001, 5000}}

// read reads a domain to the end, or until enough rows have come (0 is all) and the scan is cancelled.
func (p *process) read(of *proto.ExecuteRequest, at pace, enough int) (rowSet, error) {
	stream, _, cancel, err := p.Execute(of)
	if err != nil {
		return nil, err
	}
	defer cancel()
	got := rowSet{}
	for n := 1; ; n++ {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got.add(resp.Row)
		if n == enough {
			return got, nil
		}
		at.after(n)
	}
}

// First scans past a thousand rows, a few at a time: each size with each pace, hundreds in make test-long. With the SDK's query
// cache on a third of them had rows twice and lacked others.
func TestEveryReaderGetsEveryRowOnce(t *testing.T) {
	scans := repetition.Times(32, 960)
	sizes := []int{1685, 1001, 2001, 1050}
	domains, all := map[string][]serpstatsim.Row{}, int64(0)
	for i := range scans {
		domains[fmt.Sprintf("d%d.com", i)] = nil
	}
	wants := make([]rowSet, len(sizes))
	for i, size := range sizes {
		rows := serpstatsim.Generate("d.com", size, uint64(i+1))
		wants[i] = rowSetOf(rows)
		for j := i; j < scans; j += len(sizes) {
			domains[fmt.Sprintf("d%d.com", j)] = rows
			all += int64(size)
		}
	}
	p, _ := started(t, serpstatsim.Options{Domains: domains, MaxLines: all}) // a row that is bought twice has no credit left
	var g errgroup.Group
	g.SetLimit(4)
	for i := range scans {
		g.Go(func() error {
			got, err := p.read(executeRequest(0, true, equal("query", fmt.Sprintf("d%d.com", i))), paces[i/len(sizes)%len(paces)], 0)
			if err == nil {
				err = got.differs(wants[i%len(sizes)])
			}
			if err != nil {
				t.Errorf("scan %d: %v", i, err)
			}
			return nil
		})
	}
	g.Wait()
}

// Queries that fail and that are cancelled harm nobody beside them.
func TestQueriesDoNotHarmEachOther(t *testing.T) {
	each := repetition.Times(20, 300)
	healthy, failing, cancelled, size := 3*each, each, each, 300
	rows := serpstatsim.Generate("h.com", size, 1)
	want := rowSetOf(rows)
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{}}
	for i := range healthy {
		sim.Domains[fmt.Sprintf("healthy%d.com", i)] = rows
	}
	for i := range failing {
		name := fmt.Sprintf("failing%d.com", i)
		sim.Domains[name] = rows
		sim.Faults = append(sim.Faults, serpstatsim.Fault{Kind: serpstatsim.CreditsExhausted, Query: name, Page: 1 + i%2})
	}
	long := serpstatsim.Generate("c.com", 20_000, 2)
	for i := range cancelled {
		sim.Domains[fmt.Sprintf("cancelled%d.com", i)] = long
	}
	p, _ := started(t, sim)
	run := func(domain string, at pace, enough int) (rowSet, error) {
		return p.read(executeRequest(0, true, equal("query", domain)), at, enough)
	}
	var g errgroup.Group
	g.SetLimit(40)
	for i := range healthy + failing + cancelled {
		g.Go(func() error {
			switch n := i / 5; i % 5 {
			case 0:
				if got, err := run(fmt.Sprintf("failing%d.com", n), paces[i%3], 0); err == nil || !strings.Contains(err.Error(), "credits") {
					t.Errorf("failing query %d: %d rows and the error %v", n, len(got), err)
				}
			case 1:
				if _, err := run(fmt.Sprintf("cancelled%d.com", n), paces[0], 1+n%130); err != nil {
					t.Errorf("cancelled query %d failed before: %v", n, err)
				}
			default:
				n := n*3 + i%5 - 2
				got, err := run(fmt.Sprintf("healthy%d.com", n), paces[n%len(paces)], 0)
				if err == nil {
					err = got.differs(want)
				}
				if err != nil {
					t.Errorf("healthy query %d: %v", n, err)
				}
			}
			return nil
		})
	}
	g.Wait()
}

// An equal scan buys nothing within the cache's time: after the first one, and beside it.
func TestAnEqualScanBuysNothing(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 1200, 3)
	want := rowSetOf(rows)
	p, api := started(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows, "b.com": rows}})
	for name, limit := range map[string]int64{"b.com": 0, "a.com": 1100} {
		for range 3 {
			if got, err := p.read(executeRequest(limit, true, equal("query", name)), pace{}, 0); err != nil || limit == 0 && got.differs(want) != nil {
				t.Fatalf("%s: %d rows, %v", name, len(got), err)
			}
		}
	}
	if n := api.Credits(); n != 2300 {
		t.Errorf("%d credits for repeated scans of 1200 and 1100 rows", n)
	}

	// A self-join reads one side while the other one waits.
	joins := repetition.Times(3, 36)
	api.Reset()
	for i := range joins {
		domain := fmt.Sprintf("self%d.com", i)
		api.SetRows(domain, rows)
		stream, _, cancel, err := p.Execute(executeRequest(0, true, equal("query", domain)))
		if err != nil {
			t.Fatal(err)
		}
		outer := rowSet{}
		next := func() bool {
			resp, err := stream.Recv()
			if err == nil {
				outer.add(resp.Row)
			} else if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			return err == nil
		}
		for range 1 + i*407%1198 {
			next()
		}
		var inner sync.WaitGroup
		for j := range 2 {
			inner.Go(func() {
				got, err := p.read(executeRequest(0, true, equal("query", domain)), paces[(i+j)%len(paces)], 0)
				if err == nil {
					err = got.differs(want)
				}
				if err != nil {
					t.Errorf("the inner side of join %d: %v", i, err)
				}
			})
		}
		inner.Wait()
		for next() {
		}
		cancel()
		if err := outer.differs(want); err != nil {
			t.Errorf("the outer side of join %d: %v", i, err)
		}
	}
	if n := api.Credits(); n != int64(joins)*1200 {
		t.Errorf("%d credits for %d self-joins of 1200 rows", n, joins)
	}
}
