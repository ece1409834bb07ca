package outlink

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

// An API that reads filters in one of the ways that its documentation leaves open, and SQL as its databases
// define it: both written from shared documents, not from this package.

type reading struct {
	foldCase        bool
	allValues       bool
	likePattern     bool
	trimmed         bool
	betweenExcludes bool
	nofollow        int // 0 substring, 1 words in any case, 2 the whole value
	checkLastVisit  bool
	checkByInstant  bool
}

func readings() (list []reading) {
	for bits := range 1 << 7 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for nofollow := range 3 {
			list = append(list, reading{on(0), on(1), on(2), on(3), on(4), nofollow, on(5), on(6)})
		}
	}
	return list
}

func (r reading) keeps(f Filter, row *Row) bool {
	return len(f) == 0 || slices.ContainsFunc(f, func(group []Condition) bool {
		return !slices.ContainsFunc(group, func(c Condition) bool { return !r.holds(c, row) })
	})
}

func (r reading) holds(c Condition, row *Row) bool {
	switch c.Field {
	case FieldURLFrom:
		return r.text(c, row.URLFrom)
	case FieldURLTo:
		return r.text(c, row.URLTo)
	case FieldAnchor:
		return r.text(c, row.LinkText)
	case FieldNofollow:
		return r.word(c, row.Nofollow)
	case FieldLinksExternal:
		bound := func(i int) int64 { return c.Value[i].(int64) }
		switch c.CompareType {
		case AtLeast:
			return row.LinksExt >= bound(0)
		case AtMost:
			return row.LinksExt <= bound(0)
		case Between:
			if r.betweenExcludes {
				return bound(0) < row.LinksExt && row.LinksExt < bound(1)
			}
			return bound(0) <= row.LinksExt && row.LinksExt <= bound(1)
		}
	case FieldCheck:
		day, err := time.Parse("2.1.2006", c.Value[0].(string))
		if err != nil {
			panic(err)
		}
		have := row.FirstSeen
		if r.checkLastVisit {
			have = row.LastVisited
		}
		if !r.checkByInstant {
			have = have.Truncate(24 * time.Hour)
		}
		if c.CompareType == AtLeast {
			return !have.Before(day)
		}
		return !have.After(day)
	}
	panic("a condition that no page attests: " + c.Field + " " + c.CompareType)
}

