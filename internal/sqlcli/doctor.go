package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/apiprobe"
	"github.com/turbot/steampipe-plugin-serpstat/internal/buildinfo"
	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

const doctorLong = `Say in one screen where the token comes from, whether Serpstat takes it, what the plan has left, how the API is
reached, and which of the open questions about the API are settled for this account.

It costs no credits. The exit code is 0 if all is well, 2 if a setting or the token is missing or wrong, 3 if Serpstat
cannot be reached or refuses for another reason, and 4 if the plan has no credits left.

With --probe it asks Serpstat what is open, by requests for a row or two of a site, for at most 40 credits. On a terminal
it asks you first; in a script write --yes, or --max-credits: for fewer credits it asks what saves most. The answers are
kept for a month and make queries cheaper. What is known is not asked again, unless you write --fresh.`

func newDoctorCommand(s *session, version string) *cobra.Command {
	var site string // to probe with
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the config, the token and the way to Serpstat",
		Long:  doctorLong,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.Flags().Changed(probeFlag) {
				return usage("doctor takes no %s: write --probe=DOMAIN, with the = between them", args[0])
			}
			return cobra.NoArgs(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			given := cmd.Flags().Changed
			if given(probeFlag) {
				site, err = apiprobe.Site(site)
			}
			if err == nil {
				err = s.flags.checkProbe(given)
			}
			if err != nil {
				return usageError{err}
			}
			return s.doctor(cmd.Context(), version, site)
		},
	}
	cmd.Flags().StringVar(&site, probeFlag, "", "ask Serpstat what is open, with links of a `DOMAIN`, for at most 40 credits")
	cmd.Flags().Lookup(probeFlag).NoOptDefVal = apiprobe.DefaultSite
	lend(cmd, "yes", "max-credits", "fresh", "config", "connection", "token-file", "base-url")
	return cmd
}

// doctor says what it finds as it finds it. Its error is the first thing that is wrong, in short. With a site it asks what
// is open.
func (s *session) doctor(ctx context.Context, version, site string) error {
	f := &s.flags
	s.progress = newProgress(s.stderr, f.quiet, isPipe(s.stdout))
	if found := f.defaultConfig(); found != "" {
		f.config = found
	}
	if err := f.checkConnection(); err != nil {
		return err
	}
	s.say("version", "%s, %s", version, buildinfo.Platform())
	account, err := s.findAccount()
	left := int64(0)
	if err == nil {
		left, err = s.tryAccount(ctx, account)
	}
	if err != nil {
		return err // what is wrong is what matters
	}
	var came apiprobe.Report
	var probed error
	if site != "" {
		if came, err, probed = s.probe(ctx, account, site, left); err != nil {
			return err
		}
	}
	s.sayQuestions(account, came.Open)
	return probed
}

// findAccount says where settings and token come from.
func (s *session) findAccount() (*serpstat.Account, error) {
	f := &s.flags
	s.sayConfig()
	arguments, err := f.arguments()
	if err != nil {
		s.say("", "%v", err)
		return nil, usage("the config is wrong: see above")
	}
	account, err := askOnce(arguments)
	if err == nil || errors.Is(err, serpstat.ErrNoToken) {
		if wrong := f.checkVariables(); wrong != nil {
			err = wrong
		}
	}
	switch {
	case errors.Is(err, serpstat.ErrNoToken):
		s.say("token", "missing. Run serpstat-sql login, or set SERPSTAT_API_TOKEN. It is shown at https://serpstat.com/users/profile/, under API; serpstat-sql --demo needs none")
		return nil, usage("there is no token: see above")
	case err != nil:
		s.say("settings", "%v", err)
		return nil, usage("the settings are wrong: see above")
	case account.FromVariable:
		s.say("token", "from the variable SERPSTAT_API_TOKEN")
	case f.tokenFile != "":
		s.say("token", "from the file %s%s", f.tokenFile, warnOthers(f.tokenFile))
	default:
		s.say("token", "from the config%s", warnOthers(f.config))
	}
	return account, nil
}

// checkVariables finds variables of the command's own that a run would refuse.
func (f *flags) checkVariables() error {
	if _, err := f.askAboveSum(); err != nil {
		return err
	}
	_, err := cacheSize()
	return err
}

func (s *session) sayConfig() {
	f, usual := &s.flags, steampipeConfig()
	switch _, err := os.Stat(usual); {
	case f.config != "" && f.connection != "":
		s.say("config", "%s, connection %s", f.config, f.connection)
	case f.config != "":
		s.say("config", "%s", f.config)
	case usual == "":
		s.say("config", "none: there is no home directory, and STEAMPIPE_INSTALL_DIR is not set")
	case errors.Is(err, fs.ErrPermission):
		s.say("config", "none: %v", err)
	case err != nil:
		s.say("config", "none: there is no %s", usual)
	case f.tokenFile != "":
		s.say("config", "none: %s is not read where --token-file is given", usual)
	default:
		s.say("config", "none: %s is not read where SERPSTAT_API_TOKEN is set", usual)
	}
}

// warnOthers says that a file with a token is not its owner's alone.
func warnOthers(file string) string {
	if !othersMayRead(file) {
		return ""
	}
	return "; others may read it: chmod 600 " + file
}

