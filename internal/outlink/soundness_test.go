package outlink

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The law of the filter: a row that SQL keeps, in whatever engine, is kept by the API, however it reads the
// filter, and whatever it refuses.
func TestTheFilterNeverDropsARowThatSQLKeeps(t *testing.T) {
	all := readings()
	fields := []string{FieldURLFrom, FieldURLTo, FieldAnchor, FieldNofollow, FieldLinksExternal, FieldCheck}
	rapid.Check(t, func(t *rapid.T) {
		row := drawRow(t)
		var quals []Qual
		for range rapid.IntRange(1, 3).Draw(t, "clauses") {
			quals = append(quals, drawQual(t, &row))
		}
		refused := Refusals{}
		for _, f := range fields {
			for _, c := range []string{Contains, NotContains, AtMost, AtLeast, Between} {
				if rapid.IntRange(0, 7).Draw(t, "refused") == 0 {
					refused[Refusal{f, c}] = true
				}
			}
		}
		in := FilterInput{Quals: quals, Refused: refused}
		kinds := engines()
		if rapid.Bool().Draw(t, "SQLite") {
			in.Engine, kinds = SQLite, sqlite()
		}
		folds := rapid.IntRange(0, 3).Draw(t, "folds") == 0
		if folds {
			in.FoldsASCII = map[string]bool{FieldURLFrom: true, FieldURLTo: true, FieldAnchor: true}
		}
		filter, impossible := BuildFilter(in)
		for r := range refused {
			if filter.Uses(r) {
				t.Fatalf("%v uses %v, which the API refuses", filter, r)
			}
		}
		if !slices.ContainsFunc(kinds, func(s semantics) bool { return s.keeps(quals, &row) }) {
			return
		}
		if impossible {
			t.Fatalf("%v is said to be impossible, and holds for %+v", quals, row)
		}
		for _, r := range all {
			if (!folds || r.foldCase) && !r.keeps(filter, &row) {
				t.Fatalf("where %v, filter %v drops %+v under %+v", quals, filter, row, r)
			}
		}
	})
}

// The law of the residual: Yes and No are what every engine says, and only Maybe is left to it.
func TestTheResidualIsRightForEveryEngine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := drawRow(t)
		quals := []Qual{drawQual(t, &row), drawQual(t, &row)}
		residual, err := NewResidual(quals, PostgreSQL)
		if err != nil {
			t.Fatal(err)
		}
		verdict := residual.Match(&row)
		for _, s := range engines() {
			if slices.ContainsFunc(quals, s.emptied) {
				continue
			}
			if kept := s.keeps(quals, &row); kept && verdict == No || !kept && verdict == Yes {
				t.Fatalf("%v for %+v is %v, and %+v says %t", quals, row, verdict, s, kept)
			}
		}
	})
}

// Where nothing is open, nothing is left to the database: a LIMIT can be counted.
func TestPlainClausesAreDecidedHere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := drawRow(t)
		q := drawQual(t, &row)
		perhaps := slices.ContainsFunc(q.Values, func(v Value) bool { _, ok := v.(PerhapsInfinite); return ok })
		if q.List && q.Operator != Equal || q.Operator == ILike || q.Operator == NotILike || perhaps {
			return
		}
		residual, err := NewResidual([]Qual{q}, PostgreSQL)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := residual.Match(&row), truth(semantics{}.keeps([]Qual{q}, &row)); got != want {
			t.Fatalf("%v for %+v is %v, want %v", q, row, got, want)
		}
	})
}

