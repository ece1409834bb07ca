// Package execute runs plans against an API: page by page within a budget, part by part past the row cap, several
// sources merged in one order, with what is learned of the API meanwhile. It knows no SDK and no HTTP, and no SQL but
// in the advice of an error.
package execute

import (
	"context"
	"errors"
	"sync"

	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// API answers requests, each of which costs credits, and has each attempt paid for by the context's [table.Payer]. A filter that it does not take is an error with the method
// [RefusedFilter] has; the request is free of charge then.
type API interface {
	Rows(ctx context.Context, t *table.Table, req table.Request) (*table.Answer, error)
}

// RefusedFilter is an error of the API that refuses a filter.
type RefusedFilter interface {
	error
	RefusedFilter() (what table.Refused, refused bool)
}

// refusedBy reports what an error refuses.
func refusedBy(err error) (what table.Refused, ok bool) {
	var e RefusedFilter
	if !errors.As(err, &e) {
		return what, false
	}
	return e.RefusedFilter()
}

// Connection is what the executions of a connection share: the API, and what was learned of it by asking. It is safe for
// concurrent use.
type Connection struct {
	API         API
	Store       *series.Store // of what has been bought
	Account     string        // under which that outlives the process, where the store has a level for it; "" is not at all
	Rate        float64       // requests a second
	MaxRequests int           // at a time
	NoneAhead   func() bool   // as in series.Options
	// Balance asks how many credits the plan has left, free of charge; nil is that nobody can be asked.
	Balance func(context.Context) (int64, error)

	Facts Facts // keeps what was learned for later processes, as the account's; nil is nobody

	mu       sync.Mutex
	known    map[*table.Table]*knowledge
	believed []Fact // of an earlier process
}
