package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// The random mix: statements about sites of 30 to 6,000 links, of every declared table, under readings of the API, in
// an engine that keeps what it buys. The seed is printed with the figure.
//
// Needed are the rows that any client has to buy for a statement. It knows what is attested of the API, and how the API
// reads its filters; so it asks, in the order that the engine has asked for, for the rows that pass the obvious
// condition for each clause, as far as the API takes it, until LIMIT of them match. Rows that a statement before has
// bought for the same site are free where that is certain: the statement is the same, or has another LIMIT, or is
// narrower than one that has been read to its end. An empty answer costs a credit.

const (
	mixSeed     = 11
	mixReadings = 40 // of each engine
	mixSites    = 4  // of each reading
	mixEach     = 3  // statements of each site
)

// statement is a query, and its clauses once more to judge rows by.
type statement struct {
	query
	table   *table.Table
	clauses []clause
}

type clause struct {
	field    *table.Field
	operator string
	value    any // int64, string or time.Time
}

func mix() ([]measure, error) {
	var list []measure
	for _, kind := range engines {
		r := rand.New(rand.NewPCG(mixSeed, 1))
		var credits, paid, needed, statements int64
		for range mixReadings {
			m := &mixed{kind: kind, r: r, reading: serpstatsim.RandomInterpretations(r)}
			if err := m.run(); err != nil {
				return nil, fmt.Errorf("%s, seed %d, %+v: %w", kind.name, mixSeed, m.reading, err)
			}
			credits, paid, needed, statements = credits+m.credits, paid+m.paid, needed+m.needed, statements+m.statements
		}
		list = append(list, measure{name: kind.name + ": credits per row needed, on a random mix", value: float64(paid) / float64(needed), bound: 1.05,
			detail: fmt.Sprintf("%d credits for %d rows needed by %d statements, seed %d; one that costs less than it needs counts as if it did not", credits, needed, statements, mixSeed)})
	}
	return list, nil
}

// mixed is a part of the mix, under one reading.
type mixed struct {
	kind    engineKind
	r       *rand.Rand
	reading serpstatsim.Interpretations
	sim     *serpstatsim.Server

	credits, needed, statements int64
	paid                        int64 // of each statement what it costs, or what it needs if that is more
}

func (m *mixed) run() error {
	m.reading.AnchorsOfOneWord = false // else there is an error in place of the rows
	m.sim = serpstatsim.New(serpstatsim.Options{Interpretations: m.reading, MaxLines: math.MaxInt32, Threats: everyThreat})
	web := httptest.NewServer(m.sim)
	defer func() { m.sim.Close(); web.Close() }()
	e, err := m.kind.open(options(), fmt.Sprintf("base_url = %q\nrequests_per_second = 1000", web.URL))
	if err != nil {
		return err
	}
	defer e.close()
	for i := range mixSites {
		name := fmt.Sprintf("mix%d.example", i)
		rows := mixedLinks(name, int(30*math.Pow(200, m.r.Float64())), m.r.Uint64())
		m.sim.SetRows(name, rows)
		of := catalog.Tables()[m.r.IntN(len(catalog.Tables()))]
		all, err := m.sim.Answers(request(of, name))
		if err != nil {
			return err
		}
		var before *statement
		for range mixEach {
			s, free := m.draw(of, name, all, before)
			if err := m.ask(e, s, before, free); err != nil {
				return fmt.Errorf("%s: %w", s.sql(), err)
			}
			before = s
		}
	}
	return nil
}

// draw draws a statement: at times it is the one before, or nearly so, and free says whether it then costs nothing.
func (m *mixed) draw(of *table.Table, site string, all []json.RawMessage, before *statement) (s *statement, free bool) {
	if before != nil && m.r.IntN(2) == 0 {
		again := *before
		again.clauses = slices.Clone(before.clauses)
		again.quals = slices.Clone(before.quals)
		switch {
		case m.r.IntN(3) == 0:
			return &again, true
		case before.limit > 0:
			again.limit *= 2 + int64(m.r.IntN(3))
			return &again, false
		case !before.count:
			m.clause(&again, all)
			return &again, true
		}
	}
	s = &statement{query: query{table: of.Name, limit: -1, cache: true}.about(of, site), table: of}
	for range m.r.IntN(3) {
		m.clause(s, all)
	}
	switch m.r.IntN(5) {
	case 0:
		s.count = len(s.clauses) == 0
	case 1, 2:
		s.limit = []int64{1, 10, 100, 250, 1000}[m.r.IntN(5)]
	case 3:
		if s.limit = []int64{1, 10, 100, 250, 1000}[m.r.IntN(5)]; of.Sort.Divide != "" {
			s.sort, s.desc = of.Sort.Divide, m.r.IntN(2) == 0
		}
	}
	return s, before != nil && !of.CountsRows // all rows are here
}

// clause adds a clause about a value that there is.
func (m *mixed) clause(s *statement, all []json.RawMessage) {
	if len(all) == 0 {
		return
	}
	c := clause{field: &s.table.Fields[m.r.IntN(len(s.table.Fields))]}
	if c.field.Kind == table.Decimal || c.field.Kind == table.Words {
		return
	}
	c.value = valueOf(c.field, all[m.r.IntN(len(all))])
	switch v := c.value.(type) {
	case nil:
		return
	case string:
		if c.operator = "="; m.r.IntN(2) == 0 {
			c.operator = "~~*"
			runes := []rune(v)
			from := m.r.IntN(len(runes) + 1)
			c.value = string(runes[from:min(len(runes), from+3+m.r.IntN(10))])
		}
		if strings.ContainsAny(c.value.(string), `%_\'`) || c.value == "" {
			return
		}
	case int64:
		c.operator = []string{"=", "<", "<=", ">", ">="}[m.r.IntN(5)]
	case time.Time:
		c.operator = []string{"<", "<=", ">", ">="}[m.r.IntN(4)]
	}
	s.clauses = append(s.clauses, c)
	s.quals = append(s.quals, c.qual())
}

