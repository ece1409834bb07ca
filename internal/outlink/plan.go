package outlink

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// RowCap is the most rows that the API returns for one series of requests, however it is paged.
const RowCap = 60000

// Order is a pushed ORDER BY links_ext.
type Order int

// The orders that can be pushed.
const (
	Unordered Order = iota
	Ascending
	Descending
)

// PlanInput is a scan as the database asks for it.
type PlanInput struct {
	Quals      []Qual
	Limit      int64 // rows; -1 is no limit
	Order      Order
	Engine     Engine
	Refused    Refusals        // what the API is known not to take
	FoldsASCII map[string]bool // fields whose contains is known to ignore the case of ASCII letters
	RowCap     int64           // rows that the API gives for one series; 0 is RowCap
}

// Plan is how a scan is answered: the series of requests, and what is checked on this side.
type Plan struct {
	Sources  []Source // none: no row can match and nothing is asked
	Residual Residual
	Limit    int64 // -1 is none
	Order    Order
	// Exact says that every row the API returns matches, under every reading: a LIMIT then costs its rows.
	Exact bool
}

// NewPlan plans a scan, or says what is wrong with its WHERE clause, before anything is asked of the API.
func NewPlan(in PlanInput) (Plan, error) {
	quals := rowQuals(in.Quals)
	residual, err := NewResidual(quals, in.Engine)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Residual: residual, Limit: in.Limit, Order: in.Order, Exact: exact(quals)}
	list, impossible, err := sources(in)
	if err != nil {
		return Plan{}, err
	}
	if !impossible && in.Limit != 0 {
		plan.Sources = list
	}
	for _, s := range plan.Sources {
		if s.Series.LinkPerDomain > 0 && len(quals) > 0 {
			plan.Exact = false
		}
	}
	return plan, nil
}

// rowQuals are the clauses on columns of the rows themselves.
func rowQuals(quals []Qual) []Qual {
	return slices.DeleteFunc(slices.Clone(quals), func(q Qual) bool { return IsParam(q.Column) })
}

// IsParam reports a column that is a parameter of the request.
func IsParam(column string) bool {
	switch column {
	case ColQuery, ColSearchType, ColLinkPerDomain, ColComplexFilter, ColSortBy, ColSortOrder:
		return true
	}
	return false
}

// exact reports clauses that BuildFilter pushes in full and whose meaning no reading leaves open: ranges
// of links_ext.
func exact(quals []Qual) bool {
	for _, q := range quals {
		if q.Column != ColLinksExt || q.List && q.Operator != Equal {
			return false
		}
	}
	ranges := linksExtRange(quals)
	if len(ranges) > maxAlternatives {
		return false
	}
	for _, q := range quals {
		for _, v := range q.Values {
			if n, ok := v.(int64); q.Operator == NotEqual && ok && slices.ContainsFunc(ranges, func(r intRange) bool { return r.lo <= n && n <= r.hi }) {
				return false
			}
		}
	}
	return true
}

// group turns parameter values into sources, one for each distinct series.
func group(combos []Params, in PlanInput) ([]Source, bool, error) {
	var list []Source
	index := map[string]int{}
	for _, p := range combos {
		series, impossible, err := seriesOf(p, in)
		if err != nil || impossible {
			return nil, impossible, err
		}
		key := series.Key()
		i, ok := index[key]
		if !ok {
			i = len(list)
			index[key] = i
			list = append(list, Source{Series: series})
		}
		list[i].Echoes = append(list[i].Echoes, p)
	}
	return list, len(list) == 0, nil
}

func seriesOf(p Params, in PlanInput) (s Series, impossible bool, err error) {
	s.SearchType = p.SearchType
	if s.Domain, err = NormalizeDomain(p.Query); err != nil {
		return s, false, err
	}
	var user Filter
	if p.ComplexFilter != nil {
		if user, err = ParseFilter(*p.ComplexFilter); err != nil {
			return s, false, err
		}
	}
	if p.LinkPerDomain != nil {
		s.LinkPerDomain = *p.LinkPerDomain
	}
	s.Filter, impossible = BuildFilter(FilterInput{
		Quals:         in.Quals,
		User:          user,
		LinkPerDomain: p.LinkPerDomain != nil,
		Refused:       in.Refused,
		FoldsASCII:    in.FoldsASCII,
		Engine:        in.Engine,
	})
	s.Sort, s.Order = seriesOrder(p, in)
	return s, impossible, nil
}

// seriesOrder says how a series is sorted. It always is, so that its pages do not overlap: by the SQL
// order; by the API order that the user asks for; by the API's default where a LIMIT surely ends the scan,
// the freshest links first; else by links_external, by which a scan past the row cap can go on.
func seriesOrder(p Params, in PlanInput) (sort, order string) {
	switch {
	case in.Order == Ascending:
		return sortLinksExt, ascendingWord
	case in.Order == Descending:
		return sortLinksExt, defaultOrder
	case p.SortBy != nil || p.SortOrder != nil:
		sort, order = defaultSort, defaultOrder
		if p.SortBy != nil {
			sort = *p.SortBy
		}
		if p.SortOrder != nil {
			order = *p.SortOrder
		}
		return sort, order
	case in.Limit >= 0 && in.Limit <= cmp.Or(in.RowCap, RowCap) && exact(rowQuals(in.Quals)):
		return defaultSort, defaultOrder
	}
	return sortLinksExt, defaultOrder
}

// InOrder reports that the series' rows come in an order.
func (s Series) InOrder(o Order) bool {
	switch o {
	case Ascending:
		return s.Sort == sortLinksExt && s.Order == ascendingWord
	case Descending:
		return s.Sort == sortLinksExt && s.Order == defaultOrder
	}
	return true
}

// Key identifies the series: equal keys are equal requests.
func (s Series) Key() string {
	b, err := json.Marshal(s)
	if err != nil { // filters hold texts and numbers only
		panic(fmt.Sprintf("outlink: a series cannot be encoded: %v", err))
	}
	return string(b)
}
