package series

import (
	"hash/maphash"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// judged is what is known of a series' pages, to tell whether the next one follows from them.
type judged struct {
	anew     int // how often it was bought anew, because its rows had moved
	largest  int // rows of the largest page
	most     int // rows that a page gives, where the API gives fewer than it is asked for; 0 is not known
	shorts   int // pages that came short
	empty    int // pages in a row that came without rows
	unsorted bool
	topTotal int64 // the largest total so far
	lies     bool  // smaller totals are wrong: there were rows behind
	ended    bool  // nothing is behind the last row, as a request has shown
	checked  int64 // rows bought to check borders
	cleared  int   // pages that looked like the one before
	retaken  int   // pages that were asked for again, since their total was of another moment

	first, last string   // rows of the last page, as they came
	lastValue   int64    // what its last row is sorted by
	tail        []string // the last rows, as they came
	lastRows    int      // how many the last page had
	lastHash    uint64   // of them
}

// Bounds of what is done about an answer that does not fit.
const (
	maxAnew    = 1  // times a series is bought anew
	maxShorts  = 20 // pages that come short, in one series
	maxCleared = 3  // times that a page which looks like the one before is looked into, whatever it costs
	maxRetaken = 3  // pages asked for again, since their total was of another moment
	maxEmpty   = 2  // pages in a row without rows: one more and the rows stay away
)

// suspicion is why a page may not follow from the one before.
type suspicion uint8

const (
	none suspicion = iota
	// equalRows: the page begins with the row with which the last one has ended. That is ordinary: many links have equal
	// ones. But so it looks, too, where a row was inserted before.
	equalRows
	otherTotal // the API counts another number of rows than before
	outOfOrder // the page's first row should have come before
	sameRows   // the page looks like the one before
	longAgo    // what is before the border was bought by an earlier process
)

// Equal rows are looked into as long as that costs little: so many rows, and one for so many that were bought. Another
// total is looked into always: a handful of rows for a page, and only where the rows change.
const (
	freeChecks   = 12
	rowsForCheck = 5000
)

// MostChecks is how many rows are bought at most to look into borders, of a series with so many rows, unless what comes
// is out of order.
func MostChecks(rows int64) int64 { return freeChecks + rows/rowsForCheck }

// suspect says what speaks against a page that has come.
func (s *Series) suspect(q *request) suspicion {
	rows := q.answer.Rows.All()
	switch {
	case s.total < 0 || s.rows == 0:
		return none
	case len(rows) == 0 && q.answer.Total == 0:
		return none // it says nothing of the total, and has come short
	}
	if len(rows) > 0 {
		first := rows[0].Raw()
		switch {
		case !s.unsorted && !s.sorted(rows):
			s.unsorted = true // the API does not sort so: whoever needs the order is told by its rows
		case !s.unsorted && s.Order.precedes(s.Order.value(rows[0]), s.lastValue):
			return outOfOrder
		}
		switch {
		case s.otherTotal(q):
			return otherTotal
		case s.first != s.last && first == s.first && s.repeats(rows):
			return sameRows
		case first == s.last:
			return equalRows
		}
	}
	if s.otherTotal(q) {
		return otherTotal
	}
	return none
}

func (s *Series) otherTotal(q *request) bool {
	return s.Counted && !s.lies && q.answer.Total != s.total
}

// repeats reports that a page has the rows of the last one, which may be here no longer.
func (s *Series) repeats(rows []table.Row) bool {
	return len(rows) == s.lastRows && hashOf(rows) == s.lastHash
}

// hashOf is the same for pages with the same rows.
func hashOf(rows []table.Row) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, row := range rows {
		_, _ = h.WriteString(row.Raw()) // to memory
	}
	return h.Sum64()
}

// sorted reports that a page's rows come in the series' order.
func (s *Series) sorted(rows []table.Row) bool {
	for i := 1; i < len(rows); i++ {
		if s.Order.precedes(s.Order.value(rows[i]), s.Order.value(rows[i-1])) {
			return false
		}
	}
	return true
}

// looksInto reports a suspicion that is worth the rows that a check costs, if it tells anything.
func (s *Series) looksInto(why suspicion, rows int, tells bool) bool {
	switch why {
	case none:
		return false
	case sameRows:
		if s.cleared++; s.cleared <= maxCleared {
			return true
		}
		fallthrough
	case equalRows:
		return tells && s.checked+int64(rows) <= MostChecks(s.rows)
	}
	return true
}

