package serpstat

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/turbot/steampipe-plugin-serpstat/internal/pipehttp"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// rig is a connection of the plugin in this process, spoken to with Steampipe's own messages, in front of a
// simulator of its own. Rigs share a plugin: the SDK's query cache allocates tens of megabytes.
type rig struct {
	t          *testing.T
	sim        *serpstatsim.Server
	plugin     *testPlugin
	connection string
	config     string // of the connection
	options    serpstatsim.Options
}

const testToken = "s3cret/token+1"

// Tests look at errors; what the SDK logs of them on standard error would only hide them.
func TestMain(m *testing.M) {
	os.Setenv("STEAMPIPE_LOG_LEVEL", "OFF")
	os.Exit(m.Run())
}

// The plugins of all rigs: one for the API's row cap, and one for a cap that tests can afford.
var (
	uncapped = sync.OnceValue(func() *testPlugin { return newTestPlugin(0) })
	capped   = sync.OnceValue(func() *testPlugin { return newTestPlugin(smallCap) })
)

const smallCap = 2000

// testPlugin is a plugin in this process, and what it has told its observer.
type testPlugin struct {
	server    *steampipe.Server
	provider  *provider
	transport *http.Transport
	configs   sync.Mutex // one change at a time
	mu        sync.Mutex
	rigs      int
	unused    []string            // connections of rigs that are gone
	warnings  map[string][]string // by domain
}

func newTestPlugin(rowCap int64) *testPlugin { return newTestPluginFor(plan.PostgreSQL, rowCap) }

func newTestPluginFor(engine plan.Engine, rowCap int64) *testPlugin {
	s := &testPlugin{warnings: map[string][]string{}, transport: pipehttp.NewTransport()}
	s.provider = newProvider(Options{Engine: engine, NoEnvironment: true, RowCap: rowCap, MaxBody: 2 << 20, Transport: s.transport, Observe: func(e Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if e.Warning != "" {
			s.warnings[e.Domain] = append(s.warnings[e.Domain], e.Warning)
		}
	}})
	var made *plugin.Plugin
	s.server = steampipe.New(func(ctx context.Context) *plugin.Plugin {
		made = s.provider.plugin(ctx)
		return made
	})
	made.Logger = hclog.NewNullLogger() // for any other the SDK makes lines, in the race detector's slow motion
	_, err := s.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		MaxCacheSizeMb: 64,
		Configs:        []*proto.ConnectionConfig{{Connection: "none", Plugin: "serpstat", PluginShortName: "serpstat"}},
	})
	if err != nil {
		panic(err)
	}
	return s
}

// newRig adds a connection; config is added to its block.
func newRig(t *testing.T, sim serpstatsim.Options, config string) *rig {
	t.Helper()
	s := uncapped()
	if sim.RowCap == smallCap {
		s = capped()
	}
	return newRigOn(t, s, sim, config)
}

func newRigOn(t *testing.T, s *testPlugin, sim serpstatsim.Options, config string) *rig {
	t.Helper()
	if sim.Threats == nil {
		sim.Threats = everyThreat
	}
	r := &rig{t: t, plugin: s, sim: serpstatsim.New(sim), options: sim}
	web := pipehttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.sim.ServeHTTP(w, req) }))
	outside := r.sim
	t.Cleanup(func() { outside.Close(); web.Close(); r.end() })
	r.connection = s.name()
	r.configure(testConfig(web, config), true)
	return r
}

// everyThreat makes every site malicious, in different ways.
func everyThreat(site string) *serpstatsim.Threat {
	all := []string{"windows", "linux", "osx", "android"}
	return &serpstatsim.Threat{Platforms: all[len(site)%3:], Kinds: [][]string{{"threat_type_unspecified"}, {"malware", "threat_type_unspecified"}, {"malware"}}[len(site)%3], Date: "2024-05-01"}
}

// testConfig is a connection's config, with what a test needs and does not say itself.
func testConfig(web *pipehttp.Server, config string) string {
	config = fmt.Sprintf("base_url = %q\n%s", web.URL, config)
	for _, setting := range []string{
		"requests_per_second = 1000",
		"request_timeout = 3600", // a machine with much else to do is no fault of the API
		fmt.Sprintf("token = %q", testToken),
	} {
		if name, _, _ := strings.Cut(setting, "="); !strings.Contains(config, "\n"+name) {
			config += "\n" + setting
		}
	}
	return config
}

