package sqlengine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"modernc.org/sqlite/vtab"

	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// ahead is how many rows a scan may be in front of its fastest reader. Rows are paid for: it only saves
// waking up for each of them.
const ahead = 16

// maxHeld is how many bytes of rows a scan holds that is read once, from its first row to its last.
const maxHeld = 4 << 20

// pluginScan is one call of the plugin. Its rows are held, since SQLite may read them many times (joins, subqueries), and
// come only as fast as they are read. Several cursors may read it at once. Of a long result, the rows that its one reader
// has read are let go: if SQLite asks for them again, the plugin is asked again, and then they are held.
type pluginScan struct {
	request request
	asked   request     // of the plugin: the request, or what of it is not here yet
	beyond  *proto.Qual // then what the rows that come do not meet; nil otherwise
	cancel  context.CancelFunc
	over    chan struct{} // closed when the plugin's call has returned

	mu      sync.Mutex
	changed *sync.Cond
	rows    [][]vtab.Value
	gone    int   // rows that came before them and were let go
	bytes   int64 // of the rows, about
	keep    bool  // no row is let go
	readers int   // cursors
	wanted  int   // rows that readers have asked for
	ended   bool
	err     error
	indexes map[int]map[vtab.Value][]int // by column: where each value stands
}

func newScan(r request) *pluginScan {
	s := &pluginScan{request: r, asked: r, cancel: func() {}, over: make(chan struct{}), indexes: map[int]map[vtab.Value][]int{}}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// begin gives the scan the rows that are here, before it is started for the others.
func (s *pluginScan) begin(here [][]vtab.Value, others request, bound *proto.Qual) {
	if s.asked, s.beyond = others, bound; bound == nil {
		return
	}
	s.rows, s.keep = here, true // they are held by another scan too
	for _, row := range here {
		s.bytes += sizeOf(row)
	}
}

// start calls the plugin; ctx carries values for it and ends the scan.
func (s *pluginScan) start(ctx context.Context, e *Engine) {
	ctx, s.cancel = context.WithCancel(ctx)
	wake := context.AfterFunc(ctx, s.wake)
	go func() {
		defer close(s.over)
		err := s.read(ctx, e)
		if ctx.Err() != nil {
			err = ctx.Err() // whatever the plugin makes of it
		}
		wake()
		s.mu.Lock()
		if !s.ended {
			s.ended, s.err = true, e.plain(err)
		}
		s.mu.Unlock()
		s.changed.Broadcast()
	}()
}

// read calls the plugin: for all rows of the request or, where fewer may do, for the first ones, for twice as many if more
// are wanted, and then for all. What it has bought the plugin has kept.
func (s *pluginScan) read(ctx context.Context, e *Engine) error {
	r := s.asked
	come, total := map[string]int{}, int64(0)
	if r.limit < 0 && r.first > 0 {
		r.limit = r.first
	}
	for {
		staged := r.limit >= 0 && s.asked.limit < 0
		again, left, rows := maps.Clone(come), total, int64(0)
		err := e.server.Scan(r.execute(e.connection, e.cacheTime), steampipe.NewStream(ctx, func(resp *proto.ExecuteResponse) error {
			if resp.Row == nil {
				return nil
			}
			rows++
			row := valuesOf(r.table, resp.Row)
			if staged || left > 0 {
				text := textOfRow(row)
				if again[text] > 0 {
					again[text]--
					left--
					return nil
				}
				come[text]++
				total++
			}
			if s.beyond != nil && meets(s.beyond, row[r.table.column(s.beyond.FieldName)]) {
				return nil // it is here
			}
			return s.receive(ctx, row)
		}))
		switch {
		case err != nil || ctx.Err() != nil:
			return err
		case left > 0 && (r.limit < 0 || rows < r.limit): // else they may come in another order than before, from other rows that are kept
			return fmt.Errorf("%s: %d rows that had come were gone when more were read: run the query again", r.table.Name, left)
		case !staged || rows < r.limit || !s.awaitDemand(ctx):
			return nil
		}
		if r.limit *= 2; r.limit > maxFirstRows {
			r.limit = -1
		}
	}
}

// textOfRow is the same for equal rows alone.
func textOfRow(row []vtab.Value) string {
	var b strings.Builder
	for _, v := range row {
		fmt.Fprintf(&b, "%T %q ", v, fmt.Sprint(v))
	}
	return b.String()
}

// awaitDemand waits until a reader wants more than has come.
func (s *pluginScan) awaitDemand(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.wanted <= s.gone+len(s.rows) && ctx.Err() == nil {
		s.changed.Wait()
	}
	return ctx.Err() == nil
}

func (s *pluginScan) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// stop ends the scan and waits until the plugin has let go of it.
func (s *pluginScan) stop() {
	s.cancel()
	<-s.over
}

// enter and leave say that a cursor reads the scan from its first row, and no longer.
func (s *pluginScan) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers++
}

func (s *pluginScan) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readers--; s.readers == 0 && s.gone > 0 {
		s.release(len(s.rows)) // nobody can read them from the first on
	}
}

// release lets the first rows go that are held.
func (s *pluginScan) release(n int) {
	for _, row := range s.rows[:n] {
		s.bytes -= sizeOf(row)
	}
	s.gone += n
	s.rows = slices.Delete(s.rows, 0, n)
}

// letGo reports that not all rows are held any more.
func (s *pluginScan) letGo() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone > 0
}

// sizeOf is how many bytes a row takes, about.
func sizeOf(row []vtab.Value) int64 {
	size := int64(24 + 16*len(row))
	for _, v := range row {
		if text, ok := v.(string); ok {
			size += int64(len(text)) + 16
		}
	}
	return size
}

