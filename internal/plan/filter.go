package plan

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Refusal names a compareType that the API does not take for a field (error 32117).
type Refusal struct{ Field, CompareType string }

// Refusals is what a method is known to refuse. The nil map refuses nothing.
type Refusals map[Refusal]bool

// Uses reports whether a filter compares the field in this way.
func (r Refusal) Uses(f table.Filter) bool {
	return slices.ContainsFunc(f, func(group []table.Condition) bool {
		return slices.ContainsFunc(group, func(c table.Condition) bool {
			return c.Field == r.Field && (r.CompareType == "" || c.CompareType == r.CompareType)
		})
	})
}

// Suspects are the comparisons of a series' filter that a refusal can mean: all of them where it names none that the
// filter has, in words of its own.
func Suspects(of Series, what table.Refused) (list []Refusal) {
	conditions := slices.Concat(of.Request.Filter...)
	for _, c := range conditions {
		if what.Concerns(of.Table, c) {
			list = append(list, Refusal{c.Field, c.CompareType})
		}
	}
	if len(list) == 0 && what != (table.Refused{}) {
		return Suspects(of, table.Refused{})
	}
	return list
}

// Pushed says what the filter achieves for a clause.
type Pushed int

// What a filter can achieve.
const (
	Unsupported Pushed = iota // nothing is sent for the clause
	Inexact                   // rows that do not match may come too
	Exact                     // every row that comes matches, under every reading
)

func (p Pushed) String() string { return [...]string{"unsupported", "inexact", "exact"}[p] }

// Decision is what is done about one clause. All that depends on it reads it here.
type Decision struct {
	Qual   Qual
	Pushed Pushed
}

// Bounds of a filter's size. An OR of more alternatives than maxAlternatives is widened to something simpler instead; a
// text is looked for by its maxRuns longest literal runs.
const (
	maxAlternatives = 16
	maxRuns         = 3
	maxCount        = math.MaxInt32 // "no upper bound" where between needs one
)

// pushdown is a filter and what it achieves for each clause on the rows.
type pushdown struct {
	filter     table.Filter
	decisions  []Decision
	impossible bool // no row can match, so that no request is due
}

// push turns WHERE clauses into a complexFilter that keeps every row SQL keeps, whatever the answer to the open
// questions about the API. It is added to what the user filters by. thinned rows are not filtered: which of them there
// are would change.
//
// What is pushed, and why it is safe:
//   - ranges of a count as gte and lte, the two numeric comparisons whose meaning is clear;
//   - equality and LIKE on texts as contains of the literal runs free of `%`, `_` and backslash: a row that has the
//     whole has its parts, in the same case, be the value a pattern or not, trimmed or not;
//   - ILIKE by runs of what has no case, and of ASCII letters once the API has shown ([Probe]) that it
//     ignores their case;
//   - equality and LIKE on what is derived of a URL, such as its host, as on the URL, by what has no case and, once the
//     API has shown that it ignores their case, ASCII letters: a host is shown in lower case, a URL as it is written;
//   - NOT ILIKE '%lit%' as notContains for a lit that every folding treats alike, NOT LIKE for a caseless one;
//   - a word of a known list as contains of that word, or of its number;
//   - a bound of a date as one of the filter's date, a day wider, where that is never on the wrong side of it, and as far
//     wider as the engine leaves open which time was meant.
func push(in Input, user table.Filter, thinned bool) pushdown {
	p := pusher{in: in, user: user, filter: user}
	columns := byColumn(rowQuals(in))
	for _, f := range in.Table.Fields {
		if contradicts(f.Kind, columns[f.Column], in.Engine) || f.NeverNull() && asksForNull(columns[f.Column]) {
			return pushdown{impossible: true}
		}
	}
	for _, d := range in.Table.Derived {
		columns[d.Column] = derivations[d.Part].admitted(columns[d.Column])
		if contradicts(table.Text, columns[d.Column], in.Engine) {
			return pushdown{impossible: true}
		}
	}
	achieved := map[string][]Pushed{} // for each clause on a column
	for column, quals := range columns {
		achieved[column] = make([]Pushed, len(quals))
	}
	if !thinned {
		// What is exact comes first, since a filter has room for so many alternatives only.
		p.each(table.ByNumber, columns, achieved, p.numbers)
		p.days(columns, achieved)
		p.each(table.ByText, columns, achieved, p.texts)
		p.derived(columns, achieved)
		p.each(table.ByWord, columns, achieved, p.words)
		p.each(table.ByCode, columns, achieved, p.codes)
	}
	out := pushdown{filter: p.filter}
	for _, q := range rowQuals(in) {
		if i := in.Table.FieldOf(q.Column); !thinned && q.Operator == IsNotNull && i >= 0 && in.Table.Fields[i].NeverNull() {
			achieved[q.Column][0] = Exact
		}
		out.decisions = append(out.decisions, Decision{q, achieved[q.Column][0]})
		achieved[q.Column] = achieved[q.Column][1:]
	}
	return out
}

