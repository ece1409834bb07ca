package execute

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Question is one that Serpstat's documentation leaves open, and on whose answer it depends what reaches the API. Scans
// are right under every answer; one that is not known makes some of them dearer.
type Question struct {
	Name string // by which an answer is kept
	Asks string
	When string // it is settled, and for how many credits, where nobody knows the answer
}

// Questions are those that a process settles by itself.
func Questions() []Question {
	return []Question{
		{askedContains, "does the filter's contains ignore the case of letters",
			fmt.Sprintf("asked when a LIKE or ILIKE with letters gains by it, 1 to %d credits a table", mostProbes)},
		{askedCompare, "which comparisons (gte, lte, …) does the filter take",
			"tried as queries need them; a refusal is free of charge"},
		{askedBetween, "does between include its ends",
			"asked past the most rows of a request, 1 credit, where a one-sided bound is refused"},
		{askedCount, "does getAnchors without count give anchors of several words",
			"seen in the rows of serpstat_anchor, or asked for, 2 credits"},
		{askedTotal, "does total count the rows that come",
			"seen as rows are read; count(*) relies on it, unless count_from_total = false"},
	}
}

// answers are what holds, in words. Of a fact about a field they name it.
var answers = map[string]string{
	ignoresCase: "yes, in ", mindsCase: "no, in ", isRefused: "not ", wordsAreIn: "yes", wordsAreOut: "no",
}

// Answer says in words what is known of a question, "" where nothing is: a sentence for each method, and what was learned
// of it at one day.
func (q Question) Answer(facts []Fact) string {
	of := map[string][]string{} // what the facts that begin and end alike are about
	var order []string
	for _, f := range facts {
		if f.Question != q.Name || answers[f.Holds] == "" {
			continue
		}
		_, method, _ := strings.Cut(f.Method, ".")
		sentence := fmt.Sprintf("%s%%s (%s, %s)", answers[f.Holds], method, f.At.Format(time.DateOnly))
		if of[sentence] = append(of[sentence], f.Of); len(of[sentence]) == 1 {
			order = append(order, sentence)
		}
	}
	for i, sentence := range order {
		slices.Sort(of[sentence])
		order[i] = fmt.Sprintf(sentence, strings.Join(of[sentence], ", "))
	}
	return strings.Join(order, "; ")
}
