package table

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// good is a declaration without a fault.
func good() *Table {
	return &Table{
		Name: "serpstat_thing", Method: "P.getThings", Doc: "Things of a site.", Rows: "data",
		Params: []Param{
			{Column: "query", Name: "query", Form: Site, Doc: "The domain to look at."},
			{Column: "kind", Name: "kind", Form: Choice, Words: []string{"a", "b"}, Default: "a", Doc: "The kind of things."},
			{Column: "sort_by", Form: SortBy, Doc: "What the API sorts by."},
			{Column: "sort_order", Form: SortOrder, Doc: "In which order it sorts."},
		},
		Fields: []Field{
			{Column: "name", Kind: Text, Keys: []string{"name"}, Doc: "The name of the thing.", Filter: Pushdown{Field: "name", How: ByText, Takes: []string{Contains}}},
			{Column: "links", Kind: Count, Keys: []string{"links"}, Sort: "links", Doc: "The links of the thing.", Filter: Pushdown{Field: "links", How: ByNumber, Takes: []string{AtLeast}}},
			{Column: "seen", Kind: Time, Keys: []string{"seen"}, Optional: true, Doc: "When it was seen."},
		},
		Derived: []Derived{{Column: "domain", From: "name", Part: DomainOfHost, Doc: "The domain of the name."}},
		Page:    Page{MaxSize: 1000, RowCap: 60000}, Cost: Cost{Row: 1}, CountsRows: true,
		Sort: Sort{Words: []string{"links", "name"}, Default: "name", Divide: "links"},
	}
}

