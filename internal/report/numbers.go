package report

import (
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// Numbers says how those of a column are written, on each page and in each text: all with as many decimals, so that they
// stand below each other.
type Numbers struct {
	decimals int
	percent  bool
}

const (
	mostDecimals = 2
	mostOfShare  = 1 // of a percentage
	largest      = 1e15
)

// NumbersOf says how the numbers among values are written.
func NumbersOf(unit Unit, values ...any) Numbers {
	n := Numbers{percent: unit == Percent}
	most := mostDecimals
	if n.percent {
		most = mostOfShare
	}
	for _, v := range values {
		if f, ok := v.(float64); ok && math.Abs(f) < largest {
			_, fraction, _ := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
			n.decimals = max(n.decimals, min(len(fraction), most))
		}
	}
	return n
}

// NumbersOfColumn says how those of a column are.
func NumbersOfColumn(unit Unit, rows [][]any, i int) Numbers {
	var values []any
	for _, row := range rows {
		if i < len(row) {
			values = append(values, row[i])
		}
	}
	return NumbersOf(unit, values...)
}

// Write writes an int64 or a float64. What is not zero is not written as zero.
func (n Numbers) Write(value any) string {
	s := ""
	switch v := value.(type) {
	case int64:
		s = humanize.Comma(v)
		if n.decimals > 0 {
			s += "." + strings.Repeat("0", n.decimals)
		}
	case float64:
		s = n.real(v)
	}
	if n.percent {
		s += "%"
	}
	return s
}

func (n Numbers) real(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return strings.Replace(strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64), "+"), "Inf", "∞", 1)
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', n.decimals, 64)
	if math.Abs(v) >= largest || v != 0 && strings.Trim(s, "0.") == "" {
		return strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), "e+", "e", 1)
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if i, err := strconv.ParseInt(whole, 10, 64); err == nil {
		whole = humanize.Comma(i)
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if v < 0 {
		whole = "-" + whole
	}
	return whole
}

// Loses reports a number that is written with fewer digits than it has.
func (n Numbers) Loses(value any) bool {
	v, ok := value.(float64)
	if !ok {
		return false
	}
	back, err := strconv.ParseFloat(strings.ReplaceAll(n.real(v), ",", ""), 64)
	return err != nil || back != v
}

// Float is a number as a real one.
func Float(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// AllNumbers reports a column that has numbers, and nothing else.
func AllNumbers(rows [][]any, i int) bool {
	some := false
	for _, row := range rows {
		if i >= len(row) || row[i] == nil {
			continue
		}
		if _, ok := Float(row[i]); !ok {
			return false
		}
		some = true
	}
	return some
}
