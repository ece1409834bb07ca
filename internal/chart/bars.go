package chart

import (
	"fmt"
	"strings"
)

// bars are rows that are drawn as bars from left to right: so a label has more room than below a column.
type bars struct {
	kind   Kind
	head   string // what the labels are
	labels []string
	series []series
	left   Left
}

// mostBars are as many rows as can still be read.
const mostBars = 20

func newBars(c *Chart) *bars {
	b := &bars{kind: c.Kind, left: Left{Of: len(c.Rows)}}
	if len(c.Columns) == 0 {
		return b
	}
	b.head = c.Columns[0].Name
	rows := c.Rows[:min(len(c.Rows), mostBars)]
	b.left.Rows = len(c.Rows) - len(rows)
	for _, row := range rows {
		b.labels = append(b.labels, label(row))
	}
	columns := c.Columns[1:]
	if extra := len(columns) - colors; extra > 0 && c.Kind == Bar {
		columns = columns[:colors]
		b.left.Series = extra
	}
	b.series, b.left.Values = seriesOf(columns, rows)
	if len(b.series) > colors { // of a stack no part may be missing
		rest := b.series[colors-1:]
		b.left.Merged = len(rest)
		b.series = append(b.series[:colors-1:colors-1], together(rest))
	}
	return b
}

// together is the sum of series.
func together(all []series) series {
	s := series{name: mergedName(len(all)), class: merged, column: all[0].column, values: make([]any, len(all[0].values))}
	for i := range s.values {
		var values []any
		for _, one := range all {
			if one.values[i] != nil {
				values = append(values, one.values[i])
			}
		}
		if values != nil {
			s.values[i] = sum(values)
		}
	}
	return s
}

func (b *bars) summary() string {
	var all strings.Builder
	what := "Bar chart"
	if b.kind == Stacked {
		what = "Stacked bar chart"
	}
	fmt.Fprintf(&all, "%s of %d %s.", what, len(b.labels), map[bool]string{true: "row", false: "rows"}[len(b.labels) == 1])
	for _, s := range b.series {
		least, most := s.ends()
		switch {
		case most < 0:
			fmt.Fprintf(&all, " %s: no numbers.", s.name)
		case least == most || s.values[least] == s.values[most]:
			fmt.Fprintf(&all, " %s: %s, %s.", s.name, b.labels[most], s.column.write(s.values[most]))
		default:
			fmt.Fprintf(&all, " %s: from %s, %s, to %s, %s.", s.name, b.labels[least], s.column.write(s.values[least]), b.labels[most], s.column.write(s.values[most]))
		}
	}
	return all.String()
}

// ends are the texts at the ends of the bars of a row, for each its value; of a stack one, its total.
func (b *bars) ends(row int) (ends []string) {
	if b.kind == Bar {
		for _, s := range b.series {
			ends = append(ends, written(s, row))
		}
		return ends
	}
	var parts []any
	for _, s := range b.series {
		if n, ok := number(s.values[row]); ok {
			if n < 0 { // what is taken away from what is no total
				return []string{""}
			}
			parts = append(parts, s.values[row])
		}
	}
	if parts == nil {
		return []string{"—"}
	}
	return []string{b.series[0].column.write(sum(parts))}
}

func written(s series, row int) string {
	if s.values[row] == nil {
		return "—"
	}
	return s.column.write(s.values[row])
}

// extent is from the lowest end of a bar to the highest, zero in between.
func (b *bars) extent() (s scale) {
	for row := range b.labels {
		below, above := 0.0, 0.0
		for _, one := range b.series {
			n, ok := number(one.values[row])
			switch {
			case !ok:
			case b.kind == Bar:
				below, above = min(below, n), max(above, n)
			case n < 0:
				below += n
			default:
				above += n
			}
		}
		s.low, s.high = min(s.low, below), max(s.high, above)
	}
	s.low, s.high = max(s.low, -maxNumber), min(s.high, maxNumber)
	return s
}

