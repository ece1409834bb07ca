package serpstatsim

// item is what a row of an answer is made from: a link, or a group of links.
type item struct {
	*Row
	*group
}

// group is a host with its links.
type group struct {
	host           string
	count          int64
	rank, siteRank int64
	latestVisit    string
}

// fact is something that is known about an item: a text or a number.
type fact struct {
	name     string
	ofGroups bool
	text     func(item) string
	number   func(item) int64
	null     func(item) bool // whether an answer has null for it; nil is never
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

	"host":         {ofGroups: true, text: func(i item) string { return i.host }},
	"latest_visit": {ofGroups: true, text: func(i item) string { return i.latestVisit }},
	"count":        {ofGroups: true, number: func(i item) int64 { return i.count }},
	"rank":         {ofGroups: true, number: func(i item) int64 { return i.rank }},
	"site_rank":    {ofGroups: true, number: func(i item) int64 { return i.siteRank }},
}

func init() {
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
