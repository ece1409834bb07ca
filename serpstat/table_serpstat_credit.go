package serpstat

import (
	"context"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

func (p *provider) creditTable() *plugin.Table {
	return &plugin.Table{
		Name:        "serpstat_credit",
		Description: "The API credits of the connection's plan: how many there are, are used and are left. Asking is free of charge.",
		List:        &plugin.ListConfig{Hydrate: p.listing(p.scanCredits)},
		Columns: []*plugin.Column{
			column("max_lines", proto.ColumnType_INT, "The credits of the plan.", func(s *serpstatapi.Stats) any { return s.MaxLines }),
			column("used_lines", proto.ColumnType_INT, "The credits that are used.", func(s *serpstatapi.Stats) any { return s.UsedLines }),
			column("left_lines", proto.ColumnType_INT, "The credits that are left.", func(s *serpstatapi.Stats) any { return s.LeftLines }),
			column("plan_id", proto.ColumnType_STRING, "The id of the plan.", func(s *serpstatapi.Stats) any { return presentOf(s.PlanID) }),
			column("user_id", proto.ColumnType_STRING, "The id of the user whom the token belongs to.", func(s *serpstatapi.Stats) any { return presentOf(s.UserID) }),
			column("extension_enabled", proto.ColumnType_BOOL, "True if the plan includes Serpstat's browser extension.",
				limitOf(func(l *serpstatapi.PluginLimits) any { return l.HasAPIPlugin })),
			column("extension_max", proto.ColumnType_INT, "The requests that the browser extension may make.",
				limitOf(func(l *serpstatapi.PluginLimits) any { return l.Total })),
			column("extension_used", proto.ColumnType_INT, "The requests that the browser extension has made.",
				limitOf(func(l *serpstatapi.PluginLimits) any { return l.Used })),
			column("extension_left", proto.ColumnType_INT, "The requests that the browser extension has left.",
				limitOf(func(l *serpstatapi.PluginLimits) any { return l.Left })),
			column("extension_delay", proto.ColumnType_INT, "The seconds that the browser extension waits between two requests.",
				limitOf(func(l *serpstatapi.PluginLimits) any { return l.DelayBetweenRequests })),
		},
	}
}

func limitOf(get func(*serpstatapi.PluginLimits) any) func(*serpstatapi.Stats) any {
	return func(s *serpstatapi.Stats) any {
		if s.Plugin == nil {
			return nil
		}
		return get(s.Plugin)
	}
}

func (p *provider) scanCredits(ctx context.Context, d *plugin.QueryData) error {
	if e := explained(ctx); e != nil {
		e.tell(execute.ScanPlan{Table: d.Table.Name, Limit: -1, Total: -1, Notes: []string{"one request, free of charge"}})
		return nil
	}
	conn, err := p.connection(ctx, d.Connection)
	if err != nil {
		return err
	}
	stats, err := conn.client.GetStats(ctx)
	if err != nil {
		return err
	}
	d.StreamListItem(ctx, stats)
	return nil
}
