package sqlengine

import (
	"context"
	"slices"
	"testing"
	"time"

	"modernc.org/sqlite/vtab"
)

// What a statement leaves to later ones is bounded: the rows that were used last stay. What has failed or was left
// before its end takes no room.
func TestHowManyRowsAreKept(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	scanOf := func(table string, rows int, used time.Duration, ended bool, err error) *pluginScan {
		s := newScan(request{table: &Table{Name: table}, limit: -1}, now)
		s.rows, s.ended, s.err, s.used = make([][]vtab.Value, rows), ended, err, now.Add(used)
		close(s.gone)
		return s
	}
	short := scanOf("b", 10, 2, true, nil)
	short.short = true
	for name, c := range map[string]struct {
		scans []*pluginScan
		want  []string // of tables, the last used first
	}{
		"all":                  {[]*pluginScan{scanOf("a", 10, 1, true, nil), scanOf("b", 10, 2, true, nil)}, []string{"b", "a"}},
		"as many as there may": {[]*pluginScan{scanOf("a", maxKept/2, 1, true, nil), scanOf("b", maxKept/2, 2, true, nil)}, []string{"b", "a"}},
		"one too many":         {[]*pluginScan{scanOf("a", maxKept/2+1, 1, true, nil), scanOf("b", maxKept/2, 2, true, nil)}, []string{"b"}},
		"the oldest go":        {[]*pluginScan{scanOf("a", maxKept, 2, true, nil), scanOf("b", 1, 1, true, nil)}, []string{"a"}},
		"failed":               {[]*pluginScan{scanOf("a", maxKept, 1, true, nil), scanOf("b", 10, 2, true, context.Canceled)}, []string{"a"}},
		"left":                 {[]*pluginScan{scanOf("a", maxKept, 1, true, nil), scanOf("b", 10, 2, false, nil)}, []string{"a"}},
		"came short":           {[]*pluginScan{scanOf("a", maxKept, 1, true, nil), short}, []string{"a"}},
		"always fresh":         {[]*pluginScan{scanOf("a", maxKept, 1, true, nil), scanOf("fresh", 10, 2, true, nil)}, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			st := store{scans: c.scans, ttl: time.Hour}
			st.endStatement(&Engine{fresh: []string{"fresh"}})
			var got []string
			for _, s := range st.scans {
				got = append(got, s.request.table.Name)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("kept %v, want %v", got, c.want)
			}
		})
	}
}
