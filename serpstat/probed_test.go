package serpstat

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/apiprobe"
	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// What a probe has learned of the API changes no row of any query, under any reading, makes none dearer, and some cheaper
// where the API takes more than some page shows.
func TestWhatAProbeHasLearnedChangesNoRow(t *testing.T) {
	data := serpstatsim.Bundled()
	delete(data, serpstatsim.BigDomain)
	list := []query{
		{quals: quals(where("query", "=", "serpstat.com"), where("link_text", "=", "Company page"))},
		{quals: quals(where("query", "=", "serpstat.com"), where("link_text", "=", "page"))},
		{quals: quals(where("query", "=", "serpstat.com"), where("url_to", "~~*", "%LINKEDIN%"))},
		{quals: quals(where("query", "=", "serpstat.com"), where("links_ext", ">=", int64(40)), where("links_ext", "<=", int64(48)))},
		{table: "serpstat_out_domain", columns: []string{"host_to", "links"}, quals: quals(where("query", "=", "serpstat.com"), where("links", "<=", int64(3)))},
		{table: "serpstat_ref_domain", columns: []string{"host_from", "links"}, quals: quals(where("query", "=", "serpstat.com"), where("links", "<", int64(3)))},
		{table: "serpstat_anchor", columns: []string{"link_text", "links"}, quals: quals(where("query", "=", "serpstat.com"), where("links", "=", int64(2)))},
	}
	readings := []serpstatsim.Interpretations{{}, {ContainsCaseSensitive: true, BetweenExclusive: true, CompareTypes: serpstatsim.AllowSpecOnly}, {CompareTypes: serpstatsim.AllowSpecOnly}}
	random := rand.New(rand.NewPCG(5, 5))
	for range repetition.Times(1, 5) {
		readings = append(readings, serpstatsim.RandomInterpretations(random))
	}
	for i, reading := range readings {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := newTestPlugin(0)
			r := newRigOn(t, s, serpstatsim.Options{Domains: data, Interpretations: reading}, "")
			run := func() (said []string, credits []int64) {
				for _, q := range list {
					before := r.sim.Credits()
					got := r.run(q)
					texts := make([]string, len(got.rows))
					for i, row := range got.rows {
						texts[i] = fmt.Sprint(row)
					}
					slices.Sort(texts)
					said, credits = append(said, fmt.Sprint(texts, got.err)), append(credits, r.sim.Credits()-before)
				}
				return said, credits
			}
			said, paid := run()

			path := filepath.Join(t.TempDir(), "answers.db")
			open := func() *answers.File {
				file, err := answers.Open(path, answers.Options{Warn: func(text string) { t.Error("warned:", text) }})
				if err != nil {
					t.Fatal(err)
				}
				return file
			}
			account, err := NewAccount(r.config, Options{NoEnvironment: true, Transport: s.transport})
			if err != nil {
				t.Fatal(err)
			}
			file := open()
			if _, err := account.Probe(t.Context(), file, apiprobe.Options{Site: "serpstat.com", Most: apiprobe.MostCredits}); err != nil {
				t.Fatal(err)
			}
			file.Close()
			file = open()
			defer file.Close()
			if len(account.Facts(file)) == 0 {
				t.Fatal("nothing was learned")
			}
			r.forget()
			s.provider.opts.Answers, s.provider.opts.CacheTTL = func() *answers.File { return file }, time.Hour
			again, less := run()
			if !slices.Equal(said, again) {
				t.Errorf("with what was learned the rows are\n%.300q, without\n%.300q", again, said)
			}
			cheaper := 0
			for i := range list {
				if less[i] < paid[i] {
					cheaper++
				}
				if less[i] > paid[i] {
					t.Errorf("%v costs %d credits with what was learned, and %d without", list[i].quals, less[i], paid[i])
				}
			}
			if reading == (serpstatsim.Interpretations{}) && cheaper < 2 {
				t.Errorf("%d queries are cheaper: %d credits, %d before", cheaper, less, paid)
			}
			t.Logf("%d credits, %d before", less, paid)
		})
	}
}
