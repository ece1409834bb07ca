package serpstat

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/internal/weburl"
)

// What is promised holds for every table, the day it is declared: these tests know of a table what its declaration
// says, and of its rows what the simulator answers.

// forEveryTable runs a test for each declared table.
func forEveryTable(t *testing.T, test func(t *testing.T, declared *table.Table)) {
	for _, declared := range catalog.Tables() {
		t.Run(declared.Name, func(t *testing.T) { test(t, declared) })
	}
}

// forPagedTables are those whose rows come page by page, and are counted.
func forPagedTables(t *testing.T, test func(t *testing.T, declared *table.Table)) {
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		if declared.CountsRows {
			test(t, declared)
		}
	})
}

// forDividedTables are those of them that have a number by which rows can be sorted, and their pages divided.
func forDividedTables(t *testing.T, test func(t *testing.T, declared *table.Table)) {
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		if declared.Sort.Divide != "" {
			test(t, declared)
		}
	})
}

// site is what the worlds of these tests are about; from it and to it there are links. It is compared with rival, which
// has one from each host that links to it.
const (
	site  = "site.com"
	rival = "rival.com"
)

// about are the clauses of a scan about a site: those that the table needs, and more.
func about(declared *table.Table, sites any, more ...*proto.Qual) []*proto.Qual {
	list := quals(where("query", "=", sites))
	for _, p := range declared.Params[1:] {
		if p.Required() {
			list = append(list, where(p.Column, "=", rival))
		}
	}
	return append(list, more...)
}

// nobody are the clauses of a scan about a site that no link leads to, nor one from there.
func nobody(declared *table.Table) []*proto.Qual {
	list := about(declared, "nobody.example")
	for _, q := range list {
		if q.FieldName != "query" {
			q.Value = qualValue("void.example")
		}
	}
	return list
}

// request is what the simulator is asked about a site.
func request(declared *table.Table, of string) serpstatsim.Request {
	r := serpstatsim.Request{Method: declared.Method, Query: of}
	if declared.FormOf(table.Sites) >= 0 {
		r.Intersect = []string{rival}
	}
	return r
}

// around makes links from the site to others and from others to the site, of so many hosts each: the hosts have more
// and more links, up to deep.
func around(hosts, deep int) map[string][]serpstatsim.Row {
	var out, in []serpstatsim.Row
	for i := range hosts {
		for j := range 1 + i%deep {
			n := len(out)
			row := serpstatsim.Row{
				URLFrom: fmt.Sprintf("https://%s/p%d", site, n), URLTo: fmt.Sprintf("https://h%d.com/%d", i, j), Nofollow: "follow", LinkType: "href",
				LinksExt: int64(n * 7 % 91), LinkText: fmt.Sprintf("anchor %d", i), // as many as hosts: a method may group by either
				FirstSeen: day.AddDate(0, 0, n%9).Format(time.DateOnly), LastVisited: day.AddDate(0, 0, 9+n%5).Format(time.DateTime),
			}
			deleted := day.AddDate(0, 0, 20).Format(time.DateTime)
			row.DateDel = &deleted // lost links are those with a date, and the others are all by default
			back := row
			back.URLFrom, back.URLTo, back.LinkType = fmt.Sprintf("https://h%d.com/%d", i, j), fmt.Sprintf("https://%s/p%d", site, i), "redirect"
			out, in = append(out, row), append(in, back)
		}
		other := in[len(in)-1]
		other.URLTo = "https://" + rival + "/"
		in = append(in, other)
	}
	return map[string][]serpstatsim.Row{site: out, "others.com": in}
}

// tableRow is a row of a table by its columns: text, int64, time.Time, or nil.
type tableRow struct {
	raw    string
	values map[string]any
}

// truthOf are the rows that the API has for the site.
func truthOf(t interface{ Fatal(...any) }, r *rig, declared *table.Table) []tableRow {
	answers, err := r.sim.Answers(request(declared, site))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]tableRow, len(answers))
	for i, raw := range answers {
		rows[i] = readRow(t, declared, string(raw))
	}
	return rows
}

