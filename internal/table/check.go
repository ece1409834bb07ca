package table

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var name = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Check reports what is wrong with a declaration, all of it.
func (t *Table) Check() error {
	c := checker{t: t}
	c.check(strings.HasPrefix(t.Name, "serpstat_") && name.MatchString(t.Name), "its name is not serpstat_… in snake case")
	c.check(strings.Contains(t.Method, "."), "its method has no procedure")
	c.sentence("the table", t.Doc)
	c.check(t.Rows != "", "it does not say which key holds the rows")
	c.check(t.Page.MaxSize > 0 && (t.Page.RowCap > 0) == t.CountsRows, "its pages have no bounds")
	c.check(!t.One || t.Page.MaxSize == 1 && !t.CountsRows, "one row has no pages")
	c.check(t.Cost.Row >= 0 && t.Cost.Request >= 0 && t.Cost != Cost{}, "it has no cost")
	c.params()
	c.fields()
	c.derived()
	c.sort()
	for _, cheaper := range t.Cheaper {
		c.check(slices.Contains(c.columns, cheaper.Column) && t.ParamOf(cheaper.Column) < 0, "nothing is cheaper for %q, which is no column of its rows", cheaper.Column)
	}
	return errors.Join(c.problems...)
}

type checker struct {
	t        *Table
	columns  []string
	problems []error
}

func (c *checker) check(ok bool, format string, args ...any) {
	if !ok {
		c.problems = append(c.problems, fmt.Errorf("table %s: %s", c.t.Name, fmt.Sprintf(format, args...)))
	}
}

func (c *checker) sentence(what, doc string) {
	c.check(strings.HasSuffix(doc, ".") && len(doc) > 10 && doc[:1] == strings.ToUpper(doc[:1]), "%s is not documented in a sentence: %q", what, doc)
}

func (c *checker) column(column, doc string) {
	c.check(name.MatchString(column), "column %q is not in snake case", column)
	c.check(!slices.Contains(c.columns, column), "column %s comes twice", column)
	c.columns = append(c.columns, column)
	c.sentence("column "+column, doc)
}

func (c *checker) params() {
	forms := map[Form]int{}
	for i, p := range c.t.Params {
		c.column(p.Column, p.Doc)
		forms[p.Form]++
		c.check(p.Form == Choice || forms[p.Form] == 1, "column %s: its form occurs twice", p.Column)
		c.check((p.Form == Site) == (i == 0), "column %s: the site is the first parameter", p.Column)
		pages := c.t.FieldOf(p.Pages)
		c.check(p.Pages == "" || p.Form == Site && pages >= 0 && c.t.Fields[pages].Kind == Text, "column %s: %q does not show its pages", p.Column, p.Pages)
		words := p.Form == Choice || p.Form == Additional
		c.check(words == (len(p.Words) > 0), "column %s: only a choice has words", p.Column)
		c.check(p.Default == "" || p.Form == Choice && slices.Contains(p.Words, p.Default), "column %s: its default is none of its words", p.Column)
		named := p.Form != Filters && p.Form != Additional && p.Form != SortBy && p.Form != SortOrder
		c.check(named == (p.Name != ""), "column %s: a name in the request and its form do not agree", p.Column)
		c.check((p.Form == Sites) == (p.Most > 0), "column %s: only of several sites there are at most so many", p.Column)
		counted := c.t.FieldOf(p.Counts)
		c.check(p.Counts == "" || p.Form == Digits && counted >= 0 && c.t.Fields[counted].Kind == Text, "column %s: it counts no words of a text", p.Column)
		for _, word := range p.Address {
			c.check(p.Form == Choice && slices.Contains(p.Words, word), "column %s: it is none of its words: %q", p.Column, word)
		}
	}
	c.check(forms[Site] == 1, "it has no site")
	c.check(forms[SortBy] == forms[SortOrder] && (forms[SortBy] == 0 || len(c.t.Sort.Words) > 0), "sort_by, sort_order and the words to sort by go together")
}

func (c *checker) fields() {
	var keys, sorts []string
	for _, f := range c.t.Fields {
		c.column(f.Column, f.Doc)
		c.check(len(f.Keys) > 0, "column %s has no key in answers", f.Column)
		for _, k := range f.Keys {
			c.check(!slices.Contains(keys, k), "column %s: another has the key %s", f.Column, k)
			keys = append(keys, k)
		}
		kinds := map[How]Kind{ByText: Text, ByWord: Text, ByNumber: Count, FromDay: Time, UntilDay: Time, ByCode: Words}
		c.check(f.Kind >= Text && f.Kind <= Words, "column %s: a row holds no such kind of value", f.Column)
		if p := f.Filter; p.Field != "" {
			c.check(kinds[p.How] == f.Kind, "column %s: its kind is not filtered in this way", f.Column)
			c.check(len(p.Takes) > 0, "column %s: no comparison is attested", f.Column)
			c.check(p.Always == "" || p.How == ByText && !f.Optional, "column %s: only a text that is never null holds a word always", f.Column)
			c.check((p.How == ByWord) == (len(p.Words) > 0), "column %s: words are for ByWord", f.Column)
			c.check((p.How == ByCode) == (len(p.Codes) > 0), "column %s: codes are for ByCode", f.Column)
		} else {
			c.check(p.How == 0 && p.Takes == nil && p.Words == nil && p.Codes == nil && p.Always == "", "column %s: a filter without a field", f.Column)
		}
		c.check(f.Sort == "" || slices.Contains(c.t.Sort.Words, f.Sort), "column %s: %q is no word to sort by", f.Column, f.Sort)
		c.check(f.Sort == "" || !slices.Contains(sorts, f.Sort), "column %s: another is sorted by %q", f.Column, f.Sort)
		sorts = append(sorts, f.Sort)
		c.check(f.Sort == "" || !f.Optional, "column %s: where the API sorts rows without a value is not known", f.Column)
		c.check(f.Sort == "" || f.Kind == Count, "column %s: only counts have an order that databases agree on", f.Column)
	}
}

func (c *checker) derived() {
	for _, d := range c.t.Derived {
		c.column(d.Column, d.Doc)
		i := c.t.FieldOf(d.From)
		c.check(i >= 0 && c.t.Fields[i].Kind == Text, "column %s: there is no text %s to derive it from", d.Column, d.From)
		c.check(d.Part >= HostOfURL && d.Part <= DomainOfHost, "column %s: no part", d.Column)
	}
}

func (c *checker) sort() {
	s := c.t.Sort
	c.check(s.Few == "" || s.Divide == "" && slices.Contains(s.Words, s.Few), "%q does not sort what nothing divides", s.Few)
	c.check(s.Default == "" || slices.Contains(s.Words, s.Default), "its default sort %q is no word to sort by", s.Default)
	if s.Divide == "" {
		return
	}
	i := c.t.FieldOf(s.Divide)
	c.check(i >= 0 && c.t.Fields[i].Kind == Count && c.t.Fields[i].Sort != "" && !c.t.Fields[i].Optional,
		"it cannot be divided by %s: that is no number of every row that the API sorts by", s.Divide)
}
