// Package serpstatapi is a client of Serpstat's JSON-RPC API, version 4: typed calls, typed errors, retries,
// a rate limit, strict reading of answers, and no token in anything that leaves it.
//
// Any declared method that answers with a list of rows is called by [Client.Rows]. The envelope, the errors,
// retries, limits and logging are [call]'s, and know no method.
package serpstatapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/time/rate"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Exchange is one attempt at a request that was sent.
type Exchange struct {
	Number           int64 // of the attempt, in this process
	Method, Domain   string
	Page, Size, Rows int
	Credits          int64 // what the answer cost; 0 where it cannot be known, as when it was cut off
	Unsure           int64 // what it may have cost where that cannot be known
	Total, LeftLines int64 // -1 where the answer does not say
	Attempt          int   // from 1
	Duration         time.Duration
	Err              error
}

// Client calls the API. It is safe for concurrent use. Printed, it does not show the token.
type Client struct {
	cfg      Config
	endpoint string // with the token, unless it is sent in a header
	http     *http.Client
	limiter  *rate.Limiter
	slots    chan struct{}
	redact   redactor
	log      hclog.Logger
	ids      atomic.Int64
	closed   context.Context // ends with Close
	end      context.CancelFunc
}

// New checks the config and makes a client. Nothing is sent.
func New(cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	endpoint, err := cfg.endpoint()
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, endpoint: endpoint, redact: newRedactor(cfg.Token), log: cfg.Logger,
		limiter: sharedLimiter(cfg), slots: make(chan struct{}, cfg.MaxConcurrentRequests),
	}
	c.http = &http.Client{
		Transport: cfg.transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // another host must not be sent the token
		},
	}
	c.closed, c.end = context.WithCancel(context.Background())
	return c, nil
}

// Close ends requests under way, and lets go of idle connections.
func (c *Client) Close() {
	c.end()
	c.http.CloseIdleConnections()
}

// String names the client without the token.
func (c *Client) String() string {
	return fmt.Sprintf("serpstatapi.Client{BaseURL: %q}", c.cfg.publicBaseURL())
}

// GoString names the client without the token.
func (c *Client) GoString() string { return c.String() }

type waitKey struct{}

// WithWait returns a context whose requests call wait before each attempt, in place of the config's Wait.
// An error of wait ends the request.
func WithWait(ctx context.Context, wait func(context.Context) error) context.Context {
	return context.WithValue(ctx, waitKey{}, wait)
}

// rpc is one call of a method.
type rpc[T any] struct {
	method   string
	params   any                                      // nil is not sent
	paid     bool                                     // what has been sent is finished, since it may be charged
	exchange Exchange                                 // what is known of it before the answer
	fields   []any                                    // for the log
	decode   func(*jsonReader, *Exchange) (T, *Error) // reads result
	noData   func(*Exchange) T                        // the answer where the API has no data; nil if that is an error
	done     func(answer T, took time.Duration)       // told how long a good answer took; may be nil
}

type envelope struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Params any    `json:"params,omitempty"`
}

// do calls a method.
func do[T any](ctx context.Context, c *Client, r rpc[T]) (T, error) {
	answer, e := call(ctx, c, r)
	switch {
	case e == nil:
		return answer, nil
	case e.unpaid != nil:
		return answer, e.unpaid
	}
	return answer, c.finish(r.method, e)
}

// call makes attempts until one succeeds, fails for good, or there have been enough.
func call[T any](ctx context.Context, c *Client, r rpc[T]) (T, *Error) {
	var before *Error
	for n := 1; ; n++ {
		answer, e := attempt(ctx, c, r, n)
		if e != nil && e.unpaid != nil && before != nil {
			e.unpaid = fmt.Errorf("%w (after %w)", e.unpaid, c.finish(r.method, before))
		}
		before = e
		if e == nil || !e.retryable(n) || n > c.cfg.MaxRetries {
			return answer, e
		}
		wait := c.backoff(e, n)
		c.logAt(hclog.Warn, "serpstat request failed, retrying", r.method, r.fields, "attempt", n, "error", e.Error(), "wait", wait)
		if err := c.cfg.sleep(ctx, wait); err != nil {
			return answer, interrupted(err)
		}
	}
}

// attempts counts those of all clients.
var attempts atomic.Int64

// attempt sends one request, when its turn has come, and reports it.
func attempt[T any](ctx context.Context, c *Client, r rpc[T], n int) (answer T, e *Error) {
	if e := c.admit(ctx); e != nil {
		return answer, e
	}
	defer func() { <-c.slots }()
	ex := r.exchange
	ex.Number, ex.Method, ex.Attempt, ex.Total, ex.LeftLines = attempts.Add(1), r.method, n, -1, -1
	start := time.Now()
	if answer, e = paidExchange(ctx, c, r, &ex); e != nil && e.unpaid != nil {
		return answer, e
	}
	if e != nil {
		e = c.finish(r.method, e)
		ex.Err = e
	}
	ex.Duration = time.Since(start)
	if e == nil && r.done != nil {
		r.done(answer, ex.Duration)
	}
	c.report(ex, r.fields)
	return answer, e
}