// row returns row i, or nil after the last.
func (s *pluginScan) row(ctx context.Context, i int) ([]vtab.Value, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i >= s.wanted {
		s.wanted = i + 1
		s.changed.Broadcast()
	}
	for i >= s.gone+len(s.rows) && !s.ended && ctx.Err() == nil {
		s.changed.Wait()
	}
	if s.bytes > maxHeld && s.readers == 1 && !s.keep {
		s.release(min(i-s.gone, len(s.rows)))
	}
	switch {
	case i < s.gone+len(s.rows):
		return s.rows[i-s.gone], nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, s.err
}

// serves reports that the scan has, or will have, all rows that a request asks for in its order. A scan that
// is still running serves the same request only: another may need fewer of its rows than are left.
func (s *pluginScan) serves(r request) bool {
	if s.failed() || s.letGo() || s.request.order != r.order && r.order.column != "" || !s.includes(r) {
		return false
	}
	same := s.request.order == r.order && s.request.key() == r.key()
	enough := s.request.limit < 0 && r.limit < 0 || r.limit >= 0 && r.limit <= s.request.limit
	return s.complete() || same && enough
}

// includes reports that every row that a request asks for is among the rows of this one's filter, with all its columns.
func (s *pluginScan) includes(r request) bool {
	if s.request.baseKey() != r.baseKey() || !r.columns.within(s.request.columns) {
		return false
	}
	for _, q := range s.request.optional {
		if !slices.ContainsFunc(r.optional, func(other *proto.Qual) bool { return qualKey(q) == qualKey(other) }) {
			return false
		}
	}
	return true
}

// sorted returns a complete scan of the same rows in another order.
func (s *pluginScan) sorted(by order) *pluginScan {
	column := slices.IndexFunc(s.request.table.Columns, func(c Column) bool { return c.Name == by.column })
	r := s.request
	r.order, r.limit = by, -1
	out := newScan(r)
	out.rows, out.ended = slices.Clone(s.rows), true
	close(out.over)
	slices.SortStableFunc(out.rows, func(a, b []vtab.Value) int {
		if by.desc {
			a, b = b, a
		}
		return compare(a[column], b[column])
	})
	return out
}

// compare orders the values of a sortable column as SQLite does: null first.
func compare(a, b vtab.Value) int {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	case string:
		if b, ok := b.(string); ok {
			return cmp.Compare(a, b)
		}
	}
	return cmp.Compare(rank(a), rank(b))
}

func rank(v vtab.Value) int {
	if v == nil {
		return 0
	}
	return 1
}

// complete reports that all rows have come, and are held: of the request without its limit, too.
func (s *pluginScan) complete() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended && s.err == nil && s.gone == 0 && (s.request.limit < 0 || int64(len(s.rows)) < s.request.limit)
}

// bought is how many rows the scan has cost, about: an empty answer costs one, and a scan that goes on has bought a page.
func (s *pluginScan) bought() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := int64(s.gone + len(s.rows))
	if !s.ended && s.request.limit < 0 && s.request.first == 0 {
		rows = max(rows, fewRows)
	}
	return max(rows, 1)
}

func (s *pluginScan) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended && s.err != nil
}

// where returns the rows whose column has a value, of a complete scan, through an index made on first use.
func (s *pluginScan) where(column int, value vtab.Value) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, ok := s.indexes[column]
	if !ok {
		index = map[vtab.Value][]int{}
		for i, row := range s.rows {
			index[row[column]] = append(index[row[column]], i)
		}
		s.indexes[column] = index
	}
	return index[value]
}

// receive takes a row, when it is wanted.
func (s *pluginScan) receive(ctx context.Context, row []vtab.Value) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.gone+len(s.rows) >= s.wanted+ahead && ctx.Err() == nil {
		s.changed.Wait()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.rows = append(s.rows, row)
	s.bytes += sizeOf(row)
	if int64(s.gone+len(s.rows)) == s.request.limit {
		s.ended = true // all that it is for is here, whether or not the call ends before the statement does
	}
	if s.ended || s.gone+len(s.rows) >= s.wanted {
		s.changed.Broadcast()
	}
	return nil
}

// valuesOf turns a row into SQLite's values, in the order of the table's columns.
func valuesOf(t *Table, row *proto.Row) []vtab.Value {
	values := make([]vtab.Value, len(t.Columns))
	for i, c := range t.Columns {
		values[i] = valueOf(row.Columns[c.Name])
	}
	return values
}

func valueOf(c *proto.Column) vtab.Value {
	switch v := c.GetValue().(type) {
	case *proto.Column_StringValue:
		return v.StringValue
	case *proto.Column_IntValue:
		return v.IntValue
	case *proto.Column_DoubleValue:
		return v.DoubleValue
	case *proto.Column_BoolValue:
		if v.BoolValue {
			return int64(1)
		}
		return int64(0)
	case *proto.Column_TimestampValue:
		return timeText(v.TimestampValue.AsTime())
	case *proto.Column_JsonValue:
		return string(v.JsonValue)
	case *proto.Column_IpAddrValue:
		return v.IpAddrValue
	case *proto.Column_CidrRangeValue:
		return v.CidrRangeValue
	case *proto.Column_LtreeValue:
		return v.LtreeValue
	}
	return nil
}

// timeText writes a timestamp as SQLite's date functions do; a fraction only where there is one.
func timeText(t time.Time) string { return t.UTC().Format(timeForm + ".999999999") }