func (r reading) text(c Condition, have string) bool {
	contains := func(v any) bool {
		value := v.(string)
		if r.trimmed {
			value = strings.TrimSpace(value)
		}
		if r.likePattern {
			return regexp.MustCompile(likeToRegexp("%"+value+"%", r.foldCase)).MatchString(have)
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
	return found == (c.CompareType == Contains)
}

func (r reading) word(c Condition, have string) bool {
	word := c.Value[0].(string)
	switch r.nofollow {
	case 0:
		return strings.Contains(have, word)
	case 1:
		return slices.ContainsFunc(strings.Split(have, ","), func(w string) bool { return strings.EqualFold(strings.TrimSpace(w), word) })
	}
	return have == word
}

// likeToRegexp writes a LIKE pattern as a regular expression. A backslash at the end stands for itself here;
// in SQL it is an error.
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

// semantics is what an engine may make of a clause where engines differ.
type semantics struct {
	all      bool                // a list means ALL, not ANY
	fold     func(string) string // how ILIKE folds what is not ASCII
	infinite bool                // what may be infinity is
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

func (s semantics) keeps(quals []Qual, row *Row) bool {
	return !slices.ContainsFunc(quals, func(q Qual) bool { return !s.holds(q, row) })
}

func (s semantics) holds(q Qual, row *Row) bool {
	if !q.List {
		var v Value
		if len(q.Values) > 0 {
			v = q.Values[0]
		}
		return s.compare(q, v, row)
	}
	if s.all && q.Operator != Equal {
		return !slices.ContainsFunc(q.Values, func(v Value) bool { return !s.compare(q, v, row) })
	}
	return slices.ContainsFunc(q.Values, func(v Value) bool { return s.compare(q, v, row) })
}

func (s semantics) compare(q Qual, v Value, row *Row) bool {
	switch q.Column {
	case ColLinksExt:
		n, ok := v.(int64)
		return ok && holdsInt(q.Operator, row.LinksExt, n)
	case ColFirstSeen, ColLastVisited, ColDateDel:
		have := map[string]time.Time{ColFirstSeen: row.FirstSeen, ColLastVisited: row.LastVisited, ColDateDel: row.DateDel}[q.Column]
		switch q.Operator {
		case IsNull:
			return have.IsZero()
		case IsNotNull:
			return !have.IsZero()
		}
		t, ok := v.(time.Time)
		if p, either := v.(PerhapsInfinite); either {
			if s.infinite {
				return !have.IsZero() && holdsInt(q.Operator, 0, int64(p.Sign))
			}
			t, ok = p.Time, true
		}
		return ok && !have.IsZero() && holdsInt(q.Operator, have.UnixNano(), t.UnixNano())
	}
	have := map[string]string{ColURLFrom: row.URLFrom, ColURLTo: row.URLTo, ColLinkText: row.LinkText, ColNofollow: row.Nofollow, ColLinkType: row.LinkType}[q.Column]
	want, ok := v.(string)
	if !ok || q.Column == ColLinkText && row.Null&NullLinkText != 0 {
		return false
	}
	switch q.Operator {
	case Equal:
		return have == want
	case NotEqual:
		return have != want
	case Like, NotLike:
		return regexp.MustCompile(likeToRegexp(want, false)).MatchString(have) == (q.Operator == Like)
	}
	matches := regexp.MustCompile(likeToRegexp(s.folded(want), false)).MatchString(s.folded(have))
	return matches == (q.Operator == ILike)
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

// sqlite is SQLite, whose LIKE folds ASCII letters alone.
func sqlite() []semantics { return []semantics{{all: false}, {all: true}} }

// engines fold letters beyond ASCII as the C locale, Go's Unicode tables, Turkish, and a full mapping do.
func engines() (list []semantics) {
	turkish := func(s string) string { return strings.ToLowerSpecial(unicode.TurkishCase, s) }
	full := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "İ", "i\u0307")) }
	for _, all := range []bool{false, true} {
		for _, fold := range []func(string) string{nil, strings.ToLower, turkish, full} {
			list = append(list, semantics{all, fold, false}, semantics{all, fold, true})
		}
	}
	return list
}

var (
	pieces = []string{"", "a", "A", "blog", "Blog", "100%", "a_b", `c:\d`, "ж", "Ж", "É", "é", "İ", "ı", "ß", "ſ", "s", "K", "k", "\u212A", " ", "?q=1", "\uFFFD", "%", "_", `\`}
	words  = []string{"follow", "nofollow", "ugc", "sponsored", "UGC", "nofollow,ugc"}
	aDay   = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
)

func drawText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 4).Draw(t, "text"), "")
}

func drawTime(t *rapid.T) time.Time {
	return aDay.Add(time.Duration(rapid.IntRange(-6, 20).Draw(t, "hours")*6) * time.Hour)
}

func drawRow(t *rapid.T) Row {
	row := Row{
		URLFrom: drawText(t), URLTo: drawText(t), LinkText: drawText(t), Nofollow: rapid.SampledFrom(words).Draw(t, "word"), LinkType: "href",
		LinksExt: int64(rapid.IntRange(0, 6).Draw(t, "links")), FirstSeen: drawTime(t),
	}
	row.LastVisited = row.FirstSeen.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "visit")*6) * time.Hour)
	if rapid.Bool().Draw(t, "deleted") {
		row.DateDel = row.LastVisited
	}
	if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
		row.LinkText, row.Null = "", NullLinkText
	}
	return row
}

// drawQual takes its values from the row at times, so that it holds often.
func drawQual(t *rapid.T, row *Row) Qual {
	q := Qual{Column: rapid.SampledFrom([]string{
		ColURLFrom, ColURLTo, ColLinkText, ColNofollow, ColLinkType, ColLinksExt, ColLinksExt, ColFirstSeen, ColLastVisited, ColDateDel,
	}).Draw(t, "column")}
	ordered := []Operator{Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual}
	var value func() Value
	switch q.Column {
	case ColLinksExt:
		q.Operator = rapid.SampledFrom(ordered).Draw(t, "operator")
		value = func() Value { return int64(rapid.IntRange(-1, 8).Draw(t, "number")) }
	case ColFirstSeen, ColLastVisited, ColDateDel:
		q.Operator = rapid.SampledFrom(append(ordered, IsNull, IsNotNull)).Draw(t, "operator")
		value = func() Value {
			if sign := rapid.SampledFrom([]int{0, 0, 0, 1, -1}).Draw(t, "infinity"); sign != 0 {
				return PerhapsInfinite{drawTime(t), sign}
			}
			return drawTime(t)
		}
		if q.Operator == IsNull || q.Operator == IsNotNull {
			return q
		}
	default:
		q.Operator = rapid.SampledFrom([]Operator{Equal, NotEqual, Like, NotLike, ILike, NotILike}).Draw(t, "operator")
		value = func() Value { return drawOperand(t, q, row) }
	}
	n := 1
	if q.List = rapid.IntRange(0, 2).Draw(t, "list") == 0; q.List {
		n = rapid.IntRange(1, 4).Draw(t, "elements")
	}
	for range n {
		if rapid.IntRange(0, 19).Draw(t, "null") == 0 {
			q.Values = append(q.Values, nil)
			continue
		}
		q.Values = append(q.Values, value())
	}
	return q
}

func drawOperand(t *rapid.T, q Qual, row *Row) string {
	text, _ := row.text(q.Column)
	if rapid.Bool().Draw(t, "other") {
		text = drawText(t)
		if q.Column == ColNofollow {
			text = rapid.SampledFrom(words).Draw(t, "word")
		}
	}
	if q.Operator == Equal || q.Operator == NotEqual {
		return text
	}
	runes := []rune(text)
	from := rapid.IntRange(0, len(runes)).Draw(t, "from")
	middle := string(runes[from:rapid.IntRange(from, len(runes)).Draw(t, "to")])
	if q.Operator == ILike || q.Operator == NotILike {
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

// TestMain sets how many cases each property is tried with.
func TestMain(m *testing.M) {
	flag.Parse()
	checks := "3000"
	if os.Getenv("SERPSTAT_LONG") != "" {
		checks = "1000000"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