// readRow reads a row with encoding/json.
func readRow(t interface{ Fatal(...any) }, declared *table.Table, raw string) tableRow {
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		t.Fatal(err, raw)
	}
	row := tableRow{raw: raw, values: map[string]any{}}
	for _, f := range declared.Fields {
		for key, v := range members {
			if f.Has(key) && v != nil {
				row.values[f.Column] = valueOfMember(f.Kind, v)
			}
		}
	}
	for _, d := range declared.Derived {
		text, _ := row.values[d.From].(string)
		if d.Part != table.DomainOfHost {
			text = weburl.Host(text)
		}
		if d.Part != table.HostOfURL {
			text = weburl.RegistrableDomain(text)
		}
		if text != "" {
			row.values[d.Column] = text
		}
	}
	return row
}

func valueOfMember(kind table.Kind, v any) any {
	text := fmt.Sprint(v)
	switch kind {
	case table.Count, table.Change:
		n, _ := strconv.ParseInt(text, 10, 64)
		return n
	case table.Decimal:
		x, _ := strconv.ParseFloat(text, 64)
		return x
	case table.Words:
		list, _ := table.Encode(v)
		return string(list)
	case table.Time:
		for _, layout := range []string{time.DateTime, time.DateOnly} {
			if t, err := time.Parse(layout, text); err == nil {
				return t
			}
		}
		return nil
	}
	return text
}

// holds evaluates the clause on a row of any table.
func (row tableRow) holds(c clause, fold func(string) string) bool {
	text, _ := row.values[c.column].(string)
	if c.operator == "?" {
		var words []string
		_ = json.Unmarshal([]byte(text), &words)
		return slices.Contains(words, c.values[0].(string))
	}
	number, _ := row.values[c.column].(int64)
	instant, _ := row.values[c.column].(time.Time)
	return c.holds(text, number, instant, row.values[c.column] == nil, fold)
}

// drawFieldClause draws a clause on a column, mostly around the values that there are.
func drawFieldClause(t *rapid.T, f table.Field, rows []tableRow) clause {
	c := clause{column: f.Column}
	operators := map[table.Kind][]string{
		table.Text: {"=", "<>", "~~", "!~~", "~~*", "!~~*"}, table.Count: ordering, table.Change: ordering, table.Time: ordering, table.Words: {"?"},
	}[f.Kind]
	operators = append(slices.Clone(operators), "is null", "is not null")
	c.operator = rapid.SampledFrom(operators).Draw(t, "operator")
	if strings.HasPrefix(c.operator, "is") {
		c.values = []any{nil}
		return c
	}
	c.list = rapid.IntRange(0, 3).Draw(t, "list") == 0 && f.Kind != table.Words
	c.all = c.list && c.operator != "=" && rapid.Bool().Draw(t, "all")
	n := 1
	if c.list {
		n = rapid.IntRange(1, 3).Draw(t, "elements")
	}
	for range n {
		c.values = append(c.values, drawValue(t, f, c.operator, rows))
	}
	return c
}

func drawValue(t *rapid.T, f table.Field, operator string, rows []tableRow) any {
	var known any
	if len(rows) > 0 {
		known = rows[rapid.IntRange(0, len(rows)-1).Draw(t, "row")].values[f.Column]
	}
	switch f.Kind {
	case table.Words:
		return rapid.SampledFrom([]string{"windows", "linux", "osx", "android", "threat_type_unspecified", "malware", "Windows", "other"}).Draw(t, "word")
	case table.Count, table.Change:
		n, _ := known.(int64)
		return n + int64(rapid.IntRange(-1, 1).Draw(t, "beside"))
	case table.Time:
		at, ok := known.(time.Time)
		if !ok {
			at = day
		}
		return at.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "halfdays")) * 12 * time.Hour)
	}
	text, ok := known.(string)
	if ok && strings.HasPrefix(f.Column, "domain_") && rapid.IntRange(0, 3).Draw(t, "a subdomain") == 0 {
		text = "www." + text
	}
	if !ok || rapid.IntRange(0, 3).Draw(t, "any text") == 0 {
		text = drawText(t, "text")
	}
	if !strings.Contains(operator, "~") {
		return text
	}
	runes := []rune(text)
	from := rapid.IntRange(0, len(runes)).Draw(t, "from")
	to := rapid.IntRange(from, len(runes)).Draw(t, "to")
	piece := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(string(runes[from:to]))
	if rapid.Bool().Draw(t, "capitals") {
		piece = strings.ToUpper(piece)
	}
	return rapid.SampledFrom([]string{"%", "", "_"}).Draw(t, "before") + piece + rapid.SampledFrom([]string{"%", ""}).Draw(t, "after")
}

