package outlink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Names of the columns that are parameters of the request: their value is the WHERE clause's, and which
// rows exist depends on it.
const (
	ColQuery         = "query"
	ColSearchType    = "search_type"
	ColLinkPerDomain = "link_per_domain"
	ColComplexFilter = "complex_filter"
	ColSortBy        = "sort_by"
	ColSortOrder     = "sort_order"
)

// SearchTypes are the API's search modes; DefaultSearchType is what it assumes.
var SearchTypes = []string{"domain", "domain_with_subdomains"}

// DefaultSearchType is the API's default of searchType.
const DefaultSearchType = "domain_with_subdomains"

// SortFields are the values of the API's sort; SortOrders those of its order.
var (
	SortFields = []string{"url_from", "anchor", "link_nofollow", "links_external", "link_type", "url_to", "check"}
	SortOrders = []string{"asc", "desc"}
)

// The API's own default order, and the field that an ordered scan and a scan past the row cap go by.
const (
	defaultSort   = "check"
	defaultOrder  = "desc"
	sortLinksExt  = "links_external"
	ascendingWord = "asc"
)

// Params are the values of the parameter columns of one row, as they are written in the WHERE clause.
// The optional ones are nil where no clause gives them.
type Params struct {
	Query         string
	SearchType    string
	LinkPerDomain *int64
	ComplexFilter *string // JSON text
	SortBy        *string
	SortOrder     *string
}

// Series is a series of requests that differ only in page and size.
type Series struct {
	Domain        string
	SearchType    string
	Sort, Order   string
	LinkPerDomain int64  // 0 is none
	Filter        Filter // what the user and this package filter by
}

// Source is one series and the parameter values under which its rows appear: several where one domain is
// written in different ways, so that it is paid for once.
type Source struct {
	Series Series
	Echoes []Params
}

// sources expands the clauses on parameter columns to every combination of their values. It returns none
// where two clauses on one column contradict each other.
func sources(in PlanInput) ([]Source, bool, error) {
	columns := byColumn(in.Quals)
	choice := func(column string) ([]Value, error) { return choices(column, columns[column]) }
	var combos []Params
	queries, err := choice(ColQuery)
	if err != nil {
		return nil, false, err
	}
	for _, v := range queries {
		s, _ := v.(string)
		combos = append(combos, Params{Query: s, SearchType: DefaultSearchType})
	}
	for _, expand := range []struct {
		column string
		set    func(*Params, Value) error
	}{
		{ColSearchType, setSearchType},
		{ColLinkPerDomain, setLinkPerDomain},
		{ColComplexFilter, setComplexFilter},
		{ColSortBy, func(p *Params, v Value) error { return setWord(&p.SortBy, ColSortBy, v, SortFields) }},
		{ColSortOrder, func(p *Params, v Value) error { return setWord(&p.SortOrder, ColSortOrder, v, SortOrders) }},
	} {
		if len(columns[expand.column]) == 0 {
			continue
		}
		values, err := choice(expand.column)
		if err != nil {
			return nil, false, err
		}
		var expanded []Params
		for _, p := range combos {
			for _, v := range values {
				q := p
				if err := expand.set(&q, v); err != nil {
					return nil, false, err
				}
				expanded = append(expanded, q)
			}
		}
		combos = expanded
	}
	return group(combos, in)
}

// choices returns the distinct values that all = and IN clauses on a parameter column admit, in the order
// of the first clause. NULL equals nothing.
func choices(column string, quals []Qual) ([]Value, error) {
	var values []Value
	for i, q := range quals {
		if q.Operator != Equal {
			return nil, fmt.Errorf("where %s: %s takes only = and in", q, column)
		}
		var admitted []Value
		for _, v := range q.Values {
			if v != nil && !slices.Contains(admitted, v) && (i == 0 || slices.Contains(values, v)) {
				admitted = append(admitted, v)
			}
		}
		values = admitted
	}
	return values, nil
}

func setSearchType(p *Params, v Value) error {
	var word *string
	if err := setWord(&word, ColSearchType, v, SearchTypes); err != nil {
		return err
	}
	p.SearchType = *word
	return nil
}

func setWord(field **string, column string, v Value, allowed []string) error {
	word, ok := v.(string)
	if !ok || !slices.Contains(allowed, word) {
		return fmt.Errorf("%s %s is not known: write one of '%s'", column, quote(fmt.Sprint(v)), strings.Join(allowed, "', '"))
	}
	*field = &word
	return nil
}

func setLinkPerDomain(p *Params, v Value) error {
	n, ok := v.(int64)
	if !ok || n < 1 {
		return fmt.Errorf("link_per_domain %v is not possible: write a whole number from 1, the links to keep of each domain", v)
	}
	p.LinkPerDomain = &n
	return nil
}

func setComplexFilter(p *Params, v Value) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("complex_filter %v is not JSON text", v)
	}
	if _, err := ParseFilter(text); err != nil {
		return err
	}
	p.ComplexFilter = &text
	return nil
}

const filterExample = `write an array (or) of arrays (and) of conditions, such as '[[{"field":"links_external","compareType":"lte","value":[50]}]]'`

// ParseFilter reads the complex_filter column's JSON: an array of arrays of conditions, each with a field,
// a compareType and an array of values. What a field or compareType is called is left to the API. Numbers
// keep the form in which they are written.
func ParseFilter(text string) (Filter, error) {
	fail := func(format string, args ...any) (Filter, error) {
		return nil, fmt.Errorf("complex_filter: %s: %s", fmt.Sprintf(format, args...), filterExample)
	}
	var groups []json.RawMessage
	if err := decode([]byte(text), &groups); err != nil {
		return fail("%s is not a JSON array", quote(text))
	}
	if len(groups) == 0 {
		return fail("the array is empty")
	}
	filter := make(Filter, len(groups))
	for i, raw := range groups {
		var conditions []json.RawMessage
		if err := decode(raw, &conditions); err != nil || len(conditions) == 0 {
			return fail("element %d is not a filled array of conditions", i+1)
		}
		for j, raw := range conditions {
			c, problem := parseCondition(raw)
			if problem != "" {
				return fail("condition %d of array %d %s", j+1, i+1, problem)
			}
			filter[i] = append(filter[i], c)
		}
	}
	return filter, nil
}

func parseCondition(raw json.RawMessage) (c Condition, problem string) {
	var parts struct {
		Field       *string `json:"field"`
		CompareType *string `json:"compareType"`
		Value       []any   `json:"value"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(&parts); err != nil {
		return c, `is not an object with "field", "compareType" and an array "value"`
	}
	switch {
	case parts.Field == nil || *parts.Field == "":
		return c, `has no "field"`
	case parts.CompareType == nil || *parts.CompareType == "":
		return c, `has no "compareType"`
	case len(parts.Value) == 0:
		return c, `has no "value"`
	}
	for _, v := range parts.Value {
		switch v.(type) {
		case string, json.Number, bool:
		default:
			return c, "has a value that is neither text nor a number"
		}
	}
	return Condition{*parts.Field, *parts.CompareType, parts.Value}, ""
}

// decode reads exactly one JSON value.
func decode(data []byte, into any) error {
	if string(bytes.TrimSpace(data)) == "null" {
		return io.ErrUnexpectedEOF
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return io.ErrUnexpectedEOF
	}
	return nil
}
