package sqlengine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// Statements that an engine gets wrong which passes on to the API what SQLite means in another way.
func TestTrapsOfSQLite(t *testing.T) {
	p := trapPair(t)
	for name, text := range map[string]string{
		"collation of the expression":         "select url_to from T where query = 'a.com' and link_text = 'BLOG' collate nocase",
		"collation cuts spaces":               "select url_to from T where query = 'a.com' and link_text = 'blog  ' collate rtrim",
		"collation of an inequality":          "select count(*) from (select * from T where query = 'a.com' and link_text <> 'BLOG' collate nocase limit 9)",
		"collation in a join":                 "select a.link_text, b.link_text from T a join T b on a.link_text = b.link_text collate nocase where a.query = 'a.com' and b.query = 'b.com'",
		"backslash is no escape":              `select link_text from T where query = 'a.com' and link_text like '%c:\d%'`,
		"escape":                              "select link_text from T where query = 'a.com' and link_text like '100!%' escape '!'",
		"like ignores case":                   "select link_text from T where query = 'a.com' and link_text like 'é%'",
		"like keeps to ASCII in ASCII":        "select link_text from T where query = 'a.com' and link_text like '%k%'",
		"like with a fixed beginning":         "select url_to from T where query = 'a.com' and url_to like 'HTTPS://x.org/%'",
		"lower":                               "select lower(link_text), upper(link_text) from T where query = 'a.com' and lower(link_text) = 'é'",
		"like as a function":                  "select link_text from T where query = 'a.com' and like('BL%', link_text)",
		"is not keeps null":                   "select url_to, date_del from T where query = 'a.com' and date_del is not '2024-03-02 00:00:00'",
		"unequal drops null":                  "select url_to, date_del from T where query = 'a.com' and date_del <> '2024-03-02 00:00:00'",
		"is value":                            "select url_to from T where query = 'a.com' and date_del is '2024-03-02 00:00:00'",
		"is not distinct from":                "select url_to from T where query = 'a.com' and date_del is not distinct from null",
		"real below":                          "select links_ext from T where query = 'a.com' and links_ext < 2.5",
		"real above":                          "select links_ext from T where query = 'a.com' and links_ext > 2.5 limit 100",
		"real equal":                          "select links_ext from T where query = 'a.com' and links_ext = 2.5",
		"real whole":                          "select links_ext from T where query = 'a.com' and links_ext = 2.0",
		"real unequal":                        "select links_ext from T where query = 'a.com' and links_ext <> 2.5",
		"number as text":                      "select links_ext from T where query = 'a.com' and links_ext >= '2'",
		"number as padded text":               "select links_ext from T where query = 'a.com' and links_ext = ' 2 '",
		"text above all numbers":              "select links_ext from T where query = 'a.com' and links_ext < 'x'",
		"blob above all texts":                "select links_ext from T where query = 'a.com' and link_text < x'00' and links_ext < x'00'",
		"null equals nothing":                 "select links_ext from T where query = 'a.com' and links_ext = null",
		"null in a list":                      "select links_ext from T where query = 'a.com' and links_ext not in (1, null)",
		"text column and number":              "select link_text from T where query = 'a.com' and link_text = 7",
		"text column and number by affinity":  "select link_text from T, (select cast(7 as integer) as n) where query = 'a.com' and link_text = n",
		"date equals no timestamp":            "select first_seen from T where query = 'a.com' and first_seen = '2024-03-01'",
		"date at least":                       "select first_seen from T where query = 'a.com' and first_seen >= '2024-03-02'",
		"date above is at least":              "select first_seen from T where query = 'a.com' and first_seen > '2024-03-02'",
		"date at most is below":               "select first_seen from T where query = 'a.com' and first_seen <= '2024-03-02'",
		"year":                                "select first_seen from T where query = 'a.com' and last_visited < '2024'",
		"ISO with T":                          "select last_visited from T where query = 'a.com' and last_visited < '2024-03-02T00:00:00'",
		"ISO with T above":                    "select last_visited from T where query = 'a.com' and last_visited >= '2024-03-01T12:00:00Z'",
		"fraction":                            "select last_visited from T where query = 'a.com' and last_visited <= '2024-03-02 00:00:00.000'",
		"seconds since 1970":                  "select last_visited from T where query = 'a.com' and last_visited < 1709337600",
		"between dates":                       "select last_visited from T where query = 'a.com' and last_visited between '2024-03-01' and '2024-03-02' limit 100",
		"or of one column":                    "select links_ext from T where query = 'a.com' and (links_ext = 1 or links_ext = 3)",
		"or of two columns":                   "select links_ext, link_text from T where query = 'a.com' and (links_ext = 1 or link_text like 'b%')",
		"or counts equal rows":                "select count(*) from T where (query = 'a.com' and links_ext >= 1) or (query = 'a.com' and links_ext <= 2)",
		"or of two domains":                   "select count(*) from T where (query = 'a.com' and links_ext = 1) or (query = 'b.com' and links_ext = 1)",
		"equal rows stay":                     "select count(*), count(distinct url_to) from T where query = 'a.com' and link_text = 'twin'",
		"descending range of an index":        "select max(links_ext), min(links_ext) from T where query = 'a.com'",
		"limit of zero":                       "select * from T where query = 'a.com' and links_ext = 1 limit 0",
		"limit below zero":                    "select count(*) from (select * from T where query = 'a.com' limit -1)",
		"limit of an expression":              "select count(*) from (select * from T where query = 'a.com' limit 1 + 1)",
		"limit in both sides of a union":      "select count(*) from (select * from (select links_ext from T where query = 'a.com' limit 2) union all select * from (select links_ext from T where query = 'a.com' limit 3))",
		"offset past the end":                 "select * from T where query = 'a.com' limit 5 offset 100",
		"offset of an order":                  "select links_ext from T where query = 'a.com' order by links_ext limit 2 offset 3",
		"order by expression":                 "select links_ext from T where query = 'a.com' order by -links_ext limit 2",
		"order by two":                        "select links_ext, url_to from T where query = 'a.com' order by links_ext desc, url_to limit 3",
		"window under a limit":                "select links_ext, rank() over (order by links_ext desc) r from T where query = 'a.com' order by r limit 3",
		"distinct under a limit":              "select distinct links_ext from T where query = 'a.com' order by links_ext limit 3",
		"group under a limit":                 "select links_ext, count(*) from T where query = 'a.com' group by links_ext order by links_ext desc limit 2",
		"order across domains":                "select links_ext from T where query in ('a.com', 'b.com') order by links_ext desc limit 4",
		"query twice in a list":               "select count(*) from T where query in ('a.com', 'a.com', 'b.com')",
		"query contradicts itself":            "select count(*) from T where query = 'a.com' and query = 'b.com'",
		"query of the outer row":              "select v.column1, (select count(*) from T where query = v.column1) from (values ('a.com'), ('b.com'), (null)) v",
		"not in a subquery":                   "select url_to from T where query = 'a.com' and url_to not in (select url_to from T where query = 'b.com')",
		"left join keeps":                     "select v.column1, o.links_ext from (values (1), (99)) v left join T o on o.query = 'a.com' and o.links_ext = v.column1",
		"many values of a join":               "with recursive n(x) as (select -20 union all select x + 1 from n where x < 20) select n.x, o.link_text from n join T o on o.links_ext = n.x where o.query = 'a.com' and o.link_text like '%o%'",
		"recursive over the table":            "with recursive r(n) as (select 1 union select o.links_ext + 1 from r join T o on o.query = 'a.com' and o.links_ext = r.n) select n from r",
		"search type":                         "select count(*) from T where query = 'a.com' and search_type in ('domain_with_subdomains', 'domain_with_subdomains')",
		"view-like subquery with outer limit": "select * from (select links_ext, link_text from T where query = 'a.com' and link_text not like 'b%') where links_ext > 0 order by 1, 2 limit 2",
	} {
		t.Run(name, func(t *testing.T) { p.check(t, statement{text: text, order: strings.Contains(text, "order by")}) })
	}
}