// drawWorld draws links from the site and to it, by few hosts.
func drawWorld(t *rapid.T) []serpstatsim.Row {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) serpstatsim.Row {
		row := drawRow(t)
		other := rapid.SampledFrom([]string{"https://", "HTTP://"}).Draw(t, "scheme") +
			rapid.SampledFrom([]string{"a.com", "www.a.com", "WWW.A.com", "b.a.com", "b.co.uk", "2.B.co.uk", "x_y.org", "LinkedIn.com", "xn--bcher-kva.de"}).Draw(t, "other") + "/" + drawText(t, "other's path")
		ours := "https://" + rapid.SampledFrom([]string{"", "www.", "sub."}).Draw(t, "host") + site + "/" + drawText(t, "our path")
		row.LinkType = rapid.SampledFrom([]string{"href", "redirect"}).Draw(t, "type")
		row.URLFrom, row.URLTo = ours, other
		if rapid.Bool().Draw(t, "incoming") {
			row.URLFrom, row.URLTo = other, ours
			if rapid.IntRange(0, 3).Draw(t, "to the rival") == 0 {
				row.URLTo = "https://" + rival + "/"
			}
		}
		if row.DateDel != nil && rapid.Bool().Draw(t, "found late") {
			visited, _ := time.Parse(time.DateTime, row.LastVisited)
			late := visited.AddDate(0, 0, rapid.IntRange(-1, 3).Draw(t, "days")).Format(time.DateTime)
			row.DateDel = &late
		}
		return row
	}), 0, 30).Draw(t, "world")
}

// statementsEach is how many statements one set of rows and one reading are asked.
const statementsEach = 3

// The law, for every table: under every reading, whatever the clauses, lists, limits and orders, what the database
// keeps of the plugin's rows is what SQL says about all rows that the API has.
func TestEveryTableIsAnsweredAsSQLSays(t *testing.T) {
	sets := repetition.Times(20, 10_000/statementsEach/len(catalog.Tables())+1) // of rows, for each table
	usual := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Set("rapid.checks", strconv.Itoa(sets)); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("rapid.checks", usual) //nolint:errcheck // it was its value
	pairs := serpstatsim.Pairs{}
	defer func() {
		if missing := pairs.Missing(); repetition.Times(0, 1) == 1 && len(missing) > 0 && !t.Failed() {
			t.Errorf("readings that were not tried together: %s", missing)
		}
	}()
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		r := newRig(t, serpstatsim.Options{}, "")
		orders := []string{"", ""}
		for _, f := range declared.Fields {
			if f.Sort == "" {
				continue
			}
			for _, order := range []string{f.Column + " asc", f.Column + " desc"} {
				orders = append(orders, order)
				for _, then := range declared.Fields { // Steampipe passes several columns on
					if then.Sort != "" && then.Column != f.Column {
						orders = append(orders, order+", "+then.Column+" asc", order+", "+then.Column+" desc")
					}
				}
			}
		}
		rapid.Check(t, func(rt *rapid.T) {
			r.forget()
			// rapid's own numbers favour small ones, which would be the same reading again and again.
			seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "reading")
			reading := serpstatsim.RandomInterpretations(rand.New(rand.NewChaCha8([32]byte(seed))))
			rt.Logf("the API's reading: %+v", reading)
			pairs.Add(reading)
			r.sim.SetInterpretations(reading)
			r.sim.SetRows(site, drawWorld(rt))
			all := truthOf(rt, r, declared)
			// What is kept of one statement answers the next, where it may.
			for range statementsEach {
				var clauses []clause
				for range rapid.IntRange(0, 3).Draw(rt, "clauses") {
					f := rapid.SampledFrom(judged(declared)).Draw(rt, "field")
					clauses = append(clauses, drawFieldClause(rt, f, all))
				}
				var fold func(string) string
				if rapid.Bool().Draw(rt, "unicode") {
					fold = func(s string) string { return strings.ToLower(strings.ToUpper(s)) }
				}
				q := query{table: declared.Name, quals: about(declared, site), columns: allColumns(declared), cache: true,
					limit: int64(rapid.SampledFrom([]int{0, 0, 1, 2, 5}).Draw(rt, "limit")), sort: rapid.SampledFrom(orders).Draw(rt, "order")}
				for _, c := range clauses {
					q.quals = append(q.quals, c.qual())
				}
				r.sim.Reset()
				checkAnswer(rt, r, declared, q, all, reading.AnchorsOfOneWord, func(row tableRow) bool {
					return !slices.ContainsFunc(clauses, func(c clause) bool { return !row.holds(c, fold) })
				})
			}
		})
	})
}

