package serpstat

import (
	"strings"
	"testing"
	"time"
)

func ref[T any](v T) *T { return &v }

// The config wins over the environment, which fills in what it leaves out or leaves empty.
func TestConfigAndEnvironment(t *testing.T) {
	env := map[string]string{envToken: "from-env", envBaseURL: "https://env.example/v4/", envRequestsPerSecond: "2.5", envMaxCredits: "70"}
	tests := map[string]struct {
		config serpstatConfig
		env    map[string]string
		want   settings
	}{
		"defaults": {serpstatConfig{Token: ref("t")}, nil, settings{
			token: "t", baseURL: "https://api.serpstat.com/v4/", rate: 1, concurrency: 10, timeout: 60 * time.Second, retries: 5}},
		"environment": {serpstatConfig{Token: ref(""), BaseURL: ref("")}, env, settings{
			token: "from-env", baseURL: "https://env.example/v4/", rate: 2.5, concurrency: 10, timeout: 60 * time.Second, retries: 5, maxCredits: 70}},
		"config": {serpstatConfig{
			Token: ref("t"), BaseURL: ref("http://127.0.0.1:1/"), RequestsPerSecond: ref(10.0), MaxConcurrentRequests: ref(3),
			RequestTimeout: ref(1.5), MaxRetries: ref(0), MaxCredits: ref(int64(9)), AllowInsecureBaseURL: ref(true),
		}, env, settings{
			token: "t", baseURL: "http://127.0.0.1:1/", rate: 10, concurrency: 3, timeout: 1500 * time.Millisecond, maxCredits: 9, allowInsecure: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.config.resolve(func(name string) string { return tt.env[name] })
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

func TestBadSettingsSayWhichAndWhatToWrite(t *testing.T) {
	token := serpstatConfig{Token: ref("t")}
	with := func(set func(*serpstatConfig)) serpstatConfig { c := token; set(&c); return c }
	for want, tt := range map[string]struct {
		config serpstatConfig
		env    map[string]string
	}{
		"environment variable SERPSTAT_API_TOKEN":          {config: serpstatConfig{Token: ref("")}},
		"requests_per_second = -1 is out of range":         {config: with(func(c *serpstatConfig) { c.RequestsPerSecond = ref(-1.0) })},
		"max_concurrent_requests = 0 is out of range":      {config: with(func(c *serpstatConfig) { c.MaxConcurrentRequests = ref(0) })},
		"request_timeout = 4000 is out of range":           {config: with(func(c *serpstatConfig) { c.RequestTimeout = ref(4000.0) })},
		"max_retries = -1 is out of range":                 {config: with(func(c *serpstatConfig) { c.MaxRetries = ref(-1) })},
		"max_credits = -5 is out of range":                 {config: with(func(c *serpstatConfig) { c.MaxCredits = ref(int64(-5)) })},
		"max_credits = 0 is out of range":                  {config: with(func(c *serpstatConfig) { c.MaxCredits = ref(int64(0)) })},
		`SERPSTAT_REQUESTS_PER_SECOND="fast" is not`:       {config: token, env: map[string]string{envRequestsPerSecond: "fast"}},
		`SERPSTAT_MAX_CREDITS="1.5" is not a whole number`: {config: token, env: map[string]string{envMaxCredits: "1.5"}},
	} {
		_, err := tt.config.resolve(func(name string) string { return tt.env[name] })
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ": ") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
