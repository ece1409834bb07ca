package steampipe

import (
	"context"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// host is what a plugin and its server know of each other.
type host struct {
	countsLimits bool                    // the plugin does
	deleted      func(connection string) // nil: the plugin does not ask to be told
}

type hostKey struct{}

// Served reports that a plugin is served by this package. ctx is a PluginFunc's, or a List function's. Steampipe's
// extensions for other databases call the same PluginFunc, with nothing between the SDK and their own fault of losing
// errors: there it is false.
func Served(ctx context.Context) bool {
	_, called := ctx.Value(callKey{}).(*call)
	return called || ctx.Value(hostKey{}) != nil
}

// CountLimits says of a plugin, with its PluginFunc's context, that its List functions count a LIMIT themselves: they
// ask for it by [Limit], and the SDK is not told of one. The SDK ends a scan after so many rows, whether or not the
// database keeps them all; a List function that knows better streams more. Where the plugin is served by something
// else, the SDK counts.
func CountLimits(ctx context.Context) {
	if h, ok := ctx.Value(hostKey{}).(*host); ok {
		h.countsLimits = true
	}
}

// OnDelete asks, with a PluginFunc's context, that a plugin be told of each connection that its user has deleted. The SDK
// tells it of those that are changed only.
func OnDelete(ctx context.Context, deleted func(connection string)) {
	if h, ok := ctx.Value(hostKey{}).(*host); ok {
		h.deleted = deleted
	}
}

// UpdateConnectionConfigs is called by Steampipe when its user has changed the config files.
func (s *Server) UpdateConnectionConfigs(req *proto.UpdateConnectionConfigsRequest) (*proto.UpdateConnectionConfigsResponse, error) {
	resp, err := s.PluginServer.UpdateConnectionConfigs(req)
	if s.host.deleted != nil {
		for _, connection := range req.Deleted {
			s.host.deleted(connection.Connection)
		}
	}
	return resp, err
}

// Limit is how many rows a List function's scan is to have that the database is sure to keep, -1 for all. ctx is from
// [Begin]. ok is false where the SDK counts: its QueryContext then has the LIMIT.
func Limit(ctx context.Context) (rows int64, ok bool) {
	l, served := listOf(ctx)
	if !served || l.call.limits == nil {
		return 0, false
	}
	rows, limited := l.call.limits[l.connection]
	if !limited {
		rows = -1
	}
	return rows, true
}
