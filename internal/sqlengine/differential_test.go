package sqlengine_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// The law of the embedded engine: whatever the statement and however the API reads its filters, the answer is
// that of SQLite for a plain table that holds the same rows. T stands for the table; each domain has a few rows.

// statementsEach is how many statements one set of rows and readings is asked.
const statementsEach = 12

func TestAnswersAreThoseOfAPlainTable(t *testing.T) {
	rounds := 30
	if os.Getenv("SERPSTAT_LONG") != "" {
		rounds = 850
	}
	rigs := map[string]*rig{}
	for round := range rounds {
		check := rapid.MakeCheck(func(rt *rapid.T) { checkRound(t, rt, rigs, round) })
		if !t.Run(fmt.Sprint(round), check) {
			return
		}
	}
}

// once makes rapid check each round once more than shrinking needs; the rounds are the loop.
func TestMain(m *testing.M) {
	os.Args = append(os.Args, "-rapid.checks=1", "-rapid.nofailfile")
	os.Exit(m.Run())
}

var tried atomic.Int64

func checkRound(tt *testing.T, t *rapid.T, rigs map[string]*rig, round int) {
	seed := rapid.Uint64Range(0, 1<<40).Draw(t, "readings")
	readings := serpstatsim.RandomReadings(rand.New(rand.NewPCG(seed, uint64(round))))
	readings.ActiveOnly = false // the rows to compare with have deleted links
	// What an engine has learned of the API stays true with it.
	// Rows kept from one statement would answer the next, so that most engines keep none.
	ttl := time.Duration(-1)
	if round%4 == 3 {
		ttl = time.Hour
	}
	kind := fmt.Sprint(readings.CompareTypes, readings.ContainsCaseSensitive, ttl)
	if rigs[kind] == nil {
		rigs[kind] = newRig(tt, ttl)
	}
	r := rigs[kind]
	r.sim.SetReadings(readings)
	both := &pair{rig: r, plain: plainTable(t), number: tried.Add(1)}
	defer both.plain.Close()
	for _, d := range []string{"a", "b"} {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 14).Draw(t, d)
		r.sim.SetRows(both.domain(d), rows)
		both.fill(t, both.domain(d), rows)
	}
	for range statementsEach {
		both.check(t, drawStatement(t))
	}
}

// rig is the engine on the simulator.
type rig struct {
	sim    *serpstatsim.Server
	engine *sqlengine.Engine
}

func newRig(t *testing.T, ttl time.Duration) *rig { return newRigOn(t, ttl, "") }

// newRigOn opens a database file.
func newRigOn(t *testing.T, ttl time.Duration, file string) *rig {
	t.Helper()
	r := &rig{sim: serpstatsim.New(serpstatsim.Options{})}
	web := pipehttp.Serve(r.sim)
	var err error
	r.engine, err = sqlengine.Open(context.Background(), sqlengine.Options{
		Plugin:   serpstat.New(serpstat.Options{Engine: outlink.SQLite, NoEnvironment: true, Transport: pipehttp.NewTransport()}),
		Config:   fmt.Sprintf("token = \"t\"\nbase_url = %q\nrequests_per_second = 1000", web.URL),
		CacheTTL: ttl, Database: file, Fresh: serpstat.FreshTables,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.engine.Close(); r.sim.Close(); web.Close() })
	return r
}

// pair is an engine and a plain table with the same rows. Its domains are its own, so that no other's rows
// are kept for them.
type pair struct {
	*rig
	plain  *sql.DB
	number int64
}

func (p *pair) domain(name string) string { return fmt.Sprintf("%s%d.com", name, p.number) }

type fataler interface{ Fatalf(string, ...any) }

const columns = "query, search_type, url_from, url_to, link_text, nofollow, link_type, links_ext, first_seen, last_visited, date_del, host_from, host_to, domain_to"

func plainTable(t fataler) *sql.DB {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatalf("%v", err)
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`create table plain(query text, search_type text, url_from text, url_to text, link_text text, nofollow text, link_type text,
		links_ext integer, first_seen text, last_visited text, date_del text, host_from text, host_to text, domain_to text)`)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return db
}

