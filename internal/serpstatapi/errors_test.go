package serpstatapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func TestErrorsAreTypedAndSayWhatToDo(t *testing.T) {
	object := func(status, code int, message string) http.HandlerFunc {
		return body(status, fmt.Sprintf(`{"id":"ID","error":{"code":%d,"message":%q,"data":null}}`, code, message))
	}
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		kind   Kind
		text   string
	}{
		"400":                        {apiErr(400, "query missing"), KindBadRequest, "serpstat getOutlinks: bad request 400: query missing (check the values in the WHERE clause)"},
		"400 for want of a token":    {apiErr(400, "Missing token! Query token missing"), KindToken, "token 400: Missing token! Query token missing (the token has not arrived: a proxy"},
		"402":                        {apiErr(402, "credits exceeded"), KindCredits, "serpstat getOutlinks: credits 402: credits exceeded (see serpstat_credit"},
		"the row cap":                {apiErr(402, "To get more than 60000 use export report methods"), KindCredits, "narrow it with a filter"},
		"32012":                      {apiErr(32012, "x"), KindCredits, "credits 32012: x"},
		"401":                        {status(401, "who"), KindToken, `token 401: "who" (check the token`},
		"403":                        {apiErr(403, "Invalid token!"), KindToken, "token 403: Invalid token! (check the token (SERPSTAT_API_TOKEN"},
		"403 as both":                {object(403, 403, "no plan"), KindToken, "no plan"},
		"32016":                      {apiErr(32016, "x"), KindNotSupported, "not supported 32016"},
		"32018":                      {apiErr(32018, "x"), KindNotSupported, "not supported 32018"},
		"32116":                      {apiErr(32116, "x"), KindNotSupported, "not supported 32116"},
		"32117":                      {apiErr(32117, "Not allowed field"), KindFilterRefused, "filter refused 32117: Not allowed field (check complex_filter)"},
		"code as text":               {ok(`{"id":"ID","error":{"code":"403","message":"x"}}`), KindToken, "token 403"},
		"no message":                 {ok(`{"id":"ID","error":{"code":400}}`), KindBadRequest, "bad request 400: "},
		"message object":             {ok(`{"id":"ID","error":{"code":400,"message":{"size":["too big"]}}}`), KindBadRequest, `{"size":["too big"]}`},
		"error without id":           {ok(`{"error":{"code":403,"message":"x"}}`), KindToken, "token 403"},
		"-32000":                     {apiErr(-32000, "Task not found"), KindBadRequest, "serpstat getOutlinks: bad request -32000: Task not found (what the request names is not there: check"},
		"-32000 as text":             {ok(`{"id":"ID","error":{"code":"-32000","message":"x"}}`), KindBadRequest, "bad request -32000: x ("},
		"-32000 with HTTP 500":       {object(500, -32000, "Keyword not found"), KindBadRequest, "bad request -32000: Keyword not found"},
		"unknown code":               {apiErr(32999, "what"), KindBadRequest, "bad request 32999: what"},
		"unknown code with a status": {object(403, 1, "blocked"), KindToken, "token 403: blocked"},
		"404 page":                   {status(404, htmlPage, "Content-Type", "text/html"), KindEndpoint, "wrong address 404: there is no API at this address: an HTML page (502 Bad Gateway) (check base_url (SERPSTAT_API_URL))"},
		"404 JSON":                   {status(404, `{"detail":"Not Found"}`), KindEndpoint, `there is no API at this address: "{\"detail\":\"Not Found\"}"`},
		"405":                        {status(405, ""), KindEndpoint, "an empty body"},
		"redirect":                   {status(302, "", "Location", "https://evil.example:8443/v4/?token=abc"), KindEndpoint, "wrong address 302: the address redirects to the host evil.example, which is not followed"},
		"redirect within":            {status(301, "", "Location", "/v4"), KindEndpoint, "the address redirects, which is not followed"},
		"a very long message":        {apiErr(400, strings.Repeat("long ", 1000)), KindBadRequest, "long…"},
		"control characters":         {ok(`{"id":"ID","error":{"code":400,"message":"a\u0000b\n\u001b[31mc"}}`), KindBadRequest, "400: a\uFFFDb [31mc ("},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, tt.answer)
			_, err := client(t, a.URL).Rows(t.Context(), outlink, request)
			var e *Error
			if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("got %v\nwant %v: %s", err, tt.kind, tt.text)
			}
			if n := len(a.received()); n != 1 {
				t.Errorf("%d requests for what does not pass", n)
			}
			if n := len(err.Error()); n > 600 {
				t.Errorf("%d characters", n)
			}
		})
	}
}

