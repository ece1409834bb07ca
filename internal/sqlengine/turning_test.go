package sqlengine_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// A scan that goes on beyond its first rows asks again for these. Where nobody has asked for an order they may come in
// another one, from rows that are kept since: all the same each comes once.
func TestRowsThatComeInAnotherOrderWhenMoreAreRead(t *testing.T) {
	const rows, first = 400, 5
	var calls atomic.Int64
	list := func(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
		turned := calls.Add(1)%2 == 0
		for i := range int64(rows) {
			if turned {
				i = rows - 1 - i
			}
			d.StreamListItem(ctx, i)
		}
		return nil, nil
	}
	e, err := sqlengine.Open(t.Context(), sqlengine.Options{Plugin: func(context.Context) *plugin.Plugin {
		return &plugin.Plugin{Name: "steampipe-plugin-turning", TableMap: map[string]*plugin.Table{"turning": {
			Name: "turning", List: &plugin.ListConfig{Hydrate: list},
			Columns: []*plugin.Column{{Name: "n", Type: proto.ColumnType_INT, Transform: transform.FromValue()}},
		}}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for every := 2; every < rows; every *= 2 {
		calls.Store(0)
		var got []int64
		answer, err := e.Query(t.Context(), fmt.Sprintf("select n from turning where n %% %d = 1 limit %d", every, first))
		if err != nil {
			t.Fatal(err)
		}
		for answer.Next() {
			got = append(got, answer.Values()[0].(int64))
		}
		if err := answer.Close(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		want := min(first, (rows-2)/every+1)
		if len(slices.Compact(got)) != want || slices.ContainsFunc(got, func(n int64) bool { return n%int64(every) != 1 }) || calls.Load() < 2 {
			t.Errorf("one in %d: rows %d of %d calls, want %d", every, got, calls.Load(), want)
		}
	}
}
