package serpstat

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
)

// serpstatConfig is a connection block of serpstat.spc. config/serpstat.spc documents each argument.
type serpstatConfig struct {
	Token                 hcl.Expression `hcl:"token,optional"` // as it is written: what HCL says of a wrong one would show it
	TokenInHeader         *bool          `hcl:"token_in_header,optional"`
	BaseURL               *string        `hcl:"base_url,optional"`
	AllowInsecureBaseURL  *bool          `hcl:"allow_insecure_base_url,optional"`
	RequestsPerSecond     *float64       `hcl:"requests_per_second,optional"`
	MaxConcurrentRequests *int           `hcl:"max_concurrent_requests,optional"`
	RequestTimeout        *float64       `hcl:"request_timeout,optional"` // seconds
	MaxRetries            *int           `hcl:"max_retries,optional"`
	MaxCredits            *int64         `hcl:"max_credits,optional"`
	AllowIncomplete       *bool          `hcl:"allow_incomplete,optional"`
	CountFromTotal        *bool          `hcl:"count_from_total,optional"`
	AllowSQLiteExtension  *bool          `hcl:"allow_sqlite_extension,optional"`
	CacheTTL              *string        `hcl:"cache_ttl,optional"` // a duration
}

// Environment variables that stand in for arguments a connection block leaves out.
const (
	envToken                = "SERPSTAT_API_TOKEN"
	envBaseURL              = "SERPSTAT_API_URL"
	envRequestsPerSecond    = "SERPSTAT_REQUESTS_PER_SECOND"
	envMaxCredits           = "SERPSTAT_MAX_CREDITS"
	envAllowSQLiteExtension = "SERPSTAT_ALLOW_SQLITE_EXTENSION"
	envCacheTTL             = "SERPSTAT_CACHE_TTL"
)

// Defaults and bounds of the arguments.
const (
	defaultRequestsPerSecond = 1.0
	maxRequestsPerSecond     = 1000.0
	defaultConcurrency       = 10
	maxConcurrency           = 100
	defaultTimeout           = 60 * time.Second
	defaultRetries           = 5
	defaultMaxCredits        = 10_000
	maxRetries               = 20
)

// settings are a connection's config, checked and with all defaults filled in.
type settings struct {
	token         string
	tokenInHeader bool
	baseURL       string
	allowInsecure bool
	rate          float64
	concurrency   int
	timeout       time.Duration
	retries       int
	maxCredits    int64         // of one scan; 0 is no limit
	guarded       bool          // maxCredits is the default
	cacheTTL      time.Duration // how old rows may be that are used again

	allowIncomplete bool // rows that stay away are a warning, not an error
	readToCount     bool // rows are read to be counted, not counted by the API
}

// ErrNoToken says that neither a connection's config nor the environment has a token.
var ErrNoToken = fmt.Errorf("no Serpstat API token: set token in the connection's config (~/.steampipe/config/serpstat.spc) or the environment variable %s; it is shown in your Serpstat account under API", envToken)

func configOf(c *plugin.Connection) serpstatConfig {
	if c != nil {
		switch config := c.Config.(type) {
		case serpstatConfig:
			return config
		case *serpstatConfig:
			if config != nil {
				return *config
			}
		}
	}
	return serpstatConfig{}
}

// ConfigError says what is wrong with a connection's config, or with the variables that stand in for it.
type ConfigError struct{ err error }

func (e *ConfigError) Error() string { return e.err.Error() }

func (e *ConfigError) Unwrap() error { return e.err }

// resolve checks a config, with the environment where the config says nothing, and what the host's options say where
// neither does. getenv may be nil.
func (c serpstatConfig) resolve(getenv func(string) string, o Options) (settings, error) {
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	s := settings{
		baseURL: serpstatapi.DefaultBaseURL, rate: defaultRequestsPerSecond, concurrency: defaultConcurrency,
		timeout: defaultTimeout, retries: defaultRetries, maxCredits: o.maxCredits(), guarded: o.maxCredits() > 0,
		cacheTTL: cmp.Or(o.CacheTTL, answers.MostAge),
	}
	s.token = getenv(envToken)
	token, err := c.token()
	if err != nil {
		return s, err
	}
	if token != "" {
		s.token = token
	}
	if s.token == "" {
		return s, ErrNoToken
	}
	s.tokenInHeader = c.TokenInHeader != nil && *c.TokenInHeader
	if url := getenv(envBaseURL); url != "" {
		s.baseURL = url
	}
	if c.BaseURL != nil && *c.BaseURL != "" {
		s.baseURL = *c.BaseURL
	}
	s.allowInsecure = c.AllowInsecureBaseURL != nil && *c.AllowInsecureBaseURL
	s.readToCount = c.CountFromTotal != nil && !*c.CountFromTotal
	s.allowIncomplete = c.AllowIncomplete != nil && *c.AllowIncomplete
	if err := s.readCacheTTL(c, getenv); err != nil {
		return s, err
	}
	if err := s.numbers(c, getenv); err != nil {
		return s, err
	}
	return s, nil
}

