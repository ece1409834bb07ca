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

const (
	readme = "../../README.md"
	recipe = "../../docs/recipes/every-monday.md"
)

// schedules are the commands of the docs for every week, by the page and by what runs them, as that would.
var schedules = []struct {
	page, by string
	command  func(page string) string
}{
	{readme, "hand", byHand}, {recipe, "hand", byHand},
	{readme, "cron", cron}, {recipe, "cron", cron},
	{readme, "the Task Scheduler", func(page string) string {
		return find(page, `(?m)^schtasks .* /TR "cmd /c cd /d %USERPROFILE% && (serpstat-sql .*)"$`)
	}},
	{recipe, "the Task Scheduler", func(page string) string {
		return strings.ReplaceAll(find(page, `(?m)^(serpstat-sql .* 2> links-log.txt)$`), "%today%", time.Now().Format(time.DateOnly))
	}},
	{recipe, "systemd", func(page string) string {
		return strings.ReplaceAll(find(page, `(?m)^ExecStart=/bin/sh -c '(.*)'$`), "%%", "%")
	}},
	{recipe, "GitHub Actions", func(page string) string { return find(page, `(?m)^      - run: (serpstat-sql .*)$`) }},
}

func byHand(page string) string {
	return find(page, `(?m)^(serpstat-sql (?:report weekly )?--max-credits .*)$`)
}

func cron(page string) string {
	return strings.ReplaceAll(find(page, `(?m)^0 7 \* \* 1  (.*)$`), `\%`, "%")
}

// find is what a pattern's group matches on a page, "" where nothing does.
func find(page, pattern string) string {
	if m := regexp.MustCompile(pattern).FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The schedules of the docs run as they are written, after a login, and make a workbook or a page of what was found and lost
// in the seven days before today.
func TestTheSchedulesOfTheDocs(t *testing.T) {
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	const recent, old = 2, 12 // days ago
	rows := serpstatsim.Generate("blog.com", 20, 1)
	for i := range rows {
		if i == 3 { // of the next workbook, also where midnight comes meanwhile
			rows[i].URLTo, rows[i].FirstSeen, rows[i].LastVisited, rows[i].DateDel = "https://example.com/", day(-1), day(-1)+" 00:00:00", nil
			continue
		}
		rows[i].URLTo, rows[i].FirstSeen, rows[i].LastVisited, rows[i].DateDel = "https://example.com/", day(old), day(1)+" 00:00:00", nil
		gone := day(recent)
		switch i % 4 {
		case 0:
			rows[i].FirstSeen = day(recent)
		case 1:
			rows[i].DateDel = &gone
		case 2:
			gone = day(old - 1)
			rows[i].DateDel = &gone
		}
	}
	sim := serpstatsim.New(serpstatsim.Options{Token: token, Domains: map[string][]serpstatsim.Row{"blog.com": rows}})
	web := httptest.NewServer(sim)
	defer func() { sim.Close(); web.Close() }()
	for _, s := range schedules {
		t.Run(filepath.Base(s.page)+", "+s.by, func(t *testing.T) {
			home := runSchedule(t, s.command(read(t, s.page)), web.URL, s.by)
			if s.page == readme {
				lookIntoPage(t, home)
			} else {
				lookIntoBook(t, home)
			}
		})
	}
}

// runSchedule runs a command in a home directory that has what the docs say.
func runSchedule(t *testing.T, line, url, by string) (home string) {
	home = t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "weekly.sql"), []byte(read(t, "../../docs/recipes/weekly.sql")), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(home, "serpstat-sql")); err != nil { // by which TestMain is the command
		t.Fatal(err)
	}
	run := func(line, stdin string, env ...string) string {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Stdin = home, strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "HOME="+home, "PATH="+home+":"+os.Getenv("PATH"), "SERPSTAT_API_URL="+url,
			"SERPSTAT_REQUESTS_PER_SECOND=1000", "GORACE=atexit_sleep_ms=0")
		cmd.Env = append(cmd.Env, env...)
		out, err := cmd.CombinedOutput()
		if line == "" || err != nil {
			t.Fatalf("%q: %v: %s", line, err, out)
		}
		return string(out)
	}
	var env []string
	if by == "GitHub Actions" {
		env = []string{"SERPSTAT_API_TOKEN=" + token}
	} else {
		run("serpstat-sql login", token)
	}
	if out := run(line, "", env...); out != "" && by != "hand" {
		t.Errorf("cron would mail %s", out)
	}
	return home
}

// lookIntoPage looks for the links of the week.
func lookIntoPage(t *testing.T, home string) {
	pages, err := filepath.Glob(filepath.Join(home, "week*.html"))
	if err != nil || len(pages) != 1 {
		t.Fatalf("there are %v, %v", pages, err)
	}
	page := read(t, pages[0])
	for _, section := range []string{"New links", "Lost links"} {
		_, after, _ := strings.Cut(page, "<h2><bdi>"+section+"</bdi>")
		in, _, _ := strings.Cut(after, "</section>")
		if rows := strings.Count(in, "<tr>"); rows != 1+5 {
			t.Errorf("%s: %d rows: %.600q", section, rows, in)
		}
	}
}

func lookIntoBook(t *testing.T, home string) {
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
		if rows, err := book.GetRows(sheet); err != nil || len(rows) != 1+5 || rows[0][0] != column {
			t.Errorf("the sheet %s has %d rows, %v", sheet, len(rows), err)
		}
	}
}
