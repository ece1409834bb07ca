package input

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
)

type parquetDocument struct {
	file    *parquet.File
	columns []string
}

func openParquet(_ context.Context, file *os.File, _ Format, _ Options) (d document, err error) {
	defer recovered(&err)
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(file, info.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, damaged(err)
	}
	var columns []string
	for _, field := range f.Schema().Fields() {
		columns = append(columns, field.Name())
	}
	return &parquetDocument{f, columns}, nil
}

func damaged(err error) error { return fmt.Errorf("it cannot be read: %w", err) }

// recovered makes an error of a panic: libraries for binary files have them for files that are damaged.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = damaged(fmt.Errorf("%v", p))
	}
}

func (d *parquetDocument) about() About { return About{Format: Parquet, Header: true} }

func (d *parquetDocument) read() (reader, error) {
	return &parquetReader{document: d, groups: d.file.RowGroups(), buffer: make([]parquet.Row, rowsAtOnce)}, nil
}

// rowsAtOnce is how many rows of Parquet are read at a time.
const rowsAtOnce = 64

type parquetReader struct {
	document *parquetDocument
	groups   []parquet.RowGroup // still to be read
	rows     parquet.Rows       // of the current one
	buffer   []parquet.Row
	ready    []parquet.Row
	cells    []any
	row      int
}

func (r *parquetReader) names() []string { return r.document.columns }
func (r *parquetReader) where() string   { return fmt.Sprintf("row %d", r.row) }

func (r *parquetReader) close() {
	if r.rows != nil {
		r.rows.Close() //nolint:errcheck // it was read only
	}
}

func (r *parquetReader) next() (cells []any, err error) {
	defer recovered(&err)
	for len(r.ready) == 0 {
		if r.rows == nil {
			if len(r.groups) == 0 {
				return nil, io.EOF
			}
			r.rows, r.groups = r.groups[0].Rows(), r.groups[1:]
		}
		n, err := r.rows.ReadRows(r.buffer)
		r.ready = r.buffer[:n]
		switch {
		case errors.Is(err, io.EOF) || n == 0 && err == nil:
			if err := r.rows.Close(); err != nil {
				return nil, damaged(err)
			}
			r.rows = nil
		case err != nil:
			return nil, damaged(err)
		}
	}
	row := r.ready[0]
	r.ready = r.ready[1:]
	r.row++
	return r.cellsOf(row)
}

func (r *parquetReader) cellsOf(row parquet.Row) ([]any, error) {
	var leaves [][]parquet.Value
	row.Range(func(_ int, values []parquet.Value) bool {
		leaves = append(leaves, values)
		return true
	})
	r.cells = r.cells[:0]
	for _, field := range r.document.file.Schema().Fields() {
		count := leavesOf(field)
		if count > len(leaves) {
			return nil, errors.New("a row lacks columns")
		}
		value := assemble(field, leaves[:count], 0, 0)
		leaves = leaves[count:]
		if nested, ok := value.(nested); ok {
			text, err := json.Marshal(nested)
			if err != nil {
				return nil, err
			}
			value = string(text)
		}
		r.cells = append(r.cells, value)
	}
	return r.cells, nil
}

// typed tells what a value is; a number whose digits would be lost is a text.
func (r *parquetReader) typed(cell any) (Type, bool) {
	switch v := cell.(type) {
	case int64, bool:
		return Whole, true
	case float64:
		return Real, true
	case json.Number:
		return numberType(v), true
	}
	return Text, true
}