// name is a name for a connection. The SDK keeps a cache for each name that there ever was.
func (s *testPlugin) name() (name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.unused); n > 0 {
		name, s.unused = s.unused[n-1], s.unused[:n-1]
		return name
	}
	s.rigs++
	return fmt.Sprint("rig", s.rigs)
}

// end is the rig's.
func (r *rig) end() {
	r.remove()
	r.plugin.mu.Lock()
	defer r.plugin.mu.Unlock()
	r.plugin.unused = append(r.plugin.unused, r.connection)
}

// bubble runs a test of the rig, with a simulator that is new, on a clock of its own, which goes on when all that
// the test has started waits. The rig must not have been used outside.
func (r *rig) bubble(test func(t *testing.T)) {
	// At a connection's first query the SDK makes its cache, whose goroutines never end: not in the bubble.
	r.runContext(context.Background(), query{limit: zeroLimit, quals: quals(where("query", "=", "first.com"))})
	synctest.Test(r.t, func(t *testing.T) {
		r.sim = serpstatsim.New(r.options)
		r.forget() // the client
		defer func() {
			r.forget()
			r.sim.Close()
			r.plugin.transport.CloseIdleConnections()
		}()
		test(t)
	})
}

// configure tells the plugin of a new connection's config, or of a changed one.
func (r *rig) configure(config string, added bool) {
	r.t.Helper()
	r.config = config
	list := []*proto.ConnectionConfig{{Connection: r.connection, Plugin: "serpstat", PluginShortName: "serpstat", Config: config}}
	req := &proto.UpdateConnectionConfigsRequest{Changed: list}
	if added {
		req = &proto.UpdateConnectionConfigsRequest{Added: list}
	}
	r.update(req)
}

// remove ends the connection, and with it all that the plugin has kept for it.
func (r *rig) remove() {
	r.update(&proto.UpdateConnectionConfigsRequest{Deleted: []*proto.ConnectionConfig{{Connection: r.connection}}})
}

func (r *rig) update(req *proto.UpdateConnectionConfigsRequest) {
	r.t.Helper()
	r.plugin.configs.Lock()
	defer r.plugin.configs.Unlock()
	if _, err := r.plugin.server.UpdateConnectionConfigs(req); err != nil {
		r.t.Error(err)
	}
}

// forget drops what the plugin has learned of the API, and the simulator's log.
func (r *rig) forget() {
	r.plugin.provider.forget(r.connection)
	r.sim.Reset()
}

// warnings are what the plugin has told its observer of a domain's incomplete data.
func (r *rig) warnings(domain string) []string {
	s := r.plugin
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.warnings[domain]
}

// query is a scan as Steampipe sends it.
type query struct {
	table   string // "" is serpstat_outlink
	columns []string
	quals   []*proto.Qual
	limit   int64 // 0 is none; use zeroLimit for LIMIT 0
	sort    string
	cache   bool
	ttl     int64 // seconds that an answer may be old; 0 is 300, noTTL is 0
	stop    int   // cancel after so many rows; 0 is never
	slow    int   // how often others go on before each row is read
	onRow   func(rows int)
}

const (
	zeroLimit = -1
	noTTL     = -1
)

type result struct {
	rows []map[string]any
	err  error
}

func (r *rig) run(q query) result {
	r.t.Helper()
	return r.runContext(context.Background(), q)
}

