package chart

import (
	_ "embed"
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// CSS is what the style of a page must hold for charts.
//
//go:embed chart.css
var CSS string

// Widths of drawings, in their own units: pixels where there is room for them.
const (
	wide   = 800
	narrow = 344
)

// colors is how many series have one of their own; merged is the class of what has none.
const (
	colors = 6
	merged = "s0"
)

const letters = 13 // the size of letters

// canvas is a drawing that grows downwards.
type canvas struct {
	id            string
	width, height float64
	hatched       bool // it refers to patterns
	b             strings.Builder
}

func (c *canvas) narrow() bool { return c.width == narrow }

func (c *canvas) writeTo(b *strings.Builder, class, title, summary string) {
	if oneLine(title) == "" {
		title = "Chart"
	}
	fmt.Fprintf(b, `<svg class="%s" role="img" viewBox="0 0 %s %s" aria-labelledby="%s-title %[4]s-desc" xmlns="http://www.w3.org/2000/svg">`, class, coordinate(c.width), coordinate(c.height), c.id)
	fmt.Fprintf(b, `<title id="%s-title">%s</title><desc id="%[1]s-desc">%s</desc>`, c.id, escape(title), escape(summary))
	if c.hatched {
		b.WriteString("<defs>")
		for i, d := range hatches {
			fmt.Fprintf(b, `<pattern id="%s-h%d" width="8" height="8" patternUnits="userSpaceOnUse"><path d="%s"/></pattern>`, c.id, i+2, d)
		}
		b.WriteString("</defs>")
	}
	b.WriteString(c.b.String())
	b.WriteString("</svg>\n")
}

// hatches tell series apart from the second on where colours do not: on paper, and where colours are forced.
var hatches = [colors - 1]string{"M-2 2L2-2M0 8L8 0M6 10L10 6", "M4 3V5M0-1V1M8-1V1M0 7V9M8 7V9", "M-2 6L2 10M0 0L8 8M6-2L10 2", "M0 4H8", "M4 0V8M0 4H8"}

func (c *canvas) rect(x, y, w, h float64, class, title string) {
	shape := fmt.Sprintf(`x="%s" y="%s" width="%s" height="%s"`, coordinate(x), coordinate(y), coordinate(max(w, 0)), coordinate(max(h, 0)))
	c.shape("rect", shape, class, title)
}

// shape draws an area of a series, and over it the series' pattern.
func (c *canvas) shape(element, geometry, class, title string) {
	fmt.Fprintf(&c.b, `<%s class="%s" %s>`, element, class, geometry)
	if title != "" {
		c.b.WriteString("<title>" + escape(title) + "</title>")
	}
	c.b.WriteString("</" + element + ">")
	if n := strings.IndexAny(class, "23456"); n > 0 && class[n-1] == 's' {
		c.hatched = true
		fmt.Fprintf(&c.b, `<%s class="hatch" fill="url(#%s-h%c)" %s/>`, element, c.id, class[n], geometry)
	}
}

func (c *canvas) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(&c.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, coordinate(x1), coordinate(y1), coordinate(x2), coordinate(y2))
}

// Anchors of a text: where of it the place is that it is put at.
const (
	start  = ""
	middle = ` text-anchor="middle"`
	end    = ` text-anchor="end"`
)

// text writes one line, whose letters stand on y.
func (c *canvas) text(x, y float64, anchor, class, s string) {
	fmt.Fprintf(&c.b, `<text class="%s" x="%s" y="%s"%s>%s</text>`, class, coordinate(x), coordinate(y), anchor, escape(s))
}

// key draws a legend of series, in as many lines as it takes, and moves down below it.
func (c *canvas) key(names []string, swatch func(x, y float64, i int)) {
	const box, gap = 12, 18
	x := 0.0
	y := c.height
	for i, name := range names {
		name = fit(name, c.width-box-8)
		w := box + 6 + textWidth(name)
		if x > 0 && x+w > c.width {
			x, y = 0, y+20
		}
		swatch(x, y+2, i)
		c.text(x+box+6, y+13, start, "label", name)
		x += w + gap
	}
	c.height = y + 28
}

// coordinate writes a number, which is one, in hundredths.
func coordinate(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return strconv.FormatFloat(math.Round(v*100)/100+0, 'f', -1, 64)
}

func escape(s string) string { return html.EscapeString(oneLine(s)) }

// oneLine is a text on one line, of which nothing is invisible.
func oneLine(s string) string {
	return output.Visible(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "))
}

// textWidth is how wide a text is at most, in any of the usual fonts.
func textWidth(s string) float64 {
	w := 0.0
	for rest, state := s, -1; rest != ""; {
		var cluster string
		var columns int
		cluster, rest, columns, state = uniseg.FirstGraphemeClusterInString(rest, state)
		first, _ := utf8.DecodeRuneInString(cluster)
		switch {
		case columns > 1:
			w += 0.62 * float64(columns)
		case strings.ContainsRune("ijl.,:;'|!()[]I /", first):
			w += 0.42
		case strings.ContainsRune("mwMW%@—…", first):
			w += 1.01
		case unicode.IsUpper(first) || first > unicode.MaxLatin1:
			w += 0.82
		default:
			w += 0.66
		}
	}
	return w * letters
}

// fit is what of a text has room, and … for the rest. Before an address loses a part that tells it apart it loses https.
func fit(s string, room float64) string {
	const most, bytes = 120, 480 // more than the widest drawing has room for
	if s = oneLine(s); len(s) <= bytes && textWidth(s) <= room {
		return s
	}
	const usual, narrowest = "https://", 0.42 * letters
	whole := s
	for columns := min(most, int(room/narrowest)+1); columns > 0; columns-- {
		s = output.Shorten(whole, columns)
		if strings.HasPrefix(whole, usual) {
			s = strings.TrimPrefix(output.Shorten(whole, columns+len(usual)), usual)
		}
		if len(s) > bytes { // marks upon marks
			s = strings.ToValidUTF8(s[:bytes], "") + "…"
		}
		if textWidth(s) <= room {
			return s
		}
	}
	return ""
}
