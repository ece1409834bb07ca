package sqlengine

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"modernc.org/sqlite/vtab"
)

// Operators in the SDK's spelling.
const (
	opEqual     = "="
	opNotEqual  = "<>"
	opLess      = "<"
	opAtMost    = "<="
	opGreater   = ">"
	opAtLeast   = ">="
	opLike      = "~~*" // SQLite's LIKE ignores case (sqlfunc/letters.go)
	opGlob      = "~~"  // SQLite's GLOB does not
	opIsNull    = "is null"
	opIsNotNull = "is not null"
)

// operators are what SQLite may offer and a plugin may be told. REGEXP and MATCH are left to SQLite.
var operators = map[vtab.ConstraintOp]string{
	vtab.OpEQ: opEqual, vtab.OpIS: opEqual, vtab.OpNE: opNotEqual, vtab.OpISNOT: opNotEqual,
	vtab.OpLT: opLess, vtab.OpLE: opAtMost, vtab.OpGT: opGreater, vtab.OpGE: opAtLeast,
	vtab.OpLIKE: opLike, vtab.OpGLOB: opGlob, vtab.OpISNULL: opIsNull, vtab.OpISNOTNULL: opIsNotNull,
}

func isEquality(op vtab.ConstraintOp) bool { return op == vtab.OpEQ || op == vtab.OpIS }

// meaning is what a constraint with its value says to the plugin. SQLite checks each row again, so that a
// meaning may be weaker than the constraint, but never stronger.
type meaning struct {
	quals []*proto.Qual // which the plugin is told
	exact bool          // they say all that the constraint says
	none  bool          // no row can match
}

var (
	unknown = meaning{}           // leave it to SQLite
	noRow   = meaning{none: true} // no row can match
)

// meaningOf translates a constraint. SQLite compares by storage class and affinity, not by the column's type
// in the plugin; what does not translate without a change of meaning is left to SQLite.
func meaningOf(c Column, op vtab.ConstraintOp, value vtab.Value) meaning {
	name := operators[op]
	if value == nil {
		return meaningOfNull(c, op)
	}
	if op == vtab.OpISNOT {
		return unknown // unlike <>, it keeps rows where the column is null
	}
	if name == opLike || name == opGlob {
		return meaningOfPattern(c, name, value)
	}
	switch c.kind {
	case intKind:
		return meaningOfNumber(c, name, value)
	case textKind, jsonKind:
		return meaningOfText(c, name, value)
	case timeKind:
		return meaningOfTime(c, name, value)
	}
	return unknown
}

// maxListed is how many values of a row's column the plugin is told: each row is compared with all.
const maxListed = 1000

// meaningOfList is that of IN.
func meaningOfList(c Column, list valueList) meaning {
	told := &proto.QualValueList{}
	for _, value := range list {
		m := meaningOf(c, vtab.OpEQ, value)
		switch {
		case m.none:
		case !m.exact || len(told.Values) == maxListed && !c.Parameter:
			return unknown
		default:
			told.Values = append(told.Values, m.quals[0].Value)
		}
	}
	switch len(told.Values) {
	case 0:
		return noRow
	case 1:
		return tell(c, opEqual, told.Values[0])
	}
	return tell(c, opEqual, &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: told}})
}

// meaningOfNull is that of IS NULL and IS NOT NULL in all their forms; any other comparison with NULL keeps
// no row.
func meaningOfNull(c Column, op vtab.ConstraintOp) meaning {
	switch op {
	case vtab.OpIS, vtab.OpISNULL:
		return tell(c, opIsNull, nil)
	case vtab.OpISNOT, vtab.OpISNOTNULL:
		return tell(c, opIsNotNull, nil)
	}
	return noRow
}

// tell makes a qual of an operator that the plugin declares.
func tell(c Column, operator string, value *proto.QualValue) meaning {
	if !slices.Contains(c.Operators, operator) {
		return unknown
	}
	q := &proto.Qual{FieldName: c.Name, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: value}
	return meaning{quals: []*proto.Qual{q}, exact: true}
}

