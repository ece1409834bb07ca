package sqlcli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// People write the SQL of the database that they know. Over a form that SQLite lacks a statement fails, and the error says
// what to write; a form that SQLite takes for something else runs, with a warning.

// Tokens that a form may have beside words and symbols.
const (
	anyText   = "'…'"
	anyNumber = "0"
	anyWord   = "…" // a word, a name or a number
)

// foreign is a form of another database's.
type foreign struct {
	form  []string       // its tokens
	stops *regexp.Regexp // SQLite's message where it meets the form
	write func(found []sqlengine.Token) string
}

func stops(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

func always(hint string) func([]sqlengine.Token) string {
	return func([]sqlengine.Token) string { return hint }
}

const (
	regexpHint   = "write x regexp 'a.*', a pattern of RE2, or x regexp '(?i)a.*', which ignores case"
	intervalHint = "write datetime('now', '%s'), date('now', '%[1]s') for a day, or datetime(x, '%[1]s') of another time x"
	limitHint    = "write limit 10 at the end of the statement"
	plainTime    = "write the text alone, '2024-06-30' or '2024-06-30 12:00:00'"
	numberHint   = "number the rows of each x, with row_number() over (partition by x order by …) as n in a subquery, and write where n = 1 around it"
	softCast     = "write cast(x as real), or as integer or text, which makes 0 of what is no number"
	distinctHint = "write group_concat(distinct x), with commas between, or string_agg(x, ', ') of a subquery that selects distinct x"
	unitHint     = "the unit stands first, as a text: write date_trunc('month', x)"
	starHint     = "SQLite has * alone, and takes nothing from it: name the columns"
)

// unitColumn is where a unit of time stands without quotes.
var unitColumn = stops(`(?i)^no such column: (second|minute|hour|day|week|isoweek|month|quarter|year)$`)

var foreignForms = []foreign{
	{[]string{"ilike"}, stops(`^near "(ilike|'|any)`), always("write LIKE, which ignores case here; GLOB 'a*' minds it")},
	{[]string{"similar", "to"}, stops(`^near "(similar|to|')`), always(regexpHint)},
	{[]string{"rlike"}, stops(`^near "(rlike|')`), always(regexpHint)},
	{[]string{"~"}, stops(`^near "~"`), always(regexpHint)},
	{[]string{"~*"}, stops(`^near "[~*]"`), always(regexpHint)},
	{[]string{"!~"}, stops(`token: "!`), always(regexpHint)},
	{[]string{"!~*"}, stops(`token: "!`), always(regexpHint)},
	{[]string{"::", anyWord}, stops(`token: ":"`), func(found []sqlengine.Token) string { return castHint("x::"+found[1].Text, found[1].Text) }},
	{[]string{"interval", anyText}, stops(`^near "'|^no such column: interval`), func(found []sqlengine.Token) string { return intervalOf(found[1].Text) }},
	{[]string{"interval", anyNumber, anyWord}, stops(`^near "\d`), func(found []sqlengine.Token) string { return intervalOf(found[1].Text + " " + found[2].Text) }},
	{[]string{"date", anyText}, stops(`^near "'|^no such column: date$`), always(plainTime)},
	{[]string{"timestamp", anyText}, stops(`^near "'|^no such column: timestamp$`), always(plainTime)},
	{[]string{"extract", "(", anyWord, "from"}, stops(`^near "from"`), func(found []sqlengine.Token) string {
		return fmt.Sprintf("write date_part('%s', x)", found[2].Text)
	}},
	{[]string{"substring", "(", anyText, "from"}, stops(`^near "from"`), always("write substr(x, 2, 3)")},
	{[]string{"substring", "(", anyWord, "from"}, stops(`^near "from"`), always("write substr(x, 2, 3)")},
	{[]string{"position", "(", anyText, "in"}, stops(`^no such table`), always("write instr(text, part)")},
	{[]string{"at", "time", "zone"}, stops(`^near "(time|zone)"`), always("times are in UTC: write datetime(x, '+2 hours') for those of a zone")},
	{[]string{"distinct", "on"}, stops(`^near "on"`), always(numberHint)},
	{[]string{"qualify"}, stops(`^near "\w+"`), always(numberHint)},
	{[]string{"limit", "all"}, stops(`^near "all"`), always("leave LIMIT out")},
	{[]string{"top", anyNumber}, stops(`^near "\d`), always(limitHint)},
	{[]string{"fetch", "first"}, stops(`^near "(fetch|first)"`), always(limitHint)},
	{[]string{"fetch", "next"}, stops(`^near "(fetch|next)"`), always(limitHint)},
	{[]string{"within", "group"}, stops(`^near "(\(|group|within)"`), always("write percentile_cont(x, 0.9), percentile_disc(x, 0.9) or string_agg(x, ', ' order by x)")},
	{[]string{"current_date", "("}, stops(`^near "\("`), always("write current_date without parentheses")},
	{[]string{"current_timestamp", "("}, stops(`^near "\("`), always("write current_timestamp without parentheses")},
	{[]string{"any", "("}, stops(`^near "\[|^near "select|^near "array|^no such (column: array|function: any)`), always("write x in ('a', 'b'), or x in (select …)")},
	{[]string{"array"}, stops(`^near "\[|^no such column: array$`), always("SQLite has no arrays: write x in ('a', 'b'), or json_array('a', 'b') and json_each(…)")},
	{[]string{"*", "except", "("}, stops(`^near "\("`), always(starHint)},
	{[]string{"*", "replace", "("}, stops(`^near "replace"`), always(starHint)},
	{[]string{"create", "or", "replace"}, stops(`^near "or"`), always("write drop table if exists x before create table x, or drop view if exists x before create view x")},
	{[]string{"*", "exclude"}, stops(`^near "exclude"`), always(starHint)},
	{[]string{"r", anyText}, stops(`^near "'`), always("write '…' without r, as a backslash is itself in SQLite: x regexp '…' in place of regexp_contains(x, r'…')")},
	{[]string{"safe_cast", "("}, stops(`^near "as"`), always(softCast)},
	{[]string{"try_cast", "("}, stops(`^near "as"`), always(softCast)},
	{[]string{"date_trunc", "("}, unitColumn, always(unitHint)},
	{[]string{"timestamp_trunc", "("}, unitColumn, always(unitHint)},
	{[]string{"datetime_trunc", "("}, unitColumn, always(unitHint)},
	{[]string{"date_diff", "("}, unitColumn, always("write julianday(x) - julianday(y)")},
	{[]string{"timestamp_diff", "("}, unitColumn, always("write julianday(x) - julianday(y)")},
	{[]string{"net", ".", "host", "("}, stops(`^near "\("`), always("write host(x)")},
	{[]string{"net", ".", "reg_domain", "("}, stops(`^near "\("`), always("write domain(x)")},
	{[]string{"group", "by", "all"}, stops(`^near "all"`), always("name the columns: group by a, b")},
	{[]string{"#", ">>"}, stops(`token: "#"`), always("write json_extract(x, '$.a.b')")},
	{[]string{"#", ">"}, stops(`token: "#"`), always("write json_extract(x, '$.a.b')")},
	{[]string{"#"}, stops(`token: "#"`), always("a comment begins with --")},
	{[]string{"count", "(", "distinct"}, stops(`arguments to function count\(\)$`), always("write select count(*) from (select distinct a, b from …)")},
	{[]string{"string_agg", "(", "distinct"}, stops(`^DISTINCT aggregates`), always(distinctHint)},
	{[]string{"group_concat", "(", "distinct"}, stops(`^DISTINCT aggregates`), always(distinctHint)},
	{[]string{anyWord, ".", anyWord, ".", anyWord}, stops(`^near "\."`), func(found []sqlengine.Token) string {
		return "a table has no project or dataset before its name: write from " + found[4].Text
	}},
	{[]string{"lateral"}, stops(`^near "(lateral|select|\()"`), always("SQLite has no LATERAL: number the rows of each x, with row_number() over (partition by x order by …) as n in a subquery, and write where n <= 10 around it")},
}

// foreignFunctions are functions of other databases, and what to write.
var foreignFunctions = map[string]string{
	"array_agg": "json_group_array(x), or group_concat(x)", "json_agg": "json_group_array(x)", "jsonb_agg": "json_group_array(x)", "json_object_agg": "json_group_object(x, y)", "json_build_object": "json_object('name', x)",
	"array_length": "json_array_length(x)", "unnest": "select value from json_each(x)", "listagg": "string_agg(x, ', ')", "to_json": "json(x)", "row_to_json": "json_object('name', x)",
	"to_char": "strftime('%Y-%m-%d', x) of a time, format_number(x, 2) of a number", "to_date": "date(x)", "to_timestamp": "datetime(x, 'unixepoch')", "date_format": "strftime('%Y-%m-%d', x)", "format_date": "strftime('%Y-%m-%d', x)",
	"age": "julianday(x) - julianday(y) for days, or timediff(x, y)", "datediff": "julianday(x) - julianday(y)", "date_diff": "julianday(x) - julianday(y)", "timestamp_diff": "julianday(x) - julianday(y)", "date_add": "date(x, '+7 days')", "dateadd": "date(x, '+7 days')",
	"date_sub": "date(x, '-7 days')", "curdate": "current_date", "getdate": "now()", "sysdate": "now()", "year": "date_part('year', x)", "quarter": "date_part('quarter', x)", "month": "date_part('month', x)", "week": "date_part('week', x)", "day": "date_part('day', x)",
	"hour": "date_part('hour', x)", "dayofweek": "date_part('dow', x)", "extract": "date_part('year', x)", "make_date": "a text such as '2024-06-30'",
	"left": "substr(x, 1, 3)", "right": "substr(x, -3)", "strpos": "instr(x, part)", "position": "instr(x, part)", "charindex": "instr(x, part)", "char_length": "length(x)", "len": "length(x)", "starts_with": "x glob 'begin*'", "split": "split_part(x, ',', 1)",
	"regexp_like": "x regexp 'a.*'", "regexp_matches": "x regexp 'a.*'", "regexp_match": "x regexp 'a.*'", "regexp_contains": "x regexp 'a.*'", "lpad": "printf('%10s', x)", "rpad": "printf('%-10s', x)", "to_number": "cast(x as real)",
	"bool_and": "min(x)", "bool_or": "max(x)", "every": "min(x)", "countif": "count(*) filter (where …)", "count_if": "count(*) filter (where …)", "nvl": "coalesce(x, y)", "isnull": "coalesce(x, y)", "safe_divide": "x / nullif(y, 0)",
	"approx_count_distinct": "count(distinct x)", "approx_quantiles": "percentile(x, 90)", "quantile": "percentile_cont(x, 0.9)", "quantile_cont": "percentile_cont(x, 0.9)", "any": "x in ('a', 'b')", "any_value": "min(x), or max(x)", "timestamp": "a text such as '2024-06-30', or datetime(x)", "regexp_extract": "split_part(x, '/', 3), or substr(x, 1, 3)", "regexp_substr": "split_part(x, '/', 3), or substr(x, 1, 3)",
	"format_timestamp": "strftime('%Y-%m-%d', x)", "format_datetime": "strftime('%Y-%m-%d', x)", "parse_date": "date(x)", "parse_timestamp": "datetime(x)", "parse_datetime": "datetime(x)", "current_datetime": "now()", "unix_seconds": "unixepoch(x)",
	"logical_or": "max(x)", "logical_and": "min(x)", "ends_with": "x glob '*end'", "contains_substr": "x like '%part%'", "regexp_replace": "replace(x, 'a', 'b')", "to_json_string": "json_quote(x)", "json_value": "json_extract(x, '$.a')", "json_extract_scalar": "json_extract(x, '$.a')", "generate_uuid": "lower(hex(randomblob(16)))",
	"timestamp_trunc": "date_trunc('month', x)", "datetime_trunc": "date_trunc('month', x)", "timestamp_sub": "datetime(x, '-7 days')", "timestamp_add": "datetime(x, '+7 days')",
	"generate_series": "with recursive n(x) as (select 1 union all select x + 1 from n where x < 10) select x from n",
}

var noFunction = regexp.MustCompile(`^no such (?:function|table): (\w+)$`)

// foreignHint says what to write for a form of another database's over which SQLite has stopped, "" where there is none.
func foreignHint(statement, message string) string {
	if message == "incomplete input" || message == `near ";": syntax error` {
		return incompleteHint(statement)
	}
	tokens := sqlengine.Tokens(statement)
	for _, f := range foreignForms {
		if found := find(tokens, f.form); found != nil && f.stops.MatchString(message) {
			return f.write(found)
		}
	}
	if m := noFunction.FindStringSubmatch(message); m != nil && find(tokens, []string{strings.ToLower(m[1]), "("}) != nil {
		if instead := foreignFunctions[strings.ToLower(m[1])]; instead != "" {
			return "write " + instead
		}
	}
	return ""
}

// belongs is what is missing where a statement ends with a word.
var belongs = map[string]string{
	"limit": "a number, as in limit 10", "offset": "a number, as in limit 10 offset 20", "select": "columns, or *", "from": "a table", "join": "a table", "by": "a column",
	"where": "a condition", "and": "a condition", "or": "a condition", "on": "a condition", "having": "a condition", ",": "one more, or the comma is too much",
}

// incompleteHint says what the end of a statement lacks.
func incompleteHint(statement string) string {
	tokens := sqlengine.Tokens(strings.TrimRight(statement, "; \t\r\n"))
	if len(tokens) == 0 {
		return ""
	}
	count := func(text string) (n int) {
		for _, t := range tokens {
			if t.Is(text) {
				n++
			}
		}
		return n
	}
	last := tokens[len(tokens)-1]
	missing := belongs[last.Text]
	switch {
	case missing != "" && last.Is(last.Text):
		return fmt.Sprintf("the statement ends with %q: behind it belongs %s", last.Text, missing)
	case count("(") > count(")"):
		return "a ( has no )"
	case count("case") > count("end"):
		return "a case has no end"
	}
	return fmt.Sprintf("something is missing behind %q, with which the statement ends", last.Text)
}

// find returns the first tokens that have a form, nil where there are none.
func find(tokens []sqlengine.Token, form []string) []sqlengine.Token {
	for i := range tokens {
		if i+len(form) <= len(tokens) && has(tokens[i:], form) {
			return tokens[i : i+len(form)]
		}
	}
	return nil
}

func has(tokens []sqlengine.Token, form []string) bool {
	for i, want := range form {
		t := tokens[i]
		switch want {
		case anyText:
			if t.Kind != sqlengine.String {
				return false
			}
		case anyNumber:
			if t.Kind != sqlengine.Number {
				return false
			}
		case anyWord:
			if t.Kind != sqlengine.Word && t.Kind != sqlengine.Name && t.Kind != sqlengine.Number {
				return false
			}
		default:
			if !t.Is(want) {
				return false
			}
		}
	}
	return true
}

// castHint says what to write for a cast to a type that SQLite does not have.
func castHint(written, kind string) string {
	if kind == "interval" {
		return fmt.Sprintf(intervalHint, "-7 days")
	}
	return fmt.Sprintf("in place of %s write %s", written, castTo(kind))
}

// numberTypes have a name that says nothing to SQLite, which takes it for that of a number, as it is meant.
var numberTypes = []string{"numeric", "decimal", "dec", "number", "bignumeric", "bigdecimal", "fixed", "signed", "unsigned", "money"}

// castTo is what SQLite has for a cast to a type.
func castTo(kind string) string {
	switch {
	case kind == "date" || kind == "time":
		return kind + "(x)"
	case strings.HasPrefix(kind, "timestamp") || kind == "datetime":
		return "datetime(x)"
	case slices.Contains([]string{"text", "varchar", "char", "string", "str", "uuid", "name", "enum"}, kind):
		return "cast(x as text)"
	case strings.HasPrefix(kind, "bool"):
		return "x = 'true'"
	case strings.HasPrefix(kind, "int") || slices.Contains([]string{"bigint", "smallint", "integer"}, kind):
		return "cast(x as integer)"
	case slices.Contains([]string{"bytes", "bytea", "binary", "varbinary"}, kind):
		return "cast(x as blob)"
	case strings.HasPrefix(kind, "json"):
		return "json(x)"
	}
	return "cast(x as real), or as integer or text"
}

// otherType matches the names of types of which SQLite knows what they hold; all others are those of numbers to it
// (datatype3.html, 3.1).
var otherType = regexp.MustCompile(`int|char|clob|text|blob|real|floa|doub`) //nolint:misspell // of float and double

// castWarning warns of a type that is a number's in SQLite alone, "" of others. rest is what stands behind a cast's AS.
func castWarning(rest []sqlengine.Token) string {
	var words []string
	for _, t := range rest {
		if t.Is(")") || t.Is("(") {
			break
		}
		words = append(words, strings.ToLower(t.Text))
	}
	name := strings.Join(words, " ")
	if name == "" || otherType.MatchString(name) || slices.Contains(numberTypes, words[0]) {
		return ""
	}
	becomes := "a number in SQLite, 0 of most texts"
	if strings.HasPrefix(name, "date") || strings.HasPrefix(name, "time") {
		becomes = "the number of the year in SQLite"
	}
	return fmt.Sprintf("cast(x as %s) is %s: write %s", name, becomes, castTo(words[0]))
}

var amount = regexp.MustCompile(`^\s*([+-]?)(\d+)\s*(second|minute|hour|day|week|month|year)s?\s*$`)

// intervalOf says how SQLite's date functions take a span of time. Weeks they do not know.
func intervalOf(span string) string {
	m := amount.FindStringSubmatch(strings.ToLower(span))
	if m == nil {
		return fmt.Sprintf(intervalHint, "-7 days")
	}
	number, unit := m[2], m[3]
	if unit == "week" {
		var weeks int
		fmt.Sscan(number, &weeks) //nolint:errcheck // it is made of digits
		number, unit = fmt.Sprint(7*weeks), "day"
	}
	return fmt.Sprintf(intervalHint, "-"+number+" "+unit+"s")
}

// warnOfOtherMeaning warns of forms that SQLite runs, with another meaning than they have elsewhere.
func warnOfOtherMeaning(statement string, warn func(string)) {
	tokens := sqlengine.Tokens(statement)
	if find(tokens, []string{"interval"}) != nil {
		return // it fails, and the error says what to write
	}
	warned := map[string]bool{}
	once := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !warned[text] {
			warned[text] = true
			warn(text)
		}
	}
	for i, t := range tokens {
		rest := tokens[i+1:]
		switch {
		case t.Kind != sqlengine.Word && t.Kind != sqlengine.Name:
		case t.Is("current_date") && calculates(tokens, i, i):
			once("current_date - 7 calculates with the number of the year in SQLite: write date('now', '-7 days')")
		case t.Is("current_timestamp") && calculates(tokens, i, i):
			once("current_timestamp - 7 calculates with the number of the year in SQLite: write datetime('now', '-7 days')")
		case t.Is("now") && len(rest) > 1 && rest[0].Is("(") && rest[1].Is(")") && calculates(tokens, i, i+2):
			once("now() - 7 calculates with the number of the year in SQLite: write datetime('now', '-7 days')")
		case isTime(t.Text) && (len(rest) == 0 || !rest[0].Is("(")) && calculates(tokens, i, i):
			once("%[1]s + 1 and %[1]s - x calculate with the number of the year in SQLite: write date(%[1]s, '+1 day'), and julianday(%[1]s) - julianday(x) for the days between", t.Text)
		case t.Is("as") && isCast(tokens[:i]):
			if text := castWarning(rest); text != "" {
				once("%s", text)
			}
		}
	}
}

