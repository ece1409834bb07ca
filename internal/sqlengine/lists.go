package sqlengine

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
	"modernc.org/sqlite/vtab"
)

// SQLite reads a table once for each value of an IN, and sorts and cuts the rows of all: the first ten rows of ten sites
// would cost all rows of each. A table can have the list at once (sqlite3_vtab_in), but the vtab package does not pass it
// on. So its callbacks for planning and for starting a scan are wrapped, and what they have no word for goes through two
// numbers and a text that they hand on unread:
//
//   - to BestIndex, in IdxFlags: which constraints are an IN whose list can be had. It takes these flags away;
//   - from BestIndex, in IdxNum: which of the values are to be lists;
//   - to Filter, behind IdxStr: the lists.

// maxFlags is how many constraints, or values, the numbers can name.
const maxFlags = 31

type (
	bestIndex = func(tls *libc.TLS, table, info uintptr) int32
	filter    = func(tls *libc.TLS, cursor uintptr, idxNum int32, idxStr uintptr, argc int32, argv uintptr) int32
)

// wrapped are the package's own callbacks: the same for all modules.
var wrapped struct {
	sync.Mutex
	bestIndex bestIndex
	filter    filter
}

// wrapModules wraps the callbacks of the tables' modules of a new connection. The package makes one module of each name
// for all connections of a process, so that it may be wrapped already.
func wrapModules(conn driver.Conn, tables []*Table) error {
	handle, err := handleOf(conn)
	if err != nil {
		return err
	}
	wrapped.Lock()
	defer wrapped.Unlock()
	found := 0
	modules := &at[sqlite3.Tsqlite3](handle).FaModule
	for next := modules.Ffirst; next != 0; {
		entry := at[sqlite3.THashElem](next)
		next = entry.Fnext
		module := at[sqlite3.TModule](entry.Fdata)
		name := libc.GoString(module.FzName)
		for _, t := range tables {
			if t.Name == name {
				wrap(at[sqlite3.Sqlite3_module](module.FpModule))
				found++
			}
		}
	}
	if found != len(tables) {
		return fmt.Errorf("the SQLite driver has %d modules of %d where they are expected", found, len(tables))
	}
	return nil
}

// handleOf is SQLite's own handle of a connection.
func handleOf(conn any) (uintptr, error) {
	handle := reflect.Indirect(reflect.ValueOf(conn)).FieldByName("db")
	if handle.Kind() != reflect.Uintptr {
		return 0, fmt.Errorf("the SQLite driver's %T has no handle where one is expected", conn)
	}
	return uintptr(handle.Uint()), nil
}

func wrap(m *sqlite3.Sqlite3_module) {
	own, ownFilter := pointerOf(listsInPlan), pointerOf(listsInFilter)
	if m.FxBestIndex == own {
		return
	}
	if wrapped.bestIndex == nil { // another connection may be reading them
		wrapped.bestIndex, wrapped.filter = functionAt[bestIndex](m.FxBestIndex), functionAt[filter](m.FxFilter)
	}
	m.FxBestIndex, m.FxFilter = own, ownFilter
}

// at is a place in SQLite's memory, which Go's collector does not know of.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// To SQLite, compiled to Go, a function is the address that a variable of its type holds. It is one that does not move:
// these functions are the package's own, no closures.
func pointerOf[F any](f F) uintptr            { return *(*uintptr)(unsafe.Pointer(&f)) }
func functionAt[F any](address uintptr) (f F) { return *(*F)(unsafe.Pointer(&address)) }

func listsInPlan(tls *libc.TLS, table, pInfo uintptr) int32 {
	info := at[sqlite3.Sqlite3_index_info](pInfo)
	count := min(info.FnConstraint, maxFlags)
	constraints := elements[sqlite3.Tsqlite3_index_constraint](info.FaConstraint, count)
	for i := range constraints {
		if c := &constraints[i]; c.Fusable != 0 && int32(c.Fop) == sqlite3.SQLITE_INDEX_CONSTRAINT_EQ && sqlite3.Xsqlite3_vtab_in(tls, pInfo, int32(i), -1) != 0 {
			info.FidxFlags |= 1 << i
		}
	}
	code := wrapped.bestIndex(tls, table, pInfo)
	info.FidxFlags = 0
	for i, use := range elements[sqlite3.Tsqlite3_index_constraint_usage](info.FaConstraintUsage, count) {
		if use.FargvIndex > 0 && isFlagged(int64(info.FidxNum), int(use.FargvIndex-1)) {
			sqlite3.Xsqlite3_vtab_in(tls, pInfo, int32(i), 1)
		}
	}
	return code
}

