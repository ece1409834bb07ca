package sqlcli

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// runDemo runs the command on the bundled data.
func runDemo(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), "test", append([]string{"--demo"}, args...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestFormsOfOtherDatabases(t *testing.T) {
	const ofInterval = "write datetime('now', '-7 days'), date('now', '-7 days') for a day"
	for sql, want := range map[string]string{
		"select 1 where 'a' ilike 'A'":                               "write LIKE, which ignores case here; GLOB 'a*' minds it",
		"select 'a' ilike 'A'":                                       "write LIKE, which ignores case",
		"select 1 where 'a' not ilike 'A'":                           "write LIKE, which ignores case",
		"select 1 where 'a' similar to 'b'":                          "write x regexp 'a.*', a pattern of RE2",
		"select 1 where 'a' not similar to 'b'":                      "write x regexp",
		"select 'a' ~ 'b'":                                           "write x regexp",
		"select 'a' ~* 'b'":                                          "write x regexp",
		"select 'a' !~ 'b'":                                          "write x regexp",
		"select 'a' rlike 'b'":                                       "write x regexp",
		"select now()::date":                                         "in place of x::date write date(x)",
		"select now()::Timestamp with time zone":                     "in place of x::timestamp write datetime(x)",
		"select '1'::int":                                            "in place of x::int write cast(x as integer)",
		"select 1::text":                                             "in place of x::text write cast(x as text)",
		"select 1::numeric":                                          "in place of x::numeric write cast(x as real)",
		"select '{}'::jsonb":                                         "in place of x::jsonb write json(x)",
		"select '7 days'::interval":                                  ofInterval,
		"select now() - interval '7 days'":                           ofInterval,
		"select 1 where '2024' > now() - interval '1 week'":          ofInterval,
		"select date_add(now(), interval 7 day)":                     ofInterval,
		"select interval '1 mon 2 days'":                             ofInterval,
		"select 1 where '2024' > date '2024-01-01'":                  "write the text alone, '2024-06-30'",
		"select timestamp '2024-01-01 00:00:00'":                     "write the text alone",
		"select extract(dow from now())":                             "write date_part('dow', x)",
		"select substring('abc' from 2)":                             "write substr(x, 2, 3)",
		"select position('a' in 'abc')":                              "write instr(text, part)",
		"select now() at time zone 'UTC'":                            "times are in UTC: write datetime(x, '+2 hours')",
		"select distinct on (a) a from (select 1 a)":                 "row_number() over (partition by x order by …)",
		"select 1 limit all":                                         "leave LIMIT out",
		"select top 10 1":                                            "write limit 10 at the end",
		"select 1 fetch first 10 rows only":                          "write limit 10 at the end",
		"select percentile_cont(0.9) within group (order by 1)":      "write percentile_cont(x, 0.9)",
		"select current_date()":                                      "write current_date without parentheses",
		"select 1 = any (array[1])":                                  "write x in ('a', 'b')",
		"select array[1]":                                            "SQLite has no arrays",
		"select * from (select 1) a cross join lateral (select 2) b": "SQLite has no LATERAL",
		"select Array_Agg(1)":                                        "no such function: Array_Agg: write json_group_array(x), or group_concat(x)",
		"select to_char(now(), 'YYYY')":                              "write strftime('%Y-%m-%d', x) of a time",
		"select * from generate_series(1, 10)":                       "write with recursive n(x)",
		"select regexp_contains('a', 'b')":                           "write x regexp 'a.*'",
		"select date_trunk('day', now())":                            "no such function: date_trunk: did you mean date_trunc?",
		"select medain(1)":                                           "did you mean median?",
		"select year(now())":                                         "write date_part('year', x)",
		"select * except (a) from (select 1 a, 2 b)":                 "name the columns",
		"select * exclude (a) from (select 1 a, 2 b)":                "name the columns",
		"select a from (select 1 a) qualify row_number() over () =1": "write where n = 1 around it",
		"select a from (select 1 a) t where a = 1 qualify n = 1":     "write where n = 1 around it",
		"select regexp_contains('a1', r'\\d')":                       "write '…' without r, as a backslash is itself in SQLite: x regexp '…'",
		"select regexp_extract('a', 'b')":                            "write split_part(x, '/', 3)",
		"select safe_cast('1' as int64)":                             "write cast(x as real), or as integer or text",
		"select timestamp('2024-01-01')":                             "write a text such as '2024-06-30', or datetime(x)",
		"select date_trunc(now(), Month)":                            "write date_trunc('month', x)",
		"select date_trunc(date('now', '-7 days'), 'month')":         "date_trunc: the unit stands first: write date_trunc('month', x)",
		"select date_part(now(), 'years')":                           "write date_part('years', x)",
		"select timestamp_trunc(now(), day)":                         "write date_trunc('month', x)",
		"select timestamp_trunc(now(), 'day')":                       "write date_trunc('month', x)",
		"select date_diff(now(), now(), day)":                        "write julianday(x) - julianday(y)",
		"select * replace (1 as a) from (select 1 a)":                "name the columns",
		"create or replace table a as select 1":                      "write drop table if exists x before create table x",
		"select generate_uuid()":                                     "write lower(hex(randomblob(16)))",
		"select net.host('a')":                                       "write host(x)",
		"select net.reg_domain('a')":                                 "write domain(x)",
		"select a from (select 1 a) group by all":                    "name the columns: group by a, b",
		"# it\nselect 1":                                             "a comment begins with --",
		"select 1 # it":                                              "a comment begins with --",
		"select '{}' #>> '{a}'":                                      "write json_extract(x, '$.a.b')",
		"select string_agg(distinct a, ', ') from (select 1 a)":      "write group_concat(distinct x), with commas between",
		"select count(distinct a, a) from (select 1 a)":              "write select count(*) from (select distinct a, b from …)",
		"select any_value(1)":                                        "write min(x), or max(x)",
		"select 1 from a.b.c":                                        "a table has no project or dataset before its name: write from c",
		"select 1 from `a`.`b`.`c`":                                  "a table has no project or dataset before its name: write from c",
		"select 1 limit 10 offset":                                   `the statement ends with "offset": behind it belongs a number, as in limit 10 offset 20`,
		"select 1 limit 10, ; -- all":                                `the statement ends with ",": behind it belongs one more`,
		"select 1 where":                                             "behind it belongs a condition",
		"select ((1) -- )":                                           "a ( has no )",
		"select case when 1 then 'end'":                              "a case has no end",
		"select 1 union":                                             `something is missing behind "union"`,
		"select 1 as 'where', (2":                                    "a ( has no )",
	} {
		code, stdout, stderr := runDemo(sql)
		if code != exitFailed || stdout != "" || !strings.Contains(stderr, want) || strings.Contains(stderr, "warning") {
			t.Errorf("%s: %d, %q, %q, want %s", sql, code, stdout, stderr, want)
		}
	}
	// What has such words, and fails over something else.
	for sql, hint := range map[string]string{
		"select 'ilike ::date' selec from": "LIKE", "select 1 -- interval '7 days'\n selec from": "datetime", "select \"array_agg\"(1), nope from (select 1)": "json_group_array",
		"select interval from serpstat_anchor where query = 'a.com'": "datetime",
	} {
		if code, _, stderr := runDemo(sql); code != exitFailed || strings.Contains(stderr, hint) {
			t.Errorf("%s: %d, %q", sql, code, stderr)
		}
	}
}

// What to write in place of a foreign function runs.
func TestWhatHintsSayRuns(t *testing.T) {
	for name, instead := range foreignFunctions {
		for _, part := range strings.Split(strings.NewReplacer(" of a time", "", " of a number", "", " for days", "", "a text such as ", "", ", or ", "\n", ", format", "\nformat", "…", "1").Replace(instead), "\n") {
			sql := "select " + part + " from (select '2024-06-30' x, '2024-06-01' y, 'a' part)"
			if strings.HasPrefix(part, "select") || strings.HasPrefix(part, "with") {
				sql = strings.Replace(part, "json_each(x)", "json_each('[1]')", 1)
			}
			for _, numeric := range []string{"percentile", "x / nullif"} {
				if strings.Contains(part, numeric) {
					sql = strings.Replace(sql, "'2024-06-30' x, '2024-06-01' y", "1 x, 2 y", 1)
				}
			}
			sql = strings.Replace(sql, "'2024-06-30' x", map[bool]string{true: "'[1]' x", false: "'2024-06-30' x"}[strings.Contains(part, "json(") || strings.Contains(part, "json_extract") || strings.Contains(part, "json_array_length")], 1)
			if code, _, stderr := runDemo(sql); code != exitOK {
				t.Errorf("%s: %s: %s", name, sql, stderr)
			}
		}
	}
}

func TestFormsThatMeanSomethingElse(t *testing.T) {
	for sql, want := range map[string]string{
		"select current_date - 7":      "current_date - 7 calculates with the number of the year in SQLite: write date('now', '-7 days')",
		"select 1 + current_timestamp": "current_timestamp - 7 calculates", "select now() + 1": "now() - 7 calculates",
		"select a.last_visited - a.first_seen from (select '2024-01-02' last_visited, '2024-01-01' first_seen) a": "julianday(first_seen) - julianday(x) for the days between",
		"select 3 - a.\"first_seen\" from (select '2024-01-01' first_seen) a":                                     "write date(first_seen, '+1 day')",
		"select cast(now() as date)":             "cast(x as date) is the number of the year in SQLite: write date(x)",
		"select cast(lower(now()) as TIMESTAMP)": "cast(x as timestamp) is the number of the year in SQLite: write datetime(x)",
		"select cast('abc' as String)":           "cast(x as string) is a number in SQLite, 0 of most texts: write cast(x as text)",
		"select cast('a' as string(10))":         "write cast(x as text)", "select cast('a' as uuid)": "write cast(x as text)",
		"select cast('{}' as json)": "write json(x)", "select cast('true' as bool)": "write x = 'true'", "select cast('a' as bytes)": "write cast(x as blob)",
		"select cast(now() as timestamp with time zone)": "cast(x as timestamp with time zone) is the number of the year in SQLite: write datetime(x)",
		"select cast(1 as int64), cast(1 as float64), cast(1 as varchar(9)), cast(1 as decimal(9, 2)), cast(1 as numeric), cast(1 as unsigned), cast((select 1 as string) as text), 2 as uuid": "",
		"select current_date - 7, current_date - 8, 'now() - 7', -(1), julianday(now()) - 3, cast(now() as text), cast((1) as integer) as date":                                                "current_date - 7",
		"select 7 - 3, date('now', '-7 days'), first_seen, -1, (first_seen) from (select '2024-01-01' first_seen)":                                                                             "",
		"select max(first_seen) - 1, (-1), now(), julianday(date('now')) - julianday(date('now')), 1 - date('now') from (select 1 first_seen)":                                                 "",
	} {
		for _, mode := range []string{"--quiet", "--explain"} {
			code, _, stderr := runDemo(mode, sql)
			if n := strings.Count(stderr, "warning: "); code != exitOK || !strings.Contains(stderr, want) || (n == 0) != (want == "") || n > 2 || n > 1 && !strings.Contains(sql, "last_visited") {
				t.Errorf("%s %s: %d, %q, want %s", mode, sql, code, stderr, want)
			}
		}
	}
}
