package serpstat

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// numbered are rows that can be told apart, with a few very common values of links_ext among many rare ones.
func numbered(n int, seed uint64) []serpstatsim.Row {
	r := rand.New(rand.NewPCG(seed, seed))
	rows := serpstatsim.Generate("big.com", n, seed)
	for i := range rows {
		rows[i].URLTo = fmt.Sprintf("https://e%d.com/%d", i%7, i)
		rows[i].LinksExt = int64(r.IntN(200))
		if i%3 == 0 {
			rows[i].LinksExt = int64(i % 5)
		}
	}
	return rows
}

// checkAll fails unless each row that should be there is there once, and in the order that was asked for.
func checkAll(t *testing.T, rows []serpstatsim.Row, got []map[string]any, sort string) {
	t.Helper()
	want := map[string]int{}
	for _, row := range rows {
		want[row.URLTo]++
	}
	for i, row := range got {
		want[row["url_to"].(string)]--
		if i == 0 || sort == "" {
			continue
		}
		before, now := got[i-1]["links_ext"].(int64), row["links_ext"].(int64)
		if sort == "links_ext asc" && now < before || sort == "links_ext desc" && now > before {
			t.Fatalf("row %d has %d after %d", i, now, before)
		}
	}
	for url, n := range want {
		if n != 0 {
			t.Fatalf("%s is missing (or doubled: %d); %d rows of %d", url, n, len(got), len(rows))
		}
	}
}

// Past the row cap every row comes once, in every order, under every reading, and the parts cost little.
func TestResultsPastTheRowCapAreComplete(t *testing.T) {
	rows := numbered(5000, 1)
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
	random := rand.New(rand.NewPCG(7, 7))
	readings := []serpstatsim.Interpretations{ // between takes the place of gte
		{CompareTypes: serpstatsim.AllowSpecOnly},
		{CompareTypes: serpstatsim.AllowSpecOnly, BetweenExclusive: true},
	}
	for range repetition.Times(2, 60) {
		readings = append(readings, serpstatsim.RandomInterpretations(random))
	}
	for round, interpretations := range readings {
		interpretations.ActiveOnly = false // rows are all that must come
		for _, sort := range []string{"", "links_ext asc", "links_ext desc"} {
			r.sim.SetInterpretations(interpretations)
			r.forget()
			got := r.run(query{sort: sort, quals: quals(where("query", "=", "big.com"))})
			if got.err != nil {
				t.Fatalf("%+v, %s: %v", interpretations, sort, got.err)
			}
			checkAll(t, rows, got.rows, sort)
			if _, credits := r.cost(); credits > 5000+50 {
				t.Errorf("round %d, %s: %d credits", round, sort, credits)
			}
		}
	}
}

func TestAFilterGoesIntoEveryPart(t *testing.T) {
	rows := numbered(5000, 2)
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
	var kept []serpstatsim.Row
	for _, row := range rows {
		if strings.HasPrefix(row.URLTo, "https://e1.com/") || row.LinksExt >= 2 {
			if row.LinksExt >= 2 {
				kept = append(kept, row)
			}
		}
	}
	got := r.run(query{quals: quals(where("query", "=", "big.com"), where("links_ext", ">=", int64(2)))})
	if got.err != nil {
		t.Fatal(got.err)
	}
	checkAll(t, kept, got.rows, "")
	if _, credits := r.cost(); credits > int64(len(kept))+50 {
		t.Errorf("%d credits for %d rows", credits, len(kept))
	}
}

func TestALimitPastTheRowCapIsReached(t *testing.T) {
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": numbered(5000, 3)}}, "")
	for _, sort := range []string{"", "links_ext desc", "links_ext asc"} {
		r.forget()
		got := r.run(query{limit: 3000, sort: sort, quals: quals(where("query", "=", "big.com"))})
		if got.err != nil || len(got.rows) != 3000 {
			t.Fatalf("%s: %d rows, %v", sort, len(got.rows), got.err)
		}
		if _, credits := r.cost(); credits > 3000+50 {
			t.Errorf("%s: %d credits for 3000 rows", sort, credits)
		}
	}
}

// A single value of links_ext with more rows than the cap is divided by what the URLs hold.
func TestAValuePastTheRowCapIsDivided(t *testing.T) {
	rows := numbered(5000, 4)
	for i := range rows {
		if i%2 == 0 {
			rows[i].LinksExt = 9
		}
	}
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
	for _, sort := range []string{"", "links_ext asc"} {
		r.forget()
		got := r.run(query{sort: sort, quals: quals(where("query", "=", "big.com"))})
		if got.err != nil {
			t.Fatal(got.err)
		}
		checkAll(t, rows, got.rows, sort)
	}
}

