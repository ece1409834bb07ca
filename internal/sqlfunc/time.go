package sqlfunc

import (
	"database/sql/driver"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// clock tells when the statement that runs has begun.
type clock func() time.Time

func (c clock) functions() []scalar {
	return []scalar{{"date_trunc", 2, 2, c.dateTrunc}, {"date_part", 2, 2, c.datePart}}
}

// forms are how SQLite's date functions write times, and read them. A zone is worked out; without one a time is UTC.
var forms = []string{
	time.DateOnly, time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04:05",
	"2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", time.RFC3339,
}

// timeOf reads a time; as with SQLite's own functions, 'now' is one, and what is none gives null.
func (c clock) timeOf(value driver.Value) (at time.Time, ok bool) {
	text, isText := value.(string)
	if strings.EqualFold(text, "now") {
		return c().UTC(), true
	}
	for _, form := range forms {
		if at, err := time.Parse(form, strings.TrimSpace(text)); isText && err == nil {
			at = at.UTC()
			return at, at.Year() >= 0 && at.Year() <= 9999
		}
	}
	return at, false
}

// truncations are the beginnings of the units that a time is in.
var truncations = map[string]func(time.Time) time.Time{
	"second":     func(t time.Time) time.Time { return t.Truncate(time.Second) },
	"minute":     func(t time.Time) time.Time { return t.Truncate(time.Minute) },
	"hour":       func(t time.Time) time.Time { return t.Truncate(time.Hour) },
	"day":        func(t time.Time) time.Time { return day(t, t.Month(), t.Day()) },
	"week":       func(t time.Time) time.Time { return day(t, t.Month(), t.Day()-isoWeekday(t)+1) },
	"month":      func(t time.Time) time.Time { return day(t, t.Month(), 1) },
	"quarter":    func(t time.Time) time.Time { return day(t, t.Month()-(t.Month()-1)%3, 1) },
	"year":       func(t time.Time) time.Time { return year(t.Year()) },
	"decade":     func(t time.Time) time.Time { return year(t.Year() / 10 * 10) },
	"century":    func(t time.Time) time.Time { return year((century(t)-1)*100 + 1) },
	"millennium": func(t time.Time) time.Time { return year((millennium(t)-1)*1000 + 1) },
}

func day(t time.Time, m time.Month, d int) time.Time {
	return time.Date(t.Year(), m, d, 0, 0, 0, 0, time.UTC)
}

func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

// isoWeekday is 1 on a Monday and 7 on a Sunday.
func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// The first century, and the first millennium, begin with the year 1.

func century(t time.Time) int    { return (t.Year() + 99) / 100 }
func millennium(t time.Time) int { return (t.Year() + 999) / 1000 }

// parts are what a time is made of, as whole numbers but for those of seconds with a fraction.
var parts = map[string]func(time.Time) driver.Value{
	"microseconds": func(t time.Time) driver.Value { return int64(t.Second())*1e6 + int64(t.Nanosecond())/1000 },
	"milliseconds": func(t time.Time) driver.Value { return number(float64(t.Second()*1000) + float64(t.Nanosecond())/1e6) },
	"second":       func(t time.Time) driver.Value { return number(seconds(t)) },
	"minute":       func(t time.Time) driver.Value { return int64(t.Minute()) },
	"hour":         func(t time.Time) driver.Value { return int64(t.Hour()) },
	"day":          func(t time.Time) driver.Value { return int64(t.Day()) },
	"dow":          func(t time.Time) driver.Value { return int64(t.Weekday()) },
	"isodow":       func(t time.Time) driver.Value { return int64(isoWeekday(t)) },
	"doy":          func(t time.Time) driver.Value { return int64(t.YearDay()) },
	"week":         func(t time.Time) driver.Value { _, week := t.ISOWeek(); return int64(week) },
	"month":        func(t time.Time) driver.Value { return int64(t.Month()) },
	"quarter":      func(t time.Time) driver.Value { return int64(t.Month()+2) / 3 },
	"year":         func(t time.Time) driver.Value { return int64(t.Year()) },
	"isoyear":      func(t time.Time) driver.Value { year, _ := t.ISOWeek(); return int64(year) },
	"decade":       func(t time.Time) driver.Value { return int64(t.Year() / 10) },
	"century":      func(t time.Time) driver.Value { return int64(century(t)) },
	"millennium":   func(t time.Time) driver.Value { return int64(millennium(t)) },
	"epoch":        func(t time.Time) driver.Value { return number(float64(t.Unix()) + float64(t.Nanosecond())/1e9) },
}

func seconds(t time.Time) float64 { return float64(t.Second()) + float64(t.Nanosecond())/1e9 }

// number is a whole number where it can be one.
func number(x float64) driver.Value {
	if x == math.Trunc(x) {
		return int64(x)
	}
	return x
}

// dateTrunc gives a day as YYYY-MM-DD, and a part of one with its time of day: in the form in which people write them,
// which also compares rightly, as text, with others of its kind.
func (c clock) dateTrunc(args []driver.Value) (driver.Value, error) {
	truncate, err := unitOf("date_trunc", truncations, args[0])
	at, ok := c.timeOf(args[1])
	if err != nil || truncate == nil || !ok {
		return nil, err
	}
	begin := truncate(at)
	switch {
	case begin.Year() < 0:
		return nil, nil
	case slices.Contains(ofADay, unitName(args[0])):
		return begin.Format(time.DateTime), nil
	}
	return begin.Format(time.DateOnly), nil
}

// ofADay are the units that are shorter than one.
var ofADay = []string{"second", "minute", "hour"}

func (c clock) datePart(args []driver.Value) (driver.Value, error) {
	part, err := unitOf("date_part", parts, args[0])
	at, ok := c.timeOf(args[1])
	if err != nil || part == nil || !ok {
		return nil, err
	}
	return part(at), nil
}

// unitName is a unit as it is listed: PostgreSQL takes many of them in the plural too.
func unitName(value driver.Value) string {
	text, _ := textOf(value)
	name := strings.ToLower(strings.TrimSpace(text))
	switch name {
	case "microsecond", "millisecond":
		return name + "s"
	case "centuries":
		return "century"
	case "millennia", "millenniums":
		return "millennium"
	case "microseconds", "milliseconds":
		return name
	}
	return strings.TrimSuffix(name, "s")
}

// unitOf finds a unit of time; nil is that of null.
func unitOf[T any](function string, units map[string]func(time.Time) T, value driver.Value) (func(time.Time) T, error) {
	if value == nil {
		return nil, nil
	}
	if of := units[unitName(value)]; of != nil {
		return of, nil
	}
	text, _ := textOf(value)
	return nil, fmt.Errorf("%s: %s is no unit of time: write one of %s", function, quote(text), strings.Join(slices.Sorted(maps.Keys(units)), ", "))
}

// CheckUnit says what is wrong with a unit of date_trunc or date_part; of other functions it knows nothing.
func CheckUnit(function, unit string) (err error) {
	switch function {
	case "date_trunc":
		_, err = unitOf(function, truncations, unit)
	case "date_part":
		_, err = unitOf(function, parts, unit)
	}
	return err
}

// CheckLast says that a unit is the last argument, and no time. Of other functions and arguments it knows nothing.
func CheckLast(function, argument string) error {
	if (function == "date_trunc" || function == "date_part") && CheckUnit(function, argument) == nil {
		return fmt.Errorf("%s: the unit stands first: write %[1]s(%s, x)", function, quote(argument))
	}
	return nil
}
