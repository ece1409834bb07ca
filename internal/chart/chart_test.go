package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// element is one of a drawing.
type element struct {
	name, class, title, text string
	at                       map[string]string
	parent                   string
}

func (e *element) number(t tb, name string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(e.at[name], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		t.Fatalf("%s of %v: %v", name, e.at, err)
	}
	return v
}

func (e *element) is(class string) bool { return slices.Contains(strings.Fields(e.class), class) }

// tb is what fails: a test or one of its generated cases.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// drawn are the elements of the two drawings of a chart: wide, narrow.
func drawn(t tb, svg string) (all [][]*element) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var open []*element
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{name: x.Name.Local, at: map[string]string{}}
			for _, a := range x.Attr {
				e.at[a.Name.Local] = a.Value
			}
			e.class = e.at["class"]
			if e.name == "svg" {
				all = append(all, nil)
			}
			if len(open) > 0 {
				e.parent = open[len(open)-1].name
			}
			all[len(all)-1] = append(all[len(all)-1], e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) == 0 {
				continue
			}
			e := open[len(open)-1]
			e.text += string(x)
			if e.name == "title" && len(open) > 1 {
				open[len(open)-2].title = e.text
			}
		}
	}
}

func marksOf(elements []*element) (marks []*element) {
	for _, e := range elements {
		if e.is("m") {
			marks = append(marks, e)
		}
	}
	return marks
}

var coordinates = regexp.MustCompile(`-?[0-9.]+`)

// inside fails for what is out of the drawing: letters, too, in any of the usual fonts.
func inside(t tb, elements []*element) {
	t.Helper()
	const slack = 0.02
	var box []float64
	for _, s := range strings.Fields(elements[0].at["viewBox"]) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		box = append(box, v)
	}
	check := func(e *element, x, y float64) {
		t.Helper()
		if x < -slack || x > box[2]+slack || y < -slack || y > box[3]+slack {
			t.Fatalf("%s %v %q is out of %v: %v, %v", e.name, e.at, e.text, box, x, y)
		}
	}
	for _, e := range elements {
		if e.parent == "pattern" {
			continue
		}
		switch e.name {
		case "rect":
			x, y := e.number(t, "x"), e.number(t, "y")
			check(e, x, y)
			check(e, x+e.number(t, "width"), y+e.number(t, "height"))
		case "circle":
			x, y, r := e.number(t, "cx"), e.number(t, "cy"), e.number(t, "r")
			check(e, x-r, y-r)
			check(e, x+r, y+r)
		case "line":
			const outside = 1 // of a legend's
			check(e, e.number(t, "x1")+outside, e.number(t, "y1"))
			check(e, e.number(t, "x2"), e.number(t, "y2"))
		case "text":
			x, y, w := e.number(t, "x"), e.number(t, "y"), textWidth(e.text)
			from := map[string]float64{"": x, "middle": x - w/2, "end": x - w}[e.at["text-anchor"]]
			check(e, from, y-letters+3)
			check(e, from+w, y+2)
		case "path":
			if strings.Contains(e.at["d"], "A") { // a donut's: the browser's test looks
				continue
			}
			all := coordinates.FindAllString(e.at["d"], -1)
			for i := 0; i+1 < len(all); i += 2 {
				x, _ := strconv.ParseFloat(all[i], 64)
				y, _ := strconv.ParseFloat(all[i+1], 64)
				check(e, x, y)
			}
		}
	}
}

// What strangers write.
var texts = []string{"a", "", " ", "shop.example", "<script>alert(1)</script>", "\u202eevil", "\x00\x1b[31m", "كراسي", "日本語のとても長いラベル", "👩‍👩‍👧", "&amp;", `"'>`, "\xff\xfe", "e" + strings.Repeat("\u0301", 400),
	strings.Repeat("long ", 60), "https://example.com/" + strings.Repeat("path/", 50), "W" + strings.Repeat("W", 90), "\n\t\r", "NaN", "2024-01-02"}

var numbers = []any{int64(0), int64(1), int64(-1), int64(7), int64(1000), int64(-250), int64(math.MaxInt64), int64(math.MinInt64), 0.5, -0.25, 1e-7, 5e-324, 1e21, -1e300, math.MaxFloat64, -math.MaxFloat64, 3.14}

