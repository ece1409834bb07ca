package input

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// leafValue is a value as SQLite takes it: nil, int64, float64, bool, string, []byte, or a number as it is written.
func leafValue(t parquet.Type, v parquet.Value) any {
	if v.IsNull() {
		return nil
	}
	var logical any
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	switch l := logical.(type) {
	case *format.DecimalType:
		return decimalText(v, int(l.Scale))
	case *format.DateType:
		return time.Unix(int64(v.Int32())*24*60*60, 0).UTC().Format(time.DateOnly)
	case *format.TimeType:
		return unixTime(wholeValue(v), l.Unit).Format(time.TimeOnly + ".999999999")
	case *format.TimestampType:
		return unixTime(v.Int64(), l.Unit).Format(time.DateTime + ".999999999")
	case *format.IntType:
		if !l.IsSigned && v.Kind() == parquet.Int64 {
			return json.Number(strconv.FormatUint(v.Uint64(), 10))
		} else if !l.IsSigned {
			return int64(v.Uint32())
		}
	case *format.UUIDType:
		b := v.ByteArray()
		if len(b) != 16 {
			break
		}
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	}
	return physicalValue(v)
}

func physicalValue(v parquet.Value) any {
	switch v.Kind() {
	case parquet.Boolean:
		return v.Boolean()
	case parquet.Int32, parquet.Int64:
		return wholeValue(v)
	case parquet.Int96:
		return int96Time(v.Int96())
	case parquet.Float:
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v.Float()), 'g', -1, 32), 64) // 0.1, and not what it is as a double
		return realValue(f)
	case parquet.Double:
		return realValue(v.Double())
	}
	b := v.ByteArray()
	if v.Kind() == parquet.ByteArray && utf8.Valid(b) { // many who write texts do not say that they are
		return string(b)
	}
	return append([]byte{}, b...)
}

// realValue is a number; SQLite has none that is not a number.
func realValue(f float64) any {
	if math.IsNaN(f) {
		return nil
	}
	return f
}

func wholeValue(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

// decimalText is the number as it is meant, with all of its digits.
func decimalText(v parquet.Value, scale int) any {
	unscaled := new(big.Int)
	switch v.Kind() {
	case parquet.Int32, parquet.Int64:
		unscaled.SetInt64(wholeValue(v))
	default: // two's complement, the highest byte first
		b := v.ByteArray()
		unscaled.SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			unscaled.Sub(unscaled, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	if scale <= 0 {
		return json.Number(unscaled.String() + strings.Repeat("0", -scale))
	}
	sign, digits := "", unscaled.String()
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return json.Number(sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:])
}

func unixTime(n int64, unit format.TimeUnit) time.Time {
	switch unit.Value.(type) {
	case *format.MilliSeconds:
		return time.UnixMilli(n).UTC()
	case *format.MicroSeconds:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(n/1e9, n%1e9).UTC()
}

// int96Time is a time as Impala and Spark once wrote it: nanoseconds of a day, and the number of the day in the Julian
// calendar.
func int96Time(v deprecated.Int96) string {
	const unixEpoch = 2440588
	bytes := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, v[0]), v[1])
	nanoseconds := int64(binary.LittleEndian.Uint64(bytes))
	seconds := (int64(v[2]) - unixEpoch) * 24 * 60 * 60
	return time.Unix(seconds, nanoseconds).UTC().Format(time.DateTime + ".999999999")
}
