//go:build unix

package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The shell's prompts, as the terminal gets them when it is ready for a key.
const (
	atPrompt = "\x1b[?2004h \bserpstat> \x1b[0K"
	atMore   = "\x1b[?2004h \b     ...> \x1b[0K"
)

// startShell starts the shell, and waits for its prompt.
func startShell(t *testing.T, before func(number int), args ...string) *onTerminal {
	t.Helper()
	o := startOnTerminal(t, "cat", before, args...)
	o.await(t, atPrompt)
	return o
}

// enters enters a line at the prompt, and returns what comes of it.
func (o *onTerminal) enters(t *testing.T, line string) (said string) {
	t.Helper()
	o.typed(t, line+"\r")
	return strings.ReplaceAll(o.await(t, atPrompt), "\r\n", "\n")
}

// leaves leaves the shell.
func (o *onTerminal) leaves(t *testing.T) (code, requests int, screen string) {
	t.Helper()
	o.typed(t, "\x04")
	return o.end()
}

// interrupt is Ctrl-C where it is a signal. The key itself would also make the terminal drop what it has not shown.
func (o *onTerminal) interrupt() { o.cmd.Process.Signal(syscall.SIGINT) }

const fewLinks = "select url_to from serpstat_outlink where query = 'few.com';"

func TestAStatementOfSeveralLinesInTheShell(t *testing.T) {
	o := startOnTerminal(t, "cat", nil)
	first := o.await(t, atPrompt)
	if !regexp.MustCompile(`^serpstat-sql \S+, token from SERPSTAT_API_TOKEN\. \.help shows the commands\.\r\n`).MatchString(first) {
		t.Errorf("it begins with %q", first)
	}
	o.typed(t, "select count(*) as n\r")
	o.await(t, atMore)
	o.typed(t, "from serpstat_outlink -- not yet;\r")
	o.await(t, atMore)
	said := o.enters(t, "where query = 'few.com' and link_text <> ';';")
	if !strings.Contains(said, "| 5 |\n") || !regexp.MustCompile(`\n1 row in \d+\.\d+ s, \d+ credits? spent, [\d,]+ left\n`).MatchString(said) {
		t.Errorf("it says %q", said)
	}
	if said := o.enters(t, "create table own(a);"); !regexp.MustCompile(`done in \d+\.\d+ s, 0 credits spent, [\d,]+ left\n`).MatchString(said) {
		t.Errorf("it says %q", said)
	}
	if said := o.enters(t, "select 40 + 2; select 43;"); !strings.Contains(said, "|     42 |") || !strings.Contains(said, "| 43 |") || strings.Count(said, "1 row in ") != 2 {
		t.Errorf("it says %q", said)
	}
	if code, _, screen := o.leaves(t); code != 0 {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// Nothing is sent before a statement needs it.
func TestWhatTheShellSaysToWrite(t *testing.T) {
	o := startShell(t, nil)
	for line, want := range map[string]string{
		"select * from serpstat_outlink;":                                    "serpstat_outlink needs a value for query: add where query = '…'",
		"select * from serpstat_outlnk where query = 'few.com';":             "no such table: serpstat_outlnk: did you mean serpstat_outlink? (.tables lists the tables, .schema TABLE its columns)",
		"select url_too from serpstat_outlink where query = 'few.com';":      "no such column: url_too: did you mean url_to? (.tables",
		"select * from serpstat_outlink where query = :domain and n < :few;": "no value for :domain (line 1), :few (line 1): write .param domain VALUE",
		".tabels":           "there is no command .tabels: did you mean .tables?",
		".nonsense":         "there is no command .nonsense: .help lists them",
		".e select 1;":      "there is no command .e: did you mean .explain or .estimate?",
		".read":             "write .read FILE",
		".quit now":         "write .quit; a name with blanks stands in quotes",
		`\d serpstat_x`:     "there is no table serpstat_x",
		`\x`:                "write .mode line, and .mode table to go back",
		"show tables;":      "| serpstat_outlink ",
		"DESCRIBE own":      "there is no table own",
		"use other":         "there is one database: .tables lists its tables",
		".mode excel":       ".mode excel: write one of table, csv, ",
		".mode xlsx":        "xlsx is nothing for a terminal: write .once report.xlsx before the statement",
		".once report.what": "",
		".budget some":      ".budget some: write how many credits may be spent from now on, from 1, or off",
		".timer maybe":      ".timer maybe: write on or off",
		".read no.sql":      ".read: open no.sql: no such file or directory",
		".import no.csv":    ".import no.csv: no such file or directory",
		".param x":          "write .param x VALUE, or .param unset x",
		".schema nothing":   "there is no table nothing",
		"help":              ".explain [STATEMENT;]",
		".help budget":      ".budget [N|off]\n  what may be spent from now on without a question",
		"-- a comment":      "",
		"":                  "",
		"   ;":              "",
	} {
		if said := o.enters(t, line); !strings.Contains(said, want) {
			t.Errorf("to %s it says %q, not %q", line, said, want)
		}
	}
	o.typed(t, `\q`+"\r")
	if code, requests, screen := o.end(); code != 0 || requests != 0 {
		t.Errorf("exit code %d after %d requests: %s", code, requests, screen)
	}
}

func TestDotCommands(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	sites := write("my sites.csv", "domain,manager\nfew.com,Ann\n")
	script := write("s.sql", "-- few\nselect :domain as d;\ncreate table made as select count(*) as n from serpstat_outlink where query = :domain;\nselect n * 10 as tenfold from made;\n")
	wrong := write("w.sql", "create table half(a);\nselect nonsense;\ncreate table other(a);\n")
	one := write("o.sql", "-- one\n\nselect nonsense;\n")
	dots := write("d.sql", "select 1;\n.mode csv\n")
	csv, xlsx := filepath.Join(dir, "links.csv"), filepath.Join(dir, "links.xlsx")
	o := startShell(t, nil, "--db", filepath.Join(dir, "own.db"))
	for _, step := range []struct {
		line string
		want string // a pattern
	}{
		{".tables", `\| serpstat_outlink +\| External links of a site`},
		{".tables %_link", `\| serpstat_threat_link`},
		{".tables *summary", `\| table +\| description +\|\n\+-+\+-+\+\n\| serpstat_backlink_summary`},
		{".schema serpstat_outlink", `\| links_ext +\| integer +\| exactly: =, in, between, <`},
		{".import '" + sites + "'", `imported .*my sites\.csv as my_sites: 1 row, csv, utf-8, delimiter ','; columns domain text, manager text`},
		{".import '" + sites + "'", `the name my_sites is that of a file that is imported before it`},
		{".import '" + sites + "' clients", `imported .* as clients: 1 row`},
		{".tables my", `\| my_sites \| a table of your own, imported \|`},
		{".schema my_sites", `CREATE TABLE "my_sites" \("domain" TEXT, "manager" TEXT\);`},
		{"select manager, count(*) from my_sites join serpstat_outlink on query = domain;", `\| Ann +\| +5 \|`},
		{".param", `no parameter has a value`},
		{".param domain few.com", `^[^:]*$`},
		{".param", `:domain = 'few\.com'\n`},
		{".read " + script, `(?s)\| few\.com \|.*done in .*\| +50 \|`},
		{".param unset domain", ``},
		{".read " + script, `\.read .*/s\.sql: no value for :domain \(line 2\): write \.param domain VALUE`},
		{".read " + one, `\.read .*/o\.sql: line 3: no such column: nonsense`},
		{".read " + wrong, `\.read .*/w\.sql: line 2: no such column: nonsense`},
		{".tables half", `no table is called so: half`},
		{".read " + dots, `line 2: a script has statements alone, and \.mode is a command of the shell's`},
		{"insert into made values (1), (2);", `2 rows inserted in .*, 0 credits spent`},
		{"update made set n = n + 1;", `3 rows updated in `},
		{"delete from made where n < 0;", `0 rows deleted in `},
		{".schema made", `CREATE TABLE made\(n`},
		{"create temp table mine(a); create view seen as select * from made;", `(?s)done in.*done in`},
		{".tables mine", `\| mine +\| a temporary table of your own`},
		{".tables seen", `\| seen +\| a view of your own`},
		{".mode csv", ``},
		{"select 1 as a, 'x' as b;", `a,b\n1,x\n`},
		{".mode", `csv \(of table, `},
		{".mode line", ``},
		{"select 1 as a;", `a = 1\n`},
		{".mode table", ``},
		{".once " + csv, ``},
		{fewLinks, `5 rows in .* written to ` + csv},
		{"select 1 as back;", `\| back \|`},
		{".once no/such/dir/x.csv", `\.once no/such/dir/x\.csv`},
		{".once " + csv, ``},
		{"select nonsense;", `no such column.*(?s).*\n\.once ` + csv + ` is off: write it again\n`},
		{"select 1 as seen;", `\| seen \|`}, // what has failed was the next statement
		{".once " + csv, ``},
		{".output stdout", ``},
		{"select 1 as shown;", `\| shown \|`},
		{".output " + xlsx, ``},
		{"select 1; select 2;", `2 rows|1 row in .* written to `},
		{"select nonsense;", `no such column`},
		{".output stdout", ``},
		{"select 1 as again;", `\| again \|`},
		{".explain select * from serpstat_outlink where query = 'many.com' and links_ext < 5;", `(?s)serpstat_outlink\n  domain +many\.com.*cost +at most .*\(\.estimate counts them`},
		{".explain", `domain +many\.com`},
		{".estimate", `(?s)total +\d+ rows.*done in .*1 credit spent`},
		{".explain create table undone as select 1 as a;", `asks nothing of the API`},
		{".tables undone", `no table is called so`},
		{".credits", `[\d,]+ credits left, \d+ used of 1,000,000`},
		{".budget", `no limit; a statement asks before it spends more than 100,000 credits; spent so far: \d+ credits`},
		{".budget 10", `10 credits may be spent without a question, and no more`},
		{"select count(url_to) from serpstat_outlink where query = 'some.com';", `stopped after .*\n.*reading some\.com costs at most 7\d\d more credits of \d+ left, \.budget is 10 and 10 are spent: write \.budget 7\d\d, or add`},
		{"select url_from from serpstat_outlink where query = 'many.com' limit 7;", `\.budget is 0 and 0 are spent: write \.budget 7 or more, or add`},
		{"select url_from from serpstat_outlink where query = 'many.com';", `\.budget is 0 and 0 are spent: write \.budget 125 or more, or add`},
		{".budget off", `no limit`},
		{".timer off", ``},
		{"select 1;", `\n1 row, 0 credits spent`},
		{".timer", `the timer is off`},
		{"help", `\.tables \[PATTERN\]`},
	} {
		if said := o.enters(t, step.line); !regexp.MustCompile(step.want).MatchString(said) {
			t.Errorf("to %s it says %q, not %s", step.line, said, step.want)
		}
	}
	if b, err := os.ReadFile(csv); err != nil || strings.Count(string(b), "\n") != 6 {
		t.Errorf("the file has %q, %v", b, err)
	}
	if b, err := os.ReadFile(xlsx); err != nil || !strings.HasPrefix(string(b), "PK") {
		t.Errorf("the workbook is %d bytes, %v", len(b), err)
	}
	if code, _, screen := o.leaves(t); code != 0 {
		t.Errorf("exit code %d: %s", code, screen)
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".serpstat-sql") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// What is entered is kept for its owner alone, a statement as one entry, and nothing with a token.
func TestTheHistoryOfTheShell(t *testing.T) {
	o := startShell(t, nil)
	o.typed(t, "select 1 as first,\r")
	o.await(t, atMore)
	o.enters(t, "2 as second;")
	o.enters(t, ".timer on")
	o.enters(t, "select '"+token+"';")
	percents := ""
	for _, b := range []byte(token) {
		percents += fmt.Sprintf("%%%02x", b)
	}
	o.enters(t, "select 'https://api.serpstat.com/v4?x="+percents+"';")
	for _, before := range []string{"", "a", "me:"} {
		o.enters(t, "select '"+base64.StdEncoding.EncodeToString([]byte(before+token+"\n"))+"';")
	}
	o.enters(t, "export SERPSTAT_API_TOKEN=other;")
	o.enters(t, "select 3 as third;")
	o.enters(t, "select 3 as third;")
	if code, _, screen := o.leaves(t); code != 0 {
		t.Errorf("exit code %d: %s", code, screen)
	}
	file := filepath.Join(o.dir, "state", "serpstat-sql", "history")
	if kept, want := o.file(t, filepath.Join("state", "serpstat-sql", "history")), "\"select 1 as first,\\n2 as second;\"\n\".timer on\"\n\"select 3 as third;\"\n"; kept != want {
		t.Errorf("kept is %q, want %q", kept, want)
	}
	for name, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v, %v", name, info.Mode(), err)
		}
	}
	again := startOnTerminalWith(t, func(cmd *exec.Cmd) {
		cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+filepath.Join(o.dir, "state"))
	}, "cat", nil)
	again.await(t, atPrompt)
	again.typed(t, "\x1b[A")
	again.await(t, "select 3 as third;")
	if said := again.enters(t, ""); !strings.Contains(said, "| third |") {
		t.Errorf("the last entry gives %q", said)
	}
	again.typed(t, "\x12secon")
	again.await(t, "select 1 as first,⏎2 as ")
	again.await(t, "bck-i-search: secon")
	if said := again.enters(t, ""); !strings.Contains(said, "| first | second |") {
		t.Errorf("what was searched for gives %q", said)
	}
	if code, _, screen := again.leaves(t); code != 0 {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

func TestCompletionInTheShell(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "unlike.csv"), []byte("domain\nfew.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := startShell(t, nil)
	for _, steps := range [][]struct{ typed, becomes string }{
		{{".imp\t", ".import "}, {dir + "/un\t", dir + "/unlike.csv"}},
		{{"sel\t", "select "}, {"* from unl\t", "select * from unlike "}, {";", ""}},
		{{"select dom\t", "select domain"}, {" from unlike;", ""}},
		{{".sch\t", ".schema "}, {"serpstat_outlink_s\t", ".schema serpstat_outlink_summary"}},
		{{".mode mark\t", ".mode markdown"}},
	} {
		for _, step := range steps {
			o.typed(t, step.typed)
			o.await(t, step.becomes)
		}
		o.typed(t, "\r")
		o.await(t, atPrompt)
	}
	o.typed(t, "select url_to, o.links_e\t")
	o.await(t, "o.links_e") // the table is not yet named
	o.typed(t, "\x15select * from serpstat_outlink o where query = 'few.com' and o.links_e\t")
	o.await(t, "o.links_ext")
	o.typed(t, " > 0 limit 1;\r")
	if said := o.await(t, atPrompt); !strings.Contains(said, "1 row in ") {
		t.Errorf("it says %q", said)
	}
	o.typed(t, "select url_f\t")
	o.await(t, "url_from")
	o.typed(t, ", url_t\t")
	o.await(t, "url_to")
	o.typed(t, " from serpstat_outlink where query = 'few.com' lim\t")
	o.await(t, "limit ")
	o.typed(t, "1;\r")
	if said := o.await(t, atPrompt); !strings.Contains(said, "| url_from ") || !strings.Contains(said, "1 row in ") {
		t.Errorf("it says %q", said)
	}
	if code, _, screen := o.leaves(t); code != 0 {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// Ctrl-C ends the statement and what it buys, however often it is pressed, and the shell goes on.
func TestCtrlCInTheShell(t *testing.T) {
	var sent atomic.Int64
	asked, letGo := make(chan struct{}, 100), make(chan struct{})
	o := startShell(t, func(number int) {
		if sent.Add(1); number > 2 {
			asked <- struct{}{}
			<-letGo
		}
	})
	o.typed(t, "select count(url_to) from serpstat_outlink where query = 'many.com';\r")
	<-asked
	o.interrupt()
	o.interrupt()
	o.await(t, "interrupted\r\n")
	o.await(t, atPrompt)
	if said := o.enters(t, "select 40 + 2 as sum;"); !strings.Contains(said, "|  42 |") {
		t.Errorf("then it says %q", said)
	}
	o.typed(t, "select 1 from\x03")
	o.await(t, "^C")
	o.await(t, atPrompt)
	o.typed(t, "select 1\r")
	o.await(t, atMore)
	o.typed(t, "\x03")
	o.await(t, atPrompt)
	if said := o.enters(t, "select 43 as sum;"); !strings.Contains(said, "|  43 |") {
		t.Errorf("then it says %q", said)
	}
	close(letGo)
	o.enters(t, fewLinks)
	before := sent.Load()
	code, _, screen := o.leaves(t)
	if after := sent.Load(); code != 0 || after != before || after > 20 { // of 23 pages
		t.Errorf("exit code %d, %d requests and %d in the end: %s", code, before, after, screen)
	}
}

// What has been sent when a statement is stopped is charged. Its line says so, and no other one counts it.
func TestTheLineOfAStoppedStatementSaysWhatIsUnderWay(t *testing.T) {
	for _, held := range []int{1, 4} { // the request from which on answers are held back
		asked, letGo := make(chan struct{}, 100), make(chan struct{})
		o := startShell(t, func(number int) {
			if number >= held {
				asked <- struct{}{}
				<-letGo
			}
		})
		o.typed(t, "select count(url_to) from serpstat_outlink where query = 'many.com';\r")
		<-asked
		o.interrupt()
		said := strings.ReplaceAll(o.await(t, "interrupted"), ",", "")
		line := regexp.MustCompile(`stopped after .* s (\d+) credits? spent \(up to (\d+) more for requests under way\)`).FindStringSubmatch(said)
		if line == nil {
			t.Fatalf("it says %q", said)
		}
		o.await(t, atPrompt)
		spent, _ := strconv.ParseInt(line[1], 10, 64)
		more, _ := strconv.ParseInt(line[2], 10, 64)
		if said := o.enters(t, "select 1;"); !strings.Contains(said, "1 row in ") || !strings.Contains(said, " 0 credits spent") || strings.Contains(said, "more") {
			t.Errorf("of the next statement it says %q", said)
		}
		close(letGo)
		said = o.enters(t, fewLinks)
		o.leaves(t)
		charged, own := int64(0), int64(0)
		for _, r := range o.sim.Requests() {
			if r.Query == "few.com" {
				own += r.Credits
			} else {
				charged += r.Credits
			}
		}
		if charged < spent || charged > spent+more {
			t.Errorf("%d credits were charged: %q", charged, line[0])
		}
		if !strings.Contains(said, fmt.Sprintf(", %d credits spent", own)) {
			t.Errorf("the statement after it has cost %d: %q", own, said)
		}
	}
}

// What is typed ahead is entered when the statement before it has ended.
func TestKeysBeforeTheNextPrompt(t *testing.T) {
	typed := make(chan func(), 1)
	o := startShell(t, func(number int) {
		if number == 1 {
			(<-typed)()
		}
	})
	typed <- func() { o.typed(t, "select 40 + 2 as sum;\n") }
	o.typed(t, fewLinks+"\r")
	if said := o.await(t, "5 rows in "); strings.Contains(said, "40 + 2") {
		t.Errorf("what is typed is shown among the rows: %q", said)
	}
	o.await(t, "|  42 |")
	o.await(t, atPrompt)
	if code, _, screen := o.leaves(t); code != 0 {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// Tabs of what is pasted are what is written, behind the first statement too, whether the terminal says that it is a paste or not.
func TestTabsOfAPasteInTheShell(t *testing.T) {
	for _, marks := range [][2]string{{"\x1b[200~", "\x1b[201~"}, {"", ""}} {
		asked, letGo := make(chan struct{}, 100), make(chan struct{})
		o := startShell(t, func(int) {
			asked <- struct{}{}
			<-letGo
		})
		o.typed(t, marks[0]+"create table mine(id,\tcolour);\rinsert into mine\r\tvalues (9,\r\t'a\tb');\rselect id\tas one, hex(colour)\tas two from\tmine;\rselect hex('\tx\ty') as h;\r"+marks[1])
		o.await(t, "|   9 | 610962 |")
		o.await(t, "| 09780979 |")
		o.await(t, atPrompt)
		if marks[0] != "" { // nor is it the key where the terminal is slow to send what is behind it
			o.typed(t, marks[0]+fewLinks+"\r")
			<-asked
			o.typed(t, "select '\t")
			close(letGo)
			o.await(t, atPrompt)
			o.await(t, "select ' ")
			o.typed(t, "' = char(9) as tab;\r"+marks[1])
			o.await(t, "|   1 |")
			o.await(t, atPrompt)
		}
		o.typed(t, "sel\t") // is the key again
		o.await(t, "select ")
		o.typed(t, "40 + 2 as sum;\r")
		o.await(t, "|  42 |")
		o.await(t, atPrompt)
		if code, _, screen := o.leaves(t); code != 0 || strings.Contains(screen, "serpstat-sql: ") {
			t.Errorf("exit code %d: %s", code, screen)
		}
	}
}

// Ctrl-C while a statement of a paste runs drops the others, behind a question and without one, and says so. They buy nothing.
func TestCtrlCInAPaste(t *testing.T) {
	for _, asks := range []bool{true, false} {
		var after atomic.Bool
		asked, letGo := make(chan struct{}, 100), make(chan struct{})
		args := map[bool][]string{true: {"--ask-above", "100"}, false: nil}[asks]
		o := startShell(t, func(number int) {
			if number > 2 && !after.Load() {
				asked <- struct{}{}
				<-letGo
			}
		}, args...)
		o.typed(t, "\x1b[200~select count(url_to) as n from serpstat_outlink where query = 'some.com';\r"+fewLinks+"\rselect 43 as more;\r\x1b[201~")
		if asks {
			o.await(t, "go on? [y/N] ")
			o.typed(t, "y\n")
		}
		<-asked
		o.typed(t, "\x03")
		said := strings.ReplaceAll(o.await(t, atPrompt), "\r\n", "\n")
		after.Store(true)
		close(letGo)
		if want := "interrupted\nnot run, since it was entered before Ctrl-C: 2 lines: select url_to from serpstat_outlink whe… …\n"; !strings.HasSuffix(said, want) {
			t.Errorf("with a question, %v: it says %q", asks, said)
		}
		if said := o.enters(t, "select 44 as last;"); !strings.Contains(said, "|   44 |") {
			t.Errorf("then it says %q", said)
		}
		code, _, screen := o.leaves(t)
		for _, r := range o.sim.Requests() {
			if r.Query == "few.com" {
				t.Errorf("with a question, %v: what was dropped asks %+v", asks, r)
			}
		}
		if code != 0 || strings.Contains(screen, "|   43 |") {
			t.Errorf("exit code %d: %s", code, screen)
		}
	}
}

// What is pasted behind a statement that asks is no answer. It goes on behind yes, and is told of behind no.
func TestAPasteBeforeAQuestion(t *testing.T) {
	for answer, want := range map[string]string{
		"y\n": "|  42 |",
		"n\n": "not run, since it was entered before the answer: 2 lines: select 40 + 2 as sum; …\n",
	} {
		o := startShell(t, nil, "--ask-above", "100")
		o.typed(t, "\x1b[200~select count(url_to) as n from serpstat_outlink where query = 'some.com';\rselect 40 + 2 as sum;\rselect 43 as more;\r\x1b[201~")
		o.await(t, "go on? [y/N] ")
		o.typed(t, answer)
		said := strings.ReplaceAll(o.await(t, atPrompt), "\r\n", "\n")
		if answer == "y\n" {
			said += o.await(t, atPrompt) + o.await(t, atPrompt)
		}
		if !strings.HasPrefix(said, answer) || !strings.Contains(said, want) || strings.Contains(said, "|  42 |") != (answer == "y\n") {
			t.Errorf("to %q it says %q", answer, said)
		}
		if said := o.enters(t, "select 44 as last;"); !strings.Contains(said, "|   44 |") {
			t.Errorf("then it says %q", said)
		}
		if code, _, screen := o.leaves(t); code != 0 {
			t.Errorf("exit code %d: %s", code, screen)
		}
	}
}

func TestAQuestionInTheShell(t *testing.T) {
	o := startShell(t, nil, "--ask-above", "100", "-o", "csv")
	dear := "select count(url_to) as n from serpstat_outlink where query = 'some.com';\r"
	for answer, want := range map[string]string{"n\n": "serpstat-sql: stopped, and nothing more was bought: reading some.com costs at most ", "": "interrupted", "\n": "stopped, and"} {
		o.typed(t, dear)
		o.await(t, "go on? [y/N] ")
		if answer == "" {
			o.interrupt()
		} else {
			o.typed(t, answer)
		}
		if said := o.await(t, atPrompt); !strings.Contains(said, want) || strings.Contains(want, "stopped, and nothing") && !regexp.MustCompile(`\.budget \d+ asks no question`).MatchString(said) {
			t.Errorf("to %q it says %q", answer, said)
		}
		if said := o.enters(t, "select 42 as n;"); !strings.Contains(said, "n\n42\n1 row in") {
			t.Errorf("then it says %q", said)
		}
	}
	for range 2 { // each statement is asked about
		o.typed(t, strings.Replace(dear, "some.com", "many.com", 1))
		o.await(t, "go on? [y/N] ")
		o.typed(t, "y\n")
		if said := o.await(t, atPrompt); !strings.Contains(said, "20000") {
			t.Errorf("to yes it says %q", said)
		}
		dear = strings.Replace(dear, "url_to", "url_from", 1)
	}
	if code, _, screen := o.leaves(t); code != 0 {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// --max-credits is for all statements of a shell together, and is raised there.
func TestABudgetOfTheShell(t *testing.T) {
	o := startShell(t, nil, "--max-credits", "20", "-o", "csv")
	if said := o.enters(t, fewLinks); !strings.Contains(said, "5 rows in ") {
		t.Errorf("it says %q", said)
	}
	if said := o.enters(t, ".budget"); !regexp.MustCompile(`1\d credits may be spent without a question, and no more; spent so far: \d credits`).MatchString(said) {
		t.Errorf("the budget is %q", said)
	}
	some := "select count(url_to) from serpstat_outlink where query = 'some.com';"
	if said := o.enters(t, some); !regexp.MustCompile(`write \.budget \d+`).MatchString(said) {
		t.Errorf("it says %q", said)
	}
	o.enters(t, ".budget 800")
	if said := o.enters(t, some); !strings.Contains(said, "\n700\n") {
		t.Errorf("it says %q", said)
	}
	if code, _, screen := o.leaves(t); code != 0 || strings.Contains(screen, "[y/N]") {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// Rows that do not fit on the screen have a pager, behind which the shell goes on, also where it is left early.
func TestAPagerInTheShell(t *testing.T) {
	o := startOnTerminal(t, `head -n 40 > "$DIR/shown"; printf '</pager>'`, nil)
	o.await(t, atPrompt)
	for range 2 {
		o.typed(t, all+";\r")
		o.await(t, "</pager>")
		o.await(t, atPrompt)
	}
	if said := o.enters(t, "select 42 as n;"); !strings.Contains(said, "| 42 |") {
		t.Errorf("then it says %q", said)
	}
	code, requests, screen := o.leaves(t)
	if code != 0 || requests > 8 || strings.Contains(strings.ReplaceAll(screen, "serpstat-sql: warning: ", ""), "serpstat-sql: ") {
		t.Errorf("exit code %d after %d requests: %s", code, requests, screen)
	}
}

// A terminal that can do nothing but lines has them.
func TestTheShellOnADumbTerminal(t *testing.T) {
	o := startOnTerminalWith(t, func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "TERM=dumb") }, "", nil)
	o.await(t, "serpstat> ")
	o.typed(t, "select 40 + 2\n")
	o.await(t, "     ...> ")
	o.typed(t, "as sum;\n")
	o.await(t, "|  42 |")
	o.await(t, "serpstat> ")
	o.typed(t, "select 1 from")
	o.await(t, "from")
	o.interrupt()
	o.await(t, "serpstat> ")
	o.typed(t, "\x15") // as the terminal does at Ctrl-C
	o.typed(t, "select 43 as sum;\n")
	o.await(t, "|  43 |")
	o.await(t, "serpstat> ")
	code, _, screen := o.leaves(t)
	if code != 0 || strings.Contains(screen, "\x1b") {
		t.Errorf("exit code %d: %q", code, screen)
	}
}

// A history that cannot be read is told of, and nothing else.
func TestAHistoryThatCannotBeRead(t *testing.T) {
	for _, terminal := range []string{"xterm", "dumb"} {
		state := t.TempDir()
		if err := os.MkdirAll(filepath.Join(state, "serpstat-sql", "history"), 0o700); err != nil {
			t.Fatal(err)
		}
		o := startOnTerminalWith(t, func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "TERM="+terminal, "XDG_STATE_HOME="+state) }, "", nil)
		if said := o.await(t, "serpstat> "); !strings.Contains(said, "warning: what is entered is not kept") {
			t.Errorf("%s: it begins with %q", terminal, said)
		}
		if code, _, screen := o.leaves(t); code != 0 {
			t.Errorf("%s: exit code %d: %s", terminal, code, screen)
		}
	}
}

// What a script has written is undone where it cannot be made last, and nothing of it stays open.
func TestACommitThatFailsInTheShell(t *testing.T) {
	o := startShell(t, nil, "--db", filepath.Join(t.TempDir(), "own.db"))
	o.enters(t, "pragma foreign_keys = on;")
	o.enters(t, "create table parent (a primary key); create table child (a references parent deferrable initially deferred);")
	if said := o.enters(t, "insert into child values (1); select 1;"); !strings.Contains(said, "FOREIGN KEY constraint failed") {
		t.Errorf("it says %q", said)
	}
	if said := o.enters(t, "select count(*) + 40 as n from child;"); !strings.Contains(said, "| 40 |") {
		t.Errorf("then it says %q", said)
	}
	if code, _, screen := o.leaves(t); code != 0 || strings.Contains(screen, "the transaction that was open is undone") {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// A signal ends the shell, and the terminal is left as it was. What stands there was not entered.
// Whoever leaves a transaction open is told that it is undone.
func TestATransactionThatIsLeftOpen(t *testing.T) {
	const undone = "warning: the transaction that was open is undone: commit ends one"
	for ends, warned := range map[string]bool{"select 1;": true, "commit;": false} {
		o := startShell(t, nil)
		o.typed(t, "begin;\r")
		o.await(t, strings.Replace(atPrompt, ">", "*>", 1))
		o.typed(t, "create table mine (a);\r")
		o.await(t, strings.Replace(atPrompt, ">", "*>", 1))
		o.typed(t, ends+"\r")
		o.await(t, map[bool]string{true: strings.Replace(atPrompt, ">", "*>", 1), false: atPrompt}[warned])
		if code, _, screen := o.leaves(t); code != 0 || strings.Contains(screen, undone) != warned {
			t.Errorf("%s: exit code %d: %s", ends, code, screen)
		}
	}
}

// What is typed is shown again behind a shell that ends at once.
func TestTwoSignalsInTheShell(t *testing.T) {
	asked, letGo := make(chan struct{}, 1), make(chan struct{})
	o := startShell(t, func(number int) {
		if number == 1 {
			asked <- struct{}{}
			<-letGo
		}
	})
	terminal, err := unix.Dup(int(o.keyboard.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(terminal)
	o.typed(t, fewLinks+"\r")
	<-asked
	echoes := func() bool {
		termios, err := unix.IoctlGetTermios(terminal, termiosOf)
		return err == nil && termios.Lflag&unix.ECHO != 0
	}
	if echoes() {
		t.Error("what is typed while a statement runs is shown")
	}
	o.cmd.Process.Signal(syscall.SIGTERM)
	o.cmd.Process.Signal(syscall.SIGTERM)
	close(letGo)
	o.cmd.Wait() //nolint:errcheck // its code is looked at below
	if !echoes() {
		t.Error("the terminal is not left as it was")
	}
	if code, _, screen := o.end(); code != 130 {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

func TestTheEndOfTheShell(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		o := startShell(t, nil)
		o.enters(t, "select 42 as kept;")
		terminal, err := unix.Dup(int(o.keyboard.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		mode := func() uint64 {
			t.Helper()
			termios, err := unix.IoctlGetTermios(terminal, termiosOf)
			if err != nil {
				t.Fatal(err)
			}
			return uint64(termios.Lflag) & (unix.ICANON | unix.ECHO | unix.ISIG)
		}
		if mode() != 0 {
			t.Error("keys are not read one by one")
		}
		o.typed(t, fewLinks)
		o.await(t, "com';")
		o.cmd.Process.Signal(signal)
		o.await(t, "serpstat-sql: interrupted")
		after := mode()
		unix.Close(terminal)
		if code, requests, screen := o.end(); code != 130 || requests != 0 {
			t.Errorf("%v: exit code %d after %d requests: %s", signal, code, requests, screen)
		}
		if after != unix.ICANON|unix.ECHO|unix.ISIG {
			t.Errorf("%v: the terminal is not left as it was", signal)
		}
		if kept := o.file(t, filepath.Join("state", "serpstat-sql", "history")); kept != "\"select 42 as kept;\"\n" {
			t.Errorf("%v: kept is %q", signal, kept)
		}
	}
}

func TestNoTokenInTheShell(t *testing.T) {
	o := startOnTerminalWith(t, func(cmd *exec.Cmd) {
		cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool { return strings.HasPrefix(v, "SERPSTAT_API_TOKEN=") })
	}, "cat", nil)
	if said := o.await(t, atPrompt); !strings.Contains(said, "no token yet (serpstat-sql login)") {
		t.Errorf("it begins with %q", said)
	}
	if said := o.enters(t, "select 42 as n;"); !strings.Contains(said, "| 42 |") {
		t.Errorf("it says %q", said)
	}
	if said := o.enters(t, fewLinks); !strings.Contains(said, "no Serpstat API token") || !strings.Contains(said, "serpstat-sql login") {
		t.Errorf("it says %q", said)
	}
	o.leaves(t)
}

func TestWhereThereIsNoShell(t *testing.T) {
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--explain"}, "--explain and --estimate are about a statement: write it as the argument, or .explain in the shell"},
		{[]string{"--fail-on-rows"}, "--fail-on-rows and --fail-on-empty are for scripts"},
		{[]string{"-f", "-"}, "no SQL: write serpstat-sql"},
		{[]string{"-o", "xlsx"}, "xlsx is nothing for a terminal"},
	} {
		o := startOnTerminal(t, "cat", nil, tt.args...)
		if code, _, screen := o.end(); code != 2 || !strings.Contains(screen, tt.says) {
			t.Errorf("%v: exit code %d: %s", tt.args, code, screen)
		}
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "rows"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	o := startOnTerminalTo(t, file, "cat", nil)
	if code, _, screen := o.end(); code != 2 || !strings.Contains(screen, "no SQL: write serpstat-sql") {
		t.Errorf("exit code %d: %s", code, screen)
	}
}

// The flags that say what is there, and where rows go, are for the shell too.
func TestFlagsOfTheShell(t *testing.T) {
	dir := t.TempDir()
	sites, rows := filepath.Join(dir, "sites.csv"), filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(sites, []byte("domain\nfew.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := startShell(t, nil, "--import", sites, "--param", "domain=few.com", "-o", rows, "--db", filepath.Join(dir, "own.db"))
	if said := o.enters(t, "select count(*) as n from serpstat_outlink where query = :domain and query in (select domain from sites);"); !strings.Contains(said, "written to "+rows) {
		t.Errorf("it says %q", said)
	}
	o.enters(t, fmt.Sprintf("create table kept as select '%s' as x;", "y"))
	o.leaves(t)
	if b, err := os.ReadFile(rows); err != nil || string(b) != "n\n5\n" {
		t.Errorf("the file has %q, %v", b, err)
	}
	o = startShell(t, nil, "--quiet", "--db", filepath.Join(dir, "own.db"))
	if said := o.enters(t, "select x from kept;"); !strings.Contains(said, "| y |") || strings.Contains(said, "spent") {
		t.Errorf("it says %q", said)
	}
	o.leaves(t)
}