func (c clause) qual() *proto.Qual {
	switch v := c.value.(type) {
	case time.Time:
		q := where(c.field.Column, c.operator, "")
		q.Value = &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(v)}}
		return q
	case string:
		if c.operator == "~~*" {
			return where(c.field.Column, c.operator, "%"+v+"%")
		}
	}
	return where(c.field.Column, c.operator, c.value)
}

// valueOf is a field's value in a row: an int64, a text, a day, or nil.
func valueOf(f *table.Field, raw json.RawMessage) any {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil
	}
	for key, member := range members {
		if !f.Has(key) || string(member) == "null" {
			continue
		}
		text := string(member)
		if member[0] == '"' {
			if json.Unmarshal(member, &text) != nil {
				return nil
			}
		}
		switch f.Kind {
		case table.Count, table.Change:
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil
			}
			return n
		case table.Time:
			at, err := time.Parse(time.DateOnly, text[:min(len(text), 10)])
			if err != nil {
				return nil
			}
			return at
		}
		return text
	}
	return nil
}

// holds judges a row, times by their days.
func (c clause) holds(raw json.RawMessage) bool {
	order := 0
	switch have := valueOf(c.field, raw).(type) {
	case nil:
		return false
	case string:
		want := c.value.(string)
		if c.operator == "=" {
			return have == want
		}
		return strings.Contains(strings.ToLower(have), strings.ToLower(want))
	case int64:
		order = cmp.Compare(have, c.value.(int64))
	case time.Time:
		order = have.Compare(c.value.(time.Time))
	}
	return order == 0 && strings.Contains(c.operator, "=") || order < 0 && c.operator[0] == '<' || order > 0 && c.operator[0] == '>'
}

// ask asks a statement, and counts what it costs and needs.
func (m *mixed) ask(e engine, s, before *statement, free bool) error {
	m.sim.Reset()
	if _, err := e.run(context.Background(), s.query, nil); err != nil {
		return err
	}
	credits, needs := m.sim.Credits(), int64(0)
	if !free {
		needs = max(m.needs(s, s.limit), 1)
		if before != nil && before.limit > 0 && s.limit > before.limit && slices.Equal(s.clauses, before.clauses) && s.sort == before.sort && s.desc == before.desc {
			needs = m.needs(s, s.limit) - m.needs(s, before.limit)
		}
	}
	m.statements++
	m.credits += credits
	m.needed += needs
	m.paid += max(credits, needs)
	return nil
}

// needs is how many rows have to be bought for a statement with a limit, as if nothing were here.
func (m *mixed) needs(s *statement, limit int64) (n int64) {
	request := request(s.table, s.quals[0].Value.GetStringValue())
	if !s.table.CountsRows {
		rows, err := m.sim.Answers(request)
		if err != nil {
			return 0
		}
		return s.table.Cost.Of(len(rows))
	}
	if s.count {
		return 1
	}
	for _, r := range m.sim.Requests() {
		if r.ErrorCode == 0 {
			request.Sort, request.Order = r.Sort, r.Order
		}
	}
	var group []any
	for _, c := range s.clauses {
		group = append(group, m.conditions(request, c)...)
	}
	if len(group) > 0 {
		request.ComplexFilter = filterOf(group...)
	}
	rows, err := m.sim.Answers(request)
	if err != nil {
		return 0
	}
	for _, raw := range rows {
		if n++; !slices.ContainsFunc(s.clauses, func(c clause) bool { return !c.holds(raw) }) {
			if limit--; limit == 0 {
				break
			}
		}
	}
	return n
}

func filterOf(conditions ...any) string {
	text, _ := json.Marshal([]any{conditions}) // texts and numbers
	return string(text)
}

// conditions are the obvious ones for a clause, as far as they are attested, and the API takes them under its reading.
func (m *mixed) conditions(request serpstatsim.Request, c clause) (list []any) {
	f := c.field.Filter
	add := func(compare string, values ...any) bool {
		condition := map[string]any{"field": f.Field, "compareType": compare, "value": values}
		request.ComplexFilter = filterOf(condition)
		if !f.Attests(compare) {
			return false
		}
		_, err := m.sim.Answers(request)
		if err == nil {
			list = append(list, condition)
		}
		return err == nil
	}
	switch v := c.value.(type) {
	case int64:
		if c.operator[0] != '<' && !add(table.AtLeast, v) && !add(table.MoreThan, v-1) {
			add(table.Between, v-1, math.MaxInt32)
		}
		if c.operator == "=" {
			add(table.Equals, v)
		}
		if c.operator[0] != '>' && !add(table.AtMost, v) {
			add(table.Between, 0, v+1)
		}
	case time.Time:
		if c.operator[0] == '>' && f.How == table.FromDay {
			add(table.AtLeast, v.AddDate(0, 0, -1).Format("02.01.2006"))
		}
		if c.operator[0] == '<' && f.How == table.UntilDay {
			add(table.AtMost, v.AddDate(0, 0, 1).Format("02.01.2006"))
		}
	case string:
		switch {
		case f.How == table.ByWord && (c.operator != "=" || !slices.Contains(f.Words, v)):
		case c.operator == "=" || !m.reading.ContainsCaseSensitive || strings.ToLower(v) == strings.ToUpper(v):
			add(table.Contains, v)
		}
	}
	return list
}
