package serpstatsim

import "strings"

// The search types. The last two are those of older pages: of one page, and of all pages below a path.
const (
	ofTheDomain    = "domain"
	withSubdomains = "domain_with_subdomains"
	ofOnePage      = "url"
	belowAPath     = "part_url"
)

// scope is what a request is about: a site, with its subdomains or without, or some of its pages.
type scope struct{ host, path, searchType string }

// scopeOf reads a query. A method without searchType is about subdomains too.
func scopeOf(query, searchType string) scope {
	switch searchType {
	case "":
		return scope{host: query, searchType: withSubdomains}
	case ofOnePage, belowAPath:
		if !strings.Contains(query, "://") {
			query = "https://" + query
		}
		return scope{hostOf(query), pathOf(query), searchType}
	}
	return scope{host: query, searchType: searchType}
}

// sound reports whether the query has a path where the search type is about one, and only there.
func (s scope) sound() bool {
	if s.searchType == ofOnePage || s.searchType == belowAPath {
		return s.host != "" && strings.HasPrefix(s.path, "/")
	}
	return s.host != "" && !strings.Contains(s.host, "/")
}

func (s scope) has(rawURL string) bool { return s.hasHost(hostOf(rawURL)) && s.hasPath(rawURL) }

func (s scope) hasHost(host string) bool {
	switch {
	case host == s.host:
		return true
	case s.searchType == ofOnePage, s.searchType == belowAPath:
		return false
	}
	return host == "www."+s.host || s.searchType == withSubdomains && strings.HasSuffix(host, "."+s.host)
}

func (s scope) hasPath(rawURL string) bool {
	switch s.searchType {
	case ofOnePage:
		return pathOf(rawURL) == s.path
	case belowAPath:
		return strings.HasPrefix(pathOf(rawURL), s.path)
	}
	return true
}
