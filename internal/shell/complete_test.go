package shell

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// named is what there is to name in these tests.
type named struct{}

func (named) Tables() []string { return []string{"links", "lost_links", "My Table"} }

func (named) Columns(table string) []string {
	switch strings.ToLower(table) {
	case "links":
		return []string{"query", "url_from", "url_to", "rel", "group"}
	case "lost_links":
		return []string{"query", "date_del"}
	case "my table":
		return []string{"Referring page"}
	}
	return nil
}

func (named) Words(table, column string) []string {
	if table == "links" && column == "rel" {
		return []string{"follow", "nofollow"}
	}
	return nil
}

func (named) Functions() []string  { return []string{"upper", "url_path"} }
func (named) Formats() []string    { return []string{"table", "csv"} }
func (named) Parameters() []string { return []string{"domain", "days"} }

func TestWhatMayStandThere(t *testing.T) {
	for _, tt := range []struct {
		before, line, rest string
		want               string // what is completed, with blanks between
	}{
		{"", "sel", "", "select"},
		{"", "SEL", "", "SELECT"},
		{"", "w", "", "with"},
		{"", "select * fr", "", "from"},
		{"", "select * from l", "", "links lost_links"},
		{"", "select * from ", "", "links lost_links"},
		{"", "select * from links, lo", "", "lost_links"},
		{"", "select * from links join lo", "", "lost_links"},
		{"", "insert into li", "", "links"},
		{"", "with own as (select 1) select * from o", "", "own"},
		{"", "select url_", " from links", "url_from url_path url_to"},
		{"", "select * from links wh", "", "where"},
		{"", "select * from links l wh", "", "where"},
		{"", "select url_to u", " from links", "union using"}, // a name, or what follows
		{"", "select count(*) f", " from links", "from"},
		{"", "select 2 * u", " from links", "union unique update upper url_from url_path url_to using"},
		{"", "select * from links group ", "", "by"},
		{"", "select * from links where url_to = 'x' a", "", "and as asc"},
		{"", "select case when url_to = 'x' th", " from links", "then"},
		{"", "select * from links where rel = ", "", "'follow 'nofollow"},
		{"", "select * from links where rel = '", "", "'follow 'nofollow"},
		{"", "select * from links l where l.rel <> 'no", "", "'nofollow"},
		{"", "select * from links where rel in ('follow', 'n", "", "'nofollow"},
		{"", "select * from links where url_to = 'n", "", ""},
		{"", "select 'fol", " from links", ""},
		{"", "select u", " from lost_links", "union unique update upper url_path using"},
		{"", "select URL_T", " from links", "URL_To"},
		{"", "select date", "", "date_del"}, // no table is named yet
		{"", "select date", " from links", ""},
		{"select *\nfrom links\n", "where url_f", "", "url_from"},
		{"", "select * from links l where l.", "", "query rel url_from url_to"},
		{"", "select * from links as l where l.url_t", "", "url_to"},
		{"", "select lost_links.d", " from links, lost_links", "date_del"},
		{"", "select * from links where query = 'sel", "", ""},
		{"", "select 'it''s' fr", "", "from"},
		{"", "select 1 -- fr", "", ""},
		{"select 1 /* no\n", "fr", "", ""},
		{"", `select * from "My`, "", "My Table"},
		{"", `select "Ref`, ` from "My Table"`, "Referring page"},
		{"", "select * from links where query = :d", "", "days domain"},
		{"", ".im", "", ".import"},
		{"", ".e", "", ".estimate .explain"},
		{"", ".schema lo", "", "lost_links"},
		{"", ".mode c", "", "csv"},
		{"", ".timer o", "", "off on"},
		{"", ".param do", "", "domain"},
		{"", ".help .ou", "", ".output"},
		{"", ".explain select * from li", "", "links"},
		{"", ".param unset do", "", "domain"},
		{"", ".param unset ", "", "days domain"},
		{"", ".budget ", "", "off"},
		{"", ".credits x", "", ""},
		{"", ".nothing x", "", ""},
	} {
		c := complete(named{}, tt.before, tt.line, tt.rest)
		var got []string
		for _, rest := range c.rests() {
			got = append(got, strings.TrimRight(c.prefix+rest, ` "'(`))
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s%s|%s: %q, want %q", tt.before, tt.line, tt.rest, text, tt.want)
		}
	}
}

// What follows the only one that may stand there is written too.
func TestWhatFollowsACompletion(t *testing.T) {
	for line, want := range map[string]string{
		"select * from lin": "ks ", "select upp": "er(", "select * from links where url_fr": "om", ".impo": "rt ", `select * from "My`: ` Table"`,
	} {
		if rests := complete(named{}, "", line, "").rests(); !slices.Equal(rests, []string{want}) {
			t.Errorf("%s: %q, want %q", line, rests, want)
		}
	}
}

func TestCompletionOfFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sites.csv", "sites two.csv", ".hidden"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	separator := string(filepath.Separator)
	for typed, want := range map[string][]string{
		dir + separator:                   {"sites.csv", "sub" + separator},
		dir + separator + "si":            {"tes.csv"},
		"'" + dir + separator + "si":      {"tes two.csv", "tes.csv"},
		`"` + dir + separator + "sites t": {`wo.csv"`},
		dir + separator + "su":            {"b" + separator},
		dir + separator + ".h":            {"idden"},
		dir + separator + "nothing":       nil,
	} {
		if rests := complete(named{}, "", ".read "+typed, "").rests(); !slices.Equal(rests, want) {
			t.Errorf("%s: %q, want %q", typed, rests, want)
		}
	}
}
