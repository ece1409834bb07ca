package serpstat

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-sdk/v5/anywhere"
	sdkgrpc "github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// anotherHost is the plugin as Steampipe's extensions for other databases, and its exporter, call it.
type anotherHost struct {
	t      *testing.T
	sim    *serpstatsim.Server
	server *sdkgrpc.PluginServer
}

func newAnotherHost(t *testing.T, program, config string) *anotherHost {
	t.Helper()
	h := &anotherHost{t: t, sim: serpstatsim.New(serpstatsim.Options{})}
	web := pipehttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { h.sim.ServeHTTP(w, req) }))
	t.Cleanup(func() { h.sim.Close(); web.Close() })
	create := New(Options{NoEnvironment: true, Transport: pipehttp.NewTransport(), Program: program})
	h.server = plugin.Server(&plugin.ServeOpts{PluginFunc: func(ctx context.Context) *plugin.Plugin {
		p := create(ctx)
		p.Logger = hclog.NewNullLogger()
		return p
	}})
	config = testConfig(web, "max_retries = 0\n"+config)
	_, err := h.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		MaxCacheSizeMb: -1, Configs: []*proto.ConnectionConfig{{Connection: "serpstat", Plugin: "serpstat", PluginShortName: "serpstat", Config: config}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.server.SetCacheOptions(steampipe.NoQueryCache()); err != nil { // 38 MB that would never be freed
		t.Fatal(err)
	}
	return h
}

// read asks as those hosts do, for anchors; limit 0 is none.
func (h *anotherHost) read(limit int64, list ...*proto.Qual) (texts []string, err error) {
	req := &proto.ExecuteRequest{
		Table: "serpstat_outlink", CallId: "call", Connection: "serpstat",
		QueryContext:          &proto.QueryContext{Columns: []string{"query", "link_text"}, Quals: map[string]*proto.Quals{}},
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"serpstat": {CacheEnabled: true, CacheTtl: 300}},
	}
	if limit > 0 {
		req.ExecuteConnectionData["serpstat"].Limit = &proto.NullableInt{Value: limit}
	}
	for _, q := range list {
		if req.QueryContext.Quals[q.FieldName] == nil {
			req.QueryContext.Quals[q.FieldName] = &proto.Quals{}
		}
		req.QueryContext.Quals[q.FieldName].Append(q)
	}
	ctx, leave := context.WithCancel(h.t.Context())
	defer leave()
	stream := anywhere.NewLocalPluginStream(ctx)
	h.server.CallExecuteAsync(req, stream)
	for {
		row, err := stream.Recv()
		if err != nil || row == nil {
			return texts, err
		}
		texts = append(texts, row.Row.Columns["link_text"].GetStringValue())
	}
}

// readTold reads, where that is to fail until it is told: the SDK loses some errors, and then gives no row either.
func (h *anotherHost) readTold(fails bool, limit int64, list ...*proto.Qual) (texts []string, err error) {
	for range 100 {
		texts, err = h.read(limit, list...)
		if !fails || err != nil || len(texts) > 0 {
			break
		}
	}
	return texts, err
}

// Where the SDK loses errors, an answer has all of its rows or none. What it still loses is the error itself: then the
// answer is empty.
func TestAnotherHostGetsNoShortAnswer(t *testing.T) {
	h := newAnotherHost(t, "", "")
	lost, failed, times := 0, 0, repetition.Times(80, 5000)
	for i := range times {
		rng := rand.New(rand.NewPCG(uint64(i), 3))
		domain := fmt.Sprintf("a%d.com", i)
		rows := serpstatsim.Generate(domain, rng.IntN(600)+1, uint64(i))
		h.sim.SetRows(domain, rows)
		h.sim.Reset()
		h.sim.SetFaults(serpstatsim.Fault{Kind: serpstatsim.ServerErrorStatus, Request: 1 + rng.IntN(4)})
		got, err := h.read(0, where("query", "=", domain))
		switch {
		case err != nil && strings.Contains(err.Error(), "500"):
			failed++
		case err != nil:
			t.Fatalf("round %d: %v", i, err)
		case len(got) == 0:
			lost++
		case len(got) != len(rows):
			t.Fatalf("round %d: %d of %d rows, and no error", i, len(got), len(rows))
		}
		if err != nil && len(got) > 0 {
			t.Fatalf("round %d: %d rows before %v", i, len(got), err)
		}
	}
	t.Logf("of %d scans %d failed, %d of them without a word", times, failed+lost, lost)
	if failed == 0 {
		t.Error("no scan failed")
	}
}

