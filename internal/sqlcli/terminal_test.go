package sqlcli

import (
	"strings"
	"testing"
)

func TestNothingThatDrivesATerminalIsWrittenToOne(t *testing.T) {
	const hostile = "a\x1b[31mb\u009b0mc\u202ed\re\x7f\x00\xff, Привет\t\"x\"\n"
	const want = `a\x1b[31mb\u009b0mc\u202ed\re\x7f\x00\xff` + ", Привет\t\"x\"\n"
	for size := 1; size <= len(hostile); size++ { // however it is cut
		var out strings.Builder
		w := &forTerminal{w: &out}
		for rest := hostile; rest != ""; {
			n := min(size, len(rest))
			if wrote, err := w.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			rest = rest[n:]
		}
		if out.String() != want {
			t.Errorf("in pieces of %d: %q", size, out.String())
		}
	}
}
