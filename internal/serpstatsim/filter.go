package serpstatsim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// condition is one comparison of a complexFilter, checked and ready to be tested on items.
type condition func(item) bool

type rawCondition struct {
	Field             string            `json:"field"`
	CompareType       string            `json:"compareType"`
	Value             []json.RawMessage `json:"value"`
	AdditionalFilters *string           `json:"additional_filters"`
}

// filter is a complexFilter, ready to be used.
type filter struct {
	words        []string    // additional filters
	always       []condition // of parameters
	alternatives [][]condition
}

func (f *filter) keeps(i item) bool {
	if !holds(f.always, i) {
		return false
	}
	for _, all := range f.alternatives {
		if holds(all, i) {
			return true
		}
	}
	return len(f.alternatives) == 0
}

func holds(all []condition, i item) bool {
	for _, test := range all {
		if !test(i) {
			return false
		}
	}
	return true
}

// compile reads a method's complexFilter, and the parameters that keep rows.
func (rd Interpretations) compile(sp *spec, r Request, raw json.RawMessage) (*filter, *rpcError) {
	f, e := rd.complexFilter(sp, raw)
	if e != nil {
		return nil, e
	}
	for name, p := range sp.Params {
		value := r.text(name)
		if value == "" && rd.AnchorsOfOneWord {
			value = p.OneWord
		}
		if p.Keeps == nil || value == "" {
			continue
		}
		quoted, _ := json.Marshal(value) // a text
		test, e := rd.test(p.Keeps.Kind, factOf(p.Keeps.Is, rd), rawCondition{CompareType: p.Keeps.CompareType, Value: []json.RawMessage{quoted}})
		if e != nil {
			return nil, &rpcError{400, "Schema validation failed: " + name}
		}
		f.always = append(f.always, test)
	}
	return f, nil
}

// complexFilter reads a filter. The outer array is OR, the inner ones AND; additional filters act on
// the whole request wherever they stand, so a group of nothing else is no alternative: the recorded
// getNewBacklinks has such a group, and far fewer rows than it would give as one.
func (rd Interpretations) complexFilter(sp *spec, raw json.RawMessage) (*filter, *rpcError) {
	f := &filter{}
	if len(raw) == 0 || string(raw) == "null" {
		return f, nil
	}
	var groups [][]rawCondition
	if err := json.Unmarshal(raw, &groups); err != nil {
		return nil, &rpcError{32117, "Not allowed params for filter"}
	}
	for _, group := range groups {
		var all []condition
		for _, c := range group {
			if c.AdditionalFilters != nil {
				if e := f.add(sp, c); e != nil {
					return nil, e
				}
				continue
			}
			test, e := rd.condition(sp, c)
			if e != nil {
				return nil, e
			}
			all = append(all, test)
		}
		if len(all) > 0 || len(group) == 0 {
			f.alternatives = append(f.alternatives, all)
		}
	}
	return f, nil
}

func (f *filter) add(sp *spec, c rawCondition) *rpcError {
	if c.Field != "" || c.CompareType != "" || c.Value != nil || !slices.Contains(sp.Words, *c.AdditionalFilters) {
		return &rpcError{32117, "Not allowed params for filter"}
	}
	f.words = append(f.words, *c.AdditionalFilters)
	return nil
}

var compareTypes = map[string]bool{"gt": true, "lt": true, "gte": true, "lte": true, "eq": true, "neq": true, "between": true,
	"contains": true, "notContains": true, "startsWith": true, "endsWith": true}

func (rd Interpretations) condition(sp *spec, c rawCondition) (condition, *rpcError) {
	field, known := sp.Filter[c.Field]
	switch {
	case !known:
		return nil, &rpcError{32117, "Not allowed field " + c.Field}
	case c.CompareType == "":
		return nil, &rpcError{32117, "Field compareType is required"}
	case len(c.Value) == 0:
		return nil, &rpcError{32117, "Field value is required"}
	case !compareTypes[c.CompareType] || !rd.CompareTypes.allowed(field, c.CompareType) || !field.Kind.takes(c.CompareType):
		return nil, &rpcError{32117, fmt.Sprintf("Not allowed method %s for field %s", c.CompareType, c.Field)}
	case c.CompareType == "between" && len(c.Value) != 2:
		return nil, &rpcError{32117, "Not allowed values for between method"}
	}
	return rd.test(field.Kind, factOf(field.Is, rd), c)
}

// test is the test of a condition that is allowed.
func (rd Interpretations) test(kind fieldKind, of *fact, c rawCondition) (condition, *rpcError) {
	switch kind {
	case numberField:
		return rd.numberCondition(c, of.number)
	case dateField, anyDateField:
		return rd.dateCondition(c, kind, of.text)
	case codesField:
		return rd.codesCondition(c, of)
	}
	return rd.textCondition(c, kind, of.text)
}

type fieldKind string

const (
	textField    fieldKind = "text"
	wordsField   fieldKind = "words"     // of link_nofollow
	typeField    fieldKind = "link_type" // has a vocabulary of its own
	numberField  fieldKind = "number"
	dateField    fieldKind = "date"
	anyDateField fieldKind = "any_date" // written 23.1.2025 or 2025-01-23
	codesField   fieldKind = "codes"    // of the words in a list
)

var fieldKinds = []fieldKind{textField, wordsField, typeField, numberField, dateField, anyDateField, codesField}

