// Package reporthtml writes a report as one page of HTML, to be kept, sent and printed.
//
// The page asks nothing of anybody: style, script, charts and the CSV of each table are in it, and its Content Security
// Policy allows no request and no other script. Without the script it is complete, in a mail program or on paper; with
// it tables are sorted and searched, and of a long one only the first rows are shown until one asks for all. All that
// comes from rows is a text that the template escapes: only an address of http or https becomes a link.
package reporthtml

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/chart"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	script string

	style = pageCSS + chart.CSS

	// policy allows the two that the page holds, by what they are.
	policy = "default-src 'none'; script-src '" + hashOf(script) + "'; style-src '" + hashOf(style) + "'; base-uri 'none'; form-action 'none'"

	layout = template.Must(template.New("page").Parse(pageHTML))
)

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Write writes a page. An error is one of the writer's.
func Write(w io.Writer, p *report.Page) error {
	v := &view{
		Policy: policy, Style: template.CSS(style), Script: template.JS(script),
		Title: shown(p.Title), Text: paragraphs(p.Text), Made: p.Made.Format(time.RFC3339), Day: p.Made.Format("2 January 2006"), Demo: p.Demo,
	}
	if v.Title == "" {
		v.Title = shown(p.Name)
	}
	if v.Title == "" {
		v.Title = "Report"
	}
	for _, one := range p.Params {
		v.Params = append(v.Params, param{words(one.Name), shown(one.Value)})
	}
	titled := 0
	for i := range p.Sections {
		s, err := newSection(&p.Sections[i], i+1, p.Name)
		if err != nil {
			return err
		}
		if v.Sections = append(v.Sections, s); s.Title != "" {
			titled++
		}
	}
	const many = 4
	v.HasContents = titled >= many
	v.About = about(p)
	v.Command = command(p)
	return layout.Execute(w, v)
}

// view is what the template shows. Its texts have nothing invisible, and are escaped by the template.
type view struct {
	Policy      string
	Style       template.CSS
	Script      template.JS
	Title       string
	Text        []string
	Day, Made   string
	Params      []param
	Demo        bool
	HasContents bool
	Sections    []*section
	About       []fact
	Command     string
}

type param struct{ Name, Value string }

// fact is something that is to be known of the page.
type fact struct{ Name, Text string }

// about says how the page was made.
func about(p *report.Page) (facts []fact) {
	add := func(name, text string, args ...any) { facts = append(facts, fact{name, fmt.Sprintf(text, args...)}) }
	add("Made", "%s", moment(p.Made))
	add("Calls", "%s to Serpstat", amount(p.Requests, "request", "requests"))
	switch {
	case p.Budget > 0:
		add("Credits", "%s spent of a budget of %s", humanize.Comma(p.Credits), humanize.Comma(p.Budget))
	default:
		add("Credits", "%s spent", humanize.Comma(p.Credits))
	}
	if p.Left >= 0 {
		facts[len(facts)-1].Text += fmt.Sprintf("; %s left in the plan", humanize.Comma(p.Left))
	}
	if p.Recalled > 0 {
		text := amount(p.Recalled, "row was", "rows were") + " bought by an earlier run and cost nothing again"
		if !p.Bought.IsZero() {
			text += fmt.Sprintf("; the oldest on %s, %s before this page was made", moment(p.Bought), age(p.Made.Sub(p.Bought)))
		}
		add("Kept rows", "%s", text)
	} else {
		add("Kept rows", "none: all rows are as Serpstat had them when the page was made")
	}
	var estimates []string
	for i, s := range p.Sections {
		if s.About {
			name := shown(s.Title)
			if name == "" {
				name = fmt.Sprintf("section %d", i+1)
			}
			estimates = append(estimates, name)
		}
	}
	if estimates != nil {
		add("Estimates", "The figures of these sections are Serpstat’s estimates, not counts: %s", strings.Join(estimates, "; "))
	}
	if p.Demo {
		add("Data", "bundled with the program, and of no real site")
	}
	return facts
}

// command is what makes the page again.
func command(p *report.Page) string {
	words := []string{"serpstat-sql", "report"}
	if p.Demo {
		words = append(words, "--demo")
	}
	words = append(words, quoted(p.Name))
	for _, one := range p.Params {
		words = append(words, "--param", quoted(one.Name+"="+one.Value))
	}
	return shown(strings.Join(words, " "))
}

// quoted is a word as shells read it.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("_-./=:,@%+", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func moment(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") }

// age is how long something is ago, in its largest unit.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return amount(int64(d/time.Minute), "minute", "minutes")
	case d < 2*day:
		return amount(int64(d/time.Hour), "hour", "hours")
	}
	return amount(int64(d/day), "day", "days")
}

func amount(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return humanize.Comma(n) + " " + many
}

// shown is a text of which nothing is invisible.
func shown(s string) string { return output.VisibleLines(strings.TrimSpace(s)) }

// paragraphs are those of a text, which empty lines part.
func paragraphs(s string) (all []string) {
	var lines []string
	end := func() {
		if lines != nil {
			all = append(all, strings.Join(lines, " "))
		}
		lines = nil
	}
	for _, line := range strings.Split(shown(s), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			end()
		} else {
			lines = append(lines, line)
		}
	}
	end()
	return all
}

// words is the name of a column or a parameter as people read it.
func words(name string) string { return strings.TrimSpace(strings.ReplaceAll(shown(name), "_", " ")) }
