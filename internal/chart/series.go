package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// Column is a column of rows.
type Column struct {
	Name    string
	Percent bool                   // of the marks on an axis
	Write   func(value any) string // how an int64 or a float64 is written; nil is as it is
}

func (c Column) write(value any) string {
	if c.Write != nil {
		return c.Write(value)
	}
	return output.Text(value)
}

// series is a column of numbers.
type series struct {
	name   string
	class  string
	column Column
	values []any // int64 or float64 where there is one to draw, else nil
}

// seriesOf are the first columns of rows behind the label, and how many of their values, NULL apart, cannot be drawn.
func seriesOf(columns []Column, rows [][]any) (all []series, wrong int) {
	for i, column := range columns {
		s := series{name: column.Name, class: class(i), column: column, values: make([]any, len(rows))}
		for j, row := range rows {
			v := at(row, 1+i)
			if _, ok := number(v); ok {
				s.values[j] = v
			} else if v != nil {
				wrong++
			}
		}
		all = append(all, s)
	}
	return all, wrong
}

// class is that of the series with a number, from zero.
func class(i int) string { return fmt.Sprintf("s%d", i+1) }

// at is a value of a row, which may have fewer.
func at(row []any, i int) any {
	if i < len(row) {
		return row[i]
	}
	return nil
}

// label is what the first value of a row says.
func label(row []any) string {
	v := at(row, 0)
	switch s := output.Text(v); {
	case v == nil:
		return "—"
	case strings.TrimSpace(s) == "":
		return "(empty)"
	default:
		return s
	}
}

// sum adds numbers: whole ones as whole numbers, where they have room.
func sum(values []any) (total any) {
	whole, real, isWhole := int64(0), 0.0, true
	for _, v := range values {
		n, ok := number(v)
		if !ok {
			continue
		}
		i, isInt := v.(int64)
		if isWhole = isWhole && isInt && (i >= 0 && whole <= math.MaxInt64-i || i < 0 && whole >= math.MinInt64-i); isWhole {
			whole += i
		}
		real += n
	}
	if isWhole {
		return whole
	}
	if math.IsInf(real, 0) {
		return math.Copysign(math.MaxFloat64, real)
	}
	return real
}

// ends are the places of the smallest and of the largest number; -1 where there is none.
func (s series) ends() (least, most int) {
	least, most = -1, -1
	low, high := 0.0, 0.0
	for i, v := range s.values {
		n, ok := number(v)
		if !ok {
			continue
		}
		if least < 0 || n < low {
			least, low = i, n
		}
		if most < 0 || n > high {
			most, high = i, n
		}
	}
	return least, most
}

// extent is the smallest and the largest number.
func (s series) extent() (low, high float64, ok bool) {
	least, most := s.ends()
	if least < 0 {
		return 0, 0, false
	}
	low, _ = number(s.values[least])
	high, _ = number(s.values[most])
	return low, high, true
}

// anyNumber reports that there is something to draw.
func anyNumber(all []series) bool {
	for _, s := range all {
		if _, _, ok := s.extent(); ok {
			return true
		}
	}
	return false
}

// wholeNumbers reports that all numbers of series are.
func wholeNumbers(all []series) bool {
	for _, s := range all {
		for _, v := range s.values {
			if _, real := v.(float64); real {
				return false
			}
		}
	}
	return true
}