func (k fieldKind) takes(compareType string) bool {
	ordered := compareType == "gt" || compareType == "lt" || compareType == "gte" || compareType == "lte" || compareType == "between"
	either := compareType == "eq" || compareType == "neq"
	switch k {
	case numberField, dateField, anyDateField:
		return ordered || either
	case codesField:
		return either || compareType == "contains" || compareType == "notContains"
	}
	return !ordered
}

func (rd Interpretations) numberCondition(c rawCondition, number func(item) int64) (condition, *rpcError) {
	var values []int64
	for _, raw := range c.Value {
		n, err := wholeNumber(raw)
		if err != nil {
			return nil, &rpcError{32117, "Not allowed params for filter"}
		}
		values = append(values, n)
	}
	return func(i item) bool { return rd.compare(c.CompareType, number(i), values) }, nil
}

// compare compares with the first value, between with the first two, and eq and neq with any of them.
func (rd Interpretations) compare(compareType string, have int64, values []int64) bool {
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

func (rd Interpretations) dateCondition(c rawCondition, kind fieldKind, text func(item) string) (condition, *rpcError) {
	var values []int64
	for _, raw := range c.Value {
		var s string
		t, err := time.Time{}, json.Unmarshal(raw, &s)
		if err == nil {
			t, err = kind.date(s)
		}
		if err != nil {
			return nil, &rpcError{32117, "Invalid crawl date"}
		}
		values = append(values, t.Unix())
	}
	return func(i item) bool {
		at := instant(text(i))
		if at.IsZero() {
			return false
		}
		if !rd.CheckByInstant {
			at = at.Truncate(24 * time.Hour)
		}
		return rd.compare(c.CompareType, at.Unix(), values)
	}, nil
}

// date reads a date as fields of the kind are given one.
func (k fieldKind) date(s string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil && k == anyDateField {
		return t, nil
	}
	return time.Parse("2.1.2006", s)
}

// instant is the zero time for what is no date.
func instant(s string) time.Time {
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

func (rd Interpretations) textCondition(c rawCondition, kind fieldKind, text func(item) string) (condition, *rpcError) {
	var tests []func(string) bool
	for _, raw := range c.Value {
		var s string
		if string(raw) == "null" || json.Unmarshal(raw, &s) != nil {
			return nil, &rpcError{32117, "Not allowed params for filter"}
		}
		if rd.TextTrimmed {
			s = strings.TrimSpace(s)
		}
		tests = append(tests, rd.textTest(c.CompareType, kind, s))
	}
	decide := rd.anyOf(c.CompareType, len(tests))
	return func(i item) bool {
		have, hits := text(i), 0
		for _, test := range tests {
			if test(have) {
				hits++
			}
		}
		return decide(hits)
	}, nil
}

// anyOf decides by how many of the values are found: any will do, or all must be where a reading says so, or none of
// what is negated.
func (rd Interpretations) anyOf(compareType string, values int) func(hits int) bool {
	needed := 1
	if rd.ContainsAllValues && strings.HasSuffix(strings.ToLower(compareType), "contains") {
		needed = values
	}
	negated := compareType == "notContains" || compareType == "neq"
	return func(hits int) bool { return (hits >= needed) != negated }
}

// codesCondition looks for words in a list by their codes; the recorded requests have them as numbers and as texts.
// A code that no list has is found nowhere.
func (rd Interpretations) codesCondition(c rawCondition, of *fact) (condition, *rpcError) {
	var wanted []string
	for _, raw := range c.Value {
		code, err := wholeNumber(raw)
		if err != nil {
			return nil, &rpcError{32117, "Not allowed params for filter"}
		}
		wanted = append(wanted, of.codes[strconv.FormatInt(code, 10)])
	}
	decide := rd.anyOf(c.CompareType, len(wanted))
	return func(i item) bool {
		have, hits := of.words(i), 0
		for _, word := range wanted {
			if slices.Contains(have, word) {
				hits++
			}
		}
		return decide(hits)
	}, nil
}

// textTest is one value's part of a comparison, before its negation.
func (rd Interpretations) textTest(compareType string, kind fieldKind, value string) func(string) bool {
	contains := compareType == "contains" || compareType == "notContains"
	switch {
	case kind == wordsField && contains && !rd.NofollowSubstring:
		return rd.wordTest(value)
	case kind == typeField && rd.LinkTypeVocabulary && value == "href":
		return func(string) bool { return false } // the filter's word for it is text
	}
	if rd.TextIsLikePattern {
		return rd.patternTest(compareType, value)
	}
	alike := func(s string) string { return s }
	if !rd.ContainsCaseSensitive {
		alike = foldCase
	}
	test := map[string]func(text, value string) bool{"startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix, "eq": equal, "neq": equal}[compareType]
	if test == nil {
		test = strings.Contains
	}
	value = alike(value)
	return func(text string) bool { return test(alike(text), value) }
}

func equal(a, b string) bool { return a == b }

// foldCase puts for each letter the first of those that are the same but for their case.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		first := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			first = min(first, other)
		}
		return first
	}, s)
}

// patternTest reads a value as a pattern of LIKE.
func (rd Interpretations) patternTest(compareType, value string) func(string) bool {
	pattern := likeToRegexp(value)
	switch compareType {
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
	return regexp.MustCompile(flags + pattern).MatchString
}

// wordTest looks for a word of link_nofollow.
func (rd Interpretations) wordTest(word string) func(string) bool {
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
