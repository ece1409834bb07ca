package series

import (
	"bytes"
	"encoding/gob"
	"time"
)

// longSince is how long ago rows were bought of which an earlier process has some and this one buys more, if it is to look
// first whether they are still so. Before, they are gone on with as those that a process has bought itself.
const longSince = 5 * time.Minute

// Rechecked is how many rows are bought at most, before more of a series is, to see whether those that an earlier process
// has begun to buy are still so.
func (st *Store) Rechecked(begun time.Time) int64 {
	if st.Now().Sub(begun) < longSince {
		return 0
	}
	return tailRows
}

// recall takes over what the level has of a series, and of those that differ from it in filter and sort alone, as far as
// a reader may be given it and nothing younger is here. It is called without the lock.
func (st *Store) recall(of Of, o Options) {
	if !st.lasts(of) || o.Age <= 0 {
		return
	}
	now := st.Now()
	for _, kept := range st.Level.Like(of.Account, of.name(of.common()), now.Add(-o.Age)) {
		if !kept.Begun.After(now) {
			st.adopt(of, kept)
		}
	}
}

// adopt makes a series of what a level has kept. of is of the same owner and table.
func (st *Store) adopt(of Of, kept Kept) {
	var m memo
	if err := gob.NewDecoder(bytes.NewReader(kept.Memo)).Decode(&m); err != nil {
		kept.Record.Drop()
		return
	}
	of.Request, of.Order, of.Counted, of.About = m.Request, m.Order, m.Counted, m.About
	st.mu.Lock()
	defer st.mu.Unlock()
	if known := st.series[of.key()]; known != nil && !known.older(kept) {
		return
	}
	s := st.newSeries(of)
	s.begun, s.note, s.left, s.total, s.topTotal, s.lies, s.most = kept.Begun, m.Note, m.Left, m.Total, m.TopTotal, m.Lies, m.Most
	s.record, s.credits, s.saved, s.ends = kept.Record, kept.Credits, true, m.Ends
	s.recalled = st.Rechecked(kept.Begun) > 0
	for _, end := range m.Ends {
		p := &page{of: s, offset: s.rows, rows: end - s.rows, record: s.record, size: pageBytes}
		s.pages = append(s.pages, p)
		s.rows, s.size = end, s.size+p.size
		s.largest = max(s.largest, int(p.rows))
	}
	st.keep(s)
}

// older reports that a level has newer rows than a series, or more of the same.
func (s *Series) older(kept Kept) bool {
	return kept.Begun.After(s.begun) && !s.begun.IsZero() ||
		kept.Begun.Equal(s.begun) && kept.Rows > s.rows && len(s.queue) == 0
}

// goOn gets a series that an earlier process has begun ready to be bought further: what comes next is compared with its last rows. It reports
// whether these could be read.
func (s *Series) goOn() bool {
	if s.first != "" || len(s.pages) == 0 || s.complete() {
		return true
	}
	rows, err := s.pages[len(s.pages)-1].all()
	if err != nil {
		return false
	}
	s.remember(rows)
	return true
}

// lose buys a series anew whose rows are on the level no longer.
func (st *Store) lose(s *Series) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if s.next == nil && s.ended == nil {
		st.replace(s, s.anew)
	}
}
