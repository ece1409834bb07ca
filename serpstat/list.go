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
	d.StreamListItem = func(ctx context.Context, items ...any) {
		streamed += int64(len(items))
		stream(ctx, items...)
	}
	err := scan(ctx, d)
	if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // all rows, or nobody left to read them
	}
	plugin.Logger(sdkCtx).Error(d.Table.Name, "connection", d.Connection.Name, "error", err)
	return pluginserver.Fail(sdkCtx, d, streamed, err)
}