func (b *bars) draw(c *canvas) {
	const gap, between, letter, label = 14, 2, 4, 10
	thick := 18.0
	if b.kind == Bar && len(b.series) > 1 {
		thick = 14
	}
	if len(b.series) > 1 {
		var names []string
		for _, s := range b.series {
			names = append(names, s.name)
		}
		c.key(names, func(x, y float64, i int) { c.rect(x, y, 12, 12, b.series[i].class, "") })
	} else {
		c.text(0, 13, start, "axis", fit(b.series[0].name, c.width))
		c.height = 26
	}
	ends := make([][]string, len(b.labels))
	widest := 0.0
	for row := range b.labels {
		ends[row] = b.ends(row)
		for _, text := range ends[row] {
			widest = max(widest, textWidth(fit(text, c.width/3)))
		}
	}
	left := 0.0
	if !c.narrow() {
		for _, text := range b.labels {
			left = max(left, textWidth(fit(text, 0.38*c.width)))
		}
		left += label
	}
	values := b.extent()
	from, to := left, c.width-widest-6
	if values.low < 0 && b.kind == Bar {
		from += widest + 6
	}
	marks := 5
	if c.narrow() {
		marks = 3
	}
	step := values.step(marks, wholeNumbers(b.series))
	place := func(v float64) float64 {
		if values.low == 0 && values.high == 0 {
			return from
		}
		return from + values.at(v)*(to-from)
	}
	top := c.height
	body := &canvas{id: c.id, width: c.width, height: top}
	for row, name := range b.labels {
		y := body.height
		lines := float64(len(ends[row]))
		if c.narrow() {
			body.text(0, y+12, start, "label", fit(name, c.width))
			y += 18
		} else {
			body.text(left-label, y+(lines*(thick+between)-between)/2+letter, end, "label", fit(name, left-label))
		}
		below, above := 0.0, 0.0
		for i, s := range b.series {
			v, ok := number(s.values[row])
			base := 0.0
			if b.kind == Stacked {
				if v < 0 {
					base, below = below, max(below+v, -maxNumber)
					v = below
				} else {
					base, above = above, min(above+v, maxNumber)
					v = above
				}
			}
			x1, x2 := min(place(base), place(v)), max(place(base), place(v))
			if ok {
				class := "m " + s.class
				if b.kind == Stacked {
					class += " part"
				}
				body.rect(x1, y, x2-x1, thick, class, titled(name, s.name, written(s, row)))
				if text := written(s, row); b.kind == Stacked && textWidth(text)+8 <= x2-x1 {
					body.text((x1+x2)/2, y+thick/2+letter+0.5, middle, "on "+s.class, text)
				}
			}
			if b.kind == Bar {
				text := fit(ends[row][i], c.width/3)
				if ok && v < 0 {
					body.text(x1-6, y+thick/2+letter+0.5, end, "value", text)
				} else {
					body.text(x2+6, y+thick/2+letter+0.5, start, "value", text)
				}
				y += thick + between
			}
		}
		if b.kind == Stacked {
			body.text(place(above)+6, y+thick/2+letter+0.5, start, "value", fit(ends[row][0], c.width/3))
			y += thick + between
		}
		body.height = y - between + gap
	}
	bottom := body.height - gap + 6
	c.hatched = c.hatched || body.hatched
	for _, m := range values.marks(step, b.series[0].column.Percent) {
		c.line(place(m.at), top-4, place(m.at), bottom, "grid")
		name := fit(m.name, c.width/4)
		x := min(max(place(m.at), textWidth(name)/2), c.width-textWidth(name)/2)
		c.text(x, bottom+16, middle, "axis", name)
	}
	if c.narrow() { // labels stand on the base
		c.line(place(0), top-4, place(0), bottom, "base")
	}
	c.b.WriteString(body.b.String())
	if !c.narrow() {
		c.line(place(0), top-4, place(0), bottom, "base")
	}
	c.height = bottom + 24
}

// titled is what one reads of a mark that one points at.
func titled(label, series, value string) string {
	if series == "" {
		return label + ": " + value
	}
	return label + " · " + series + ": " + value
}
