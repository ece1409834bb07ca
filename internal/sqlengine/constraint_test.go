package sqlengine

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite/vtab"
)

// What a plugin is told of each comparison with each kind of value: no more than SQLite means, which checks the rows
// again, and no less either, since a row that is not asked for costs nothing.
func TestWhatAPluginIsToldOfAComparison(t *testing.T) {
	operators := []struct {
		name string
		op   vtab.ConstraintOp
	}{
		{"=", vtab.OpEQ}, {"is", vtab.OpIS}, {"<>", vtab.OpNE}, {"is not", vtab.OpISNOT}, {"<", vtab.OpLT}, {"<=", vtab.OpLE},
		{">", vtab.OpGT}, {">=", vtab.OpGE}, {"like", vtab.OpLIKE}, {"glob", vtab.OpGLOB}, {"isnull", vtab.OpISNULL}, {"notnull", vtab.OpISNOTNULL},
	}
	declared := []string{opEqual, opNotEqual, opLess, opAtMost, opGreater, opAtLeast, opLike, opGlob, opIsNull, opIsNotNull}
	number := Column{Name: "number", kind: intKind, Operators: declared}
	text := Column{Name: "text", kind: textKind, Operators: declared}
	param := Column{Name: "param", kind: textKind, Operators: declared, Parameter: true}
	when := Column{Name: "when", kind: timeKind, Operators: declared}
	document := Column{Name: "document", kind: jsonKind, Operators: declared}
	var (
		beyond  = "none | none | is not null | - | is not null | is not null | none | none | - | -"
		nothing = "- | - | - | - | - | - | - | - | - | - " // it is left to SQLite
		null    = "none | is null | none | is not null | none | none | none | none | none | none | is null | is not null"
		ofDay   = func(at string) string { // any text between two timestamps
			return "none | none | - | - | < " + at + " | < " + at + " | >= " + at + " | >= " + at + " | - | -"
		}
	)
	for _, c := range []struct {
		column Column
		value  vtab.Value
		want   string // by operator; none is that no row can match
	}{
		{number, nil, null},
		{number, int64(2), "= 2 | = 2 | <> 2 | - | < 2 | <= 2 | > 2 | >= 2 | - | -"},
		{number, int64(-7), "= -7 | = -7 | <> -7 | - | < -7 | <= -7 | > -7 | >= -7 | - | -"},
		{number, 2.0, "= 2 | = 2 | <> 2 | - | < 2 | <= 2 | > 2 | >= 2 | - | -"},
		{number, 2.5, "none | none | - | - | <= 2 | <= 2 | >= 3 | >= 3 | - | -"},
		{number, -2.5, "none | none | - | - | <= -3 | <= -3 | >= -2 | >= -2 | - | -"},
		{number, float64(1<<53 - 1), "= 9007199254740991 | = 9007199254740991 | <> 9007199254740991 | - | < 9007199254740991 | <= 9007199254740991 | > 9007199254740991 | >= 9007199254740991 | - | -"},
		{number, float64(1 << 53), strings.ReplaceAll("= T | = T | <> T | - | < T | <= T | > T | >= T | - | -", "T", "9007199254740992")}, // SQLite compares whole numbers with it exactly
		{number, -0x1p63, strings.ReplaceAll("= T | = T | <> T | - | < T | <= T | > T | >= T | - | -", "T", "-9223372036854775808")},
		{number, 0x1p63, beyond}, {number, math.Inf(1), beyond},
		{number, -1e300, "none | none | is not null | - | none | none | is not null | is not null | - | -"},
		{number, "2", "= 2 | = 2 | <> 2 | - | < 2 | <= 2 | > 2 | >= 2 | - | -"},
		{number, " 2 ", nothing}, {number, "2.0", nothing}, {number, "02", nothing}, {number, "+2", nothing}, {number, "x", beyond}, {number, "", beyond},
		{number, []byte("2"), nothing},

		{text, nil, null},
		{text, "x", "= x | = x | <> x | - | < x | <= x | > x | >= x | ~~* x | ~~ x"},
		{text, "", "=  | =  | <>  | - | <  | <=  | >  | >=  | ~~*  | ~~ "},
		{text, `5%_\*?`, `= 5%_\*? | = 5%_\*? | <> 5%_\*? | - | < 5%_\*? | <= 5%_\*? | > 5%_\*? | >= 5%_\*? | ~~* 5%_\\*? | ~~ 5\%\_\\%_`},
		{text, "[a]", "= [a] | = [a] | <> [a] | - | < [a] | <= [a] | > [a] | >= [a] | ~~* [a] | -"},
		{text, "a\x00b", "= a\x00b | = a\x00b | <> a\x00b | - | < a\x00b | <= a\x00b | > a\x00b | >= a\x00b | - | -"},
		{text, int64(7), "- | - | - | - | - | - | - | - | ~~* 7 | ~~ 7"}, {text, 7.5, nothing}, {text, []byte("x"), nothing},
		{param, int64(7), "= 7 | = 7 | <> 7 | - | < 7 | <= 7 | > 7 | >= 7 | ~~* 7 | ~~ 7"},
		{document, "[]", "= [] | = [] | <> [] | - | < [] | <= [] | > [] | >= [] | - | -"},

		{when, nil, null},
		{when, "2024-03-02 12:30:00", strings.ReplaceAll("= T | = T | <> T | - | < T | <= T | > T | >= T | - | -", "T", "2024-03-02 12:30:00")},
		{when, "2024-03-02 12:30", ofDay("2024-03-02 12:30:00")},
		{when, "2024-03-02 12", ofDay("2024-03-02 12:00:00")},
		{when, "2024-03-02", ofDay("2024-03-02 00:00:00")},
		{when, "2024-03", ofDay("2024-03-01 00:00:00")},
		{when, "2024", ofDay("2024-01-01 00:00:00")},
		{when, "2024-03-02T", ofDay("2024-03-03 00:00:00")}, // a T is after the space of all times of the day
		{when, "2024-03-02T00:00:00", ofDay("2024-03-03 00:00:00")},
		{when, "2024-12-31T23:59:59Z", ofDay("2025-01-01 00:00:00")},
		{when, "2024-03-02 12:30:00.000", nothing}, {when, "2024-03-02 1", nothing}, {when, "2024-02-30", nothing}, {when, "2024-3-2", nothing},
		{when, "2024-02-30T00:00", nothing}, {when, "0000-01-01", nothing}, {when, "9999-12-31 00:00:00", nothing}, {when, "", nothing}, {when, "x", nothing},
		{when, int64(20240302), nothing}, {when, 2460000.5, nothing}, {when, []byte("2024-03-02"), nothing},

		{Column{Name: "real", kind: realKind, Operators: declared}, 2.5, nothing},
		{Column{Name: "flag", kind: boolKind, Operators: declared}, int64(1), nothing},
		{Column{Name: "undeclared", kind: intKind, Operators: []string{opAtLeast}}, 2.5, "none | none | - | - | - | - | >= 3 | >= 3 | - | -"},
		{Column{Name: "undeclared", kind: textKind, Operators: []string{opLike}}, "x", "- | - | - | - | - | - | - | - | ~~* x | -"},
	} {
		for i, want := range strings.Split(c.want, " | ") {
			o := operators[i]
			if got := told(meaningOf(c.column, o.op, c.value)); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("%s %s %T %q: %s, want %s", c.column.Name, o.name, c.value, fmt.Sprint(c.value), got, want)
			}
		}
	}
}

// told writes a meaning as SQL.
func told(m meaning) string {
	switch {
	case m.none && len(m.quals) == 0:
		return "none"
	case len(m.quals) == 0 && !m.exact:
		return "-"
	case len(m.quals) != 1 || !m.exact || m.none:
		return fmt.Sprintf("%+v", m)
	}
	q := m.quals[0]
	value := ""
	switch v := q.Value.GetValue(); {
	case v == nil:
	case q.Value.GetTimestampValue() != nil:
		value = q.Value.GetTimestampValue().AsTime().Format(time.DateTime)
	default:
		value = fmt.Sprint(q.Value.GetInt64Value())
		if value == "0" {
			value = q.Value.GetStringValue() + q.Value.GetJsonbValue()
		}
	}
	return strings.TrimSuffix(q.GetStringValue()+" "+value, " ")
}
