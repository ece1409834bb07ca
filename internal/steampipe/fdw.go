package steampipe

import (
	"math"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// What Steampipe's foreign data wrapper (measured with 2.2.2) sends otherwise than it was meant:
//
//   - A list without elements, as of `<> all ('{}')`, which psycopg writes for an empty NOT IN. The SDK makes no
//     List call for it, so that there is no row where all are right.
//   - A timestamp more than 292 years from 2000: PostgreSQL's microseconds since then, times 1,000, in 64 bits,
//     without regard to overflow (PgTimeToTimestamp in helpers.go). See [TimeOf].
//   - 'infinity' and '-infinity', which PostgreSQL holds as the largest and the smallest number: they overflow to
//     -1,000 and 0 nanoseconds since 2000.
//   - A LIMIT, with its OFFSET, as the lower 32 bits of it (deparseLimit in fdw.c). A negative one is none that anybody
//     can have written. What is left of one of 2^32 and more cannot be told from a small one.

// mend changes a request of the wrapper so that its scan has all rows that were asked for. PostgreSQL checks each
// row again, and applies the LIMIT itself.
func mend(req *proto.ExecuteRequest) {
	for column, quals := range req.GetQueryContext().GetQuals() {
		quals.Quals = slices.DeleteFunc(quals.Quals, isEmptyList)
		if len(quals.Quals) == 0 {
			delete(req.QueryContext.Quals, column)
		}
	}
	for _, data := range req.ExecuteConnectionData {
		if limit := data.GetLimit(); limit != nil && (limit.Value < 0 || limit.Value > math.MaxInt32) {
			data.Limit = nil
		}
	}
}

// isEmptyList reports a clause that no value restricts: ALL of nothing is true. It may also have been ANY of
// nothing, which is false; PostgreSQL then drops the rows. `= any ('{}')` is much more likely than `= all`, and
// the SDK's answer to it is right and free.
func isEmptyList(q *proto.Qual) bool {
	list := q.GetValue().GetListValue()
	return list != nil && len(list.Values) == 0 && q.GetStringValue() != "="
}

// Instant is what a timestamp of the foreign data wrapper stands for.
type Instant struct {
	Time     time.Time
	Infinity int // 1 or -1: it stands for this infinity just as well
}

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// TimeOf reads a timestamp of the foreign data wrapper. An overflow can be told, and undone: it leaves nanoseconds
// that are no whole microseconds, and the numbers of microseconds that overflow to the same number are 2^61 apart,
// 73,067 years. Of the years 1 to 68,353 there is one. ok is false where it may be one of the others.
func TimeOf(sent *timestamppb.Timestamp) (i Instant, ok bool) {
	i.Time = sent.AsTime()
	nanos := i.Time.Sub(epoch)
	switch {
	case nanos == 0:
		i.Infinity = -1
	case nanos == -time.Microsecond:
		i.Infinity = 1
	case nanos%time.Microsecond == 0 || nanos%8 != 0 || nanos == math.MaxInt64 || nanos == math.MinInt64:
		// As it was meant. (8 divides 1,000 and 2^64, and so what the wrapper sends.)
	default:
		micros := firstMicros + int64((uint64(nanos)/8*inverse125-uint64(firstMicros))&(1<<61-1))
		i.Time = time.UnixMicro(epoch.UnixMicro() + micros).UTC()
		return i, micros < lastMicros
	}
	return i, true
}

// 125 × inverse125 is 1 in arithmetic with 61 bits.
const inverse125 = 0x1cac083126e978d5

// The years 1 to 68,353 in microseconds since 2000. From 68,354 on, a time overflows to the same number as one
// before the year 1, which begin in 4714 BC.
var (
	firstMicros = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() - epoch.UnixMicro()
	lastMicros  = time.Date(68354, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() - epoch.UnixMicro()
)
