package plan

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// scan is a scan of a declared table, and what may be among the table's rows.
type scan struct {
	in      Input
	user    table.Filter
	thinned bool
	folds   bool // the API is known to ignore case
	closed  bool // its between is known to include its ends
	engines []semantics
	records []*record
}

func drawScan(t *rapid.T, of *table.Table) scan {
	s := scan{records: drawRecords(t, of, 3), user: drawUser(t), engines: engines()}
	s.in = Input{Table: of, Limit: -1, Quals: drawQuals(t, of, s.records[0], 4)}
	s.in.Known.Refused, s.in.Known.Shown = drawRefusals(t, of), drawShown(t, of)
	s.thinned = of.FormOf(table.PerDomain) >= 0 && oneIn(t, 10, "thinned")
	if rapid.Bool().Draw(t, "SQLite") {
		s.in.Engine, s.engines = SQLite, sqlite()
	} else {
		zone := rapid.SampledFrom([]time.Duration{0, 14, -12, 9}).Draw(t, "zone") * time.Hour
		for i := range s.engines {
			s.engines[i].zone = zone
		}
	}
	if s.folds = oneIn(t, 4, "folds"); s.folds {
		s.in.Known.Folds = map[string]bool{}
		for _, f := range of.Fields {
			s.in.Known.Folds[f.Filter.Field] = true
		}
	}
	if s.closed = oneIn(t, 4, "closed"); s.closed {
		s.in.Known.Closed = map[string]bool{}
		for _, f := range of.Fields {
			s.in.Known.Closed[f.Filter.Field] = true
		}
	}
	return s
}

// eachScan checks a law for scans of every declared table, some at once.
func eachScan(t *testing.T, law func(t *rapid.T, of *table.Table, s scan)) {
	eachTable(t, func(t *rapid.T, of *table.Table) {
		for range 4 {
			law(t, of, drawScan(t, of))
		}
	})
}

// mayKeep reports that some engine keeps a row.
func (s scan) mayKeep(r *record) bool {
	return slices.ContainsFunc(s.engines, func(e semantics) bool { return e.keeps(s.in.Quals, r) })
}

// own are the conditions of a filter that the user has not written.
func own(f table.Filter) (list []Refusal) {
	for _, group := range f {
		for _, c := range group {
			if r := (Refusal{c.Field, c.CompareType}); c.Field != userField && !slices.Contains(list, r) {
				list = append(list, r)
			}
		}
	}
	return list
}

// The law of the filter: a row that SQL keeps, in whatever engine, is kept by the API, however it reads the
// filter, and whatever it refuses. The user's filter always holds.
func TestTheFilterNeverDropsARowThatSQLKeeps(t *testing.T) {
	eachScan(t, func(t *rapid.T, of *table.Table, s scan) {
		pushed := push(s.in, s.user, s.thinned)
		if pushed.impossible {
			for _, r := range s.records {
				if s.mayKeep(r) {
					t.Fatalf("%v is said to be impossible, and holds for %v", s.in.Quals, r)
				}
			}
			return
		}
		if most := max(maxAlternatives, len(s.user)); len(pushed.filter) > most {
			t.Fatalf("%d alternatives, at most %d", len(pushed.filter), most)
		}
		if s.thinned && !pushed.filter.Equal(s.user) {
			t.Fatalf("pushed %v where that changes which rows there are", pushed.filter)
		}
		for _, reading := range interpretations(of, pushed.filter, s.folds, s.closed) {
			for _, r := range s.records {
				kept, asked := reading.keeps(pushed.filter, r), userHolds(s.user, r)
				if kept && !asked {
					t.Fatalf("filter %v lets through %v, which the user's drops", pushed.filter, r)
				}
				if !kept && asked && s.mayKeep(r) {
					t.Fatalf("where %v, filter %v drops %v under %+v", s.in.Quals, pushed.filter, r, reading)
				}
			}
		}
	})
}