// judged are the columns, as fields, whose clauses are told to the plugin.
func judged(declared *table.Table) []table.Field {
	return slices.DeleteFunc(slices.Clone(declared.Fields), func(f table.Field) bool { return f.Kind == table.Decimal })
}

func allColumns(declared *table.Table) []string {
	columns := []string{"query", "raw"}
	for _, f := range declared.Fields {
		columns = append(columns, f.Column)
	}
	for _, d := range declared.Derived {
		columns = append(columns, d.Column)
	}
	return columns
}

// checkAnswer runs a query and compares what the database keeps of its rows with what it would keep of all.
func checkAnswer(t *rapid.T, r *rig, declared *table.Table, q query, all []tableRow, oneWord bool, keeps func(tableRow) bool) {
	want := map[string]int{}
	var wantRows []tableRow
	for _, row := range all {
		if keeps(row) {
			want[row.raw]++
			wantRows = append(wantRows, row)
		}
	}
	got := r.run(q)
	if got.err != nil && oneWord && strings.Contains(got.err.Error(), "only the rows whose link_text has one word") {
		return // which is so
	}
	if got.err != nil {
		t.Fatalf("error: %v\n%s", got.err, requestsOf(r))
	}
	var kept []tableRow
	for _, columns := range got.rows {
		row := readRow(t, declared, columns["raw"].(string))
		checkColumns(t, declared, columns, row)
		if !keeps(row) {
			continue
		}
		kept = append(kept, row)
		if want[row.raw]--; want[row.raw] < 0 {
			t.Fatalf("the row %s came twice or from nowhere\n%s", row.raw, requestsOf(r))
		}
	}
	most := len(wantRows)
	if q.limit > 0 {
		most = min(most, int(q.limit))
	}
	if len(kept) < most {
		t.Fatalf("%d rows, want %d of %d\n%s", len(kept), most, len(wantRows), requestsOf(r))
	}
	by := ordersOf(q.sort)
	slices.SortStableFunc(wantRows, func(a, b tableRow) int {
		for _, o := range by {
			c := cmp.Compare(a.values[o.column].(int64), b.values[o.column].(int64))
			if o.descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	for i, row := range wantRows[:most] {
		for _, o := range by {
			if kept[i].values[o.column] != row.values[o.column] {
				t.Fatalf("row %d by %s has %s = %v, want %v\n%s", i, q.sort, o.column, kept[i].values[o.column], row.values[o.column], requestsOf(r))
			}
		}
	}
}

// checkColumns compares the columns of a row with the row as it came.
func checkColumns(t interface{ Fatalf(string, ...any) }, declared *table.Table, columns map[string]any, row tableRow) {
	for _, f := range declared.Fields {
		want := row.values[f.Column]
		if at, ok := want.(time.Time); ok {
			want = at.Format(time.DateTime)
		}
		if columns[f.Column] != want {
			t.Fatalf("%s is %v, the row is %s", f.Column, columns[f.Column], row.raw)
		}
	}
	for _, d := range declared.Derived {
		if columns[d.Column] != row.values[d.Column] {
			t.Fatalf("%s is %v, the row is %s", d.Column, columns[d.Column], row.raw)
		}
	}
}

func requestsOf(r *rig) string {
	var b strings.Builder
	for _, q := range r.sim.Requests() {
		fmt.Fprintf(&b, "%s %s page %d size %d sort %s %s filter %s: %d rows, error %d\n", q.Method, q.Query, q.Page, q.Size, q.Sort, q.Order, q.ComplexFilter, q.Rows, q.ErrorCode)
	}
	return b.String()
}

// Pages that begin with the row that ended the one before are ordinary: of a LIMIT without an order, for which any rows
// will do, they cost nothing more.
func TestEqualRowsUnderALimitCostNoMore(t *testing.T) {
	world := around(1300, 1)
	for name, rows := range world {
		twice := slices.Clone(rows[:1])
		for i, row := range rows[1:] {
			row.LinksExt = int64(len(rows) - i)
			twice = append(twice, row, row)
		}
		twice[0].LinksExt = int64(len(rows) + 1)
		world[name] = twice
	}
	s := newTestPlugin(0)
	forPagedTables(t, func(t *testing.T, declared *table.Table) {
		r := newRigOn(t, s, serpstatsim.Options{Domains: world}, "")
		limits := []int64{1001, 1500, 1999, 2000, 2500}
		for i := range repetition.Times(2, len(limits)) {
			limit := limits[(slices.Index(catalog.Tables(), declared)+2*i)%len(limits)]
			r.forget()
			got := r.must(query{table: declared.Name, columns: []string{"raw"}, limit: limit, quals: about(declared, site)})
			if _, credits := r.cost(); int64(len(got)) > limit || credits > int64(len(got))+1 { // one, where the last page has to divide what came before
				t.Errorf("limit %d: %d rows for %d credits", limit, len(got), credits)
			}
		}
	})
}

// Rows cost what they must, for every table.
func TestEveryTableCostsItsRows(t *testing.T) {
	type want struct {
		query   query
		rows    int64
		credits int64
	}
	world := around(700, 3)
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		r := newRig(t, serpstatsim.Options{Domains: world}, "")
		all, divide := int64(len(truthOf(t, r, declared))), declared.Sort.Divide
		price := declared.Cost.Of(int(all))
		cases := map[string]want{
			"all":             {query{}, all, price},
			"limit 0":         {query{limit: zeroLimit}, 0, 0},
			"the site, twice": {query{quals: about(declared, []any{site, "https://SITE.com/"})}, 2 * all, price},
			"what cannot be":  {query{quals: quals(where(declared.Fields[0].Column, "=", nil))}, 0, 0},
			"one":             {query{limit: 1}, 1, price},
		}
		cases["nothing is there"] = want{query{quals: nobody(declared)}, 0, 1 + wordQuestions(declared)/2} // of which the first finds nothing
		if declared.CountsRows {
			if all < 700 {
				t.Fatalf("the world has only %d rows of this table: give the links of around what tells them apart", all)
			}
			hasSeveral(t, declared, truthOf(t, r, declared))
			delete(cases, "one")
			cases["limit"], cases["two limits"] = want{query{limit: 10}, 10, 10}, want{query{limit: 250}, 250, 250}
			cases["the site, twice, with a limit"] = want{query{quals: about(declared, []any{site, "https://SITE.com/"}), limit: 20}, 20, 10}
		}
		if divide != "" {
			cases["top ten"], cases["bottom ten"] = want{query{limit: 10, sort: divide + " desc"}, 10, 10}, want{query{limit: 10, sort: divide + " asc"}, 10, 10}
			cases["a lower bound"] = want{query{limit: 10, quals: quals(where(divide, ">=", int64(2)))}, 10, 10}
			cases["less than nothing"] = want{query{quals: quals(where(divide, "<", int64(-1)))}, 0, 0}
			cases["not null, all are"] = want{query{limit: 10, quals: quals(where(divide, "is not null", nil))}, 10, 10}
			cases["null, none is"] = want{query{quals: quals(where(divide, "is null", nil))}, 0, 0}
		}
		for name, tt := range cases {
			t.Run(name, func(t *testing.T) {
				r.forget()
				tt.query.table, tt.query.columns = declared.Name, []string{"query", "raw"}
				if divide != "" {
					tt.query.columns = append(tt.query.columns, divide)
				}
				if !slices.ContainsFunc(tt.query.quals, func(q *proto.Qual) bool { return q.FieldName == "query" }) {
					tt.query.quals = about(declared, site, tt.query.quals...)
				}
				got := r.run(tt.query)
				if _, credits := r.cost(); got.err != nil || int64(len(got.rows)) != tt.rows || credits != tt.credits {
					t.Errorf("%d rows for %d credits (%v), want %d for %d\n%s", len(got.rows), credits, got.err, tt.rows, tt.credits, requestsOf(r))
				}
			})
		}
	})
}

// hasSeveral fails where rows cannot be divided: then what these tests say of a table says nothing.
func hasSeveral(t *testing.T, declared *table.Table, rows []tableRow) {
	t.Helper()
	divide := declared.Sort.Divide
	if divide != "" && !slices.ContainsFunc(rows, func(row tableRow) bool { return row.values[divide] != rows[0].values[divide] }) {
		t.Fatalf("all rows of the world have the same %s: give the links of around what tells them apart", divide)
	}
}

// A method that gives all its rows in one answer is paid for once within the cache time, whatever the statement.
func TestWholeAnswersArePaidForOnce(t *testing.T) {
	world := around(30, 3)
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		if declared.CountsRows {
			return
		}
		r := newRig(t, serpstatsim.Options{Domains: world}, "")
		all := int64(len(truthOf(t, r, declared)))
		if all == 0 {
			t.Fatal("there are no rows")
		}
		for i, q := range []query{
			{limit: 1}, {}, {columns: []string{"query"}}, {quals: quals(where(declared.Fields[0].Column, "is not null", nil))}, {limit: 2},
		} {
			q.table, q.quals, q.cache = declared.Name, about(declared, site, q.quals...), true
			if q.columns == nil {
				q.columns = []string{"raw"}
			}
			got := r.run(q)
			want := all
			if q.limit > 0 {
				want = min(want, q.limit)
			}
			if requests, credits := r.cost(); got.err != nil || int64(len(got.rows)) != want || requests != 1 || credits != declared.Cost.Of(int(all)) {
				t.Errorf("statement %d: %d rows of %d, %d requests for %d credits in all, %v", i, len(got.rows), want, requests, credits, got.err)
			}
		}
	})
}

