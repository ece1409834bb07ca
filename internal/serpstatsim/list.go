package serpstatsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// params are those of all methods.
type params struct {
	Query         *string         `json:"query"`
	SearchType    *string         `json:"searchType"`
	Sort          *string         `json:"sort"`
	Order         *string         `json:"order"`
	Page          *int            `json:"page"`
	Size          *int            `json:"size"`
	LinkPerDomain *int            `json:"linkPerDomain"`
	ComplexFilter json.RawMessage `json:"complexFilter"`
	Anchor        *string         `json:"anchor"`
	Count         *string         `json:"count"`
	Intersect     []string        `json:"intersect"`
	Lang          *string         `json:"lang"`
}

// list answers a request of a method that lists or counts links.
func (s *Server) list(sp *spec, raw json.RawMessage, entry *Request, fault *Fault) (result, *rpcError) {
	p, e := sp.read(raw)
	if e != nil {
		return result{}, e
	}
	entry.Query, entry.SearchType = or(p.Query, ""), or(p.SearchType, sp.textDefault("searchType"))
	entry.Sort, entry.Order = or(p.Sort, sp.textDefault("sort")), or(p.Order, sp.order())
	entry.Page, entry.Size = or(p.Page, sp.numberDefault("page")), or(p.Size, sp.numberDefault("size"))
	entry.LinkPerDomain = or(p.LinkPerDomain, 0)
	if string(p.ComplexFilter) != "null" {
		entry.ComplexFilter = string(p.ComplexFilter)
	}
	entry.Anchor, entry.WordCount = or(p.Anchor, ""), or(p.Count, "")
	entry.Intersect, entry.Lang = p.Intersect, or(p.Lang, sp.textDefault("lang"))
	switch e := sp.check(*entry, s.readings()); {
	case e != nil:
		return result{}, e
	case p.LinkPerDomain != nil && !sp.Params["linkPerDomain"].takes(*p.LinkPerDomain):
		return result{}, schemaError("linkPerDomain")
	case p.Count != nil && *p.Count == "":
		return result{}, schemaError("count")
	}
	v, e := s.view(sp, *entry, p.ComplexFilter)
	if e != nil {
		return result{}, e
	}
	return s.page(v, entry, fault)
}

func (s *Server) readings() Interpretations {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opts.Interpretations
}

func schemaError(what string) *rpcError { return &rpcError{400, "Schema validation failed: " + what} }

// read reads the params that the method has, by their exact names.
func (sp *spec) read(raw json.RawMessage) (p params, e *rpcError) {
	var named map[string]json.RawMessage
	if err := json.Unmarshal(raw, &named); err != nil {
		return p, &rpcError{400, "Schema validation failed: " + err.Error()}
	}
	for name := range named {
		if _, ok := sp.Params[name]; !ok {
			return p, &rpcError{400, fmt.Sprintf("Schema validation failed: unknown parameter %q", name)}
		}
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, &rpcError{400, "Schema validation failed: " + err.Error()}
	}
	return p, nil
}

// order is the default of order. Some methods name none; that of the others is desc.
func (sp *spec) order() string {
	if _, takes := sp.Params["order"]; !takes {
		return ""
	}
	return cmp.Or(sp.textDefault("order"), "desc")
}

// check validates a request whose defaults are filled in.
func (sp *spec) check(r Request, rd Interpretations) *rpcError {
	if r.Query == "" {
		return &rpcError{400, "Parameter query is required"}
	}
	for _, name := range paramNames {
		p, taken := sp.Params[name]
		if taken && !sp.sound(name, p, r, rd) || !taken && r.has(name) {
			return schemaError(name)
		}
	}
	return nil
}

// sound reports whether a request has a value of a parameter that the method takes.
func (sp *spec) sound(name string, p param, r Request, rd Interpretations) bool {
	switch name {
	case "query":
		return scopeOf(r.Query, r.SearchType).sound()
	case "searchType":
		return slices.Contains(p.Enum, r.SearchType) || slices.Contains(p.Older, r.SearchType) && !rd.NoURLSearch
	case "sort":
		return sp.Sort[r.Sort] != ""
	case "order", "lang":
		return slices.Contains(p.Enum, r.text(name))
	case "page":
		return p.takes(r.Page)
	case "size":
		return p.takes(r.Size)
	case "linkPerDomain":
		return r.LinkPerDomain == 0 || p.takes(r.LinkPerDomain)
	case "count":
		n, err := strconv.Atoi(cmp.Or(r.WordCount, "0"))
		return err == nil && n >= 0
	case "intersect":
		return p.takes(len(r.Intersect)) && !slices.ContainsFunc(r.Intersect, func(site string) bool { return !scopeOf(site, "").sound() })
	}
	return true
}

