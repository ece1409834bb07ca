package serpstat

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// sent is a scan as Steampipe's foreign data wrapper asks for it, and what PostgreSQL then keeps of its rows.
type sent struct {
	domain string
	quals  []*proto.Qual // without the domain
	limit  int64
	sort   string
	keeps  []clause // all that the statement says of the rows, sent or not
	most   int64    // credits; 0 is as many as the domain has rows
}

// The examples of docs/steampipe.md: what was seen to be sent for each (Steampipe 2.3.6, wrapper 2.2.2).
func TestWhatTheSteampipePageSays(t *testing.T) {
	page, err := os.ReadFile("../docs/steampipe.md")
	if err != nil {
		t.Fatal(err)
	}
	few := clause{column: "links_ext", operator: "<", values: []any{int64(20)}}
	atLeast := clause{column: "links_ext", operator: ">=", values: []any{int64(5)}}
	since := clause{column: "first_seen", operator: ">=", values: []any{day.AddDate(0, 0, 1).Add(7 * time.Hour)}}
	tokyo := clause{column: "first_seen", operator: ">", values: []any{day.Add(24*time.Hour - 9*time.Hour)}, zone: 9 * time.Hour}
	either := clause{column: "nofollow", operator: "=", values: []any{"ugc", "sponsored"}, list: true}
	five := clause{column: "links_ext", operator: "=", values: []any{int64(5)}}
	examples := map[string][]sent{
		"Join on the domain alone":                     {{domain: "serpstat.com", quals: quals(few.qual()), keeps: []clause{few}}, {domain: "python.org", quals: quals(few.qual()), keeps: []clause{few}}},
		"Join on more than the domain":                 {{domain: "serpstat.com", keeps: []clause{few}}, {domain: "python.org", keeps: []clause{atLeast}}},
		"Join two domains":                             {{domain: "serpstat.com"}, {domain: "python.org"}},
		"Take the first rows of each domain":           {{domain: "serpstat.com", limit: 2, sort: "links_ext desc", most: 2}, {domain: "python.org", limit: 2, sort: "links_ext desc", most: 2}},
		"Compare with the rows of a subquery":          {{domain: "serpstat.com", quals: quals(few.qual()), keeps: []clause{few}}},
		"Look for the values of an array":              {{domain: "serpstat.com", quals: quals(either.qual()), keeps: []clause{either}}},
		"Ask for the last days":                        {{domain: "serpstat.com", quals: quals(since.qual()), limit: 10, sort: "links_ext desc", keeps: []clause{since}}},
		"Write a date in any time zone":                {{domain: "serpstat.com", quals: quals(tokyo.qual()), limit: 10, keeps: []clause{tokyo}}},
		"Cut after the rows have come":                 {{domain: "serpstat.com", quals: quals(atLeast.qual()), keeps: []clause{atLeast}}},
		"Give several domains to a prepared statement": {{domain: "serpstat.com"}},
		"Compare pairs":                                {{domain: "serpstat.com", keeps: []clause{five}}},
	}
	domains := map[string][]serpstatsim.Row{}
	for i, domain := range []string{"serpstat.com", "python.org"} {
		rows := serpstatsim.Generate(domain, 200, uint64(i))
		for k := range rows {
			rows[k].LinksExt = int64(k * 7 % 90)
			rows[k].Nofollow = words[k%4]
			rows[k].FirstSeen = day.AddDate(0, 0, k%5).Format(time.DateOnly)
		}
		domains[domain] = rows
	}
	r := newRig(t, serpstatsim.Options{Domains: domains}, "")
	for _, heading := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatch(string(page), -1) {
		scans, ok := examples[heading[1]]
		if !ok {
			t.Errorf("no test sends what is sent for %q", heading[1])
		}
		delete(examples, heading[1])
		for _, s := range scans {
			r.forget()
			q := query{limit: s.limit, sort: s.sort, quals: append(slices.Clone(s.quals), where("query", "=", s.domain))}
			if err := r.checkAsDatabase(q, domains[s.domain], nil, s.keeps...); err != nil {
				t.Errorf("%s: %s: %v", heading[1], s.domain, err)
			}
			if _, credits := r.cost(); s.most > 0 && credits > s.most {
				t.Errorf("%s: %s: %d credits", heading[1], s.domain, credits)
			}
		}
	}
	for heading := range examples {
		t.Errorf("docs/steampipe.md has no example %q", heading)
	}
}

// A date in a session of any time zone, with and without LIMIT and ORDER BY.
func TestDatesOfAnyTimeZone(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 60, 1)
	for i := range rows {
		rows[i].LinksExt = int64(i * 7 % 60)
		first := day.AddDate(0, 0, i%5)
		rows[i].FirstSeen, rows[i].LastVisited = first.Format(time.DateOnly), first.Add(time.Duration(i)*time.Hour).Format(time.DateTime)
	}
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
	for _, zone := range []time.Duration{-12, 0, 14} {
		for _, column := range []string{"first_seen", "last_visited"} {
			for _, operator := range []string{"=", "<>", "<", "<=", ">", ">="} {
				for limit := range int64(2) {
					for _, sort := range []string{"", "links_ext desc"} {
						// midnight of a day, in that zone
						c := clause{column: column, operator: operator, values: []any{day.AddDate(0, 0, 2).Add(-zone * time.Hour)}, zone: zone * time.Hour}
						q := query{limit: limit * 7, sort: sort, quals: quals(where("query", "=", "a.com"), c.qual())}
						if err := r.checkAsDatabase(q, rows, nil, c); err != nil {
							t.Errorf("%s %s in a zone of %d hours, limit %d, order %q: %v", column, operator, zone, limit*7, sort, err)
						}
					}
				}
			}
		}
	}
}