// A word that no row has, made of whatever letters, costs a question and an answer without rows for every table, and the
// next one only that; what minds case costs its rows, and one question.
func TestLettersOfEveryTable(t *testing.T) {
	const many = 300
	world := around(many, 1)
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		for _, f := range declared.Fields {
			if f.Filter.How != table.ByText {
				continue
			}
			for minds, want := range map[bool][3]int64{false: {2, 1, 1}, true: {many + 1, many, many}} {
				r := newRig(t, serpstatsim.Options{Domains: world, Interpretations: serpstatsim.Interpretations{ContainsCaseSensitive: minds}}, "")
				for i, word := range []string{"%casino%", "%POKER%", "%guide%"} {
					credits, rows := r.spent(query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, site, where(f.Column, "~~*", word))})
					paid := want[i]
					if i == 0 && !minds { // the only one that no row has come for
						paid += wordQuestions(declared)
					}
					if credits != paid || len(rows) > 0 {
						t.Errorf("%s ilike %s, minds case: %t: %d rows for %d credits, want %d", f.Column, word, minds, len(rows), credits, paid)
					}
				}
			}
		}
	})
}

// wordQuestions is what it costs to ask whether rows of several words come, where that is open.
func wordQuestions(declared *table.Table) int64 {
	if declared.FormOf(table.Digits) < 0 {
		return 0
	}
	return 2
}

