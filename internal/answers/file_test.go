package answers

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("WRITE_ANSWERS_TO"); path != "" {
		writeForEver(path)
	}
	goleak.VerifyTestMain(m)
}

var links = &table.Table{Name: "serpstat_link", Method: "a.getLinks", Fields: []table.Field{{Column: "n", Kind: table.Count}}}

// rowsFrom are rows with the numbers from one on.
func rowsFrom(first, n int64) *table.Rows {
	b := table.NewBuilder(links, "{}", int(n))
	for i := range n {
		b.Begin()
		b.Count(0, first+i)
		b.Whole(0, 2)
	}
	return b.Rows()
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// entry is that of a series with so many rows.
func entry(name string, rows int64) series.Entry {
	return series.Entry{Account: "me", Key: "key " + name, Common: "common", Method: "a.getLinks", Params: fmt.Sprintf(`{"query":%q}`, name),
		Begun: noon, Rows: rows, Total: 1000, Credits: rows, Memo: []byte(name)}
}

func open(t *testing.T, path string, o Options) *File {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	if o.Warn == nil {
		o.Warn = func(text string) { t.Error("warned:", text) }
	}
	f, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// put writes a series in pages of 100 rows.
func put(f *File, name string, pages int64) {
	r := f.Begin(entry(name, 0))
	for i := range pages {
		r.Append(i*100, rowsFrom(i*100, 100), entry(name, (i+1)*100))
	}
}

// checkRows looks whether what is kept has the rows that it says it has, each as it was.
func checkRows(t *testing.T, f *File) (rows int64) {
	t.Helper()
	for _, kept := range f.Like("me", "common", noon.Add(-time.Hour)) {
		for offset := int64(0); offset < kept.Rows; offset += 100 {
			page, err := kept.Record.Page(offset)
			if err != nil || page.Len() != 100 {
				t.Fatalf("%s at %d: %d rows, %v", kept.Params, offset, page.Len(), err)
			}
			for i, row := range page.All() {
				if n, _ := row.Cell(0).Count(); n != offset+int64(i) {
					t.Fatalf("%s has %d at %d", kept.Params, n, offset+int64(i))
				}
			}
		}
		rows += kept.Rows
	}
	return rows
}

func TestWhatIsKeptIsThereInTheNextRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "answers.db")
	f := open(t, path, Options{})
	put(f, "a.com", 3)
	put(f, "b.com", 2)
	f.Close()
	f = open(t, path, Options{})
	if rows := checkRows(t, f); rows != 500 {
		t.Errorf("%d rows, want 500", rows)
	}
	for since, want := range map[time.Time]int{noon: 2, noon.Add(1): 0} {
		if got := len(f.Like("me", "common", since)); got != want {
			t.Errorf("%d series are as young as %v, want %d", got, since, want)
		}
	}
	if others := f.Like("other", "common", noon); len(others) > 0 {
		t.Errorf("another account is given %v", others)
	}
	list, err := f.List("")
	if err != nil || len(list) != 2 || list[1].Rows != 300 || list[1].Credits != 300 || list[1].Total != 1000 || list[1].Bytes == 0 || !list[1].Begun.Equal(noon) {
		t.Errorf("it lists %v, %v", list, err)
	}
	dropped, err := f.Clear("A.c*M")
	if err != nil || len(dropped) != 1 || checkRows(t, f) != 200 {
		t.Errorf("dropped %v, %v", dropped, err)
	}
	f.Close()
	f = open(t, path, Options{Now: func() time.Time { return noon.Add(tooOld + time.Second) }})
	defer f.Close()
	if list, err := f.List(""); err != nil || len(list) > 0 {
		t.Errorf("after a month %v is kept, %v", list, err)
	}
}

