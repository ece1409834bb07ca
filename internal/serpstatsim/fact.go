package serpstatsim

import "strings"

// item is what a row of an answer is made from: a link, a group of links with its first one, or what was counted.
type item struct {
	*Row
	*group
}

// group is what is known of several links together. Which of it is there depends on the grouping.
type group struct {
	host           string
	label          string // a range, a top level domain, a week, a combination of sites
	rank, siteRank int64
	latestVisit    string

	count                 int64 // links, or what the grouping counts in their place
	pages                 int64 // that hold the links
	domains               int64 // registrable domains that hold the links
	addresses             int64
	nofollow              int64
	lost                  int64
	share                 int64            // of all domains, in hundredths of a per cent
	links                 [maxSites]int64  // by the site that they lead to
	counters              map[string]int64 // of a summary
	threat                *Threat          // of the site
	maliciousHost, origin string           // of the first link: the host without www, and scheme and host
	country               country
}

// fact is something that is known about an item: a text, a number or a list of words.
type fact struct {
	name       string
	text       func(item) string
	number     func(item) int64
	words      func(item) []string // a list has a text too, by which it is sorted
	codes      map[string]string   // the words by which a filter calls those of the list
	hundredths bool                // the number counts hundredths
	null       func(item) bool     // whether an answer has null for it; nil is never
}

var facts = map[string]*fact{
	"url_from":     {text: func(i item) string { return i.URLFrom }},
	"url_to":       {text: func(i item) string { return i.URLTo }},
	"nofollow":     {text: func(i item) string { return i.Nofollow }},
	"link_type":    {text: func(i item) string { return i.LinkType }},
	"link_text":    {text: func(i item) string { return i.LinkText }},
	"first_seen":   {text: func(i item) string { return i.FirstSeen }},
	"last_visited": {text: func(i item) string { return i.LastVisited }},
	"date_del":     {text: func(i item) string { return or(i.DateDel, "") }, null: func(i item) bool { return i.DateDel == nil }},
	"links_ext":    {number: func(i item) int64 { return i.LinksExt }},
	"rank_from":    {number: func(i item) int64 { return shownRank(hostOf(i.URLFrom)) }},

	"word_count": {number: func(i item) int64 { return int64(len(strings.Fields(i.LinkText))) }},
	"path_to":    {text: func(i item) string { return pathOf(i.URLTo) }},

	"host":         {text: func(i item) string { return i.host }},
	"label":        {text: func(i item) string { return i.label }},
	"latest_visit": {text: func(i item) string { return i.latestVisit }},
	"count":        {number: func(i item) int64 { return i.count }},
	"rank":         {number: func(i item) int64 { return i.rank }},
	"site_rank":    {number: func(i item) int64 { return i.siteRank }},
	"pages":        {number: func(i item) int64 { return i.pages }},
	"domains":      {number: func(i item) int64 { return i.domains }},
	"addresses":    {number: func(i item) int64 { return i.addresses }},
	"nofollows":    {number: func(i item) int64 { return i.nofollow }},
	"lost":         {number: func(i item) int64 { return i.lost }},
	"share":        {number: func(i item) int64 { return i.share }, hundredths: true},
	"links_1":      {number: func(i item) int64 { return i.links[0] }},
	"links_2":      {number: func(i item) int64 { return i.links[1] }},
	"links_3":      {number: func(i item) int64 { return i.links[2] }},
	"country":      {text: func(i item) string { return i.country.name }},
	"country_code": {text: func(i item) string { return i.country.code }},

	"malicious_host": {text: func(i item) string { return i.maliciousHost }},
	"origin":         {text: func(i item) string { return i.origin }},
	"threat_date":    {text: func(i item) string { return i.threat.Date }},
	"platforms":      ofWords(func(i item) []string { return i.threat.Platforms }, platformCodes),
	"threats":        ofWords(func(i item) []string { return i.threat.Kinds }, threatCodes),
}

func ofWords(words func(item) []string, codes map[string]string) *fact {
	return &fact{words: words, codes: codes, text: func(i item) string { return strings.Join(words(i), ",") }}
}

// counted is the fact of a counter of a summary, or of all rows together.
func counted(name string) *fact {
	return &fact{name: name, number: func(i item) int64 { return i.counters[name] }}
}

func init() {
	for _, name := range strings.Fields("unique_anchors tld_count domains_count biggest_share") {
		facts[name] = counted(name)
	}
	facts["biggest_share"].hundredths = true
	for name, f := range facts {
		f.name = name
	}
}

// factOf finds a fact by its name in a spec. What check is depends on the readings.
func factOf(name string, rd Interpretations) *fact {
	switch {
	case name == "lost_check" && rd.LostCheckIsDeleted:
		name = "date_del"
	case (name == "check" || name == "lost_check") && rd.CheckIsLastVisited:
		name = "last_visited"
	case name == "check" || name == "lost_check":
		name = "first_seen"
	}
	return facts[name]
}
