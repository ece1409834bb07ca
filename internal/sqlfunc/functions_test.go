package sqlfunc

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"
	"pgregory.net/rapid"
)

type connector struct{ d *sqlite.Driver }

func (c connector) Driver() driver.Driver                        { return c.d }
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.d.Open(":memory:") }
func at(t time.Time) func() time.Time                            { return func() time.Time { return t } }
func open(t interface{ Fatal(...any) }, now func() time.Time) *sql.DB {
	d := &sqlite.Driver{}
	if err := Register(d, now); err != nil {
		t.Fatal(err)
	}
	return sql.OpenDB(connector{d})
}

var today = at(time.Date(2024, 12, 8, 23, 30, 0, 0, time.FixedZone("", -2*3600)))

// ask is the one value of a query, and its error.
func ask(db *sql.DB, query string, args ...any) (value any, err error) {
	err = db.QueryRow(query, args...).Scan(&value)
	return value, err
}

func TestFunctions(t *testing.T) {
	db := open(t, today)
	defer db.Close()
	for expression, want := range map[string]any{
		"'abc' regexp '^a.c$'": int64(1), "'ABC' regexp 'abc'": int64(0), "'ABC' regexp '(?i)abc'": int64(1), "'Привет' regexp '(?i)ПРИВЕТ'": int64(1), "regexp('b', 'abc')": int64(1),
		"null regexp 'a'": nil, "'a' regexp null": nil, "12 regexp '^12$'": int64(1), "'a' not regexp 'b'": int64(1), "'' regexp ''": int64(1),
		"split_part('a,b,c', ',', 2)": "b", "split_part('a,b,c', ',', -1)": "c", "split_part('a,b,c', ',', 4)": "", "split_part('a,b,c', ',', -4)": "", "split_part('abc', '', 1)": "abc", "split_part('abc', '', -1)": "abc", "split_part('abc', '', 2)": "",
		"split_part('', ',', 1)": "", "split_part('a--b', '--', '2')": "b", "split_part(null, ',', 1)": nil, "split_part('a', null, 1)": nil, "split_part('a', ',', null)": nil, "split_part('Жаба', 'а', 2)": "б", "split_part('a', ',', 9223372036854775807)": "",
		"format_number(1234567)": "1,234,567", "format_number(1234567.891, 2)": "1,234,567.89", "format_number(-999)": "-999", "format_number(-1000)": "-1,000", "format_number(-0.2)": "0", "format_number(12, 2)": "12.00", "format_number('1234.5', 1)": "1,234.5",
		"format_number(9223372036854775807)": "9,223,372,036,854,775,807", "format_number(null)": nil, "format_number('x')": nil, "format_number(1, null)": nil, "format_number(9e999)": nil, "format_number(0)": "0",
		"greatest(1, 2.5, null)": 2.5, "least(1, 2.5, null)": int64(1), "greatest(null, null)": nil, "least('b', 'a')": "a", "greatest('a', 9)": "a", "greatest(x'00', 'z')": []byte{0}, "greatest(9007199254740993, 9007199254740992.0)": int64(9007199254740993),
		"least(9223372036854775807, 9.3e18)": int64(math.MaxInt64), "greatest('2024-12-08 12:00:00', '2024-12-08')": "2024-12-08 12:00:00",
		"host('HTTPS://u:p@www.X.com:80/a')": "www.x.com", "host('www.X.com')": "www.x.com", "host('mailto:x@a.com')": nil, "host('/path')": nil, "host('localhost')": nil, "host(' https://moz.com ')": "moz.com", "host('moz.com/blog')": "moz.com", "host('Moz.com:8080/a:b')": "moz.com", "host('moz.com?a=/b')": "moz.com", "host('a b.com')": nil, "host('x@a.com')": nil, "host('images/logo.png')": nil, "host('tel:1.2')": nil,
		"domain('blog.moz.com/a@b')": "moz.com", "domain(' moz.com\t')": "moz.com", "host(null)": nil, "host('')": nil, "host(12)": nil,
		"domain('https://a.b.example.co.uk/')": "example.co.uk", "domain('a.b.example.co.uk')": "example.co.uk", "domain('https://1.2.3.4/')": nil, "domain('https://com/')": nil, "domain(null)": nil, "domain('https://bücher.de/')": "bücher.de",
		"url_path('https://a.com/b/c?d=e#f')": "/b/c", "url_path('https://a.com')": "/", "url_path('a.com/b')": nil, "url_path(null)": nil,
		"url_param('https://a.com/?utm_source=x%20y&q=1', 'utm_source')": "x y", "url_param('https://a.com/?q', 'q')": "", "url_param('https://a.com/?q=1', 'r')": nil, "url_param(null, 'q')": nil, "url_param('https://a.com/?q=1', null)": nil,
		"now()": "2024-12-09 01:30:00", "typeof(now())": "text",
		"date_trunc('week', '2024-12-08 12:34:56')": "2024-12-02", "date_trunc('week', '2024-12-09')": "2024-12-09", "date_trunc('month', '2024-12-08')": "2024-12-01", "date_trunc('quarter', '2024-12-08')": "2024-10-01", "date_trunc('year', '2024-12-08')": "2024-01-01",
		"date_trunc('hour', '2024-12-08 12:34:56')": "2024-12-08 12:00:00", "date_trunc('MINUTES', '2024-12-08T12:34:56Z')": "2024-12-08 12:34:00", "date_trunc('second', '2024-12-08 12:34:56.789')": "2024-12-08 12:34:56", "date_trunc('hour', '2024-12-08')": "2024-12-08 00:00:00",
		"date_trunc('day', '2024-12-08 01:00+02:00')": "2024-12-07", "date_trunc('decade', '2024-12-08')": "2020-01-01", "date_trunc('century', '2000-12-31')": "1901-01-01", "date_trunc('millennium', '2001-01-01')": "2001-01-01", "date_trunc('century', '0000-12-31')": nil,
		"date_trunc('week', '0000-01-01')": nil, "date_trunc('day', 'x')": nil, "date_trunc('day', null)": nil, "date_trunc(null, '2024-12-08')": nil, "date_trunc('day', 20241208)": nil, "date_trunc('day', '2024-02-30')": nil,
		"date_trunc('month', 'now')": "2024-12-01", "date_part('hour', 'NOW')": int64(1), "date_trunc('day', now())": "2024-12-09",
		"date_part('dow', '2024-12-08')": int64(0), "date_part('isodow', '2024-12-08')": int64(7), "date_part('week', '2024-12-30')": int64(1), "date_part('isoyear', '2024-12-30')": int64(2025), "date_part('quarter', '2024-12-08')": int64(4), "date_part('doy', '2024-12-31')": int64(366),
		"date_part('second', '2024-12-08 12:34:56.5')": 56.5, "date_part('milliseconds', '2024-12-08 12:34:56.345')": int64(56345), "date_part('microseconds', '2024-12-08 12:34:56.345')": int64(56345000), "date_part('epoch', '1970-01-02')": int64(86400),
		"date_part('century', '2000-01-01')": int64(20), "date_part('millennium', '2001-01-01')": int64(3), "date_part('decade', '2024-01-01')": int64(202), "date_part('years', '2024-01-01')": int64(2024), "date_part('hour', 'x')": nil, "date_part(null, '2024-01-01')": nil,
		"median(1)": 1.0, "median(null)": nil, "percentile('12', 50)": 12.0, "percentile_disc(3, 0)": 3.0,
		// What SQLite has itself.
		"string_agg('a', ',')": "a", "concat_ws('-', 1, null, 2)": "1-2", "iif(1, 2, 3)": int64(2), "unixepoch('1970-01-02')": int64(86400),
	} {
		if got, err := ask(db, "select "+expression); err != nil || fmt.Sprintf("%T %v", got, got) != fmt.Sprintf("%T %v", want, want) {
			t.Errorf("%s: %T %v, %v, want %T %v", expression, got, got, err, want, want)
		}
	}
	for expression, want := range map[string]string{
		"'a' regexp '(a'":                   "regexp: the pattern '(a' is refused: missing closing ); write a pattern of RE2",
		"'a' regexp 'жa(?=b)'":              "regexp: the pattern 'жa(?=b)' is refused at '(?=', character 3: invalid or unsupported Perl syntax",
		"'a' regexp 'a[z-a]'":               "refused at 'z-a', character 3: invalid character class range",
		"split_part('a', ',', 0)":           "split_part: the position is a whole number: 1 for the first part, -1 for the last one",
		"split_part('a', ',', 'x')":         "split_part: the position is",
		"format_number(1, -1)":              "format_number: the number of decimals is a whole number from 0 to 30",
		"format_number(1, 2, 3)":            "wrong number of arguments to function format_number()",
		"greatest()":                        "wrong number of arguments to function greatest()",
		"date_trunc('weeek', '2024-12-08')": "date_trunc: 'weeek' is no unit of time: write one of century, day, decade, hour, millennium, minute, month, quarter, second, week, year",
		"date_part('dawn', '2024-12-08')":   "date_part: 'dawn' is no unit of time: write one of century, day, decade, dow, doy, epoch, hour",
		"median('x')":                       "median: 'x' is no number",
		"median(9e999)":                     "median: 'Inf' is no number",
		"percentile(1, 101)":                "percentile: the second argument is a number from 0 to 100",
		"percentile_cont(1, 50)":            "percentile_cont: the second argument is a number from 0 to 1",
		"percentile(1, null)":               "percentile: the second argument is a number from 0 to 100",
	} {
		if got, err := ask(db, "select "+expression); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want %s", expression, got, err, want)
		}
	}
}

