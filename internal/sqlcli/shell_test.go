package sqlcli

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// What is said behind a statement that has ended is not mixed with the bar: a request of it may end at that moment.
func TestNoBarInWhatTheShellSays(t *testing.T) {
	keyboard, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	var bar, said strings.Builder
	p := newProgress(&bar, false, false)
	p.bar = newBar(&bar, 0)
	talk := &talk{session: &session{stdin: keyboard, progress: p, stderr: &telling{&said, func() { p.observe(answer(10, 100)) }}}}
	for range 2 {
		talk.busy(t.Context(), func(context.Context) error {
			if p.observe(answer(10, 100)); bar.Len() == 0 {
				t.Error("nothing is drawn while the statement runs")
			}
			p.clear()
			bar.Reset()
			return errors.New("broken")
		})
		if said.String() != "serpstat-sql: broken\n" || bar.Len() > 0 {
			t.Errorf("it says %q, and draws %q", said.String(), bar.String())
		}
		said.Reset()
	}
}

// telling calls what is to happen when something is written.
type telling struct {
	to   *strings.Builder
	when func()
}

func (w *telling) Write(b []byte) (int, error) {
	w.when()
	return w.to.Write(b)
}
