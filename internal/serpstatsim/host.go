package serpstatsim

import (
	"hash/fnv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// hostOf returns a URL's host in lower case, without user and port, "" where it has none. It takes what
// url.Parse refuses: links with a bare % in their path are real.
func hostOf(rawURL string) string {
	_, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		rest = rest[:i]
	}
	return strings.ToLower(rest)
}

// platforms are sites whose subdomains are domains to Serpstat, though the public suffix list does not say so:
// in the recorded getLostBacklinks yonoo88.tistory.com has a rank and is listed under no_subdomains, in the recorded
// getIntersect znaxarenko.mybb.ru has a rank.
var platforms = []string{"tistory.com", "mybb.ru"}

// registrableDomain is the host itself where the public suffix list knows no better.
func registrableDomain(host string) string {
	for _, p := range platforms {
		if name, ok := strings.CutSuffix(host, "."+p); ok {
			return name[strings.LastIndexByte(name, '.')+1:] + "." + p
		}
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

// siteRank is made up, the same for all hosts of a site.
func siteRank(host string) int64 {
	h := fnv.New32a()
	h.Write([]byte(registrableDomain(host)))
	return int64(h.Sum32() % 101)
}

// shownRank is 0 for a subdomain, as the recorded support.google.com is; www is no subdomain: the recorded
// www.topicalauthority.digital has a rank.
func shownRank(host string) int64 {
	if isSubdomain(host) {
		return 0
	}
	return siteRank(host)
}

func isSubdomain(host string) bool {
	return strings.TrimPrefix(host, "www.") != strings.TrimPrefix(registrableDomain(host), "www.")
}

// pathOf is what follows the host in a URL, query included, "" where nothing does.
func pathOf(rawURL string) string {
	_, rest, _ := strings.Cut(rawURL, "://")
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		return rest[i:]
	}
	return ""
}

// The made-up addresses are so few that some hosts share one, as the recorded getTopPages has 3,144 of 3,265
// domains. They are of hosts: it also has 392 of 385 domains.
const (
	addresses       = 4096
	addressesOfANet = 16
)

func addressOf(host string) uint32 {
	h := fnv.New32a()
	h.Write([]byte("address " + strings.TrimPrefix(host, "www.")))
	return h.Sum32() % addresses
}
