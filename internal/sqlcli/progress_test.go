package sqlcli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

func answer(rows int, total int64) serpstat.Event {
	return serpstat.Event{Method: "getOutlinks", Domain: "big.example", Rows: rows, Size: 1000, Credits: int64(rows), Total: total, LeftLines: -1}
}

// A scan that is cut into parts tells the total of each.
func TestProgressOfACutScanDoesNotFall(t *testing.T) {
	p := newProgress(&strings.Builder{}, false, false)
	var rows, total int64
	for i, e := range []serpstat.Event{answer(125, 99_241), answer(1, 51_795), answer(1, 47_446), answer(1000, 51_795), answer(1000, 51_794), answer(1000, 47_446), answer(99_000, 47_446)} {
		p.observe(e)
		var nowRows, nowTotal int64
		line := p.scans.line(p.counts(), 80)
		if _, err := fmt.Sscanf(line, "%d of %d rows", &nowRows, &nowTotal); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if nowRows < rows || nowTotal < total || nowRows > nowTotal || i == 2 && nowTotal != 99_241 {
			t.Errorf("%d of %d after %d of %d", nowRows, nowTotal, rows, total)
		}
		rows, total = nowRows, nowTotal
	}
}

func TestProgressIsAStatements(t *testing.T) {
	p := newProgress(&strings.Builder{}, false, false)
	p.observe(answer(300, 300))
	p.begin()
	p.observe(answer(5, 10))
	if line := p.scans.line(p.counts().since(p.before), 80); line != "5 of 10 rows, 1 request, 5 credits" {
		t.Error(line)
	}
	if p.counts().credits != 305 {
		t.Errorf("in all %v", p.counts())
	}
}

func TestProgressFitsItsLine(t *testing.T) {
	s := scans{rows: 47_456, totals: map[string]int64{"a": 99_241}, waiting: true}
	c := counts{requests: 112, credits: 47_460}
	for width, want := range map[int]string{
		100: "47456 of 99241 rows, 112 requests, 47460 credits, waits to ask again", 60: "47456 of 99241 rows, 47460 credits, waits to ask again",
		40: "47456 of 99241 rows, 47460 credits", 20: "47456 of 99241 rows", 15: "47456/99241", 5: "", -3: "",
	} {
		if got := s.line(c, width); got != want {
			t.Errorf("in %d: %q, want %q", width, got, want)
		}
	}
}

func TestProgressSaysThatItWaits(t *testing.T) {
	p := newProgress(&strings.Builder{}, false, false)
	for _, wait := range []bool{false, true, false} {
		e := answer(10, 100)
		if wait {
			e.Err, e.Rows, e.Total = errors.New("429"), 0, -1
		}
		p.observe(e)
		if got := strings.Contains(p.scans.line(p.counts(), 80), "waits to ask again"); got != wait {
			t.Errorf("waits: %t, want %t", got, wait)
		}
	}
}

// Answers come in any order; what is left never grows while rows are bought.
func TestTheLowestFigureIsLeft(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, false, false)
	for _, left := range []int64{1000, 400, 700, -1} {
		e := answer(100, 300)
		e.LeftLines = left
		p.observe(e)
	}
	p.finish(true, "")
	if out.String() != "0 rows, 4 requests, 400 credits spent, 400 left\n" {
		t.Error(out.String())
	}
}

// In the middle of a row on the same terminal nothing is drawn, and nothing is wiped that is not the bar.
func TestProgressDoesNotWipeRows(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, false, false)
	p.bar = newBar(&out, 0)
	p.observe(answer(10, 100))
	for _, text := range []string{"| a row |\n| and half", " a row |\n", "| a third |"} {
		p.beforeRows()
		out.Reset()
		p.wrote([]byte(text))
		p.observe(answer(10, 100))
		p.clear()
		if whole := strings.HasSuffix(text, "\n"); out.Len() > 0 != whole {
			t.Errorf("behind %q %q is drawn", text, out.String())
		}
	}
}

// The bar stays away once rows have gone to a pager; before, and where rows go to a file, it is drawn.
func TestProgressDoesNotDrawOverAPager(t *testing.T) {
	for piped, drawn := range map[bool]bool{false: true, true: false} {
		var out strings.Builder
		p := newProgress(&out, false, piped)
		p.bar = newBar(&out, 0)
		p.observe(answer(10, 100))
		if out.Len() == 0 {
			t.Errorf("piped %t: nothing is drawn before the first rows", piped)
		}
		p.beforeRows()
		out.Reset()
		p.observe(answer(10, 100))
		p.clear()
		if out.Len() > 0 != drawn {
			t.Errorf("piped %t: %q is drawn after the first rows", piped, out.String())
		}
	}
}

// What a stopped statement of a shell has under way is in its line, and in no later one.
func TestWhatIsUnderWayIsItsStatements(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, false, false)
	p.talk = true
	ends := func(number int64, rows int, unsure int64) {
		e := answer(rows, 5000)
		e.Number, e.Unsure = number, unsure
		p.observe(e)
	}
	says := func(ok bool, want string) {
		t.Helper()
		out.Reset()
		p.finish(ok, "")
		if out.String() != want {
			t.Errorf("it says %q, not %q", out.String(), want)
		}
	}
	p.begin()
	p.promise(1, 125)
	says(false, "stopped, 0 credits spent (up to 125 more for requests under way)\n")
	ends(1, 125, 0) // at the prompt
	p.begin()
	for number := range int64(4) {
		p.promise(number+2, 1000)
	}
	ends(2, 1000, 0)
	says(false, "stopped, 1,000 credits spent (up to 3,000 more for requests under way)\n")
	if p.spent() != 1125 || p.committed() != 4125 {
		t.Errorf("%d are spent, and at most %d", p.spent(), p.committed())
	}
	p.begin()
	p.promise(6, 1)
	ends(3, 1000, 0)
	ends(4, 0, 1000)
	ends(6, 1, 0)
	if now := p.ofStatement(); now.credits != 1 || now.requests != 1 {
		t.Errorf("so far %v", now)
	}
	says(true, "done, 1 credit spent\n")
	ends(5, 7, 0)
	p.begin()
	says(true, "done, 0 credits spent\n")
	if p.counts().credits != 2133 || p.committed() != 3133 {
		t.Errorf("in all %v, at most %d", p.counts(), p.committed())
	}
}

// A run that ends waits for no answer: what it has sent may be charged.
func TestWhatIsUnderWayAtARunsEndIsLost(t *testing.T) {
	for _, unit := range []string{"row", "section"} {
		var out strings.Builder
		p := newProgress(&out, false, false)
		p.unit = unit
		p.begin()
		p.promise(1, 100)
		p.begin()
		p.promise(2, 20)
		late := answer(0, 300)
		late.Number, late.Unsure = 1, 100
		p.observe(late)
		p.finish(false, "")
		if want := fmt.Sprintf("0 %ss, 1 request, 0 credits spent (up to 120 more may have been charged for answers that were lost)\n", unit); out.String() != want {
			t.Errorf("it says %q, not %q", out.String(), want)
		}
	}
}