func TestEveryFaultOfADeclarationIsNamed(t *testing.T) {
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Table){
		"its name is not serpstat_":                          func(d *Table) { d.Name = "things" },
		"its method has no procedure":                        func(d *Table) { d.Method = "getThings" },
		"the table is not documented in a sentence":          func(d *Table) { d.Doc = "things" },
		"which key holds the rows":                           func(d *Table) { d.Rows = "" },
		"its pages have no bounds":                           func(d *Table) { d.Page.RowCap = 0 },
		"one row has no pages":                               func(d *Table) { d.One = true },
		"it is none of its words":                            func(d *Table) { d.Params[1].Address = []string{"c"} },
		"only of several sites":                              func(d *Table) { d.Params[1].Most = 2 },
		"it counts no words of a text":                       func(d *Table) { d.Params[1].Counts = "name" },
		"codes are for ByCode":                               func(d *Table) { d.Fields[0].Filter.Codes = map[string]int64{"x": 1} },
		"does not sort what nothing divides":                 func(d *Table) { d.Sort.Few = "name" },
		`nothing is cheaper for "kind"`:                      func(d *Table) { d.Cheaper = []Cheaper{{Column: "kind"}} },
		"it has no cost":                                     func(d *Table) { d.Cost = Cost{} },
		`column "Name" is not in snake case`:                 func(d *Table) { d.Fields[0].Column = "Name"; d.Derived = nil },
		"column kind comes twice":                            func(d *Table) { d.Fields[2].Column = "kind" },
		"column seen is not documented in a sentence":        func(d *Table) { d.Fields[2].Doc = "When" },
		"its form occurs twice":                              func(d *Table) { d.Params[2].Form = SortOrder },
		"the site is the first parameter":                    func(d *Table) { d.Params[0], d.Params[1] = d.Params[1], d.Params[0] },
		"only a choice has words":                            func(d *Table) { d.Params[1].Words, d.Params[1].Default = nil, "" },
		"its default is none of its words":                   func(d *Table) { d.Params[1].Default = "c" },
		"a name in the request and its form do not agree":    func(d *Table) { d.Params[2].Name = "sort" },
		"sort_by, sort_order and the words":                  func(d *Table) { d.Params = d.Params[:3] },
		"it has no site":                                     func(d *Table) { d.Params = nil },
		"column seen has no key":                             func(d *Table) { d.Fields[2].Keys = nil },
		"another has the key name":                           func(d *Table) { d.Fields[2].Keys = []string{"name"} },
		"a row holds no such kind":                           func(d *Table) { d.Fields[2].Kind = 99 },
		"its kind is not filtered in this way":               func(d *Table) { d.Fields[0].Filter.How = ByNumber },
		"no comparison is attested":                          func(d *Table) { d.Fields[0].Filter.Takes = nil },
		"only a text that is never null holds a word always": func(d *Table) { d.Fields[1].Filter.Always = "x" },
		"words are for ByWord":                               func(d *Table) { d.Fields[0].Filter.Words = []string{"x"} },
		"a filter without a field":                           func(d *Table) { d.Fields[0].Filter.Field = "" },
		`"when" is no word to sort by`:                       func(d *Table) { d.Fields[1].Sort = "when" },
		`another is sorted by "links"`:                       func(d *Table) { d.Fields[0].Sort = "links" },
		"without a value is not known":                       func(d *Table) { d.Fields[1].Optional = true },
		"only counts have an order":                          func(d *Table) { d.Fields[0].Sort = "name" },
		"there is no text links to derive it from":           func(d *Table) { d.Derived[0].From = "links" },
		"no part":                            func(d *Table) { d.Derived[0].Part = 0 },
		`its default sort "when" is no word`: func(d *Table) { d.Sort.Default = "when" },
		"it cannot be divided by name":       func(d *Table) { d.Sort.Divide = "name" },
	} {
		d := good()
		change(d)
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestRequestsAreWrittenInOneOrder(t *testing.T) {
	r := Request{
		Args: []Arg{{"query", "a.com"}, {"n", int64(5)}}, Sort: "links", Order: "desc", Page: 2, Size: 10,
		Filter: Filter{{{Field: "name", CompareType: Contains, Value: []any{"<&>"}}, {Additional: "last_week"}}},
	}
	got, err := Encode(r)
	want := `{"query":"a.com","n":5,"sort":"links","order":"desc","complexFilter":[[{"field":"name","compareType":"contains","value":["<&>"]},{"additional_filters":"last_week"}]],"page":2,"size":10}`
	if err != nil || string(got) != want || r.Site() != "a.com" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := Encode(Request{Args: []Arg{{"x", func() {}}}}); err == nil {
		t.Error("what cannot be written is written")
	}
	if s := (Request{}).Site(); s != "" {
		t.Errorf("a request about nothing is about %q", s)
	}
}

func TestFiltersAreMultipliedOut(t *testing.T) {
	c := func(field string) Condition {
		return Condition{Field: field, CompareType: Contains, Value: []any{"x"}}
	}
	a, b := Filter{{c("a")}, {c("b")}}, Filter{{c("c")}, {c("d"), c("e")}}
	want := Filter{{c("a"), c("c")}, {c("a"), c("d"), c("e")}, {c("b"), c("c")}, {c("b"), c("d"), c("e")}}
	if got := a.And(b); !got.Equal(want) || got.Equal(a) {
		t.Errorf("%v", got)
	}
	if !a.And(nil).Equal(a) || !Filter(nil).And(a).Equal(a) {
		t.Error("no filter is no condition")
	}
}

func TestRowsHoldWhatWasPut(t *testing.T) {
	d := good()
	text := `{"name":"ab","links":7}`
	b := NewBuilder(d, text, 2)
	b.Begin()
	b.Piece(0, 9, 11)
	b.Count(1, 0)
	b.Time(2, time.Date(2024, 3, 1, 12, 0, 5, 0, time.UTC))
	b.Whole(0, len(text))
	b.Begin()
	b.Text(0, func(to []byte) []byte { return append(to, "ж"...) })
	b.Null(1)
	rows := b.Rows().All()
	var got []any
	for _, row := range rows {
		for i := range d.Fields {
			got = append(got, row.Cell(i).Value())
		}
	}
	want := []any{"ab", int64(0), time.Date(2024, 3, 1, 12, 0, 5, 0, time.UTC), "ж", nil, nil}
	if !slices.Equal(got, want) || rows[0].Raw() != text || rows[1].Raw() != "" {
		t.Errorf("%v, %s", got, rows[0].Raw())
	}
	if c := rows[0].Cell(1); c.Null() {
		t.Error("zero is NULL")
	}
	if c := rows[1].Cell(1); !c.Null() {
		t.Error("NULL is not NULL")
	}
	var none *Rows
	if none.Len() != 0 || none.Bytes() != 0 || len(none.All()) != 0 {
		t.Error("no rows are some")
	}
}

// What PostgreSQL's jsonb refuses is replaced, and nothing else.
func FuzzRaw(f *testing.F) {
	for _, seed := range []string{`{"a":"\u0000"}`, `{"a":"\\u0000"}`, `{"a":"\ud83d\udc4d"}`, `{"a":"\ud83d"}`, `{"a":"\udc4d\ud83d"}`, `{"a":"\ud83d\u0041"}`, `{"a":"\\\u0000\n\/"}`, "{\"a\":\"\xff\"}", `{"a":1}`} {
		f.Add(seed)
	}
	d := good()
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			return
		}
		b := NewBuilder(d, raw, 1)
		b.Begin()
		b.Whole(0, len(raw))
		got := b.Rows().All()[0].Raw()
		var was, is any
		if !utf8.ValidString(got) || decode(got, &is) != nil || decode(raw, &was) != nil {
			t.Fatalf("%q became %q", raw, got)
		}
		if want := withoutNUL(was); !reflect.DeepEqual(want, is) {
			t.Fatalf("%q became %q: %v, want %v", raw, got, is, want)
		}
	})
}

