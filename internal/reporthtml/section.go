package reporthtml

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/chart"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// section is what the template shows of one of a page's. At most one of its shapes is there.
type section struct {
	ID       string
	Title    string
	Called   string // in a list
	Text     []string
	Estimate bool
	Part     bool   // it is not whole
	Notice   string // which part it shows, and what all of it would have cost
	Empty    bool
	Figures  []figure
	Table    *table
	Chart    *drawing
	Alerts   []alert
	ToDos    []todo
	SQL      string
}

// figure is one that stands for itself.
type figure struct {
	Name   string
	Value  cell
	Long   bool // the value has many letters
	Change string
	Turn   string // up or down; "" is neither
	Notes  []cell
}

// alert is a sentence and how bad it is.
type alert struct {
	Level string // good, watch or problem; "" is none of them
	Word  string
	Text  []cell
}

// todo is something to be done.
type todo struct {
	What  cell
	Why   cell
	Where []cell
}

// drawing is a chart, and its rows.
type drawing struct {
	SVG   template.HTML
	Notes []string
	Print bool // paper has no other place for what is not drawn than the table
	Data  *table
}

func newSection(s *report.Section, n int, file string) (*section, error) {
	v := &section{ID: fmt.Sprintf("section-%d", n), Title: shown(s.Title), Called: called(s, n), Text: paragraphs(s.Text), Part: s.Form != "", Notice: shown(s.Note()), Estimate: s.About, SQL: shown(s.SQL)}
	if s.LeftOut != "" {
		return v, nil
	}
	if v.Empty = len(s.Rows) == 0 && (s.Shape != report.Text || len(v.Text) == 0); v.Empty {
		return v, nil
	}
	var err error
	switch s.Shape {
	case report.Text:
		if len(v.Text) == 0 { // nobody has said how the figures stand in it
			v.Table, err = newTable(s, v.ID, file)
		}
	case report.Figures:
		v.Figures = figures(s)
	case report.Alert:
		for _, row := range s.Rows {
			v.Alerts = append(v.Alerts, newAlert(s, row))
		}
	case report.ToDo:
		for _, row := range s.Rows {
			v.ToDos = append(v.ToDos, todo{What: s0(s, row, 0), Why: s0(s, row, 1), Where: rest(s, row, 2)})
		}
	case report.Bar, report.Stacked, report.Line, report.Donut, report.Scatter:
		v.Chart, err = newDrawing(s, v, file)
	default:
		v.Table, err = newTable(s, v.ID, file)
	}
	return v, err
}

// called is a section's title, or its number.
func called(s *report.Section, n int) string {
	return cmp.Or(shown(s.Title), fmt.Sprintf("section %d", n))
}

// s0 is a value of a row as a cell of its own.
func s0(s *report.Section, row []any, i int) cell {
	if i >= len(row) || i >= len(s.Columns) {
		return cell{Null: true}
	}
	return newCell(row[i], report.NumbersOf(s.Columns[i].Unit, row[i]))
}

// rest are the values of a row from one on, NULL apart.
func rest(s *report.Section, row []any, from int) (cells []cell) {
	for i := from; i < len(row); i++ {
		if c := s0(s, row, i); !c.Null {
			cells = append(cells, c)
		}
	}
	return cells
}

// longFigure is how many letters of a large size have room.
const longFigure = 13

func figures(s *report.Section) (all []figure) {
	for _, row := range s.Rows {
		f := figure{Name: s0(s, row, 0).Text, Value: s0(s, row, 1), Notes: rest(s, row, 3)}
		f.Long = utf8.RuneCountInString(f.Value.Text) > longFigure
		if f.Value.Number {
			f.Value.Text = minus(f.Value.Text)
		}
		if len(row) > 2 && len(s.Columns) > 2 && row[2] != nil {
			f.Change = s0(s, row, 2).Text
			if n, ok := report.Float(row[2]); ok {
				switch {
				case n > 0:
					f.Turn, f.Change = "up", "+"+f.Change
				case n < 0:
					f.Turn, f.Change = "down", minus(f.Change)
				default:
					f.Change = "unchanged"
				}
			}
		}
		all = append(all, f)
	}
	return all
}

func newAlert(s *report.Section, row []any) alert {
	a := alert{Text: rest(s, row, 1)}
	switch level := s0(s, row, 0).Text; strings.ToLower(strings.TrimSpace(level)) {
	case "green":
		a.Level, a.Word = "good", "Good"
	case "amber", "yellow":
		a.Level, a.Word = "watch", "Watch"
	case "red":
		a.Level, a.Word = "problem", "Problem"
	default:
		a.Word = level
	}
	return a
}

func newDrawing(s *report.Section, v *section, file string) (*drawing, error) {
	c := chart.Chart{Kind: chart.Kind(s.Shape), ID: v.ID, Title: v.Title, Rows: s.Rows}
	for i, column := range s.Columns {
		n := report.NumbersOfColumn(column.Unit, s.Rows, i)
		c.Columns = append(c.Columns, chart.Column{Name: words(column.Name), Percent: column.Unit == report.Percent, Write: func(v any) string {
			return minus(n.Write(v))
		}})
	}
	if s.Form != "" { // a drawing may be taken out of its page
		c.Title += ": " + shown(s.Form)
	}
	drawn := c.Draw()
	d := &drawing{SVG: drawn.SVG, Notes: drawn.Left.Notes()}
	d.Print = len(d.Notes) > 0
	if drawn.SVG == "" {
		d.Notes = append([]string{"There is nothing to draw: no row has a number for it."}, d.Notes...)
	}
	var err error
	d.Data, err = newTable(s, v.ID, file)
	return d, err
}
