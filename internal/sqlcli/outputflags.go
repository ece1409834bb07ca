package sqlcli

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// outputFlags say where rows go, and how they are written there.
type outputFlags struct {
	outputs   []string // as they are given: formats and files
	among     []string // the names of the formats that there are; nil is all
	output    string   // the format's name
	target    string   // a file; "" is standard output
	header    bool
	delimiter string
	bom       bool
	safeCells bool
	noPager   bool
}

func (f *outputFlags) define(fs *pflag.FlagSet) {
	fs.StringArrayVarP(&f.outputs, "output", "o", nil, "`FORMAT` of the rows, or a file whose ending says it: "+strings.Join(output.Names(), ", ")+" (default table)")
	fs.BoolVar(&f.header, "header", true, "names of columns in table, csv, tsv and xlsx output")
	fs.StringVar(&f.delimiter, "delimiter", "", "`CHARACTER` between the fields of csv, ';' for Excel in much of Europe (default a comma)")
	fs.BoolVar(&f.bom, "bom", false, "begin csv and tsv with a byte order mark, by which Excel knows UTF-8")
	fs.BoolVar(&f.safeCells, "safe-cells", false, "write ' before a text that a spreadsheet takes for a formula (default for a csv or tsv file)")
	fs.BoolVar(&f.noPager, "no-pager", false, "do not show long results through $PAGER (less)")
}

// choose makes a format and a file of what --output says; given tells which flags the command line has.
func (f *outputFlags) choose(given func(name string) bool) error {
	f.output, f.target = "table", ""
	format := (*output.Format)(nil)
	for _, word := range f.outputs {
		switch named := output.Named(word); {
		case named != nil:
			format = named
		case isFileName(word):
			if f.target != "" {
				return usage("--output %s and --output %s: a run writes one file", f.target, word)
			}
			if isDirectory(word) {
				return usage("--output %s is a directory: write a file in it, such as %s", word, filepath.Join(word, "report.xlsx"))
			}
			f.target = word
		default:
			return usage("--output %s: write one of %s, or a file whose ending says the format, such as report.xlsx", word, strings.Join(f.names(), ", "))
		}
	}
	if f.target == "/dev/stdout" || descriptor(f.target) == 1 {
		f.target = ""
	}
	if format == nil && f.target != "" {
		if format = output.Of(f.target); format == nil {
			example := "csv"
			if f.among != nil {
				example = f.among[0]
			}
			return usage("--output %s: its ending says no format: let it end with one of %s, or say the format too, as in -o %s -o %[1]s", f.target, strings.Join(f.endings(), ", "), example)
		}
	}
	if format != nil {
		f.output = format.Name
	}
	if !slices.Contains(f.names(), f.output) {
		return usage("a report is written as %s, and not as %s: -o report.html, for example", list(f.names()), f.output)
	}
	return f.checkCells(given)
}

// names are those of the formats that there are.
func (f *outputFlags) names() []string {
	if f.among == nil {
		return output.Names()
	}
	return f.among
}

// endings are those of files in these formats.
func (f *outputFlags) endings() (all []string) {
	for _, name := range f.names() {
		all = append(all, output.Named(name).Endings...)
	}
	return all
}

// isDirectory reports what can be no file's name.
func isDirectory(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir() || os.IsPathSeparator(name[len(name)-1])
}

// isFileName reports what --output takes for a file.
func isFileName(word string) bool {
	return strings.ContainsAny(word, "./") || runtime.GOOS == "windows" && strings.Contains(word, `\`)
}

// cellFlags are for csv and tsv.
var cellFlags = []string{"delimiter", "bom", "safe-cells"}

// checkCells checks the flags that are for csv and tsv.
func (f *outputFlags) checkCells(given func(name string) bool) error {
	cells := f.output == "csv" || f.output == "tsv"
	for _, name := range cellFlags {
		if given(name) && !cells {
			return usage("--%s is for csv and tsv, and the output is %s", name, f.output)
		}
	}
	if given("delimiter") {
		if f.output == "tsv" {
			return usage("--delimiter is for csv: tsv has tabs")
		}
		if f.delimiter == `\t` {
			f.delimiter = "\t"
		}
		r, size := utf8.DecodeRuneInString(f.delimiter)
		if size != len(f.delimiter) || r == utf8.RuneError || strings.ContainsRune("\"\r\n", r) {
			return usage("--delimiter %q: write one character that is no quote and no line end, such as ';'", f.delimiter)
		}
	}
	if !given("safe-cells") {
		f.safeCells = cells && f.target != "" // a spreadsheet opens it
	}
	return nil
}

// format is what --output says.
func (f *outputFlags) format() *output.Format { return output.Named(f.output) }

// delimiterRune is the character between fields; 0 is the usual one.
func (f *outputFlags) delimiterRune() rune {
	if f.delimiter == "" {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(f.delimiter)
	return r
}

// fits reports by an error that the output cannot take so many results, before anything is bought.
func (f *outputFlags) fits(results int) error {
	format := f.format()
	switch {
	case format.Single && results > 1 && (f.target != "" || format.Binary):
		return usage("%s takes the rows of one statement, and %d statements have some: leave one, or write xlsx, json, ndjson, html or markdown", name(f), results)
	case f.target != "" && results == 0:
		return usage("no statement has rows for %s", f.target)
	}
	return nil
}

func name(f *outputFlags) string {
	if f.target != "" {
		return f.target
	}
	return f.output
}

// whole reports an output in which each result has its place, so that there is none for what a setting answers.
func (f *outputFlags) whole() bool {
	return f.target != "" || f.format().Binary || f.output == "json"
}

// writesRows reports that rows are written, and not what they would cost.
func (f *flags) writesRows() bool { return f.tables || !f.explain }

// title is what people call a statement's result: the first line of the comment above it.
func title(statement sqlengine.Statement) string {
	first, _, _ := strings.Cut(statement.Comment, "\n")
	first = strings.TrimSpace(first)
	if text, ok := strings.CutPrefix(first, "/*"); ok {
		return strings.TrimSpace(strings.TrimSuffix(text, "*/"))
	}
	return strings.TrimSpace(strings.TrimLeft(first, "-"))
}
