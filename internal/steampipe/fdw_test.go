package steampipe

import (
	"math"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"
)

// sent is what the foreign data wrapper makes of PostgreSQL's microseconds since 2000 (PgTimeToTimestamp, 2.2.2).
func sent(micros int64) *timestamppb.Timestamp {
	return timestamppb.New(epoch.Add(time.Duration(micros * 1000)))
}

func microsOf(t time.Time) int64 { return t.UnixMicro() - epoch.UnixMicro() }

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func TestTimesThatOverflowAreRead(t *testing.T) {
	for _, want := range []time.Time{
		date(1, 1, 1), date(1700, 1, 1), date(1707, 9, 22), date(1707, 9, 23), date(1970, 1, 1), date(1999, 12, 31), date(2000, 1, 2), date(2024, 6, 1),
		date(2262, 4, 12), date(2292, 4, 10), date(2292, 4, 11), date(9999, 12, 31), date(9999, 12, 31).Add(24*time.Hour - time.Microsecond), date(30000, 2, 3), date(68353, 12, 31),
	} {
		if got, ok := TimeOf(sent(microsOf(want))); !ok || !got.Time.Equal(want) || got.Infinity != 0 {
			t.Errorf("%v is read as %+v, %t", want, got, ok)
		}
	}
	for _, lost := range []time.Time{date(-4712, 1, 1), date(-1, 1, 1), date(70000, 1, 1)} { // year -1 is 2 BC
		if got, ok := TimeOf(sent(microsOf(lost))); ok {
			t.Errorf("%v is read as %v", lost, got.Time)
		}
	}
	for micros, infinity := range map[int64]int{math.MaxInt64: 1, -1: 1, math.MinInt64: -1, 0: -1} {
		got, ok := TimeOf(sent(micros))
		if !ok || got.Infinity != infinity || max(got.Time.Sub(epoch), epoch.Sub(got.Time)) > time.Microsecond {
			t.Errorf("%d microseconds are read as %+v, %t", micros, got, ok)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := time.UnixMicro(rapid.Int64Range(date(1, 1, 1).UnixMicro(), date(68353, 12, 31).UnixMicro()).Draw(t, "time"))
		if got, ok := TimeOf(sent(microsOf(want))); !ok || !got.Time.Equal(want) {
			t.Fatalf("%v is read as %+v, %t", want.UTC(), got, ok)
		}
	})
	// What another host may send is taken as it is.
	for _, other := range []time.Time{date(9999, 12, 31), date(1, 1, 1), date(2024, 6, 1).Add(time.Nanosecond), date(-4000, 1, 1)} {
		if got, ok := TimeOf(timestamppb.New(other)); !ok || !got.Time.Equal(other) {
			t.Errorf("%v is read as %+v, %t", other, got, ok)
		}
	}
}

func qual(column, operator string, value *proto.QualValue) *proto.Qual {
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: value}
}

func listOfValues(values ...*proto.QualValue) *proto.QualValue {
	return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: &proto.QualValueList{Values: values}}}
}

func timeValue(micros int64) *proto.QualValue {
	return &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: sent(micros)}}
}

func TestRequestsAreMended(t *testing.T) {
	number := proto.NewQualValue(int64(3))
	in2024, never, always := timeValue(microsOf(date(2024, 6, 1))), timeValue(math.MinInt64), timeValue(math.MaxInt64)
	for name, tt := range map[string]struct {
		qual    *proto.Qual
		dropped bool // the clause
	}{
		"all of nothing":           {qual("n", "<>", listOfValues()), true},
		"like all of nothing":      {qual("n", "~~", listOfValues()), true},
		"more than all of nothing": {qual("n", ">", listOfValues()), true},
		"any of nothing":           {qual("n", "=", listOfValues()), false},
		"one of some":              {qual("n", "<>", listOfValues(number)), false},
		"a number":                 {qual("n", "<>", number), false},
		"a null":                   {qual("n", "is null", nil), false},
		"a null in a list":         {qual("n", "=", listOfValues(number, &proto.QualValue{})), false},
		"an ordinary time":         {qual("n", "<", in2024), false},
		"a far time":               {qual("n", "<", timeValue(microsOf(date(9999, 12, 31)))), false},
		"before infinity":          {qual("n", "<", always), false},
		"at most infinity":         {qual("n", "<=", always), false},
		"before one of them":       {qual("n", "<", listOfValues(in2024, always)), false},
		"after infinity":           {qual("n", ">", always), false},
		"not infinity":             {qual("n", "<>", always), false},
		"after -infinity or 2000":  {qual("n", ">", never), false},
		"before -infinity or 2000": {qual("n", "<", never), false},
		"before Christ":            {qual("n", ">", timeValue(microsOf(date(-4712, 1, 1)))), false},
	} {
		t.Run(name, func(t *testing.T) {
			other := qual("n", "=", number)
			req := &proto.ExecuteRequest{
				QueryContext:          &proto.QueryContext{Quals: map[string]*proto.Quals{"n": {Quals: []*proto.Qual{tt.qual}}, "m": {Quals: []*proto.Qual{tt.qual, other}}}},
				ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"one": {Limit: &proto.NullableInt{Value: 9}}, "two": {Limit: &proto.NullableInt{Value: 9}}},
			}
			mend(req)
			quals := req.QueryContext.Quals
			if _, left := quals["n"]; left == tt.dropped || len(quals["m"].Quals) != map[bool]int{true: 1, false: 2}[tt.dropped] {
				t.Errorf("left of the clauses: %v", quals)
			}
			for connection, data := range req.ExecuteConnectionData {
				if data.Limit.GetValue() != 9 {
					t.Errorf("the limit of %s is %v", connection, data.Limit)
				}
			}
		})
	}
	mend(&proto.ExecuteRequest{})
}

// LIMIT 3000000000 arrives as -1294967296, its lower 32 bits. Every row is wanted then, as far as the plugin knows.
func TestALimitThatOverflowsIsNone(t *testing.T) {
	for sent, left := range map[int64]bool{-1294967296: false, -1: false, 0: true, 7: true, 1<<31 - 1: true, 1 << 31: false, 1<<32 + 5: false} {
		req := &proto.ExecuteRequest{ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"one": {Limit: &proto.NullableInt{Value: sent}}, "two": {}}}
		mend(req)
		if got := req.ExecuteConnectionData["one"].Limit; (got != nil) != left || left && got.Value != sent {
			t.Errorf("of a limit of %d is left %v", sent, got)
		}
	}
}

// What a table needs of a query is known where it has a List function alone: a Get function may do with another value.
func TestAGetFunctionMayNeedAnotherValue(t *testing.T) {
	for _, gets := range []bool{false, true} {
		table := &plugin.Table{List: &plugin.ListConfig{KeyColumns: plugin.SingleColumn("query")}}
		if gets {
			table.Get = &plugin.GetConfig{KeyColumns: plugin.SingleColumn("id")}
		}
		s := &Server{plugin: &plugin.Plugin{TableMap: map[string]*plugin.Table{"thing": table}}}
		if err := s.missing(&proto.ExecuteRequest{Table: "thing"}); gets != (err == nil) {
			t.Errorf("with a Get function %t: %v", gets, err)
		}
	}
}
