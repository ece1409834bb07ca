//go:build unix

package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// commandsOf take a command out of docs/recipes/every-monday.md, as what runs it would.
var commandsOf = map[string]func(page string) string{
	"by hand": func(page string) string { return find(page, "(?s)```sh\n(serpstat-sql [^\n]*)\n```") },
	"cron": func(page string) string {
		return strings.ReplaceAll(find(page, `(?m)^0 7 \* \* 1  (serpstat-sql .*)$`), `\%`, "%")
	},
	"systemd": func(page string) string {
		return strings.ReplaceAll(find(page, `(?m)^ExecStart=/bin/sh -c '(.*)'$`), "%%", "%")
	},
	"GitHub Actions": func(page string) string { return find(page, `(?m)^      - run: (serpstat-sql .*)$`) },
}

func find(page, pattern string) string {
	if m := regexp.MustCompile(pattern).FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

// The schedules of the docs run as they are written, and make a workbook with a sheet of new and one of lost links.
func TestTheSchedulesOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/recipes/every-monday.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("../../docs/recipes/weekly.sql")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	day := func(ago int) string { return time.Now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	rows := serpstatsim.Generate("blog.com", 20, 1)
	for i := range rows {
		rows[i].URLTo, rows[i].FirstSeen, rows[i].LastVisited, rows[i].DateDel = "https://example.com/", day(2+10*(i%2)), day(1)+" 00:00:00", nil
		if gone := day(1); i%4 == 0 {
			rows[i].DateDel = &gone
		}
	}
	sim := serpstatsim.New(serpstatsim.Options{Token: token, Domains: map[string][]serpstatsim.Row{"blog.com": rows}})
	web := httptest.NewServer(sim)
	defer func() { sim.Close(); web.Close() }()
	for name, command := range commandsOf {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			if err := os.WriteFile(filepath.Join(home, "weekly.sql"), script, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(self, filepath.Join(home, "serpstat-sql")); err != nil { // by which TestMain is the command
				t.Fatal(err)
			}
			line := command(string(page))
			cmd := exec.Command("sh", "-c", line)
			cmd.Dir = home
			cmd.Env = append(os.Environ(), "HOME="+home, "PATH="+home+":"+os.Getenv("PATH"), "SERPSTAT_API_TOKEN="+token, "SERPSTAT_API_URL="+web.URL,
				"SERPSTAT_REQUESTS_PER_SECOND=1000", "GORACE=atexit_sleep_ms=0")
			if out, err := cmd.CombinedOutput(); line == "" || err != nil || len(out) > 0 && name != "by hand" {
				t.Fatalf("%q: %v: %s", line, err, out)
			}
			books, err := filepath.Glob(filepath.Join(home, "links*.xlsx"))
			if err != nil || len(books) != 1 {
				t.Fatalf("there are %v, %v", books, err)
			}
			book, err := excelize.OpenFile(books[0])
			if err != nil {
				t.Fatal(err)
			}
			defer book.Close()
			for sheet, column := range map[string]string{"New links": "first_seen", "Lost links": "date_del"} {
				rows, err := book.GetRows(sheet)
				if err != nil || len(rows) < 3 || rows[0][0] != column {
					t.Errorf("the sheet %s has %d rows, %v", sheet, len(rows), err)
				}
			}
		})
	}
}
