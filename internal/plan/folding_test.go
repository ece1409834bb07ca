package plan

import (
	"maps"
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
	urls := table.Filter{{is("url_from", table.Contains, "hTtP"), is("url_to", table.Contains, "hTtP")}}
	tests := map[string]struct {
		in   Input
		want table.Filter // nil is no probe
	}{
		"no ilike":         {Input{Quals: []Qual{query, like("url_to", Like, "%abc%")}}, nil},
		"a URL":            {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%")}}, urls},
		"an anchor":        {Input{Quals: []Qual{query, like("link_text", ILike, "%Buy%")}}, urls.And(pairs("anchor"))},
		"a short anchor":   {Input{Quals: []Qual{query, like("link_text", ILike, "%a%")}}, urls.And(pairs("anchor"))},
		"around i, k, s":   {Input{Quals: []Qual{query, like("link_text", ILike, "%casino%")}}, urls.And(pairs("anchor"))},
		"i, k, s":          {Input{Quals: []Qual{query, like("link_text", ILike, "%Ski%")}}, nil},
		"k, s in SQLite":   {Input{Engine: SQLite, Quals: []Qual{query, like("link_text", ILike, "%Ski%")}}, urls.And(pairs("anchor"))},
		"no letters":       {Input{Quals: []Qual{query, like("url_to", ILike, "%2024%")}}, nil},
		"both":             {Input{Quals: []Qual{query, like("link_text", ILike, "%read more%"), like("url_from", ILike, "%abc%")}}, urls.And(pairs("anchor"))},
		"a list":           {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%", "%def%")}}, urls},
		"a list of all":    {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%", "%")}}, nil},
		"known":            {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%")}, Known: Knowledge{Folds: map[string]bool{"url_to": true}}}, nil},
		"known of URLs":    {Input{Quals: []Qual{query, like("link_text", ILike, "%abc%")}, Known: Knowledge{Folds: map[string]bool{"url_to": true, "url_from": true}}}, pairs("anchor")},
		"taken to mind":    {Input{Quals: []Qual{query, like("link_text", ILike, "%abc%"), like("url_to", ILike, "%abc%")}, Known: Knowledge{Minds: map[string]bool{"anchor": true}}}, urls},
		"refused":          {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%")}, Known: Knowledge{Refused: Refusals{{"url_to", table.Contains}: true}}}, nil},
		"links per domain": {Input{Quals: []Qual{query, perDomain, like("url_to", ILike, "%abc%")}}, nil},
		"impossible":       {Input{Quals: []Qual{query, like("url_to", ILike, "%abc%"), {Column: "url_to", Operator: Equal, Values: []Value{nil}}}}, nil},
		"SQLite, Cyrillic": {Input{Engine: SQLite, Quals: []Qual{query, like("url_to", ILike, "%видео%")}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.in.Table, tt.in.Limit = outlinks, -1
			probe, ok := FoldingProbe(planOf(t, tt.in), nil)
			if request := probe.Series.Request; ok != (tt.want != nil) || !request.Filter.Equal(tt.want) {
				t.Errorf("probe %v %t, want %v", request.Filter, ok, tt.want)
			}
			if ok && (probe.Series.Site() != "a.com" || probe.Series.Order != Order{"links_ext", true}) {
				t.Errorf("asks %+v", probe.Series)
			}
			tt.in.Limit = 0
			if _, ok := FoldingProbe(planOf(t, tt.in), nil); ok {
				t.Error("a probe for LIMIT 0")
			}
		})
	}
}

// pairs is the filter for pairs of letters of which nearly each text has one.
func pairs(field string) (filter table.Filter) {
	for _, pair := range usualPairs {
		filter = append(filter, []table.Condition{is(field, table.Contains, pair)})
	}
	return filter
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
	}}), nil)
	want := table.Filter{{is("url_from", table.Contains, "hTtP"), is("url_to", table.Contains, "hTtP")}}.And(pairs("anchor"))
	got := probe.Series.Request
	if !ok || !got.Filter.Equal(want) || got.Sort != "links_external" || len(got.Args) != 2 ||
		!slices.Equal(probe.Fields(), []string{"anchor", "url_from", "url_to"}) || !slices.Equal(probe.Asked(), []string{"anchor"}) {
		t.Errorf("%+v, %v for %v, %t", got, probe.Fields(), probe.Asked(), ok)
	}
}

// rowOf is a row of a declared table with texts in its columns.
func rowOf(of *table.Table, texts map[string]string) table.Row {
	b := table.NewBuilder(of, "", 1)
	b.Begin()
	for column, text := range texts {
		b.Text(of.FieldOf(column), write(text))
	}
	return b.Rows().All()[0]
}

// A row that an API finds without ignoring case never passes for one that shows it, nor does one that is found for what
// that row has.
func TestOnlyAnAPIThatIgnoresCaseShowsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom(catalog.Tables()).Draw(t, "table")
		records := drawRecords(t, of, 3)
		for _, f := range of.Fields {
			if f.Filter.How != table.ByText {
				continue
			}
			probe, ok := FoldingProbe(planOf(t, Input{Table: of, Limit: -1, Quals: append(about(of, "a.com"), where(f.Column, ILike, "%Blog%"))}), nil)
			if !ok {
				t.Fatalf("no probe of %s", f.Column)
			}
			probes := []Probe{probe}
			for _, r := range records {
				if of, ok := probe.Of(r.row); ok {
					probes = append(probes, of)
				}
			}
			for _, probe := range probes {
				filter := probe.Series.Request.Filter
				for _, reading := range interpretations(of, filter, false, false) {
					for _, r := range records {
						if !reading.foldCase && reading.keeps(filter, r) && probe.Shows(r.row) {
							t.Fatalf("%v shows folding to %v under %+v", r, filter, reading)
						}
					}
				}
			}
		}
	})
	shows := func(name, column string, others map[string]string, texts map[string]bool) {
		t.Helper()
		of := catalog.Of(name)
		probe, _ := FoldingProbe(planOf(t, Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), where(column, ILike, "%blog%")}}), nil)
		for text, want := range texts {
			all := map[string]string{column: text}
			maps.Copy(all, others)
			if got := probe.Shows(rowOf(of, all)); got != want {
				t.Errorf("%s shows folding: %t", text, got)
			}
		}
	}
	shows("serpstat_outlink", "url_to", map[string]string{"url_from": "https://a.com/"},
		map[string]bool{"https://b.com/": true, "HTTP://b.com/": true, "https://b.com/?hTtP": false, "ftp://b.com/": false})
	shows("serpstat_outlink", "link_text", map[string]string{"url_from": "https://a.com/", "url_to": "http://b.com/"},
		map[string]bool{"Read more": true, "READ MORE": true, "the Net": true, "": false, "Видео": false, "the eNet": false, "TheRegister": false})
	shows("serpstat_ref_domain", "host_from", nil, map[string]bool{"blog.com": true, "BLOG.COM": true, "blog.cOm": false, "b.ua": false})
}