func drawNumber(t *rapid.T, mild bool) any {
	switch rapid.IntRange(0, 9).Draw(t, "kind of number") {
	case 0:
		return nil
	case 1:
		return rapid.SampledFrom([]any{"text", math.NaN(), math.Inf(1), math.Inf(-1), []byte{1}}).Draw(t, "no number")
	case 2, 3:
		if !mild {
			return rapid.SampledFrom(numbers).Draw(t, "number")
		}
	case 4:
		return rapid.Float64Range(-1000, 1000).Draw(t, "real")
	}
	return rapid.Int64Range(-20, 5000).Draw(t, "whole")
}

func drawChart(t *rapid.T, kind Kind, mild bool) *Chart {
	c := &Chart{Kind: kind, ID: "c", Title: rapid.SampledFrom(texts).Draw(t, "title")}
	series := rapid.SampledFrom([]int{1, 1, 1, 2, 3, 6, 7, 9}).Draw(t, "series")
	for i := range 1 + series {
		c.Columns = append(c.Columns, Column{Name: rapid.SampledFrom(texts).Draw(t, "name"), Percent: i == 1 && rapid.Bool().Draw(t, "percent")})
	}
	axis := rapid.IntRange(0, 3).Draw(t, "axis")
	for i := range rapid.SampledFrom([]int{0, 1, 2, 3, 8, 20, 21, 100}).Draw(t, "rows") {
		var first any
		switch {
		case axis == 0 && kind != Scatter:
			first = rapid.SampledFrom(texts).Draw(t, "label")
		case axis == 1:
			first = fmt.Sprintf("20%02d-%02d-%02d", rapid.IntRange(0, 30).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
		case axis == 2:
			first = fmt.Sprintf("2024-01-02 %02d:%02d:00", i%24, rapid.IntRange(0, 59).Draw(t, "minute"))
		default:
			first = drawNumber(t, mild)
		}
		row := []any{first}
		for range series {
			row = append(row, drawNumber(t, mild))
		}
		if kind == Scatter && series > 1 {
			row[2] = rapid.SampledFrom(texts).Draw(t, "label of a point")
		}
		if rapid.IntRange(0, 50).Draw(t, "short") == 50 {
			row = row[:1]
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}

func isDrawable(v any) bool {
	f, real := v.(float64)
	_, whole := v.(int64)
	return whole || real && !math.IsNaN(f) && !math.IsInf(f, 0)
}

func value(c *Chart, row, column int) any {
	if r := c.Rows[row]; column < len(r) {
		return r[column]
	}
	return nil
}

// Of each chart all is inside its drawing, and nothing in it is a stranger's but as a text.
func TestADrawingHoldsWhatItDraws(t *testing.T) {
	for _, kind := range []Kind{Bar, Stacked, Line, Donut, Scatter} {
		t.Run(string(kind), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				c := drawChart(t, kind, false)
				d := c.Draw()
				if d.SVG == "" {
					return
				}
				both := drawn(t, string(d.SVG))
				if len(both) != 2 {
					t.Fatalf("%d drawings", len(both))
				}
				ids := map[string]bool{}
				for _, elements := range both {
					inside(t, elements)
					for _, e := range elements {
						if !slices.Contains([]string{"svg", "title", "desc", "defs", "pattern", "path", "rect", "line", "circle", "text"}, e.name) {
							t.Fatalf("an element %s", e.name)
						}
						if id := e.at["id"]; id != "" {
							if ids[id] {
								t.Fatalf("two elements have the id %s", id)
							}
							ids[id] = true
						}
						if strings.ContainsFunc(e.text, output.Invisible) {
							t.Fatalf("%q is invisible", e.text)
						}
					}
					if elements[0].at["role"] != "img" || elements[0].title == "" || elements[2].text == "" {
						t.Fatalf("a drawing without a name or a description")
					}
				}
			})
		})
	}
}

