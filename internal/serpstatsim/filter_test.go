package serpstatsim_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func condition(field, compareType string, values ...any) string {
	b, _ := json.Marshal(map[string]any{"field": field, "compareType": compareType, "value": values})
	return string(b)
}

// kept asks under readings and returns the anchors of the rows that came, in data order.
func kept(t *testing.T, o serpstatsim.Options, r serpstatsim.Interpretations, filter string) string {
	t.Helper()
	o.Interpretations = r
	return strings.Join(texts(rowsOf(t, serpstatsim.New(o), `"sort":"anchor","order":"asc","complexFilter":`+filter)), " ")
}

func TestEveryCompareType(t *testing.T) {
	counts := links(nil, nil, nil, nil) // links_ext 1, 2, 3, 4 and anchors 0, 1, 2, 3
	for _, test := range []struct {
		op     string
		values []any
		want   string
	}{
		{"gt", []any{2}, "2 3"}, {"gte", []any{2}, "1 2 3"}, {"lt", []any{2}, "0"}, {"lte", []any{2}, "0 1"},
		{"eq", []any{2}, "1"}, {"eq", []any{2, 4}, "1 3"}, {"neq", []any{2}, "0 2 3"}, {"neq", []any{2, 4}, "0 2"},
		{"between", []any{2, 3}, "1 2"}, {"between", []any{3, 3}, "2"},
	} {
		if got := kept(t, counts, serpstatsim.Interpretations{}, "[["+condition("links_external", test.op, test.values...)+"]]"); got != test.want {
			t.Errorf("links_external %s %v keeps %q, want %q", test.op, test.values, got, test.want)
		}
	}
	words := anchors("alpha", "beta", "gamma")
	for _, test := range []struct {
		op     string
		values []any
		want   string
	}{
		{"contains", []any{"et"}, "beta"}, {"contains", []any{"et", "mm"}, "beta gamma"}, {"contains", []any{""}, "alpha beta gamma"},
		{"notContains", []any{"et"}, "alpha gamma"}, {"notContains", []any{"et", "mm"}, "alpha"},
		{"startsWith", []any{"a"}, "alpha"}, {"endsWith", []any{"ma"}, "gamma"}, {"eq", []any{"beta"}, "beta"}, {"eq", []any{"bet"}, ""},
		{"neq", []any{"beta"}, "alpha gamma"},
	} {
		if got := kept(t, words, serpstatsim.Interpretations{}, "[["+condition("anchor", test.op, test.values...)+"]]"); got != test.want {
			t.Errorf("anchor %s %v keeps %q, want %q", test.op, test.values, got, test.want)
		}
	}
}

func TestFilterFieldsAreNotNamedLikeTheResponse(t *testing.T) {
	o := links(func(r *serpstatsim.Row) {
		r.URLFrom, r.URLTo, r.LinkText, r.Nofollow, r.LinkType = "https://a.com/from", "https://b.com/to", "anchor", "ugc", "img"
		r.LinksExt, r.FirstSeen, r.LastVisited = 7, "2020-05-06", "2021-07-08 00:00:00"
	}, nil)
	for _, c := range []string{
		condition("url_from", "contains", "from"), condition("url_to", "contains", "b.com/to"), condition("anchor", "eq", "anchor"),
		condition("link_nofollow", "contains", "ugc"), condition("link_type", "eq", "img"), condition("links_external", "eq", 7),
		condition("check", "eq", "6.5.2020"), condition("check", "eq", "06.05.2020"),
	} {
		if got := kept(t, o, serpstatsim.Interpretations{}, "[["+c+"]]"); got != "anchor" {
			t.Errorf("%s keeps %q, want the first row", c, got)
		}
	}
}

func TestOuterArrayIsOrInnerAnd(t *testing.T) {
	o := links(nil, nil, nil, nil, nil)
	low, high, odd := condition("links_external", "lte", 2), condition("links_external", "gte", 4), condition("anchor", "neq", "4")
	for filter, want := range map[string]string{
		"[]":                             "0 1 2 3 4",
		"[[" + low + "],[" + high + "]]": "0 1 3 4",
		"[[" + low + "," + high + "]]":   "",
		"[[" + high + "," + odd + "],[" + low + "]]": "0 1 3",
	} {
		if got := kept(t, o, serpstatsim.Interpretations{}, filter); got != want {
			t.Errorf("%s keeps %q, want %q", filter, got, want)
		}
	}
}