// Matching returns all rows that a getOutlinks request is about, in its order and under the readings in
// force, free of charge and whatever page and cap are. Of the request it reads Query, SearchType, Sort,
// Order, LinkPerDomain and ComplexFilter; the defaults stand in for what is empty. It fails as the API would.
func (s *Server) Matching(r Request) ([]Row, error) {
	r.Method = "getOutlinks"
	v, err := s.all(r)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(v.items))
	for i, at := range v.items {
		rows[i] = *v.of.items[at].Row
	}
	return rows, nil
}

// Answers is [Server.Matching] for any method but getStats, by its full name or by what follows the last dot: all
// rows that the request is about, encoded as in an answer, and one where that is an object. Of the request it reads
// Anchor, WordCount, Intersect and Lang too.
func (s *Server) Answers(r Request) ([]json.RawMessage, error) {
	v, err := s.all(r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := make([]json.RawMessage, 0, len(v.items))
	for _, row := range v.page(0, len(v.items), s.opts.Interpretations) {
		rows = append(rows, slices.Clone(row))
	}
	return rows, nil
}

// all is the view of a request from this process, which may leave defaults out.
func (s *Server) all(r Request) (*view, error) {
	sp := listMethod(r.Method)
	if sp == nil {
		return nil, fmt.Errorf("%q is no list method", r.Method)
	}
	r.SearchType, r.Lang = cmp.Or(r.SearchType, sp.textDefault("searchType")), cmp.Or(r.Lang, sp.textDefault("lang"))
	r.Sort, r.Order = cmp.Or(r.Sort, sp.textDefault("sort")), cmp.Or(r.Order, sp.order())
	r.Page, r.Size = sp.numberDefault("page"), sp.numberDefault("size")
	if e := sp.check(r, s.readings()); e != nil {
		return nil, e
	}
	v, e := s.view(sp, r, json.RawMessage(r.ComplexFilter))
	if e != nil {
		return nil, e
	}
	return v, nil
}

// page answers with a page of a view, or with all of it where there are no pages.
func (s *Server) page(v *view, entry *Request, fault *Fault) (result, *rpcError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sp, rd := v.of.spec, s.opts.Interpretations
	from, to, e := s.bounds(v, entry, fault)
	if e != nil {
		return result{}, e
	}
	rows, total := v.page(from, to, rd), len(v.items)
	if fault != nil {
		rows, total = fault.Kind.spoilRows(rows, sp.textKey(rd)), fault.Kind.spoilTotal(total)
	}
	cost := sp.cost(len(rows))
	if s.credits+cost > s.opts.MaxLines {
		return result{}, &rpcError{402, "Plan credits exceeded"}
	}
	s.credits += cost // here and not with the log, so that two requests at a time cannot spend the same credit
	entry.Rows, entry.Credits, entry.Total = len(rows), cost, int64(len(v.items))
	if len(v.items) == 0 && rd.NoDataAsError {
		return result{}, &rpcError{32017, "Data not found"}
	}
	info := v.of.encodeInfo(rd, answered{int(s.opts.MaxLines - s.credits), len(rows), total, *entry})
	return sp.assemble(rows, info, rd), nil
}

// bounds are the first row of a page and the one after its last.
func (s *Server) bounds(v *view, entry *Request, fault *Fault) (from, to int, e *rpcError) {
	if !v.of.spec.pages() {
		return 0, len(v.items), nil
	}
	reachable := min(len(v.items), s.opts.RowCap)
	page, size := entry.Page, entry.Size
	if fault != nil {
		page, size = fault.Kind.turn(page, size)
	}
	from = reachable // of a page so far out that its offset would not fit an int
	if page-1 <= reachable/size {
		from = min((page-1)*size, reachable)
	}
	if from == s.opts.RowCap && len(v.items) > s.opts.RowCap && !s.opts.Interpretations.PastCapEmpty {
		return 0, 0, &rpcError{402, fmt.Sprintf("To get more than %d use export report methods", s.opts.RowCap)}
	}
	return from, min(from+size, reachable), nil
}

func (sp *spec) cost(rows int) int64 {
	if rows > 0 && sp.Price > 0 {
		return int64(sp.Price)
	}
	return int64(max(rows, 1))
}