func trapPair(t *testing.T) *pair {
	deleted := "2024-03-02 00:00:00"
	row := func(n int64, anchor, to string, first int, del *string) serpstatsim.Row {
		at := start.AddDate(0, 0, first)
		return serpstatsim.Row{URLFrom: "https://a.com/", URLTo: "https://" + to, LinkText: anchor, Nofollow: "follow", LinkType: "href", LinksExt: n,
			FirstSeen: at.Format(time.DateOnly), LastVisited: at.Add(12 * time.Hour).Format(time.DateTime), DateDel: del}
	}
	rows := []serpstatsim.Row{
		row(1, "blog", "x.org/1", 0, nil), row(2, "Blog", "x.org/2", 1, &deleted), row(3, `c:\d`, "x.org/3", 2, nil), row(3, "É", "x.org/4", 0, nil),
		row(1, "é", "x.org/5", 1, nil), row(2, "7", "x.org/6", 0, nil), row(5, "100%", "x.org/7", 0, &deleted),
		row(4, "twin", "x.org/8", 0, nil), row(4, "twin", "x.org/8", 0, nil), row(0, "07", "x.org/9", 0, nil),
	}
	others := []serpstatsim.Row{row(1, "BLOG", "x.org/1", 0, nil), row(2, "blog ", "y.org/", 1, nil)}
	p := newPairOn(t, newRig(t, -1), 1)
	t.Cleanup(func() { p.plain.Close() })
	for name, rows := range map[string][]serpstatsim.Row{"a": rows, "b": others} {
		p.sim.SetRows(p.domain(name), rows)
	}
	return p
}

