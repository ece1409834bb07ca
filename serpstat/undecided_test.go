package serpstat

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// anchors are rows with these anchors, which come in this order.
func anchors(texts ...string) []serpstatsim.Row {
	var rows []serpstatsim.Row
	for i, text := range texts {
		seen := day.AddDate(0, 0, -i)
		rows = append(rows, serpstatsim.Row{URLFrom: "https://a.com/", URLTo: "https://b.com/", LinkText: text, Nofollow: "follow", LinkType: "href",
			LinksExt: int64(100 - i), FirstSeen: seen.Format(time.DateOnly), LastVisited: seen.Format(time.DateTime)})
	}
	return rows
}

// Rows that only the database can judge are streamed in their place, and do not count under a LIMIT: whatever it makes of
// them, it finds its rows, the first ones in their order, and no query fails.
func TestRowsInDoubtDoNotCountUnderALimit(t *testing.T) {
	rows := anchors("Ж", "ж1", "Ж2", "ж3", "Ж4", "x")
	folds := map[string]func(string) string{"ASCII": nil, "Unicode": strings.ToLower}
	one := func(column, operator string, value any) clause {
		return clause{column: column, operator: operator, values: []any{value}}
	}
	list := func(column, operator string, values ...any) clause {
		return clause{column: column, operator: operator, values: values, list: true}
	}
	either, other, capital := list("links_ext", "<>", int64(100), int64(98), int64(96)), list("link_text", "<>", "Ж", "Ж2", "Ж4"), one("link_text", "~~", "Ж%")
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
	for name, clauses := range map[string][]clause{
		"a folding":                 {one("link_text", "~~*", "%ж%")}, // sure of two, in doubt of three
		"none is sure":              {one("link_text", "~~*", "ж%"), capital},
		"any or all":                {either},
		"none is sure, any or all":  {either, capital},
		"two lists":                 {either, other},
		"two lists, none is sure":   {either, other, capital},
		"any or all, and a folding": {either, one("link_text", "~~*", "ж%")},
		"a list of patterns":        {list("link_text", "!~~*", "ж%", "y")},
		"infinity or 2000":          {one("first_seen", ">", infinite(-1)), one("first_seen", "<", infinite(1))},
	} {
		for fold, all := range map[string]bool{"ASCII": true, "Unicode": false} {
			for _, sort := range []string{"", "links_ext asc", "links_ext desc"} {
				for limit := int64(1); limit < 7; limit++ {
					q := query{limit: limit, sort: sort, quals: quals(where("query", "=", "a.com"))}
					for i := range clauses {
						clauses[i].all = all
						q.quals = append(q.quals, clauses[i].qual())
					}
					if err := r.checkAsDatabase(q, rows, folds[fold], clauses...); err != nil {
						t.Errorf("%s, %s, all %t, limit %d, order %q: %v", name, fold, all, limit, sort, err)
					}
				}
			}
		}
	}
}

// A database that keeps the rows in doubt has its LIMIT sooner than the plugin knows: it is asked before more is bought.
func TestWhoHasEnoughRowsInDoubtPaysForNoMore(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 900, 1)
	for _, sort := range []string{"", "links_ext desc"} {
		r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
		r.bubble(func(t *testing.T) {
			got := r.run(query{limit: 7, stop: 7, onRow: func(int) { time.Sleep(time.Second) }, sort: sort, quals: quals(where("query", "=", "a.com"), where("first_seen", "<", infinite(1)))})
			if _, credits := r.cost(); len(got.rows) != 7 || credits > 8 {
				t.Errorf("order %q: %d rows for %d credits, %v", sort, len(got.rows), credits, got.err)
			}
		})
	}
}

// How a letter folds that changes its number, or depends on language or place, is the database's matter, be it in the
// pattern or in the text. Such rows are given to it, and none is counted under a LIMIT before a sure one.
func TestLettersWhoseFoldingIsOpen(t *testing.T) {
	const dotted = "i\u0307" // what İ is in lower case
	for name, c := range map[string]struct {
		operator, pattern string
		doubtful, sure    string // anchors: the doubtful one comes first
	}{
		"İ in the text, one character or two":       {"~~*", "x_z", "xİz", "xaz"},
		"İ in the text, negated":                    {"!~~*", "x__z", "xİz", "a"},
		"İ in the pattern, two characters in a row": {"~~*", "İx%", dotted + "x", "İx"},
		"İ in the pattern, negated":                 {"!~~*", "İx%", dotted + "x", "a"},
		"ı in the text":                             {"~~*", "i", "ı", "i"},
		"ı in the pattern":                          {"~~*", "ı", "I", "ı"},
		"Σ in the text":                             {"~~*", "%ασ%", "ΑΣ", "ασ"},
		"ς in the text":                             {"~~*", "%σ", "Ας", "ας"},
		"ς in the pattern":                          {"~~*", "%ς", "ΑΣ", "ας"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": anchors(c.doubtful, c.sure)}}, "")
			ask := func(limit int64) []string {
				var texts []string
				got := r.run(query{limit: limit, columns: []string{"query", "link_text"}, quals: quals(where("query", "=", "a.com"), where("link_text", c.operator, c.pattern))})
				for _, row := range got.rows {
					texts = append(texts, row["link_text"].(string))
				}
				if got.err != nil {
					t.Fatal(got.err)
				}
				return texts
			}
			if got := ask(0); !slices.Contains(got, c.doubtful) {
				t.Errorf("%q is not given to the database: %q", c.doubtful, got)
			}
			if got := ask(1); slices.Contains(got, c.doubtful) && !slices.Contains(got, c.sure) {
				t.Errorf("%q is counted, and takes the place of %q", c.doubtful, c.sure)
			}
		})
	}
}

// A list without elements, of a clause beside another list: for ALL of nothing, as of an empty NOT IN, every row is
// given. (Steampipe's own are dropped on the way; a reader in this process has none to do that.)
func TestAnEmptyListBesideAnotherDropsNoRow(t *testing.T) {
	r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": anchors("a", "b", "c")}}, "")
	for _, limit := range []int64{-1, 3} {
		req := &proto.ExecuteRequest{
			Table: "serpstat_outlink", CallId: "call", Connection: r.connection,
			QueryContext: &proto.QueryContext{Columns: []string{"query", "link_text"}, Quals: map[string]*proto.Quals{
				"query":     {Quals: quals(where("query", "=", "a.com"))},
				"links_ext": {Quals: quals(where("links_ext", "<>", []any{}))},
				"link_text": {Quals: quals(where("link_text", "=", []any{"a", "b"}))},
			}},
			ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{r.connection: {Limit: &proto.NullableInt{Value: limit}}},
		}
		stream := &testStream{ctx: t.Context(), cancel: func() {}}
		if err := r.plugin.server.Scan(req, steampipe.NewStream(stream.ctx, stream.Send)); err != nil || len(stream.rows) != 2 {
			t.Errorf("limit %d: %v, %v", limit, stream.rows, err)
		}
	}
}
