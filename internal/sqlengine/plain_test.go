package sqlengine_test

import (
	"cmp"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"modernc.org/sqlite"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/internal/weburl"
)

// A plain table of SQLite's stands beside a declared one: its columns are those of the declaration, its rows are the
// simulator's answers, read with encoding/json and no code of the plugin's but for hosts and their domains.

type fataler interface{ Fatalf(string, ...any) }

// pair is an engine and plain tables with the same rows. Its sites are its own, so that no other's rows are kept for
// them.
type pair struct {
	*rig
	number  int64
	plain   *sql.DB
	oneWord bool // the API gives anchors of one word alone where their number is left out
	tables  map[string]*plain
}

func newPairOn(t fataler, r *rig, number int64) *pair {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatalf("%v", err)
	}
	db.SetMaxOpenConns(1) // each would have a memory of its own
	return &pair{rig: r, number: number, plain: db, tables: map[string]*plain{}}
}

// domain is a site's name.
func (p *pair) domain(name string) string { return fmt.Sprintf("%s%d.com", name, p.number) }

// sites are how statements write the two sites.
func (p *pair) sites() []string {
	a, b := p.domain("a"), p.domain("b")
	return []string{a, b, strings.ToUpper(a), "https://" + b + "/"}
}

// given is what the clauses of a statement give for a table's parameters, the site aside, by column. What is left out
// has its default.
type given map[string][]any

// plain is a plain table.
type plain struct {
	name string // begins with plainN_, what follows is the table's
	rows []map[string]any
}

// plainOf returns the plain table with what the API has of the sites for the parameters, made when it is first asked
// for. The API may refuse a filter that a parameter gives.
func (p *pair) plainOf(t fataler, declared *table.Table, g given, sites []string) (*plain, error) {
	key := fmt.Sprint(declared.Name, g, sites)
	if made := p.tables[key]; made != nil {
		return made, nil
	}
	made := &plain{name: fmt.Sprintf("plain%d_%s", len(p.tables), declared.Name)}
	for _, values := range combinations(declared, g) {
		for _, written := range sites {
			rows, err := p.sim.Answers(requestOf(t, declared, written, values))
			if err != nil {
				return nil, err
			}
			for _, raw := range rows {
				row := rowOf(t, declared, raw)
				maps.Copy(row, values)
				row[declared.Params[0].Column] = written
				made.rows = append(made.rows, row)
			}
		}
	}
	p.fill(t, declared, made)
	p.tables[key] = made
	return made, nil
}

func (p *pair) fill(t fataler, declared *table.Table, made *plain) {
	columns := columnsOf(declared)
	types, marks := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		types[i], marks[i] = inSQL(c)+" "+typeOf(declared, c), "?"
		if f := declared.FieldOf(c); f >= 0 && declared.Fields[f].Kind == table.Time {
			types[i] += " collate instants"
		}
	}
	tx, err := p.plain.Begin()
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("create table " + made.name + "(" + strings.Join(types, ", ") + ")"); err != nil {
		t.Fatalf("%v", err)
	}
	for _, row := range made.rows {
		values := make([]any, len(columns))
		for i, c := range columns {
			values[i] = row[c]
		}
		if _, err := tx.Exec("insert into "+made.name+" values ("+strings.Join(marks, ", ")+")", values...); err != nil {
			t.Fatalf("%v", err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatalf("%v", err)
	}
}

// columnsOf are all columns of a table.
func columnsOf(declared *table.Table) (list []string) {
	for _, p := range declared.Params {
		list = append(list, p.Column)
	}
	for _, f := range declared.Fields {
		list = append(list, f.Column)
	}
	for _, d := range declared.Derived {
		list = append(list, d.Column)
	}
	return append(list, "raw")
}

// inSQL is a column as a statement writes it: one that is a word of the language's stands in quotes.
func inSQL(column string) string {
	if column == "intersect" {
		return `"intersect"`
	}
	return column
}

// typeOf is a column's type in SQLite.
func typeOf(declared *table.Table, column string) string {
	if i := declared.ParamOf(column); i >= 0 && (declared.Params[i].Form == table.PerDomain || declared.Params[i].Form == table.Digits) {
		return "INTEGER"
	}
	if i := declared.FieldOf(column); i >= 0 {
		switch declared.Fields[i].Kind {
		case table.Count, table.Change:
			return "INTEGER"
		case table.Decimal:
			return "REAL"
		}
	}
	return "TEXT"
}

// The plain tables compare as the engine says that its tables do: a date is the beginning of its day, in UTC, what is no
// time is text, and LIKE, lower() and upper() know all letters.
func init() {
	sqlite.MustRegisterCollationUtf8("instants", func(a, b string) int { return cmp.Compare(instantText(a), instantText(b)) })
	for name, turn := range map[string]func(string) string{"lower": strings.ToLower, "upper": strings.ToUpper} {
		sqlite.MustRegisterDeterministicScalarFunction(name, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			if args[0] == nil {
				return nil, nil
			}
			return turn(fmt.Sprint(args[0])), nil
		})
	}
	for name, arguments := range map[string]int32{"like": 2, "LIKE": 3} {
		sqlite.MustRegisterDeterministicScalarFunction(name, arguments, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			if slices.Contains(args, nil) {
				return nil, nil
			}
			pattern, text, escape := fmt.Sprint(args[0]), fmt.Sprint(args[1]), ""
			if x, ok := args[1].(float64); ok && !strings.ContainsAny(text, ".e") && !math.IsInf(x, 0) {
				text += ".0" // as SQLite writes it
			}
			if len(args) == 3 {
				escape = args[2].(string)
			}
			return likeRegexp(pattern, escape).MatchString(inOneCase(text)), nil
		})
	}
}