// pusher ANDs alternatives into a filter, as long as it stays small.
type pusher struct {
	in           Input
	user, filter table.Filter
}

// takes reports a comparison that is attested, and that the API has not refused.
func takes(f *table.Field, compare string, refused Refusals) bool {
	return Knowledge{Refused: refused}.takes(f, compare)
}

// takes reports a comparison that is attested or that the API has shown, and that it has not refused.
func (k Knowledge) takes(f *table.Field, compare string) bool {
	of := Refusal{f.Filter.Field, compare}
	return !k.Refused[of] && (k.Shown[of] || f.Filter.Attests(compare))
}

func (p *pusher) takes(f *table.Field, compare string) bool { return p.in.Known.takes(f, compare) }

// and adds an OR of ANDs to the filter: the product of both. It reports whether there is one, and whether the product
// was small enough to be taken.
func (p *pusher) and(alternatives table.Filter) bool {
	if len(alternatives) == 0 || max(len(p.filter), 1)*len(alternatives) > max(maxAlternatives, len(p.user)) {
		return false
	}
	p.filter = p.filter.And(alternatives)
	return true
}

// each pushes the clauses on the columns that are pushed in one way, and notes what that achieves for each clause.
func (p *pusher) each(how table.How, columns map[string][]Qual, achieved map[string][]Pushed, push func(*table.Field, []Qual, []Pushed)) {
	for i := range p.in.Table.Fields {
		f := &p.in.Table.Fields[i]
		if quals := columns[f.Column]; f.Filter.How == how && len(quals) > 0 {
			push(f, quals, achieved[f.Column])
		}
	}
}

// numbers pushes the ranges that the clauses leave together, or one range around them.
func (p *pusher) numbers(f *table.Field, quals []Qual, achieved []Pushed) {
	sent, reach := numberFilter(f, quals, p.in.Known)
	if len(sent) > 0 && !p.and(sent) {
		if sent, reach = around(f, countRange(quals), p.in.Known); len(sent) == 0 || !p.and(sent) {
			sent, reach = nil, everyCount
		}
	}
	for i, q := range quals {
		without, _ := numberFilter(f, slices.Delete(slices.Clone(quals), i, i+1), p.in.Known)
		switch {
		case !f.Optional && q.holdsFor(reach): // a bound says nothing of NULL
			achieved[i] = Exact
		case len(sent) > 0 && !sent.Equal(without):
			achieved[i] = Inexact
		}
	}
}

// everyCount is what a filter without conditions reaches.
var everyCount = intRanges{{0, math.MaxInt64}}

// numberFilter is the filter for the ranges that clauses leave together, and what it reaches: the values of the rows
// that it lets through, under every reading. Nil lets all through.
func numberFilter(f *table.Field, quals []Qual, known Knowledge) (filter table.Filter, reach intRanges) {
	for _, r := range countRange(quals) {
		conditions, reached := numberBetween(f, r.lo, r.hi, known, known.ends(f))
		if len(conditions) == 0 {
			return nil, everyCount
		}
		filter, reach = append(filter, conditions), append(reach, reached)
	}
	return filter, reach
}

// around is the filter for one range around several.
func around(f *table.Field, ranges intRanges, known Knowledge) (table.Filter, intRanges) {
	conditions, reached := numberBetween(f, ranges[0].lo, ranges[len(ranges)-1].hi, known, known.ends(f))
	if len(conditions) == 0 {
		return nil, everyCount
	}
	return table.Filter{conditions}, intRanges{reached}
}

