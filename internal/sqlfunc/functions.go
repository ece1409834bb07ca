// Package sqlfunc has the functions that people expect of SQL and SQLite lacks: of texts, web addresses, times and groups
// of values. Where PostgreSQL has a function of the name, it means the same here.
package sqlfunc

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"modernc.org/sqlite"
)

// scalar is a function of values. It takes as many as are named, any number from least where most is negative.
type scalar struct {
	name        string
	least, most int
	of          func(args []driver.Value) (driver.Value, error)
}

// Register makes the functions known to a driver, whose databases then have them. started tells when the statement that
// runs has begun: now() is that time.
func Register(d *sqlite.Driver, started func() time.Time) error {
	var failed []error
	for _, s := range slices.Concat(letters, texts, addresses, clock(started).functions()) {
		// They are deterministic: a file may have an index that uses them.
		failed = append(failed, d.RegisterFunction(s.name, &sqlite.FunctionImpl{NArgs: s.arguments(), Deterministic: true, Scalar: s.call}))
	}
	now := func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return started().UTC().Format(time.DateTime), nil
	}
	failed = append(failed, d.RegisterFunction("now", &sqlite.FunctionImpl{Scalar: now}))
	for name, a := range aggregates {
		failed = append(failed, d.RegisterFunction(name, &sqlite.FunctionImpl{NArgs: a.arguments, Deterministic: true, MakeAggregate: a.begin}))
	}
	return errors.Join(failed...)
}

// arguments is their number, -1 where it varies: to the driver a name has one function.
func (s scalar) arguments() int32 {
	if s.least == s.most {
		return int32(s.least)
	}
	return -1
}

func (s scalar) call(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	if len(args) < s.least || s.most >= 0 && len(args) > s.most {
		return nil, fmt.Errorf("wrong number of arguments to function %s()", s.name)
	}
	return s.of(args)
}
