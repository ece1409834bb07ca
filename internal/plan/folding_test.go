package plan

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func TestAProbeIsSentOnlyWhereItCanNarrowTheFilter(t *testing.T) {
	query := Qual{Column: "query", Operator: Equal, Values: []Value{"a.com"}}
	like := func(column string, op Operator, v ...Value) Qual {
		return Qual{Column: column, Operator: op, Values: v, List: len(v) > 1}
	}
	perDomain := Qual{Column: "link_per_domain", Operator: Equal, Values: []Value{int64(1)}}
	tests := map[string]struct {
		in   Input
		want table.Filter // nil is no probe
	}{
		"no ilike":         {Input{Quals: []Qual{query, like("url_to", Like, "%abc%")}}, nil},
		"a URL":            {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%")}}, table.Filter{{is("url_to", table.Contains, "hTtP")}}},
		"an anchor":        {Input{Quals: []Qual{query, like("link_text", ILike, "%Buy%")}}, table.Filter{{is("anchor", table.Contains, "bUy")}}},
		"a short anchor":   {Input{Quals: []Qual{query, like("link_text", ILike, "%ab%")}}, nil},
		"no letters":       {Input{Quals: []Qual{query, like("url_to", ILike, "%2024%")}}, nil},
		"both":             {Input{Quals: []Qual{query, like("link_text", ILike, "%read more%"), like("url_from", ILike, "%abc%")}}, table.Filter{{is("url_from", table.Contains, "hTtP"), is("anchor", table.Contains, "rEaD mOrE")}}},
		"a list":           {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%", "%def%")}}, table.Filter{{is("url_to", table.Contains, "hTtP")}}},
		"a list of all":    {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%", "%")}}, nil},
		"known":            {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%")}, Known: Knowledge{Folds: map[string]bool{"url_to": true}}}, nil},
		"refused":          {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%")}, Known: Knowledge{Refused: Refusals{{"url_to", table.Contains}: true}}}, nil},
		"links per domain": {Input{Quals: []Qual{query, perDomain, like("url_to", ILike, "%abc%")}}, nil},
		"impossible":       {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%"), {Column: "url_to", Operator: Equal, Values: []Value{nil}}}}, nil},
		"SQLite, Cyrillic": {Input{Engine: SQLite, Quals: []Qual{query, like("url_to", ILike, "%видео%")}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.in.Table, tt.in.Limit = outlinks, -1
			probe, ok := FoldingProbe(planOf(t, tt.in))
			if request := probe.Series.Request; ok != (tt.want != nil) || !request.Filter.Equal(tt.want) {
				t.Errorf("probe %v %t, want %v", request.Filter, ok, tt.want)
			}
			if ok && (probe.Series.Site() != "a.com" || probe.Series.Order != Order{"links_ext", true}) {
				t.Errorf("asks %+v", probe.Series)
			}
			tt.in.Limit = 0
			if _, ok := FoldingProbe(planOf(t, tt.in)); ok {
				t.Error("a probe for LIMIT 0")
			}
		})
	}
}

func planOf(t interface {
	Helper()
	Fatal(...any)
}, in Input) *Plan {
	t.Helper()
	p, err := New(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A probe asks of the site, of nothing else that the user asks for.
func TestAProbeIsPlain(t *testing.T) {
	probe, ok := FoldingProbe(planOf(t, Input{Table: catalog.Of("serpstat_backlink"), Limit: -1, Quals: []Qual{
		equalTo("query", "a.com"), equalTo("additional_filter", "last_week"), equalTo("sort_by", "anchor"), equalTo("search_type", "domain"),
		where("url_to", ILike, "%abc%"), where("link_text", ILike, "%Buy%"), where("links_ext", Less, int64(5)),
	}}))
	want := table.Filter{{is("url_to", table.Contains, "hTtP"), is("anchor", table.Contains, "bUy")}}
	got := probe.Series.Request
	if !ok || !got.Filter.Equal(want) || got.Sort != "links_external" || len(got.Args) != 2 || !slices.Equal(probe.Fields(), []string{"anchor", "url_to"}) {
		t.Errorf("%+v, %v, %t", got, probe.Fields(), ok)
	}
}

// A row that an API finds without ignoring case never passes for one that shows it.
func TestOnlyAnAPIThatIgnoresCaseShowsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom(catalog.Tables()).Draw(t, "table")
		records := drawRecords(t, of, 3)
		for _, f := range of.Fields {
			if f.Filter.How != table.ByText {
				continue
			}
			probe, ok := FoldingProbe(planOf(t, Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), where(f.Column, ILike, "%Blog%")}}))
			if !ok {
				t.Fatalf("no probe of %s", f.Column)
			}
			filter := probe.Series.Request.Filter
			for _, reading := range interpretations(of, filter, false) {
				for _, r := range records {
					if !reading.foldCase && reading.keeps(filter, r) && probe.Shows(r.row) {
						t.Fatalf("%v shows folding to %v under %+v", r, filter, reading)
					}
				}
			}
		}
	})
	shows := func(name, column string, texts map[string]bool) {
		t.Helper()
		of := catalog.Of(name)
		field := of.FieldOf(column)
		probe, _ := FoldingProbe(planOf(t, Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), where(column, ILike, "%blog%")}}))
		for text, want := range texts {
			b := table.NewBuilder(of, "", 1)
			b.Begin()
			b.Text(field, write(text))
			if got := probe.Shows(b.Rows().All()[0]); got != want {
				t.Errorf("%s shows folding: %t", text, got)
			}
		}
	}
	shows("serpstat_outlink", "url_to", map[string]bool{"https://b.com/": true, "HTTP://b.com/": true, "https://b.com/?hTtP": false, "ftp://b.com/": false})
	shows("serpstat_ref_domain", "host_from", map[string]bool{"blog.com": true, "BLOG.com": true, "bLoG.com": false, "b.com": false})
}
