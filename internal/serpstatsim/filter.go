package serpstatsim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// condition is one comparison of a complexFilter, checked and ready to be tested on rows.
type condition func(*Row) bool

type rawCondition struct {
	Field       string            `json:"field"`
	CompareType string            `json:"compareType"`
	Value       []json.RawMessage `json:"value"`
}

// compile turns a complexFilter into a test of rows. The outer array is OR, the inner ones AND.
func (rd Readings) compile(raw json.RawMessage) (func(*Row) bool, *rpcError) {
	if len(raw) == 0 || string(raw) == "null" {
		return func(*Row) bool { return true }, nil
	}
	var groups [][]rawCondition
	if err := json.Unmarshal(raw, &groups); err != nil {
		return nil, &rpcError{32117, "Not allowed params for filter"}
	}
	var alternatives [][]condition
	for _, group := range groups {
		var all []condition
		for _, c := range group {
			test, e := rd.condition(c)
			if e != nil {
				return nil, e
			}
			all = append(all, test)
		}
		alternatives = append(alternatives, all)
	}
	return func(r *Row) bool {
		for _, all := range alternatives {
			if holds(all, r) {
				return true
			}
		}
		return len(alternatives) == 0
	}, nil
}

func holds(all []condition, r *Row) bool {
	for _, test := range all {
		if !test(r) {
			return false
		}
	}
	return true
}

var compareTypes = map[string]bool{"gt": true, "lt": true, "gte": true, "lte": true, "eq": true, "neq": true, "between": true,
	"contains": true, "notContains": true, "startsWith": true, "endsWith": true}

func (rd Readings) condition(c rawCondition) (condition, *rpcError) {
	kind, known := filterFields[c.Field]
	switch {
	case !known:
		return nil, &rpcError{32117, "Not allowed field " + c.Field}
	case c.CompareType == "":
		return nil, &rpcError{32117, "Field compareType is required"}
	case len(c.Value) == 0:
		return nil, &rpcError{32117, "Field value is required"}
	case !compareTypes[c.CompareType] || !rd.CompareTypes.allowed(c.Field, c.CompareType) || !kind.takes(c.CompareType):
		return nil, &rpcError{32117, fmt.Sprintf("Not allowed method %s for field %s", c.CompareType, c.Field)}
	case c.CompareType == "between" && len(c.Value) != 2:
		return nil, &rpcError{32117, "Not allowed values for between method"}
	}
	switch kind {
	case numberField:
		return rd.numberCondition(c)
	case dateField:
		return rd.dateCondition(c)
	}
	return rd.textCondition(c)
}

type fieldKind int

const (
	textField fieldKind = iota
	wordField
	numberField
	dateField
)

var filterFields = map[string]fieldKind{
	"url_from": textField, "url_to": textField, "anchor": textField, "link_nofollow": wordField, "link_type": wordField,
	"links_external": numberField, "check": dateField,
}

func (k fieldKind) takes(compareType string) bool {
	ordered := compareType == "gt" || compareType == "lt" || compareType == "gte" || compareType == "lte" || compareType == "between"
	either := compareType == "eq" || compareType == "neq"
	if k == numberField || k == dateField {
		return ordered || either
	}
	return !ordered
}

func (rd Readings) numberCondition(c rawCondition) (condition, *rpcError) {
	var values []int64
	for _, raw := range c.Value {
		n, err := wholeNumber(raw)
		if err != nil {
			return nil, &rpcError{32117, "Not allowed params for filter"}
		}
		values = append(values, n)
	}
	return func(r *Row) bool { return rd.compare(c.CompareType, r.LinksExt, values) }, nil
}

// compare compares with the first value, between with the first two, and eq and neq with any of them.
func (rd Readings) compare(compareType string, have int64, values []int64) bool {
	first, last := values[0], values[len(values)-1]
	switch compareType {
	case "gt":
		return have > first
	case "lt":
		return have < first
	case "gte":
		return have >= first
	case "lte":
		return have <= first
	case "eq":
		return slices.Contains(values, have)
	case "neq":
		return !slices.Contains(values, have)
	}
	if rd.BetweenExclusive {
		return first < have && have < last
	}
	return first <= have && have <= last
}

