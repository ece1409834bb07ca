package outlink

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Probe is a request of one row that can show that contains ignores the case of ASCII letters, which nobody
// says: it looks for texts in a case in which nobody writes them. Where the API has shown it, ILIKE (and
// SQLite's LIKE) can be pushed with its letters.
type Probe struct {
	Series Series
	texts  map[string]string // what is looked for, by field
}

// urlProbe is in every URL, though not in this case.
const urlProbe = "hTtP"

// leastLetters is how many letters a word must have, so that nobody writes it in the case of a probe.
const leastLetters = 3

// FoldingProbe returns the probe whose success would narrow a scan's filter. ok is false where none would.
func FoldingProbe(in PlanInput) (probe Probe, ok bool) {
	known, impossible, err := sources(in)
	if err != nil || impossible || in.Limit == 0 {
		return probe, false
	}
	probe.texts = map[string]string{}
	var group []Condition
	for _, t := range textFields {
		if in.FoldsASCII[t.field] || !narrows(in, t.field, known[0].Series) {
			continue
		}
		if text := probeText(t.field, in.Quals); text != "" {
			probe.texts[t.field] = text
			group = append(group, Condition{t.field, Contains, []any{text}})
		}
	}
	if len(group) == 0 {
		return probe, false
	}
	probe.Series = Series{
		Domain: known[0].Series.Domain, SearchType: known[0].Series.SearchType, Sort: defaultSort, Order: defaultOrder, Filter: Filter{group},
	}
	return probe, true
}

// narrows reports whether a filter would be another if contains were known to ignore case for the field.
func narrows(in PlanInput, field string, than Series) bool {
	in.FoldsASCII = maps.Clone(in.FoldsASCII)
	if in.FoldsASCII == nil {
		in.FoldsASCII = map[string]bool{}
	}
	in.FoldsASCII[field] = true
	list, impossible, err := sources(in)
	return err == nil && !impossible && list[0].Series.Key() != than.Key()
}

// probeText is what to look for in a field: for an anchor, which may be anything, what ILIKE looks for.
func probeText(field string, quals []Qual) string {
	if field != FieldAnchor {
		return urlProbe
	}
	for _, q := range quals {
		if q.Column != ColLinkText || q.Operator != ILike {
			continue
		}
		for _, like := range stringsOf(q.Values) {
			for _, run := range likeRuns(like, plainFold) {
				if text, letters := unusualCase(run); letters >= leastLetters {
					return text
				}
			}
		}
	}
	return ""
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

// Fields are the fields that the probe looks into.
func (p Probe) Fields() []string { return slices.Sorted(maps.Keys(p.texts)) }

// Shows reports that the API has found a row which has the texts in another case only.
func (p Probe) Shows(row *Row) bool {
	for _, t := range textFields {
		want, asked := p.texts[t.field]
		have, _ := row.text(t.column)
		if asked && (strings.Contains(have, want) || !strings.Contains(lowerASCIIText(have), lowerASCIIText(want))) {
			return false
		}
	}
	return len(p.texts) > 0
}

func lowerASCIIText(s string) string { return strings.Map(lowerASCII, s) }
