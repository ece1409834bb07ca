package plan

import (
	"slices"
	"strings"
	"unicode"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Nobody says what the API gives where a parameter is left out that counts the words of a text: all rows, or, as an older
// page has it, those of one word. A row of more words tells, or the questions of [WordProbe].

// WordCount is the parameter that counts words, nil where there is none.
func WordCount(t *table.Table) *table.Param {
	i := slices.IndexFunc(t.Params, func(p table.Param) bool { return p.Counts != "" })
	if i < 0 {
		return nil
	}
	return &t.Params[i]
}

// MayLackWords reports a series whose rows may be those of one word alone: the parameter is left out.
func (s Series) MayLackWords() bool {
	p := WordCount(s.Table)
	return p != nil && !slices.ContainsFunc(s.Request.Args, func(a table.Arg) bool { return a.Name == p.Name })
}

// HasWords reports a row of several words: all may come then.
func (s Series) HasWords(row table.Row) bool { return severalWords(s.words(row)) }

func (s Series) words(row table.Row) string {
	text, _ := row.Cell(s.Table.FieldOf(WordCount(s.Table).Counts)).Text()
	return text
}

func severalWords(text string) bool {
	return strings.ContainsFunc(strings.TrimSpace(text), unicode.IsSpace)
}

// TwoWords is the series of the rows of two words.
func (s Series) TwoWords() Series {
	p := WordCount(s.Table)
	two := Series{Table: s.Table}
	for _, of := range s.Table.Params { // in their order
		if of.Name == p.Name {
			two.Request.Args = append(two.Request.Args, table.Arg{Name: p.Name, Value: "2"})
		}
		for _, a := range s.Request.Args {
			if a.Name == of.Name {
				two.Request.Args = append(two.Request.Args, a)
			}
		}
	}
	two.sort(Order{}, args{})
	return two
}

// Holding is the series, of any number of words, of the rows that hold the words of a row: it has none only if those of
// several words stay away. ok is false where the API cannot be asked so.
func (s Series) Holding(row table.Row, refused Refusals) (of Series, ok bool) {
	f := &s.Table.Fields[s.Table.FieldOf(WordCount(s.Table).Counts)]
	runs := searchableRuns([]string{s.words(row)}, nil)
	i := slices.IndexFunc(runs, severalWords)
	if i < 0 || !takes(f, table.Contains, refused) {
		return of, false
	}
	of = Series{Table: s.Table, Request: table.Request{Args: s.Request.Args}}
	of.Request.Filter = table.Filter{{{Field: f.Filter.Field, CompareType: table.Contains, Value: []any{runs[i]}}}}
	of.sort(Order{}, args{})
	return of, true
}
