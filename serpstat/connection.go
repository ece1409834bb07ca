package serpstat

import (
	"context"
	"reflect"
	"sync"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// provider is what the plugin's tables share: one connection object for each Steampipe connection.
type provider struct {
	opts        Options
	kept        *kept
	mu          sync.Mutex
	connections map[string]*connection
}

func newProvider(opts Options) *provider {
	return &provider{opts: opts, kept: newKept(), connections: map[string]*connection{}}
}

// connection is a Steampipe connection: its client, and what was learned about the API while using it.
type connection struct {
	config   serpstatConfig
	settings settings
	client   *serpstatapi.Client

	mu      sync.Mutex
	refused outlink.Refusals
	folds   map[string]bool // fields whose contains has shown to ignore the case of ASCII letters
	misses  int             // probes that have not shown it
}

// connection returns the connection of a query, made anew when its config has changed. An error says what
// is wrong with the config; nothing has been sent then.
func (p *provider) connection(ctx context.Context, c *plugin.Connection) (*connection, error) {
	config := configOf(c)
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.connections[c.Name]
	if known != nil && reflect.DeepEqual(known.config, config) {
		return known, nil
	}
	settings, err := config.resolve(p.opts.getenv())
	if err != nil {
		return nil, err
	}
	client, err := settings.client(p.opts, plugin.Logger(ctx).ResetNamed(Name))
	if err != nil {
		return nil, err
	}
	made := &connection{config: config, settings: settings, client: client, refused: outlink.Refusals{}, folds: map[string]bool{}}
	p.connections[c.Name] = made
	if known != nil {
		p.kept.retireConnection(known)
	}
	return made, nil
}

// knowledge returns copies of what is known of the API, for planning.
func (c *connection) knowledge() (outlink.Refusals, map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	refused := make(outlink.Refusals, len(c.refused))
	for k, v := range c.refused {
		refused[k] = v
	}
	folds := make(map[string]bool, len(c.folds))
	for k, v := range c.folds {
		folds[k] = v
	}
	return refused, folds
}

// refuse remembers compareTypes that the API does not take, for as long as the process lives, and reports
// whether any of them is news.
func (c *connection) refuse(list ...outlink.Refusal) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	news := false
	for _, r := range list {
		news = news || !c.refused[r]
		c.refused[r] = true
	}
	return news
}

// probes reports whether it may still be worth asking if contains ignores case.
func (c *connection) probes() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.misses < mostMisses
}

// probed remembers what a probe has shown.
func (c *connection) probed(probe outlink.Probe, shown bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !shown {
		c.misses++
		return
	}
	for _, field := range probe.Fields() {
		c.folds[field] = true
	}
}
