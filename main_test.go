package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"golang.org/x/mod/module"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// makeInto runs a target of the Makefile for directories below one. What it builds with is the tests' own, if they tell
// (Makefile).
func makeInto(t *testing.T, dir, target string) string {
	t.Helper()
	args := []string{target, "STEAMPIPE_INSTALL_DIR=" + dir, "PREFIX=" + filepath.Join(dir, "prefix")}
	if build := os.Getenv("TEST_BUILD"); build != "" {
		args = append(args, "GO_BUILD="+build)
	}
	out, err := exec.Command("make", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestInstallAndUninstall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with space")
	makeInto(t, dir, "install")
	binaries := []string{"plugins/local/serpstat/serpstat.plugin", "prefix/bin/serpstat-sql"}
	for _, name := range binaries {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if out, err := exec.Command(filepath.Join(dir, name), "--version").Output(); err != nil || !strings.Contains(string(out), "serpstat") {
			t.Errorf("%s --version: %s, %v", name, out, err)
		}
	}
	written := map[string]string{
		"prefix/share/bash-completion/completions/serpstat-sql":    "complete -o default -F __start_serpstat-sql serpstat-sql",
		"prefix/share/zsh/site-functions/_serpstat-sql":            "#compdef serpstat-sql",
		"prefix/share/fish/vendor_completions.d/serpstat-sql.fish": "complete -c serpstat-sql",
		"prefix/share/man/man1/serpstat-sql.1":                     ".SH EXIT STATUS",
	}
	for name, part := range written {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), part) {
			t.Errorf("%s has no %s: %v\n%.300s", name, part, err, text)
		}
	}
	config := filepath.Join(dir, "config/serpstat.spc")
	text, err := os.ReadFile(config)
	if err != nil || !strings.Contains(string(text), `plugin = "local/serpstat"`) || !strings.Contains(string(text), "# token = ") {
		t.Errorf("the config: %s, %v", text, err)
	}
	if info, err := os.Stat(config); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the config, which a token goes into, is for others too: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(config, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := makeInto(t, dir, "install"); !strings.Contains(out, "kept the existing") {
		t.Errorf("said %s", out)
	}
	if out := makeInto(t, dir, "uninstall"); !strings.Contains(out, "kept "+config) {
		t.Errorf("said %s", out)
	}
	if text, _ := os.ReadFile(config); string(text) != "mine" {
		t.Errorf("an existing config was overwritten with %s", text)
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() && path != config {
			t.Errorf("uninstall leaves %s", path)
		}
		return err
	})
	makeInto(t, dir, "uninstall") // what is not there is no error
}

// go install …@latest takes the module from Go's proxy, which refuses one that replaces others or leaves some out, and one
// with a file of a name that some system may not have.
func TestGoInstallTakesTheModule(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if word, _, _ := strings.Cut(line, " "); word == "replace" || word == "exclude" {
			t.Errorf("go.mod has: %s", line)
		}
	}
	var files []string
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path == ".git" || path == "bin" || path == "dist" || path == ".bench" || d.Name() == "rapid"): // of no commit
			return fs.SkipDir
		case !d.IsDir():
			files = append(files, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := module.CheckFilePath(file); err != nil {
			t.Error(err)
		}
	}
}

// The tests share one installation.
var (
	once    sync.Once
	onceDir string
)

