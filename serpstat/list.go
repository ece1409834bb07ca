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
	begun := pluginserver.Begin(sdkCtx, d.Connection.Name)
	ctx := serpstatapi.WithWait(begun, func(ctx context.Context) error {
		d.WaitForListRateLimit(ctx)
		return ctx.Err()
	})
	streamed := 0
	stream := d.StreamListItem
	d.StreamListItem = func(_ context.Context, items ...any) {
		if ctx.Err() == nil {
			streamed += len(items)
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
	default:
		plugin.Logger(sdkCtx).Error(d.Table.Name, "connection", d.Connection.Name, "error", err)
	}
	return pluginserver.Fail(begun, err)
}