// The units of time are SQLite's, where its own functions have them.
func TestTimesAreThoseOfSQLite(t *testing.T) {
	db := open(t, today)
	defer db.Close()
	rapid.Check(t, func(t *rapid.T) {
		text := time.Unix(rapid.Int64Range(-60_000_000_000, 250_000_000_000).Draw(t, "at"), 0).UTC().Format(time.DateTime)
		for ours, theirs := range map[string]string{
			"date_part('year', ?1)": "cast(strftime('%Y', ?1) as integer)", "date_part('month', ?1)": "cast(strftime('%m', ?1) as integer)", "date_part('day', ?1)": "cast(strftime('%d', ?1) as integer)",
			"date_part('hour', ?1)": "cast(strftime('%H', ?1) as integer)", "date_part('minute', ?1)": "cast(strftime('%M', ?1) as integer)", "date_part('second', ?1)": "cast(strftime('%S', ?1) as integer)",
			"date_part('doy', ?1)": "cast(strftime('%j', ?1) as integer)", "date_part('dow', ?1)": "cast(strftime('%w', ?1) as integer)", "date_part('isodow', ?1)": "cast(strftime('%u', ?1) as integer)",
			"date_part('week', ?1)": "cast(strftime('%V', ?1) as integer)", "date_part('isoyear', ?1)": "cast(strftime('%G', ?1) as integer)", "date_part('epoch', ?1)": "unixepoch(?1)",
			"date_trunc('day', ?1)": "date(?1)", "date_trunc('month', ?1)": "date(?1, 'start of month')", "date_trunc('year', ?1)": "date(?1, 'start of year')", "date_trunc('hour', ?1)": "strftime('%Y-%m-%d %H:00:00', ?1)",
			"date_trunc('week', ?1)": "date(?1, '-6 days', 'weekday 1')",
		} {
			if got, err := ask(db, "select quote("+ours+") || ' and ' || quote("+theirs+")", text); err != nil {
				t.Fatal(err)
			} else if a, b, _ := strings.Cut(got.(string), " and "); a != b {
				t.Fatalf("of %s %s is %s, and %s is %s", text, ours, a, theirs, b)
			}
		}
		for unit := range truncations {
			got, _ := ask(db, "select date_trunc(?1, date_trunc(?1, ?2)) is date_trunc(?1, ?2) and date_trunc(?1, ?2) <= ?2 and date_part(?1, date_trunc(?1, ?2)) is date_part(?1, ?2)", unit, text)
			if got != int64(1) && got != nil {
				t.Fatalf("the beginning of the %s of %s", unit, text)
			}
		}
	})
}

