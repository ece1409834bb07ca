// Package serpstatapi is a client of Serpstat's JSON-RPC API, version 4: typed calls, typed errors, retries,
// a rate limit, strict reading of answers, and no token in anything that leaves it.
//
// A second method of the API adds a request type, a row decoder and a function like [Client.GetOutlinks] in
// a file of its own; the envelope, the errors and the retries of call stay as they are.
package serpstatapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/time/rate"
)

// DefaultBaseURL is the API's address.
const DefaultBaseURL = "https://api.serpstat.com/v4/"

// Defaults of [Config], and bounds of an answer and of a wait.
const (
	defaultRate        = 1.0
	defaultConcurrency = 10
	defaultTimeout     = 60 * time.Second
	defaultRetries     = 5
	maxBody            = 64 << 20
	maxRetryAfter      = 2 * time.Minute
	firstBackoff       = 500 * time.Millisecond
	maxBackoff         = 30 * time.Second
)

// Config is what a [Client] needs. Only Token is required.
type Config struct {
	Token                 string
	BaseURL               string        // "" is DefaultBaseURL; https, unless the host is loopback
	AllowInsecure         bool          // permits http to any host
	RequestsPerSecond     float64       // 0 is 1; shared by all clients of the process with the same token
	MaxConcurrentRequests int           // 0 is 10
	RequestTimeout        time.Duration // of one attempt; 0 is 60 s
	MaxRetries            int           // after the first attempt; 0 is 5, -1 is none
	Logger                hclog.Logger
	Transport             http.RoundTripper // nil: proxies from the environment, TLS verified
	OnExchange            func(Exchange)    // told of every attempt; may be called concurrently

	sleep   func(context.Context, time.Duration) error // nil is real time
	maxBody int64                                      // 0 is 64 MiB
}

// Exchange is one attempt at a request.
type Exchange struct {
	Method, Domain   string
	Page, Size, Rows int
	Credits          int64 // what the answer cost; 0 where it cannot be known
	Total, LeftLines int64 // -1 where the answer does not say
	Attempt          int   // from 1
	Duration         time.Duration
	Err              error
}

// Client calls the API. It is safe for concurrent use.
type Client struct {
	cfg      Config
	endpoint string // with the token
	http     *http.Client
	limiter  *rate.Limiter
	slots    chan struct{}
	redact   redactor
	log      hclog.Logger
	flights  flights
	ids      atomic.Int64
}

// New checks the config and makes a client. Nothing is sent.
func New(cfg Config) (*Client, error) {
	if strings.TrimSpace(cfg.Token) == "" {
		return nil, errors.New("the Serpstat API token is empty: set it in the environment variable SERPSTAT_API_TOKEN or as token in the connection's config")
	}
	if strings.ContainsAny(cfg.Token, " \t\r\n") {
		return nil, errors.New("the Serpstat API token holds white space: copy it again, without quotes or line breaks")
	}
	cfg = withDefaults(cfg)
	switch {
	case !(cfg.RequestsPerSecond > 0):
		return nil, fmt.Errorf("requests per second %v is not above 0", cfg.RequestsPerSecond)
	case cfg.MaxConcurrentRequests < 1:
		return nil, fmt.Errorf("max concurrent requests %d is below 1", cfg.MaxConcurrentRequests)
	case cfg.RequestTimeout < 0:
		return nil, fmt.Errorf("request timeout %v is negative", cfg.RequestTimeout)
	}
	endpoint, err := endpoint(cfg)
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, endpoint: endpoint, redact: newRedactor(cfg.Token), log: cfg.Logger,
		limiter: sharedLimiter(cfg), slots: make(chan struct{}, cfg.MaxConcurrentRequests),
	}
	c.http = &http.Client{
		Transport: cfg.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // another host must not be sent the token
		},
	}
	c.flights.running = map[string]*flight{}
	return c, nil
}