// The law of decisions: a clause that is Exact holds for every row that the filter lets through, under every reading
// and in every engine; one that is Unsupported has no part in the filter.
func TestDecisionsSayWhatTheFilterAchieves(t *testing.T) {
	eachScan(t, func(t *rapid.T, of *table.Table, s scan) {
		pushed := push(s.in, s.user, s.thinned)
		if pushed.impossible {
			return
		}
		if len(pushed.decisions) != len(s.in.Quals) {
			t.Fatalf("%d decisions for %v", len(pushed.decisions), s.in.Quals)
		}
		list := interpretations(of, pushed.filter, s.folds, s.closed)
		for i, d := range pushed.decisions {
			if d.Qual.String() != s.in.Quals[i].String() {
				t.Fatalf("decision %d is about %v, clause %d is %v", i, d.Qual, i, s.in.Quals[i])
			}
			switch d.Pushed {
			case Unsupported:
				without := s.in
				without.Quals = slices.Delete(slices.Clone(s.in.Quals), i, i+1)
				if other := push(without, s.user, s.thinned); !other.impossible && !other.filter.Equal(pushed.filter) {
					t.Fatalf("where %v, %v is unsupported: filter %v, and without it %v", s.in.Quals, d.Qual, pushed.filter, other.filter)
				}
			case Exact:
				if s.thinned {
					t.Fatalf("%v is exact, and nothing may be pushed", d.Qual)
				}
				for _, reading := range list {
					for _, r := range s.records {
						if !reading.keeps(pushed.filter, r) {
							continue
						}
						for _, e := range s.engines {
							if !e.holds(d.Qual, r) {
								t.Fatalf("where %v, %v is exact, and filter %v lets through %v under %+v", s.in.Quals, d.Qual, pushed.filter, r, reading)
							}
						}
					}
				}
			}
		}
	})
}

// The law of plans: where a plan is exact, each row that the API gives matches, so that a LIMIT costs its rows.
func TestAnExactPlanLeavesNothingToCheck(t *testing.T) {
	eachScan(t, func(t *rapid.T, of *table.Table, s scan) {
		sites := Qual{Column: of.Params[0].Column, Operator: Equal, List: true, Values: []Value{"a.com", "b.com"}}
		rows := s.in.Quals
		s.in.Quals = append(append([]Qual{sites}, about(of, "a.com")[1:]...), rows...)
		p, err := New(s.in)
		if err != nil {
			t.Fatal(err)
		}
		exact := true
		for _, source := range p.Sources {
			if len(source.Decisions) != len(rows) {
				t.Fatalf("%d decisions for %v", len(source.Decisions), rows)
			}
			for _, d := range source.Decisions {
				exact = exact && d.Pushed == Exact
			}
			for _, reading := range interpretations(of, source.Series.Request.Filter, s.folds, s.closed) {
				for _, r := range s.records {
					if p.Exact && reading.keeps(source.Series.Request.Filter, r) && p.Residual.Match(r.row) != Yes {
						t.Fatalf("where %v is exact, and filter %v lets through %v under %+v", rows, source.Series.Request.Filter, r, reading)
					}
				}
			}
		}
		if p.Exact != exact {
			t.Fatalf("exact is %t, and by its decisions %t", p.Exact, exact)
		}
	})
}

// The law of refusals: only what is attested or was shown is used, nothing that is refused, and there is an end of refusing.
func TestRefusalsComeToAnEnd(t *testing.T) {
	eachScan(t, func(t *rapid.T, of *table.Table, s scan) {
		refused := s.in.Known.Refused
		attested := append(comparisons(of), slices.DeleteFunc(unattested(of), func(r Refusal) bool { return !s.in.Known.Shown[r] })...)
		for known := len(refused); ; known++ {
			used := own(push(s.in, s.user, s.thinned).filter)
			for _, r := range used {
				if refused[r] {
					t.Fatalf("%v is refused, and used", r)
				}
				if !slices.Contains(attested, r) {
					t.Fatalf("nothing attests %v", r)
				}
			}
			if len(used) == 0 {
				break
			}
			refused[rapid.SampledFrom(used).Draw(t, "refused")] = true
			if len(refused) != known+1 || known == len(attested) {
				t.Fatalf("%d comparisons of %d are refused, and %v are used", known, len(attested), used)
			}
		}
	})
}

