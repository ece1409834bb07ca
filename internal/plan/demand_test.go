package plan

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func demand(limit int64) Demand {
	return Demand{limit: limit, exact: true, sources: 1, maxPage: 1000, rowCap: 60_000}
}

func (d Demand) inexact() Demand {
	d.exact = false
	return d
}

func (d Demand) of(sources int64) Demand {
	d.sources = sources
	return d
}

func (d Demand) inOrder() Demand {
	d.ordered = true
	return d
}

func TestHowManyRowsAreWantedNext(t *testing.T) {
	tests := map[string]struct {
		demand Demand
		at     Progress
		want   int64
	}{
		"no limit, at first":     {demand(-1), Progress{Spellings: 1, Guard: NoGuard}, -1},
		"no limit, later":        {demand(-1), Progress{Spellings: 1, Streamed: 5, Taken: 9, Guard: 3}, -1},
		"no limit, in order":     {demand(-1).inOrder().of(2), Progress{Spellings: 1, Taken: 9, Guard: NoGuard}, -1},
		"all of a limit":         {demand(10).All(), Progress{Spellings: 1, Guard: NoGuard}, -1},
		"first, exact":           {demand(11), Progress{Spellings: 1, Guard: NoGuard}, 11},
		"first, many":            {demand(70_000), Progress{Spellings: 1, Guard: NoGuard}, 70_000},
		"first, spelt twice":     {demand(11), Progress{Spellings: 2, Guard: NoGuard}, 6},
		"first, of a later one":  {demand(11), Progress{Spellings: 1, Streamed: 4, Before: 4, Guard: NoGuard}, 7},
		"first of three":         {demand(11).of(3), Progress{Spellings: 1, Guard: NoGuard}, 11},
		"first of three ordered": {demand(11).of(3).inOrder(), Progress{Spellings: 1, Guard: NoGuard}, 4},
		"… spelt twice":          {demand(30).of(3).inOrder(), Progress{Spellings: 2, Guard: NoGuard}, 5},
		"… inexact":              {demand(31).of(3).inOrder().inexact(), Progress{Spellings: 1, Guard: NoGuard}, 12},
		"first, inexact, 1":      {demand(1).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 1},
		"first, inexact, 2":      {demand(2).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 2},
		"first, inexact, 7":      {demand(7).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 8},
		"first, inexact, 13":     {demand(13).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 15},
		"first, inexact, 17":     {demand(17).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 18},
		"first, inexact, 25":     {demand(25).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 25},
		"first, inexact, 973":    {demand(973).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 1000},
		"first, inexact, 1001":   {demand(1001).inexact(), Progress{Spellings: 1, Guard: NoGuard}, 1001},
		"guard enough":           {demand(100), Progress{Spellings: 1, Guard: 100}, 100},
		"guard less":             {demand(100), Progress{Spellings: 1, Guard: 99}, GuardedFirstPage},
		"guard little":           {demand(100), Progress{Spellings: 1, Guard: 7}, 7},
		"guard spent":            {demand(100), Progress{Spellings: 1, Guard: 0}, 1},
		"guard, rounded":         {demand(11).inexact(), Progress{Spellings: 1, Guard: 11}, 11},
		"all matched":            {demand(100), Progress{Spellings: 1, Streamed: 60, Taken: 60, Guard: NoGuard}, 40},
		"all matched, twice":     {demand(100), Progress{Spellings: 2, Streamed: 40, Taken: 20, Guard: NoGuard}, 30},
		"none matched":           {demand(10).inexact(), Progress{Spellings: 1, Taken: 120, Guard: NoGuard}, 120},
		"few matched":            {demand(10).inexact(), Progress{Spellings: 1, Streamed: 4, Taken: 50, Guard: NoGuard}, 50},
		"most matched":           {demand(10).inexact(), Progress{Spellings: 1, Streamed: 8, Taken: 50, Guard: NoGuard}, 13},
		"half, spelt twice":      {demand(40).inexact(), Progress{Spellings: 2, Streamed: 20, Taken: 20, Guard: NoGuard}, 20},
		"before it":              {demand(40).inexact(), Progress{Spellings: 1, Streamed: 35, Before: 20, Taken: 45, Guard: NoGuard}, 15},
		"more came than taken":   {demand(40).inexact(), Progress{Spellings: 1, Streamed: 30, Taken: 20, Guard: NoGuard}, 10},
		"one in order, later":    {demand(10).inexact().inOrder(), Progress{Spellings: 1, Streamed: 8, Taken: 50, Guard: NoGuard}, 13},
		"several, later":         {demand(10).inexact().of(2), Progress{Spellings: 1, Streamed: 8, Taken: 50, Guard: NoGuard}, 13},
		"in order, doubled":      {demand(100).inOrder().of(2), Progress{Spellings: 1, Streamed: 10, Taken: 20, Guard: NoGuard}, 20},
		"in order, at the end":   {demand(15).inOrder().of(2), Progress{Spellings: 1, Streamed: 10, Taken: 20, Guard: NoGuard}, 5},
		"in order, spelt twice":  {demand(15).inOrder().of(2), Progress{Spellings: 2, Streamed: 10, Taken: 20, Guard: NoGuard}, 3},
		"a guard is for firsts":  {demand(100), Progress{Spellings: 1, Streamed: 60, Taken: 60, Guard: 2}, 40},
	}
	for name, tt := range tests {
		if got := tt.demand.Next(tt.at); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func TestTheFirstPageOfUnknownDemand(t *testing.T) {
	for guard, want := range map[int64]int{NoGuard: 125, 1_000_000: 125, 5000: 125, 4000: 100, 1000: 25, 26: 25, 25: 25, 24: 24, 1: 1, 0: 1} {
		if got := demand(-1).FirstPage(guard); got != want {
			t.Errorf("with %d credits: %d, want %d", guard, got, want)
		}
	}
}

func TestWhetherALimitEndsBeforeTheCap(t *testing.T) {
	tests := map[string]struct {
		demand        Demand
		at            Progress
		ends, pastCap bool
	}{
		"no limit":                {demand(-1), Progress{Spellings: 1}, false, false},
		"all of a limit":          {demand(5).All(), Progress{Spellings: 1}, false, false},
		"small":                   {demand(5), Progress{Spellings: 1}, true, false},
		"the cap":                 {demand(60_000), Progress{Spellings: 1}, true, false},
		"past the cap":            {demand(60_001), Progress{Spellings: 1}, false, true},
		"past it, some streamed":  {demand(60_001), Progress{Spellings: 1, Streamed: 1, Taken: 1}, true, true},
		"past it, spelt twice":    {demand(120_000), Progress{Spellings: 2}, true, true},
		"exact, late":             {demand(59_000), Progress{Spellings: 1, Streamed: 50_000, Taken: 50_000}, true, false},
		"inexact":                 {demand(5).inexact(), Progress{Spellings: 1}, true, false},
		"inexact, not yet late":   {demand(5).inexact(), Progress{Spellings: 1, Taken: 14_999}, true, false},
		"inexact, late":           {demand(5).inexact(), Progress{Spellings: 1, Taken: 15_000}, false, false},
		"inexact, past the cap":   {demand(60_001).inexact(), Progress{Spellings: 1}, false, true},
		"another cap":             {Demand{limit: 101, exact: true, rowCap: 100}, Progress{Spellings: 1}, false, true},
		"another cap, not beyond": {Demand{limit: 100, exact: true, rowCap: 100}, Progress{Spellings: 1}, true, false},
	}
	for name, tt := range tests {
		if got := tt.demand.EndsBeforeCap(tt.at); got != tt.ends {
			t.Errorf("%s: ends before the cap is %t", name, got)
		}
		if got := tt.demand.PastCap(); got != tt.pastCap {
			t.Errorf("%s: past the cap is %t", name, got)
		}
	}
}

func TestADemandWithinAPart(t *testing.T) {
	for _, tt := range []struct{ want, left, within int64 }{{-1, 5, 5}, {3, 5, 3}, {5, 5, 5}, {9, 5, 5}, {3, 0, 1}, {-1, 0, 1}, {-1, -2, 1}, {9, -2, 1}} {
		if got := Within(tt.want, tt.left); got != tt.within {
			t.Errorf("%d within %d is %d, want %d", tt.want, tt.left, got, tt.within)
		}
	}
}

func TestTheDemandOfAPlan(t *testing.T) {
	for _, of := range catalog.Tables() {
		divided, ordered, rowCap := Order{}, of.Sort.Divide != "", of.Page.RowCap
		if ordered {
			divided = Order{of.Sort.Divide, true}
		}
		few := int64(77)
		if !of.CountsRows { // all its rows come in one answer
			few, rowCap = int64(of.Page.MaxSize), int64(of.Page.MaxSize)
		}
		for name, tt := range map[string]struct {
			in   Input
			want Demand
		}{
			"no limit": {Input{Limit: -1}, Demand{limit: -1, exact: true, sources: 2, maxPage: int64(of.Page.MaxSize), rowCap: rowCap}},
			"inexact":  {Input{Limit: 9, Order: divided, RowCap: 77, Quals: []Qual{where(of.Fields[0].Column, NotEqual, "x")}}, Demand{limit: 9, ordered: ordered, sources: 2, maxPage: int64(of.Page.MaxSize), rowCap: few}},
		} {
			tt.in.Table, tt.in.Quals = of, append(tt.in.Quals, about(of, "a.com", "b.com", "A.com")...)
			d := planOf(t, tt.in).Demand()
			if d != tt.want || d.Bounded() != (tt.in.Limit >= 0) {
				t.Errorf("%s, %s: %+v, want %+v", of.Name, name, d, tt.want)
			}
			if all := d.All(); all.Bounded() || all.sources != d.sources {
				t.Errorf("%s, %s: all of it are %+v", of.Name, name, all)
			}
		}
	}
}

// The law of LIMIT: n rows of which one in k matches cost at most twice n·k, and as many as are wanted where all match
// and that is known.
func TestALimitCostsAtMostTwiceItsRows(t *testing.T) {
	eachTable(t, func(t *rapid.T, of *table.Table) {
		n, k := rapid.Int64Range(1, 2000).Draw(t, "n"), rapid.Int64Range(1, 30).Draw(t, "k")
		p := planOf(t, Input{Table: of, Limit: n, Quals: about(of, "a.com")})
		d := p.Demand()
		if d.exact = k == 1 && rapid.Bool().Draw(t, "exact"); d.exact && d.Next(Progress{Spellings: 1, Guard: NoGuard}) != n {
			t.Fatalf("%+v is not %d", d, n)
		}
		at := Progress{Spellings: 1, Guard: NoGuard}
		for at.Streamed < n {
			want := d.Next(at)
			if want < 1 {
				t.Fatalf("%d wanted at %+v", want, at)
			}
			at.Taken += want
			at.Streamed = at.Taken / k
		}
		if at.Taken > 2*n*k {
			t.Fatalf("%d rows, one in %d, cost %d", n, k, at.Taken)
		}
	})
}
