package output

import "fmt"

// Column is a column of a result.
type Column struct {
	Name string
	Type string // as the table declares it, "" where an expression gives the values
}

// Options say how rows are written. What does not concern a format is passed over.
type Options struct {
	Header    bool
	Delimiter rune   // between the fields of csv; 0 is a comma
	BOM       bool   // before csv and tsv, by which Excel knows UTF-8
	SafeCells bool   // of csv and tsv: no text is a formula to a spreadsheet
	Width     int    // of the terminal that a table is to fit, in columns; 0 shortens nothing
	TempDir   string // for temporary files; "" is the system's
	Results   int    // how many results are to come: from two on JSON is a list of them
	// Tell is told what of the rows is not written as it is; nil is nobody.
	Tell func(string)
	// Hint is told what a reader of the file may do wrong; nil is nobody.
	Hint func(string)
}

func (o Options) hint(text string) {
	if o.Hint != nil {
		o.Hint(text)
	}
}

func (o Options) tell(text string, args ...any) {
	if o.Tell != nil {
		o.Tell(fmt.Sprintf(text, args...))
	}
}

// tellCount tells of a number of things, if there are any.
func (o Options) tellCount(n int64, one, many string) {
	switch {
	case n == 1:
		o.tell("1 %s", one)
	case n > 1:
		o.tell("%d %s", n, many)
	}
}