func TestMain(m *testing.M) {
	var err error
	if onceDir, err = os.MkdirTemp("", "steampipe"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(onceDir)
	os.Exit(code)
}

// process is the installed plugin, started and spoken to as Steampipe does.
type process struct {
	shared.WrapperPluginClient
	client *goplugin.Client
	log    *lines
}

const token = "s3cret/token+1"

func start(t *testing.T, url, logLevel string) *process {
	t.Helper()
	once.Do(func() { makeInto(t, onceDir, "install-plugin") })
	cmd := exec.Command(filepath.Join(onceDir, "plugins/local/serpstat/serpstat.plugin"))
	cmd.Env = append(os.Environ(), "STEAMPIPE_LOG_LEVEL="+logLevel, "GOGC=200") // of its own accord it collects far more often
	p := &process{log: &lines{}}
	p.client = goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: shared.Handshake, Plugins: map[string]goplugin.Plugin{"steampipe-plugin-serpstat": &shared.WrapperPlugin{}}, Cmd: cmd,
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.New(&hclog.LoggerOptions{Output: p.log, Level: hclog.Trace}), SyncStderr: io.Discard,
	})
	t.Cleanup(func() {
		p.client.Kill()
		if log := p.log.String(); strings.Contains(log, "DATA RACE") {
			t.Errorf("%.5000s", log[strings.Index(log, "DATA RACE"):])
		}
	})
	rpc, err := p.client.Client()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := rpc.Dispense("steampipe-plugin-serpstat")
	if err != nil {
		t.Fatal(err)
	}
	p.WrapperPluginClient = raw.(shared.WrapperPluginClient)
	_, err = p.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{MaxCacheSizeMb: 32, Configs: []*proto.ConnectionConfig{{
		Connection: "serpstat", Plugin: "local/serpstat", PluginShortName: "serpstat",
		Config: fmt.Sprintf("base_url = %q\nrequests_per_second = 1000\nrequest_timeout = 3600\nmax_credits = 0\nmax_concurrent_requests = 40\ntoken = %q", url, token),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lines is a log; go-plugin writes it from goroutines of its own.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (p *process) execute(limit int64, cache bool, quals ...*proto.Qual) (proto.WrapperPlugin_ExecuteClient, context.CancelFunc, error) {
	stream, _, cancel, err := p.Execute(executeRequest(limit, cache, quals...))
	return stream, cancel, err
}

// executeRequest is a scan of serpstat_outlink as Steampipe sends it; limit 0 is none.
func executeRequest(limit int64, cache bool, quals ...*proto.Qual) *proto.ExecuteRequest {
	req := &proto.ExecuteRequest{Table: "serpstat_outlink", CallId: "c", Connection: "serpstat",
		QueryContext: &proto.QueryContext{Columns: rowColumns, Quals: map[string]*proto.Quals{}}}
	for _, q := range quals {
		req.QueryContext.Quals[q.FieldName] = &proto.Quals{Quals: []*proto.Qual{q}}
	}
	data := &proto.ExecuteConnectionData{CacheEnabled: cache, CacheTtl: 300}
	if limit > 0 {
		data.Limit = &proto.NullableInt{Value: limit}
	}
	req.ExecuteConnectionData = map[string]*proto.ExecuteConnectionData{"serpstat": data}
	return req
}

// rowColumns are the columns that tests compare rows by.
var rowColumns = []string{"query", "url_from", "url_to", "link_text", "links_ext", "first_seen", "last_visited"}

func equal(column, value string) *proto.Qual {
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: "="}, Value: proto.NewQualValue(value)}
}

func drain(stream proto.WrapperPlugin_ExecuteClient) (rows []*proto.Row, err error) {
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		if resp.Row != nil {
			rows = append(rows, resp.Row)
		}
	}
}

// secondPage holds back the answer to the second request with search_type domain until it is due.
type secondPage struct {
	http.Handler
	asked     atomic.Int32
	came, due chan bool
}