// What a statement costs in requests and credits, where the engine decides it.
func TestTheEngineReadsNothingTwice(t *testing.T) {
	row := func(n int) serpstatsim.Row {
		return serpstatsim.Row{URLFrom: "https://a.com/", URLTo: fmt.Sprintf("https://x%d.org/", n), Nofollow: "follow", LinkType: "href", LinksExt: int64(n), FirstSeen: "2024-01-01", LastVisited: "2024-01-02 00:00:00"}
	}
	var rows []serpstatsim.Row
	for n := range 200 {
		rows = append(rows, row(n))
	}
	for name, c := range map[string]struct {
		sql      string
		requests int
		credits  int64
	}{
		"limit":                           {"select * from T where query = 'a.com' limit 7", 1, 7},
		"limit and offset":                {"select * from T where query = 'a.com' limit 7 offset 3", 1, 10},
		"top of an order":                 {"select * from T where query = 'a.com' order by links_ext desc limit 7", 1, 7},
		"range":                           {"select * from T where query = 'a.com' and links_ext < 20", 1, 20},
		"like, after a probe":             {"select * from T where query = 'a.com' and url_to like 'https://X19_.org%'", 2, 12},
		"glob, which minds case":          {"select * from T where query = 'a.com' and url_to glob 'https://x19?.org*'", 1, 11},
		"glob with a set":                 {"select * from T where query = 'a.com' and url_to glob 'https://x19[0-5].org*'", 2, 200},
		"impossible range":                {"select * from T where query = 'a.com' and links_ext < 5 and links_ext > 9", 0, 0},
		"null":                            {"select * from T where query = null", 0, 0},
		"list of values":                  {"select * from T where query = 'a.com' and links_ext in (5, 7, 9)", 3, 3},
		"self-join":                       {"select * from T a join T b on a.domain_to = b.domain_to where a.query = 'a.com' and b.query = 'a.com'", 2, 200},
		"correlated subquery":             {"select (select count(*) from T b where b.query = 'a.com' and b.domain_to = a.domain_to) from T a where a.query = 'a.com'", 2, 200},
		"a domain in three rows":          {"select * from (values ('a.com'), ('a.com'), ('a.com')) v join T o on o.query = v.column1", 2, 200},
		"or of columns":                   {"select * from T where query = 'a.com' and (links_ext = 5 or url_to like '%x6.org%')", 2, 200},
		"many values: all rows at once":   {"with recursive n(x) as (select 0 union all select x + 1 from n where x < 199) select count(*) from n cross join T o where o.links_ext = n.x and o.query = 'a.com'", 102, 299},
		"not so many values of few rows":  {"with recursive n(x) as (select 0 union all select x + 1 from n where x < 59) select count(*) from n cross join T o where o.links_ext = n.x and o.query = 'a.com'", 60, 60},
		"many values of many rows":        {"with recursive n(x) as (select 0 union all select x + 1 from n where x < 59) select count(*) from n cross join T o where o.links_ext <= n.x and o.query = 'a.com'", 59, 200},
		"the top of each":                 {"with recursive n(x) as (select 0 union all select x + 1 from n where x < 59) select (select url_to from T o where o.links_ext <= n.x and o.query = 'a.com' order by links_ext desc limit 1) from n", 60, 60},
		"column that is not pushed":       {"select * from T where query = 'a.com' and link_type = 'other'", 2, 200},
		"domain, after a probe":           {"select * from T where query = 'a.com' and domain_to = 'x0.org'", 2, 2},
		"domains, after a probe":          {"select * from T where query = 'a.com' and domain_to in ('x0.org', 'x9.org')", 2, 3},
		"domain of no URL":                {"select * from T where query = 'a.com' and domain_to = 'www.x0.org'", 0, 0},
		"domains of another table":        {"select * from (values ('x0.org'), ('x9.org')) v cross join T o where o.domain_to = v.column1 and o.query = 'a.com'", 3, 3},
		"limit beside a domain":           {"select * from T where query = 'a.com' and domain_to = 'x0.org' limit 1", 2, 2},
		"limit of a union's sides":        {"select * from (select * from T where query = 'a.com' limit 3) union all select * from (select * from T where query = 'a.com' limit 2)", 1, 3},
		"limit that is not pushed":        {"select * from T where query = 'a.com' and domain_to not like '' limit 3", 1, 3},
		"exists stops at the first match": {"select exists (select 1 from T where query = 'a.com' and links_ext > 3)", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, -1)
			r.sim.SetRows("a.com", rows)
			p := &pair{rig: r}
			p.askEngine(t, strings.ReplaceAll(c.sql, "T", "serpstat_outlink"))
			if n := len(r.sim.Requests()); n > c.requests || r.sim.Credits() != c.credits {
				t.Errorf("%d requests and %d credits, want at most %d and %d", n, r.sim.Credits(), c.requests, c.credits)
			}
		})
	}
}

