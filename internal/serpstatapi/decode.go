package serpstatapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// parseInt reads a whole number, be it a JSON number or a string of digits as some answers have it.
// Missing and null are errors.
func parseInt(raw json.RawMessage) (int64, error) {
	s := string(raw)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64) // 13.0 is whole, 1e3 too
	if err != nil || f != float64(int64(f)) || f > 1<<53 || f < -1<<53 {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return int64(f), nil
}

// parseDate reads YYYY-MM-DD with or without HH:MM:SS, as UTC since no answer names a time zone. Null, "" and
// 0000-00-00 are the zero time.
func parseDate(s *string) (time.Time, error) {
	if s == nil {
		return time.Time{}, nil
	}
	switch *s {
	case "", "0000-00-00", "0000-00-00 00:00:00":
		return time.Time{}, nil
	}
	layout := time.DateOnly
	if len(*s) > len(layout) {
		layout = time.DateTime
	}
	t, err := time.Parse(layout, *s)
	if err != nil || len(*s) != len(layout) || t.IsZero() {
		return time.Time{}, errors.New("not a date")
	}
	return t, nil
}

// shown quotes a value that came, shortened to 80 characters.
func shown(raw []byte) string {
	if len(raw) == 0 {
		return "missing"
	}
	s := shorten(string(raw[:min(len(raw), 512)]))
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:79]) + "…"
	}
	return strconv.Quote(s)
}

// jsonError says which field has the wrong type.
func jsonError(where string, err error) *Error {
	var typeErr *json.UnmarshalTypeError
	if errors.As(err, &typeErr) {
		if typeErr.Field != "" {
			where += "." + typeErr.Field
		}
		return malformed("%s is a %s", where, typeErr.Value)
	}
	return malformed("%s is not readable: %v", where, err)
}
