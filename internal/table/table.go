// Package table is the vocabulary in which a method of Serpstat's API is declared as a table of SQL. A
// declaration is data: what is sent, what comes back, what may be filtered and sorted by, and what it costs.
// Schema, planning, reading, decoding, --explain and the docs' lists follow from it.
package table

import (
	"fmt"
	"slices"
	"strings"
)

// Table declares one method that answers with a list of rows.
type Table struct {
	Name   string // in SQL, with the prefix serpstat_
	Method string // in the API, case-sensitive
	Doc    string // what a row is; sentences
	Rows   string // the key of result that holds the list of rows
	One    bool   // Rows holds one row, an object, in place of a list; where there is none it is null, [] or missing
	Params []Param
	Fields []Field
	// Derived are columns that are made of fields, not read.
	Derived []Derived
	Page    Page
	Sort    Sort
	Cost    Cost
	// CountsRows says that summary_info.total is the number of rows of the request, all pages together. Where it does not
	// count them there are no pages: one answer, to a request without page and size, has all rows.
	CountsRows bool
	// Cheaper are tables that have some of what this one has for fewer credits.
	Cheaper []Cheaper
}

// Short is a table's name without that of the plugin, which all begin with.
func (t *Table) Short() string { return strings.TrimPrefix(t.Name, "serpstat_") }

// Kind is what the values of a column are.
type Kind uint8

// The kinds of values.
const (
	Text    Kind = iota + 1
	Count        // a whole number from 0, which some answers write as a text of digits
	Time         // a date or a date with a time of day, in UTC; "" and 0000-00-00 are NULL
	Change       // a whole number of either sign, written as a Count is
	Decimal      // a number with a fraction, at most 15 digits, which some answers may write as a text
	Words        // a list of texts
)

// Whole reports the kinds whose values are whole numbers.
func (k Kind) Whole() bool { return k == Count || k == Change }

// Param is a parameter of the request: a column that holds the value which the WHERE clause gives.
type Param struct {
	Column  string
	Name    string // in the request; "" where the form says how it is sent
	Form    Form
	Default string   // sent and shown where no clause gives a value; "" is neither
	Pages   string   // of a Site: the column that shows pages of it, "" where none does
	Words   []string // that a Choice takes, and Additional
	Address []string // of a Choice: the words with which the site is the address of a page, and no domain
	Most    int      // of Sites: how many there may be
	Counts  string   // of Digits: the text of the rows whose words it counts
	Doc     string
}

// Form is how a parameter is written and sent. All but Choice occur at most once in a table.
type Form uint8

// The forms of parameters.
const (
	Site       Form = iota + 1 // the domain to analyze; required, and the first parameter
	Choice                     // one of the Words
	PerDomain                  // a whole number from 1 that thins out the rows, so that no filter may be added
	Filters                    // a complexFilter as JSON, which is sent with what is pushed
	Additional                 // one of the Words, sent as a condition {"additional_filters": word} of complexFilter
	SortBy                     // one of Sort.Words
	SortOrder                  // asc or desc
	Sites                      // one to Most further domains, separated by commas or as JSON; required, and sent as a list
	AnyText                    // a text, sent as it is written
	Digits                     // a whole number from 1, sent as a text of digits
)

// Required reports a parameter that a query must give.
func (p Param) Required() bool { return p.Form == Site || p.Form == Sites }

// Field is a member of a row, and the column that shows it.
type Field struct {
	Column   string
	Kind     Kind
	Keys     []string // its spellings in answers; one that ends with * is all keys that begin so
	Optional bool     // may be missing or, if a number, null: then it is NULL
	Filter   Pushdown // how its clauses reach the API
	// Sort is the API's name of the sort by this column. It is set only where the row shows what is sorted by:
	// then ORDER BY is pushed, and the order of the rows that come is checked.
	Sort string
	Doc  string
}

// Has reports a key of the field.
func (f Field) Has(key string) bool {
	return slices.ContainsFunc(f.Keys, func(k string) bool {
		begin, open := strings.CutSuffix(k, "*")
		return k == key || open && strings.HasPrefix(key, begin)
	})
}

// NeverNull reports a field that has a value in every row that can be read: a number, and a text that always holds a
// word. Other texts may be null in an answer, and dates none.
func (f Field) NeverNull() bool {
	return !f.Optional && (f.Kind.Whole() || f.Kind == Decimal || f.Kind == Words || f.Filter.Always != "")
}