func isFlagged(flags int64, i int) bool { return i < maxFlags && flags>>i&1 == 1 }

func elements[T any](address uintptr, count int32) []T {
	if address == 0 {
		return nil
	}
	return unsafe.Slice(at[T](address), count)
}

func listsInFilter(tls *libc.TLS, cursor uintptr, idxNum int32, idxStr uintptr, argc int32, argv uintptr) int32 {
	if idxNum == 0 {
		return wrapped.filter(tls, cursor, idxNum, idxStr, argc, argv)
	}
	lists := map[int][]listed{}
	for i, value := range elements[uintptr](argv, argc) {
		if isFlagged(int64(idxNum), i) {
			list, code := listAt(tls, value)
			if code != sqlite3.SQLITE_OK {
				return code
			}
			lists[i] = list
		}
	}
	written, err := json.Marshal(lists)
	if err != nil { // they hold numbers and bytes
		panic("sqlengine: a list cannot be written: " + err.Error())
	}
	text, err := libc.CString(libc.GoString(idxStr) + listsBegin + string(written))
	if err != nil {
		return sqlite3.SQLITE_NOMEM
	}
	defer libc.Xfree(tls, text)
	return wrapped.filter(tls, cursor, idxNum, text, argc, argv)
}

// listed is a value of a list: one of these, or none for null.
type listed struct {
	Whole *int64  `json:",omitempty"`
	Real  *uint64 `json:",omitempty"` // its bits, since JSON has no infinity
	Text  *[]byte `json:",omitempty"` // whatever its bytes are
	Blob  *[]byte `json:",omitempty"`
}

// listsBegin stands between a plan and the lists. JSON has no such line.
const listsBegin = "\nlists "

// listAt reads a list.
func listAt(tls *libc.TLS, value uintptr) (list []listed, code int32) {
	place := tls.Alloc(int(unsafe.Sizeof(value)))
	defer tls.Free(int(unsafe.Sizeof(value)))
	code = sqlite3.Xsqlite3_vtab_in_first(tls, value, place)
	for ; code == sqlite3.SQLITE_OK; code = sqlite3.Xsqlite3_vtab_in_next(tls, value, place) {
		list = append(list, listedAt(tls, *at[uintptr](place)))
	}
	if code == sqlite3.SQLITE_DONE {
		code = sqlite3.SQLITE_OK
	}
	return list, code
}

func listedAt(tls *libc.TLS, value uintptr) (v listed) {
	switch sqlite3.Xsqlite3_value_type(tls, value) {
	case sqlite3.SQLITE_INTEGER:
		n := sqlite3.Xsqlite3_value_int64(tls, value)
		v.Whole = &n
	case sqlite3.SQLITE_FLOAT:
		bits := math.Float64bits(sqlite3.Xsqlite3_value_double(tls, value))
		v.Real = &bits
	case sqlite3.SQLITE_TEXT:
		from := sqlite3.Xsqlite3_value_text(tls, value)
		text := bytes.Clone(elements[byte](from, sqlite3.Xsqlite3_value_bytes(tls, value)))
		v.Text = &text
	case sqlite3.SQLITE_BLOB:
		from := sqlite3.Xsqlite3_value_blob(tls, value)
		blob := bytes.Clone(elements[byte](from, sqlite3.Xsqlite3_value_bytes(tls, value)))
		v.Blob = &blob
	}
	return v
}

func (v listed) value() vtab.Value {
	switch {
	case v.Whole != nil:
		return *v.Whole
	case v.Real != nil:
		return math.Float64frombits(*v.Real)
	case v.Text != nil:
		return string(*v.Text)
	case v.Blob != nil:
		return *v.Blob
	}
	return nil
}

// takeLists takes the lists off a plan's text, and puts them into its values' places.
func takeLists(idxStr string, values []vtab.Value) (string, error) {
	plan, written, found := strings.Cut(idxStr, listsBegin)
	if !found {
		return plan, nil
	}
	var lists map[int][]listed
	if err := json.Unmarshal([]byte(written), &lists); err != nil {
		return plan, err
	}
	for i, list := range lists {
		all := make(valueList, len(list))
		for j, v := range list {
			all[j] = v.value()
		}
		values[i] = all
	}
	return plan, nil
}

// takesList reports an IN whose list the table takes at once. Other columns have values whose form SQLite decides by
// comparing them one by one.
func (c Column) takesList(op vtab.ConstraintOp) bool {
	return op == vtab.OpEQ && slices.Contains(c.Operators, opEqual) && (c.kind == intKind || c.kind == textKind)
}

// valueList is the list of an IN: a [vtab.Value] where a plan says so.
type valueList []vtab.Value
