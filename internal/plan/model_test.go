package plan

import (
	"encoding/json"
	"flag"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/internal/weburl"
)

// An API that reads filters in one of the ways that its documentation leaves open, and SQL as its databases
// define it: both written from shared documents, not from this package.

// record is a row as the API has it: what is shown, and what filters compare besides.
type record struct {
	t      *table.Table
	row    table.Row
	hidden int64 // a number that no column shows
	user   int64 // a bit for each of the user's conditions that it satisfies
}

func (r *record) cell(column string) table.Cell {
	i := r.t.DerivedOf(column)
	if i < 0 {
		return r.row.Cell(r.t.FieldOf(column))
	}
	d := r.t.Derived[i]
	text := r.text(d.From)
	if d.Part != table.DomainOfHost {
		text = weburl.Host(text)
	}
	if d.Part != table.HostOfURL {
		text = weburl.RegistrableDomain(text)
	}
	if text == "" {
		return table.Cell{}
	}
	return table.TextCell(text)
}

func (r *record) text(column string) string {
	text, _ := r.cell(column).Text()
	return text
}

func (r *record) String() string {
	var b strings.Builder
	for _, f := range r.t.Fields {
		b.WriteString(" " + f.Column + "=" + literal(r.cell(f.Column).Value()))
	}
	for _, d := range r.t.Derived {
		b.WriteString(" " + d.Column + "=" + literal(r.cell(d.Column).Value()))
	}
	return "row" + b.String()
}

// Filter fields that compare something else than the column of their name shows.
var (
	hiddenNumbers = []Refusal{{"serpstat_out_domain", "domain_rank"}} // table and field
	otherTexts    = map[string]string{"link_type": "text"}            // rows say href
)

// userField is the field of the user's own conditions, about which nothing is known.
const userField = "user's"

func userHolds(f table.Filter, r *record) bool { return reading{}.keeps(f, r) }

type reading struct {
	foldCase        bool
	turkish         bool // where it ignores case: I is the capital of ı
	allValues       bool
	likePattern     bool
	trimmed         bool
	betweenExcludes bool
	word            int // 0 substring, 1 words in any case, 2 the whole value
	date            int // which of the dates that a filter field may be
	byInstant       bool
}

// datesOf are the columns that a filter field of dates may stand for.
func datesOf(t *table.Table, field string) []string {
	if field == "check" {
		dates := []string{"first_seen", "last_visited"}
		if strings.Contains(t.Name, "_lost_") {
			dates = append(dates, "date_del")
		}
		return dates
	}
	var dates []string
	for _, f := range t.Fields {
		if f.Filter.Field == field {
			dates = append(dates, f.Column)
		}
	}
	return dates
}

// readings are all readings that differ for a filter. folds leaves those that ignore the case of texts.
func interpretations(t *table.Table, filter table.Filter, folds, closed bool) []reading {
	list := []reading{{foldCase: folds}}
	vary := func(n int, set func(*reading, int)) {
		var varied []reading
		for _, r := range list {
			for i := range n {
				set(&r, i)
				varied = append(varied, r)
			}
		}
		list = varied
	}
	uses := map[table.How]bool{}
	dates := 1
	for _, group := range filter {
		for _, c := range group {
			for _, f := range t.Fields {
				if f.Filter.Field == c.Field {
					uses[f.Filter.How] = true
					dates = max(dates, len(datesOf(t, c.Field)))
				}
			}
		}
	}
	if uses[table.ByText] {
		if folds {
			vary(2, func(r *reading, i int) { r.turkish = i == 1 })
		} else {
			vary(3, func(r *reading, i int) { r.foldCase, r.turkish = i > 0, i == 2 })
		}
		vary(2, func(r *reading, i int) { r.allValues = i == 1 })
		vary(2, func(r *reading, i int) { r.likePattern = i == 1 })
		vary(2, func(r *reading, i int) { r.trimmed = i == 1 })
	}
	if uses[table.ByNumber] && !closed {
		vary(2, func(r *reading, i int) { r.betweenExcludes = i == 1 })
	}
	if uses[table.ByWord] {
		vary(3, func(r *reading, i int) { r.word = i })
	}
	if uses[table.FromDay] || uses[table.UntilDay] {
		vary(dates, func(r *reading, i int) { r.date = i })
		vary(2, func(r *reading, i int) { r.byInstant = i == 1 })
	}
	return list
}