// The law of the residual: Yes and No are what every engine says, and only Maybe is left to it.
func TestTheResidualIsRightForEveryEngine(t *testing.T) {
	eachScan(t, func(t *rapid.T, of *table.Table, s scan) {
		residual, err := NewResidual(of, s.in.Quals, s.in.Engine)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.records {
			verdict := residual.Match(r.row)
			for _, e := range s.engines {
				if slices.ContainsFunc(s.in.Quals, e.emptied) {
					continue
				}
				if kept := e.keeps(s.in.Quals, r); kept && verdict == No || !kept && verdict == Yes {
					t.Fatalf("%v for %v is %v, and %+v says %t", s.in.Quals, r, verdict, e, kept)
				}
			}
		}
	})
}

// Where nothing is open, nothing is left to the database: a LIMIT can be counted.
func TestPlainClausesAreDecidedHere(t *testing.T) {
	eachTable(t, func(t *rapid.T, of *table.Table) {
		records := drawRecords(t, of, 3)
		q := drawQuals(t, of, records[0], 1)[0]
		open := slices.ContainsFunc(q.Values, func(v Value) bool {
			_, perhaps := v.(PerhapsInfinite)
			_, isTime := v.(time.Time) // PostgreSQL's: in which zone is open
			return perhaps || isTime || v == unjudged{}
		})
		if q.List && q.Operator != Equal || q.Operator == ILike || q.Operator == NotILike || open {
			return
		}
		residual, err := NewResidual(of, []Qual{q}, PostgreSQL)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if got, want := residual.Match(r.row), truth(semantics{}.keeps([]Qual{q}, r)); got != want {
				t.Fatalf("%v for %v is %v, want %v", q, r, got, want)
			}
		}
	})
}

// SQLite compares and folds as this package does: there no row is in doubt, and a scan with a LIMIT has no more rows.
func TestSQLiteLeavesNoRowInDoubt(t *testing.T) {
	eachScan(t, func(t *rapid.T, of *table.Table, s scan) {
		s.in.Quals = slices.DeleteFunc(s.in.Quals, func(q Qual) bool { // SQLite sends no lists, and values of the column's kind
			v, _ := comparedBy(of, q.Column)
			return q.List || !q.judged(v.kind)
		})
		residual, err := NewResidual(of, s.in.Quals, SQLite)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.records {
			if residual.Match(r.row) == Maybe {
				t.Fatalf("%v is in doubt for %v", r, residual.Clauses())
			}
		}
	})
}

func where(column string, op Operator, v Value) Qual {
	return Qual{Column: column, Operator: op, Values: []Value{v}}
}

func is(field, compare string, v ...any) table.Condition {
	return table.Condition{Field: field, CompareType: compare, Value: v}
}