func (h *secondPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if strings.Contains(string(body), `"searchType":"domain"`) && h.asked.Add(1) == 2 {
		close(h.came)
		<-h.due
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h.Handler.ServeHTTP(w, r)
}

// The road from Steampipe's messages to the API and back, through the real process.
func TestThePluginProcess(t *testing.T) {
	sim := serpstatsim.New(serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"serpstat.com": serpstatsim.Bundled()["serpstat.com"][:1300]}, Token: token})
	second := &secondPage{Handler: sim, came: make(chan bool), due: make(chan bool)}
	web := httptest.NewServer(second)
	t.Cleanup(func() { sim.Close(); web.Close() })
	p := start(t, web.URL, "TRACE")
	rows := func(limit int64, cache bool, quals ...*proto.Qual) ([]*proto.Row, error) {
		stream, cancel, err := p.execute(limit, cache, quals...)
		if err != nil {
			return nil, err
		}
		defer cancel()
		return drain(stream)
	}

	t.Run("schema", func(t *testing.T) {
		s, err := p.GetSchema(&proto.GetSchemaRequest{Connection: "serpstat"})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"serpstat_outlink", "serpstat_outlink_summary", "serpstat_credit"} {
			if s.Schema.Schema[name] == nil {
				t.Errorf("no table %s", name)
			}
		}
		required := 0
		for _, k := range s.Schema.Schema["serpstat_outlink"].ListCallKeyColumnList {
			if k.Require == "required" {
				required++
			}
		}
		if required != 1 {
			t.Errorf("%d required key columns", required)
		}
	})
	t.Run("rows", func(t *testing.T) {
		for _, cache := range []bool{false, true, true} {
			if got, err := rows(0, cache, equal("query", "serpstat.com")); err != nil || len(got) != 1300 {
				t.Errorf("cache %t: %d rows, %v", cache, len(got), err)
			}
		}
		if sim.Credits() != 2*1300 {
			t.Errorf("%d credits for the rows twice and once from the cache", sim.Credits())
		}
	})
	t.Run("limit", func(t *testing.T) {
		sim.Reset()
		if got, err := rows(7, false, equal("query", "serpstat.com")); err != nil || len(got) != 7 || sim.Credits() != 7 {
			t.Errorf("%d rows for %d credits, %v", len(got), sim.Credits(), err)
		}
	})
	t.Run("list, split by the SDK", func(t *testing.T) {
		list := &proto.Qual{FieldName: "url_from", Operator: &proto.Qual_StringValue{StringValue: "<>"}, Value: &proto.QualValue{Value: &proto.QualValue_ListValue{
			ListValue: &proto.QualValueList{Values: []*proto.QualValue{proto.NewQualValue("x"), proto.NewQualValue("y")}}}}}
		if got, err := rows(0, false, equal("query", "serpstat.com"), list); err != nil || len(got) != 1300 {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
	t.Run("errors", func(t *testing.T) {
		for _, cache := range []bool{false, true} {
			if _, err := rows(0, cache, equal("query", "no domain")); err == nil || !strings.Contains(err.Error(), "is not a domain name") {
				t.Errorf("%v", err)
			}
			sim.Reset()
			sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.CreditsExhausted, Request: 5})
			if got, err := rows(0, cache, equal("query", "serpstat.com"), equal("sort_by", "anchor")); err == nil || !strings.Contains(err.Error(), "credits") {
				t.Errorf("cache %t: %d rows and no error: %v", cache, len(got), err)
			}
			sim.SetFaults()
		}
	})
	t.Run("cancellation", func(t *testing.T) {
		sim.Reset()
		stream, cancel, err := p.execute(0, false, equal("query", "serpstat.com"), equal("search_type", "domain"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); err != nil {
			t.Fatal(err)
		}
		<-second.came
		cancel()
		for i := range 2 { // the plugin is told of the cancellation before the first one, and gets its answer before the other
			if got, err := rows(0, false, equal("query", "serpstat.com")); err != nil || len(got) != 1300 {
				t.Errorf("the next query: %d rows, %v", len(got), err)
			}
			if i == 0 {
				close(second.due)
			}
		}
		if n := second.asked.Load(); n != 2 {
			t.Errorf("%d requests for a query that was cancelled at its second one", n)
		}
	})
	p.client.Kill()
	if log := p.log.String(); strings.Contains(log, token) || !strings.Contains(log, "getOutlinks") {
		t.Errorf("the log shows the token, or no requests:\n%.2000s", log)
	}
}
