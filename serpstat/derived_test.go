package serpstat

import (
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// A clause on a host or a domain costs the rows that it leaves, and a question where the URL may have other letters; where
// the API minds case, nobody drops a URL in capitals.
func TestClausesOnWhatIsDerivedReachTheAPI(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 900, 31)
	matching := 0
	for i := range rows {
		rows[i].URLTo = "https://elsewhere.example/x.com"
		if i%30 == 0 {
			rows[i].URLTo = []string{"https://x.com/", "HTTP://WWW.X.COM:80/", "https://u@Sub.x.Com./"}[matching%3]
			matching++
		}
	}
	plugin := newTestPluginFor(plan.SQLite, 0)
	for name, c := range map[string]struct {
		q       query
		reading serpstatsim.Interpretations
		rows    int
		credits int64
	}{
		"a domain":                  {query{quals: quals(where("domain_to", "=", "x.com"))}, serpstatsim.Interpretations{}, matching, 901}, // the path has it too
		"a host":                    {query{quals: quals(where("host_to", "=", "www.x.com"))}, serpstatsim.Interpretations{}, matching / 3, int64(matching)/3 + 1},
		"a limit":                   {query{quals: quals(where("host_to", "=", "www.x.com")), limit: 4}, serpstatsim.Interpretations{}, 4, 5},
		"a list":                    {query{quals: quals(where("host_to", "=", []any{"www.x.com", "sub.x.com", "X.com"}))}, serpstatsim.Interpretations{}, 2 * matching / 3, int64(2*matching)/3 + 1},
		"like":                      {query{quals: quals(where("host_to", "~~", "sub.%"))}, serpstatsim.Interpretations{}, matching / 3, int64(matching)/3 + 1},
		"no host":                   {query{quals: quals(where("host_to", "=", "https://x.com/"))}, serpstatsim.Interpretations{}, 0, 0},
		"no domain, with a limit":   {query{quals: quals(where("domain_to", "=", "www.x.com")), limit: 4}, serpstatsim.Interpretations{}, 0, 0},
		"where the API minds case":  {query{quals: quals(where("host_to", "=", "www.x.com"))}, serpstatsim.Interpretations{ContainsCaseSensitive: true}, matching / 3, 902},
		"another one, with a limit": {query{quals: quals(where("host_to", "<>", "elsewhere.example")), limit: 1}, serpstatsim.Interpretations{}, 1, 100},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRigOn(t, plugin, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"a.com": rows}, Interpretations: c.reading}, "")
			c.q.quals = append(c.q.quals, where("query", "=", "a.com"))
			got := r.must(c.q)
			if _, credits := r.cost(); len(got) != c.rows || credits > c.credits {
				t.Errorf("%d rows for %d credits, want %d for %d at most", len(got), credits, c.rows, c.credits)
			}
		})
	}
}

// In Steampipe no condition of a join on a derived column is told to the plugin: its database would believe that it is met.
func TestSteampipeJudgesWhatIsDerivedItself(t *testing.T) {
	for _, declared := range newTestPlugin(0).provider.plugin(t.Context()).TableMap {
		for _, key := range declared.List.KeyColumns {
			if of := catalog.Of(declared.Name); of != nil && of.DerivedOf(key.Name) >= 0 {
				t.Errorf("%s.%s is a key column", declared.Name, key.Name)
			}
		}
	}
}