func TestBadFiltersAreRefusedWithTheMessagesOfTheNotes(t *testing.T) {
	s := serpstatsim.New(links(nil))
	for filter, want := range map[string]string{
		`[[` + condition("link_text", "contains", "x") + `]]`:         "Not allowed field",
		`[[{"compareType":"eq","value":[1]}]]`:                        "Not allowed field",
		`[[{"field":"anchor","value":["x"]}]]`:                        "Field compareType is required",
		`[[{"field":"anchor","compareType":"contains"}]]`:             "Field value is required",
		`[[{"field":"anchor","compareType":"contains","value":[]}]]`:  "Field value is required",
		`[[` + condition("anchor", "like", "x") + `]]`:                "Not allowed method like for field anchor",
		`[[` + condition("links_external", "contains", 5) + `]]`:      "Not allowed method contains for field links_external",
		`[[` + condition("check", "lte", "2030-01-01") + `]]`:         "Invalid crawl date",
		`[[` + condition("check", "lte", "31.2.2030") + `]]`:          "Invalid crawl date",
		`[[` + condition("check", "lte", "1.1.30") + `]]`:             "Invalid crawl date",
		`[[` + condition("check", "lte", 5) + `]]`:                    "Invalid crawl date",
		`[[` + condition("links_external", "between", 5) + `]]`:       "Not allowed values for between method",
		`[[` + condition("links_external", "between", 1, 2, 3) + `]]`: "Not allowed values for between method",
		`[[` + condition("links_external", "lte", "many") + `]]`:      "Not allowed params for filter",
		`[[` + condition("links_external", "lte", 5.5) + `]]`:         "Not allowed params for filter",
		`[[` + condition("anchor", "contains", nil) + `]]`:            "Not allowed params for filter",
		`[[` + condition("anchor", "contains", 5) + `]]`:              "Not allowed params for filter",
		`[` + condition("anchor", "contains", "x") + `]`:              "Not allowed params for filter",
		`{}`:           "Not allowed params for filter",
		`[["anchor"]]`: "Not allowed params for filter",
		`[[{"field":"anchor","compareType":"contains","value":"text"}]]`: "Not allowed params for filter",
	} {
		a := ask(t, s, `{"query":"a.com","complexFilter":`+filter+`}`)
		if a.Error == nil || a.Error.Code != 32117 || !strings.HasPrefix(a.Error.Message, want) {
			t.Errorf("%s: %+v, want 32117 %s", filter, a.Error, want)
		}
	}
	if s.Credits() != 0 {
		t.Errorf("%d credits spent on refusals", s.Credits())
	}
}

