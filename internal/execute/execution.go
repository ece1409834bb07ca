package execute

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Item is a row as it is streamed: many rows share the spelling of their parameters.
type Item struct {
	Row      table.Row
	Spelling plan.Spelling
}

// Reader is who a scan's rows are for.
type Reader interface {
	// Row takes a row.
	Row(ctx context.Context, item *Item)
	// Consumed returns when the reader has got so many rows of the scan, or ctx has ended.
	Consumed(ctx context.Context, rows int64)
	// Taken is how many rows of the scan the reader has got; known is false where that cannot be known.
	Taken(ctx context.Context) (rows int64, known bool)
}

// Options of an [Execution].
type Options struct {
	Reader Reader
	Budget *Budget
	Log    hclog.Logger
	// Warn is told where fewer rows came than there are. Nil is an error instead.
	Warn func(site, warning string)
	// Recalled is told of rows that an earlier process has bought, and when; nil is nobody.
	Recalled func(of plan.Series, rows int, bought time.Time)
	// Age is how old rows may be that were bought for another scan; 0 is none.
	Age time.Duration
	// Scope is the statement's that the scan belongs to; nil is none.
	Scope *series.Scope
	// ReadToCount makes a scan read the rows that are only to be counted, in place of asking for their total.
	ReadToCount bool
	// AllCount says that the reader's host ends the scan after LIMIT rows, whether or not the database keeps them.
	AllCount bool
}

// Execution answers one scan: it reads the plan's sources, checks each row, and streams.
type Execution struct {
	Options
	conn   *Connection
	plan   *plan.Plan
	demand plan.Demand

	streamed  int64 // rows that the database is sure to keep
	sent      int64 // rows, those that only it can judge too
	held      heldRows
	ties      ties
	unfound   []plan.Probe // probes that have found no row
	leftLines atomic.Int64 // on the plan, by the last answer that was bought; -1 before
}

// New plans a scan with what is known of the API. Nothing is sent yet.
func (c *Connection) New(in plan.Input, o Options) (*Execution, error) {
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	x := &Execution{Options: o, conn: c}
	x.leftLines.Store(-1)
	return x, x.replan(in)
}

// replan plans with what has been learned of the API.
func (x *Execution) replan(in plan.Input) (err error) {
	in.Known = x.conn.knows(in.Table)
	if x.plan, err = plan.New(in); err != nil {
		return err
	}
	x.demand = x.plan.Demand()
	return nil
}

func (x *Execution) ordered() bool { return x.plan.Order != plan.Order{} }

// anyRowsDo reports a LIMIT without an order.
func (x *Execution) anyRowsDo() bool { return x.demand.Bounded() && !x.ordered() }

// reading says how a series is read for the scan.
func (x *Execution) reading(of plan.Series) (series.Of, series.Options) {
	t := of.Table
	known := series.Of{Owner: x.conn, Account: x.conn.Account, Table: t, Request: of.Request, RowCap: x.plan.RowCap, About: withoutTable(of), Counted: of.Counted}
	if of.Order != (plan.Order{}) {
		known.Order = series.Order{Known: true, Field: t.FieldOf(of.Order.Column), Descending: of.Order.Descending}
	}
	return known, series.Options{
		Buy: func(ctx context.Context, page, size, expect int) (*table.Answer, error) {
			return x.buy(ctx, of, page, size, expect)
		},
		Size: func(offset, want int64, most int) int {
			return plan.NewPages(t, x.demand.FirstPage(x.Budget.left()), x.plan.RowCap).Size(offset, want, most)
		},
		Spare: func(need, more int64) bool {
			if x.anyRowsDo() {
				return false
			}
			left := x.Budget.left()
			return left == plan.NoGuard || t.Cost.Of(int(need))+t.Cost.Of(int(more)) <= left
		},
		Rate: x.conn.Rate, Most: x.conn.MaxRequests, NoneAhead: x.conn.NoneAhead, Age: x.Age, Scope: x.Scope, Recalled: x.recalled(of),
	}
}

// recalled tells of rows of a series that an earlier process has bought.
func (x *Execution) recalled(of plan.Series) func(rows int, bought time.Time) {
	if x.Recalled == nil {
		return nil
	}
	return func(rows int, bought time.Time) { x.Recalled(of, rows, bought) }
}

// open starts to read a series: what is kept of it, and then what is bought.
func (x *Execution) open(ctx context.Context, of plan.Series) *series.Reader {
	known, o := x.reading(of)
	return x.conn.Store.Open(ctx, known, o)
}

// first is what one row of a series tells.
type first struct {
	rows      []table.Row // none, or the first ones
	total     int64
	leftLines int64 // -1 where the API does not say
}

// first asks for one row of a series.
func (x *Execution) first(ctx context.Context, of plan.Series) (first, error) {
	r := x.open(ctx, of)
	defer r.Close()
	rows, err := r.Next(1)
	if err != nil && !errors.Is(err, series.ErrDone) {
		return first{}, err
	}
	return first{rows, r.Total(), r.LeftLines()}, nil
}

// buy asks for one page of a series within the budget; expect is how many rows can come of a method with pages.
func (x *Execution) buy(ctx context.Context, of plan.Series, page, size, expect int) (*table.Answer, error) {
	if !of.Table.CountsRows {
		expect = of.Table.Page.MaxSize
	}
	pays := table.WithPayer(ctx, purchase{ctx, x.Budget, of.Site(), of.Table.Cost.Of(expect), func() { series.Leaves(ctx) }})
	answer, err := x.conn.API.Rows(pays, of.Table, of.At(page, size))
	if err == nil {
		x.leftLines.Store(answer.LeftLines)
	}
	return answer, err
}

// A scan of unknown demand waits between its first pages, so that a reader who has got enough can say so
// before the next page is paid for: for as long as a page takes, within these bounds. The least is what a
// reader in the same machine needs, the most what nobody notices.
const (
	minPause = 2 * time.Millisecond
	maxPause = 25 * time.Millisecond
)

// pauseForReader waits until the reader has got the rows so far, and for about a page's latency longer: one who wants
// no more leaves now.
func (x *Execution) pauseForReader(ctx context.Context, latency time.Duration) {
	x.Reader.Consumed(ctx, x.sent)
	select {
	case <-time.After(min(max(latency, minPause), maxPause)):
	case <-ctx.Done():
	}
}