func TestRowsServeLaterStatements(t *testing.T) {
	r := newRig(t, 0)
	r.sim.SetRows("a.com", serpstatsim.Generate("a.com", 300, 1))
	p := &pair{rig: r}
	ask := func(sql string) int64 {
		t.Helper()
		before := r.sim.Credits()
		p.askEngine(t, strings.ReplaceAll(sql, "T", "serpstat_outlink"))
		return r.sim.Credits() - before
	}
	if c := ask("select * from T where query = 'a.com' order by links_ext limit 5"); c != 5 {
		t.Errorf("a first top five costs %d", c)
	}
	for _, sql := range []string{
		"select * from T where query = 'a.com' order by links_ext limit 5",
		"select count(*) from T where query = 'a.com' order by links_ext limit 3",
	} {
		if c := ask(sql); c != 0 && strings.Contains(sql, "limit 5") {
			t.Errorf("%s costs %d again", sql, c)
		}
	}
	if c := ask("select * from T where query = 'a.com'"); c != 0 {
		t.Errorf("all rows, which a count has just read, cost %d", c)
	}
	for _, sql := range []string{
		"select * from T where query = 'a.com' and links_ext < 50 and url_to like '%x%'",
		"select * from T where query = 'a.com' order by links_ext desc limit 100",
		"select domain_to, count(*) from T where query = 'a.com' group by 1",
	} {
		if c := ask(sql); c != 0 {
			t.Errorf("%s costs %d though all rows are here", sql, c)
		}
	}
	if c := ask("select * from T where query = 'a.com' and search_type = 'domain' limit 1"); c != 1 {
		t.Errorf("another search type costs %d: its rows are others", c)
	}
}