func TestWhatIsPushed(t *testing.T) {
	text := func(op Operator, v string) Qual { return Qual{Column: ColURLTo, Operator: op, Values: []Value{v}} }
	links := func(op Operator, n int64) Qual { return Qual{Column: ColLinksExt, Operator: op, Values: []Value{n}} }
	is := func(field, compare string, v any) Condition { return Condition{field, compare, []any{v}} }
	at := func(column string, op Operator) Qual {
		return Qual{Column: column, Operator: op, Values: []Value{aDay}}
	}
	tests := map[string]struct {
		quals  []Qual
		want   Filter
		engine Engine
	}{
		"range":                                  {[]Qual{links(Greater, 3), links(LessOrEqual, 9)}, Filter{{is(FieldLinksExternal, AtLeast, int64(4)), is(FieldLinksExternal, AtMost, int64(9))}}, PostgreSQL},
		"one value":                              {[]Qual{links(Equal, 3)}, Filter{{is(FieldLinksExternal, AtLeast, int64(3)), is(FieldLinksExternal, AtMost, int64(3))}}, PostgreSQL},
		"no bound at zero":                       {[]Qual{links(GreaterOrEqual, 0)}, nil, PostgreSQL},
		"equality":                               {[]Qual{text(Equal, "a_b%cde")}, Filter{{is(FieldURLTo, Contains, "cde"), is(FieldURLTo, Contains, "a"), is(FieldURLTo, Contains, "b")}}, PostgreSQL},
		"like":                                   {[]Qual{text(Like, `%Git\_Hub_x%`)}, Filter{{is(FieldURLTo, Contains, "Git"), is(FieldURLTo, Contains, "Hub"), is(FieldURLTo, Contains, "x")}}, PostgreSQL},
		"ilike with letters":                     {[]Qual{text(ILike, "%github%")}, nil, PostgreSQL},
		"ilike, SQLite":                          {[]Qual{text(ILike, "%вiдео abс%")}, Filter{{is(FieldURLTo, Contains, "део "), is(FieldURLTo, Contains, "в"), is(FieldURLTo, Contains, "с")}}, SQLite},
		"ilike, shown":                           {[]Qual{{Column: ColLinkText, Operator: ILike, Values: []Value{"%GitHub%"}}}, Filter{{is(FieldAnchor, Contains, "tHub"), is(FieldAnchor, Contains, "G")}}, PostgreSQL},
		"final sigma":                            {[]Qual{text(Like, "%ΟΔΟΣ 7%")}, Filter{{is(FieldURLTo, Contains, "ΟΔΟ"), is(FieldURLTo, Contains, " 7")}}, PostgreSQL},
		"ilike without":                          {[]Qual{text(ILike, "%2024%")}, Filter{{is(FieldURLTo, Contains, "2024")}}, PostgreSQL},
		"not like, letters":                      {[]Qual{text(NotLike, "%ab%")}, nil, PostgreSQL},
		"not like, digits":                       {[]Qual{text(NotLike, "%12%")}, Filter{{is(FieldURLTo, NotContains, "12")}}, PostgreSQL},
		"not ilike":                              {[]Qual{text(NotILike, "%ab%")}, Filter{{is(FieldURLTo, NotContains, "ab")}}, PostgreSQL},
		"not ilike, i k s":                       {[]Qual{text(NotILike, "%sik%")}, nil, PostgreSQL},
		"not ilike, padded":                      {[]Qual{text(NotILike, "% 12%")}, nil, PostgreSQL},
		"only blanks":                            {[]Qual{text(Equal, "  ")}, nil, PostgreSQL},
		"not equal":                              {[]Qual{text(NotEqual, "a")}, nil, PostgreSQL},
		"first_seen from":                        {[]Qual{at(ColFirstSeen, GreaterOrEqual)}, Filter{{is(FieldCheck, AtLeast, "29.2.2024")}}, PostgreSQL},
		"last_visited until":                     {[]Qual{at(ColLastVisited, Less)}, Filter{{is(FieldCheck, AtMost, "2.3.2024")}}, PostgreSQL},
		"from the date, which may be infinity":   {[]Qual{{Column: ColFirstSeen, Operator: Greater, Values: []Value{PerhapsInfinite{aDay, 1}}}}, Filter{{is(FieldCheck, AtLeast, "29.2.2024")}}, PostgreSQL},
		"from -infinity, which may be the date":  {[]Qual{{Column: ColFirstSeen, Operator: Greater, Values: []Value{PerhapsInfinite{aDay, -1}}}}, nil, PostgreSQL},
		"until the date, which may be -infinity": {[]Qual{{Column: ColLastVisited, Operator: LessOrEqual, Values: []Value{PerhapsInfinite{aDay, -1}}}}, Filter{{is(FieldCheck, AtMost, "2.3.2024")}}, PostgreSQL},
		"until infinity, which may be the date":  {[]Qual{{Column: ColLastVisited, Operator: LessOrEqual, Values: []Value{PerhapsInfinite{aDay, 1}}}}, nil, PostgreSQL},
		"first_seen until":                       {[]Qual{at(ColFirstSeen, Less)}, nil, PostgreSQL},
		"last_visited from":                      {[]Qual{at(ColLastVisited, GreaterOrEqual)}, nil, PostgreSQL},
		"link_type":                              {[]Qual{{Column: ColLinkType, Operator: Equal, Values: []Value{"href"}}}, nil, PostgreSQL},
		"nofollow":                               {[]Qual{{Column: ColNofollow, Operator: Equal, List: true, Values: []Value{"ugc", "follow"}}}, Filter{{is(FieldNofollow, Contains, "ugc")}, {is(FieldNofollow, Contains, "follow")}}, PostgreSQL},
		"nofollow, other word":                   {[]Qual{{Column: ColNofollow, Operator: Equal, List: true, Values: []Value{"ugc", "UGC"}}}, nil, PostgreSQL},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, impossible := BuildFilter(FilterInput{Quals: tt.quals, Engine: tt.engine, FoldsASCII: map[string]bool{FieldAnchor: true}})
			if impossible || !slices.EqualFunc(got, tt.want, func(a, b []Condition) bool {
				return slices.EqualFunc(a, b, func(a, b Condition) bool {
					return a.Field == b.Field && a.CompareType == b.CompareType && slices.Equal(a.Value, b.Value)
				})
			}) {
				t.Errorf("pushed %v, want %v", got, tt.want)
			}
		})
	}
	if got, _ := BuildFilter(FilterInput{Quals: []Qual{links(Less, 3)}, LinkPerDomain: true}); got != nil {
		t.Errorf("pushed %v with link_per_domain, which would keep other links", got)
	}
}

