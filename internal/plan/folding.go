package plan

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Probe is a request of one row that can show that contains ignores the case of ASCII letters, which nobody
// says: it looks for texts in a case in which nobody writes them. Where the API has shown it, ILIKE (and
// SQLite's LIKE) can be pushed with its letters.
type Probe struct {
	Series Series
	texts  []probeText
}

// probeText is what is looked for in a field.
type probeText struct {
	field  int // of the table
	filter string
	text   string
}

// minLetters is how many letters a word must have, so that nobody writes it in the case of a probe.
const minLetters = 3

// FoldingProbe returns the probe whose success would narrow a scan's filter. ok is false where none would.
func FoldingProbe(p *Plan) (probe Probe, ok bool) {
	if len(p.Sources) == 0 {
		return probe, false
	}
	first := &p.Sources[0]
	var group []table.Condition
	for i, f := range p.Table.Fields {
		if f.Filter.How != table.ByText || p.Known.Folds[f.Filter.Field] || len(p.ilikes(f.Column)) == 0 || !narrows(p, f.Filter.Field) {
			continue
		}
		if text := p.probeText(f); text != "" {
			probe.texts = append(probe.texts, probeText{i, f.Filter.Field, text})
			group = append(group, table.Condition{Field: f.Filter.Field, CompareType: table.Contains, Value: []any{text}})
		}
	}
	if len(group) == 0 {
		return probe, false
	}
	// No parameter thins out its rows: where one does, nothing is pushed, and no probe narrows that.
	probe.Series = Series{Table: p.Table, Request: table.Request{Args: first.Series.Request.Args, Filter: table.Filter{group}}}
	probe.Series.sort(Order{}, args{})
	return probe, true
}

// narrows reports whether the filter would be another if contains were known to ignore case for the field.
func narrows(p *Plan, field string) bool {
	in := p.Input
	in.Known.Folds = maps.Clone(in.Known.Folds)
	if in.Known.Folds == nil {
		in.Known.Folds = map[string]bool{}
	}
	in.Known.Folds[field] = true
	list, err := sources(in)
	if err != nil || len(list) == 0 {
		return false
	}
	return !list[0].Series.Request.Filter.Equal(p.Sources[0].Series.Request.Filter)
}

// probeText is what to look for in a field: what all values have; where they may be anything, what ILIKE looks for.
func (p *Plan) probeText(f table.Field) string {
	if f.Filter.Always != "" {
		text, _ := unusualCase(f.Filter.Always)
		return text
	}
	for _, q := range p.ilikes(f.Column) {
		for _, like := range stringsOf(q.Values) {
			for _, run := range likeRuns(like, plainFold) {
				if text, letters := unusualCase(run); letters >= minLetters {
					return text
				}
			}
		}
	}
	return ""
}

// ilikes are the clauses on a column that a filter can serve better if contains ignores case.
func (p *Plan) ilikes(column string) (list []Qual) {
	for _, q := range p.Quals {
		if q.Column == column && q.Operator == ILike {
			list = append(list, q)
		}
	}
	return list
}

// unusualCase writes every second letter as a capital, the first one not, and counts the letters.
func unusualCase(text string) (unusual string, letters int) {
	unusual = strings.Map(func(r rune) rune {
		if r >= unicode.MaxASCII || !unicode.IsLetter(r) {
			return r
		}
		letters++
		if letters%2 == 0 {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, text)
	return unusual, letters
}

// Fields are the filter fields that the probe looks into.
func (p Probe) Fields() []string {
	fields := make([]string, len(p.texts))
	for i, t := range p.texts {
		fields[i] = t.filter
	}
	slices.Sort(fields)
	return fields
}

// Shows reports that the API has found a row which has the texts in another case only.
func (p Probe) Shows(row table.Row) bool {
	for _, t := range p.texts {
		have, _ := row.Cell(t.field).Text()
		if strings.Contains(have, t.text) || !strings.Contains(lowerASCIIText(have), lowerASCIIText(t.text)) {
			return false
		}
	}
	return len(p.texts) > 0
}

func lowerASCIIText(s string) string { return strings.Map(lowerASCII, s) }
