package catalog

import (
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Malicious sites that link to a site or are linked to, and the links. Each costs a credit a row.
var threats = []*table.Table{threat, threatLink, outThreat, outThreatLink}

var threat = list(table.Table{
	Name:    "serpstat_threat",
	Method:  procedure + "getThreats",
	Doc:     "Malicious sites that link to a site, with the number of their links.",
	Params:  threatParams("to count for each malicious domain"),
	Fields:  malicious("from", "The malicious domain or subdomain that links to the analyzed domain.", "The address of the malicious site.", "The number of its links to the analyzed domain."),
	Derived: []table.Derived{domainOf("from")},
	Sort:    threatSort,
})

var threatLink = list(table.Table{
	Name:    "serpstat_threat_link",
	Method:  procedure + "getThreatsLinks",
	Doc:     "Links to a site from malicious ones.",
	Params:  threatParams("to return for each malicious domain"),
	Fields:  maliciousLinks("from", "The malicious domain or subdomain that links to the analyzed domain.", incoming),
	Derived: []table.Derived{domainOf("from"), hostTo},
	Sort:    threatLinkSort,
})

var outThreat = list(table.Table{
	Name:    "serpstat_out_threat",
	Method:  procedure + "getOutThreats",
	Doc:     "Malicious sites that a site links to, with the number of its links to each.",
	Params:  threatParams("to count for each malicious domain"),
	Fields:  malicious("to", "The malicious domain or subdomain that the analyzed domain links to.", "The address of the malicious site.", "The number of links from the analyzed domain to it."),
	Derived: []table.Derived{domainOf("to")},
	Sort:    threatSort,
})

var outThreatLink = list(table.Table{
	Name:    "serpstat_out_threat_link",
	Method:  procedure + "getOutThreatsLinks",
	Doc:     "Links from a site to malicious ones.",
	Params:  threatParams("to return for each malicious domain"),
	Fields:  maliciousLinks("to", "The malicious domain or subdomain that the analyzed domain links to.", outgoing),
	Derived: []table.Derived{hostFrom, domainOf("to")},
	Sort:    threatLinkSort,
})

func threatParams(most string) []table.Param {
	return slices.Concat(site(""), searchOf(domains), linkPerDomain(most), listing())
}

// The rows show the dates that they are sorted by, but of one day there are many. None of the methods for sites names a
// default.
var (
	threatSort     = table.Sort{Words: []string{"lastupdate", "domain_link", "links_count", "platform_type", "threat_type"}, Divide: "links"}
	threatLinkSort = table.Sort{Words: []string{"lastupdate", "url_from", "url_to", "platform_type", "threat_type"}, Default: "lastupdate", Few: "url_from"}
)

// malicious are the fields of a malicious site, at the end of a link that side says.
func malicious(side, host, url, links string) []table.Field {
	return append([]table.Field{
		{Column: "host_" + side, Kind: table.Text, Keys: []string{"domain"}, Doc: host},
		{Column: "url_" + side, Kind: table.Text, Keys: []string{"domain_link"}, Filter: textFilter("domain_link"), Doc: url},
		{Column: "links", Kind: table.Count, Keys: []string{"links_count"}, Filter: atLeastFilter("links_count"), Sort: "links_count", Doc: links},
	}, kinds()...)
}

// maliciousLinks are the fields of a link from or to a malicious site.
func maliciousLinks(end, host string, of side) []table.Field {
	return append([]table.Field{
		{Column: "host_" + end, Kind: table.Text, Keys: []string{"domain"}, Doc: host},
		{Column: "url_from", Kind: table.Text, Keys: []string{"link_from"}, Filter: textFilter("url_from"), Doc: of.from},
		{Column: "url_to", Kind: table.Text, Keys: []string{"link_to"}, Filter: textFilter("url_to"), Doc: of.to},
	}, kinds()...)
}

// kinds are what is known of a threat. The filters take codes, of which a list says what they mean; those are pushed
// whose words an answer has shown. Pages disagree on how a date is written in a filter.
func kinds() []table.Field {
	byCode := func(field string, codes map[string]int64) table.Pushdown {
		return table.Pushdown{Field: field, How: table.ByCode, Takes: []string{table.Contains}, Codes: codes}
	}
	return []table.Field{
		{Column: "platform_types", Kind: table.Words, Keys: []string{"platform_type"}, Filter: byCode("platform_type", map[string]int64{"windows": 1, "linux": 2, "osx": 4}),
			Doc: "The platforms that are threatened, such as windows, linux and osx."},
		{Column: "threat_types", Kind: table.Words, Keys: []string{"threat_type"}, Filter: byCode("threat_type", map[string]int64{"threat_type_unspecified": 9}),
			Doc: "The kinds of threats, such as threat_type_unspecified."},
		{Column: "last_update", Kind: table.Time, Keys: []string{"lastupdate"}, Doc: "When the threat was last seen, in UTC."},
	}
}