// holdsFor reports that every value in ranges satisfies the clause.
func (q Qual) holdsFor(ranges intRanges) bool {
	switch q.Operator {
	case IsNull:
		return false
	case IsNotNull:
		return true
	}
	if q.List && q.Operator != Equal || slices.ContainsFunc(q.Values, func(v Value) bool { _, ok := v.(int64); return !ok }) {
		return false
	}
	if q.Operator == NotEqual {
		return !ranges.hold(q.Values[0].(int64))
	}
	wanted := countRange([]Qual{q})
	return !slices.ContainsFunc(ranges, func(r intRange) bool {
		return !slices.ContainsFunc(wanted, func(w intRange) bool { return w.lo <= r.lo && r.hi <= w.hi })
	})
}

// ends is what a between makes of its ends.
type ends int64

const (
	includedEnds ends = iota
	// unknownEnds may be left out. A between is written one wider on each side then.
	unknownEnds
)

// ends is what is known of a field's between.
func (k Knowledge) ends(f *table.Field) ends {
	if k.Closed[f.Filter.Field] {
		return includedEnds
	}
	return unknownEnds
}

// numberBetween bounds a field to lo..hi, both included; lo <= 0 and hi >= maxCount are no bounds. Where the API does
// not take gte or lte it falls back to gt, to eq for a single value, to between, and then to nothing. reach is the range
// of what the conditions let through, as far as a page says it: what the API alone has shown, once, is no ground to take
// rows unseen.
func numberBetween(f *table.Field, lo, hi int64, known Knowledge, between ends) (conditions []table.Condition, reach intRange) {
	reach = everyCount[0]
	needLo, needHi := lo > 0, hi < maxCount
	add := func(compare string, values ...any) {
		conditions = append(conditions, table.Condition{Field: f.Filter.Field, CompareType: compare, Value: values})
	}
	bounded := func(needed bool, compare string, value, end int64, to *int64) bool {
		if !needed || !known.takes(f, compare) {
			return !needed
		}
		add(compare, value)
		if f.Filter.Attests(compare) {
			*to = end
		}
		return true
	}
	below := bounded(needLo, table.AtLeast, lo, lo, &reach.lo) || bounded(needLo, table.MoreThan, lo-1, lo, &reach.lo)
	above := bounded(needHi, table.AtMost, hi, hi, &reach.hi)
	switch {
	case below && above:
	case lo == hi && known.takes(f, table.Equals):
		add(table.Equals, lo)
		if f.Filter.Attests(table.Equals) {
			reach = intRange{lo, hi}
		}
	case known.takes(f, table.Between):
		wideLo, wideHi := max(lo-int64(between), 0), int64(maxCount)
		if !needLo {
			wideLo = -1
		}
		if needHi {
			wideHi = hi + int64(between)
		}
		add(table.Between, wideLo, wideHi)
		if f.Filter.Attests(table.Between) {
			reach.lo, reach.hi = max(reach.lo, wideLo), min(reach.hi, wideHi)
		}
	}
	return conditions, reach
}