// tryAccount says how the API is reached and what it answers, and tells how many credits are left.
func (s *session) tryAccount(ctx context.Context, account *serpstat.Account) (left int64, err error) {
	s.say("API", "%s, %s", account.BaseURL, way(account))
	stats, err := account.Credits(ctx)
	switch {
	case ctx.Err() != nil:
		return 0, err
	case serpstatapi.KindOf(err) == serpstatapi.KindToken:
		s.say("answer", "%v", err)
		return 0, usage("the token is not taken: see above")
	case err != nil:
		s.say("answer", "%v", err)
		return 0, apiError{errors.New("the API does not answer as it should: see above")}
	}
	s.say("answer", "the token works")
	plan := stats.PlanID
	if plan == "" {
		plan = "not told"
	}
	s.say("plan", "%s", plan)
	s.say("credits", "%s left, %s used of %s", humanize.Comma(stats.LeftLines), humanize.Comma(stats.UsedLines), humanize.Comma(stats.MaxLines))
	if stats.LeftLines <= 0 {
		return 0, spentError{errors.New("the plan has no credits left: wait until it is renewed, or take a larger one at https://serpstat.com")}
	}
	return stats.LeftLines, nil
}

// way is how the API is reached. A proxy's password is not shown.
func way(account *serpstat.Account) string {
	u, err := url.Parse(account.BaseURL)
	if err != nil {
		return "directly"
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u})
	switch {
	case err == nil && proxy == nil:
		return "directly"
	case err != nil, proxy.Host == "", strings.HasSuffix(proxy.Host, ":"): // Go puts http:// before what it cannot read
		return "through a proxy whose address is wrong: check HTTPS_PROXY" // and what is there may have a password
	}
	text := fmt.Sprintf("through the proxy %s://%s", proxy.Scheme, proxy.Host)
	if !account.TokenInHeader {
		text += "; if it opens what is encrypted, token_in_header = true in the config keeps the token out of its logs of URLs"
	}
	return text
}

// sayQuestions says what is known of the API for the account, by what earlier runs have learned, what is open, and why it
// stays so.
func (s *session) sayQuestions(account *serpstat.Account, open []apiprobe.Open) {
	var facts []execute.Fact
	if file, err := openAnswers(s.progress.warn); err == nil {
		facts = account.Facts(file)
		file.Close()
	}
	for _, o := range apiprobe.Untold(facts) {
		if !slices.ContainsFunc(open, func(other apiprobe.Open) bool { return other.Question == o.Question && other.Table == o.Table }) {
			open = append(open, o)
		}
	}
	var known, left, told []string
	for _, q := range execute.Questions() {
		answer, why := q.Answer(facts, catalog.Tables()), reasons(q.Name, open)
		if answer != "" {
			known = append(known, fmt.Sprintf("- %s? %s", q.Asks, answer))
		}
		switch {
		case q.Moot(facts):
		case why != "":
			left = append(left, fmt.Sprintf("- %s? %s", q.Asks, why))
		case answer == "" && q.When != "":
			left = append(left, fmt.Sprintf("- %s? %s", q.Asks, q.When))
		case answer == "":
			told = append(told, q.Asks)
		}
	}
	if len(told) > 0 {
		left = append(left, "- of use for a complex_filter alone: "+strings.Join(told, ", ")+"?")
	}
	switch of := apiprobe.Needs(facts, apiprobe.DefaultSite); {
	case of > 0:
		left = append(left, fmt.Sprintf("serpstat-sql doctor --probe asks, for at most %s", table.Credits(of)))
	case apiprobe.Needs(facts, "") > 0:
		left = append(left, fmt.Sprintf("doctor --probe=DOMAIN asks another site, for at most %s", table.Credits(apiprobe.Needs(facts, ""))))
	}
	if len(known) > 0 {
		age := func(a, b execute.Fact) int { return a.At.Compare(b.At) }
		known = append(known, days(slices.MinFunc(facts, age).At, slices.MaxFunc(facts, age).At))
	}
	name := "known"
	for _, line := range known {
		s.say(name, "%s", line)
		name = ""
	}
	name = "open"
	for _, line := range left {
		s.say(name, "%s", line)
		name = ""
	}
}

// days say when facts were learned.
func days(first, last time.Time) string {
	from, to := first.Format(time.DateOnly), last.Format(time.DateOnly)
	if from != to {
		to = "from " + from + " to " + to
	}
	return fmt.Sprintf("learned %s, and believed for %d days", to, execute.MaxFactAge/(24*time.Hour))
}

// reasons say why a question stays open, with the tables for which it does.
func reasons(question string, open []apiprobe.Open) string {
	tables := map[string][]string{}
	var order []string
	for _, o := range open {
		if o.Question != question {
			continue
		}
		if tables[o.Why] = append(tables[o.Why], o.Table.Short()); len(tables[o.Why]) == 1 {
			order = append(order, o.Why)
		}
	}
	for i, why := range order {
		order[i] = fmt.Sprintf("%s (%s)", why, strings.Join(tables[why], ", "))
	}
	return strings.Join(order, "; ")
}
