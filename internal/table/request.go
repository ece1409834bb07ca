package table

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Request asks a table's method for one page of rows.
type Request struct {
	Args        []Arg  // in the order of the declaration; the first one is the site
	Sort, Order string // "" is not sent
	Filter      Filter
	Page, Size  int // from 1
}

// Arg is a parameter's value: a string, an int64, or [Names].
type Arg struct {
	Name  string
	Value any
}

// Names are several names, with commas between them. The API is sent a list.
type Names string

// MarshalJSON writes the list.
func (n Names) MarshalJSON() ([]byte, error) { return Encode(strings.Split(string(n), ",")) }

// Site is the domain that the request is about.
func (r Request) Site() string {
	if len(r.Args) == 0 {
		return ""
	}
	site, _ := r.Args[0].Value.(string)
	return site
}

// Filter is the API's complexFilter: the outer slice is OR, the inner ones are AND. Nil filters nothing.
type Filter [][]Condition

// Condition is one comparison of a complexFilter, or with Additional one of the API's named filters.
type Condition struct {
	Field       string
	CompareType string
	Value       []any
	Additional  string
}

// MarshalJSON writes the condition as the API takes it.
func (c Condition) MarshalJSON() ([]byte, error) {
	var v any = struct {
		Field       string `json:"field"`
		CompareType string `json:"compareType"`
		Value       []any  `json:"value"`
	}{c.Field, c.CompareType, c.Value}
	if c.Additional != "" {
		v = struct {
			Additional string `json:"additional_filters"`
		}{c.Additional}
	}
	return Encode(v)
}

// Refused is what the API says it refuses of a filter: a field and a comparison, each "" where it does not say, or a
// date, whatever field that is in.
type Refused struct {
	Field, CompareType string
	Date               bool
}

// Concerns reports a condition on a table's rows that may be what was refused.
func (r Refused) Concerns(t *Table, c Condition) bool {
	isDate := func(f Field) bool {
		return f.Filter.Field == c.Field && (f.Filter.How == FromDay || f.Filter.How == UntilDay)
	}
	return (r.Field == "" || r.Field == c.Field) && (r.CompareType == "" || r.CompareType == c.CompareType) &&
		(!r.Date || slices.ContainsFunc(t.Fields, isDate))
}

// And returns the conjunction of two filters: each alternative of one with each of the other.
func (f Filter) And(other Filter) Filter {
	if len(f) == 0 {
		return other
	}
	if len(other) == 0 {
		return f
	}
	product := make(Filter, 0, len(f)*len(other))
	for _, a := range f {
		for _, o := range other {
			product = append(product, append(slices.Clip(slices.Clone(a)), o...))
		}
	}
	return product
}

// Equal reports equal filters, written alike.
func (f Filter) Equal(other Filter) bool {
	return slices.EqualFunc(f, other, func(a, b []Condition) bool {
		return slices.EqualFunc(a, b, func(a, b Condition) bool {
			return a.Field == b.Field && a.CompareType == b.CompareType && a.Additional == b.Additional && slices.Equal(a.Value, b.Value)
		})
	})
}

// MarshalJSON writes the request's params, those of the declaration first. Equal requests are written alike.
func (r Request) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	member := func(name string, value any) error {
		encoded, err := Encode(value)
		if err != nil {
			return err
		}
		if b.Len() == 0 {
			b.WriteByte('{')
		} else {
			b.WriteByte(',')
		}
		key, _ := Encode(name) // a text
		b.Write(key)
		b.WriteByte(':')
		b.Write(encoded)
		return nil
	}
	for _, a := range r.Args {
		if err := member(a.Name, a.Value); err != nil {
			return nil, err
		}
	}
	if r.Sort != "" {
		_ = member("sort", r.Sort) // a text
	}
	if r.Order != "" {
		_ = member("order", r.Order)
	}
	if len(r.Filter) > 0 {
		if err := member("complexFilter", r.Filter); err != nil {
			return nil, err
		}
	}
	if r.Page > 0 {
		_ = member("page", r.Page) // numbers
		_ = member("size", r.Size)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Encode is json.Marshal without escaping <, > and &, which would change texts on their way.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