// Each reading, by what it keeps when it is off and when it is on.
func TestEveryReadingHasItsEffect(t *testing.T) {
	nofollow := links(
		func(r *serpstatsim.Row) { r.Nofollow = "follow" }, func(r *serpstatsim.Row) { r.Nofollow = "nofollow" },
		func(r *serpstatsim.Row) { r.Nofollow = "nofollow,ugc" }, func(r *serpstatsim.Row) { r.Nofollow = "UGC" },
	)
	dates := links(
		func(r *serpstatsim.Row) { r.FirstSeen, r.LastVisited = "2025-02-03", "2025-02-05 10:00:00" },
		func(r *serpstatsim.Row) { r.FirstSeen, r.LastVisited = "2025-02-04", "2025-02-04 21:37:16" },
		func(r *serpstatsim.Row) { r.FirstSeen, r.LastVisited = "2025-02-04", "2025-02-04 00:00:00" },
	)
	perDomain := links(
		func(r *serpstatsim.Row) { r.URLTo, r.LinksExt = "https://x.b.co.uk/", 1 },
		func(r *serpstatsim.Row) { r.URLTo, r.LinksExt = "https://y.b.co.uk/", 2 },
		func(r *serpstatsim.Row) { r.URLTo, r.LinksExt = "https://z.c.co.uk/", 3 },
	)
	for _, test := range []struct {
		name    string
		data    serpstatsim.Options
		filter  string
		on      serpstatsim.Interpretations
		off, to string
	}{
		{"case", anchors("ABC", "abc"), condition("anchor", "contains", "Abc"), serpstatsim.Interpretations{ContainsCaseSensitive: true}, "ABC abc", ""},
		{"case beyond ASCII", anchors("ЖУК", "жук"), condition("anchor", "contains", "жук"), serpstatsim.Interpretations{ContainsCaseSensitive: true}, "ЖУК жук", "жук"},
		{"all values", anchors("ab", "bc"), condition("anchor", "contains", "a", "b"), serpstatsim.Interpretations{ContainsAllValues: true}, "ab bc", "ab"},
		{"not all values", anchors("ab", "bc"), condition("anchor", "notContains", "a", "b"), serpstatsim.Interpretations{ContainsAllValues: true}, "", "bc"},
		{"percent", anchors("1%2", "1x2"), condition("anchor", "contains", "1%2"), serpstatsim.Interpretations{TextIsLikePattern: true}, "1%2", "1%2 1x2"},
		{"underscore", anchors("1_2", "1x2"), condition("anchor", "contains", "1_2"), serpstatsim.Interpretations{TextIsLikePattern: true}, "1_2", "1_2 1x2"},
		{"backslash", anchors(`1\%2`, "1%2"), condition("anchor", "contains", `1\%2`), serpstatsim.Interpretations{TextIsLikePattern: true}, `1\%2`, "1%2"},
		{"space", anchors("a b", "ab"), condition("anchor", "contains", " b "), serpstatsim.Interpretations{TextTrimmed: true}, "", "a b ab"},
		{"between", links(nil, nil, nil), condition("links_external", "between", 1, 3), serpstatsim.Interpretations{BetweenExclusive: true}, "0 1 2", "1"},
		{"nofollow substring", nofollow, condition("link_nofollow", "contains", "follow"), serpstatsim.Interpretations{NofollowSubstring: true}, "0", "0 1 2"},
		{"nofollow words", nofollow, condition("link_nofollow", "contains", "ugc"), serpstatsim.Interpretations{NofollowWhole: true}, "2 3", ""},
		{"nofollow not", nofollow, condition("link_nofollow", "notContains", "nofollow"), serpstatsim.Interpretations{NofollowWhole: true}, "0 3", "0 2 3"},
		{"link type", links(nil), condition("link_type", "contains", "href"), serpstatsim.Interpretations{LinkTypeVocabulary: true}, "0", ""},
		{"check lte", dates, condition("check", "lte", "04.02.2025"), serpstatsim.Interpretations{CheckIsLastVisited: true}, "0 1 2", "1 2"},
		{"check gte", dates, condition("check", "gte", "5.2.2025"), serpstatsim.Interpretations{CheckIsLastVisited: true}, "", "0"},
	} {
		filter := "[[" + test.filter + "]]"
		if got := sorted(kept(t, test.data, serpstatsim.Interpretations{}, filter)); got != sorted(test.off) {
			t.Errorf("%s: off keeps %q, want %q", test.name, got, test.off)
		}
		if got := sorted(kept(t, test.data, test.on, filter)); got != sorted(test.to) {
			t.Errorf("%s: on keeps %q, want %q", test.name, got, test.to)
		}
	}

	byDay := serpstatsim.Interpretations{CheckIsLastVisited: true}
	byInstant := serpstatsim.Interpretations{CheckIsLastVisited: true, CheckByInstant: true}
	for op, want := range map[string][2]string{"lte": {"1 2", "2"}, "gt": {"0", "0 1"}, "eq": {"1 2", "2"}, "gte": {"0 1 2", "0 1 2"}, "lt": {"", ""}} {
		filter := "[[" + condition("check", op, "4.2.2025") + "]]"
		if day, instant := kept(t, dates, byDay, filter), kept(t, dates, byInstant, filter); day != want[0] || instant != want[1] {
			t.Errorf("check %s by day keeps %q and by instant %q, want %q", op, day, instant, want)
		}
	}

	for first, want := range map[bool]string{false: "1 2", true: "2"} {
		perDomain.Interpretations = serpstatsim.Interpretations{LinkPerDomainFirst: first}
		got := strings.Join(texts(rowsOf(t, serpstatsim.New(perDomain), `"sort":"anchor","order":"asc","linkPerDomain":1,"complexFilter":[[`+condition("links_external", "gte", 2)+`]]`)), " ")
		if got != want {
			t.Errorf("linkPerDomain first %v keeps %q, want %q", first, got, want)
		}
	}
}

