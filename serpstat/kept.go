package serpstat

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pluginserver"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// keptBytes is how much memory the kept answers of a process may take, and scanBytes about what a kept scan takes
// without its answers. Steampipe gives a plugin a gigabyte.
const (
	keptBytes = 64 << 20
	scanBytes = 4 << 10
)

// kept are the API's answers to scans, so that an equal scan within the user's cache time buys nothing: neither
// after another has ended well, nor beside one that still runs. Nor does one that asks for some of the rows of one
// that has ended. Steampipe's query cache would do the same, and is off: with SDK v5.14.1 its readers get some rows
// twice and miss others.
//
// Equal scans make the same requests, one after the other, so that an answer is looked for by its request. Only
// answers to one scan and its equals are used together: two that were bought at different times may not fit.
type kept struct {
	most int64 // bytes
	now  func() time.Time

	mu   sync.Mutex
	all  []*keptScan // the one that was asked for last is the last
	size int64       // of all
}

// keptScan is what was bought for a scan and its equals.
type keptScan struct {
	conn    *connection
	asked   question
	answers *serpstatapi.Answers
	begun   time.Time
	scans   int           // under way
	plan    *outlink.Plan // of one that has ended well: all that an equal one will ask for is here; nil before
	retired bool          // only for those that are under way
	size    int64         // bytes
}

func newKept() *kept { return &kept{most: keptBytes, now: time.Now} }

// question is what a scan is asked for. It says nothing of what has been learned of the API: the first of two equal
// scans may have been the one that learned it, and has then asked as the second will.
type question struct {
	table           string
	params, clauses []string // sorted
	limit           int64
	order           outlink.Order
}

func questionOf(table string, in outlink.PlanInput) question {
	q := question{table: table, limit: in.Limit, order: in.Order}
	for _, clause := range in.Quals {
		text := fmt.Sprint(clause.List, " ", clause)
		if outlink.IsParam(clause.Column) {
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
		!slices.ContainsFunc(s.plan.Sources, func(source outlink.Source) bool { return !source.Series.InOrder(asked.order) })
}

// join returns what an equal scan has bought, or one that includes it, if that is not older than age, or begins
// anew. leave must follow. plan is how the rows of one that includes it are read.
func (k *kept) join(conn *connection, asked question, age time.Duration) (joined *keptScan, plan *outlink.Plan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
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
			plan = s.plan
		}
	}
	if s == nil {
		s = &keptScan{conn: conn, asked: asked, begun: now}
		s.answers = serpstatapi.NewAnswers(func(bytes int64) bool { return k.grow(s, bytes) })
		k.all = append(k.all, s)
		k.makeRoom(s, scanBytes)
	}
	s.scans++
	return s, plan
}

// leave ends a scan; plan is how it has read all that it was to read, nil if it has not. What nobody has read to the
// end goes with its last reader: continued later, it could be of two minds.
func (k *kept) leave(s *keptScan, plan *outlink.Plan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s.scans--
	if s.plan == nil {
		s.plan = plan
	}
	if s.scans == 0 && (s.plan == nil || s.retired) {
		k.drop(s)
	}
}

// grow makes room for an answer, and reports whether there is any.
func (k *kept) grow(s *keptScan, bytes int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.makeRoom(s, bytes)
}

// makeRoom drops what was asked for longest ago, and at last s itself. The caller holds the lock.
func (k *kept) makeRoom(s *keptScan, bytes int64) bool {
	for slices.Contains(k.all, s) {
		if k.size+bytes <= k.most {
			k.size += bytes
			s.size += bytes
			return true
		}
		k.drop(k.all[0])
	}
	return false
}

// drop forgets a scan's answers. Those that are under way buy what they need from here on. The caller holds the lock.
func (k *kept) drop(s *keptScan) {
	if i := slices.Index(k.all, s); i >= 0 {
		k.all = slices.Delete(k.all, i, i+1)
		k.size -= s.size
		s.answers.Forget()
	}
}

// retire leaves a scan's answers to those that are under way. The caller holds the lock.
func (k *kept) retire(s *keptScan) {
	s.retired = true
	if s.scans == 0 {
		k.drop(s)
	}
}

// retireConnection forgets what was bought with a config that no longer holds.
func (k *kept) retireConnection(conn *connection) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range slices.Clone(k.all) {
		if s.conn == conn {
			k.retire(s)
		}
	}
}

// keeping runs a scan so that its answers are kept, if the user wants that.
func (s *scan) keeping(ctx context.Context, run func(context.Context) error) error {
	age := pluginserver.CacheTime(ctx)
	if age <= 0 || len(s.plan.Sources) == 0 {
		return run(ctx)
	}
	k := s.provider.kept
	same, wider := k.join(s.conn, questionOf(s.data.Table.Name, s.input), age)
	if wider != nil {
		s.follow(*wider)
	}
	err := run(serpstatapi.WithAnswers(ctx, same.answers))
	var whole *outlink.Plan
	if err == nil && ctx.Err() == nil && !s.short && wider == nil {
		whole = &s.plan
	}
	k.leave(same, whole)
	return err
}

// follow makes the scan read as another has, whose rows include its own: to the end, and by the same requests.
func (s *scan) follow(wider outlink.Plan) {
	wider.Residual, wider.Order = s.plan.Residual, s.plan.Order
	wider.Sources = slices.Clone(wider.Sources)
	s.plan = wider
	s.demand, s.following = -1, true
}
