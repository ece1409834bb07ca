package chart

import "fmt"

// Left is what of the rows is not drawn as it is.
type Left struct {
	Of     int // how many rows there are
	Rows   int // of how many of them nothing is drawn, as there are too many
	Series int // of how many columns nothing is drawn, as there are too many
	Values int // how many values of the others, NULL apart, are not what can be drawn
	Merged int // how many rows or columns are drawn as one
	parts  bool
}

// Notes say what is not drawn, a sentence for each.
func (l Left) Notes() (notes []string) {
	if l.Rows > 0 {
		notes = append(notes, fmt.Sprintf("The first %d of %d rows are drawn; %s in the table.", l.Of-l.Rows, l.Of, more(l.Rows, "is", "are")))
	}
	if l.Series > 0 {
		notes = append(notes, more(l.Series, "column is", "columns are")+" in the table.")
	}
	if l.Merged > 0 {
		notes = append(notes, mergedName(l.Merged)+" are drawn as one; each is in the table.")
	}
	what := "numbers"
	if l.parts {
		what = "above zero"
	}
	switch {
	case l.Values == 1 && l.parts:
		notes = append(notes, "1 value is not above zero, and is not drawn.")
	case l.Values == 1:
		notes = append(notes, "1 value is not a number, and is not drawn.")
	case l.Values > 1:
		notes = append(notes, fmt.Sprintf("%d values are not %s, and are not drawn.", l.Values, what))
	}
	return notes
}

func more(n int, one, many string) string {
	if n == 1 {
		return "1 more " + one
	}
	return fmt.Sprintf("%d more %s", n, many)
}

// mergedName is what rows or columns are called that are drawn as one.
func mergedName(n int) string { return fmt.Sprintf("%d more", n) }
