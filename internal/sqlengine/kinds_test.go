package sqlengine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// What is compared with a value of another kind is said, or refused where it is a parameter; what cannot be costs nothing.
func TestValuesOfAnotherKind(t *testing.T) {
	rows := serpstatsim.Generate("a.com", 50, 1)
	for i := range rows {
		rows[i].URLFrom, rows[i].URLTo = rows[i].URLTo, "https://a.com/"
	}
	for sql, want := range map[string]struct {
		warning string // a part of the only one, or none
		rows    int    // -1 is an error, any number for -2
		credits int64  // at most
	}{
		"links_ext from serpstat_backlink where query = 'a.com' and links_ext = 'abc'":                  {"links_ext is compared with 'abc', which is no number: to SQLite it is greater than all numbers", 0, 0},
		"links_ext from serpstat_backlink where query = 'a.com' and links_ext in ('abc', 'it''s')":      {"links_ext is compared with 'abc'", 0, 0},
		"links_ext from serpstat_backlink where query = 'a.com' and links_ext < 'abc' limit 3":          {"links_ext is compared with 'abc'", 3, 3},
		"links_ext from serpstat_backlink where query = 'a.com' and links_ext <> '' limit 3":            {"links_ext is compared with ''", 3, 3},
		"links_ext from serpstat_backlink where query = 'a.com' and links_ext > '-1' limit 3":           {"", 3, 3},
		"host_from from serpstat_threat where query = 'a.com' and threat_types = 'malware'":             {"threat_types is JSON, and compared as a text with 'malware': of a list write exists (select 1 from json_each(threat_types) where value = 'malware')", 0, 50},
		`host_from from serpstat_threat where query = 'a.com' and threat_types = '["malware"]'`:         {"", -2, 50},
		"link_text from serpstat_anchor where query = 'a.com' and word_count >= 2":                      {"word_count is a parameter, and null where no word_count = … or word_count in (…) gives its value", 0, 0},
		"link_text from serpstat_anchor where query = 'a.com' and word_count is not null":               {"", 0, 0},
		"link_text from serpstat_anchor where query = 'a.com' and word_count is null limit 1":           {"", 1, 1},
		"link_text from serpstat_anchor where query = 'a.com' and word_count = 1 and word_count > 0":    {"", -2, 50},
		"link_text from serpstat_anchor where query = 'a.com' and word_count = 'two'":                   {"serpstat_anchor: word_count 'two' is not possible: write a whole number", -1, 0},
		"link_text from serpstat_anchor where query = 'a.com' and word_count in (1, 'two')":             {"word_count (1, 'two') is not possible: write a whole number", -1, 0},
		"link_text from serpstat_anchor where query = 'a.com' and anchor = 1.5":                         {"anchor 1.5 is not possible: write a text", -1, 0},
		"link_text from serpstat_anchor where query = 'a.com' and word_count = null":                    {"", 0, 0},
		"links_ext from serpstat_backlink where query = 'a.com' and link_per_domain = 'one' limit 3":    {"link_per_domain 'one' is not possible: write a whole number", -1, 0},
		"url_to from serpstat_backlink where query = 'a.com' and first_seen > '2010-01-01' limit 2":     {"", 2, 50},
		"url_to from serpstat_backlink where query = 'a.com' and link_text = 'abc' and links_ext = 1.5": {"", 0, 1},
		"nofollow from serpstat_backlink where query = 'a.com' and nofollow = 'dofollow'":               {"nofollow is made of follow, nofollow, ugc, sponsored, several with commas between: 'dofollow' is none of them", 0, 50},
		"nofollow from serpstat_backlink where query = 'a.com' and nofollow in ('ugc', 'no', 'none')":   {"'no' is none of them", -2, 50},
		"nofollow from serpstat_backlink where query = 'a.com' and nofollow = 'UGC,new'":                {"'UGC,new' is none of them", 0, 50},
		"nofollow from serpstat_backlink where query = 'a.com' and nofollow in ('UGC', 'nofollow,ugc')": {"", -2, 50},
		"nofollow from serpstat_backlink where query = 'a.com' and nofollow <> 'dofollow'":              {"", 50, 50},
		"nofollow from serpstat_backlink where query = 'a.com' and nofollow like 'dofollow'":            {"", 0, 50},
		"nofollow from serpstat_backlink where query = 'a.com' and nofollow = '' and nofollow is 1":     {"", 0, 50},
	} {
		r := newRig(t, -1)
		r.sim.SetRows("a.com", rows)
		got, err := drain(r.engine, serpstat.Statement(t.Context()), "select "+sql)
		said := strings.Join(r.warnings, "; ")
		var wrong *sqlengine.ParameterValueError
		if err != nil {
			if said = err.Error(); want.rows != -1 || !errors.As(err, &wrong) {
				t.Errorf("%s: %v", sql, err)
			}
		} else if want.rows == -1 || want.rows >= 0 && got != want.rows {
			t.Errorf("%s: %d rows", sql, got)
		}
		if (said == "") != (want.warning == "") || !strings.Contains(said, want.warning) || len(r.warnings) > 1 {
			t.Errorf("%s: %q, want %q", sql, said, want.warning)
		}
		if credits := r.sim.Credits(); credits > want.credits {
			t.Errorf("%s: %d credits, want %d", sql, credits, want.credits)
		}
	}
}
