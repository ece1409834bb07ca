package apiprobe

import (
	"errors"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatapi"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Which comparisons does a method's filter take? All that can be meant are sent at once: a refusal is free of charge and
// names one, so that the rest is sent again, until the API takes it. Those of which the subject's values are known are sent
// so that they find it, and once more so that they do not.

// comparisons are those that can be meant for a field.
func comparisons(how table.How) []string {
	switch how {
	case table.ByText:
		return []string{table.Contains, table.NotContains, "startsWith", "endsWith", table.Equals, "neq"}
	case table.ByWord, table.ByCode:
		return []string{table.Contains, table.NotContains, table.Equals, "neq"}
	}
	return []string{table.AtLeast, table.AtMost, table.MoreThan, "lt", table.Between, table.Equals, "neq"}
}

// filterFields are the first columns of a table's filter fields: two columns may have one.
func filterFields(t *table.Table) (list []int) {
	for i, f := range t.Fields {
		if f.Filter.Field != "" && fieldOf(t, f.Filter.Field) == i {
			list = append(list, i)
		}
	}
	return list
}

func unknownComparisons(p *prober, t *table.Table) (list []string) {
	for _, i := range filterFields(t) {
		for _, compare := range comparisons(t.Fields[i].Filter.How) {
			list = append(list, t.Fields[i].Filter.Field+" "+compare)
		}
	}
	return p.unknown(t, execute.AskedCompare, list...)
}

// nonsense occurs in no text.
const nonsense = "zqxjkvwzq"

// claims are conditions that a subject meets, with those that it does not, and conditions of which nothing is known.
type claims struct {
	met, unmet, open []table.Condition
}

func (c *claims) drop(these func(table.Condition) bool) (dropped []table.Condition) {
	for _, list := range []*[]table.Condition{&c.met, &c.open} {
		for _, condition := range *list {
			if these(condition) {
				dropped = append(dropped, condition)
			}
		}
		*list = slices.DeleteFunc(slices.Clone(*list), these)
	}
	c.unmet = slices.DeleteFunc(slices.Clone(c.unmet), these)
	return dropped
}

// claim says what is asked of the comparisons of a field.
func (c *claims) claim(on *subject, i int, compare string) {
	f := on.table.Fields[i]
	text := on.textOf(i)
	isWhole := longest(text) == text && len(text) >= leastPiece
	n, isNumber := on.row.Cell(i).Count()
	first, last, dated := days(on.table, on.row)
	at := func(days int) any { return last.AddDate(0, 0, days).Format(dayFormat) }
	meets := func(values ...any) { c.met = append(c.met, condition(f, compare, values...)) }
	fails := func(values ...any) { c.unmet = append(c.unmet, condition(f, compare, values...)) }
	open := func(values ...any) { c.open = append(c.open, condition(f, compare, values...)) }
	switch how := f.Filter.How; {
	case how == table.ByText && compare == table.NotContains, how == table.ByText && compare == "neq":
		meets(nonsense)
	case how == table.ByText && compare == table.Contains && len(longest(text)) >= leastPiece:
		meets(longest(text))
	case how == table.ByText && isWhole:
		meets(text)
		fails(nonsense)
	case how == table.ByText:
		open(nonsense)
	case how == table.ByWord:
		open(f.Filter.Words[0])
	case how == table.ByNumber && isNumber && n > 0:
		values := map[string][2][]any{
			table.AtLeast: {{n}, {n + 1}}, table.AtMost: {{n}, {n - 1}}, table.MoreThan: {{n - 1}, {n}}, "lt": {{n + 1}, {n}},
			table.Equals: {{n}, {n + 1}}, "neq": {{n + 1}, {n}}, table.Between: {{n - 1, n + 1}, {n + 1, n + 2}},
		}[compare]
		meets(values[0]...)
		fails(values[1]...)
	case how == table.ByNumber && compare == table.Between:
		open(1, 2)
	case how == table.ByNumber:
		open(1)
	case dated && compare == table.Between:
		meets(first.AddDate(0, 0, -1).Format(dayFormat), at(1))
	case dated && (compare == table.AtLeast || compare == table.MoreThan):
		meets(first.AddDate(0, 0, -1).Format(dayFormat))
	case dated && (compare == table.AtMost || compare == "lt"):
		meets(at(2))
	case compare == table.Between:
		open("1.1.2000", "2.1.2000")
	default:
		open("1.1.2000")
	}
}

func askComparisons(p *prober, on *subject, of []string) error {
	var c claims
	for _, name := range of {
		field, compare, _ := strings.Cut(name, " ")
		c.claim(on, fieldOf(on.table, field), compare)
	}
	got, err := p.untilTaken(on, &c)
	if err != nil {
		return err
	}
	for _, condition := range c.open {
		p.learn(on.table, execute.AskedCompare, named(condition), execute.IsTaken)
	}
	if len(c.met) == 0 {
		return nil
	}
	met := c.met
	if len(got.rows) == 0 && !got.nothing() {
		return undecided("rows that are counted stay away")
	}
	if on.found = len(got.rows) > 0 && on.is(got.rows[0]); !on.found {
		if met, err = p.thoseMet(on, c.met); err != nil {
			return err
		}
	}
	if met, err = p.thoseThatTell(on, met, c.unmet); err != nil {
		return err
	}
	for _, condition := range c.met {
		holds := execute.IsTaken
		if isAmong(met, condition) {
			holds = execute.Finds
		}
		p.learn(on.table, execute.AskedCompare, named(condition), holds)
	}
	if len(met) < len(c.met) {
		return undecided("what it takes is known, but not of all whether they find what they should; another site may tell (--fresh --probe=DOMAIN)")
	}
	return nil
}

func isAmong(list []table.Condition, c table.Condition) bool {
	return slices.ContainsFunc(list, func(of table.Condition) bool { return named(of) == named(c) })
}

// untilTaken sends all conditions, without those that were refused, until the API takes the rest.
func (p *prober) untilTaken(on *subject, c *claims) (answer, error) {
	for len(c.met)+len(c.open) > 0 {
		filter := table.Filter{on.and(c.met...)}
		if len(c.open) > 0 { // beside what none has: it changes nothing
			none := condition(on.table.Fields[freeText(on.table)], table.Contains, nonsense)
			filter = append(filter, append([]table.Condition{none}, c.open...))
		}
		got, err := p.send(on.table, p.request(on.table, filter, 1))
		var refusal *serpstatapi.Error
		switch {
		case isAPI(err, &refusal) && refusal.Kind == serpstatapi.KindFilterRefused:
			what := refusal.Refused
			if what.Field == "" && !what.Date && what.CompareType == "" {
				return answer{}, undecided("Serpstat refuses the filter, and does not say what of it: " + err.Error())
			}
			refused := func(c table.Condition) bool { return what.Concerns(on.table, c) }
			dropped := c.drop(refused)
			pins := len(on.pins)
			on.pins = slices.DeleteFunc(slices.Clone(on.pins), refused)
			if len(dropped) == 0 && len(on.pins) == pins {
				return answer{}, undecided("Serpstat refuses what was not asked: " + err.Error())
			}
			if what.Field != "" { // else it may be the values
				for _, condition := range dropped {
					p.learn(on.table, execute.AskedCompare, named(condition), execute.IsRefused)
				}
			}
		case isAPI(err, &refusal) && refusal.Kind == serpstatapi.KindBadRequest:
			return answer{}, undecided("Serpstat does not take the filter by which it is asked: " + err.Error())
		default:
			return got, err
		}
	}
	return answer{}, nil
}

// thoseMet are the conditions that find the subject, where all together do not: those of numbers, of texts and of dates are
// each asked about for themselves.
func (p *prober) thoseMet(on *subject, all []table.Condition) (met []table.Condition, err error) {
	for _, of := range [][]table.How{{table.ByNumber}, {table.ByText}, {table.FromDay, table.UntilDay}} {
		group := slices.DeleteFunc(slices.Clone(all), func(c table.Condition) bool { return !slices.Contains(of, on.howOf(c)) })
		if len(group) == 0 {
			continue
		}
		got, err := p.find(on.table, table.Filter{on.and(group...)})
		if err != nil {
			return nil, err
		}
		if len(got.rows) > 0 && on.is(got.rows[0]) {
			on.found, met = true, append(met, group...)
		}
	}
	return met, nil
}

// thoseThatTell are the conditions which also leave the subject out where they should; what some page shows is believed
// without. They are asked about together.
func (p *prober) thoseThatTell(on *subject, met, unmet []table.Condition) ([]table.Condition, error) {
	attested := func(c table.Condition) bool {
		return on.table.Fields[fieldOf(on.table, c.Field)].Filter.Attests(c.CompareType)
	}
	texts := slices.DeleteFunc(slices.Clone(met), func(c table.Condition) bool { return on.howOf(c) != table.ByText })
	var filter table.Filter
	for _, c := range unmet {
		if isAmong(met, c) && !attested(c) {
			filter = append(filter, append(on.and(texts...), c))
		}
	}
	if len(filter) == 0 {
		return met, nil
	}
	none, err := p.find(on.table, filter)
	if err != nil || none.nothing() {
		return met, err
	}
	return slices.DeleteFunc(slices.Clone(met), func(c table.Condition) bool { return isAmong(unmet, c) && !attested(c) }), nil
}

func (s *subject) howOf(c table.Condition) table.How {
	return s.table.Fields[fieldOf(s.table, c.Field)].Filter.How
}

// named is a condition as facts name it.
func named(c table.Condition) string { return c.Field + " " + c.CompareType }

func isAPI(err error, as **serpstatapi.Error) bool { return errors.As(err, as) }
