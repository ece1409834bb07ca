package serpstatsim

import (
	"strconv"
	"strings"
	"time"
)

// counter is a number of getSummaryV2: of backlinks or of outlinks, or of what they have in common.
type counter struct {
	name string
	out  bool
	test func(*material, *Row) bool   // the links that it counts; nil is all
	once func(*material, *Row) string // what is counted once, "" is not counted; nil counts links
}

var counters = []counter{
	{name: "referring_domains", once: donor},
	{name: "redirected_domains", test: ofType("redirect"), once: donor},
	{name: "referring_malicious_domains", test: fromMalicious, once: donor},
	{name: "referring_ip_addresses", once: func(_ *material, r *Row) string { return network(r, 1) }},
	{name: "referring_subnets", once: func(_ *material, r *Row) string { return network(r, addressesOfANet) }},
	{name: "backlinks"},
	{name: "backlinks_from_mainpages", test: func(_ *material, r *Row) bool { return isMainPage(r.URLFrom) }},
	{name: "nofollow_backlinks", test: func(_ *material, r *Row) bool { return hasNofollow(r) }},
	{name: "dofollow_backlinks", test: func(_ *material, r *Row) bool { return !hasNofollow(r) }},
	{name: "text_backlinks", test: ofNoOtherType},
	{name: "image_backlinks", test: ofType("image")},
	{name: "redirect_backlinks", test: ofType("redirect")},
	{name: "canonical_backlinks", test: ofType("canonical")},
	{name: "alternate_backlinks", test: ofType("alternate")},
	{name: "rss_backlinks", test: ofType("rss")},
	{name: "frame_backlinks", test: ofType("frame")},
	{name: "form_backlinks", test: ofType("form")},
	{name: "external_domains", out: true, once: target},
	{name: "external_malicious_domains", out: true, test: toMalicious, once: target},
	{name: "external_links", out: true},
}

func init() {
	for _, name := range counterNames() {
		facts[name] = counted(name)
	}
}

// counterNames are those of all counters and of their changes.
func counterNames() (names []string) {
	for _, c := range counters {
		names = append(names, c.name, c.name+changeSuffix)
	}
	return names
}

const changeSuffix = "_change"

func donor(m *material, r *Row) string  { return m.domain(hostOf(r.URLFrom)) }
func target(m *material, r *Row) string { return m.domain(hostOf(r.URLTo)) }

func fromMalicious(m *material, r *Row) bool { return m.threats.find(hostOf(r.URLFrom)) != nil }
func toMalicious(m *material, r *Row) bool   { return m.threats.find(hostOf(r.URLTo)) != nil }

func ofType(linkType string) func(*material, *Row) bool {
	return func(_ *material, r *Row) bool { return r.LinkType == linkType }
}

// ofNoOtherType takes what no other counter does: the recorded counters of types add up to all backlinks.
func ofNoOtherType(_ *material, r *Row) bool {
	for _, t := range strings.Fields("image redirect canonical alternate rss frame form") {
		if r.LinkType == t {
			return false
		}
	}
	return true
}

func network(r *Row, addressesOfOne uint32) string {
	host := hostOf(r.URLFrom)
	if host == "" {
		return ""
	}
	return strconv.Itoa(int(addressOf(host) / addressesOfOne))
}

func hasNofollow(r *Row) bool {
	for word := range strings.SplitSeq(r.Nofollow, ",") {
		if strings.EqualFold(strings.TrimSpace(word), "nofollow") {
			return true
		}
	}
	return false
}

// summary is one row, or none for a site without links. What it counts are the rows of the lists. A change is the
// number of what there is after the world's last day, less that of a week before: links that are gone do not count in
// it, whatever the lists do.
func summary(m *material) grouped {
	_, last := m.world().days()
	now, before := last.AddDate(0, 0, 1), last.AddDate(0, 0, -7) // the week is that of last_week
	if m.readings.SummaryAWeekOld {
		now, before = before, before.AddDate(0, 0, -7)
	}
	listed := func(r *Row) bool {
		if m.readings.ActiveOnly {
			return existed(r, now)
		}
		return !m.readings.SummaryAWeekOld || dayOf(r.FirstSeen).Before(now)
	}
	s := m.sites[0]
	s.in, s.out = keepLinks(s.in, []func(*Row) bool{listed}), keepLinks(s.out, []func(*Row) bool{listed})
	if len(s.in)+len(s.out) == 0 {
		return grouped{}
	}
	g := &group{rank: shownRank(s.name), counters: m.counts(s.in, s.out)}
	then, was := m.countsAt(now), m.countsAt(before)
	for _, c := range counters {
		g.counters[c.name+changeSuffix] = then[c.name] - was[c.name]
	}
	return grouped{items: []item{{group: g}}}
}

// countsAt counts the links that existed when a day began.
func (m *material) countsAt(day time.Time) map[string]int64 {
	then := []func(*Row) bool{func(r *Row) bool { return existed(r, day) }}
	return m.counts(keepLinks(m.sites[0].in, then), keepLinks(m.sites[0].out, then))
}

// existed reports whether a link was found before a day and not gone by then.
func existed(r *Row, day time.Time) bool {
	return dayOf(r.FirstSeen).Before(day) && (r.DateDel == nil || !dayOf(*r.DateDel).Before(day))
}

func (m *material) counts(in, out []*Row) map[string]int64 {
	counts := map[string]int64{}
	for _, c := range counters {
		links, seen := in, map[string]bool{"": true}
		if c.out {
			links = out
		}
		for _, r := range links {
			if c.test != nil && !c.test(m, r) {
				continue
			}
			if c.once != nil {
				what := c.once(m, r)
				if seen[what] {
					continue
				}
				seen[what] = true
			}
			counts[c.name]++
		}
	}
	return counts
}
