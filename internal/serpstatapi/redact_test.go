package serpstatapi

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// inBase64 is what base64 makes of a token behind so many characters, but for those that hold a part of these.
func inBase64(token string, before int) string {
	return strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(strings.Repeat("x", before) + token))[(4*before+2)/3:], "=")
}

// forms are the ways in which a token may be written; none may be seen.
func forms(token string) []string {
	query := url.QueryEscape(token)
	inJSON, _ := table.Encode(token)
	escaped := fmt.Sprintf("%+q", token)
	return []string{token, query, strings.ToLower(query), url.PathEscape(token), url.QueryEscape(query), html.EscapeString(token),
		strings.Trim(string(inJSON), `"`), escaped[1 : len(escaped)-1], fmt.Sprintf("%q", token)[1:], strings.ReplaceAll(token, "/", `\/`),
		inBase64(token, 0), inBase64(token, 1), inBase64(token, 2)}
}

// secretParts are parts of testToken that show it, or the beginning of it, in whatever form.
var secretParts = []string{"t0k", "T0K", "n%2B", "n+/", "é", "%C3%A9", "%c3%a9"}

func checkNoSecret(t *testing.T, where, text string) {
	t.Helper()
	for _, part := range secretParts {
		if strings.Contains(text, part) {
			t.Errorf("%s shows the token (%s): %s", where, part, text)
			return
		}
	}
}

func TestTokenIsRemovedInEveryForm(t *testing.T) {
	r := newRedactor(testToken)
	for _, form := range forms(testToken) {
		for _, text := range []string{form, "x" + form + "y", `Post "https://api.serpstat.com/v4/?token=` + form + `": dial`, `<a href="?token=` + form + `&amp;x">`} {
			checkNoSecret(t, form, r.clean(text))
			checkNoSecret(t, form, r.value([]byte(text)))
		}
	}
}

// An answer may have the token in what is encoded twice, in one way or two.
func TestTokenIsRemovedWhereItIsEncodedTwice(t *testing.T) {
	encode := map[string]func(string) string{
		"HTML": html.EscapeString, "query": url.QueryEscape, "path": url.PathEscape,
		"JSON": func(s string) string { b, _ := json.Marshal(s); return strings.Trim(string(b), `"`) },
		"Go":   func(s string) string { return strings.Trim(strconv.QuoteToASCII(s), `"`) },
		"numbers": func(s string) string {
			var b strings.Builder
			for _, r := range s {
				fmt.Fprintf(&b, "&#x%X;", r)
			}
			return b.String()
		},
	}
	for _, token := range []string{testToken, `a<b>&"c'd/e+f%g`, "plain"} {
		for one, first := range encode {
			for two, second := range encode {
				for three, third := range encode {
					form := third(second(first(token)))
					for name, got := range map[string]string{"clean": newRedactor(token).clean("Not allowed: " + form + " in it"), "value": newRedactor(token).value([]byte(form))} {
						if !strings.Contains(got, redacted) || strings.Contains(got, form) || strings.Contains(html.UnescapeString(html.UnescapeString(got)), token) {
							t.Errorf("%s: %s in %s in %s shows %s", name, one, two, three, got)
						}
					}
				}
			}
		}
	}
}

