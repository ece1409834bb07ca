package sqlcli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// Scripts tell by the exit code what has failed, however deep the error is.
func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{errors.New("no such column"), 1},
		{usage("there is no such flag"), 2},
		{&serpstat.ConfigError{}, 2},
		{&serpstatapi.Error{Kind: serpstatapi.KindServer}, 3},
		{apiError{errors.New("the API does not answer")}, 3},
		{&serpstatapi.Error{Kind: serpstatapi.KindCredits, Message: "Export limit exceeded"}, 3}, // of one request, not of the plan
		{&serpstatapi.Error{Kind: serpstatapi.KindCredits, Message: "Plan credits exceeded"}, 4},
		{spentError{errors.New("the plan has no credits left")}, 4},
		{&execute.BudgetError{}, 4},
		{&execute.PlanError{}, 4},
		{&series.IncompleteError{}, 5},
		{&series.ChangedError{}, 5},
	} {
		if got := exitCode(fmt.Errorf("line 2: %w", c.err)); got != c.want {
			t.Errorf("%#v ends with %d, want %d", c.err, got, c.want)
		}
	}
}
