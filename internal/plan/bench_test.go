package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

var benchQuals = []Qual{
	{Column: "query", Operator: Equal, Values: []Value{"serpstat.com"}},
	{Column: "links_ext", Operator: Less, Values: []Value{int64(50)}},
	{Column: "url_to", Operator: Like, Values: []Value{"%github.com/%/issues%"}},
	{Column: "link_text", Operator: NotILike, Values: []Value{"%click here%"}},
	{Column: "first_seen", Operator: GreaterOrEqual, Values: []Value{time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}},
}

func BenchmarkPlan(b *testing.B) {
	for b.Loop() {
		if _, err := New(Input{Table: outlinks, Quals: benchQuals, Limit: 10}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResidual(b *testing.B) {
	residual, err := NewResidual(outlinks, benchQuals[1:], PostgreSQL)
	if err != nil {
		b.Fatal(err)
	}
	rows := table.NewBuilder(outlinks, "", 1)
	rows.Begin()
	rows.Text(outlinks.FieldOf("url_to"), write("https://github.com/turbot/steampipe/issues/1"))
	rows.Text(outlinks.FieldOf("link_text"), write("an issue"))
	rows.Count(outlinks.FieldOf("links_ext"), 7)
	rows.Time(outlinks.FieldOf("first_seen"), time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC))
	row := rows.Rows().All()[0]
	for b.Loop() {
		if residual.Match(row) != Yes {
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