// Of a group the value is as many from its least one as is asked for, whatever the order in which they come, also in a
// window that moves.
func TestQuantiles(t *testing.T) {
	db := open(t, today)
	defer db.Close()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.IntRange(-5, 20), 1, 30).Draw(t, "values")
		share := float64(rapid.IntRange(0, 20).Draw(t, "share")) / 20
		width := rapid.IntRange(0, 8).Draw(t, "width")
		var rows []string
		for i, v := range values {
			rows = append(rows, fmt.Sprintf("(%d, %d)", i, v))
		}
		from := "from (select column1 n, nullif(column2, 20) x from (values " + strings.Join(rows, ", ") + "))"
		check := func(i int, values []int, continuous, discrete any) {
			var sorted []float64
			for _, v := range values {
				if v != 20 {
					sorted = append(sorted, float64(v))
				}
			}
			if len(sorted) == 0 {
				if continuous != nil || discrete != nil {
					t.Fatalf("of nothing: %v, %v", continuous, discrete)
				}
				return
			}
			slices.Sort(sorted)
			at := share * float64(len(sorted)-1)
			below, above := sorted[int(math.Floor(at))], sorted[int(math.Ceil(at))]
			if want := below + (above-below)*(at-math.Floor(at)); math.Abs(continuous.(float64)-want) > 1e-9 {
				t.Fatalf("row %d: percentile_cont of %v at %g is %v, want %g", i, sorted, share, continuous, want)
			}
			first := slices.IndexFunc(sorted, func(x float64) bool { // the first one with a large enough share up to it
				upTo := 0
				for _, y := range sorted {
					if y <= x {
						upTo++
					}
				}
				return float64(upTo)/float64(len(sorted)) >= share-1e-9
			})
			if discrete != sorted[first] {
				t.Fatalf("row %d: percentile_disc of %v at %g is %v, want %g", i, sorted, share, discrete, sorted[first])
			}
		}
		var continuous, discrete, percent, middle any
		row := db.QueryRow("select percentile_cont(x, ?1), percentile_disc(x, ?1), percentile(x, 100 * ?1), median(x) "+from, share)
		if err := row.Scan(&continuous, &discrete, &percent, &middle); err != nil {
			t.Fatal(err)
		}
		check(-1, values, continuous, discrete)
		if share == 0.5 && middle != continuous {
			t.Fatalf("the median is %v, and half of them %v", middle, continuous)
		}
		moving, err := db.Query(fmt.Sprintf("select percentile_cont(x, ?1) over w, percentile_disc(x, ?1) over w %s window w as (order by n rows between %d preceding and current row)", from, width), share)
		if err != nil {
			t.Fatal(err)
		}
		defer moving.Close()
		for i := 0; moving.Next(); i++ {
			if err := moving.Scan(&continuous, &discrete); err != nil {
				t.Fatal(err)
			}
			check(i, values[max(i-width, 0):i+1], continuous, discrete)
		}
	})
	if _, err := ask(db, "select percentile(column1, column2) from (values (1, 50), (2, 60))"); err == nil || !strings.Contains(err.Error(), "is the same for all rows") {
		t.Error(err)
	}
}

