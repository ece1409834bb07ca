package series

import (
	"slices"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// DefaultBytes is how much memory a process' series may take. Steampipe gives a plugin a gigabyte.
const DefaultBytes = 64 << 20

// looseShare is which part of it rows may take that are not packed.
const looseShare = 16

// SeriesBytes is what a series takes besides its pages, about.
const SeriesBytes = 1 << 10

// Store holds series. What no longer fits goes by age: what was opened longest ago goes first.
type Store struct {
	Most  int64            // bytes
	Now   func() time.Time // to tell how old a series is
	Level Level            // where series outlive the process; nil is nowhere

	mu     sync.Mutex
	series map[key]*Series
	like   map[key][]*Series // by what their requests have in common: all but filter and sort
	coming map[key]*Series   // that nobody wants kept, as long as their first page has not come
	size   int64             // bytes of all that are kept
	opened int64             // how often a series was opened
	loose  []*page
	heavy  int64 // bytes of the loose pages
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{Most: DefaultBytes, Now: time.Now, series: map[key]*Series{}, like: map[key][]*Series{}, coming: map[key]*Series{}}
}

// Size is how many series are kept, and the bytes that they are counted as and sum up to.
func (st *Store) Size() (series int, counted, sum int64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, s := range st.series {
		sum += s.size + SeriesBytes
	}
	return len(st.series), st.size, sum
}

// Drop forgets the series of an owner. Readers under way keep theirs.
func (st *Store) Drop(owner any) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, s := range st.series {
		if s.Owner == owner {
			st.forget(s)
		}
	}
}

// Scope is what a statement reads: all its readers are given the same rows, whatever their age.
type Scope struct{ series map[key]*Series }

// NewScope returns the scope of a new statement.
func NewScope() *Scope { return &Scope{series: map[key]*Series{}} }

func (sc *Scope) of(k key) *Series {
	if sc == nil {
		return nil
	}
	s := sc.series[k]
	for s != nil && s.next != nil {
		s = s.next
	}
	return s
}

func (sc *Scope) holds(s *Series) bool { return sc != nil && sc.of(s.key) == s }

func (sc *Scope) add(s *Series) {
	if sc != nil {
		sc.series[s.key] = s
	}
}

// usable reports a series that may be read by one who wants nothing older than age. Before its first page has come, it
// is as young as can be.
func (st *Store) usable(s *Series, age time.Duration, scope *Scope) bool {
	young := s.begun.IsZero() || age > 0 && st.Now().Sub(s.begun) <= age
	return s.ended == nil && s.whole() && (young || scope.holds(s))
}

// find returns a series that may be used, or nil.
func (st *Store) find(k key, age time.Duration, scope *Scope) *Series {
	for _, s := range []*Series{scope.of(k), st.series[k], st.coming[k]} {
		if s != nil && st.usable(s, age, scope) {
			return s
		}
	}
	return nil
}

// begin makes a series. Where it is to be kept it takes the place of the one that the store has.
func (st *Store) begin(of Of, keep bool) *Series {
	s := st.newSeries(of)
	if !keep {
		st.coming[s.key] = s
		return s
	}
	st.keep(s)
	return s
}

func (st *Store) newSeries(of Of) *Series {
	return &Series{Of: of, store: st, key: of.key(), alike: of.common(), total: -1, left: -1, readers: map[*Reader]bool{}, changed: make(chan struct{})}
}

// keep puts a series into the store.
func (st *Store) keep(s *Series) {
	if s.kept {
		return
	}
	if old := st.series[s.key]; old != nil {
		st.forget(old)
	}
	st.came(s)
	s.kept = true
	st.series[s.key] = s
	st.like[s.alike] = append(st.like[s.alike], s)
	st.size += s.size + SeriesBytes
	st.makeRoom(s)
}

// came ends the time in which a series that is not kept is as young as can be.
func (st *Store) came(s *Series) {
	if st.coming[s.key] == s {
		delete(st.coming, s.key)
	}
}

