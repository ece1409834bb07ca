package sqlengine

import (
	"context"
	"slices"
)

// maxEach is how many scans of one statement may differ in a value only, before all their rows are read at once.
const maxEach = 16

// store holds the scans of a statement. Each is made once, however often SQLite asks for it, unless its rows had to be
// let go. What serves later statements is the plugin's to keep.
type store struct {
	scans []*pluginScan
	loops map[string]*loop
}

// find returns a scan that has all rows that a request asks for, in its order.
func (st *store) find(r request) *pluginScan {
	for _, s := range st.scans {
		if s.serves(r) {
			return s
		}
	}
	for _, s := range st.scans {
		if r.order.column != "" && s.includes(r) && s.complete() {
			sorted := s.sorted(r.order)
			st.scans = append(st.scans, sorted)
			return sorted
		}
	}
	return nil
}

// get finds the scan for a request, or starts it. place says where in the statement's plan it is asked for.
func (st *store) get(ctx context.Context, e *Engine, place string, r request) *pluginScan {
	s := st.find(r)
	if s == nil {
		r = st.widen(place, r)
		s = st.find(r)
	}
	if s == nil {
		s = newScan(r)
		s.keep = slices.ContainsFunc(st.scans, func(before *pluginScan) bool { return before.request.key() == r.key() && before.letGo() })
		st.scans = append(st.scans, s)
		s.start(ctx, e)
	}
	return s
}

// endStatement stops what is still being read.
func (st *store) endStatement() {
	for _, s := range st.scans {
		s.stop()
	}
	st.scans, st.loops = nil, map[string]*loop{}
}

// loop is what a statement has asked for at one place of its plan, with the same parameters: a join's inner
// table is asked once for each outer row. A few scans with the value of each are cheaper than one of all
// rows; many are not.
type loop struct {
	first   []string        // the first request's quals
	varying map[int]bool    // positions whose value has changed
	seen    map[string]bool // requests
}

// widen returns the request that a loop should make: r, or r without the quals that change from turn to turn.
func (st *store) widen(place string, r request) request {
	id := place + " " + r.baseKey()
	l := st.loops[id]
	if l == nil {
		l = &loop{varying: map[int]bool{}, seen: map[string]bool{}}
		for _, q := range r.optional {
			l.first = append(l.first, qualKey(q))
		}
		st.loops[id] = l
	}
	if len(l.first) != len(r.optional) {
		return r // a value of another type, told in another way
	}
	for i, q := range r.optional {
		if qualKey(q) != l.first[i] {
			l.varying[i] = true
		}
	}
	if len(l.seen) < maxEach {
		l.seen[r.key()] = true
	}
	if len(l.seen) < maxEach || len(l.varying) == 0 {
		return r
	}
	wide := r
	wide.optional, wide.limit = nil, -1
	for i, q := range r.optional {
		if !l.varying[i] {
			wide.optional = append(wide.optional, q)
		}
	}
	return wide
}