// greatest and least have SQLite's order of values, and split_part what puts a text together again.
func TestLawsOfTexts(t *testing.T) {
	db := open(t, today)
	defer db.Close()
	literal := rapid.SampledFrom([]string{"1", "1.0", "2", "-1.5", "9007199254740993", "9007199254740992.0", "9223372036854775807", "9.3e18", "-9.3e18", "'a'", "'A'", "'b'", "''", "'1'", "x'61'", "x''"})
	rapid.Check(t, func(t *rapid.T) {
		list := strings.Join(rapid.SliceOfN(literal, 2, 5).Draw(t, "values"), ", ")
		if same, err := ask(db, fmt.Sprintf("select greatest(%[1]s, null) is max(%[1]s) and least(null, %[1]s) is min(%[1]s)", list)); same != int64(1) {
			t.Fatalf("%s: %v, %v", list, same, err)
		}
		text, n := rapid.StringMatching(`[ab,;]{0,9}`).Draw(t, "text"), rapid.IntRange(1, 9).Draw(t, "part")
		separator := rapid.SampledFrom([]string{",", ";", ",;", "a"}).Draw(t, "separator")
		parts := strings.Split(text, separator)
		want := ""
		if n <= len(parts) {
			want = parts[n-1]
		}
		for _, position := range []int{n, n - len(parts) - 1} {
			if got, err := ask(db, "select split_part(?, ?, ?)", text, separator, position); n <= len(parts) && got != want {
				t.Fatalf("part %d of %q is %q, %v, want %q", position, text, got, err, want)
			}
		}
		x, decimals := rapid.Float64Range(-1e12, 1e12).Draw(t, "x"), rapid.IntRange(0, 6).Draw(t, "decimals")
		if same, err := ask(db, "select abs(cast(replace(format_number(?1, ?2), ',', '') as real) - ?1) <= pow(10, -?2) / 2 + 1e-4", x, decimals); same != int64(1) {
			t.Fatalf("format_number of %g is %v, %v", x, same, err)
		}
	})
}

// As many patterns as a table has rows are not all kept.
func TestPatternsAreNotAllKept(t *testing.T) {
	db := open(t, today)
	defer db.Close()
	if n, err := ask(db, "with recursive n(x) as (select 1 union all select x + 1 from n where x < 1000) select sum('7' regexp x) from n"); n != int64(1) {
		t.Error(n, err)
	}
	if n := len(patterns.compiled); n > maxPatterns {
		t.Errorf("%d patterns are kept", n)
	}
}
