package steampipe

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
)

// inOrder reads an aggregator's rows by n.
func (n *numbers) inOrder(ctx context.Context, descending bool, onRow func(rows int), connections ...string) (got []int, err error) {
	by := &proto.SortColumn{Column: "n", Order: proto.SortOrder_Asc}
	if descending {
		by.Order = proto.SortOrder_Desc
	}
	req := &proto.ExecuteRequest{
		Table: "number", CallId: "call", Connection: "both",
		QueryContext:          &proto.QueryContext{Columns: []string{"n"}, SortOrder: []*proto.SortColumn{by}},
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{},
	}
	for _, name := range connections {
		req.ExecuteConnectionData[name] = &proto.ExecuteConnectionData{}
	}
	err = n.server.Execute(req, NewStream(ctx, func(resp *proto.ExecuteResponse) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		value, shown := resp.Row.Columns["n"].GetValue().(*proto.Column_IntValue)
		if shown {
			got = append(got, int(value.IntValue))
		} else {
			got = append(got, null)
		}
		if onRow != nil {
			onRow(len(got))
		}
		return nil
	}))
	return got, err
}

// larger is PostgreSQL's order: NULL is larger than any number.
func larger(a, b int) int {
	return compareValues(columnOf(a), columnOf(b))
}

func columnOf(n int) *proto.Column {
	if n == null {
		return &proto.Column{Value: &proto.Column_NullValue{}}
	}
	return &proto.Column{Value: &proto.Column_IntValue{IntValue: int64(n)}}
}

// drawNumbers are a connection's rows in order, with ties and nulls.
func drawNumbers(rng *rand.Rand, descending bool) []int {
	list := make([]int, rng.IntN(rng.IntN(120)+1))
	for i := range list {
		if list[i] = rng.IntN(100); rng.IntN(20) == 0 {
			list[i] = null
		}
	}
	slices.SortFunc(list, larger)
	if descending {
		slices.Reverse(list)
	}
	return list
}

func answerOf(rows map[string][]int) listFunc {
	return func(ctx context.Context, stream func(int)) error {
		l, _ := listOf(ctx)
		for _, n := range rows[l.connection] {
			stream(n)
		}
		return nil
	}
}

// The SDK sends the rows of several connections as they come.
func TestAnAggregatorsRowsComeInOrder(t *testing.T) {
	n := theNumbers()
	for seed := range uint64(repetition.Times(200, 5000)) {
		rng := rand.New(rand.NewPCG(seed, 1))
		descending := rng.IntN(2) == 0
		rows := map[string][]int{}
		var want []int
		for _, name := range connections {
			rows[name] = drawNumbers(rng, descending)
			want = append(want, rows[name]...)
		}
		slices.SortFunc(want, larger)
		if descending {
			slices.Reverse(want)
		}
		n.answer(answerOf(rows))
		got, err := n.inOrder(t.Context(), descending, slowly(rng.IntN(4)), connections...)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("seed %d: %v\n%v, want\n%v", seed, err, got, want)
		}
	}
}

// One connection fails: its reader gets the rows before, in order, and its error; the others are ended.
func TestAConnectionThatFailsEndsAnAggregatorsScan(t *testing.T) {
	n := theNumbers()
	broken := errors.New("broken")
	for i := range repetition.Times(25, 1000) {
		for _, sorted := range []bool{true, false} {
			ended := atomic.Int64{}
			n.answer(func(ctx context.Context, stream func(int)) error {
				l, _ := listOf(ctx)
				if l.connection == "three" {
					for k := range i {
						stream(k)
					}
					return broken
				}
				for k := 0; ctx.Err() == nil && k < 20_000; k++ { // more than anybody reads
					stream(k)
				}
				if ctx.Err() != nil {
					ended.Add(1)
				}
				return ctx.Err()
			})
			var err error
			if sorted {
				var got []int
				got, err = n.inOrder(t.Context(), false, nil, connections...)
				if want := 5 * i; len(got) < want-5 || !slices.IsSorted(got) {
					t.Fatalf("%d rows before the failure at %d: %v", len(got), i, got)
				}
			} else {
				_, err = n.read(t.Context(), nil, connections...)
			}
			if !errors.Is(err, broken) || ended.Load() != 4 {
				t.Fatalf("failed at %d, sorted %t: %v, and %d of the others have ended", i, sorted, err, ended.Load())
			}
		}
	}
}

func TestAReaderOfAnAggregatorWhoLeavesLeavesNothingBehind(t *testing.T) {
	n := theNumbers()
	n.answer(rows(0, nil))
	if _, err := n.inOrder(t.Context(), false, nil, connections...); err != nil { // what the SDK keeps is made outside of bubbles
		t.Fatal(err)
	}
	for i := range 12 {
		synctest.Test(t, func(t *testing.T) {
			ended := atomic.Int64{}
			n.answer(func(ctx context.Context, stream func(int)) error {
				for k := 0; ctx.Err() == nil; k++ {
					stream(k)
				}
				ended.Add(1)
				return ctx.Err()
			})
			ctx, leave := context.WithCancel(t.Context())
			got, err := n.inOrder(ctx, false, func(rows int) {
				if rows > i*7 {
					leave()
				}
			}, connections...)
			if !errors.Is(err, context.Canceled) || ended.Load() != 5 || len(got) != i*7+1 {
				t.Errorf("%d rows, %v; %d of 5 scans have ended", len(got), err, ended.Load())
			}
		})
	}
}

