package serpstat

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// Nobody says whether getAnchors gives anchors of one word alone where their number is left out. Either way a scan has
// all anchors that SQL asks for, or says why it cannot; it costs two questions at most, once, and none where a row tells.
func TestAnchorsOfAnyNumberOfWords(t *testing.T) {
	anchors := func(texts ...string) map[string][]serpstatsim.Row {
		var rows []serpstatsim.Row
		for i, text := range texts {
			row := around(1, 1)["others.com"][0]
			row.URLFrom, row.LinkText = fmt.Sprintf("https://h%d.com/", i), text
			rows = append(rows, slices.Repeat([]serpstatsim.Row{row}, i+1)...)
		}
		return map[string][]serpstatsim.Row{"others.com": rows}
	}
	mixed := anchors("read more", "serpstat", "seo", "the best tool", "")
	for _, tt := range []struct {
		name     string
		world    map[string][]serpstatsim.Row
		query    query
		all, one []string // the anchors under each reading; nil is an error
		credits  [2]int64 // at most, under each reading
	}{
		{"all", mixed, query{}, []string{"", "read more", "seo", "serpstat", "the best tool"}, nil, [2]int64{5, 5}},
		{"the most frequent first", mixed, query{sort: "links desc", limit: 2}, []string{"", "the best tool"}, nil, [2]int64{2, 4}},
		{"the least frequent first", mixed, query{sort: "links asc", limit: 1}, []string{"read more"}, nil, [2]int64{1, 3}},
		{"any two", mixed, query{limit: 2}, []string{"read more", "serpstat"}, []string{"seo", "serpstat"}, [2]int64{2, 2}},
		{"a word that is none's", mixed, query{quals: quals(where("link_text", "~~", "%casino%"))}, []string{}, nil, [2]int64{3, 3}},
		{"of one word", mixed, query{quals: quals(where("word_count", "=", 1))}, []string{"seo", "serpstat"}, []string{"seo", "serpstat"}, [2]int64{2, 2}},
		{"of two words or three", mixed, query{quals: quals(where("word_count", "=", []any{2, 3}))}, []string{"read more", "the best tool"}, []string{"read more", "the best tool"}, [2]int64{2, 2}},
		{"how many", mixed, query{columns: []string{"query"}}, []string{"", "", "", "", ""}, nil, [2]int64{1, 3}},
		{"all have one word", anchors("seo", "serpstat"), query{}, []string{"seo", "serpstat"}, []string{"seo", "serpstat"}, [2]int64{3, 3}},
		{"blanks around are no words", anchors(" seo ", "read more"), query{}, []string{" seo ", "read more"}, nil, [2]int64{2, 3}},
		{"one has an odd text", anchors("seo", "100% _x\\"), query{}, []string{"100% _x\\", "seo"}, []string{"seo"}, [2]int64{3, 3}}, // by which nothing can be asked
	} {
		for reading, oneWord := range []bool{false, true} {
			r := newRig(t, serpstatsim.Options{Domains: tt.world, Interpretations: serpstatsim.Interpretations{AnchorsOfOneWord: oneWord}}, "")
			want := [][]string{tt.all, tt.one}[reading]
			q := tt.query
			if q.table, q.quals = "serpstat_anchor", append(quals(where("query", "=", site)), q.quals...); q.columns == nil {
				q.columns = []string{"link_text", "links", "word_count"}
			}
			got := r.run(q)
			_, credits := r.cost()
			switch {
			case want == nil && (got.err == nil || !strings.Contains(got.err.Error(), "where word_count is left out, Serpstat gives of site.com only the rows whose link_text has one word: write word_count = 1, or word_count in (1, 2, 3, …)")):
				t.Errorf("%s, one word alone %t: %d rows, %v", tt.name, oneWord, len(got.rows), got.err)
			case want != nil && (got.err != nil || !slices.Equal(values(got.rows, "link_text"), want)):
				t.Errorf("%s, one word alone %t: %q, %v, want %q", tt.name, oneWord, values(got.rows, "link_text"), got.err, want)
			case credits > tt.credits[reading]:
				t.Errorf("%s, one word alone %t: %d credits, want %d\n%s", tt.name, oneWord, credits, tt.credits[reading], requestsOf(r))
			}
			if want != nil {
				continue
			}
			// It is known by now, and of a LIMIT without an order any rows will do.
			if got := r.run(query{table: "serpstat_anchor", columns: []string{"link_text"}, limit: 2, quals: quals(where("query", "=", site))}); got.err != nil && !strings.HasPrefix(tt.name, "blanks") || tt.name == "all" && len(got.rows) != 2 {
				t.Errorf("%s, then a limit: %d rows, %v", tt.name, len(got.rows), got.err)
			}
			before := r.sim.Credits()
			if got := r.run(q); got.err == nil || r.sim.Credits() != before {
				t.Errorf("%s, again: %d rows for %d credits, %v", tt.name, len(got.rows), r.sim.Credits()-before, got.err)
			}
		}
	}
}
