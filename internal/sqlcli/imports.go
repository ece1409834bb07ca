package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// importFlags say which files become temporary tables, and what they do not say themselves.
type importFlags struct {
	files            []string // each FILE[#SHEET][=TABLE]
	encoding, header string
}

var importHeaders = map[string]input.Header{"": input.FindHeader, "auto": input.FindHeader, "yes": input.HasHeader, "no": input.NoHeader}

// check finds what contradicts itself; scriptIsInput is set where the SQL comes from standard input.
func (f *importFlags) check(scriptIsInput bool) error {
	if len(f.files) == 0 && f.encoding+f.header != "" {
		return usage("--import-encoding and --import-header are about --import FILE")
	}
	if _, ok := input.ParseEncoding(f.encoding); !ok && f.encoding != "" {
		return usage("--import-encoding %s: write utf-8, utf-16, windows-1251 or windows-1252; without it the encoding is found", f.encoding)
	}
	if _, ok := importHeaders[f.header]; !ok {
		return usage("--import-header %s: write yes, no or auto", f.header)
	}
	piped := 0
	for _, written := range f.files {
		if i := parseImport(written); i.isInput() {
			piped++
		} else if i.file == "" {
			return usage("--import %s: write the name of a file, FILE or FILE=TABLE", written)
		}
	}
	if piped > 1 {
		return usage("--import - can be there once: standard input is read once")
	}
	if piped == 1 && scriptIsInput {
		return usage(`--import -: standard input cannot be both the data and the SQL: write the SQL as an argument, or into a file for -f`)
	}
	return nil
}

// imported is a file, what of it is wanted, and what its table is called.
type imported struct {
	written, file, sheet, table string
	named                       bool // the table, by the user
}

