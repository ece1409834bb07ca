package serpstatapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds of the wait before a retry.
const (
	firstBackoff  = 500 * time.Millisecond
	maxBackoff    = 30 * time.Second
	maxRetryAfter = 2 * time.Minute
)

// Bounds of the retries of answers that cannot be trusted. One that came whole has been charged, and what is wrong with
// it may well be wrong again: it is bought twice at most.
const (
	maxMalformedRetries = 2
	maxWholeRetries     = 1
)

// retryable reports errors that may go away by themselves, after so many attempts.
func (e *Error) retryable(attempts int) bool {
	if e.final || e.cause != nil {
		return false
	}
	switch e.Kind {
	case KindRateLimited, KindServer, KindNetwork:
		return true
	case KindMalformed:
		if e.whole {
			return attempts <= maxWholeRetries
		}
		return attempts <= maxMalformedRetries
	}
	return false
}

// Final reports an error that comes again if the same is asked again.
func (e *Error) Final() bool { return e.cause == nil && !e.retryable(1) }

// backoff is how long to wait before the next attempt: what the API says, or doubling from half a second,
// with jitter so that clients do not return together; after a rate limit at least one interval of the rate.
func (c *Client) backoff(e *Error, attempt int) time.Duration {
	wait := e.retryAfter
	if wait <= 0 {
		wait = min(firstBackoff<<min(attempt-1, 10), maxBackoff)
		wait = wait/2 + time.Duration(rand.Int64N(int64(wait/2)+1))
	}
	if e.Kind == KindRateLimited {
		wait = max(wait, time.Duration(float64(time.Second)/c.cfg.RequestsPerSecond))
	}
	return min(wait, maxRetryAfter)
}

// retryAfter reads the header in both of its forms, seconds and a date; 0 where there is none to honour.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && !math.IsNaN(seconds) {
		return time.Duration(min(max(seconds, 0), maxRetryAfter.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
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

// networkError types an error of net/http without keeping it: its text holds the URL, token included.
func (c *Client) networkError(ctx context.Context, err error) *Error {
	if ctx.Err() != nil {
		e := interrupted(ctx.Err())
		e.lost = true // of what is paid, this is the client's end
		return e
	}
	for urlErr := (*url.Error)(nil); errors.As(err, &urlErr); {
		err = urlErr.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: KindNetwork, Message: fmt.Sprintf("no full answer within %v", c.cfg.RequestTimeout), lost: true}
	}
	var untrusted *tls.CertificateVerificationError
	var op *net.OpError
	unsent := errors.As(err, &untrusted) || errors.As(err, &op) && op.Op == "dial"
	return &Error{Kind: KindNetwork, Message: err.Error(), final: errors.As(err, &untrusted), lost: !unsent}
}