func TestCreditsAreNeverKept(t *testing.T) {
	r := newRig(t, time.Hour)
	r.sim.SetRows("a.com", serpstatsim.Generate("a.com", 10, 1))
	p := &pair{rig: r}
	before := p.askEngine(t, "select left_lines from serpstat_credit")
	p.askEngine(t, "select * from serpstat_outlink where query = 'a.com'")
	if after := p.askEngine(t, "select left_lines from serpstat_credit"); after[0] == before[0] {
		t.Errorf("%v credits are left before and after", after)
	}
}

// SQLite would find that a table cannot be written to when it has bought the rows that are to be changed.
func TestWritesToAPluginsTableAreRefusedBeforeTheyCost(t *testing.T) {
	p := &pair{rig: newRig(t, time.Hour)}
	p.sim.SetRows("a.com", serpstatsim.Generate("a.com", 10, 1))
	for sql, want := range map[string]string{
		"delete from serpstat_outlink where query = 'a.com'":                                                              "rows of serpstat_outlink cannot be deleted",
		"with x as (select 1) delete from Serpstat_Outlink where query = 'a.com' returning url_to":                        "rows of serpstat_outlink cannot be deleted",
		"update serpstat_outlink set url_to = '' where query = 'a.com'":                                                   "rows of serpstat_outlink cannot be changed",
		"insert into serpstat_outlink (query, url_to) values ('a.com', '')":                                               "rows cannot be added to serpstat_outlink",
		"replace into serpstat_backlink (query, url_to) select query, url_to from serpstat_outlink where query = 'a.com'": "rows cannot be added to serpstat_backlink",
		"explain query plan delete from serpstat_outlink where query = 'a.com'":                                           "rows of serpstat_outlink cannot be deleted",
		"drop table serpstat_outlink":              "serpstat_outlink cannot be dropped",
		"create table Serpstat_outlink (a)":        "serpstat_outlink is the name of a table of the plugin's",
		"create view serpstat_outlink as select 1": "serpstat_outlink is the name of a table of the plugin's",
		"alter table serpstat_outlink rename to x": "serpstat_outlink cannot be altered",
	} {
		_, err := drain(p.engine, context.Background(), sql)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if len(p.sim.Requests()) > 0 {
		t.Errorf("asked the API: %+v", p.sim.Requests())
	}
	if got := p.askEngine(t, "select count(*) from serpstat_outlink where query = 'a.com'"); got[0] != "int64 10" {
		t.Errorf("then %v", got)
	}
}

// The tables of the user's own may be written to, with rows of the plugin's, and whatever their names.
func TestTheUsersOwnTablesMayBeWrittenTo(t *testing.T) {
	p := &pair{rig: newRig(t, time.Hour)}
	p.sim.SetRows("a.com", serpstatsim.Generate("a.com", 10, 1))
	for _, sql := range []string{
		"create table own as select * from serpstat_outlink where query = 'a.com'",
		"delete from own where url_to in (select url_to from serpstat_outlink where query = 'a.com')",
		"insert into own select * from serpstat_outlink where query = 'a.com' limit 3",
		"update own set url_to = o.url_to from (select * from serpstat_outlink where query = 'a.com' limit 1) o",
		"alter table own rename to mine",
		"attach ':memory:' as other",
		"create table other.serpstat_outlink as select * from serpstat_outlink where query = 'a.com'",
		"delete from other.serpstat_outlink",
		"alter table other.serpstat_outlink rename to x",
		"vacuum",
	} {
		if _, err := drain(p.engine, context.Background(), sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if got := p.askEngine(t, "select (select count(*) from mine), (select count(*) from serpstat_outlink where query = 'a.com')"); got[0] != "int64 3|int64 10" {
		t.Errorf("in the end %v", got)
	}
}

func TestAMissingQueryIsExplained(t *testing.T) {
	p := &pair{rig: newRig(t, 0)}
	for _, sql := range []string{
		"select * from serpstat_outlink",
		"select * from serpstat_outlink where query like 'a.com'",
		"select * from serpstat_outlink where query = 'a.com' or links_ext = 1",
		"select * from serpstat_outlink where lower(query) = 'a.com'",
		"select * from serpstat_outlink a right join serpstat_lost_outlink b on a.query = 'a.com' and a.url_to = b.url_to where b.query = 'a.com'",
		"select * from serpstat_lost_outlink b full join serpstat_outlink a on a.query = 'a.com' and b.query = 'a.com' and a.url_to = b.url_to",
	} {
		_, err := drain(p.engine, context.Background(), sql)
		var missing *sqlengine.MissingValueError
		if !errors.As(err, &missing) || missing.Column != "query" {
			t.Errorf("%s: %v", sql, err)
		} else if strings.Contains(sql, "join") && !strings.Contains(err.Error(), "RIGHT or FULL JOIN") {
			t.Errorf("%s does not say how: %v", sql, err)
		}
	}
	if len(p.sim.Requests()) > 0 {
		t.Errorf("asked the API: %+v", p.sim.Requests())
	}
	// The form that the message shows.
	p.sim.SetRows("a.com", serpstatsim.Generate("a.com", 10, 1))
	advice := strings.ReplaceAll("with T as materialized (select * from serpstat_outlink where query = 'a.com')", "T", "a")
	for _, join := range []string{"right", "full"} {
		if got := p.askEngine(t, advice+" select count(*) from a "+join+" join (values ('x')) b on a.url_to = b.column1"); got[0] != map[string]string{"right": "int64 1", "full": "int64 11"}[join] {
			t.Errorf("%s join: %v", join, got)
		}
	}
}

func drain(e *sqlengine.Engine, ctx context.Context, sql string) (n int, err error) {
	rows, err := e.Query(ctx, sql)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		n++
	}
	return n, rows.Close()
}

func TestErrorsOfTheAPIReachTheUser(t *testing.T) {
	p := &pair{rig: newRig(t, 0)}
	p.sim.SetRows("a.com", serpstatsim.Generate("a.com", 3000, 1))
	p.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.CreditsExhausted, Request: 4})
	n, err := drain(p.engine, context.Background(), "select url_to from serpstat_outlink where query = 'a.com'")
	if err == nil || !strings.Contains(err.Error(), "credits") {
		t.Errorf("%d rows, error %v", n, err)
	}
	p.sim.SetFaults()
	if n, err := drain(p.engine, context.Background(), "select url_to from serpstat_outlink where query = 'a.com'"); err != nil || n != 3000 {
		t.Errorf("then %d rows, error %v", n, err)
	}
}

