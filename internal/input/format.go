package input

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Format is how a file is written.
type Format string

// The formats.
const (
	CSV     Format = "csv" // also with other delimiters
	TSV     Format = "tsv"
	XLSX    Format = "xlsx"
	JSON    Format = "json"
	NDJSON  Format = "ndjson"
	Parquet Format = "parquet"
)

// formats find out what a file of a format holds.
var formats = map[Format]func(ctx context.Context, file *os.File, format Format, o Options) (document, error){
	CSV: openCSV, TSV: openCSV, XLSX: openXLSX, JSON: openJSON, NDJSON: openJSON, Parquet: openParquet,
}

// endings are those of the formats' files, and what else people call them.
var endings = map[string]Format{
	".csv": CSV, ".tsv": TSV, ".tab": TSV, ".xlsx": XLSX, ".xlsm": XLSX, ".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".parquet": Parquet, ".pq": Parquet,
}

// formatOf is the format that a file's ending says, or else its first bytes. These also tell what cannot be read: a
// workbook that was renamed must not be taken for text.
func formatOf(name string, file *os.File) (Format, error) {
	first, err := beginning(file, 512)
	if err != nil {
		return "", err
	}
	begins := func(with string) bool { return bytes.HasPrefix(first, []byte(with)) }
	switch {
	case len(first) == 0:
		return "", errors.New("it is empty")
	case begins("PAR1"):
		return Parquet, nil
	case begins("PK\x03\x04"):
		return XLSX, isWorkbook(file)
	case begins("\xd0\xcf\x11\xe0"):
		return "", errors.New("it is an old workbook (.xls), or one with a password: save it as .xlsx, without a password")
	case markup.Match(first):
		return "", errors.New("it is HTML or XML, as some export it for Excel: open it there, and save it as .xlsx or csv")
	}
	format := endings[strings.ToLower(filepath.Ext(WithoutGzip(name)))]
	if format == XLSX || format == Parquet {
		return "", fmt.Errorf("it is no %s file: it does not begin as one", format)
	}
	if format != "" {
		return format, nil
	}
	if looksLikeJSON(first) {
		return JSON, nil
	}
	return CSV, nil
}

var markup = regexp.MustCompile(`^\x{feff}?\s*<(?i:!doctype|html|head|table|\?xml)\b`)

// isWorkbook says what an archive is that is none; what is wrong with a workbook is told when it is read.
func isWorkbook(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range archive.File {
		if strings.HasPrefix(f.Name, "xl/") {
			return nil
		}
		names = append(names, f.Name)
	}
	return fmt.Errorf("it is an archive (of %s), and no workbook: unpack it, or save it as .xlsx or csv", strings.Join(names[:min(len(names), 3)], ", "))
}

// WithoutGzip is the name of what is in a file that is compressed by gzip.
func WithoutGzip(name string) string {
	if strings.EqualFold(filepath.Ext(name), ".gz") {
		return name[:len(name)-len(".gz")]
	}
	return name
}

// beginning is up to n bytes of a file.
func beginning(file io.ReaderAt, n int64) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(file, 0, n))
}

// looksLikeJSON reports a text that begins with an object, or a list of something: a list of names in brackets has no
// quotes there.
func looksLikeJSON(first []byte) bool {
	text := bytes.TrimSpace(bytes.ReplaceAll(bytes.TrimLeft(first, "\xef\xbb\xbf\xff\xfe"), []byte{0}, nil))
	if len(text) == 0 || text[0] != '[' && text[0] != '{' {
		return false
	}
	after := bytes.TrimSpace(text[1:])
	return len(after) == 0 || slices.Contains([]byte(`"{[]}-0123456789tfn`), after[0])
}
