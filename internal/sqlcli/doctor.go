package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/mitchellh/go-wordwrap"
	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/buildinfo"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

const doctorLong = `Say in one screen where the token comes from, whether Serpstat takes it, what the plan has left, how the API is
reached, and which of the open questions about the API are settled for this account.

It costs no credits. The exit code is 0 if all is well, 2 if a setting or the token is missing or wrong, 3 if Serpstat
cannot be reached or refuses for another reason, and 4 if the plan has no credits left.`

func newDoctorCommand(s *session, version string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the config, the token and the way to Serpstat",
		Long:  doctorLong,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return s.doctor(cmd.Context(), version) },
	}
	lend(cmd, "config", "connection", "token-file", "base-url")
	return cmd
}

// nameWidth is how many columns of doctor's screen say what the others are about.
const nameWidth = 10

// say prints what is found about something, wrapped.
func (s *session) say(name, format string, args ...any) {
	text := wordwrap.WrapString(output.Visible(fmt.Sprintf(format, args...)), screenWidth-nameWidth)
	for line := range strings.Lines(text) {
		fmt.Fprintf(s.stdout, "%-*s%s\n", nameWidth, name, strings.TrimSuffix(line, "\n"))
		name = ""
	}
}

// doctor says what it finds as it finds it. Its error is the first thing that is wrong, in short.
func (s *session) doctor(ctx context.Context, version string) error {
	f := &s.flags
	if found := f.defaultConfig(); found != "" {
		f.config = found
	}
	if err := f.checkConnection(); err != nil {
		return err
	}
	s.say("version", "%s, %s", version, buildinfo.Platform())
	account, err := s.findAccount()
	if err == nil {
		err = s.tryAccount(ctx, account)
	}
	if err == nil { // else what is wrong is what matters
		s.sayQuestions(account)
	}
	return err
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
		if wrong := s.checkVariables(); wrong != nil {
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
func (s *session) checkVariables() error {
	if _, err := s.guard(); err != nil {
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

// tryAccount says how the API is reached and what it answers.
func (s *session) tryAccount(ctx context.Context, account *serpstat.Account) error {
	s.say("API", "%s, %s", account.BaseURL, way(account))
	stats, err := account.Credits(ctx)
	switch {
	case ctx.Err() != nil:
		return err
	case serpstatapi.KindOf(err) == serpstatapi.KindToken:
		s.say("answer", "%v", err)
		return usage("the token is not taken: see above")
	case err != nil:
		s.say("answer", "%v", err)
		return apiError{errors.New("the API does not answer as it should: see above")}
	}
	s.say("answer", "the token works")
	plan := stats.PlanID
	if plan == "" {
		plan = "not told"
	}
	s.say("plan", "%s", plan)
	s.say("credits", "%s left, %s used of %s", humanize.Comma(stats.LeftLines), humanize.Comma(stats.UsedLines), humanize.Comma(stats.MaxLines))
	if stats.LeftLines <= 0 {
		return spentError{errors.New("the plan has no credits left: wait until it is renewed, or take a larger one at https://serpstat.com")}
	}
	return nil
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

// sayQuestions says what is known of the API for the account, by what earlier runs have learned.
func (s *session) sayQuestions(account *serpstat.Account) {
	var facts []execute.Fact
	if file, err := openAnswers(s.progress.warn); err == nil {
		facts = account.Facts(file)
		file.Close()
	}
	s.say("questions", "Serpstat's documentation leaves these open. Rows are right whatever holds; what is known is cheaper.")
	for _, q := range execute.Questions() {
		answer := q.Answer(facts)
		if answer == "" {
			answer = "open: " + q.When
		}
		s.say("", "- %s? %s", q.Asks, answer)
	}
}