func TestWhatIsPushed(t *testing.T) {
	const gte, lte, contains, lacks = table.AtLeast, table.AtMost, table.Contains, table.NotContains
	text := func(op Operator, v string) Qual { return where("url_to", op, v) }
	links := func(op Operator, n int64) Qual { return where("links_ext", op, n) }
	at := func(column string, op Operator) Qual { return where(column, op, aDay) }
	in := func(column string, v ...Value) Qual {
		return Qual{Column: column, Operator: Equal, List: true, Values: v}
	}
	var odds []Value
	for n := range int64(maxAlternatives + 1) {
		odds = append(odds, 2*n+1)
	}
	tests := map[string]struct {
		quals  []Qual
		want   table.Filter
		pushed []Pushed
		engine Engine
	}{
		"range":                                  {[]Qual{links(Greater, 3), links(LessOrEqual, 9)}, table.Filter{{is("links_external", gte, int64(4)), is("links_external", lte, int64(9))}}, []Pushed{Exact, Exact}, PostgreSQL},
		"one value":                              {[]Qual{links(Equal, 3)}, table.Filter{{is("links_external", gte, int64(3)), is("links_external", lte, int64(3))}}, []Pushed{Exact}, PostgreSQL},
		"values":                                 {[]Qual{in("links_ext", int64(3), int64(9), int64(4))}, table.Filter{{is("links_external", gte, int64(3)), is("links_external", lte, int64(4))}, {is("links_external", gte, int64(9)), is("links_external", lte, int64(9))}}, []Pushed{Exact}, PostgreSQL},
		"too many values":                        {[]Qual{in("links_ext", odds...)}, table.Filter{{is("links_external", gte, int64(1)), is("links_external", lte, int64(33))}}, []Pushed{Inexact}, PostgreSQL},
		"no bound at zero":                       {[]Qual{links(GreaterOrEqual, 0)}, nil, []Pushed{Exact}, PostgreSQL},
		"but for its least":                      {[]Qual{links(NotEqual, 0)}, table.Filter{{is("links_external", gte, int64(1))}}, []Pushed{Exact}, PostgreSQL},
		"but for one within":                     {[]Qual{links(NotEqual, 5), links(Less, 9)}, table.Filter{{is("links_external", lte, int64(8))}}, []Pushed{Unsupported, Exact}, PostgreSQL},
		"equality":                               {[]Qual{text(Equal, "a_b%cde")}, table.Filter{{is("url_to", contains, "cde"), is("url_to", contains, "a"), is("url_to", contains, "b")}}, []Pushed{Inexact}, PostgreSQL},
		"like":                                   {[]Qual{text(Like, `%Git\_Hub_x%`)}, table.Filter{{is("url_to", contains, "Git"), is("url_to", contains, "Hub"), is("url_to", contains, "x")}}, []Pushed{Inexact}, PostgreSQL},
		"ilike with letters":                     {[]Qual{text(ILike, "%github%")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"ilike, SQLite":                          {[]Qual{text(ILike, "%відео 7%")}, table.Filter{{is("url_to", contains, " 7")}}, []Pushed{Inexact}, SQLite},
		"ilike, shown":                           {[]Qual{where("link_text", ILike, "%GitHub%")}, table.Filter{{is("anchor", contains, "tHub"), is("anchor", contains, "G")}}, []Pushed{Inexact}, PostgreSQL},
		"final sigma":                            {[]Qual{text(Like, "%ΟΔΟΣ 7%")}, table.Filter{{is("url_to", contains, "ΟΔΟ"), is("url_to", contains, " 7")}}, []Pushed{Inexact}, PostgreSQL},
		"ilike without":                          {[]Qual{text(ILike, "%2024%")}, table.Filter{{is("url_to", contains, "2024")}}, []Pushed{Inexact}, PostgreSQL},
		"not like, letters":                      {[]Qual{text(NotLike, "%ab%")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"not like, digits":                       {[]Qual{text(NotLike, "%12%")}, table.Filter{{is("url_to", lacks, "12")}}, []Pushed{Inexact}, PostgreSQL},
		"not ilike":                              {[]Qual{text(NotILike, "%ab%")}, table.Filter{{is("url_to", lacks, "ab")}}, []Pushed{Inexact}, PostgreSQL},
		"not ilike, i k s":                       {[]Qual{text(NotILike, "%sik%")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"not ilike, padded":                      {[]Qual{text(NotILike, "% 12%")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"not like, a wildcard itself":            {[]Qual{text(NotLike, `%12\_%`)}, nil, []Pushed{Unsupported}, PostgreSQL},
		"not ilike, a final sigma":               {[]Qual{text(NotILike, "%12ς%")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"only blanks":                            {[]Qual{text(Equal, "  ")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"not equal":                              {[]Qual{text(NotEqual, "a")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"one text of two":                        {[]Qual{in("url_to", "a", "b"), text(Equal, "b")}, table.Filter{{is("url_to", contains, "b")}}, []Pushed{Inexact, Inexact}, PostgreSQL},
		"first_seen from":                        {[]Qual{at("first_seen", GreaterOrEqual)}, table.Filter{{is("check", gte, "28.2.2024")}}, []Pushed{Inexact}, PostgreSQL},
		"first_seen from, SQLite":                {[]Qual{at("first_seen", GreaterOrEqual)}, table.Filter{{is("check", gte, "29.2.2024")}}, []Pushed{Inexact}, SQLite},
		"last_visited until, late in the day":    {[]Qual{where("last_visited", Less, aDay.Add(10*time.Hour))}, table.Filter{{is("check", lte, "3.3.2024")}}, []Pushed{Inexact}, PostgreSQL},
		"last_visited until":                     {[]Qual{at("last_visited", Less)}, table.Filter{{is("check", lte, "2.3.2024")}}, []Pushed{Inexact}, PostgreSQL},
		"both dates":                             {[]Qual{at("last_visited", Less), at("first_seen", Greater)}, table.Filter{{is("check", gte, "28.2.2024"), is("check", lte, "2.3.2024")}}, []Pushed{Inexact, Inexact}, PostgreSQL},
		"before all days":                        {[]Qual{where("last_visited", Less, earliestDay.AddDate(-9, 0, 0))}, table.Filter{{is("check", lte, "1.1.1990")}}, []Pushed{Inexact}, PostgreSQL},
		"after all days":                         {[]Qual{where("first_seen", Greater, latestDay.AddDate(9, 0, 0))}, table.Filter{{is("check", gte, "1.1.2100")}}, []Pushed{Inexact}, PostgreSQL},
		"from before all days":                   {[]Qual{where("first_seen", Greater, earliestDay)}, nil, []Pushed{Unsupported}, PostgreSQL},
		"until after all days":                   {[]Qual{where("last_visited", Less, latestDay)}, nil, []Pushed{Unsupported}, PostgreSQL},
		"from the date, which may be infinity":   {[]Qual{where("first_seen", Greater, PerhapsInfinite{aDay, 1})}, table.Filter{{is("check", gte, "28.2.2024")}}, []Pushed{Inexact}, PostgreSQL},
		"from -infinity, which may be the date":  {[]Qual{where("first_seen", Greater, PerhapsInfinite{aDay, -1})}, nil, []Pushed{Unsupported}, PostgreSQL},
		"until the date, which may be -infinity": {[]Qual{where("last_visited", LessOrEqual, PerhapsInfinite{aDay, -1})}, table.Filter{{is("check", lte, "2.3.2024")}}, []Pushed{Inexact}, PostgreSQL},
		"until infinity, which may be the date":  {[]Qual{where("last_visited", LessOrEqual, PerhapsInfinite{aDay, 1})}, nil, []Pushed{Unsupported}, PostgreSQL},
		"first_seen until":                       {[]Qual{at("first_seen", Less)}, nil, []Pushed{Unsupported}, PostgreSQL},
		"last_visited from":                      {[]Qual{at("last_visited", GreaterOrEqual)}, nil, []Pushed{Unsupported}, PostgreSQL},
		"date_del":                               {[]Qual{at("date_del", Less)}, nil, []Pushed{Unsupported}, PostgreSQL},
		"link_type":                              {[]Qual{where("link_type", Equal, "href")}, nil, []Pushed{Unsupported}, PostgreSQL},
		"nofollow":                               {[]Qual{in("nofollow", "ugc", "follow")}, table.Filter{{is("link_nofollow", contains, "ugc")}, {is("link_nofollow", contains, "follow")}}, []Pushed{Inexact}, PostgreSQL},
		"nofollow, other word":                   {[]Qual{in("nofollow", "ugc", "UGC")}, nil, []Pushed{Unsupported}, PostgreSQL},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := push(Input{Table: outlinks, Quals: tt.quals, Engine: tt.engine, Known: Knowledge{Folds: map[string]bool{"anchor": true}}}, nil, false)
			if got.impossible || !got.filter.Equal(tt.want) {
				t.Errorf("pushed %v, want %v", got.filter, tt.want)
			}
			for i, d := range got.decisions {
				if d.Pushed != tt.pushed[i] {
					t.Errorf("%v is %v, want %v", d.Qual, d.Pushed, tt.pushed[i])
				}
			}
		})
	}
	if got := push(Input{Table: outlinks, Quals: []Qual{links(Less, 3)}}, nil, true); got.filter != nil || got.decisions[0].Pushed != Unsupported {
		t.Errorf("pushed %v with link_per_domain, which would keep other links", got)
	}
}

// A refused bound falls back to between, which is wider, and that to nothing.
func TestARefusedComparisonIsReplaced(t *testing.T) {
	const gte, lte, between = table.AtLeast, table.AtMost, table.Between
	quals := []Qual{where("links_ext", GreaterOrEqual, int64(3)), where("links_ext", LessOrEqual, int64(9))}
	for name, tt := range map[string]struct {
		refused []string
		want    table.Filter
		pushed  []Pushed
	}{
		"gte":     {[]string{gte}, table.Filter{{is("links_external", lte, int64(9)), is("links_external", between, int64(2), int64(10))}}, []Pushed{Inexact, Exact}},
		"lte":     {[]string{lte}, table.Filter{{is("links_external", gte, int64(3)), is("links_external", between, int64(2), int64(10))}}, []Pushed{Exact, Inexact}},
		"both":    {[]string{gte, lte}, table.Filter{{is("links_external", between, int64(2), int64(10))}}, []Pushed{Inexact, Inexact}},
		"between": {[]string{between}, table.Filter{{is("links_external", gte, int64(3)), is("links_external", lte, int64(9))}}, []Pushed{Exact, Exact}},
		"all":     {[]string{gte, lte, between}, nil, []Pushed{Unsupported, Unsupported}},
	} {
		refused := Refusals{}
		for _, compare := range tt.refused {
			refused[Refusal{"links_external", compare}] = true
		}
		got := push(Input{Table: outlinks, Quals: quals, Known: Knowledge{Refused: refused}}, nil, false)
		if achieved := []Pushed{got.decisions[0].Pushed, got.decisions[1].Pushed}; !got.filter.Equal(tt.want) || !slices.Equal(achieved, tt.pushed) {
			t.Errorf("%s refused: %v, %v, want %v, %v", name, got.filter, achieved, tt.want, tt.pushed)
		}
	}
	// What is known of between narrows: no row is bought for an end that may be left out. What the API alone has shown is used,
	// and no ground to take rows unseen; of texts it is not used, since those that come may be written otherwise than those
	// that are compared.
	known := Knowledge{Refused: Refusals{{"links_external", lte}: true}, Shown: map[Refusal]bool{{"anchor", "eq"}: true}, Closed: map[string]bool{"links_external": true}}
	got := push(Input{Table: outlinks, Quals: append(slices.Clone(quals), where("link_text", Equal, "here")), Known: known}, nil, false)
	want := table.Filter{{is("links_external", gte, int64(3)), is("links_external", between, int64(3), int64(9)), is("anchor", "contains", "here")}}
	if !got.filter.Equal(want) || got.decisions[0].Pushed != Exact || got.decisions[1].Pushed != Exact {
		t.Errorf("with what is known: %v, %v", got.filter, got.decisions)
	}
	of := catalog.Of("serpstat_out_domain")
	field := of.Fields[of.FieldOf("links")].Filter.Field
	got = push(Input{Table: of, Quals: []Qual{where("links", LessOrEqual, int64(3))}, Known: Knowledge{Shown: map[Refusal]bool{{field, lte}: true}}}, nil, false)
	if !got.filter.Equal(table.Filter{{is(field, lte, int64(3))}}) || got.decisions[0].Pushed != Inexact {
		t.Errorf("what was shown: %v, %v", got.filter, got.decisions)
	}
	f := table.Filter{{is("a", "lte", 1)}, {is("b", "gte", 1)}}
	for r, want := range map[Refusal]bool{{"a", "lte"}: true, {"b", ""}: true, {"a", "gte"}: false, {"c", ""}: false} {
		if r.Uses(f) != want {
			t.Errorf("%v uses %v: %t", f, r, !want)
		}
	}
}

func TestWhatCannotBeIsNotAsked(t *testing.T) {
	tests := map[string][]Qual{
		"empty range":        {where("links_ext", Less, int64(5)), where("links_ext", Greater, int64(9))},
		"negative":           {where("links_ext", Less, int64(0))},
		"two values":         {where("url_to", Equal, "a"), where("url_to", Equal, "b")},
		"value and pattern":  {where("url_to", Equal, "a"), where("url_to", NotLike, "%a")},
		"null":               {where("url_to", Equal, nil)},
		"infinity or a date": {where("first_seen", Greater, PerhapsInfinite{aDay, 1}), where("first_seen", Less, aDay.AddDate(0, 0, -2))},
		"null of a number":   {{Column: "links_ext", Operator: IsNull}},
		"null of a URL":      {{Column: "url_to", Operator: IsNull}},
		"null and a date":    {{Column: "date_del", Operator: IsNull}, where("date_del", Less, aDay)},
		"dates":              {where("first_seen", Less, aDay), where("first_seen", Greater, aDay.AddDate(0, 0, 2))},
		"list of impossible": {{Column: "links_ext", Operator: Equal, List: true, Values: []Value{int64(-1), int64(-2)}}},
	}
	for name, quals := range tests {
		if !push(Input{Table: outlinks, Quals: quals}, nil, false).impossible {
			t.Errorf("%s: %v would be asked for", name, quals)
		}
	}
	zones := []Qual{where("first_seen", Less, aDay), where("first_seen", Greater, aDay.Add(13*time.Hour))} // one may be local time
	if push(Input{Table: outlinks, Quals: zones}, nil, false).impossible || !push(Input{Table: outlinks, Quals: zones, Engine: SQLite}, nil, false).impossible {
		t.Errorf("%v is possible in PostgreSQL alone", zones)
	}
}

// Within the hours that a time zone can make, only PostgreSQL can tell.
func TestTimesNearABoundAreLeftToPostgreSQL(t *testing.T) {
	for _, tt := range []struct {
		op    Operator
		hours int // of the row's time after the bound
		want  Truth
	}{
		{GreaterOrEqual, -15, No}, {GreaterOrEqual, -14, Maybe}, {GreaterOrEqual, 0, Maybe}, {GreaterOrEqual, 13, Maybe}, {GreaterOrEqual, 14, Yes},
		{Greater, -14, No}, {Greater, -13, Maybe}, {Greater, 14, Maybe}, {Greater, 15, Yes},
		{Less, -15, Yes}, {Less, -14, Maybe}, {Less, 13, Maybe}, {Less, 14, No}, {LessOrEqual, -14, Yes}, {LessOrEqual, 14, Maybe}, {LessOrEqual, 15, No},
		{Equal, -15, No}, {Equal, -14, Maybe}, {Equal, 0, Maybe}, {Equal, 14, Maybe}, {Equal, 15, No}, {NotEqual, 15, Yes}, {NotEqual, 14, Maybe}, {NotEqual, 0, Maybe},
	} {
		b := table.NewBuilder(outlinks, "", 1)
		b.Begin()
		b.Time(outlinks.FieldOf("first_seen"), aDay.Add(time.Duration(tt.hours)*time.Hour))
		residual, err := NewResidual(outlinks, []Qual{where("first_seen", tt.op, aDay)}, PostgreSQL)
		if err != nil {
			t.Fatal(err)
		}
		if got := residual.Match(b.Rows().All()[0]); got != tt.want {
			t.Errorf("%d hours after, %s: %v, want %v", tt.hours, tt.op, got, tt.want)
		}
	}
}

// Whether letters match whose folding depends on the database, or on what stands next to them, is left to it.
func TestOddLettersAreLeftToTheDatabase(t *testing.T) {
	for _, tt := range []struct {
		text, like string
		engine     Engine
		want       Truth
	}{
		{"a", "A", PostgreSQL, Yes}, {"I", "i", PostgreSQL, Maybe}, {"i", "i", PostgreSQL, Yes}, {"I", "i", SQLite, Yes}, {"a", "b", PostgreSQL, No}, {"é", "É", PostgreSQL, Maybe}, {"é", "É", SQLite, Yes}, {"K", "\u212A", SQLite, No}, {"ſ", "s", SQLite, No}, {"i", "İ", SQLite, No}, {"i", "ı", SQLite, No}, {"ΟΔΟΣ", "%ς", SQLite, Yes}, {"Смотреть видео", "%смотреть%", SQLite, Yes}, {"ß", "ẞ", SQLite, Yes}, {"k", "\u212A", PostgreSQL, Maybe},
		{"İ", "_", PostgreSQL, Maybe}, {"İ", "_", SQLite, Yes}, {"i", "ı", PostgreSQL, Maybe}, {"ΟΔΟΣ", "%ς", PostgreSQL, Maybe}, {"ΟΔΟΣ", "%x%", PostgreSQL, Maybe},
	} {
		b := table.NewBuilder(outlinks, "", 1)
		b.Begin()
		b.Text(outlinks.FieldOf("url_to"), write(tt.text))
		row := b.Rows().All()[0]
		for op, want := range map[Operator]Truth{ILike: tt.want, NotILike: Yes - tt.want} {
			residual, err := NewResidual(outlinks, []Qual{where("url_to", op, tt.like)}, tt.engine)
			if err != nil {
				t.Fatal(err)
			}
			if got := residual.Match(row); got != want {
				t.Errorf("%s %s %s is %v, want %v", tt.text, op, tt.like, got, want)
			}
		}
	}
}
