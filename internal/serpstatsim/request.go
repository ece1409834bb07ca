package serpstatsim

import "strings"

// paramNames are the parameters of all methods that list or count links.
var paramNames = strings.Fields("query searchType sort order page size linkPerDomain complexFilter anchor count intersect lang")

// text is the value of a parameter that is a text.
func (r Request) text(param string) string {
	switch param {
	case "query":
		return r.Query
	case "searchType":
		return r.SearchType
	case "sort":
		return r.Sort
	case "order":
		return r.Order
	case "complexFilter":
		return r.ComplexFilter
	case "anchor":
		return r.Anchor
	case "count":
		return r.WordCount
	case "lang":
		return r.Lang
	}
	return ""
}

// has reports whether a request has a value of a parameter.
func (r Request) has(param string) bool {
	switch param {
	case "page":
		return r.Page != 0
	case "size":
		return r.Size != 0
	case "linkPerDomain":
		return r.LinkPerDomain != 0
	case "intersect":
		return len(r.Intersect) > 0
	}
	return r.text(param) != ""
}