func TestCancelling(t *testing.T) {
	p := &pair{rig: newRig(t, 0)}
	p.sim.SetRows("a.com", serpstatsim.Generate("a.com", 5000, 1))
	ctx, cancel := context.WithCancel(context.Background())
	rows, err := p.engine.Query(ctx, "select url_to from serpstat_outlink where query = 'a.com'")
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		rows.Next()
	}
	cancel()
	for rows.Next() {
	}
	if err := rows.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if asked := len(p.sim.Requests()); asked > 2 {
		t.Errorf("%d requests for ten rows", asked)
	}
	if n, err := drain(p.engine, context.Background(), "select url_to from serpstat_outlink where query = 'a.com'"); err != nil || n != 5000 {
		t.Errorf("the next statement has %d rows, error %v", n, err)
	}
	if credits := p.sim.Credits(); credits != 5000 {
		t.Errorf("%d credits for what was cancelled and the next statement together", credits)
	}
}

func TestADatabaseFileKeepsTablesAndViews(t *testing.T) {
	file := t.TempDir() + "/with space?.db"
	r := newRigOn(t, 0, file)
	r.sim.SetRows("a.com", serpstatsim.Generate("a.com", 10, 1))
	for _, sql := range []string{
		"create table kept as select * from serpstat_outlink where query = 'a.com'",
		"create view v as select count(*) n from serpstat_outlink where query = 'a.com'",
	} {
		if _, err := drain(r.engine, context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	r.engine.Close()
	again := newRigOn(t, 0, file)
	again.sim.SetRows("a.com", serpstatsim.Generate("a.com", 12, 1))
	p := &pair{rig: again}
	for _, sql := range []string{"drop table serpstat_outlink", "alter table serpstat_outlink rename to x", "delete from serpstat_outlink where query = 'a.com'"} {
		if _, err := drain(again.engine, context.Background(), sql); !errors.As(err, new(*sqlengine.ReadOnlyError)) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if got := p.askEngine(t, "select (select count(*) from kept), (select n from v)"); got[0] != "int64 10|int64 12" {
		t.Errorf("kept and seen: %v", got)
	}
}

func TestAStatementHasTheCommentAboveIt(t *testing.T) {
	for _, test := range []struct{ name, script, want string }{
		{"the lines right above it", "-- one\n  -- two\nselect 1", "-- one\n  -- two"},
		{"not those above an empty line", "-- of the file\n \n-- one\nselect 1", "-- one"},
		{"none where an empty line is between", "-- of the file\n\nselect 1", ""},
		{"none", "select 1", ""},
		{"a comment of several lines", "/* one\n   two */\nselect 1", "/* one\n   two */"},
		{"not what follows the statement before it", "select 0; -- of the first\n-- one\nselect 1", "-- one"},
		{"what stands on its own line", "-- one\n/* here */ select 1", "-- one\n/* here */"},
		{"lines that end as on Windows", "-- one\r\nselect 1", "-- one"},
	} {
		list, err := sqlengine.Split(test.script)
		if err != nil || len(list) == 0 || list[len(list)-1].Comment != test.want {
			t.Errorf("%s: %+v, %v; want %q", test.name, list, err, test.want)
		}
	}
}

func TestSplit(t *testing.T) {
	script := "select ';';\n-- one; two\n/* three;\n */ select \"a;b\"; ;\n\ncreate trigger t after insert on x begin select 1; select 2; end;\n  select 3"
	got, err := sqlengine.Split(script)
	want := []sqlengine.Statement{
		{Text: "select ';';", Line: 1}, {Text: "select \"a;b\";", Line: 4, Comment: "-- one; two\n/* three;\n */"},
		{Text: "create trigger t after insert on x begin select 1; select 2; end;", Line: 6}, {Text: "select 3", Line: 7},
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, open := range []string{"select 'x", "select 1; /* x", "select \"x;"} {
		if list, err := sqlengine.Split(open); err == nil && strings.Contains(open, "'") {
			t.Errorf("%s: %+v", open, list)
		}
	}
	if list, err := sqlengine.Split(" -- nothing\n ; "); err != nil || len(list) > 0 {
		t.Errorf("%+v, %v", list, err)
	}
}
