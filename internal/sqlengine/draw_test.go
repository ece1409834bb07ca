package sqlengine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

var (
	pieces = []string{"", "x", "X", "Blog", "blog", "100%", "a_b", `c:\d`, "ж", "É", "é", "ß", "K", " pad ", "a.com", "Ab ab", "?q=1", "it''s"}
	rels   = []string{"follow", "nofollow", "ugc", "sponsored", "UGC", "nofollow,ugc"}
	start  = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
)

func drawPieces(t *rapid.T) string { return pick(t, pieces...) + pick(t, "", "", "", "x", "Blog") }

func drawTarget(t *rapid.T) string {
	return pick(t, "https://GitHub.com/x", "https://github.com/x", "http://c.de/", "https://www.bbc.co.uk/", "https://gist.github.com/", "https://LinkedIn.com:443/", "http://XN--bcher-kva.de./", "mailto:x") + pick(t, "", "", "Blog", "x", "100%")
}

// drawOutgoing draws a link of a site's, at times to the other site.
func (p *pair) drawOutgoing(t *rapid.T, domain string) serpstatsim.Row {
	from := pick(t, "https://a.com/", "https://"+domain+"/", "https://www."+domain+"/", "https://Sub."+domain+"/")
	to := drawTarget(t)
	if choose(t, 8) == 0 {
		to = "https://" + p.domain("b") + "/" + drawPieces(t)
	}
	return drawRow(t, from+drawPieces(t), to)
}

// drawIncoming draws a link to one of the sites.
func (p *pair) drawIncoming(t *rapid.T) serpstatsim.Row {
	from := pick(t, "https://GitHub.com/", "http://github.com/", "https://www.github.com/", "https://b.co.uk/", "https://2.b.co.uk/", "https://x_y.org/")
	to := "https://" + pick(t, "", "", "www.", "sub.") + pick(t, p.domain("a"), p.domain("a"), p.domain("b"), pick(t, "rival.com", "third.com")) + "/"
	return drawRow(t, from+drawPieces(t), to+drawPieces(t))
}

func drawRow(t *rapid.T, from, to string) serpstatsim.Row {
	unquote := func(s string) string { return strings.ReplaceAll(s, "''", "'") }
	first := start.AddDate(0, 0, choose(t, 4))
	last := first.Add(time.Duration([]int{0, 12, 24, 37}[choose(t, 4)]) * time.Hour)
	row := serpstatsim.Row{
		URLFrom: unquote(from), LinkText: unquote(drawPieces(t)),
		URLTo:    unquote(to),
		Nofollow: pick(t, rels...), LinkType: pick(t, "href", "href", "redirect", "image"), LinksExt: int64(choose(t, 6)),
		FirstSeen: first.Format(time.DateOnly), LastVisited: last.Format(time.DateTime),
	}
	if choose(t, 2) == 0 {
		// A link may be found lost before it is last visited, and after, but not before it is found.
		deleted := []time.Time{last, last, first, last.Add(30 * time.Hour)}[choose(t, 4)].Format(time.DateTime)
		row.DateDel = &deleted
	}
	return row
}

// choose draws from 0 to n-1, each as likely as the others: rapid's own numbers favour small ones, which would
// leave most forms untried. It shrinks towards 0.
func choose(t *rapid.T, n int) int {
	v := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 9, 9).Draw(t, "choice") {
		v *= 2
		if bit {
			v++
		}
	}
	return v % n
}

func pick[E any](t *rapid.T, list ...E) E { return list[choose(t, len(list))] }

// source is a table in a statement.
type source struct {
	*table.Table
	pair  *pair
	name  string // of the plain table
	given given
	known []map[string]any // its rows without parameters
}

