package serpstat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

var (
	texts = []string{"", "x", "X", "Blog", "blog", "BLOG", "100%", "a_b", `c:\d`, "ж", "Ж", "É", "é", "İ", "ß", "K", "k", " pad ", "a.com", "p1", "Ab ab", "?q=1", "\uFFFD"}
	words = []string{"follow", "nofollow", "ugc", "sponsored", "UGC", "nofollow,ugc"}
	day   = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
)

func drawText(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), 1, 3).Draw(t, label), "")
}

func drawRow(t *rapid.T) serpstatsim.Row {
	first := day.AddDate(0, 0, rapid.IntRange(0, 3).Draw(t, "first"))
	if rapid.IntRange(0, 9).Draw(t, "old") == 0 {
		first = epoch.AddDate(0, 0, rapid.IntRange(-1, 1).Draw(t, "around 2000"))
	}
	last := first.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 12, 24, 37, 60}).Draw(t, "hours")) * time.Hour)
	row := serpstatsim.Row{
		URLFrom: "https://a.com/" + drawText(t, "from"), URLTo: "https://" + drawText(t, "to"), LinkText: drawText(t, "anchor"),
		Nofollow: rapid.SampledFrom(words).Draw(t, "nofollow"), LinkType: "href", LinksExt: int64(rapid.IntRange(0, 6).Draw(t, "links")),
		FirstSeen: first.Format(time.DateOnly), LastVisited: last.Format(time.DateTime),
	}
	if rapid.IntRange(0, 3).Draw(t, "deleted") == 0 {
		deleted := last.Format(time.DateTime)
		row.DateDel = &deleted
	}
	return row
}

func drawPattern(t *rapid.T) string {
	p := ""
	for range rapid.IntRange(1, 3).Draw(t, "pieces") {
		p += rapid.SampledFrom([]string{"%", "%", "_", ""}).Draw(t, "wildcard")
		text := rapid.SampledFrom(texts).Draw(t, "piece")
		p += strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
	}
	return p + rapid.SampledFrom([]string{"%", ""}).Draw(t, "end")
}

func drawClause(t *rapid.T) clause {
	var c clause
	c.column = rapid.SampledFrom([]string{"url_from", "url_to", "link_text", "nofollow", "link_type", "links_ext", "links_ext", "first_seen", "last_visited", "date_del"}).Draw(t, "column")
	value := func() any { return drawText(t, "value") }
	switch c.column {
	case "links_ext":
		c.operator = rapid.SampledFrom([]string{"=", "<>", "<", "<=", ">", ">="}).Draw(t, "operator")
		value = func() any { return int64(rapid.IntRange(-1, 7).Draw(t, "number")) }
	case "first_seen", "last_visited", "date_del":
		operators := []string{"=", "<>", "<", "<=", ">", ">="}
		if c.column == "date_del" {
			operators = append(operators, "is null", "is not null")
		}
		c.operator = rapid.SampledFrom(operators).Draw(t, "operator")
		value = func() any {
			switch rapid.IntRange(0, 11).Draw(t, "kind of time") {
			case 0:
				return infinite(rapid.SampledFrom([]int{-1, 1}).Draw(t, "infinity"))
			case 1:
				return time.Date(rapid.IntRange(1, 9999).Draw(t, "year"), 12, 31, 23, 59, 59, 0, time.UTC)
			case 2:
				return epoch.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "microseconds")) * time.Microsecond)
			}
			return day.Add(time.Duration(rapid.IntRange(-1, 14).Draw(t, "halfdays")) * 12 * time.Hour)
		}
		if rapid.IntRange(0, 2).Draw(t, "without a zone") == 0 {
			c.zone = rapid.SampledFrom([]time.Duration{14, 9, -5, -12}).Draw(t, "zone") * time.Hour
		}
	default:
		c.operator = rapid.SampledFrom([]string{"=", "<>", "~~", "!~~", "~~*", "!~~*"}).Draw(t, "operator")
		if c.column == "nofollow" && len(c.operator) < 2 {
			value = func() any { return rapid.SampledFrom(words).Draw(t, "word") }
		} else if c.column == "url_from" && len(c.operator) < 3 {
			value = func() any { return "https://a.com/" + rapid.SampledFrom(texts).Draw(t, "value") }
		}
		if strings.Contains(c.operator, "~") {
			value = func() any { return drawPattern(t) }
		}
	}
	if strings.HasPrefix(c.operator, "is") {
		c.values = []any{nil}
		return c
	}
	c.list = rapid.IntRange(0, 2).Draw(t, "list") == 0
	c.all = c.list && rapid.Bool().Draw(t, "all")
	n := 1
	if c.list {
		n = rapid.IntRange(1, 3).Draw(t, "elements")
		if c.operator == "=" {
			c.all = false
		}
	}
	for range n {
		c.values = append(c.values, value())
	}
	return c
}

