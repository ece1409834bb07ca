package apiprobe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// step asks a question about a table's method.
type step struct {
	question string
	table    *table.Table
	most     int64                                           // credits, beside the subject's
	unknown  func(p *prober, t *table.Table) []string        // what nobody knows of it, as facts name it
	ask      func(p *prober, on *subject, of []string) error // learns it, or is [undecided] or [untold]
}

// The tables whose questions are asked: the others have their facts from queries.
var (
	outlinks   = catalog.Of("serpstat_outlink")
	backlinks  = catalog.Of("serpstat_backlink")
	refDomains = catalog.Of("serpstat_ref_domain")
	outDomains = catalog.Of("serpstat_out_domain")
	anchors    = catalog.Of("serpstat_anchor")
	topPages   = catalog.Of("serpstat_top_page")
)

// impliedBy are the tables without whose rows others have none either.
var impliedBy = map[*table.Table]*table.Table{outDomains: outlinks, refDomains: backlinks, anchors: backlinks, topPages: backlinks}

// steps are in the order of what they are worth: what later runs save by them comes before what is only told.
func steps() []step {
	cases := func(t *table.Table) step {
		return step{execute.AskedContains, t, int64(len(texts(t)) + 2), unknownCases, askCase}
	}
	compares := func(t *table.Table) step {
		return step{execute.AskedCompare, t, 5, unknownComparisons, askComparisons}
	}
	betweens := func(t *table.Table) step {
		return step{execute.AskedBetween, t, 1, unknownBetweens, askBetweens}
	}
	return []step{
		compares(outlinks), cases(outlinks), compares(backlinks), cases(backlinks),
		{execute.AskedCount, anchors, 3, unknownOf(execute.AskedCount), askCount},
		compares(refDomains), compares(outDomains), compares(anchors), betweens(outlinks), betweens(backlinks), betweens(outDomains),
		cases(refDomains), cases(outDomains), cases(anchors),
		{execute.AskedWhole, outlinks, 5, unknownWholes, askWholes},
		{execute.AskedCheck, outlinks, 2, unknownCheck, askCheck},
		{execute.AskedPattern, outlinks, 3, unknownPatterns, askPatterns},
		{execute.AskedPastCap, outlinks, 1, unknownOf(execute.AskedPastCap), askPastCap},
		{execute.AskedAddress, outlinks, 2, unknownAddresses, askAddresses},
		{execute.AskedSpace, outlinks, 1, unknownOf(execute.AskedSpace), askSpace},
		{execute.AskedDay, outlinks, 1, unknownDay, askDay},
		{execute.AskedSpelling, outlinks, 1, unknownSpelling, askSpelling},
		compares(topPages), cases(topPages),
	}
}

func unknownOf(question string) func(*prober, *table.Table) []string {
	return func(p *prober, t *table.Table) []string { return p.unknown(t, question, "") }
}

// texts are the fields that are filtered by texts.
func texts(t *table.Table) (list []int) {
	for i, f := range t.Fields {
		if f.Filter.How == table.ByText {
			list = append(list, i)
		}
	}
	return list
}

// Does contains ignore case?

func unknownCases(p *prober, t *table.Table) (list []string) {
	for _, i := range texts(t) {
		if f := t.Fields[i].Filter.Field; p.takes(t, f, table.Contains) {
			list = append(list, f)
		}
	}
	return p.unknown(t, execute.AskedContains, list...)
}

// likelyCase is whether case is ignored, by what is known of other fields.
func (p *prober) likelyCase() verdict {
	for k, holds := range p.known {
		if k.question == execute.AskedContains && holds == execute.MindsCase {
			return no
		}
	}
	return yes
}

func askCase(p *prober, on *subject, of []string) error {
	var trials []trial
	for _, name := range of {
		i := fieldOf(on.table, name)
		piece := longest(on.textOf(i))
		if other := flip(piece); letters(piece) >= leastLetters && !strings.Contains(on.textOf(i), other) {
			trials = append(trials, trial{name, condition(on.table.Fields[i], table.Contains, other), func(row table.Row) bool {
				text, _ := row.Cell(i).Text()
				return !strings.Contains(text, other) && strings.Contains(strings.ToLower(text), strings.ToLower(other))
			}})
		}
	}
	if len(trials) > 0 {
		if err := p.each(on, trials, p.likelyCase(), p.learner(on, execute.AskedContains, execute.IgnoresCase, execute.MindsCase)); err != nil {
			return err
		}
	}
	if len(trials) < len(of) {
		var columns []string
		for _, name := range of {
			columns = append(columns, on.table.Fields[fieldOf(on.table, name)].Column)
		}
		return untold(fmt.Sprintf("no row that was looked at has letters of the Latin alphabet in %s", strings.Join(columns, ", ")))
	}
	return nil
}