// drawSource draws the parameters that the statement gives.
func drawSource(t *rapid.T, p *pair, declared *table.Table, sites []string) source {
	s := source{Table: declared, pair: p, given: drawGiven(t, declared)}
	made, err := p.plainOf(t, declared, s.given, sites)
	if err != nil { // the API takes no such filter
		for _, param := range declared.Params {
			if param.Form == table.Filters {
				delete(s.given, param.Column)
			}
		}
		made, err = p.plainOf(t, declared, s.given, sites)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	s.name = made.name
	required := given{}
	for _, param := range declared.Params[1:] {
		if param.Required() {
			required[param.Column] = s.given[param.Column]
		}
	}
	all, err := p.plainOf(t, declared, required, p.sites())
	if err != nil {
		t.Fatalf("%v", err)
	}
	s.known = all.rows
	return s
}

// drawGiven draws values for a few parameters; most statements give none.
func drawGiven(t *rapid.T, declared *table.Table) given {
	g := given{}
	few := choose(t, 3) > 0
	for _, p := range declared.Params[1:] {
		if !p.Required() && (few || choose(t, 3) > 0) {
			continue
		}
		draw := func() any {
			switch p.Form {
			case table.Sites:
				return pick(t, "rival.com", "third.com", "rival.com, third.com", "third.com, rival.com")
			case table.AnyText:
				return pick(t, "b", "x", "Blog", "100%", "it's")
			case table.Digits:
				return int64(1 + choose(t, 3))
			case table.PerDomain:
				return int64(1 + choose(t, 3))
			case table.Filters:
				return drawFilter(t, declared)
			case table.SortBy:
				return pick(t, declared.Sort.Words...)
			case table.SortOrder:
				return pick(t, table.Orders...)
			}
			return pick(t, slices.DeleteFunc(slices.Clone(p.Words), func(word string) bool { return slices.Contains(p.Address, word) })...)
		}
		values := []any{draw()}
		if choose(t, 4) == 0 {
			values = append(values, draw())
		}
		g[p.Column] = slices.CompactFunc(values, func(a, b any) bool { return a == b })
	}
	return g
}

// drawFilter draws a complexFilter as a user writes it, of one or two comparisons.
func drawFilter(t *rapid.T, declared *table.Table) string {
	var fields []table.Field
	for _, f := range declared.Fields {
		if f.Filter.Field != "" {
			fields = append(fields, f)
		}
	}
	condition := func() map[string]any {
		f := pick(t, fields...)
		value := map[table.Kind]any{table.Words: 1, table.Count: choose(t, 4), table.Time: start.AddDate(0, 0, choose(t, 5)).Format(time.DateOnly), table.Text: pick(t, "b", "x", "http", "co", "follow", "it's")}[f.Kind]
		values := []any{value}
		compare := pick(t, f.Filter.Takes...)
		if compare == table.Between {
			values = append(values, value)
		}
		return map[string]any{"field": f.Filter.Field, "compareType": compare, "value": values}
	}
	filter := [][]any{{condition()}}
	switch choose(t, 3) {
	case 0:
		filter = append(filter, []any{condition()})
	case 1:
		filter[0] = append(filter[0], condition())
	}
	text, _ := json.Marshal(filter) // texts and numbers
	return string(text)
}

func quoteSQL(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return fmt.Sprint(v)
}

// params are the clauses that give the parameters, each after an "and".
func (s source) params(t *rapid.T, prefix string) (clauses string) {
	for _, p := range s.Params[1:] {
		values := s.given[p.Column]
		switch len(values) {
		case 0:
		case 1:
			clauses += " and " + prefix + inSQL(p.Column) + pick(t, " = ", " = ", " is ") + quoteSQL(values[0])
		default:
			clauses += " and " + prefix + inSQL(p.Column) + " in (" + quoteSQL(values[0]) + ", " + quoteSQL(values[1]) + ")"
		}
	}
	return clauses
}

// of are the clauses that give a site and the parameters.
func (s source) of(t *rapid.T, prefix, site string) string {
	return prefix + s.Params[0].Column + " = " + quoteSQL(s.pair.domain(site)) + s.params(t, prefix)
}

// alsoGiven reports a site that the statement gives beside the one that is analyzed.
func (s source) alsoGiven(site string) bool {
	for _, p := range s.Params {
		for _, value := range s.given[p.Column] {
			if p.Form == table.Sites && slices.Contains(strings.Split(value.(string), ", "), site) {
				return true
			}
		}
	}
	return false
}

// kind is what a column's values are.
func (s source) kind(column string) table.Kind {
	if i := s.FieldOf(column); i >= 0 {
		return s.Fields[i].Kind
	}
	return table.Text
}

func isNumber(k table.Kind) bool { return k.Whole() || k == table.Decimal }

// columns are those of a row, of a kind or of any (0); there is always one.
func (s source) columns(kind table.Kind) (list []string) {
	for _, f := range s.Fields {
		if kind == 0 || f.Kind == kind {
			list = append(list, f.Column)
		}
	}
	for _, d := range s.Derived {
		if kind == 0 || kind == table.Text {
			list = append(list, d.Column)
		}
	}
	if len(list) == 0 {
		return s.columns(0)
	}
	return list
}

// sortable draws a column to sort by: mostly one that the API sorts by.
func (s source) sortable(t *rapid.T) string {
	var list []string
	for _, f := range s.Fields {
		if f.Sort != "" {
			list = append(list, f.Column)
		}
	}
	if len(list) == 0 || choose(t, 4) == 0 {
		return pick(t, s.columns(0)...)
	}
	return pick(t, list...)
}

// everything is the list of all columns.
func (s source) everything() string {
	columns := columnsOf(s.Table)
	for i, c := range columns {
		columns[i] = inSQL(c)
	}
	return strings.Join(columns, ", ")
}

// values are those that a column has.
func (s source) values(column string) (list []any) {
	for _, row := range s.known {
		if v := row[column]; v != nil && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

func number(t *rapid.T) string {
	return pick(t, "0", "1", "2", "3", "4", "5", "-1", "6", "2.5", "3.0", "'3'", "' 3'", "'3.0'", "'x'", "null", "1e3", "x'33'", "9223372036854775807", "-1e300")
}

func instant(t *rapid.T) string {
	at := start.Add(time.Duration(choose(t, 11)-1) * 12 * time.Hour)
	return pick(t, at.Format("'2006-01-02 15:04:05'"), at.Format("'2006-01-02'"), at.Format("'2006-01-02 15:04'"), at.Format("'2006-01'"), "'2024'",
		at.Format("'2006-01-02T15:04:05'"), at.Format("'2006-01-02T15:04:05Z'"), at.Format("'2006-01-02 15:04:05.000'"), "''", "'x'", "null", "20240301", "x'00'",
		at.Format("datetime('2006-01-02 15:04:05', '+1 day')"))
}

// part draws a piece of a text that the column has, or of any.
func (s source) part(t *rapid.T, column string) string {
	known := s.values(column)
	if len(known) == 0 || choose(t, 2) == 0 {
		return pick(t, pieces...)
	}
	runes := []rune(fmt.Sprint(pick(t, known...)))
	from := choose(t, len(runes)+1)
	text := string(runes[from:min(len(runes), from+1+choose(t, 6))])
	return strings.ReplaceAll(pick(t, text, text, strings.ToUpper(text)), "'", "''")
}

// pattern draws a pattern: one that a value of the column matches, but for its case at times, or one of any parts.
func (s source) pattern(t *rapid.T, column string, many, one string, set ...string) string {
	known := s.values(column)
	if len(known) == 0 || choose(t, 2) == 0 {
		p := ""
		for range 1 + choose(t, 2) {
			p += pick(t, append([]string{many, many, one, ""}, set...)...) + s.part(t, column)
		}
		return "'" + p + pick(t, many, "") + "'"
	}
	runes := []rune(fmt.Sprint(pick(t, known...)))
	from := choose(t, len(runes)+1)
	to := from + choose(t, len(runes)+1-from)
	before, after := many, many
	switch choose(t, 4) {
	case 0:
		from, before = 0, ""
	case 1:
		to, after = len(runes), ""
	}
	from = min(from, to)
	text := string(runes[from:to])
	if from < to && choose(t, 2) == 0 { // a character in the middle is any, or one of a set
		at := from + choose(t, to-from)
		text = string(runes[from:at]) + pick(t, append([]string{one}, set...)...) + string(runes[at+1:to])
	}
	if choose(t, 3) == 0 {
		text = strings.ToUpper(text)
	}
	return quoteSQL(before + text + after)
}

func (s source) likePattern(t *rapid.T, column string) string { return s.pattern(t, column, "%", "_") }

func (s source) globPattern(t *rapid.T, column string) string {
	return s.pattern(t, column, "*", "?", "[a-o]", "%", "_")
}

// literal draws a value to compare a column with: one that it has, or is near to, or what its like may be confused by.
func (s source) literal(t *rapid.T, column string) string {
	if known := s.values(column); len(known) > 0 && choose(t, 2) == 0 {
		v := pick(t, known...)
		if n, ok := v.(int64); ok {
			v = n + int64(choose(t, 3)) - 1
		}
		return quoteSQL(v)
	}
	switch s.kind(column) {
	case table.Count, table.Change, table.Decimal:
		return number(t)
	case table.Time:
		return instant(t)
	}
	var f table.Field
	if i := s.FieldOf(column); i >= 0 {
		f = s.Fields[i]
	}
	switch {
	case f.Filter.How == table.ByWord:
		return "'" + pick(t, append(slices.Clone(rels), f.Filter.Words...)...) + "'"
	case f.Filter.Always != "":
		return pick(t, "'https://a.com/"+pick(t, pieces...)+"'", "'https://"+s.pair.domain("a")+"/"+pick(t, pieces...)+"'", "'"+drawTarget(t)+"'", "'"+drawTarget(t)+"'", "null", "5")
	case s.DerivedOf(column) >= 0 && choose(t, 2) == 0:
		return pick(t, "'linkedin.com'", "'GitHub.com'", "'gist.github.com'", "'xn--bcher-kva.de'", "'com'", "''", quoteSQL(strings.ToUpper(s.pair.domain("b"))))
	case s.isSite(column):
		return pick(t, "'github.com'", "'bbc.co.uk'", "'c.de'", "'www.bbc.co.uk'", quoteSQL(s.pair.domain("a")), "null")
	}
	return pick(t, "'"+drawPieces(t)+"'", "null", "5")
}

// isSite reports a column whose values may be asked about as sites.
func (s source) isSite(column string) bool {
	known := s.values(column)
	return len(known) > 0 && !slices.ContainsFunc(known, func(v any) bool {
		text, _ := v.(string)
		domain, err := plan.NormalizeDomain(plan.Named{Column: "query"}, text)
		return err != nil || domain != text
	})
}

// predicate draws a condition; prefix is an alias with its dot.
func (s source) predicate(t *rapid.T, prefix string, depth int) string {
	if depth > 0 && choose(t, 4) == 0 {
		return "(" + s.predicate(t, prefix, depth-1) + pick(t, " or ", " and ") + s.predicate(t, prefix, depth-1) + ")"
	}
	c := pick(t, append(s.columns(0), s.sortable(t))...)
	column := prefix + c
	value := func() string { return s.literal(t, c) }
	switch choose(t, 14) {
	case 0:
		return fmt.Sprintf("%s in (%s, %s, %s)", column, value(), value(), value())
	case 1:
		return fmt.Sprintf("%s not in (%s, %s)", column, value(), value())
	case 2:
		return fmt.Sprintf("%s between %s and %s", column, value(), value())
	case 3:
		return column + pick(t, " is null", " is not null", " isnull", " notnull")
	case 4, 5:
		return column + pick(t, " like ", " like ", " not like ") + s.likePattern(t, c)
	case 6:
		return pick(t, "not ", "") + "(" + column + pick(t, " = ", " < ", " is ", " is not ") + value() + ")"
	case 7:
		return column + pick(t, " = ", " <> ", " is ", " < ") + value() + pick(t, " collate nocase", " collate rtrim", "")
	case 8:
		return pick(t, "lower("+column+")", column+" || ''", "+"+column) + " = " + value()
	case 9:
		return column + pick(t, " glob "+s.globPattern(t, c), " glob "+s.globPattern(t, c), " not glob '*o*'", " like '%b%' escape 'b'", " is not distinct from "+value())
	case 10:
		// What an equality would give as a parameter is otherwise a value like others, and so is the row itself.
		column = prefix + inSQL(pick(t, append(columnsOf(s.Table)[:len(s.Params)], "raw")...))
		return pick(t, column+" is null", column+" is not null", column+" <> 'domain'", column+" like '%d%'", column+" not like '%sub%'", "lower("+column+") = 'domain'", column+" > 'b'", column+" glob '*d*'")
	}
	return column + pick(t, " = ", " <> ", " < ", " <= ", " > ", " >= ", " == ", " != ") + value()
}

// where draws clauses that give a site or several, the parameters, and up to two conditions.
func (s source) where(t *rapid.T, prefix string) string {
	sites := s.pair.sites()
	a, b, other := quoteSQL(sites[0]), quoteSQL(sites[1]), quoteSQL(pick(t, sites...))
	w := prefix + s.Params[0].Column + pick(t, " = "+a, " = "+b, " in ("+a+", "+b+")", " = "+a, " is "+a, " = "+other, " in ("+a+", "+other+")") + s.params(t, prefix)
	for range choose(t, 3) {
		w += " and " + s.predicate(t, prefix, 1)
	}
	return w
}

func limit(t *rapid.T) string {
	return " limit " + pick(t, "0", "1", "2", "3", "7", "-1", "100") + pick(t, "", "", " offset 1", " offset 3", " offset 50")
}

// drawPair draws a column of each of two tables to be compared: often the one that both have, nearly always of one kind.
// A time is not compared with a number: as README says, a number is a text there, also one that is a column.
func drawPair(t *rapid.T, a, b source) (of, with string) {
	type columns struct{ of, with string }
	var shared, alike, all []columns
	for _, of := range a.columns(0) {
		for _, with := range b.columns(0) {
			kinds := []table.Kind{a.kind(of), b.kind(with)}
			if slices.Contains(kinds, table.Time) && slices.ContainsFunc(kinds, isNumber) {
				continue
			}
			all = append(all, columns{of, with})
			if kinds[0] == kinds[1] {
				alike = append(alike, columns{of, with})
			}
			if of == with {
				shared = append(shared, columns{of, with})
			}
		}
	}
	list := all // of a figure and a text alone nothing is alike
	switch {
	case len(shared) > 0 && choose(t, 3) > 0:
		list = shared
	case len(alike) > 0 && choose(t, 8) > 0:
		list = alike
	}
	drawn := pick(t, list...)
	return drawn.of, drawn.with
}

// drawStatement draws a statement about a table, which at times is joined with any other.
func drawStatement(t *rapid.T, p *pair, declared *table.Table) statement {
	desc := pick(t, "", " desc")
	s := drawSource(t, p, declared, append(p.sites(), "c.com")) // of which nothing is known but what others have in common with it
	other := func() source {
		return drawSource(t, p, pick(t, slices.Concat(catalog.Tables(), []*table.Table{declared, declared})...), p.sites())
	}
	all, query := s.everything(), s.Params[0].Column
	switch choose(t, 18) {
	case 0:
		return statement{text: "select " + all + " from " + s.name + " where " + s.where(t, "")}
	case 1:
		by := s.sortable(t)
		return statement{text: "select " + by + ", " + all + " from " + s.name + " where " + s.where(t, "") + " order by " + by + desc + ", " + all + limit(t), order: true}
	case 2, 3:
		by := s.sortable(t)
		w := "select " + by + ", " + all + " from " + s.name + " where " + s.where(t, "")
		return statement{text: w + " order by " + by + desc + limit(t), all: w}
	case 4, 5:
		w := "select " + all + " from " + s.name + " where " + s.where(t, "")
		return statement{text: w + limit(t), all: w}
	case 6:
		return statement{text: fmt.Sprintf("select %s, count(*), min(%s), max(%s), count(distinct %s) from %s where %s group by 1 having count(*) > 0",
			pick(t, s.columns(table.Text)...), pick(t, s.columns(table.Count)...), pick(t, s.columns(0)...), pick(t, s.columns(0)...), s.name, s.where(t, ""))}
	case 7:
		o := other()
		on, with := drawPair(t, s, o)
		return statement{text: fmt.Sprintf("select a.%s, b.%s, b.%s from %s a join %s b on a.%s = b.%s where %s and %s and %s",
			pick(t, s.columns(0)...), pick(t, o.columns(0)...), o.sortable(t), s.name, o.name, on, with, s.of(t, "a.", "a"), o.of(t, "b.", pick(t, "a", "b")), o.predicate(t, "b.", 1))}
	case 8:
		by := pick(t, s.columns(table.Count)...)
		return statement{text: fmt.Sprintf("select v.column1, v.column2, o.%s, o.%s from (values ('%s', 2), ('%s', 3), ('%s', 4), ('c.com', 1)) v left join %s o on o.%s = v.column1%s and o.%s %s v.column2 and %s",
			pick(t, s.columns(0)...), by, p.domain("a"), p.domain("b"), p.sites()[2], s.name, query, s.params(t, "o."), by, pick(t, "=", "<", ">=", "<>"), s.predicate(t, "o.", 0))}
	case 9:
		o := other()
		of, with := drawPair(t, s, o)
		return statement{text: fmt.Sprintf("select %s, %s from %s a where %s and %sexists (select 1 from %s b where %s and b.%s = a.%s)",
			pick(t, s.columns(0)...), of, s.name, s.where(t, "a."), pick(t, "", "not "), o.name, o.of(t, "b.", pick(t, "a", "b")), with, of)}
	case 10:
		by := s.sortable(t)
		return statement{text: fmt.Sprintf("select %s, %s, row_number() over (order by %s%s, %s) n from %s where %s order by n%s", by, pick(t, s.columns(0)...), by, desc, all, s.name, s.where(t, ""), limit(t)), order: true}
	case 11:
		text := "select " + all + " from " + s.name + " where (" + s.of(t, "", "a") + " and " + s.predicate(t, "", 0) + ") or (" + s.of(t, "", "b") + " and " + s.predicate(t, "", 0) + ")"
		// SQLite itself does not split an OR with a COLLATE in it; the engine then asks for a query.
		return statement{text: strings.NewReplacer(" collate nocase", "", " collate rtrim", "").Replace(text)}
	case 12:
		o := other()
		of, with := drawPair(t, s, o)
		return statement{text: fmt.Sprintf("select a.%s, (select count(*) from %s b where %s and b.%s%sa.%s) from %s a where %s",
			of, o.name, o.of(t, "b.", pick(t, "a", "b")), with, pick(t, " = ", " >= ", " is "), of, s.name, s.of(t, "a.", "a"))}
	case 13:
		by := s.sortable(t)
		turned := "length(" + by + ")"
		if isNumber(s.kind(by)) {
			turned = by + " % 3"
		}
		return statement{text: fmt.Sprintf("with l as materialized (select %s from %s where %s) select %s, %s from l order by %s, %s%s", all, s.name, s.where(t, ""), by, pick(t, s.columns(0)...), turned, all, limit(t)), order: true}
	case 14:
		o := other()
		of, with := drawPair(t, s, o)
		return statement{text: "select " + of + " from " + s.name + " where " + s.where(t, "") + pick(t, " union ", " union all ", " except ", " intersect ") + "select " + with + " from " + o.name + " where " + o.where(t, "")}
	case 15:
		o := other()
		of, with := drawPair(t, s, o)
		return statement{text: fmt.Sprintf("select count(*) from %s where %s and %s in (select %s from %s where %s and %s)", s.name, s.of(t, "", "a"), of, with, o.name, o.of(t, "", "b"), o.predicate(t, "", 0))}
	case 16:
		o := other()
		on, with := drawPair(t, s, o)
		return statement{text: fmt.Sprintf("select a.%s, count(b.%s), sum(b.%s) from %s a left join %s b on a.%s %s b.%s and %s and %s where %s group by 1",
			pick(t, s.columns(0)...), query, pick(t, o.columns(table.Count)...), s.name, o.name, on, pick(t, "=", "=", "<", "is"), with, o.of(t, "b.", pick(t, "a", "b")), o.predicate(t, "b.", 0), s.of(t, "a.", "a"))}
	}
	return drawSiteOfARow(t, s)
}

// drawSiteOfARow draws a statement that asks one table about the sites that another one's rows name.
func drawSiteOfARow(t *rapid.T, s source) statement {
	var names []string
	for _, c := range s.columns(table.Text) {
		if s.isSite(c) {
			names = append(names, c)
		}
	}
	if len(names) == 0 {
		return statement{text: "select " + s.everything() + " from " + s.name + " where " + s.where(t, "")}
	}
	by := pick(t, names...)
	var sites []string
	for _, v := range s.values(by) {
		sites = append(sites, v.(string))
	}
	o := drawSource(t, s.pair, pick(t, catalog.Tables()...), sites)
	if slices.ContainsFunc(sites, o.alsoGiven) {
		return drawSiteOfARow(t, s) // a site is not analyzed with itself
	}
	query := o.Params[0].Column
	if choose(t, 3) == 0 {
		return statement{text: fmt.Sprintf("select %s from %s b where b.%s in (select a.%s from %s a where %s)%s and %s", o.everything(), o.name, query, by, s.name, s.where(t, "a."), o.params(t, "b."), o.predicate(t, "b.", 0))}
	}
	return statement{text: fmt.Sprintf("select a.%s, b.%s, b.%s from %s a %s %s b on b.%s = a.%s%s and %s where %s",
		by, query, pick(t, o.columns(0)...), s.name, pick(t, "join", "left join"), o.name, query, by, o.params(t, "b."), o.predicate(t, "b.", 0), s.where(t, "a."))}
}
