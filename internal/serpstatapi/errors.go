package serpstatapi

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Kind says what a caller can do about an [Error].
type Kind int

// The kinds of errors. The codes are those of Serpstat's error objects and of HTTP.
const (
	KindBadRequest    Kind = iota + 1 // 400 and codes that are not documented: the request is wrong
	KindCredits                       // 402, 32012: credits used up, or rows past the cap
	KindToken                         // 401, 403: token, method or plan not allowed
	KindRateLimited                   // 429, after all retries
	KindServer                        // 500, 5xx, 408, after all retries
	KindNetwork                       // no answer, after all retries; or the context's end, see [Error.Unwrap]
	KindNotSupported                  // 32016, 32018, 32116: query not supported
	KindFilterRefused                 // 32117: the complexFilter is not taken; free of charge
	KindMalformed                     // an answer that cannot be trusted, after all retries
	KindEndpoint                      // the base URL does not lead to the API
	KindForbidden                     // 403: the token is known, but the account may not do this
)

var kindNames = map[Kind]string{
	KindBadRequest: "bad request", KindCredits: "credits", KindToken: "token", KindRateLimited: "rate limit",
	KindServer: "server error", KindNetwork: "network", KindNotSupported: "not supported",
	KindFilterRefused: "filter refused", KindMalformed: "malformed answer", KindEndpoint: "wrong address",
	KindForbidden: "not allowed",
}

func (k Kind) String() string { return kindNames[k] }