func TestWhatCannotBeCompleteFailsBeforeItIsBought(t *testing.T) {
	same := numbered(5000, 5)
	for i := range same {
		same[i].URLTo, same[i].URLFrom, same[i].LinksExt = "https://e.com/", "https://big.com/", 9
	}
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": numbered(5000, 5), "same.com": same}}, "")
	for name, tt := range map[string]struct {
		quals query
		want  string
	}{
		"nothing tells the rows apart": {query{quals: quals(where("query", "=", "same.com"))}, "share links_ext = 9"},
		"link_per_domain":              {query{quals: quals(where("query", "=", "big.com"), where("link_per_domain", "=", int64(1000)))}, "link_per_domain"},
	} {
		t.Run(name, func(t *testing.T) {
			r.forget()
			got := r.run(tt.quals)
			if got.err == nil || !strings.Contains(got.err.Error(), tt.want) || !strings.Contains(got.err.Error(), "5000 rows") || !strings.Contains(got.err.Error(), "LIMIT of at most 2000") {
				t.Errorf("%d rows, %v", len(got.rows), got.err)
			}
			if _, credits := r.cost(); credits > 400 {
				t.Errorf("%d credits were spent", credits)
			}
		})
	}
}

func TestTheAPIsOwnOrderPastTheRowCap(t *testing.T) {
	rows := numbered(5000, 6)
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
	got := r.run(query{quals: quals(where("query", "=", "big.com"), where("sort_by", "=", "anchor"))})
	if got.err != nil {
		t.Fatal(got.err)
	}
	checkAll(t, rows, got.rows, "")
	r.forget()
	if got := r.run(query{limit: 1900, quals: quals(where("query", "=", "big.com"), where("sort_by", "=", "anchor"))}); got.err != nil || len(got.rows) != 1900 {
		t.Errorf("%d rows, %v", len(got.rows), got.err)
	}
	got = r.run(query{limit: 2100, quals: quals(where("query", "=", "big.com"), where("sort_by", "=", "anchor"))})
	if got.err == nil || len(got.rows) > 0 {
		t.Errorf("%d rows of an order that ends at the cap, and %v", len(got.rows), got.err)
	}
}

// Whatever changes while parts are read, the scan ends: with all that was there throughout, or an error; and
// never with a row twice and no word of it.
func TestDataThatChangesBetweenParts(t *testing.T) {
	for name, change := range map[string]func([]serpstatsim.Row) []serpstatsim.Row{
		"fewer":   func(rows []serpstatsim.Row) []serpstatsim.Row { return rows[:3000] },
		"more":    func(rows []serpstatsim.Row) []serpstatsim.Row { return append(rows, numbered(600, 9)...) },
		"nothing": func([]serpstatsim.Row) []serpstatsim.Row { return nil },
	} {
		for _, at := range []int{3, 9, 14, 25} {
			t.Run(fmt.Sprintf("%s at request %d", name, at), func(t *testing.T) {
				rows := numbered(5000, 8)
				var r *rig
				r = newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}, Before: func(number int) {
					if number == at {
						r.sim.SetRows("big.com", change(rows[:len(rows):len(rows)]))
					}
				}}, "")
				r.plugin.mu.Lock()
				r.plugin.warnings["big.com"] = nil
				r.plugin.mu.Unlock()
				got := r.run(query{quals: quals(where("query", "=", "big.com"))})
				requests, _ := r.cost()
				if requests > 200 {
					t.Errorf("%d requests", requests)
				}
				if got.err == nil && requests >= at && len(got.rows) != 5000 && len(r.warnings("big.com")) == 0 {
					t.Errorf("%d rows of 5000 and no warning", len(got.rows))
				}
			})
		}
	}
}