func sorted(words string) string {
	list := strings.Split(words, " ")
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestLinkPerDomainCountsByRegistrableDomainWhateverTheSort(t *testing.T) {
	o := links(
		func(r *serpstatsim.Row) { r.URLTo = "https://x.b.co.uk/1" }, func(r *serpstatsim.Row) { r.URLTo = "https://B.CO.UK/2" },
		func(r *serpstatsim.Row) { r.URLTo = "http://y.b.co.uk:80/3" }, func(r *serpstatsim.Row) { r.URLTo = "https://c.co.uk/100%" },
	)
	for _, order := range []string{"asc", "desc"} {
		for k, want := range map[int]string{1: "0 3", 2: "0 1 3", 3: "0 1 2 3"} {
			got := sorted(strings.Join(texts(rowsOf(t, serpstatsim.New(o), fmt.Sprintf(`"sort":"anchor","order":%q,"linkPerDomain":%d`, order, k))), " "))
			if got != want {
				t.Errorf("%d per domain, %s: rows %s, want %s", k, order, got, want)
			}
		}
	}
}

func TestWhichCompareTypesAFieldTakes(t *testing.T) {
	taken := func(types serpstatsim.CompareTypes, field string) (ops []string) {
		o := links(nil)
		o.Interpretations.CompareTypes = types
		s := serpstatsim.New(o)
		for _, op := range []string{"gt", "lt", "gte", "lte", "eq", "neq", "between", "contains", "notContains", "startsWith", "endsWith"} {
			values := map[string][]any{"links_external": {1}, "check": {"1.1.2020"}}[field]
			if values == nil {
				values = []any{"x"}
			}
			if op == "between" {
				values = append(values, values[0])
			}
			a := ask(t, s, `{"query":"a.com","complexFilter":[[`+condition(field, op, values...)+`]]}`)
			switch {
			case a.Error == nil:
				ops = append(ops, op)
			case a.Error.Code != 32117 || a.Error.Message != "Not allowed method "+op+" for field "+field:
				t.Errorf("%s %s: error %d %s", field, op, a.Error.Code, a.Error.Message)
			}
		}
		return ops
	}
	text, number := "eq neq contains notContains startsWith endsWith", "gt lt gte lte eq neq between"
	for _, test := range []struct{ field, all, attested, spec string }{
		{"url_from", text, "contains notContains", "contains notContains"},
		{"url_to", text, "contains notContains", "contains notContains"},
		{"anchor", text, "contains notContains", "contains notContains"},
		{"link_nofollow", text, "contains notContains", "contains notContains"},
		{"link_type", text, "", ""},
		{"links_external", number, "gte lte between", "lte between"},
		{"check", number, "gte lte between", "lte"},
	} {
		for i, want := range []string{test.all, test.attested, test.spec} {
			if got := strings.Join(taken(serpstatsim.CompareTypes(i), test.field), " "); got != want {
				t.Errorf("%s, reading %d: takes %q, want %q", test.field, i, got, want)
			}
		}
	}
}

func TestAllReadingsHasEachFilterReadingOnceWithEachOther(t *testing.T) {
	seen := map[serpstatsim.Interpretations]bool{}
	all := serpstatsim.AllInterpretations()
	for _, r := range all {
		r.NumbersAsStrings, r.NoDataAsError, r.PastCapEmpty = false, false, false
		seen[r] = true
	}
	if want := 512 * 3 * 3; len(all) != want || len(seen) != want {
		t.Errorf("%d readings, %d of them distinct, want %d", len(all), len(seen), want)
	}
}

func TestRandomReadingsAnswerEveryQuestionInEveryWay(t *testing.T) {
	answers, r := map[string]map[any]bool{}, rand.New(rand.NewPCG(1, 1))
	for range 100 {
		v := reflect.ValueOf(serpstatsim.RandomInterpretations(r))
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if answers[name] == nil {
				answers[name] = map[any]bool{}
			}
			answers[name][v.Field(i).Interface()] = true
		}
	}
	for name, seen := range answers {
		if want := map[bool]int{true: 3, false: 2}[name == "CompareTypes"]; len(seen) != want {
			t.Errorf("%s has %d answers in 100 draws, want %d", name, len(seen), want)
		}
	}
}

// What follows is a second, slow understanding of complexFilter, written from the notes alone, and random
// questions that both must answer alike.

type oracleCondition struct {
	field, op string
	texts     []string
	numbers   []int64
	days      []string // YYYY-MM-DD
}

func (c oracleCondition) json() string {
	var values []any
	for _, v := range c.texts {
		values = append(values, v)
	}
	for _, v := range c.numbers {
		values = append(values, v)
	}
	for _, d := range c.days {
		values = append(values, d[8:]+"."+d[5:7]+"."+d[:4])
	}
	return condition(c.field, c.op, values...)
}

