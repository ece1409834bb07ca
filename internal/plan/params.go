package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// combine expands the clauses on parameters to every combination of their values. There is none where two clauses on
// one of them contradict each other.
func combine(in Input) ([]Spelling, error) {
	columns := byColumn(in.Quals)
	combinations := []Spelling{make(Spelling, len(in.Table.Params))}
	for i, p := range in.Table.Params {
		quals := columns[p.Column]
		if len(quals) == 0 {
			for _, s := range combinations {
				if s[i] = nil; p.Default != "" {
					s[i] = p.Default
				}
			}
			if p.Required() {
				return nil, nil // the database asks for it
			}
			continue
		}
		values, err := choices(p.Column, quals)
		if err != nil {
			return nil, err
		}
		var expanded []Spelling
		for _, s := range combinations {
			for _, v := range values {
				if v, err = valueOf(in.Table, p, v); err != nil {
					return nil, err
				}
				with := slices.Clone(s)
				with[i] = v
				expanded = append(expanded, with)
			}
		}
		combinations = expanded
	}
	return combinations, nil
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

// valueOf checks a parameter's value.
func valueOf(t *table.Table, p table.Param, v Value) (any, error) {
	switch p.Form {
	case table.Site:
		text, _ := v.(string)
		return text, nil // checked where it is normalised
	case table.Sites, table.AnyText:
		text, ok := v.(string)
		if !ok || text == "" && p.Form == table.AnyText {
			return nil, fmt.Errorf("%s %s is not possible: write a text", p.Column, literal(v))
		}
		return text, nil
	case table.PerDomain, table.Digits:
		if n, ok := v.(int64); ok && n >= 1 {
			return n, nil
		}
		what := map[table.Form]string{table.PerDomain: ", the links to keep of each domain"}[p.Form]
		return nil, fmt.Errorf("%s %v is not possible: write a whole number from 1%s", p.Column, v, what)
	case table.Filters:
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("%s %v is not JSON text", p.Column, v)
		}
		_, err := ParseFilter(t, text)
		return text, err
	}
	words := map[table.Form][]string{table.SortBy: t.Sort.Words, table.SortOrder: table.Orders, table.Choice: p.Words, table.Additional: p.Words}[p.Form]
	word, ok := v.(string)
	if !ok || !slices.Contains(words, word) {
		return nil, fmt.Errorf("%s %s is not known: write one of '%s'", p.Column, quote(fmt.Sprint(v)), strings.Join(words, "', '"))
	}
	return word, nil
}

// args are a combination of parameters as it is sent.
type args struct {
	site              string
	sent              []table.Arg
	filter            table.Filter // of complex_filter and additional_filter
	thinned           bool
	sortBy, sortOrder string // "" where the user asks for none
}

func argsOf(t *table.Table, spelling Spelling, engine Engine) (a args, err error) {
	for i, p := range t.Params {
		v := spelling[i]
		if v == nil {
			continue
		}
		text, _ := v.(string)
		switch p.Form {
		case table.Site:
			if a.site, err = siteOf(t, p, spelling); err != nil {
				return a, err
			}
			a.sent = append(a.sent, table.Arg{Name: p.Name, Value: a.site})
		case table.Sites:
			others, err := rivals(p, text, a.site)
			if err != nil {
				return a, err
			}
			a.sent = append(a.sent, table.Arg{Name: p.Name, Value: others})
		case table.Digits:
			a.sent = append(a.sent, table.Arg{Name: p.Name, Value: fmt.Sprint(v)})
		case table.Choice, table.AnyText:
			a.sent = append(a.sent, table.Arg{Name: p.Name, Value: text})
		case table.PerDomain:
			a.sent = append(a.sent, table.Arg{Name: p.Name, Value: v})
			a.thinned = true
		case table.Filters:
			user, err := ParseFilter(t, text)
			if err == nil && engine == PostgreSQL {
				err = losesDigits(user)
			}
			if err != nil {
				return a, err
			}
			a.filter = a.filter.And(user)
		case table.Additional:
			a.filter = a.filter.And(table.Filter{{{Additional: text}}})
		case table.SortBy:
			a.sortBy = text
		case table.SortOrder:
			a.sortOrder = text
		}
	}
	return a, nil
}

