package catalog

import (
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// The methods of SerpstatBacklinksProcedure, which know what links to a site and what it links to. Here are those that
// list links, or the sites and anchors at their other ends; the other files of the family have its figures and its
// threats.
var backlinks = slices.Concat(links, groups, figures, intersections, threats)

// Each charges a credit a row and one for none, takes complexFilter, and gives 60,000 rows of a request at most.
var links = []*table.Table{outlink, lostOutlink, outDomain, backlink, lostBacklink, refDomain}

const procedure = "SerpstatBacklinksProcedure."

var outlink = list(table.Table{
	Name:    "serpstat_outlink",
	Method:  procedure + "getOutlinks",
	Doc:     "External links of a site: the pages of the analyzed domain that link to other sites, their targets, anchors and dates.",
	Params:  slices.Concat(site("url_from"), searchOf(addresses), linkPerDomain("to return for each linked domain"), listing()),
	Fields:  slices.Concat(linkFields(outgoing, "nofollow", "links_ext"), linkDates(lastVisitedUntil, dateDel)),
	Derived: []table.Derived{hostFrom, hostTo, domainTo},
	Sort:    table.Sort{Words: linkSorts("check"), Default: "check", Divide: "links_ext"},
	Cheaper: []table.Cheaper{
		{Column: "host_to", Table: "serpstat_out_domain", Has: "each of them with the number of links to it"},
		{Column: "domain_to", Table: "serpstat_out_domain", Has: "the hosts of each with the number of links to them"},
	},
})

var lostOutlink = list(table.Table{
	Name:    "serpstat_lost_outlink",
	Method:  procedure + "getLostOutlinks",
	Doc:     "External links that a site had and has lost: the pages of the analyzed domain that held them, their targets, anchors and dates.",
	Params:  slices.Concat(site("url_from"), searchOf(addresses), linkPerDomain("to return for each linked domain"), listing()),
	Fields:  slices.Concat(linkFields(outgoing, "link_nofollow", "links_external"), linkDates(lastVisited, dateDel)),
	Derived: []table.Derived{hostFrom, hostTo, domainTo},
	Sort:    table.Sort{Words: linkSorts("lastupdate"), Default: "lastupdate", Divide: "links_ext"},
})

var outDomain = list(table.Table{
	Name:   "serpstat_out_domain",
	Method: procedure + "getOutDomains",
	Doc:    "Hosts that a site links to, with the number of links to each: the groups of serpstat_outlink for a credit each.",
	Params: slices.Concat(site(""), searchOf(addresses), additional("only_subdomains", "only_hosts", "last_week"), listing()),
	Fields: []table.Field{
		{Column: "host_to", Kind: table.Text, Keys: []string{"domain_to", "domains_to"}, Filter: textFilter("domain_to"),
			Doc: "The host that is linked to, a domain or a subdomain."},
		{Column: "links", Kind: table.Count, Keys: []string{"domain_links"}, Filter: atLeastFilter("domain_links"), Sort: "domain_links",
			Doc: "The number of links from the analyzed domain to the host."},
		// Its filter and sort go by something else than is shown: a recorded answer to domain_rank gte 1 has rows of 0.
		{Column: "domain_rank", Kind: table.Count, Keys: []string{"domain_rank"},
			Doc: "Serpstat's rank of the host (SDR), from 0 to 100; subdomains show 0."},
	},
	Derived: []table.Derived{domainOf("to")},
	Sort:    table.Sort{Words: []string{"domain_links", "domain_to", "domain_rank"}, Default: "domain_rank", Divide: "links"},
})

var backlink = list(table.Table{
	Name:   "serpstat_backlink",
	Method: procedure + "getNewBacklinks", // all active ones, in spite of its name
	Doc:    "Links to a site: the pages of other sites that link to the analyzed domain, their targets, anchors and dates.",
	Params: slices.Concat(site("url_to"), searchOf(addresses), linkPerDomain("to return for each domain that links"), additional("no_subdomains", "only_main_page", "last_week"), listing()),
	// The filter add is first detection by its description; no recorded request uses it, so that first_seen is pushed
	// by check, as everywhere.
	Fields:  slices.Concat(linkFields(incoming, "nofollow", "links_ext"), linkDates(lastVisitedUntil, dateDel), []table.Field{linkRank("domain_rank")}),
	Derived: []table.Derived{hostFrom, domainFrom, hostTo},
	Sort:    table.Sort{Words: append(linkSorts("check"), "add", "domain_rank"), Default: "check", Divide: "links_ext"},
	Cheaper: []table.Cheaper{
		{Column: "link_text", Table: "serpstat_anchor", Has: "each of them with the number of links and domains"},
		{Column: "host_from", Table: "serpstat_ref_domain", Has: "each of them with the number of its pages that link"},
		{Column: "domain_from", Table: "serpstat_ref_domain", Has: "the hosts of each with the number of their pages that link"},
		{Column: "url_to", Table: "serpstat_top_page", Has: "each of them with the number of pages and domains that link to it"},
		{Column: "nofollow", Table: "serpstat_backlink_summary", Has: "the numbers of nofollow links and of others, about right, for 5 credits"},
		{Column: "link_type", Table: "serpstat_backlink_summary", Has: "the number of each kind, about right, for 5 credits"},
		{Column: "first_seen", Table: "serpstat_backlink_history", Has: "the number of new links of each week, for 1 credit"},
	},
})

var lostBacklink = list(table.Table{
	Name:    "serpstat_lost_backlink",
	Method:  procedure + "getLostBacklinks",
	Doc:     "Links that a site had and has lost: the pages of other sites that linked to the analyzed domain, their targets, anchors and dates.",
	Params:  slices.Concat(site("url_to"), searchOf(addresses), linkPerDomain("to return for each domain that linked"), additional("no_subdomains", "only_main_page", "last_week"), listing()),
	Fields:  slices.Concat(linkFields(incoming, "nofollow", "links_ext"), linkDates(lastVisited, dateDel), []table.Field{linkRank("")}),
	Derived: []table.Derived{hostFrom, domainFrom, hostTo},
	// The word for the anchor begins with a blank.
	Sort: table.Sort{Words: []string{"url_from", " anchor", "link_nofollow", "links_external", "link_type", "url_to", "check"}, Default: "check", Divide: "links_ext"},
})

var refDomain = list(table.Table{
	Name:   "serpstat_ref_domain",
	Method: procedure + "getRefDomains",
	Doc:    "Domains that link to a site, with the number of pages of each that do.",
	Params: slices.Concat(site(""), searchOf(domains), additional("no_subdomains", "only_subdomains", "only_hosts", "last_week"), listing()),
	Fields: []table.Field{
		{Column: "host_from", Kind: table.Text, Keys: []string{"domain_from"}, Filter: textFilter("domain_from"),
			Doc: "The domain or subdomain that links to the analyzed domain."},
		{Column: "links", Kind: table.Count, Keys: []string{"ref_pages"}, Filter: atLeastFilter("domain_links"), Sort: "domain_links",
			Doc: "The number of its pages that link to the analyzed domain."},
		{Column: "domain_rank", Kind: table.Count, Keys: []string{"domainRank"}, Filter: atLeastFilter("domain_rank"), Sort: "domain_rank",
			Doc: "Serpstat's rank of the domain (SDR), from 0 to 100."},
	},
	Derived: []table.Derived{domainOf("from")},
	Sort:    table.Sort{Words: []string{"domain_links", "domain_from", "domain_rank", "check"}, Default: "check", Divide: "links"},
	Cheaper: []table.Cheaper{{Column: "domain_rank", Table: "serpstat_sdr_distribution", Has: "the number of domains for ranges of ten, for 1 credit"}},
})

// list fills in what all methods with pages have in common.
func list(t table.Table) *table.Table {
	t.Rows = "data"
	t.Page = table.Page{MaxSize: 1000, RowCap: 60000}
	t.Cost = table.Cost{Row: 1}
	t.CountsRows = true
	return &t
}

// whole fills in what the methods have in common that give all their rows, at most so many, in one answer.
func whole(most int, t table.Table) *table.Table {
	t.Rows = "data"
	t.Page = table.Page{MaxSize: most}
	return &t
}

// The parameters of the family.

// site is the domain; pages is the column that shows pages of it, "" where none does.
func site(pages string) []table.Param {
	return []table.Param{{Column: "query", Name: "query", Form: table.Site, Pages: pages, Doc: "The domain that is analyzed, as it is written in the WHERE clause. Required."}}
}

// What a method can search for. The enum of the newest export has domains alone; the vendor's older pages and clients
// show addresses for some methods, and the API refuses what it does not know, free of charge.
var (
	domains   = []string{"domain", "domain_with_subdomains"}
	addresses = []string{"domain", "domain_with_subdomains", "url", "part_url"}
)

func searchOf(words []string) []table.Param {
	p := table.Param{Column: "search_type", Name: "searchType", Form: table.Choice, Words: words, Default: "domain_with_subdomains", Address: words[len(domains):],
		Doc: "The search mode: domain for the domain alone, domain_with_subdomains (the default) for its subdomains too."}
	if len(p.Address) > 0 {
		p.Doc = "The search mode: domain for the domain alone, domain_with_subdomains (the default) for its subdomains too; url for the one page whose address query then is, part_url for all pages below it."
	}
	return []table.Param{p}
}

// linkPerDomain thins out links; most says of which there are at most so many.
func linkPerDomain(most string) []table.Param {
	return []table.Param{{Column: "link_per_domain", Name: "linkPerDomain", Form: table.PerDomain, Doc: "The most links " + most + ", where the WHERE clause gives it."}}
}

func additional(words ...string) []table.Param {
	return []table.Param{{Column: "additional_filter", Form: table.Additional, Words: words, Doc: "A filter that the API has by name, where the WHERE clause gives one."}}
}

// listing are the parameters of every method with pages.
func listing() []table.Param {
	return []table.Param{
		{Column: "complex_filter", Form: table.Filters, Doc: "A filter in the API's own form, added to the request as it is, where the WHERE clause gives one."},
		{Column: "sort_by", Form: table.SortBy, Doc: "The field that the API sorts by before a LIMIT cuts, where the WHERE clause gives it."},
		{Column: "sort_order", Form: table.SortOrder, Doc: "The order in which the API sorts, asc or desc, where the WHERE clause gives it."},
	}
}

// What the columns of a link are called, from either side of it.
type side struct{ from, to string }

var (
	outgoing = side{"The URL of the page of the analyzed domain that holds the link.", "The URL that the link leads to."}
	incoming = side{"The URL of the page that links to the analyzed domain.", "The URL of the page of the analyzed domain that the link leads to."}
)

// linkFields are the fields of a link. Two of their keys differ between methods, and at times between a method's
// schema and its recorded answer.
func linkFields(of side, nofollow, linksExt string) []table.Field {
	return []table.Field{
		{Column: "url_from", Kind: table.Text, Keys: []string{"url_from"}, Filter: linkURL("url_from"), Doc: of.from},
		{Column: "url_to", Kind: table.Text, Keys: []string{"url_to"}, Filter: linkURL("url_to"), Doc: of.to},
		{Column: "link_text", Kind: table.Text, Keys: []string{"link_text"}, Filter: linkText("anchor"), Doc: "The anchor text of the link, empty if it has none."},
		{Column: "nofollow", Kind: table.Text, Keys: spellings(nofollow, "nofollow", "link_nofollow"),
			Filter: table.Pushdown{Field: "link_nofollow", How: table.ByWord, Takes: []string{table.Contains}, Words: []string{"follow", "nofollow", "ugc", "sponsored"}},
			Doc:    "What the link's rel attribute says: follow, nofollow, ugc or sponsored, at times several."},
		// Answers say href where the filter's vocabulary says text: the two do not correspond.
		{Column: "link_type", Kind: table.Text, Keys: []string{"link_type"}, Doc: "The kind of link, such as href."},
		{Column: "links_ext", Kind: table.Count, Keys: spellings(linksExt, "links_ext", "links_external"),
			Filter: table.Pushdown{Field: "links_external", How: table.ByNumber, Takes: []string{table.AtLeast, table.AtMost, table.Between}},
			Sort:   "links_external", Doc: "The number of external links on the page that holds the link."},
	}
}

// spellings are a field's keys, the usual one first.
func spellings(usual string, all ...string) []string {
	i := slices.Index(all, usual)
	return append([]string{usual}, slices.Delete(slices.Clone(all), i, i+1)...)
}

// linkDates are the dates of a link. The filter check is its first detection by this family's texts, and its last
// visit by their siblings' (about 85 to 15 for that); of a lost link it may be the day it was found lost. first_seen
// is never after any of them, so that a lower bound of it may be pushed as one of check.
func linkDates(rest ...table.Field) []table.Field {
	return append([]table.Field{{Column: "first_seen", Kind: table.Time, Keys: []string{"first_seen"}, Filter: day(table.FromDay, table.AtLeast),
		Doc: "When the link was first found, in UTC."}}, rest...)
}

func day(how table.How, compare string) table.Pushdown {
	return table.Pushdown{Field: "check", How: how, Takes: []string{compare}}
}

var (
	lastVisited = table.Field{Column: "last_visited", Kind: table.Time, Keys: []string{"last_visited"}, Doc: "When the link was last found, in UTC."}
	// Of an active link check is never after the last visit. Of a lost one it may be, as may the last visit be after the
	// day it was found lost: there nothing bounds check from above.
	lastVisitedUntil = table.Field{Column: "last_visited", Kind: table.Time, Keys: []string{"last_visited"}, Filter: day(table.UntilDay, table.AtMost),
		Doc: "When the link was last found, in UTC."}
	dateDel = table.Field{Column: "date_del", Kind: table.Time, Keys: []string{"date_del"}, Optional: true,
		Doc: "When the link was found deleted, in UTC; null while it is alive."}
)

// linkRank is the rank of the linking domain. Its sort is known where the method's list of sorts has one.
func linkRank(sort string) table.Field {
	return table.Field{Column: "domain_rank", Kind: table.Count, Keys: []string{"domain_rank"}, Sort: sort,
		Doc: "Serpstat's rank of the domain that links (SDR), from 0 to 100."}
}

func linkSorts(date string) []string {
	return []string{"url_from", "anchor", "link_nofollow", "links_external", "link_type", "url_to", date}
}

// linkText is a text of a link: contains and notContains are in recorded requests of the family.
func linkText(field string) table.Pushdown {
	return table.Pushdown{Field: field, How: table.ByText, Takes: []string{table.Contains, table.NotContains}}
}

func linkURL(field string) table.Pushdown {
	f := linkText(field)
	f.Always = "http"
	return f
}

// textFilter and atLeastFilter are attested by one recorded request each.

func textFilter(field string) table.Pushdown {
	return table.Pushdown{Field: field, How: table.ByText, Takes: []string{table.Contains}}
}

func atLeastFilter(field string) table.Pushdown {
	return table.Pushdown{Field: field, How: table.ByNumber, Takes: []string{table.AtLeast}}
}

var (
	hostFrom   = table.Derived{Column: "host_from", From: "url_from", Part: table.HostOfURL, Doc: "The host of url_from in lower case, without port."}
	hostTo     = table.Derived{Column: "host_to", From: "url_to", Part: table.HostOfURL, Doc: "The host of url_to in lower case, without port."}
	domainFrom = table.Derived{Column: "domain_from", From: "url_from", Part: table.DomainOfURL, Doc: "The registrable domain of url_from by the public suffix list, such as example.co.uk."}
	domainTo   = table.Derived{Column: "domain_to", From: "url_to", Part: table.DomainOfURL, Doc: "The registrable domain of url_to by the public suffix list, such as example.co.uk."}
)

// domainOf is the registrable domain of the host on one side of a link.
func domainOf(side string) table.Derived {
	return table.Derived{Column: "domain_" + side, From: "host_" + side, Part: table.DomainOfHost,
		Doc: "The registrable domain of host_" + side + " by the public suffix list, such as example.co.uk."}
}
