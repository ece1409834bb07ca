package serpstat

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// listing makes a hydrate function of a table's scan.
func (p *provider) listing(scan func(context.Context, *plugin.QueryData) error) plugin.HydrateFunc {
	return func(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
		return nil, p.list(ctx, d, scan)
	}
}

// list runs a table's scan with what all tables need: the end of the reader's interest, Steampipe's own rate
// limiters before each request, and errors that cannot be lost, or, in another host, not after the first row.
func (p *provider) list(sdkCtx context.Context, d *plugin.QueryData, scan func(context.Context, *plugin.QueryData) error) error {
	begun := steampipe.Begin(sdkCtx, d.Connection.Name)
	ctx := serpstatapi.WithWait(begun, func(ctx context.Context) error {
		d.WaitForListRateLimit(ctx)
		return ctx.Err()
	})
	streamed := 0
	send := d.StreamListItem
	stream := func(_ context.Context, items ...any) {
		streamed += len(items)
		send(sdkCtx, items...)
	}
	d.StreamListItem = stream
	var rows []any
	var err error
	if !steampipe.Served(ctx) {
		// Another host: Steampipe's SQLite extension, its exporter, or its foreign data wrapper for a PostgreSQL of one's
		// own. They read from the SDK's anywhere.LocalPluginStream, which takes an error after the first row for the end
		// of the rows. So none is sent before the scan has succeeded.
		d.StreamListItem = func(_ context.Context, items ...any) { rows = append(rows, items...) }
		err = refusal(cmp.Or(p.opts.Program, mainModule()), configOf(d.Connection), p.opts.getenv())
	}
	if err == nil {
		err = scan(ctx, d)
	}
	if err == nil {
		for _, row := range rows {
			stream(ctx, row)
		}
		err = ctx.Err()
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		plugin.Logger(sdkCtx).Debug(d.Table.Name, "connection", d.Connection.Name, "cancelled after rows", streamed)
	default:
		plugin.Logger(sdkCtx).Error(d.Table.Name, "connection", d.Connection.Name, "error", err)
	}
	return steampipe.Fail(begun, err)
}

// execution plans a scan with the clauses and the limit that are told, and checks the connection; in says the
// rest. It is nil for a call of the SDK that another one answers. Nothing is sent yet.
func (p *provider) execution(ctx context.Context, d *plugin.QueryData, in plan.Input) (*execute.Execution, error) {
	quals, answers := scanQuals(d, p.opts.Engine)
	if !answers {
		return nil, nil
	}
	limit, counted := steampipe.Limit(ctx)
	if !counted {
		limit = d.QueryContext.GetLimit()
	}
	in.Quals, in.Limit, in.Engine, in.RowCap = quals, limit, p.opts.Engine, p.opts.RowCap
	columns := needed(d, in.Table)
	if in.Bare = len(columns) == 0; len(columns) == 1 {
		in.Only = columns[0]
	}
	conn, err := p.connection(ctx, d.Connection)
	if e := explained(ctx); err != nil && e != nil && !e.estimate {
		// Nothing will be sent, so nothing is needed to send it.
		conn, err = &connection{Connection: execute.Connection{Store: p.store}}, nil
	}
	if err != nil {
		if _, wrong := plan.New(in); wrong != nil { // told first: that is how one finds out how to write a query
			err = wrong
		}
		return nil, err
	}
	o := execute.Options{Reader: stream{d}, Log: plugin.Logger(ctx), Age: min(cacheTime(ctx), p.usableFor(conn.settings)), Recalled: p.opts.recalled}
	o.Budget, o.Scope = shared(ctx, conn.settings)
	if conn.settings.allowIncomplete {
		o.Warn = p.opts.warn
	}
	o.AllCount = !counted
	o.ReadToCount = conn.settings.readToCount
	return conn.New(in, o)
}

// usableFor is how old what was bought may be to be used again, as far as the user has said it.
func (p *provider) usableFor(s settings) time.Duration {
	if p.opts.Since.IsZero() {
		return s.cacheTTL
	}
	return min(s.cacheTTL, max(p.store.Now().Sub(p.opts.Since), 1))
}

// otherHostsTime is how long what was bought serves further scans in another host, which does not tell its user's
// setting: Steampipe's own default.
const otherHostsTime = 5 * time.Minute

func cacheTime(ctx context.Context) time.Duration {
	if !steampipe.Served(ctx) {
		return otherHostsTime
	}
	return steampipe.CacheTime(ctx)
}
