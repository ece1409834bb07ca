package report

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// Script is a report as it is written.
type Script struct {
	Given  string // as the command line names it: a shipped report, or a file
	Name   string // of the report, or of its file without folder and ending
	Title  string
	Text   string // paragraphs, with an empty line between each two
	Params []Parameter
	Budget int64                 // credits; 0 is not said
	SetUp  []sqlengine.Statement // that make what the sections read, such as views
	Blocks []*Block

	budgetLine int
}

// File is what a command names the script by, in its folder: who gets a page is not told where its maker keeps files.
func (s *Script) File() string {
	file := filepath.Base(s.Given)
	if file != s.Given && !strings.Contains(file, ".") { // else it would be a shipped report's name
		return "./" + file
	}
	return file
}

// withoutEnding is the name of a report, or of its file without folder and ending.
func withoutEnding(given string) string {
	return strings.TrimSuffix(filepath.Base(given), filepath.Ext(given))
}

// Parameter is a parameter that a script declares.
type Parameter struct {
	Name, Description string
	Default           string // where it is optional
	Optional          bool
	Line              int
}

// Block is a section as it is written, with the cheaper ones that may stand in its place.
type Block struct {
	Shape    Shape
	Title    string
	Optional bool // it may be left out
	Line     int
	Forms    []*Form // dearest first; one at least
}

// Form is a statement with what is said of it.
type Form struct {
	What  string // it shows in place of what the section is about; "" is that itself
	Text  string
	About bool // its figures are an estimate of Serpstat's
	Units []ColumnUnit
	Line  int
	SQL   string // "" where the section is text alone
	At    int    // the line on which the statement begins
}

// ColumnUnit says how a column's numbers are written.
type ColumnUnit struct {
	Column string
	Unit   Unit
	Line   int
}

// Problem is something wrong in a script.
type Problem struct {
	Line int
	Text string
}

// Problems are all that is wrong in a script, in its order.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = fmt.Sprintf("line %d: %s", one.Line, one.Text)
	}
	return strings.Join(lines, "\n")
}

func (p *Problems) add(line int, format string, args ...any) {
	*p = append(*p, Problem{line, fmt.Sprintf(format, args...)})
}

// InOrder are the problems in the script's order.
func (p Problems) InOrder() Problems {
	return slices.SortedStableFunc(slices.Values(p), func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
}

// err is the problems as an error, in the script's order; nil where there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p.InOrder()
}

// shapeColumns are how many columns a shape's statement has.
var shapeColumns = map[Shape]struct {
	least, most int // most 0 is any number
	are         string
}{
	Text:    {1, 0, "those that stand in the text as {column}"},
	Figures: {2, 4, "what it is, the figure, its change, a note"},
	Table:   {1, 0, "any"},
	Bar:     {2, 0, "a label, and a number for each series"},
	Stacked: {2, 0, "a label, and a number for each series"},
	Line:    {2, 0, "a day or a number, and a number for each series"},
	Donut:   {2, 2, "a label, and its part"},
	Scatter: {2, 3, "two numbers, and a label"},
	Alert:   {2, 2, "green, amber or red, and a sentence"},
	ToDo:    {2, 3, "what is to be done, why, and where"},
}

// Shapes are the names of the shapes, in the order in which they are documented.
var Shapes = []Shape{Text, Figures, Table, Bar, Stacked, Line, Donut, Scatter, Alert, ToDo}