// Nothing but rows of the owner's is in the file, and nobody else may read it; the token is not in it.
func TestTheFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "serpstat-sql", "answers.db")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f := open(t, path, Options{})
	one, other, elsewhere := f.Account("secret-token", "https://a/"), f.Account("other-token", "https://a/"), f.Account("secret-token", "https://b/")
	if one == other || one == elsewhere || f.Account("secret-token", "https://a/") != one {
		t.Error("accounts are not told apart")
	}
	e := entry("a.com", 100)
	e.Account = one
	f.Begin(e).Append(0, rowsFrom(0, 100), e)
	f.Close()
	content, err := os.ReadFile(path)
	if err != nil || bytes.Contains(content, []byte("secret")) {
		t.Error("the file holds the token", err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	left, err := fs.Glob(os.DirFS(filepath.Dir(path)), "*")
	if err != nil || len(left) != 1 {
		t.Errorf("there are %v, want one file", left)
	}
	again := open(t, filepath.Join(t.TempDir(), "answers.db"), Options{})
	defer again.Close()
	if again.Account("secret-token", "https://a/") == one {
		t.Error("a file has the accounts of another one")
	}
}

// The file stays within its bound, and the oldest series go first.
func TestTheFileIsBoundedInBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.db")
	f := open(t, path, Options{Most: LeastBytes})
	random := rand.NewChaCha8([32]byte{})
	for i := range 40 {
		noise := make([]byte, 64<<10) // which does not pack
		_, _ = random.Read(noise)
		b := table.NewBuilder(links, string(noise), 1)
		b.Begin()
		b.Whole(0, len(noise))
		e := entry(fmt.Sprint(i), 1)
		e.Begun = noon.Add(time.Duration(i))
		f.Begin(e).Append(0, b.Rows(), e)
	}
	f.Close()
	info, err := os.Stat(path)
	if err != nil || info.Size() > LeastBytes {
		t.Errorf("%d bytes, want %d at most, %v", info.Size(), LeastBytes, err)
	}
	f = open(t, path, Options{})
	defer f.Close()
	list, err := f.List("")
	if err != nil || len(list) < 10 || len(list) > 16 {
		t.Fatalf("%d series are kept, %v", len(list), err)
	}
	for i, a := range list {
		if want := fmt.Sprintf(`{"query":"%d"}`, 39-i); a.Params != want {
			t.Errorf("%s is kept in the place of %s", a.Params, want)
		}
	}
}

// A record that another process has changed is left to it; a younger one stays.
func TestTwoProcessesAtOneSeries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.db")
	one, other := open(t, path, Options{}), open(t, path, Options{})
	put(one, "a.com", 1)
	one.Close()
	one = open(t, path, Options{})
	here, there := one.Like("me", "common", noon)[0].Record, other.Like("me", "common", noon)[0].Record
	here.Append(100, rowsFrom(100, 100), entry("a.com", 200))
	one.Close()
	there.Append(100, rowsFrom(7, 100), entry("a.com", 200)) // of another moment
	there.Append(200, rowsFrom(7, 100), entry("a.com", 300))
	younger, older := entry("b.com", 100), entry("b.com", 100)
	younger.Begun = noon.Add(time.Second)
	other.Begin(younger).Append(0, rowsFrom(0, 100), younger)
	older.Rows = 300
	late := other.Begin(older)
	late.Append(0, rowsFrom(7, 100), older)
	late.Drop()
	other.Close()
	f := open(t, path, Options{})
	defer f.Close()
	if rows := checkRows(t, f); rows != 300 {
		t.Errorf("%d rows are kept, want 200 and 100", rows)
	}
}

func TestManyProcessesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.db")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			f, err := Open(path, Options{Now: func() time.Time { return noon }, Warn: func(text string) { t.Error(text) }})
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			for k := range int64(5) {
				put(f, fmt.Sprintf("%d.%d.com", i, k%3), 3)
				f.Await(context.Background())
				f.Like("me", "common", noon)
			}
		})
	}
	all.Wait()
	f := open(t, path, Options{})
	defer f.Close()
	if rows := checkRows(t, f); rows != 8*3*300 {
		t.Errorf("%d rows, want %d", rows, 8*3*300)
	}
}

// Whatever is wrong with the file, there is a warning, and then a file that works.
func TestAFileThatCannotBeUsedIsSetAside(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"no database": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600) },
		"cut":         func(path string) error { return os.Truncate(path, 5000) },
		"overwritten": func(path string) error {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt(make([]byte, 8192), 100)
			return err
		},
		"of a newer version": func(path string) error { return run(path, "pragma user_version = 2") },
		"without tables":     func(path string) error { return run(path, "drop table salt; drop table page") },
		"without its salt":   func(path string) error { return run(path, "delete from salt") },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "answers.db")
			f := open(t, path, Options{})
			put(f, "a.com", 3)
			f.Close()
			if err := spoil(path); err != nil {
				t.Fatal(err)
			}
			var warnings []string
			f = open(t, path, Options{Warn: func(text string) { warnings = append(warnings, text) }})
			checkUnder(t, f) // what is damaged may be found out late
			put(f, "b.com", 2)
			f.Close()
			if len(warnings) != 1 || !strings.Contains(warnings[0], "answers.db.unusable") {
				t.Errorf("warned: %q", warnings)
			}
			if _, err := os.Stat(path + ".unusable"); err != nil {
				t.Error(err)
			}
			f = open(t, path, Options{})
			defer f.Close()
			put(f, "c.com", 2)
		})
	}
}

