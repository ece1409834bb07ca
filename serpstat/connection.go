package serpstat

import (
	"context"
	"reflect"
	"sync"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// provider is what the plugin's tables share: one connection object for each Steampipe connection.
type provider struct {
	opts        Options
	store       *series.Store
	mu          sync.Mutex
	connections map[string]*connection
}

func newProvider(opts Options) *provider {
	p := &provider{opts: opts, store: series.NewStore(), connections: map[string]*connection{}}
	if opts.Now != nil {
		p.store.Now = opts.Now
	}
	return p
}

// connection is a Steampipe connection: its client, and what was learned about the API while using it.
type connection struct {
	execute.Connection
	config   serpstatConfig
	settings settings
	client   *serpstatapi.Client
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
	settings, err := config.resolve(p.opts.getenv(), p.opts)
	if err != nil {
		return nil, &ConfigError{err}
	}
	client, err := settings.client(p.opts, plugin.Logger(ctx).ResetNamed(Name))
	if err != nil {
		return nil, &ConfigError{err}
	}
	made := &connection{config: config, settings: settings, client: client}
	made.API, made.Store, made.Rate, made.MaxRequests = client, p.store, settings.rate, settings.concurrency
	made.NoneAhead = p.opts.NoneAhead
	made.Balance = func(ctx context.Context) (int64, error) {
		stats, err := client.GetStats(ctx)
		if err != nil {
			return 0, err
		}
		return stats.LeftLines, nil
	}
	p.keep(made)
	p.drop(c.Name)
	p.connections[c.Name] = made
	return made, nil
}

// keep makes what a connection buys and learns outlive the process, where its user and its host want that.
func (p *provider) keep(c *connection) {
	if p.opts.Answers == nil || c.settings.cacheTTL == 0 {
		return
	}
	if file := p.opts.Answers(); file != nil {
		c.Account, p.store.Level, c.Facts = file.Account(c.settings.token, c.settings.baseURL), file, file
		if p.opts.Since.IsZero() {
			c.Believe(file.Facts(c.Account))
		}
	}
}

// forget drops a connection that the user has deleted.
func (p *provider) forget(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(name)
}

// drop drops a connection and its rows. Scans under way keep theirs.
func (p *provider) drop(name string) {
	if known := p.connections[name]; known != nil {
		p.store.Drop(&known.Connection)
		delete(p.connections, name)
	}
}
