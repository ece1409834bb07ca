package serpstatapi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/time/rate"
)

// DefaultBaseURL is the API's address.
const DefaultBaseURL = "https://api.serpstat.com/v4/"

// Defaults of [Config], and the bound of an answer.
const (
	defaultRate        = 1.0
	defaultConcurrency = 10
	defaultTimeout     = 60 * time.Second
	defaultRetries     = 5
	defaultMaxBody     = 64 << 20
	maxToken           = 1024 // characters; Serpstat's have 32
)

// Config is what a [Client] needs. Only Token is required. Printed, it does not show the token.
type Config struct {
	Token                 string
	TokenInHeader         bool          // sends the token as the HTTP header "token" and not in the URL, which logs may hold
	BaseURL               string        // "" is DefaultBaseURL; https, unless the host is loopback
	AllowInsecure         bool          // permits http to any host
	RequestsPerSecond     float64       // 0 is 1; shared by all clients of the process with the same token and address, the latest one's counts
	MaxConcurrentRequests int           // 0 is 10
	RequestTimeout        time.Duration // of one attempt; 0 is 60 s
	MaxBody               int64         // of an answer, in bytes; a longer one is an error; 0 is 64 MiB
	MaxRetries            int           // after the first attempt; 0 is 5, -1 is none
	Logger                hclog.Logger
	Transport             http.RoundTripper           // nil: proxies from the environment, TLS verified
	OnExchange            func(Exchange)              // told of every attempt; may be called concurrently
	OnPromise             func(number, credits int64) // told before a paid attempt is sent of the most it may cost; its Exchange follows
	Wait                  func(context.Context) error // called before each attempt; [WithWait] overrides it

	sleep func(context.Context, time.Duration) error // nil is real time
	now   func() time.Time                           // nil is real time; read for a Retry-After that is a date
}

// String is the config without the token.
func (cfg Config) String() string {
	return fmt.Sprintf("serpstatapi.Config{BaseURL: %q, Token: %s}", cfg.publicBaseURL(), redacted)
}

// GoString is the config without the token.
func (cfg Config) GoString() string { return cfg.String() }

// publicBaseURL is the address without what a secret could be in.
func (cfg Config) publicBaseURL() string {
	u, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return newRedactor(cfg.Token).clean(u.String())
}

func (cfg Config) check() error {
	switch {
	case strings.TrimSpace(cfg.Token) == "":
		return errors.New("the Serpstat API token is empty: set it in the environment variable SERPSTAT_API_TOKEN or as token in the connection's config")
	case !utf8.ValidString(cfg.Token):
		return errors.New("the Serpstat API token is not UTF-8: copy it again, from the profile page, into a text file")
	case strings.ContainsFunc(cfg.Token, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return errors.New("the Serpstat API token holds white space or control characters: copy it again, without quotes or line breaks")
	case cfg.TokenInHeader && strings.ContainsFunc(cfg.Token, func(r rune) bool { return r > unicode.MaxASCII }):
		// What a header's other bytes mean is up to each who reads it: an echo of them might not be known for the token.
		return errors.New("the Serpstat API token holds characters that an HTTP header cannot: copy it again, or set token_in_header = false")
	case len(cfg.Token) > maxToken:
		return fmt.Errorf("the Serpstat API token has %d characters: that is something else; copy the token from the profile page", len(cfg.Token))
	case !(cfg.RequestsPerSecond > 0) || math.IsInf(cfg.RequestsPerSecond, 1):
		return fmt.Errorf("requests_per_second is %v: write a number above 0, such as 1 or 0.5", cfg.RequestsPerSecond)
	case cfg.MaxConcurrentRequests < 1:
		return fmt.Errorf("max_concurrent_requests is %d: write 1 or more", cfg.MaxConcurrentRequests)
	case cfg.RequestTimeout < 0:
		return fmt.Errorf("request_timeout is %v: write a time above 0, such as 60 seconds", cfg.RequestTimeout)
	case cfg.MaxRetries < 0:
		return fmt.Errorf("max_retries is %d: write 0 or more", cfg.MaxRetries)
	}
	return nil
}

// withDefaults fills what was left out. MaxRetries is then what it says, 0 for none.
func (cfg Config) withDefaults() Config {
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	if cfg.RequestsPerSecond == 0 {
		cfg.RequestsPerSecond = defaultRate
	}
	if cfg.MaxConcurrentRequests == 0 {
		cfg.MaxConcurrentRequests = defaultConcurrency
	}
	if cfg.RequestTimeout == 0 {
		cfg.RequestTimeout = defaultTimeout
	}
	switch cfg.MaxRetries {
	case 0:
		cfg.MaxRetries = defaultRetries
	case -1:
		cfg.MaxRetries = 0
	}
	if cfg.Logger == nil {
		cfg.Logger = hclog.NewNullLogger()
	}
	if cfg.sleep == nil {
		cfg.sleep = sleep
	}
	if cfg.now == nil {
		cfg.now = time.Now
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = defaultMaxBody
	}
	return cfg
}

// transport is the way out unless the config has one: proxies from the environment, TLS verified.
func (cfg Config) transport() http.RoundTripper {
	if cfg.Transport != nil {
		return cfg.Transport
	}
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second}
	if d, ok := http.DefaultTransport.(*http.Transport); ok {
		t = d.Clone()
	}
	t.MaxIdleConnsPerHost = cfg.MaxConcurrentRequests
	return t
}

// endpoint is the address to post to, with the token unless a header has it. An error echoes no part of the URL
// that could be secret.
func (cfg Config) endpoint() (string, error) {
	const hint = "write it like " + DefaultBaseURL
	u, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return "", errors.New("base_url is not a URL: " + hint)
	}
	clean := newRedactor(cfg.Token).clean
	switch {
	case u.User != nil:
		return "", errors.New("base_url has a user name or password: " + hint)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("base_url has a query or fragment: " + hint + "; the token is set on its own")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("base_url has the scheme %q: %s", clean(u.Scheme), hint)
	case u.Hostname() == "":
		return "", errors.New("base_url has no host: " + hint)
	case u.Scheme == "http" && !cfg.AllowInsecure && !loopback(u.Hostname()):
		return "", fmt.Errorf("base_url is http to %s, which would send the token unencrypted: use https, or set allow_insecure_base_url = true", clean(u.Host))
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if !cfg.TokenInHeader {
		u.RawQuery = url.Values{"token": {cfg.Token}}.Encode()
	}
	return u.String(), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// The API counts requests by token, so limiters are kept by token and address for the process.
var (
	limitersMu sync.Mutex
	limiters   = map[[2]string]*rate.Limiter{}
)

// sharedLimiter lets one request through at a time (burst 1). The latest client's rate holds for all, so that
// a changed config takes effect while queries of the old one still run.
func sharedLimiter(cfg Config) *rate.Limiter {
	key := [2]string{cfg.BaseURL, cfg.Token}
	limitersMu.Lock()
	defer limitersMu.Unlock()
	l, ok := limiters[key]
	if !ok {
		l = rate.NewLimiter(rate.Limit(cfg.RequestsPerSecond), 1)
		limiters[key] = l
	}
	if l.Limit() != rate.Limit(cfg.RequestsPerSecond) {
		l.SetLimit(rate.Limit(cfg.RequestsPerSecond))
	}
	return l
}
