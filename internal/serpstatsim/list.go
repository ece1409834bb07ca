package serpstatsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// withSubdomains is the searchType that is about a domain's subdomains too.
const withSubdomains = "domain_with_subdomains"

type params struct {
	Query         *string         `json:"query"`
	SearchType    *string         `json:"searchType"`
	Sort          *string         `json:"sort"`
	Order         *string         `json:"order"`
	Page          *int            `json:"page"`
	Size          *int            `json:"size"`
	LinkPerDomain *int            `json:"linkPerDomain"`
	ComplexFilter json.RawMessage `json:"complexFilter"`
}

// list answers a request of a list method.
func (s *Server) list(sp *spec, raw json.RawMessage, entry *Request, fault *Fault) ([]byte, *rpcError) {
	p, e := sp.read(raw)
	if e != nil {
		return nil, e
	}
	entry.Query, entry.SearchType = or(p.Query, ""), or(p.SearchType, sp.textDefault("searchType"))
	entry.Sort, entry.Order = or(p.Sort, sp.textDefault("sort")), or(p.Order, sp.order())
	entry.Page, entry.Size = or(p.Page, sp.numberDefault("page")), or(p.Size, sp.numberDefault("size"))
	entry.LinkPerDomain = or(p.LinkPerDomain, 0)
	if string(p.ComplexFilter) != "null" {
		entry.ComplexFilter = string(p.ComplexFilter)
	}
	if e := sp.check(*entry, p.LinkPerDomain != nil); e != nil {
		return nil, e
	}
	v, e := s.view(sp, *entry, p.ComplexFilter)
	if e != nil {
		return nil, e
	}
	return s.page(v, entry, fault)
}

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

// order is the default of order. Three methods name none; that of the others is desc.
func (sp *spec) order() string { return cmp.Or(sp.textDefault("order"), "desc") }

// check validates a request whose defaults are filled in.
func (sp *spec) check(r Request, linkPerDomain bool) *rpcError {
	_, sorts := sp.Sort[r.Sort]
	bad := ""
	switch {
	case r.Query == "":
		return &rpcError{400, "Parameter query is required"}
	case !slices.Contains(sp.Params["searchType"].Enum, r.SearchType):
		bad = "searchType"
	case !sorts:
		bad = "sort"
	case !slices.Contains(sp.Params["order"].Enum, r.Order):
		bad = "order"
	case !sp.Params["page"].takes(r.Page):
		bad = "page"
	case !sp.Params["size"].takes(r.Size):
		bad = "size"
	case linkPerDomain && !sp.Params["linkPerDomain"].takes(r.LinkPerDomain):
		bad = "linkPerDomain"
	default:
		return nil
	}
	return &rpcError{400, "Schema validation failed: " + bad}
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

// Answers is [Server.Matching] for any list method, by its full name or by what follows the last dot: all rows
// that the request is about, encoded as in an answer.
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
	r.SearchType = cmp.Or(r.SearchType, sp.textDefault("searchType"))
	r.Sort, r.Order = cmp.Or(r.Sort, sp.textDefault("sort")), cmp.Or(r.Order, sp.order())
	r.Page, r.Size = sp.numberDefault("page"), sp.numberDefault("size")
	if _, takes := sp.Params["linkPerDomain"]; !takes && r.LinkPerDomain != 0 {
		return nil, &rpcError{400, "Schema validation failed: linkPerDomain"}
	}
	if e := sp.check(r, r.LinkPerDomain != 0); e != nil {
		return nil, e
	}
	v, e := s.view(sp, r, json.RawMessage(r.ComplexFilter))
	if e != nil {
		return nil, e
	}
	return v, nil
}

func (s *Server) page(v *view, entry *Request, fault *Fault) ([]byte, *rpcError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reachable := min(len(v.items), s.opts.RowCap)
	page, size := entry.Page, entry.Size
	if fault != nil {
		page, size = fault.Kind.turn(page, size)
	}
	from := reachable // of a page so far out that its offset would not fit an int
	if page-1 <= reachable/size {
		from = min((page-1)*size, reachable)
	}
	to := min(from+size, reachable)
	if from == s.opts.RowCap && len(v.items) > s.opts.RowCap && !s.opts.Interpretations.PastCapEmpty {
		return nil, &rpcError{402, fmt.Sprintf("To get more than %d use export report methods", s.opts.RowCap)}
	}
	rows := v.page(from, to, s.opts.Interpretations)
	if fault != nil {
		rows = fault.Kind.spoilRows(rows, v.of.spec.textKey(s.opts.Interpretations))
	}
	cost := int64(max(len(rows), 1))
	if s.credits+cost > s.opts.MaxLines {
		return nil, &rpcError{402, "Plan credits exceeded"}
	}
	s.credits += cost // here and not with the log, so that two requests at a time cannot spend the same credit
	entry.Rows, entry.Credits, entry.Total = len(rows), cost, int64(len(v.items))
	if len(v.items) == 0 && s.opts.Interpretations.NoDataAsError {
		return nil, &rpcError{32017, "Data not found"}
	}
	num := func(n int) string { return s.opts.Interpretations.number(int64(n)) }
	length := 256
	for _, r := range rows {
		length += len(r) + 1
	}
	out := make([]byte, 0, length)
	out = append(out, `{"data":[`...)
	for i, r := range rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, r...)
	}
	total := len(v.items)
	if fault != nil {
		total = fault.Kind.spoilTotal(total)
	}
	return fmt.Appendf(out, `],"summary_info":{"left_lines":%s,"page":%s,"count":%s,"total":%s,"sort":%q,"order":%q}}`,
		num(int(s.opts.MaxLines-s.credits)), num(entry.Page), num(len(rows)), num(total), entry.Sort, strings.ToUpper(entry.Order)), nil
}