// Past the row cap every row comes once, for every table, if the API takes what is attested for it.
func TestEveryTableIsCompletePastTheRowCap(t *testing.T) {
	world := around(2100, 3)
	forDividedTables(t, func(t *testing.T, declared *table.Table) {
		r := newRig(t, serpstatsim.Options{RowCap: smallCap, Domains: world}, "")
		want := truthOf(t, r, declared)
		if len(want) <= smallCap {
			t.Fatalf("the world has only %d rows of this table: give the links of around what tells them apart", len(want))
		}
		hasSeveral(t, declared, want)
		for _, types := range []serpstatsim.CompareTypes{serpstatsim.AllowAll, serpstatsim.AllowAttested} {
			r.forget()
			r.sim.SetInterpretations(serpstatsim.Interpretations{CompareTypes: types})
			got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, site)})
			if got.err != nil {
				t.Fatal(got.err)
			}
			if g, w := sorted(values(got.rows, "raw")), sorted(raws(want)); !slices.Equal(g, w) {
				t.Errorf("%d rows of %d, or others", len(g), len(w))
			}
			if _, credits := r.cost(); credits > int64(len(want))+60 {
				t.Errorf("%d credits for %d rows", credits, len(want))
			}
		}
	})
}

func raws(rows []tableRow) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = row.raw
	}
	return list
}

// Each fault ends in a full answer, or a clear error; never in a row twice, or one too few.
func TestFaultsOfEveryTable(t *testing.T) {
	world := around(260, 1)
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		want, failing := 260, 2
		if !declared.CountsRows { // whose one answer is spoiled; what it lacks then nobody can tell
			want, failing = len(truthOf(t, newRig(t, serpstatsim.Options{Domains: world}, ""), declared)), 1
		}
		for kind := serpstatsim.RateLimitedObject; kind <= serpstatsim.InvalidUTF8; kind++ {
			if !declared.CountsRows && (kind == serpstatsim.EmptyPage || kind == serpstatsim.ShortPage || kind == serpstatsim.NoData) {
				continue
			}
			if (slices.Index(catalog.Tables(), declared)+int(kind))%repetition.Times(2, 1) != 0 {
				continue // in make test each table has half of the faults
			}
			r := newRig(t, serpstatsim.Options{
				Domains: world,
				Faults:  []serpstatsim.Fault{{Kind: kind, Request: failing, Times: 1}},
			}, "")
			r.bubble(func(t *testing.T) {
				got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, site)})
				requests, _ := r.cost()
				switch {
				case got.err != nil && (recoverable[kind] || missing[kind]):
					t.Errorf("%s: %v", kind, got.err)
				case got.err != nil && strings.Contains(got.err.Error(), testToken):
					t.Errorf("%s: the token is in %v", kind, got.err)
				case got.err == nil && len(got.rows) != want:
					t.Errorf("%s: %d rows, no error", kind, len(got.rows))
				case requests > 4+3:
					t.Errorf("%s: %d requests", kind, requests)
				}
			})
		}
	})
}

