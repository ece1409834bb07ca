package series

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

var numbers = &table.Table{
	Name: "numbers", Method: "getNumbers", Fields: []table.Field{{Column: "n", Kind: table.Count}},
	Page: table.Page{MaxSize: 32, RowCap: 1 << 20}, CountsRows: true,
}

// api has rows and answers in random time. A row is a number, and what makes it differ from others of the same number.
type api struct {
	mu      sync.Mutex
	rows    []entry
	before  func(number, page, size int) // told of a request before it is answered
	spoil   func(number, page, size int, rows []entry, total int64) ([]entry, int64)
	fails   func(number, page, size int) error
	slow    time.Duration
	asked   []ask
	credits int64
	running atomic.Int64
	most    atomic.Int64
}

type entry struct {
	n    int64
	text string
}

type ask struct{ page, size int }

// count makes rows 0, 1, 2, …
func count(n int64) []entry {
	rows := make([]entry, n)
	for i := range rows {
		rows[i] = entry{n: int64(i)}
	}
	return rows
}

var errBroken = errors.New("broken")

func (a *api) fetch(ctx context.Context, page, size, _ int) (*table.Answer, error) {
	defer a.running.Add(-1)
	now := a.running.Add(1)
	for most := a.most.Load(); now > most && !a.most.CompareAndSwap(most, now); most = a.most.Load() {
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	a.asked = append(a.asked, ask{page, size})
	number := len(a.asked)
	if a.before != nil {
		a.before(number, page, size)
	}
	from := min(int64(page-1)*int64(size), int64(len(a.rows)))
	rows, total := a.rows[from:min(from+int64(size), int64(len(a.rows)))], int64(len(a.rows))
	if a.spoil != nil {
		rows, total = a.spoil(number, page, size, rows, total)
	}
	var err error
	if a.fails != nil {
		err = a.fails(number, page, size)
	}
	if err == nil {
		a.credits += max(int64(len(rows)), 1)
	}
	a.mu.Unlock()
	Leaves(ctx)
	time.Sleep(a.slow + time.Duration(rand.IntN(300))*time.Microsecond)
	if err != nil {
		return nil, err
	}
	return answerOf(rows, total, a.slow+time.Millisecond), nil
}

func answerOf(rows []entry, total int64, took time.Duration) *table.Answer {
	var text strings.Builder
	ends := make([]int, len(rows))
	for i, r := range rows {
		fmt.Fprintf(&text, `{"n":%d%s}`, r.n, r.text)
		ends[i] = text.Len()
	}
	b, begin := table.NewBuilder(numbers, text.String(), len(rows)), 0
	for i, r := range rows {
		b.Begin()
		b.Count(0, r.n)
		b.Whole(begin, ends[i])
		begin = ends[i]
	}
	return &table.Answer{Rows: b.Rows(), Total: total, LeftLines: -1, Took: took}
}

func (a *api) requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.asked)
}

func (a *api) spent() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.credits
}

// size doubles from 4 to 32.
func size(offset, want int64, most int) int {
	s := min(max(offset, 4), int64(most))
	if want >= 0 {
		s = min(int64(most), max(want, 1))
	}
	for offset%s != 0 {
		s--
	}
	return int(s)
}

// ascending is a series of numbers.
func ascending(rowCap int64) Of {
	return Of{Table: numbers, Request: table.Request{Args: []table.Arg{{Name: "query", Value: "numbers"}}}, RowCap: rowCap, Counted: true, Order: Order{Known: true}}
}

func (a *api) options() Options {
	return Options{Buy: a.fetch, Size: size, Rate: 5000, Most: 8, Age: time.Hour}
}

// all reads a series to its end.
func all(r *Reader) (rows []entry, err error) {
	for {
		page, err := r.Next(-1)
		if errors.Is(err, ErrDone) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, entries(page)...)
	}
}

func entries(page []table.Row) (rows []entry) {
	for _, row := range page {
		n, _ := row.Cell(0).Count()
		_, text, _ := strings.Cut(strings.TrimSuffix(row.Raw(), "}"), fmt.Sprint(n))
		rows = append(rows, entry{n, text})
	}
	return rows
}

// read reads a series of an API from a store of its own.
func (a *api) read(t *testing.T) ([]entry, error) {
	r := NewStore().Open(t.Context(), ascending(1<<20), a.options())
	defer time.Sleep(time.Minute) // what is under way ends
	defer r.Close()
	return all(r)
}

// take reads so many rows.
func take(t *testing.T, r *Reader, rows int64) {
	t.Helper()
	for rows > 0 {
		got, err := r.Next(rows)
		if err != nil {
			t.Fatal(err)
		}
		rows -= int64(len(got))
	}
}
