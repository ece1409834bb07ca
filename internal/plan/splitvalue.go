package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Literals by which rows of one value are told apart. None has a letter, a wildcard or outer space, so
// that contains and notContains exclude each other and leave nothing out, whatever the API makes of case,
// patterns and trimming; and a URL is never NULL.
var dividingLiterals = []string{"-", "?", "1", "2", "0", "=", "5", "3", "4", "6", "7", "8", "9", "//", ":"}

const maxDivisions = 8 // conditions on one part

// splitValue cuts the rows of a single value of the dividing column.
func (s *Splitter) splitValue(value, rows int64) error {
	return s.divide(value, rows, nil)
}

func (s *Splitter) divide(value, rows int64, conditions []table.Condition) error {
	if rows <= s.RowCap {
		filter := s.from(value)
		if len(conditions) > 0 {
			filter = filter.And(table.Filter{conditions})
		}
		s.parts = append(s.parts, Part{Filter: filter, From: value, To: value, Rows: rows})
		return nil
	}
	if len(conditions) == maxDivisions {
		return s.tooManyOf(value, rows)
	}
	with, without, holding, err := s.divider(value, rows, conditions)
	if err != nil {
		return err
	}
	if err := s.divide(value, holding, with); err != nil {
		return err
	}
	return s.divide(value, rows-holding, without)
}

// divider finds a literal that some of the rows hold and the others lack, near to half of them if it can.
func (s *Splitter) divider(value, rows int64, conditions []table.Condition) (with, without []table.Condition, holding int64, err error) {
	best := int64(0)
	for _, field := range s.telling() {
		for _, lit := range dividingLiterals {
			in := append(conditions[:len(conditions):len(conditions)], table.Condition{Field: field, CompareType: table.Contains, Value: []any{lit}})
			n, err := s.countValue(value, in)
			if err != nil {
				return nil, nil, 0, err
			}
			smaller := min(n, rows-n)
			if smaller <= best {
				continue
			}
			out := append(conditions[:len(conditions):len(conditions)], table.Condition{Field: field, CompareType: table.NotContains, Value: []any{lit}})
			lacking, err := s.countValue(value, out)
			if err != nil {
				return nil, nil, 0, err
			}
			if n+lacking != rows {
				continue // not the opposite of each other after all
			}
			best, with, without, holding = smaller, in, out, n
			if best >= rows/5 {
				return with, without, holding, nil
			}
		}
	}
	if best == 0 {
		return nil, nil, 0, s.tooManyOf(value, rows)
	}
	return with, without, holding, nil
}

// countValue counts the rows of one value that satisfy further conditions: those from the value on, less
// those from the next on.
func (s *Splitter) countValue(value int64, conditions []table.Condition) (int64, error) {
	from, err := s.Count(s.from(value).And(table.Filter{conditions}))
	if err != nil || from == 0 {
		return 0, err
	}
	next := value + 1
	if !s.ascending() {
		next = value - 1
	}
	if next < 0 || next >= math.MaxInt32 {
		return from, nil
	}
	after, err := s.Count(s.from(next).And(table.Filter{conditions}))
	return from - after, err
}

// telling are the filter fields whose texts can tell rows apart: URLs, of which those that are linked to come first,
// since the rows of one page share the other.
func (s *Splitter) telling() (fields []string) {
	for _, f := range slices.Backward(s.Series.Table.Fields) {
		if f.Filter.Always != "" && takes(&f, table.Contains, s.Refused) && takes(&f, table.NotContains, s.Refused) {
			fields = append(fields, f.Filter.Field)
		}
	}
	return fields
}

func (s *Splitter) tooManyOf(value, rows int64) error {
	return s.fail(fmt.Sprintf("%d of them share %s = %d, which nothing tells apart", rows, s.field.Column, value))
}
