package execute

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
)

// DefaultKeptBytes is how much memory the kept answers of a process may take, and KeptScanBytes about what a kept scan
// takes without its answers. Steampipe gives a plugin a gigabyte.
const (
	DefaultKeptBytes = 64 << 20
	KeptScanBytes    = 4 << 10
)

// Kept are the API's answers to scans, so that an equal scan within the user's cache time buys nothing: neither
// after another has ended well, nor beside one that still runs. Nor does one that asks for some of the rows of one
// that has ended. Steampipe's query cache would do the same, and is off: with SDK v5.14.1 its readers get some rows
// twice and miss others.
//
// Equal scans make the same requests, one after the other, so that an answer is looked for by its request. Only
// answers to one scan and its equals are used together: two that were bought at different times may not fit.
type Kept struct {
	Most int64            // bytes
	Now  func() time.Time // to tell how old an answer is

	mu   sync.Mutex
	all  []*keptScan // the one that was asked for last is the last
	size int64       // of all
}

// keptScan is what was bought for a scan and its equals.
type keptScan struct {
	conn    *Connection
	asked   question
	answers Answers
	begun   time.Time
	scans   int        // under way
	plan    *plan.Plan // of one that has ended well: all that an equal one will ask for is here; nil before
	retired bool       // only for those that are under way
	size    int64      // bytes
}

// NewKept returns an empty store.
func NewKept() *Kept { return &Kept{Most: DefaultKeptBytes, Now: time.Now} }

// Size is the number of scans that are kept, and the bytes that they are counted as and sum up to.
func (k *Kept) Size() (scans int, counted, sum int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.all {
		sum += s.size
	}
	return len(k.all), k.size, sum
}

// question is what a scan is asked for. It says nothing of what has been learned of the API: the first of two equal
// scans may have been the one that learned it, and has then asked as the second will.
type question struct {
	table           string
	params, clauses []string // sorted
	limit           int64
	order           plan.Order
}

func questionOf(in plan.Input) question {
	q := question{table: in.Table.Name, limit: in.Limit, order: in.Order}
	for _, clause := range in.Quals {
		text := fmt.Sprint(clause.List, " ", clause)
		if in.Table.ParamOf(clause.Column) >= 0 {
			q.params = append(q.params, text)
		} else {
			q.clauses = append(q.clauses, text)
		}
	}
	slices.Sort(q.params)
	slices.Sort(q.clauses)
	return q
}

func (q question) equals(other question) bool {
	return q.limit == other.limit && q.order == other.order && q.about(other) && slices.Equal(q.clauses, other.clauses)
}

// about reports questions about the same rows, of which their clauses take some.
func (q question) about(other question) bool {
	return q.table == other.table && slices.Equal(q.params, other.params)
}

// includes reports that all rows of another question are among those of this one.
func (q question) includes(other question) bool {
	missing := func(clause string) bool { return !slices.Contains(other.clauses, clause) }
	return q.limit < 0 && q.about(other) && !slices.ContainsFunc(q.clauses, missing)
}

// serves reports a scan that has ended well, and has read all rows of a question, in its order.
func (s *keptScan) serves(asked question) bool {
	return s.plan != nil && s.asked.includes(asked) &&
		!slices.ContainsFunc(s.plan.Sources, func(source plan.Source) bool { return !source.Series.InOrder(asked.order) })
}

// join returns what an equal scan has bought, or one that includes it, if that is not older than age, or begins
// anew. leave must follow. wider is how the rows of one that includes it are read.
func (k *Kept) join(conn *Connection, asked question, age time.Duration) (joined *keptScan, wider *plan.Plan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.Now()
	find := func(fits func(*keptScan) bool) *keptScan {
		i := slices.IndexFunc(k.all, func(s *keptScan) bool { return s.conn == conn && !s.retired && fits(s) })
		if i < 0 {
			return nil
		}
		s := k.all[i]
		k.all = append(slices.Delete(k.all, i, i+1), s)
		return s
	}
	young := func(s *keptScan) bool { return now.Sub(s.begun) <= age }
	s := find(func(s *keptScan) bool { return s.asked.equals(asked) })
	if s != nil && !young(s) {
		k.retire(s)
		s = nil
	}
	if s == nil {
		s = find(func(s *keptScan) bool { return young(s) && s.serves(asked) })
		if s != nil {
			wider = s.plan
		}
	}
	if s == nil {
		s = &keptScan{conn: conn, asked: asked, begun: now}
		s.answers = conn.API.Answers(func(bytes int64) bool { return k.grow(s, bytes) })
		k.all = append(k.all, s)
		k.makeRoom(s, KeptScanBytes)
	}
	s.scans++
	return s, wider
}

// leave ends a scan; whole is how it has read all that it was to read, nil if it has not. What nobody has read to the
// end goes with its last reader: continued later, it could be of two minds.
func (k *Kept) leave(s *keptScan, whole *plan.Plan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s.scans--
	if s.plan == nil {
		s.plan = whole
	}
	if s.scans == 0 && (s.plan == nil || s.retired) {
		k.drop(s)
	}
}

// grow makes room for an answer, and reports whether there is any.
func (k *Kept) grow(s *keptScan, bytes int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.makeRoom(s, bytes)
}

// makeRoom drops what was asked for longest ago, and at last s itself. The caller holds the lock.
func (k *Kept) makeRoom(s *keptScan, bytes int64) bool {
	for slices.Contains(k.all, s) {
		if k.size+bytes <= k.Most {
			k.size += bytes
			s.size += bytes
			return true
		}
		k.drop(k.all[0])
	}
	return false
}

// drop forgets a scan's answers. Those that are under way buy what they need from here on. The caller holds the lock.
func (k *Kept) drop(s *keptScan) {
	if i := slices.Index(k.all, s); i >= 0 {
		k.all = slices.Delete(k.all, i, i+1)
		k.size -= s.size
		s.answers.Forget()
	}
}

// retire leaves a scan's answers to those that are under way. The caller holds the lock.
func (k *Kept) retire(s *keptScan) {
	s.retired = true
	if s.scans == 0 {
		k.drop(s)
	}
}

// Retire forgets what was bought with a config that no longer holds.
func (k *Kept) Retire(conn *Connection) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range slices.Clone(k.all) {
		if s.conn == conn {
			k.retire(s)
		}
	}
}

// Run runs an execution so that its answers are kept, and not bought where they are kept and no older than age.
func (k *Kept) Run(ctx context.Context, x *Execution, age time.Duration, run func(context.Context) error) error {
	if age <= 0 || len(x.plan.Sources) == 0 {
		return run(ctx)
	}
	same, wider := k.join(x.conn, questionOf(x.plan.Input), age)
	if wider != nil {
		x.follow(wider)
	}
	err := run(same.answers.Attach(ctx))
	var whole *plan.Plan
	if err == nil && ctx.Err() == nil && !x.short && wider == nil {
		whole = x.plan
	}
	k.leave(same, whole)
	return err
}

// follow makes the execution read as another has, whose rows include its own: to the end, and by the same requests.
func (x *Execution) follow(wider *plan.Plan) {
	x.plan = x.plan.ByRequestsOf(wider)
	x.demand, x.following = x.demand.All(), true
}
