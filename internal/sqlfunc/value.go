package sqlfunc

import (
	"database/sql/driver"
	"math"
	"strconv"
	"strings"
)

// ofText makes a function of one text of what changes it.
func ofText(change func(string) string) func([]driver.Value) (driver.Value, error) {
	return func(args []driver.Value) (driver.Value, error) {
		text, ok := textOf(args[0])
		if !ok {
			return nil, nil
		}
		return change(text), nil
	}
}

// textOf is a value as text, as SQLite writes it; null is none.
func textOf(value driver.Value) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		digits, exponent, _ := strings.Cut(strings.TrimPrefix(strconv.FormatFloat(v, 'g', 15, 64), "+"), "e")
		if !math.IsInf(v, 0) && !strings.Contains(digits, ".") {
			digits += ".0"
		}
		if exponent != "" {
			digits += "e" + exponent
		}
		return digits, true
	}
	return "", false
}

// wholeOf is a value as a whole number, also one that is written as a text; ok is false for any other value.
func wholeOf(value driver.Value) (n int64, ok bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<62
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return n, err == nil
	}
	return 0, false
}

// numberOf is a value as a number, also one that is written as a text; ok is false for any other value.
func numberOf(value driver.Value) (x float64, ok bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return x, err == nil && !math.IsInf(x, 0) && !math.IsNaN(x)
	}
	return 0, false
}

func truth(holds bool) int64 {
	if holds {
		return 1
	}
	return 0
}

// quote writes a text as SQL does, shortened so that a message stays readable.
func quote(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		text = string(runes[:79]) + "…"
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