// parseImport reads FILE[#SHEET][=TABLE]. Names of files may have these signs: what is there as a file is one.
func parseImport(written string) imported {
	i := imported{written: written, file: written}
	if at := strings.LastIndexByte(i.file, '='); at >= 0 && !isFile(i.file) && !strings.ContainsAny(i.file[at:], `/\`) {
		i.file, i.table, i.named = i.file[:at], i.file[at+1:], i.file[at+1:] != ""
	}
	if at := strings.LastIndexByte(i.file, '#'); at >= 0 && !isFile(i.file) {
		i.file, i.sheet = i.file[:at], i.file[at+1:]
	}
	switch base := filepath.Base(input.WithoutGzip(i.file)); {
	case i.table != "":
	case i.isInput():
		i.table = "stdin"
	default:
		i.table = input.Identifier(strings.TrimSuffix(base, filepath.Ext(base)))
	}
	return i
}

func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func (i imported) isInput() bool { return i.file == "-" || i.file == "/dev/stdin" }

// name is what errors call the file.
func (i imported) name() string {
	if i.isInput() {
		return "standard input"
	}
	return i.file
}

// importAll makes the temporary tables.
func (s *session) importAll(ctx context.Context) error {
	for _, written := range s.flags.imports.files {
		if err := s.importOne(ctx, parseImport(written)); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return usage("--import %w", err)
		}
	}
	return nil
}

func (s *session) importOne(ctx context.Context, i imported) error {
	if !i.named && s.engine.IsKeyword(ctx, i.table) {
		i.table = "t_" + i.table
	}
	taken, err := s.engine.NameTaken(ctx, i.table)
	if err != nil {
		return err
	}
	if taken != "" {
		if s.talks {
			return fmt.Errorf("%s: the name %s is that of %s: choose another, such as .import %[1]s my_%[2]s", i.fileAndSheet(), i.table, taken)
		}
		return fmt.Errorf("%s: the name %s is that of %s: choose another, such as --import %[1]s=my_%[2]s", i.fileAndSheet(), i.table, taken)
	}
	from, done, err := s.openImport(i)
	if err != nil {
		return err
	}
	defer done()
	encoding, _ := input.ParseEncoding(s.flags.imports.encoding)
	source, err := input.Open(ctx, i.name(), from, input.Options{Encoding: encoding, Header: importHeaders[s.flags.imports.header], Sheet: i.sheet})
	if err != nil {
		return err
	}
	defer source.Close()
	if i.sheet != "" && source.Format != input.XLSX {
		return fmt.Errorf("%s: only a workbook (.xlsx) has sheets: leave out #%s", i.file, i.sheet)
	}
	var columns []sqlengine.ImportedColumn
	for _, c := range source.Columns {
		columns = append(columns, sqlengine.ImportedColumn{Name: c.Name, Type: strings.ToUpper(c.Type.String())})
	}
	err = s.engine.Import(ctx, i.table, columns, func(row func([]any) error) error { return source.Each(ctx, row) })
	if err != nil {
		return fmt.Errorf("%s: %w", i.name(), err)
	}
	for _, warning := range doubts(i, source, encoding) {
		s.progress.warn(output.Visible(warning))
	}
	if s.flags.verbose || s.talks && !s.flags.quiet {
		fmt.Fprintln(s.stderr, describeImport(i, source))
	}
	return nil
}

// doubts are what a reader of the rows must know of how they were read.
func doubts(i imported, s *input.Source, told input.Encoding) (list []string) {
	if s.Titles > 0 {
		list = append(list, fmt.Sprintf("%s: what stands above its header is left out (%s): --import-header no keeps it", i.name(), table.Amount(int64(s.Titles), "row")))
	}
	if told == "" && (s.Encoding == input.Windows1251 || s.Encoding == input.Windows1252) {
		list = append(list, fmt.Sprintf("%s: it is no UTF-8, and is taken for %s by its letters: --import-encoding %[2]s says so, or another", i.name(), s.Encoding))
	}
	for _, c := range s.Columns {
		if c.Written != (input.WrittenNumbers{}) {
			list = append(list, i.name()+": "+textOfNumbers(c))
		}
	}
	return list
}

// textOfNumbers says how a column is compared as what its values are, where they are kept as they are written.
func textOfNumbers(c input.Column) string {
	name := `"` + strings.ReplaceAll(c.Name, `"`, `""`) + `"`
	number, why := name, fmt.Sprintf("for its numbers would be written in another way (%s)", c.Written.Example)
	for _, extra := range c.Written.Extra {
		sign := sqlengine.Literal(string(extra))
		if extra > unicode.MaxASCII && unicode.IsSpace(extra) {
			sign = fmt.Sprintf("char(%d)", extra) // to the eye it is a blank
		}
		number = "replace(" + number + ", " + sign + ", '')"
	}
	if c.Written.Comma {
		number = "replace(" + number + ", ',', '.')"
	}
	number = "cast(" + number + " as real)"
	if c.Written.Other != "" {
		number = "case when " + name + " glob '*[0-9]*' then " + number + " end"
		why = fmt.Sprintf("for some of its values are no numbers (%s)", c.Written.Other)
	}
	return fmt.Sprintf("column %s stays text, %s: to compare and to sort write %s", c.Name, why, number)
}

func (i imported) fileAndSheet() string {
	if i.sheet != "" {
		return i.file + "#" + i.sheet
	}
	return i.file
}

func (s *session) openImport(i imported) (from io.Reader, done func(), err error) {
	if !i.isInput() {
		f, err := os.Open(i.file)
		var about *fs.PathError
		if errors.As(err, &about) {
			err = fmt.Errorf("%s: %w", i.file, about.Err)
		}
		if err != nil {
			return nil, nil, err
		}
		return f, func() { f.Close() }, nil
	}
	if isTerminal(s.stdin) {
		return nil, nil, fmt.Errorf("%s: standard input is a terminal: send it a file, such as serpstat-sql --import %s … < sites.csv", i.file, i.written)
	}
	return s.stdin, func() {}, nil
}

// describeImport says what was read, and what was found out of it.
func describeImport(i imported, s *input.Source) string {
	facts := []string{table.Amount(s.Rows, "row"), string(s.Format)}
	if s.Encoding != "" {
		facts = append(facts, string(s.Encoding))
	}
	if s.Format == input.CSV {
		delimiter := "one column"
		if s.Delimiter != 0 {
			delimiter = "delimiter " + strconv.QuoteRune(s.Delimiter)
		}
		facts = append(facts, delimiter)
	}
	if s.Sheet != "" {
		facts = append(facts, "sheet "+s.Sheet)
	}
	if !s.Header {
		facts = append(facts, "no header")
	}
	var columns []string
	for _, c := range s.Columns {
		columns = append(columns, c.Name+" "+c.Type.String())
	}
	text := fmt.Sprintf("imported %s as %s: %s; columns %s", i.name(), i.table, strings.Join(facts, ", "), strings.Join(columns, ", "))
	if others := slices.DeleteFunc(slices.Clone(s.Sheets), func(sheet string) bool { return sheet == s.Sheet }); len(others) > 0 {
		text += fmt.Sprintf("; other sheets %s (--import '%s#%s' reads one)", strings.Join(others, ", "), i.file, others[0])
	}
	return output.Visible(text)
}