// paidExchange is an exchange that the context's payer pays for, if it costs something.
func paidExchange[T any](ctx context.Context, c *Client, r rpc[T], ex *Exchange) (answer T, e *Error) {
	if !r.paid {
		return exchange(ctx, c, r, ex)
	}
	payer := table.PayerOf(ctx)
	credits, err := payer.Reserve()
	if err != nil {
		return answer, &Error{unpaid: err, final: true}
	}
	if c.cfg.OnPromise != nil {
		c.cfg.OnPromise(ex.Number, credits)
	}
	answer, e = exchange(ctx, c, r, ex)
	known := e == nil || !e.lost
	if !known {
		ex.Unsure = credits
	}
	payer.Settle(ex.Credits, known)
	return answer, e
}

// report tells the log and the config's observer of an attempt.
func (c *Client) report(ex Exchange, fields []any) {
	if c.log.IsDebug() {
		outcome := []any{"rows", ex.Rows, "total", ex.Total, "credits_left", ex.LeftLines, "duration", ex.Duration}
		if ex.Err != nil {
			outcome = append(outcome, "attempt", ex.Attempt, "error", ex.Err.Error())
		}
		c.logAt(hclog.Debug, "serpstat request", ex.Method, fields, outcome...)
	}
	if c.cfg.OnExchange != nil {
		c.cfg.OnExchange(ex)
	}
}

// logAt writes a line about a request. What users wrote into a query may hold the token too.
func (c *Client) logAt(level hclog.Level, message, method string, fields []any, outcome ...any) {
	args := append([]any{"method", shortMethod(method)}, fields...)
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = c.redact.clean(text)
		}
	}
	c.log.Log(level, message, append(args, outcome...)...)
}

// shortMethod is the method's name without its procedure, which says no more.
func shortMethod(method string) string { return method[strings.LastIndexByte(method, '.')+1:] }

// finish is the one exit of errors: it names the method and removes the token.
func (c *Client) finish(method string, e *Error) *Error {
	done := *e
	done.method = shortMethod(method)
	done.Message = c.redact.show(e.Message, 300)
	if done.Kind == KindFilterRefused {
		done.refusal()
	}
	return &done
}

// admit waits for a place among the concurrent requests, for the caller's own wait, and last for the rate
// limit: whoever has passed it sends at once, so that requests leave no closer together than the rate says.
// On success the caller must give the place back.
func (c *Client) admit(ctx context.Context) *Error {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return interrupted(ctx.Err())
	}
	err := c.waitTurn(ctx)
	if err == nil {
		return nil
	}
	<-c.slots
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return interrupted(err)
}

func (c *Client) waitTurn(ctx context.Context) error {
	wait := c.cfg.Wait
	if own, ok := ctx.Value(waitKey{}).(func(context.Context) error); ok && own != nil {
		wait = own
	}
	if wait != nil {
		if err := wait(ctx); err != nil {
			return err
		}
	}
	return c.limiter.Wait(ctx)
}

// Buffers of bodies are used again; one that a huge answer has grown is not kept.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const keptBuffer = 4 << 20 // bytes

// exchange sends one request and reads its answer. Nothing in the answer refers to the body's buffer.
func exchange[T any](ctx context.Context, c *Client, r rpc[T], ex *Exchange) (answer T, e *Error) {
	id := strconv.FormatInt(c.ids.Add(1), 10)
	request, err := table.Encode(envelope{id, r.method, r.params})
	if err != nil {
		return answer, &Error{Kind: KindBadRequest, Message: "the request cannot be encoded: " + err.Error()}
	}
	body := bodies.Get().(*bytes.Buffer)
	defer func() {
		if body.Cap() <= keptBuffer {
			body.Reset()
			bodies.Put(body)
		}
	}()
	if r.paid {
		if err := ctx.Err(); err != nil {
			return answer, interrupted(err)
		}
		unending, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer context.AfterFunc(c.closed, cancel)()
		ctx = unending
	}
	resp, e := c.post(ctx, request, body)
	if e != nil {
		return answer, e
	}
	result, e := c.readEnvelope(resp, body.Bytes(), id)
	switch {
	case e == errNoData && r.noData != nil:
		return r.noData(ex), nil
	case e == errNoData:
		return answer, &Error{Kind: KindBadRequest, Message: "the API has no data for the request"}
	case e != nil:
		return answer, e
	}
	if answer, e = r.decode(&jsonReader{data: result, redact: c.redact}, ex); e != nil {
		e.whole = true
	}
	return answer, e
}

// post sends a request and reads the whole answer into body.
func (c *Client) post(ctx context.Context, request []byte, body *bytes.Buffer) (*http.Response, *Error) {
	attempt, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(attempt, http.MethodPost, c.endpoint, bytes.NewReader(request))
	if err != nil {
		return nil, &Error{Kind: KindEndpoint, Message: "the address cannot be used"}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "steampipe-plugin-serpstat")
	if c.cfg.TokenInHeader {
		// The specification has the query parameter alone. Serpstat's Airbyte connector and the R package
		// serpstatr send this header and no parameter.
		req.Header.Set("token", c.cfg.Token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.networkError(ctx, err)
	}
	defer resp.Body.Close()
	n, err := body.ReadFrom(io.LimitReader(resp.Body, c.cfg.MaxBody+1))
	switch {
	case n > c.cfg.MaxBody:
		return nil, malformed("the answer is larger than %d bytes", c.cfg.MaxBody)
	case err != nil:
		return nil, c.networkError(ctx, fmt.Errorf("the answer was cut off after %d bytes: %w", n, err))
	}
	return resp, nil
}