func (r reading) keeps(f table.Filter, rec *record) bool {
	return len(f) == 0 || slices.ContainsFunc(f, func(group []table.Condition) bool {
		return !slices.ContainsFunc(group, func(c table.Condition) bool { return !r.holds(c, rec) })
	})
}

func (r reading) holds(c table.Condition, rec *record) bool {
	if c.Field == userField {
		return rec.user>>c.Value[0].(int64)&1 == 1
	}
	for _, f := range rec.t.Fields {
		if f.Filter.Field != c.Field || !judged(rec.t)[Refusal{c.Field, c.CompareType}] {
			continue
		}
		have := rec.cell(f.Column)
		if slices.Contains(hiddenNumbers, Refusal{rec.t.Name, c.Field}) {
			have = table.CountCell(rec.hidden)
		} else if other := otherTexts[c.Field]; other != "" {
			have = table.TextCell(other)
		}
		text, _ := have.Text()
		switch f.Kind {
		case table.Text:
			if f.Filter.How == table.ByWord && c.CompareType == table.Contains {
				return r.holdsWord(c, text)
			}
			return r.holdsText(c, text)
		case table.Words:
			return slices.ContainsFunc(wordsOf(text), func(word string) bool { return c.Value[0] == f.Filter.Codes[word] && f.Filter.Codes[word] > 0 })
		case table.Count:
			n, ok := have.Count()
			return ok && r.holdsNumber(c, n)
		case table.Time:
			return r.holdsDate(c, rec)
		}
	}
	panic("a condition that no page attests: " + rec.t.Name + " " + c.Field + " " + c.CompareType)
}

// wordsOf are the texts of a list.
func wordsOf(list string) (words []string) {
	if err := json.Unmarshal([]byte(list), &words); err != nil {
		panic(err)
	}
	return words
}

func (r reading) holdsNumber(c table.Condition, have int64) bool {
	bound := func(i int) int64 { return c.Value[i].(int64) }
	switch {
	case c.CompareType == table.AtLeast:
		return have >= bound(0)
	case c.CompareType == table.MoreThan:
		return have > bound(0)
	case c.CompareType == table.Equals:
		return have == bound(0)
	case c.CompareType == table.AtMost:
		return have <= bound(0)
	case r.betweenExcludes:
		return bound(0) < have && have < bound(1)
	}
	return bound(0) <= have && have <= bound(1)
}

func (r reading) holdsDate(c table.Condition, rec *record) bool {
	day, err := time.Parse("2.1.2006", c.Value[0].(string))
	if err != nil {
		panic(err)
	}
	have, ok := rec.cell(datesOf(rec.t, c.Field)[r.date]).Time()
	if !ok { // a link that was found lost, though no day is shown, was so by its last visit
		have, _ = rec.cell("last_visited").Time()
	}
	if !r.byInstant {
		have = have.Truncate(24 * time.Hour)
	}
	if c.CompareType == table.AtLeast {
		return !have.Before(day)
	}
	return !have.After(day)
}

func (r reading) holdsText(c table.Condition, have string) bool {
	contains := func(v any) bool {
		value, have := v.(string), have
		if r.trimmed {
			value = strings.TrimSpace(value)
		}
		if r.turkish {
			lower := func(text string) string { return strings.ToLowerSpecial(unicode.TurkishCase, text) }
			value, have = lower(value), lower(have)
		}
		if r.likePattern {
			return likeRegexp("%"+value+"%", r.foldCase).MatchString(have)
		}
		if r.foldCase {
			return strings.Contains(strings.ToLower(have), strings.ToLower(value))
		}
		return strings.Contains(have, value)
	}
	found := slices.ContainsFunc(c.Value, contains)
	if r.allValues {
		found = !slices.ContainsFunc(c.Value, func(v any) bool { return !contains(v) })
	}
	return found == (c.CompareType == table.Contains)
}

func (r reading) holdsWord(c table.Condition, have string) bool {
	word := c.Value[0].(string)
	switch r.word {
	case 0:
		return strings.Contains(have, word)
	case 1:
		return slices.ContainsFunc(strings.Split(have, ","), func(w string) bool { return strings.EqualFold(strings.TrimSpace(w), word) })
	}
	return have == word
}

type likeKey struct {
	pattern string
	fold    bool
}

var compiled = map[likeKey]*regexp.Regexp{} // tests of this package do not run at once