// What SQLite's patterns are in PostgreSQL's LIKE, whose escape character is the backslash.
var (
	ofLike = strings.NewReplacer(`\`, `\\`) // SQLite's LIKE has no escape character
	ofGlob = strings.NewReplacer("*", "%", "?", "_", "%", `\%`, "_", `\_`, `\`, `\\`)
)

func meaningOfPattern(c Column, operator string, value vtab.Value) meaning {
	if n, ok := value.(int64); ok { // to these two all is text, whatever it is compared with
		value = strconv.FormatInt(n, 10)
	}
	pattern, ok := value.(string)
	if !ok || c.kind != textKind || !utf8.ValidString(pattern) || strings.ContainsRune(pattern, 0) {
		return unknown
	}
	if operator == opLike {
		return tell(c, opLike, proto.NewQualValue(ofLike.Replace(pattern)))
	}
	if strings.ContainsRune(pattern, '[') {
		return unknown // a set of characters
	}
	return tell(c, opGlob, proto.NewQualValue(ofGlob.Replace(pattern)))
}

// meaningOfNumber compares integers. Text that is a number becomes one by the column's affinity; other text
// is greater than any number.
func meaningOfNumber(c Column, operator string, value vtab.Value) meaning {
	switch v := value.(type) {
	case int64:
		return tell(c, operator, proto.NewQualValue(v))
	case float64:
		return meaningOfReal(c, operator, v)
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && strconv.FormatInt(n, 10) == v {
			return tell(c, operator, proto.NewQualValue(n))
		}
		if wordless(v) && !c.Parameter {
			return meaningOfMore(c, operator)
		}
	}
	return unknown
}

// meaningOfMore compares with what is more than any number.
func meaningOfMore(c Column, operator string) meaning {
	switch operator {
	case opNotEqual, opLess, opAtMost:
		return tell(c, opIsNotNull, nil)
	}
	return noRow
}

// meaningOfReal compares integers with a real number, through the whole numbers next to it.
func meaningOfReal(c Column, operator string, v float64) meaning {
	if v >= 1<<63 || v < -1<<63 { // infinite, or beyond all integers
		if operator == opNotEqual || (v > 0) == (operator == opLess || operator == opAtMost) && operator != opEqual {
			return tell(c, opIsNotNull, nil)
		}
		return noRow
	}
	down := int64(math.Floor(v))
	if float64(down) == v {
		return tell(c, operator, proto.NewQualValue(down))
	}
	switch operator {
	case opEqual:
		return noRow
	case opLess, opAtMost:
		return tell(c, opAtMost, proto.NewQualValue(down))
	case opGreater, opAtLeast:
		return tell(c, opAtLeast, proto.NewQualValue(down+1))
	}
	return unknown
}

func meaningOfText(c Column, operator string, value vtab.Value) meaning {
	var text string
	switch v := value.(type) {
	case string:
		text = v
	case int64:
		if !c.Parameter {
			return unknown // by affinity the row's text may be compared as a number
		}
		text = strconv.FormatInt(v, 10)
	default:
		return unknown
	}
	if c.kind == jsonKind {
		return tell(c, operator, &proto.QualValue{Value: &proto.QualValue_JsonbValue{JsonbValue: text}})
	}
	return tell(c, operator, proto.NewQualValue(text))
}

// The forms that timestamps have in SQLite's columns and date functions.
const (
	timeForm   = time.DateTime
	zeroSuffix = "0000-01-01 00:00:00"
)

// meaningOfTime compares timestamps as SQLite does: as texts of the form 2006-01-02 15:04:05. Any other text
// stands between two of these.
func meaningOfTime(c Column, operator string, value vtab.Value) meaning {
	text, ok := value.(string)
	if !ok {
		return unknown
	}
	at, exact, ok := instantOf(text)
	if !ok {
		return unknown
	}
	v := &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(at)}}
	if exact {
		return tell(c, operator, v)
	}
	switch operator {
	case opEqual:
		return noRow
	case opLess, opAtMost:
		return tell(c, opLess, v)
	case opGreater, opAtLeast:
		return tell(c, opAtLeast, v)
	}
	return unknown
}

// instantOf returns the earliest instant whose text is not less than the given one, and whether the two are
// the same text. It takes a timestamp, the beginning of one (2024, 2024-06, 2024-06-30, 2024-06-30 12:30), and
// a date followed by T.
func instantOf(text string) (at time.Time, exact, ok bool) {
	const day, second = 10, len(timeForm)
	switch {
	case len(text) == second && text[day] == ' ':
		at, ok = parseTime(text)
		return at, ok, ok
	case len(text) < second:
		if slices.Contains([]int{4, 7, day, 13, 16}, len(text)) {
			at, ok = parseTime(text + zeroSuffix[len(text):])
			if ok {
				return at, false, true
			}
		}
	}
	if len(text) > day && text[day] == 'T' { // after all times of the day, which have a space there
		at, ok = parseTime(text[:day] + zeroSuffix[day:])
		return at.AddDate(0, 0, 1), false, ok
	}
	return time.Time{}, false, false
}

func parseTime(text string) (time.Time, bool) {
	at, err := time.Parse(timeForm, text)
	return at, err == nil && at.Year() > 0 && at.Year() < 9999 && at.Format(timeForm) == text
}

// meets reports that a number is within a bound.
func meets(bound *proto.Qual, value vtab.Value) bool {
	n, ok := value.(int64)
	at := bound.Value.GetInt64Value()
	switch bound.GetStringValue() {
	case opLess:
		return ok && n < at
	case opAtMost:
		return ok && n <= at
	case opGreater:
		return ok && n > at
	case opAtLeast:
		return ok && n >= at
	}
	return false
}