// Do startsWith, endsWith and eq ignore case?

var wholes = []string{"startsWith", "endsWith", table.Equals}

func unknownWholes(p *prober, t *table.Table) (list []string) {
	f := t.Fields[freeText(t)].Filter.Field
	for _, compare := range wholes {
		if p.finds(t, f, compare) {
			list = append(list, f+" "+compare)
		}
	}
	return p.unknown(t, execute.AskedWhole, list...)
}

func askWholes(p *prober, on *subject, of []string) error {
	i := freeText(on.table)
	text := on.textOf(i)
	if longest(text) != text || letters(text) < leastLetters {
		return untold("no row that was looked at has a text of letters of the Latin alphabet alone")
	}
	var trials []trial
	for _, name := range of {
		_, compare, _ := strings.Cut(name, " ")
		trials = append(trials, trial{name, condition(on.table.Fields[i], compare, flip(text)), on.is})
	}
	return p.each(on, trials, p.likelyCase(), p.learner(on, execute.AskedWhole, execute.IgnoresCase, execute.MindsCase))
}

// Are %, _ and backslash signs of a pattern?

func unknownPatterns(p *prober, t *table.Table) []string {
	f := t.Fields[freeText(t)].Filter.Field
	if !p.takes(t, f, table.Contains) {
		return nil
	}
	list := []string{f + " %", f + " _"}
	if slices.ContainsFunc(list, func(of string) bool { return p.holds(t, execute.AskedPattern, of) == execute.IsSpecial }) {
		list = append(list, f+` \`)
	}
	return p.unknown(t, execute.AskedPattern, list...)
}

func askPatterns(p *prober, on *subject, of []string) error {
	i := freeText(on.table)
	piece := longest(on.textOf(i))
	if len(piece) < leastPiece {
		return untold("no row that was looked at has a text that is long enough")
	}
	middle := len(piece) / 2
	values := map[string]string{"%": piece[:middle-1] + "%" + piece[middle+1:], "_": piece[:middle] + "_" + piece[middle+1:], `\`: piece[:middle] + `\` + piece[middle:]}
	ask := func(of []string) error {
		var trials []trial
		for _, name := range of {
			_, sign, _ := strings.Cut(name, " ")
			value := values[sign]
			trials = append(trials, trial{name, condition(on.table.Fields[i], table.Contains, value), func(row table.Row) bool {
				text, _ := row.Cell(i).Text()
				return on.is(row) && !strings.Contains(text, value)
			}})
		}
		return p.each(on, trials, yes, p.learner(on, execute.AskedPattern, execute.IsSpecial, execute.IsItself))
	}
	if err := ask(of); err != nil {
		return err
	}
	if more := unknownPatterns(p, on.table); len(more) > 0 { // the backslash, which nothing but a pattern has a use for
		return ask(more)
	}
	return nil
}

// Is white space around a text dropped?

func askSpace(p *prober, on *subject, _ []string) error {
	i := freeText(on.table)
	piece := longest(on.textOf(i))
	value := "  " + piece + "  "
	if len(piece) < leastPiece || strings.Contains(on.textOf(i), value) {
		return untold("no row that was looked at has a text that is long enough")
	}
	v, err := p.asks(on, table.Filter{on.and(condition(on.table.Fields[i], table.Contains, value))}, on.is)
	return p.told(on, execute.AskedSpace, "", v, err, execute.IsTrimmed, execute.IsItself)
}

// learner learns which of two answers a verdict is; one that is unclear is none.
func (p *prober) learner(on *subject, question, ifYes, ifNo string) func(of string, v verdict) {
	return func(of string, v verdict) {
		switch v {
		case yes:
			p.learn(on.table, question, of, ifYes)
		case no:
			p.learn(on.table, question, of, ifNo)
		}
	}
}

// told learns which of two answers a verdict is.
func (p *prober) told(on *subject, question, of string, v verdict, err error, ifYes, ifNo string) error {
	switch {
	case err != nil:
		return err
	case v == unclear:
		return undecided("another row came than the one that was asked for")
	}
	p.learner(on, question, ifYes, ifNo)(of, v)
	return nil
}

// Does between include its ends?

// unknownBetweens are the fields whose between takes the place of a bound; of links always, where it tells of the API.
func unknownBetweens(p *prober, t *table.Table) (list []string) {
	for _, f := range t.Fields {
		of := f.Filter
		usable := func(compare string) bool {
			return p.takes(t, of.Field, compare) && (of.Attests(compare) || p.finds(t, of.Field, compare))
		}
		if of.How == table.ByNumber && usable(table.Between) && (t == outlinks || !usable(table.AtLeast) || !usable(table.AtMost)) {
			list = append(list, of.Field)
		}
	}
	return p.unknown(t, execute.AskedBetween, list...)
}

func askBetweens(p *prober, on *subject, of []string) error {
	for _, name := range of {
		i := fieldOf(on.table, name)
		n, ok := on.row.Cell(i).Count()
		if !ok {
			return untold("the row that was looked at has no number in " + on.table.Fields[i].Column)
		}
		v, err := p.asks(on, table.Filter{on.and(condition(on.table.Fields[i], table.Between, n, n))}, on.is)
		if err := p.told(on, execute.AskedBetween, name, v, err, execute.EndsAreIn, execute.EndsAreOut); err != nil {
			return err
		}
	}
	return nil
}

// What date is check?

const checkField = "check"

func unknownCheck(p *prober, t *table.Table) []string {
	if !p.takes(t, checkField, table.AtMost) {
		return nil
	}
	return p.unknown(t, execute.AskedCheck, "")
}

func askCheck(p *prober, on *subject, _ []string) error {
	first, last, apart := days(on.table, on.row)
	if !apart {
		return untold("no row that was looked at was seen on two days that can be told apart")
	}
	f := on.table.Fields[fieldOf(on.table, checkField)]
	for _, reading := range []struct {
		holds string
		c     table.Condition
	}{
		{execute.FirstDetected, condition(f, table.AtMost, first.Add(day).Format(dayFormat))},
		{execute.LastVisited, condition(f, table.AtMost, last.Add(day).Format(dayFormat))}, // and not the first one
	} {
		v, err := p.asks(on, table.Filter{on.and(reading.c)}, on.is)
		if err != nil {
			return err
		}
		if v == yes {
			p.learn(on.table, execute.AskedCheck, "", reading.holds)
			return nil
		}
	}
	return undecided("the row's check is neither its first detection nor its last visit")
}

const dayFormat = "2.1.2006"

func unknownDay(p *prober, t *table.Table) []string {
	if p.holds(t, execute.AskedCheck, "") == execute.FirstDetected {
		return nil // which has no time of day
	}
	if !p.takes(t, checkField, table.AtMost) {
		return nil
	}
	return p.unknown(t, execute.AskedDay, "")
}

func askDay(p *prober, on *subject, _ []string) error {
	at, ok := on.row.Cell(on.table.FieldOf("last_visited")).Time()
	switch {
	case p.holds(on.table, execute.AskedCheck, "") != execute.LastVisited:
		return nil // it has been said why
	case !ok || at.Truncate(day).Equal(at):
		return untold("the row that was looked at has no time of day")
	}
	f := on.table.Fields[fieldOf(on.table, checkField)]
	v, err := p.asks(on, table.Filter{on.and(condition(f, table.AtMost, at.Format(dayFormat)))}, on.is)
	return p.told(on, execute.AskedDay, "", v, err, execute.WholeDay, execute.Midnight)
}

// What comes past the most rows of a request?

func askPastCap(p *prober, on *subject, _ []string) error {
	most := p.rowCap(on.table)
	if on.total <= most {
		return untold(fmt.Sprintf("%s has %s, and a request gives %s: name a larger site", p.Site, humanize.Comma(on.total), humanize.Comma(most)))
	}
	r := p.request(on.table, nil, 1)
	r.Page = int(most) + 1
	got, err := p.send(on.table, r)
	var refused *serpstatapi.Error
	switch {
	case isAPI(err, &refused) && refused.Kind == serpstatapi.KindCredits && !refused.UsedUp():
		p.learn(on.table, execute.AskedPastCap, "", execute.AnError)
	case err != nil:
		return err
	case len(got.rows) > 0 && got.rows[0].Raw() == on.samples[0].Raw():
		return undecided("the first row came again")
	case len(got.rows) > 0:
		p.learn(on.table, execute.AskedPastCap, "", execute.MoreRows)
	default:
		p.learn(on.table, execute.AskedPastCap, "", execute.NoRows)
	}
	return nil
}

// Does getAnchors without count give anchors of several words?

func askCount(p *prober, on *subject, _ []string) error {
	word := plan.WordCount(on.table)
	several := func(row table.Row) bool {
		text, _ := row.Cell(on.table.FieldOf(word.Counts)).Text()
		return len(strings.Fields(text)) > 1
	}
	come := slices.ContainsFunc(on.samples, several)
	if !come {
		two, err := p.send(on.table, with(on.table, p.request(on.table, nil, 1), word.Name, "2"))
		if err != nil {
			return err
		}
		if len(two.rows) == 0 {
			return untold("the links to " + p.Site + " have no anchor of two words")
		}
		text, _ := two.rows[0].Cell(on.table.FieldOf(word.Counts)).Text()
		piece := longest(text)
		if len(strings.Fields(piece)) < 2 {
			return untold("the anchor of two words that came is not one that can be asked for")
		}
		filter := table.Filter{{condition(on.table.Fields[freeText(on.table)], table.Contains, piece)}}
		any, err := p.find(on.table, filter)
		switch {
		case err != nil:
			return err
		case len(any.rows) > 0:
			come = several(any.rows[0])
		case any.nothing():
			again, err := p.send(on.table, with(on.table, p.request(on.table, filter, 1), word.Name, "2"))
			if err != nil {
				return err
			}
			if len(again.rows) == 0 {
				return undecided("the anchor of two words did not come again")
			}
		default:
			return undecided("rows that are counted stay away")
		}
	}
	if come {
		p.learn(on.table, execute.AskedCount, "", execute.WordsAreIn)
	} else {
		p.learn(on.table, execute.AskedCount, "", execute.WordsAreOut)
	}
	return nil
}

// Does search_type take url and part_url?

func unknownAddresses(p *prober, t *table.Table) []string {
	return p.unknown(t, execute.AskedAddress, "url", "part_url")
}

func askAddresses(p *prober, on *subject, of []string) error {
	page := on.table.FieldOf("url_from")
	for _, word := range of {
		address, err := plan.NormalizeAddress(plan.Named{Column: "the page"}, word, on.textOf(page))
		if err != nil {
			return untold("no row that was looked at is of a page that can be asked for")
		}
		r := with(on.table, p.request(on.table, nil, 1), "searchType", word)
		r.Args[0].Value = address
		got, err := p.send(on.table, r)
		switch kind := serpstatapi.KindOf(err); {
		case kind == serpstatapi.KindBadRequest, kind == serpstatapi.KindNotSupported:
			p.learn(on.table, execute.AskedAddress, word, execute.IsRefused)
		case err != nil:
			return err
		case len(got.rows) == 0:
			return undecided("with " + word + " Serpstat gives nothing of a page that has links")
		default:
			if from, _ := got.rows[0].Cell(page).Text(); !strings.HasPrefix(from, on.textOf(page)) {
				return undecided("with " + word + " Serpstat gives a link of another page")
			}
			p.learn(on.table, execute.AskedAddress, word, execute.IsTaken)
		}
	}
	return nil
}

// Does eq find a URL that is written in another way?

const spellingField = "url_to"

func unknownSpelling(p *prober, t *table.Table) []string {
	if !p.finds(t, spellingField, table.Equals) {
		return nil
	}
	return p.unknown(t, execute.AskedSpelling, spellingField)
}

func askSpelling(p *prober, on *subject, _ []string) error {
	i := fieldOf(on.table, spellingField)
	url := on.textOf(i)
	other := url + "/"
	if cut, ok := strings.CutSuffix(url, "/"); ok {
		other = cut
	}
	_, bare, ok := strings.Cut(url, "://")
	if !ok || longest(url) != url {
		return untold("no row that was looked at has a URL of plain signs")
	}
	f := on.table.Fields[i]
	v, err := p.asks(on, table.Filter{on.and(condition(f, table.Equals, other)), on.and(condition(f, table.Equals, bare))}, on.is)
	return p.told(on, execute.AskedSpelling, spellingField, v, err, execute.IsTaken, execute.IsItself)
}
