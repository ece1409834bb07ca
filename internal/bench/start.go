package main

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// start measures what it takes to begin with all tables: how long the schema lets wait for it, and how much more memory
// they take than one of them does.
func start() ([]measure, error) {
	all := serpstat.New(options())
	one := func(ctx context.Context) *plugin.Plugin {
		p := all(ctx)
		name := catalog.Tables()[0].Name
		p.TableMap = map[string]*plugin.Table{name: p.TableMap[name]}
		return p
	}
	const runs = 15
	var took, more []float64
	for range runs {
		_, small, err := started(one)
		if err != nil {
			return nil, err
		}
		wait, large, err := started(all)
		if err != nil {
			return nil, err
		}
		took, more = append(took, wait.Seconds()*1000), append(more, large-small)
	}
	slices.Sort(took)
	slices.Sort(more)
	return []measure{
		{name: "Steampipe: the schema of all tables, from the plugin's start", unit: " ms", value: took[runs/2], bound: 50, detail: "median of 15"},
		{name: "Steampipe: memory before the first query, all tables above one", unit: " MB", value: more[runs/2], bound: 5, detail: "median of 15"},
	}, nil
}

// started starts a plugin and asks for its schema. It tells how long that takes, and how many megabytes stay.
func started(create plugin.PluginFunc) (took time.Duration, mb float64, err error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begun := time.Now()
	s, err := newSteampipe(create, "")
	if err != nil {
		return 0, 0, err
	}
	defer s.close()
	if _, err := s.server.GetSchema(&proto.GetSchemaRequest{Connection: "serpstat"}); err != nil {
		return 0, 0, err
	}
	took = time.Since(begun)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(s)
	return took, (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / (1 << 20), nil
}
