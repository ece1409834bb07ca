package serpstatsim

import (
	"hash/fnv"
	"strings"
	"time"
)

// Threat is why a site is malicious.
type Threat struct {
	Platforms []string // that it is a threat to: windows, linux, android, osx, ios …
	Kinds     []string // malware, social_engineering, threat_type_unspecified …
	Date      string   // when it was found out, such as "2025-01-23"
}

// The codes by which a filter calls platforms and kinds of threats. Of the kinds 9 is not in the documentation's
// list, but in its recorded requests, which find threat_type_unspecified by it.
var (
	platformCodes = map[string]string{"1": "windows", "2": "linux", "3": "android", "4": "osx", "5": "ios", "6": "any", "7": "all", "8": "chrome_os"}
	threatCodes   = map[string]string{"1": "malware", "2": "social_engineering", "3": "unwanted_software", "4": "potentially_harmful", "9": "threat_type_unspecified"}
)

// spammers are malicious sites of the bundled data. So that nothing bad is said of a real one, all names are nobody's.
var spammers = map[string]Threat{
	"cheap-pills.example":    {[]string{"windows", "linux", "osx"}, []string{"malware"}, "2026-09-14"},
	"crypto-doubler.example": {[]string{"all"}, []string{"social_engineering"}, "2026-08-02"},
	"fake-update.example":    {[]string{"windows"}, []string{"malware", "unwanted_software"}, "2026-10-05"},
	"game-cracks.example":    {[]string{"windows", "osx"}, []string{"unwanted_software"}, "2025-12-24"},
	"login-check.example":    {[]string{"android", "ios"}, []string{"social_engineering", "threat_type_unspecified"}, "2026-10-19"},
}

// madeUpThreat makes about one site in eight malicious of those whose names are nobody's, the same ones always.
func madeUpThreat(site string) *Threat {
	if t, ok := spammers[site]; ok {
		return &t
	}
	if !strings.HasSuffix(site, ".example") {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte("threat 26346 " + site))
	n := h.Sum64() >> 32
	if n%8 != 0 {
		return nil
	}
	n /= 8
	platforms := [][]string{{"windows", "linux", "osx"}, {"osx", "windows", "linux"}, {"windows"}, {"android", "ios"}, {"all"}}
	kinds := [][]string{{"threat_type_unspecified"}, {"malware"}, {"social_engineering"}, {"malware", "unwanted_software"}, {"potentially_harmful"}}
	found := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n/25%400))
	return &Threat{Platforms: platforms[n%5], Kinds: kinds[n/5%5], Date: found.Format(time.DateOnly)}
}

// threatList looks sites up, each host once.
type threatList struct {
	of    func(site string) *Threat
	hosts map[string]*Threat
}

// find is nil for a host that is not of a malicious site, and for no host.
func (l *threatList) find(host string) *Threat {
	if host == "" {
		return nil
	}
	t, known := l.hosts[host]
	if !known {
		t = l.of(registrableDomain(host))
		l.hosts[host] = t
	}
	return t
}

// withoutWww is a host as the answers about threats name it: the recorded ones have drweb.com for
// https://www.drweb.com, and podcasts.apple.com as it is.
func withoutWww(host string) string { return strings.TrimPrefix(host, "www.") }
