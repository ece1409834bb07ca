package serpstat

import (
	"context"
	"fmt"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/apiprobe"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// Account is the way to a Serpstat account that a connection's config describes, for those who are about to use it: to
// try a token, or to see what is left.
type Account struct {
	BaseURL       string  // of the API
	TokenInHeader bool    // else the URLs of requests hold it
	FromVariable  bool    // the token is that of the environment, not the config's
	Rate          float64 // requests a second
	client        *serpstatapi.Client
	settings      settings
	opts          Options
}

// NewAccount reads the body of a connection block as Steampipe would give it to the plugin, with the environment where
// it says nothing. Nothing is sent. An error does not show the token.
func NewAccount(config string, opts Options) (*Account, error) {
	file, problems := hclsyntax.ParseConfig([]byte(config), "", hcl.InitialPos)
	var c serpstatConfig
	if !problems.HasErrors() {
		problems = gohcl.DecodeBody(file.Body, nil, &c)
	}
	if problems.HasErrors() {
		return nil, fmt.Errorf("the connection's config: %s: %s", problems[0].Summary, problems[0].Detail)
	}
	s, err := c.resolve(opts.getenv(), opts)
	if err != nil {
		return nil, err
	}
	client, err := s.client(opts, hclog.NewNullLogger())
	if err != nil {
		return nil, err
	}
	own, err := c.token()
	return &Account{BaseURL: s.baseURL, TokenInHeader: s.tokenInHeader, FromVariable: own == "", Rate: s.rate, client: client, settings: s, opts: opts}, err
}

// Credits asks what the account's plan has. It is free of charge. An error is a [serpstatapi.Error].
func (a *Account) Credits(ctx context.Context) (*serpstatapi.Stats, error) {
	defer a.client.Close()
	return a.client.GetStats(ctx)
}

// HasToken reports a text that holds the account's token, also encoded.
func (a *Account) HasToken(text string) bool { return serpstatapi.Holds(text, a.settings.token) }

// MostCredits is what the account's user has set a run to spend at most; ok is false where nothing is set, or no limit.
func (a *Account) MostCredits() (credits int64, ok bool) {
	if a.settings.guarded { // which is for a scan in Steampipe
		return 0, false
	}
	return a.settings.maxCredits, a.settings.maxCredits > 0
}

// Keeps reports that what is learned is kept for later runs: cache_ttl is not 0.
func (a *Account) Keeps() bool { return a.settings.cacheTTL > 0 }

// Probe asks the API what nobody knows of it, about a site and for at most so many credits, and keeps the answers in a file.
// An error is one of the API, or of ctx; what was learned before it is kept.
func (a *Account) Probe(ctx context.Context, file *answers.File, o apiprobe.Options) (apiprobe.Report, error) {
	client, err := a.settings.client(a.opts, hclog.NewNullLogger())
	if err != nil {
		return apiprobe.Report{}, err
	}
	defer client.Close()
	account := file.Account(a.settings.token, a.settings.baseURL)
	o.API, o.RowCap = client, a.opts.RowCap
	o.Learn = func(f execute.Fact) { file.Learn(account, f) }
	return apiprobe.Run(ctx, o)
}

// Facts are what earlier runs have learned of the API for the account, and kept in a file.
func (a *Account) Facts(file *answers.File) []execute.Fact {
	return file.Facts(file.Account(a.settings.token, a.settings.baseURL))
}
