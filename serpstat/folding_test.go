package serpstat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// spelled are rows whose URLs and anchors name a site in one in forty, in different cases.
func spelled(n int) (rows []serpstatsim.Row, matching int64) {
	rows = numbered(n, 11)
	for i := range rows {
		if i%40 == 0 {
			name := []string{"example", "Example", "EXAMPLE"}[i/40%3]
			rows[i].URLTo, rows[i].LinkText = fmt.Sprintf("https://x.com/%s/%d", name, i), "An "+name
			matching++
		} else {
			rows[i].LinkText = "other"
		}
	}
	return rows, matching
}

// ILIKE is pushed with its letters once the API has shown, for a credit, that it ignores case. Its answer is the
// same where the API minds case, or refuses to look.
func TestILikeIsPushedWhereTheAPIIgnoresCase(t *testing.T) {
	const all = 3000
	rows, matching := spelled(all)
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "")
	ilike := func(column, pattern string) query {
		return query{quals: quals(where("query", "=", "big.com"), where(column, "~~*", pattern))}
	}
	for name, tt := range map[string]struct {
		query           query
		rows            int64
		interpretations serpstatsim.Interpretations
		first           int64 // credits of the query
		second          int64 // of the same query in the same process
	}{
		"URL, ignored":            {ilike("url_to", "%/example/%"), matching, serpstatsim.Interpretations{}, matching + 1, matching},
		"anchor, ignored":         {ilike("link_text", "% example"), matching, serpstatsim.Interpretations{}, matching + 1, matching},
		"URL, minded":             {ilike("url_to", "%/example/%"), matching, serpstatsim.Interpretations{ContainsCaseSensitive: true}, all + 1, all + 1},
		"anchor, minded":          {ilike("link_text", "% example"), matching, serpstatsim.Interpretations{ContainsCaseSensitive: true}, all + 1, all + 1},
		"nothing matches":         {ilike("url_to", "%/nowhere/%"), 0, serpstatsim.Interpretations{}, 1 + 1, 1},
		"anchor, nothing matches": {ilike("link_text", "% nowhere"), 0, serpstatsim.Interpretations{}, all + 1, all + 1},
		"all match":               {ilike("url_to", "HTTPS://%"), all, serpstatsim.Interpretations{}, all + 1, all},
		"no letters":              {ilike("url_to", "%"), all, serpstatsim.Interpretations{}, all, all},
	} {
		t.Run(name, func(t *testing.T) {
			r.sim.SetInterpretations(tt.interpretations)
			r.forget()
			for _, credits := range []int64{tt.first, tt.second} {
				_, before := r.cost()
				got := r.run(tt.query)
				if got.err != nil || int64(len(got.rows)) != tt.rows {
					t.Fatalf("%d rows, %v, want %d", len(got.rows), got.err, tt.rows)
				}
				if _, spent := r.cost(); spent-before != credits {
					t.Errorf("%d credits, want %d", spent-before, credits)
				}
			}
		})
	}
	// Twice asked in vain is enough, and so is one row to be had.
	r.sim.SetInterpretations(serpstatsim.Interpretations{ContainsCaseSensitive: true})
	r.forget()
	for range 4 {
		r.run(ilike("url_to", "%/example/%"))
	}
	if _, spent := r.cost(); spent != 4*all+execute.MaxMisses {
		t.Errorf("%d credits for four scans, want %d", spent, 4*all+execute.MaxMisses)
	}
}

func TestARefusedProbeIsFree(t *testing.T) {
	rows, matching := spelled(1000)
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"big.com": rows}, Faults: []serpstatsim.Fault{{Kind: serpstatsim.FilterRefused, Request: 1}}}
	r := newRig(t, sim, "")
	got := r.run(query{quals: quals(where("query", "=", "big.com"), where("url_to", "~~*", "%/example/%"))})
	if got.err != nil || int64(len(got.rows)) != matching {
		t.Fatalf("%d rows, %v", len(got.rows), got.err)
	}
	if _, spent := r.cost(); spent != 1000 {
		t.Errorf("%d credits", spent)
	}
}

// A credit that is nearly all that may be spent is not spent on a question.
func TestATightBudgetIsNotProbed(t *testing.T) {
	rows, _ := spelled(1000)
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"big.com": rows}}, "max_credits = 2")
	got := r.run(query{limit: 1, quals: quals(where("query", "=", "big.com"), where("url_to", "~~*", "HTTPS://%"))})
	if got.err != nil || len(got.rows) != 1 {
		t.Fatalf("%d rows, %v", len(got.rows), got.err)
	}
	if requests, spent := r.cost(); requests != 1 || spent > 2 {
		t.Errorf("%d requests, %d credits", requests, spent)
	}
}

// A probe that fails ends the query as any other request does.
func TestAFailedProbeFailsTheQuery(t *testing.T) {
	rows, _ := spelled(100)
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"big.com": rows}, Faults: []serpstatsim.Fault{{Kind: serpstatsim.CreditsExhausted, Request: 1}}}
	r := newRig(t, sim, "")
	got := r.run(query{quals: quals(where("query", "=", "big.com"), where("url_to", "~~*", "%/example/%"))})
	if got.err == nil || !strings.Contains(got.err.Error(), "credits") || len(got.rows) > 0 {
		t.Fatalf("%d rows, %v", len(got.rows), got.err)
	}
}
