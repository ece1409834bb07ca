package outlink

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Filter is the API's complexFilter: the outer slice is OR, the inner ones are AND. Nil filters nothing.
type Filter [][]Condition

// Condition is one comparison of a complexFilter. Field is the filter's own name of a field, which differs
// from the response's (anchor is link_text, links_external is links_ext, link_nofollow is nofollow).
type Condition struct {
	Field       string
	CompareType string
	Value       []any
}

// Fields and compareTypes of complexFilter that are attested in public documentation.
const (
	FieldURLFrom       = "url_from"
	FieldURLTo         = "url_to"
	FieldAnchor        = "anchor"
	FieldNofollow      = "link_nofollow"
	FieldLinksExternal = "links_external"
	FieldCheck         = "check"

	Contains    = "contains"
	NotContains = "notContains"
	AtMost      = "lte"
	AtLeast     = "gte"
	Between     = "between"
)

// textFields are the fields whose text is looked into, and the columns that show them.
var textFields = []struct{ column, field string }{
	{ColURLFrom, FieldURLFrom}, {ColURLTo, FieldURLTo}, {ColLinkText, FieldAnchor},
}

// Refusal names a compareType that the API does not take for a field (error 32117).
type Refusal struct{ Field, CompareType string }

// Refusals is what an API is known to refuse. The nil map refuses nothing.
type Refusals map[Refusal]bool

func (r Refusals) has(field, compareType string) bool { return r[Refusal{field, compareType}] }

// Bounds of a filter's size. An OR of more alternatives than maxAlternatives is widened to something
// simpler instead; a text is looked for by its maxRuns longest literal runs.
const (
	maxAlternatives = 16
	maxRuns         = 3
	maxLinksExt     = math.MaxInt32 // "no upper bound" where between needs one
)

// FilterInput is what a filter is built from.
type FilterInput struct {
	Quals         []Qual
	User          Filter // the complex_filter column's value, sent as it is
	LinkPerDomain bool   // with linkPerDomain nothing is pushed: which link of a domain is kept would change
	Refused       Refusals
	FoldsASCII    map[string]bool // fields whose contains is known to ignore the case of ASCII letters
	Engine        Engine
}

// BuildFilter turns WHERE clauses into a complexFilter that keeps every row SQL keeps, whatever the answer
// to the open questions about the API. impossible reports that no row can match, so that no request is due.
//
// What is pushed, and why it is safe:
//   - ranges of links_ext as gte and lte, the two numeric comparisons whose meaning is clear;
//   - equality and LIKE on texts as contains of the literal runs free of `%`, `_` and backslash: a row that
//     has the whole has its parts, in the same case, be the value a pattern or not, trimmed or not;
//   - ILIKE by runs of what its engine does not fold, and of ASCII letters once the API has shown ([Probe])
//     that it ignores their case;
//   - NOT ILIKE '%lit%' as notContains for a lit that every folding treats alike, NOT LIKE for a caseless one;
//   - nofollow = one of the four documented words as contains of that word;
//   - a lower bound of first_seen and an upper bound of last_visited as check, a day wider: first_seen is
//     never after last_visited, so either reading of check keeps the row.
func BuildFilter(in FilterInput) (filter Filter, impossible bool) {
	columns := byColumn(in.Quals)
	for column, quals := range columns {
		if contradicts(column, quals) {
			return nil, true
		}
	}
	links := linksExtRange(columns[ColLinksExt])
	if links.empty() {
		return nil, true
	}
	if in.LinkPerDomain {
		return in.User, false
	}
	b := builder{in: in, filter: in.User}
	b.links(links)
	b.check(columns)
	for _, t := range textFields {
		b.text(t.field, t.column, columns[t.column])
	}
	b.nofollow(columns[ColNofollow])
	return b.filter, false
}

func byColumn(quals []Qual) map[string][]Qual {
	m := map[string][]Qual{}
	for _, q := range quals {
		m[q.Column] = append(m[q.Column], q)
	}
	return m
}

