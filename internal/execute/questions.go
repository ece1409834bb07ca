package execute

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Question is one that Serpstat's documentation leaves open. Scans are right under every answer; one that is not known
// makes some of them dearer, where it decides what reaches the API.
type Question struct {
	Name string // by which an answer is kept
	Asks string
	When string            // it is settled by itself, and for how many credits, where nobody knows the answer; "" is never
	says map[string]string // what holds, in words; of a fact about something they begin what names it
}

// Questions are all, those first that a process settles by itself.
func Questions() []Question {
	yesIn, noIn := "yes, in ", "no, in "
	return []Question{
		{AskedContains, "does the filter's contains ignore the case of letters",
			fmt.Sprintf("asked when a LIKE or ILIKE with letters gains by it, 1 to %d credits a table", mostProbes),
			map[string]string{IgnoresCase: yesIn, MindsCase: noIn}},
		{AskedCompare, "which comparisons (gte, lte, …) does the filter take",
			"tried as queries need them; a refusal is free of charge",
			map[string]string{IsRefused: "not "}},
		{AskedBetween, "does between include its ends",
			"asked past the most rows of a request, 1 credit, where a one-sided bound is refused",
			map[string]string{EndsAreIn: yesIn, EndsAreOut: noIn}},
		{AskedCount, "does getAnchors without count give anchors of several words",
			"seen in the rows of serpstat_anchor, or asked for, 2 credits",
			map[string]string{WordsAreIn: "yes", WordsAreOut: "no"}},
		{AskedTotal, "does total count the rows that come",
			"seen as rows are read; count(*) relies on it, unless count_from_total = false", nil},
		{AskedPattern, `are %, _ and \ in a filter's text signs of a pattern`, "", map[string]string{IsSpecial: yesIn, IsItself: noIn}},
		{AskedSpace, "are blanks around a filter's text dropped", "", map[string]string{IsTrimmed: "yes", IsItself: "no"}},
		{AskedWhole, "do startsWith, endsWith and eq ignore the case of letters", "", map[string]string{IgnoresCase: yesIn, MindsCase: noIn}},
		{AskedSpelling, "does eq find a URL without https://, or with a slash more or less", "", map[string]string{IsTaken: yesIn, IsItself: noIn}},
		{AskedCheck, "which date is the filter's check", "", map[string]string{FirstDetected: "the first detection", LastVisited: "the last visit"}},
		{AskedDay, "does check lte a day keep what was seen in the course of it", "", map[string]string{WholeDay: "yes", Midnight: "no"}},
		{AskedPastCap, "what comes past the most rows of a request", "", map[string]string{AnError: "an error", NoRows: "no rows", MoreRows: "more rows"}},
		{AskedAddress, "does the API take the search types url and part_url", "", map[string]string{IsTaken: "yes, ", IsRefused: "no, not "}},
	}
}

// Answer says in words what is known of a question, "" where nothing is: a sentence for what holds of the same things since
// the same day, with the methods of which it does.
func (q Question) Answer(facts []Fact) string {
	type part struct{ method, holds, day string }
	of := map[part][]string{} // what facts are about
	var parts []part
	for _, f := range facts {
		if f.Question != q.Name || q.says[f.Holds] == "" && f.Holds != Finds {
			continue
		}
		p := part{f.Method, f.Holds, f.At.Format(time.DateOnly)}
		if of[p] = append(of[p], f.Of); len(of[p]) == 1 {
			parts = append(parts, p)
		}
	}
	methods := map[string][]string{}
	var sentences []string
	for _, p := range parts {
		sentence := q.says[p.holds] + shortened(of[p]) + " (%s, " + p.day + ")"
		if p.holds == Finds {
			if of[part{p.method, IsRefused, p.day}] != nil {
				continue // the others, which need not be listed
			}
			sentence = "all (%s, " + p.day + ")"
		}
		_, method, _ := strings.Cut(p.method, ".")
		if methods[sentence] = append(methods[sentence], method); len(methods[sentence]) == 1 {
			sentences = append(sentences, sentence)
		}
	}
	for i, sentence := range sentences {
		sentences[i] = strings.Replace(sentence, "%s", strings.Join(methods[sentence], ", "), 1)
	}
	return strings.Join(sentences, "; ")
}

// shortened lists what facts are about, the comparisons of a field together, and fields with the same ones too.
func shortened(of []string) string {
	slices.Sort(of)
	words := map[string][]string{} // of a field
	var fields []string
	for _, about := range of {
		field, word, _ := strings.Cut(about, " ")
		if words[field] = append(words[field], word); len(words[field]) == 1 {
			fields = append(fields, field)
		}
	}
	alike := map[string][]string{} // fields
	var order []string
	for _, field := range fields {
		list := strings.TrimSpace(strings.Join(words[field], ", "))
		if alike[list] = append(alike[list], field); len(alike[list]) == 1 {
			order = append(order, list)
		}
	}
	for i, list := range order {
		order[i] = strings.TrimSpace(strings.Join(alike[list], ", ") + " " + list)
	}
	return strings.Join(order, ", ")
}
