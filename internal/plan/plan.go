// Package plan decides, without any I/O, how a SQL scan of a declared table is answered ([New]): which requests it is
// made of, what of the WHERE clause the API filters, and how well, what is checked on this side ([Residual]), how many
// rows are asked for at a time ([Demand], [Pager]), and how a result past the API's row cap is cut into complete,
// disjoint parts ([Splitter]).
//
// Two rules hold everywhere. A filter sent to the API never drops a row that SQL would keep, under any reading of the
// API's documentation that is still open. And no row is asked for that is not needed.
package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Order is an ORDER BY that is pushed. The zero value is none.
type Order struct {
	Column     string
	Descending bool
}

// Knowledge is what has been learned of a method by asking it.
type Knowledge struct {
	Refused Refusals
	// Shown are comparisons that no page attests, and that the API is known to take and do right: to filter by, where what it
	// lets through is looked at.
	Shown  map[Refusal]bool
	Folds  map[string]bool // filter fields whose contains is known to ignore the case of ASCII letters
	Minds  map[string]bool // those of which it is taken that it does not
	Closed map[string]bool // those whose between is known to include its ends
}

// Input is a scan as the database asks for it.
type Input struct {
	Table  *table.Table
	Quals  []Qual
	Limit  int64 // rows; -1 is no limit
	Order  Order
	Then   []Order // further columns of the ORDER BY, which the API is not asked to sort by
	Engine Engine
	Bare   bool   // no column of the rows is needed: only how many there are
	Only   string // the one column of the rows that is needed, "" where there are more or it is not known
	RowCap int64  // rows that the API gives for one series; 0 is the table's
	Known  Knowledge
}

// Plan is how a scan is answered. It does not change: what is learned of the API meanwhile makes a new one, whose
// sources are matched by their keys.
type Plan struct {
	Input
	Sources  []Source // none: no row can match and nothing is asked
	Residual Residual
	// Exact says that every row that the API returns matches, under every reading: a LIMIT then costs its rows.
	Exact bool
}

// Source is one series of requests and the spellings of the parameters under which its rows appear: several where
// one domain is written in different ways, so that it is paid for once.
type Source struct {
	Key       string // of the parameters alone: the same in all plans of a scan
	Series    Series
	Spellings []Spelling
	Decisions []Decision // for each clause on a column of the rows, in their order
}

// Spelling is the parameters' values as they are written in the WHERE clause, by the table's parameters: a string, an
// int64, or nil where none is given.
type Spelling []any

// Series is a series of requests that differ only in page and size.
type Series struct {
	Table   *table.Table
	Request table.Request // without page and size
	Order   Order         // in which the rows come, as far as a column shows it
	Thinned bool          // by a parameter that decides before or after the filter which rows there are
	Free    bool          // nothing asks for the rows' order
	Own     table.Filter  // of it, what the user asks of the API to filter, which nothing here can judge
	Counted bool          // total is known to count the rows: no filter of the user's and no thinning is in between
}

// At returns the request for one page of the series, or for all its rows where the method has no pages.
func (s Series) At(page, size int) table.Request {
	r := s.Request
	if s.Table.CountsRows {
		r.Page, r.Size = page, size
	}
	return r
}

// With returns the series with another filter.
func (s Series) With(f table.Filter) Series {
	s.Request.Filter = f
	return s
}

// Site is the domain that the series is about.
func (s Series) Site() string { return s.Request.Site() }

// New plans a scan, or says what is wrong with its WHERE clause, before anything is asked of the API.
func New(in Input) (*Plan, error) {
	if in.RowCap = cmp.Or(in.RowCap, in.Table.Page.RowCap); !in.Table.CountsRows {
		in.RowCap = int64(in.Table.Page.MaxSize)
	}
	residual, err := NewResidual(in.Table, rowQuals(in), in.Engine)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.Table.Name, err)
	}
	list, err := sources(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.Table.Name, err) // a join has several
	}
	p := &Plan{Input: in, Residual: residual, Exact: true}
	if in.Limit != 0 {
		p.Sources = list
	}
	for _, s := range p.Sources {
		p.Exact = p.Exact && s.exact()
	}
	return p, nil
}

