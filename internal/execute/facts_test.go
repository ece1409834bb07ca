package execute

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// notes keeps facts as a file does.
type notes []Fact

func (n *notes) Learn(account string, f Fact) {
	f.At = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	*n = append(*n, f)
}

// All that a process can learn of a method the next one knows, and of that method alone; doctor can say it.
func TestALaterProcessKnowsWhatOneHasLearned(t *testing.T) {
	outlinks, anchors := catalog.Of("serpstat_outlink"), catalog.Of("serpstat_anchor")
	probe, ok := plan.FoldingProbe(mustPlan(t, outlinks, "url_to"), nil)
	if !ok {
		t.Fatal("there is no probe")
	}
	for name, learn := range map[string]func(*Connection){
		"contains yes (outlink)": func(c *Connection) { c.folds(outlinks, probe) },
		"contains no (outlink)":  func(c *Connection) { c.missed(outlinks, probe, MaxMisses) },
		"compare not (outlink links_ext gte, url_to neq)": func(c *Connection) {
			c.refuse(outlinks, []plan.Refusal{{Field: "url_to", CompareType: "neq"}, {Field: "links_external", CompareType: "gte"}})
		},
		"count yes (anchor)": func(c *Connection) { c.learnWords(anchors, wordsCome) },
		"count no (anchor)":  func(c *Connection) { c.learnWords(anchors, wordsStay) },
	} {
		var kept notes
		one := &Connection{Account: "me", Facts: &kept}
		learn(one)
		next := &Connection{}
		next.Believe(kept)
		for _, of := range catalog.Tables() {
			if !reflect.DeepEqual(next.knows(of), one.knows(of)) || next.miscounts(of) != one.miscounts(of) || next.wordsOf(of) != one.wordsOf(of) {
				t.Errorf("%s: of %s the next process knows %v", name, of.Name, next.knows(of))
			}
		}
		question, want, _ := strings.Cut(name, " ")
		for _, q := range Questions() {
			if got := q.Answer(kept, catalog.Tables()); (q.Name == question) != (got != "") || got != "" && got != want {
				t.Errorf("%s: doctor says of %s %q", name, q.Name, got)
			}
		}
	}

	// What a fault may have shown, and misses that may be those of two odd sites, are this process' alone. One miss is no knowledge, and what a later version has learned means nothing.
	var kept notes
	guessing := &Connection{Account: "me", Facts: &kept}
	guessing.missed(outlinks, probe, 1)
	guessing.missed(outlinks, probe, 1)
	guessing.miscounted(outlinks)
	next := &Connection{}
	next.Believe([]Fact{{Method: outlinks.Method, Question: "contains", Of: "url_to", Holds: "is odd"}, {Method: outlinks.Method, Question: "colour", Holds: "red"}})
	if len(kept) > 0 || !reflect.DeepEqual(next.knows(outlinks), (&Connection{}).knows(outlinks)) {
		t.Errorf("%v, %v", kept, next.knows(outlinks))
	}
}

// mustPlan plans a scan that looks for letters in a column.
func mustPlan(t *testing.T, of *table.Table, column string) *plan.Plan {
	t.Helper()
	p, err := plan.New(plan.Input{Table: of, Limit: -1, RowCap: 60_000, Quals: []plan.Qual{
		{Column: "query", Operator: plan.Equal, Values: []plan.Value{"a.com"}},
		{Column: column, Operator: plan.ILike, Values: []plan.Value{"%zebra%"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
