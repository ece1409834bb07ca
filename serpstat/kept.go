package serpstat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pluginserver"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// keptBytes is how much memory the kept answers of a process may take. Steampipe gives a plugin a gigabyte.
const keptBytes = 64 << 20

// kept are the API's answers to scans, so that an equal scan within the user's cache time buys nothing: neither
// after another has ended well, nor beside one that still runs. Steampipe's query cache would do the same, and
// is off: with SDK v5.14.1 its readers get some rows twice and miss others.
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
	key     string
	answers *serpstatapi.Answers
	begun   time.Time
	scans   int  // under way
	whole   bool // one of them has ended well: all that an equal one will ask for is here
	size    int64
}

func newKept() *kept { return &kept{most: keptBytes, now: time.Now} }

// join returns what an equal scan has bought, if that is not older than age, or begins anew. leave must follow.
func (k *kept) join(conn *connection, key string, age time.Duration) *keptScan {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	i := slices.IndexFunc(k.all, func(s *keptScan) bool { return s.conn == conn && s.key == key })
	if i >= 0 && now.Sub(k.all[i].begun) > age {
		k.drop(k.all[i])
		i = -1
	}
	if i < 0 {
		s := &keptScan{conn: conn, key: key, begun: now}
		s.answers = serpstatapi.NewAnswers(func(bytes int64) bool { return k.grow(s, bytes) })
		k.all = append(k.all, s)
		i = len(k.all) - 1
	}
	s := k.all[i]
	s.scans++
	k.all = append(slices.Delete(k.all, i, i+1), s)
	return s
}

// leave ends a scan; well says that it has read all that it was to read. What nobody has read to the end goes
// with its last reader: continued later, it could be of two minds.
func (k *kept) leave(s *keptScan, well bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s.scans--
	s.whole = s.whole || well
	if s.scans == 0 && !s.whole {
		k.drop(s)
	}
}

// grow makes room for an answer, and reports whether there is any. What was asked for longest ago goes first.
func (k *kept) grow(s *keptScan, bytes int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
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

// drop forgets a scan's answers. The caller holds the lock.
func (k *kept) drop(s *keptScan) {
	if i := slices.Index(k.all, s); i >= 0 {
		k.all = slices.Delete(k.all, i, i+1)
		k.size -= s.size
		s.answers.Forget()
	}
}

// dropConnection forgets what was bought with a config that no longer holds.
func (k *kept) dropConnection(conn *connection) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range slices.Clone(k.all) {
		if s.conn == conn {
			k.drop(s)
		}
	}
}

// keeping runs a scan so that its answers are kept, if the user wants that.
func (s *scan) keeping(ctx context.Context, run func(context.Context) error) error {
	age := pluginserver.CacheTime(ctx)
	if age <= 0 {
		return run(ctx)
	}
	k := s.provider.kept
	same := k.join(s.conn, keyOf(s.data.Table.Name, s.input), age)
	err := run(serpstatapi.WithAnswers(ctx, same.answers))
	k.leave(same, err == nil && ctx.Err() == nil && !s.short)
	return err
}

// keyOf is the same for equal scans. It says nothing of what has been learned of the API: the first of two equal
// scans may have been the one that learned it, and has then asked as the second will.
func keyOf(table string, in outlink.PlanInput) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s limit %d order %d", table, in.Limit, in.Order)
	for _, q := range in.Quals {
		fmt.Fprintf(&b, " and %v %s", q.List, q)
	}
	return b.String()
}