func decode(text string, into *any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func withoutNUL(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "\x00", "\uFFFD")
	case []any:
		for i := range v {
			v[i] = withoutNUL(v[i])
		}
	case map[string]any:
		clean := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if name := withoutNUL(key).(string); clean[name] == nil || name == key {
				clean[name] = withoutNUL(v[key])
			}
		}
		return clean
	}
	return v
}

func TestWhatReachesTheAPIIsNamed(t *testing.T) {
	field := func(how How, takes ...string) Field {
		return Field{Filter: Pushdown{Field: "f", How: how, Takes: takes}}
	}
	for _, tt := range []struct {
		field        Field
		postgres, in string
	}{
		{Field{}, "", ""},
		{field(ByNumber, AtLeast, AtMost), "exactly: =, in, between, <, <=, >, >=", "exactly: =, in, between, <, <=, >, >="},
		{field(ByNumber, AtLeast), "exactly: >, >=; in part: =, in, between", "exactly: >, >=; in part: =, in, between"},
		{field(ByText, Contains, NotContains), "in part: =, in, like, ilike, not like, not ilike", "in part: =, in, like, glob"},
		{field(ByText, Contains), "in part: =, in, like, ilike", "in part: =, in, like, glob"},
		{field(ByWord, Contains), "in part: =, in", "in part: =, in"},
		{field(FromDay, AtLeast), "in part: =, >, >=", "in part: =, >, >="},
		{field(UntilDay, AtMost), "in part: =, <, <=", "in part: =, <, <="},
		{Field{Sort: "s"}, "order by", "order by"},
	} {
		if p, s := tt.field.Reach(PostgreSQL), tt.field.Reach(SQLite); p != tt.postgres || s != tt.in {
			t.Errorf("%q and %q, want %q and %q", p, s, tt.postgres, tt.in)
		}
	}
	d := good()
	if r := d.Params[0].Reach(); r != "required: =, in" {
		t.Error(r)
	}
	if r := d.Params[1].Reach(); r != "parameter: =, in" {
		t.Error(r)
	}
	if d.FormOf(SortBy) != 2 || d.FormOf(PerDomain) != -1 || d.ParamOf("kind") != 1 || d.FieldOf("kind") != -1 {
		t.Error("a column is found where it is not")
	}
	if c := (Cost{Row: 2, Request: 3}); c.Of(0) != 1 || c.Of(1) != 5 || c.Of(5) != 13 {
		t.Error("a price is wrong")
	}
	for c, want := range map[Cost]string{
		{Row: 1}: "1 credit for each row", {Request: 5}: "5 credits for each request", {Row: 1, Request: 2}: "1 credit for each row, and 2 credits for each request",
	} {
		if c.String() != want {
			t.Errorf("%s, want %s", c, want)
		}
	}
}