// settle takes the answers that have come, in order, up to one that has to be checked first.
func (s *Series) settle() {
	for len(s.queue) > 0 && s.queue[0].state == arrived && s.next == nil && s.ended == nil {
		q := s.queue[0]
		if q.kind == pageRequest && s.misread(q) {
			return
		}
		if q.kind == pageRequest && !q.cleared {
			why := s.suspect(q)
			if check, tells := s.borderOf(q.offset, q.answer.Rows.All(), why); check != nil && s.looksInto(why, check.size, tells) {
				s.queue = slices.Insert(s.queue, 0, check)
				return
			}
		}
		s.queue = slices.Delete(s.queue, 0, 1)
		switch q.kind {
		case borderRequest:
			s.compare(q)
		case endRequest:
			s.lookedBehind(q)
		default:
			s.take(q)
		}
		s.save(q.offset, taken(q))
	}
}

// taken are the rows that a request has added to its series.
func taken(q *request) *table.Rows {
	if q.kind != pageRequest {
		return nil
	}
	return q.answer.Rows
}

// misread deals with a page that cannot be taken for what was asked for.
func (s *Series) misread(q *request) bool {
	rows := q.answer.Rows.Len()
	if !s.Counted || s.total < 0 {
		return false
	}
	if rows == 0 && q.answer.Total > 0 && q.answer.Total < s.rows && !s.lies {
		s.moved(otherTotal) // it has fewer rows by now than have come
		return true
	}
	if rows == 0 || q.page == 1 || rows >= q.size || s.shorts > maxShorts {
		return false
	}
	short, over := int64(rows) < s.reach()-q.offset, int64(rows) > q.answer.Total-q.offset
	switch {
	case (short || over) && rows >= s.largest && s.countsBy(q):
		s.smallerPages(rows)
	case over && s.largest < q.size: // there cannot be so many: perhaps it is the end of other pages
		s.smallerPages(s.largest)
	default:
		return false
	}
	return true
}

// countsBy reports that a short page is one of pages of as many rows: that it repeats rows which have come, as it does
// where the API gives no more rows in a page, and counts pages by that. Of rows that are no longer here, only the last
// ones can be compared.
func (s *Series) countsBy(q *request) bool {
	rows := q.answer.Rows.All()
	at := int64(q.page-1) * int64(len(rows))
	tail := s.rows - int64(len(s.tail))
	var of *page
	var come []table.Row
	for ; len(rows) > 0 && at < s.rows; at, rows = at+1, rows[1:] {
		if at >= tail {
			if s.tail[at-tail] != rows[0].Raw() {
				return false
			}
			continue
		}
		if p := s.pageAt(at); p == nil || p.offset > at {
			continue
		} else if p != of {
			var err error
			if come, err = p.all(); err != nil {
				return false
			}
			of = p
		}
		if come[at-of.offset].Raw() != rows[0].Raw() {
			return false
		}
	}
	return true
}

// smallerPages asks again for pages of at most so many rows.
func (s *Series) smallerPages(rows int) {
	s.shorts++
	s.most = rows
	if i := slices.IndexFunc(s.queue, func(q *request) bool { return q.size > rows }); i >= 0 {
		s.giveUp(i)
	}
}

// giveUp takes back what was asked for, from the i-th request on. What has been sent comes all the same, in vain.
func (s *Series) giveUp(i int) {
	for _, q := range s.queue[i:] {
		if q.state == asked {
			q.cancel()
		}
	}
	s.queue = slices.Clone(s.queue[:i])
}

// borderOf is the request for the rows on both sides of the beginning of a page with such rows: a page of the smallest
// size that has it in its middle, and that tells whether rows have moved: those before the border since they came, and
// where the API counts others by now, those behind it too, which may have come earlier. Where all before the border are
// equal it tells nothing.
func (s *Series) borderOf(offset int64, page []table.Row, why suspicion) (check *request, tells bool) {
	var smallest *request
	most := int64(tailRows)
	if s.most > 0 {
		most = min(most, int64(s.most))
	}
	rows := rawOf(page[:min(len(page), tailRows)])
	for size := int64(2); size <= most; size++ {
		before := offset % size
		if before == 0 {
			continue
		}
		check := &request{kind: borderRequest, why: why, page: int(offset/size) + 1, size: int(size), offset: offset - before}
		if s.movesShow(int(before), why) {
			if behind := rows[:min(size-before, int64(len(rows)))]; why != otherTotal || differ(behind) {
				return check, true
			}
			if !tells {
				smallest, tells = check, true
			}
		}
		if smallest == nil {
			smallest = check
		}
	}
	return smallest, tells
}

