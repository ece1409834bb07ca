package serpstat

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/outlink"
	"github.com/turbot/steampipe-plugin-serpstat/internal/pagescan"
)

// A scan of unknown demand waits between its first pages, so that a reader who has got enough can say so
// before the next page is paid for: for as long as a page takes, within these bounds. The least is what a
// reader in the same machine needs, the most what nobody notices.
const (
	leastGrace = 2 * time.Millisecond
	mostGrace  = 25 * time.Millisecond
)

// scan answers one scan of serpstat_outlink: it reads the plan's sources, checks each row, and streams.
type scan struct {
	provider *provider
	conn     *connection
	data     *plugin.QueryData
	logger   hclog.Logger
	budget   *budget
	input    outlink.PlanInput
	plan     outlink.Plan
	limit    int64 // -1 is none
	demand   int64 // rows that are asked for: the limit, or -1 for all that there are

	following bool // another scan's requests, which are answered

	streamed int64
	held     heldRows
	short    bool // fewer rows arrived than there should be, and the user was told
}

func (p *provider) newScan(ctx context.Context, d *plugin.QueryData) *scan {
	limit := d.QueryContext.GetLimit()
	return &scan{provider: p, data: d, limit: limit, demand: limit, logger: plugin.Logger(ctx)}
}

// prepare checks the WHERE clause and the connection, without sending anything.
func (s *scan) prepare(ctx context.Context) (err error) {
	if s.plan, err = outlink.NewPlan(s.input); err != nil {
		return err
	}
	s.conn, err = s.provider.connection(ctx, s.data.Connection)
	if err != nil && s.provider.opts.Explain != nil && !s.provider.opts.Estimate {
		s.conn, err = &connection{}, nil // nothing will be sent, so nothing is needed to send it
	}
	if err != nil {
		return err
	}
	s.budget = budgetOf(ctx, s.conn.settings)
	return s.replan()
}

// replan plans anew with what has been learned of the API.
func (s *scan) replan() (err error) {
	s.input.Refused, s.input.FoldsASCII = s.conn.knowledge()
	s.plan, err = outlink.NewPlan(s.input)
	return err
}

func (s *scan) run(ctx context.Context) error {
	if !s.following {
		if err := s.learnFolding(ctx); err != nil {
			return err
		}
	}
	if s.plan.Order != outlink.Unordered {
		return s.runOrdered(ctx)
	}
	for i := range s.plan.Sources {
		if err := s.readAll(ctx, i); err != nil || s.full() {
			return err
		}
	}
	return s.release(ctx)
}

// heldRows are rows that only the database can judge, kept back while a LIMIT counts rows. Those beyond the
// LIMIT are not needed, unless the database could keep one of them and drop one before it.
type heldRows struct {
	items []outlinkItem
	more  bool // than the LIMIT
	doubt int  // the clause in doubt, if it is the same one for all
	mixed bool
}

func (h *heldRows) add(item outlinkItem, doubt int, limit int64) {
	h.mixed = h.mixed || doubt < 0 || len(h.items) > 0 && doubt != h.doubt
	h.doubt = doubt
	if int64(len(h.items)) < limit {
		h.items = append(h.items, item)
	} else {
		h.more = true
	}
}

// release streams the rows held back, after the sure ones.
func (s *scan) release(ctx context.Context) error {
	if h := s.held; h.mixed && (h.more || s.limit >= 0 && int64(len(h.items)) > s.limit-s.streamed) {
		return &UndecidedError{Clauses: s.plan.Residual.Clauses()}
	}
	for _, item := range s.held.items {
		if s.full() {
			break
		}
		s.stream(ctx, item)
	}
	return ctx.Err()
}

func (s *scan) readAll(ctx context.Context, source int) error {
	rows := s.open(ctx, source)
	defer rows.close()
	for {
		row, ok, err := rows.next()
		if err != nil || !ok {
			return err
		}
		if err := s.emit(ctx, rows.source, row); err != nil || s.full() {
			return err
		}
	}
}

