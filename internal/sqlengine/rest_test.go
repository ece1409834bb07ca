package sqlengine_test

import (
	"fmt"
	"testing"
)

// Ranges of which one holds another, as a join asks for them, are bought once, whichever comes first, and hold what SQL
// says.
func TestRangesOfAJoinAreBoughtOnce(t *testing.T) {
	const up = "with recursive w(n) as (select 10 union all select n + 5 from w where n < %d) select w.n, count(o.url_to), sum(o.links_ext), max(o.raw) from w cross join T o on o.query = 'a.com' and o.links_ext %s w.n group by 1"
	const down = "with recursive w(n) as (select %d union all select n - 5 from w where n > 10) select w.n, count(o.url_to), min(o.raw) from w cross join T o on o.query = 'a.com' and o.links_ext %s w.n group by 1"
	for _, x := range []struct {
		form    string
		n       int
		op      string
		credits int64 // links_ext is each of 0 to 299 once
	}{
		{up, 60, "<=", 61}, {up, 60, "<", 60}, {up, 60, ">", 289}, {up, 60, ">=", 290},
		{down, 60, "<=", 61}, {down, 60, "<", 60}, {down, 60, ">", 289}, {down, 60, ">=", 290},
		{up, 290, "<", 300}, {down, 290, ">=", 300}, // all rows, in the end
		{up, 60, "<= 20 and o.links_ext < 30 and o.links_ext <> 12 and o.links_ext <=", 21},
		{up, 60, "<> 1 and o.url_to <> 'x' and o.links_ext <", 60},
		{up, 60, "between 5 and", 56},
		{up, 60, "between w.n - 10 and", 121}, // both ends change
	} {
		text := fmt.Sprintf(x.form, x.n, x.op)
		if got := costOf(t, text); got > x.credits {
			t.Errorf("%s costs %d, want at most %d", text, got, x.credits)
		}
	}
	for _, text := range []string{
		"with recursive w(n) as (select 10 union all select n + 5 from w where n < 60) select w.n, (select o.links_ext from T o where o.query = 'a.com' and o.links_ext < w.n order by o.links_ext desc limit 1) from w",
		"with recursive w(n) as (select 10 union all select n + 5 from w where n < 60) select w.n, (select group_concat(x) from (select o.links_ext x from T o where o.query = 'a.com' and o.links_ext < w.n order by o.links_ext desc)) from w",
		"select (select count(raw) from T where query = 'a.com' and links_ext < 20), (select count(raw) from T where query = 'a.com' and links_ext < 50 and links_ext > 10), (select count(raw) from T where query = 'a.com' and links_ext <= 50), (select count(raw) from T where query = 'a.com')",
		"select count(a.raw) from T a join T b on a.query = 'a.com' and b.query = 'b.com' and b.links_ext < a.links_ext where a.links_ext < 30",
	} {
		newPair(t).check(t, statement{text: text})
	}
}