// readCacheTTL reads how old rows may be that are used again.
func (s *settings) readCacheTTL(c serpstatConfig, getenv func(string) string) error {
	name, text := envCacheTTL, getenv(envCacheTTL)
	if c.CacheTTL != nil {
		name, text = "cache_ttl", *c.CacheTTL
	}
	if text == "" {
		return nil
	}
	var err error
	if s.cacheTTL, err = answers.ParseAge(text); err != nil {
		return fmt.Errorf("%s = %q: %w", name, text, err)
	}
	return nil
}

// token is the config's own; "" is none.
func (c serpstatConfig) token() (string, error) {
	if c.Token == nil {
		return "", nil
	}
	value, problems := c.Token.Value(nil)
	value, err := convert.Convert(value, cty.String)
	if problems.HasErrors() || err != nil || !value.IsKnown() {
		return "", errors.New(`token is not a text in quotes: write token = "…" in the connection's config (what stands there is not shown)`)
	}
	if value.IsNull() {
		return "", nil
	}
	return value.AsString(), nil
}

func (s *settings) numbers(c serpstatConfig, getenv func(string) string) error {
	if text := getenv(envRequestsPerSecond); text != "" && c.RequestsPerSecond == nil {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%s=%q is not a number: write requests per second, such as 1", envRequestsPerSecond, text)
		}
		c.RequestsPerSecond = &n
	}
	if text := getenv(envMaxCredits); text != "" && c.MaxCredits == nil {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%s=%q is not a whole number: write the most credits that one scan may spend, such as 5000", envMaxCredits, text)
		}
		c.MaxCredits = &n
	}
	if v := c.RequestsPerSecond; v != nil {
		if !(*v > 0 && *v <= maxRequestsPerSecond) {
			return fmt.Errorf("requests_per_second = %v is out of range: write a number above 0 and up to %v; most plans allow 1, the largest 10", *v, maxRequestsPerSecond)
		}
		s.rate = *v
	}
	if v := c.MaxConcurrentRequests; v != nil {
		if *v < 1 || *v > maxConcurrency {
			return fmt.Errorf("max_concurrent_requests = %d is out of range: write a whole number from 1 to %d", *v, maxConcurrency)
		}
		s.concurrency = *v
	}
	if v := c.RequestTimeout; v != nil {
		if !(*v >= 0.001 && *v <= 3600) {
			return fmt.Errorf("request_timeout = %v is out of range: write seconds, from 0.001 to 3600", *v)
		}
		s.timeout = time.Duration(*v * float64(time.Second))
	}
	if v := c.MaxRetries; v != nil {
		if *v < 0 || *v > maxRetries {
			return fmt.Errorf("max_retries = %d is out of range: write a whole number from 0 to %d", *v, maxRetries)
		}
		s.retries = *v
	}
	if v := c.MaxCredits; v != nil {
		if *v < 0 {
			return fmt.Errorf("max_credits = %d is out of range: write the most credits that one scan may spend, from 1, or 0 for no limit", *v)
		}
		s.maxCredits, s.guarded = *v, false
	}
	return nil
}

// client makes the API client of the settings.
func (s settings) client(opts Options, logger hclog.Logger) (*serpstatapi.Client, error) {
	retries := s.retries
	if retries == 0 {
		retries = -1 // the client's zero value is its default
	}
	return serpstatapi.New(serpstatapi.Config{
		Token:                 s.token,
		TokenInHeader:         s.tokenInHeader,
		BaseURL:               s.baseURL,
		AllowInsecure:         s.allowInsecure,
		RequestsPerSecond:     s.rate,
		MaxConcurrentRequests: s.concurrency,
		RequestTimeout:        s.timeout,
		MaxBody:               opts.MaxBody,
		MaxRetries:            retries,
		Logger:                logger,
		Transport:             opts.Transport,
		OnExchange:            opts.exchanged,
		OnPromise:             opts.Promise,
	})
}

func (o Options) getenv() func(string) string {
	if o.NoEnvironment {
		return nil
	}
	return os.Getenv
}

// maxCredits is what a scan may spend where nothing says so. A forgotten LIMIT must not spend a month's plan.
func (o Options) maxCredits() int64 {
	if o.Unguarded {
		return 0
	}
	return defaultMaxCredits
}