// differ reports that rows are not all equal.
func differ(rows []string) bool { return len(slices.Compact(slices.Clone(rows))) > 1 }

// movesShow reports that the last rows, so many of which are read again, would be others if they had moved: back by one,
// as where a page begins with the row before it, or in any direction.
func (s *Series) movesShow(rows int, why suspicion) bool {
	from := len(s.tail) - rows
	if why == equalRows {
		from--
	}
	for i := max(from, 0); i+1 < len(s.tail); i++ {
		if s.tail[i] != s.tail[i+1] {
			return true
		}
	}
	return false
}

// skipCheck takes a page as it is.
func (s *Series) skipCheck() {
	s.queue = slices.Delete(s.queue, 0, 1)
	s.queue[0].cleared = true
	s.settle()
}

// compare looks whether the rows around a border are those that have come. If not, the rows have moved.
func (s *Series) compare(border *request) {
	s.checked += int64(border.answer.Rows.Len())
	rows := int64(border.answer.Rows.Len())
	short := rows < min(int64(border.size), border.answer.Total-border.offset)
	if silent := rows == 0 && border.answer.Total == 0; silent && border.why != longAgo || short {
		// It has come short itself, and tells nothing.
		if s.shorts++; s.shorts > maxShorts {
			s.end(&IncompleteError{s.Request.Site(), s.rows, s.total})
			return
		}
		s.queue = slices.Insert(s.queue, 0, &request{kind: borderRequest, why: border.why, page: border.page, size: border.size, offset: border.offset})
		return
	}
	if border.why == longAgo {
		s.compareRecalled(border)
		return
	}
	pending := s.queue[0]
	if border.why == otherTotal && border.answer.Total == s.total && border.answer.Total != pending.answer.Total && s.retaken < maxRetaken {
		// By now the API counts as it did before the page: that one is of another moment.
		s.retaken++
		s.queue[0] = &request{kind: pageRequest, page: pending.page, size: pending.size, offset: pending.offset}
		return
	}
	pending.cleared = true
	if border.answer.Total > 0 && border.answer.Total < s.rows && !s.lies {
		s.moved(border.why) // it has fewer rows by now than have come
		return
	}
	come := append(slices.Clone(s.tail), rawOf(pending.answer.Rows.All())...)
	before := border.offset - (s.rows - int64(len(s.tail))) // of what has come
	for i, row := range border.answer.Rows.All() {
		if at := before + int64(i); at >= 0 && at < int64(len(come)) && come[at] != row.Raw() {
			if n := pending.answer.Rows.Len(); n > 0 && n < pending.size && pending.page > 1 && s.countsBy(pending) {
				s.smallerPages(n)
				return
			}
			s.moved(border.why)
			return
		}
	}
}

// compareRecalled looks whether the rows that an earlier process has bought are still the first ones of as many.
func (s *Series) compareRecalled(border *request) {
	s.recalled = false
	before := int(s.rows - border.offset)
	come, now := s.tail[max(len(s.tail)-before, 0):], rawOf(border.answer.Rows.All())
	if s.Counted && border.answer.Total != s.total || len(now) < before || !slices.Equal(come, now[before-len(come):before]) {
		s.moved(longAgo)
	}
}

// moved buys the series anew, once. Where that does not help, its readers are told; but equal rows prove nothing.
func (s *Series) moved(why suspicion) {
	switch {
	case s.anew < maxAnew:
		s.store.renew(s)
	case why != equalRows:
		s.end(&ChangedError{s.Request.Site(), s.rows, s.total})
	}
}

func rawOf(rows []table.Row) []string {
	raw := make([]string, len(rows))
	for i, row := range rows {
		raw[i] = row.Raw()
	}
	return raw
}

// end ends the series: no more can be bought.
func (s *Series) end(err error) {
	s.ended = err
	s.unsave()
	s.store.forget(s)
}

// tailRows is how many of the last rows are remembered, to compare a border with: as many as its request has at most.
const tailRows = 16

