package execute

import (
	"context"
	"fmt"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// WordsError says that the API gives rows of one word alone where the parameter that counts words is left out.
type WordsError struct {
	Site, Column string // of the parameter
	Text         string // whose words it counts
}

func (e *WordsError) Error() string {
	return fmt.Sprintf("where %[2]s is left out, Serpstat gives of %[1]s only the rows whose %[3]s has one word: write %[2]s = 1, or %[2]s in (1, 2, 3, …)", e.Site, e.Column, e.Text)
}

// words is what is known of the rows of several words.
type words uint8

const (
	wordsUnknown words = iota
	wordsCome          // also where their number is not asked for
	wordsStay          // away then
)

// checkWords fails where rows of several words stay away though nobody has asked for those of one. rows are what has
// come of the series last. Where they have not told and the scan needs to know, because they are all there are or the
// first ones of an order, the API is asked, for two credits at most.
func (x *Execution) checkWords(ctx context.Context, of plan.Series, rows []table.Row, needed bool) error {
	if !of.MayLackWords() {
		return nil
	}
	known := x.conn.wordsOf(of.Table)
	for i := 0; known == wordsUnknown && i < len(rows); i++ {
		if of.HasWords(rows[i]) {
			known = wordsCome
		}
	}
	if known == wordsUnknown && needed {
		done, err := x.conn.ask(ctx, of.Table)
		if err != nil {
			return err
		}
		defer done()
		if known = x.conn.wordsOf(of.Table); known == wordsUnknown { // others may have learned it meanwhile
			if known, err = x.askForWords(ctx, of); err != nil {
				return err
			}
		}
	}
	x.conn.learnWords(of.Table, known)
	if known != wordsStay {
		return nil
	}
	p := plan.WordCount(of.Table)
	return &WordsError{Site: of.Site(), Column: p.Column, Text: p.Counts}
}

// askForWords looks for a row of two words, and then for its text among those of any number. It tells nothing where there
// is none, or none that can be looked for.
func (x *Execution) askForWords(ctx context.Context, of plan.Series) (words, error) {
	row, found, err := x.firstRow(ctx, of.TwoWords())
	if err != nil || !found {
		return wordsUnknown, err
	}
	holding, ok := of.Holding(row, x.conn.knows(of.Table).Refused)
	if !ok {
		return wordsUnknown, nil
	}
	_, found, err = x.firstRow(ctx, holding)
	switch {
	case err != nil && x.learn(err, holding):
		return wordsUnknown, nil
	case err != nil:
		return wordsUnknown, err
	case found:
		return wordsCome, nil
	}
	return wordsStay, nil
}
