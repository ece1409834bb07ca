package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// plot is points between two axes: those of a line for each series, or each for itself.
type plot struct {
	kind     Kind
	along    Column // of the axis from left to right
	isTime   bool
	isLabels bool // places have no distances: they are in the order of their rows
	rows     []place
	series   []series // a value for each of the rows
	left     Left
}

// place is where a row is on the axis from left to right.
type place struct {
	at    float64
	text  string // how it is written
	label string // of a point
	row   int
}

// mostPoints are as many rows as are drawn.
const mostPoints = 2000

func newPlot(c *Chart) *plot {
	p := &plot{kind: c.Kind, left: Left{Of: len(c.Rows)}}
	if len(c.Columns) < 2 {
		return p
	}
	p.along = c.Columns[0]
	rows := c.Rows[:min(len(c.Rows), mostPoints)]
	p.left.Rows = len(c.Rows) - len(rows)
	columns := c.Columns[1:2]
	if c.Kind == Line {
		columns = c.Columns[1:min(len(c.Columns), 1+colors)]
		p.left.Series = len(c.Columns) - 1 - len(columns)
	}
	p.placeRows(rows)
	var kept [][]any
	for _, one := range p.rows {
		kept = append(kept, rows[one.row])
	}
	p.series, p.left.Values = seriesOf(columns, kept)
	p.left.Values += p.misplaced(rows, len(columns))
	return p
}

// misplaced is how many values cannot be drawn as their row has no place.
func (p *plot) misplaced(rows [][]any, columns int) (n int) {
	placed := make([]bool, len(rows))
	for _, one := range p.rows {
		placed[one.row] = true
	}
	for i, row := range rows {
		for j := range columns {
			if !placed[i] && at(row, 1+j) != nil {
				n++
			}
		}
	}
	return n
}