// Pushdown says how clauses on a column become conditions of complexFilter.
type Pushdown struct {
	Field string // the filter's own name of the field; "" pushes nothing
	How   How
	// Takes are the comparisons that are attested for the field: by a recorded request, the specification, or a
	// sibling page with the same field. The vendor's list of names attests nothing.
	Takes []string
	Words []string // of ByWord: what may be looked for
	// Codes are, of ByCode, the filter's numbers for words of the list. They are of words that an answer has shown.
	Codes map[string]int64
	// Always is a word that every value of a ByText holds, such as http: in another case it shows whether the API's
	// contains ignores case. Such a value is never NULL.
	Always string
}

// How is what a clause is turned into.
type How uint8

// The ways to push a clause.
const (
	ByText   How = iota + 1 // literal runs of a text that the field contains or lacks
	ByWord                  // a word that the field contains
	ByNumber                // bounds, both included
	FromDay                 // a lower bound in days: what the filter compares is never before the column
	UntilDay                // an upper bound in days: what the filter compares is never after the column
	ByCode                  // a word of the list, by its number
)

// Comparisons of complexFilter.
const (
	Contains    = "contains"
	NotContains = "notContains"
	AtMost      = "lte"
	AtLeast     = "gte"
	MoreThan    = "gt"
	Equals      = "eq"
	Between     = "between"
)

// Derived is a column that is worked out from a field.
type Derived struct {
	Column string
	From   string // the field's column
	Part   Part
	Doc    string
}

// Part is what a derived column shows.
type Part uint8

// The parts of a URL or host.
const (
	HostOfURL    Part = iota + 1
	DomainOfURL       // registrable
	DomainOfHost      // registrable
)

// Page bounds a series of requests that differ only in page and size.
type Page struct {
	MaxSize int   // rows of an answer
	RowCap  int64 // rows of all requests of a series
}

// Sort says how rows can be sorted by the API.
type Sort struct {
	Words   []string // that sort_by takes
	Default string   // the API's own, where only sort_order is given
	// Divide is the column by which rows are sorted where nothing else is asked for, and by whose ranges a result
	// past the row cap is cut. It is a Count with a Sort.
	Divide string
	// Few is, where nothing divides, the word that sorts a scan which asks for no order: one by which few rows are
	// equal, since the pages of those may overlap.
	Few string
}

// Cost is what an answer costs, in credits.
type Cost struct {
	Row     int64 // each row
	Request int64 // an answer with rows, whatever their number
}

// emptyAnswer is the price of an answer without rows, whichever method gives it, since June 2025.
const emptyAnswer = 1

// Of is what an answer with so many rows costs.
func (c Cost) Of(rows int) int64 {
	if rows == 0 {
		return emptyAnswer
	}
	return int64(rows)*c.Row + c.Request
}

// String says the price in words.
func (c Cost) String() string {
	switch {
	case c.Row == 0:
		return Credits(c.Request) + " for each request"
	case c.Request == 0:
		return Credits(c.Row) + " for each row"
	}
	return fmt.Sprintf("%s for each row, and %s for each request", Credits(c.Row), Credits(c.Request))
}

// Cheaper is a table that has what a statement looks for if it reads no column of the rows but one.
type Cheaper struct {
	Column string // that it reads
	Table  string
	Has    string // what that table has of the column's values
}

// Credits writes a number of credits.
func Credits(n int64) string { return Amount(n, "credit") }

// Amount writes a number of something: 1 row, 2 rows.
func Amount(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Orders are the words of sort_order.
var Orders = []string{"asc", "desc"}

// Bounds reports that the filter of a number can bound it from below, and from above.
func (p Pushdown) Bounds() (below, above bool) {
	return p.Attests(AtLeast) || p.Attests(MoreThan), p.Attests(AtMost)
}

// FieldOf returns the index of a column's field, -1 where there is none.
func (t *Table) FieldOf(column string) int {
	return slices.IndexFunc(t.Fields, func(f Field) bool { return f.Column == column })
}

// DerivedOf returns the index of a derived column, -1 where there is none.
func (t *Table) DerivedOf(column string) int {
	return slices.IndexFunc(t.Derived, func(d Derived) bool { return d.Column == column })
}

// ParamOf returns the index of a column's parameter, -1 where there is none.
func (t *Table) ParamOf(column string) int {
	return slices.IndexFunc(t.Params, func(p Param) bool { return p.Column == column })
}

// ColumnOf returns the column of the first parameter of a form, "" where there is none.
func (t *Table) ColumnOf(form Form) string {
	if i := t.FormOf(form); i >= 0 {
		return t.Params[i].Column
	}
	return ""
}

// FormOf returns the index of the first parameter of a form, -1 where there is none.
func (t *Table) FormOf(form Form) int {
	return slices.IndexFunc(t.Params, func(p Param) bool { return p.Form == form })
}

// Attests reports that a comparison is attested.
func (p Pushdown) Attests(compare string) bool { return slices.Contains(p.Takes, compare) }