// runOrdered streams the sources' rows in one order.
func (s *scan) runOrdered(ctx context.Context) error {
	streams := make([]*series, len(s.plan.Sources))
	nexts := make([]func() (*outlink.Row, bool, error), len(streams))
	for i := range s.plan.Sources {
		streams[i] = s.open(ctx, i)
		defer streams[i].close()
		nexts[i] = streams[i].next
	}
	err := pagescan.Merge(nexts, s.before, func(i int, row *outlink.Row) (bool, error) {
		err := s.emit(ctx, streams[i].source, row)
		return !s.full(), err
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}

func (s *scan) before(a, b *outlink.Row) bool {
	if s.plan.Order == outlink.Ascending {
		return a.LinksExt < b.LinksExt
	}
	return a.LinksExt > b.LinksExt
}

// emit streams a row that matches, once for each spelling of its parameters.
//
// A row that only the database can judge is streamed at once where no LIMIT counts rows. Under a LIMIT it is
// held back until the sure ones are out. Under a LIMIT with an order it can neither wait nor be counted,
// nor can more such rows than the LIMIT has room for where they may fare differently: then the query fails,
// and says how to write it.
func (s *scan) emit(ctx context.Context, source *outlink.Source, row *outlink.Row) error {
	verdict := s.plan.Residual.Match(row)
	if verdict == outlink.No {
		return nil
	}
	for i := range source.Echoes {
		item := outlinkItem{row, &source.Echoes[i]}
		switch {
		case verdict == outlink.Yes || s.limit < 0:
			s.stream(ctx, item)
		case s.plan.Order != outlink.Unordered:
			return &UndecidedError{Clauses: s.plan.Residual.Clauses()}
		default:
			s.held.add(item, s.plan.Residual.Doubt(row), s.limit)
		}
		if s.full() {
			break
		}
	}
	return ctx.Err()
}

func (s *scan) stream(ctx context.Context, item outlinkItem) {
	s.streamed++
	s.data.StreamListItem(ctx, &item)
}

// full reports that the LIMIT is reached or the reader has left.
func (s *scan) full() bool { return s.limit >= 0 && s.streamed >= s.limit }

// UndecidedError says that a LIMIT would have to count rows that only the database can judge.
type UndecidedError struct{ Clauses []string }

func (e *UndecidedError) Error() string {
	return fmt.Sprintf("a limit cannot be counted for where %s: the plugin cannot tell ANY from ALL, nor how this database folds letters beyond ASCII; "+
		"write the condition plainly, or let the database cut: with l as materialized (select * from serpstat_outlink where …) select * from l order by … limit …", strings.Join(e.Clauses, " and "))
}

// firstPage is the first page's size where the demand is unknown: small if a credit limit is to be checked
// against the total that it brings.
func (s *scan) firstPage() int {
	if s.budget != nil {
		return int(max(min(outlink.GuardedFirstPage, s.budget.left()), 1))
	}
	return outlink.FirstPage
}

// firstWant is how many rows of a source the first page should bring for what is still wanted; -1 is unknown.
func (s *scan) firstWant(echoes, sources int) int64 {
	if s.demand < 0 {
		return -1
	}
	want := divide(s.demand-s.streamed, int64(echoes))
	if s.plan.Order != outlink.Unordered {
		want = divide(want, int64(sources)) // each of them may have the first rows
	}
	if !s.plan.Exact && want < outlink.MaxPageSize {
		want = outlink.RoundUp(want)
	}
	if s.budget != nil && want > s.budget.left() {
		return int64(s.firstPage()) // what it would cost is known after it
	}
	return want
}

// wantAfter is how many more rows of a source to ask for, after taken rows of which matched ones were of
// use: what the share so far promises, but never more than were taken, so that a LIMIT n which one row in k
// satisfies costs at most twice n·k.
func (s *scan) wantAfter(taken, matched int64, echoes int) int64 {
	if s.demand < 0 {
		return -1
	}
	left := divide(s.demand-s.streamed, int64(echoes))
	switch {
	case taken == 0:
		return left
	case matched == 0:
		return taken
	case matched == taken:
		return left
	}
	return min(int64(math.Ceil(float64(left)*float64(taken)/float64(matched))), taken)
}

// divide rounds up.
func divide(a, b int64) int64 { return (a + b - 1) / b }
