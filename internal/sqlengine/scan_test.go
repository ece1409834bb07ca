package sqlengine

import (
	"errors"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"modernc.org/sqlite/vtab"
)

// read is a scan that has brought rows.
func read(r request, rows ...[]vtab.Value) *pluginScan {
	s := newScan(r)
	s.rows, s.wanted, s.ended = rows, len(rows), true
	for _, row := range rows {
		s.bytes += sizeOf(row)
	}
	return s
}

// Rows of a long result are let go only where nobody else reads them.
func TestRowsStayAsLongAsAnotherReadsThem(t *testing.T) {
	var rows [][]vtab.Value
	for i := range int64(6) {
		rows = append(rows, []vtab.Value{i, strings.Repeat("x", maxHeld/4)})
	}
	s := read(request{table: &Table{}, limit: -1}, rows...)
	s.enter()
	s.enter()
	at := func(i int) {
		t.Helper()
		if row, err := s.row(t.Context(), i); err != nil || row[0] != int64(i) {
			t.Errorf("row %d is %v, %v", i, row, err)
		}
	}
	at(5)
	at(0)
	if s.leave(); s.letGo() {
		t.Error("rows are gone that two have read")
	}
	if at(3); !s.letGo() {
		t.Error("the one who is left has the rows before held")
	}
	at(4)
}

// What a bound leaves out are the rows of the opposite one, and those where the column is null: so only where it never is
// is the rest asked for alone.
func TestTheRestOfAColumnThatMayBeNull(t *testing.T) {
	for _, never := range []bool{true, false} {
		number := Column{Name: "n", kind: intKind, NeverNull: never, Operators: []string{opLess, opAtLeast}}
		of := &Table{Name: "numbers", Columns: []Column{number}}
		bound := tell(number, opLess, proto.NewQualValue(int64(5))).quals
		st := store{scans: []*pluginScan{read(request{table: of, columns: allColumns, optional: bound, limit: -1}, []vtab.Value{int64(1)})}}
		here, others, met := st.rest(request{table: of, columns: allColumns, limit: -1})
		if never != (met != nil) || never != (len(here) == 1) || never != (len(others.optional) == 1) {
			t.Errorf("never null %t: %d rows are here, the others are asked for with %v", never, len(here), others.optional)
		}
	}
}

// A statement's error is what failed first: others may follow from it.
func TestTheFirstErrorOfAStatementIsTold(t *testing.T) {
	e, first := &Engine{statement: &statement{ctx: t.Context()}}, errors.New("the first")
	for _, err := range []error{nil, first, nil, errors.New("the second")} {
		if e.note(err) != err { //nolint:errorlint // it is this one
			t.Error("another error is passed on")
		}
	}
	if err := e.cause(errors.New("SQL logic error")); err != first { //nolint:errorlint // as above
		t.Error(err)
	}
}
