package execute

import "fmt"

// Question is one that Serpstat's documentation leaves open, and on whose answer it depends what reaches the API. Scans
// are right under every answer; one that is not known makes some of them dearer.
type Question struct {
	Asks string
	When string // it is settled, and for how many credits, where nobody knows the answer
}

// Questions are those that a process settles by itself.
func Questions() []Question {
	return []Question{
		{"does the filter's contains ignore the case of letters",
			fmt.Sprintf("asked when a LIKE or ILIKE with letters gains by it, 1 to %d credits a table", mostProbes)},
		{"which comparisons (gte, lte, …) does the filter take",
			"tried as queries need them; a refusal is free of charge"},
		{"does between include its ends",
			"asked past the most rows of a request, 1 credit, where a one-sided bound is refused"},
		{"does getAnchors without count give anchors of several words",
			"seen in the rows of serpstat_anchor, or asked for, 2 credits"},
		{"does total count the rows that come",
			"seen as rows are read; count(*) relies on it, unless count_from_total = false"},
	}
}