func (p *pair) fill(t fataler, domain string, rows []serpstatsim.Row) {
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	for _, r := range rows {
		deleted := ""
		if r.DateDel != nil {
			deleted = *r.DateDel
		}
		host := outlink.Host(r.URLTo)
		_, err := p.plain.Exec("insert into plain values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", domain, "domain_with_subdomains", r.URLFrom, r.URLTo, r.LinkText,
			r.Nofollow, r.LinkType, r.LinksExt, r.FirstSeen+" 00:00:00", r.LastVisited, null(deleted),
			null(outlink.Host(r.URLFrom)), null(host), null(outlink.RegistrableDomain(host)))
		if err != nil {
			t.Fatalf("%v", err)
		}
	}
}

// statement is SQL about T, and what of its answer is determined.
type statement struct {
	text  string
	order bool   // rows come in this order exactly
	all   string // what the rows are some of, where a LIMIT leaves open which; the first column is in order
}

func (p *pair) check(t fataler, s statement) {
	named := strings.NewReplacer("'a.com'", "'"+p.domain("a")+"'", "'b.com'", "'"+p.domain("b")+"'")
	s.text, s.all = named.Replace(s.text), named.Replace(s.all)
	want := p.ask(t, strings.ReplaceAll(s.text, "T", "plain"))
	p.sim.Reset()
	got := p.askEngine(t, strings.ReplaceAll(s.text, "T", "serpstat_outlink"))
	fail := func() {
		t.Fatalf("%s\ngot  %s\nwant %s\nrequests %+v", s.text, strings.Join(got, "\n     "), strings.Join(want, "\n     "), p.sim.Requests())
	}
	switch {
	case s.all != "":
		all := p.ask(t, strings.ReplaceAll(s.all, "T", "plain"))
		if fmt.Sprint(firsts(got)) != fmt.Sprint(firsts(want)) && strings.Contains(s.text, "order by") || len(got) != len(want) {
			fail()
		}
		for _, row := range got {
			i := slices.Index(all, row)
			if i < 0 {
				fail()
			}
			all = slices.Delete(all, i, i+1)
		}
	default:
		if !s.order {
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			fail()
		}
	}
}

func firsts(rows []string) (list []string) {
	for _, row := range rows {
		first, _, _ := strings.Cut(row, "|")
		list = append(list, first)
	}
	return list
}

func (p *pair) ask(t fataler, query string) (list []string) {
	rows, err := p.plain.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	values := make([]any, len(names))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			t.Fatalf("%v", err)
		}
		plain := make([]any, len(values))
		for i, v := range values {
			plain[i] = *v.(*any)
		}
		list = append(list, rowText(plain))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

