package serpstatapi

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Kind says what a caller can do about an [Error].
type Kind int

// The kinds of errors.
const (
	KindBadRequest    Kind = iota + 1 // 400: the request is wrong
	KindCredits                       // 402, 32012: credits used up, or rows past the cap
	KindToken                         // 401, 403: token, method or plan not allowed
	KindRateLimited                   // 429, after all retries
	KindServer                        // 500, 5xx, after all retries
	KindNetwork                       // no answer, after all retries
	KindNotSupported                  // 32016, 32018, 32116: query not supported
	KindFilterRefused                 // 32117: the complexFilter is not taken; free of charge
	KindMalformed                     // an answer that cannot be trusted, after all retries
	KindEndpoint                      // the base URL does not lead to the API
)

var kindNames = map[Kind]string{
	KindBadRequest: "bad request", KindCredits: "credits", KindToken: "token", KindRateLimited: "rate limit",
	KindServer: "server error", KindNetwork: "network", KindNotSupported: "not supported",
	KindFilterRefused: "filter refused", KindMalformed: "malformed answer", KindEndpoint: "wrong address",
}

func (k Kind) String() string { return kindNames[k] }

// Error is what went wrong with a request. Its text never holds the token.
type Error struct {
	Kind    Kind
	Code    int    // the API's or HTTP's code, 0 if there is none
	Message string // the API's words or the cause, redacted
	// Field and Compare name what a refused filter was refused for, where the API says so.
	Field, Compare string

	method     string
	retryAfter time.Duration
	cause      error // a context's error only: anything else could hold the URL
}

var hints = map[Kind]string{
	KindBadRequest:    "check the values in the WHERE clause",
	KindCredits:       "see serpstat_credit for what is left; a plan's credits renew monthly",
	KindToken:         "check the token (SERPSTAT_API_TOKEN or token in serpstat.spc) and that the plan includes the API",
	KindRateLimited:   "lower requests_per_second to what the plan allows, or run fewer queries at a time",
	KindServer:        "Serpstat's side failed repeatedly: try again later",
	KindNetwork:       "check the network, a proxy, and base_url",
	KindNotSupported:  "check that query is a domain that Serpstat knows",
	KindFilterRefused: "check complex_filter",
	KindMalformed:     "something between here and Serpstat may have changed the answer: try again, and report it if it stays",
	KindEndpoint:      "check base_url (SERPSTAT_API_URL)",
}

// Error says what failed, why, and what to do.
func (e *Error) Error() string {
	code := ""
	if e.Code != 0 {
		code = fmt.Sprintf(" %d", e.Code)
	}
	return fmt.Sprintf("serpstat %s: %s%s: %s (%s)", e.method, e.Kind, code, e.Message, hints[e.Kind])
}

// Unwrap returns a context's error where that is the cause.
func (e *Error) Unwrap() error { return e.cause }

// retryable reports errors that may go away by themselves.
func (e *Error) retryable() bool {
	switch e.Kind {
	case KindRateLimited, KindServer, KindNetwork, KindMalformed:
		return e.cause == nil
	}
	return false
}

// Codes of "no data for the request": no rows, no error.
func isNoData(code int) bool { return code == 404 || code == 32015 || code == 32017 }

var refusal = regexp.MustCompile(`(?i)not allowed method (\w+) for field (\w+)`)
var fieldRefusal = regexp.MustCompile(`(?i)not allowed field:?\s+(\w+)`)

// apiError types an error object of the API.
func apiError(code int, message string) *Error {
	e := &Error{Code: code, Message: message}
	switch {
	case code == 400 || code == 422:
		e.Kind = KindBadRequest
	case code == 402 || code == 32012:
		e.Kind = KindCredits
	case code == 401 || code == 403:
		e.Kind = KindToken
	case code == 429:
		e.Kind = KindRateLimited
	case code == 32016 || code == 32018 || code == 32116:
		e.Kind = KindNotSupported
	case code == 32117:
		e.Kind = KindFilterRefused
		if m := refusal.FindStringSubmatch(message); m != nil {
			e.Compare, e.Field = m[1], m[2]
		} else if m := fieldRefusal.FindStringSubmatch(message); m != nil {
			e.Field = m[1]
		} else if strings.Contains(strings.ToLower(message), "between") {
			e.Compare = "between"
		}
	case code >= 500 && code < 600:
		e.Kind = KindServer
	default:
		e.Kind = KindBadRequest
	}
	return e
}

func malformed(format string, args ...any) *Error {
	return &Error{Kind: KindMalformed, Message: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of an API error, or 0.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}
