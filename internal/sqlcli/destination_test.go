package sqlcli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What cannot take its place at the end stays, and is named.
func TestWhatCannotBeRenamedStays(t *testing.T) {
	target := filepath.Join(t.TempDir(), "links.csv")
	f, err := openWhole(target)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("a\n1\n")
	if err := os.MkdirAll(filepath.Join(target, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	err = f.commit()
	f.discard()
	if err == nil || !strings.Contains(err.Error(), f.Name()) {
		t.Fatalf("the error is %v", err)
	}
	if b, err := os.ReadFile(f.Name()); string(b) != "a\n1\n" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestAFileIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "links.csv")
	for _, ends := range []bool{false, true} {
		f, err := openWhole(target)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString("rows")
		if _, err := os.Stat(target); err == nil {
			t.Error("the file is there before its end")
		}
		if ends {
			if err := f.commit(); err != nil {
				t.Fatal(err)
			}
		}
		f.discard()
		files, _ := os.ReadDir(dir)
		if b, _ := os.ReadFile(target); ends != (string(b) == "rows") || ends != (len(files) == 1) {
			t.Errorf("ends %t: %q, %v", ends, b, files)
		}
	}
}

func TestWhichPagerShows(t *testing.T) {
	there := func(name string) (string, error) {
		if name == "less" || name == "more" {
			return "/bin/" + name, nil
		}
		return "", errors.New("not there")
	}
	for _, tt := range []struct {
		environment map[string]string
		want        string
		warns       bool
	}{
		{nil, "/bin/less -FRSX", false},
		{map[string]string{"PAGER": ""}, "", false},
		{map[string]string{"PAGER": "cat"}, "", false},
		{map[string]string{"TERM": "dumb"}, "", false},
		{map[string]string{"PAGER": "most -x"}, "", true},
		{map[string]string{"PAGER": "more -x"}, "more -x", false},
		{map[string]string{"PAGER": "LESS=R less"}, "LESS=R less", false},
	} {
		command, warning := pagerCommand(func(name string) (string, bool) { v, ok := tt.environment[name]; return v, ok }, there)
		if got := strings.TrimPrefix(strings.Join(command, " "), "sh -c "); got != tt.want || (warning != "") != tt.warns {
			t.Errorf("%v: %q, %q", tt.environment, got, warning)
		}
	}
	if _, warning := pagerCommand(func(string) (string, bool) { return "", false }, func(string) (string, error) { return "", errors.New("not there") }); warning != "" {
		t.Errorf("without less: %s", warning)
	}
}

func TestLessIsTold(t *testing.T) {
	if got := pagerEnvironment([]string{"A=1"}); !slices.Equal(got, []string{"A=1", "LESS=FRSX", "LESSCHARSET=utf-8"}) {
		t.Error(got)
	}
	if got := pagerEnvironment([]string{"LESS=R", "LANG=de_DE.UTF-8"}); len(got) != 2 {
		t.Error(got)
	}
}

// A screen is full when its lines are, long ones counted as often as they wrap, however they are written.
func TestAScreenIsFull(t *testing.T) {
	for _, tt := range []struct {
		text  string
		lines int
	}{
		{"a\nb\n", 2}, {strings.Repeat("x", 25) + "\n", 3}, {strings.Repeat("x", 10) + "\n", 1}, {strings.Repeat("x", 20) + "\n", 2}, {"жжжжж\n", 1}, {"\n", 1}, {"a", 0},
		{strings.Repeat("x", 25), 2}, {"日本語日本語\n", 2},
	} {
		for size := 1; size <= len(tt.text); size++ {
			p := &pager{width: 10, height: 100, command: []string{"none"}, terminal: &bytes.Buffer{}}
			lines := 0
			for rest := tt.text; rest != ""; {
				n := min(size, len(rest))
				lines = p.count([]byte(rest[:n]))
				rest = rest[n:]
			}
			if lines != tt.lines {
				t.Errorf("%q in pieces of %d: %d lines", tt.text, size, lines)
			}
		}
	}
}

// While a pager has the terminal nothing is drawn, and a warning waits.
func TestProgressWaitsForAPager(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, false, false)
	p.bar = newBar(&out, 0)
	p.pause()
	out.Reset()
	p.observe(answer(10, 100))
	p.warn("something")
	p.clear()
	if out.Len() > 0 {
		t.Errorf("%q", out.String())
	}
	p.resume()
	if !strings.HasSuffix(out.String(), "serpstat-sql: warning: something\n") {
		t.Errorf("%q", out.String())
	}
}

func TestWhatOutputMeans(t *testing.T) {
	for _, tt := range []struct {
		words          []string
		format, target string
	}{
		{nil, "table", ""}, {[]string{"jsonl"}, "ndjson", ""}, {[]string{"a.xlsx"}, "xlsx", "a.xlsx"}, {[]string{"./b.htm"}, "html", "./b.htm"}, {[]string{"dir/c.MD"}, "markdown", "dir/c.MD"},
		{[]string{"d.txt"}, "table", "d.txt"}, {[]string{"csv", "dir/e"}, "csv", "dir/e"}, {[]string{"dir/e", "csv"}, "csv", "dir/e"}, {[]string{"/dev/stdout"}, "table", ""},
		{[]string{"xml"}, "", ""}, {[]string{"report"}, "", ""}, {[]string{""}, "", ""}, {[]string{"f.sql"}, "", ""}, {[]string{"dir/e"}, "", ""},
	} {
		f := &outputFlags{outputs: tt.words}
		err := f.choose(func(string) bool { return false })
		if (err != nil) != (tt.format == "") || err == nil && (f.output != tt.format || f.target != tt.target) {
			t.Errorf("%q: %s into %q, %v", tt.words, f.output, f.target, err)
		}
	}
}

// An error of writing names the file that the user knows.
func TestAnErrorNamesTheFile(t *testing.T) {
	target := filepath.Join(t.TempDir(), "links.csv")
	f, err := openWhole(target)
	if err != nil {
		t.Fatal(err)
	}
	defer f.discard()
	full := &os.PathError{Op: "write", Path: f.Name(), Err: errors.New("no space left on device")}
	if got := f.named(full).Error(); got != target+" could not be written: no space left on device" {
		t.Error(got)
	}
	other := errors.New("other")
	if got := f.named(other); !errors.Is(got, other) {
		t.Error(got)
	}
}
