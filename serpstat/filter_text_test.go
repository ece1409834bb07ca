package serpstat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// lookedFor are the texts that the last request's filter looks for in anchors, with a ! where they must be lacking.
func (r *rig) lookedFor(t *testing.T) (list []string) {
	t.Helper()
	requests := r.sim.Requests()
	filter := requests[len(requests)-1].ComplexFilter
	if filter == "" {
		return nil
	}
	var groups [][]struct {
		Field, CompareType string
		Value              []any
	}
	if err := json.Unmarshal([]byte(filter), &groups); err != nil || len(groups) != 1 {
		t.Fatal(filter, err)
	}
	for _, c := range groups[0] {
		text := map[string]string{"contains": "", "notContains": "!"}[c.CompareType] + fmt.Sprint(c.Value...)
		if c.Field != "anchor" {
			text = c.Field + " " + text
		}
		list = append(list, text)
	}
	return list
}

// What may be special to the API, or may not have arrived as it is, or folds by what stands next to it, is not looked
// for: the text is cut there, and its parts are. The answer has the row under every reading.
func TestATextIsCutAtWhatTheAPIMayTakeInAnotherWay(t *testing.T) {
	r := newRig(t, serpstatsim.Options{}, "")
	for i, c := range []struct {
		char string
		cut  bool
	}{
		{"%", true}, {"_", true}, {`\`, true}, {"\uFFFD", true}, {"\t", true}, {"\n", true}, {"\u0085", true},
		{"İ", true}, {"ı", true}, {"Σ", true}, {"σ", true}, {"ς", true},
		{" ", false}, {"-", false}, {"?", false}, {"*", false}, {"'", false}, {`"`, false}, {"ж", false}, {"k", false}, {"É", false}, {"😀", false},
	} {
		text := "left" + c.char + "and right"
		domain := fmt.Sprintf("d%d.com", i)
		r.sim.SetRows(domain, anchors("other", text))
		for _, operator := range []string{"=", "~~"} {
			for _, interpretations := range []serpstatsim.Interpretations{{ContainsCaseSensitive: true}, {TextIsLikePattern: true, TextTrimmed: true}} {
				r.sim.SetInterpretations(interpretations)
				r.forget()
				value := text
				if operator == "~~" {
					value = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
				}
				got := r.must(query{columns: []string{"query", "link_text"}, quals: quals(where("query", "=", domain), where("link_text", operator, value))})
				if len(got) != 1 || got[0]["link_text"] != text {
					t.Errorf("%s %q gives %v under %+v", operator, text, got, interpretations)
				}
				want := []string{text}
				if c.cut {
					want = []string{"and right", "left"}
				}
				if asked := r.lookedFor(t); !slices.Equal(asked, want) {
					t.Errorf("%s %q: asked for %q, want %q", operator, text, asked, want)
				}
			}
		}
	}
}

// NOT ILIKE reaches the API with the letters that every folding treats alike, which i, k and s are not: İ and ı, the
// Kelvin sign and the long s may fold with them. NOT LIKE does with no letter at all.
func TestWhichLettersOfANegatedPatternAreAskedFor(t *testing.T) {
	r := newRig(t, serpstatsim.Options{}, "")
	r.sim.SetRows("a.com", anchors("one", "two"))
	ask := func(operator, lit string) []string {
		r.forget()
		r.must(query{quals: quals(where("query", "=", "a.com"), where("link_text", operator, "%"+lit+"%"))})
		return r.lookedFor(t)
	}
	for letter := 'a'; letter <= 'z'; letter++ {
		for _, lit := range []string{strings.ToUpper(string(letter)), "1" + string(letter) + "2"} {
			var want []string
			if !strings.ContainsRune("iks", letter) {
				want = []string{"!" + lit}
			}
			if got := ask("!~~*", lit); !slices.Equal(got, want) {
				t.Errorf("not ilike %%%s%%: asked for %q, want %q", lit, got, want)
			}
		}
	}
	if got := ask("!~~", "one"); len(got) > 0 {
		t.Errorf("not like %%one%%: asked for %q", got)
	}
	for _, lit := range []string{"12", "!-!", "人", "1 2"} {
		for _, operator := range []string{"!~~*", "!~~"} {
			if got := ask(operator, lit); !slices.Equal(got, []string{"!" + lit}) {
				t.Errorf("%s %%%s%%: asked for %q", operator, lit, got)
			}
		}
	}
	for _, lit := range []string{"ж", "é", "ß", "\u212A", "ſ", " 1", "1 "} {
		if got := ask("!~~*", lit); len(got) > 0 {
			t.Errorf("not ilike %%%s%%: asked for %q", lit, got)
		}
	}
}

// A comparison with NULL is never true, whichever it is: nothing is asked of the API.
func TestAComparisonWithNullCostsNothing(t *testing.T) {
	r := newRig(t, serpstatsim.Options{}, "")
	r.sim.SetRows("a.com", anchors("one", "two"))
	for _, column := range []string{"url_from", "url_to", "link_text", "nofollow", "link_type", "links_ext", "first_seen", "last_visited", "date_del"} {
		operators := []string{"=", "<>", "<", "<=", ">", ">="}
		if slices.Contains([]string{"url_from", "url_to", "link_text", "nofollow", "link_type"}, column) {
			operators = []string{"=", "<>", "~~", "!~~", "~~*", "!~~*"}
		}
		for _, operator := range operators {
			r.sim.Reset()
			got := r.must(query{quals: quals(where("query", "=", "a.com"), where(column, operator, nil))})
			if requests, _ := r.cost(); requests != 0 || len(got) != 0 {
				t.Errorf("%s %s null: %d rows, %d requests", column, operator, len(got), requests)
			}
		}
	}
}