func likeRegexp(pattern, escape string) *regexp.Regexp {
	var b strings.Builder
	literal := false
	for _, c := range pattern {
		switch {
		case literal:
			b.WriteString(regexp.QuoteMeta(inOneCase(string(c))))
			literal = false
		case string(c) == escape:
			literal = true
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(inOneCase(string(c))))
		}
	}
	return regexp.MustCompile(`(?s)^` + b.String() + `$`)
}

// inOneCase folds letters: those of ASCII with each other only.
func inOneCase(text string) string {
	return strings.Map(func(c rune) rune {
		if lower := unicode.ToLower(unicode.ToUpper(c)); (lower <= unicode.MaxASCII) == (c <= unicode.MaxASCII) {
			return lower
		}
		return c
	}, text)
}

func instantText(text string) string {
	m := regexp.MustCompile(`^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::(\d\d)(\.\d+)?)?(Z)?)?$`).FindStringSubmatch(text)
	if m == nil {
		return text
	}
	clock := cmp.Or(m[2], "00:00") + ":" + cmp.Or(m[3], "00")
	if _, err := time.Parse(time.DateTime, m[1]+" "+clock); err != nil {
		return text
	}
	return m[1] + " " + clock + strings.TrimRight(strings.TrimRight(m[4], "0"), ".")
}

// combinations are the values of all parameters but the site, each with each.
func combinations(declared *table.Table, g given) []map[string]any {
	all := []map[string]any{{}}
	for _, p := range declared.Params[1:] {
		values := g[p.Column]
		switch {
		case len(values) > 0:
		case p.Default != "":
			values = []any{p.Default}
		default:
			values = []any{nil}
		}
		var more []map[string]any
		for _, before := range all {
			for _, v := range values {
				with := maps.Clone(before)
				with[p.Column] = v
				more = append(more, with)
			}
		}
		all = more
	}
	return all
}

// requestOf asks the simulator for all rows of a site under parameters.
func requestOf(t fataler, declared *table.Table, written string, values map[string]any) serpstatsim.Request {
	domain := strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(written), "https://"), "/")
	r := serpstatsim.Request{Method: declared.Method, Query: domain}
	var named json.RawMessage
	for _, p := range declared.Params {
		text, _ := values[p.Column].(string)
		switch {
		case values[p.Column] == nil:
		case p.Form == table.Choice && p.Name == "searchType":
			r.SearchType = text
		case p.Form == table.Choice && p.Name == "lang":
			r.Lang = text
		case p.Form == table.PerDomain:
			r.LinkPerDomain = int(values[p.Column].(int64))
		case p.Form == table.Digits:
			r.WordCount = fmt.Sprint(values[p.Column])
		case p.Form == table.AnyText:
			r.Anchor = text
		case p.Form == table.Sites:
			r.Intersect = strings.Split(text, ", ")
		case p.Form == table.Filters:
			r.ComplexFilter = text
		case p.Form == table.Additional:
			named, _ = json.Marshal(map[string]string{"additional_filters": text})
		case p.Form == table.SortBy || p.Form == table.SortOrder: // which rows there are does not depend on it
		default:
			t.Fatalf("%s: this test does not know how the simulator is asked with %s", declared.Name, p.Column)
		}
	}
	if named != nil {
		r.ComplexFilter = withCondition(t, r.ComplexFilter, named)
	}
	return r
}

// withCondition adds a condition to each alternative of a filter.
func withCondition(t fataler, filter string, condition json.RawMessage) string {
	groups := [][]json.RawMessage{{}}
	if filter != "" {
		if err := json.Unmarshal([]byte(filter), &groups); err != nil {
			t.Fatalf("%s: %v", filter, err)
		}
	}
	for i := range groups {
		groups[i] = append(groups[i], condition)
	}
	text, err := json.Marshal(groups)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(text)
}

// rowOf reads a row of an answer as the declaration says, into SQLite's values by column.
func rowOf(t fataler, declared *table.Table, raw json.RawMessage) map[string]any {
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	row := map[string]any{"raw": string(raw)}
	for _, f := range declared.Fields {
		found := false
		for key, v := range members {
			if !f.Has(key) {
				continue
			}
			if found = true; v != nil {
				row[f.Column] = valueOf(t, f.Kind, v)
			}
		}
		if !found && !f.Optional {
			t.Fatalf("%s: %s has no %s", declared.Name, raw, f.Column)
		}
	}
	for _, d := range declared.Derived {
		text, _ := row[d.From].(string)
		if d.Part != table.DomainOfHost {
			text = weburl.Host(text)
		}
		if d.Part != table.HostOfURL {
			text = weburl.RegistrableDomain(text)
		}
		if text != "" {
			row[d.Column] = text
		}
	}
	return row
}

func valueOf(t fataler, kind table.Kind, v any) any {
	text := fmt.Sprint(v)
	switch kind {
	case table.Words:
		list, _ := json.Marshal(v)
		return string(list)
	case table.Decimal:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return x
	case table.Count, table.Change:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return n
	case table.Time:
		if text == "" || strings.HasPrefix(text, "0000-00-00") {
			return nil
		}
		for _, layout := range []string{time.DateTime, time.DateOnly} {
			if at, err := time.Parse(layout, text); err == nil {
				return at.Format(time.DateTime)
			}
		}
		t.Fatalf("%q is no time", text)
	}
	return text
}