func TestWhatCannotBeIsNotAsked(t *testing.T) {
	tests := map[string][]Qual{
		"empty range":        {{Column: ColLinksExt, Operator: Less, Values: []Value{int64(5)}}, {Column: ColLinksExt, Operator: Greater, Values: []Value{int64(9)}}},
		"negative":           {{Column: ColLinksExt, Operator: Less, Values: []Value{int64(0)}}},
		"two values":         {{Column: ColURLTo, Operator: Equal, Values: []Value{"a"}}, {Column: ColURLTo, Operator: Equal, Values: []Value{"b"}}},
		"value and pattern":  {{Column: ColURLTo, Operator: Equal, Values: []Value{"a"}}, {Column: ColURLTo, Operator: NotLike, Values: []Value{"%a"}}},
		"null":               {{Column: ColURLTo, Operator: Equal, Values: []Value{nil}}},
		"infinity or a date": {{Column: ColFirstSeen, Operator: Greater, Values: []Value{PerhapsInfinite{aDay, 1}}}, {Column: ColFirstSeen, Operator: Less, Values: []Value{aDay}}},
		"null and a date":    {{Column: ColDateDel, Operator: IsNull}, {Column: ColDateDel, Operator: Less, Values: []Value{aDay}}},
		"dates":              {{Column: ColFirstSeen, Operator: Less, Values: []Value{aDay}}, {Column: ColFirstSeen, Operator: Greater, Values: []Value{aDay}}},
		"list of impossible": {{Column: ColLinksExt, Operator: Equal, List: true, Values: []Value{int64(-1), int64(-2)}}},
	}
	for name, quals := range tests {
		if _, impossible := BuildFilter(FilterInput{Quals: quals}); !impossible {
			t.Errorf("%s: %v would be asked for", name, quals)
		}
	}
}