func withDefaults(cfg Config) Config {
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
	if cfg.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = cfg.MaxConcurrentRequests
		cfg.Transport = t
	}
	if cfg.sleep == nil {
		cfg.sleep = sleep
	}
	if cfg.maxBody == 0 {
		cfg.maxBody = maxBody
	}
	return cfg
}

func endpoint(cfg Config) (string, error) {
	const hint = "write it like " + DefaultBaseURL
	u, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return "", fmt.Errorf("base_url is not a URL: %s", hint)
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("base_url has the scheme %q: %s", u.Scheme, hint)
	case u.Host == "":
		return "", fmt.Errorf("base_url has no host: %s", hint)
	case u.User != nil:
		return "", fmt.Errorf("base_url has a user name or password: %s", hint)
	case u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("base_url has a query or fragment: %s; the token is set on its own", hint)
	case u.Scheme == "http" && !cfg.AllowInsecure && !loopback(u.Hostname()):
		return "", fmt.Errorf("base_url is http to %s, which would send the token unencrypted: use https, or set allow_insecure_base_url = true", u.Host)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = url.Values{"token": {cfg.Token}}.Encode()
	return u.String(), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// The API counts requests by token, so limiters are kept by token (and address and rate) for the process.
var (
	limitersMu sync.Mutex
	limiters   = map[string]*rate.Limiter{}
)

func sharedLimiter(cfg Config) *rate.Limiter {
	key := fmt.Sprint(cfg.BaseURL, "\x00", cfg.Token, "\x00", cfg.RequestsPerSecond)
	limitersMu.Lock()
	defer limitersMu.Unlock()
	l, ok := limiters[key]
	if !ok {
		l = rate.NewLimiter(rate.Limit(cfg.RequestsPerSecond), 1)
		limiters[key] = l
	}
	return l
}

type waitKey struct{}

// WithWait returns a context whose requests call wait before each attempt, after the client's own limiter.
func WithWait(ctx context.Context, wait func(context.Context) error) context.Context {
	return context.WithValue(ctx, waitKey{}, wait)
}

// rpcCall is one call of a method. decode reads result; it is not called where the API has no data.
type rpcCall struct {
	method   string
	params   any
	exchange Exchange // what is known of it before the answer
	decode   func(result json.RawMessage, ex *Exchange) *Error
	noData   func(ex *Exchange)
	took     func(time.Duration) // told of a good answer's duration; may be nil
	fields   []any               // for the log
}

type envelope struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Params any    `json:"params,omitempty"`
}

// call makes attempts until one succeeds, fails for good, or there have been enough.
func (c *Client) call(ctx context.Context, rpc rpcCall) error {
	for attempt := 1; ; attempt++ {
		ex, e := c.attempt(ctx, rpc, attempt)
		if e != nil {
			e = c.finish(rpc, e)
			ex.Err = e
		}
		if c.cfg.OnExchange != nil && ex.Attempt > 0 {
			c.cfg.OnExchange(ex)
		}
		if e == nil {
			return nil
		}
		if !e.retryable() || attempt > c.cfg.MaxRetries {
			return e
		}
		wait := c.backoff(e, attempt)
		c.log.Warn("serpstat request failed, retrying", append(rpc.fields[:len(rpc.fields):len(rpc.fields)],
			"attempt", attempt, "error", e.Error(), "wait", wait)...)
		if err := c.cfg.sleep(ctx, wait); err != nil {
			return c.finish(rpc, interrupted(err))
		}
	}
}

// finish is the one exit of errors: it names the method and removes the token.
func (c *Client) finish(rpc rpcCall, e *Error) *Error {
	e.method = strings.TrimPrefix(rpc.method, "SerpstatBacklinksProcedure.")
	e.method = strings.TrimPrefix(e.method, "SerpstatLimitsProcedure.")
	e.Message = shorten(c.redact.clean(e.Message))
	return e
}