func (r *rig) runContext(ctx context.Context, q query) result {
	if q.table == "" {
		q.table = "serpstat_outlink"
	}
	if q.columns == nil {
		q.columns = []string{"query", "url_from", "url_to", "links_ext"}
	}
	req := &proto.ExecuteRequest{
		Table: q.table, CallId: "call", Connection: r.connection,
		QueryContext: &proto.QueryContext{Columns: q.columns, Quals: map[string]*proto.Quals{}},
	}
	for _, qual := range q.quals {
		if req.QueryContext.Quals[qual.FieldName] == nil {
			req.QueryContext.Quals[qual.FieldName] = &proto.Quals{}
		}
		req.QueryContext.Quals[qual.FieldName].Append(qual)
	}
	data := &proto.ExecuteConnectionData{CacheEnabled: q.cache, CacheTtl: max(cmp.Or(q.ttl, 300), 0)}
	switch {
	case q.limit == zeroLimit:
		data.Limit = &proto.NullableInt{Value: 0}
	case q.limit > 0:
		data.Limit = &proto.NullableInt{Value: q.limit}
	}
	req.ExecuteConnectionData = map[string]*proto.ExecuteConnectionData{r.connection: data}
	for _, by := range ordersOf(q.sort) {
		o := proto.SortOrder_Asc
		if by.descending {
			o = proto.SortOrder_Desc
		}
		req.QueryContext.SortOrder = append(req.QueryContext.SortOrder, &proto.SortColumn{Column: by.column, Order: o})
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream := &testStream{ctx: ctx, cancel: cancel, stop: q.stop, slow: q.slow, onRow: q.onRow}
	err := r.plugin.server.Execute(req, steampipe.NewStream(ctx, stream.Send))
	return result{stream.rows, err}
}

// sortedBy is a column of an ORDER BY.
type sortedBy struct {
	column     string
	descending bool
}

// ordersOf reads an ORDER BY such as "links desc, domain_rank asc".
func ordersOf(sort string) (list []sortedBy) {
	for text := range strings.SplitSeq(sort, ", ") {
		if column, order, ok := strings.Cut(text, " "); ok {
			list = append(list, sortedBy{column, order == "desc"})
		}
	}
	return list
}

// testStream receives rows as gRPC would send them.
type testStream struct {
	ctx    context.Context
	cancel context.CancelFunc
	stop   int
	slow   int
	onRow  func(rows int)
	rows   []map[string]any
}

func (s *testStream) Send(resp *proto.ExecuteResponse) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	for range s.slow {
		runtime.Gosched()
	}
	row := map[string]any{}
	for name, c := range resp.Row.Columns {
		// Steampipe's database reads the JSON of all columns of a row, whichever were asked for.
		if v, ok := c.Value.(*proto.Column_JsonValue); ok && !json.Valid(v.JsonValue) {
			return fmt.Errorf("failed to populate column '%s': no JSON: %q", name, v.JsonValue)
		}
		if !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "sp_") {
			row[name] = plain(c)
		}
	}
	s.rows = append(s.rows, row)
	if s.onRow != nil {
		s.onRow(len(s.rows))
	}
	if len(s.rows) == s.stop {
		s.cancel()
	}
	return nil
}

func plain(c *proto.Column) any {
	switch v := c.Value.(type) {
	case *proto.Column_StringValue:
		return v.StringValue
	case *proto.Column_IntValue:
		return v.IntValue
	case *proto.Column_DoubleValue:
		return v.DoubleValue
	case *proto.Column_BoolValue:
		return v.BoolValue
	case *proto.Column_TimestampValue:
		return v.TimestampValue.AsTime().Format(time.DateTime)
	case *proto.Column_JsonValue:
		return string(v.JsonValue)
	}
	return nil
}

// Clauses as Steampipe's foreign data wrapper sends them.

func where(column, operator string, value any) *proto.Qual {
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: qualValue(value)}
}

func qualValue(value any) *proto.QualValue {
	switch v := value.(type) {
	case nil:
		return &proto.QualValue{}
	case []any:
		list := &proto.QualValueList{}
		for _, e := range v {
			list.Values = append(list.Values, qualValue(e))
		}
		return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}
	case time.Time:
		return timestamp(v.UnixMicro() - epoch.UnixMicro())
	case infinite:
		return timestamp(map[infinite]int64{1: math.MaxInt64, -1: math.MinInt64}[v])
	case jsonb:
		return &proto.QualValue{Value: &proto.QualValue_JsonbValue{JsonbValue: string(v)}}
	}
	return proto.NewQualValue(value)
}

type jsonb string

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// timestamp is what the foreign data wrapper makes of PostgreSQL's microseconds since 2000: times 1,000, without
// regard to overflow.
func timestamp(micros int64) *proto.QualValue {
	return &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(epoch.Add(time.Duration(micros * 1000)))}}
}

// totals of the requests that the simulator has seen.
func (r *rig) cost() (requests int, credits int64) {
	return len(r.sim.Requests()), r.sim.Credits()
}

func values(rows []map[string]any, column string) []string {
	var list []string
	for _, row := range rows {
		s, _ := row[column].(string)
		list = append(list, s)
	}
	sort.Strings(list)
	return list
}

func quals(list ...*proto.Qual) []*proto.Qual { return list }