// Dates outside these years are moved to the edge, which keeps a bound safe and the request well-formed.
var (
	earliestDay = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	latestDay   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

const dayFormat = "2.1.2006" // the form of the specification's example, 1.1.2030

// days pushes the bounds of dates, those of one filter field together.
func (p *pusher) days(columns map[string][]Qual, achieved map[string][]Pushed) {
	var conditions []table.Condition
	var pushed []string
	for i := range p.in.Table.Fields {
		f := &p.in.Table.Fields[i]
		if c, ok := p.day(f, timeRange(columns[f.Column], p.in.Engine)); ok {
			conditions = append(conditions, c)
			pushed = append(pushed, f.Column)
		}
	}
	if len(conditions) == 0 || !p.and(table.Filter{conditions}) {
		return
	}
	for _, column := range pushed {
		for i := range achieved[column] {
			achieved[column][i] = Inexact
		}
	}
}

func (p *pusher) day(f *table.Field, bounds instants) (c table.Condition, ok bool) {
	var compare string
	var day time.Time
	switch {
	case f.Filter.How == table.FromDay && bounds.hasLo:
		compare, day = table.AtLeast, dayOf(bounds.lo).AddDate(0, 0, -1)
		if !day.After(earliestDay) {
			return c, false
		}
	case f.Filter.How == table.UntilDay && bounds.hasHi:
		compare, day = table.AtMost, dayOf(bounds.hi).AddDate(0, 0, 1)
		if !day.Before(latestDay) {
			return c, false
		}
	default:
		return c, false
	}
	if day.Before(earliestDay) {
		day = earliestDay
	}
	if day.After(latestDay) {
		day = latestDay
	}
	return table.Condition{Field: f.Filter.Field, CompareType: compare, Value: []any{day.Format(dayFormat)}}, p.takes(f, compare)
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func (p *pusher) texts(f *table.Field, quals []Qual, achieved []Pushed) {
	p.literals(f, quals, achieved, nil, searchableRuns)
	for i, q := range quals {
		if (q.Operator == NotLike || q.Operator == NotILike) && p.notContains(f, q) {
			achieved[i] = Inexact
		}
	}
}

// literals pushes what a text must have: it is the column's own, or a part of it is. keep tells which characters of a
// clause that minds case are in a row that matches as the API sees it, nil is all; runs cuts texts into what is kept.
func (p *pusher) literals(f *table.Field, quals []Qual, achieved []Pushed, keep func(rune) bool, runs func([]string, func(rune) bool) []string) {
	if values, ok := equals(quals); ok && p.contains(f, values, func(v string) []string { return runs([]string{v}, keep) }) {
		markEquals(quals, values, achieved)
	}
	for i, q := range quals {
		sent := false
		switch q.Operator {
		case Like:
			sent = p.contains(f, stringsOf(q.Values), func(v string) []string { return runs(likeRuns(v), keep) })
		case ILike:
			sent = p.contains(f, stringsOf(q.Values), func(v string) []string { return runs(likeRuns(v), p.foldedAlike(f.Filter.Field)) })
		}
		if sent {
			achieved[i] = Inexact
		}
	}
}

// derived pushes clauses on what is derived of a text as ones on the text, where that is filtered by its parts: it holds
// what is derived of it, but for the case of letters at times. That a part lacks something says nothing of the text.
func (p *pusher) derived(columns map[string][]Qual, achieved map[string][]Pushed) {
	for _, d := range p.in.Table.Derived {
		f := &p.in.Table.Fields[p.in.Table.FieldOf(d.From)]
		if quals := columns[d.Column]; f.Filter.How == table.ByText && len(quals) > 0 {
			p.literals(f, quals, achieved[d.Column], p.kept(d.Part, f.Filter.Field), tellingRuns)
		}
	}
}

// kept returns which characters of a part are in its text as the API sees it, nil for all.
func (p *pusher) kept(part table.Part, field string) func(rune) bool {
	if !derivations[part].lowers {
		return nil
	}
	return func(r rune) bool { return caseless(r) || p.foldsASCII(r, field) }
}

// foldsASCII reports a letter of ASCII that the API finds in both cases: i and I may be of two letters, as in Turkish.
func (p *pusher) foldsASCII(r rune, field string) bool {
	lower := lowerASCII(r)
	return 'a' <= lower && lower <= 'z' && lower != 'i' && p.in.Known.Folds[field]
}

// tellingRuns are searchable runs that tell hosts apart: a point is in all of them.
func tellingRuns(texts []string, keep func(rune) bool) []string {
	return slices.DeleteFunc(searchableRuns(texts, keep), func(run string) bool { return strings.Trim(run, ".") == "" })
}

// foldedAlike returns which characters of an ILIKE pattern are in a row that matches as the API sees it: those without
// case, and ASCII letters where the API ignores their case. Of i, k and s: what PostgreSQL takes for them may be a
// letter beyond ASCII; to SQLite k and s are letters of ASCII, as they then are to the API, but i has two in Turkish.
func (p *pusher) foldedAlike(field string) func(rune) bool {
	return func(r rune) bool {
		switch {
		case r >= utf8.RuneSelf || !unicode.IsLetter(r):
			return caseless(r)
		case p.in.Engine == SQLite:
			return p.foldsASCII(r, field)
		}
		return plainFold(r) && p.foldsASCII(r, field)
	}
}

// likeRuns are the texts that rows have which are like a pattern.
func likeRuns(like string) []string {
	p, err := parsePattern(like)
	if err != nil {
		return nil
	}
	return p.runs()
}

// contains adds "one of the values": an alternative for each, made of one condition for each run. A value without a
// usable run could be anywhere, so then nothing is added. It reports whether something was.
func (p *pusher) contains(f *table.Field, values []string, runsOf func(string) []string) bool {
	if !p.takes(f, table.Contains) {
		return false
	}
	var alternatives table.Filter
	for _, v := range values {
		runs := runsOf(v)
		if len(runs) == 0 {
			return false
		}
		group := make([]table.Condition, len(runs))
		for i, run := range runs {
			group[i] = table.Condition{Field: f.Filter.Field, CompareType: table.Contains, Value: []any{run}}
		}
		alternatives = append(alternatives, group)
	}
	return p.and(alternatives)
}

func (p *pusher) notContains(f *table.Field, q Qual) bool {
	if q.List || !p.takes(f, table.NotContains) {
		return false
	}
	like, ok := q.Values[0].(string)
	if !ok {
		return false
	}
	pattern, err := parsePattern(like)
	if err != nil {
		return false
	}
	lit, ok := pattern.contained()
	if !ok || lit != strings.TrimSpace(lit) {
		return false
	}
	keep := caseless
	if q.Operator == NotILike {
		keep = plainFold
	}
	runs := searchableRuns([]string{lit}, keep)
	return len(runs) == 1 && runs[0] == lit &&
		p.and(table.Filter{{table.Condition{Field: f.Filter.Field, CompareType: table.NotContains, Value: []any{lit}}}})
}

// words pushes values that are among the field's words. A response may spell one in capitals or list several, but a
// row that equals a word contains it.
func (p *pusher) words(f *table.Field, quals []Qual, achieved []Pushed) {
	values, ok := equals(quals)
	if !ok || !p.takes(f, table.Contains) {
		return
	}
	var alternatives table.Filter
	for _, v := range values {
		if !slices.Contains(f.Filter.Words, v) {
			return
		}
		alternatives = append(alternatives, []table.Condition{{Field: f.Filter.Field, CompareType: table.Contains, Value: []any{v}}})
	}
	if p.and(alternatives) {
		markEquals(quals, values, achieved)
	}
}

// codes pushes what a list is to have, where the number of the word is known.
func (p *pusher) codes(f *table.Field, quals []Qual, achieved []Pushed) {
	for i, q := range quals {
		if q.Operator != Has || q.List || !p.takes(f, table.Contains) {
			continue
		}
		word, _ := q.Values[0].(string)
		code, known := f.Filter.Codes[word]
		if known && p.and(table.Filter{{{Field: f.Filter.Field, CompareType: table.Contains, Value: []any{code}}}}) {
			achieved[i] = Inexact
		}
	}
}

// markEquals notes the clauses without which other values would have been asked for.
func markEquals(quals []Qual, values []string, achieved []Pushed) {
	for i, q := range quals {
		without, ok := equals(slices.Delete(slices.Clone(quals), i, i+1))
		if q.Operator == Equal || !ok || !slices.Equal(without, values) {
			achieved[i] = Inexact
		}
	}
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

// equals returns the values that a text must have one of, by = or IN, less those that another clause on it rules out.
// ok is false where no clause says so.
func equals(quals []Qual) (values []string, ok bool) {
	candidates, ok := candidates(table.Text, quals, PostgreSQL)
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

// asksForNull reports clauses on one column that a row with a value in it does not satisfy.
func asksForNull(quals []Qual) bool {
	return slices.ContainsFunc(quals, func(q Qual) bool { return q.Operator == IsNull })
}

// contradicts reports clauses on one column that no value satisfies.
func contradicts(kind table.Kind, quals []Qual, engine Engine) bool {
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
	if values, ok := candidates(kind, quals, engine); ok && len(values) == 0 {
		return true
	}
	switch kind {
	case table.Time:
		return timeRange(quals, engine).empty()
	case table.Count:
		return countRange(quals).empty()
	case table.Change:
		return wholeRange(math.MinInt64, quals).empty()
	}
	return false
}