// likeRegexp is a LIKE pattern as a regular expression. A backslash at the end stands for itself here; in SQL it is
// an error.
func likeRegexp(pattern string, fold bool) *regexp.Regexp {
	key := likeKey{pattern, fold}
	if compiled[key] == nil {
		if len(compiled) > 10_000 {
			clear(compiled)
		}
		compiled[key] = regexp.MustCompile(likeToRegexp(pattern, fold))
	}
	return compiled[key]
}

func likeToRegexp(pattern string, fold bool) string {
	out := "(?s)^"
	if fold {
		out = "(?si)^"
	}
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '%':
			out += ".*"
		case c == '_':
			out += "."
		case c == '\\' && i+1 < len(runes):
			i++
			out += regexp.QuoteMeta(string(runes[i]))
		default:
			out += regexp.QuoteMeta(string(c))
		}
	}
	return out + "$"
}

// unjudged is a value of which only the database knows how it compares.
type unjudged struct{}

// semantics is what an engine may make of a clause where engines differ.
type semantics struct {
	all      bool                // a list means ALL, not ANY
	fold     func(string) string // how ILIKE folds what is not ASCII
	infinite bool                // what may be infinity is
	unjudged bool                // what every comparison with an unjudged value is
	zone     time.Duration       // the session's time zone, in which times arrive that are called UTC
}

// emptied reports a clause that no row satisfies because infinity was meant: then it does not matter what is
// made of it.
func (s semantics) emptied(q Qual) bool {
	if !s.infinite || q.List || len(q.Values) != 1 {
		return false
	}
	p, ok := q.Values[0].(PerhapsInfinite)
	return ok && !holdsInt(q.Operator, 0, int64(p.Sign))
}

func (s semantics) keeps(quals []Qual, rec *record) bool {
	return !slices.ContainsFunc(quals, func(q Qual) bool { return !s.holds(q, rec) })
}

func (s semantics) holds(q Qual, rec *record) bool {
	have := rec.cell(q.Column)
	if q.Operator == IsNull || q.Operator == IsNotNull {
		return have.Null() == (q.Operator == IsNull)
	}
	holds := func(v Value) bool { return !have.Null() && v != nil && s.compare(q.Operator, have, v) }
	switch {
	case !q.List:
		return holds(q.Values[0])
	case s.all && q.Operator != Equal:
		return !slices.ContainsFunc(q.Values, func(v Value) bool { return !holds(v) })
	}
	return slices.ContainsFunc(q.Values, holds)
}

func (s semantics) compare(op Operator, have table.Cell, v Value) bool {
	switch v := v.(type) {
	case unjudged:
		return s.unjudged
	case int64:
		n, _ := have.Count()
		return holdsInt(op, n, v)
	case time.Time:
		t, _ := have.Time()
		if v.Hour()%12 == 0 { // else it was written with a zone, and arrives as it was meant
			v = v.Add(-s.zone)
		}
		return holdsInt(op, t.UnixNano(), v.UnixNano())
	case PerhapsInfinite:
		if s.infinite {
			return holdsInt(op, 0, int64(v.Sign))
		}
		return s.compare(op, have, v.Time)
	}
	text, _ := have.Text()
	want := v.(string)
	switch op {
	case Has:
		return slices.Contains(wordsOf(text), want)
	case Equal:
		return text == want
	case NotEqual:
		return text != want
	case Like, NotLike:
		return likeRegexp(want, false).MatchString(text) == (op == Like)
	}
	return likeRegexp(s.folded(want), false).MatchString(s.folded(text)) == (op == ILike)
}

func (s semantics) folded(text string) string {
	if s.fold != nil {
		text = s.fold(text)
	}
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, text)
}

func holdsInt(op Operator, a, b int64) bool {
	switch op {
	case Equal:
		return a == b
	case NotEqual:
		return a != b
	case Less:
		return a < b
	case LessOrEqual:
		return a <= b
	case Greater:
		return a > b
	}
	return a >= b
}

// sqlite is SQLite with the LIKE of serpstat-sql, which folds letters beyond ASCII too, but none with one of ASCII.
func sqlite() (list []semantics) {
	fold := func(s string) string {
		return strings.Map(func(c rune) rune {
			if lower := unicode.ToLower(unicode.ToUpper(c)); lower > unicode.MaxASCII {
				return lower
			}
			return c
		}, s)
	}
	for bits := range 4 {
		list = append(list, semantics{all: bits&1 == 1, fold: fold, unjudged: bits&2 == 2})
	}
	return list
}

