package serpstat

import (
	"fmt"
	"hash/crc32"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// What one process has learned of the API the next one knows, whatever holds: it pays for no question, sends no filter
// that is refused, and its rows are the same.
func TestWhatIsLearnedOutlivesTheProcess(t *testing.T) {
	rows, _ := spelled(300)
	few := rows[:60]
	list := []query{
		{quals: quals(where("query", "=", "big.com"), where("url_to", "~~*", "%/example/%"))},
		{quals: quals(where("query", "=", "big.com"), where("link_text", "~~*", "% example"))},
		{quals: quals(where("query", "=", "few.com"), where("links_ext", ">=", int64(2)), where("nofollow", "=", "follow"))},
		{quals: quals(where("query", "=", "few.com"), where("first_seen", ">", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)))},
		{table: "serpstat_anchor", columns: []string{"link_text", "links"}, quals: quals(where("query", "=", "x.com"))},
	}
	for name, reading := range map[string]serpstatsim.Interpretations{
		"the default":       {},
		"case is minded":    {ContainsCaseSensitive: true},
		"few compare types": {CompareTypes: serpstatsim.AllowAttested},
		"one word alone":    {AnchorsOfOneWord: true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "answers.db")
			s := newTestPlugin(0)
			var file *answers.File
			s.provider.opts.Answers, s.provider.opts.CacheTTL = func() *answers.File { return file }, time.Hour
			r := newRigOn(t, s, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"big.com": rows, "few.com": few}, Interpretations: reading}, "")
			// process runs all queries, twice, and tells what each has answered and sent.
			process := func() (said []string, first, second int) {
				var err error
				if file, err = answers.Open(path, answers.Options{Warn: func(text string) { t.Error("warned:", text) }}); err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				r.forget()
				for round := range 2 {
					for _, q := range list {
						got := r.run(q)
						texts := make([]string, len(got.rows))
						for i, row := range got.rows {
							texts[i] = fmt.Sprint(row)
						}
						slices.Sort(texts)
						if round == 0 {
							said = append(said, fmt.Sprintf("%d rows, %x, %v", len(texts), crc32.ChecksumIEEE(fmt.Append(nil, texts)), got.err))
						}
					}
					requests, _ := r.cost()
					if round == 0 {
						first = requests
					} else {
						second = requests - first
					}
				}
				return said, first, second
			}
			said, first, second := process()
			again, sent, _ := process()
			if !slices.Equal(said, again) {
				t.Errorf("the next process says\n%q, after\n%q", again, said)
			}
			if first <= second || sent != second {
				t.Errorf("%d requests, then %d, and in the next process %d", first, second, sent)
			}
		})
	}
}