// Each number is drawn, or it is said that it is not.
func TestWhatIsNotDrawnIsSaid(t *testing.T) {
	for _, kind := range []Kind{Bar, Stacked, Line, Donut, Scatter} {
		t.Run(string(kind), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				c := drawChart(t, kind, false)
				d := c.Draw()
				rows, columns := len(c.Rows)-d.Left.Rows, len(c.Columns)-d.Left.Series
				if kind == Scatter {
					columns = 2
				}
				if kind == Donut {
					columns = 2
				}
				want, wrong := 0, 0
				for i := range rows {
					rest := false
					for j := 1; j < columns; j++ {
						v := value(c, i, j)
						n, _ := number(v)
						drawable := isDrawable(v)
						switch kind {
						case Donut:
							drawable = drawable && n > 0
						case Scatter, Line:
							drawable = drawable && placed(c, i)
						case Stacked:
							if d.Left.Merged > 0 && j >= columns-d.Left.Merged {
								if drawable && !rest {
									want++
								}
								if rest = rest || drawable; drawable {
									continue
								}
							}
						}
						switch {
						case drawable:
							want++
						case v != nil:
							wrong++
						}
					}
				}
				if kind == Donut && d.Left.Merged > 0 {
					want = want - d.Left.Merged + 1
				}
				if d.Left.Values != wrong {
					t.Fatalf("%d values are said not to be drawn, not %d", d.Left.Values, wrong)
				}
				if d.SVG == "" {
					if want > 0 {
						t.Fatalf("%d values, and nothing is drawn", want)
					}
					return
				}
				for _, elements := range drawn(t, string(d.SVG)) {
					got := 0
					for _, m := range marksOf(elements) {
						if kind == Line {
							got += strings.Count(m.at["d"], "M") + strings.Count(m.at["d"], "L")
						} else {
							got++
						}
					}
					if got != want {
						t.Fatalf("%d values are drawn of %d", got, want)
					}
				}
				if notes := len(d.Left.Notes()); (notes > 0) != (d.Left.Rows+d.Left.Series+d.Left.Values+d.Left.Merged > 0) {
					t.Fatalf("%d notes of %+v", notes, d.Left)
				}
			})
		})
	}
}

// placed reports a row that has a place on the axis from left to right, told apart from newPlot's way.
func placed(c *Chart, row int) bool {
	times, nums := 0, 0
	isTime := func(v any) bool { s, ok := v.(string); return ok && regexp.MustCompile(`^20\d\d-`).MatchString(s) }
	for i := range c.Rows {
		if v := value(c, i, 0); isTime(v) {
			times++
		} else if isDrawable(v) {
			nums++
		}
	}
	v := value(c, row, 0)
	switch {
	case c.Kind == Line && times+nums == 0:
		return true
	case times > nums:
		return isTime(v)
	}
	return isDrawable(v)
}

// Bars are as long as their numbers are large, and begin at zero.
func TestBarsAreAsLongAsTheirNumbers(t *testing.T) {
	for _, kind := range []Kind{Bar, Stacked} {
		rapid.Check(t, func(t *rapid.T) {
			c := drawChart(t, kind, true)
			c.Columns = c.Columns[:min(len(c.Columns), 1+colors)]
			d := c.Draw()
			if d.SVG == "" {
				return
			}
			for _, elements := range drawn(t, string(d.SVG)) {
				marks := marksOf(elements)
				zero := 0.0
				for _, e := range elements {
					if e.is("base") {
						zero = e.number(t, "x1")
					}
				}
				i, scale, largest := 0, 0.0, 0.0
				for row := range len(c.Rows) - d.Left.Rows {
					for column := 1; column < len(c.Columns); column++ {
						if n, ok := number(value(c, row, column)); ok {
							if math.Abs(n) > largest {
								largest = math.Abs(n)
								scale = marks[i].number(t, "width") / largest
							}
							i++
						}
					}
				}
				i = 0
				for row := range len(c.Rows) - d.Left.Rows {
					below, above := zero, zero
					for column := 1; column < len(c.Columns); column++ {
						n, ok := number(value(c, row, column))
						if !ok {
							continue
						}
						m := marks[i]
						i++
						x, w := m.number(t, "x"), m.number(t, "width")
						if math.Abs(w-math.Abs(n)*scale) > 0.03 {
							t.Fatalf("%v is %v long, at %v a unit", n, w, scale)
						}
						begin := zero
						if kind == Stacked {
							begin = above
							if n < 0 {
								begin = below
							}
						}
						if n < 0 {
							x += w
						}
						if math.Abs(x-begin) > 0.1 {
							t.Fatalf("the bar of %v begins at %v, not %v", n, x, begin)
						}
						if n < 0 {
							below = m.number(t, "x")
						} else {
							above = x + w
						}
					}
				}
			}
		})
	}
}