// engines fold letters beyond ASCII as the C locale, Go's Unicode tables, Turkish, and a full mapping do.
func engines() (list []semantics) {
	turkish := func(s string) string { return strings.ToLowerSpecial(unicode.TurkishCase, s) }
	full := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "İ", "i\u0307")) }
	for _, fold := range []func(string) string{nil, strings.ToLower, turkish, full} {
		for bits := range 8 {
			list = append(list, semantics{all: bits&1 == 1, fold: fold, infinite: bits&2 == 2, unjudged: bits&4 == 4})
		}
	}
	return list
}

// Rows and clauses, as the declaration says that there may be.

var (
	pieces = []string{"", "a", "A", "blog", "Blog", "100%", "a_b", `c:\d`, "ж", "Ж", "É", "é", "i", "I", "İ", "ı", "ß", "ſ", "s", "K", "k", "\u212A", " ", "?q=1", "\uFFFD", "%", "_", `\`}
	words  = []string{"follow", "nofollow", "ugc", "sponsored", "UGC", "nofollow,ugc"}
	hosts  = []string{"e.com", "E.COM", "www.e.com", "Www.E.Com", "linkedin.com", "LinkedIN.com", "facebook.COM", "a-b.co.uk", "x.y.A-B.co.uk", "co.uk", "kawasaki.jp", "a.kawasaki.jp", "city.kawasaki.jp", "4pda.ru", "xn--e1afmkfd.xn--p1ai", "XN--E1AFMKFD.xn--p1ai",
		"пример.рф", "ПРИМЕР.рф", "bücher.de", "BÜCHER.DE", "İ.com", "i.com", "I.com", "ı.com", "\u212A.com", "k.com", "ſ.com", "s.com", "a_b.com", "100%.com", "1.2.3.4", "[::1]", "[::A]", "a..b.com", "a.com.", "a b.com", "com", "a:b", "a.b:c", "y.[b.c", ".", ""}
	aDay = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
)

func drawText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 4).Draw(t, "text"), "")
}

// drawTextOf draws what a text field may hold, or be compared with.
func drawTextOf(t *rapid.T, f *table.Field) string {
	switch {
	case f.Filter.How == table.ByWord:
		return rapid.SampledFrom(append(words, f.Filter.Words...)).Draw(t, "word")
	case f.Column == "link_type":
		return "href"
	case f.Filter.Always != "" && rapid.Bool().Draw(t, "usual"):
		return f.Filter.Always + "://" + rapid.SampledFrom([]string{"", "", "U:p@", "e.com@"}).Draw(t, "user") + drawHost(t) +
			rapid.SampledFrom([]string{"", "", ":80", ".", "."}).Draw(t, "port") + "/" + drawText(t)
	case strings.HasPrefix(f.Column, "host_") && rapid.Bool().Draw(t, "usual"):
		return drawHost(t)
	}
	return drawText(t)
}

func drawHost(t *rapid.T) string { return rapid.SampledFrom(hosts).Draw(t, "host") }

// drawPart draws what a derived column may hold, or be compared with.
func drawPart(t *rapid.T) string {
	text := drawHost(t)
	switch rapid.IntRange(0, 5).Draw(t, "part") {
	case 0:
		return text
	case 1:
		return drawText(t)
	case 2, 3:
		return weburl.RegistrableDomain(weburl.Host("//" + text))
	}
	return weburl.Host("//" + text)
}

// largest is the largest number that a row has: beyond is what the package takes for no bound.
const largest = math.MaxInt32 - 1

func drawNumber(t *rapid.T, least int) int64 {
	if rapid.IntRange(0, 19).Draw(t, "large") == 0 {
		return rapid.SampledFrom([]int64{largest - 1, largest}).Draw(t, "number")
	}
	return int64(rapid.IntRange(least, 8).Draw(t, "number"))
}

func drawTime(t *rapid.T) time.Time {
	return aDay.Add(time.Duration(rapid.IntRange(-6, 20).Draw(t, "hours")*6) * time.Hour)
}

func write(text string) func([]byte) []byte {
	return func(to []byte) []byte { return append(to, text...) }
}

func oneIn(t *rapid.T, n int, what string) bool { return rapid.IntRange(1, n).Draw(t, what) == n }

// drawRecords draws rows of a table. No date of a row is before its first_seen; a date of deletion may be before or
// after the last visit. A text may be null unless it always holds a word; else only what is optional may be.
func drawRecords(t *rapid.T, of *table.Table, n int) []*record {
	b := table.NewBuilder(of, "", n)
	records := make([]*record, n)
	for i := range records {
		records[i] = &record{t: of, hidden: drawNumber(t, 0), user: rapid.Int64Range(0, 1<<userBits-1).Draw(t, "user")}
		b.Begin()
		first := drawTime(t)
		for j := range of.Fields {
			f := &of.Fields[j]
			if nullable := f.Optional || f.Kind == table.Text && f.Filter.Always == ""; nullable && oneIn(t, 6, "null") {
				continue
			}
			switch f.Kind {
			case table.Words:
				list, _ := table.Encode(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return drawWordOf(t, f) }), 0, 3).Draw(t, "words"))
				b.Text(j, write(string(list)))
			case table.Change:
				b.Count(j, drawNumber(t, 0)-4)
			case table.Decimal:
				b.Decimal(j, float64(drawNumber(t, 0))/4)
			case table.Text:
				b.Text(j, write(drawTextOf(t, f)))
			case table.Count:
				b.Count(j, drawNumber(t, 0))
			case table.Time:
				after := 0
				if f.Column != "first_seen" {
					after = rapid.IntRange(0, 9).Draw(t, "after") * 6
				}
				b.Time(j, first.Add(time.Duration(after)*time.Hour))
			}
		}
	}
	for i, row := range b.Rows().All() {
		records[i].row = row
	}
	return records
}

// userBits is how many different conditions of the user there are.
const userBits = 4

func drawUser(t *rapid.T) (f table.Filter) {
	groups := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 5, 16, 20}).Draw(t, "user's alternatives")
	for range groups {
		bit := rapid.Int64Range(0, userBits-1).Draw(t, "bit")
		f = append(f, []table.Condition{{Field: userField, CompareType: "has", Value: []any{bit}}})
	}
	return f
}

// drawWordOf draws a word of a list: one of which the filter's number is known, or another.
func drawWordOf(t *rapid.T, f *table.Field) string {
	return rapid.SampledFrom(append(slices.Sorted(maps.Keys(f.Filter.Codes)), "other", "Windows", `a "b"`)).Draw(t, "word")
}

func drawQuals(t *rapid.T, of *table.Table, rec *record, most int) (quals []Qual) {
	var judged []table.Field // numbers with a fraction are left to the database
	for _, f := range of.Fields {
		if f.Kind != table.Decimal {
			judged = append(judged, f)
		}
	}
	for _, d := range of.Derived {
		judged = append(judged, table.Field{Column: d.Column, Kind: table.Text})
	}
	field := rapid.SampledFrom(judged)
	f := field.Draw(t, "column")
	for range rapid.IntRange(1, most).Draw(t, "clauses") {
		quals = append(quals, drawQual(t, &f, rec))
		if rapid.Bool().Draw(t, "another column") {
			f = field.Draw(t, "column")
		}
	}
	return quals
}

// drawQual takes its values from the row at times, so that it holds often.
func drawQual(t *rapid.T, f *table.Field, rec *record) Qual {
	q := Qual{Column: f.Column}
	operators := []Operator{Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual}
	value := func() Value { return drawNumber(t, -1) }
	switch f.Kind {
	case table.Change:
		value = func() Value { return drawNumber(t, -1) - 4 }
	case table.Words:
		operators = []Operator{Has}
		value = func() Value { return drawWordOf(t, f) }
	case table.Time:
		value = func() Value {
			switch rapid.IntRange(0, 9).Draw(t, "form") {
			case 0:
				return PerhapsInfinite{drawTime(t), 1}
			case 1:
				return PerhapsInfinite{drawTime(t), -1}
			case 2:
				return drawTime(t).Add(time.Second / 2)
			}
			return drawTime(t)
		}
	case table.Text:
		operators = []Operator{Equal, NotEqual, Like, NotLike, ILike, NotILike}
		value = func() Value { return drawOperand(t, f, q.Operator, rec) }
	}
	if oneIn(t, 12, "of null") {
		q.Operator = rapid.SampledFrom([]Operator{IsNull, IsNotNull}).Draw(t, "operator")
		return q
	}
	q.Operator = rapid.SampledFrom(operators).Draw(t, "operator")
	n := 1
	if q.List = oneIn(t, 3, "list"); q.List {
		n = rapid.SampledFrom([]int{1, 2, 3, 4, 18}).Draw(t, "elements")
		if f.Kind.Whole() && n > 4 { // apart from each other, so that they make as many ranges
			for i := range n {
				q.Values = append(q.Values, int64(2*i+rapid.IntRange(0, 1).Draw(t, "odd")))
			}
			return q
		}
	}
	for range n {
		switch {
		case oneIn(t, 30, "null"):
			q.Values = append(q.Values, nil)
		case f.Kind != table.Text && f.Kind != table.Words && oneIn(t, 30, "unjudged"):
			q.Values = append(q.Values, unjudged{})
		default:
			q.Values = append(q.Values, value())
		}
	}
	return q
}

func drawOperand(t *rapid.T, f *table.Field, op Operator, rec *record) string {
	text := rec.text(f.Column)
	switch derived := rec.t.DerivedOf(f.Column) >= 0; {
	case !rapid.Bool().Draw(t, "other"):
	case derived:
		text = drawPart(t)
	default:
		text = drawTextOf(t, f)
	}
	if op == Equal || op == NotEqual {
		return text
	}
	runes := []rune(text)
	from := rapid.IntRange(0, len(runes)).Draw(t, "from")
	middle := string(runes[from:rapid.IntRange(from, len(runes)).Draw(t, "to")])
	if op == ILike || op == NotILike {
		middle = rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower, strings.Clone}).Draw(t, "case")(middle)
	}
	if rapid.Bool().Draw(t, "escape") {
		middle = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(middle)
	} else {
		middle = strings.ReplaceAll(middle, `\`, `\\`)
	}
	wild := rapid.SampledFrom([]string{"%", "%", "_", ""})
	return wild.Draw(t, "before") + middle + wild.Draw(t, "after")
}

// comparisons are all that a declaration attests, and what nothing attests.
func comparisons(of *table.Table) (attested []Refusal) {
	for _, f := range of.Fields {
		for _, compare := range f.Filter.Takes {
			if r := (Refusal{f.Filter.Field, compare}); !slices.Contains(attested, r) {
				attested = append(attested, r)
			}
		}
	}
	return attested
}

func drawRefusals(t *rapid.T, of *table.Table) Refusals {
	refused := Refusals{}
	for _, r := range comparisons(of) {
		if oneIn(t, 6, "refused") {
			refused[r] = true
		}
	}
	return refused
}

func drawShown(t *rapid.T, of *table.Table) map[Refusal]bool {
	shown := map[Refusal]bool{}
	for _, r := range unattested(of) {
		if oneIn(t, 4, "shown") {
			shown[r] = true
		}
	}
	return shown
}

var judgedOf = map[*table.Table]map[Refusal]bool{} // tests of this package do not run at once

// judged are the comparisons of a table's filter of which the model knows what they do.
func judged(of *table.Table) map[Refusal]bool {
	if judgedOf[of] == nil {
		judgedOf[of] = map[Refusal]bool{}
		for _, r := range append(comparisons(of), unattested(of)...) {
			judgedOf[of][r] = true
		}
	}
	return judgedOf[of]
}

// unattested are comparisons that no page attests, and that the API may show that it does right.
func unattested(of *table.Table) (list []Refusal) {
	attested := comparisons(of)
	for _, f := range of.Fields {
		compares := map[table.How][]string{
			table.ByNumber: {table.AtLeast, table.AtMost, table.MoreThan, table.Equals, table.Between}, table.ByText: {table.NotContains},
		}[f.Filter.How]
		for _, compare := range compares {
			if r := (Refusal{f.Filter.Field, compare}); !slices.Contains(attested, r) {
				list = append(list, r)
			}
		}
	}
	return list
}

// outlinks is the table of most examples.
var outlinks = catalog.Of("serpstat_outlink")

// optional is a table whose numbers may be null: no declared one has such yet.
func optional() *table.Table {
	of := *catalog.Of("serpstat_ref_domain")
	of.Name, of.Sort.Divide, of.Fields = "serpstat_optional", "", slices.Clone(of.Fields)
	for i := range of.Fields {
		of.Fields[i].Optional = of.Fields[i].Kind == table.Count
	}
	return &of
}

// eachTable checks a law for every declared table.
func eachTable(t *testing.T, law func(t *rapid.T, of *table.Table)) {
	for _, of := range append(slices.Clone(catalog.Tables()), optional()) {
		t.Run(of.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { law(t, of) })
		})
	}
}

// TestMain tries each property with more cases in a long run.
func TestMain(m *testing.M) {
	flag.Parse()
	// A case that fails is made smaller for a while.
	if err := flag.Set("rapid.shrinktime", "5s"); err != nil {
		panic(err)
	}
	if checks := repetition.Times(0, 20_000); checks > 0 { // 0 leaves it to rapid
		if err := flag.Set("rapid.checks", strconv.Itoa(checks)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