func (p *pair) askEngine(t fataler, query string) (list []string) {
	rows, err := p.engine.Query(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	for rows.Next() {
		list = append(list, rowText(rows.Values()))
	}
	if err := rows.Close(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

func rowText(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprintf("%T %v", v, v)
	}
	return strings.Join(texts, "|")
}

var (
	pieces = []string{"", "x", "X", "Blog", "blog", "100%", "a_b", `c:\d`, "ж", "É", "é", "ß", "K", " pad ", "a.com", "Ab ab", "?q=1", "it''s"}
	rels   = []string{"follow", "nofollow", "ugc", "sponsored", "UGC", "nofollow,ugc"}
	start  = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
)

func drawPieces(t *rapid.T) string { return pick(t, pieces...) + pick(t, "", "", "", "x", "Blog") }

func drawTarget(t *rapid.T) string {
	return pick(t, "https://GitHub.com/x", "https://github.com/x", "http://c.de/", "https://www.bbc.co.uk/", "mailto:x") + pick(t, "", "", "Blog", "x", "100%")
}

func drawRow(t *rapid.T) serpstatsim.Row {
	unquote := func(s string) string { return strings.ReplaceAll(s, "''", "'") }
	first := start.AddDate(0, 0, choose(t, 4))
	last := first.Add(time.Duration([]int{0, 12, 24, 37}[choose(t, 4)]) * time.Hour)
	row := serpstatsim.Row{
		URLFrom: "https://a.com/" + unquote(drawPieces(t)), LinkText: unquote(drawPieces(t)),
		URLTo:    unquote(drawTarget(t)),
		Nofollow: pick(t, rels...), LinkType: "href", LinksExt: int64(choose(t, 6)),
		FirstSeen: first.Format(time.DateOnly), LastVisited: last.Format(time.DateTime),
	}
	if choose(t, 4) == 0 {
		deleted := last.Format(time.DateTime)
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

func pick(t *rapid.T, list ...string) string { return list[choose(t, len(list))] }

func number(t *rapid.T) string {
	return pick(t, "0", "1", "2", "3", "4", "5", "-1", "6", "2.5", "3.0", "'3'", "' 3'", "'3.0'", "'x'", "null", "1e3", "x'33'", "9223372036854775807", "-1e300")
}

func instant(t *rapid.T) string {
	at := start.Add(time.Duration(choose(t, 11)-1) * 12 * time.Hour)
	return pick(t, at.Format("'2006-01-02 15:04:05'"), at.Format("'2006-01-02'"), at.Format("'2006-01-02 15:04'"), at.Format("'2006-01'"), "'2024'",
		at.Format("'2006-01-02T15:04:05'"), at.Format("'2006-01-02T15:04:05Z'"), at.Format("'2006-01-02 15:04:05.000'"), "''", "'x'", "null", "20240301", "x'00'",
		at.Format("datetime('2006-01-02 15:04:05', '+1 day')"))
}

func likePattern(t *rapid.T) string {
	p := ""
	for range 1 + choose(t, 2) {
		p += pick(t, "%", "%", "_", "") + pick(t, pieces...)
	}
	return "'" + p + pick(t, "%", "") + "'"
}

func globPattern(t *rapid.T) string {
	p := ""
	for range 1 + choose(t, 2) {
		p += pick(t, "*", "*", "?", "", "[a-o]", "%", "_") + pick(t, pieces...)
	}
	return "'" + p + pick(t, "*", "") + "'"
}

func literal(t *rapid.T, column string) string {
	switch column {
	case "links_ext":
		return number(t)
	case "first_seen", "last_visited", "date_del":
		return instant(t)
	case "nofollow":
		return "'" + pick(t, rels...) + "'"
	case "url_from":
		return pick(t, "'https://a.com/"+pick(t, pieces...)+"'", "null", "5")
	case "url_to":
		return pick(t, "'"+drawTarget(t)+"'", "'"+drawTarget(t)+"'", "null", "5")
	case "domain_to", "host_to":
		return pick(t, "'github.com'", "'bbc.co.uk'", "'c.de'", "null")
	}
	return pick(t, "'"+drawPieces(t)+"'", "null", "5")
}

// predicate draws a condition; prefix is an alias with its dot.
func predicate(t *rapid.T, prefix string, depth int) string {
	if depth > 0 && choose(t, 4) == 0 {
		return "(" + predicate(t, prefix, depth-1) + pick(t, " or ", " and ") + predicate(t, prefix, depth-1) + ")"
	}
	c := pick(t, "url_from", "url_to", "link_text", "nofollow", "link_type", "links_ext", "links_ext", "first_seen", "last_visited", "date_del", "domain_to", "host_to")
	column := prefix + c
	value := func() string { return literal(t, c) }
	switch choose(t, 13) {
	case 0:
		return fmt.Sprintf("%s in (%s, %s, %s)", column, value(), value(), value())
	case 1:
		return fmt.Sprintf("%s not in (%s, %s)", column, value(), value())
	case 2:
		return fmt.Sprintf("%s between %s and %s", column, value(), value())
	case 3:
		return column + pick(t, " is null", " is not null", " isnull", " notnull")
	case 4, 5:
		return column + pick(t, " like ", " like ", " not like ") + likePattern(t)
	case 6:
		return pick(t, "not ", "") + "(" + column + pick(t, " = ", " < ", " is ", " is not ") + value() + ")"
	case 7:
		return column + pick(t, " = ", " <> ", " is ", " < ") + value() + pick(t, " collate nocase", " collate rtrim", "")
	case 8:
		return pick(t, "lower("+column+")", column+" || ''", "+"+column) + " = " + value()
	case 9:
		return column + pick(t, " glob "+globPattern(t), " glob "+globPattern(t), " not glob '*o*'", " like '%b%' escape 'b'", " is not distinct from "+value())
	}
	return column + pick(t, " = ", " <> ", " < ", " <= ", " > ", " >= ", " == ", " != ") + value()
}

func where(t *rapid.T, prefix string) string {
	w := prefix + pick(t, "query = 'a.com'", "query = 'b.com'", "query in ('a.com', 'b.com')", "query = 'a.com'", "query is 'a.com'")
	for range choose(t, 3) {
		w += " and " + predicate(t, prefix, 1)
	}
	return w
}

func limit(t *rapid.T) string {
	return " limit " + pick(t, "0", "1", "2", "3", "7", "-1", "100") + pick(t, "", "", " offset 1", " offset 3", " offset 50")
}

func drawStatement(t *rapid.T) statement {
	desc := pick(t, "", " desc")
	switch choose(t, 16) {
	case 0:
		return statement{text: "select " + columns + " from T where " + where(t, "")}
	case 1:
		return statement{text: "select links_ext, " + columns + " from T where " + where(t, "") + " order by links_ext" + desc + ", " + columns + limit(t), order: true}
	case 2, 3:
		w := "select links_ext, " + columns + " from T where " + where(t, "")
		return statement{text: w + " order by links_ext" + desc + limit(t), all: w}
	case 4, 5:
		w := "select " + columns + " from T where " + where(t, "")
		return statement{text: w + limit(t), all: w}
	case 6:
		return statement{text: "select nofollow, count(*), min(links_ext), max(first_seen), count(distinct url_to) from T where " + where(t, "") + " group by 1 having count(*) > 0"}
	case 7:
		on := pick(t, "domain_to", "url_to", "links_ext", "host_to", "first_seen", "date_del", "nofollow")
		return statement{text: fmt.Sprintf("select a.url_from, b.url_from, b.links_ext from T a join T b on a.%s = b.%s where a.query = 'a.com' and b.query = 'b.com' and %s", on, on, predicate(t, "b.", 1))}
	case 8:
		return statement{text: "select v.column1, v.column2, o.url_from, o.links_ext from (values ('a.com', 2), ('b.com', 3), ('a.com', 4), ('c.com', 1)) v left join T o on o.query = v.column1 and o.links_ext " + pick(t, "=", "<", ">=", "<>") + " v.column2 and " + predicate(t, "o.", 0)}
	case 9:
		return statement{text: "select url_from, domain_to from T a where " + where(t, "a.") + " and " + pick(t, "", "not ") + "exists (select 1 from T b where b.query = 'b.com' and b." + pick(t, "domain_to", "url_to") + " = a.domain_to)"}
	case 10:
		return statement{text: "select links_ext, url_from, row_number() over (order by links_ext" + desc + ", " + columns + ") n from T where " + where(t, "") + " order by n" + limit(t), order: true}
	case 11:
		text := "select " + columns + " from T where (query = 'a.com' and " + predicate(t, "", 0) + ") or (query = 'b.com' and " + predicate(t, "", 0) + ")"
		// SQLite itself does not split an OR with a COLLATE in it; the engine then asks for a query.
		return statement{text: strings.NewReplacer(" collate nocase", "", " collate rtrim", "").Replace(text)}
	case 12:
		return statement{text: "select a.url_from, (select count(*) from T b where b.query = 'b.com' and b." + pick(t, "links_ext = a.links_ext", "first_seen >= a.first_seen", "nofollow is a.nofollow") + ") from T a where a.query = 'a.com'"}
	case 13:
		return statement{text: "with l as materialized (select * from T where " + where(t, "") + ") select links_ext, url_from from l order by links_ext % 3, " + columns + limit(t), order: true}
	case 14:
		return statement{text: "select url_to from T where " + where(t, "") + pick(t, " union ", " union all ", " except ", " intersect ") + "select url_to from T where " + where(t, "")}
	}
	return statement{text: "select count(*) from T where query = 'a.com' and links_ext in (select links_ext from T where query = 'b.com' and " + predicate(t, "", 0) + ")"}
}