// Places on an axis have the distances of their times.
func TestTimesHaveTheirDistances(t *testing.T) {
	c := &Chart{Kind: Line, ID: "c", Columns: []Column{{Name: "day"}, {Name: "n"}}, Rows: [][]any{
		{"2024-01-31", int64(4)}, {"2024-01-01", int64(1)}, {"2024-01-11", int64(2)}, {"2024-01-21", nil}, {"2024-02-29", int64(0)},
	}}
	for _, elements := range drawn(t, string(c.Draw().SVG)) {
		d := marksOf(elements)[0].at["d"]
		if strings.Count(d, "M") != 2 || strings.Count(d, "L") != 2 { // NULL is a gap
			t.Fatal(d)
		}
		var at []float64
		for _, s := range coordinates.FindAllString(d, -1) {
			v, _ := strconv.ParseFloat(s, 64)
			at = append(at, v)
		}
		day := (at[2] - at[0]) / 10 // x of the first two
		for i, days := range []float64{0, 10, 30, 59} {
			if math.Abs(at[2*i]-at[0]-days*day) > 0.1 {
				t.Errorf("day %v is at %v of %v", days, at[2*i]-at[0], days*day)
			}
		}
		one := at[1] - at[3] // from 1 up to 2
		if math.Abs(at[1]-at[5]-3*one) > 0.1 || math.Abs(at[7]-at[1]-one) > 0.1 {
			t.Errorf("heights %v", at)
		}
	}
}

