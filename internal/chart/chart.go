// Package chart draws rows as SVG, to stand in a page of HTML.
//
// It draws itself, since github.com/go-analyze/charts (0.6.4) cannot be told what a page of a report needs: it writes
// each colour into each element, on a white rectangle, so that a dark page would need a second drawing and a printed one
// a third; it has one size of letters, so that names of domains run over each other at 360 pixels; and it writes no
// titles, no description, no gaps for NULL in bars, and nothing of what it leaves out. Five shapes of a few lines each
// have all that: colours are custom properties of the page's style ([CSS]), which follow the scheme, paper and forced
// colours.
//
// A chart is drawn twice, for wide and for narrow screens, and the style shows one. Letters have their size in both.
package chart

import (
	"html/template"
	"strings"
)

// Kind is a kind of chart. What its columns mean follows from their place.
type Kind string

// Kinds.
const (
	Bar     Kind = "bar"     // a label, and a number for each series: bars side by side
	Stacked Kind = "stacked" // as Bar, with the bars one after the other
	Line    Kind = "line"    // a day, a time, a number or any label, and a number for each series
	Donut   Kind = "donut"   // a label and its part
	Scatter Kind = "scatter" // two numbers, and perhaps a label
)

// Chart is rows to be drawn.
type Chart struct {
	Kind    Kind
	ID      string // no other chart of the document has it: ids of elements begin with it
	Title   string
	Columns []Column
	Rows    [][]any // values are nil, int64, float64, string or []byte
}

// Drawing is a chart that is drawn.
type Drawing struct {
	SVG     template.HTML // two svg elements, of the classes wide and narrow; "" where there is nothing to draw
	Summary string        // what one hears of it who does not see it
	Left    Left
}

// Draw draws a chart.
func (c *Chart) Draw() Drawing {
	var summary string
	var draw func(*canvas) // nil where there is nothing to draw
	var left Left
	switch c.Kind {
	case Bar, Stacked:
		b := newBars(c)
		summary, left = b.summary(), b.left
		if anyNumber(b.series) {
			draw = b.draw
		}
	case Line, Scatter:
		p := newPlot(c)
		summary, left = p.summary(), p.left
		if anyNumber(p.series) {
			draw = p.draw
		}
	case Donut:
		d := newDonut(c)
		summary, left = d.summary(), d.left
		if len(d.parts) > 0 {
			draw = d.draw
		}
	}
	d := Drawing{Summary: summary, Left: left}
	if draw == nil {
		return d
	}
	var b strings.Builder
	for _, size := range []struct {
		class string
		width float64
	}{{"wide", wide}, {"narrow", narrow}} {
		v := &canvas{id: c.ID + size.class, width: size.width}
		draw(v)
		v.writeTo(&b, "chart "+size.class, c.Title, summary)
	}
	d.SVG = template.HTML(b.String())
	return d
}
