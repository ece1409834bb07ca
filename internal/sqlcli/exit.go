package sqlcli

import (
	"errors"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// spentError says that the plan has no credits left.
type spentError struct{ error }

// guardError says that it would cost more than somebody has agreed to.
type guardError struct{ error }

// exitCode tells a script what has failed.
func exitCode(err error) int {
	var refused *serpstatapi.Error
	switch {
	case isA[usageError](err), isA[*serpstat.ConfigError](err):
		return exitUsage
	case isA[*execute.BudgetError](err), isA[*execute.PlanError](err), isA[spentError](err), isA[guardError](err), errors.As(err, &refused) && refused.UsedUp():
		return exitGuard
	case isA[*series.IncompleteError](err), isA[*series.ChangedError](err):
		return exitIncomplete
	case isA[*serpstatapi.Error](err), isA[apiError](err):
		return exitAPI
	}
	return exitFailed
}

func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// alarmed reports that there are rows, or none, where the user wants to be told of it.
func (s *session) alarmed() bool {
	if s.progress == nil {
		return false
	}
	rows := s.progress.counts().rows
	return s.flags.failOnRows && rows > 0 || s.flags.failOnEmpty && rows == 0
}
