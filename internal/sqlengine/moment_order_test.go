package sqlengine

import (
	"cmp"
	"strings"
	"testing"
)

// SQLite sorts by the collation: there must be one order of all texts, be they moments or not.
func TestMomentsAndOtherTextsHaveOneOrder(t *testing.T) {
	texts := []string{
		"", "x", "2024", "2024-12", "2024-12-08", "2024-12-08 ", "2024-12-08 0", "2024-12-08 00:00", "2024-12-08 00:00:00", "2024-12-08T00:00:00Z", "2024-12-08 00:00:00.5", "2024-12-08T00:00:00.500",
		"2024-12-08 02:00:00+02:00", "2024-12-07 22:00-02:00", "2024-12-08 12:00:00", "2024-12-08T12:00", "2024-13-45 99:99:99", "2024-02-30", "2024-02-30 00:00:00", "0000-01-01", "0000-01-01T00:00+14:00",
		"9999-12-31", "9999-12-31T23:59:59-14:00", "01.06.2024", "2024-12-08 00:00:0", "2024-12-08 00:00:00\x00", "2024-12-08Z", "12024-12-08",
	}
	slow := func(a, b string) int {
		a, _ = momentText(a)
		b, _ = momentText(b)
		return strings.Compare(a, b)
	}
	for _, a := range texts {
		for _, b := range texts {
			if got := compareMoments(a, b); got != slow(a, b) || got != -compareMoments(b, a) || a == b && got != 0 {
				t.Errorf("%q and %q: %d", a, b, got)
			}
			for _, c := range texts {
				if compareMoments(a, b) <= 0 && compareMoments(b, c) <= 0 && compareMoments(a, c) > 0 {
					t.Errorf("%q, %q and %q go round in a circle", a, b, c)
				}
			}
		}
	}
	for text, want := range map[string]string{
		"2024-12-08": "2024-12-08 00:00:00", "2024-12-08T02:00+02:00": "2024-12-08 00:00:00", "2024-12-08 00:00:00.500": "2024-12-08 00:00:00.5", "2024-12-08 24:00": "2024-12-08 24:00", "2024-02-30": "2024-02-30",
	} {
		if got, ok := momentText(text); got != want || ok != (cmp.Compare(got, text) != 0) {
			t.Errorf("%s is %s, %t", text, got, ok)
		}
	}
}
