package table_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// randomRows makes rows of a table as an answer may hold them: texts with escapes, of bytes that are no UTF-8, and
// empty ones, numbers up to the largest, times long ago, NULL.
func randomRows(rnd *rand.Rand, t *table.Table) *table.Rows {
	texts := []string{"", "https://example.com/a", `\u00e9 \u0000 \ud83d\ude00 \ud83d`, "\xff\xfe", "é", "\x00", `\"`, strings.Repeat("long ", rnd.IntN(50))}
	var text strings.Builder
	type span struct{ begin, end int }
	var pieces []span
	n := rnd.IntN(20)
	for range n * (len(t.Fields) + 1) {
		piece := texts[rnd.IntN(len(texts))]
		pieces = append(pieces, span{text.Len(), text.Len() + len(piece)})
		text.WriteString(piece)
	}
	b := table.NewBuilder(t, text.String(), n)
	for range n {
		b.Begin()
		for i := range t.Fields {
			piece := pieces[rnd.IntN(len(pieces))]
			switch rnd.IntN(7) {
			case 6:
				b.Decimal(i, []float64{0, 59.58, -0.25, math.MaxFloat64, math.SmallestNonzeroFloat64}[rnd.IntN(5)])
			case 0:
				b.Null(i)
			case 1:
				b.Count(i, []int64{0, 1, math.MaxInt64, math.MinInt64, rnd.Int64N(1e6)}[rnd.IntN(5)])
			case 2:
				b.Time(i, time.Unix(rnd.Int64N(4e9)-2e9, 0))
			case 3:
				b.Text(i, func(to []byte) []byte { return append(to, texts[rnd.IntN(len(texts))]...) })
			default:
				b.Piece(i, piece.begin, piece.end)
			}
		}
		whole := pieces[rnd.IntN(len(pieces))]
		b.Whole(whole.begin, whole.end)
	}
	return b.Rows()
}

// shown is all that can be seen of rows.
func shown(t *table.Table, rows *table.Rows) (all []string) {
	for _, row := range rows.All() {
		for i := range t.Fields {
			all = append(all, fmt.Sprintf("%#v", row.Cell(i)))
		}
		all = append(all, row.Raw())
	}
	return all
}

func TestPackedRowsAreTheSame(t *testing.T) {
	for _, of := range catalog.Tables() {
		for seed := range repetition.Times(10, 500) {
			rows := randomRows(rand.New(rand.NewPCG(uint64(seed), 1)), of)
			again, err := table.Unpack(rows.Pack())
			if err != nil || again.Len() != rows.Len() || !slices.Equal(shown(of, again), shown(of, rows)) || again.Bytes() != rows.Bytes() {
				t.Fatalf("%s, seed %d: %d rows, then %d, %v", of.Name, seed, rows.Len(), again.Len(), err)
			}
		}
	}
}

// What is damaged is an error, or other rows, and takes no more memory than it can hold.
func TestDamagedRows(t *testing.T) {
	of := catalog.Tables()[0]
	errors := 0
	for seed := range repetition.Times(200, 20_000) {
		rnd := rand.New(rand.NewPCG(uint64(seed), 2))
		plain := table.Plain(randomRows(rnd, of))
		for range 1 + rnd.IntN(3) {
			i := rnd.IntN(min(len(plain), 8<<rnd.IntN(8)))
			switch rnd.IntN(4) {
			case 0:
				plain = plain[:i]
			case 1:
				plain = append(plain, byte(rnd.IntN(256)))
			default:
				plain[i] = byte(rnd.IntN(256))
			}
			if len(plain) == 0 {
				break
			}
		}
		packed := table.Compress(plain)
		if rnd.IntN(4) == 0 {
			packed[rnd.IntN(len(packed))] ^= 1 << rnd.IntN(8)
		}
		rows, err := table.Unpack(packed)
		if err != nil {
			errors++
			continue
		}
		shown(&table.Table{}, rows) // whatever it is, it can be looked at
		for _, row := range rows.All() {
			for i := range rows.Width() {
				row.Cell(i)
			}
		}
	}
	if errors == 0 {
		t.Error("no damage was seen")
	}
}

// Where nobody is named who pays, nothing is refused.
func TestRequestsThatNobodyPaysFor(t *testing.T) {
	payer := table.PayerOf(t.Context())
	if credits, err := payer.Reserve(); credits != 0 || err != nil {
		t.Error(credits, err)
	}
	payer.Settle(1, true)
}

// What stands behind packed rows is none of theirs.
func TestMoreThanPackedRows(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(1, 1)), catalog.Tables()[0])
	if _, err := table.Unpack(table.Compress(append(table.Plain(rows), 0))); err == nil {
		t.Error("rows and more are rows")
	}
}

// A few bytes that would become very many are refused before they do.
func TestPackedRowsThatAreTooLarge(t *testing.T) {
	packed := table.Compress(make([]byte, 8<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := table.UnpackAtMost(packed, 1<<10)
	runtime.ReadMemStats(&after)
	if err == nil || after.TotalAlloc-before.TotalAlloc > 1<<20 {
		t.Errorf("%d bytes were read into %d, %v", len(packed), after.TotalAlloc-before.TotalAlloc, err)
	}
}

// A text that would reach beyond those that came is none.
func TestAPackedTextThatIsTooLong(t *testing.T) {
	b := table.NewBuilder(&table.Table{}, "ab", 1)
	b.Begin()
	b.Whole(0, 2)
	plain := table.Plain(b.Rows())
	if rows, err := table.Unpack(table.Compress(plain)); err != nil || rows.All()[0].Raw() != "ab" {
		t.Fatal(err)
	}
	plain[len(plain)-1] += 2 // its length, one more
	if _, err := table.Unpack(table.Compress(plain)); err == nil {
		t.Error("three characters of two are read")
	}
}
