package sqlengine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"modernc.org/sqlite/vtab"

	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
)

// A value of another kind than the column's compares in a way that nobody means: SQLite has no error for it. What a
// condition then makes of all rows is said once in a statement for each column.

// wordless reports a text that SQLite does not take for a number, whatever it makes of digits: it is greater than all
// numbers.
func wordless(text string) bool { return !strings.ContainsAny(text, "0123456789") }

// warnOfOtherKind warns of a comparison with a value of another kind.
func (t *virtualTable) warnOfOtherKind(c Column, value vtab.Value) {
	texts, listed := value.(valueList)
	if !listed {
		texts = valueList{value}
	}
	for _, value := range texts {
		text, ok := value.(string)
		switch {
		case !ok:
		case c.kind == intKind && wordless(text):
			t.engine.warnOnce(c, fmt.Sprintf("%s is compared with %s, which is no number: to SQLite it is greater than all numbers", c.Name, Literal(text)))
		case c.kind == jsonKind && !c.Parameter && !json.Valid([]byte(text)):
			t.engine.warnOnce(c, fmt.Sprintf("%[1]s is JSON, and compared as a text with %[2]s: of a list write exists (select 1 from json_each(%[1]s) where value = %[2]s)", c.Name, Literal(text)))
		}
	}
}

// warnOfOtherWords warns of an = with a text that has a word which the column's are not known to be made of: it would find
// nothing, and buy all. It is not refused, since the list may lack new ones.
func (t *virtualTable) warnOfOtherWords(c Column, value vtab.Value) {
	if len(c.words) == 0 {
		return
	}
	texts, listed := value.(valueList)
	if !listed {
		texts = valueList{value}
	}
	for _, value := range texts {
		text, _ := value.(string)
		for word := range strings.SplitSeq(text, ",") {
			if text != "" && !slices.ContainsFunc(c.words, func(known string) bool { return strings.EqualFold(known, strings.TrimSpace(word)) }) {
				t.engine.warnOnce(c, fmt.Sprintf("%s is made of %s, several with commas between: %s is none of them", c.Name, strings.Join(c.words, ", "), Literal(text)))
			}
		}
	}
}

// warnOfNoParameter warns of a condition on a parameter that no = gives a value: it is null, and no row satisfies it.
func (t *virtualTable) warnOfNoParameter(c Column, op vtab.ConstraintOp, has []vtab.Value) {
	if len(has) == 1 && has[0] == nil && op != vtab.OpISNOTNULL && op != vtab.OpISNOT {
		name := steampipe.Identifier(c.Name)
		t.engine.warnOnce(c, fmt.Sprintf("%[1]s is a parameter, and null where no %[1]s = … or %[1]s in (…) gives its value: no row satisfies another condition on it", name))
	}
}

// warnOnce warns of a column, once in a statement.
func (e *Engine) warnOnce(c Column, text string) {
	if s := e.statement; s != nil && e.warn != nil && !s.warned[c.Name] {
		s.warned[c.Name] = true
		e.warn(text)
	}
}

// Literal writes a value as SQL has it.
func Literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case valueList:
		shown := make([]string, len(v))
		for i, one := range v {
			shown[i] = Literal(one)
		}
		return "(" + strings.Join(shown, ", ") + ")"
	}
	return fmt.Sprint(v)
}