// placeRows finds places for rows: times where most of them are, else numbers. A line may also have labels.
func (p *plot) placeRows(rows [][]any) {
	times, numbers := 0, 0
	for _, row := range rows {
		if _, ok := moment(at(row, 0)); ok {
			times++
		} else if _, ok := number(at(row, 0)); ok {
			numbers++
		}
	}
	p.isTime = times > numbers
	p.isLabels = p.kind == Line && times+numbers == 0
	for i, row := range rows {
		one := place{row: i, at: float64(i), text: label(row)}
		if p.kind == Scatter && at(row, 2) != nil {
			one.label = output.Text(row[2])
		}
		ok := true
		switch {
		case p.isLabels:
		case p.isTime:
			one.at, ok = moment(at(row, 0))
		default:
			if one.at, ok = number(at(row, 0)); ok {
				one.text = p.along.write(row[0])
			}
		}
		if ok {
			p.rows = append(p.rows, one)
		}
	}
	if p.kind == Line {
		slices.SortStableFunc(p.rows, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	}
}

// moment is a day, a time, a month or a year, in seconds.
func moment(value any) (seconds float64, ok bool) {
	s, isText := value.(string)
	if !isText {
		return 0, false
	}
	t, _, ok := output.Moment(s)
	for _, form := range []string{"2006-01", "2006"} {
		if !ok && len(s) == len(form) {
			var err error
			t, err = time.Parse(form, s)
			ok = err == nil
		}
	}
	return float64(t.Unix()), ok
}

func (p *plot) summary() string {
	var b strings.Builder
	if !anyNumber(p.series) {
		return "Chart without points."
	}
	if p.kind == Scatter {
		n := 0
		for _, v := range p.series[0].values {
			if v != nil {
				n++
			}
		}
		fmt.Fprintf(&b, "Scatter chart of %d %s.", n, map[bool]string{true: "point", false: "points"}[n == 1])
	} else {
		fmt.Fprintf(&b, "Line chart from %s to %s.", p.rows[0].text, p.rows[len(p.rows)-1].text)
	}
	if p.kind == Scatter {
		least := slices.MinFunc(p.rows, func(a, b place) int { return cmp.Compare(a.at, b.at) })
		most := slices.MaxFunc(p.rows, func(a, b place) int { return cmp.Compare(a.at, b.at) })
		fmt.Fprintf(&b, " %s: from %s to %s.", p.along.Name, least.text, most.text)
	}
	for _, s := range p.series {
		least, most := s.ends()
		if least < 0 {
			fmt.Fprintf(&b, " %s: no numbers.", s.name)
			continue
		}
		there := slices.DeleteFunc(slices.Clone(s.values), func(v any) bool { return v == nil })
		fmt.Fprintf(&b, " %s: ", s.name)
		if p.kind == Line {
			fmt.Fprintf(&b, "first %s, last %s, ", s.column.write(there[0]), s.column.write(there[len(there)-1]))
		}
		fmt.Fprintf(&b, "lowest %s, highest %s.", s.column.write(s.values[least]), s.column.write(s.values[most]))
	}
	return b.String()
}

// frame is where points are drawn.
type frame struct {
	x, y                     scale
	left, right, top, bottom float64
}

func (f frame) point(x, y float64) (px, py float64) {
	return f.left + f.x.at(x)*(f.right-f.left), f.bottom - f.y.at(y)*(f.bottom-f.top)
}

func (p *plot) draw(c *canvas) {
	f := frame{x: scale{math.Inf(1), math.Inf(-1)}, y: scale{math.Inf(1), math.Inf(-1)}}
	for _, s := range p.series {
		if low, high, ok := s.extent(); ok {
			f.y.low, f.y.high = min(f.y.low, low), max(f.y.high, high)
		}
	}
	for _, one := range p.rows {
		f.x.low, f.x.high = min(f.x.low, one.at), max(f.x.high, one.at)
	}
	// From zero where it is not far: what changes little is not drawn as if it changed much.
	near := func(s *scale) {
		const far = 0.6
		if s.low > 0 && s.low < far*s.high || s.low == s.high && s.low > 0 {
			s.low = 0
		}
		if s.high < 0 && s.high > far*s.low || s.low == s.high && s.low < 0 {
			s.high = 0
		}
		if s.low == s.high {
			s.high = 1
		}
	}
	near(&f.y)
	steps := 5
	if c.narrow() {
		steps = 4
	}
	step := f.y.step(steps, wholeNumbers(p.series))
	f.y = f.y.rounded(step)
	up := f.y.marks(step, p.series[0].column.Percent)

	direct := p.kind == Line && len(p.series) > 1 && !c.narrow()
	if len(p.series) > 1 && !direct {
		var names []string
		for _, s := range p.series {
			names = append(names, s.name)
		}
		c.key(names, func(x, y float64, i int) {
			c.line(x-1, y+6, x+13, y+6, "line "+p.series[i].class)
		})
	} else if !direct {
		c.text(0, 13, start, "axis", fit(p.series[0].name, c.width))
		c.height = 22
	}
	for _, m := range up {
		f.left = max(f.left, textWidth(fit(m.name, c.width/4)))
	}
	f.left += 10
	f.top, f.right = c.height+8, c.width-8
	tall := 260.0
	if c.narrow() {
		tall = 200
	}
	f.bottom = f.top + tall
	if direct {
		room := 0.0
		for _, s := range p.series {
			room = max(room, textWidth(fit(s.name, 0.24*c.width)))
		}
		f.right = c.width - room - 14
	}
	for _, m := range up {
		_, y := f.point(0, m.at)
		class := "grid"
		if m.at == 0 {
			class = "base"
		}
		c.line(f.left, y, f.right, y, class)
		c.text(f.left-10, y+4.5, end, "axis", fit(m.name, c.width/4))
	}
	bottom := f.bottom + 20
	p.drawAlong(c, &f, bottom)
	if p.kind == Scatter {
		c.text(f.right, bottom+20, end, "axis", fit(p.along.Name, f.right-f.left))
		bottom += 20
		p.drawPoints(c, f)
	} else {
		p.drawLines(c, f)
		if direct {
			p.drawNames(c, f)
		}
	}
	c.height = bottom + 8
}

// drawAlong draws the marks of the axis from left to right, and may make it longer.
func (p *plot) drawAlong(c *canvas, f *frame, y float64) {
	n := 7
	if c.narrow() {
		n = 4
	}
	var marks []mark
	switch {
	case p.isLabels:
		for _, one := range p.rows {
			marks = append(marks, mark{one.at, one.text})
		}
	case p.isTime:
		marks = f.x.times(n)
		if len(marks) < 2 { // none, or one that says little
			marks = p.outer()
		}
	default:
		whole := true
		for _, one := range p.rows {
			whole = whole && one.at == math.Trunc(one.at)
		}
		step := f.x.step(n, whole)
		if p.kind == Scatter {
			if f.x.low > 0 && f.x.low < 0.6*f.x.high {
				f.x.low = 0
				step = f.x.step(n, whole)
			}
			f.x = f.x.rounded(step)
		}
		marks = f.x.marks(step, p.along.Percent)
		if len(marks) == 0 {
			marks = p.outer()
		}
	}
	const gap = 14
	room := (f.right - f.left) / 3
	free := math.Inf(-1)
	for _, m := range marks {
		name := fit(m.name, room)
		x, _ := f.point(m.at, 0)
		half := textWidth(name) / 2
		text := min(max(x, half), c.width-half)
		if text-half < free {
			continue
		}
		free = text + half + gap
		if p.kind == Scatter {
			c.line(x, f.top, x, f.bottom, "grid")
		} else {
			c.line(x, f.bottom, x, f.bottom+4, "grid")
		}
		c.text(text, y, middle, "axis", name)
	}
}

// outer are the first and the last place of an axis, for one without round marks.
func (p *plot) outer() []mark {
	first := slices.MinFunc(p.rows, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	last := slices.MaxFunc(p.rows, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	return []mark{{first.at, first.text}, {last.at, last.text}}
}

// drawLines draws a line for each series, with a gap where there is no number.
func (p *plot) drawLines(c *canvas, f frame) {
	const mostDots = 60
	for _, s := range p.series {
		var path, dots strings.Builder
		drawn := 0
		for i, v := range s.values {
			n, ok := number(v)
			if !ok {
				continue
			}
			drawn++
			x, y := f.point(p.rows[i].at, n)
			command := "M"
			if i > 0 && s.values[i-1] != nil {
				command = "L"
			}
			path.WriteString(command + coordinate(x) + " " + coordinate(y))
			alone := command == "M" && (i+1 == len(s.values) || s.values[i+1] == nil)
			if alone || len(s.values) <= mostDots {
				fmt.Fprintf(&dots, `<circle class="dot %s" cx="%s" cy="%s" r="3"><title>%s</title></circle>`, s.class, coordinate(x), coordinate(y), escape(titled(p.rows[i].text, s.name, s.column.write(v))))
			}
		}
		if drawn > 0 {
			fmt.Fprintf(&c.b, `<path class="m line %s" d="%s"/>`, s.class, path.String())
			c.b.WriteString(dots.String())
		}
	}
}

// drawNames names each line at its end.
func (p *plot) drawNames(c *canvas, f frame) {
	type name struct {
		y float64
		s series
	}
	var names []name
	for _, s := range p.series {
		for i := len(s.values) - 1; i >= 0; i-- {
			if n, ok := number(s.values[i]); ok {
				_, y := f.point(0, n)
				names = append(names, name{y, s})
				break
			}
		}
	}
	slices.SortStableFunc(names, func(a, b name) int { return cmp.Compare(a.y, b.y) })
	const line = 17
	for i := range names { // down, where two are too near
		if i > 0 {
			names[i].y = max(names[i].y, names[i-1].y+line)
		}
	}
	lowest := f.bottom
	for i := len(names) - 1; i >= 0; i-- { // and up again, from the end
		names[i].y = min(names[i].y, lowest)
		lowest = names[i].y - line
	}
	for _, n := range names {
		c.text(f.right+12, n.y+4.5, start, "name "+n.s.class, fit(n.s.name, c.width-f.right-12))
	}
}

// drawPoints draws a point for each row, and its label where there is room.
func (p *plot) drawPoints(c *canvas, f frame) {
	const radius = 5
	type box struct{ left, top, right, bottom float64 }
	var taken []box
	free := func(b box) bool {
		if b.left < f.left || b.right > c.width || b.top < f.top-4 || b.bottom > f.bottom {
			return false
		}
		for _, t := range taken {
			if b.left < t.right && t.left < b.right && b.top < t.bottom && t.top < b.bottom {
				return false
			}
		}
		return true
	}
	s := p.series[0]
	for i, v := range s.values {
		n, ok := number(v)
		if !ok {
			continue
		}
		one := p.rows[i]
		x, y := f.point(one.at, n)
		title := fmt.Sprintf("%s: %s, %s: %s", p.along.Name, one.text, s.name, s.column.write(v))
		if one.label != "" {
			title = one.label + " · " + title
		}
		fmt.Fprintf(&c.b, `<circle class="m point %s" cx="%s" cy="%s" r="%d"><title>%s</title></circle>`, s.class, coordinate(x), coordinate(y), radius, escape(title))
		taken = append(taken, box{x - radius, y - radius, x + radius, y + radius})
	}
	most := 40
	if c.narrow() {
		most = 12
	}
	for i, v := range s.values {
		n, ok := number(v)
		if one := p.rows[i]; ok && one.label != "" && most > 0 {
			x, y := f.point(one.at, n)
			text := fit(one.label, 0.3*c.width)
			w := textWidth(text)
			for _, b := range []struct {
				box
				x      float64
				anchor string
			}{
				{box{x + 8, y - 8, x + 8 + w, y + 8}, x + 8, start},
				{box{x - 8 - w, y - 8, x - 8, y + 8}, x - 8, end},
				{box{x - w/2, y - 24, x + w/2, y - 8}, x, middle},
				{box{x - w/2, y + 8, x + w/2, y + 24}, x, middle},
			} {
				if free(b.box) {
					c.text(b.x, b.top+12.5, b.anchor, "label", text)
					taken = append(taken, b.box)
					most--
					break
				}
			}
		}
	}
}
