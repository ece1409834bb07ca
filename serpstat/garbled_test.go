package serpstat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// Timestamps that Steampipe's foreign data wrapper garbles, sent as it sends them: every statement is answered as
// SQL says, with ORDER BY and LIMIT too.
func TestTimesThatSteampipeGarbles(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 16, 1)
	for i := range rows {
		rows[i].LinksExt = int64(i * 7 % 16) // no two alike, so that an order is one
		if rows[i].DateDel == nil && i%2 == 0 {
			rows[i].DateDel = &rows[i].LastVisited
		}
	}
	// A link that is older than Serpstat: only for it does it matter whether 2000-01-01 or -infinity was meant.
	old := slices.Clone(rows)
	for i := range 3 {
		old[i*5].FirstSeen, old[i*5].LastVisited, old[i*5].LinksExt = "1999-06-01", "1999-07-01 12:00:00", int64(1000+i)
	}
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows, "old.com": old}}, "")
	values := map[string]any{
		"infinity": infinite(1), "-infinity": infinite(-1), "9999-12-31": date(9999, 12, 31), "1700-01-01": date(1700, 1, 1), "0001-01-01": date(1, 1, 1),
		"2300-01-01": date(2300, 1, 1), "2000-01-01": epoch, "1999-12-31 23:59:59.999999": epoch.Add(-time.Microsecond), "2020-06-01": date(2020, 6, 1),
	}
	for name, value := range values {
		for _, column := range []string{"first_seen", "last_visited", "date_del"} {
			for _, operator := range []string{"=", "<>", "<", "<=", ">", ">="} {
				c := clause{column: column, operator: operator, values: []any{value}}
				check := func(domain string, rows []serpstatsim.Row, limit int64, sort string) {
					if err := r.checkAsDatabase(query{limit: limit, sort: sort, quals: quals(where("query", "=", domain), c.qual())}, rows, nil, c); err != nil {
						t.Errorf("%s: %s %s %s, limit %d, order %q: %v", domain, column, operator, name, limit, sort, err)
					}
				}
				check("a.com", rows, 0, "")
				check("a.com", rows, 5, "links_ext desc")
				if column == "first_seen" {
					check("a.com", rows, 5, "")
					check("old.com", old, 0, "")
					check("old.com", old, 5, "")
					check("old.com", old, 14, "") // more than are not in doubt
				}
			}
		}
	}
	// What is not in doubt costs no more than it did.
	for _, tt := range []struct {
		column, operator string
		value            any
		want             int64
	}{
		{"last_visited", "<", date(9999, 12, 31), 5}, {"last_visited", ">", date(1700, 1, 1), 5}, {"last_visited", ">=", epoch, 5}, {"last_visited", "<", date(2000, 1, 3), 1},
		{"first_seen", ">", date(9999, 12, 31), 1}, {"first_seen", "<", date(9999, 12, 31), 5}, {"first_seen", "<", date(1700, 1, 1), 16},
	} {
		r.forget()
		r.run(query{limit: 5, stop: 5, quals: quals(where("query", "=", "a.com"), where(tt.column, tt.operator, tt.value))})
		if _, credits := r.cost(); credits > tt.want {
			t.Errorf("%s %s %v limit 5 costs %d credits, want %d", tt.column, tt.operator, tt.value, credits, tt.want)
		}
	}
}

// A list without elements: `<> all ('{}')` is true, `= any ('{}')` is not.
func TestListsWithoutElements(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 40, 1)
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
	for _, tt := range []struct {
		column, operator string
		rows             int
		credits          int64
	}{
		{"links_ext", "<>", 40, 40}, {"url_to", "<>", 40, 40}, {"first_seen", "<>", 40, 40}, {"link_text", "!~~", 40, 40}, {"link_text", "~~", 40, 40},
		{"links_ext", ">", 40, 40}, {"links_ext", "=", 0, 0}, {"query", "=", 0, 0},
	} {
		r.forget()
		q := query{quals: quals(where("query", "=", "a.com"), where(tt.column, tt.operator, []any{}))}
		if tt.column == "query" {
			q.quals = q.quals[1:]
		}
		got := r.must(q)
		if _, credits := r.cost(); len(got) != tt.rows || credits != tt.credits {
			t.Errorf("%s %s (): %d rows for %d credits, want %d for %d", tt.column, tt.operator, len(got), credits, tt.rows, tt.credits)
		}
	}
	// Beside other clauses, a list of domains and a limit.
	r.sim.SetRows("b.com", rows)
	got := r.must(query{limit: 7, quals: quals(where("query", "=", []any{"a.com", "b.com"}), where("links_ext", "<>", []any{}), where("links_ext", ">=", int64(0)))})
	if len(got) != 7 {
		t.Errorf("%d rows, want 7", len(got))
	}
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// checkAsDatabase runs a query, does what PostgreSQL does with its rows, and compares with SQL over the simulator's. fold
// is the database's folding of letters, nil that of ASCII.
func (r *rig) checkAsDatabase(q query, rows []serpstatsim.Row, fold func(string) string, clauses ...clause) error {
	q.columns = []string{"query", "url_from", "url_to", "link_text", "nofollow", "link_type", "links_ext", "first_seen", "last_visited", "date_del"}
	got := r.run(q)
	if got.err != nil {
		return got.err
	}
	keeps := func(row serpstatsim.Row) bool {
		return !slices.ContainsFunc(clauses, func(c clause) bool { return !c.keeps(row, fold) })
	}
	// In order, only the values that are ordered by are certain: rows of one value may come in any order.
	var have, want []string
	var haveKeys, wantKeys []int64
	for _, m := range got.rows {
		if row := simRow(m); keeps(row) && (q.limit <= 0 || len(have) < int(q.limit)) {
			have, haveKeys = append(have, identity(row)), append(haveKeys, row.LinksExt)
		}
	}
	for _, row := range rows {
		if keeps(row) {
			want, wantKeys = append(want, identity(row)), append(wantKeys, row.LinksExt)
		}
	}
	count := len(want)
	if q.limit > 0 {
		count = min(int(q.limit), count)
	}
	if len(have) != count {
		return fmt.Errorf("%d rows, want %d", len(have), count)
	}
	for _, row := range have {
		i := slices.Index(want, row)
		if i < 0 {
			return fmt.Errorf("%s came from nowhere, or too often", row)
		}
		want = slices.Delete(want, i, i+1)
	}
	slices.Sort(wantKeys)
	if strings.HasSuffix(q.sort, "desc") {
		slices.Reverse(wantKeys)
	}
	if q.sort != "" && !slices.Equal(haveKeys, wantKeys[:count]) {
		return fmt.Errorf("links_ext in order: %v, want %v", haveKeys, wantKeys[:count])
	}
	return nil
}
