package serpstatapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// readEnvelope returns the result of a JSON-RPC answer, or the error that the answer is. Errors come with
// HTTP 200 and an error object, or as an HTTP status with any body.
func readEnvelope(resp *http.Response, body []byte, id string) (json.RawMessage, *Error) {
	var answer struct {
		ID     json.RawMessage `json:"id"`
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Code    json.RawMessage `json:"code"`
			Message string          `json:"message"`
		} `json:"error"`
	}
	jsonErr := json.Unmarshal(body, &answer)
	if jsonErr == nil && answer.Error != nil {
		code, _ := parseInt(answer.Error.Code)
		if isNoData(int(code)) {
			return nil, &Error{}
		}
		e := apiError(int(code), answer.Error.Message)
		e.retryAfter = retryAfter(resp)
		return nil, e
	}
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(resp, body)
	}
	switch {
	case jsonErr != nil:
		return nil, malformed("the answer is not JSON of the expected form: %s", describe(resp, body))
	case !sameID(answer.ID, id):
		return nil, malformed("the answer's id is %s, the request's was %q", shorten(string(answer.ID)), id)
	case len(answer.Result) == 0 || string(answer.Result) == "null":
		return nil, malformed("the answer has neither result nor error")
	}
	return answer.Result, nil
}

func sameID(raw json.RawMessage, id string) bool {
	return string(bytes.Trim(raw, `"`)) == id
}

func statusError(resp *http.Response, body []byte) *Error {
	status := resp.StatusCode
	switch {
	case status >= 300 && status < 400:
		return &Error{Kind: KindEndpoint, Code: status, Message: "the address redirects" + redirectTarget(resp) + ", which is not followed because it would take the token there"}
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return &Error{Kind: KindEndpoint, Code: status, Message: "there is no API at this address: " + describe(resp, body)}
	}
	e := apiError(status, describe(resp, body))
	e.retryAfter = retryAfter(resp)
	return e
}

func redirectTarget(resp *http.Response) string {
	if u, err := url.Parse(resp.Header.Get("Location")); err == nil && u.Host != "" {
		return " to the host " + u.Hostname()
	}
	return ""
}

// describe says what kind of body came, with the start of its text.
func describe(resp *http.Response, body []byte) string {
	text := string(body[:min(len(body), 4096)])
	if strings.Contains(resp.Header.Get("Content-Type"), "html") || strings.HasPrefix(strings.TrimSpace(text), "<") {
		title := ""
		if _, after, ok := strings.Cut(text, "<title>"); ok {
			title, _, _ = strings.Cut(after, "</title>")
		}
		return fmt.Sprintf("an HTML page (%s)", shorten(title))
	}
	if len(text) == 0 {
		return "an empty body"
	}
	if runes := []rune(shorten(text)); len(runes) > 80 {
		return strconv.Quote(string(runes[:79]) + "…")
	}
	return strconv.Quote(shorten(text))
}

// retryAfter reads the header in both of its forms, seconds and a date.
func retryAfter(resp *http.Response) time.Duration {
	value := resp.Header.Get("Retry-After")
	if value == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(value); err == nil {
		return max(time.Duration(seconds)*time.Second, 0)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}
