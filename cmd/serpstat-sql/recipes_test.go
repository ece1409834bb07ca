//go:build unix

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

const recipeDir = "../../docs/recipes/"

// house is a home directory on a machine that has the command, and tools of a test's own before those of the system.
type house struct {
	dir string
	env []string
}

func newHouse(t *testing.T, url string, tools map[string]string) *house {
	t.Helper()
	h := &house{dir: t.TempDir()}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"bin", "command"} {
		if err := os.Mkdir(filepath.Join(h.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(self, filepath.Join(h.dir, "command/serpstat-sql")); err != nil { // by which TestMain is the command
		t.Fatal(err)
	}
	for name, script := range tools {
		h.write(t, "bin/"+name, "#!/bin/sh\n"+script)
	}
	h.env = append(os.Environ(), "HOME="+h.dir, "PATH="+h.dir+"/bin:"+h.dir+"/command:"+os.Getenv("PATH"), "XDG_CACHE_HOME="+h.dir+"/cache",
		"SERPSTAT_API_URL="+url, "SERPSTAT_API_TOKEN="+token, "SERPSTAT_REQUESTS_PER_SECOND=1000", "GORACE=atexit_sleep_ms=0")
	return h
}

func (h *house) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// run runs a line as a shell does, and returns what it says and its exit code.
func (h *house) run(t *testing.T, line string, env ...string) (said string, code int) {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", line)
	cmd.Dir, cmd.Env = h.dir, append(h.env, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", line, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func simulated(t *testing.T, o serpstatsim.Options) (*serpstatsim.Server, string) {
	t.Helper()
	o.Token = token
	sim := serpstatsim.New(o)
	web := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Close(); web.Close() })
	return sim, web.URL
}

// The workbook of a client, as the recipe makes it in two weeks: the trend has both, the new links are those of the
// second, and what the first has bought is not bought again.
func TestTheWorkbookOfAClient(t *testing.T) {
	page, script := read(t, recipeDir+"client-workbook.md"), read(t, recipeDir+"client-workbook.sql")
	if !strings.Contains(page, "```sqlite\n"+script+"```\n") {
		t.Errorf("the recipe does not show\n%s", script)
	}
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	const before, missed = 25, 3 // rows of the first run, and those of them that the second must look at again
	rows := serpstatsim.Generate("blog.com", before+1, 1)
	for i := range rows {
		rows[i].URLFrom, rows[i].URLTo = fmt.Sprintf("https://blog.com/%d", i), "https://example.com/"
		rows[i].FirstSeen, rows[i].LastVisited, rows[i].DateDel = day(22), day(0)+" 00:00:00", nil
		if i < missed {
			rows[i].FirstSeen = day(9)
		}
	}
	rows[before].FirstSeen = day(1)
	sim, url := simulated(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"blog.com": rows[:before]}})
	h := newHouse(t, url, nil)
	for _, dir := range []string{"serpstat", "shared"} {
		if err := os.Mkdir(filepath.Join(h.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	h.write(t, "serpstat/client-workbook.sql", script)
	h.write(t, "serpstat/workbook.sh", find(page, "(?s)```sh\n(#!/bin/sh\n.*?)```"))
	line := cron(page)
	check := func(sheet string, want int) {
		t.Helper()
		book, err := excelize.OpenFile(filepath.Join(h.dir, "shared/links-latest.xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		if rows, err := book.GetRows(sheet); err != nil || len(rows) != 1+want {
			t.Errorf("the sheet %s has %d rows below its header, not %d: %v", sheet, len(rows)-1, want, err)
		}
	}

	said, code := h.run(t, line)
	if code != 0 {
		t.Fatalf("%q ends with %d: %s", line, code, said)
	}
	check("Trend", 1)
	check("New links", before)
	check("All links so far", before)
	said, code = h.run(t, `serpstat-sql --db serpstat/history.db "update figures set day = date(day, '-7 days'); update links set reported = date(reported, '-7 days')"`)
	if code != 0 {
		t.Fatal(said)
	}
	sim.SetRows("blog.com", rows)
	sim.Reset()
	if said, code = h.run(t, line); code != 0 {
		t.Fatalf("the second week ends with %d: %s", code, said)
	}
	check("Trend", 2)
	check("New links", 1)
	check("All links so far", before+1)
	if got, most := sim.Credits(), int64(5+1+missed+2); got > most { // the API's filter has days alone
		t.Errorf("the second week costs %d credits, of %d", got, most)
	}
	books, err := filepath.Glob(filepath.Join(h.dir, "shared", "*"))
	if err != nil || len(books) > 3 { // one more where midnight has come
		t.Errorf("in the shared folder there are %v, %v", books, err)
	}
}

// mutt keeps what it is to send: its arguments, the text, and a copy of what is attached.
const mutt = `
[ ! -e "$HOME/no-mail" ] || { echo "could not send" >&2; exit 1; }
printf '%s\n' "$@" > "$HOME/arguments"
cat > "$HOME/text"
for a; do
	[ "$before" != -a ] || cp "$a" "$HOME/attached"
	before=$a
done
`

// weekly stands for the report, which has tests of its own: all links to a domain.
const weekly = `
[ "$1 $2" = "report weekly" ] || { echo "called as $*" >&2; exit 2; }
shift 2
exec "$HOME/command/serpstat-sql" "$@" -f "$HOME/weekly.sql"
`

// The page by mail: what comes of each way in which a week can end.
func TestThePageByMail(t *testing.T) {
	const many, more, few = 300, 100, 20
	links := func(domain string, n int) []serpstatsim.Row {
		rows := serpstatsim.Generate("blog.com", n, 1)
		for i := range rows {
			rows[i].URLTo, rows[i].DateDel = "https://"+domain+"/", nil
		}
		return rows
	}
	_, url := simulated(t, serpstatsim.Options{
		Domains: map[string][]serpstatsim.Row{"blog.com": slices.Concat(links("few.com", few), links("more.com", more), links("gaps.com", many))},
		Faults:  []serpstatsim.Fault{{Kind: serpstatsim.EmptyPage, Query: "gaps.com", Page: 2}, {Kind: serpstatsim.EmptyPage, Query: "gaps.com", Page: 3}},
	})
	gone := httptest.NewServer(nil)
	gone.Close()
	script := read(t, recipeDir+"mail-page.sh")
	const day = `\d{4}-\d\d-\d\d`
	for _, c := range []struct {
		name, arguments string
		env             []string
		prepare         string
		code            int
		subject, text   string // patterns; no subject is no mail
		page            bool
		said            string
	}{
		{name: "a page", arguments: "few.com ann@agency.example", subject: "Links of few.com, " + day, text: `(?m)^\| https://blog.com/`, page: true},
		{name: "an alarm", arguments: "few.com ann@agency.example --fail-on-rows", code: 6, subject: "Links of few.com: ALARM, " + day, text: `(?m)^\| https://blog.com/`, page: true},
		{name: "a long report is cut", arguments: "more.com ann@agency.example", subject: "Links of more.com, " + day, text: "and more: all of it is in the page", page: true},
		{name: "some rows stay away", arguments: "gaps.com ann@agency.example --allow-incomplete", code: 5, subject: "Links of gaps.com: INCOMPLETE, " + day,
			text: `warning: \d+ of 300 rows of gaps.com arrived, .*\n\nWhat the week has brought is in the page`, page: true},
		{name: "rows stay away", arguments: "gaps.com ann@agency.example", code: 5, subject: "NO PAGE of gaps.com this week", text: "rows stay away, or change(.|\n)* of 300 rows of gaps.com arrived"},
		{name: "too dear", arguments: "few.com ann@agency.example", env: []string{"SERPSTAT_MAX_CREDITS=3"}, code: 4,
			subject: "NO PAGE of few.com this week", text: `more than 3 credits, or(.|\n)*--max-credits ..(.|\n)*SERPSTAT_MAX_CREDITS=3 .*mail-page.sh few.com ann@agency.example`},
		{name: "no network", arguments: "few.com ann@agency.example --config once.spc", env: []string{"SERPSTAT_API_URL=" + gone.URL},
			prepare: `printf 'connection "serpstat" {\n plugin = "serpstat"\n token = "%s"\n max_retries = 0\n}\n' "$SERPSTAT_API_TOKEN" > once.spc`,
			code:    3, subject: "NO PAGE of few.com this week", text: "Serpstat cannot be reached, or refuses(.|\n)*connection refused"},
		{name: "no command", arguments: "few.com ann@agency.example", prepare: "printf '#!/bin/sh\nexit 127\n' > bin/serpstat-sql", code: 127, subject: "NO PAGE of few.com this week", text: "exit code 127"},
		{name: "no mail of a page", arguments: "few.com ann@agency.example", prepare: "touch no-mail", code: 1, said: "could not send\nmail-page.sh: no mail could be sent: the page is .*/few.com-" + day + ".html", page: true},
		{name: "no mail of a failure", arguments: "few.com ann@agency.example", env: []string{"SERPSTAT_MAX_CREDITS=3"}, prepare: "touch no-mail", code: 1, said: "no mail could be sent: it would cost more than 3(.|\n)*--max-credits .."},
		{name: "no address", arguments: "few.com", code: 2, said: "usage: mail-page.sh DOMAIN ADDRESS"},
		{name: "an address of a page", arguments: "https://few.com/a ann@agency.example", code: 2, said: "https://few.com/a is no domain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, url, map[string]string{"mutt": mutt, "serpstat-sql": weekly})
			h.write(t, "mail-page.sh", script)
			h.write(t, "weekly.sql", "select url_from, url_to from serpstat_backlink where query = :domain")
			if c.prepare != "" {
				if said, code := h.run(t, c.prepare); code != 0 {
					t.Fatal(said)
				}
			}
			said, code := h.run(t, "./mail-page.sh "+c.arguments, c.env...)
			if code != c.code {
				t.Errorf("exit code %d, not %d: %s", code, c.code, said)
			}
			if c.said == "" && said != "" || !regexp.MustCompile(c.said).MatchString(said) {
				t.Errorf("it says %q", said)
			}
			kept, err := filepath.Glob(filepath.Join(h.dir, "serpstat-pages", "*.html"))
			if err != nil || len(kept) > 1 || len(kept) == 1 != c.page {
				t.Errorf("pages %v, %v", kept, err)
			}
			attached, err := os.ReadFile(filepath.Join(h.dir, "attached"))
			if want := c.page && c.subject != ""; (err == nil) != want || want && (!strings.HasPrefix(string(attached), "<!DOCTYPE html>") || !strings.Contains(string(attached), "</html>")) {
				t.Errorf("attached is %q, %v", attached, err)
			}
			if c.subject == "" {
				return
			}
			if arguments := read(t, filepath.Join(h.dir, "arguments")); !regexp.MustCompile(`(?m)^-s\n` + c.subject + `\n(-a\n.*\n)?--\nann@agency.example$`).MatchString(arguments) {
				t.Errorf("mutt is called with\n%s", arguments)
			}
			text := read(t, filepath.Join(h.dir, "text"))
			if !regexp.MustCompile(c.text).MatchString(text) || strings.Contains(text, token) || strings.Count(text, "\n") > 70 {
				t.Errorf("the text is\n%s", text)
			}
		})
	}
}

// As cron runs it: the text of the mail costs nothing, old pages go, and two runs do not overlap.
func TestThePageByMailCostsOnceAndKeepsTheLastPages(t *testing.T) {
	const few = 20
	rows := serpstatsim.Generate("blog.com", few, 1)
	for i := range rows {
		rows[i].URLTo, rows[i].DateDel = "https://example.com/", nil
	}
	sim, url := simulated(t, serpstatsim.Options{Domains: map[string][]serpstatsim.Row{"blog.com": rows}})
	h := newHouse(t, url, map[string]string{"mutt": mutt, "serpstat-sql": weekly})
	h.write(t, "mail-page.sh", read(t, recipeDir+"mail-page.sh"))
	h.write(t, "weekly.sql", "select url_from, url_to from serpstat_backlink where query = :domain")
	if err := os.Mkdir(filepath.Join(h.dir, "pages"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"example.com-2020-01-06.html", "example.com-2020-01-13.html", "other.com-2020-01-06.html"} {
		h.write(t, "pages/"+name, "old")
	}
	run := func() (string, int) {
		return h.run(t, "./mail-page.sh example.com ann@agency.example", "KEEP=2", "PAGES="+h.dir+"/pages")
	}
	if said, code := run(); code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	if n := sim.Credits(); n != few {
		t.Errorf("%d credits for %d rows", n, few)
	}
	kept, err := filepath.Glob(filepath.Join(h.dir, "pages", "*.html"))
	if err != nil || len(kept) != 3 || !strings.HasSuffix(kept[0], "/example.com-2020-01-13.html") || !strings.HasSuffix(kept[2], "/other.com-2020-01-06.html") {
		t.Errorf("kept are %v, %v", kept, err)
	}

	if _, err := exec.LookPath("flock"); err != nil {
		t.Skip("no flock here, and so no lock")
	}
	lock, err := os.Open(filepath.Join(h.dir, "pages", ".lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	sim.Reset()
	if said, code := run(); code != 75 || said != "" || sim.Credits() > 0 {
		t.Errorf("beside another run: exit code %d, %d credits: %s", code, sim.Credits(), said)
	}
	if text := read(t, filepath.Join(h.dir, "text")); !strings.Contains(text, "no page of this week for example.com: another run has not ended") {
		t.Errorf("the mail is\n%s", text)
	}
}

// The recipe's own try, with the report that is shipped: a page, and a text that is more than its excuse.
func TestThePageByMailOfTheDemo(t *testing.T) {
	h := newHouse(t, "", map[string]string{"mutt": mutt})
	h.write(t, "mail-page.sh", read(t, recipeDir+"mail-page.sh"))
	line := find(read(t, recipeDir+"weekly-page-by-mail.md"), `(?m)^(\./mail-page\.sh .* --demo)$`)
	if said, code := h.run(t, line, "SERPSTAT_API_URL=", "SERPSTAT_API_TOKEN="); line == "" || code != 0 || said != "" {
		t.Fatalf("%q ends with %d: %s", line, code, said)
	}
	page, text := read(t, filepath.Join(h.dir, "attached")), read(t, filepath.Join(h.dir, "text"))
	if !strings.HasPrefix(page, "<!DOCTYPE html>") || !strings.Contains(page, "shop.example") || !strings.Contains(text, "shop.example") || !strings.Contains(text, "\nWhat stands out\n---") {
		t.Errorf("the text is\n%sof a page of %d bytes", text, len(page))
	}
	if arguments := read(t, filepath.Join(h.dir, "arguments")); strings.Contains(arguments, "KNOWN") {
		t.Errorf("the mail is sent by %s", arguments)
	}
	if said, code := h.run(t, strings.Replace(line, "shop.example", "misspelled.example", 1), "SERPSTAT_API_URL=", "SERPSTAT_API_TOKEN="); code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	if arguments := read(t, filepath.Join(h.dir, "arguments")); !strings.Contains(arguments, "Links of misspelled.example: NONE KNOWN, 20") {
		t.Errorf("the mail of a site that nobody knows is sent by %s", arguments)
	}
}
