package apiprobe

import (
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// subject is a row that is known to be there: a question is whether it is found in other words. What pins it is in all of
// them, as it is written and free of whatever may be special, so that it is found under every reading.
type subject struct {
	table   *table.Table
	row     table.Row
	samples []table.Row
	total   int64 // rows of the site
	pins    []table.Condition
	found   bool  // by its pins
	lacks   error // there is none
}

// looks is what it costs at most to find a subject: a row or two of the site, and one with letters in it.
func looks(t *table.Table) int64 { return int64(sampleSize(t)) + 1 }

// sampleSize is how many rows are looked at; of the table of which most is asked two.
func sampleSize(t *table.Table) int {
	if t == outlinks {
		return 2
	}
	return 1
}

// subject looks for a row of which much can be asked.
func (p *prober) subject(t *table.Table) (*subject, error) {
	if s := p.subjects[t]; s != nil {
		return s, s.lacks
	}
	if all := p.subjects[impliedBy[t]]; all != nil && all.lacks != nil {
		return nil, noRows
	}
	got, err := p.send(t, p.request(t, nil, sampleSize(t)))
	if err != nil {
		return nil, err
	}
	if len(got.rows) == 0 {
		p.subjects[t] = &subject{lacks: noRows}
		return nil, noRows
	}
	s := &subject{table: t, samples: got.rows, total: got.total}
	if f := t.Fields[freeText(t)]; p.choose(s) < best(t) && p.takes(t, f.Filter.Field, table.Contains) {
		more, err := p.find(t, table.Filter{{condition(f, table.Contains, "e")}})
		if err != nil && !isUndecided(err) {
			return nil, err
		}
		s.samples = append(s.samples, more.rows...)
		p.choose(s)
	}
	p.subjects[t] = s
	return s, nil
}

func isUndecided(err error) bool {
	_, ok := err.(undecided)
	return ok
}

// choose takes the sample of which most can be asked, and says how good it is.
func (p *prober) choose(s *subject) (score int) {
	score = -1
	for _, row := range s.samples {
		if n := worth(s.table, row); n > score {
			score, s.row = n, row
		}
	}
	s.pins = nil
	for i, f := range s.table.Fields {
		if f.Filter.How != table.ByText || !p.takes(s.table, f.Filter.Field, table.Contains) {
			continue
		}
		if piece := longest(s.textOf(i)); len(piece) >= leastPiece {
			s.pins = append(s.pins, condition(f, table.Contains, piece))
		}
	}
	return score
}

// worth is how much can be asked of a row, best at most.
func worth(t *table.Table, row table.Row) (n int) {
	for i, f := range t.Fields {
		text, _ := row.Cell(i).Text()
		switch f.Filter.How {
		case table.ByText:
			if letters(longest(text)) >= leastLetters {
				n += 2
			}
			if i == freeText(t) && longest(text) == text {
				n++
			}
		case table.ByNumber:
			if count, ok := row.Cell(i).Count(); ok && count > 0 {
				n++
			}
		}
	}
	if _, _, apart := days(t, row); apart {
		n++
	}
	return n
}

func best(t *table.Table) int {
	n := 1
	for _, f := range t.Fields {
		switch f.Filter.How {
		case table.ByText:
			n += 2
		case table.ByNumber:
			n++
		}
	}
	if t.FieldOf("first_seen") >= 0 {
		n++
	}
	return n
}

// freeText is the field whose texts are the freest: no URL, where there is another one.
func freeText(t *table.Table) int {
	is := func(free bool) int {
		return slices.IndexFunc(t.Fields, func(f table.Field) bool {
			return f.Filter.How == table.ByText && (!free || f.Filter.Always == "")
		})
	}
	if i := is(true); i >= 0 {
		return i
	}
	return is(false)
}

// days are the day on which a link was first seen and that of its last visit; apart reports that they can be told apart.
func days(t *table.Table, row table.Row) (first, last time.Time, apart bool) {
	i, j := t.FieldOf("first_seen"), t.FieldOf("last_visited")
	if i < 0 || j < 0 {
		return first, last, false
	}
	first, ok := row.Cell(i).Time()
	last, also := row.Cell(j).Time()
	return first.Truncate(day), last.Truncate(day), ok && also && last.Truncate(day).Sub(first.Truncate(day)) >= 3*day
}

const day = 24 * time.Hour

func (s *subject) textOf(field int) string {
	text, _ := s.row.Cell(field).Text()
	return text
}

// and is the filter for rows that have what pins the subject, and meet conditions too.
func (s *subject) and(conditions ...table.Condition) []table.Condition {
	return append(slices.Clone(s.pins), conditions...)
}

// is reports a row that shows the same texts as the subject.
func (s *subject) is(row table.Row) bool {
	for i, f := range s.table.Fields {
		if f.Filter.How != table.ByText {
			continue
		}
		if text, _ := row.Cell(i).Text(); text != s.textOf(i) {
			return false
		}
	}
	return true
}

// stillThere makes sure that the subject is found by what pins it: then a request that does not find it tells something.
func (p *prober) stillThere(s *subject) error {
	if s.found {
		return nil
	}
	got, err := p.find(s.table, table.Filter{s.pins})
	if err != nil {
		return err
	}
	if s.found = len(got.rows) > 0; !s.found {
		return undecided("a row of " + p.Site + " did not come again")
	}
	return nil
}

// verdict is what one row tells.
type verdict int

const (
	unclear verdict = iota
	yes
	no
)

// asks reports whether the subject is found by more conditions. shows tells whether a row that comes is found by what is
// asked about: it is the subject, or else is like it.
func (p *prober) asks(s *subject, filter table.Filter, shows func(table.Row) bool) (verdict, error) {
	got, err := p.find(s.table, filter)
	switch {
	case err != nil:
		return unclear, err
	case len(got.rows) > 0 && shows(got.rows[0]):
		return yes, nil
	case !got.nothing():
		return unclear, nil
	}
	if err := p.stillThere(s); err != nil {
		return unclear, err
	}
	return no, nil
}

// trial is a condition that finds the subject if what is asked about it holds.
type trial struct {
	of        string // the fact's
	condition table.Condition
	shows     func(table.Row) bool
}

// each settles trials of a subject, several by a request where they come out alike, as is likely that they do. What is
// unclear is not learned.
func (p *prober) each(s *subject, trials []trial, likely verdict, learn func(of string, v verdict)) error {
	var all []table.Condition
	var any table.Filter
	for _, t := range trials {
		all, any = append(all, t.condition), append(any, s.and(t.condition))
	}
	together := map[verdict]func() (verdict, error){
		yes: func() (verdict, error) {
			return p.asks(s, table.Filter{s.and(all...)}, func(row table.Row) bool {
				return !slices.ContainsFunc(trials, func(t trial) bool { return !t.shows(row) })
			})
		},
		no: func() (verdict, error) {
			return p.asks(s, any, func(table.Row) bool { return false })
		},
	}
	for _, of := range []verdict{likely, yes + no - likely} {
		if len(trials) < 2 {
			break
		}
		v, err := together[of]()
		if err != nil {
			return err
		}
		if v == of {
			for _, t := range trials {
				learn(t.of, v)
			}
			return nil
		}
	}
	open := 0
	for _, t := range trials {
		v, err := p.asks(s, table.Filter{s.and(t.condition)}, t.shows)
		if err != nil {
			return err
		}
		if v == unclear {
			open++
		}
		learn(t.of, v)
	}
	if open > 0 {
		return undecided("another row came than the one that was asked for")
	}
	return nil
}

func condition(f table.Field, compare string, value ...any) table.Condition {
	return table.Condition{Field: f.Filter.Field, CompareType: compare, Value: value}
}

// What is asked for: pieces of texts that are long enough to tell, with letters enough to be written in another case.
const (
	leastPiece   = 4
	leastLetters = 2
	mostOfPiece  = 60
)

// plain reports a character that is special to nobody.
func plain(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(" /:.-?=&", r)
}

// longest is the longest piece of a text that is plain, without white space around it.
func longest(text string) (piece string) {
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return !plain(r) }) {
		if run = strings.TrimSpace(run[:min(len(run), mostOfPiece)]); len(run) > len(piece) {
			piece = run
		}
	}
	return piece
}

// letters is how many letters of a text can be written in another case, which in all languages is theirs.
func letters(text string) (n int) {
	for _, r := range text {
		if flipped(r) != r {
			n++
		}
	}
	return n
}

// flipped is a letter in the other case, but for i, which has others in Turkish.
func flipped(r rune) rune {
	switch {
	case r == 'i' || r == 'I':
	case 'a' <= r && r <= 'z':
		return r - 'a' + 'A'
	case 'A' <= r && r <= 'Z':
		return r - 'A' + 'a'
	}
	return r
}

func flip(text string) string { return strings.Map(flipped, text) }
