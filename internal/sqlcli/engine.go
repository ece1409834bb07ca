package sqlcli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// openEngine runs work while there is an engine.
func (s *session) openEngine(ctx context.Context, work func() error) error {
	options, end, err := s.engineOptions()
	if err != nil {
		return err
	}
	defer end()
	defer s.kept.close()
	if s.engine, err = sqlengine.Open(ctx, options); err != nil {
		return err
	}
	defer s.engine.Close()
	return work()
}

func (s *session) engineOptions() (o sqlengine.Options, end func(), err error) {
	end = func() {}
	o.Database, o.Hidden = s.flags.database, serpstat.HiddenColumns
	o.Warn, o.NeverNull, o.Default, o.Words = s.progress.warn, serpstat.NeverNull, serpstat.Default, serpstat.Words
	if o.Config, err = s.flags.connectionConfig(); err != nil {
		return o, end, err
	}
	plugin := serpstat.Options{Engine: plan.SQLite, Unguarded: true, Observe: s.progress.observe, Promise: s.progress.promise, NoneAhead: paging.Load, CacheTTL: defaultCacheTTL}
	o.CacheTTL = answers.MostAge // the plugin knows what its user wants
	if s.kept = (&keptAnswers{warn: s.progress.warn}); !s.flags.demo {
		plugin.Answers = s.kept.open
	}
	if s.flags.fresh {
		plugin.Since = time.Now()
	}
	if s.flags.demo {
		url, stop, err := serveDemo()
		if err != nil {
			return o, end, err
		}
		end = stop
		plugin.NoEnvironment = true
		o.Config += fmt.Sprintf("token = \"demo\"\nbase_url = %q\nrequests_per_second = 1000\n", url)
	}
	if s.flags.explain {
		o.Confined = true
		copied, remove, err := copyDatabase(s.flags.database)
		stop := end
		o.Database, end = copied, func() { remove(); stop() }
		if err != nil {
			end()
			return o, end, err
		}
	}
	o.Plugin = serpstat.New(plugin)
	return o, end, nil
}

// serveDemo serves the bundled data on a free port of this machine alone.
func serveDemo() (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	sim := serpstatsim.New(serpstatsim.Demo())
	server := &http.Server{Handler: sim}
	go server.Serve(listener) //nolint:errcheck // it ends with Close
	return "http://" + listener.Addr().String(), func() { server.Close(); sim.Close() }, nil
}