// like matches letter by letter, going through every split at %.
func like(pattern, text []rune, same func(a, b rune) bool) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '%':
		for i := range len(text) + 1 {
			if like(pattern[1:], text[i:], same) {
				return true
			}
		}
		return false
	case len(text) == 0:
		return false
	case pattern[0] == '_':
		return like(pattern[1:], text[1:], same)
	case pattern[0] == '\\' && len(pattern) > 1:
		return same(pattern[1], text[0]) && like(pattern[2:], text[1:], same)
	}
	return same(pattern[0], text[0]) && like(pattern[1:], text[1:], same)
}

func (c oracleCondition) textHit(rd serpstatsim.Interpretations, text, value string) bool {
	if rd.TextTrimmed {
		value = strings.TrimSpace(value)
	}
	same := func(a, b rune) bool { return a == b }
	if !rd.ContainsCaseSensitive {
		same = func(a, b rune) bool { return strings.EqualFold(string(a), string(b)) }
	}
	pattern := []rune{}
	for _, letter := range value {
		if !rd.TextIsLikePattern && strings.ContainsRune(`%_\`, letter) {
			pattern = append(pattern, '\\')
		}
		pattern = append(pattern, letter)
	}
	// A backslash at the end, with nothing to escape, is a letter.
	if trailing := len(value) - len(strings.TrimRight(value, `\`)); rd.TextIsLikePattern && trailing%2 == 1 {
		pattern = append(pattern, '\\')
	}
	if c.op == "contains" || c.op == "notContains" || c.op == "endsWith" {
		pattern = append([]rune{'%'}, pattern...)
	}
	if c.op == "contains" || c.op == "notContains" || c.op == "startsWith" {
		pattern = append(pattern, '%')
	}
	return like(pattern, []rune(text), same)
}

func (c oracleCondition) keeps(rd serpstatsim.Interpretations, r serpstatsim.Row) bool {
	switch c.field {
	case "links_external":
		return c.ordered(rd, func(i int) int { return int(r.LinksExt - c.numbers[i]) }, len(c.numbers))
	case "check":
		date := r.FirstSeen
		if rd.CheckIsLastVisited {
			date = r.LastVisited
		}
		if len(date) == 10 {
			date += " 00:00:00"
		}
		return c.ordered(rd, func(i int) int {
			if rd.CheckByInstant {
				return strings.Compare(date, c.days[i]+" 00:00:00")
			}
			return strings.Compare(date[:10], c.days[i])
		}, len(c.days))
	}
	text := map[string]string{"url_from": r.URLFrom, "url_to": r.URLTo, "anchor": r.LinkText, "link_nofollow": r.Nofollow}[c.field]
	hits := 0
	for _, v := range c.texts {
		if c.nofollowHit(rd, text, v) {
			hits++
		}
	}
	found := hits > 0
	if rd.ContainsAllValues && (c.op == "contains" || c.op == "notContains") {
		found = hits == len(c.texts)
	}
	return found != (c.op == "notContains" || c.op == "neq")
}

func (c oracleCondition) nofollowHit(rd serpstatsim.Interpretations, text, value string) bool {
	if c.field != "link_nofollow" || rd.NofollowSubstring {
		return c.textHit(rd, text, value)
	}
	if rd.TextTrimmed {
		value = strings.TrimSpace(value)
	}
	if rd.NofollowWhole {
		return text == value
	}
	return slices.Contains(strings.Split(strings.ToLower(text), ","), strings.ToLower(value))
}

func (c oracleCondition) ordered(rd serpstatsim.Interpretations, versus func(int) int, n int) bool {
	any := false
	for i := range n {
		any = any || versus(i) == 0
	}
	switch c.op {
	case "gt":
		return versus(0) > 0
	case "gte":
		return versus(0) >= 0
	case "lt":
		return versus(0) < 0
	case "lte":
		return versus(0) <= 0
	case "eq":
		return any
	case "neq":
		return !any
	}
	if rd.BetweenExclusive {
		return versus(0) > 0 && versus(1) < 0
	}
	return versus(0) >= 0 && versus(1) <= 0
}

var letters = []rune(`aAbBжЖ%_\ Kkſs`)

func randomText(r *rand.Rand, most int) string {
	out := make([]rune, r.IntN(most+1))
	for i := range out {
		out[i] = letters[r.IntN(len(letters))]
	}
	return string(out)
}

func randomDay(r *rand.Rand) string { return fmt.Sprintf("2025-02-%02d", 1+r.IntN(5)) }

func randomRow(r *rand.Rand) serpstatsim.Row {
	last := randomDay(r)
	first := min(randomDay(r), last)
	return serpstatsim.Row{
		URLFrom: "https://a.com/" + randomText(r, 4), URLTo: fmt.Sprintf("https://t%d.com/%s", r.IntN(5), randomText(r, 4)), LinkText: randomText(r, 8),
		Nofollow: []string{"follow", "nofollow", "ugc", "UGC", "nofollow,ugc", "sponsored"}[r.IntN(6)], LinkType: "href",
		LinksExt: int64(r.IntN(8)), FirstSeen: first, LastVisited: last + []string{" 00:00:00", " 21:37:16"}[r.IntN(2)],
	}
}

func randomCondition(r *rand.Rand) oracleCondition {
	c := oracleCondition{field: []string{"url_from", "url_to", "anchor", "anchor", "link_nofollow", "links_external", "check"}[r.IntN(7)]}
	if c.field != "links_external" && c.field != "check" {
		c.op = []string{"contains", "notContains", "startsWith", "endsWith", "eq", "neq"}[r.IntN(6)]
		if c.field == "link_nofollow" {
			c.op = []string{"contains", "notContains"}[r.IntN(2)]
		}
		for range 1 + r.IntN(2) {
			v := randomText(r, 3)
			if c.field == "link_nofollow" {
				v = []string{"follow", "nofollow", "ugc", "UGC"}[r.IntN(4)]
			}
			c.texts = append(c.texts, v)
		}
		return c
	}
	c.op = []string{"gt", "gte", "lt", "lte", "eq", "neq", "between"}[r.IntN(7)]
	n := 1
	if c.op == "between" || (c.op == "eq" || c.op == "neq") && r.IntN(2) == 0 {
		n = 2
	}
	for range n {
		if c.field == "check" {
			c.days = append(c.days, randomDay(r))
		} else {
			c.numbers = append(c.numbers, int64(r.IntN(8)))
		}
	}
	return c
}

func TestFiltersAgreeWithABruteForceUnderRandomReadings(t *testing.T) {
	r := rand.New(rand.NewPCG(20250204, 7))
	decided := 0
	for range 1000 {
		rows := make([]serpstatsim.Row, 30)
		for i := range rows {
			rows[i] = randomRow(r)
		}
		interpretations := serpstatsim.RandomInterpretations(r)
		interpretations.CompareTypes, interpretations.NoDataAsError, interpretations.NumbersAsStrings = serpstatsim.AllowAll, false, false
		groups := make([][]oracleCondition, 1+r.IntN(2))
		var encoded []string
		for i := range groups {
			var group []string
			for range 1 + r.IntN(2) {
				c := randomCondition(r)
				groups[i] = append(groups[i], c)
				group = append(group, c.json())
			}
			encoded = append(encoded, "["+strings.Join(group, ",")+"]")
		}
		var want []serpstatsim.Row
		for _, row := range rows {
			if slices.ContainsFunc(groups, func(g []oracleCondition) bool {
				return !slices.ContainsFunc(g, func(c oracleCondition) bool { return !c.keeps(interpretations, row) })
			}) {
				want = append(want, row)
			}
		}
		slices.SortStableFunc(want, func(a, b serpstatsim.Row) int { return int(a.LinksExt - b.LinksExt) })
		s := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}, Interpretations: interpretations})
		filter := "[" + strings.Join(encoded, ",") + "]"
		got := rowsOf(t, s, `"sort":"links_external","order":"asc","complexFilter":`+filter)
		if !slices.EqualFunc(got, want, sameRow) {
			t.Fatalf("%s under %+v:\ngot  %v\nwant %v", filter, interpretations, got, want)
		}
		matching, err := s.Matching(serpstatsim.Request{Query: "a.com", Sort: "links_external", Order: "asc", ComplexFilter: filter})
		if err != nil || !slices.EqualFunc(matching, want, sameRow) {
			t.Fatalf("Matching differs from the pages: %v", err)
		}
		if len(want) > 0 && len(want) < len(rows) {
			decided++
		}
	}
	if decided < 333 {
		t.Errorf("only %d of 1000 filters told rows apart: the test is weak", decided)
	}
}