// What arrives for `column operator (select …)`, whatever the subquery yields: no row is dropped that it could match.
func TestAValueThatIsLostDropsNoRow(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 60, 1)
	for i := range rows {
		rows[i].LinksExt = int64(i * 7 % 60)
	}
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
	for _, lost := range []struct {
		column string
		sent   any
		meant  any
	}{
		{"links_ext", int64(0), int64(30)}, {"url_to", "?", rows[3].URLTo}, {"link_text", "?", rows[5].LinkText}, {"first_seen", epoch, date(2024, 5, 1)}, {"last_visited", epoch, date(2024, 5, 1)},
	} {
		operators := ordering
		if _, isText := lost.sent.(string); isText {
			operators = []string{"=", "<>"}
		}
		for _, operator := range operators {
			meant := clause{column: lost.column, operator: operator, values: []any{lost.meant}}
			if err := r.checkAsDatabase(query{quals: quals(where("query", "=", "a.com"), where(lost.column, operator, lost.sent))}, rows, nil, meant); err != nil {
				t.Errorf("%s %s (select …): %v", lost.column, operator, err)
			}
		}
	}
	r.forget()
	if got := r.run(query{quals: quals(where("query", "=", "?"))}); got.err == nil || !strings.Contains(got.err.Error(), "query in (select …)") || len(r.sim.Requests()) > 0 {
		t.Errorf("query = (select …): %d rows, %v", len(got.rows), got.err)
	}
}

// A count of 0 may stand for another number, but rows of more than that are more than 0: such a clause is taken at its
// word, and a LIMIT beside it ends the buying.
func TestMoreThanNothingIsTakenAtItsWord(t *testing.T) {
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": serpstatsim.Generate("a.com", 300, 1)}}, "")
	for _, operator := range []string{">", ">="} {
		r.forget()
		got := r.must(query{limit: 5, quals: quals(where("query", "=", "a.com"), where("links_ext", operator, 0))})
		if _, credits := r.cost(); len(got) != 5 || credits != 5 {
			t.Errorf("links_ext %s 0: %d rows for %d credits", operator, len(got), credits)
		}
	}
}

// A scan without its domain says what to write, before anything is asked.
func TestAMissingDomainSaysWhatToWrite(t *testing.T) {
	r := newRig(t, serpstatsim.Options{}, "")
	tables := []string{"serpstat_outlink_summary"}
	for _, t := range catalog.Tables() {
		tables = append(tables, t.Name)
	}
	for _, table := range tables {
		for _, q := range [][]*proto.Qual{nil, quals(where("query", "<>", "a.com")), quals(where("search_type", "=", "domain"))} {
			got := r.run(query{table: table, columns: []string{"query"}, quals: q})
			if got.err == nil || !strings.HasPrefix(got.err.Error(), table+" needs a value for query: add where query = '…'") || len(r.sim.Requests()) > 0 {
				t.Errorf("%s where %v: %v", table, q, got.err)
			}
		}
	}
}

// A join in the docs has no condition on a plugin's table but its domain: Steampipe loses any other.
func TestJoinsInTheDocsAreThoseThatSteampipeAnswers(t *testing.T) {
	var pages []string
	for _, folder := range []string{"tables", "recipes"} {
		found, err := filepath.Glob("../docs/" + folder + "/*.md")
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", folder, found, err)
		}
		pages = append(pages, found...)
	}
	block := regexp.MustCompile("(?s)```sql(?:\\+postgres)?\n(.*?)```")
	inside := regexp.MustCompile(`from serpstat_\w+(?: as)?(?: \w+)? (?:(?:left|right|full|inner|cross) )?join|from \w+(?: as)? \w+, serpstat_`)
	joined := regexp.MustCompile(`join serpstat_\w+(?: as)? \w+ on (.*?)(?: (?:where|group by|order by|limit|(?:left |cross )?join) |\)|;|$)`)
	alone := regexp.MustCompile(`^\w+\.query = \w+\.\w+ ?$`)
	joins := 0
	for _, page := range append(pages, "../docs/index.md", "../docs/steampipe.md", "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range block.FindAllStringSubmatch(string(text), -1) {
			sql := strings.Join(strings.Fields(strings.ToLower(found[1])), " ")
			sql = strings.ReplaceAll(sql, ", serpstat_credit", "") // which has one row, and takes no condition
			joins += strings.Count(sql, " join ")
			if inside.MatchString(sql) {
				t.Errorf("%s: a plugin's table is joined without a materialized CTE:\n%s", page, sql)
			}
			for _, on := range joined.FindAllStringSubmatch(sql, -1) {
				if !alone.MatchString(on[1]) {
					t.Errorf("%s: a join by %q:\n%s", page, on[1], sql)
				}
			}
		}
	}
	if joins < 10 {
		t.Errorf("only %d joins are found", joins)
	}
}
