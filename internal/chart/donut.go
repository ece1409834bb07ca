package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// donut is parts of a whole.
type donut struct {
	column Column
	parts  []part
	total  any
	left   Left
}

type part struct {
	label, class string
	value        any
	share        float64 // of 1
}

func newDonut(c *Chart) *donut {
	d := &donut{left: Left{Of: len(c.Rows), parts: true}}
	if len(c.Columns) < 2 {
		return d
	}
	d.column = c.Columns[1]
	for _, row := range c.Rows {
		v := at(row, 1)
		if n, ok := number(v); ok && n > 0 {
			d.parts = append(d.parts, part{label: label(row), value: v})
		} else if v != nil {
			d.left.Values++
		}
	}
	if rest := len(d.parts) - colors; rest > 0 {
		d.merge(rest)
	}
	var values []any
	for i := range d.parts {
		if d.parts[i].class == "" {
			d.parts[i].class = class(i)
		}
		values = append(values, d.parts[i].value)
	}
	d.total = sum(values)
	whole, _ := number(d.total)
	for i, p := range d.parts {
		n, _ := number(p.value)
		d.parts[i].share = n / whole
	}
	return d
}

// merge makes one of the smallest parts. The others keep their order.
func (d *donut) merge(n int) {
	bySize := slices.Clone(d.parts)
	slices.SortStableFunc(bySize, func(a, b part) int {
		x, _ := number(a.value)
		y, _ := number(b.value)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	smallest, _ := number(bySize[colors-1].value)
	equal := 0 // parts of the smallest size that still have a color
	for _, p := range bySize[:colors] {
		if v, _ := number(p.value); v == smallest {
			equal++
		}
	}
	var kept []part
	var rest []any
	last := ""
	for _, p := range d.parts {
		v, _ := number(p.value)
		switch {
		case v > smallest:
			kept = append(kept, p)
		case v == smallest && equal > 0:
			equal--
			kept = append(kept, p)
		default:
			rest, last = append(rest, p.value), p.label
		}
	}
	if n > 1 { // else it has the name of its own
		last, d.left.Merged = mergedName(n), n
	}
	d.parts = append(kept, part{label: last, class: merged, value: sum(rest)})
}

// percent writes a share. What is there is not called nothing, and what lacks something not all.
func percent(share float64) string {
	switch s := fmt.Sprintf("%.1f%%", share*100); {
	case s == "0.0%":
		return "<0.1%"
	case s == "100.0%" && share < 1:
		return ">99.9%"
	case s == "100.0%":
		return "100%"
	default:
		return s
	}
}

func (d *donut) summary() string {
	if len(d.parts) == 0 {
		return "Donut chart without parts."
	}
	var parts []string
	for _, p := range d.parts {
		parts = append(parts, fmt.Sprintf("%s %s, %s", p.label, d.column.write(p.value), percent(p.share)))
	}
	return fmt.Sprintf("Donut chart of %s. %s.", d.column.write(d.total), strings.Join(parts, "; "))
}

func (d *donut) draw(c *canvas) {
	const outer, ring, line = 96.0, 40.0, 26.0
	list := line * float64(len(d.parts))
	x, y := outer+4, max(outer+4, list/2)
	from, width, top := 2*outer+48, min(c.width-2*outer-48, 440), y-list/2
	height := 2 * y
	if c.narrow() { // the list is below
		x, y = c.width/2, outer+4
		from, width, top = 0, c.width, 2*y+12
		height = top + list
	}
	angle := 0.0
	around := func(turn, radius float64) (px, py float64) {
		return x + radius*math.Sin(turn*2*math.Pi), y - radius*math.Cos(turn*2*math.Pi)
	}
	for _, p := range d.parts {
		title := titled(p.label, d.column.Name, d.column.write(p.value)+", "+percent(p.share))
		c.shape("path", `d="`+arc(around, angle, p.share, outer, outer-ring)+`"`, "m part "+p.class, title)
		text := fmt.Sprintf("%.0f%%", p.share*100)
		if text == "100%" && p.share < 1 {
			text = ">99%"
		}
		if p.share >= 0.07 {
			px, py := around(angle+p.share/2, outer-ring/2)
			c.text(px, py+4.5, middle, "on "+p.class, text)
		}
		angle += p.share
	}
	total := d.column.write(d.total)
	if textWidth(total)*1.5 <= 2*(outer-ring)-8 {
		name := fit(d.column.Name, 2*(outer-ring)-22)
		if name != oneLine(d.column.Name) { // a part of a word says nothing, and the table below has it
			name = ""
		}
		c.text(x, y+3, middle, "total", total)
		c.text(x, y+20, middle, "axis", name)
	} else {
		c.text(x, y+4, middle, "label", fit(total, 2*(outer-ring)-8))
	}
	shares, values := 0.0, 0.0
	for _, p := range d.parts {
		shares = max(shares, textWidth(percent(p.share)))
		values = max(values, textWidth(fit(d.column.write(p.value), width/3)))
	}
	for i, p := range d.parts {
		base := top + float64(i)*line
		if i > 0 {
			c.line(from, base, from+width, base, "grid")
		}
		c.rect(from, base+7, 12, 12, p.class, "")
		c.text(from+20, base+17.5, start, "label", fit(p.label, width-20-shares-values-32))
		c.text(from+width-shares-16, base+17.5, end, "value", fit(d.column.write(p.value), width/3))
		c.text(from+width, base+17.5, end, "value", percent(p.share))
	}
	c.height = height + 4
}

// arc is a part of a ring, whose turn is of 1.
func arc(around func(turn, radius float64) (x, y float64), from, share, outer, inner float64) string {
	share = min(share, 1)
	if share > 0.9999 { // an arc cannot end where it begins
		return circle(around, outer, 1) + circle(around, inner, 0)
	}
	large := 0
	if share > 0.5 {
		large = 1
	}
	x1, y1 := around(from, outer)
	x2, y2 := around(from+share, outer)
	x3, y3 := around(from+share, inner)
	x4, y4 := around(from, inner)
	bow := func(radius float64, sweep int, x, y float64) string {
		return fmt.Sprintf("A%s %[1]s 0 %d %d %s %s", coordinate(radius), large, sweep, coordinate(x), coordinate(y))
	}
	return fmt.Sprintf("M%s %s%sL%s %s%sZ", coordinate(x1), coordinate(y1), bow(outer, 1, x2, y2), coordinate(x3), coordinate(y3), bow(inner, 0, x4, y4))
}

// circle is a whole one, this way or that.
func circle(around func(turn, radius float64) (x, y float64), radius float64, sweep int) string {
	x1, y1 := around(0, radius)
	x2, y2 := around(0.5, radius)
	half := func(x, y float64) string {
		return fmt.Sprintf("A%s %[1]s 0 0 %d %s %s", coordinate(radius), sweep, coordinate(x), coordinate(y))
	}
	return fmt.Sprintf("M%s %s%s%sZ", coordinate(x1), coordinate(y1), half(x2, y2), half(x1, y1))
}
