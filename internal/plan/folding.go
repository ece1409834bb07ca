package plan

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Probe is a request of one row that can show that contains ignores the case of ASCII letters, which nobody
// says: it looks for texts that surely occur, in a case in which nobody writes them. Where the API has shown it, ILIKE
// (and SQLite's LIKE) can be pushed with its letters, whatever these are, and so can what a host or a domain is to be.
type Probe struct {
	Series Series
	texts  []probeText
	asked  []string // filter fields for whose sake it is asked: a miss is one of theirs
}

// probeText are texts of which one is looked for in a field.
type probeText struct {
	field  int // of the table
	filter string
	any    []string
}

// usualPairs are letters that follow each other in nearly all anchors and hosts of whatever language that has ASCII
// letters, in a case in which they seldom do. Without i, k and s, whose case depends on the language or is shared with
// other signs.
var usualPairs = []string{"aN", "eR", "oN", "eN", "aR", "oR", "tE", "rE", "aL", "eT", "cO", "oM"}

// FoldingProbe returns the probe whose success would narrow a scan's filter. ok is false where none would, but by filter
// fields that have been asked for. It looks into one field that may hold anything, and into all whose values have a word
// in common, which costs no more.
func FoldingProbe(p *Plan, asked map[string]bool) (probe Probe, ok bool) {
	if len(p.Sources) == 0 {
		return probe, false
	}
	var always []string // fields asked for with a word in common
	for i := range p.Table.Fields {
		f := &p.Table.Fields[i]
		if f.Filter.How != table.ByText || p.Known.Folds[f.Filter.Field] || p.Known.Minds[f.Filter.Field] || asked[f.Filter.Field] || !p.Known.takes(f, table.Contains) {
			continue
		}
		wanted := p.looksForLetters(f.Column) && narrows(p, f.Filter.Field)
		switch {
		case f.Filter.Always != "":
			probe.texts = append(probe.texts, probeText{i, f.Filter.Field, []string{unusualCase(f.Filter.Always)}})
			if wanted {
				always = append(always, f.Filter.Field)
			}
		case wanted && len(probe.asked) == 0:
			probe.texts = append(probe.texts, probeText{i, f.Filter.Field, usualPairs})
			probe.asked = append(probe.asked, f.Filter.Field)
		}
	}
	if len(probe.asked) == 0 {
		probe.asked = always
	}
	if len(probe.asked) == 0 {
		return Probe{}, false
	}
	// No parameter thins out its rows: where one does, nothing is pushed, and no probe narrows that.
	probe.Series = Series{Table: p.Table, Request: table.Request{Args: p.Sources[0].Series.Request.Args}}
	probe.Series.sort(Order{}, args{})
	return probe.filtered(), true
}

// filtered is the probe with the filter that looks for its texts.
func (p Probe) filtered() Probe {
	p.Series.Request.Filter = nil
	for _, t := range p.texts {
		var alternatives table.Filter
		for _, text := range t.any {
			alternatives = append(alternatives, []table.Condition{{Field: t.filter, CompareType: table.Contains, Value: []any{text}}})
		}
		p.Series.Request.Filter = p.Series.Request.Filter.And(alternatives)
	}
	return p
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

// looksForLetters reports a clause that a filter of the column can serve better if contains ignores case.
func (p *Plan) looksForLetters(column string) bool {
	return slices.ContainsFunc(p.Quals, func(q Qual) bool {
		if i := p.Table.DerivedOf(q.Column); i >= 0 {
			return p.Table.Derived[i].From == column
		}
		return q.Column == column && q.Operator == ILike
	})
}

// unusualCase writes every second letter as a capital, the first one not.
func unusualCase(text string) string {
	letters := 0
	return strings.Map(func(r rune) rune {
		if r >= unicode.MaxASCII || !unicode.IsLetter(r) {
			return r
		}
		letters++
		if letters%2 == 0 {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, text)
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

// Asked are those of them for whose sake it is asked.
func (p Probe) Asked() []string { return p.asked }

// Shows reports that the API has found a row which has the texts in another case only.
func (p Probe) Shows(row table.Row) bool {
	return p.Occurs(row) && !slices.ContainsFunc(p.texts, func(t probeText) bool { return t.asWritten(row) })
}

// Occurs reports a row that has the texts, in whatever case: an API that ignores case finds it.
func (p Probe) Occurs(row table.Row) bool {
	return len(p.texts) > 0 && !slices.ContainsFunc(p.texts, func(t probeText) bool {
		have := lowerASCIIText(t.in(row))
		return !slices.ContainsFunc(t.any, func(text string) bool { return strings.Contains(have, lowerASCIIText(text)) })
	})
}

// mostOfText is how much of a row's text is looked for.
const mostOfText = 32

// Of is the probe that looks for what a row of the API's has, in another case: the row that was found has a text as it
// was looked for, which shows nothing. ok is false where the row has no such text.
func (p Probe) Of(row table.Row) (of Probe, ok bool) {
	of = p
	of.texts = slices.Clone(p.texts)
	for i, t := range of.texts {
		if !t.asWritten(row) {
			continue
		}
		for _, run := range searchableRuns([]string{t.in(row)}, nil) {
			t.any = []string{unusualCase(string([]rune(run)[:min(mostOfText, utf8.RuneCountInString(run))]))}
			if !t.asWritten(row) {
				of.texts[i], ok = t, true
				break
			}
		}
	}
	return of.filtered(), ok
}

func (t probeText) in(row table.Row) string {
	text, _ := row.Cell(t.field).Text()
	return text
}

func (t probeText) asWritten(row table.Row) bool {
	have := t.in(row)
	return slices.ContainsFunc(t.any, func(text string) bool { return strings.Contains(have, text) })
}

func lowerASCIIText(s string) string { return strings.Map(lowerASCII, s) }
