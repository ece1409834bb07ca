//go:build browser

package reporthtml

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// hard is a page of charts that are hard to draw, and of a wide table.
func hard() *report.Page {
	p := &report.Page{Name: "hard.sql", Title: "Charts of " + strings.Repeat("averyveryverylongwordwithoutanyplacetobreakit", 3), Made: made, Left: -1}
	add := func(shape report.Shape, title string, columns []report.Column, rows ...[]any) {
		p.Sections = append(p.Sections, report.Section{Shape: shape, Title: title, Columns: columns, Rows: rows, Price: -1, SQL: "select 1;"})
	}
	var many, wide [][]any
	for i := range 100 {
		many = append(many, []any{fmt.Sprintf("https://a-long-name-of-a-domain-%d.example/with/a/path/that/goes/on/and/on.html", i), int64(100_000 - i*i*7), float64(i) / 3})
	}
	add(report.Bar, "A hundred labels", columns("page", "links", "share"), many...)
	add(report.Bar, "One row", columns("page", "links"), []any{"shop.example", int64(3)})
	add(report.Bar, "Nothing to draw", columns("page", "links"), []any{"shop.example", nil}, []any{"a", "text"})
	add(report.Bar, "Huge numbers", columns("what", "n", "m"), []any{"most", int64(math.MaxInt64), 1e300}, []any{"least", int64(math.MinInt64), -1e299}, []any{"zero", int64(0), nil})
	add(report.Stacked, "Nine series, and takings", columns("site", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
		[]any{"a", int64(1), int64(2), int64(3), int64(4), int64(5), int64(6), int64(7), int64(8), int64(9)}, []any{"b", int64(9), int64(8), int64(7), int64(-6), int64(5), int64(-4), int64(3), int64(2), int64(1)})
	var lines [][]any
	for i := range 40 {
		lines = append(lines, []any{time.Date(2026, 11, 1, i*7, 0, 0, 0, time.UTC).Format(time.DateTime), int64(900 + i%7), int64(905 + i%5), int64(903 - i%3), int64(908), 910.5, int64(904 + i%2), int64(1)})
	}
	add(report.Line, "Lines near each other", columns("time", "a name of a series that is long", "b", "c", "d", "e", "f", "g"), lines...)
	add(report.Line, "One day", columns("day", "n"), []any{"2026-01-01", int64(5)})
	add(report.Line, "Days that are none", columns("day", "n%"), []any{"Monday", 5.0}, []any{"Tuesday", 7.5}, []any{"", nil}, []any{"Thursday, which has a long name that goes on", 6.25})
	add(report.Line, "Far from zero", columns("n", "rank"), []any{int64(1), -1000.5}, []any{int64(2), -1001.5}, []any{int64(10), -1002.25})
	add(report.Donut, "One part", columns("what", "n"), []any{"all", int64(1_234_567_890)}, []any{"none", int64(0)})
	add(report.Donut, "Small parts", columns("what", "n"), []any{"nearly " + strings.Repeat("all ", 30), int64(999_999)}, []any{"b", int64(1)}, []any{"c", 0.5})
	add(report.Scatter, "Places of many", columns("x", "y", "name"), cloud()...)
	add(report.Figures, "Long figures", columns("f", "v", "c%", "n"), []any{strings.Repeat("long name ", 12), int64(math.MinInt64), -3.25, strings.Repeat("note", 40)}, []any{"text", "a value that is a sentence and no number", "new", nil}, []any{nil, nil, nil, nil})
	add(report.Alert, "Levels", columns("l", "s"), []any{"purple", "unknown"}, []any{nil, nil}, []any{"RED", strings.Repeat("x", 400)})
	names := []string{"a"}
	row := []any{"text"}
	for i := range 19 {
		names = append(names, fmt.Sprintf("column_number_%d", i))
		row = append(row, int64(1_234_567*i))
	}
	for range 60 {
		wide = append(wide, row)
	}
	add(report.Table, "A wide table", columns(names...), wide...)
	return p
}

func cloud() (rows [][]any) {
	for i := range 300 {
		rows = append(rows, []any{float64(i*i%997) / 10, -float64(i * 31 % 499), fmt.Sprintf("site-%d.example", i)})
	}
	return rows
}