// Where the token stands is known for what is encoded twice in one way: the rest of the message stays.
func TestWhatStandsBesideATokenThatIsEncodedTwiceStays(t *testing.T) {
	for name, form := range map[string]string{
		"HTML": html.EscapeString(html.EscapeString(testToken)), "HTML in JSON": strings.ReplaceAll(html.EscapeString(html.EscapeString(testToken)), "&", `\u0026`),
		"a query": url.QueryEscape(url.QueryEscape(testToken)), "three times": html.EscapeString(html.EscapeString(html.EscapeString(testToken))),
	} {
		if got := newRedactor(testToken).clean("Not allowed: " + form + " in it"); got != "Not allowed: *** in it" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// No client is made with such a token; what an answer shows of one is removed all the same.
func TestATokenThatIsNotUTF8IsRemovedAndRefused(t *testing.T) {
	token := "t0k\xffen\x80"
	inJSON, _ := json.Marshal(token)
	for _, form := range []string{token, strings.ToValidUTF8(token, "\uFFFD"), url.QueryEscape(token), url.QueryEscape(url.QueryEscape(token)), string(inJSON), fmt.Sprintf("%q", token),
		strings.ReplaceAll(url.QueryEscape(strings.ToValidUTF8(token, "\uFFFD")), "%EF%BF%BD", "%ef%bf%bd"), "t0k\\ufffden\\ufffd", html.EscapeString(token)} {
		checkNoSecret(t, form, newRedactor(token).clean("a "+form+" b"))
	}
	if _, err := New(Config{Token: token}); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
		t.Errorf("a client: %v", err)
	} else {
		checkNoSecret(t, "the error", err.Error())
	}
}

func TestNoPartOfTheTokenIsLeftWhereATextIsCutOff(t *testing.T) {
	r := newRedactor(testToken)
	for i, form := range forms(testToken) {
		for pad := 60 + i%3; pad < 82; pad += 3 {
			checkNoSecret(t, "value", r.value([]byte(strings.Repeat("-", pad)+form+" and more text that goes on, so that it is cut")))
		}
	}
	// What is looked at of a long text ends somewhere in the token, for one of these.
	form := url.QueryEscape(testToken)
	for cut := range len(form) {
		text := strings.Repeat(" ", shownBytes+r.widest-cut) + form + strings.Repeat("z", 2000)
		checkNoSecret(t, "show", r.show(text, 80))
	}
}

func TestOtherSecretsAreRemoved(t *testing.T) {
	r := newRedactor("abc")
	for text, want := range map[string]string{
		"https://x/?a=1&token=other&b=2":                    "https://x/?a=1&token=***&b=2",
		"https%3A%2F%2Fx%2F%3Ftoken%3Dother":                "https%3A%2F%2Fx%2F%3Ftoken%3D***",
		`invalid proxy address "http://user:pw@proxy:3128"`: `invalid proxy address "http://***@proxy:3128"`,
		"nothing to hide":                                   "nothing to hide",
	} {
		if got := r.clean(text); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

func TestPrintedConfigAndClientHideTheToken(t *testing.T) {
	cfg := Config{Token: testToken, BaseURL: "https://user:t0ksecret@api.serpstat.com/?token=t0ksecret"}
	c, err := New(Config{Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{cfg, &cfg, c} {
			checkNoSecret(t, format, fmt.Sprintf(format, v))
		}
	}
}

func TestNoFailureShowsTheToken(t *testing.T) {
	t.Run("in the URL", func(t *testing.T) { checkFailures(t, testToken, false) })
	t.Run("in a header", func(t *testing.T) { checkFailures(t, headerToken, true) })
}

func checkFailures(t *testing.T, token string, inHeader bool) {
	echo := func(status int, contentType string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			for _, form := range forms(token) {
				fmt.Fprintf(w, "<title>%s</title> %s %s token=%s %s %q\n", form, r.URL, html.EscapeString(r.URL.String()), form, r.Header["Token"], r.Header)
			}
		}
	}
	message := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			text, _ := table.Encode(fmt.Sprintf("Not allowed field %s at %s, %s, %s", token, r.URL, r.Header, strings.Join(forms(token), " ")))
			fmt.Fprintf(w, `{"id":%q,"error":{"code":%d,"message":%s}}`, idOf(r), code, text)
		}
	}
	text, _ := table.Encode(token)
	refused := httptest.NewServer(nil)
	refused.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = hclog.NewNullLogger().StandardLogger(nil)
	secure.StartTLS()
	defer secure.Close()
	plain := serve(t, ok(goodPage))
	sockets := httptest.NewServer(plain)
	defer sockets.Close()
	tests := map[string]struct {
		answer http.HandlerFunc
		config func(*Config)
		kind   Kind
	}{
		"dial error": {nil, func(c *Config) { c.BaseURL, c.Transport = refused.URL, nil }, KindNetwork},
		"TLS error":  {nil, func(c *Config) { c.BaseURL, c.Transport = secure.URL, nil }, KindNetwork},
		"no TLS":     {nil, func(c *Config) { c.BaseURL, c.Transport = strings.Replace(sockets.URL, "http:", "https:", 1), nil }, KindNetwork},
		"broken proxy": {nil, func(c *Config) {
			c.Transport = proxied("http://user:" + url.QueryEscape(token) + "@" + refused.Listener.Addr().String())
		}, KindNetwork},
		"transport": {nil, func(c *Config) { c.Transport = failing{} }, KindNetwork},
		"timeout":   {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(c *Config) { c.RequestTimeout = time.Nanosecond }, KindNetwork},
		"closed":    {closed, nil, KindNetwork},
		"cut":       {cut, nil, KindNetwork},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://t0k.example"+r.URL.String(), http.StatusFound)
		}, nil, KindEndpoint},
		"redirect host": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://"+url.PathEscape(token)+".example/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, nil, KindNetwork},
		"HTML page":     {echo(502, "text/html"), nil, KindServer},
		"HTML with 200": {echo(200, "text/html"), nil, KindMalformed},
		"text page":     {echo(404, "text/plain"), nil, KindEndpoint},
		"bad JSON":      {echo(200, "application/json"), nil, KindMalformed},
		"message":       {message(403), nil, KindToken},
		"filter":        {message(32117), nil, KindFilterRefused},
		"error text":    {ok(`{"id":"ID","error":` + string(text) + `}`), nil, KindMalformed},
		"foreign id":    {ok(`{"id":` + string(text) + `,"result":{}}`), nil, KindMalformed},
		"value":         {ok(page(summary, row("first_seen", string(text)))), nil, KindMalformed},
		"summary":       {ok(page(`{"total":`+string(text)+`}`, row())), nil, KindMalformed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var log lockedBuffer
			var told exchanges
			base := refused.URL
			if tt.answer != nil {
				base = serve(t, tt.answer).URL
			}
			c := client(t, base, func(c *Config) {
				c.Token, c.TokenInHeader = token, inHeader
				c.MaxRetries = 1
				c.OnExchange = told.add
				c.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &log})
				if tt.config != nil {
					tt.config(c)
				}
			})
			_, err := c.Rows(t.Context(), outlink, request)
			if KindOf(err) != tt.kind {
				t.Errorf("got %v", err)
			}
			if name == "redirect" { // the host is named, by design; it is no secret
				err = errors.New(strings.ReplaceAll(err.Error(), "t0k.example", "host"))
				checkNoSecret(t, "error", err.Error())
				return
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				for _, format := range []string{"%v", "%+v", "%#v", "%q"} {
					checkNoSecret(t, "error", fmt.Sprintf(format, e))
				}
			}
			var e *Error
			if errors.As(err, &e) {
				checkNoSecret(t, "fields", fmt.Sprint(e.Message, e.Refused))
			}
			for _, ex := range told.list() {
				checkNoSecret(t, "exchange", fmt.Sprintf("%+v", ex))
			}
			if strings.Contains(err.Error(), "Post ") {
				t.Errorf("shows net/http's error, which holds the URL: %v", err)
			}
			if log.String() == "" {
				t.Error("nothing was logged")
			}
			checkNoSecret(t, "log", log.String())
		})
	}
	if n := len(plain.received()); n != 0 {
		t.Errorf("%d requests left without TLS", n)
	}
}

func TestUntrustedCertificateIsNotTriedAgain(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = hclog.NewNullLogger().StandardLogger(nil)
	secure.StartTLS()
	defer secure.Close()
	var told exchanges
	c := client(t, secure.URL, func(c *Config) { c.OnExchange = told.add; c.Transport = nil })
	if _, err := c.GetStats(t.Context()); KindOf(err) != KindNetwork || !strings.Contains(err.Error(), "certificate") || len(told.list()) != 1 {
		t.Errorf("got %v after %d attempts", err, len(told.list()))
	}
}

func proxied(proxy string) http.RoundTripper {
	u, err := url.Parse(proxy)
	if err != nil {
		panic(err)
	}
	return &http.Transport{Proxy: http.ProxyURL(u), TLSClientConfig: &tls.Config{}}
}

// failing is a transport whose errors hold the URL, as some do.
type failing struct{}

func (failing) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: fmt.Errorf("no route to %s: %w", r.URL, &url.Error{Op: "Post", URL: r.URL.String(), Err: errors.New(r.URL.String())})}
}
