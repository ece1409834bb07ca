package serpstat

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func ref[T any](v T) *T { return &v }

func text(s string) hcl.Expression { return hcl.StaticExpr(cty.StringVal(s), hcl.Range{}) }

// The config wins over the environment, which fills in what it leaves out or leaves empty.
func TestConfigAndEnvironment(t *testing.T) {
	env := map[string]string{envToken: "from-env", envBaseURL: "https://env.example/v4/", envRequestsPerSecond: "2.5", envMaxCredits: "70", envCacheTTL: "90s"}
	tests := map[string]struct {
		config serpstatConfig
		env    map[string]string
		want   settings
	}{
		"defaults": {serpstatConfig{Token: text("t")}, nil, settings{
			token: "t", baseURL: "https://api.serpstat.com/v4/", rate: 1, concurrency: 10, timeout: 60 * time.Second, retries: 5, cacheTTL: 720 * time.Hour}},
		"environment": {serpstatConfig{Token: text(""), BaseURL: ref("")}, env, settings{
			token: "from-env", baseURL: "https://env.example/v4/", rate: 2.5, concurrency: 10, timeout: 60 * time.Second, retries: 5, maxCredits: 70, cacheTTL: 90 * time.Second}},
		"config": {serpstatConfig{
			Token: text("t"), BaseURL: ref("http://127.0.0.1:1/"), RequestsPerSecond: ref(10.0), MaxConcurrentRequests: ref(3),
			RequestTimeout: ref(1.5), MaxRetries: ref(0), MaxCredits: ref(int64(9)), AllowInsecureBaseURL: ref(true), TokenInHeader: ref(true), CacheTTL: ref("0"),
		}, env, settings{
			token: "t", baseURL: "http://127.0.0.1:1/", rate: 10, concurrency: 3, timeout: 1500 * time.Millisecond, maxCredits: 9, allowInsecure: true, tokenInHeader: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.config.resolve(func(name string) string { return tt.env[name] }, Options{Unguarded: true})
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

// token_in_header as a config file has it: no URL has the token, and the API takes it all the same.
func TestTokenInHeaderLeavesTheURLWithoutIt(t *testing.T) {
	rows := serpstatsim.Generate("h.com", 5, 1)
	for argument, inHeader := range map[string]bool{"": false, "token_in_header = false": false, "token_in_header = true": true} {
		r := newRig(t, serpstatsim.Options{Token: testToken, Domains: map[string][]serpstatsim.Row{"h.com": rows}}, "")
		var urls, headers []string
		web := pipehttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			urls, headers = append(urls, req.URL.String()), append(headers, req.Header.Get("token"))
			r.sim.ServeHTTP(w, req)
		}))
		r.configure(testConfig(web, "max_concurrent_requests = 1\n"+argument), false)
		got := r.run(query{quals: quals(where("query", "=", "h.com"))})
		web.Close()
		if got.err != nil || len(got.rows) != len(rows) || len(urls) == 0 {
			t.Errorf("%q: %d rows in %d requests, %v", argument, len(got.rows), len(urls), got.err)
		}
		url, header := "/?token=s3cret%2Ftoken%2B1", ""
		if inHeader {
			url, header = "/", testToken
		}
		for i := range urls {
			if urls[i] != url || headers[i] != header {
				t.Errorf("%q: the URL %s with the header %q", argument, urls[i], headers[i])
			}
		}
	}
}

func TestBadSettingsSayWhichAndWhatToWrite(t *testing.T) {
	token := serpstatConfig{Token: text("t")}
	with := func(set func(*serpstatConfig)) serpstatConfig { c := token; set(&c); return c }
	for want, tt := range map[string]struct {
		config serpstatConfig
		env    map[string]string
	}{
		"environment variable SERPSTAT_API_TOKEN":          {config: serpstatConfig{Token: text("")}},
		"requests_per_second = NaN is out of range":        {config: token, env: map[string]string{envRequestsPerSecond: "NaN"}},
		"requests_per_second = +Inf is out of range":       {config: token, env: map[string]string{envRequestsPerSecond: "inf"}},
		"requests_per_second = -Inf is out of range":       {config: with(func(c *serpstatConfig) { c.RequestsPerSecond = ref(math.Inf(-1)) })},
		"request_timeout = NaN is out of range":            {config: with(func(c *serpstatConfig) { c.RequestTimeout = ref(math.NaN()) })},
		"request_timeout = +Inf is out of range":           {config: with(func(c *serpstatConfig) { c.RequestTimeout = ref(math.Inf(1)) })},
		"request_timeout = 1e-10 is out of range":          {config: with(func(c *serpstatConfig) { c.RequestTimeout = ref(1e-10) })},
		`SERPSTAT_MAX_CREDITS="NaN" is not a whole number`: {config: token, env: map[string]string{envMaxCredits: "NaN"}},
		`SERPSTAT_MAX_CREDITS="Inf" is not a whole number`: {config: token, env: map[string]string{envMaxCredits: "Inf"}},
		"requests_per_second = -1 is out of range":         {config: with(func(c *serpstatConfig) { c.RequestsPerSecond = ref(-1.0) })},
		"max_concurrent_requests = 0 is out of range":      {config: with(func(c *serpstatConfig) { c.MaxConcurrentRequests = ref(0) })},
		"request_timeout = 4000 is out of range":           {config: with(func(c *serpstatConfig) { c.RequestTimeout = ref(4000.0) })},
		"max_retries = -1 is out of range":                 {config: with(func(c *serpstatConfig) { c.MaxRetries = ref(-1) })},
		"max_credits = -5 is out of range":                 {config: with(func(c *serpstatConfig) { c.MaxCredits = ref(int64(-5)) })},
		`SERPSTAT_REQUESTS_PER_SECOND="fast" is not`:       {config: token, env: map[string]string{envRequestsPerSecond: "fast"}},
		`cache_ttl = "3600": write`:                        {config: with(func(c *serpstatConfig) { c.CacheTTL = ref("3600") })},
		`cache_ttl = "-1h": write`:                         {config: with(func(c *serpstatConfig) { c.CacheTTL = ref("-1h") })},
		`SERPSTAT_CACHE_TTL = "1000h": write`:              {config: token, env: map[string]string{envCacheTTL: "1000h"}},
		`SERPSTAT_MAX_CREDITS="1.5" is not a whole number`: {config: token, env: map[string]string{envMaxCredits: "1.5"}},
	} {
		_, err := tt.config.resolve(func(name string) string { return tt.env[name] }, Options{Unguarded: true})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ": ") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// People forget the quotes; what HCL says then shows what they have written.
func TestATokenWithoutQuotesIsNotShown(t *testing.T) {
	for _, written := range []string{"deadbeef", "dead-beef", "dead.beef", "dead[beef]", `"${deadbeef}"`, "deadbeef()", "[deadbeef]", `{ a = "deadbeef" }`} {
		r := newRig(t, serpstatsim.Options{}, "token = "+written)
		err := r.run(query{quals: quals(where("query", "=", "a.com"))}).err
		if err == nil || !strings.Contains(err.Error(), `write token = "…"`) || strings.Contains(err.Error(), "beef") || len(r.sim.Requests()) != 0 {
			t.Errorf("%s: %v after %d requests", written, err, len(r.sim.Requests()))
		}
	}
}

// Without a token one still finds out how to write a query: what is wrong with it is told first.
func TestAMistakeInTheQueryIsToldBeforeOneInTheConfig(t *testing.T) {
	r := newRig(t, serpstatsim.Options{}, `token = ""`)
	for domain, want := range map[string]string{"two words": "is not a domain name", "a.com": "no Serpstat API token"} {
		got := r.run(query{quals: quals(where("query", "=", domain))})
		if got.err == nil || !strings.Contains(got.err.Error(), want) || len(r.sim.Requests()) != 0 {
			t.Errorf("%s: %v after %d requests, want %q", domain, got.err, len(r.sim.Requests()), want)
		}
	}
}