// The ten texts of https://serpstat.com/api/201-kodi-vidpovidi-servera/, some of them as other pages have them.
func TestTheTextOfA403DecidesWhatToDo(t *testing.T) {
	for message, want := range map[string]struct {
		kind   Kind
		advice string
	}{
		"Problems with authorization (invalid token, forbidden method or user blocked)": {KindToken, "Serpstat does not say which: check the token"},
		"Selected SE is limited for your account":                                       {KindForbidden, "does not include this search engine"},
		"Forbidden query! Query access denied":                                          {KindForbidden, "refuses this very query"},
		"Invalid token!":                                                                {KindToken, "check the token (SERPSTAT_API_TOKEN or token in serpstat.spc): it is shown at"},
		"Invalid user! Not a valid user":                                                {KindToken, "who may be blocked or gone"},
		"Not enough credits for this query":                                             {KindCredits, "see serpstat_credit for what is left, and ask for fewer rows"},
		"Not enough credits":                                                            {KindCredits, "ask for fewer rows"},
		"API not allowed for your plan!":                                                {KindForbidden, "the plan does not include the API"},
		"Method forbidden":                                                              {KindForbidden, "may not call this method"},
		"Not access to functional: no access to functionality":                          {KindForbidden, "may not call this method"},
		"Wrong method or access denied!":                                                {KindForbidden, "may not call this method"},
		// What is not listed.
		"Something else":          {KindToken, "check the token (SERPSTAT_API_TOKEN or token in serpstat.spc) and that the plan includes the API"},
		"Export is not available": {KindToken, "and that the plan includes the API"},
		"":                        {KindToken, "and that the plan includes the API"},
	} {
		for _, spelt := range []string{message, strings.ToUpper(message), "Error: " + strings.ToLower(message) + "."} {
			text, _ := table.Encode(spelt)
			for name, tt := range map[string]struct {
				status int
				err    string
			}{
				"object":            {200, `{"code":403,"message":%s}`},
				"object and status": {403, `{"code":403,"message":%s}`},
				"status, own code":  {403, `{"code":1,"message":%s}`},
				"status, no object": {403, `%s`},
			} {
				a := serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.WriteHeader(tt.status)
					fmt.Fprintf(w, `{"id":%q,"error":%s}`, idOf(r), fmt.Sprintf(tt.err, text))
				})
				_, err := client(t, a.URL).Rows(t.Context(), outlink, request)
				if KindOf(err) != want.kind || !strings.Contains(err.Error(), " 403: ") || !strings.Contains(err.Error(), want.advice) {
					t.Errorf("%s, %q: %v %v; want %v, %s", name, spelt, KindOf(err), err, want.kind, want.advice)
				}
				if n := len(a.received()); n != 1 {
					t.Errorf("%s, %q: %d requests for what does not pass", name, spelt, n)
				}
			}
		}
	}
}

// The words count with their code alone.
func TestTheTextOfAnotherCodeDecidesNothing(t *testing.T) {
	for code, kind := range map[int64]Kind{400: KindBadRequest, 401: KindToken, 429: KindRateLimited, 500: KindServer, 32117: KindFilterRefused} {
		for _, text := range []string{"Invalid user!", "Not enough credits", "Method forbidden"} {
			if e := apiError(code, text); e.Kind != kind || e.advice != "" {
				t.Errorf("%d %s: %v, %q", code, text, e.Kind, e.advice)
			}
		}
	}
}

func TestNoDataIsAnEmptyPageForACredit(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"404": apiErr(404, "no"), "32015": apiErr(32015, "no"), "32017": apiErr(32017, "Data not found"),
		"with HTTP 404": body(404, `{"id":"ID","error":{"code":404,"message":"no data"}}`),
		"without id":    ok(`{"error":{"code":32017,"message":"no data"}}`),
		"code as text":  ok(`{"id":"ID","error":{"code":"32017"}}`),
	} {
		t.Run(name, func(t *testing.T) {
			var told exchanges
			a := serve(t, answer)
			p, err := client(t, a.URL, func(c *Config) { c.OnExchange = told.add }).Rows(t.Context(), outlink, request)
			if err != nil {
				t.Fatal(err)
			}
			if p.Rows.Len() != 0 || p.Total != 0 || p.Credits != 1 || p.LeftLines != -1 {
				t.Errorf("got %+v", p)
			}
			if ex := told.list()[0]; ex.Err != nil || ex.Credits != 1 || ex.Total != 0 || ex.LeftLines != -1 {
				t.Errorf("reported %+v", ex)
			}
		})
	}
}

func TestRefusedFilterNamesFieldAndCompareType(t *testing.T) {
	for message, want := range map[string]table.Refused{
		"Not allowed method between for field links_external":     {Field: "links_external", CompareType: "between"},
		"Not allowed method {between} for field {links_external}": {Field: "links_external", CompareType: "between"},
		"Not allowed method 'eq' for field 'url_from'.":           {Field: "url_from", CompareType: "eq"},
		"Not allowed field":                     {},
		"Not allowed field: link_type":          {Field: "link_type"},
		`Not allowed field "link_type"`:         {Field: "link_type"},
		"Not allowed values for between method": {CompareType: "between"},
		"Invalid crawl date":                    {Date: true},
		"Field compareType is required":         {},
		"Field value is required":               {},
		"Not allowed params for filter":         {},
	} {
		e := (&Client{}).finish(outlink.Method, apiError(32117, message))
		if e.Kind != KindFilterRefused || e.Refused != want {
			t.Errorf("%s: %v %+v", message, e.Kind, e.Refused)
		}
	}
}

func TestKindOfOtherErrorsIsZero(t *testing.T) {
	if KindOf(nil) != 0 || KindOf(errors.New("x")) != 0 || KindOf(fmt.Errorf("x: %w", &Error{Kind: KindToken})) != KindToken {
		t.Error("wrong kinds")
	}
}
