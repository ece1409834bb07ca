package sqlengine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func TestLettersBeyondASCII(t *testing.T) {
	p := &pair{rig: newRig(t, -1)}
	for expression, want := range map[string]string{
		"'Смотреть видео' like '%смотреть%'": "1", "'É' like 'é'": "1", "'ΟΔΟΣ' like 'οδος'": "1", "'ΟΔΟς' like '%σ'": "1", "'a' like 'A'": "1", "'ä' like 'a'": "0",
		"'\u212A' like 'k'": "0", "'ſ' like 's'": "0", "'k' like 'K'": "1", "'ж' like '_'": "1", "'жж' like '_'": "0", "'' like ''": "1", "'' like '%'": "1", "'' like '_'": "0",
		"'abcabd' like '%abd'": "1", "'aaab' like '%a_b'": "1", "'a%c' like 'a!%c' escape '!'": "1", "'abc' like 'a!%c' escape '!'": "0", "'a!' like 'a!' escape '!'": "0",
		"'a%' like 'a%%' escape '%'": "1", "'ab' like 'a%' escape '%'": "0", "'a\nb' like 'a%b'": "1", "'Ж' not like 'ж'": "0", "null like 'a'": "<nil>", "'a' like null": "<nil>",
		"12 like '1%'": "1", "1.0 like '1.0'": "1", "1e20 like '1.0e+20'": "1", "0.5 like '0.5'": "1", "x'61' like 'A'": "1", "lower('ПРИВЕТ É A')": "привет é a", "upper('привет é a')": "ПРИВЕТ É A",
		"lower(null)": "<nil>", "lower(2.50)": "2.5", "upper(-7)": "-7", "'Привет' glob 'п*'": "0", "lower(9e999)": "inf", "lower(1e15)": "1.0e+15", "lower(100000.0)": "100000.0",
	} {
		got := p.askEngine(t, "select "+expression)
		if value := got[0][strings.Index(got[0], " ")+1:]; value != want {
			t.Errorf("%s: %s, want %s", expression, value, want)
		}
	}
}

// What the API is asked for has every row that LIKE keeps, and a LIMIT counts right, whether or not the API ignores case.
func TestLikeOfLettersBeyondASCII(t *testing.T) {
	for _, sensitive := range []bool{false, true} {
		p := &pair{rig: newRig(t, -1)}
		p.sim.SetInterpretations(serpstatsim.Interpretations{ContainsCaseSensitive: sensitive})
		var rows []serpstatsim.Row
		for i, text := range []string{"Смотреть видео", "СМОТРЕТЬ 7", "смотреть", "Слушать", "seo и СМОТРЕТЬ", "SEO"} {
			rows = append(rows, serpstatsim.Row{URLFrom: "https://a.com/", URLTo: fmt.Sprintf("https://x%d.org/", i), LinkText: text, Nofollow: "follow", LinkType: "href", LinksExt: 1, FirstSeen: "2024-01-01", LastVisited: "2024-01-02 00:00:00"})
		}
		p.sim.SetRows("a.com", rows)
		for where, want := range map[string]int{"like '%смотреть%'": 4, "like '%смотреть 7%'": 1, "like '%SEO%Смотреть%'": 1, "like 'смотреть%'": 3, "glob '*смотреть*'": 1, "not like '%смотреть%'": 2} {
			for _, limit := range []int{-1, 2} {
				sql := fmt.Sprintf("select count(*) from (select 1 from serpstat_outlink where query = 'a.com' and link_text %s limit %d)", where, limit)
				if limit > 0 {
					want = min(want, limit)
				}
				if got := p.askEngine(t, sql); got[0] != fmt.Sprintf("int64 %d", want) {
					t.Errorf("%s: %s, want %d", sql, got[0], want)
				}
			}
		}
	}
}
