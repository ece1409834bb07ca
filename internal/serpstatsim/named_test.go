package serpstatsim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func TestEveryReadingHasAName(t *testing.T) {
	var names []string
	for _, reading := range serpstatsim.ReadingList() {
		names = append(names, strings.SplitN(reading.Name, "=", 2)[0])
	}
	// People's scripts hold these names.
	want := "case values text space between compare-types nofollow link-type check check-precision link-per-domain past-cap numbers no-data lost-links lost-check spellings " +
		"word-count intersect intersect-summary summary tld-summary out-domains url-search"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("readings %s, want %s", got, want)
	}
	seen := map[serpstatsim.Interpretations]string{}
	for _, reading := range serpstatsim.ReadingList() {
		name, answers, _ := strings.Cut(reading.Name, "=")
		for i, answer := range strings.Split(answers, "|") {
			var r serpstatsim.Interpretations
			if err := r.Set(name + "=" + answer); err != nil {
				t.Errorf("%s=%s: %v", name, answer, err)
			}
			if (r == serpstatsim.Interpretations{}) != (i == 0) {
				t.Errorf("%s=%s gives %+v", name, answer, r)
			}
			if other, ok := seen[r]; ok && i > 0 {
				t.Errorf("%s=%s is the same as %s", name, answer, other)
			}
			seen[r] = name + "=" + answer
		}
	}
}

func TestBadReadingsSayWhatToWrite(t *testing.T) {
	var r serpstatsim.Interpretations
	for s, want := range map[string]string{
		"between":       "name=answer",
		"between=maybe": "inclusive, exclusive",
		"beetween=x":    `no reading "beetween"`,
	} {
		if err := r.Set(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", s, err, want)
		}
	}
}

func TestFaultsAreReadFromText(t *testing.T) {
	got, err := serpstatsim.ParseFault("429-status:every=10,page=2,times=3,retry-after=2s,probability=0.5,seed=9,request=4,query=a.com")
	want := serpstatsim.Fault{Kind: serpstatsim.RateLimitedStatus, Every: 10, Page: 2, Times: 3, RetryAfter: 2 * time.Second, Probability: 0.5, Seed: 9, Request: 4, Query: "a.com"}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, f := range serpstatsim.FaultList() {
		if _, err := serpstatsim.ParseFault(f.Name); err != nil || f.About == "" {
			t.Errorf("%s: %v, %q", f.Name, err, f.About)
		}
	}
	if len(serpstatsim.FaultList()) != len(serpstatsim.FaultNames()) {
		t.Error("a fault is not listed")
	}
	for s, want := range map[string]string{
		"flood":               `no fault "flood"`,
		"stall:often=1":       `no setting "often"`,
		"stall:every=0":       "below 1",
		"stall:every":         "invalid syntax",
		"stall:probability=2": "at most 1",
		"stall:retry-after=1": "missing unit",
		"stall:every=1,":      "no setting",
	} {
		if _, err := serpstatsim.ParseFault(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", s, err, want)
		}
	}
}
