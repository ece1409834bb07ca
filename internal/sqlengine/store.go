package sqlengine

import (
	"context"
	"slices"
)

// How many scans of one statement may differ in a value only, before all their rows are read at once: maxEach, and
// maxCheap where they have brought few rows so far. All rows may be a hundred thousand.
const (
	maxEach  = 16
	maxCheap = 100
	fewRows  = 125
)

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
	if s != nil {
		return s
	}
	wide, ok := st.underWay(e.statement, r)
	if ok {
		s = st.find(wide)
	} else {
		l := st.loopAt(place, r)
		wide = l.widen(r)
		if s = st.find(wide); s == nil && wide.key() == r.key() {
			defer func() { l.scans = append(l.scans, s) }()
		}
	}
	if s == nil {
		s = newScan(wide)
		s.begin(st.rest(wide))
		s.keep = s.keep || slices.ContainsFunc(st.scans, func(before *pluginScan) bool { return before.request.key() == wide.key() && before.letGo() })
		st.scans = append(st.scans, s)
		s.start(ctx, e)
	}
	return s
}

// underWay returns the request of a scan that the statement is reading, as the outer side of a join of a table with
// itself, where it has all rows that r asks for: these are bought in any case, if nothing ends the statement before.
func (st *store) underWay(of *statement, r request) (wide request, ok bool) {
	if !of.readsToItsEnd() {
		return r, false
	}
	for _, s := range st.scans {
		outer := s.request
		ordered := r.order == order{} || r.order == outer.order
		if outer.limit < 0 && outer.first == 0 && len(outer.optional) < len(r.optional) && ordered && !s.failed() && s.includes(outer.with(r)) {
			wide = r
			wide.optional, wide.limit, wide.first, wide.order = outer.optional, -1, 0, outer.order
			return wide, true
		}
	}
	return r, false
}

// with is another request for the columns of this one.
func (r request) with(other request) request {
	other.columns = r.columns
	return other
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
	scans   []*pluginScan
}

// loopAt is the loop that a request belongs to.
func (st *store) loopAt(place string, r request) *loop {
	id := place + " " + r.baseKey()
	l := st.loops[id]
	if l == nil {
		l = &loop{varying: map[int]bool{}, seen: map[string]bool{}}
		for _, q := range r.optional {
			l.first = append(l.first, qualKey(q))
		}
		st.loops[id] = l
	}
	return l
}

// many reports that all rows are to be read.
func (l *loop) many() bool {
	if len(l.seen) < maxEach || len(l.seen) >= maxCheap {
		return len(l.seen) >= maxCheap
	}
	rows := int64(0)
	for _, s := range l.scans {
		rows += s.bought()
	}
	return rows >= fewRows
}

// widen returns the request that a loop should make: r, or r without the quals that change from turn to turn.
func (l *loop) widen(r request) request {
	if len(l.first) != len(r.optional) {
		return r // a value of another type, told in another way
	}
	for i, q := range r.optional {
		if qualKey(q) != l.first[i] {
			l.varying[i] = true
		}
	}
	if !l.many() {
		l.seen[r.key()] = true
	}
	if !l.many() || len(l.varying) == 0 {
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
