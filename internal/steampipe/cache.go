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
	if s.cachesNothing() {
		req = NoQueryCache()
	}
	return s.PluginServer.SetCacheOptions(req)
}

// SetAllConnectionConfigs is called by Steampipe first. Its older versions tell the size of the SDK's query cache with
// it, newer ones with SetCacheOptions.
func (s *Server) SetAllConnectionConfigs(req *proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error) {
	if !s.cachesNothing() {
		return s.PluginServer.SetAllConnectionConfigs(req)
	}
	req.MaxCacheSizeMb = -1 // that is to say, SetCacheOptions will
	resp, err := s.PluginServer.SetAllConnectionConfigs(req)
	if _, failed := s.PluginServer.SetCacheOptions(NoQueryCache()); err == nil {
		err = failed
	}
	return resp, err
}

// NoQueryCache switches the SDK's query cache off, without which it runs no scan, and keeps it from setting memory aside:
// it always makes room for an index of 600,000 entries, of 38 MB, but not for a cache of less than nothing.
func NoQueryCache() *proto.SetCacheOptionsRequest {
	return &proto.SetCacheOptionsRequest{Enabled: false, MaxSizeMb: -1}
}

// cachesNothing reports a plugin whose tables are all without the SDK's query cache.
func (s *Server) cachesNothing() bool {
	for _, t := range s.plugin.TableMap {
		if t.Cache == nil || t.Cache.Enabled {
			return false
		}
	}
	return len(s.plugin.TableMap) > 0
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
