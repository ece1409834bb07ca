package sqlengine_test

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// fragments are texts that may stand between two commas of a SELECT: with parameters, and with what only looks like one.
var fragments = []string{
	":a", "@b", "$c", ":a1_Ä", ":a+@b", ":a||:b", "-:c", ":é", "$a::b", "$a::b(x)", "@_x", ":a$b", "':d'", "':d'':e'", `":d"`, "1 as \":d\"\":e\"", "1 as `:d`", "1 as `:d``@e`", "1 as [:d @e]",
	"1 -- :d\n", "1 /* :d @e */", "1 /* ' */ + :f", "'--' || :f", "x'ab'", "1 as a$b", "1 as a1", "1.5e+3", ".5", "'/*' || :g", "1--:h\n+:i", "1 as \"-- \" /**/", "'a\n:d'", ":j/2", ":j/*x*/", "(:k)", "cast(:l as text)", "'{}'->>:m",
}

var missingArgument = regexp.MustCompile(`missing named argument "(.*)"`)

// What is found are the parameters that SQLite finds: the driver names them one by one, as long as they have no values.
func TestBoundParametersAreSQLites(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	check := func(t *rapid.T) {
		statement := "select " + strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 1, 5).Draw(t, "fragments"), ", ")
		var got []string
		for _, p := range sqlengine.BoundParameters(statement) {
			if !strings.HasPrefix(p.Name(), "_") && !slices.Contains(got, p.Name()) { // which database/sql does not pass on
				got = append(got, p.Name())
			}
		}
		var want []string
		var args []any
		for {
			rows, err := db.Query(statement, args...)
			if err == nil {
				rows.Close()
				break
			}
			m := missingArgument.FindStringSubmatch(err.Error())
			if m == nil {
				t.Fatalf("%s: %v", statement, err)
			}
			if strings.HasPrefix(m[1], "_") {
				return
			}
			want = append(want, m[1])
			args = append(args, sql.Named(m[1], 1))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s\ngot  %q\nwant %q", statement, got, want)
		}
	}
	for range repetition.Times(300, 10_000) {
		rapid.Check(t, check)
	}
	for statement, want := range map[string]string{
		"select ?, ?12, :a": "[? ?12 :a]", "select a::date, :b": "[]", "select :a 'open": "[:a]", "select #1, :b": "[]", "select :1, @2": "[:1 @2]", "select 1 -- :a": "[]", "select 1 /* :a": "[]", "": "[]", "select /": "[]",
	} {
		var found []string
		for _, p := range sqlengine.BoundParameters(statement) {
			found = append(found, p.Text)
		}
		if fmt.Sprint(found) != want {
			t.Errorf("%s has %s, want %s", statement, found, want)
		}
	}
}

func FuzzBoundParameters(f *testing.F) {
	for _, piece := range fragments {
		f.Add(piece)
	}
	f.Fuzz(func(t *testing.T, statement string) {
		for _, p := range sqlengine.BoundParameters(statement) {
			if !strings.Contains(statement, p.Text) {
				t.Errorf("%q has no %q", statement, p.Text)
			}
		}
	})
}