func TestMaxCredits(t *testing.T) {
	data := map[string][]serpstatsim.Row{"big.com": numbered(5000, 1), "small.com": numbered(90, 1)}
	for name, tt := range map[string]struct {
		query query
		rows  int
		want  string // of the error, "" is none
		most  int64  // credits
	}{
		"a scan above it":          {query{quals: quals(where("query", "=", "big.com"))}, 0, "reading big.com costs 4975 more credits, max_credits is 100 and 25 are spent: add a LIMIT or a filter, or raise max_credits", 25},
		"a scan below it":          {query{quals: quals(where("query", "=", "small.com"))}, 90, "", 90},
		"a limit below it":         {query{limit: 100, quals: quals(where("query", "=", "big.com"))}, 100, "", 100},
		"a limit above it":         {query{limit: 101, quals: quals(where("query", "=", "big.com"))}, 0, "costs 76 more credits, max_credits is 100 and 25 are spent", 25},
		"a limit of some above it": {query{limit: 101, quals: quals(where("query", "=", "big.com"), where("nofollow", "<>", "x"))}, 0, "costs at least 76 more credits", 25},
		"a residual":               {query{limit: 50, quals: quals(where("query", "=", "big.com"), where("link_text", "=", "no such text"))}, 0, "", 1},
		"a filter below it":        {query{quals: quals(where("query", "=", "big.com"), where("links_ext", "=", int64(150)))}, -1, "", 60},
		"two domains":              {query{quals: quals(where("query", "=", []any{"small.com", "big.com"}))}, -1, "max_credits is 100", 100},
		"an order above it":        {query{sort: "links_ext desc", quals: quals(where("query", "=", "big.com"))}, 0, "costs 4975 more credits", 25},
		"the API's own filter":     {query{quals: quals(where("query", "=", "big.com"), where("complex_filter", "=", jsonb(`[[{"field":"links_external","compareType":"gte","value":[199]}]]`)))}, -1, "", 60},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: data}, "max_credits = 100")
			got := r.run(tt.query)
			_, credits := r.cost()
			if credits > tt.most {
				t.Errorf("%d credits, at most %d", credits, tt.most)
			}
			switch {
			case tt.want == "" && got.err != nil, tt.want != "" && (got.err == nil || !strings.Contains(got.err.Error(), tt.want)):
				t.Errorf("got the error %v, want %q", got.err, tt.want)
			case tt.want == "" && tt.rows >= 0 && len(got.rows) != tt.rows:
				t.Errorf("%d rows, want %d", len(got.rows), tt.rows)
			}
			var budget *execute.BudgetError
			if errors.As(got.err, &budget) && budget.Most != 100 {
				t.Errorf("%+v", budget)
			}
		})
	}
}

func TestTheSummaryTableCostsOneCredit(t *testing.T) {
	r := newRig(t, serpstatsim.Options{MaxLines: 5000, Domains: map[string][]serpstatsim.Row{"big.com": numbered(5000, 1), "none.com": nil}}, "")
	columns := []string{"query", "search_type", "total", "left_lines"}
	got := r.must(query{table: "serpstat_outlink_summary", columns: columns, quals: quals(where("query", "=", []any{"big.com", "BIG.com", "none.com"}))})
	if len(got) != 3 {
		t.Fatalf("%v", got)
	}
	for _, row := range got {
		if want := map[any]int64{"big.com": 5000, "BIG.com": 5000, "none.com": 0}[row["query"]]; row["total"] != want || row["search_type"] != "domain_with_subdomains" {
			t.Errorf("%v", row)
		}
	}
	if requests, credits := r.cost(); requests != 2 || credits != 2 {
		t.Errorf("%d requests, %d credits", requests, credits)
	}
	r.forget()
	filtered := r.must(query{table: "serpstat_outlink_summary", columns: columns, quals: quals(where("query", "=", "big.com"),
		where("complex_filter", "=", jsonb(`[[{"field":"links_external","compareType":"lte","value":[1]}]]`)))})
	if total, _ := filtered[0]["total"].(int64); total == 0 || total > 1100 {
		t.Errorf("%v", filtered)
	}
}

func TestTheCreditTableIsFreeAndFresh(t *testing.T) {
	r := newRig(t, serpstatsim.Options{MaxLines: 5000, Domains: map[string][]serpstatsim.Row{"a.com": numbered(90, 1)}}, "")
	ask := func() map[string]any {
		got := r.must(query{table: "serpstat_credit", cache: true, columns: []string{"max_lines", "used_lines", "left_lines"}})
		if len(got) != 1 {
			t.Fatalf("%v", got)
		}
		return got[0]
	}
	before := ask()
	r.must(query{quals: quals(where("query", "=", "a.com"))})
	after := ask()
	if before["max_lines"] != int64(5000) || before["left_lines"].(int64)-after["left_lines"].(int64) != 90 || after["used_lines"].(int64) < 90 {
		t.Errorf("%v, then %v", before, after)
	}
	if _, credits := r.cost(); credits != 90 {
		t.Errorf("%d credits", credits)
	}
}
