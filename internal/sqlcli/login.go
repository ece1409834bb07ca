package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

const loginLong = `Ask for the API token of your Serpstat account, try it, and save it where serpstat-sql and Steampipe find it.

The token is shown at https://serpstat.com/users/profile/, under API. It is typed or pasted at a prompt that does not
show it; in a script it comes on standard input, as one line: serpstat-sql login < token.txt. It is no argument: other
users could see it among the processes.

To try it costs no credits. A token that Serpstat does not take is not saved, nor is one that could not be tried, unless
--no-check is given.

It is written to --config, or to Steampipe's own config/serpstat.spc (in ~/.steampipe, or STEAMPIPE_INSTALL_DIR), which
is made if need be and readable by you alone. All else in the file stays as it is.`

const tokenPrompt = "API token, from https://serpstat.com/users/profile/ (not shown): "

func newLoginCommand(s *session) *cobra.Command {
	var unchecked bool
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Save the API token of your Serpstat account",
		Long:  loginLong,
		Example: `  serpstat-sql login
  serpstat-sql login --connection agency < token.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("login takes no argument: as one, the token could be seen among the processes and would stay in the shell's history; enter it at the prompt, or send it to standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return s.login(cmd.Context(), unchecked) },
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if strings.Contains(err.Error(), "unknown flag: --token") {
			return usage("login has no flag for the token: enter it at the prompt, or send it to standard input, as in serpstat-sql login < FILE")
		}
		return usageError{err}
	})
	cmd.Flags().BoolVar(&unchecked, "no-check", false, "save the token without trying it")
	lend(cmd, "config", "connection", "base-url")
	return cmd
}

func (s *session) login(ctx context.Context, unchecked bool) error {
	file := s.flags.config
	if file == "" {
		if file = steampipeConfig(); file == "" {
			return usage("there is no home directory to save the token in: name a file with --config")
		}
	}
	// Before anything is asked for.
	if _, err := s.edited(file, "…"); err != nil {
		return err
	}
	if err := mayReplace(file); err != nil {
		return usage("the token could not be saved in %s: %w", file, err)
	}
	token, err := readSecret(ctx, s.stdin, s.stderr, tokenPrompt)
	switch {
	case errors.Is(err, errInterrupted):
		return err
	case err != nil:
		return usage("reading the token: %v", err)
	case token == "":
		return usage("no token was given; it is shown at https://serpstat.com/users/profile/, under API")
	}
	account, err := s.flags.accountOf(file, token)
	if err != nil {
		return usageError{fmt.Errorf("%w; nothing is saved", err)}
	}
	var stats *serpstatapi.Stats
	if !unchecked {
		if stats, err = account.Credits(ctx); err != nil {
			return notSaved(err)
		}
	}
	return s.saveToken(file, token, stats)
}

// edited is what a config file will hold; a file that is not there is an empty one.
func (s *session) edited(file, token string) ([]byte, error) {
	source, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{err}
	}
	text, err := plainText(source)
	if err != nil {
		return nil, usage("the config file %s %v", file, err)
	}
	mark := strings.TrimSuffix(string(source), text) // that some editors put before a text
	if text, err = withToken(text, file, s.flags.connection, token); err != nil {
		return nil, usageError{err}
	}
	return []byte(mark + text), nil
}

// accountOf is the account of a token, with the other settings of the connection that it is for.
func (f *flags) accountOf(file, token string) (*serpstat.Account, error) {
	with := flags{config: file, connection: f.connection, baseURL: f.baseURL}
	if _, err := readConfig(file, f.connection); err != nil {
		with.config = "" // there is no such connection yet
	}
	arguments, err := with.arguments()
	if err != nil {
		return nil, err
	}
	arguments["token"] = quoteHCL(token)
	return askOnce(arguments)
}

// askOnce is the account of a connection's arguments, for a person who waits: unless they say so themselves, it is tried
// again but once, and not for minutes.
func askOnce(arguments map[string]string) (*serpstat.Account, error) {
	for name, value := range map[string]string{"max_retries": "1", "request_timeout": "20"} {
		if arguments[name] == "" {
			arguments[name] = value
		}
	}
	return serpstat.NewAccount(body(arguments), serpstat.Options{})
}

func notSaved(err error) error {
	switch serpstatapi.KindOf(err) {
	case serpstatapi.KindToken:
		return usageError{fmt.Errorf("%w; the token is not saved", err)}
	case 0:
		return err
	}
	return apiError{fmt.Errorf("%w; the token could not be tried, and is not saved (--no-check saves it all the same)", err)}
}

// saveToken writes the token and says what has come of it.
func (s *session) saveToken(file, token string, stats *serpstatapi.Stats) error {
	content, err := s.edited(file, token)
	if err != nil {
		return err
	}
	tightened := othersMayRead(file)
	if err := replacePrivate(file, content); err != nil {
		return usage("saving the token: %v", err)
	}
	fmt.Fprintf(s.stderr, "The token is saved in %s\n", file)
	if tightened {
		fmt.Fprintln(s.stderr, "Others could read that file; now it is yours alone (mode 0600).")
	}
	if os.Getenv("SERPSTAT_API_TOKEN") != "" {
		fmt.Fprintln(s.stderr, "SERPSTAT_API_TOKEN is set: unless --config names the file, serpstat-sql takes the token from there. Unset it.")
	}
	if stats == nil {
		fmt.Fprintln(s.stderr, "It has not been tried: serpstat-sql doctor does so.")
		return nil
	}
	fmt.Fprintf(s.stderr, "It works: %s of %s credits are left.\n", humanize.Comma(stats.LeftLines), humanize.Comma(stats.MaxLines))
	fmt.Fprintln(s.stderr, `Now ask, for 3 credits: serpstat-sql "select * from serpstat_outlink where query = 'serpstat.com' limit 3"`)
	return nil
}
