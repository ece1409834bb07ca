package sqlfunc

import (
	"bytes"
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

var texts = []scalar{
	{"regexp", 2, 2, regexpOf},
	{"split_part", 3, 3, splitPart},
	{"format_number", 1, 2, formatNumber},
	{"greatest", 1, -1, func(args []driver.Value) (driver.Value, error) { return extreme(args, 1), nil }},
	{"least", 1, -1, func(args []driver.Value) (driver.Value, error) { return extreme(args, -1), nil }},
}

// maxPatterns is how many compiled patterns are kept: a statement has few, and one that makes them of its rows many.
const maxPatterns = 128

var patterns struct {
	sync.Mutex
	compiled map[string]*regexp.Regexp
}

// regexpOf is what X REGEXP Y calls, with Y first: whether a text holds what matches the pattern.
func regexpOf(args []driver.Value) (driver.Value, error) {
	pattern, one := textOf(args[0])
	text, two := textOf(args[1])
	if !one || !two {
		return nil, nil
	}
	p, err := patternOf(pattern)
	if err != nil {
		return nil, err
	}
	return truth(p.MatchString(text)), nil
}

func patternOf(pattern string) (*regexp.Regexp, error) {
	patterns.Lock()
	defer patterns.Unlock()
	if p := patterns.compiled[pattern]; p != nil {
		return p, nil
	}
	p, err := regexp.Compile(pattern)
	if err != nil {
		return nil, refusedPattern(pattern, err)
	}
	if patterns.compiled == nil || len(patterns.compiled) >= maxPatterns {
		patterns.compiled = map[string]*regexp.Regexp{}
	}
	patterns.compiled[pattern] = p
	return p, nil
}

// CheckPattern says what is wrong with a pattern of REGEXP.
func CheckPattern(pattern string) error {
	_, err := patternOf(pattern)
	return err
}

// refusedPattern names the pattern and the place in it.
func refusedPattern(pattern string, err error) error {
	const hint = "write a pattern of RE2, which has no (?=…), (?<=…) and \\1: https://github.com/google/re2/wiki/Syntax"
	var problem *syntax.Error
	if !errors.As(err, &problem) {
		return fmt.Errorf("regexp: the pattern %s is refused: %w; %s", quote(pattern), err, hint)
	}
	where := ""
	if at := strings.Index(pattern, problem.Expr); problem.Expr != pattern && at >= 0 {
		where = fmt.Sprintf(" at %s, character %d", quote(problem.Expr), utf8.RuneCountInString(pattern[:at])+1)
	}
	return fmt.Errorf("regexp: the pattern %s is refused%s: %s; %s", quote(pattern), where, problem.Code, hint)
}

// splitPart is the field of a text at a position, from 1, or from -1 backwards; "" where there is none.
func splitPart(args []driver.Value) (driver.Value, error) {
	text, one := textOf(args[0])
	separator, two := textOf(args[1])
	if !one || !two || args[2] == nil {
		return nil, nil
	}
	position, ok := wholeOf(args[2])
	if !ok || position == 0 {
		return nil, errors.New("split_part: the position is a whole number: 1 for the first part, -1 for the last one")
	}
	parts := []string{text}
	if separator != "" {
		parts = strings.Split(text, separator)
	}
	if position < 0 {
		position += int64(len(parts)) + 1
	}
	if position < 1 || position > int64(len(parts)) {
		return "", nil
	}
	return parts[position-1], nil
}

// maxDecimals is how many digits a number has behind the point, at most.
const maxDecimals = 30

// formatNumber writes a number with commas between its thousands, and as many digits behind the point as are asked for.
func formatNumber(args []driver.Value) (driver.Value, error) {
	decimals := int64(0)
	if len(args) == 2 {
		if args[1] == nil {
			return nil, nil
		}
		n, ok := wholeOf(args[1])
		if !ok || n < 0 || n > maxDecimals {
			return nil, fmt.Errorf("format_number: the number of decimals is a whole number from 0 to %d", maxDecimals)
		}
		decimals = n
	}
	var digits string
	if n, whole := args[0].(int64); whole {
		digits = strconv.FormatInt(n, 10)
		if decimals > 0 {
			digits += "." + strings.Repeat("0", int(decimals))
		}
	} else if x, ok := numberOf(args[0]); ok && !math.IsInf(x, 0) && !math.IsNaN(x) {
		digits = strconv.FormatFloat(x, 'f', int(decimals), 64)
	} else {
		return nil, nil
	}
	digits, negative := strings.CutPrefix(digits, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && strings.Trim(digits, "0.") != "" {
		whole = "-" + whole
	}
	return whole, nil
}

// extreme is the greatest value (sign 1) or the least (-1) in SQLite's order, but for null.
func extreme(args []driver.Value, sign int) (best driver.Value) {
	for _, v := range args {
		if v != nil && (best == nil || compare(v, best)*sign > 0) {
			best = v
		}
	}
	return best
}

// compare is SQLite's order of values that are not null: numbers, texts, blobs.
func compare(a, b driver.Value) int {
	if c := cmp.Compare(class(a), class(b)); c != 0 {
		return c
	}
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case int64:
		if b, whole := b.(int64); whole {
			return cmp.Compare(a, b)
		}
		return -compareReal(b.(float64), a)
	case float64:
		if b, whole := b.(int64); whole {
			return compareReal(a, b)
		}
		return cmp.Compare(a, b.(float64))
	}
	return 0
}

// compareReal compares a real number with a whole one, which may have more digits than a real number can.
func compareReal(x float64, n int64) int {
	switch {
	case x >= 1<<63:
		return 1
	case x < -1<<63:
		return -1
	}
	down := math.Floor(x)
	if c := cmp.Compare(int64(down), n); c != 0 || x == down {
		return c
	}
	return 1
}

func class(v driver.Value) int {
	switch v.(type) {
	case string:
		return 1
	case []byte:
		return 2
	}
	return 0
}
