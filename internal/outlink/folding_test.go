package outlink

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAProbeIsSentOnlyWhereItCanNarrowTheFilter(t *testing.T) {
	query := Qual{Column: ColQuery, Operator: Equal, Values: []Value{"a.com"}}
	like := func(column string, op Operator, v ...Value) Qual {
		return Qual{Column: column, Operator: op, Values: v, List: len(v) > 1}
	}
	perDomain := Qual{Column: ColLinkPerDomain, Operator: Equal, Values: []Value{int64(1)}}
	tests := map[string]struct {
		in   PlanInput
		want Filter // nil is no probe
	}{
		"no ilike":         {PlanInput{Quals: []Qual{query, like(ColURLTo, Like, "%abc%")}}, nil},
		"a URL":            {PlanInput{Quals: []Qual{query, like(ColURLTo, ILike, "%abc%")}}, Filter{{{FieldURLTo, Contains, []any{"hTtP"}}}}},
		"an anchor":        {PlanInput{Quals: []Qual{query, like(ColLinkText, ILike, "%Buy%")}}, Filter{{{FieldAnchor, Contains, []any{"bUy"}}}}},
		"a short anchor":   {PlanInput{Quals: []Qual{query, like(ColLinkText, ILike, "%ab%")}}, nil},
		"no letters":       {PlanInput{Quals: []Qual{query, like(ColURLTo, ILike, "%2024%")}}, nil},
		"both":             {PlanInput{Quals: []Qual{query, like(ColLinkText, ILike, "%read more%"), like(ColURLFrom, ILike, "%abc%")}}, Filter{{{FieldURLFrom, Contains, []any{"hTtP"}}, {FieldAnchor, Contains, []any{"rEaD mOrE"}}}}},
		"a list":           {PlanInput{Quals: []Qual{query, like(ColURLTo, ILike, "%abc%", "%def%")}}, Filter{{{FieldURLTo, Contains, []any{"hTtP"}}}}},
		"a list of all":    {PlanInput{Quals: []Qual{query, like(ColURLTo, ILike, "%abc%", "%")}}, nil},
		"known":            {PlanInput{Quals: []Qual{query, like(ColURLTo, ILike, "%abc%")}, FoldsASCII: map[string]bool{FieldURLTo: true}}, nil},
		"refused":          {PlanInput{Quals: []Qual{query, like(ColURLTo, ILike, "%abc%")}, Refused: Refusals{{FieldURLTo, Contains}: true}}, nil},
		"links per domain": {PlanInput{Quals: []Qual{query, perDomain, like(ColURLTo, ILike, "%abc%")}}, nil},
		"impossible":       {PlanInput{Quals: []Qual{query, like(ColURLTo, ILike, "%abc%"), {Column: ColURLTo, Operator: Equal, Values: []Value{nil}}}}, nil},
		"SQLite, Cyrillic": {PlanInput{Engine: SQLite, Quals: []Qual{query, like(ColURLTo, ILike, "%видео%")}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.in.Limit = -1
			probe, ok := FoldingProbe(tt.in)
			if ok != (tt.want != nil) || ok && (Series{Filter: probe.Series.Filter}).Key() != (Series{Filter: tt.want}).Key() {
				t.Errorf("probe %v %t, want %v", probe.Series.Filter, ok, tt.want)
			}
			if ok && probe.Series.Domain != "a.com" {
				t.Errorf("asks of %q", probe.Series.Domain)
			}
			tt.in.Limit = 0
			if _, ok := FoldingProbe(tt.in); ok {
				t.Error("a probe for LIMIT 0")
			}
		})
	}
}

// A row that an API finds without ignoring case never passes for one that shows it.
func TestOnlyAnAPIThatIgnoresCaseShowsIt(t *testing.T) {
	all := readings()
	rapid.Check(t, func(t *rapid.T) {
		row := drawRow(t)
		column := rapid.SampledFrom([]string{ColURLFrom, ColURLTo, ColLinkText}).Draw(t, "column")
		probe, ok := FoldingProbe(PlanInput{Limit: -1, Quals: []Qual{
			{Column: ColQuery, Operator: Equal, Values: []Value{"a.com"}}, {Column: column, Operator: ILike, Values: []Value{"%Blog%"}},
		}})
		if !ok {
			t.Fatal("no probe")
		}
		if rapid.Bool().Draw(t, "a URL") {
			row.URLFrom, row.URLTo = "https://a.com/hTtP", "http://b.com/"
		}
		for _, r := range all {
			if !r.foldCase && r.keeps(probe.Series.Filter, &row) && probe.Shows(&row) {
				t.Fatalf("%+v shows folding to %v under %+v", row, probe.Series.Filter, r)
			}
		}
	})
	probe, _ := FoldingProbe(PlanInput{Limit: -1, Quals: []Qual{
		{Column: ColQuery, Operator: Equal, Values: []Value{"a.com"}}, {Column: ColURLTo, Operator: ILike, Values: []Value{"%blog%"}},
	}})
	for url, want := range map[string]bool{"https://b.com/": true, "HTTP://b.com/": true, "https://b.com/?hTtP": false, "ftp://b.com/": false} {
		if got := probe.Shows(&Row{URLTo: url}); got != want {
			t.Errorf("%s shows folding: %t", url, got)
		}
	}
}
