package answers

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
)

func TestFactsAreKeptForTheirAccountAndForAMonth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.db")
	now := noon
	clock := Options{Now: func() time.Time { return now }}
	learn := func(list ...execute.Fact) {
		f := open(t, path, clock)
		defer f.Close()
		for _, fact := range list {
			f.Learn("me", fact)
		}
	}
	facts := func(account string) string {
		f := open(t, path, clock)
		defer f.Close()
		text := ""
		for _, fact := range f.Facts(account) {
			text += fmt.Sprintln(fact.Method, fact.Question, fact.Of, fact.Holds, fact.At.UTC().Format(time.DateOnly))
		}
		return text
	}
	is := func(what, want string) {
		t.Helper()
		if got := facts("me"); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	letters := execute.Fact{Method: "a.getLinks", Question: "contains", Of: "url", Holds: "ignores case"}
	counts := execute.Fact{Method: "a.getLinks", Question: "total", Holds: "counts other rows"}
	learn(letters, counts)
	is("the next run", "a.getLinks contains url ignores case 2026-11-26\na.getLinks total  counts other rows 2026-11-26\n")
	if got := facts("another"); got != "" {
		t.Errorf("another account believes %q", got)
	}

	now = noon.Add(29 * 24 * time.Hour)
	letters.Holds = "minds case" // learned anew
	learn(letters)
	is("nearly a month later", "a.getLinks contains url minds case 2026-12-25\na.getLinks total  counts other rows 2026-11-26\n")
	now = noon.Add(31 * 24 * time.Hour)
	is("a month later", "a.getLinks contains url minds case 2026-12-25\n")
	now = noon // a clock that was put back
	is("before it was learned", "a.getLinks contains url minds case 2026-12-25\na.getLinks total  counts other rows 2026-11-26\n")

	clear := func(pattern string) {
		f := open(t, path, clock)
		defer f.Close()
		put(f, "x", 1)
		if _, err := f.Clear(pattern); err != nil {
			t.Fatal(err)
		}
	}
	clear("getLinks")
	is("some answers were dropped", "a.getLinks contains url minds case 2026-12-25\na.getLinks total  counts other rows 2026-11-26\n")
	clear("")
	is("all was dropped", "")

	f := open(t, path, clock)
	if _, err := f.db.Exec("drop table fact"); err != nil { // as an earlier version has made it
		t.Fatal(err)
	}
	f.Close()
	learn(counts)
	is("a file that had none", "a.getLinks total  counts other rows 2026-11-26\n")
}
