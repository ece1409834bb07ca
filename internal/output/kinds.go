package output

import (
	"strings"
	"time"
)

// contents are what the values of a column are: SQLite's columns take values of any kind.
type contents struct {
	wholes, reals, texts, blobs int64
	unsafe                      int64 // whole numbers that no real number is sure to equal
	days, times                 int64 // texts that are a date, or a date with a time of day
	midnights                   int64 // of these times
}

// maxSafe is the whole number up to which each has a real number of its own.
const maxSafe = 1 << 53

func (c *contents) add(value any) {
	switch v := value.(type) {
	case int64:
		c.wholes++
		if v > maxSafe || v < -maxSafe {
			c.unsafe++
		}
	case float64:
		c.reals++
	case string:
		c.texts++
		t, day, ok := Moment(v)
		switch {
		case ok && day:
			c.days++
		case ok:
			c.times++
			if t.Equal(t.Truncate(24 * time.Hour)) {
				c.midnights++
			}
		}
	case []byte:
		c.blobs++
	}
}

// values is how many there are that are not null.
func (c *contents) values() int64 { return c.wholes + c.reals + c.texts + c.blobs }

// areTimes reports a column of dates, some perhaps with a time of day.
func (c *contents) areTimes() bool { return c.values() > 0 && c.days+c.times == c.values() }

const (
	dayForm  = "2006-01-02"
	timeForm = "2006-01-02 15:04:05"
)

// Moment reads a text that is a date of SQLite's, perhaps with a time of day, and reports whether it has none.
func Moment(s string) (t time.Time, day, ok bool) {
	form := timeForm
	if len(s) == len(dayForm) {
		form, day = dayForm, true
	}
	if len(s) != len(form) || s[4] != '-' {
		return t, false, false
	}
	t, err := time.Parse(form, strings.Replace(s, "T", " ", 1))
	return t, day, err == nil
}

// declaredTime reports the declared type of a column of dates or times.
func declaredTime(declared string) bool {
	t := strings.ToUpper(declared)
	return strings.HasPrefix(t, "TIMESTAMP") || strings.HasPrefix(t, "DATE")
}
