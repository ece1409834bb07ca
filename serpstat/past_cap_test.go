package serpstat

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// A LIMIT in an order of the API's own, which cannot be cut into parts: where the rows end at the cap before the
// LIMIT is reached, there may be more beyond it, and the answer is an error and not a short one.
func TestARareRowMayStandBeyondTheRowCap(t *testing.T) {
	rows := numbered(5000, 51)
	for i := range rows {
		rows[i].LinkText, rows[i].LinkType = fmt.Sprintf("anchor %04d", i), "text"
		if i%1000 == 999 { // in the order of anchors, rows 999, 1999, 2999 …
			rows[i].LinkType = "href"
		}
	}
	for _, pastCapEmpty := range []bool{false, true} {
		sim := serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows, "fits.com": rows[:smallCap]}}
		sim.Interpretations.PastCapEmpty = pastCapEmpty
		r := newRig(t, sim, "")
		ask := func(domain string, limit int64) result {
			r.forget()
			return r.run(query{limit: limit, quals: quals(where("query", "=", domain), where("sort_by", "=", "anchor"), where("sort_order", "=", "asc"), where("link_type", "=", "href"))})
		}
		if got := ask("big.com", 2); got.err != nil || len(got.rows) != 2 {
			t.Errorf("two that stand before the cap: %d rows, %v", len(got.rows), got.err)
		}
		if got := ask("fits.com", 5); got.err != nil || len(got.rows) != 2 {
			t.Errorf("all that there are, as many as the cap: %d rows, %v", len(got.rows), got.err)
		}
		if got := ask("big.com", 3); got.err == nil || !strings.Contains(got.err.Error(), "5000 rows") || !strings.Contains(got.err.Error(), "at most 2000") {
			t.Errorf("the third stands beyond the cap: %d rows, %v", len(got.rows), got.err)
		}
	}
}

// alikeBut are rows of one value, more than the cap, and before them, in descending order, rows with others.
func alikeBut(top int, seed uint64) []serpstatsim.Row {
	rows := numbered(top+smallCap+400, seed)
	for i := range rows {
		rows[i].LinksExt = 7
		if i < top {
			rows[i].LinksExt = 500 - int64(i%50)
		}
	}
	return rows
}

// Rows that have been read before it is clear that a result must be cut do not come again with its parts, though the
// first one is too small for them.
func TestTheFirstPartHoldsWhatHasBeenRead(t *testing.T) {
	for _, top := range []int{10, 249, 250, 1999, 2001} { // rows before a value with more rows than the cap
		rows := alikeBut(top, 52)
		r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
		for _, sort := range []string{"", "links_ext desc"} {
			t.Run(fmt.Sprintf("%d, %s", top, sort), func(t *testing.T) {
				r.forget()
				got := r.run(query{sort: sort, quals: quals(where("query", "=", "big.com"))})
				seen := map[any]bool{}
				for _, row := range got.rows {
					if seen[row["url_to"]] {
						t.Fatalf("%s comes twice", row["url_to"])
					}
					seen[row["url_to"]] = true
				}
				if got.err != nil {
					t.Fatal(got.err)
				}
				checkAll(t, rows, got.rows, sort)
			})
		}
	}
}

// Equal rows are ordinary. Each of them comes as often as the API has it, though some were streamed before the result
// was cut and come again with its parts.
func TestEqualRowsComeAsOftenAsThereAreAcrossACut(t *testing.T) {
	for _, top := range []int{0, 55} {
		rows := alikeBut(top, 54)
		for i := 0; i+1 < len(rows); i += 2 {
			rows[i+1] = rows[i]
		}
		r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
		got := r.run(query{quals: quals(where("query", "=", "big.com"))})
		if got.err != nil {
			t.Fatal(got.err)
		}
		checkAll(t, rows, got.rows, "")
	}
}

// Counts that contradict each other end a scan before anything is bought by them.
func TestCountsThatContradictEachOther(t *testing.T) {
	spread := func(n int, links func(i int) int) []serpstatsim.Row {
		rows := numbered(n, 53)
		for i := range rows {
			rows[i].LinksExt = int64(links(i))
		}
		return rows
	}
	before := spread(5000, func(i int) int { return i % 100 })
	for name, c := range map[string]struct {
		sort  string
		after []serpstatsim.Row
	}{
		"more at the end of a descending scan": {"links_ext desc", spread(9000, func(int) int { return 0 })},
		"more at the end of an ascending scan": {"links_ext asc", spread(9000, func(int) int { return 99 })},
		"fewer in a descending scan":           {"links_ext desc", before[:50]},
		"fewer in an ascending scan":           {"links_ext asc", before[:50]},
	} {
		t.Run(name, func(t *testing.T) {
			var r *rig
			counts := 0
			sim := serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": before}}
			sim.OnRequest = func(req serpstatsim.Request) { // one at a time
				if req.Size > 1 {
					return
				}
				if counts++; counts == 1 {
					r.sim.SetRows("big.com", c.after)
				}
			}
			r = newRig(t, sim, "max_concurrent_requests = 1")
			got := r.run(query{sort: c.sort, quals: quals(where("query", "=", "big.com"))})
			if got.err == nil || !strings.Contains(got.err.Error(), "change while it is read") {
				t.Errorf("%d rows, %v", len(got.rows), got.err)
			}
			if _, credits := r.cost(); counts != 2 || credits > 250+2 {
				t.Errorf("%d counts, %d credits", counts, credits)
			}
		})
	}
}

// An API for which "lacks a text" is not the opposite of "contains it": a value past the row cap is divided by another
// text, for which it is.
func TestADivisionThatLeavesRowsOutIsNotTaken(t *testing.T) {
	rows := numbered(5000, 54)
	for i := range rows {
		rows[i].LinksExt = 9
		if i < 1000 {
			rows[i].LinksExt = 90
		}
		if i%2 == 0 {
			rows[i].URLTo = strings.Replace(rows[i].URLTo, "/e", "/e-", 1)
		}
	}
	r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
	twisted := 0
	web := pipehttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		// What lacks a hyphen must lack a 7 as well.
		const lacksHyphen = `"compareType":"notContains","value":["-"]`
		if bytes.Contains(body, []byte(lacksHyphen)) {
			twisted++
			body = bytes.Replace(body, []byte(lacksHyphen), []byte(`"compareType":"notContains","value":["-","7"]`), 1)
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		r.sim.ServeHTTP(w, req)
	}))
	t.Cleanup(web.Close)
	r.configure(testConfig(web, "max_concurrent_requests = 1"), false)
	got := r.run(query{quals: quals(where("query", "=", "big.com"))})
	if got.err != nil {
		t.Fatal(got.err)
	}
	checkAll(t, rows, got.rows, "")
	if twisted == 0 {
		t.Error("nobody has asked what lacks a hyphen")
	}
}
