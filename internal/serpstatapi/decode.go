package serpstatapi

import (
	"bytes"
	"strconv"
	"time"
)

// intOf reads a whole number, be it a JSON number or a text of digits as some answers have it; 13.0 is whole,
// a number with an exponent or beyond 64 bits is not read. Missing and null are no number.
func intOf(raw []byte) (int64, bool) {
	if len(raw) >= 2 && raw[0] == '"' {
		raw = raw[1 : len(raw)-1]
	}
	whole, fraction, dotted := bytes.Cut(raw, []byte("."))
	if dotted && (len(fraction) == 0 || len(bytes.Trim(fraction, "0")) > 0) {
		return 0, false
	}
	digits := bytes.TrimPrefix(whole, []byte("-"))
	if len(digits) == 0 || len(digits) > 19 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(string(whole), 10, 64)
	return n, err == nil
}

// decimalOf reads a number, be it a JSON number or a text of one. One with more digits than a float64 holds, or with an
// exponent, is not read.
func decimalOf(raw []byte) (float64, bool) {
	if len(raw) >= 2 && raw[0] == '"' {
		raw = raw[1 : len(raw)-1]
	}
	const most = 15 // digits, which a float64 holds whatever they are
	digits := 0
	for i, c := range raw {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && i > 0 && i < len(raw)-1 || c == '-' && i == 0:
		default:
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(string(raw), 64)
	return x, err == nil && digits <= most
}

// isWords reports a list of texts.
func isWords(raw []byte) bool {
	s := jsonReader{data: raw}
	if s.next() != '[' {
		return false
	}
	for s.enter('['); s.more(']'); {
		if !isText(s.raw()) {
			return false
		}
	}
	return true
}

// dateOf reads YYYY-MM-DD with or without HH:MM:SS, as UTC since no answer names a time zone. Null, "" and
// 0000-00-00 are the zero time; nothing else is.
func dateOf(raw []byte) (t time.Time, ok bool) {
	if isNull(raw) {
		return t, true
	}
	if len(raw) < 2 || raw[0] != '"' {
		return t, false
	}
	text := raw[1 : len(raw)-1]
	switch string(text) {
	case "", "0000-00-00", "0000-00-00 00:00:00":
		return t, true
	}
	var hour, minute, second int
	switch len(text) {
	case len("2006-01-02"):
	case len("2006-01-02 15:04:05"):
		hour, minute, second = number2(text[11:]), number2(text[14:]), number2(text[17:])
		if text[10] != ' ' || text[13] != ':' || text[16] != ':' || !within(hour, 0, 23) || !within(minute, 0, 59) || !within(second, 0, 59) {
			return t, false
		}
	default:
		return t, false
	}
	century, year, month, day := number2(text), number2(text[2:]), number2(text[5:]), number2(text[8:])
	if century < 0 || year < 0 || !within(month, 1, 12) || !within(day, 1, 31) || text[4] != '-' || text[7] != '-' {
		return t, false
	}
	t = time.Date(100*century+year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if t.Day() != day || t.Year() < 1 || t.IsZero() {
		return time.Time{}, false // such as 30 February; and year 0, which PostgreSQL has not
	}
	return t, true
}

func within(n, low, high int) bool { return n >= low && n <= high }

// number2 is the number that two digits are, -1 if they are none.
func number2(text []byte) int {
	if text[0]-'0' > 9 || text[1]-'0' > 9 {
		return -1
	}
	return int(text[0]-'0')*10 + int(text[1]-'0')
}
