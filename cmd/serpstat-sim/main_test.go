package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// buffer is written by the command while the test reads it.
type buffer struct {
	mu      sync.Mutex
	changed sync.Cond
	b       bytes.Buffer
	whole   bool
}

func newBuffer() *buffer {
	b := &buffer{}
	b.changed.L = &b.mu
	return b
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.changed.Broadcast()
	return b.b.Write(p)
}

// end says that nothing more will be written.
func (b *buffer) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.whole = true
	b.changed.Broadcast()
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// await waits until a pattern is printed and returns what its group holds, or "" if it will not be.
func (b *buffer) await(pattern string) string {
	re := regexp.MustCompile(pattern)
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		if m := re.FindStringSubmatch(b.b.String()); m != nil {
			return m[len(m)-1]
		}
		if b.whole {
			return ""
		}
		b.changed.Wait()
	}
}

const request = `{"id":"1","method":"SerpstatBacklinksProcedure.getOutlinks","params":{"query":"a.com","complexFilter":[[{"field":"anchor","compareType":"contains","value":["` + "\x7f\u009b" + `31m"]}]]}}`

func TestServesAFileUntilInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows.json")
	rows := `{"a.com":[{"url_from":"https://a.com/","url_to":"https://b.com/","nofollow":"follow","link_type":"href","links_ext":3,"link_text":"","first_seen":"2020-01-01","last_visited":"2020-01-02","date_del":null}]}`
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	stdout, stderr := newBuffer(), newBuffer()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"--addr", "127.0.0.1:0", "--data", file, "--token", "s3cret", "--fault", "stall:request=3", "--reading", "no-data=error"}, stdout, stderr)
		stdout.end()
		stderr.end()
	}()
	url := stdout.await(`serving a\.com at \S+: export SERPSTAT_API_URL=(http://127\.0\.0\.1:\d+/v4/) `)
	if got := post(t, url+"?token=s3cret"); !strings.Contains(got, "Data not found") {
		t.Errorf("the right token: %s", got)
	}
	if got := post(t, url+"?token=other"); !strings.Contains(got, "Invalid token") {
		t.Errorf("another token: %s", got)
	}
	stalled := make(chan struct{}, 1)
	go func() {
		trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
			select {
			case stalled <- struct{}{}:
			default: // a second try
			}
		}}
		req, _ := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), http.MethodPost, url+"?token=s3cret", strings.NewReader(request))
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
		}
	}()
	line := stderr.await(`(#1 getOutlinks a\.com .*)`)
	if !strings.Contains(line, `filter [[{"field"`) || strings.ContainsAny(line, "\x7f\u009b") {
		t.Errorf("request line %q", line)
	}
	<-stalled
	interrupt()
	if code := <-done; code != 0 {
		t.Errorf("exit code %d", code)
	}
	if out := stdout.String() + stderr.String(); strings.Contains(out, "s3cret") {
		t.Errorf("the token is printed: %s", out)
	}
}

func post(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestARequestIsOneLine(t *testing.T) {
	for want, r := range map[string]serpstatsim.Request{
		"00:00:00 #1 getAnchors a.com page 2 size 10 sort total asc anchor seo\ufffd count 2: 3 of 13 rows, 3 credits, 0s\n": {
			Number: 1, Method: "SerpstatBacklinksProcedure.getAnchors", Query: "a.com", Page: 2, Size: 10, Sort: "total", Order: "asc", Anchor: "seo\x1b", WordCount: "2", Rows: 3, Total: 13, Credits: 3},
		"00:00:00 #2 getIntersectSummary a.com with b.com, c.com: 0 of 0 rows, 1 credits, 0s, error 32017\n": {
			Number: 2, Method: "SerpstatBacklinksProcedure.getIntersectSummary", Query: "a.com", Intersect: []string{"b.com", "c.com"}, Credits: 1, ErrorCode: 32017},
		"00:00:00 #3 getDistributionTLD a.com lang en: 5 of 5 rows, 1 credits, 0s\n": {
			Number: 3, Method: "SerpstatBacklinksProcedure.getDistributionTLD", Query: "a.com", Lang: "en", Rows: 5, Total: 5, Credits: 1},
	} {
		var b bytes.Buffer
		if logRequest(&b, r); b.String() != want {
			t.Errorf("got  %swant %s", &b, want)
		}
	}
}

func TestListNamesMethodsReadingsAndFaults(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"--list"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	for _, want := range []string{"SerpstatBacklinksProcedure.getRefDomains", "SerpstatBacklinksProcedure.getSummaryV2", "intersect-summary=exactly|at-least", "between=inclusive|exclusive", "429-status", "retry-after"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("%s is not listed", want)
		}
	}
}

func TestTheHelpShowsADataFileThatIsRead(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"--help"}, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), dataExample) {
		t.Fatalf("exit code %d: %s%s", code, &stdout, &stderr)
	}
	data, err := serpstatsim.ReadData(strings.NewReader(dataExample))
	if err != nil || len(data["example.com"]) != 1 {
		t.Errorf("%v, %v", data, err)
	}
}

func TestMistakesAreExplained(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows.json")
	if err := os.WriteFile(file, []byte("{\"a.com\":[\n7]}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		code int
		want string
	}{
		{"--reading between=x", 2, "inclusive, exclusive"},
		{"--reading nothing=x", 2, "--list"},
		{"--fault flood", 2, `no fault "flood"`},
		{"--fault stall:every=0", 2, "below 1"},
		{"--size 5", 2, "unknown flag: --size"},
		{"rows.json", 2, "--data FILE"},
		{"--row-cap 0", 2, "at least 1"},
		{"--credits 0", 2, "at least 1"},
		{"--requests-per-second -1", 2, "must not be negative"},
		{"--data /nonexistent/rows.json", 2, "no such file"},
		{"--data " + file, 2, `line 2: domain "a.com", row 1: not an object`},
		{"--addr 127.0.0.1:99999", 1, "listen on 127.0.0.1:99999"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), strings.Fields(test.args), &stdout, &stderr)
		if code != test.code || !strings.Contains(stderr.String(), test.want) || stdout.Len() > 0 {
			t.Errorf("%s: exit %d, %q; want %d, %q", test.args, code, &stderr, test.code, test.want)
		}
	}
}