func (rd Readings) dateCondition(c rawCondition) (condition, *rpcError) {
	var values []int64
	for _, raw := range c.Value {
		var s string
		t, err := time.Time{}, json.Unmarshal(raw, &s)
		if err == nil {
			t, err = time.Parse("2.1.2006", s)
		}
		if err != nil {
			return nil, &rpcError{32117, "Invalid crawl date"}
		}
		values = append(values, t.Unix())
	}
	return func(r *Row) bool {
		at := rd.check(r)
		if at.IsZero() {
			return false
		}
		if !rd.CheckByInstant {
			at = at.Truncate(24 * time.Hour)
		}
		return rd.compare(c.CompareType, at.Unix(), values)
	}, nil
}

// check is the row's date of that name: the first detection or the last visit, nobody knows.
func (rd Readings) check(r *Row) time.Time {
	s := r.FirstSeen
	if rd.CheckIsLastVisited {
		s = r.LastVisited
	}
	layout := time.DateTime
	if len(s) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (rd Readings) textCondition(c rawCondition) (condition, *rpcError) {
	var tests []func(string) bool
	for _, raw := range c.Value {
		var s string
		if string(raw) == "null" || json.Unmarshal(raw, &s) != nil {
			return nil, &rpcError{32117, "Not allowed params for filter"}
		}
		if rd.TextTrimmed {
			s = strings.TrimSpace(s)
		}
		tests = append(tests, rd.textTest(c, s))
	}
	all := rd.ContainsAllValues && strings.HasSuffix(strings.ToLower(c.CompareType), "contains")
	negated := c.CompareType == "notContains" || c.CompareType == "neq"
	return func(r *Row) bool {
		text := filterText(r, c.Field)
		hits := 0
		for _, test := range tests {
			if test(text) {
				hits++
			}
		}
		found := hits > 0
		if all {
			found = hits == len(tests)
		}
		return found != negated
	}, nil
}

// textTest is one value's part of a comparison, before its negation.
func (rd Readings) textTest(c rawCondition, value string) func(string) bool {
	contains := c.CompareType == "contains" || c.CompareType == "notContains"
	switch {
	case c.Field == "link_nofollow" && contains && !rd.NofollowSubstring:
		return rd.wordTest(value)
	case c.Field == "link_type" && rd.LinkTypeVocabulary && value == "href":
		return func(string) bool { return false } // the filter's word for it is text
	}
	pattern := regexp.QuoteMeta(value)
	if rd.TextIsLikePattern {
		pattern = likeToRegexp(value)
	}
	switch c.CompareType {
	case "startsWith":
		pattern = "^" + pattern
	case "endsWith":
		pattern += "$"
	case "eq", "neq":
		pattern = "^" + pattern + "$"
	}
	flags := "(?s)"
	if !rd.ContainsCaseSensitive {
		flags = "(?si)"
	}
	if !rd.TextIsLikePattern && contains && rd.ContainsCaseSensitive {
		return func(text string) bool { return strings.Contains(text, value) }
	}
	re := regexp.MustCompile(flags + pattern)
	return re.MatchString
}

// wordTest looks for a word of link_nofollow.
func (rd Readings) wordTest(word string) func(string) bool {
	if rd.NofollowWhole {
		return func(text string) bool { return text == word }
	}
	return func(text string) bool {
		for part := range strings.SplitSeq(text, ",") {
			if strings.EqualFold(strings.TrimSpace(part), word) {
				return true
			}
		}
		return false
	}
}

func likeToRegexp(like string) string {
	var b strings.Builder
	escaped := false
	for _, r := range like {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			b.WriteString(".*")
		case r == '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	if escaped {
		b.WriteString(regexp.QuoteMeta(`\`)) // with nothing to escape it is a letter
	}
	return b.String()
}

func filterText(r *Row, field string) string {
	switch field {
	case "url_from":
		return r.URLFrom
	case "url_to":
		return r.URLTo
	case "anchor":
		return r.LinkText
	case "link_nofollow":
		return r.Nofollow
	}
	return r.LinkType
}
