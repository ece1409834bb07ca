package serpstat

import "github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"

// Event is what an observer is told of: an answer of the API, a failed attempt, or a warning.
type Event struct {
	Method, Domain   string
	Page, Size, Rows int
	Credits          int64 // spent by this answer
	Unsure           int64 // perhaps spent: the answer was lost
	Total, LeftLines int64 // rows of the request, credits left on the plan; -1 unknown
	Attempt          int   // from 1; a later one is a retry
	Err              error
	Warning          string // of a result that is incomplete, "" otherwise
}

func (o Options) exchanged(ex serpstatapi.Exchange) {
	if o.Observe == nil {
		return
	}
	o.Observe(Event{
		Method: ex.Method, Domain: ex.Domain, Page: ex.Page, Size: ex.Size, Rows: ex.Rows, Credits: ex.Credits, Unsure: ex.Unsure,
		Total: ex.Total, LeftLines: ex.LeftLines, Attempt: ex.Attempt, Err: ex.Err,
	})
}

func (o Options) warn(domain, warning string) {
	if o.Observe != nil {
		o.Observe(Event{Domain: domain, Total: -1, LeftLines: -1, Warning: warning})
	}
}