// builder ANDs alternatives into a filter, as long as it stays small.
type builder struct {
	in     FilterInput
	filter Filter
}

// and adds an OR of ANDs to the filter: the product of both. It reports whether the product was small
// enough to be taken.
func (b *builder) and(alternatives Filter) bool {
	if len(alternatives) == 0 {
		return true
	}
	if max(len(b.filter), 1)*len(alternatives) > max(maxAlternatives, len(b.in.User)) {
		return false
	}
	b.filter = b.filter.And(alternatives)
	return true
}

// And returns the conjunction of two filters: each alternative of one with each of the other.
func (f Filter) And(other Filter) Filter {
	if len(f) == 0 {
		return other
	}
	if len(other) == 0 {
		return f
	}
	product := make(Filter, 0, len(f)*len(other))
	for _, a := range f {
		for _, o := range other {
			product = append(product, append(slices.Clip(slices.Clone(a)), o...))
		}
	}
	return product
}

// Uses reports whether the filter compares the field in this way.
func (f Filter) Uses(r Refusal) bool {
	for _, group := range f {
		for _, c := range group {
			if c.Field == r.Field && (r.CompareType == "" || c.CompareType == r.CompareType) {
				return true
			}
		}
	}
	return false
}

func (b *builder) links(links intRanges) {
	alternatives := make(Filter, 0, len(links))
	for _, r := range links {
		conditions := LinksBetween(r.lo, r.hi, b.in.Refused)
		if len(conditions) == 0 {
			return
		}
		alternatives = append(alternatives, conditions)
	}
	if !b.and(alternatives) {
		b.and(Filter{LinksBetween(links[0].lo, links[len(links)-1].hi, b.in.Refused)})
	}
}

// LinksBetween bounds links_external to lo..hi, both included; lo <= 0 and hi >= maxLinksExt are no bounds.
// Where the API refuses gte or lte it falls back to between, one wider on each side since nothing says
// whether between includes its ends, and then to nothing.
func LinksBetween(lo, hi int64, refused Refusals) []Condition {
	hasLo, hasHi := lo > 0, hi < maxLinksExt
	var conditions []Condition
	needBetween := false
	if hasLo {
		if refused.has(FieldLinksExternal, AtLeast) {
			needBetween = true
		} else {
			conditions = append(conditions, Condition{FieldLinksExternal, AtLeast, []any{lo}})
		}
	}
	if hasHi {
		if refused.has(FieldLinksExternal, AtMost) {
			needBetween = true
		} else {
			conditions = append(conditions, Condition{FieldLinksExternal, AtMost, []any{hi}})
		}
	}
	if needBetween && !refused.has(FieldLinksExternal, Between) {
		wideLo, wideHi := max(lo-1, 0), int64(maxLinksExt)
		if !hasLo {
			wideLo = -1
		}
		if hasHi {
			wideHi = hi + 1
		}
		conditions = append(conditions, Condition{FieldLinksExternal, Between, []any{wideLo, wideHi}})
	}
	return conditions
}

