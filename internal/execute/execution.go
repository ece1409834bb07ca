package execute

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
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
}

// Options of an [Execution].
type Options struct {
	Reader Reader
	Budget *Budget
	Log    hclog.Logger
	Warn   func(site, warning string) // told where fewer rows came than there are, or others

	// AllCount says that the reader's host ends the scan after LIMIT rows, whether or not the database keeps them.
	AllCount bool
}

// Execution answers one scan: it reads the plan's sources, checks each row, and streams.
type Execution struct {
	Options
	conn   *Connection
	plan   *plan.Plan
	demand plan.Demand

	following bool // another scan's requests, which are answered

	streamed int64 // rows that the database is sure to keep
	sent     int64 // rows, those that only it can judge too
	held     heldRows
	ties     ties
	short    bool // fewer rows arrived than there should be, and the user was told
}

// New plans a scan with what is known of the API. Nothing is sent yet.
func (c *Connection) New(in plan.Input, o Options) (*Execution, error) {
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	x := &Execution{Options: o, conn: c}
	return x, x.replan(in)
}

// replan plans with what has been learned of the API.
func (x *Execution) replan(in plan.Input) (err error) {
	in.Known = x.conn.knows(in.Table)
	if x.plan, err = plan.New(in); err != nil {
		return err
	}
	if x.demand = x.plan.Demand(); x.following {
		x.demand = x.demand.All()
	}
	return nil
}

func (x *Execution) ordered() bool { return x.plan.Order != plan.Order{} }

// buy asks for one page of a series within the budget; expect is how many rows can come of a method with pages.
func (x *Execution) buy(ctx context.Context, of plan.Series, page, size, expect int) (*table.Answer, error) {
	if !of.Table.CountsRows {
		expect = of.Table.Page.MaxSize
	}
	promised := of.Table.Cost.Of(expect)
	if err := x.Budget.reserve(of.Site(), promised); err != nil {
		return nil, err
	}
	answer, err := x.conn.API.Rows(ctx, of.Table, of.At(page, size))
	if err != nil {
		x.Budget.settle(promised, 0)
		return nil, err
	}
	x.Budget.settle(promised, answer.Credits)
	return answer, nil
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