// What is wrong with a parameter is said before anything is asked, with what to write.
func TestBadParametersOfEveryTable(t *testing.T) {
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		r := newRig(t, serpstatsim.Options{}, "")
		try := func(column string, value any, want ...string) {
			t.Helper()
			r.forget()
			list := append(slices.DeleteFunc(about(declared, site), func(q *proto.Qual) bool { return q.FieldName == column }), where(column, "=", value))
			got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: list})
			if requests, _ := r.cost(); got.err == nil || requests != 0 {
				t.Errorf("%s = %v: %d rows, %d requests", column, value, len(got.rows), requests)
				return
			}
			for _, part := range want {
				if !strings.Contains(got.err.Error(), part) {
					t.Errorf("%s = %v: %v\nlacks %q", column, value, got.err, part)
				}
			}
		}
		try("query", "https://site.com/page", "has a path")
		try("query", "two words.com", "is not a domain name")
		try("query", " ", "is empty")
		try("query", "?", "query in (select …)")
		r.forget()
		if got := r.run(query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, []any{})}); got.err != nil || len(got.rows) > 0 || len(r.sim.Requests()) > 0 {
			t.Errorf("no query: %d rows, %v after %d requests", len(got.rows), got.err, len(r.sim.Requests()))
		}
		for _, p := range declared.Params {
			switch p.Form {
			case table.Sites:
				for _, bad := range []string{"", "[]", site, "b.com, " + site, "b.com,c.com,d.com", "two words", "https://b.com/page", "[1]"} {
					try(p.Column, bad, p.Column, `write`)
				}
			case table.Digits:
				try(p.Column, int64(0), "whole number from 1")
			case table.AnyText:
				try(p.Column, "", "write a text")
			case table.Choice, table.Additional:
				try(p.Column, "nonsense", append([]string{p.Column, "nonsense"}, p.Words...)...)
			case table.SortBy:
				try(p.Column, "nonsense", declared.Sort.Words...)
			case table.SortOrder:
				try(p.Column, "down", "asc", "desc")
			case table.PerDomain:
				try(p.Column, int64(0), "whole number from 1")
			case table.Filters:
				try(p.Column, jsonb("{"), "is not a JSON array")
				try(p.Column, jsonb(`[[{"field":"x","compareType":"gte","value":[9007199254740993]}]]`), "2^53")
				try(p.Column, jsonb(`[[{"field":"x","compareType":"gte","value":[NaN]}]]`), "is not a JSON array")
			}
		}
		for _, good := range []string{"SITE.com", " site.com ", "https://site.com/", "xn--bcher-kva.de", "bücher.de"} {
			if got := r.run(query{table: declared.Name, columns: []string{"query"}, quals: about(declared, good)}); got.err != nil {
				t.Errorf("query = %q: %v", good, got.err)
			}
		}
	})
}

// valuesOf are values that a parameter takes: of words all.
func valuesOf(declared *table.Table, p table.Param) (values []any) {
	words := p.Words
	switch p.Form {
	case table.Site:
		return []any{"Site.COM"}
	case table.PerDomain:
		return []any{int64(1)}
	case table.Sites:
		return []any{rival + ", third.com"}
	case table.AnyText:
		return []any{"anchor"}
	case table.Digits:
		return []any{int64(2)}
	case table.Filters:
		return []any{filterOf(declared)}
	case table.SortBy:
		words = declared.Sort.Words
	case table.SortOrder:
		words = table.Orders
	}
	for _, word := range words {
		values = append(values, word)
	}
	return values
}

