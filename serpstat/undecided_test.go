package serpstat

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
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

// Rows that only the database can judge are counted after the sure ones under a LIMIT. If there are more of them than it has
// room for they must all fare alike, or it may keep too few: then the query fails.
func TestRowsInDoubtUnderALimit(t *testing.T) {
	rows := anchors("Ж", "ж1", "Ж2", "ж3", "Ж4", "x")
	ilike := where("link_text", "~~*", "%ж%") // sure of two, in doubt of three
	either := where("links_ext", "<>", []any{int64(100), int64(98), int64(96)})
	other := where("link_text", "<>", []any{"Ж", "Ж2", "Ж4"})
	for name, c := range map[string]struct {
		quals []*proto.Qual
		limit int64
		want  string // anchors of the rows, which the SDK sends in any order; "" is an error
	}{
		"the sure ones are enough":                {quals(ilike), 2, "ж1 ж3"},
		"room for all in doubt":                   {quals(ilike), 5, "ж1 ж3 Ж Ж2 Ж4"},
		"more than there are":                     {quals(ilike), 6, "ж1 ж3 Ж Ж2 Ж4"},
		"room for all in doubt but one":           {quals(ilike), 4, ""},
		"room for one in doubt":                   {quals(ilike), 3, ""},
		"none is sure, room for all":              {quals(where("link_text", "~~*", "ж_"), where("link_text", "~~", "Ж%")), 2, "Ж2 Ж4"},
		"none is sure, one too many":              {quals(where("link_text", "~~*", "ж%"), where("link_text", "~~", "Ж%")), 2, ""},
		"none is sure, room for one":              {quals(where("link_text", "~~*", "ж%"), where("link_text", "~~", "Ж%")), 1, ""},
		"any or all, which is the same for all":   {quals(either), 4, "ж1 ж3 x Ж"},
		"any or all, and no sure one":             {quals(either, where("link_text", "~~", "Ж%")), 1, "Ж"},
		"two lists, each any or all":              {quals(either, other, where("link_text", "~~", "Ж%")), 1, ""},
		"two lists, and room for all":             {quals(either, other), 6, "ж1 ж3 x Ж Ж2 Ж4"},
		"any or all, and a folding":               {quals(either, where("link_text", "~~*", "ж%"), where("link_text", "~~", "Ж%")), 2, ""},
		"a list of patterns, each with a folding": {quals(where("link_text", "!~~*", []any{"ж%", "y"}), where("link_text", "~~", "Ж%")), 2, ""},
		"one of two lists is in doubt":            {quals(either, where("link_text", "<>", []any{"y", "z"}), where("link_text", "~~", "Ж%")), 2, "Ж Ж2"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}, "")
			columns := []string{"query", "link_text"}
			got := r.run(query{limit: c.limit, columns: columns, quals: append(quals(where("query", "=", "a.com")), c.quals...)})
			var texts []string
			for _, row := range got.rows {
				texts = append(texts, row["link_text"].(string))
			}
			want := strings.Fields(c.want)
			slices.Sort(texts)
			slices.Sort(want)
			var undecided *execute.UndecidedError
			switch {
			case c.want == "" && got.err == nil, c.want != "" && (got.err != nil || !slices.Equal(texts, want)):
				t.Errorf("%q, %v, want %q", texts, got.err, c.want)
			case c.want == "" && !errors.As(got.err, &undecided) && !strings.Contains(got.err.Error(), "a limit cannot be counted"):
				t.Error(got.err)
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
				if got.err != nil && !strings.Contains(got.err.Error(), "a limit cannot be counted") {
					t.Fatal(got.err)
				}
				if got.err != nil {
					return nil
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
		if _, err := r.plugin.server.Scan(req, steampipe.NewStream(stream.ctx, stream.Send)); err != nil || len(stream.rows) != 2 {
			t.Errorf("limit %d: %v, %v", limit, stream.rows, err)
		}
	}
}