// Dates outside these years are moved to the edge, which keeps a bound safe and the request well-formed.
var (
	earliestCheck = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	latestCheck   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

const checkDate = "2.1.2006" // the form of the specification's example, 1.1.2030

func (b *builder) check(columns map[string][]Qual) {
	var conditions []Condition
	if seen := timeRange(columns[ColFirstSeen]); seen.hasLo && !b.in.Refused.has(FieldCheck, AtLeast) {
		if day := dayOf(seen.lo).AddDate(0, 0, -1); day.After(earliestCheck) {
			if day.After(latestCheck) {
				day = latestCheck
			}
			conditions = append(conditions, Condition{FieldCheck, AtLeast, []any{day.Format(checkDate)}})
		}
	}
	if visited := timeRange(columns[ColLastVisited]); visited.hasHi && !b.in.Refused.has(FieldCheck, AtMost) {
		if day := dayOf(visited.hi).AddDate(0, 0, 1); day.Before(latestCheck) {
			if day.Before(earliestCheck) {
				day = earliestCheck
			}
			conditions = append(conditions, Condition{FieldCheck, AtMost, []any{day.Format(checkDate)}})
		}
	}
	if len(conditions) > 0 {
		b.and(Filter{conditions})
	}
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func (b *builder) text(field, column string, quals []Qual) {
	if values, ok := equals(column, quals); ok {
		b.contains(field, values, func(v string) []string { return searchableRuns([]string{v}, nil) })
	}
	for _, q := range quals {
		switch q.Operator {
		case Like:
			b.contains(field, stringsOf(q.Values), func(v string) []string { return likeRuns(v, nil) })
		case ILike:
			b.contains(field, stringsOf(q.Values), func(v string) []string { return likeRuns(v, b.foldedAlike(field)) })
		case NotLike, NotILike:
			b.notContains(field, q)
		}
	}
}

// foldedAlike returns which characters of an ILIKE pattern are in a row that matches as the API sees it:
// those that the engine compares exactly, and ASCII letters where the API ignores their case.
func (b *builder) foldedAlike(field string) func(rune) bool {
	return func(r rune) bool {
		switch {
		case r < utf8.RuneSelf && unicode.IsLetter(r):
			return b.in.FoldsASCII[field] && plainFold(r)
		case b.in.Engine == SQLite:
			return true
		}
		return caseless(r)
	}
}

// likeRuns are the texts to look for in rows that are like a pattern.
func likeRuns(like string, keep func(rune) bool) []string {
	p, err := parsePattern(like)
	if err != nil {
		return nil
	}
	return searchableRuns(p.runs(), keep)
}

// contains adds "one of the values": an alternative for each, made of one condition for each run.
// A value without a usable run could be anywhere, so then nothing is added.
func (b *builder) contains(field string, values []string, runsOf func(string) []string) {
	if len(values) == 0 || b.in.Refused.has(field, Contains) {
		return
	}
	var alternatives Filter
	for _, v := range values {
		runs := runsOf(v)
		if len(runs) == 0 {
			return
		}
		group := make([]Condition, len(runs))
		for i, run := range runs {
			group[i] = Condition{field, Contains, []any{run}}
		}
		alternatives = append(alternatives, group)
	}
	b.and(alternatives)
}

func (b *builder) notContains(field string, q Qual) {
	if q.List || b.in.Refused.has(field, NotContains) {
		return
	}
	like, ok := q.Values[0].(string)
	if !ok {
		return
	}
	p, err := parsePattern(like)
	if err != nil {
		return
	}
	lit, ok := p.contained()
	if !ok || lit != strings.TrimSpace(lit) {
		return
	}
	keep := caseless
	if q.Operator == NotILike {
		keep = plainFold
	}
	if runs := searchableRuns([]string{lit}, keep); len(runs) == 1 && runs[0] == lit {
		b.and(Filter{{Condition{field, NotContains, []any{lit}}}})
	}
}

// nofollow words of the specification. A response may spell one in capitals or list several, but a row
// that equals a word contains it.
var nofollowWords = []string{"follow", "nofollow", "ugc", "sponsored"}

func (b *builder) nofollow(quals []Qual) {
	values, ok := equals(ColNofollow, quals)
	if !ok || b.in.Refused.has(FieldNofollow, Contains) {
		return
	}
	var alternatives Filter
	for _, v := range values {
		if !slices.Contains(nofollowWords, v) {
			return
		}
		alternatives = append(alternatives, []Condition{{FieldNofollow, Contains, []any{v}}})
	}
	b.and(alternatives)
}

// searchableRuns cuts texts at characters that may be special to the API (wildcards), that may not have
// arrived as they are (U+FFFD stands for bytes PostgreSQL cannot hold), whose folding depends on what stands
// next to them (odd) or that keep refuses, and returns the longest of the pieces. Pieces of white space alone are left out: trimmed, they would be empty.
func searchableRuns(texts []string, keep func(rune) bool) []string {
	var runs []string
	for _, text := range texts {
		for _, run := range strings.FieldsFunc(text, func(r rune) bool {
			return r == '%' || r == '_' || r == '\\' || r == utf8.RuneError || unicode.IsControl(r) || strings.ContainsRune(odd, r) || keep != nil && !keep(r)
		}) {
			if strings.TrimSpace(run) != "" && !slices.Contains(runs, run) {
				runs = append(runs, run)
			}
		}
	}
	sort.SliceStable(runs, func(i, j int) bool { return len(runs[i]) > len(runs[j]) })
	return runs[:min(len(runs), maxRuns)]
}

// caseless reports a character that no folding changes.
func caseless(r rune) bool {
	return unicode.SimpleFold(r) == r && unicode.ToUpper(r) == r && unicode.ToLower(r) == r
}

// plainFold reports a character that ASCII and Unicode folding treat alike: a caseless one, or an ASCII
// letter but for i, k and s, which in Unicode also fold with İ, ı, the Kelvin sign and the long s.
func plainFold(r rune) bool {
	if r < utf8.RuneSelf && unicode.IsLetter(r) {
		return !strings.ContainsRune("iIkKsS", r)
	}
	return caseless(r)
}

// equals returns the values that a column must have one of, by = or IN, less those that another clause
// on it rules out. ok is false where no clause says so.
func equals(column string, quals []Qual) (values []string, ok bool) {
	candidates, ok := candidates(column, quals)
	if !ok {
		return nil, false
	}
	return stringsOf(candidates), true
}

func stringsOf(values []Value) []string {
	var list []string
	for _, v := range values {
		if s, ok := v.(string); ok && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// candidates are the values of a column's first = or IN that every clause on the column admits.
func candidates(column string, quals []Qual) (values []Value, ok bool) {
	i := slices.IndexFunc(quals, func(q Qual) bool { return q.Operator == Equal })
	if i < 0 {
		return nil, false
	}
	residual, err := NewResidual(quals, PostgreSQL)
	if err != nil {
		return nil, false
	}
	for _, v := range quals[i].Values {
		row, known := rowWith(column, v)
		if !known {
			return nil, false
		}
		if v != nil && residual.Match(&row) != No {
			values = append(values, v)
		}
	}
	return values, true
}

func rowWith(column string, v Value) (row Row, ok bool) {
	switch v := v.(type) {
	case nil:
		return row, true
	case string:
		switch column {
		case ColURLFrom:
			row.URLFrom = v
		case ColURLTo:
			row.URLTo = v
		case ColLinkText:
			row.LinkText = v
		case ColNofollow:
			row.Nofollow = v
		case ColLinkType:
			row.LinkType = v
		default:
			return row, false
		}
		return row, true
	case int64:
		row.LinksExt = v
		return row, column == ColLinksExt
	case time.Time:
		switch column {
		case ColFirstSeen:
			row.FirstSeen = v
		case ColLastVisited:
			row.LastVisited = v
		case ColDateDel:
			row.DateDel = v
		default:
			return row, false
		}
		return row, true
	}
	return row, false
}

// contradicts reports clauses on one column that no value satisfies.
func contradicts(column string, quals []Qual) bool {
	null, compared := false, false
	for _, q := range quals {
		switch q.Operator {
		case IsNull:
			null = true
			continue
		case IsNotNull:
			compared = true
			continue
		}
		compared = true
		if !q.List && len(q.Values) == 1 && q.Values[0] == nil {
			return true // a comparison with NULL is never true
		}
	}
	if null && compared {
		return true
	}
	if values, ok := candidates(column, quals); ok && len(values) == 0 {
		return true
	}
	switch column {
	case ColFirstSeen, ColLastVisited, ColDateDel:
		return timeRange(quals).empty()
	}
	return false
}