// comesToNothing lets go of a series that is coming, where nobody waits for it any more and nothing is under way.
func (s *Series) comesToNothing() {
	if len(s.readers) > 0 || slices.ContainsFunc(s.queue, func(q *request) bool { return q.state == asked }) {
		return
	}
	s.store.came(s)
	if s.next != nil {
		s.next.comesToNothing()
	}
}

// renew makes a series anew whose rows have moved.
func (st *Store) renew(s *Series) { st.replace(s, s.anew+1) }

// replace makes a series anew, in whose place it is read from then on.
func (st *Store) replace(s *Series, anew int) {
	fresh := st.begin(s.Of, s.kept)
	fresh.anew, fresh.topTotal, fresh.saved = anew, s.topTotal, s.saved
	s.unsave()
	s.next = fresh
	st.forget(s)
	s.comesToNothing()
	s.happened()
}

// forget takes a series out of the store. Its readers keep it: what they have read is dropped.
func (st *Store) forget(s *Series) {
	if !s.kept {
		return
	}
	s.kept = false
	st.size -= s.size + SeriesBytes
	if st.series[s.key] == s {
		delete(st.series, s.key)
	}
	if st.like[s.alike] = slices.DeleteFunc(st.like[s.alike], func(other *Series) bool { return other == s }); len(st.like[s.alike]) == 0 {
		delete(st.like, s.alike)
	}
	s.dropRead()
}

// dropRead drops pages that nobody will read any more, of a series that is not kept.
func (s *Series) dropRead() {
	if s.kept {
		return
	}
	first := s.rows
	for r := range s.readers {
		first = min(first, r.at)
	}
	n := 0
	for n < len(s.pages) && s.pages[n].end() <= first {
		s.store.letGo(s.pages[n])
		s.size -= s.pages[n].size
		n++
	}
	s.pages = slices.Delete(s.pages, 0, n)
}

// letGo ends the store's interest in a page.
func (st *Store) letGo(p *page) {
	if i := slices.Index(st.loose, p); i >= 0 {
		st.loose = slices.Delete(st.loose, i, i+1)
		st.heavy -= p.size
	}
}

// grow counts bytes of a series, and makes room for them.
func (st *Store) grow(s *Series, bytes int64) {
	if s.size += bytes; s.kept {
		st.size += bytes
		st.makeRoom(s)
	}
}

// makeRoom forgets other series, and at last s itself, until the store is within its bounds.
func (st *Store) makeRoom(s *Series) {
	for st.size > st.Most && s.kept {
		oldest := s
		if s.size > st.Most { // it would take the place of all others, and go at last
			st.forget(s)
			return
		}
		for _, other := range st.series {
			if other != s && (oldest == s || other.used < oldest.used) {
				oldest = other
			}
		}
		st.forget(oldest)
	}
}

// hold counts a page's rows as loose.
func (st *Store) hold(p *page) {
	st.loose = append(st.loose, p)
	st.heavy += p.size
}

// pack packs the pages that came first, as long as too many are loose. It is called without the lock.
func (st *Store) pack() {
	for {
		st.mu.Lock()
		if st.heavy <= st.Most/looseShare || len(st.loose) == 0 {
			st.mu.Unlock()
			return
		}
		p := st.loose[0]
		st.loose = slices.Delete(st.loose, 0, 1)
		st.heavy -= p.size
		rows := p.loose
		st.mu.Unlock()
		st.replaceLoose(p, rows)
	}
}

func (st *Store) replaceLoose(p *page, rows *table.Rows) {
	packed := rows.Pack()
	st.mu.Lock()
	defer st.mu.Unlock()
	if p.of.pageAt(p.offset) != p {
		return // it has been dropped meanwhile
	}
	p.loose, p.packed = nil, packed
	smaller := p.size - pageBytes - int64(len(packed))
	p.size -= smaller
	if p.of.size -= smaller; p.of.kept {
		st.size -= smaller
	}
}
