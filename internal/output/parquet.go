package output

import (
	"bufio"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
)

// rowGroup is how many bytes of values, about, are held before they are written as a group of rows.
const rowGroup = 8 << 20

// parquetFile writes a result as Parquet. A column has one type there, and any in SQLite: rows are spooled until all
// values are known.
type parquetFile struct {
	unicodeOnly
	w       *bufio.Writer
	o       Options
	columns []Column
	held    []contents
	result  *spool
}

func newParquet(w *bufio.Writer, o Options) format { return &parquetFile{w: w, o: o} }

func (p *parquetFile) begin(_ string, columns []Column) (err error) {
	p.columns, p.held = columns, make([]contents, len(columns))
	p.result, err = newSpool(p.o.TempDir, len(columns))
	return err
}

func (p *parquetFile) row(values []any) error {
	for i, v := range values {
		p.held[i].add(v)
	}
	return p.result.add(values)
}

func (p *parquetFile) end() error {
	names, kinds := distinct(p.columns), make([]kind, len(p.columns))
	schema := root{fields: make([]parquet.Field, len(p.columns))}
	for i, c := range p.columns {
		kinds[i] = kindOf(c, &p.held[i])
		if kinds[i] == mixed {
			p.o.tell("column %s has values of several kinds: it is written as text", Visible(names[i]))
		}
		schema.fields[i] = field{parquet.Optional(kinds[i].node()), names[i]}
	}
	w := parquet.NewWriter(p.w, parquet.NewSchema("rows", schema), parquet.Compression(&parquet.Snappy))
	row, size := make(parquet.Row, len(p.columns)), 0
	err := p.result.each(func(values []any) error {
		for i, v := range values {
			size += 16
			switch held := v.(type) {
			case string:
				v = p.text(held)
				size += len(held)
			case []byte:
				size += len(held)
			}
			row[i] = kinds[i].value(v, i)
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil || size < rowGroup {
			return err
		}
		size = 0
		return w.Flush()
	})
	if err == nil {
		err = w.Close()
	}
	p.abandon()
	return err
}

func (p *parquetFile) close() error {
	p.tell(p.o)
	return nil
}

func (p *parquetFile) abandon() {
	if p.result != nil {
		p.result.close() //nolint:errcheck // nobody reads it any more
		p.result = nil
	}
}

// kind is the type of a column of a Parquet file.
type kind int

const (
	texts kind = iota
	wholes
	reals
	blobs
	days
	times // of no zone: those of the plugin's tables are in UTC
	mixed // as text
)

// kindOf is the type that all values of a column have, and where it has none the one that is declared.
func kindOf(c Column, held *contents) kind {
	timed := declaredTime(c.Type)
	switch held.values() {
	case 0:
		return declaredKind(c.Type)
	case held.wholes:
		return wholes
	case held.wholes + held.reals:
		if held.unsafe > 0 && held.reals > 0 {
			return mixed // no real number equals these whole ones
		}
		return reals
	case held.blobs:
		return blobs
	case held.texts:
		switch {
		case timed && held.days == held.texts:
			return days
		case timed && held.areTimes():
			return times
		}
		return texts
	}
	return mixed
}

// declaredKind reads the declared type of a column as SQLite does.
func declaredKind(declared string) kind {
	t := strings.ToUpper(declared)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(t, w) {
				return true
			}
		}
		return false
	}
	switch {
	case declaredTime(t):
		return times
	case has("INT"):
		return wholes
	case has("CHAR", "CLOB", "TEXT"):
		return texts
	case has("BLOB"):
		return blobs
	case has("REAL", "FLOA", "DOUB"): //nolint:misspell // SQLite looks for the beginnings
		return reals
	}
	return texts
}

func (k kind) node() parquet.Node {
	switch k {
	case wholes:
		return parquet.Int(64)
	case reals:
		return parquet.Leaf(parquet.DoubleType)
	case blobs:
		return parquet.Leaf(parquet.ByteArrayType)
	case days:
		return parquet.Date()
	case times:
		return parquet.TimestampAdjusted(parquet.Microsecond, false)
	}
	return parquet.String()
}

// value is a value of a column of this kind.
func (k kind) value(v any, column int) parquet.Value {
	if v == nil {
		return parquet.NullValue().Level(0, 0, column)
	}
	var p parquet.Value
	switch k {
	case wholes:
		p = parquet.Int64Value(v.(int64))
	case reals:
		if n, ok := v.(int64); ok {
			v = float64(n)
		}
		p = parquet.DoubleValue(v.(float64))
	case blobs:
		p = parquet.ByteArrayValue(v.([]byte))
	case days:
		t, _, _ := Moment(v.(string))
		p = parquet.Int32Value(int32(t.Unix() / int64(24*time.Hour/time.Second)))
	case times:
		t, _, _ := Moment(v.(string))
		p = parquet.Int64Value(t.UnixMicro())
	default:
		p = parquet.ByteArrayValue([]byte(Text(v)))
	}
	return p.Level(0, 1, column)
}

// root is a schema whose columns stand in their order: the library's own group sorts them by name.
type root struct {
	parquet.Group
	fields []parquet.Field
}

func (r root) Fields() []parquet.Field            { return r.fields }
func (r root) String() string                     { return fmt.Sprintf("%d columns", len(r.fields)) }
func (r root) Encoding() encoding.Encoding        { return nil }
func (r root) Compression() compress.Codec        { return nil }
func (r root) GoType() reflect.Type               { return reflect.TypeFor[struct{}]() } // rows are written as values
func (f field) Name() string                      { return f.name }
func (f field) Value(reflect.Value) reflect.Value { return reflect.Value{} }

type field struct {
	parquet.Node
	name string
}