// siteOf is the domain that is analyzed, or the address of a page where the search mode wants one.
func siteOf(t *table.Table, p table.Param, spelling Spelling) (string, error) {
	of, word := Named{Column: p.Column, Pages: p.Pages, Listed: true}, ""
	written, _ := spelling[0].(string)
	for i, choice := range t.Params {
		if len(choice.Address) > 0 {
			of.Search, of.Address = choice.Column, choice.Address
			word, _ = spelling[i].(string)
		}
	}
	if slices.Contains(of.Address, word) {
		return NormalizeAddress(of, word, written)
	}
	return NormalizeDomain(of, written)
}

// filterExample shows the form of complex_filter, on a field that is attested.
func filterExample(t *table.Table) string {
	example := `[[{"field":"…","compareType":"…","value":[50]}]]`
	if i := slices.IndexFunc(t.Fields, func(f table.Field) bool { return f.Filter.How == table.ByNumber }); i >= 0 {
		f := t.Fields[i].Filter
		example = fmt.Sprintf(`[[{"field":%q,"compareType":%q,"value":[50]}]]`, f.Field, f.Takes[0])
	}
	return fmt.Sprintf("write an array (or) of arrays (and) of conditions, such as '%s'", example)
}

// ParseFilter reads the complex_filter column's JSON: an array of arrays of conditions, each with a field,
// a compareType and an array of values. What a field or compareType is called is left to the API. Numbers
// keep the form in which they are written.
func ParseFilter(t *table.Table, text string) (table.Filter, error) {
	fail := func(format string, args ...any) (table.Filter, error) {
		return nil, fmt.Errorf("complex_filter: %s: %s", fmt.Sprintf(format, args...), filterExample(t))
	}
	var groups []json.RawMessage
	if err := decode([]byte(text), &groups); err != nil {
		return fail("%s is not a JSON array", quote(text))
	}
	if len(groups) == 0 {
		return fail("the array is empty")
	}
	filter := make(table.Filter, len(groups))
	for i, raw := range groups {
		var conditions []json.RawMessage
		if err := decode(raw, &conditions); err != nil || len(conditions) == 0 {
			return fail("element %d is not a filled array of conditions", i+1)
		}
		for j, raw := range conditions {
			c, problem := parseCondition(t, raw)
			if problem != "" {
				return fail("condition %d of array %d %s", j+1, i+1, problem)
			}
			filter[i] = append(filter[i], c)
		}
	}
	return filter, nil
}

// losesDigits is an error where a filter has a number that Steampipe's foreign data wrapper does not pass on whole: the
// rows, which show the filter as it came, would be paid for, and PostgreSQL would keep none of them.
func losesDigits(f table.Filter) error {
	for _, c := range slices.Concat(f...) {
		for _, v := range c.Value {
			number, ok := v.(json.Number)
			if !ok {
				continue
			}
			if n, err := number.Float64(); err != nil || math.Abs(n) >= 1<<53 {
				return fmt.Errorf("complex_filter: the number %s has lost digits on its way through Steampipe, so that no row would be kept: write one below 2^53", number)
			}
		}
	}
	return nil
}

func parseCondition(t *table.Table, raw json.RawMessage) (c table.Condition, problem string) {
	var parts struct {
		Field       *string `json:"field"`
		CompareType *string `json:"compareType"`
		Value       []any   `json:"value"`
		Additional  *string `json:"additional_filters"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(&parts); err != nil {
		return c, `is not an object with "field", "compareType" and an array "value"`
	}
	switch {
	case parts.Additional != nil && t.FormOf(table.Additional) >= 0 && parts.Field == nil && parts.CompareType == nil && parts.Value == nil:
		return table.Condition{Additional: *parts.Additional}, ""
	case parts.Additional != nil:
		return c, `has "additional_filters", which stands alone in a condition, and which not every table takes`
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
	return table.Condition{Field: *parts.Field, CompareType: *parts.CompareType, Value: parts.Value}, ""
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
