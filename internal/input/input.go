// Package input reads the files that people have their data in, as columns and rows: csv and its kin, workbooks, JSON and
// Parquet. It finds out what a file does not say (encoding, delimiter, header, types) and says what it has found. It
// knows nothing of SQL and of flags.
//
// A file is read twice: once for what its columns are, once for its rows. Neither holds it in memory.
package input

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Options are what is said of a file beforehand. The zero value is that all is to be found out.
type Options struct {
	Encoding Encoding // of text; "" is found
	Header   Header   // whether a first row has the names of columns
	Sheet    string   // of a workbook; "" is the first one that is not hidden
}

// Header says whether the first row of a file has names.
type Header int

// Whether there is a header.
const (
	FindHeader Header = iota
	HasHeader
	NoHeader
)

// Column is one of a file's columns.
type Column struct {
	Name string
	Type Type
	// Written tells of numbers where the column is text since some of its values, as 1.50 or N/A, would not be written so again.
	Written WrittenNumbers
}

// Type is what all values of a column are, but for those that are null.
type Type int

// The types of columns.
const (
	Text  Type = iota // string, and []byte where the file has bytes that are no text
	Whole             // int64
	Real              // float64
)

func (t Type) String() string { return []string{"text", "integer", "real"}[t] }

// About is what was found out of a file.
type About struct {
	Format    Format
	Encoding  Encoding // "" where the format has none of its own
	Delimiter rune     // of csv; 0 where there is one column alone
	Header    bool     // the names are the file's own
	Titles    int      // rows above the header that are left out
	Sheet     string   // of a workbook
	Sheets    []string // all that it has
	Rows      int64    // without the header
}

// Source is a file whose columns are known. Close must be called.
type Source struct {
	About
	Columns []Column

	document document
	file     *os.File
	remove   func()
}

// document is a file in one of the formats.
type document interface {
	// read starts at its first row, that of names left out.
	read() (reader, error)
	about() About
}

// reader reads rows. A cell is nil, a string, or what its format has besides; a row may have fewer cells than there are
// columns.
type reader interface {
	// next returns a row that is valid until the next one, or io.EOF.
	next() ([]any, error)
	// names are those of the columns, as far as the rows so far tell them.
	names() []string
	// where is the place of the row, for an error.
	where() string
	// typed tells of a cell what the file says it is, and what it is as a text. ok is false where a type is to be inferred.
	typed(cell any) (t Type, ok bool)
	close()
}

// MaxColumns is how many columns a file may have.
const MaxColumns = 2000

var errTooManyColumns = fmt.Errorf("it has more than %d columns", MaxColumns)

// checkEach is after how many rows it is looked whether anyone still waits.
const checkEach = 1 << 10

// Open reads a file once, and finds out what its columns are. name says what it is called in errors, and its ending says
// its format. What cannot be read twice, such as a pipe, or is compressed by gzip, is copied to a file of its own first,
// which Close removes. A file is read from its beginning, and stays the caller's to close, after the source.
func Open(ctx context.Context, name string, from io.Reader, o Options) (*Source, error) {
	file, remove, err := seekable(ctx, from)
	if err == nil {
		file, remove, err = unpacked(ctx, file, remove)
	}
	if err != nil {
		return nil, in(name, err)
	}
	s := &Source{file: file, remove: remove}
	if err := s.find(ctx, name, o); err != nil {
		s.Close()
		return nil, in(name, err)
	}
	return s, nil
}

// in says in which file an error is.
func in(name string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (s *Source) find(ctx context.Context, name string, o Options) (err error) {
	format, err := formatOf(name, s.file)
	if err != nil {
		return err
	}
	if s.document, err = formats[format](ctx, s.file, format, o); err != nil {
		return err
	}
	r, err := s.document.read()
	if err != nil {
		return err
	}
	defer r.close()
	var found columnTypes
	s.About = s.document.about()
	for {
		cells, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && s.Rows%checkEach == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		s.Rows++
		found.add(r, cells)
	}
	names := r.names()
	for len(names) > 1 && names[len(names)-1] == "" && !found.some(len(names)-1) {
		names = names[:len(names)-1] // a sheet is wider than what is in it
	}
	switch {
	case len(names) == 0:
		return errors.New("it has no columns: there is nothing in it")
	case len(names) > MaxColumns:
		return errTooManyColumns
	}
	for i, name := range distinct(names) {
		s.Columns = append(s.Columns, Column{name, found.of(i), found.oddAt(i)})
	}
	return nil
}

// Each reads the file's rows: values are nil, string, int64, float64 or []byte, one for each column. A row is valid until
// the next one. An error, also that of the context, ends them.
func (s *Source) Each(ctx context.Context, row func(values []any) error) error {
	r, err := s.document.read()
	if err != nil {
		return err
	}
	defer r.close()
	values := make([]any, len(s.Columns))
	for n := 0; ; n++ {
		cells, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && n%checkEach == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		clear(values)
		for i, cell := range cells {
			if i < len(values) {
				values[i] = valueOf(s.Columns[i].Type, cell)
			} else if !isNothing(cell) {
				return errors.New("it has changed while it was read")
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
}

// Close lets go of the file.
func (s *Source) Close() {
	if closer, ok := s.document.(io.Closer); ok {
		closer.Close() //nolint:errcheck // it was read only
	}
	s.remove()
}

// seekable is a file that can be read again from its beginning.
func seekable(ctx context.Context, from io.Reader) (file *os.File, remove func(), err error) {
	if file, ok := from.(*os.File); ok {
		info, err := file.Stat()
		if err != nil {
			return nil, nil, err
		}
		if info.IsDir() {
			return nil, nil, errors.New("it is a directory")
		}
		if _, err := file.Seek(0, io.SeekStart); info.Mode().IsRegular() && err == nil {
			return file, func() {}, nil
		}
	}
	if file, err = os.CreateTemp("", "serpstat-sql-import"); err != nil { // its owner's alone
		return nil, nil, err
	}
	remove = func() {
		file.Close()
		os.Remove(file.Name())
	}
	if _, err = io.Copy(file, &contextReader{ctx, from}); err != nil {
		remove()
		return nil, nil, err
	}
	return file, remove, nil
}

// unpacked is what a file holds that is compressed by gzip; any other is given as it is.
func unpacked(ctx context.Context, file *os.File, remove func()) (*os.File, func(), error) {
	if first, err := beginning(file, 2); err != nil || string(first) != "\x1f\x8b" {
		return file, remove, nil // an error comes again
	}
	defer remove()
	packed, err := gzip.NewReader(bufio.NewReader(io.NewSectionReader(file, 0, 1<<62)))
	if err == nil {
		file, remove, err = seekable(ctx, packed)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("it cannot be unpacked by gzip: %w", err)
	}
	return file, remove, nil
}

// contextReader stops between two reads when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}
