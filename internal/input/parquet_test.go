package input_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
)

type parquetRow struct {
	Text   string           `parquet:"text"`
	Maybe  *int64           `parquet:"maybe,optional"`
	Small  int32            `parquet:"small"`
	Big    uint64           `parquet:"big"`
	Price  int64            `parquet:"price,decimal(2:18)"`
	Fine   int64            `parquet:"fine,decimal(17:18)"`
	Fixed  [16]byte         `parquet:"fixed,decimal(2:38)"`
	Real   float64          `parquet:"real"`
	Single float32          `parquet:"single"`
	OK     bool             `parquet:"ok"`
	Day    int32            `parquet:"day,date"`
	At     time.Time        `parquet:"at,timestamp(microsecond)"`
	Milli  int64            `parquet:"milli,timestamp(millisecond)"`
	Clock  time.Duration    `parquet:"clock,time(nanosecond)"`
	UUID   [16]byte         `parquet:"uuid,uuid"`
	Bytes  []byte           `parquet:"bytes"`
	Enum   string           `parquet:"enum,enum"`
	JSON   string           `parquet:"json,json"`
	Tags   []string         `parquet:"tags,list"`
	Bare   []int64          `parquet:"bare"`
	Map    map[string]int64 `parquet:"map"`
	Group  parquetGroup     `parquet:"group"`
	Groups []parquetGroup   `parquet:"groups,list"`
}

type parquetGroup struct {
	A *int32   `parquet:"a,optional"`
	B []string `parquet:"b,list"`
}

func parquetFile(t fataler, rows []parquetRow) string {
	t.Helper()
	file := t.TempDir() + "/a.parquet"
	if err := parquet.WriteFile(file, rows); err != nil {
		t.Fatalf("%v", err)
	}
	return file
}

func TestParquet(t *testing.T) {
	one, small := int64(math.MinInt64), int32(-5)
	file := parquetFile(t, []parquetRow{{
		Text: "a.com", Maybe: &one, Small: -7, Big: math.MaxUint64, Price: 1250, Fine: 123456789012345678, Fixed: [16]byte{15: 150}, Real: 0.5, Single: 0.1, OK: true, Day: 19904, At: time.Date(2024, 6, 30, 12, 0, 0, 5000, time.UTC),
		Milli: -1, Clock: time.Hour + 500*time.Millisecond, UUID: [16]byte{1, 2, 15: 255}, Bytes: []byte{0xff, 0}, Enum: "e", JSON: `{"a":1}`,
		Tags: []string{"x", "y\"z"}, Bare: []int64{1, 2}, Map: map[string]int64{"k": 3}, Group: parquetGroup{&small, []string{"q"}}, Groups: []parquetGroup{{nil, nil}, {&small, []string{"v", "w"}}},
	}, {Price: -5, Fine: -1, Fixed: [16]byte{0x80}, Real: math.Inf(1), At: time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), Bytes: []byte("text")}})
	s, rows, err := readFile(t, "a.parquet", file, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "text text, maybe integer, small integer, big text, price real, fine text, fixed text, real real, single real, ok integer, day text, at text, milli text, clock text, uuid text, bytes text, enum text, json text, tags text, bare text, map text, group text, groups text" +
		"\n'a.com' | -9223372036854775808 | -7 | '18446744073709551615' | 12.5 | '1.23456789012345678' | '1.50' | 0.5 | 0.1 | 1 | '2024-06-30' | '2024-06-30 12:00:00.000005' | '1969-12-31 23:59:59.999' | '01:00:00.5' | '01020000-0000-0000-0000-0000000000ff' | [255 0] | 'e' | '{\"a\":1}'" +
		" | '[\"x\",\"y\\\"z\"]' | '[1,2]' | '{\"k\":3}' | '{\"a\":-5,\"b\":[\"q\"]}' | '[{\"a\":null,\"b\":[]},{\"a\":-5,\"b\":[\"v\",\"w\"]}]'" +
		"\n'' | null | 0 | '0' | -0.05 | '-0.00000000000000001' | '-1701411834604692317316873037158841057.28' | +Inf | 0 | 0 | '1970-01-01' | '1969-12-31 23:59:59' | '1970-01-01 00:00:00' | '00:00:00' | '00000000-0000-0000-0000-000000000000' | 'text' | '' | ''" +
		" | '[]' | '[]' | '{}' | '{\"a\":null,\"b\":[]}' | '[]'"
	if got := shown(s, rows); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Lists of lists, and whatever is missing in them, are as JSON what they are in Go.
func TestParquetComesBack(t *testing.T) {
	type inner struct {
		N *int32  `parquet:"n,optional"`
		L []int32 `parquet:"l,list"`
	}
	type row struct {
		Text string  `parquet:"text"`
		Deep []inner `parquet:"deep,list"`
	}
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
			return row{rapid.StringMatching(`\PC{0,5}`).Draw(t, "text"), rapid.SliceOfN(rapid.Custom(func(t *rapid.T) inner {
				return inner{rapid.Ptr(rapid.Int32(), true).Draw(t, "n"), rapid.SliceOfN(rapid.Int32(), 0, 3).Draw(t, "l")}
			}), 0, 3).Draw(t, "deep")}
		}), 1, 200).Draw(rt, "rows")
		file := t.TempDir() + "/a.parquet"
		if err := parquet.WriteFile(file, rows); err != nil {
			rt.Fatal(err)
		}
		_, got, err := readFile(tempDir{rt, t}, "a.parquet", file, input.Options{})
		if err != nil || len(got) != len(rows) {
			rt.Fatalf("%d rows of %d: %v", len(got), len(rows), err)
		}
		for i, r := range rows {
			var deep []struct {
				N *int32
				L []int32
			}
			if err := json.Unmarshal([]byte(got[i][1].(string)), &deep); err != nil {
				rt.Fatal(err)
			}
			back := row{got[i][0].(string), []inner{}}
			for _, d := range deep {
				back.Deep = append(back.Deep, inner{d.N, d.L})
			}
			want, _ := json.Marshal(r)
			if have, _ := json.Marshal(back); string(have) != string(want) {
				rt.Fatalf("row %d: got %s, want %s", i, have, want)
			}
		}
	})
}

// Times as Spark once wrote them, whole decimals, and numbers that are none.
func TestParquetOfOthers(t *testing.T) {
	type row struct {
		At    deprecated.Int96 `parquet:"at"`
		Whole int64            `parquet:"whole,decimal(0:18)"`
		Real  float64          `parquet:"real"`
	}
	file := t.TempDir() + "/a.parquet"
	const julianDay = 2460492 // of 2024-06-30
	if err := parquet.WriteFile(file, []row{{deprecated.Int96{0: 1_500_000_000, 2: julianDay}, -5, math.NaN()}, {deprecated.Int96{2: julianDay}, 0, 0.5}}); err != nil {
		t.Fatal(err)
	}
	s, rows, err := readFile(t, "a.parquet", file, input.Options{})
	if want := "at text, whole integer, real real\n'2024-06-30 00:00:01.5' | -5 | null\n'2024-06-30 00:00:00' | 0 | 0.5"; err != nil || shown(s, rows) != want {
		t.Errorf("got\n%s\nwant\n%s\n%v", shown(s, rows), want, err)
	}
}