// Another host counts each row under a LIMIT. Those that only the database can judge come after the sure ones, and where
// there is no room for all of them, it may keep too few: then the query fails.
func TestRowsInDoubtInAnotherHost(t *testing.T) {
	h := newAnotherHost(t, "", "")
	h.sim.SetRows("a.com", anchors("Ж", "ж1", "Ж2", "ж3", "Ж4", "x"))
	ilike := where("link_text", "~~*", "%ж%") // sure of two, in doubt of three
	either := where("links_ext", "<>", []any{int64(100), int64(98), int64(96)})
	for name, c := range map[string]struct {
		quals []*proto.Qual
		limit int64
		want  string // anchors, in any order: the SDK does not keep it; "" is an error
	}{
		"the sure ones are enough":       {quals(ilike), 2, "ж1 ж3"},
		"room for all in doubt":          {quals(ilike), 5, "ж1 ж3 Ж Ж2 Ж4"},
		"more than there are":            {quals(ilike), 6, "ж1 ж3 Ж Ж2 Ж4"},
		"room for all in doubt but one":  {quals(ilike), 4, ""},
		"none is sure, room for all":     {quals(where("link_text", "~~*", "ж_"), where("link_text", "~~", "Ж%")), 2, "Ж2 Ж4"},
		"none is sure, one too many":     {quals(where("link_text", "~~*", "ж%"), where("link_text", "~~", "Ж%")), 2, ""},
		"any or all, the sure are three": {quals(either), 3, "ж1 ж3 x"},
		"any or all, one more":           {quals(either), 4, ""},
		"no limit":                       {quals(ilike), 0, "ж1 ж3 Ж Ж2 Ж4"},
	} {
		texts, err := h.readTold(c.want == "", c.limit, append(quals(where("query", "=", "a.com")), c.quals...)...)
		want := strings.Fields(c.want)
		slices.Sort(texts)
		slices.Sort(want)
		if c.want == "" && (err == nil || !strings.Contains(err.Error(), "a limit cannot be counted")) || c.want != "" && (err != nil || !slices.Equal(texts, want)) {
			t.Errorf("%s: %q, %v, want %q", name, texts, err, c.want)
		}
	}
}

// A LIMIT ends the buying there too.
func TestALimitInAnotherHostBuysItsRows(t *testing.T) {
	h := newAnotherHost(t, "", "")
	for _, limit := range []int64{1, 10, 1500} {
		domain := fmt.Sprintf("a%d.com", limit)
		h.sim.SetRows(domain, serpstatsim.Generate(domain, 5000, 1))
		h.sim.Reset()
		for range 2 { // what was bought serves the next one
			if got, err := h.read(limit, where("query", "=", domain)); err != nil || int64(len(got)) != limit || h.sim.Credits() != limit {
				t.Errorf("limit %d: %d rows for %d credits, %v", limit, len(got), h.sim.Credits(), err)
			}
		}
	}
}

// Steampipe's SQLite extension makes answers wrong: nothing is asked for, unless its user knows.
func TestTheSQLiteExtensionIsRefused(t *testing.T) {
	const extension = "github.com/turbot/steampipe-sqlite-extension"
	for name, tt := range map[string]struct {
		program, config string
		refused         bool
	}{
		"the extension":          {extension, "", true},
		"not allowed":            {extension, "allow_sqlite_extension = false", true},
		"allowed":                {extension, "allow_sqlite_extension = true", false},
		"the exporter":           {"github.com/turbot/steampipe-export", "", false},
		"the PostgreSQL wrapper": {"github.com/turbot/steampipe-postgres-fdw", "", false},
		"this program":           {"", "", false},
	} {
		h := newAnotherHost(t, tt.program, tt.config)
		h.sim.SetRows("a.com", anchors("a", "b"))
		got, err := h.readTold(tt.refused, 0, where("query", "=", "a.com"))
		if refused := err != nil && strings.Contains(err.Error(), "use serpstat-sql"); refused != tt.refused || !refused && (err != nil || len(got) != 2) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if tt.refused && len(h.sim.Requests()) > 0 {
			t.Errorf("%s: %d requests", name, len(h.sim.Requests()))
		}
	}
	for value, want := range map[string]string{"true": "", "1": "", "0": "use serpstat-sql", "": "use serpstat-sql", "maybe": `SERPSTAT_ALLOW_SQLITE_EXTENSION="maybe" is neither`} {
		err := refusal(extension, serpstatConfig{}, func(string) string { return value })
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", value, err)
		}
		if err := refusal(extension, serpstatConfig{AllowSQLiteExtension: ref(false)}, func(string) string { return value }); value != "maybe" && !errors.Is(err, errSQLiteExtension) {
			t.Errorf("%q, and the config forbids it: %v", value, err)
		}
	}
}
