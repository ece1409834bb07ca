package sqlcli

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/apiprobe"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// probeFlag makes doctor ask the API what is open.
const probeFlag = "probe"

// checkProbe finds flags that are for a probe alone, or contradict each other.
func (f *flags) checkProbe(given func(name string) bool) error {
	for _, name := range []string{"yes", "max-credits", "fresh"} {
		if given(name) && !given(probeFlag) {
			return usage("--%s is for doctor --probe: without it nothing is asked that costs", name)
		}
	}
	return f.checkLimit(given)
}

// probe asks the API what is open, about a site, if whoever runs it agrees. What goes wrong once it has been asked is
// probed: some may have been learned.
func (s *session) probe(ctx context.Context, account *serpstat.Account, site string, left int64) (came apiprobe.Report, err, probed error) {
	if !account.Keeps() {
		return came, usage("nothing is kept for later runs where cache_ttl (SERPSTAT_CACHE_TTL) is 0: what --probe learns would be lost"), nil
	}
	file, err := openAnswers(s.progress.warn)
	if err != nil {
		return came, usageError{fmt.Errorf("%w: what --probe learns would be lost", err)}, nil
	}
	defer file.Close()
	o := apiprobe.Options{Site: site, Asking: func(table string) { s.progress.doing("asking about " + table) }}
	if !s.flags.fresh {
		o.Known = account.Facts(file)
	}
	if o.Most = min(apiprobe.Needs(o.Known, site), left); o.Most == 0 {
		s.say("probe", "nothing is open that links of %s can answer; --fresh asks all again", site)
		return came, nil, nil
	}
	if err := s.mayProbe(ctx, account, &o, left); err != nil {
		return came, err, nil
	}
	came, probed = s.runProbe(ctx, account, file, o)
	return came, nil, probed
}

// mayProbe makes sure that somebody has agreed to what it costs, which a limit makes less.
func (s *session) mayProbe(ctx context.Context, account *serpstat.Account, o *apiprobe.Options, left int64) error {
	if most, set := account.MostCredits(); set {
		o.Most = min(o.Most, most)
	}
	cost := table.Credits(o.Most)
	switch {
	case s.flags.yes || s.flags.maxCredits > 0:
		return nil
	case !s.canAsk():
		return guardError{fmt.Errorf("doctor --probe spends at most %s: write --yes, or --max-credits %d, or fewer, for which it asks what saves most", cost, o.Most)}
	}
	asks := fmt.Sprintf("asking Serpstat about links of %s: at most %s of %s left, up to %s at %s a second; go on? [y/N] ",
		o.Site, cost, humanize.Comma(left), duration(mostRequests*o.Most, account.Rate), rate(account.Rate))
	if !s.confirm(ctx, asks, nil) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return guardError{fmt.Errorf("nothing was asked, and no credit spent (--max-credits %d asks no question)", o.Most)}
	}
	return nil
}

// mostRequests is how many requests a credit may take: what the filter does not take is refused, free of charge.
const mostRequests = 4

func (s *session) runProbe(ctx context.Context, account *serpstat.Account, file *answers.File, o apiprobe.Options) (apiprobe.Report, error) {
	came, err := account.Probe(ctx, file, o)
	s.progress.clear()
	lost := ""
	if came.Lost > 0 {
		lost = fmt.Sprintf(" (up to %d more may have been charged for answers that were lost)", came.Lost)
	}
	s.say("probe", "%s spent on questions about links of %s%s", table.Credits(came.Spent), o.Site, lost)
	var empty []string
	for _, t := range came.Empty {
		empty = append(empty, t.Short())
	}
	if len(empty) > 0 {
		s.say("", "%s has no rows in %s, of which it tells nothing: name another site with --probe=DOMAIN", o.Site, strings.Join(empty, ", "))
	}
	if came.Unasked {
		s.say("", "not all was asked for so few credits: run it again for the rest")
	}
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w; what was learned before it is kept", err)
	}
	return came, err
}