// calculates reports that what stands from one token to another is added to or subtracted from.
func calculates(tokens []sqlengine.Token, from, to int) bool {
	sign := func(i int) bool { return i >= 0 && i < len(tokens) && (tokens[i].Is("-") || tokens[i].Is("+")) }
	if sign(to + 1) {
		return true
	}
	if from > 1 && tokens[from-1].Is(".") {
		from -= 2 // the table's name
	}
	operand := func(i int) bool { return i >= 0 && (tokens[i].Kind != sqlengine.Symbol || tokens[i].Is(")")) }
	return sign(from-1) && operand(from-2)
}

// isTime reports a column of times.
func isTime(name string) bool {
	return slices.ContainsFunc(catalog.Tables(), func(t *table.Table) bool {
		i := t.FieldOf(strings.ToLower(name))
		return i >= 0 && t.Fields[i].Kind == table.Time
	})
}

// isCast reports that the parenthesis that is open at the end is that of a cast.
func isCast(tokens []sqlengine.Token) bool {
	depth := 0
	for i, t := range slices.Backward(tokens) {
		switch {
		case t.Is(")"):
			depth++
		case t.Is("(") && depth == 0:
			return i > 0 && tokens[i-1].Is("cast")
		case t.Is("("):
			depth--
		}
	}
	return false
}
