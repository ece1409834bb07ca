// Package output writes the results of SQL statements in the formats that people and programs read. It knows of a
// terminal how wide it is, where it is told.
package output

import (
	"bufio"
	"path/filepath"
	"slices"
	"strings"
)

// Format is a way to write rows.
type Format struct {
	Name    string
	Endings []string // of files in this format, in small letters
	Binary  bool     // nothing for a terminal
	Single  bool     // a file has the rows of one result
	Spools  bool     // it keeps rows in temporary files until the last has come

	make func(w *bufio.Writer, o Options) format
}

// format writes results, one after the other. end is called once after the rows of each, close after the last.
type format interface {
	begin(title string, columns []Column) error
	row(values []any) error
	end() error
	close() error
}

// abandoner is a format of which a part is of no use, and which has something on disk.
type abandoner interface{ abandon() }

var formats = []*Format{
	{Name: "table", Endings: []string{".txt"}, make: newTable},
	{Name: "csv", Endings: []string{".csv"}, Single: true, make: newCSV},
	{Name: "tsv", Endings: []string{".tsv", ".tab"}, Single: true, make: newTSV},
	{Name: "json", Endings: []string{".json"}, make: newJSON},
	{Name: "ndjson", Endings: []string{".ndjson", ".jsonl"}, make: newNDJSON},
	{Name: "markdown", Endings: []string{".md", ".markdown"}, make: newMarkdown},
	{Name: "html", Endings: []string{".html", ".htm"}, make: newHTML},
	{Name: "xlsx", Endings: []string{".xlsx"}, Binary: true, Spools: true, make: newXLSX},
	{Name: "parquet", Endings: []string{".parquet"}, Binary: true, Single: true, Spools: true, make: newParquet},
	{Name: "line", make: newLine},
}

// Names are the formats' names.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return names
}

// Named is the format with a name, or with the ending of its files without the dot; nil is none.
func Named(word string) *Format {
	i := slices.IndexFunc(formats, func(f *Format) bool { return f.Name == word || slices.Contains(f.Endings, "."+word) })
	if i < 0 {
		return nil
	}
	return formats[i]
}

// Of is the format of a file, by its ending; nil is none.
func Of(file string) *Format {
	ending := strings.ToLower(filepath.Ext(file))
	i := slices.IndexFunc(formats, func(f *Format) bool { return slices.Contains(f.Endings, ending) })
	if i < 0 {
		return nil
	}
	return formats[i]
}

// Document is what is written in a format: the results of a script, in their order.
type Document struct {
	format format
	open   bool
}

// New begins a document. What it writes may stay in the buffer of w until that is flushed.
func (f *Format) New(w *bufio.Writer, o Options) *Document { return &Document{format: f.make(w, o)} }

// Begin begins a result. The title is what people call it; "" is nothing.
func (d *Document) Begin(title string, columns []Column) error {
	d.open = true
	return d.format.begin(title, columns)
}

// Row writes a row: a value for each column, which is nil, int64, float64, string or []byte. They are not kept.
func (d *Document) Row(values []any) error { return d.format.row(values) }

// End ends a result.
func (d *Document) End() error {
	d.open = false
	return d.format.end()
}

// Close ends the document.
func (d *Document) Close() error { return d.format.close() }

// Fail ends a document that lacks rows. Of a text all that has come is written, so that it can be read; a workbook and a
// Parquet file are not. One of Close and Fail must be called.
func (d *Document) Fail() error {
	if a, ok := d.format.(abandoner); ok {
		a.abandon()
		return nil
	}
	if d.open {
		if err := d.End(); err != nil {
			return err
		}
	}
	return d.Close()
}
