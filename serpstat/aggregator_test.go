package serpstat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// aggregate reads a.com's links through several connections by links_ext, as Steampipe does for an aggregator: each
// connection is told the LIMIT, and the reader leaves when it has read so many. 0 is none.
func aggregate(rigs []*rig, limit int64, descending bool, more ...*proto.Qual) (got []int64, err error) {
	by := &proto.SortColumn{Column: "links_ext", Order: proto.SortOrder_Asc}
	if descending {
		by.Order = proto.SortOrder_Desc
	}
	req := &proto.ExecuteRequest{
		Table: "serpstat_outlink", CallId: "call", Connection: rigs[0].connection,
		QueryContext:          &proto.QueryContext{Columns: []string{"query", "links_ext"}, Quals: map[string]*proto.Quals{}, SortOrder: []*proto.SortColumn{by}},
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{},
	}
	for _, q := range append(more, where("query", "=", "a.com")) {
		req.QueryContext.Quals[q.FieldName] = &proto.Quals{Quals: quals(q)}
	}
	for _, r := range rigs {
		data := &proto.ExecuteConnectionData{CacheEnabled: true, CacheTtl: 300}
		if limit > 0 {
			data.Limit = &proto.NullableInt{Value: limit}
		}
		req.ExecuteConnectionData[r.connection] = data
	}
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	err = rigs[0].plugin.server.Execute(req, steampipe.NewStream(ctx, func(resp *proto.ExecuteResponse) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		got = append(got, resp.Row.Columns["links_ext"].GetIntValue())
		if int64(len(got)) == limit {
			leave()
		}
		return nil
	}))
	if int64(len(got)) == limit && limit > 0 {
		err = nil // PostgreSQL asks no more
	}
	return got, err
}

func TestAnAggregatorsLinksComeInOrder(t *testing.T) {
	rigs := make([]*rig, 3)
	for i := range rigs {
		rigs[i] = newRig(t, serpstatsim.Options{}, "")
	}
	for seed := range uint64(repetition.Times(25, 1000)) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var want []int64
		for i, r := range rigs {
			rows := serpstatsim.Generate("a.com", rng.IntN(500), seed*10+uint64(i))
			for k := range rows {
				rows[k].LinksExt = rng.Int64N(90)
				want = append(want, rows[k].LinksExt)
			}
			r.forget()
			r.sim.SetRows("a.com", rows)
		}
		descending, limit := rng.IntN(2) == 0, []int64{0, 1, 10, 200}[rng.IntN(4)]
		slices.Sort(want)
		if descending {
			slices.Reverse(want)
		}
		if limit > 0 {
			want = want[:min(int(limit), len(want))]
		}
		got, err := aggregate(rigs, limit, descending)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("seed %d, limit %d: %v\n%v, want\n%v", seed, limit, err, got, want)
		}
		for i, r := range rigs {
			if _, credits := r.cost(); limit > 0 && credits > limit {
				t.Errorf("seed %d, limit %d: connection %d has bought %d rows", seed, limit, i, credits)
			}
		}
	}
}

// A connection that may not spend what its rows cost fails alone, and its error is told; the budget is each one's own.
func TestAnAggregatorsConnectionHasItsOwnBudget(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 300, 1)
	sim := serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}}
	rich, poor := newRig(t, sim, ""), newRig(t, sim, "max_credits = 100")
	if got, err := aggregate([]*rig{rich, poor}, 0, true); err == nil || !strings.Contains(err.Error(), "max_credits is 100") {
		t.Errorf("%d rows, %v", len(got), err)
	}
	for i, r := range []*rig{rich, poor} {
		if _, credits := r.cost(); credits > 125 {
			t.Errorf("connection %d has bought %d rows of a scan that fails", i, credits)
		}
	}
	if got, err := aggregate([]*rig{rich, poor}, 20, true); err != nil || fmt.Sprint(got[:2]) != fmt.Sprint([]int64{got[0], got[0]}) {
		t.Errorf("the first 20 are within both budgets: %v, %v", got, err)
	}
}
