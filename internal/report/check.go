package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// Options are what a script is made into a page with.
type Options struct {
	Engine *sqlengine.Engine
	Args   []any   // values of all parameters, each a [sql.NamedArg]
	Values []Param // the same as texts
	// Before is called before each statement that sets up; nil is nothing.
	Before func(ctx context.Context, i int) error
	// Phrase makes SQLite's errors of a statement those of people; nil leaves them.
	Phrase func(statement string, err error) error
}

func (o Options) phrase(statement string, err error) error {
	if o.Phrase == nil || err == nil {
		return err
	}
	return o.Phrase(statement, err)
}

// Prepared is a script that nothing is wrong with, whose set-up has run.
type Prepared struct {
	quote
	options Options
}

// Prepare runs what sets up, and finds all that is wrong with the statements, as [Problems]. Nothing is sent.
func (s *Script) Prepare(ctx context.Context, o Options) (*Prepared, error) {
	c := &checker{script: s, options: o, prices: map[*Form]price{}}
	if err := c.setUp(ctx); err != nil {
		return nil, err
	}
	for _, b := range s.Blocks {
		for _, f := range b.Forms {
			c.form(ctx, b, f)
		}
		c.bounds(b)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if err := c.problems.err(); err != nil {
		return nil, err
	}
	return &Prepared{quote{s, c.prices}, o}, nil
}

// checker finds what is wrong with a script's statements.
type checker struct {
	script   *Script
	options  Options
	problems Problems
	prices   map[*Form]price
	failed   []string // what SQLite has said already
}

func (c *checker) fail(line int, statement string, err error) {
	text := c.options.phrase(statement, err).Error()
	if !slices.Contains(c.failed, text) {
		c.failed = append(c.failed, text)
		c.problems.add(line, "%s", text)
	}
}

// setUp runs the statements that set up: they may read none of the plugin's tables.
func (c *checker) setUp(ctx context.Context) error {
	for i, st := range c.script.SetUp {
		if !c.declared(st.Text, st.Line) {
			continue
		}
		switch word := firstWord(st.Text); {
		case slices.Contains([]string{"select", "values"}, word):
			c.problems.add(st.Line, "its rows are shown nowhere: write -- @table TITLE above it, or another shape")
			continue
		case slices.Contains([]string{"begin", "commit", "end", "rollback", "savepoint", "release", "vacuum", "attach", "detach"}, word):
			c.problems.add(st.Line, "%s has no place in a report", strings.ToUpper(word))
			continue
		}
		if word := firstWord(st.Text); word != "pragma" {
			_, outline, err := priceOf(ctx, c.options.Engine, st.Text, c.options.Args, true, false)
			if err != nil {
				c.fail(st.Line, st.Text, err)
				continue
			}
			if outline.Reads > 0 {
				c.problems.add(st.Line, "a statement without a shape buys no rows: make a view of them, create temp view … as select …, or show them")
				continue
			}
		}
		if c.options.Before != nil {
			if err := c.options.Before(ctx, i); err != nil {
				return err
			}
		}
		if err := perform(ctx, c.options.Engine, st.Text, c.options.Args); err != nil {
			c.fail(st.Line, st.Text, err)
		}
	}
	return ctx.Err()
}

// perform runs a statement for what it does.
func perform(ctx context.Context, e *sqlengine.Engine, statement string, args []any) error {
	rows, err := e.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return rows.Close()
}

func firstWord(statement string) string {
	if tokens := sqlengine.Tokens(statement); len(tokens) > 0 {
		return tokens[0].Text
	}
	return ""
}

// declared finds parameters that the head does not declare.
func (c *checker) declared(statement string, line int) bool {
	var missing []string
	for _, p := range sqlengine.BoundParameters(statement) {
		name := p.Name()
		if !slices.ContainsFunc(c.script.Params, func(q Parameter) bool { return q.Name == name }) && !slices.Contains(missing, p.Text) {
			missing = append(missing, p.Text)
		}
	}
	for _, text := range missing {
		var known []string
		for _, q := range c.script.Params {
			known = append(known, q.Name)
		}
		near := ""
		if n := nearest(text[1:], known); n != "" {
			near = fmt.Sprintf(" (did you mean :%s?)", n)
		}
		c.problems.add(line, "no parameter %s is declared%s: write -- @param %s DESCRIPTION in the head", text, near, strings.TrimLeft(text, ":@$?"))
	}
	return len(missing) == 0
}

// form finds what is wrong with a statement that is shown.
func (c *checker) form(ctx context.Context, b *Block, f *Form) {
	if f.SQL == "" {
		c.prices[f] = price{}
		return
	}
	if !c.declared(f.SQL, f.At) {
		return
	}
	if word := firstWord(f.SQL); !slices.Contains([]string{"select", "with", "values"}, word) {
		c.problems.add(f.At, "a section shows what a SELECT finds, and this statement begins with %s: put it above the section's directives", strings.ToUpper(word))
		return
	}
	p, outline, err := priceOf(ctx, c.options.Engine, f.SQL, c.options.Args, true, false)
	if err != nil {
		c.fail(f.At, f.SQL, err)
		return
	}
	c.prices[f] = p
	c.columns(b, f, outline.Columns)
}

// columns compares a statement's columns with what is said of them.
func (c *checker) columns(b *Block, f *Form, names []string) {
	want, n := shapeColumns[b.Shape], len(names)
	if b.Shape == Text && b.textOf(f) == "" {
		want.most, want.are = 1, "the sentence, or any where a text with {column} stands below @text"
	}
	if n < want.least || want.most > 0 && n > want.most {
		c.problems.add(f.At, "@%s has %s (%s), and the statement has %s: %s", b.Shape, amounts(want.least, want.most), want.are, columns(n), strings.Join(names, ", "))
	}
	for _, u := range f.Units {
		if !slices.Contains(names, u.Column) {
			c.problems.add(u.Line, "@unit %s: the statement has no such column, but %s", u.Column, strings.Join(names, ", "))
		}
	}
	if b.Shape != Text {
		return
	}
	for _, m := range inBraces.FindAllStringSubmatch(b.textOf(f), -1) {
		if !slices.Contains(names, m[1]) {
			c.problems.add(f.Line, "{%s}: the statement has no such column, but %s", m[1], strings.Join(names, ", "))
		}
	}
}

func columns(n int) string { return table.Amount(int64(n), "column") }

// amounts says how many columns there may be.
func amounts(least, most int) string {
	switch {
	case most == 0:
		return columns(least) + " or more"
	case least == most:
		return columns(least)
	}
	return fmt.Sprintf("%d to %s", least, columns(most))
}

// bounds finds a section whose price has none, and forms that are no cheaper than the one before.
func (c *checker) bounds(b *Block) {
	bounded := b.Optional
	for i, f := range b.Forms {
		p, priced := c.prices[f]
		if !priced { // it is wrong otherwise
			return
		}
		most := p.beyond(nil)
		bounded = bounded || most != unknown
		if i == 0 {
			continue
		}
		before := c.prices[b.Forms[i-1]].beyond(nil)
		switch {
		case before != unknown && most == unknown:
			c.problems.add(f.Line, "@or is to be cheaper than what stands before it, which costs %d credits at most: this costs one for each row, however many there are", before)
		case before != unknown && most >= before:
			c.problems.add(f.Line, "@or is to be cheaper than what stands before it: that costs %d credits at most, and this %d", before, most)
		}
	}
	if bounded {
		return
	}
	last := b.Forms[len(b.Forms)-1]
	why := "it costs a credit for each row, however many there are"
	if c.prices[last].open {
		why = "what it asks depends on rows that it reads before (write a scalar subquery, or a materialized CTE of each table)"
	}
	c.problems.add(last.At, "the price has no bound: %s; add ORDER BY and LIMIT that the API takes, an @or form that costs less below it, or @optional above it, by which the section may be left out", why)
}
