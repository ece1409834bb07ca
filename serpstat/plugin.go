// Package serpstat is the Steampipe face of Serpstat's API: the plugin, its connection config and its
// tables. It translates the SDK's quals, sort and limit into a plan's input, and rows into its stream.
package serpstat

import (
	"context"
	"net/http"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// Name is the plugin's name.
const Name = "steampipe-plugin-serpstat"

// Plugin returns the plugin as Steampipe runs it.
func Plugin(ctx context.Context) *plugin.Plugin { return New(Options{})(ctx) }

// Options are the plugin's seams for the embedded engine and for tests. The zero value is what Steampipe
// gets.
type Options struct {
	// Transport carries the API's HTTP requests; nil is the client's own.
	Transport http.RoundTripper
	// Observe is told of every answer of the API and of incomplete data. It may be called concurrently.
	Observe func(Event)
	// Promise is told before a paid attempt at a request is sent of its number, and of the credits that it costs at most. The
	// Event that tells what has become of it has the same number. It comes later than a scan's end where that has been
	// given up: what has been sent is finished, since it may be charged. It may be called concurrently.
	Promise func(number, credits int64)
	// Engine says whose SQL is answered.
	Engine plan.Engine
	// Unguarded lets a scan spend what it needs where max_credits is not set: its host has a guard of its own.
	Unguarded bool
	// NoneAhead reports, at any time, that no page is to be fetched before it is needed: whoever takes the rows may leave
	// with each one. Nil is that pages may be.
	NoneAhead func() bool
	// RowCap is how many rows the API gives for one series of requests, for a simulator with another cap than
	// the API's; 0 is the API's.
	RowCap int64
	// MaxBody is how many bytes an answer of the API may have; 0 is the client's own bound.
	MaxBody int64
	// Now tells how old kept rows are; nil is the clock.
	Now func() time.Time
	// Answers opens what keeps what is bought for later runs of the program, always the same; nil keeps it in memory alone.
	Answers func() *answers.File
	// CacheTTL is how old rows may be that are used again, where cache_ttl is not set; 0 is as old as the host says.
	CacheTTL time.Duration
	// Since is when what is used again was bought at the earliest; the zero value is no bound.
	Since time.Time
	// Program is the module path of the program that the plugin is a part of; "" is this one's.
	Program string
	// NoEnvironment makes the plugin ignore SERPSTAT_* variables.
	NoEnvironment bool
}

// New makes a plugin with options.
func New(opts Options) plugin.PluginFunc {
	return newProvider(opts).plugin
}

func (p *provider) plugin(ctx context.Context) *plugin.Plugin {
	steampipe.CountLimits(ctx)
	steampipe.OnDelete(ctx, p.forget)
	tables := map[string]*plugin.Table{
		"serpstat_credit":          p.creditTable(),
		"serpstat_outlink_summary": p.summaryTable(),
	}
	for _, t := range catalog.Tables() {
		tables[t.Name] = p.declaredTable(t)
	}
	for _, t := range tables {
		// The query cache of SDK v5.14.1 gives its readers some rows twice and others not at all: they read a
		// page while it is written again. What the user wants of it is kept here instead (kept).
		t.Cache = &plugin.TableCacheOptions{Enabled: false}
	}
	return &plugin.Plugin{
		Name: Name,
		ConnectionConfigSchema: &plugin.ConnectionConfigSchema{
			NewInstance: func() any { return &serpstatConfig{} },
		},
		DefaultTransform: transform.FromGo(),
		TableMap:         tables,
	}
}
