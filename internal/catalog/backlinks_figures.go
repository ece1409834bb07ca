package catalog

import (
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Figures of a site's links, each for a price per request.
var figures = []*table.Table{backlinkSummary, backlinkHistory, sdrDistribution, tldDistribution}

var backlinkSummary = whole(1, table.Table{
	Name:   "serpstat_backlink_summary",
	Method: procedure + "getSummaryV2",
	Doc:    "Numbers of links to a site and from it by kind, and their change in seven days: one row. They are refreshed weekly and about right; the lists of links say how many there are.",
	Params: slices.Concat(site(""), searchOf(domains)),
	One:    true,
	Fields: counters(),
	Cost:   table.Cost{Request: 5},
})

// counters are the fields of the summary, each followed by its change where there is one.
func counters() (fields []table.Field) {
	for _, c := range []struct {
		column, doc string
		key         string // where it is not the column's name
		alone       bool   // it has no change
	}{
		{column: "domain_rank", doc: "Serpstat's rank of the site (SDR), from 0 to 100.", key: "sersptat_domain_rank", alone: true},
		{column: "referring_domains", doc: "The number of domains that link to the site."},
		{column: "redirected_domains", doc: "The number of domains that redirect to the site.", alone: true},
		{column: "referring_malicious_domains", doc: "The number of malicious domains that link to the site."},
		{column: "referring_ip_addresses", doc: "The number of IP addresses from which there are links to the site."},
		{column: "referring_subnets", doc: "The number of subnets from which there are links to the site."},
		{column: "backlinks", doc: "The number of links to the site."},
		{column: "backlinks_from_mainpages", doc: "The number of links to the site from main pages."},
		{column: "nofollow_backlinks", doc: "The number of links to the site that are nofollow."},
		{column: "dofollow_backlinks", doc: "The number of links to the site that are not nofollow."},
		{column: "text_backlinks", doc: "The number of links to the site that are text."},
		{column: "image_backlinks", doc: "The number of links to the site that are images."},
		{column: "redirect_backlinks", doc: "The number of links to the site that are redirects."},
		{column: "canonical_backlinks", doc: "The number of links to the site that are canonical ones."},
		{column: "alternate_backlinks", doc: "The number of links to the site that are alternate ones."},
		{column: "rss_backlinks", doc: "The number of links to the site that are in feeds."},
		{column: "frame_backlinks", doc: "The number of links to the site that are frames."},
		{column: "form_backlinks", doc: "The number of links to the site that are forms."},
		{column: "external_domains", doc: "The number of domains that the site links to."},
		{column: "external_malicious_domains", doc: "The number of malicious domains that the site links to."},
		{column: "external_links", doc: "The number of the site's links to other sites."},
	} {
		f := table.Field{Column: c.column, Kind: table.Count, Keys: []string{c.column}, Doc: c.doc}
		if c.key != "" {
			f.Keys = []string{c.key} // misspelled by the API
		}
		fields = append(fields, f)
		if !c.alone {
			fields = append(fields, table.Field{Column: c.column + "_change", Kind: table.Change, Keys: []string{c.column + "_change"}, Optional: true,
				Doc: "How many more they are than seven days before: " + strings.ToLower(c.doc[:1]) + c.doc[1:]})
		}
	}
	return fields
}

// mostWeeks is more than there are weeks of which the API can know.
const mostWeeks = 10_000

var backlinkHistory = whole(mostWeeks, table.Table{
	Name:   "serpstat_backlink_history",
	Method: procedure + "getBacklinksChangesHistory",
	Doc:    "New and lost links to a site week by week, all for one credit.",
	Params: slices.Concat(site(""), searchOf(domains)),
	Fields: []table.Field{
		{Column: "date", Kind: table.Time, Keys: []string{"date"}, Doc: "The day with which the week is named, in UTC."},
		{Column: "new_links", Kind: table.Count, Keys: []string{"new_links"}, Doc: "The number of links to the site that were found in the week."},
		{Column: "lost_links", Kind: table.Count, Keys: []string{"lost_links"}, Doc: "The number of links to the site that were lost in the week."},
	},
	Cost: table.Cost{Request: 1},
})

// mostRanges is more than there are ranges of ten ranks.
const mostRanges = 101

var sdrDistribution = whole(mostRanges, table.Table{
	Name:   "serpstat_sdr_distribution",
	Method: procedure + "getDistributionSDR",
	Doc:    "How many domains of which rank (SDR) link to a site, all for one credit.",
	Params: slices.Concat(site(""), searchOf(domains)),
	Fields: []table.Field{
		{Column: "sdr_range", Kind: table.Text, Keys: []string{"sdr_range"}, Doc: "The ranks, such as 0 or 10 - 19."},
		{Column: "ref_domains", Kind: table.Count, Keys: []string{"domains"}, Doc: "The number of domains of such a rank that link to the site."},
	},
	Cost: table.Cost{Request: 1},
})

// mostZones is more than there are top-level domains.
const mostZones = 5_000

var tldDistribution = whole(mostZones, table.Table{
	Name:   "serpstat_tld_distribution",
	Method: procedure + "getDistributionTLD",
	Doc:    "How many domains of which top-level domain link to a site, all for one credit.",
	Params: slices.Concat(site(""), searchOf(domains), []table.Param{
		{Column: "lang", Name: "lang", Form: table.Choice, Words: []string{"en", "ru", "uk", "de", "se"}, Default: "en", Doc: "The language of the countries' names, en by default."},
	}),
	Fields: []table.Field{
		{Column: "tld", Kind: table.Text, Keys: []string{"tld"}, Doc: "The top-level domain with its dot, such as .com."},
		{Column: "country_name", Kind: table.Text, Keys: []string{"country_name"}, Doc: "The country that it is of, empty for one of none."},
		{Column: "country_code", Kind: table.Text, Keys: []string{"country_code"}, Doc: "The country's code of two letters, empty for one of none."},
		{Column: "percentage", Kind: table.Decimal, Keys: []string{"percentage"}, Doc: "The share of the domains that link to the site, in percent."},
		{Column: "ref_domains", Kind: table.Count, Keys: []string{"domains"}, Doc: "The number of its domains that link to the site."},
	},
	Cost: table.Cost{Request: 1},
})
