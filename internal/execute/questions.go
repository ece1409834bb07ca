package execute

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Question is one that Serpstat's documentation leaves open. Scans are right under every answer; one that is not known
// makes some of them dearer, where it decides what reaches the API.
type Question struct {
	Name string // by which an answer is kept
	Asks string
	When string            // it is settled by itself, and for how many credits, where nobody knows the answer; "" is never
	says map[string]string // what holds, in words
}

// Questions are all, those first that a process settles by itself.
func Questions() []Question {
	yes, no := "yes", "no"
	return []Question{
		{AskedContains, "does contains ignore case",
			fmt.Sprintf("asked when a LIKE with letters gains by it, for 1 to %d credits", mostProbes),
			map[string]string{IgnoresCase: yes, MindsCase: no}},
		{AskedCompare, "which comparisons (gte, lte, …) do filters take",
			"tried as queries need them; a refusal is free",
			map[string]string{IsRefused: "not", Finds: "all"}},
		{AskedBetween, "does between include its ends",
			"asked past the most rows of a request, for a credit",
			map[string]string{EndsAreIn: yes, EndsAreOut: no}},
		{AskedCount, "does serpstat_anchor without count have all anchors",
			"seen in its rows, or asked for 2 credits",
			map[string]string{WordsAreIn: yes, WordsAreOut: no}},
		{AskedTotal, "does total count the rows that come", "seen as rows are read", nil},
		{AskedPattern, `are %, _ and \ in a filter's text signs of a pattern`, "", map[string]string{IsSpecial: yes, IsItself: no}},
		{AskedSpace, "are blanks around a filter's text dropped", "", map[string]string{IsTrimmed: yes, IsItself: no}},
		{AskedWhole, "do startsWith, endsWith and eq ignore case", "", map[string]string{IgnoresCase: yes, MindsCase: no}},
		{AskedSpelling, "does eq find a URL without https://, or its last slash", "", map[string]string{IsTaken: yes, IsItself: no}},
		{AskedCheck, "which date is check", "", map[string]string{FirstDetected: "the first detection", LastVisited: "the last visit"}},
		{AskedDay, "does check lte a day keep what was seen in its course", "", map[string]string{WholeDay: yes, Midnight: no}},
		{AskedPastCap, "what comes past the most rows of a request", "", map[string]string{AnError: "an error", NoRows: "no rows", MoreRows: "more rows"}},
		{AskedAddress, "are the search types url and part_url taken", "", map[string]string{IsTaken: yes, IsRefused: no}},
	}
}

// Moot reports a question that what is known leaves nothing of: the first detection has no time of day.
func (q Question) Moot(facts []Fact) bool {
	return q.Name == AskedDay && slices.ContainsFunc(facts, func(f Fact) bool { return f.Question == AskedCheck && f.Holds == FirstDetected })
}

// Answer says in words what is known of a question, "" where nothing is: of which tables each answer holds, and of which
// of their columns, where it does not of all that are known.
func (q Question) Answer(facts []Fact, tables []*table.Table) string {
	of := map[string][]string{} // tables, by what holds in words
	var answers []string
	for _, t := range tables {
		about := map[string][]string{}
		for _, f := range facts {
			if f.Question == q.Name && f.Method == t.Method && q.says[f.Holds] != "" {
				about[f.Holds] = append(about[f.Holds], f.Of)
			}
		}
		if q.Name == AskedCompare && about[IsRefused] != nil {
			delete(about, Finds) // the others, which need not be listed
		}
		for _, holds := range slices.Sorted(maps.Keys(about)) {
			where := t.Short()
			if len(about) > 1 || holds == IsRefused {
				where += " " + shortened(about[holds], t)
			}
			answer := q.says[holds]
			if of[answer] = append(of[answer], where); len(of[answer]) == 1 {
				answers = append(answers, answer)
			}
		}
	}
	for i, answer := range answers {
		answers[i] = fmt.Sprintf("%s (%s)", answer, strings.Join(of[answer], ", "))
	}
	return strings.Join(answers, "; ")
}

// shortened lists what facts are about, the comparisons of a column together, and columns with the same ones too.
func shortened(of []string, t *table.Table) string {
	slices.Sort(of)
	words := map[string][]string{} // of a column
	var columns []string
	for _, about := range of {
		column, word, _ := strings.Cut(about, " ")
		if i := slices.IndexFunc(t.Fields, func(f table.Field) bool { return f.Filter.Field == column }); i >= 0 {
			column = t.Fields[i].Column
		}
		if words[column] = append(words[column], word); len(words[column]) == 1 {
			columns = append(columns, column)
		}
	}
	alike := map[string][]string{} // columns
	var order []string
	for _, column := range columns {
		list := strings.TrimSpace(strings.Join(words[column], ", "))
		if alike[list] = append(alike[list], column); len(alike[list]) == 1 {
			order = append(order, list)
		}
	}
	for i, list := range order {
		order[i] = strings.TrimSpace(strings.Join(alike[list], ", ") + " " + list)
	}
	return strings.Join(order, ", ")
}
