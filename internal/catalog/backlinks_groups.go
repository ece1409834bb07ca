package catalog

import (
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// What links to a site, by where it comes from, what it says and where it leads. Each costs a credit a row.
var groups = []*table.Table{redirectedDomain, anchor, topAnchor, topPage}

var redirectedDomain = list(table.Table{
	Name:   "serpstat_redirected_domain",
	Method: procedure + "getRedirectedDomains",
	Doc:    "Domains that redirect to a site.",
	// additional_filters is a text of which no page says what it may be.
	Params: slices.Concat(site(""), listing()),
	Fields: []table.Field{
		{Column: "host_from", Kind: table.Text, Keys: []string{"Domain"}, Filter: textFilter("domain"),
			Doc: "The domain or subdomain that redirects to the analyzed domain."},
		{Column: "domain_rank", Kind: table.Count, Keys: []string{"Domain Rank"}, Sort: "domain_rank",
			Filter: table.Pushdown{Field: "domain_rank", How: table.ByNumber, Takes: []string{table.Equals}},
			Doc:    "Serpstat's rank of the domain (SDR), from 0 to 100."},
	},
	Derived: []table.Derived{domainOf("from")},
	Sort:    table.Sort{Words: []string{"domain", "domain_rank"}, Few: "domain_rank"},
})

var anchor = list(table.Table{
	Name:   "serpstat_anchor",
	Method: procedure + "getAnchors",
	Doc:    "Anchor texts of the links to a site, with the number of links and domains that have each.",
	Params: slices.Concat(site(""), searchOf(addresses), []table.Param{
		{Column: "anchor", Name: "anchor", Form: table.AnyText, Doc: "A text by which the API chooses anchors, where the WHERE clause gives one."},
		// The recorded request has it. An older page says that 1 is the default, the newest names none.
		{Column: "word_count", Name: "count", Form: table.Digits, Counts: "link_text", Doc: "The number of words of an anchor, where the WHERE clause gives it."},
	}, additional("no_subdomains"), listing()),
	Fields: []table.Field{
		{Column: "link_text", Kind: table.Text, Keys: []string{"anchor"}, Filter: textFilter("anchor"), Doc: "The anchor text, empty for links without one."},
		{Column: "links", Kind: table.Count, Keys: []string{"total"}, Sort: "total",
			Filter: table.Pushdown{Field: "total", How: table.ByNumber, Takes: []string{table.MoreThan}}, Doc: "The number of links that have it."},
		{Column: "ref_domains", Kind: table.Count, Keys: []string{"refDomains"}, Sort: "refDomains", Doc: "The number of domains whose links have it."},
		// The recorded request spells its filter so, the enum nofollow, as that of sort.
		{Column: "nofollow_links", Kind: table.Count, Keys: []string{"noFollow"}, Filter: atLeastFilter("noFollow"), Sort: "nofollow",
			Doc: "The number of links with it that are nofollow."},
	},
	Sort: table.Sort{Words: []string{"total", "refDomains", "nofollow", "anchor", "lastupdate"}, Default: "lastupdate", Divide: "links"},
})

var topAnchor = whole(10, table.Table{
	Name:   "serpstat_top_anchor",
	Method: procedure + "getTopAnchors",
	Doc:    "The ten commonest anchor texts of the links to a site, all for one credit.",
	Params: slices.Concat(site(""), searchOf(domains)),
	Fields: []table.Field{
		{Column: "link_text", Kind: table.Text, Keys: []string{"anchor"}, Doc: "The anchor text, empty for links without one."},
		{Column: "links", Kind: table.Count, Keys: []string{"backlinks_count"}, Doc: "The number of links that have it."},
		{Column: "ref_domains", Kind: table.Count, Keys: []string{"domains_count"}, Doc: "The number of domains whose links have it."},
	},
	Cost: table.Cost{Request: 1},
})

var topPage = list(table.Table{
	Name:   "serpstat_top_page",
	Method: procedure + "getTopPages",
	Doc:    "Pages of a site that others link to, with the number of links, domains and addresses that do.",
	Params: slices.Concat(site("url_to"), searchOf(domains), additional("no_subdomains"), listing()),
	Fields: []table.Field{
		{Column: "url_to", Kind: table.Text, Keys: []string{"urlTo"}, Filter: textFilter("url_to"), Doc: "The URL of the page of the analyzed domain."},
		{Column: "path", Kind: table.Text, Keys: []string{"url"}, Doc: "The path of the page, empty for a domain that is written without one."},
		{Column: "links", Kind: table.Count, Keys: []string{"ref_pages"}, Filter: atLeastFilter("count"), Sort: "count", Doc: "The number of pages that link to it."},
		{Column: "ref_domains", Kind: table.Count, Keys: []string{"ref_domains"}, Filter: atLeastFilter("domains"), Sort: "domains", Doc: "The number of domains that link to it."},
		{Column: "ips", Kind: table.Count, Keys: []string{"ips"}, Filter: atLeastFilter("ips"), Sort: "ips", Doc: "The number of IP addresses from which there are links to it."},
	},
	Derived: []table.Derived{hostTo},
	Sort:    table.Sort{Words: []string{"ips", "count", "domains", "url_to", "lastupdate"}, Default: "lastupdate", Divide: "links"},
})

// What several sites have in common.
var intersections = []*table.Table{intersection, intersectionSummary}

// intersect is a list of domains. Some page says five; there are columns, sorts and filters for three with the site.
func intersect() []table.Param {
	return []table.Param{{Column: "intersect", Name: "intersect", Form: table.Sites, Most: 2,
		Doc: "The one or two domains to compare with, separated by a comma, as they are written in the WHERE clause; the name is a word of SQL's and stands in double quotes. Required."}}
}

var intersection = list(table.Table{
	Name:   "serpstat_intersection",
	Method: procedure + "getIntersect",
	Doc:    "Domains that link to a site and to one or two others, with the number of links to each.",
	Params: slices.Concat(site(""), intersect(), listing()),
	Fields: []table.Field{
		{Column: "host_from", Kind: table.Text, Keys: []string{"Domain"}, Doc: "The domain or subdomain that links to the sites."},
		{Column: "domain_rank", Kind: table.Count, Keys: []string{"SDR"}, Filter: atLeastFilter("domain_rank"), Sort: "domain_rank",
			Doc: "Serpstat's rank of the domain (SDR), from 0 to 100."},
		// The keys go on with the sites' names.
		{Column: "links_1", Kind: table.Count, Keys: []string{"Links count for domain #1 *"}, Filter: atLeastFilter("links_count1"), Sort: "links_count1",
			Doc: "The number of its links to the analyzed domain."},
		{Column: "links_2", Kind: table.Count, Keys: []string{"Links count for domain #2 *"}, Filter: atLeastFilter("links_count2"), Sort: "links_count2",
			Doc: "The number of its links to the first domain of intersect."},
		{Column: "links_3", Kind: table.Count, Keys: []string{"Links count for domain #3 *"}, Optional: true,
			Doc: "The number of its links to the second domain of intersect, null where there is none."},
	},
	Derived: []table.Derived{domainOf("from")},
	Sort:    table.Sort{Words: []string{"domain_rank", "links_count1", "links_count2", "links_count3"}, Default: "domain_rank", Divide: "links_1"},
})

var intersectionSummary = whole(7, table.Table{
	Name:   "serpstat_intersection_summary",
	Method: procedure + "getIntersectSummary",
	Doc:    "How many domains link to a site and to one or two others, for each combination of the sites: seven rows at most.",
	Params: slices.Concat(site(""), intersect()),
	Fields: []table.Field{
		{Column: "domains", Kind: table.Text, Keys: []string{"domains"}, Doc: "The sites of the combination, separated by commas."},
		{Column: "ref_domains", Kind: table.Count, Keys: []string{"referring_domains_count"}, Doc: "The number of domains that link to them."},
	},
	Cost: table.Cost{Row: 1},
})
