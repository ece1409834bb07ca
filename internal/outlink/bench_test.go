package outlink

import (
	"strings"
	"testing"
	"time"
)

var benchQuals = []Qual{
	{Column: ColQuery, Operator: Equal, Values: []Value{"serpstat.com"}},
	{Column: ColLinksExt, Operator: Less, Values: []Value{int64(50)}},
	{Column: ColURLTo, Operator: Like, Values: []Value{"%github.com/%/issues%"}},
	{Column: ColLinkText, Operator: NotILike, Values: []Value{"%click here%"}},
	{Column: ColFirstSeen, Operator: GreaterOrEqual, Values: []Value{time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}},
}

func BenchmarkPlan(b *testing.B) {
	for b.Loop() {
		if _, err := NewPlan(PlanInput{Quals: benchQuals, Limit: 10}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResidual(b *testing.B) {
	residual, err := NewResidual(benchQuals[1:], PostgreSQL)
	if err != nil {
		b.Fatal(err)
	}
	row := Row{URLTo: "https://github.com/turbot/steampipe/issues/1", LinkText: "an issue", LinksExt: 7, FirstSeen: time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)}
	for b.Loop() {
		if residual.Match(&row) != Yes {
			b.Fatal("no match")
		}
	}
}

func BenchmarkLike(b *testing.B) {
	p, err := parsePattern("%a_c%xyz%")
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"match": "https://example.com/abc/xyz", "near": strings.Repeat("abcxy", 200)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				p.match(text, sameExactly)
			}
		})
	}
}