// Source returns the source with a key, or nil.
func (p *Plan) Source(key string) *Source {
	i := slices.IndexFunc(p.Sources, func(s Source) bool { return s.Key == key })
	if i < 0 {
		return nil
	}
	return &p.Sources[i]
}

// exact reports that the filter leaves only rows that match.
func (s Source) exact() bool {
	return !slices.ContainsFunc(s.Decisions, func(d Decision) bool { return d.Pushed != Exact })
}

// sources makes a source of each distinct combination of the parameters' values. There are none where two clauses
// contradict each other.
func sources(in Input) ([]Source, error) {
	combinations, err := combine(in)
	if err != nil {
		return nil, err
	}
	var list []Source
	for _, spelling := range combinations {
		source, possible, err := sourceOf(in, spelling)
		if err != nil || !possible {
			return nil, err
		}
		if i := slices.IndexFunc(list, func(s Source) bool { return s.Key == source.Key }); i >= 0 {
			list[i].Spellings = append(list[i].Spellings, spelling)
			continue
		}
		list = append(list, source)
	}
	return list, nil
}

func sourceOf(in Input, spelling Spelling) (s Source, possible bool, err error) {
	args, err := argsOf(in.Table, spelling, in.Engine)
	if err != nil {
		return s, false, err
	}
	pushed := push(in, args.filter, args.thinned)
	if pushed.impossible {
		return s, false, nil
	}
	s = Source{Key: args.key(), Spellings: []Spelling{spelling}, Decisions: pushed.decisions}
	s.Series = Series{Table: in.Table, Thinned: args.thinned, Own: args.filter, Request: table.Request{Args: args.sent, Filter: pushed.filter}}
	s.Series.Counted = in.Table.CountsRows && !args.thinned && len(args.filter) == 0
	s.Series.sort(in.Order, args)
	return s, true, nil
}

// sort says how the series is sorted. It always is, so that its pages do not overlap: by the SQL order; by the API
// order that the user asks for; else by the column by which a scan past the row cap can go on.
func (s *Series) sort(asked Order, args args) {
	switch {
	case asked != Order{}:
	case args.sortBy != "" || args.sortOrder != "":
		s.Request.Sort = cmp.Or(args.sortBy, s.Table.Sort.Default)
		s.Request.Order = cmp.Or(args.sortOrder, "desc")
		s.Order = s.shown()
		return
	case s.Table.Sort.Divide == "":
		s.Free, s.Request.Sort = true, cmp.Or(s.Table.Sort.Few, s.Table.Sort.Default)
		if s.Request.Sort != "" {
			s.Request.Order = "desc"
		}
		s.Order = s.shown()
		return
	default:
		s.Free, asked = true, dividing(s.Table)
	}
	s.Order = asked
	s.Request.Sort, s.Request.Order = s.Table.Fields[s.Table.FieldOf(asked.Column)].Sort, "asc"
	if asked.Descending {
		s.Request.Order = "desc"
	}
}

// shown is the order of the request, if a column shows it.
func (s *Series) shown() Order {
	for _, f := range s.Table.Fields {
		if f.Sort != "" && f.Sort == s.Request.Sort {
			return Order{f.Column, s.Request.Order == "desc"}
		}
	}
	return Order{}
}

// dividing is the order in which a table is read part by part. Descending, the rows that people look for come first;
// that needs a filter that bounds the column from above.
func dividing(t *table.Table) Order {
	field := t.Fields[t.FieldOf(t.Sort.Divide)]
	_, above := field.Filter.Bounds()
	return Order{field.Column, above}
}

// key writes what identifies a source.
func (a args) key() string {
	b, err := json.Marshal([]any{a.sent, a.filter, a.sortBy, a.sortOrder})
	if err != nil { // they hold texts and numbers only
		panic(fmt.Sprintf("plan: parameters cannot be encoded: %v", err))
	}
	return string(b)
}
