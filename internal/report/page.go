// Package report makes pages of SQL scripts: comments in a script say how what its statements find is shown.
package report

import (
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// Page is what a report has found, for those who write it in a format.
type Page struct {
	Name     string // by which a command makes it: a shipped report's, or a file
	Title    string
	Text     string // paragraphs, with an empty line between each two; "" is none
	Params   []Param
	Sections []Section
	Made     time.Time
	Budget   int64 // credits that it might spend
	Requests int64
	Credits  int64     // spent
	Recalled int64     // rows that an earlier run has bought
	Bought   time.Time // when the oldest of them were; zero where there are none
	Left     int64     // credits of the plan; -1 is not known
	Demo     bool      // it is made of bundled data
	// Incomplete says that rows stayed away, which the user has allowed. The text says so too.
	Incomplete bool
}

// Param is a parameter of a report, and the value that it was given.
type Param struct{ Name, Value string }

// Section is what one statement has found.
type Section struct {
	Shape   Shape
	Title   string
	Text    string // as of a page; of [Text] with the figures in it
	SQL     string // the statement
	Columns []Column
	Rows    [][]any // values are nil, int64, float64, string or []byte
	Form    string  // what is shown in place of what the section is about, since that would cost more; "" is nothing
	Price   int64   // credits that what the section is about would have cost at most, where Form or LeftOut is said; -1 is not known
	Needs   int64   // the --max-credits with which it is certain to be in full, where Form or LeftOut is said; -1 is not known
	About   bool    // the figures are an estimate of Serpstat's
	LeftOut string  // why the section was not made, as a sentence without its point; "" where it has, or where there are none
}

// Column is a column of a section's rows.
type Column struct {
	output.Column
	Unit Unit
}

// Called is the section with its columns as readers see them: one whose name is :PARAMETER is called by the parameter's
// value, and is not there where that is empty.
func (s Section) Called(params []Param) Section {
	columns := s.Columns
	s.Columns = nil
	var kept []int
	for i, c := range columns {
		value, is := find(params, strings.TrimPrefix(c.Name, ":"))
		if is = is && strings.HasPrefix(c.Name, ":"); is && value == "" {
			continue
		} else if is {
			c.Name = value
		}
		kept, s.Columns = append(kept, i), append(s.Columns, c)
	}
	if len(kept) == len(columns) {
		return s
	}
	rows := s.Rows
	s.Rows = make([][]any, len(rows))
	for i, row := range rows {
		for _, at := range kept {
			if at < len(row) {
				s.Rows[i] = append(s.Rows[i], row[at])
			}
		}
	}
	return s
}

// shown is the page with its sections' columns as readers see them.
func (p *Page) shown() *Page {
	page := *p
	page.Sections = make([]Section, len(p.Sections))
	for i, s := range p.Sections {
		page.Sections[i] = s.Called(p.Params)
	}
	return &page
}

// FileColumns are the columns as those of a file.
func (s *Section) FileColumns() []output.Column {
	list := make([]output.Column, len(s.Columns))
	for i, c := range s.Columns {
		list[i] = c.Column
	}
	return list
}

// Unit says how numbers are written.
type Unit string

// Units.
const (
	Plain   Unit = ""        // 1,234.5
	Percent Unit = "percent" // 12.3% of the number 12.3
)

// Shape is how a section is shown. The columns of its statement have their meaning by their place.
type Shape string

// Shapes.
const (
	Text    Shape = "text"    // a sentence: the columns of the one row stand in it, as {column}
	Figures Shape = "figures" // a row for each: its name, the figure, the change since before (NULL or no such column is none), a note
	Table   Shape = "table"   // as it is
	Bar     Shape = "bar"     // a label, and a number for each series: bars side by side
	Stacked Shape = "stacked" // as Bar, with the bars on top of each other
	Line    Shape = "line"    // a day or a number, and a number for each series
	Donut   Shape = "donut"   // a label and its part
	Scatter Shape = "scatter" // two numbers, and perhaps a label
	Alert   Shape = "alert"   // a row for each: green, amber or red, and a sentence
	ToDo    Shape = "todo"    // a row for each: what is to be done, why, and perhaps where
)
