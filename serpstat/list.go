package serpstat

import (
	"context"
	"errors"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pluginserver"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// list runs a table's scan with what all tables need: the end of the reader's interest, Steampipe's own rate
// limiters before each request, and errors that cannot be lost.
func (p *provider) list(sdkCtx context.Context, d *plugin.QueryData, scan func(context.Context, *plugin.QueryData) error) error {
	ctx, end := pluginserver.Begin(sdkCtx)
	defer end()
	ctx = serpstatapi.WithWait(ctx, func(ctx context.Context) error {
		d.WaitForListRateLimit(ctx)
		return ctx.Err()
	})
	var streamed int64
	stream := d.StreamListItem
	d.StreamListItem = func(_ context.Context, items ...any) {
		if ctx.Err() == nil {
			streamed += int64(len(items))
			stream(sdkCtx, items...)
		}
	}
	err := scan(ctx, d)
	if err == nil {
		err = ctx.Err()
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		plugin.Logger(sdkCtx).Debug(d.Table.Name, "connection", d.Connection.Name, "cancelled after rows", streamed)
		err = errSharedEnded
	default:
		plugin.Logger(sdkCtx).Error(d.Table.Name, "connection", d.Connection.Name, "error", err)
	}
	return pluginserver.Fail(sdkCtx, d, streamed, err)
}

// errSharedEnded is seen only by a query that came to share the rows of another at the moment that one was
// cancelled; the one that was cancelled gets its context's error.
var errSharedEnded = errors.New("an equal query, whose rows this one was to share, was cancelled; run it again")