func TestAxes(t *testing.T) {
	for _, tt := range []struct {
		low, high float64
		whole     bool
		want      string
	}{
		{0, 412, true, "0 100 200 300 400"}, {0, 3, true, "0 1 2 3"}, {0, 1, false, "0 0.2 0.4 0.6 0.8 1"}, {-1042, 240, true, "−1,000 −500 0"},
		{0, 48_213, true, "0 10k 20k 30k 40k"}, {0, 2.4e6, true, "0 500k 1M 1.5M 2M"}, {0, 7e9, true, "0 2B 4B 6B"}, {0, 1e300, false, "0 2e299 4e299 6e299 8e299 1e300"}, {0, 0.0004, false, "0 0.0001 0.0002 0.0003 0.0004"},
	} {
		s := scale{tt.low, tt.high}
		var names []string
		for _, m := range s.marks(s.step(5, tt.whole), false) {
			names = append(names, m.name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("from %v to %v: %s, want %s", tt.low, tt.high, got, tt.want)
		}
	}
	for _, tt := range []struct{ from, to, want string }{
		{"2024-01-15", "2024-12-01", "Mar 2024, May, Jul, Sep, Nov"}, {"2019-03-01", "2024-12-01", "2020, 2021, 2022, 2023, 2024"}, {"2024-12-28", "2025-01-03", "28 Dec 2024, 29 Dec, 30 Dec, 31 Dec, 1 Jan 2025, 2 Jan, 3 Jan"},
		{"2024-05-01 10:00:00", "2024-05-01 14:30:00", "1 May 10:00, 11:00, 12:00, 13:00, 14:00"}, {"2024-10-02", "2024-11-20", "7 Oct 2024, 14 Oct, 21 Oct, 28 Oct, 4 Nov, 11 Nov, 18 Nov"},
	} {
		low, _ := moment(tt.from)
		high, _ := moment(tt.to)
		var names []string
		for _, m := range (scale{low, high}).times(7) {
			names = append(names, m.name)
		}
		if got := strings.Join(names, ", "); got != tt.want {
			t.Errorf("from %s to %s: %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestSummaries(t *testing.T) {
	two := []Column{{Name: "anchor"}, {Name: "domains"}}
	for _, tt := range []struct {
		chart Chart
		want  string
	}{
		{Chart{Kind: Bar, Columns: two, Rows: [][]any{{"a", int64(3)}, {"b", int64(9)}, {"c", nil}}}, "Bar chart of 3 rows. domains: from a, 3, to b, 9."},
		{Chart{Kind: Bar, Columns: two, Rows: [][]any{{"a", int64(3)}}}, "Bar chart of 1 row. domains: a, 3."},
		{Chart{Kind: Line, Columns: two, Rows: [][]any{{"2024-02", int64(3)}, {"2024-01", int64(9)}, {"2024-03", int64(4)}}}, "Line chart from 2024-01 to 2024-03. domains: first 9, last 4, lowest 3, highest 9."},
		{Chart{Kind: Donut, Columns: two, Rows: [][]any{{"a", int64(3)}, {"b", int64(9)}, {"c", int64(-1)}}}, "Donut chart of 12. a 3, 25.0%; b 9, 75.0%."},
		{Chart{Kind: Scatter, Columns: two, Rows: [][]any{{int64(1), int64(3)}, {2.5, int64(9)}, {int64(3), "x"}}}, "Scatter chart of 2 points. anchor: from 1 to 3. domains: lowest 3, highest 9."},
	} {
		if got := tt.chart.Draw().Summary; got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

// Colors have a contrast to the page, letters on them another, and who does not see red, green or blue tells them apart.
func TestColors(t *testing.T) {
	light, dark, _ := strings.Cut(CSS, "@media screen and (prefers-color-scheme: dark)")
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		color := func(name string) [3]float64 {
			t.Helper()
			m := regexp.MustCompile(`--` + name + `: #([0-9a-f]{3,6});`).FindStringSubmatch(css)
			if m == nil {
				t.Fatalf("no %s in %s", name, scheme)
			}
			h := m[1]
			if len(h) == 3 {
				h = string([]byte{h[0], h[0], h[1], h[1], h[2], h[2]})
			}
			var c [3]float64
			for i := range c {
				v, err := strconv.ParseUint(h[2*i:2*i+2], 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				if c[i] = float64(v) / 255; c[i] <= 0.04045 {
					c[i] /= 12.92
				} else {
					c[i] = math.Pow((c[i]+0.055)/1.055, 2.4)
				}
			}
			return c
		}
		contrast := func(a, b [3]float64) float64 {
			light := func(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] + 0.05 }
			return max(light(a)/light(b), light(b)/light(a))
		}
		for i := range colors + 1 {
			one := color(fmt.Sprint("series-", i))
			if c := contrast(one, color("chart-back")); c < 3 {
				t.Errorf("%s: color %d has a contrast of %.1f to the page", scheme, i, c)
			}
			if c := contrast(one, color(fmt.Sprint("on-", i))); c < 4.5 {
				t.Errorf("%s: letters on color %d have a contrast of %.1f", scheme, i, c)
			}
		}
		for _, name := range []string{"chart-text", "chart-soft"} {
			if c := contrast(color(name), color("chart-back")); c < 4.5 {
				t.Errorf("%s: %s has a contrast of %.1f", scheme, name, c)
			}
		}
		// What is seen without one kind of cones, after Machado, Oliveira and Fernandes (2009).
		for eyes, m := range map[string][3][3]float64{
			"all":          {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
			"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
			"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
			"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
		} {
			for i := range colors {
				for j := range i {
					if d := distance(seen(m, color(fmt.Sprint("series-", i+1))), seen(m, color(fmt.Sprint("series-", j+1)))); d < 0.1 {
						t.Errorf("%s, %s: colors %d and %d are %.2f apart", scheme, eyes, j+1, i+1, d)
					}
				}
			}
		}
	}
}

func seen(m [3][3]float64, c [3]float64) (s [3]float64) {
	for i := range s {
		for j := range c {
			s[i] += m[i][j] * c[j]
		}
		s[i] = min(max(s[i], 0), 1)
	}
	return s
}

// distance is that of two colors in Oklab.
func distance(a, b [3]float64) float64 {
	lab := func(c [3]float64) [3]float64 {
		l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
		m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
		s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
		return [3]float64{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, 1.9779984951*l - 2.4285922050*m + 0.4505937099*s, 0.0259040371*l + 0.7827717662*m - 0.8086757660*s}
	}
	x, y := lab(a), lab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// One part too many has the grey color and its own name: it is not "1 more". No word in the middle is cut.
func TestADonutNamesTheOneThatHasNoColor(t *testing.T) {
	c := Chart{Kind: Donut, ID: "d", Columns: []Column{{Name: "tld"}, {Name: "linking domains of the site"}}}
	for i := range colors + 1 {
		c.Rows = append(c.Rows, []any{fmt.Sprintf(".part%d", i), int64(10 - i)})
	}
	d := c.Draw()
	if notes := d.Left.Notes(); notes != nil || strings.Contains(string(d.SVG), "more") || !strings.Contains(string(d.SVG), ">.part6<") {
		t.Errorf("%q, %s", notes, d.Summary)
	}
	if strings.Contains(string(d.SVG), "linking domai…") || strings.Contains(string(d.SVG), "linking…") {
		t.Error("the words in the middle are cut")
	}
	c.Rows = append(c.Rows, []any{".part7", int64(1)})
	if notes := c.Draw().Left.Notes(); len(notes) != 1 || notes[0] != "2 more are drawn as one; each is in the table." {
		t.Errorf("%q", notes)
	}
}
