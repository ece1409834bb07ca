package buildinfo

import (
	"runtime/debug"
	"testing"
)

// The linker's word counts; go install gives a version and no commit, go build in a clone a commit and no version.
func TestWhatIsKnownOfABuild(t *testing.T) {
	noted := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	revision, when := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123"}, debug.BuildSetting{Key: "vcs.time", Value: "2026-11-30T10:00:00Z"}
	for _, c := range []struct {
		version, commit, date string
		info                  *debug.BuildInfo
		want                  string
	}{
		{"0.1.0", "abc", "2026-11-30T10:00:00Z", noted("(devel)", revision, when), "0.1.0 (commit abc of 2026-11-30T10:00:00Z)"},
		{"", "", "", noted("v0.1.0"), "0.1.0"},
		{"", "", "", noted("(devel)", revision, when), "dev (commit 0123456789ab of 2026-11-30T10:00:00Z)"},
		{"", "", "", noted("", revision), "dev (commit 0123456789ab)"},
		{"0.1.0", "", "", nil, "0.1.0"},
		{"", "", "", nil, "dev"},
	} {
		if got := describe(c.version, c.commit, c.date, c.info); got != c.want {
			t.Errorf("%+v is described as %q", c, got)
		}
	}
}