// take adds a page to the series.
func (s *Series) take(q *request) {
	rows := q.answer.Rows.All()
	n := int64(len(rows))
	if silent := n == 0 && q.answer.Total == 0 && s.total > 0; !silent {
		s.total = q.answer.Total
		s.topTotal = max(s.topTotal, s.total)
		if s.lies = s.lies || s.Counted && s.total < q.offset+n; s.lies {
			s.total = s.topTotal
		}
		if !s.Counted && s.total < q.offset+n {
			s.total = q.offset + n + 1 // it counts something else: the end is an empty page
		}
	}
	if n > 0 {
		s.remember(rows)
		p := newPage(s, q.offset, q.answer.Rows)
		s.pages, s.ends = append(s.pages, p), append(s.ends, p.end())
		s.rows += n
		s.empty = 0
		if s.kept || len(s.readers) > 0 {
			s.store.hold(p)
		}
		s.store.grow(s, p.size)
		s.dropRead()
	}
	if n < min(int64(q.size), s.reach()-q.offset) || n == 0 && !s.Counted {
		s.cameShort(q, n)
	}
	s.largest = max(s.largest, int(n))
	s.fillGap()
	s.lookBehind()
}

func (s *Series) remember(rows []table.Row) {
	from := max(len(rows)-tailRows, 0)
	last := rawOf(rows[from:])
	for i := range last {
		last[i] = string([]byte(last[i])) // not the whole answer
	}
	s.tail = append(s.tail, last...)
	s.tail = slices.Delete(s.tail, 0, max(len(s.tail)-tailRows, 0))
	s.first, s.last = string([]byte(rows[0].Raw())), s.tail[len(s.tail)-1]
	s.lastRows, s.lastHash = len(rows), hashOf(rows)
	if s.Order.Known {
		s.lastValue = s.Order.value(rows[len(rows)-1])
	}
}

// cameShort is about a page with fewer rows than the total promises. They are asked for again at their offset; where
// the API gives fewer rows in a page than it is asked for, pages get smaller.
func (s *Series) cameShort(q *request, rows int64) {
	switch {
	case !s.Counted && rows == 0:
		s.giveUp(0)
		s.total = s.rows // that is the end
		return
	case !s.Counted:
		return
	}
	if s.shorts++; rows == 0 {
		s.empty++
	}
	if s.empty > maxEmpty || s.shorts > maxShorts {
		s.end(&IncompleteError{s.Request.Site(), s.rows, s.total})
		return
	}
	if rows > 0 && q.page == 1 { // perhaps the API gives no more in a page, and larger ones begin elsewhere
		s.smallerPages(int(rows))
	}
}

// largestPage is the most rows that may be asked for at once.
func (s *Series) largestPage() int {
	most := s.Table.Page.MaxSize
	if s.most > 0 {
		most = s.most
	}
	if s.empty == maxEmpty {
		most = min(most, smallPage) // perhaps it is too much
	}
	return most
}

const smallPage = 25

// fillGap asks for the rows between the last one and those that were asked for ahead.
func (s *Series) fillGap() {
	if len(s.queue) == 0 || s.queue[0].offset <= s.rows || s.ended != nil {
		return
	}
	if s.Counted && s.rows >= s.reach() {
		s.endsBefore()
		return
	}
	size := min(s.queue[0].offset-s.rows, int64(s.largestPage()))
	for s.rows%size != 0 {
		size--
	}
	s.queue = slices.Insert(s.queue, 0, &request{page: int(s.rows/size) + 1, size: int(size), offset: s.rows})
}

// endsBefore is about pages that were asked for ahead, where the last row has come and a gap would be left before them.
// One that has rows was bought when there were more; to ask for those between would never end.
func (s *Series) endsBefore() {
	ahead := s.queue
	s.giveUp(0)
	if slices.ContainsFunc(ahead, func(q *request) bool { return q.state == arrived && q.answer.Rows.Len() > 0 }) {
		s.moved(otherTotal)
	}
}

// lookBehind asks whether something is behind the last row where the API has counted more rows before.
func (s *Series) lookBehind() {
	if s.Counted && s.total >= 0 && s.next == nil && len(s.queue) == 0 && !s.judged.ended && s.total < s.topTotal && s.rows >= s.reach() && s.rows < s.RowCap {
		s.judged.ended = true
		s.queue = []*request{{kind: endRequest, page: int(s.rows) + 1, size: 1, offset: s.rows}}
	}
}

// lookedBehind goes on where there are rows behind the last one: then the larger total was right.
func (s *Series) lookedBehind(q *request) {
	if q.answer.Rows.Len() > 0 {
		s.lies, s.total = true, s.topTotal
	}
}