// Error is what went wrong with a request. Its text and its fields never hold the token, and it wraps nothing
// but a context's error.
type Error struct {
	Kind    Kind
	Code    int           // the API's or HTTP's code, 0 if there is none
	Message string        // the API's words or the cause, redacted
	Refused table.Refused // what a refused filter was refused for

	advice     string // what to do, where the code and the words say more than the kind; "" is the kind's hint
	method     string
	retryAfter time.Duration
	final      bool  // would come again
	whole      bool  // of an answer that came whole, and cannot be trusted
	lost       bool  // an answer may have been made, and charged
	cause      error // a context's error only: anything else could hold the URL
	unpaid     error // why the payer has not paid for another attempt
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

// hint is what to do, "" where nothing is.
func (e *Error) hint() string {
	switch {
	case e.cause != nil:
		return ""
	case e.advice != "":
		return e.advice
	case e.Kind == KindCredits && !e.UsedUp():
		return "the API gives no more rows for one request: narrow it with a filter, or add a LIMIT"
	}
	return hints[e.Kind]
}

// UsedUp reports that the plan has no credits left. Its code is that of a request for more rows than there are for one, too.
func (e *Error) UsedUp() bool {
	return e.Kind == KindCredits && !strings.Contains(strings.ToLower(e.Message), "export")
}

// Error says what failed, why, and what to do.
func (e *Error) Error() string {
	text := "serpstat " + e.method + ": "
	if e.cause == nil {
		text += e.Kind.String()
		if e.Code != 0 {
			text += fmt.Sprintf(" %d", e.Code)
		}
		text += ": "
	}
	text += e.Message
	if hint := e.hint(); hint != "" {
		text += " (" + hint + ")"
	}
	return text
}

// Unwrap returns context.Canceled or context.DeadlineExceeded where the caller's context has ended.
func (e *Error) Unwrap() error { return e.cause }

// errNoData is how readEnvelope says that the API has no data for the request.
var errNoData = &Error{Message: "no data"}

// Codes of "no data for the request": no rows, no error.
func isNoData(code int64) bool { return code == 404 || code == 32015 || code == 32017 }

// Two codes that differ in their sign alone. Serpstat's own Airbyte connector takes the first for "more requests
// per second than the plan allows" and sends the request again; the second is in the recorded examples of the
// documentation ("Task not found"), where the same request gets the same answer.
const (
	codeTooFast    = 32000
	codeNotThere   = -32000
	notThereAdvice = "what the request names is not there: check the values in the WHERE clause, and the token"
)

// What to advise.
const (
	tokenAdvice  = "check the token (SERPSTAT_API_TOKEN or token in serpstat.spc): it is shown at https://serpstat.com/users/profile/"
	userAdvice   = "Serpstat does not take the token's user, who may be blocked or gone: sign in at https://serpstat.com and take the token from the profile page"
	anyOfAdvice  = "Serpstat does not say which: " + tokenAdvice + ", that the account is not blocked, and that its plan includes the API"
	planAdvice   = "the plan does not include the API: see your Serpstat account for one that does"
	methodAdvice = "the account may not call this method: see in your Serpstat account what its plan includes, or ask Serpstat's support"
	queryAdvice  = "Serpstat refuses this very query to the account: check the values in the WHERE clause, or ask Serpstat's support"
	engineAdvice = "the plan does not include this search engine: choose another one, or another plan"
	fewerAdvice  = "see serpstat_credit for what is left, and ask for fewer rows with a LIMIT or a filter; a plan's credits renew monthly"
	lostAdvice   = "the token has not arrived: a proxy or gateway on the way may take it out; if token_in_header = true is set, try without it"
)

// wordings are what the API's words say beyond its code: 403 has ten texts, and what to do about it depends on
// the text alone. They are those of https://serpstat.com/api/201-kodi-vidpovidi-servera/ (server response codes),
// a distinctive part of each, in lower case. The first one that a message has counts; one that is not listed is
// left to its code.
var wordings = []struct {
	code   int64
	part   string
	kind   Kind
	advice string
}{
	{403, "problems with authorization", KindToken, anyOfAdvice}, // (invalid token, forbidden method or user blocked)
	{403, "not enough credits", KindCredits, fewerAdvice},
	{403, "api not allowed", KindForbidden, planAdvice},
	{403, "method forbidden", KindForbidden, methodAdvice},
	{403, "not access to functional", KindForbidden, methodAdvice},
	{403, "wrong method or access denied", KindForbidden, methodAdvice},
	{403, "forbidden query", KindForbidden, queryAdvice},
	{403, "selected se is limited", KindForbidden, engineAdvice},
	{403, "invalid user", KindToken, userAdvice},
	{403, "invalid token", KindToken, tokenAdvice},
	{400, "missing token", KindToken, lostAdvice},
}

// Messages of 32117, from Serpstat's list of errors.
var (
	refusedCompare = regexp.MustCompile(`(?i)not allowed method\W+(\w+)\W+for\W+field\W+(\w+)`)
	refusedField   = regexp.MustCompile(`(?i)not allowed field\W+(\w+)`)
)

// apiError types an error object of the API, or an HTTP status.
func apiError(code int64, message string) *Error {
	e := &Error{Code: int(code), Message: message}
	lower := strings.ToLower(message)
	for _, w := range wordings {
		if w.code == code && strings.Contains(lower, w.part) {
			e.Kind, e.advice = w.kind, w.advice
			return e
		}
	}
	switch {
	case code == 402 || code == 32012:
		e.Kind = KindCredits
	case code == 401 || code == 403:
		e.Kind = KindToken
	case code == 429 || code == codeTooFast:
		e.Kind = KindRateLimited
	case code == 32016 || code == 32018 || code == 32116:
		e.Kind = KindNotSupported
	case code == 32117:
		e.Kind = KindFilterRefused
	case code >= 500 && code < 600 || code == 408:
		e.Kind = KindServer
	case code == codeNotThere:
		e.Kind, e.advice = KindBadRequest, notThereAdvice
	default:
		e.Kind = KindBadRequest
	}
	return e
}

// refusal reads from the message of a refused filter which field and compareType it is about. The message must
// be redacted: a word of it could be a part of the token.
func (e *Error) refusal() {
	message := e.Message
	if m := refusedCompare.FindStringSubmatch(message); m != nil {
		e.Refused = table.Refused{Field: m[2], CompareType: m[1]}
		return
	}
	switch lower := strings.ToLower(message); {
	case strings.Contains(lower, "for between method"):
		e.Refused.CompareType = table.Between
	case strings.Contains(lower, "crawl date"):
		e.Refused.Date = true
	default:
		if m := refusedField.FindStringSubmatch(message); m != nil {
			e.Refused.Field = m[1]
		}
	}
}

func malformed(format string, args ...any) *Error {
	return &Error{Kind: KindMalformed, Message: fmt.Sprintf(format, args...), lost: true}
}

// unreadable is a value that would come, and be charged, again: such an answer is not asked for twice.
func unreadable(format string, args ...any) *Error {
	e := malformed(format, args...)
	e.final = true
	return e
}

// RefusedFilter says what a filter was refused for.
func (e *Error) RefusedFilter() (what table.Refused, refused bool) {
	return e.Refused, e.Kind == KindFilterRefused
}

// KindOf returns the kind of an API error, or 0.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// interrupted is a request that its caller gave up, or whose wait failed.
func interrupted(err error) *Error {
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Kind: KindNetwork, Message: "canceled", cause: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: KindNetwork, Message: "the time allowed for the query is over", cause: context.DeadlineExceeded}
	}
	return &Error{Kind: KindNetwork, Message: "waiting to send: " + err.Error(), final: true}
}