func (c clause) qual() *proto.Qual {
	sent := make([]any, len(c.values))
	for i, v := range c.values {
		if at, ok := v.(time.Time); ok {
			v = at.Add(c.zone)
		}
		sent[i] = v
	}
	if !c.list {
		return where(c.column, c.operator, sent[0])
	}
	return where(c.column, c.operator, sent)
}

// The law: under every reading, whatever the clauses, lists, limits and orders, what the database keeps of
// the plugin's rows is what SQL says about all rows.
func TestEveryQueryIsAnsweredAsSQLSays(t *testing.T) {
	foldUnicode := func(s string) string { return strings.ToLower(strings.ToUpper(s)) }
	all := serpstatsim.AllInterpretations()
	r := newRig(t, serpstatsim.Options{}, "")
	checks := 0
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 25).Draw(rt, "rows")
		clauses := rapid.SliceOfN(rapid.Custom(drawClause), 0, 3).Draw(rt, "where")
		reading := all[rapid.IntRange(0, len(all)-1).Draw(rt, "reading")]
		limit := int64(rapid.SampledFrom([]int{0, 0, 1, 2, 5}).Draw(rt, "limit"))
		order := rapid.SampledFrom([]string{"", "", "links_ext asc", "links_ext desc"}).Draw(rt, "order")
		var fold func(string) string
		if rapid.Bool().Draw(rt, "unicode") {
			fold = foldUnicode
		}
		checks++
		domain := fmt.Sprintf("d%d.com", checks) // what one query has left in the cache must not answer another's
		r.forget()
		r.sim.SetInterpretations(reading)
		r.sim.SetRows(domain, rows)
		q := query{quals: quals(where("query", "=", domain)), limit: limit, sort: order, cache: rapid.Bool().Draw(rt, "cache")}
		for _, c := range clauses {
			q.quals = append(q.quals, c.qual())
		}
		keeps := func(row serpstatsim.Row) bool {
			return !slices.ContainsFunc(clauses, func(c clause) bool { return !c.keeps(row, fold) })
		}
		var want []string
		var wantKeys []int64
		for _, row := range rows {
			if keeps(row) {
				want = append(want, identity(row))
				wantKeys = append(wantKeys, row.LinksExt)
			}
		}
		got := r.run(q)
		if got.err != nil {
			rt.Fatalf("error: %v", got.err)
		}
		var kept []string
		var keys []int64
		for _, m := range got.rows {
			if row := simRow(m); keeps(row) {
				kept = append(kept, identity(row))
				keys = append(keys, row.LinksExt)
			}
		}
		if order != "" {
			slices.Sort(wantKeys)
			if strings.HasSuffix(order, "desc") {
				slices.Reverse(wantKeys)
			}
			if limit > 0 {
				wantKeys = wantKeys[:min(int(limit), len(wantKeys))]
			}
			if limit > 0 {
				keys = keys[:min(int(limit), len(keys))]
			}
			if fmt.Sprint(keys) != fmt.Sprint(wantKeys) {
				rt.Fatalf("links_ext in order: %v, want %v", keys, wantKeys)
			}
		}
		if limit > 0 {
			if len(kept) < min(int(limit), len(want)) {
				rt.Fatalf("%d rows, want %d of %v\ngot %v\nrequests %+v", len(kept), min(int(limit), len(want)), want, got.rows, r.sim.Requests())
			}
			for _, k := range kept {
				if i := slices.Index(want, k); i >= 0 {
					want = slices.Delete(want, i, i+1)
				} else {
					rt.Fatalf("the row %s came twice or from nowhere", k)
				}
			}
			return
		}
		if g, w := sorted(kept), sorted(want); !slices.Equal(g, w) {
			rt.Fatalf("rows\n%s\nwant\n%s\nrequests %+v", strings.Join(g, "\n"), strings.Join(w, "\n"), r.sim.Requests())
		}
	})
}
