package steampipe

import (
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// cacheOptions is what Steampipe has set for the query caches of all connections. Nothing set is no bound.
type cacheOptions struct {
	mu  sync.Mutex
	off bool
	max time.Duration // 0 is none
}

// SetCacheOptions is called by Steampipe when its settings are read.
func (s *Server) SetCacheOptions(req *proto.SetCacheOptionsRequest) (*proto.SetCacheOptionsResponse, error) {
	s.cache.mu.Lock()
	s.cache.off, s.cache.max = !req.Enabled, time.Duration(req.Ttl)*time.Second
	s.cache.mu.Unlock()
	return s.PluginServer.SetCacheOptions(req)
}

// times says, for each connection of a request, how old an answer may be that is used again. It is asked before
// the SDK sees the request, which forgets the user's setting for a table whose cache is off.
func (o *cacheOptions) times(req *proto.ExecuteRequest) map[string]time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	times := map[string]time.Duration{}
	for connection, data := range req.ExecuteConnectionData {
		ttl := time.Duration(data.GetCacheTtl()) * time.Second
		if o.max > 0 {
			ttl = min(ttl, o.max)
		}
		if data.GetCacheEnabled() && !o.off {
			times[connection] = ttl
		}
	}
	return times
}