func (c *Client) attempt(ctx context.Context, rpc rpcCall, attempt int) (Exchange, *Error) {
	ex := rpc.exchange
	ex.Method, ex.Total, ex.LeftLines = rpc.method, -1, -1
	if err := c.admit(ctx); err != nil {
		return ex, interrupted(err)
	}
	defer func() { <-c.slots }()
	ex.Attempt = attempt
	start := time.Now()
	result, e := c.exchange(ctx, rpc)
	if e == nil && result != nil {
		e = rpc.decode(result, &ex)
	} else if e != nil && e.Kind == 0 { // no data
		rpc.noData(&ex)
		e = nil
	}
	ex.Duration = time.Since(start)
	if e == nil {
		if rpc.took != nil {
			rpc.took(ex.Duration)
		}
		c.log.Debug("serpstat request", append(rpc.fields[:len(rpc.fields):len(rpc.fields)],
			"rows", ex.Rows, "total", ex.Total, "credits_left", ex.LeftLines, "duration", ex.Duration)...)
	}
	return ex, e
}

// admit waits for the rate limit, for the caller's own wait, and for a place among the concurrent requests.
// On success the caller must give the place back.
func (c *Client) admit(ctx context.Context) error {
	if err := c.limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return context.DeadlineExceeded // the limiter sees that the deadline comes first
	}
	if wait, ok := ctx.Value(waitKey{}).(func(context.Context) error); ok && wait != nil {
		if err := wait(ctx); err != nil {
			return err
		}
	}
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// exchange sends one request and returns the result of its answer. An Error of kind 0 means no data.
func (c *Client) exchange(ctx context.Context, rpc rpcCall) (json.RawMessage, *Error) {
	id := strconv.FormatInt(c.ids.Add(1), 10)
	body, err := encode(envelope{id, rpc.method, rpc.params})
	if err != nil {
		return nil, &Error{Kind: KindBadRequest, Message: "the request cannot be encoded: " + err.Error()}
	}
	attempt, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(attempt, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Kind: KindEndpoint, Message: "the address cannot be used"}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "steampipe-plugin-serpstat")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.networkError(ctx, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, c.cfg.maxBody+1))
	if err != nil {
		return nil, c.networkError(ctx, fmt.Errorf("the answer was cut off after %d bytes: %w", len(data), err))
	}
	if int64(len(data)) > c.cfg.maxBody {
		return nil, malformed("the answer is larger than %d MiB", c.cfg.maxBody>>20)
	}
	return readEnvelope(resp, data, id)
}

// networkError types an error of net/http without keeping it: its text holds the URL, token included.
func (c *Client) networkError(ctx context.Context, err error) *Error {
	if ctx.Err() != nil {
		return interrupted(ctx.Err())
	}
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: KindNetwork, Message: fmt.Sprintf("no answer within %v", c.cfg.RequestTimeout)}
	}
	return &Error{Kind: KindNetwork, Message: err.Error()}
}

// interrupted is a request that its caller gave up.
func interrupted(err error) *Error {
	message := "canceled"
	if errors.Is(err, context.DeadlineExceeded) {
		message = "the time allowed for the query is over"
	}
	cause := context.Canceled
	if errors.Is(err, context.DeadlineExceeded) {
		cause = context.DeadlineExceeded
	}
	return &Error{Kind: KindNetwork, Message: message, cause: cause}
}

// encode is json.Marshal without escaping <, > and &, which would change texts on their way.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// backoff is how long to wait before the next attempt: what the API says, or doubling from half a second,
// with jitter so that clients do not return together; after a 429 at least one interval of the rate.
func (c *Client) backoff(e *Error, attempt int) time.Duration {
	if e.retryAfter > 0 {
		return min(e.retryAfter, maxRetryAfter)
	}
	wait := min(firstBackoff<<min(attempt-1, 10), maxBackoff)
	wait = wait/2 + time.Duration(rand.Int64N(int64(wait/2)+1))
	if e.Kind == KindRateLimited {
		wait = max(wait, time.Duration(float64(time.Second)/c.cfg.RequestsPerSecond))
	}
	return wait
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