// What is looked for in a second probe is a piece of the row that has come, which an API that ignores case finds.
func TestAProbeForWhatARowHas(t *testing.T) {
	of := catalog.Of("serpstat_outlink")
	probe, _ := FoldingProbe(planOf(t, Input{Table: of, Limit: -1, Quals: []Qual{equalTo("query", "a.com"), where("link_text", ILike, "%blog%")}}), nil)
	for text, want := range map[string]string{
		"TheRegister":           "tHeReGiStEr",
		"100% of theRegister_x": " oF tHeReGiStEr",
		"tHeReGiStEr":           "",
		"The Register of all that is longer than what is looked for": "",
		"an eRa of all that is longer than what is looked for":       "aN eRa Of AlL tHaT iS lOnGeR tHa",
	} {
		row := rowOf(of, map[string]string{"url_from": "https://a.com/", "url_to": "http://b.com/", "link_text": text})
		again, ok := probe.Of(row)
		filter := table.Filter{{is("url_from", table.Contains, "hTtP"), is("url_to", table.Contains, "hTtP"), is("anchor", table.Contains, want)}}
		if ok != (want != "") || ok && (!again.Series.Request.Filter.Equal(filter) || !again.Shows(row) || !again.Occurs(row)) {
			t.Errorf("%s: %v, %t", text, again.Series.Request.Filter, ok)
		}
	}
}
