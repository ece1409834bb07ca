package serpstat

import (
	"cmp"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// The model is SQL over the simulator's rows, written apart from the planner: what PostgreSQL keeps when it
// re-checks the rows that a plugin returns.

// clause is a WHERE clause as a person means it; all says that a list means ALL and not ANY.
type clause struct {
	column, operator string
	values           []any
	list, all        bool
	zone             time.Duration // of the session, where a time is written without one: so it arrives, and is called UTC
}

// keeps evaluates the clause on a row with the database's folding of letters (nil is ASCII only).
func (c clause) keeps(row serpstatsim.Row, fold func(string) string) bool {
	text, number, instant, null := fieldOf(row, c.column)
	return c.holds(text, number, instant, null, fold)
}

// holds evaluates the clause on its column's value.
func (c clause) holds(text string, number int64, instant time.Time, null bool, fold func(string) string) bool {
	switch c.operator {
	case "is null":
		return null
	case "is not null":
		return !null
	}
	if null {
		return false
	}
	one := func(v any) (result, unknown bool) {
		switch v := v.(type) {
		case nil:
			return false, true
		case int64:
			return ordered(cmp.Compare(number, v), c.operator), false
		case time.Time:
			return ordered(instant.Compare(v), c.operator), false
		case infinite:
			return ordered(-int(v), c.operator), false
		case string:
			return matchText(text, v, c.operator, fold), false
		}
		panic("a value of an unknown type")
	}
	if !c.list {
		kept, _ := one(c.values[0])
		return kept
	}
	for _, v := range c.values {
		kept, unknown := one(v)
		if c.all && (!kept || unknown) {
			return false
		}
		if !c.all && kept {
			return true
		}
	}
	return c.all
}

// infinite is PostgreSQL's timestamp infinity, or -infinity.
type infinite int

func fieldOf(row serpstatsim.Row, column string) (text string, number int64, instant time.Time, null bool) {
	date := func(s *string) (string, int64, time.Time, bool) {
		if s == nil || *s == "" {
			return "", 0, time.Time{}, true
		}
		t, err := time.Parse(time.DateTime, *s)
		if err != nil {
			t, _ = time.Parse(time.DateOnly, *s)
		}
		return "", 0, t, false
	}
	switch column {
	case "url_from":
		return row.URLFrom, 0, instant, false
	case "url_to":
		return row.URLTo, 0, instant, false
	case "link_text":
		return row.LinkText, 0, instant, false
	case "nofollow":
		return row.Nofollow, 0, instant, false
	case "link_type":
		return row.LinkType, 0, instant, false
	case "links_ext":
		return "", row.LinksExt, instant, false
	case "first_seen":
		return date(&row.FirstSeen)
	case "last_visited":
		return date(&row.LastVisited)
	}
	return date(row.DateDel)
}

func ordered(c int, operator string) bool {
	return map[string]bool{"=": c == 0, "<>": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[operator]
}

func matchText(text, value, operator string, fold func(string) string) bool {
	switch operator {
	case "=":
		return text == value
	case "<>":
		return text != value
	}
	if strings.HasSuffix(operator, "*") {
		if fold == nil {
			fold = func(s string) string {
				return strings.Map(func(r rune) rune {
					if 'A' <= r && r <= 'Z' {
						return r + 32
					}
					return r
				}, s)
			}
		}
		text, value = fold(text), fold(value)
	}
	return likePattern(value).MatchString(text) != strings.HasPrefix(operator, "!")
}

func likePattern(like string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i, rs := 0, []rune(like); i < len(rs); i++ {
		switch rs[i] {
		case '%':
			b.WriteString(".*")
		case '_':
			b.WriteString(".")
		case '\\':
			i++
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		default:
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		}
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

// identity is all of a row that a test compares, as one text.
func identity(row serpstatsim.Row) string {
	del := ""
	if row.DateDel != nil {
		del = *row.DateDel
	}
	return strings.Join([]string{row.URLFrom, row.URLTo, row.LinkText, row.Nofollow, row.LinkType, time.Duration(row.LinksExt).String(), row.FirstSeen, row.LastVisited, del}, "|")
}

// simRow turns a row that the plugin returned back into the simulator's form.
func simRow(m map[string]any) serpstatsim.Row {
	s := func(column string) string { v, _ := m[column].(string); return v }
	row := serpstatsim.Row{URLFrom: s("url_from"), URLTo: s("url_to"), LinkText: s("link_text"), Nofollow: s("nofollow"), LinkType: s("link_type"),
		FirstSeen: strings.TrimSuffix(s("first_seen"), " 00:00:00"), LastVisited: s("last_visited")}
	row.LinksExt, _ = m["links_ext"].(int64)
	if d := s("date_del"); d != "" {
		row.DateDel = &d
	}
	return row
}

func sorted(list []string) []string {
	sort.Strings(list)
	return list
}
