package reporthtml

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// fact is something that is to be known of the page.
type fact struct{ Name, Text string }

// asked says what the page has cost, and what more would show, for who has made it.
func asked(p *report.Page) (facts []fact) {
	add := func(name, text string, args ...any) { facts = append(facts, fact{name, fmt.Sprintf(text, args...)}) }
	add("Calls", "%s to Serpstat", report.Amount(p.Requests, "request", "requests"))
	switch {
	case p.Budget > 0:
		add("Credits", "%s spent of a budget of %s", humanize.Comma(p.Credits), humanize.Comma(p.Budget))
	default:
		add("Credits", "%s spent", humanize.Comma(p.Credits))
	}
	if p.Left >= 0 {
		facts[len(facts)-1].Text += fmt.Sprintf("; %s left in the plan", humanize.Comma(p.Left))
	}
	for _, line := range p.More() {
		add("For more", "%s", shown(line))
	}
	return facts
}

// about says of what the page was made, for who reads it.
func about(p *report.Page) (facts []fact) {
	add := func(name, text string, args ...any) { facts = append(facts, fact{name, fmt.Sprintf(text, args...)}) }
	add("Made", "%s", moment(p.Made))
	if p.Recalled > 0 {
		text := report.Amount(p.Recalled, "row was", "rows were") + " bought by an earlier run and cost nothing again"
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
			estimates = append(estimates, called(&s, i+1))
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
	command := report.Command(p.Name, p.Demo, p.Params)
	if p.Budget > 0 {
		command += fmt.Sprintf(" --max-credits %d", p.Budget)
	}
	return shown(command + " -o page.html")
}

func moment(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") }

// age is how long something is ago, in its largest unit.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return report.Amount(int64(d/time.Minute), "minute", "minutes")
	case d < 2*day:
		return report.Amount(int64(d/time.Hour), "hour", "hours")
	}
	return report.Amount(int64(d/day), "day", "days")
}
