package steampipe

import (
	"context"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// A plugin that counts a LIMIT itself is told it, for each connection, and streams more rows where it knows better. For
// any other the SDK ends the scan.
func TestWhoCountsALimit(t *testing.T) {
	for _, counts := range []bool{true, false} {
		n := newNumbers(counts)
		n.answer(func(ctx context.Context, stream func(int)) error {
			l, _ := listOf(ctx)
			sdk := ctx.Value(sdkLimit{}).(int64)
			rows, ok := Limit(ctx)
			want := map[string]int64{"one": 3, "two": 5, "three": -1}[l.connection]
			if counts && (!ok || rows != want || sdk != -1) || !counts && (ok || sdk != want) {
				t.Errorf("counts %t, %s: told %d, %t, and the SDK %d", counts, l.connection, rows, ok, sdk)
			}
			for i := range 20 {
				stream(i)
			}
			return nil
		})
		r := &reader{ctx: t.Context()}
		err := n.server.Execute(&proto.ExecuteRequest{
			Table: "number", CallId: "call", Connection: "both", QueryContext: &proto.QueryContext{Columns: []string{"n"}},
			ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{
				"one": {Limit: &proto.NullableInt{Value: 3}}, "two": {Limit: &proto.NullableInt{Value: 5}}, "three": {},
			},
		}, NewStream(t.Context(), r.Send))
		if want := map[bool]int{true: 60, false: 28}[counts]; err != nil || r.rows != want {
			t.Errorf("counts %t: %d rows, want %d, %v", counts, r.rows, want, err)
		}
	}
}

// A plugin knows who serves it, when it is made and in each call.
func TestAPluginKnowsWhetherItIsServed(t *testing.T) {
	made := false
	n := newNumbers(false)
	New(func(ctx context.Context) *plugin.Plugin {
		made = Served(ctx)
		return &plugin.Plugin{Name: "steampipe-plugin-none"}
	})
	called := false
	n.answer(func(ctx context.Context, _ func(int)) error {
		called = Served(ctx)
		return nil
	})
	if _, err := n.read(t.Context(), nil); err != nil || !made || !called {
		t.Errorf("told when made: %t, when called: %t, %v", made, called, err)
	}
	CountLimits(t.Context()) // of another host, which goes on to count
	if Served(t.Context()) || Served(Begin(t.Context(), "one")) {
		t.Error("another host is taken for this one")
	}
}