// A connection whose rows come last must not buy more of them before the reader has come so far.
func TestAConnectionDoesNotRunAheadOfTheMerge(t *testing.T) {
	n := theNumbers()
	for _, reads := range []int{1, 100, 999} {
		bought := atomic.Int64{}
		n.answer(func(ctx context.Context, stream func(int)) error {
			l, _ := listOf(ctx)
			if l.connection == "one" {
				for k := range 1000 {
					stream(k)
				}
				return nil
			}
			stream(5000)
			Consumed(ctx, 1)
			if ctx.Err() == nil {
				bought.Add(1)
			}
			return ctx.Err()
		})
		ctx, leave := context.WithCancel(t.Context())
		_, err := n.inOrder(ctx, false, func(rows int) {
			if rows == reads {
				leave()
			}
		}, "one", "two")
		if !errors.Is(err, context.Canceled) || bought.Load() != 0 {
			t.Errorf("after %d rows: %v, and the other connection has bought %d times", reads, err, bought.Load())
		}
		if got, err := n.inOrder(t.Context(), false, nil, "one", "two"); err != nil || len(got) != 1001 || bought.Load() != 1 {
			t.Errorf("all: %d rows, %v, and the other connection has bought %d times", len(got), err, bought.Load())
		}
	}
}

// PostgreSQL's order of the values of each type, from the smallest to the largest.
func TestValuesAreOrderedAsPostgreSQLDoes(t *testing.T) {
	text := func(make func(string) *proto.Column, values string) (list []*proto.Column) {
		for value := range strings.FieldsSeq(values) {
			list = append(list, make(value))
		}
		return list
	}
	column := func(value any) *proto.Column {
		switch v := value.(type) {
		case float64:
			return &proto.Column{Value: &proto.Column_DoubleValue{DoubleValue: v}}
		case bool:
			return &proto.Column{Value: &proto.Column_BoolValue{BoolValue: v}}
		}
		return &proto.Column{Value: &proto.Column_IntValue{IntValue: int64(value.(int))}}
	}
	zero := 0.0
	for name, ordered := range map[string][]*proto.Column{
		"int":    {column(-1 << 63), column(-1), column(0), column(1<<63 - 1)},
		"double": {column(-1 / zero), column(-0.5), column(0.0), column(1e300), column(1 / zero), column(zero / zero)},
		"bool":   {column(false), column(true)},
		"text":   text(func(s string) *proto.Column { return &proto.Column{Value: &proto.Column_StringValue{StringValue: s}} }, "A B Ba a ж"),
		"ltree":  text(func(s string) *proto.Column { return &proto.Column{Value: &proto.Column_LtreeValue{LtreeValue: s}} }, "a a.b a.b.c a.c a_b"),
		"inet":   text(func(s string) *proto.Column { return &proto.Column{Value: &proto.Column_IpAddrValue{IpAddrValue: s}} }, "0.0.0.0 9.0.0.1 10.0.0.0/8 10.0.0.0/9 10.0.0.1/9 10.0.0.0 10.0.0.1 ::1 fe80::"),
		"cidr": text(func(s string) *proto.Column {
			return &proto.Column{Value: &proto.Column_CidrRangeValue{CidrRangeValue: s}}
		}, "9.0.0.0/8 10.0.0.0/8 10.0.0.0/16 10.1.0.0/16 fe80::/10"),
		"timestamp": {{Value: &proto.Column_TimestampValue{TimestampValue: timestamppb.New(date(1, 1, 1))}}, {Value: &proto.Column_TimestampValue{TimestampValue: timestamppb.New(date(2024, 1, 2))}}},
	} {
		ordered = append(ordered, &proto.Column{Value: &proto.Column_NullValue{}})
		for i, a := range ordered {
			for k, b := range ordered {
				if got, want := compareValues(a, b), larger(i, k); got != want {
					t.Errorf("%s: %v and %v compare as %d, want %d", name, a, b, got, want)
				}
			}
		}
	}
	if compareValues(nil, columnOf(1)) != 1 || compareValues(columnOf(null), nil) != 0 {
		t.Error("a column that is missing is not null")
	}
}

// By two columns, the second decides where the first is the same.
func TestRowsAreOrderedByEachColumn(t *testing.T) {
	row := func(a, b int) *proto.Row {
		return &proto.Row{Columns: map[string]*proto.Column{"a": columnOf(a), "b": columnOf(b)}}
	}
	by := []*proto.SortColumn{{Column: "a", Order: proto.SortOrder_Desc}, {Column: "b", Order: proto.SortOrder_Asc}}
	ordered := []*proto.Row{row(null, 1), row(null, null), row(2, 1), row(2, 5), row(2, null), row(1, 0)}
	for i, a := range ordered {
		for k, b := range ordered {
			if got, want := compareRows(a, b, by), larger(i, k); got != want {
				t.Errorf("%s", fmt.Sprint(a, b, got, want))
			}
		}
	}
}
