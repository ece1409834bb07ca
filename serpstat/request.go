package serpstat

import (
	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// request is one page of a series.
func request(s outlink.Series, page, size int) serpstatapi.OutlinksRequest {
	return serpstatapi.OutlinksRequest{
		Query: s.Domain, SearchType: s.SearchType, Sort: s.Sort, Order: s.Order, Page: page, Size: size,
		LinkPerDomain: s.LinkPerDomain, ComplexFilter: conditions(s.Filter),
	}
}

func conditions(f outlink.Filter) [][]serpstatapi.Condition {
	var out [][]serpstatapi.Condition
	for _, group := range f {
		all := make([]serpstatapi.Condition, len(group))
		for i, c := range group {
			all[i] = serpstatapi.Condition(c)
		}
		out = append(out, all)
	}
	return out
}

// rowOf turns an answer's row into the planner's.
func rowOf(o *serpstatapi.Outlink) outlink.Row {
	row := outlink.Row{
		URLFrom: o.URLFrom, URLTo: o.URLTo, LinkText: o.LinkText, Nofollow: o.Nofollow, LinkType: o.LinkType,
		LinksExt: o.LinksExt, FirstSeen: o.FirstSeen, LastVisited: o.LastVisited, DateDel: o.DateDel,
	}
	n := o.Null
	if n == (serpstatapi.NullTexts{}) {
		return row
	}
	set := func(null bool, bit outlink.Nulls) {
		if null {
			row.Null |= bit
		}
	}
	set(n.URLFrom, outlink.NullURLFrom)
	set(n.URLTo, outlink.NullURLTo)
	set(n.LinkText, outlink.NullLinkText)
	set(n.Nofollow, outlink.NullNofollow)
	set(n.LinkType, outlink.NullLinkType)
	return row
}