// filterOf is a filter that rows pass.
func filterOf(declared *table.Table) jsonb {
	i := slices.IndexFunc(declared.Fields, func(f table.Field) bool {
		below, _ := f.Filter.Bounds()
		return f.Filter.How == table.ByNumber && below
	})
	if i < 0 {
		i = slices.IndexFunc(declared.Fields, func(f table.Field) bool { return f.Filter.How == table.ByText })
		return jsonb(`[[{"field":"` + declared.Fields[i].Filter.Field + `","compareType":"contains","value":["."]}]]`)
	}
	f := declared.Fields[i].Filter
	return jsonb(`[[{"field":"` + f.Field + `","compareType":"` + f.Takes[0] + `","value":[0]}]]`)
}

// Parameters are sent, and echoed as they were written.
func TestParametersOfEveryTable(t *testing.T) {
	forEveryTable(t, func(t *testing.T, declared *table.Table) {
		r := newRig(t, serpstatsim.Options{Domains: around(20, 2)}, "")
		for _, p := range declared.Params {
			shown := 0
			for _, value := range valuesOf(declared, p) {
				if slices.Contains(p.Address, fmt.Sprint(value)) {
					continue // of which TestAddressesOfEveryTable is
				}
				list := append(slices.DeleteFunc(about(declared, site), func(q *proto.Qual) bool { return q.FieldName == p.Column }), where(p.Column, "=", value))
				r.forget()
				got := r.run(query{table: declared.Name, columns: []string{p.Column}, quals: list, limit: 3})
				if got.err != nil {
					t.Errorf("%s = %v: %v\n%s", p.Column, value, got.err, requestsOf(r))
					continue
				}
				if text, ok := value.(jsonb); ok {
					value = string(text)
				}
				for _, row := range got.rows {
					if shown++; fmt.Sprint(row[p.Column]) != fmt.Sprint(value) {
						t.Errorf("%s = %v is echoed as %v", p.Column, value, row[p.Column])
					}
				}
				sent := r.sim.Requests()[0]
				if all := fmt.Sprintf("%+v", sent); p.Form != table.Site && p.Form != table.Sites && !strings.Contains(all, strings.Trim(fmt.Sprint(value), "[]{}")) && !strings.Contains(all, fmt.Sprint(value)) {
					t.Errorf("%s = %v is not sent: %s", p.Column, value, all)
				}
			}
			if shown == 0 {
				t.Errorf("%s has no value that gives rows", p.Column)
			}
		}
	})
}

// A scan that the plan has too few credits for ends after its first page, and says so, for every table; one that a LIMIT
// ends, and one whose rows are mostly here, does not.
func TestAPlanWithTooFewCreditsOfEveryTable(t *testing.T) {
	world := around(300, 1)
	forPagedTables(t, func(t *testing.T, declared *table.Table) {
		r := newRig(t, serpstatsim.Options{Domains: world, MaxLines: 290}, "")
		all := query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, site), cache: true}
		few, other := all, all
		few.limit, other.cache = 10, false
		if got := r.run(few); got.err != nil || len(got.rows) != 10 {
			t.Errorf("a limit: %d rows, %v", len(got.rows), got.err)
		}
		got := r.run(other)
		_, credits := r.cost()
		if got.err == nil || !strings.Contains(got.err.Error(), "costs 175 more credits, and the plan has 155 left: add a LIMIT") || credits != 135 {
			t.Errorf("%d rows for %d credits in all, %v", len(got.rows), credits, got.err)
		}
	})
}

// A guard is not passed, and an equal statement buys nothing, for every table.
func TestGuardAndKeptRowsOfEveryTable(t *testing.T) {
	world := around(300, 1)
	forPagedTables(t, func(t *testing.T, declared *table.Table) {
		all := query{table: declared.Name, columns: []string{"raw"}, quals: about(declared, site), cache: true}
		r := newRig(t, serpstatsim.Options{Domains: world}, "max_credits = 100\n")
		got := r.run(all)
		if _, credits := r.cost(); got.err == nil || !strings.Contains(got.err.Error(), "costs 275 more credits, max_credits is 100") || credits > 25 {
			t.Errorf("%d rows for %d credits, %v", len(got.rows), credits, got.err)
		}
		r = newRig(t, serpstatsim.Options{Domains: world}, "")
		for i, want := range []int64{300, 300, 300} {
			got := r.run(all)
			if _, credits := r.cost(); got.err != nil || len(got.rows) != 300 || credits != want {
				t.Errorf("run %d: %d rows for %d credits in all, %v", i, len(got.rows), credits, got.err)
			}
		}
	})
}
