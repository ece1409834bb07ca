package serpstat

import (
	"fmt"
	"strings"
	"sync"
	"testing"

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
		"URL, minded":             {ilike("url_to", "%/example/%"), matching, serpstatsim.Interpretations{ContainsCaseSensitive: true}, all + 1, all},
		"anchor, minded":          {ilike("link_text", "% example"), matching, serpstatsim.Interpretations{ContainsCaseSensitive: true}, all + 1, all},
		"nothing matches":         {ilike("url_to", "%/nowhere/%"), 0, serpstatsim.Interpretations{}, 1 + 1, 1},
		"anchor, nothing matches": {ilike("link_text", "% nowhere"), 0, serpstatsim.Interpretations{}, 1 + 1, 1},
		"around i, k and s":       {ilike("link_text", "%casino%"), 0, serpstatsim.Interpretations{}, 1 + 1, 1},
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
	// What one field has shown is known of the others; who minds case is asked once.
	for name, tt := range map[string]struct {
		interpretations serpstatsim.Interpretations
		want            int64
	}{"ignored": {serpstatsim.Interpretations{}, 1 + 3*matching}, "minded": {serpstatsim.Interpretations{ContainsCaseSensitive: true}, 1 + 3*all}} {
		r.sim.SetInterpretations(tt.interpretations)
		r.forget()
		_, before := r.cost()
		for _, q := range []query{ilike("link_text", "%example%"), ilike("link_text", "% example"), ilike("link_text", "an example")} {
			r.run(q)
		}
		if _, spent := r.cost(); spent-before != tt.want {
			t.Errorf("%s: %d credits for three scans, want %d", name, spent-before, tt.want)
		}
	}
}

// Where a site has none of the texts that a probe looks for, another one may; twice asked in vain is enough.
func TestAProbeThatFindsNothingProvesNothing(t *testing.T) {
	const all = 300
	foreign, _ := spelled(all)
	for i := range foreign {
		foreign[i].LinkText = "Видео"
	}
	rows, matching := spelled(all)
	domains := map[string][]serpstatsim.Row{"big.com": rows, "a.ru": foreign, "b.ru": foreign, "c.ru": foreign}
	r := newRig(t, serpstatsim.Options{Domains: domains}, "")
	cost := func(domain string) int64 {
		_, before := r.cost()
		r.run(query{quals: quals(where("query", "=", domain), where("link_text", "~~*", "%example%"))})
		_, spent := r.cost()
		return spent - before
	}
	if a, big, b := cost("a.ru"), cost("big.com"), cost("b.ru"); a != all+1 || big != matching+1 || b != 1 {
		t.Errorf("%d, %d and %d credits", a, big, b)
	}
	r.forget()
	if a, b, c := cost("a.ru"), cost("b.ru"), cost("c.ru"); a != all+1 || b != all+1 || c != all {
		t.Errorf("%d, %d and %d credits", a, b, c)
	}
}

// A row may have the text of a probe as it was looked for, which shows nothing: then a piece of that row is looked for.
func TestAProbeForAPieceOfARow(t *testing.T) {
	const all = 300
	rows, _ := spelled(all)
	for i := range rows {
		rows[i].LinkText = "TheRegister"
	}
	for name, tt := range map[string]struct {
		interpretations serpstatsim.Interpretations
		first, second   int64
	}{"ignored": {serpstatsim.Interpretations{}, 2 + 1, 1}, "minded": {serpstatsim.Interpretations{ContainsCaseSensitive: true}, 1 + all, all}} {
		r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"big.com": rows}, Interpretations: tt.interpretations}, "")
		for _, want := range []int64{tt.first, tt.second} {
			_, before := r.cost()
			got := r.run(query{quals: quals(where("query", "=", "big.com"), where("link_text", "~~*", "%nowhere%"))})
			if _, spent := r.cost(); got.err != nil || spent-before != want {
				t.Errorf("%s: %d credits, %v, want %d", name, spent-before, got.err, want)
			}
		}
	}
}

// Scans at once wait for the one that asks.
func TestScansAtOnceAskOnce(t *testing.T) {
	const scans = 20
	rows, matching := spelled(300)
	domains := map[string][]serpstatsim.Row{}
	for i := range scans {
		domains[fmt.Sprintf("d%d.com", i)] = rows
	}
	r := newRig(t, serpstatsim.Options{Domains: domains}, "")
	var wait sync.WaitGroup
	for domain := range domains {
		wait.Go(func() {
			got := r.run(query{quals: quals(where("query", "=", domain), where("link_text", "~~*", "%example%"))})
			if got.err != nil || int64(len(got.rows)) != matching {
				t.Errorf("%d rows, %v", len(got.rows), got.err)
			}
		})
	}
	wait.Wait()
	if _, spent := r.cost(); spent != scans*matching+1 {
		t.Errorf("%d credits, want %d", spent, scans*matching+1)
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