func checkUnder(t *testing.T, f *File) {
	for _, kept := range f.Like("me", "common", noon.Add(-time.Hour)) {
		for offset := int64(0); offset < kept.Rows; offset += 100 {
			if page, err := kept.Record.Page(offset); err == nil && page.Len() != 100 {
				t.Errorf("%d rows", page.Len())
			}
		}
	}
}

func run(path, statements string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(statements)
	return err
}

// A byte that a disk has changed makes no other row.
func TestADamagedFileGivesNoWrongRow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "answers.db")
	f := open(t, path, Options{})
	put(f, "a.com", 5)
	f.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range repetition.Times(100, 3000) {
		spoiled := bytes.Clone(whole)
		at := rnd.IntN(len(spoiled))
		spoiled[at] ^= byte(1 + rnd.IntN(255))
		path := filepath.Join(t.TempDir(), "answers.db")
		if err := os.WriteFile(path, spoiled, 0o600); err != nil {
			t.Fatal(err)
		}
		f := open(t, path, Options{Warn: func(string) {}})
		for _, kept := range f.Like("me", "common", noon) {
			for offset := int64(0); offset < 500; offset += 100 {
				page, err := kept.Record.Page(offset)
				for i, row := range page.All() {
					if n, _ := row.Cell(0).Count(); err == nil && n != offset+int64(i) {
						t.Fatalf("with byte %d changed, row %d is %d", at, offset+int64(i), n)
					}
				}
			}
		}
		f.Close()
	}
}

// Rows that are not those which were kept are never given, though they can be read.
func TestRowsThatAreNotThoseThatWereKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.db")
	f := open(t, path, Options{})
	put(f, "a.com", 3)
	put(f, "b.com", 1)
	f.Close()
	if err := run(path, "update page set rows = (select rows from page where first = 100) where first = 0"); err != nil {
		t.Fatal(err)
	}
	if err := run(path, "update series set memo = 'a.con' where rows = 300"); err != nil {
		t.Fatal(err)
	}
	f = open(t, path, Options{})
	defer f.Close()
	kept := f.Like("me", "common", noon)
	if len(kept) != 1 || kept[0].Rows != 100 {
		t.Fatalf("it has %v", kept)
	}
	if page, err := kept[0].Record.Page(0); err == nil {
		t.Errorf("other rows are given: %d", page.Len())
	}
}

// A directory where nothing can be written is an error that the caller may pass over, and a full disk a warning.
func TestWhereNothingCanBeKept(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := Open(filepath.Join(dir, "file", "answers.db"), Options{}); err == nil || !strings.Contains(err.Error(), "cannot be kept") {
		t.Errorf("%v, %v", f, err)
	}
	var warnings []string
	f := open(t, filepath.Join(dir, "answers.db"), Options{Warn: func(text string) { warnings = append(warnings, text) }})
	f.db.SetMaxOpenConns(1) // it holds for one connection
	if _, err := f.db.Exec("pragma max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		put(f, fmt.Sprint(i), 3)
		f.Await(t.Context())
	}
	f.Close()
	if len(warnings) != 1 || !strings.Contains(warnings[0], "not kept for later runs") {
		t.Errorf("warned: %q", warnings)
	}
}

// writeForEver keeps series until it is killed.
func writeForEver(path string) {
	f, err := Open(path, Options{Most: 4 << 20, Now: func() time.Time { return noon }, Warn: func(text string) { fmt.Println("warned:", text) }})
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	for i, said := 0, false; ; i++ {
		put(f, fmt.Sprint(i%50), 7)
		f.Await(context.Background())
		if list, err := f.List(""); !said && err == nil && len(list) > 0 {
			said = true
			fmt.Println("writes")
		}
	}
}

// Killed at any moment, the file has whole pages, and goes on to be used.
func TestKilledAtAnyMoment(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "answers.db")
	for i := range 20 {
		cmd := exec.Command(self, "-test.run", "^$")
		cmd.Env = append(os.Environ(), "WRITE_ANSWERS_TO="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 200)
		if n, err := out.Read(line); err != nil || string(line[:n]) != "writes\n" {
			t.Fatalf("%q, %v", line[:n], err)
		}
		for range rand.IntN(2000) {
			runtime.Gosched() // for a while that differs
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait() //nolint:errcheck // it was killed
		f := open(t, path, Options{})
		if rows := checkRows(t, f); rows == 0 {
			t.Errorf("%d: nothing is kept", i)
		}
		put(f, "after", 1)
		f.Close()
	}
}