// A parameter is worth what its value is worth as a literal: the same rows for the same credits.
func TestAParameterCostsWhatALiteralDoes(t *testing.T) {
	values := map[string]any{
		"domain": "a.com", "other": "b.com", "n": int64(3), "few": int64(50), "offset": int64(2), "since": "2023-06-01", "until": "2024-06-01", "like": "%e%", "glob": "*https*", "begin": "https://%", "many": int64(1000),
		"domains": `["a.com","b.com"]`, "follow": "nofollow", "text": "7", "half": 7.5, "null": nil,
	}
	for _, text := range []string{
		"select url_to, links_ext from serpstat_outlink where query = :domain and links_ext < :few",
		"select links_ext from serpstat_outlink where query = :domain limit :n",
		"select links_ext from serpstat_outlink where query = :domain limit :n offset :offset",
		"select links_ext from serpstat_outlink where query = :domain limit :offset, :n",
		"select links_ext from serpstat_outlink where query = :domain and links_ext < :few order by links_ext desc limit :n",
		"select count(url_to) from serpstat_outlink where query = :domain and first_seen >= :since and first_seen < :until",
		"select count(url_to) from serpstat_outlink where query = :domain and first_seen between :since and :until",
		"select url_to from serpstat_outlink where query = :domain and url_to glob :glob limit :n",
		"select count(url_to) from serpstat_outlink where query = :domain and link_text like :like",
		"select url_to from serpstat_outlink where query = :domain and url_to like :begin limit :n",
		"select url_to from serpstat_outlink where query = :domain and url_to not like :like limit :n",
		"select url_to from serpstat_outlink where query = :domain and (links_ext = :n or nofollow = :follow) limit :n",
		"select url_to from serpstat_outlink where query = :domain and links_ext > :text limit :n",
		"select url_to from serpstat_outlink where query = :domain and links_ext > :half limit :n",
		"select url_to from serpstat_outlink where query = :domain and links_ext in (:n, :few, :offset)",
		"select query, links_ext from serpstat_outlink where query in (:domain, :other) order by links_ext limit :n",
		"select count(*) from serpstat_outlink where query = :domain",
		"select max(links_ext) from serpstat_outlink where query = :domain",
		"with t as materialized (select * from serpstat_outlink where query = :domain limit :n) select count(url_to) from t where links_ext > :offset",
		"select links_ext from serpstat_outlink where query = :domain and nofollow = :null",
		"select links_ext from serpstat_outlink where query = :domain and link_per_domain = :n limit :n",
		"select o.links_ext from serpstat_outlink o join serpstat_outlink p on p.query = :other and p.links_ext = o.links_ext where o.query = :domain and o.links_ext < :n",
		"select links_ext from serpstat_outlink where query = :domain limit :many",
		"select links_ext from serpstat_outlink where query = @domain and links_ext < $few",
		"select links_ext from serpstat_outlink where query in (select value from json_each(:domains)) order by links_ext desc limit :n",
		"select links_ext from serpstat_outlink where query = :domain and (:null is null or links_ext = :n) limit :n",
	} {
		literal := ""
		done := 0
		var args []any
		for _, p := range sqlengine.BoundParameters(text) {
			at := done + strings.Index(text[done:], p.Text)
			literal += text[done:at] + sqlengine.Literal(values[p.Name()])
			done = at + len(p.Text)
		}
		literal += text[done:]
		for name, v := range values {
			args = append(args, sql.Named(name, v))
		}
		ask := func(statement string, args ...any) ([]string, int64) {
			r := newRig(t, -1)
			r.sim.SetRows("a.com", serpstatsim.Generate("a.com", 1500, 1))
			r.sim.SetRows("b.com", serpstatsim.Generate("b.com", 300, 2))
			rows, err := r.engine.Query(serpstat.Statement(context.Background()), statement, args...)
			if err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			var list []string
			for rows.Next() {
				list = append(list, rowText(rows.Values()))
			}
			if err := rows.Close(); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			if !strings.Contains(statement, "order by") {
				slices.Sort(list)
			}
			return list, r.sim.Credits()
		}
		want, cost := ask(literal)
		got, paid := ask(text, args...)
		ofMany := strings.Contains(text, "limit") && !strings.Contains(text, "order by") // any of them are right
		if len(got) != len(want) || !ofMany && !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %.300s\nwant %.300s", text, got, want)
		}
		if paid != cost {
			t.Errorf("%s costs %d, with literals %d", text, paid, cost)
		}
	}
}

// A pattern that is written as a number is a pattern all the same.
func TestAPatternOfDigitsReachesTheAPI(t *testing.T) {
	for _, operator := range []string{"like", "glob"} {
		costs := map[string]int64{}
		for _, pattern := range []string{"'2024'", "2024"} {
			p, _ := tenSites(t)
			p.sim.Reset()
			if _, err := drain(p.engine, serpstat.Statement(context.Background()), "select link_text from serpstat_outlink where query = 'a1.com' and link_text "+operator+" "+pattern); err != nil {
				t.Fatal(err)
			}
			costs[pattern] = p.sim.Credits()
		}
		if costs["2024"] != costs["'2024'"] || costs["2024"] > 10 {
			t.Errorf("%s costs %v", operator, costs)
		}
	}
}

// A list in a parameter is asked for as a list in parentheses is.
func TestAListInAParameterIsAskedForAtOnce(t *testing.T) {
	p, fill := tenSites(t)
	listed := fill("select links_ext, query from serpstat_outlink where query in (L) order by links_ext desc limit 10")
	_, list, _ := strings.Cut(listed, "in (")
	list, _, _ = strings.Cut(list, ")")
	param := sql.Named("domains", "["+strings.ReplaceAll(list, "'", `"`)+"]")
	p.sim.Reset()
	before := p.sim.Credits()
	want := p.askEngine(t, listed)
	cost := p.sim.Credits() - before
	rows, err := p.engine.Query(serpstat.Statement(context.Background()), "select links_ext, query from serpstat_outlink where query in (select value from json_each(:domains)) order by links_ext desc limit 10", param)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		got = append(got, rowText(rows.Values()))
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(firsts(got)) != fmt.Sprint(firsts(want)) || len(got) != 10 {
		t.Errorf("got %s, want %s", got, want)
	}
	if paid := p.sim.Credits() - before - cost; paid != cost {
		t.Errorf("it costs %d, the list in parentheses %d", paid, cost)
	}
}
