package serpstat

import (
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// Event is what an observer is told of: an answer of the API, a failed attempt, or a warning.
type Event struct {
	Number           int64 // of the attempt, as Options.Promise has told it; 0 where nothing was sent
	Method, Domain   string
	Page, Size, Rows int
	Credits          int64 // spent by this answer
	Unsure           int64 // perhaps spent: the answer was lost
	Total, LeftLines int64 // rows of the request, credits left on the plan; -1 unknown
	Attempt          int   // from 1; a later one is a retry
	Err              error
	Warning          string    // of a result that is incomplete, "" otherwise
	Recalled         int       // rows that an earlier run has bought; all else is zero or unknown then
	Bought           time.Time // when it did
}

func (o Options) recalled(of plan.Series, rows int, bought time.Time) {
	if o.Observe != nil {
		o.Observe(Event{Method: of.Table.Method, Domain: of.Site(), Recalled: rows, Bought: bought, Total: -1, LeftLines: -1})
	}
}

func (o Options) exchanged(ex serpstatapi.Exchange) {
	if o.Observe == nil {
		return
	}
	o.Observe(Event{
		Number: ex.Number, Method: ex.Method, Domain: ex.Domain, Page: ex.Page, Size: ex.Size, Rows: ex.Rows, Credits: ex.Credits, Unsure: ex.Unsure,
		Total: ex.Total, LeftLines: ex.LeftLines, Attempt: ex.Attempt, Err: ex.Err,
	})
}

func (o Options) warn(domain, warning string) {
	if o.Observe != nil {
		o.Observe(Event{Domain: domain, Total: -1, LeftLines: -1, Warning: warning})
	}
}
