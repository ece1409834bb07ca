package serpstatapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// answer is the outer part of what came, each member as it is written.
type answer struct{ id, result, err []byte }

func readAnswer(body []byte) (a answer, ok bool) {
	s := jsonReader{data: body}
	if !s.valid() {
		return a, false
	}
	ok = object(body, func(name string, value []byte) {
		switch name {
		case "id":
			a.id = value
		case "result":
			a.result = value
		case "error":
			a.err = value
		}
	})
	return a, ok
}

func absent(raw []byte) bool { return len(raw) == 0 || isNull(raw) }

// readEnvelope returns the result of a JSON-RPC answer, or the error that the answer is; errNoData where the
// API has no data. Errors come with HTTP 200 and an error object, or as an HTTP status with any body.
func (c *Client) readEnvelope(resp *http.Response, body []byte, id string) ([]byte, *Error) {
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return nil, redirectError(resp)
	}
	a, ok := readAnswer(body)
	switch {
	case ok && !absent(a.err):
		return nil, c.errorObject(resp, a, id)
	case resp.StatusCode != http.StatusOK:
		return nil, c.statusError(resp, body)
	case !ok:
		return nil, malformed("the answer is not JSON of the expected form: %s", c.describe(resp, body))
	case !sameID(a.id, id):
		return nil, malformed("the answer's id is %s, the request's was %q", c.redact.value(a.id), id)
	case absent(a.result):
		return nil, malformed("the answer has neither result nor error")
	}
	return a.result, nil
}

// sameID compares the mirrored id, which may have become a number.
func sameID(raw []byte, id string) bool {
	return string(raw) == id || string(raw) == `"`+id+`"`
}

// errorObject types an answer with an error. One with another request's id says nothing of this one; one
// without an id is taken for this one's, since an error may come before the API has read the id.
func (c *Client) errorObject(resp *http.Response, a answer, id string) *Error {
	if !absent(a.id) && !sameID(a.id, id) {
		return malformed("the error's id is %s, the request's was %q", c.redact.value(a.id), id)
	}
	var code, message []byte
	object(a.err, func(name string, value []byte) {
		switch name {
		case "code":
			code = value
		case "message":
			message = value
		}
	})
	number, ok := intOf(code)
	failed := resp.StatusCode != http.StatusOK
	switch {
	case !ok && failed:
		return c.statusError(resp, a.err)
	case !ok:
		return malformed("the answer's error has no code: %s", c.redact.value(a.err))
	case isNoData(number) && (!failed || resp.StatusCode == http.StatusNotFound):
		return errNoData
	}
	text, isText := textOf(message)
	if !isText {
		text = string(message)
	}
	e := apiError(number, text)
	if failed && e.Kind == KindBadRequest && number != 400 && number != codeNotThere {
		e = apiError(int64(resp.StatusCode), text) // the status says more than a code that is not documented
	}
	e.retryAfter = c.retryAfter(resp)
	return e
}

func redirectError(resp *http.Response) *Error {
	target := ""
	if u, err := url.Parse(resp.Header.Get("Location")); err == nil && u.Host != "" {
		target = " to the host " + u.Hostname()
	}
	return &Error{Kind: KindEndpoint, Code: resp.StatusCode, Message: "the address redirects" + target + ", which is not followed because it would take the token there"}
}

// statusError types an HTTP status that came without an error object.
func (c *Client) statusError(resp *http.Response, body []byte) *Error {
	status := resp.StatusCode
	switch {
	case status < 300:
		return malformed("the answer has the HTTP status %d: %s", status, c.describe(resp, body))
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return &Error{Kind: KindEndpoint, Code: status, Message: "there is no API at this address: " + c.describe(resp, body)}
	}
	e := apiError(int64(status), c.describe(resp, body))
	e.lost = e.Kind == KindServer // a gateway's, which says nothing of what has become of the request behind it
	e.retryAfter = c.retryAfter(resp)
	return e
}

func (c *Client) retryAfter(resp *http.Response) time.Duration {
	return retryAfter(resp.Header.Get("Retry-After"), c.cfg.now())
}

// describe says what kind of body came, with the start of its text.
func (c *Client) describe(resp *http.Response, body []byte) string {
	head := strings.TrimSpace(string(body[:min(len(body), shownBytes)]))
	switch {
	case head == "":
		return "an empty body"
	case strings.Contains(resp.Header.Get("Content-Type"), "html") || head[0] == '<':
		return fmt.Sprintf("an HTML page (%s)", c.redact.show(title(head), 80))
	}
	return c.redact.value(body)
}

// title is an HTML page's title, "no title" where there is none.
func title(page string) string {
	lower := strings.ToLower(page)
	start := strings.Index(lower, "<title>")
	if len(lower) != len(page) || start < 0 { // a change of case may change the length of what is not ASCII
		return "no title"
	}
	text := page[start+len("<title>"):]
	if end := strings.Index(lower[start:], "</title>"); end >= 0 {
		text = page[start+len("<title>") : start+end]
	}
	return text
}
