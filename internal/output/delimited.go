package output

import (
	"bufio"
	"strings"
	"unicode"
	"unicode/utf8"
)

// delimited writes CSV and TSV as RFC 4180 has them, with lines that end as on Unix. encoding/csv, which writes an empty
// text as it writes nothing, cannot tell NULL from it: here NULL is bare and an empty text has quotes, as in PostgreSQL.
type delimited struct {
	w         *bufio.Writer
	o         Options
	delimiter rune
	begun     bool
	foreign   bool // there are letters beyond ASCII
	guarded   int64
}

func newCSV(w *bufio.Writer, o Options) format {
	d := &delimited{w: w, o: o, delimiter: o.Delimiter}
	if d.delimiter == 0 {
		d.delimiter = ','
	}
	return d
}

func newTSV(w *bufio.Writer, o Options) format { return &delimited{w: w, o: o, delimiter: '\t'} }

func (d *delimited) begin(_ string, columns []Column) error {
	if d.o.BOM && !d.begun {
		d.w.WriteString(bom) //nolint:errcheck // Flush says it, here and below
	}
	d.begun = true
	if !d.o.Header {
		return nil
	}
	names := make([]any, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return d.row(names)
}

const bom = "\uFEFF"

// row passes a record on at once, so that a closed pipe is seen.
func (d *delimited) row(values []any) error {
	for i, v := range values {
		if i > 0 {
			d.w.WriteRune(d.delimiter) //nolint:errcheck
		}
		s, isText := v.(string)
		switch {
		case v == nil && len(values) == 1:
			d.w.WriteString(`""`) //nolint:errcheck // readers drop an empty line
		case v == nil:
		case isText && d.o.SafeCells && isFormula(s):
			d.guarded++
			d.quoted("'" + s)
		default:
			d.quoted(Text(v)) // of a number, too: its point or its sign may be the delimiter
		}
		d.foreign = d.foreign || isText && strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
	}
	d.w.WriteByte('\n') //nolint:errcheck
	return d.w.Flush()
}

// isFormula reports a text that a spreadsheet takes for one, or for a command to another program.
func isFormula(s string) bool { return s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 }

func (d *delimited) quoted(s string) {
	if !d.needsQuotes(s) {
		d.w.WriteString(s) //nolint:errcheck
		return
	}
	d.w.WriteByte('"')                                //nolint:errcheck
	d.w.WriteString(strings.ReplaceAll(s, `"`, `""`)) //nolint:errcheck
	d.w.WriteByte('"')                                //nolint:errcheck
}

// needsQuotes reports a text that is read as another one without. Besides what RFC 4180 names, blanks at its beginning
// and a byte order mark get lost, and \. ends a table to PostgreSQL.
func (d *delimited) needsQuotes(s string) bool {
	if s == "" || s == `\.` || strings.ContainsAny(s, "\"\r\n") || strings.ContainsRune(s, d.delimiter) {
		return true
	}
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(first) || strings.HasPrefix(s, bom)
}

func (d *delimited) end() error { return nil }

func (d *delimited) close() error {
	d.o.tellCount(d.guarded, "cell begins as a formula does and got a ' before it: --safe-cells=false leaves it as it is",
		"cells begin as formulas do and got a ' before them: --safe-cells=false leaves them as they are")
	if d.foreign && !d.o.BOM {
		d.o.hint("Excel takes letters beyond ASCII for others in a file that does not begin with a mark: write --bom, or an .xlsx file")
	}
	return nil
}
